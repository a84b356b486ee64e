"""Giving data away: the log as JSON lines, the projections as CSV.

Each run is an event, written before the first byte, and says whether personal fields were opened.
A file is written beside its name and gets it when it is whole; nothing is overwritten. Password
verifiers, keys and the hall's secrets never leave the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from db import log
from db.files import whole
from db.schema import SEALED, case_of
from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.rules import hours
from hallclient.rules.errors import Refused
from hallclient.rules.spreadsheet import harmless
from hallclient.rules.text import plain

EVENTS: Final = "events"
TABLES: Final = {
    "queue": (
        "SELECT leg.day, leg.number, leg.item, leg.line, leg.state, leg.lane, visit.priority, "
        "visit.source, leg.ticket_at, leg.ready_at, leg.closed_at, leg.attempts, leg.reinstated, "
        "leg.window, leg.operator, leg.reason, leg.visit, leg.id, leg.after "
        "FROM leg JOIN visit ON visit.id = leg.visit "
        "WHERE leg.day BETWEEN ? AND ? ORDER BY leg.day, leg.ticket_at, leg.rowid"
    ),
    "visits": (
        "SELECT day, number, state, opened_at, closed_at, reason, priority, proof, verified_by, "
        "slot, source, id, sealed FROM visit WHERE day BETWEEN ? AND ? ORDER BY day, opened_at, id"
    ),
    "attempts": (
        "SELECT day, number, item, line, window, operator, at, attempt, band, chosen, outcome, "
        "why, policy, leg, id FROM attempt WHERE day BETWEEN ? AND ? ORDER BY day, at, id"
    ),
    "periods": (
        "SELECT period.day, leg.number, period.item, period.line, period.kind, period.window, "
        "period.operator, period.started_at, period.ended_at, period.estimated, period.leg, "
        "period.id FROM period JOIN leg ON leg.id = period.leg "
        "WHERE period.day BETWEEN ? AND ? ORDER BY period.day, period.started_at, period.id"
    ),
    "bookings": (
        "SELECT day, slot, until, item, line, state, source, imported_at, since, reason, visit, "
        "id, sealed FROM booking WHERE day BETWEEN ? AND ? ORDER BY day, slot, id"
    ),
    "operators": (
        "SELECT id, name, role, state, must_change, failed, locked_until, window, signed_in_at "
        "FROM operator WHERE ? <= ? ORDER BY id"
    ),
}
"""What can be had as CSV: its rows, between two business days."""
WHAT: Final = (EVENTS, *TABLES)
PERSON: Final = ("name", "identity", "phone", "company")
_TIMES: Final = frozenset(
    {"ticket_at", "ready_at", "closed_at", "opened_at", "slot", "at", "started_at", "ended_at"}
    | {"locked_until", "signed_in_at", "until", "imported_at", "since"}
)
_SEALED: Final = ("visits", "bookings")
_COLUMNS: Final = frozenset(f'"{name}"'.encode() for names in SEALED.values() for name in names)
_HIDDEN: Final = "verifier"
FIRST, LAST = "0000-00-00", "9999-99-99"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to give: one of `WHAT`, from one business day to another, personal fields opened?"""

    what: str
    first: str = ""
    last: str = ""
    reveal: bool = False


def export(
    store: Store,
    who: Actor,
    wanted: Wanted,
    target: Path,
    *,
    headings: Callable[[str], str] = str,
    replace: bool = False,
) -> int:
    """Write the file; how many rows it has. ``headings`` gives a column's name for people.

    Raises ``no-such-export``, ``bad-day``, ``nothing-sealed``, ``not-allowed``, ``file-exists``
    and the rest of `db.files.whole`.
    """
    _check(wanted)
    with whole(target, replace=replace) as temp:
        action = "store.export-revealed" if wanted.reveal else "store.export"
        with acting(store, who, action) as tx:
            tx.append(
                "store.exported",
                store.meta["hall"],
                [],
                stream="store",
                what=wanted.what,
                first=wanted.first,
                last=wanted.last,
                revealed=wanted.reveal,
            )
        if wanted.what == EVENTS:
            with temp.open("wb") as file:
                return _events(store, wanted, file)
        # The byte order mark tells a spreadsheet that this is UTF-8; lines end as RFC 4180 says.
        with temp.open("w", encoding="utf-8-sig", newline="", errors="replace") as out:
            return _table(store, wanted, out, headings)


