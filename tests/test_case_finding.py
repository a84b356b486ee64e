"""What is typed finds cases by their text; a list by light has what the whole list has in it."""

from datetime import date, timedelta

import pytest

from hallclient.actions import case_find, case_watch, cases
from hallclient.actions.cases import Applicant
from hallclient.rules.lights import Light
from tests.casekit import C1, SUPERVISOR
from tests.hallkit import Kit
from tests.watchkit import Desk


def opened(kit: Kit, name: str) -> str:
    """The number of a case of this organisation."""
    whose = Applicant("organisation", name)
    return str(cases.open_case(kit.store, C1, checklist="food", applicant=whose)["number"])


def found(kit: Kit, typed: str) -> list[str]:
    return [row["number"] for row in case_find.find(kit.store, C1, typed)]


def test_a_whole_number_is_that_number_and_nothing_else(kit: Kit) -> None:
    mine = opened(kit, "武汉大吉科技有限公司")
    other = opened(kit, f"武汉{mine}有限公司")
    assert found(kit, mine) == [mine]
    assert sorted(found(kit, mine[:-1])) == sorted([mine, other])


@pytest.mark.parametrize("typed", ["*", "?", "[", "[a-z]", "%", "_", "武*", "w?", "[]", "大_"])
def test_no_sign_that_is_typed_is_a_pattern(kit: Kit, typed: str) -> None:
    opened(kit, "武汉大吉科技有限公司")
    plain = "".join(filter(str.isalnum, typed))
    assert found(kit, typed) == (found(kit, plain) if plain else [])


@pytest.mark.parametrize(
    ("typed", "there"),
    [("武", True), ("大", False), ("w", True), ("h", False), ("2", True), ("大吉", True)],
)
def test_one_character_is_the_beginning_of_a_word(kit: Kit, typed: str, there: bool) -> None:
    opened(kit, "武汉大吉科技有限公司")
    assert bool(found(kit, typed)) is there


def test_the_rows_of_a_light_are_those_of_the_whole_list(kit: Kit) -> None:
    desk = Desk(kit)
    today = date(2026, 9, 22)
    for n in range(-6, 13):
        case = desk.case("accepted")
        due = (today + timedelta(n)).isoformat()
        limit, unit = (10, "W") if n % 3 else (6, "N")
        desk.clock(case, "decide", "2026-09-10", due, limit=limit, unit=unit)
        if not n % 4:
            pauses = [("2026-09-18", None)]
            desk.clock(case, "deliver", "2026-09-10", due, state="paused", pauses=pauses)
    everything = case_watch.deadlines(kit.store, SUPERVISOR, most=100)
    for light in Light:
        wanted = [one for one in everything if one.light is light]
        assert wanted
        assert case_watch.deadlines(kit.store, SUPERVISOR, light=light, most=100) == wanted
    late = case_watch.deadlines(kit.store, SUPERVISOR, light=Light.OVERDUE, timer="deliver")
    assert late == []
