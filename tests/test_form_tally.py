"""Counters that a task list shows: what may follow, which rules are broken anywhere."""

from dataclasses import replace

from hallclient.rules.form.edits import SINGLE, Add, Drop, Put
from hallclient.rules.form.preview import blocked
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import Level
from hallclient.rules.form.state import State
from tests import company, formkit


def test_what_may_follow_is_counted_until_it_is_there() -> None:
    state = company.state()
    assert state.section_state("addr").tolerable == 0
    company.put(state, [(SINGLE, "ck_premises", "none")])
    assert state.section_state("addr")[3:] == (0, 0, 0, 1)
    company.put(state, [(SINGLE, "ck_premises", "lease")])
    assert state.section_state("addr").tolerable == 0


def test_a_rule_is_broken_as_long_as_it_is_broken_somewhere() -> None:
    form = formkit.company()
    rules = tuple(
        replace(one, level=Level.TOLERABLE) if one.id == "PAID" else one for one in form.rules
    )
    state = State(compile_form(replace(form, rules=rules)), formkit.TODAY)
    for row in ("a", "b"):
        state.apply([Add("holder", row, 0), Put(row, "h_sub", "1"), Put(row, "h_paid", "2")])
    assert state.judging.breaks("PAID")
    assert state.section_state("holder").tolerable == 2
    state.apply([Drop("a")])
    assert state.judging.breaks("PAID")
    assert state.section_state("holder").tolerable == 1
    state.apply([Put("b", "h_paid", "1")])
    assert not state.judging.breaks("PAID")
    assert state.section_state("holder").tolerable == 0


def test_a_table_nobody_has_begun_is_missing_not_wrong() -> None:
    state = company.state(([], {}))
    assert (state.section_state("holder").missing, state.section_state("holder").wrong) == (1, 0)
    state = company.state()
    state.apply([Drop(row) for row in state.rows("holder")])
    assert state.section_state("holder").missing == 1


def test_a_department_is_told_what_is_wrong_with_a_person_that_it_hears_of() -> None:
    state = company.state()
    assert [one.wrong for one in state.readiness().values()] == [0] * 10
    company.put(state, [("p1", "p_name", "王@")])  # a holder, an officer, the representative
    assert [(one.code, one.row) for one in state.problems()] == [("PERSON_NAME", "p1")]
    ready = state.readiness()
    assert (ready["SCJG"].wrong, ready["RH"].wrong, ready["GA"].wrong) == (3, 2, 1)
    assert blocked(state, "GA") == {(SINGLE, "l_name")}
    assert blocked(state, "HALL") == set()
    company.put(state, [("h1", "h_person", "p3")])
    assert state.readiness()["SCJG"].wrong == 2
    assert state.section_state("holder").wrong == 0
    assert blocked(state, "SCJG") == {("o1", "o_name"), (SINGLE, "l_name")}
    company.put(state, [("p1", "p_name", "王伟")])
    assert [one.wrong for one in state.readiness().values()] == [0] * 10


def test_a_table_that_is_wrong_as_a_whole_holds_a_department_back() -> None:
    state = company.state()
    for n in range(51):
        company.add(state, "scope", f"more{n}")
    assert (SINGLE, "scope") in blocked(state, "SCJG")
    for n in range(51):
        state.apply([Drop(f"more{n}")])
    assert blocked(state, "SCJG") == set()
    state.apply([Drop("h1"), Drop("h2")])  # a table that nobody has begun is missing
    filled, needed, wrong = state.readiness()["SCJG"]
    assert (needed - filled, wrong) == (1, 0)
    assert (SINGLE, "holder") in blocked(state, "SCJG")
