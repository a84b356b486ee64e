"""What is watched in review: deadlines, silence, late steps, still cases; queues of work.

Sources: 行政许可法 32 (4): who is not told within five days what is missing, counts as accepted
from the day of receipt; 42, 44: the decision's and the delivery's time. 电子监察: reminder, urge
(催办), supervision (督办) by lights and counters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple, Protocol

from hallclient.rules import alarms
from hallclient.rules.alarms import Reading
from hallclient.rules.lights import Light
from hallclient.rules.review.clocks import STEP, SUPPLEMENT, step_of
from hallclient.rules.review.facts import ClockFact
from hallclient.rules.review.spec import Timer

STILL_DAYS: Final = 5
"""Working days without any step in a case after which somebody should look."""
PARTS: Final = frozenset({SUPPLEMENT, STEP})
"""Timers of a part of a case: promises and departments' steps are watched by themselves."""
MOST_TOLD: Final = 50
"""So many cases at most have an alarm of their own; all are in the list."""

APPLICANT, DEPARTMENT, HALL = "applicant", "department", "hall"
"""Whose turn it is in a case."""


class Days(Protocol):
    """What counts working days: `hallclient.rules.workdays.Calendar`."""

    def between(self, a: date, b: date, /) -> int:
        """Working days after ``a`` up to and with ``b``."""
        ...

    def after(self, day: date, n: int, /) -> date:
        """The n-th working day after a day."""
        ...


class Placed(NamedTuple):
    """A case as lists show it. ``holder``: whose lease it is on now; empty: free."""

    id: str
    number: str
    title: str
    item: str
    department: str
    """The item's."""
    state: str
    flow: str
    """Key of the edition that names its states and timers."""
    holder: str
    agent: str


class Deadline(NamedTuple):
    """A clock that runs or is paused, with its case and how it stands.

    ``left``: days of its own unit until the due day; negative: so many days late.
    """

    case: Placed
    clock: ClockFact
    light: Light
    left: int

    @property
    def at(self) -> str:
        """The department whose step it is (its id names it); empty: it is of the whole case."""
        return step_of(self.clock.id)


def tips_first(one: Deadline) -> tuple[bool, date, int, str]:
    """A sort key: what tips over first; what is paused tips over last."""
    clock = one.clock
    return clock.state == "paused", clock.due, clock.due_at or 0, clock.id


class Silence(NamedTuple):
    """A case in which nobody has told the applicant anything for days (收件后未告知)."""

    case: Placed
    received: date
    """From this day on it counts as accepted once ``until`` has passed."""
    day: int
    """The n-th day of its time, in the timer's unit."""
    until: date
    """The last day to tell."""
    deemed: bool
    """That has passed: it counts as accepted (逾期视为受理)."""
    provisional: bool


def silence_of(one: Deadline, timer: Timer, today: date) -> Silence | None:
    """The silence in a case; None before the timer's day of alarm, or for a timer without one."""
    clock = one.clock
    if not timer.alarm_after or clock.state != "running":
        return None
    day = clock.limit - one.left
    if day < timer.alarm_after:
        return None
    return Silence(one.case, clock.start, day, clock.due, clock.due < today, clock.provisional)


def silent_before(days: Days, timers: Iterable[Timer], today: date) -> date:
    """Every clock of these timers that is in its days of alarm is due before this day."""
    found = today
    for timer in timers:
        if timer.alarm_after:
            left = max(0, timer.limit - timer.alarm_after) + 1
            ahead = days.after(today, left) if timer.unit == "W" else today + timedelta(left)
            found = max(found, ahead)
    return found


_TURN: Final = {
    "correction": APPLICANT,
    "mending": APPLICANT,
    "done_tolerant": APPLICANT,
    "issued": APPLICANT,
    "handling": DEPARTMENT,
}


def turn_of(state: str, waiting_on: str = "") -> str:
    """Whose turn it is: as the agent has noted, else as the state says."""
    return waiting_on or _TURN.get(state, HALL)


