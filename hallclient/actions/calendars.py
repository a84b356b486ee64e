"""The calendar of working days that is in force; a new one counts every open clock anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.case_rows import clock_fact, stream
from hallclient.actions.editions import CALENDAR, body_of, newest_key, publish_in, shipped
from hallclient.rules.errors import Refused
from hallclient.rules.review.clocks import Counting, recounted, step_of
from hallclient.rules.review.facts import ClockFact
from hallclient.rules.review.spec import digest
from hallclient.rules.workdays import Calendar

if TYPE_CHECKING:
    from hallclient.rules.problems import Problem

_known: dict[str, Calendar] = {}
"""By the digest of what was published; empty: what ships with the program."""


class Read(NamedTuple):
    """A calendar's file: what it says (None: it has mistakes), and its mistakes."""

    body: Mapping[str, Any] | None
    problems: list[Problem]


class Moved(NamedTuple):
    """A clock whose due day is another one under the new calendar (days as ISO)."""

    case: str
    number: str
    timer: str
    was: str
    now: str
    provisional: bool


def calendar_of(store: Store) -> Calendar:
    """The calendar published last; the one that ships while none was published."""
    key = newest_key(store, CALENDAR)
    row = store.row("SELECT sha256 FROM edition WHERE id = ?", key) if key else None
    if row is None:
        return shipped_calendar()
    found = _known.get(row["sha256"])
    if found is None:
        body = json.loads(body_of(store, key)[1])
        found = _known[row["sha256"]] = Calendar(body)
    return found


def shipped_calendar() -> Calendar:
    """The calendar that comes with the program."""
    found = _known.get("")
    if found is None:
        found = _known[""] = Calendar(shipped()["calendar"])
    return found


def key_of(store: Store) -> str:
    """The key of the calendar in force, as clocks keep it."""
    return newest_key(store, CALENDAR) or f"{CALENDAR}/{shipped()['calendar']['version']}"


def counting_of(store: Store) -> Counting:
    """What clocks are counted by: the calendar in force and the hall's time zone."""
    return Counting(calendar_of(store), lambda at: date.fromisoformat(store.env.day(at)))


def columns_of(clock: ClockFact) -> dict[str, Any]:
    """What of a clock's row may change while it is open."""
    pauses = [[one.isoformat() if one else None for one in pause] for pause in clock.pauses]
    return {
        "state": clock.state,
        "count": clock.limit,
        "unit": clock.unit,
        "pauses": json.dumps(pauses),
        "due": clock.due.isoformat(),
        "due_at": clock.due_at,
        "provisional": int(clock.provisional),
    }


def read_file(path: Path) -> Read:
    """A file like the shipped ``calendar.toml``, checked."""
    from hallclient.actions.text_files import read_tree
    from hallclient.rules.problems import Notes
    from hallclient.rules.review.files.reading_calendar import read_calendar

    notes = Notes()
    tree = read_tree(path.parent, path.name, notes)
    body = None if tree is None else read_calendar(tree, notes)
    return Read(body, notes.sorted())


def publish(store: Store, who: Actor, body: Mapping[str, Any]) -> tuple[bool, list[Moved]]:
    """Put a calendar in force and count every open clock anew, in one transaction.

    Whether it is new, and the clocks whose due day moved. Raises ``edition-taken``,
    ``calendar-bad``.
    """
    with acting(store, who, "edition.publish") as tx:
        return put_in_force(tx, body)


def put_in_force(tx: Action, body: Mapping[str, Any]) -> tuple[bool, list[Moved]]:
    """`publish`, inside an action that is under way. One that a later calendar has replaced stays
    replaced.
    """
    try:
        calendar = Calendar(body)
        version = str(body["version"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Refused("calendar-bad", field="calendar", detail=str(error)) from error
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    key = f"{CALENDAR}/{version}"
    new = publish_in(tx, key, CALENDAR, "", version, text)
    if newest_key(tx.store, CALENDAR) != key:
        return False, []
    _known[digest(text)] = calendar
    return new, recount(tx)


def recompute(store: Store, who: Actor) -> list[Moved]:
    """Count every open clock anew under the calendar in force; those whose due day moved.

    Publishing does it too. It is for a program that came with a newer calendar.
    """
    with acting(store, who, "edition.publish") as tx:
        return recount(tx)


def recount(tx: Action) -> list[Moved]:
    """`recompute`, inside an action that is under way: an event in the stream of each case."""
    counting, key = counting_of(tx.store), key_of(tx.store)
    moved = []
    for row in open_clocks(tx.store):
        clock = recounted(counting, clock_fact(row))
        now = {"calendar": key, **columns_of(clock)}
        now = {name: value for name, value in now.items() if row[name] != value}
        if not now:
            continue
        changes: list[Change] = [("clock", row["id"], {name: row[name] for name in now}, now)]
        task = task_of(tx.store, row["id"]) if "due" in now else None
        if task is not None and task["due"] != now["due"]:
            is_due = {"due": now["due"]}
            changes.append(("review_task", task["id"], {"due": task["due"]}, is_due))
        due = clock.due.isoformat()
        tx.append(
            "clock.recomputed",
            row["id"],
            changes,
            stream=stream(row["case_file"]),
            was=row["due"],
            now=due,
            calendar=key,
            before=row["calendar"],
        )
        if "due" in now:
            one = row["case_file"], row["number"], row["timer"], row["due"], due
            moved.append(Moved(*one, clock.provisional))
    return moved


def open_clocks(store: Store) -> list[Row]:
    """Every clock that has not ended, with its case's number; the first due one first."""
    return store.rows(
        "SELECT clock.*, case_file.number FROM clock JOIN case_file "
        "ON case_file.id = clock.case_file WHERE clock.ended_at IS NULL "
        "ORDER BY clock.due, clock.id"
    )


def stale(store: Store) -> int:
    """How many open clocks are counted under another calendar than the one in force."""
    row = store.row(
        "SELECT count(*) AS n FROM clock WHERE ended_at IS NULL AND calendar <> ?", key_of(store)
    )
    return 0 if row is None else int(row["n"])


def task_of(store: Store, clock: str) -> Row | None:
    """The department's task that a step's clock times, while it is open."""
    department = step_of(clock)
    if not department:
        return None
    key = f"{clock.partition('/c/')[0]}/t/{department}"
    return store.row("SELECT * FROM review_task WHERE id = ? AND done_at IS NULL", key)
