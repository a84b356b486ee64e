"""The event log: what an event is, and how its bytes are chained.

Identity is (device, stream, seq). The hash covers the exact bytes of the header and of the body
and the hash before it in the same stream of the same device, so a reader of one stream verifies
it whole. ``epoch`` is the hub's, 0 until a store meets one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from db.driver import sqlite

ALGORITHM = "sha256"
GENESIS = bytes(32)
SEPARATOR = "\x1f"

Change = tuple[str, str, dict[str, Any] | None, dict[str, Any] | None]
"""(table, key, was, now): ``was`` None makes the row, ``now`` None takes it away again."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
COLUMNS = (
    "device, stream, seq, epoch, kind, version, subject, actor, window, at, day, body, "
    "prev_hash, hash, algorithm"
)


@dataclass(slots=True)
class Event:
    """One line of the log. ``at`` is UTC milliseconds, ``day`` the hall's business day."""

    device: str
    stream: str
    seq: int
    epoch: int
    kind: str
    version: int
    subject: str
    actor: str
    window: str
    at: int
    day: str
    body: bytes
    prev_hash: bytes
    hash: bytes = b""
    algorithm: str = ALGORITHM

    def facts(self) -> dict[str, Any]:
        """The body, decoded. Raises ValueError when it is not a JSON object."""
        found = json.loads(self.body)
        if not isinstance(found, dict):
            raise ValueError(f"{self.stream}/{self.seq}: body is not an object")
        return found


@dataclass(frozen=True, slots=True)
class Placed:
    """An event as the hub holds it: ``lsn`` in the hall, ``place`` in the stream, from 1.

    ``mark`` is the hub's chain over the hall's log up to here (`hallclient.sync.messages`).
    """

    lsn: int
    place: int
    mark: bytes
    event: Event


def header(event: Event) -> bytes:
    """The bytes before the body: every field, parted by U+001F, ended by a newline."""
    return (
        SEPARATOR.join(
            (
                event.device,
                event.stream,
                str(event.seq),
                str(event.epoch),
                event.kind,
                str(event.version),
                event.subject,
                event.actor,
                event.window,
                str(event.at),
                event.day,
                event.algorithm,
            )
        )
        + "\n"
    ).encode()


def digest(event: Event) -> bytes:
    """Hash of the previous hash, the header and the body. Raises ValueError: unknown algorithm."""
    if event.algorithm != ALGORITHM:
        raise ValueError(f"unknown hash algorithm {event.algorithm!r}")
    # Here, because who only reads never needs it, and it loads a library of its own.
    from hashlib import sha256

    return sha256(event.prev_hash + header(event) + event.body).digest()


def encode(facts: dict[str, Any], changes: list[Change]) -> bytes:
    """A body: the facts, and under ``set`` what the action changed in the projections."""
    return _JSON({**facts, "set": changes}).encode()


def head(db: sqlite.Connection, device: str, stream: str) -> tuple[int, bytes]:
    """(seq, hash) of the newest event of this device in this stream; (0, zeros) before any."""
    row = db.execute(
        "SELECT seq, hash FROM event WHERE device = ? AND stream = ? ORDER BY seq DESC LIMIT 1",
        (device, stream),
    ).fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def insert(db: sqlite.Connection, event: Event) -> None:
    """Write one event that has its hash."""
    db.execute(
        f"INSERT INTO event ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            event.device,
            event.stream,
            event.seq,
            event.epoch,
            event.kind,
            event.version,
            event.subject,
            event.actor,
            event.window,
            event.at,
            event.day,
            event.body,
            event.prev_hash,
            event.hash,
            event.algorithm,
        ),
    )


def newest(db: sqlite.Connection) -> int:
    """The position of the newest event here; 0 before any."""
    return int(db.execute("SELECT coalesce(max(pos), 0) FROM event").fetchone()[0])


def read(db: sqlite.Connection, after: int = 0) -> EventReader:
    """All events behind position ``after``, in the order they were written here."""
    return EventReader(db, after)


_UNACKED = (
    "FROM event WHERE pos > ? AND seq > coalesce((SELECT acked.seq FROM acked "
    "WHERE acked.device = event.device AND acked.stream = event.stream), 0)"
)


def unacked_count(db: sqlite.Connection, after: int = 0) -> tuple[int, int | None]:
    """How many events the hub has not said to hold, and when the oldest was made (UTC ms)."""
    count, oldest = db.execute(f"SELECT count(*), min(at) {_UNACKED}", (after,)).fetchone()
    return count, oldest


def unacked(db: sqlite.Connection, after: int = 0) -> Iterator[tuple[int, Event]]:
    """(position, event) of all the hub has not said to hold, in the order they stand here."""
    for pos, *fields in db.execute(f"SELECT pos, {COLUMNS} {_UNACKED} ORDER BY pos", (after,)):
        yield pos, Event(*fields)


class EventReader:
    """Iterates (pos, event) without holding the whole log in memory."""

    def __init__(self, db: sqlite.Connection, after: int) -> None:
        self._rows = db.execute(
            f"SELECT pos, {COLUMNS} FROM event WHERE pos > ? ORDER BY pos", (after,)
        )

    def __iter__(self) -> EventReader:
        return self

    def __next__(self) -> tuple[int, Event]:
        pos, *fields = next(self._rows)
        return pos, Event(*fields)
