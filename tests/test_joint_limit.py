"""What several departments review is never due on the day it was accepted."""

from dataclasses import replace
from datetime import date

import pytest

from hallclient.actions import case_watch
from hallclient.actions.calendars import calendar_of
from hallclient.actions.editions import shipped_checklists
from hallclient.rules.lights import Light, light_of
from hallclient.rules.review.clocks import Limit, decision_limit
from hallclient.rules.review.departments import step_limit
from tests.casekit import DAY_MS, SUPERVISOR, Case
from tests.hallkit import Kit

TODAY = date(2026, 9, 22)


def test_a_joint_set_up_has_the_laws_days_and_its_departments_one_less(kit: Kit) -> None:
    case = Case(kit, "co_setup").accepted()
    assert case.state == "handling"
    calendar = calendar_of(kit.store)
    clock = case.facts.clock("decide")
    assert clock is not None
    assert (clock.limit, clock.unit, clock.due) == (3, "W", calendar.after(TODAY, 3))
    assert {one.due for one in case.facts.tasks} == {calendar.after(TODAY, 2)}
    assert set(case_watch.lights(kit.store, SUPERVISOR)["decide"]) == {Light.GREEN}
    kit.clock.ms += DAY_MS
    assert Light.OVERDUE not in case_watch.lights(kit.store, SUPERVISOR)["decide"]
    assert light_of(calendar, clock, calendar.after(TODAY, 1)) is not Light.OVERDUE
    assert light_of(calendar, clock, calendar.after(TODAY, 4)) is Light.OVERDUE


def test_what_one_department_does_on_the_spot_is_due_at_once(kit: Kit) -> None:
    case = Case(kit, "seal").accepted()
    clock = case.facts.clock("decide")
    assert clock is not None
    assert (clock.limit, clock.due) == (0, TODAY)


@pytest.mark.parametrize(("name", "limit"), [("co_setup", Limit(3, "W")), ("build", Limit(3, "W"))])
def test_the_limit_of_a_joint_decision(name: str, limit: Limit) -> None:
    assert decision_limit(shipped_checklists()[name]) == limit


def test_only_joint_lists_without_a_promise_are_under_the_law() -> None:
    for one in shipped_checklists().values():
        promised = Limit(one.promised_limit, one.promised_unit)
        joint = len(one.departments) > 1 and not one.promised_limit
        assert decision_limit(one) == (
            Limit(one.legal_limit, one.legal_unit) if joint else promised
        )
        if len(one.departments) > 1:
            assert decision_limit(one).n > 0


def test_a_list_of_a_joint_item_in_days_of_the_calendar_gives_them_whole(kit: Kit) -> None:
    facts = Case(kit, "co_setup").facts
    days = replace(facts.checklist, legal_limit=5, legal_unit="N", promised_unit="N")
    assert step_limit(replace(facts, checklist=days)) == Limit(5, "N")
