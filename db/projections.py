"""Projections: rows that screens read, made from events and from nothing else.

An event carries what it changed as ``set``: (table, key, was, now). So one projector serves every
kind, a reader can apply kinds it has never heard of, and taking an action back is the same list
turned round. Columns this version does not know are passed over; the log keeps them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from db import schema
from db.driver import sqlite
from db.log import Change

_COLUMNS = {table: frozenset(schema.columns(table)) for table in schema.TABLES}


class Diverged(Exception):
    """An event changes a row that is not there, or makes one that is: (table, key)."""

    def __str__(self) -> str:
        return " ".join(map(str, self.args))


def project(db: sqlite.Connection, changes: list[Change]) -> None:
    """Apply the changes of one event in order. Raises `Diverged`, or the driver's error."""
    for table, key, was, now in changes:
        known = _COLUMNS.get(table)
        if known is None:
            continue
        if now is None:
            done = db.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
        else:
            names = tuple(name for name in now if name in known)
            values = [now[name] for name in names]
            if was is None:
                done = db.execute(_insert(table, names), (key, *values))
            elif names:
                done = db.execute(_update(table, names), (*values, key))
            else:
                continue
        if done.rowcount != 1:
            raise Diverged(table, key)


@lru_cache(maxsize=512)
def _insert(table: str, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * (len(names) + 1))
    return f"INSERT INTO {table} ({', '.join(('id', *names))}) VALUES ({marks})"


@lru_cache(maxsize=512)
def _update(table: str, names: tuple[str, ...]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?"


def reverse(changes: list[Any]) -> list[Change]:
    """The changes that take these back, last first."""
    return [(table, key, now, was) for table, key, was, now in reversed(changes)]


def rows(db: sqlite.Connection, table: str) -> sqlite.Cursor:
    """Every row of a projection in key order."""
    return db.execute(f"SELECT {', '.join(schema.columns(table))} FROM {table} ORDER BY id")


def clear(db: sqlite.Connection) -> None:
    """Empty every projection, before it is made again."""
    for table in schema.TABLES:
        db.execute(f"DELETE FROM {table}")
