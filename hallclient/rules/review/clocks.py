"""Clocks of a case: started, paused, gone on, stopped, counted anew; what silence means in law.

Source: 行政许可法 32 (4): notice within five days, else accepted from the day of receipt; 42: the
decision; 44: delivery; 45: special procedures are outside the limit. A clock keeps what it was
counted from (start, limit, unit, pauses), so that it can be counted anew when the calendar changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from hallclient.rules.review.facts import ClockFact
from hallclient.rules.review.spec import Checklist, Timer
from hallclient.rules.workdays import HOURS, WORKING, Calendar, Counted, Due, Pause, moment

RUNNING, PAUSED, MET, LATE, DROPPED = "running", "paused", "met", "late", "dropped"
OPEN = (RUNNING, PAUSED)

DECIDE, SUPPLEMENT, STEP = "decide", "supplement", "step"
"""Timers whose limit comes from the item, from a promise, and from a department's task."""


class Limit(NamedTuple):
    """How long: days of a unit, or hours."""

    n: int
    unit: str


class Counting(NamedTuple):
    """What clocks are counted by. ``day_of``: the hall's day of a moment in UTC ms."""

    calendar: Calendar
    day_of: Callable[[int], date]


def step_of(clock: str) -> str:
    """The department whose step a clock times, by the clock's id; empty: it is of the case."""
    step, _, department = clock.rpartition("/c/")[2].partition("/")[0].partition(".")
    return department if step == STEP else ""


def limit_of(timer: Timer, checklist: Checklist) -> Limit:
    """The limit of a timer: its own, or that of the item's decision (`decision_limit`)."""
    return decision_limit(checklist) if timer.id == DECIDE else Limit(timer.limit, timer.unit)


def decision_limit(checklist: Checklist) -> Limit:
    """What a decision is due in: what is promised, which is never longer than the law gives (see
    `legal_due`). 0: on the spot, due on the day of acceptance.

    Where several departments review it (并联审批), "on the spot" is not meant of the whole: the
    catalogue says it of the registration alone, while the case waits for the opinions of others,
    and it and each of them would be late the day after. Nothing is promised for the whole then, and
    the item's legal limit is left. It is stricter than the 45 days that the law gives joint
    handling (行政许可法 42 (2)); without one, it is due at once as before.
    """
    if not checklist.promised_limit and len(checklist.departments) > 1:
        return Limit(checklist.legal_limit, checklist.legal_unit)
    return Limit(checklist.promised_limit, checklist.promised_unit)


def legal_due(calendar: Calendar, clock: ClockFact, checklist: Checklist) -> Due | None:
    """The last day that the law gives a decision: from the same start, with the same pauses.

    None: the clock is of something else, or the law sets no limit.
    """
    if clock.timer != DECIDE or not checklist.legal_limit:
        return None
    return calendar.due(clock.start, checklist.legal_limit, checklist.legal_unit, clock.pauses)


def begun(
    counting: Counting,
    timer: str,
    limit: Limit,
    start: date,
    at: int,
    *,
    promised: date | None = None,
) -> ClockFact:
    """A clock that starts ``at`` (UTC ms) and is counted from the day ``start``.

    ``promised``: its due day, of a clock that has no limit but a day that was promised.
    """
    pauses: tuple[Pause, ...] = ()
    due = promised or start
    made = ClockFact("", timer, RUNNING, at, start, *limit, pauses, due, None, False)
    return recounted(counting, made)


def recounted(counting: Counting, clock: ClockFact) -> ClockFact:
    """A clock under a calendar: when it is due. A promised day stays as it was promised."""
    calendar = counting.calendar
    if clock.timer == SUPPLEMENT:
        return clock._replace(
            limit=calendar.between(clock.start, clock.due),
            unit=WORKING,
            provisional=calendar.provisional(clock.start, clock.due),
        )
    if clock.unit == HOURS:
        at = moment(clock.started_at, clock.limit, clock.pauses, counting.day_of)
        return clock._replace(due_at=at, due=counting.day_of(at), provisional=False)
    due = calendar.due(clock.start, clock.limit, clock.unit, clock.pauses)
    return clock._replace(due=due.day, provisional=due.provisional)


def paused(counting: Counting, clock: ClockFact, today: date) -> ClockFact:
    """A clock that stops counting today; any but a running one stays as it is."""
    if clock.state != RUNNING:
        return clock
    pauses = (*clock.pauses, (today, None))
    return recounted(counting, clock._replace(state=PAUSED, pauses=pauses))


def resumed(counting: Counting, clock: ClockFact, today: date) -> ClockFact:
    """A paused clock that goes on today; any other stays as it is."""
    if clock.state != PAUSED:
        return clock
    pauses = tuple((first, today if end is None else end) for first, end in clock.pauses)
    return recounted(counting, clock._replace(state=RUNNING, pauses=pauses))


def stopped(counting: Counting, clock: ClockFact, today: date, now: int) -> ClockFact:
    """A clock whose matter is done today: in time or late. A pause ends with it."""
    clock = resumed(counting, clock, today)
    late = now > clock.due_at if clock.due_at is not None else today > clock.due
    return clock._replace(state=LATE if late else MET)


def dropped(clock: ClockFact) -> ClockFact:
    """A clock whose matter is no more."""
    return clock._replace(state=DROPPED)


def arithmetic(calendar: Calendar, clock: ClockFact, today: date) -> list[Counted]:
    """Day by day from the day after the start to the due day; of a paused clock to today."""
    until = today if clock.state == PAUSED else clock.due
    return calendar.explain(clock.start, clock.limit, clock.unit, clock.pauses, until)


def deemed_accepted(clock: ClockFact | None, today: date) -> date | None:
    """The day from which a case counts as accepted because nobody was told in time; None: not so.

    It is the day of receipt, the start of the notice clock (行政许可法 32 (4)).
    """
    if clock is None or clock.state != RUNNING or today <= clock.due:
        return None
    return clock.start
