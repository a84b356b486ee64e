"""What lies where in review: at departments, with agents, and nowhere (cases that stand still)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from db.store import Store
from hallclient.actions import firms
from hallclient.actions.acting import Actor, admit
from hallclient.actions.case_notes import ESCALATION, PROMISE, SUPERVISORS
from hallclient.actions.case_rows import clock_fact, stream
from hallclient.actions.case_watch import MOST, Look
from hallclient.actions.reading import snapshot
from hallclient.rules.lights import Light
from hallclient.rules.review import watch as rules
from hallclient.rules.review.watch import LateStep, Load, Placed

_LOOKED: Final = frozenset({"personal.viewed", "case.leased", "case.lease-ended"})
"""Kinds of events of a case in which nothing has been done."""

# -- departments


class AtDepartment(NamedTuple):
    """What lies at a department for review. ``oldest``: since when (UTC ms)."""

    department: str
    open: int
    overdue: int
    due_today: int
    urged: int
    """How often it was urged about what lies there now."""
    oldest: int | None


def departments(store: Store, who: Actor) -> list[AtDepartment]:
    """What the departments have to do, the most overdue first. Raises ``not-allowed``."""
    admit(store, who, "review.watch")
    with snapshot(store):
        return departments_in(Look(store))


def departments_in(look: Look) -> list[AtDepartment]:
    """`departments` of a moment."""
    rows = look.store.rows(
        "SELECT department, count(*) AS open, coalesce(sum(due < ?1), 0) AS overdue, "
        "coalesce(sum(due = ?1), 0) AS due_today, coalesce(sum(urged), 0) AS urged, "
        "min(sent_at) AS oldest FROM review_task WHERE done_at IS NULL GROUP BY department",
        look.today.isoformat(),
    )
    found = [AtDepartment(**row) for row in rows]
    return sorted(found, key=lambda one: (-one.overdue, -one.open, one.department))


def late_steps(store: Store, who: Actor) -> list[LateStep]:
    """Departments' reviews that are late while the case is not, the latest first."""
    admit(store, who, "review.watch")
    with snapshot(store):
        return late_steps_in(Look(store))


_STANDS = (
    "SELECT 1 FROM clock s WHERE s.id > t.case_file || '/c/step.' || t.department || '/' "
    "AND s.id < t.case_file || '/c/step.' || t.department || '0' AND s.state = 'paused'"
)
"""The step of a task ``t`` is paused (特别程序): it cannot be late."""


def late_steps_in(look: Look) -> list[LateStep]:
    """`late_steps` of a moment."""
    found = []
    for row in look.store.rows(
        "SELECT t.id, t.department AS at, t.lead, t.due, t.urged, "
        f"{look.case} FROM review_task t JOIN case_file c ON c.id = t.case_file "
        f"WHERE t.done_at IS NULL AND t.due < ? AND NOT EXISTS ({_STANDS}) ORDER BY t.due, t.id",
        look.today.isoformat(),
    ):
        total = _total(look, row["case_id"])
        if total is Light.OVERDUE:
            continue
        due = date.fromisoformat(row["due"])
        found.append(
            LateStep(
                case=look.placed(row),
                task=row["id"],
                department=row["at"],
                lead=bool(row["lead"]),
                due=due,
                late=look.calendar.between(due, look.today),
                urged=row["urged"] or 0,
                total=total,
            )
        )
    return found


def _total(look: Look, case: str) -> Light | None:
    """The worst light of the clocks of a whole case; None without any."""
    worst = None
    for row in look.store.rows(
        "SELECT * FROM clock WHERE id > ?1 || '/c/' AND id < ?1 || '/c0' AND ended_at IS NULL "
        "AND timer = 'decide'",
        case,
    ):
        light, _ = look.judge(clock_fact(row))
        worst = light if worst is None or light is Light.OVERDUE else worst
    return worst


# -- agents


