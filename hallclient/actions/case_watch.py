"""The supervisor's view of review: lights of every clock, deadlines, silence.

What departments and agents have to do is in `case_load`, promises, notices and seals in
`case_ledger`. Everything is read by the indexes of what is open, so the history does not matter;
nothing is counted up, each answer is made from the rows of its moment in one read transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_rows import clock_fact
from hallclient.actions.editions import FLOW, flow_in
from hallclient.actions.hall import hall_of
from hallclient.actions.reading import snapshot
from hallclient.rules.lights import Light, left_of, light_of
from hallclient.rules.review import watch as rules
from hallclient.rules.review.facts import ClockFact
from hallclient.rules.review.spec import Flow, Timer
from hallclient.rules.review.watch import Deadline, Placed, Silence

MOST: Final = 200
"""So many rows of a list at a time, unless more are asked for."""

CASE: Final = (
    "c.id AS case_id, c.number, c.title, c.item, c.state AS case_state, c.flow, "
    "CASE WHEN c.lease_until > {now} THEN c.holder END AS held_by, c.agent"
)
_CLOCK: Final = (
    "clock.id, clock.timer, clock.state, clock.started_at, clock.start, clock.count, clock.unit, "
    "clock.pauses, clock.due, clock.due_at, clock.provisional"
)


class Look:
    """One moment: what every list of review needs, read once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = store.env.now()
        self.today = date.fromisoformat(store.env.day(self.now))
        self.calendar = calendar_of(store)
        self.hall = hall_of(store)
        self._flows: dict[str, Flow] = {}
        self._judged: dict[tuple[object, ...], tuple[Light, int]] = {}

    @property
    def case(self) -> str:
        """The columns of a case ``c`` that `placed` takes."""
        return CASE.format(now=self.now)

    def placed(self, row: Row) -> Placed:
        """A case as lists show it."""
        item = self.hall.items.get(row["item"])
        return Placed(
            id=row["case_id"],
            number=row["number"],
            title=row["title"] or "",
            item=row["item"] or "",
            department=item.department if item is not None else "",
            state=row["case_state"],
            flow=row["flow"],
            holder=row["held_by"] or "",
            agent=row["agent"] or "",
        )

    def judge(self, clock: ClockFact) -> tuple[Light, int]:
        """The light of a clock and its days left; clocks that are due alike are judged once."""
        paused = clock.pauses if clock.state == "paused" else ()
        key = (clock.state, clock.limit, clock.unit, paused, clock.due)
        found = self._judged.get(key)
        if found is None:
            light = light_of(self.calendar, clock, self.today)
            found = self._judged[key] = light, left_of(self.calendar, clock, self.today)
        return found

    def left(self, due: date) -> int:
        """Working days until a day; negative: so many since."""
        if due < self.today:
            return -self.calendar.between(due, self.today)
        return self.calendar.between(self.today, due)

    def deadline(self, row: Row) -> Deadline:
        """A clock's row with its case's columns."""
        clock = clock_fact(row)
        return Deadline(self.placed(row), clock, *self.judge(clock))

    def timer(self, flow: str, timer: str) -> Timer | None:
        """A timer of a flow."""
        if flow not in self._flows:
            self._flows[flow] = flow_in(self.store, flow)
        return self._flows[flow].timer.get(timer)

    def flows(self) -> list[Flow]:
        """Every flow that a case may be under."""
        keys = self.store.rows("SELECT id FROM edition WHERE kind = ?", FLOW)
        return [flow_in(self.store, row["id"]) for row in keys]


# -- deadlines


def lights(store: Store, who: Actor) -> dict[str, dict[Light, int]]:
    """Timer -> light -> how many of its clocks run or are paused. Raises ``not-allowed``."""
    admit(store, who, "review.watch")
    with snapshot(store):
        return lights_in(Look(store))


def lights_in(look: Look) -> dict[str, dict[Light, int]]:
    """`lights` of a moment: clocks that are alike are judged once."""
    found: dict[str, dict[Light, int]] = {}
    for timer, light, _, n in _alike(look):
        of_timer = found.setdefault(timer, {})
        of_timer[light] = of_timer.get(light, 0) + n
    return found


