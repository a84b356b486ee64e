"""What departments get: the same for the same form, row by row, and never more than is theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.extract import (
    ROW,
    Change,
    applied,
    canonical,
    difference,
    digest,
    extract,
)
from hallclient.rules.form.preview import Lack, missing, preview
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Department, Field, Form, Option, Section, Type
from hallclient.rules.form.state import State
from tests import company
from tests.company import TODAY
from tests.twoforms import PEOPLE, codes, holders, program, put, report

# -- by example


def test_an_extract_in_full() -> None:
    found = extract(holders(), "SW")
    assert {key: found[key] for key in ("department", "target", "form")} == {
        "department": "SW",
        "target": "tax.holder-change.v1",
        "form": "holder-change@2026.1",
    }
    assert found["fields"] == {
        "NSRMC": "武汉大吉科技有限公司",
        "NSRSBH": "91420100QQ00000125",
        "DJZCLX": {"code": "1130", "label": "有限责任公司(自然人投资或控股)"},
        "CLRQ": "2020-05-06",
        "BGQZCZB": {"amount": 100_000_000, "unit": "fen"},
        "JZC": {"amount": 110_000_000, "unit": "fen"},
        "BGHZCZB": {"amount": 100_000_000, "unit": "fen"},
        "BGHDJZCLX": {"code": "1130", "label": "有限责任公司(自然人投资或控股)"},
    }
    assert found["tables"]["transfer"] == [
        {
            "row": "t1",
            "BDFS": {"code": "sale", "label": "有偿转让"},
            "ZRF": "p1",
            "SRF": "p3",
            "ZRE": {"amount": 30_000_000, "unit": "fen"},
            "ZRSJE": {"amount": 30_000_000, "unit": "fen"},
            "ZRBL": "30",
            "ZRJK": {"amount": 35_000_000, "unit": "fen"},
            "XYRQ": "2026-09-18",
            "SFGX": {"code": "none", "label": "无亲属关系"},
            "YCYBZ": True,
            "WSCY": {"code": "paid", "label": "已完税"},
            "WSPZH": "WS-2026-0001",
        }
    ]
    assert found["changes"]["holder"] == [
        {
            "row": "h1",
            "kind": "changed",
            "was": {"BGHRJE": _wan(60), "BGHSJE": _wan(60)},
            "now": {"BGHRJE": _wan(30), "BGHSJE": _wan(30)},
        },
        {
            "row": "h3",
            "kind": "added",
            "was": {},
            "now": {"BGHRJE": _wan(30), "BGHSJE": _wan(30)},
        },
    ]
    assert found["sensitive"]["tables"]["transfer"] == [
        {"row": "t1", "ZRFMC": "王伟", "SRFMC": "买买提·吐尔逊"}
    ]
    assert [row["row"] for row in found["tables"]["person"]] == ["p1", "p2", "p3"]


def _wan(n: int) -> dict[str, Any]:
    return {"amount": n * 1_000_000, "unit": "fen"}


def test_what_is_not_asked_or_not_readable_is_not_sent() -> None:
    state = holders(*put("t1.t_way=gift c_founded=gestern a_type=9999"))
    found = extract(state, "SW")
    assert not {"CLRQ", "BGHDJZCLX", "JZC"} & found["fields"].keys()
    assert not {"ZRJK"} & found["tables"]["transfer"][0].keys()


def test_a_department_hears_of_nobody_without_a_part_in_its_matter() -> None:
    stranger = put("+person:p9 p9.p_kind=natural p9.p_name=过客 p9.p_mobile=13800138009")
    assert canonical(extract(holders(*stranger), "SW")) == canonical(extract(holders(), "SW"))


def test_numbers_are_exact_and_the_text_is_one() -> None:
    found = extract(holders(*put("a_capital=90")), "SCJG")
    assert [row["h_ratio"] for row in found["tables"]["holder"]] == [
        "33.3333",
        "44.4444",
        "33.3333",
    ]
    text = canonical(found)
    assert canonical(json.loads(text)) == text
    assert digest(json.loads(text)) == digest(found) != digest(extract(holders(), "SCJG"))


SHAPES = Form(
    "shapes",
    "1",
    "形状",
    "Shapes",
    (
        Section(
            "one",
            "一",
            "One",
            tuple(
                Field(f"f_{kind}", "one", kind, kind, kind, choices=choices, departments=("A",))
                for kind, choices in (
                    (Type.INT, ""),
                    (Type.DECIMAL, ""),
                    (Type.BOOL, ""),
                    (Type.MONTH, ""),
                    (Type.DATETIME, ""),
                    (Type.LIST, ""),
                    (Type.MULTI, "words"),
                    (Type.MONEY, ""),
                )
            ),
        ),
    ),
    departments=(Department("A", "甲", "A", required=("f_int",)),),
    dictionaries={"words": (Option("a", "甲", "A"), Option("b", "乙", "B"))},
)


def test_each_type_has_one_shape() -> None:
    state = State(compile_form(SHAPES), TODAY)
    texts = {
        "f_int": "12",
        "f_decimal": "12.500001",
        "f_bool": "no",
        "f_month": "2026-09",
        "f_datetime": "2026-09-22 10:30",
        "f_list": "x,y",
        "f_multi": "a,b",
        "f_money": "0.000001",
    }
    state.apply(Put(SINGLE, name, text) for name, text in texts.items())
    assert extract(state, "A")["fields"] == {
        "f_int": 12,
        "f_decimal": "12.500001",
        "f_bool": False,
        "f_month": "2026-09",
        "f_datetime": "2026-09-22T10:30",
        "f_list": ["x", "y"],
        "f_multi": [{"code": "a", "label": "甲"}, {"code": "b", "label": "乙"}],
        "f_money": {"amount": 1, "unit": "fen"},
    }
    state.apply([Put(SINGLE, "f_multi", "a,z"), Put(SINGLE, "f_int", "")])
    assert not {"f_multi", "f_int"} & extract(state, "A")["fields"].keys()
    assert [(one.field, one.code) for one in missing(state, "A")] == [
        ("f_int", "needed"),
        ("f_multi", "unreadable"),
    ]


def test_an_unknown_department_is_said() -> None:
    for ask in (extract, missing, preview):
        with pytest.raises(KeyError):
            ask(holders(), "XX")


# -- what lacks, and the preview


def test_nothing_lacks_in_a_clean_filing() -> None:
    for department in ("SCJG", "SW", "HALL"):
        assert missing(holders(), department) == []
    assert missing(report(), "SW") == missing(report(), "HALL") == []


def test_what_lacks_is_named_as_the_department_names_it() -> None:
    state = holders(*put("c_name= t1.t_price= h1.h_sub=viel -b1 -b2"))
    assert missing(state, "SW") == [
        Lack("company", "", "c_name", "NSRMC", "required"),
        Lack("before", "", "", "", "too-few-rows"),
        Lack("transfer", "t1", "t_price", "ZRJK", "required"),
        Lack("holder", "h1", "h_sub", "BGHRJE", "unreadable"),
    ]
    assert [one.field for one in missing(state, "HALL")] == ["c_name"]


def test_a_preview_masks_people_and_shows_choices_by_name() -> None:
    lines = {(one.row, one.field.id): one for one in preview(holders(), "SW")}
    assert lines["h3", "h_name"].zh == "买**·吐**"
    assert lines["h1", "h_cert_no"].zh == PEOPLE["p1"][1][:6] + "*" * 8 + PEOPLE["p1"][1][-4:]
    assert (lines["t1", "t_way"].zh, lines["t1", "t_way"].en) == ("有偿转让", "Sale")
    assert (lines["", "c_name"].name, lines["", "c_name"].zh) == ("NSRMC", "武汉大吉科技有限公司")
    (lacking,) = [one for one in preview(holders(*put("c_name=")), "SW") if one.lack]
    assert (lacking.name, lacking.lack, lacking.zh) == ("NSRMC", "required", "")


# -- corrections


def test_a_correction_tells_only_what_differs() -> None:
    before = extract(holders(), "SCJG")
    state = holders(*put("c_name=武汉大吉科技发展有限公司 h1.h_way=ip p2.p_mobile=13900139000 -b2"))
    changes = difference(before, extract(state, "SCJG"))
    told = {one.path: (one.was, one.now) for one in changes}
    assert told["fields", "c_name"] == ("武汉大吉科技有限公司", "武汉大吉科技发展有限公司")
    assert told["tables", "holder", "h1", "h_way"][1] == {"code": "ip", "label": "知识产权"}
    assert told["sensitive", "tables", "person", "p2", "p_mobile"] == ("13800138001", "13900139000")
    assert told["tables", "before", "b2", "row"] == ("b1", None)
    assert all(one.path[:3] != ("tables", "holder", "h3") for one in changes)


def test_a_row_put_in_between_moves_only_the_next_one() -> None:
    row = Section("row", "行", "Rows", (Field("f", "row", "值", "Value", Type.TEXT,
                  departments=("A",)),), repeat=True)  # fmt: skip
    form = Form("rows", "1", "行", "Rows", (row,), departments=(Department("A", "甲", "A"),))
    state = State(compile_form(form), TODAY)
    state.apply(Add("row", f"r{n}", n * STEP) for n in (1, 2, 3))
    before = extract(state, "A")
    state.apply([Add("row", "new", STEP + 1), Put("new", "f", "x")])
    assert difference(before, extract(state, "A")) == [
        Change(("tables", "row", "new", "f"), None, "x"),
        Change(("tables", "row", "new", "row"), None, "r1"),
        Change(("tables", "row", "r2", "row"), "r1", "new"),
    ]


# -- properties


ROWS = ["p1", "p2", "p3", "p4", "b1", "b2", "t1", "t2", "h1", "h2", "h3", "h4"]
SECTION = {"p": "person", "b": "before", "t": "transfer", "h": "holder"}
HOLDERS = program("holder-change")
TEXTS: dict[Type, list[str]] = {
    Type.MONEY: ["", "0", "10", "30", "60", "100", "viel"],
    Type.DATE: ["", "2020-05-06", "2026-09-18", "2032-07-01", "gestern"],
    Type.PERSON: ["", "p1", "p2", "p3", "p4", "h1"],
    Type.BOOL: ["", "yes", "no"],
    Type.TEXT: ["", "甲", "乙"],
    Type.ADDRESS: ["", "洪山区"],
    Type.ID: ["", PEOPLE["p1"][1], PEOPLE["p2"][1], "1"],
}


@st.composite
def steps(draw: st.DrawFn) -> list[Edit]:
    made: list[Edit] = []
    for _ in range(draw(st.integers(1, 12))):
        row = draw(st.sampled_from([SINGLE, *ROWS]))
        section = SECTION[row[0]] if row else ""
        act = draw(st.sampled_from(["put", "put", "put", "add", "drop"])) if row else "put"
        if act == "add":
            made.append(Add(section, row, draw(st.integers(0, 5)) * STEP))
        elif act == "drop":
            made.append(Drop(row))
        else:
            fields = [
                one
                for one in HOLDERS.layout.fields.values()
                if HOLDERS.layout.row_of(one) == section and not one.via and not one.calculation
            ]
            field = draw(st.sampled_from(fields))
            given = [option.code for option in HOLDERS.form.dictionaries.get(field.choices, ())]
            made.append(
                Put(row, field.id, draw(st.sampled_from(TEXTS.get(field.type, [""]) + given)))
            )
    return made


def anew(one: State) -> State:
    """A state made at once from the same rows and cells."""
    made = State(one.program, TODAY)
    repeats = [section.id for section in one.form.sections if section.repeat]
    rows = [(section, row, one.place_of(row)) for section in repeats for row in one.rows(section)]
    made.load(rows, list(one.cells()))
    return made


@settings(max_examples=80, deadline=None)
@given(steps())
def test_the_same_form_gives_the_same_extract_however_it_came_about(edits: list[Edit]) -> None:
    state = holders()
    for edit in edits:
        state.apply([edit])
    again = anew(state)
    assert codes(state) == codes(again)
    for department in ("SCJG", "SW", "HALL"):
        assert canonical(extract(state, department)) == canonical(extract(again, department))
        assert missing(state, department) == missing(again, department)


@settings(max_examples=80, deadline=None)
@given(steps(), steps())
def test_a_correction_applied_to_what_was_sent_is_what_would_be_sent(
    first: list[Edit], second: list[Edit]
) -> None:
    one, two = holders(*first), holders(*second)
    for department in ("SCJG", "SW", "HALL"):
        before, after = extract(one, department), extract(two, department)
        changes = difference(before, after)
        assert applied(before, changes) == after
        assert applied(after, [Change(path, now, was) for path, was, now in changes]) == before
        sent = [Change(tuple(path), was, now) for path, was, now in json.loads(canonical(changes))]
        assert canonical(applied(json.loads(canonical(before)), sent)) == canonical(after)
        assert (changes == []) == (canonical(before) == canonical(after))


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Names and values, wherever they stand."""
    if isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, (dict, list)) and not (isinstance(one, dict) and "code" in one):
                yield from leaves(one)
            else:
                yield key, one
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)


