"""The company form holds everything that 企业开办 asks: nothing is lost, nothing asked twice.

`tests/data/company_fields.csv` and `company_rules.csv` are the lists it was made from: 164 fields
with their ten departments, 73 rules.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hallclient.actions.form_files import FOLDER, read_forms
from hallclient.paths import FIXTURES
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.entering import begin
from hallclient.rules.form.spec import Field, Level, Rule, Type
from hallclient.rules.form.state import State
from tests import company

DATA = Path(__file__).parent / "data"
DEPARTMENTS = ("SCJG", "GA", "SW", "RS", "YB", "GJJ", "RH", "TJ", "SWJ", "HALL")
TYPES = {
    "text": {Type.TEXT, Type.ADDRESS, Type.CHOICE},
    "code": {Type.CHOICE},
    "decimal": {Type.DECIMAL, Type.MONEY, Type.RATIO},
    "cert": {Type.ID},
    "ref": {Type.PERSON},
    "region": {Type.CHOICE},
    "mobile": {Type.PHONE},
}
"""Types that mean more than the list's own word; the others are called the same."""
OWN_RULES = ("PERSON_TWICE", "PARTNER_COUNT", "PARTNER_GENERAL")
ASKED_BY_RULE = {"set_mode", "scope_permit_no", "t_invoice_qty", "fi_service_agent", "d_later"}
"""Fields that a rule demands with a better message than "required"."""


def listed(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIELDS = listed("company_fields.csv")
RULES = listed("company_rules.csv")


def field(name: str) -> Field:
    return company.form().fields[name]


def rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in company.form().rules}


def words(dictionary: str) -> set[str]:
    return {option.zh for option in company.form().dictionaries[dictionary]}


def test_the_lists_are_whole() -> None:
    assert len(FIELDS) == 164
    assert len({one["section"] for one in FIELDS}) == 20
    assert len(RULES) == 73


def test_sections_and_fields_stand_in_their_order() -> None:
    form, wanted = company.form(), [(one["section"], one["id"]) for one in FIELDS]
    ids = {name for _, name in wanted}
    # The name is made of its four parts, so whoever types asks for these first.
    wanted.insert(4, wanted.pop(0))
    assert wanted[4] == ("basic", "name")
    assert [(one.section, name) for name, one in form.fields.items() if name in ids] == wanted
    extra = {section.id for section in form.sections} - {one["section"] for one in FIELDS}
    assert extra == {"person", "check"}


@pytest.mark.parametrize("one", FIELDS, ids=[one["id"] for one in FIELDS])
def test_a_field_is_as_listed(one: dict[str, str]) -> None:
    made = field(one["id"])
    assert made.zh == one["zh"]
    assert made.en
    assert set(made.departments) == {name for name in DEPARTMENTS if one[name]}
    assert made.type in TYPES.get(one["type"], {one["type"]})
    assert made.licence == bool(one["licence"])
    assert made.personal or not one["personal"]
    if one["max_length"] and made.type in (Type.TEXT, Type.ADDRESS, Type.LIST, Type.DIGITS):
        assert made.max_length >= int(one["max_length"])
    if one["options"]:
        assert set(one["options"].split("|")) <= words(made.choices)


@pytest.mark.parametrize("one", FIELDS, ids=[one["id"] for one in FIELDS])
def test_a_field_is_asked_as_listed(one: dict[str, str]) -> None:
    made = field(one["id"])
    match one["required"]:
        case "yes":
            assert made.required == "true" or made.calculation
        case "no":
            assert not made.required
        case "cond":
            assert made.required or made.id in ASKED_BY_RULE
            section = next(s for s in company.form().sections if s.id == made.section)
            assert made.relevant or section.relevant or made.required != "true"
        case "auto":
            assert not made.required
            assert made.calculation or made.clerk or made.default


def test_every_rule_is_as_listed() -> None:
    made = rules()
    assert list(made) == [*[one["id"] for one in RULES], *OWN_RULES]
    for one in RULES:
        rule = made[one["id"]]
        assert (rule.zh, rule.certainty) == (one["zh"], one["certainty"])
        assert rule.basis
        assert rule.en
        assert rule.fix_zh
        assert rule.fix_en
        if one["level"] != "error":
            assert rule.level == one["level"]


def test_what_may_follow_on_a_promise() -> None:
    errors = {one["id"] for one in RULES if one["level"] == "error"}
    levels = {name: rule.level for name, rule in rules().items() if name in errors}
    tolerable = {name for name, level in levels.items() if level is Level.TOLERABLE}
    assert set(levels.values()) == {Level.BLOCK, Level.TOLERABLE}
    assert tolerable == {"ADDR_PROOF", "FI_AGENT"}


def test_clerks_confirm_warnings_and_supervisors_let_pass_the_rest() -> None:
    for name, rule in rules().items():
        if rule.level is Level.WARN:
            assert "supervisor" in rule.override, name
        elif rule.override:
            assert rule.override == ("supervisor",), name
    assert rules()["CREDIT_GATE"].override == ("supervisor",)