def agents(store: Store, who: Actor, firm: str = "") -> list[Load]:
    """What each agent (of a ``firm``) has to carry, also those with nothing.

    Raises ``not-allowed``, ``no-such-firm``.
    """
    admit(store, who, "review.watch")
    firm = firms.check(store, firm)
    with snapshot(store):
        late = {
            row["agent"]: row["n"]
            for row in store.rows(
                "SELECT c.agent, count(DISTINCT c.id) AS n FROM case_note n "
                "JOIN case_file c ON c.id = n.case_file WHERE n.done_at IS NULL AND n.kind = ? "
                "AND n.due < ? AND c.closed_at IS NULL GROUP BY c.agent",
                PROMISE,
                store.env.day(store.env.now()),
            )
        }
        loads = {
            row["agent"]: Load(**row, firm="", late=late.get(row["agent"], 0))
            for row in store.rows(
                "SELECT agent, count(*) AS open, sum(state IN ('draft', 'prereview')) AS pre, "
                "sum(state = 'prereview_ok') AS passed, "
                "sum(coalesce(waiting_on, '') <> '') AS waiting, min(since) AS oldest "
                "FROM case_file WHERE closed_at IS NULL AND agent IS NOT NULL GROUP BY agent"
            )
        }
        found = []
        for row in store.rows(
            "SELECT id, role, coalesce(firm, '') AS firm FROM operator WHERE role = 'agent' "
            "AND state = 'active' OR id IN (SELECT value FROM json_each(?)) ORDER BY id",
            json.dumps(sorted(loads)),
        ):
            one = loads.get(row["id"], Load(row["id"], "", 0, 0, 0, 0, 0, None))
            if firm in ("", row["firm"]):
                found.append(one._replace(firm=row["firm"]))
    return sorted(found, key=lambda one: (-one.late, -one.open, one.agent))


# -- what is reported to the supervisor


class Escalated(NamedTuple):
    """A matter that somebody has put before the supervisor (协调上报) and that is open still."""

    id: str
    """Of the note: `case_notes.done` ends it."""
    case: Placed
    by: str
    at: int


def escalations(store: Store, who: Actor) -> list[Escalated]:
    """What waits for a supervisor's word, the oldest first; the words are in `case_notes.notes`."""
    admit(store, who, "review.watch")
    with snapshot(store):
        look = Look(store)
        return [
            Escalated(row["note"], look.placed(row), row["by"], row["at"])
            for row in store.rows(
                f"SELECT n.id AS note, n.by, n.at, {look.case} FROM case_note n "
                "JOIN case_file c ON c.id = n.case_file "
                "WHERE n.done_at IS NULL AND n.to_whom = ? AND n.kind = ? ORDER BY n.at, n.id",
                SUPERVISORS,
                ESCALATION,
            )
        ]


# -- cases that stand still


class Still(NamedTuple):
    """A case in which nothing has been done for days. ``turn``: whose it is to do something."""

    case: Placed
    last: int
    """When something was done last (UTC ms)."""
    days: int
    """Working days since."""
    turn: str


def still(
    store: Store, who: Actor, *, days: int = rules.STILL_DAYS, most: int = MOST
) -> list[Still]:
    """Open cases without any step for so many working days, the longest first."""
    admit(store, who, "review.watch")
    found: list[Still] = []
    with snapshot(store):
        look = Look(store)
        devices = _devices(store)
        # Read as they are wanted: whether something was done since is in the case's own stream.
        cursor = store.db.execute(
            "SELECT id, since FROM case_file INDEXED BY case_file_open "
            "WHERE closed_at IS NULL AND since < ? ORDER BY since, id",
            (look.now - timedelta(days=days) // timedelta(milliseconds=1),),
        )
        for case, since in cursor:
            last = max(since, _last_step(store, devices, case))
            passed = look.calendar.between(date.fromisoformat(store.env.day(last)), look.today)
            if passed < days:
                continue
            if len(found) >= most:
                break
            row = store.row(
                f"SELECT {look.case}, c.waiting_on FROM case_file c WHERE c.id = ?", case
            )
            assert row is not None  # noqa: S101 - read in the same transaction
            turn = rules.turn_of(row["case_state"], row["waiting_on"] or "")
            found.append(Still(look.placed(row), last, passed, turn))
    return sorted(found, key=lambda one: (one.last, one.case.number))


def _devices(store: Store) -> list[str]:
    """Every device that has written into this store: a jump in an index for each."""
    rows = store.rows(
        "WITH RECURSIVE d(x) AS (SELECT min(device) FROM event UNION ALL "
        "SELECT (SELECT min(device) FROM event WHERE device > x) FROM d WHERE x IS NOT NULL) "
        "SELECT x FROM d WHERE x IS NOT NULL"
    )
    return [row["x"] for row in rows]


def _last_step(store: Store, devices: Sequence[str], case: str) -> int:
    """When something was last done in a case; looking at it and holding it is not doing."""
    last = 0
    for device in devices:
        for kind, at in store.db.execute(
            "SELECT kind, at FROM event WHERE device = ? AND stream = ? ORDER BY seq DESC",
            (device, stream(case)),
        ):
            if kind not in _LOOKED:
                last = max(last, at)
                break
    return last
