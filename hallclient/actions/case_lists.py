"""Lists of cases before an operator: which there are and how many are in each, the rows of one.

A clerk has the queues of work, an agent their own files by what those need, a supervisor what is
watched and the queues. What a list holds is said where it is made (`case_queues`, `assist`,
`case_watch`, `case_ledger`, `case_load`, `case_figures`); here they are put before one person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions import assist, case_figures, case_load, case_overview, case_queues
from hallclient.actions.acting import Actor, admit
from hallclient.actions.assist import File, Need
from hallclient.actions.case_amend import Amendment, pending
from hallclient.actions.case_figures import Report
from hallclient.actions.case_find import find
from hallclient.actions.case_ledger import AHEAD, PromiseLine, promises
from hallclient.actions.case_load import AtDepartment, Escalated, Still
from hallclient.actions.case_queues import Waiting
from hallclient.actions.case_rows import case_row
from hallclient.actions.case_watch import MOST, Look, deadlines, silences, silences_in
from hallclient.actions.reading import snapshot
from hallclient.rules.errors import Refused
from hallclient.rules.lights import LAST, Light
from hallclient.rules.review.figures import DEFICIENCIES, ITEM, REASON
from hallclient.rules.review.watch import (
    PARTS,
    QUEUES,
    Deadline,
    LateStep,
    Load,
    Placed,
    Silence,
    tips_first,
)
from hallclient.rules.roles import Role

WORK, FILES, WATCH = "work", "files", "watch"
"""Groups of lists; a list is named ``<group>.<id>``."""
AGENT, DEPARTMENT, FOUND = "agent", "department", "found"
"""Lists of one thing (``agent.a01``): an agent's files, clocks of a department, a search."""
SILENT, FINISHED = "silent", "finished"
LIGHTS: Final = (Light.OVERDUE, Light.RED, Light.YELLOW, Light.PAUSED)
"""Lights whose clocks are a list each; green ones need nobody."""
FIGURES: Final = {"by-item": ITEM, "by-reason": REASON}
"""Statistics of deficiencies: list -> grouping."""
FIGURE_DAYS: Final = 30
FINISHED_DAYS: Final = 30
"""So many days back a file that is over is still in its agent's list."""

_OF_WORK = tuple(f"{WORK}.{one}" for one in QUEUES)
_OF_FILES = tuple(f"{FILES}.{one}" for one in (*Need, SILENT, FINISHED))
_OF_WATCH = tuple(
    f"{WATCH}.{one}"
    for one in (
        *LIGHTS,
        "silence",
        "promises",
        "steps",
        "departments",
        "escalations",
        "still",
        "agents",
        "amendments",
        *FIGURES,
    )
)
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    Role.CLERK: _OF_WORK,
    Role.AGENT: _OF_FILES,
    Role.SUPERVISOR: (*_OF_WATCH, *_OF_WORK),
}
"""Role -> its lists, in order."""
PRESSING: Final = frozenset(
    f"{group}.{one}"
    for group, ids in (
        (WATCH, (Light.OVERDUE, "silence", "steps")),
        (FILES, (Need.PROMISED, SILENT)),
    )
    for one in ids
)
"""Lists in which whatever is in them is late, or ends by law."""


class Count(NamedTuple):
    """A list and how much is in it; None: it is not counted."""

    list: str
    n: int | None


About = Waiting | File | Silence | PromiseLine | LateStep | Escalated | Still | Amendment | None


class Entry(NamedTuple):
    """A case in a list.

    ``key``: of what the row is about: the case, its clock, promise, task, note. ``clock``: the one
    that tips over first, of the whole case where it has one; None: nothing runs. ``about``: what
    the list says beside the case.
    """

    key: str
    case: Placed
    clock: Deadline | None = None
    about: About = None
    closed: bool = False
    checklist: str = ""
    """Key of its checklist, where that has no item of the catalogue to be called by."""


class Standing(NamedTuple):
    """How what a row is about stands. ``left``: days of ``unit`` until ``due``; negative: late."""

    light: Light
    left: int
    unit: str
    due: date
    provisional: bool = False


def standing(entry: Entry) -> Standing | None:
    """Of a promise or a department's step by its own day, else of the case's clock; None: nothing
    runs.
    """
    about, one = entry.about, entry.clock
    if isinstance(about, PromiseLine):
        light = Light.YELLOW if about.left > LAST else Light.RED
        return Standing(light if about.left >= 0 else Light.OVERDUE, about.left, "W", about.due)
    if isinstance(about, LateStep):
        return Standing(Light.OVERDUE, -about.late, "W", about.due)
    if one is None:
        return None
    return Standing(one.light, one.left, one.clock.unit, one.clock.due, one.clock.provisional)


