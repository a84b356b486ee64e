"""The calendar of working days that is in force; a new one counts every open clock anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.case_rows import clock_fact, stream
from hallclient.actions.editions import CALENDAR, body_of, newest_key, publish_in, shipped
from hallclient.rules.errors import Refused
from hallclient.rules.review.clocks import Limit, counted
from hallclient.rules.review.spec import digest
from hallclient.rules.workdays import HOURS, Calendar

_known: dict[str, Calendar] = {}
"""By the digest of what was published; empty: what ships with the program."""


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
    sha256 = row["sha256"] if row is not None else ""
    found = _known.get(sha256)
    if found is None:
        body = json.loads(body_of(store, key)[1]) if key else shipped()["calendar"]
        found = _known[sha256] = Calendar(body)
    return found


def key_of(store: Store) -> str:
    """The key of the calendar in force, as clocks keep it."""
    return newest_key(store, CALENDAR) or f"{CALENDAR}/{shipped()['calendar']['version']}"


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
    moved = []
    for row in open_clocks(tx.store):
        change = _recounted(row, calendar, key)
        if change is None:
            continue
        was, now = change
        tx.append(
            "clock.recomputed",
            row["id"],
            [("clock", row["id"], was, now)],
            stream=stream(row["case_file"]),
            was=was.get("due", row["due"]),
            now=now.get("due", row["due"]),
            calendar=key,
            before=row["calendar"],
        )
        if "due" in now:
            one = Moved(
                row["case_file"],
                row["number"],
                row["timer"],
                row["due"],
                now["due"],
                bool(now.get("provisional", row["provisional"])),
            )
            moved.append(one)
    return new, moved


def open_clocks(store: Store) -> list[Row]:
    """Every clock that has not ended, with its case's number; the first due one first."""
    return store.rows(
        "SELECT clock.*, case_file.number FROM clock JOIN case_file "
        "ON case_file.id = clock.case_file WHERE clock.ended_at IS NULL "
        "ORDER BY clock.due, clock.id"
    )


def _recounted(
    row: Row, calendar: Calendar, key: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What of a clock's row is another under a calendar; None: nothing.

    A due day that was promised (supplement) stays as it was promised.
    """
    clock = clock_fact(row)
    now: dict[str, Any] = {"calendar": key}
    if clock.unit != HOURS and clock.timer != "supplement":
        due = counted(calendar, clock.start, Limit(clock.limit, clock.unit), clock.pauses)
        now |= {"due": due.day.isoformat(), "provisional": int(due.provisional)}
    changed = {name: value for name, value in now.items() if row[name] != value}
    if not changed:
        return None
    return {name: row[name] for name in changed}, changed
