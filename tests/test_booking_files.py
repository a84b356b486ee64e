"""Files of booking systems: encodings, separators, headings, hostile cells, broken files."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallclient.actions import booking_files, bookings
from hallclient.actions.booking_files import Content
from hallclient.actions.booking_import import import_file
from hallclient.booking_words import problem_line, report_text
from hallclient.rules.errors import Refused
from hallclient.texts import set_language
from hallclient.words import refused_text
from tests.bookkit import HEADINGS, ZHANG, csv_text, row, take_in, write
from tests.hallkit import ADMINISTRATOR, Kit
from tests.hostile import HOSTILE, assert_harmless
from tests.test_text_tables import LANGUAGES

FILE = Path("bookings.csv")
ROWS = [row("Y001", **ZHANG), row("Y002", "10:30-11:00", name="李四")]
ENGLISH = {name: name.replace("_", " ").title() for name in HEADINGS}


def parse(text: str | bytes) -> Content:
    return booking_files.parse(text if isinstance(text, bytes) else text.encode(), FILE)


def names(content: Content) -> list[object]:
    return [cells["name"] for _, cells in content.rows]


def refused(text: str | bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        parse(text)
    for language in LANGUAGES:
        set_language(language)
        said = refused_text(caught.value)
        assert FILE.name in said
        assert "{" not in said
        assert not said.startswith("refused.")
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("headings", [HEADINGS, ENGLISH], ids=["zh", "en"])
def test_every_encoding_and_separator_is_read_alike(
    encoding: str, separator: str, headings: dict[str, str]
) -> None:
    text = csv_text(ROWS, separator=separator, headings=headings)
    content = parse(text.encode(encoding))
    assert names(content) == ["张三丰", "李四"]
    assert [place for place, _ in content.rows] == [2, 3]
    assert content.problems == []
    assert content.unknown == []


def test_the_first_line_that_a_spreadsheet_writes_is_understood() -> None:
    content = parse("sep=;\r\n" + csv_text(ROWS, separator=";"))
    assert names(content) == ["张三丰", "李四"]
    assert [place for place, _ in content.rows] == [3, 4]


def test_empty_lines_and_unknown_columns_are_left_out_and_named() -> None:
    first, second = "x,Y1,2026-09-22,10:00,SP078", "y,Y2,2026-09-22,10:30,SP078"
    text = f"备注,预约号,日期,时间,事项编码\n{first}\n\n,,,,\n{second}\n"
    content = parse(text)
    assert [place for place, _ in content.rows] == [2, 5]
    assert content.unknown == ["备注"]


def test_a_cell_may_hold_the_separator_and_line_ends() -> None:
    content = parse(csv_text([row("Y001", name="王, 明", materials="章程\n申请书")]))
    assert names(content) == ["王, 明"]


def test_a_row_with_too_many_cells_is_bad_and_stops_no_other() -> None:
    text = csv_text(ROWS, columns=("number", "date", "time", "service", "name"))
    content = parse(text.replace("李四", "李,四").replace("张三丰", '"张,三丰"'))
    assert names(content) == ["张,三丰"]
    assert [(one.row, one.code) for one in content.problems] == [(3, "cells")]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS, ensure_ascii=False),
        json.dumps(ROWS, ensure_ascii=False, indent=2),
        "\ufeff" + json.dumps(ROWS),
        "\n".join(json.dumps(one) for one in ROWS) + "\n",
        "\r\n".join(json.dumps({HEADINGS[k]: v for k, v in one.items()}) for one in ROWS),
    ],
    ids=["list", "indented", "mark", "lines", "chinese-lines"],
)
def test_json_is_a_list_or_an_object_a_line(text: str) -> None:
    content = parse(text)
    assert names(content) == ["张三丰", "李四"]
    assert [place for place, _ in content.rows] == [1, 2]


def test_a_bad_line_of_json_is_a_bad_row() -> None:
    good = json.dumps(ROWS[0])
    content = parse("\n".join([good, "{", "[1]", '"x"', good]))
    assert [place for place, _ in content.rows] == [1, 5]
    assert [(one.row, one.code) for one in content.problems] == [
        (2, "json"),
        (3, "json"),
        (4, "json"),
    ]


def test_a_column_that_is_there_twice_in_an_object_is_a_bad_row() -> None:
    content = parse(json.dumps([{**ROWS[0], "姓名": "王五"}, ROWS[1]]))
    assert names(content) == ["李四"]
    assert [one.code for one in content.problems] == ["column-twice"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n \n", "empty"),
        (csv_text([]).encode(), "empty"),
        (b"[]", "empty"),
        (b"PK\x03\x04xlsx", "not-text"),
        (csv_text(ROWS).encode("utf-16"), "not-text"),
        (b"a,b\0c", "not-text"),
        (csv_text(ROWS).partition("四")[0].encode() + "四".encode()[:2], "damaged"),
        (csv_text(ROWS).encode() + csv_text(ROWS).encode("gb18030"), "damaged"),
        (b"number,date,time,service\nY1,\xff\xff", "encoding"),
        (csv_text(ROWS).encode() + b'"never closed', "broken"),
        ("姓名,电话\n张三,1\n".encode(), "columns"),
        ("预约号,编号,number,日期,时间,事项\n".encode(), "column-twice"),
        (json.dumps(ROWS).encode()[:-5], "json"),
        (b"{", "json"),
        (b"[" * 100_000, "json"),
        (b"x" * (booking_files.LARGEST + 1), "large"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_refused(data: bytes, code: str) -> None:
    assert refused(data).code == f"booking-file-{code}"


def test_a_file_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking_files, "MOST_ROWS", 1)
    assert refused(csv_text(ROWS)).code == "booking-file-long"


def test_missing_columns_are_named_in_both_languages() -> None:
    found = refused("日期,时间\n2026-09-22,10:00\n")
    assert found.params["columns"] == "预约号 (number), 事项编码 (service)"


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        booking_files.read(tmp_path / "none.csv")
    assert caught.value.code == "booking-file-unreadable"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_whatever_raise_anything_but_a_refusal(data: bytes) -> None:
    content = None
    with suppress(Refused):
        content = parse(data)
    assert content is None or content.rows or content.problems


# -- from a file to the store


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_is_said_in_words_with_its_place(kit: Kit, language: str) -> None:
    set_language(language)
    rows = [
        row("Y001", "12:30"),
        row("Y002", "25:00"),
        row("Y003", service="?"),
        row("Y004", identity="1"),
        row("Y005", name="长" * 300),
        row("Y006", state="?"),
        row("Y007"),
        row("Y007", "11:00"),
        row("?"),
    ]
    report = take_in(kit, *rows)
    assert (report.rows, report.new) == (9, 1)
    assert [one.row for one in report.problems] == [2, 3, 4, 5, 6, 7, 9, 10]
    lines = report_text(report).split("\n")
    assert lines[1:] == [problem_line(one) for one in report.problems]
    for text, one in zip(lines[1:], report.problems, strict=True):
        assert str(one.row) in text
        assert one.booking in text
        assert "{" not in text
        assert "booking." not in text


def test_what_is_broken_near_the_end_leaves_nothing_behind(kit: Kit) -> None:
    path = kit.path.parent / "b.csv"
    path.write_text(csv_text(ROWS) + '"never closed', "utf-8")
    before = kit.kinds()
    with pytest.raises(Refused):
        import_file(kit.store, ADMINISTRATOR, path)
    assert kit.kinds() == before


@pytest.mark.parametrize("name", ["b.csv", "b.json"])
def test_hostile_cells_stay_data(kit: Kit, name: str) -> None:
    rows = [
        row(f"Y{place:03d}", f"{9 + place // 60:02d}:{place % 60:02d}", name=text, company=text,
            materials=text, service="SP080", date="2026-09-23")
        for place, text in enumerate(HOSTILE)
        if "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
    ]  # fmt: skip
    hall = kit.hall._replace(policy=kit.hall.policy._replace(booking_share=1.0))
    assert hall.policy.booking_share == 1.0
    report = import_file(kit.store, ADMINISTRATOR, write(kit.path.parent, rows, name))
    assert_harmless(report_text(report))
    assert report.new + len({one.row for one in report.problems}) == len(rows)
    for one in bookings.of_day(kit.store, "2026-09-23"):
        assert_harmless(json.dumps(bookings.materials_of(one), ensure_ascii=False))
        for value in bookings.person_of(kit.store, one).values():
            assert_harmless(value)


def test_a_formula_is_a_name_like_any_other(kit: Kit) -> None:
    formula = '=HYPERLINK("http://x","y")'
    report = take_in(kit, row("Y001", name=formula, company="+1+1", materials="=1+1"))
    assert report.problems == ()
    (found,) = bookings.find(kit.store, "Y001")
    assert bookings.person_of(kit.store, found) == {"name": formula, "company": "+1+1"}
    assert bookings.materials_of(found) == [{"name": "=1+1"}]
