"""What a store knows of itself beside the log, and a sum over it: no hash chain covers it."""

from __future__ import annotations

from db.driver import sqlite

SUM = "sum"
"""The row of ``meta`` that holds the sum over all others and over the hall's secrets."""


def put(db: sqlite.Connection, **rows: str | None) -> None:
    """Write rows of ``meta`` (None: take away) and the new sum. Inside a transaction."""
    for key, value in rows.items():
        if value is None:
            db.execute("DELETE FROM meta WHERE key = ?", (key,))
        else:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SUM, total(db)))


def total(db: sqlite.Connection) -> str:
    """The sum as it should be."""
    from hashlib import sha256

    found = sha256()
    for table, key, value in db.execute(
        "SELECT 'meta', CAST(key AS BLOB), CAST(value AS BLOB) FROM meta WHERE key <> ? "
        "UNION ALL SELECT 'secret', CAST(name AS BLOB), value FROM secret ORDER BY 1, 2",
        (SUM,),
    ):
        # Under `verify` text comes as bytes.
        name = table.decode() if isinstance(table, bytes) else table
        found.update(f"{name} {key.hex()} {value.hex()}\n".encode())
    return found.hexdigest()


def right(db: sqlite.Connection) -> bool:
    """Whether the sum is that of the rows."""
    row = db.execute("SELECT CAST(value AS BLOB) FROM meta WHERE key = ?", (SUM,)).fetchone()
    return row is not None and row[0] == total(db).encode()