def test_repairs_are_offered() -> None:
    assert rules()["CAP_SUM"].repair == ("last-row", "pro-rata")
    assert rules()["REALNAME"].repair == ("add-missing",)
    assert rules()["PERSON_TWICE"].repair == ("use-person",)


def test_departments_are_the_ten() -> None:
    assert tuple(one.id for one in company.form().departments) == DEPARTMENTS


def test_its_items_are_in_the_catalogue() -> None:
    with (FIXTURES / "catalogue" / "items.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert [codes[code] for code in company.form().items] == ["企业设立登记", "企业设立登记帮办"]
    _, problems = read_forms(FIXTURES / FOLDER, codes)
    assert [one for one in problems if "company-setup" in one.file] == []


# -- persons once


def test_only_the_roster_holds_numbers_and_names_of_persons() -> None:
    form = company.form()
    for one in form.fields.values():
        if one.type is Type.ID and one.section != form.roster:
            assert one.via, one.id
        if one.type in (Type.ID, Type.MOBILE, Type.EMAIL):
            assert one.via or one.section == form.roster or one.id == "email", one.id


def test_clerks_checks_are_for_no_department() -> None:
    asked = {one["id"] for one in FIELDS}
    for one in company.form().fields.values():
        if one.clerk and one.id not in asked:
            assert one.departments == ()
            assert not one.required or one.section == "check"


# -- lists of choices


@pytest.mark.parametrize(
    ("dictionary", "attribute", "other"),
    [
        ("city", "parent", "province"),
        ("county", "parent", "city"),
        ("bank_branch", "bank", "bank"),
        ("premises_right", "paper", "premises_paper"),
        ("scope_entry", "kind", "scope_kind"),
        ("scope_entry", "stage", "scope_stage"),
        ("scope_entry", "industry", "industry"),
        ("party_kind", "control", "control"),
    ],
)
def test_lists_that_point_into_others(dictionary: str, attribute: str, other: str) -> None:
    lists = company.form().dictionaries
    known = {option.code for option in lists[other]}
    assert {option.more[attribute] for option in lists[dictionary]} <= known


def test_every_entity_type_that_can_be_set_up_has_posts_and_a_form_of_name() -> None:
    lists = company.form().dictionaries
    groups = {option.more["group"] for option in lists["ent_type"]} - {"individual"}
    assert groups == {option.more["group"] for option in lists["org_form"]}
    posts = {option.more["group"] for option in lists["post"] if option.more.get("represents")}
    assert {"company" if one in ("LLC", "JSC") else one for one in groups} == posts


def test_a_standard_entry_says_its_own_wording() -> None:
    for option in company.form().dictionaries["scope_entry"]:
        assert option.more["wording"] == option.zh
        licensed = option.more["kind"] == "licensed"
        assert licensed == (option.more["stage"] != "none")


# -- what is asked when


@pytest.mark.parametrize(
    ("cell", "text", "names"),
    [
        ("ss_need", "no", "ss_first_date ss_kinds ss_headcount ss_industry_risk ss_officer"),
        ("hf_need", "no", "hf_first_month hf_rate_unit hf_bank"),
        ("b_need", "no", "b_bank b_branch b_when b_contact b_share_ok"),
        ("t_need", "no", "t_officer_name t_accounting t_vat"),
        ("addr_right", "own", "addr_lease_from addr_lease_to"),
        ("ag_kind", "self", "ag_auth_from ag_auth_to ag_ok_collect"),
        ("t_invoice", "", "t_invoice_qty t_max_amount"),
    ],
)
def test_what_is_not_asked(cell: str, text: str, names: str) -> None:
    state = company.state()
    for name in names.split():
        assert state.relevant(SINGLE, name)
    company.put(state, [(SINGLE, cell, text)])
    for name in names.split():
        assert not state.relevant(SINGLE, name)
        assert not state.problems_at(SINGLE, name)


@pytest.mark.parametrize(
    ("cell", "text", "name"),
    [
        ("ops_same", "no", "ops_addr"),
        ("term", "fixed", "term_years"),
        ("t_vat", "general", "t_vat_from"),
        ("delivery", "courier", "recipient"),
        ("ag_kind", "agency", "ag_org"),
        ("ck_filing", "change", "ck_registered"),
    ],
)
def test_what_is_asked_then(cell: str, text: str, name: str) -> None:
    state = company.state()
    assert not state.relevant(SINGLE, name)
    company.put(state, [(SINGLE, cell, text)])
    assert "required" in {problem.code for problem in state.problems_at(SINGLE, name)}


def test_an_empty_form_asks_and_accuses_of_nothing() -> None:
    state = State(company.program(), company.TODAY)
    state.apply(begin(state))
    assert state.text(SINGLE, "d_sign_date") == company.TODAY.isoformat()
    assert {problem.code for problem in state.problems()} == {"required", "too-few-rows"}
