"""Tables from files and from the clipboard: every kind of file, and every way one can be wrong."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.actions import sheet_files
from hallclient.actions.sheet_files import from_text, parse, read
from hallclient.rules.errors import Refused
from hallclient.rules.form.table.sheet import Place, Sheet, letters
from hallclient.rules.text import clean
from hallclient.texts import set_language
from hallclient.words import refused_text
from tests.hostile import HOSTILE, assert_harmless
from tests.sheetkit import resident
from tests.test_text_tables import LANGUAGES

FILES = Path(__file__).parent / "data" / "sheets"
NAME = "holders.csv"
HEAD = (
    "序号",
    "股东姓名或名称",
    "证件号码",
    "移动电话",
    "认缴出资额(万元)",
    "出资期限",
    "出资方式",
    "备注",
)
ROWS = [
    ("1", "张三", resident(1), "13800000001", "100", "2030-12-31", "货币", "首次出资, 按期"),
    ("2", "𠮷田·买买提", resident(2), "13800000002", "50.5", "2030-12-31", "实物", '旧名"老李"'),
    ("3", "𬱖㛃龴", resident(3), "13800000003", "49.5", "2030-06-30", "货币", "第一行 第二行"),
]


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    return [line.cells for line in sheet.lines]


def refused(data: bytes, name: str = NAME) -> Refused:
    with pytest.raises(Refused) as caught:
        parse(data, name)
    for language in LANGUAGES:
        set_language(language)
        said = refused_text(caught.value)
        assert name in said
        assert "{" not in said
        assert not said.startswith("refused.")
    return caught.value


# -- every kind of file


@pytest.mark.parametrize(
    ("file", "encoding", "delimiter"),
    [
        ("utf8.csv", "UTF-8", ","),
        ("utf8-mark.csv", "UTF-8", ","),
        ("gb18030.csv", "GB18030", ","),
        ("semicolons.csv", "GB18030", ";"),
        ("tabs.txt", "UTF-8", "\t"),
        ("bars.txt", "UTF-8", "|"),
        ("unicode.txt", "UTF-16", "\t"),
    ],
)
def test_a_text_is_read_and_says_how(file: str, encoding: str, delimiter: str) -> None:
    sheet = read(FILES / file)
    assert (sheet.kind, sheet.encoding, sheet.delimiter) == ("text", encoding, delimiter)
    assert cells(sheet) == [HEAD, *ROWS]
    first = 2 if file == "bars.txt" else 1  # after the line that names the separator
    assert [line.number for line in sheet.lines] == list(range(first, first + 4))


def test_an_old_workbook_is_read() -> None:
    sheet = read(FILES / "old.xls")
    assert (sheet.kind, sheet.name, sheet.encoding) == ("xls", "股东名册", "")
    assert cells(sheet)[:4] == [HEAD, *ROWS]
    assert [line.number for line in sheet.lines] == [1, 2, 3, 4, 6, 7]


def test_an_open_document_is_read() -> None:
    sheet = read(FILES / "holders.ods")
    assert (sheet.kind, sheet.name) == ("ods", "股东")
    assert cells(sheet)[1] == ("张三", resident(1), "13800000001", "2030-12-31", "100")
    assert [line.number for line in sheet.lines] == [1, 4]


def test_a_workbook_is_read_as_a_person_reads_it() -> None:
    sheet = read(FILES / "holders.xlsx")
    # The first sheet is empty; a hidden one is not offered.
    assert (sheet.name, sheet.names) == ("股东名册", ("说明", "股东名册", "其他"))
    assert [line.number for line in sheet.lines] == [1, 2, 4, 5, 6, 8, 9]
    by_number = {line.number: line.cells for line in sheet.lines}
    assert by_number[5][:8] == (
        "1", "张三", resident(1), "13800000001", "1000000", "2030-12-31", "货币", "50%"
    )  # fmt: skip
    # A merged cell reaches down; a date and a number that are text stay as they are.
    assert by_number[6][3:8] == ("138 0000 0002", "505000", "2030.12.31", "货币", "25.25%")
    assert sheet.filled == 1
    assert by_number[8][4:6] == ("495000.5", "2030-06-30")
    assert by_number[9][4] == "2000000.5"


def test_a_destroyed_number_and_a_failed_formula_are_named() -> None:
    sheet = read(FILES / "holders.xlsx")
    assert {place.name for place in sheet.lost} == {"C8"}
    assert {place.name for place in sheet.failed} == {"I5"}
    assert sheet.lines[5].cells[2] == "4.20106E+17"
    copied = from_text(f"姓名\t证件号\n张三\t4.20106E+17\n李四\t{resident(1)}\n2E10\t\n", "x")
    assert copied.lost == {Place(2, 1)}


def test_a_sheet_is_chosen_by_name_even_a_hidden_one() -> None:
    assert cells(read(FILES / "holders.xlsx", "其他")) == [("别的",)]
    assert cells(read(FILES / "holders.xlsx", "旧表")) == [("藏",)]
    with pytest.raises(Refused) as caught:
        read(FILES / "holders.xlsx", "没有")
    assert caught.value.code == "sheet-no-such"
    assert caught.value.params["sheets"] == "说明, 股东名册, 其他"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (13800000001, "13800000001"),
        (999999999999999, "999999999999999"),
        (-0.5, "-0.5"),
        (True, "TRUE"),
        (4.20106e17, "4.20106E+17"),
    ],
)
def test_numbers_of_a_workbook(value: float, text: str) -> None:
    assert cells(parse(workbook([[value]]), "a.xlsx")) == [(text,)]


def test_columns_are_named_like_a_spreadsheets() -> None:
    assert [letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == "A Z AA AZ BA ZZ AAA".split()


# -- what was copied


def test_copied_cells_keep_line_ends_and_quotes() -> None:
    sheet = from_text('a\t"x\ny"\nb\t"say ""hi"""\n', "x")
    assert cells(sheet) == [("a", "x y"), ("b", 'say "hi"')]
    assert cells(from_text('5" disk\t"open\nz\t', "x")) == [('5" disk', '"open'), ("z", "")]