@settings(max_examples=40, deadline=None)
@given(steps())
def test_a_department_gets_its_own_fields_only_and_people_on_the_separate_sheet(
    edits: list[Edit],
) -> None:
    state = holders(*edits)
    hidden = personal(state.program)
    for department in state.form.departments:
        own = {
            department.names.get(one.id, one.id): one.id
            for one in state.form.fields.values()
            if department.id in one.departments
        }
        found = extract(state, department.id)
        sealed = found.pop("sensitive")
        for part, secret in ((found["fields"], False), (sealed["fields"], True)):
            assert all((own[name] in hidden) is secret for name in part)
        for part, secret in ((found["tables"], False), (sealed["tables"], True)):
            for row in (row for rows in part.values() for row in rows):
                assert all((own[name] in hidden) is secret for name in row if name != ROW)
        for row in (row for rows in found["changes"].values() for row in rows):
            assert not {own[name] for side in ("was", "now") for name in row[side]} & hidden


@pytest.mark.parametrize("made", ["holder-change", "cross-region-tax", "company-setup"])
def test_no_personal_text_stands_outside_the_separate_sheet(made: str) -> None:
    if made == "company-setup":
        state = State(company.program(), TODAY)
        rows, cells = company.complete()
        state.load(rows, [(row, name, text) for (row, name), text in cells.items()])
    else:
        state = holders() if made == "holder-change" else report()
    hidden = personal(state.program)
    kept = (Type.TEXT, Type.ID, Type.PHONE, Type.MOBILE, Type.ADDRESS)
    secrets = {
        text
        for name in hidden
        if (field := state.field(name)).type in kept
        for row in state.rows(field.section)
        if (text := state.text(row, name))
    }
    assert len(secrets) >= 5
    for department in state.form.departments:
        found = extract(state, department.id)
        sealed = {value for _, value in leaves(found.pop("sensitive")) if isinstance(value, str)}
        said = {value for _, value in leaves(found) if isinstance(value, str)}
        assert not secrets & said
        assert ROW not in department.names.values()
        assert sealed or department.id not in ("SCJG", "SW")


