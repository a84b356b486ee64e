"""Working days: the vectors, and ten years counted day by day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.actions.editions import shipped
from hallclient.rules.lights import Light, left_of, light_of
from hallclient.rules.review.facts import ClockFact
from hallclient.rules.workdays import UNITS, Calendar, Day, Pause

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "workdays.json").read_text("utf-8")
)
CALENDAR = Calendar(shipped()["calendar"])
BEGIN = date(2020, 1, 1)


@pytest.mark.parametrize("vector", VECTORS["due"], ids=lambda one: str(one["start"]))
def test_a_due_day_is_that_of_the_vectors(vector: dict[str, Any]) -> None:
    found = CALENDAR.due(date.fromisoformat(vector["start"]), vector["days"])
    if vector["due"] is None:
        assert found.provisional
    else:
        assert (found.day.isoformat(), found.provisional) == (vector["due"], False)


def test_a_year_has_so_many_working_days() -> None:
    for year, count in VECTORS["working_days_per_year"].items():
        before, last = date(int(year) - 1, 12, 31), date(int(year), 12, 31)
        assert CALENDAR.between(before, last) == count


def test_days_that_nobody_has_published_are_marked() -> None:
    assert CALENDAR.due(date(2026, 12, 30), 1).provisional is False
    assert CALENDAR.due(date(2026, 12, 31), 1).provisional is True
    last = CALENDAR.explain(date(2026, 12, 30), 3)
    assert [one.provisional for one in last] == [one.day.year == 2027 for one in last]


def test_calendar_days_end_on_a_working_day() -> None:
    assert CALENDAR.due(date(2026, 9, 28), 3, "N").day == date(2026, 10, 8)
    assert CALENDAR.due(date(2026, 9, 21), 3, "N").day == date(2026, 9, 24)


def test_a_limit_of_nothing_is_due_at_once() -> None:
    for unit in UNITS:
        assert CALENDAR.due(date(2026, 10, 3), 0, unit).day == date(2026, 10, 3)


@pytest.mark.parametrize(("limit", "unit"), [(-1, "W"), (3, "X")])
def test_what_is_no_limit_is_refused(limit: int, unit: str) -> None:
    with pytest.raises(ValueError, match="no limit"):
        CALENDAR.due(date(2026, 9, 22), limit, unit)


# -- against a count day by day

DAYS = st.integers(0, 3650).map(lambda n: BEGIN + timedelta(n))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Ten years with random holidays and make-up days."""
    holidays = draw(st.sets(DAYS, max_size=120))
    makeup = draw(st.sets(DAYS.filter(lambda day: day.isoweekday() > 5), max_size=30)) - holidays
    return Calendar(
        {
            "version": "random",
            "known_from": "2020-01-01",
            "known_until": draw(DAYS).isoformat(),
            "holidays": [[day.isoformat(), "x", "x"] for day in sorted(holidays)],
            "makeup": [[day.isoformat(), "y", "y"] for day in sorted(makeup)],
        }
    )


@st.composite
def pauses(draw: st.DrawFn, start: date) -> tuple[Pause, ...]:
    """Pauses after the start, one after the other."""
    found, day = [], start
    for _ in range(draw(st.integers(0, 3))):
        first = day + timedelta(draw(st.integers(1, 15)))
        day = first + timedelta(draw(st.integers(0, 20)))
        found.append((first, day))
    return tuple(found)


def counted(calendar: Calendar, start: date, limit: int, stopped: tuple[Pause, ...]) -> date:
    """The due day, one day after the other."""
    day, n = start, 0
    while n < limit:
        day += timedelta(1)
        paused = any(first <= day <= (end or first) for first, end in stopped)
        n += calendar.kind(day) in (Day.WORKING, Day.MAKEUP) and not paused
    return day


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_arithmetic_is_that_of_a_calendar_on_the_wall(data: st.DataObject) -> None:
    calendar = data.draw(calendars())
    for _ in range(12):
        start = data.draw(DAYS)
        limit = data.draw(st.integers(0, 60))
        stopped = data.draw(pauses(start))
        due = calendar.due(start, limit, "W", stopped)
        assert due.day == counted(calendar, start, limit, stopped)
        assert due.provisional == (due.day > start and due.day > calendar.known_until)
        told = calendar.explain(start, limit, "W", stopped)
        assert [one.n for one in told if one.n] == list(range(1, limit + 1))
        assert calendar.used(start, due.day, "W", stopped) == limit
        assert calendar.after(start, limit) == counted(calendar, start, limit, ())


@settings(max_examples=30, deadline=None)
@given(calendars(), DAYS, DAYS)
def test_days_between_are_those_that_are_worked(calendar: Calendar, a: date, b: date) -> None:
    days = [a + timedelta(n) for n in range(1, (b - a).days + 1)]
    assert calendar.between(a, b) == sum(map(calendar.working, days))


# -- lights

START = date(2026, 11, 2)


def clock(limit: int, state: str = "running", stopped: tuple[Pause, ...] = ()) -> ClockFact:
    due = CALENDAR.due(START, limit, "W", stopped)
    return ClockFact("c", "decide", state, 0, START, limit, "W", stopped, due.day, None, False)


@pytest.mark.parametrize(
    ("day", "light", "left"),
    [
        (date(2026, 11, 2), Light.GREEN, 20),
        (date(2026, 11, 23), Light.GREEN, 5),
        (date(2026, 11, 24), Light.YELLOW, 4),
        (date(2026, 11, 26), Light.YELLOW, 2),
        (date(2026, 11, 27), Light.RED, 1),
        (date(2026, 11, 29), Light.RED, 1),
        (date(2026, 11, 30), Light.RED, 0),
        (date(2026, 12, 1), Light.OVERDUE, -1),
        (date(2026, 12, 7), Light.OVERDUE, -5),
    ],
)
def test_a_light_of_twenty_days(day: date, light: Light, left: int) -> None:
    assert light_of(CALENDAR, clock(20), day) is light
    assert left_of(CALENDAR, clock(20), day) == left


def test_a_paused_clock_is_grey_and_stands_still() -> None:
    paused = clock(20, "paused", ((date(2026, 11, 10), None),))
    for day in (date(2026, 11, 10), date(2026, 12, 20)):
        assert light_of(CALENDAR, paused, day) is Light.PAUSED
        assert left_of(CALENDAR, paused, day) == 15
