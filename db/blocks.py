"""Numbers that the hub has leased to this machine: given out here without asking anybody.

A block is used up and never given back, so a number that is skipped is skipped for good.
"""

from __future__ import annotations

from typing import NamedTuple

from db.driver import sqlite


class Block(NamedTuple):
    """Numbers ``first`` to ``first + size - 1`` of ``kind`` and ``name``, leased in an epoch."""

    id: str
    kind: str
    name: str
    first: int
    size: int
    epoch: int


def take_from_block(db: sqlite.Connection, kind: str, name: str) -> int | None:
    """The next number, used with the transaction under way; None: there is none left."""
    row = db.execute(
        "SELECT id, first + used FROM block WHERE kind = ? AND name = ? AND used < size "
        "ORDER BY first LIMIT 1",
        (kind, name),
    ).fetchone()
    if row is None:
        return None
    db.execute("UPDATE block SET used = used + 1 WHERE id = ?", (row[0],))
    return int(row[1])


def keep_block(db: sqlite.Connection, block: Block, at: int) -> None:
    """Write down a block that was leased; once, however often it is told."""
    db.execute(
        "INSERT OR IGNORE INTO block (id, kind, name, first, size, used, epoch, at) "
        "VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
        (block.id, block.kind, block.name, block.first, block.size, block.epoch, at),
    )


def low_blocks(db: sqlite.Connection, kind: str, prefix: str, below: int) -> list[str]:
    """Names (beginning with ``prefix``) that were used here and have fewer numbers left."""
    rows = db.execute(
        "SELECT name FROM block WHERE kind = ? AND name >= ? AND name < ? GROUP BY name "
        "HAVING sum(size - used) < ? ORDER BY name",
        (kind, prefix, prefix + "\uffff", below),
    )
    return [row[0] for row in rows]