def test_what_is_computed_of_a_person_is_personal_too() -> None:
    assert {"p_sex", "p_birth", "o_phone", "h_cert_no"} <= personal(company.program())
    assert "h_ratio" not in personal(company.program())


def test_a_ratio_is_rounded_as_the_form_says() -> None:
    state = holders(*put("h3.h_sub=29.999999"))
    ratio = Fraction(extract(state, "SW")["tables"]["holder"][2]["BGHBL"])
    assert ratio == Fraction("30")


def test_what_is_found_among_people_is_personal_and_how_many_are_is_not() -> None:
    asked = {
        "first": "first(p_name, p_kind == 'natural')",
        "found": "lookup(p_kind, 'natural', p_mobile)",
        "again": "concat('', l_name)",
        "many": "count(person, sex(p_cert_no) == 'male')",
        "same": "matching(p_cert_no, name)",
        "least": "min(h_sub, h_name == name)",
    }
    kinds = {"many": Type.INT, "same": Type.INT, "least": Type.MONEY}
    form = company.form()
    fields = [
        Field(key, "more", key, key, kinds.get(key, Type.TEXT), calculation=source)
        for key, source in asked.items()
    ]
    more = Section("more", "more", "more", tuple(fields))
    found = personal(compile_form(replace(form, sections=(*form.sections, more))))
    assert asked.keys() & found == {"first", "found", "again"}


def test_what_is_not_asked_of_a_person_keeps_no_extract_back() -> None:
    form = company.form()
    roster = next(one for one in form.sections if one.id == form.roster)
    natural = tuple(
        replace(one, relevant="p_kind.natural") if one.id == "p_mobile" else one
        for one in roster.fields
    )
    sections = tuple(
        replace(one, fields=natural) if one is roster else one for one in form.sections
    )
    state = State(compile_form(replace(form, sections=sections, rules=())), company.TODAY)
    rows, cells = company.complete()
    state.load(rows, [(row, name, text) for (row, name), text in cells.items()])
    state.apply([Put("p2", "p_kind", "company")])
    assert state.text("o2", "o_phone")
    lacks = [
        one.code for one in missing(state, "SCJG") if (one.row, one.field) == ("o2", "o_phone")
    ]
    assert lacks == ["required"]  # of the role; the number that stands there is nobody's
    phone = next(
        one for one in preview(state, "SCJG") if (one.row, one.field.id) == ("o2", "o_phone")
    )
    assert (phone.zh, phone.lack) == ("", "required")
