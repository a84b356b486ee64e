"""Events of other machines: put in the hall's order, before what this machine has done since.

The hub gives every event a place; by these places all machines have the same order, and what this
machine has done since (its *tail*) comes after it. An event that arrives is put before the tail:
the tail is taken back, the event is played (`db.play`), the tail is played again. What did not fit
any more stays in the log and is listed in ``left_out``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from db import log
from db.chain import made_of
from db.driver import sqlite
from db.log import Event, Placed
from db.play import COLUMNS, play
from db.projections import reverse
from db.rebuild import remake
from db.store import Store
from db.upcast import upcast


class Unfitting(Exception):
    """What the hub sent is not the continuation of what it sent before: (cause, where)."""

    def __str__(self) -> str:
        return " ".join(map(str, self.args))


HALL: Final = "hall"
"""The group of the streams of the hall itself."""


def group_of(stream: str) -> str:
    """Streams that change the same rows, and so have one order; other groups never meet."""
    sort = stream.partition(":")[0]
    return HALL if sort in ("queue", "visit", "booking", "catalogue") else stream


def floor(db: sqlite.Connection) -> int:
    """A position up to which every event has its place at the hub."""
    row = db.execute("SELECT value FROM link WHERE key = 'floor'").fetchone()
    return int(row[0]) if row else 0


_TAIL = (
    f"SELECT pos, {log.COLUMNS} FROM event WHERE pos > ? AND NOT EXISTS (SELECT 1 FROM placed "
    "WHERE placed.device = event.device AND placed.stream = event.stream "
    "AND placed.seq = event.seq)"
)
_IN_HALL = "(stream IN ('queue', 'catalogue') OR stream LIKE 'visit:%' OR stream LIKE 'booking:%')"


def tail(db: sqlite.Connection, after: int | None = None) -> Iterator[tuple[int, Event]]:
    """(position, event) of all that have no place at the hub yet, oldest first."""
    start = floor(db) if after is None else after
    for pos, *fields in db.execute(f"{_TAIL} ORDER BY pos", (start,)):
        yield pos, Event(*fields)


def _tail_of(
    db: sqlite.Connection, group: str, devices: Iterable[str]
) -> Iterator[tuple[int, Event]]:
    """The tail of one group; of a stream that is its own group, found by its devices."""
    start = floor(db)
    if group == HALL:
        for pos, *fields in db.execute(f"{_TAIL} AND {_IN_HALL} ORDER BY pos", (start,)):
            yield pos, Event(*fields)
        return
    found = [
        row
        for device in devices
        for row in db.execute(f"{_TAIL} AND device = ? AND stream = ?", (start, device, group))
    ]
    for pos, *fields in sorted(found):
        yield pos, Event(*fields)


def unacked_of(db: sqlite.Connection, device: str, stream: str) -> Iterator[Event]:
    """Events of one stream of a device that the hub has not said to hold, oldest first."""
    for fields in db.execute(
        f"SELECT {log.COLUMNS} FROM event WHERE device = ?1 AND stream = ?2 AND seq > coalesce("
        "(SELECT seq FROM acked WHERE device = ?1 AND stream = ?2), 0) ORDER BY seq",
        (device, stream),
    ):
        yield Event(*fields)


def integrate(store: Store, arrived: Iterable[Placed]) -> list[Event]:
    """Put events of the hub before the tail, inside an action under way.

    ``arrived`` are in the order of their lsn; those that are here already do no harm. Returns the
    events of which something was left out and that were not left out before.
    Raises `Unfitting`; then the action must be given up.
    """
    groups: dict[str, list[Placed]] = {}
    for one in arrived:
        if not _is_placed(store.db, one):
            groups.setdefault(group_of(one.event.stream), []).append(one)
    collided: list[Event] = []
    devices = {store.device, *json.loads(store.meta.get("former", "[]"))}
    devices.update(row[0] for row in store.db.execute("SELECT DISTINCT device FROM acked"))
    devices.update(one.event.device for members in groups.values() for one in members)
    for group, members in groups.items():
        collided += _Joining(store, group, devices).join(members)
    _raise_floor(store.db)
    return collided


def cut(store: Store, first: int) -> None:
    """The hub has lost what it held from ``first`` (lsn) on: all of that is in the tail again.

    Inside an action under way; as slow as a rebuild. Raises StoreError ``not-mendable``.
    """
    db = store.db
    db.execute("DELETE FROM placed WHERE lsn >= ?", (first,))
    forget_acks(db)
    behind = list(tail(db, after=0))
    for _, event in behind:
        for table in ("undo", "left_out"):
            db.execute(f"DELETE FROM {table} WHERE {_THIS}", _identity(event))
    last = log.newest(db)
    joining = _Joining(store, "")
    for n, (pos, _) in enumerate(behind, start=1):
        db.execute("UPDATE event SET pos = ? WHERE pos = ?", (last + n, pos))
    remake(store, upto=last)
    for _, event in behind:
        joining.play(event, keep=True)
    _raise_floor(db)


def forget_acks(db: sqlite.Connection) -> None:
    """Only what has its place at the hub counts as held there."""
    db.execute("DELETE FROM acked")
    db.execute("INSERT INTO acked SELECT device, stream, max(seq) FROM placed GROUP BY 1, 2")
    db.execute("DELETE FROM link WHERE key = 'sent'")


def _is_placed(db: sqlite.Connection, one: Placed) -> bool:
    row = db.execute("SELECT device, stream, seq FROM placed WHERE lsn = ?", (one.lsn,)).fetchone()
    if row is None:
        return False
    event = one.event
    if row != (event.device, event.stream, event.seq):
        raise Unfitting("other-event", one.lsn)
    return True


def _raise_floor(db: sqlite.Connection) -> None:
    first = next(tail(db), None)
    value = log.newest(db) if first is None else first[0] - 1
    db.execute("INSERT OR REPLACE INTO link VALUES ('floor', ?)", (str(value),))


class _Joining:
    """Events of one group on their way to their places."""

    def __init__(self, store: Store, group: str, devices: Iterable[str] = ()) -> None:
        self.store = store
        self.devices = devices
        self.db = store.db
        self.group = group
        self.next = log.newest(self.db) + 1
        self.misplaced = False
        """A row was put back at another place among the others than it had."""
        self.collided: list[Event] = []

    def join(self, arrived: list[Placed]) -> list[Event]:
        waiting = _tail_of(self.db, self.group, self.devices)
        done, first = 0, next(waiting, None)
        # What comes back as it was written here is in its place already.
        while first is not None and done < len(arrived) and _same(first[1], arrived[done].event):
            self._place(arrived[done])
            done, first = done + 1, next(waiting, None)
        rest = arrived[done:]
        if not rest:
            return []
        mine = [] if first is None else [first, *waiting]
        for pos, event in reversed(mine):
            self._take_back(pos, event)
        known = {_identity(event): (pos, event) for pos, event in mine}
        for one in rest:
            here = known.pop(_identity(one.event), None)
            if here is None:
                self._arrive(one.event)
            elif here[1].hash != one.event.hash:
                raise Unfitting("fork", *_identity(one.event))
            else:
                self._again(*here, keep=False)
            self._place(one)
        for pos, event in known.values():
            self._again(pos, event, keep=True)
        if self.misplaced and self.collided:
            remake(self.store)
        return self.collided

    def _place(self, one: Placed) -> None:
        identity = _identity(one.event)
        self.db.execute(
            "INSERT INTO placed VALUES (?, ?, ?, ?, ?, ?)",
            (one.lsn, one.place, one.mark, *identity),
        )
        self.db.execute(f"DELETE FROM undo WHERE {_THIS}", identity)

    def _arrive(self, event: Event) -> None:
        if log.head(self.db, event.device, event.stream) != (event.seq - 1, event.prev_hash):
            raise Unfitting("gap", *_identity(event))
        try:
            if log.digest(event) != event.hash:
                raise Unfitting("chain", *_identity(event))
        except ValueError:
            raise Unfitting("algorithm", *_identity(event)) from None
        log.insert(self.db, event)
        self.next = log.newest(self.db) + 1
        self.play(event, keep=False)

    def _again(self, pos: int, event: Event, *, keep: bool) -> None:
        self.db.execute("UPDATE event SET pos = ? WHERE pos = ?", (self.next, pos))
        self.next += 1
        self.play(event, keep=keep)

    def play(self, event: Event, *, keep: bool) -> None:
        """Play an event, and write down what was left out (and, to keep, how to take it back)."""
        identity = _identity(event)
        before = self.db.execute(f"SELECT 1 FROM left_out WHERE {_THIS}", identity).fetchone()
        played = play(self.db, changes_of(event))
        self.db.execute(f"DELETE FROM left_out WHERE {_THIS}", identity)
        if played.left is None or played.left:
            left = None if played.left is None else json.dumps(played.left)
            self.db.execute(
                "INSERT INTO left_out VALUES (?, ?, ?, ?, ?)", (*identity, left, played.cause)
            )
            if played.left is None and before is None:
                self.collided.append(event)
        if keep:
            self.db.execute(
                "INSERT OR REPLACE INTO undo VALUES (?, ?, ?, ?)",
                (*identity, json.dumps(played.undo)),
            )

    def _take_back(self, pos: int, event: Event) -> None:
        identity = _identity(event)
        row = self.db.execute(f"SELECT steps FROM undo WHERE {_THIS}", identity).fetchone()
        if row is not None:
            for table, key, columns, rowid in reversed(json.loads(row[0])):
                self._unstep(table, key, columns, rowid)
            return
        left = self.db.execute(f"SELECT changes FROM left_out WHERE {_THIS}", identity).fetchone()
        changes = changes_of(event)
        for table, key, was, now in reverse(made_of(changes, left[0]) if left else changes):
            if table in COLUMNS:
                self.misplaced = self.misplaced or was is None
                self._unstep(table, key, now, None, made=was is None)

    def _unstep(
        self,
        table: str,
        key: str,
        columns: dict[str, Any] | None,
        rowid: int | None,
        *,
        made: bool = False,
    ) -> None:
        if columns is None:
            done = self.db.execute(f"DELETE FROM {table} WHERE id = ?", (key,)).rowcount
        else:
            known = {n: v for n, v in columns.items() if n in COLUMNS[table]}
            if rowid is not None or made:
                place = {} if rowid is None else {"rowid": rowid}
                row = {"id": key, **place, **known}
                done = self.db.execute(
                    f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                    tuple(row.values()),
                ).rowcount
            elif known:
                sets = ", ".join(f"{name} = ?" for name in known)
                sql = f"UPDATE {table} SET {sets} WHERE id = ?"
                done = self.db.execute(sql, (*known.values(), key)).rowcount
            else:
                done = 1
        if done != 1:
            raise Unfitting("not-taken-back", table, key)


_THIS = "device = ? AND stream = ? AND seq = ?"


def _identity(event: Event) -> tuple[str, str, int]:
    return event.device, event.stream, event.seq


def _same(mine: Event, theirs: Event) -> bool:
    if _identity(mine) != _identity(theirs):
        return False
    if mine.hash != theirs.hash:
        raise Unfitting("fork", *_identity(mine))
    return True


def changes_of(event: Event) -> list[Any]:
    """What an event changes, whatever version wrote it; nothing when it cannot be read."""
    try:
        found = upcast(event.kind, event.version, event.facts())[1].get("set") or []
    except (ValueError, TypeError, KeyError):
        return []
    return list(found) if isinstance(found, list) else []