class LateStep(NamedTuple):
    """A department's review that is late though the case as a whole is not."""

    case: Placed
    task: str
    department: str
    lead: bool
    due: date
    late: int
    """Working days."""
    urged: int
    total: Light | None
    """The light of the whole; None when no clock runs for it."""


class Load(NamedTuple):
    """What an agent has to carry. ``late``: cases with something promised to the applicant for a
    day that has passed.
    """

    agent: str
    firm: str
    """Whose agent it is; empty: the hall's own."""
    open: int
    pre: int
    """In the pre-review."""
    passed: int
    """Through the pre-review, not yet taken in at a window."""
    waiting: int
    """On somebody else."""
    late: int
    oldest: int | None
    """Since when (UTC ms) the longest standing of them has been as it is."""


def by_firm(loads: Iterable[Load]) -> dict[str, Load]:
    """The loads of the agents of each firm together; empty name: the hall's own."""
    found: dict[str, Load] = {}
    for one in loads:
        so_far = found.get(one.firm)
        if so_far is None:
            found[one.firm] = one._replace(agent="")
            continue
        known = [at for at in (so_far.oldest, one.oldest) if at is not None]
        found[one.firm] = Load(
            "",
            one.firm,
            so_far.open + one.open,
            so_far.pre + one.pre,
            so_far.passed + one.passed,
            so_far.waiting + one.waiting,
            so_far.late + one.late,
            min(known, default=None),
        )
    return dict(sorted(found.items()))


# -- alarms


def whole(timer: Timer | None) -> bool:
    """Whether a clock is of its whole case and no silence: nothing is told twice."""
    return timer is None or (not timer.alarm_after and timer.id not in PARTS)


def readings(
    silences: Iterable[Silence],
    lights: Mapping[Light, int],
    promises_late: int,
    steps_late: Mapping[str, int],
) -> list[Reading]:
    """What of all this a supervisor is told without asking.

    Each silence by itself, because it ends by law; the others by their number, once a day.
    ``lights``: of the clocks of whole cases, see `whole`; ``steps_late``: department -> late steps.
    """
    told = sorted(silences, key=lambda one: (one.until, one.case.number))[:MOST_TOLD]
    found = [Reading(alarms.NO_NOTICE, one.day, 0, window=one.case.number) for one in told]
    counts = (
        (alarms.CASE_LATE, lights.get(Light.OVERDUE, 0), ""),
        (alarms.CASE_DUE, lights.get(Light.RED, 0), ""),
        (alarms.PROMISE_LATE, promises_late, ""),
        *((alarms.STEP_LATE, n, department) for department, n in sorted(steps_late.items())),
    )
    return found + [Reading(kind, n, 0, window=place) for kind, n, place in counts if n]


# -- queues of work


class Queue(NamedTuple):
    """A saved list of cases that wait for the same thing (工作队列).

    ``states``: of the flow; empty: any that is open. ``move``: the one main action, a move of the
    flow; empty: open the case. ``only``: what must hold besides, see `Only`.
    """

    id: str
    move: str
    states: tuple[str, ...] = ()
    only: str = ""


MINE, JOINED, RETURNED = "mine", "joined", "returned"
"""What a queue may ask besides the state: held by whoever looks; no department's review is open or
came back; a department has returned it and the deficiency is still open."""

QUEUES: Final = {
    queue.id: queue
    for queue in (
        Queue("mine", "", only=MINE),
        Queue("to-receive", "receive", ("prereview_ok",)),
        Queue("to-accept", "accept", ("received",)),
        Queue("corrections-in", "accept", ("corrected",)),
        Queue("returned", "ask_correction", ("handling",), RETURNED),
        Queue("to-decide", "grant", ("accepted", "accepted_tolerant", "handling"), JOINED),
        Queue("to-issue", "issue", ("done_pass",)),
        Queue("to-hand-over", "deliver", ("issued",)),
    )
}
"""In the order of a case's way."""