def _alike(look: Look) -> Iterator[tuple[str, Light, str, int]]:
    """(timer, light, due day, how many) of open clocks that are alike."""
    # What runs is counted in the index alone; what is paused has its row read.
    for pauses, state, also in (
        ("NULL", "= 'running'", ""),
        ("pauses", "<> 'running'", ", pauses"),
    ):
        for row in look.store.rows(
            "SELECT '' AS id, timer, state, 0 AS started_at, due AS start, count, unit, due, "
            f"NULL AS due_at, 0 AS provisional, {pauses} AS pauses, count(*) AS n FROM clock "
            f"WHERE ended_at IS NULL AND state {state} "
            f"GROUP BY due, timer, state, count, unit{also}"
        ):
            light, _ = look.judge(clock_fact(row))
            yield row["timer"], light, row["due"], row["n"]


def deadlines(
    store: Store,
    who: Actor,
    *,
    light: Light | None = None,
    timer: str = "",
    department: str = "",
    operator: str = "",
    most: int = MOST,
    skip: int = 0,
) -> list[Deadline]:
    """Every clock that runs or is paused, what tips over first in front (`rules.tips_first`).

    ``department``: of the item or of the step; ``operator``: who holds the case or is its agent.
    ``skip`` so many that fit, then at most ``most`` are given. Raises ``not-allowed``.
    """
    admit(store, who, "review.watch")
    found: list[Deadline] = []
    with snapshot(store):
        look = Look(store)
        for one in _running(look, timer, light):
            if light is not None and one.light is not light:
                continue
            if department and department not in (one.case.department, one.at):
                continue
            if operator and operator not in (one.case.holder, one.case.agent):
                continue
            if skip:
                skip -= 1
                continue
            if len(found) >= most:
                break
            found.append(one)
    return found


def _running(look: Look, timer: str = "", light: Light | None = None) -> Iterator[Deadline]:
    """The open clocks in order, read as they are wanted; those due when none has the ``light`` are
    left out.
    """
    first, last = "", "~"
    if light is not None:
        dues = [due for _, found, due, _ in _alike(look) if found is light]
        first, last = min(dues, default="~"), max(dues, default="")
    for state in ("running", "paused"):
        cursor = look.store.db.execute(
            f"SELECT {_CLOCK}, {look.case} FROM clock JOIN case_file c ON c.id = clock.case_file "
            "WHERE ended_at IS NULL AND clock.state = ?1 AND (?2 = '' OR timer = ?2) "
            "AND due BETWEEN ?3 AND ?4 ORDER BY due, due_at, clock.id",
            (state, timer, first, last),
        )
        names = [column[0] for column in cursor.description]
        for values in cursor:
            yield look.deadline(dict(zip(names, values, strict=True)))


def silences(store: Store, who: Actor) -> list[Silence]:
    """Cases in which the applicant has heard nothing for days, the most urgent first."""
    admit(store, who, "review.watch")
    with snapshot(store):
        return silences_in(Look(store))


def silences_in(look: Look) -> list[Silence]:
    """`silences` of a moment. Only clocks that are due soon can be in their days of alarm."""
    timers = [timer for flow in look.flows() for timer in flow.timers if timer.alarm_after]
    before = rules.silent_before(look.calendar, timers, look.today)
    found = []
    for row in look.store.rows(
        f"SELECT {_CLOCK}, {look.case} FROM clock JOIN case_file c ON c.id = clock.case_file "
        "WHERE ended_at IS NULL AND clock.due < ? AND clock.state = 'running' "
        "AND timer IN (SELECT value FROM json_each(?)) ORDER BY clock.due, clock.id",
        before.isoformat(),
        json.dumps(sorted({timer.id for timer in timers})),
    ):
        known = look.timer(row["flow"], row["timer"])
        one = rules.silence_of(look.deadline(row), known, look.today) if known else None
        if one is not None:
            found.append(one)
    return found