Filled = list[Entry] | list[AtDepartment] | list[Load] | Report
"""What a list holds."""


# -- which lists there are


def counts(store: Store, who: Actor) -> list[Count]:
    """The lists of an operator's role with how many are in each. Raises ``not-allowed``."""
    role = admit(store, who, "case.read")
    found: dict[str, int] = {}
    if role == Role.AGENT:
        found |= _count_files(store, who)
    if role == Role.SUPERVISOR:
        found |= _count_watch(store, who)
    if role != Role.AGENT:
        found |= {f"{WORK}.{one.queue.id}": one.n for one in case_queues.queues(store, who)}
    return [Count(name, found.get(name)) for name in LISTS.get(role, ())]


def _count_files(store: Store, who: Actor) -> dict[str, int]:
    found = dict.fromkeys(_OF_FILES, 0)
    for one in assist.home(store, who):
        found[f"{FILES}.{one.need}"] += 1
    with snapshot(store):
        found[f"{FILES}.{SILENT}"] = len(_own_silences(Look(store), who))
        found[f"{FILES}.{FINISHED}"] = len(_finished(store, who))
    return found


def _count_watch(store: Store, who: Actor) -> dict[str, int]:
    seen = case_overview.overview(store, who)
    found: dict[str, int] = {light: seen.total(light) for light in LIGHTS}
    found |= {
        "silence": seen.silent,
        "promises": _promises_due(store),
        "steps": seen.late_steps,
        "departments": len(seen.departments),
        "escalations": seen.escalated,
        "still": len(case_load.still(store, who)),
        "agents": len(case_load.agents(store, who)),
        "amendments": len(pending(store, who)),
    }
    return {f"{WATCH}.{one}": n for one, n in found.items()}


def _promises_due(store: Store) -> int:
    with snapshot(store):
        look = Look(store)
        until = look.calendar.after(look.today, AHEAD)
        row = store.row(
            "SELECT count(*) AS n FROM promise WHERE state = 'open' AND due <= ?",
            until.isoformat(),
        )
    return row["n"] if row else 0


# -- what is in one


def filled(store: Store, who: Actor, name: str, *, most: int = MOST) -> Filled:
    """What is in a list, what presses most in front; at most so many rows.

    Raises ``not-allowed``, ``no-such-queue``.
    """
    group, _, key = name.partition(".")
    if group == WATCH and key == "departments":
        return case_load.departments(store, who)
    if group == WATCH and key == "agents":
        return case_load.agents(store, who)
    if group == WATCH and key in FIGURES:
        return figures(store, who, FIGURES[key])
    return completed(store, _entries(store, who, group, key, most)[:most])


def figures(store: Store, who: Actor, by: str) -> Report:
    """Deficiencies of the last `FIGURE_DAYS` days, grouped. Raises ``not-allowed``."""
    last = date.fromisoformat(store.env.day(store.env.now()))
    first = last - timedelta(FIGURE_DAYS - 1)
    return case_figures.review_figures(
        store, who, DEFICIENCIES, first.isoformat(), last.isoformat(), by=[by]
    )


def _entries(store: Store, who: Actor, group: str, key: str, most: int) -> list[Entry]:
    if group == WORK:
        waiting = case_queues.queue(store, who, key, most=most)
        return [Entry(one.case.id, one.case, about=one) for one in waiting]
    if group in (FILES, AGENT):
        return _files(store, who, key if group == FILES else "", key if group == AGENT else "")
    if group == DEPARTMENT:
        return _clocks(deadlines(store, who, department=key, most=most))
    if group == FOUND:
        return _rows(store, find(store, who, key, limit=most))
    if group == WATCH and key in LIGHTS:
        return _clocks(deadlines(store, who, light=Light(key), most=most))
    if group == WATCH and key in _WATCHED:
        return _WATCHED[key](store, who)
    raise Refused("no-such-queue", field="queue", queue=f"{group}.{key}")


def _clocks(found: Iterable[Deadline]) -> list[Entry]:
    return [Entry(one.clock.id, one.case, one) for one in found]


def _silent(store: Store, who: Actor) -> list[Entry]:
    return [Entry(one.case.id, one.case, about=one) for one in silences(store, who)]


def _promised(store: Store, who: Actor) -> list[Entry]:
    return [Entry(one.id, one.case, about=one) for one in promises(store, who)]


