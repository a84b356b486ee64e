"""Columns of a table and fields of a form: what is matched, how surely, and what is asked."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions.sheet_files import read
from hallclient.actions.sheet_words import words
from hallclient.rules.form.table.columns import (
    Column,
    Matching,
    Sure,
    assign,
    folded,
    in_unit,
    match,
)
from tests.hostile import HOSTILE
from tests.sheetkit import FORM, HEADINGS, holders, resident, section, sheet
from tests.test_sheet_files import FILES

WAN, YUAN = Fraction(10_000), Fraction(1)
PHONES = ("13800000001", "13800000002")


def matched(*rows: tuple[str, ...], of: str = "holder") -> Matching:
    return match(sheet(*rows), section(of), FORM, words())


def fields(matching: Matching) -> dict[str, str]:
    return {one.heading: one.field for one in matching.columns}


def unmatched(matching: Matching) -> list[Column]:
    return [one for one in matching.columns if not one.field]


def sure(matching: Matching) -> dict[str, Sure]:
    return {one.field: one.sure for one in matching.columns if one.field}


# -- by headings


@pytest.mark.parametrize(
    ("heading", "field", "how"),
    [
        ("证件号码", "h_id", Sure.EXACT),
        ("h_id", "h_id", Sure.EXACT),
        ("Number", "h_id", Sure.EXACT),
        ("认缴出资额（万元）", "h_sub", Sure.EXACT),
        (" 证件 号码（必填）", "h_id", Sure.NORMAL),
        ("认缴出资额", "h_sub", Sure.NORMAL),
        ("认缴出资额(元)", "h_sub", Sure.NORMAL),
        ("SUBSCRIBED", "h_sub", Sure.NORMAL),
        ("身份证号", "h_id", Sure.ALIAS),
        ("股东(发起人)姓名或名称", "h_name", Sure.ALIAS),
        ("持有人手机号码", "h_mobile", Sure.PART),
        ("股东身份证号码", "h_id", Sure.PART),
    ],
)
def test_a_heading_is_matched_as_surely_as_it_can_be(heading: str, field: str, how: Sure) -> None:
    matching = matched((heading, "出资方式"), ("x", "y"))
    assert fields(matching)[heading] == field
    assert sure(matching)[field] is how


def test_what_matches_nothing_is_left_out_and_named() -> None:
    matching = matched(("姓名或名称", "证件号码", "备注", "出资比例(%)"), ("x", "y", "z", "1"))
    assert [one.heading for one in unmatched(matching)] == ["备注", "出资比例(%)"]
    assert not matching.open


def test_titles_and_empty_lines_above_the_headings_are_passed_over() -> None:
    matching = match(read(FILES / "holders.xlsx"), section(), FORM, words())
    assert matching.header == 2
    assert set(matching.fields) == {"h_name", "h_id", "h_mobile", "h_sub", "h_due", "h_way"}
    assert [one.heading for one in unmatched(matching)] == ["序号", "出资比例", "备注"]


def test_two_columns_that_are_one_field_are_a_question() -> None:
    matching = matched(("姓名", "名称", "证件号码"), ("a", "b", "c"))
    assert [(one.field, one.places) for one in matching.clashes] == [("h_name", (0, 1))]
    assert matching.open
    assert "h_name" not in matching.fields
    answered = assign(matching, section(), 1, "h_name")
    assert not answered.open
    assert answered.fields["h_name"].place == 1
    assert answered.fields["h_name"].sure is Sure.CHOSEN
    # Saying what the one is not says what the other is.
    other = assign(matching, section(), 1, "")
    assert not other.open
    assert other.fields["h_name"].place == 0


def test_the_surer_of_two_columns_wins_and_the_other_is_named() -> None:
    matching = matched(("姓名或名称", "监护人姓名", "证件号码"), ("a", "b", "c"))
    assert fields(matching) == {"姓名或名称": "h_name", "监护人姓名": "", "证件号码": "h_id"}
    assert [one.heading for one in unmatched(matching)] == ["监护人姓名"]


def test_a_column_that_may_be_several_fields_is_a_question() -> None:
    matching = matched(("姓名", "出资方式", "出资"), ("a", "货币", "1"))
    (column,) = unmatched(matching)
    assert column.rivals == ("h_sub", "h_paid", "h_due")  # the other is spoken for
    assert matching.open
    assert not assign(matching, section(), 2, "h_paid").open
    assert not assign(matching, section(), 2, "").open


def test_a_field_chosen_for_one_column_leaves_the_other() -> None:
    matching = matched(HEADINGS, *holders(2))
    changed = assign(matching, section(), 0, "h_id")
    assert changed.fields["h_id"].place == 0
    assert [one.place for one in unmatched(changed)] == [1]
    assert assign(changed, section(), 0, "").fields.get("h_id") is None


def test_nothing_matched_is_a_question() -> None:
    assert matched(("甲", "乙"), ("丙", "丁丁丁丁丁丁")).open


# -- units


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("认缴出资额(元)", YUAN),
        ("认缴出资额（人民币元）", YUAN),
        ("认缴出资额[单位：万元]", WAN),
        ("认缴出资额 千元", Fraction(1000)),
        ("认缴(亿元)", Fraction(10**8)),
        ("认缴出资额(人民币)", Fraction(0)),
        ("认缴出资额", Fraction(0)),
    ],
)
def test_the_unit_stands_in_the_heading(heading: str, unit: Fraction) -> None:
    matching = matched(("姓名", heading), ("a", "1"))
    assert matching.fields["h_sub"].unit == unit


@pytest.mark.parametrize(
    "title", ["单位：元", "股东名册（单位：元）", "金额单位: 人民币元", "Unit: yuan"]
)
def test_the_unit_stands_above_the_table_but_the_heading_knows_better(title: str) -> None:
    matching = matched((title,), ("姓名", "认缴出资额", "实缴出资额(万元)"), ("a", "1", "2"))
    assert matching.fields["h_sub"].unit == YUAN
    assert matching.fields["h_paid"].unit == WAN
    assert matching.fields["h_name"].unit == 0


def test_money_of_another_country_is_asked_about() -> None:
    matching = matched(("姓名", "认缴出资额(万美元)"), ("a", "1"))
    assert matching.fields["h_sub"].foreign
    assert matching.open
    assert not in_unit(matching, 1, WAN, "万元").open
    assert not assign(matching, section(), 1, "").open


# -- without headings


def test_columns_without_headings_are_matched_by_what_they_hold() -> None:
    rows = [(str(n), *row) for n, row in enumerate(holders(5), 1)]
    matching = matched(*rows)
    assert matching.header == -1
    places = {one.place: one.field for one in matching.columns}
    assert places == {
        0: "",
        1: "h_name",
        2: "h_id",
        3: "h_mobile",
        4: "h_sub",
        5: "h_due",
        6: "h_way",
    }
    assert set(sure(matching).values()) == {Sure.CONTENT}


def test_headings_nobody_knows_above_columns_that_are_known() -> None:
    matching = matched(("甲", "乙"), ("张三", resident(1)), ("李四", resident(2)), of="staff")
    assert matching.header == 0
    assert fields(matching) == {"甲": "s_name", "乙": "s_id"}


def test_a_column_of_names_alone() -> None:
    assert fields(matched(("张三",), ("李四",), ("买买提·吐尔逊",), of="staff")) == {"": "s_name"}


def test_two_columns_of_a_kind_are_its_two_fields_in_order_or_a_question() -> None:
    two = matched(("张三", "10", "5"), ("李四", "20", "6.5"))
    assert [one.field for one in two.columns] == ["h_name", "h_sub", "h_paid"]
    one = matched(("张三", "10"), ("李四", "20"))  # the one that must be filled
    assert [each.field for each in one.columns] == ["h_name", "h_sub"]
    three = matched(("张三", "10", "5", "7"), ("李四", "20", "6.5", "7"))
    assert three.open
    assert three.columns[1].rivals == ("h_sub", "h_paid")


def test_a_few_mistakes_do_not_hide_what_a_column_is() -> None:
    rows = [(f"王{n}", resident(n)) for n in range(9)]
    assert matched(*rows, ("王九", "?"), of="staff").columns[1].field == "s_id"


# -- properties

HEADING = st.sampled_from(
    [
        *HEADINGS,
        "序号",
        "备注",
        "实缴出资额(元)",
        "证件类型",
        "手机",
        "姓名",
        "住所",
        "股东类型",
        *HOSTILE[:20],
    ]
)


@given(st.lists(HEADING, min_size=2, max_size=10, unique_by=folded), st.randoms())
def test_a_matching_does_not_depend_on_the_order_of_columns(
    headings: list[str], dice: object
) -> None:
    shuffled = list(headings)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    rows = [("姓名或名称", *headings), ("姓名或名称", *shuffled)]
    first, second = (matched(row, ("x",) * len(row)) for row in rows)

    def known(matching: Matching) -> set[tuple[str, str, Sure, tuple[str, ...]]]:
        return {
            (one.heading, one.field, one.sure, tuple(sorted(one.rivals)))
            for one in matching.columns
        }

    assert known(first) == known(second)
    assert {one.field for one in first.clashes} == {one.field for one in second.clashes}


@given(
    st.lists(st.lists(st.one_of(HEADING, st.text(max_size=12)), min_size=3, max_size=3), min_size=1)
)
def test_each_field_has_one_column_at_most(rows: list[list[str]]) -> None:
    if not any(any(row) for row in rows):
        return
    matching = matched(*map(tuple, rows))
    named = [one.field for one in matching.columns if one.field]
    assert len(named) == len(set(named))
    for clash in matching.clashes:
        assert clash.field not in named
        assert len(clash.places) > 1
