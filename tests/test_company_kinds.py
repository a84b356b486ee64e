"""Companies of many kinds on the one form: their names, persons, partners and holders."""

from __future__ import annotations

import pytest

from hallclient.rules.form.edits import SINGLE, Drop
from hallclient.rules.form.repairs import repair
from hallclient.rules.form.state import State
from tests import company
from tests.company import credit_code, identity


@pytest.mark.parametrize(
    "name",
    ["武汉大吉科技有限公司", "大吉（武汉）科技有限公司", "大吉科技（武汉）有限公司"],
)
def test_brackets_around_the_region_are_allowed(name: str) -> None:
    state = company.state()
    company.put(state, [(SINGLE, "name", name)])
    assert state.problems() == []


def test_the_legal_representative_is_the_officer_marked() -> None:
    state = company.state()
    assert state.text(SINGLE, "l_name") == "王伟"
    company.put(state, [("o1", "o_legal_rep", "no"), ("o2", "o_legal_rep", "yes")])
    assert state.text(SINGLE, "l_name") == "欧阳静"
    assert state.text(SINGLE, "l_mobile") == "13800138002"
    assert state.text(SINGLE, "l_post") == "408A"


def test_one_phone_is_the_phone_of_every_role() -> None:
    state = company.state()
    company.put(state, [("p1", "p_mobile", "13900139001")])
    assert state.text("o1", "o_phone") == state.text(SINGLE, "l_mobile") == "13900139001"


def test_five_years_end_on_28_february() -> None:
    state = company.state()
    company.put(state, [(SINGLE, "ck_est_date", "2028-02-29"), ("h1", "h_due", "2033-02-28")])
    assert "CAP_5Y" not in {problem.code for problem in state.problems()}
    company.put(state, [("h1", "h_due", "2033-03-01")])
    [problem] = [one for one in state.problems() if one.code == "CAP_5Y"]
    assert (problem.row, problem.params["last"]) == ("h1", "2033-02-28")


@pytest.mark.parametrize(("partners", "wrong"), [(1, True), (2, False), (50, False), (51, True)])
def test_a_limited_partnership_has_2_to_50_partners(partners: int, wrong: bool) -> None:
    state = company.state(company.partnership(partners))
    assert [problem.code for problem in state.problems()] == ["PARTNER_COUNT"] * wrong


@pytest.mark.parametrize(("partners", "wrong"), [(1, True), (2, False), (200, False)])
def test_a_general_partnership_has_any_number_of_partners(partners: int, wrong: bool) -> None:
    state = company.state(company.partnership(partners, limited=False))
    assert [problem.code for problem in state.problems()] == ["PARTNER_COUNT"] * wrong


def test_shares_of_many_holders_need_not_be_round() -> None:
    state = company.state(company.partnership(49))
    assert sum(state.value(row, "h_ratio") for row in state.rows("holder")) != 100
    assert state.problems() == []


def mended(state: State, code: str, way: str) -> None:
    """Mend the last problem of a rule in a way it offers."""
    problem = [problem for problem in state.problems() if problem.code == code][-1]
    ids = iter(f"n{number}" for number in range(99))
    state.apply(repair(state, problem, way, lambda: next(ids)))
    assert code not in {one.code for one in state.problems()}


@pytest.mark.parametrize(
    ("way", "amounts"), [("last-row", ["60", "65"]), ("pro-rata", ["75", "50"])]
)
def test_amounts_are_made_to_add_up(way: str, amounts: list[str]) -> None:
    state = company.state()
    company.put(state, [(SINGLE, "reg_cap", "125")])
    mended(state, "CAP_SUM", way)
    assert [state.text(row, "h_sub") for row in state.rows("holder")] == amounts
    assert state.problems() == []


def test_who_has_not_confirmed_gets_a_row() -> None:
    state = company.state()
    state.apply([Drop("r1"), Drop("r3")])
    problem = next(problem for problem in state.problems() if problem.code == "REALNAME")
    assert problem.params == {"name": "王伟"}
    state.apply(repair(state, problem, "add-missing", iter(["n2", "n1"]).__next__))
    assert state.rows("realname") == ["r2", "n2", "n1"], "in the order of the persons"
    made = {state.value(row, "rn_person"): row for row in state.rows("realname")}
    assert set(made) == {"p1", "p2", "p3"}
    company.put(state, [(made[person], "rn_result", "confirmed") for person in ("p1", "p3")])
    assert state.problems() == []


def test_a_person_entered_twice_becomes_one() -> None:
    state = company.state()
    company.add(state, "person", "p9", p_name="王伟", p_cert_no=identity("19900307", 123))
    company.put(state, [("h1", "h_person", "p9")])
    mended(state, "PERSON_TWICE", "use-person")
    assert state.value("h1", "h_person") == "p1"
    assert state.problems() == []


def test_a_foreign_holder_opens_the_foreign_part() -> None:
    state = company.state()
    assert not state.section_relevant("foreign")
    company.put(state, [("p1", "p_country", "HKG")])
    assert state.section_relevant("foreign")
    assert state.text("h1", "h_ctrl") == "hmt"
    assert "FI_AGENT" in {problem.code for problem in state.problems()}
    assert state.readiness()["SWJ"].needed == 3


def test_a_company_can_be_a_holder() -> None:
    state = company.state()
    organisation = [
        ("p2", "p_kind", "company"),
        ("p2", "p_cert_type", "business_licence"),
        ("p2", "p_name", "武汉知音投资有限公司"),
        ("p2", "p_card_until", ""),
    ]
    company.put(state, [*organisation, ("p2", "p_cert_no", credit_code())])
    state.apply([Drop("o2"), Drop("r2")])
    company.put(state, [(SINGLE, "ck_no_sup_agreed", "yes")])
    assert state.problems() == []
    assert not state.relevant("h2", "h_beneficial")
    assert [state.text(row, "h_ctrl") for row in ("h1", "h2")] == ["private", "private"]
    company.put(state, [("p2", "p_control", "state")])
    assert state.text("h2", "h_ctrl") == "state"
    company.put(state, [("p2", "p_cert_no", "91420100QQ00000120")])
    assert "wrong-id" in {problem.code for problem in state.problems_at("h2", "h_cert_no")}