@pytest.mark.parametrize(
    ("text", "delimiter", "expected"),
    [
        ("张三\n李四", "", [("张三",), ("李四",)]),
        ("张三", "", [("张三",)]),
        ("张三,1\n李四,2", ",", [("张三", "1"), ("李四", "2")]),
        ("张三 1  2\n李四 3 4\n", " ", [("张三", "1", "2"), ("李四", "3", "4")]),
        ("湖北省 武汉市", "", [("湖北省 武汉市",)]),
        ("金额;数\n1,5;2\n2,5;3", ";", [("金额", "数"), ("1,5", "2"), ("2,5", "3")]),
    ],
)
def test_copied_text_is_parted_by_what_parts_all_of_it(
    text: str, delimiter: str, expected: list[tuple[str, ...]]
) -> None:
    sheet = from_text(text, "x")
    assert (sheet.delimiter, cells(sheet)) == (delimiter, expected)


def test_a_long_number_kept_as_a_formula_is_read() -> None:
    assert cells(from_text(f'="{resident(1)}"\t"=""007"""', "x")) == [(resident(1), "007")]


# -- what cannot be read


def with_parts(**parts: bytes) -> bytes:
    """A workbook with parts of its own."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["x"]]))) as whole,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for one in whole.infolist():
            name = one.filename.rpartition("/")[2].partition(".")[0]
            archive.writestr(one.filename, parts.get(name, whole.read(one)))
    return made.getvalue()


def workbook(rows: list[list[object]]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    page = book.add_worksheet()
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(place, column, value)
            else:
                page.write(place, column, value)
    book.close()
    return made.getvalue()


SPREADSHEET = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FAR = b'<worksheet %s><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">' % (
    SPREADSHEET
) + (b'<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>')
TEXT = ",".join(HEAD).encode()
CHINESE = "\n".join(map(",".join, ROWS))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n,,\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"x" * (sheet_files.LARGEST + 1), "large"),
        (b"a,b\n" * (sheet_files.MOST_ROWS + 1), "long"),
        (b",".join([b"a"] * (sheet_files.MOST_COLUMNS + 1)), "wide"),
        (b'a,b\n1,"never closed', "broken"),
        (b'a,b\n1,"x"y', "broken"),
        (b"%PDF-1.7 ...", "not-table"),
        (b"\x89PNG\r\n", "not-table"),
        ("a,b\n1,2".encode("utf-16-le"), "not-table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "markup"),
        (b'<?xml version="1.0"?><Workbook/>', "markup"),
        (TEXT + b"\n" + CHINESE.encode()[:-1], "damaged"),
        (TEXT + b"\n" + CHINESE.replace("龴", "").encode("gb18030"), "damaged"),
        (b"\xff\xfea", "damaged"),
        (b"PK\x03\x04junk", "corrupt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "corrupt"),
        ((FILES / "locked.xlsx").read_bytes(), "locked"),
        (workbook([["x"]])[:-900], "corrupt"),
        (workbook([[]]), "empty"),
        (workbook([["x"] * (sheet_files.MOST_COLUMNS + 1)]), "wide"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_to_its_end_is_refused(data: bytes, code: str) -> None:
    assert refused(data).code == f"sheet-{code}"


def test_a_wrong_byte_is_named_with_its_place() -> None:
    found = refused("姓名,电话\n张三,".encode("gb18030") + b"\xff\n")
    assert found.code == "sheet-encoding"
    assert found.params == {"file": NAME, "line": 2, "byte": 16, "value": "FF"}


def test_rare_chinese_at_the_beginning_is_no_broken_utf_8() -> None:
    # In GB18030 these two are E6AB BEEA: the first three bytes are UTF-8 for another character.
    text = "娅娟\n王小明\n"
    assert cells(parse(text.encode("gb18030"), NAME)) == [("娅娟",), ("王小明",)]


# Packed only where they are tried: to pack a gigabyte takes seconds.
BOMBS: dict[str, Callable[[], dict[str, bytes]]] = {
    "far apart": lambda: {"sheet1": FAR},
    "unpacks to a gigabyte": lambda: {"sheet1": b" " * (1 << 30)},
    "one long text in every cell": lambda: {
        "sheet1": b"<worksheet %s><sheetData>%s</sheetData></worksheet>"
        % (SPREADSHEET, b'<row><c t="s"><v>0</v></c></row>' * 20_000),
        "sharedStrings": b"<sst %s><si><t>%s</t></si></sst>" % (SPREADSHEET, b"x" * 1_000_000),
    },
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_a_process_of_its_own(bomb: str) -> None:
    data = with_parts(**BOMBS[bomb]())
    assert len(data) < 1_200_000
    assert refused(data).code == "sheet-heavy"


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "\0"):
        with pytest.raises(Refused) as caught:
            read(path)
        assert caught.value.code == "sheet-unreadable"


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")),
    )
)
def test_no_bytes_whatever_raise_anything_but_a_refusal(data: bytes) -> None:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return  # a process for each; these have examples above
    sheet = None
    with suppress(Refused):
        sheet = parse(data, NAME)
    assert sheet is None or sheet.lines


@given(st.text(max_size=300))
def test_no_text_whatever_raises_anything_but_a_refusal(text: str) -> None:
    sheet = None
    with suppress(Refused):
        sheet = from_text(text, NAME)
    assert sheet is None or sheet.lines


# -- there and back


def readable(text: str) -> str:
    return clean(text).strip()


CELL = st.one_of(
    st.sampled_from([text for text in HOSTILE if not any("\ud800" <= c <= "\udfff" for c in text)]),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["", "0", "007", "1,5", "=1+1", "ä;b|c", "\t", "\n", '"', "100%"]),
)
TABLE = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)


def expected(table: list[list[str]]) -> list[tuple[str, ...]]:
    """What a table is after reading: clean, without empty lines and empty columns at the end."""
    rows = [[readable(cell) for cell in row] for row in table]
    rows = [row for row in rows if any(row)]
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    return [tuple(row[:width]) for row in rows]


def anchored(table: list[list[str]]) -> list[list[str]]:
    """With a first line that leaves no doubt about what the separator is."""
    return [[f"h{place}" for place in range(len(table[0]))], *table]


@given(
    TABLE, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.sampled_from(",;\t|")
)
def test_any_table_comes_back_from_a_csv(
    table: list[list[str]], encoding: str, separator: str
) -> None:
    table = anchored(table)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(table)
    data = text.getvalue()
    if encoding == "gb18030":  # the codec has no way to write what is only read since 2022
        data = data.encode("gb18030", "replace").decode("gb18030")
        table = list(csv.reader(io.StringIO(data, newline=""), delimiter=separator))
    found = parse(f"sep={separator}\r\n{data}".encode(encoding), NAME)
    assert_same(cells(found), expected(table))
    assert found.delimiter == separator


def assert_same(found: list[tuple[str, ...]], wanted: list[tuple[str, ...]]) -> None:
    """The same cells; ``="…"`` is a text, and private places have their characters of 2022."""
    from hallclient.actions.encodings import _OF_2022
    from hallclient.rules.spreadsheet import unwrapped

    assert found == [tuple(unwrapped(cell) for cell in row) for row in wanted] or [
        tuple(cell.translate(_OF_2022) for cell in row) for row in found
    ] == [tuple(unwrapped(cell).translate(_OF_2022) for cell in row) for row in wanted]


@settings(max_examples=15, deadline=None)
@given(TABLE)
def test_any_table_comes_back_from_a_workbook(table: list[list[str]]) -> None:
    # XML has no way to write controls; a workbook's own way (_x0000_) is not read by everyone.
    table = [
        ["".join(c for c in cell if c.isprintable() or c in "\n\t") for cell in row]
        for row in table
    ]
    wanted = expected(anchored(table))
    assert cells(parse(workbook(anchored(table)), "a.xlsx")) == wanted  # type: ignore[arg-type]


def test_hostile_cells_are_data() -> None:
    huge = "长" * 350_000
    texts = [*HOSTILE, "nul\0nul", huge]
    texts = [text for text in texts if not any("\ud800" <= char <= "\udfff" for char in text)]
    made = io.StringIO(newline="")
    csv.writer(made).writerows([["名称", "x"], *([text, "1"] for text in texts)])
    sheet = parse(made.getvalue().encode(), NAME)
    assert [line.cells[0] for line in sheet.lines[1:]] == list(map(readable, texts))
    for line in sheet.lines:
        for cell in line.cells:
            assert_harmless(cell, newlines=False)


def test_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(b'a,b\n1,"')
        with suppress(Refused):
            read(path)
    assert csv.field_size_limit() == before
