"""The cross-region tax report: each of its rules broken and kept, and one list makes many."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hallclient.actions.sheet_words import words
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.table.bulk import bulk_cells
from hallclient.rules.form.table.sheet import Line, Sheet
from tests.twoforms import codes, judged_true, program, put, report

RULES = {rule.id: rule for rule in program("cross-region-tax").form.rules}
LATER = "r_extension=yes r_number=鄂税跨报〔2026〕1号 r_until=2026-10-31 "

CASES: dict[str, tuple[str, str]] = {
    # rule: (what breaks it, what keeps it)
    "DATE_ORDER": ("c_to=2026-09-21", ""),
    "VALID_ORDER": ("w_to=2026-09-24", ""),
    "VALID_BY_CONTRACT": ("w_to=2027-02-01", ""),
    "CONTRACT_OVER": ("c_from=2026-01-01 c_to=2026-09-21", "c_to=2026-09-22"),
    "AMOUNT_POSITIVE": ("c_amount=0", ""),
    "AMOUNT_UNIT": ("c_amount=1000000000", "c_amount=999999999.99"),
    "SUBCONTRACT_PART": ("w_subcontract=1090000.01", "w_subcontract=1090000"),
    "PLACE_AREA": ("place=长沙市岳麓区", ""),
    "PLACE_COUNTY": ("place=湖南省长沙", ""),
    "SAME_COUNTY": ("place=湖北省武汉市江夏区", "place=湖北省武汉市洪山区"),
    "SAME_AREA": ("place=湖北省宜昌市西陵区", ""),
    "PLACE_NAMED": ("place_address=江夏区文化大道1号", ""),
    "PARTY_SELF": ("c_party=武汉虹信工程有限公司", ""),
    "PARTY_CODE": ("c_party_uscc=91420100QQ00000125", ""),
    "EXTENSION_LATER": (LATER + "r_until=2027-01-31", LATER),
    "EXTENSION_LATE": (LATER + "r_until=2026-09-21", LATER),
    "BEFORE_WORK": ("c_from=2026-09-01 w_from=2026-09-21", ""),
    "LONG_STAY": ("c_to=2027-03-24 w_to=2027-03-24", "c_to=2027-03-23 w_to=2027-03-23"),
    "NOT_REAL_ESTATE": ("w_way=estate", ""),
    "CONTACT_REACHED": ("k_mobile=13800138001", ""),
    "WORKS_PREPAY": ("", "c_amount=0"),
    "TRUE_ONLY": ("o_true=no", ""),
    "SIGNED_BY_TODAY": ("o_signed=2026-09-23", ""),
}


def test_a_clean_report_only_tells_what_is_to_be_prepaid() -> None:
    state = report()
    assert codes(state) == ["WORKS_PREPAY"]
    assert state.text(SINGLE, "w_prepay") == "20000"  # 1,090,000 / 1.09 * 2 %
    assert state.text(SINGLE, "w_days") == "129"


def test_every_rule_is_tried() -> None:
    assert list(CASES) == list(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_is_broken_and_kept(rule: str) -> None:
    breaks, keeps = CASES[rule]
    broken = [one for one in report(*put(breaks)).problems() if one.code == rule]
    assert [(one.row, one.field) for one in broken] == [(SINGLE, RULES[rule].on)]
    kept = report(*put(keeps))
    assert rule not in codes(kept)
    assert judged_true(kept, rule)


@pytest.mark.parametrize(
    ("place", "area"),
    [
        ("湖南省长沙市岳麓区", "430000"),
        ("湖南长沙岳麓区", "430000"),
        ("广东省深圳市南山区", "440300"),
        ("深圳市南山区", "440300"),
        ("广东省广州市天河区", "440000"),
        ("内蒙古自治区包头市昆都仑区", "150000"),
        ("吉林省吉林市船营区", "220000"),
        ("重庆市渝北区", "500000"),
        ("四川省北京路一号区", "510000"),
        ("长沙市", ""),
    ],
)
def test_the_area_of_a_place_is_where_its_name_begins(place: str, area: str) -> None:
    assert report(Put(SINGLE, "place", place)).text(SINGLE, "place_area") == area


def test_a_separately_planned_city_is_another_region_than_its_province() -> None:
    home = "x_area=440000 x_city=广州市 x_county=天河区 place=广东省深圳市南山区"
    assert codes(report(*put(home))) == ["WORKS_PREPAY"]
    own = "x_area=440300 x_county=南山区 place=深圳市南山区"
    assert "SAME_COUNTY" in codes(report(*put(own)))


def test_trade_asks_nothing_about_building() -> None:
    state = report(*put("w_way=retail w_subcontract=1"))
    assert not any(state.relevant(SINGLE, one) for one in ("w_subcontract", "w_method", "w_prepay"))
    assert codes(state) == []


# -- one list, many reports


def sheet(*lines: Sequence[str]) -> Sheet:
    return Sheet(
        "text", "utf-8", ",", "", (), tuple(Line(n, tuple(one)) for n, one in enumerate(lines, 1))
    )


def cells(*lines: Sequence[str]) -> list[dict[str, str]]:
    return bulk_cells(report(), sheet(*lines), words())


def test_a_bare_list_of_places_is_enough() -> None:
    bare = cells(["湖南省长沙市岳麓区"], ["江西省 南昌市"], [""], ["四川省成都市武侯区"])
    assert bare == [
        {"place": "湖南省长沙市岳麓区"},
        {"place": "江西省 南昌市"},
        {"place": "四川省成都市武侯区"},
    ]
    assert cells(["经营地"], ["湖南省长沙市岳麓区"]) == bare[:1]


def test_more_columns_say_what_else_differs() -> None:
    found = cells(
        ["序号", "经营地", "经营地址", "合同金额(万元)", "报验管理有效期起", "报验管理有效期止"],
        ["1", "湖南省长沙市岳麓区", "麓谷大道658号", "109", "2026/9/25", "2026年12月31日"],
        ["2", "江西省南昌市青山湖区", "", "5,000元", "", ""],
        ["合计", "", "", "109.5", "", ""],
    )
    assert found == [
        {
            "place": "湖南省长沙市岳麓区",
            "place_address": "麓谷大道658号",
            "c_amount": "1090000",
            "w_from": "2026-09-25",
            "w_to": "2026-12-31",
        },
        {"place": "江西省南昌市青山湖区", "c_amount": "5000"},
    ]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("bulk-no-heading", [["湖南省长沙市岳麓区", "麓谷大道658号"]]),
        ("bulk-unknown-column", [["经营地", "天气"], ["湖南省长沙市岳麓区", "晴"]]),
        ("bulk-no-column", [["经营地址", "合同编号"], ["麓谷大道658号", "1"]]),
        ("bulk-unclear", [["经营地", "有效期起"], ["湖南省长沙市岳麓区", "1"]]),
    ],
)
def test_what_is_unclear_is_refused(code: str, lines: list[list[str]]) -> None:
    with pytest.raises(Refused) as refused:
        cells(*lines)
    assert refused.value.code == code


def test_a_form_without_a_bulk_makes_none() -> None:
    from tests.twoforms import holders

    with pytest.raises(Refused, match="bulk-none"):
        bulk_cells(holders(), sheet(["x"]), words())
    with pytest.raises(Refused, match="bulk-none"):
        cells()
