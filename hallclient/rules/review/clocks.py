"""Clocks of a case: started, paused, gone on, stopped; what silence means in law.

Source: 行政许可法 32 (4): notice within five days, else accepted from the day of receipt; 42: the
decision; 44: delivery; 45: special procedures are outside the limit. A clock keeps what it was
counted from (start, limit, unit, pauses), so that it can be counted anew when the calendar changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from hallclient.rules.review.facts import ClockFact
from hallclient.rules.review.spec import Checklist, Timer
from hallclient.rules.workdays import CALENDAR, HOURS, WORKING, Calendar, Due, Pause

RUNNING, PAUSED, MET, LATE, DROPPED = "running", "paused", "met", "late", "dropped"
OPEN = (RUNNING, PAUSED)

DECIDE, SUPPLEMENT, STEP = "decide", "supplement", "step"
"""Timers whose limit comes from the item, from a promise, and from a department's task."""


class Limit(NamedTuple):
    """How long: days of a unit, or hours."""

    n: int
    unit: str


def limit_of(timer: Timer, checklist: Checklist) -> Limit:
    """The limit of a timer: its own, or what the item promises to decide in; what is promised is
    what counts, it is never longer than the legal limit.
    """
    if timer.id == DECIDE:
        return Limit(checklist.promised_limit, checklist.promised_unit)
    return Limit(timer.limit, timer.unit)


def counted(calendar: Calendar, start: date, limit: Limit, pauses: Sequence[Pause] = ()) -> Due:
    """When a clock is due."""
    return calendar.due(start, limit.n, limit.unit, pauses)


def until(calendar: Calendar, start: date, due: date) -> Limit:
    """The limit of a clock that is given its due day: so many working days."""
    return Limit(calendar.between(start, due), WORKING)


def paused(clock: ClockFact, today: date) -> tuple[Pause, ...]:
    """The pauses of a running clock that stops counting today."""
    return (*clock.pauses, (today, None))


def resumed(clock: ClockFact, today: date) -> tuple[Pause, ...]:
    """The pauses of a paused clock that goes on today."""
    return tuple((first, today if end is None else end) for first, end in clock.pauses)


def ended(clock: ClockFact, today: date, now: int) -> str:
    """How a clock ends that is stopped today: in time or late."""
    if clock.unit == HOURS and clock.due_at is not None:
        return MET if now <= clock.due_at else LATE
    return MET if today <= clock.due else LATE


def silent_days(calendar: Calendar, clock: ClockFact, today: date) -> int:
    """The how-manieth day of a notice clock it is (收件第 n 日)."""
    unit = clock.unit if clock.unit in (WORKING, CALENDAR) else CALENDAR
    return calendar.used(clock.start, today, unit, clock.pauses)


def alarmed(calendar: Calendar, timer: Timer, clock: ClockFact, today: date) -> bool:
    """Whether silence on a clock is to be told: from the timer's day on."""
    running = clock.state == RUNNING and bool(timer.alarm_after)
    return running and silent_days(calendar, clock, today) >= timer.alarm_after


def deemed_accepted(clock: ClockFact | None, today: date) -> date | None:
    """The day from which a case counts as accepted because nobody was told in time; None: not so.

    It is the day of receipt, the start of the notice clock (行政许可法 32 (4)).
    """
    if clock is None or clock.state != RUNNING or today <= clock.due:
        return None
    return clock.start