def _late(store: Store, who: Actor) -> list[Entry]:
    return [Entry(one.task, one.case, about=one) for one in case_load.late_steps(store, who)]


def _escalated(store: Store, who: Actor) -> list[Entry]:
    return [Entry(one.id, one.case, about=one) for one in case_load.escalations(store, who)]


def _still(store: Store, who: Actor) -> list[Entry]:
    return [Entry(one.case.id, one.case, about=one) for one in case_load.still(store, who)]


def _amended(store: Store, who: Actor) -> list[Entry]:
    """Corrections that wait for somebody's approval."""
    found = pending(store, who)
    rows = _rows(store, [case_row(store, one.case) for one in found])
    return [entry._replace(key=one.id, about=one) for entry, one in zip(rows, found, strict=True)]


_WATCHED: Final[Mapping[str, Callable[[Store, Actor], list[Entry]]]] = {
    "silence": _silent,
    "promises": _promised,
    "steps": _late,
    "escalations": _escalated,
    "still": _still,
    "amendments": _amended,
}


def _files(store: Store, who: Actor, need: str, agent: str) -> list[Entry]:
    """An agent's files: those of one need, or (``need`` empty) all that are open."""
    if need == SILENT:
        with snapshot(store):
            told = _own_silences(Look(store), who)
        return [Entry(one.case.id, one.case, about=one) for one in told]
    if need == FINISHED:
        return _rows(store, _finished(store, who))
    if need and need not in list(Need):
        raise Refused("no-such-queue", field="queue", queue=need)
    home = [one for one in assist.home(store, who, agent) if need in ("", one.need)]
    rows = _rows(store, [one.row for one in home])
    return [entry._replace(about=one) for entry, one in zip(rows, home, strict=True)]


def _own_silences(look: Look, who: Actor) -> list[Silence]:
    return [one for one in silences_in(look) if one.case.agent == who.operator]


def _finished(store: Store, who: Actor) -> list[Row]:
    """An agent's files that were over not long ago, the newest first."""
    since = store.env.now() - timedelta(FINISHED_DAYS) // timedelta(milliseconds=1)
    return store.rows(
        "SELECT * FROM case_file INDEXED BY case_file_find WHERE since >= ? AND agent = ? "
        "AND closed_at IS NOT NULL ORDER BY since DESC LIMIT ?",
        since,
        who.operator,
        MOST,
    )


def _rows(store: Store, rows: Iterable[Row]) -> list[Entry]:
    """Whole rows of cases as a list shows them."""
    with snapshot(store):
        look = Look(store)
        return [
            Entry(row["id"], _placed(look, row), closed=row["closed_at"] is not None)
            for row in rows
        ]


def _placed(look: Look, row: Row) -> Placed:
    held = row["holder"] if (row["lease_until"] or 0) > look.now else None
    return look.placed({**row, "case_id": row["id"], "case_state": row["state"], "held_by": held})


def completed(store: Store, entries: list[Entry]) -> list[Entry]:
    """The same with the clock of each case that tips over first, and its checklist."""
    open_ = {one.case.id for one in entries if one.clock is None and not one.closed}
    unnamed = {one.case.id for one in entries if not one.case.item}
    with snapshot(store):
        look = Look(store)
        clocks = _first_clocks(look, open_) if open_ else {}
        lists = {
            row["id"]: row["checklist"]
            for row in store.rows(
                "SELECT id, checklist FROM case_file WHERE id IN (SELECT value FROM json_each(?))",
                json.dumps(sorted(unnamed)),
            )
        }
    return [
        one._replace(
            clock=one.clock or clocks.get(one.case.id), checklist=lists.get(one.case.id, "")
        )
        for one in entries
    ]


def _first_clocks(look: Look, cases: set[str]) -> dict[str, Deadline]:
    best: dict[str, Deadline] = {}
    for row in look.store.rows(
        f"SELECT clock.*, {look.case} FROM json_each(?) j JOIN case_file c ON c.id = j.value "
        "JOIN clock ON clock.id > c.id || '/c/' AND clock.id < c.id || '/c0' "
        "WHERE clock.ended_at IS NULL",
        json.dumps(sorted(cases)),
    ):
        one = look.deadline(row)
        known = best.get(one.case.id)
        if known is None or _order(one) < _order(known):
            best[one.case.id] = one
    return best


def _order(one: Deadline) -> tuple[bool, tuple[bool, date, int, str]]:
    return one.clock.timer in PARTS, tips_first(one)