def lines(store: Store, wanted: Wanted) -> Iterator[bytes]:
    """The events as lines of JSON. The body stands in its exact bytes, unless one was redacted."""
    rows = store.db.execute(
        f"SELECT {log.COLUMNS} FROM event WHERE day BETWEEN ? AND ? ORDER BY pos",
        (wanted.first or FIRST, wanted.last or LAST),
    )
    for row in rows:
        event = log.Event(*row)
        head: dict[str, Any] = {
            "device": event.device,
            "stream": event.stream,
            "seq": event.seq,
            "epoch": event.epoch,
            "kind": event.kind,
            "version": event.version,
            "subject": event.subject,
            "actor": event.actor,
            "window": event.window,
            "at": event.at,
            "day": event.day,
            "algorithm": event.algorithm,
            "prev_hash": event.prev_hash.hex(),
            "hash": event.hash.hex(),
        }
        body, redacted = _without_secrets(event)
        if redacted:
            head["redacted"] = True
        if wanted.reveal:
            person = _opened(store, event)
            if person:
                head["person"] = person
        start = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        yield start[:-1] + b',"body":' + body + b"}\n"


def _events(store: Store, wanted: Wanted, file: IO[bytes]) -> int:
    count = 0
    with _one_moment(store):
        for line in lines(store, wanted):
            file.write(line)
            count += 1
    return count


def _without_secrets(event: log.Event) -> tuple[bytes, bool]:
    if _HIDDEN.encode() not in event.body and b"\n" not in event.body:
        return event.body, False
    facts = event.facts()
    redacted = False
    for _, _, *sides in facts.get("set", ()):
        for side in sides:
            if side and side.pop(_HIDDEN, None) is not None:
                redacted = True
    if not redacted and b"\n" not in event.body:
        return event.body, False
    return log.encode({k: v for k, v in facts.items() if k != "set"}, facts.get("set", [])), True


def _opened(store: Store, event: log.Event) -> dict[str, str] | None:
    if not any(column in event.body for column in _COLUMNS):
        return None
    opened: dict[str, str] = {}
    for table, key, _, now in event.facts().get("set", ()):
        for column in SEALED.get(table, ()):
            sealed = (now or {}).get(column)
            if sealed:
                found = store.unseal(case_of(key), sealed) or {}
                # Cells of a form are many in one event: each is told by its place.
                place = key.partition("/")[2]
                opened |= {
                    f"{place}.{name}" if place else name: text for name, text in found.items()
                }
    return opened or None


def _table(store: Store, wanted: Wanted, out: IO[str], headings: Callable[[str], str]) -> int:
    import csv

    hall = hall_of(store)
    zone = ZoneInfo(store.meta["time_zone"])
    with _one_moment(store):
        rows = store.db.execute(TABLES[wanted.what], (wanted.first or FIRST, wanted.last or LAST))
        names = [column[0] for column in rows.description]
        shown = [name for name in names if name != "sealed"]
        if "item" in shown:
            shown.insert(shown.index("item") + 1, "item_name")
        if wanted.reveal:
            shown += PERSON
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([harmless(headings(name)) for name in shown])
        count = 0
        for values in rows:
            row: Row = dict(zip(names, values, strict=True))
            if "item" in row:
                item = hall.items.get(row["item"])
                row["item_name"] = item.zh if item else ""
            if wanted.reveal:
                row |= store.unseal(row["id"], row["sealed"]) or {}
            writer.writerow([_cell(name, row.get(name), zone) for name in shown])
            count += 1
    return count


def _cell(name: str, value: object, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        if name in _TIMES:
            return datetime.fromtimestamp(value / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
        return str(value)
    return harmless(str(value))


@contextmanager
def _one_moment(store: Store) -> Iterator[None]:
    """One read transaction: others may write meanwhile."""
    store.db.execute("BEGIN")
    try:
        yield
    finally:
        store.db.execute("ROLLBACK")


def _check(wanted: Wanted) -> None:
    if wanted.what not in WHAT:
        raise Refused("no-such-export", field="what", what=plain(wanted.what))
    for field, day in (("from", wanted.first), ("to", wanted.last)):
        if day:
            hours.date_of(day, field)
    if wanted.reveal and wanted.what not in (EVENTS, *_SEALED):
        raise Refused("nothing-sealed", field="reveal", what=wanted.what)
