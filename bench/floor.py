"""The least a durable action can cost: three rows and a FULL commit of plain SQLite."""

from __future__ import annotations

import time
from pathlib import Path

from db.driver import sqlite

SIZES = (1300, 330, 420)
"""Bytes of an event, a leg and an announcement, as a call writes them."""


class Floor:
    """A database with one table and our settings, in the same folder as the store."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    def commit(self) -> float:
        """Seconds for one commit."""
        begin = time.perf_counter()
        self.db.execute("BEGIN IMMEDIATE")
        for size in SIZES:
            self.db.execute("INSERT INTO row (body) VALUES (?)", (bytes(size),))
        self.db.execute("COMMIT")
        return time.perf_counter() - begin

    def close(self) -> None:
        self.db.close()
