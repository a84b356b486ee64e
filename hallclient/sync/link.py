"""What a store knows of its hub: rows of its table ``link``."""

from __future__ import annotations

from typing import Final

from db.driver import sqlite
from hallclient.sync.tags import case_of

KEY: Final = "key "
"""How a row begins that asks for the key of a case."""


def get(db: sqlite.Connection, key: str) -> str | None:
    """A row; None: it is not there."""
    row = db.execute("SELECT value FROM link WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put(db: sqlite.Connection, key: str, value: str | None) -> None:
    """Write a row (None: take it away). Inside a transaction."""
    if value is None:
        db.execute("DELETE FROM link WHERE key = ?", (key,))
    else:
        db.execute("INSERT OR REPLACE INTO link VALUES (?, ?)", (key, value))


def beginning(db: sqlite.Connection, start: str, most: int) -> list[str]:
    """The ends of keys that begin so, in their order."""
    rows = db.execute(
        "SELECT substr(key, ?) FROM link WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
        (len(start) + 1, start, start + "\uffff", most),
    )
    return [str(row[0]) for row in rows]


def want_keys(db: sqlite.Connection, streams: set[str]) -> None:
    """The keys of private streams that have come are to be fetched, where they are not here."""
    for stream in streams:
        case = case_of(stream)
        if case and not db.execute("SELECT 1 FROM case_key WHERE case_id = ?", (case,)).fetchone():
            put(db, KEY + case, "")
