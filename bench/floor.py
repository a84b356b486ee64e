"""The least a durable action can cost: its rows and a FULL commit of plain SQLite."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from db.driver import sqlite
from db.store import Store

SIZES = (1300, 330, 420)
"""Bytes of an event, a leg and an announcement, as a call writes them."""


class Floor:
    """A database with one table and our settings, in the same folder as the store."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    def commit(self, sizes: Sequence[int] = SIZES) -> float:
        """Seconds for one commit of rows of so many bytes."""
        begin = time.perf_counter()
        self.db.execute("BEGIN IMMEDIATE")
        for size in sizes:
            self.db.execute("INSERT INTO row (body) VALUES (?)", (bytes(size),))
        self.db.execute("COMMIT")
        return time.perf_counter() - begin

    def close(self) -> None:
        self.db.close()


def written(store: Store) -> list[int]:
    """Bytes of what the last event wrote: itself, and each row it made or changed."""
    (last,) = store.db.execute("SELECT max(pos) FROM event").fetchone()
    return sizes_after(store, last - 1)


def sizes_after(store: Store, pos: int, most: int = -1) -> list[int]:
    """The same of every event behind a position, or of so many."""
    sizes: list[int] = []
    behind, which = "FROM event WHERE pos > ? ORDER BY pos LIMIT ?", (pos, most)
    for event in store.db.execute(f"SELECT * {behind}", which):
        sizes.append(sum(map(_size, event)))
    for (body,) in store.db.execute(f"SELECT body {behind}", which):
        sizes += [
            sum(map(_size, (key, *(now or was or {}).values())))
            for _, key, was, now in json.loads(body)["set"]
        ]
    return sizes


def _size(value: object) -> int:
    return len(value.encode()) if isinstance(value, str) else len(value) if isinstance(
        value, bytes
    ) else 8  # fmt: skip
