"""A table becomes one step of a form: rows, persons, problems; and the step is right."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.actions import filing_edit, filing_undo, filing_view, filings
from hallclient.actions.sheet_files import read
from hallclient.actions.sheet_words import words
from hallclient.rules.form.edits import SINGLE, Add, Drop, Put
from hallclient.rules.form.state import State
from hallclient.rules.form.table.columns import Matching, in_unit, match
from hallclient.rules.form.table.intake import Fate, Mode, Preview, copy_of, good_edits, preview
from hallclient.rules.form.table.sheet import Place, Sheet
from hallclient.rules.spreadsheet import harmless
from tests.hallkit import Kit, clerk
from tests.hostile import HOSTILE
from tests.sheetkit import FORM, HEADINGS, holders, ids, resident, section, sheet, state
from tests.test_form_columns import WAN, YUAN
from tests.test_sheet_files import FILES


class Table:
    """A form, a table, and taking it over."""

    def __init__(self, *rows: tuple[str, ...], of: str = "holder") -> None:
        self.of = of
        self.state = state()
        self.ids: Iterator[str] = ids()
        self.again(*rows)

    def again(self, *rows: tuple[str, ...]) -> "Table":
        self.sheet: Sheet = sheet(*rows)
        self.matching: Matching = match(self.sheet, section(self.of), FORM, words())
        return self

    def preview(self, mode: Mode = Mode.APPEND, *, erase: bool = False) -> Preview:
        how = (self.matching, words(), mode, self.ids.__next__)
        return preview(self.state, self.of, self.sheet, *how, erase=erase)

    def take(self, mode: Mode = Mode.APPEND, *, erase: bool = False) -> Preview:
        shown = self.preview(mode, erase=erase)
        self.state.apply(shown.edits)
        return shown

    def column(self, field: str) -> list[str]:
        return [
            self.state.text(row, field) for row in self.state.rows(self.state.field(field).section)
        ]


def fates(shown: Preview) -> list[Fate]:
    return [one.fate for one in shown.rows]


def codes(shown: Preview, line: int) -> list[str]:
    (row,) = [one for one in shown.rows if one.line == line]
    return [one.code for one in row.problems]


ZHANG = ("张三", resident(1), "13800000001", "10", "2030年12月31日", "货币")
LI = ("李四", resident(2), "13800000002", "20", "2030/6/30", "实物")


# -- new rows


def test_rows_are_added_in_order_and_read_as_if_typed() -> None:
    table = Table(HEADINGS, ZHANG, LI)
    shown = table.take()
    assert fates(shown) == [Fate.NEW, Fate.NEW]
    assert not shown.bad
    assert table.column("h_name") == ["张三", "李四"]
    assert table.column("h_id") == [resident(1), resident(2)]
    assert table.column("h_due") == ["2030-12-31", "2030-06-30"]
    assert table.column("h_way") == ["money", "goods"]
    assert table.column("p_id_kind") == ["resident_id"] * 2  # the roster's default


def test_a_person_is_entered_once() -> None:
    table = Table(HEADINGS, ZHANG)
    table.state.apply(
        [Add("person", "z", 0), Put("z", "p_id", resident(1)), Put("z", "p_name", "张三")]
    )
    shown = table.take()
    assert table.state.rows("person") == ["z"]
    assert table.column("h_person") == ["z"]
    assert table.column("p_mobile") == ["13800000001"]
    assert not shown.bad


def test_somebody_without_a_number_is_known_by_a_name_that_only_one_has() -> None:
    table = Table(("姓名", "认缴出资额(万元)"), ("张三", "1"), ("李四", "2"))
    for row, name in (("a", "张三"), ("b", "李四"), ("c", "李四")):
        table.state.apply([Add("person", row, 0), Put(row, "p_name", name)])
    shown = table.take()
    assert table.column("h_person") == ["a", ""]
    assert codes(shown, 3)[0] == "name-unclear"


def test_the_same_number_with_another_name_is_a_problem() -> None:
    table = Table(HEADINGS, ZHANG, ("张三丰", *ZHANG[1:3], "30", "", ""))
    shown = table.preview()
    assert "other-name" in codes(shown, 3)
    assert "holder-once" in codes(shown, 3)
    assert {one.line for one in shown.bad} == {2, 3}  # the rule of the form names both


def test_the_kind_of_a_number_follows_from_its_form() -> None:
    table = Table(
        ("名称", "证件号码", "认缴出资额(万元)"), ("武汉某公司", "91420100MA4KXGNT57", "10")
    )
    table.take()
    assert table.column("p_id_kind") == ["uscc"]


def test_an_identity_number_with_a_slip_is_no_credit_code() -> None:
    good = resident(7)
    wrong = good[:-1] + ("1" if good[-1] != "1" else "2")
    table = Table(("名称", "证件号码", "认缴出资额(万元)"), ("张三", wrong, "10"))
    shown = table.take()
    assert table.column("p_id_kind") == ["resident_id"]
    assert codes(shown, 2) == ["wrong-id"]


def test_columns_of_the_roster_that_the_table_of_holders_does_not_show() -> None:
    hidden = [one for one in section().fields if one.id == "h_mobile"]
    assert hidden
    table = Table(("姓名", "身份证号码", "手机"), ZHANG[:3])
    assert table.matching.fields["h_mobile"].heading == "手机"


def test_totals_and_empty_lines_are_left_out_and_said() -> None:
    total = ("合计", "", "", "30", "", "")
    table = Table(HEADINGS, ZHANG, ("",), LI, total, ("", "总 计：", "", "30"))
    shown = table.take()
    assert fates(shown) == [Fate.NEW, Fate.NEW, Fate.TOTAL, Fate.TOTAL]
    assert [one.line for one in shown.rows] == [2, 4, 5, 6]
    assert len(table.column("h_name")) == 2


def test_a_real_workbook_is_taken_over() -> None:
    table = Table(HEADINGS)
    table.sheet = read(FILES / "holders.xlsx")
    table.matching = match(table.sheet, section(), FORM, words())
    shown = table.take()
    assert fates(shown) == [Fate.NEW, Fate.NEW, Fate.NEW, Fate.TOTAL]
    assert table.column("h_sub") == ["100", "50.5", "49.50005"]
    assert table.column("h_mobile")[1] == "13800000002"
    assert [one.line for one in shown.bad] == [8]
    assert codes(shown, 8) == ["digits-lost", "wrong-id"]
    assert [note.code for note in shown.notes] == ["unit-changed", "merged"]


# -- money


@pytest.mark.parametrize(
    ("cell", "unit", "wan"),
    [
        ("500000", YUAN, "50"),
        ("1,234,567.89", YUAN, "123.456789"),
        ("50", WAN, "50"),
        ("50万", YUAN, "50"),
        ("500000元", WAN, "50"),
        ("￥500,000", YUAN, "50"),
        ("０．５亿元", WAN, "5000"),
        ("五十万", YUAN, "五十万"),
        ("50美元", YUAN, "50美元"),
        ("0.001", YUAN, "0.0000001"),
    ],
)
def test_money_is_converted_exactly_or_left_as_it_is(cell: str, unit: object, wan: str) -> None:
    table = Table(HEADINGS, ("张三", "", "", cell, "", ""))
    assert isinstance(unit, type(YUAN))
    table.matching = in_unit(table.matching, 3, unit, "x")
    shown = table.take()
    assert table.column("h_sub") == [wan]
    readable = table.state.value(shown.rows[0].row, "h_sub") is not None
    assert shown.rows[0].good == readable
    assert readable == (cell not in ("五十万", "50美元", "0.001"))


@given(st.integers(0, 10**15))
def test_fen_are_never_lost(fen: int) -> None:
    table = Table(("姓名", "认缴出资额(元)"), ("张三", f"{fen // 100}.{fen % 100:02d}"))
    table.take()
    (row,) = table.state.rows("holder")
    assert table.state.value(row, "h_sub") == fen


def test_a_unit_that_is_not_told_is_said() -> None:
    notes = Table(("姓名", "认缴"), ("张三", "1")).preview().notes
    assert [(one.code, one.params["field"]) for one in notes] == [("unit-assumed", "h_sub")]


def test_shares_that_look_like_parts_of_one_are_said_and_changed_when_told() -> None:
    table = Table(("姓名", "缴存比例"), ("张三", "0.05"), ("李四", "0.12"), of="staff")
    assert [one.code for one in table.preview().notes] == ["fractions"]
    table.matching = in_unit(table.matching, 1, YUAN * 100, "")
    assert table.take().notes == ()
    assert table.column("s_rate") == ["5", "12"]


# -- what is wrong


def test_problems_are_those_of_typing_and_of_the_forms_rules() -> None:
    table = Table(
        (*HEADINGS, "实缴出资额(万元)"),
        ("张三", "420106198001020003", "138", "x", "2030-02-30", "礼物", ""),
        (*LI, "30"),
        ("王五", "", "", "", "", "", ""),
    )
    shown = table.preview()
    assert sorted(codes(shown, 2)) == sorted(
        ["not-a-choice", "wrong-date", "wrong-id", "wrong-mobile", "wrong-money"]
    )
    assert codes(shown, 3) == ["paid-within"]
    # What is only missing can be filled in later.
    assert set(codes(shown, 4)) == {"required"}
    assert [one.line for one in shown.bad] == [2, 3]


def test_what_does_not_agree_with_other_parts_of_the_form_is_no_fault_of_the_line() -> None:
    table = Table(HEADINGS, ("张三", resident(1), "", "500", "", ""))
    table.state.apply([Put(SINGLE, "reg_cap", "100")])
    shown = table.preview()
    assert codes(shown, 2) == ["within-capital"]
    assert not shown.bad
    # What the line itself says is.
    table.again((*HEADINGS, "实缴出资额"), ("张三", resident(1), "", "500", "", "", "501"))
    shown = table.preview()
    assert codes(shown, 2) == ["paid-within", "within-capital"]
    assert [one.line for one in shown.bad] == [2]


def test_what_would_be_wrong_with_the_whole_form_is_said() -> None:
    table = Table(HEADINGS, ZHANG)
    table.state.apply([Put(SINGLE, "reg_cap", "10")])
    assert table.take().after == ()
    assert [one.code for one in table.again(HEADINGS, LI).preview().after] == ["sum-of-capital"]


def test_a_line_that_is_there_twice_counts_once_and_another_is_warned_of() -> None:
    other = (*ZHANG[:3], "99", *ZHANG[4:])
    table = Table(HEADINGS, ZHANG, LI, ZHANG, other)
    shown = table.take()
    assert fates(shown) == [Fate.NEW, Fate.NEW, Fate.SAME, Fate.NEW]
    assert "line-again" in codes(shown, 5)
    assert table.column("h_sub") == ["10", "20", "99"]
    assert len(table.state.rows("person")) == 2


def test_only_good_rows_are_taken_when_that_is_wanted() -> None:
    bad = (*ZHANG[:3], "x", *ZHANG[4:])
    table = Table(HEADINGS, bad, LI)
    shown = table.preview()
    table.state.apply(
        good_edits(table.state, table.sheet, table.matching, words(), shown, table.ids.__next__)
    )
    assert table.column("h_name") == ["李四"]
    assert table.column("p_name") == ["李四"]


def test_a_huge_cell_is_left_out_and_said() -> None:
    table = Table(HEADINGS, ("长" * 1_000_000, *ZHANG[1:]), LI)
    shown = table.take()
    assert "cell-long" in codes(shown, 2)
    assert table.column("h_name") == ["", "李四"]


def test_a_failed_formula_is_a_problem() -> None:
    table = Table(HEADINGS, ("张三", resident(1), "", "", "", ""))
    table.sheet = table.sheet._replace(failed=frozenset({Place(2, 3)}), kind="xlsx")
    shown = table.preview()
    assert "formula-failed" in codes(shown, 2)
    assert [one.params["cell"] for one in shown.rows[0].problems if one.params] == ["D2"]


@pytest.mark.parametrize("text", [one for one in HOSTILE if one.strip()])
def test_hostile_cells_are_data(text: str) -> None:
    table = Table(("姓名", "身份证号码"), (text[:100], resident(1)), of="staff")
    table.take()
    kept = table.column("s_name")[0]
    assert kept
    # What our own files write before a formula comes off again.
    again = Table(("姓名", "身份证号码"), (harmless(kept), resident(1)), of="staff")
    again.take()
    assert again.column("s_name") == [kept] or "\ufffd" in harmless(kept)


# -- rows that are there


def test_append_knows_what_is_there() -> None:
    table = Table(HEADINGS, ZHANG, LI)
    table.take()
    shown = table.take()
    assert fates(shown) == [Fate.SAME, Fate.SAME]
    assert shown.edits == ()
    changed = table.again(HEADINGS, (*ZHANG[:3], "11", *ZHANG[4:])).preview()
    assert fates(changed) == [Fate.NEW]
    assert "row-there" in codes(changed, 2)


def test_update_changes_rows_with_the_same_number_and_adds_the_others() -> None:
    table = Table(HEADINGS, ZHANG, LI)
    table.take()
    (first, _) = table.state.rows("holder")
    wang = ("王五", resident(3), "", "30", "", "")
    shown = table.again(HEADINGS, wang, (*ZHANG[:2], "13900000009", "15", "", "")).take(Mode.UPDATE)
    assert fates(shown) == [Fate.NEW, Fate.CHANGED]
    assert shown.rows[1].row == first
    assert table.column("h_name") == ["张三", "李四", "王五"]
    assert table.column("h_sub") == ["15", "20", "30"]
    assert table.column("p_mobile") == ["13900000009", "13800000002", ""]
    # Empty cells took nothing away.
    assert table.column("h_due")[0] == "2030-12-31"
    assert fates(table.take(Mode.UPDATE)) == [Fate.SAME, Fate.SAME]


def test_update_says_what_was_there() -> None:
    table = Table(HEADINGS, ZHANG)
    table.take()
    shown = table.again(HEADINGS, (*ZHANG[:3], "11", *ZHANG[4:])).preview(Mode.UPDATE)
    assert shown.edits == (Put(table.state.rows("holder")[0], "h_sub", "11", "10"),)


def test_empty_cells_erase_when_asked() -> None:
    table = Table(HEADINGS, ZHANG)
    table.take()
    table.again(HEADINGS, (*ZHANG[:3], "", "", "")).take(Mode.UPDATE, erase=True)
    assert table.column("h_sub") == [""]
    assert table.column("h_due") == [""]
    assert table.column("h_name") == ["张三"]


def test_update_asks_which_of_two_rows_is_meant() -> None:
    table = Table(HEADINGS, ZHANG, (*ZHANG[:3], "99", *ZHANG[4:]))
    table.take()
    shown = table.again(HEADINGS, (*ZHANG[:3], "5", *ZHANG[4:])).preview(Mode.UPDATE)
    assert fates(shown) == [Fate.LEFT]
    assert codes(shown, 2) == ["row-unclear"]
    assert shown.edits == ()


def test_update_names_the_person_of_a_row_that_had_none() -> None:
    table = Table(HEADINGS, ZHANG, of="holder")
    table.state.apply([Add("holder", "h", 0), Put("h", "h_sub", "10")])
    table.take(Mode.UPDATE)
    assert table.column("h_name") == ["", "张三"]


def test_replace_takes_the_place_of_what_is_there() -> None:
    table = Table(HEADINGS, ZHANG, LI)
    table.take()
    before = dict(zip(table.column("p_name"), table.state.rows("person"), strict=True))
    shown = table.again(HEADINGS, LI, ("王五", resident(3), "", "30", "", "")).take(Mode.REPLACE)
    assert shown.dropped == 2
    assert table.column("h_name") == ["李四", "王五"]
    # Who is named again stays the same person; who is named no more goes.
    assert table.column("p_name") == ["李四", "王五"]
    assert table.state.rows("person")[0] == before["李四"]


def test_replace_keeps_persons_whom_others_name() -> None:
    table = Table(HEADINGS, ZHANG)
    table.state.apply([Add("person", "other", 0), Put("other", "p_name", "旁人")])
    table.take()
    table.again(HEADINGS, LI).take(Mode.REPLACE)
    assert table.column("p_name") == ["旁人", "李四"]


# -- nothing is changed by looking, and taking over does what was shown


def cells(of: State) -> list[tuple[str, str, str]]:
    return list(of.cells())


def test_a_preview_changes_nothing() -> None:
    table = Table(HEADINGS, ZHANG)
    table.take()
    before = cells(table.state), [table.state.rows(one.id) for one in FORM.sections]
    for mode in Mode:
        table.again(HEADINGS, LI, ZHANG).preview(mode)
    assert before == (cells(table.state), [table.state.rows(one.id) for one in FORM.sections])


def test_a_copy_is_the_same_form() -> None:
    table = Table(HEADINGS, *holders(5))
    table.take()
    made = copy_of(table.state)
    assert cells(made) == cells(table.state)
    assert made.problems() == table.state.problems()


def test_three_hundred_rows_are_one_step_and_one_step_back(kit: Kit) -> None:
    who = clerk(1)
    filing = filings.new(kit.store, who, "company-setup")
    before = filing_view.load(kit.store, filing).state
    table = sheet(HEADINGS, *holders(300))
    holder = before.program.layout.sections["holder"]
    matching = match(table, holder, before.form, words())
    new_id = kit.store.env.new_id
    shown = preview(before, "holder", table, matching, words(), Mode.APPEND, new_id)
    assert not shown.bad
    events = len(kit.kinds())
    filing_edit.edit(kit.store, who, filing["id"], shown.edits, source="import")
    assert kit.kinds()[events:] == ["filing.edited"]
    taken = filing_view.load(kit.store, filing).state
    assert len(taken.rows("holder")) == len(taken.rows("person")) == 300
    empty = cells(before)
    before.apply(shown.edits)
    assert cells(taken) == cells(before)
    assert taken.problems() == before.problems()
    filing_undo.undo(kit.store, who, filing["id"])
    left = filing_view.load(kit.store, filing).state
    assert left.rows("holder") == left.rows("person") == []
    assert cells(left) == empty


CELL = st.one_of(
    st.sampled_from(
        ["", "张三", resident(1), resident(2), "13800000001", "10", "货币", "合计", "x"]
    ),
    st.sampled_from(HOSTILE),
)
ROWS = st.lists(st.tuples(*[CELL] * len(HEADINGS)), max_size=6)


@settings(max_examples=60)
@given(ROWS, ROWS, st.sampled_from(Mode), st.booleans())
def test_a_step_does_what_was_shown(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]], mode: Mode, erase: bool
) -> None:
    table = Table(HEADINGS, *first)
    table.take()
    before = set(table.state.rows("holder"))
    shown = table.again(HEADINGS, *second).take(mode, erase=erase)
    new = {one.row for one in shown.rows if one.fate is Fate.NEW}
    kept = set() if mode is Mode.REPLACE else before
    assert set(table.state.rows("holder")) == kept | new
    for one in shown.rows:
        if one.fate is Fate.NEW and "name-unclear" not in [each.code for each in one.problems]:
            assert table.state.text(one.row, "h_sub") == one.typed["h_sub"]
    drops = [edit for edit in shown.edits if isinstance(edit, Drop)]
    assert mode is Mode.REPLACE or not drops


NUMBERED = st.lists(
    st.tuples(CELL, st.sampled_from([resident(n) for n in range(5)]), *[CELL] * 4),
    max_size=5,
    unique_by=lambda row: row[1],
)


@settings(max_examples=60)
@given(NUMBERED, NUMBERED, st.booleans())
def test_updating_twice_changes_nothing_more(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]], erase: bool
) -> None:
    table = Table(HEADINGS, *first)
    table.take()
    numbers = [text for text in table.column("p_id") if text]
    assert len(numbers) == len(set(numbers))
    table.again(HEADINGS, *second).take(Mode.UPDATE, erase=erase)
    assert table.preview(Mode.UPDATE, erase=erase).edits == ()
