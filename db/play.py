"""An event played on rows that are not those it was decided on.

It is judged by the event alone: a change says what was there before (``was``), and where one of the
columns in `GUARDS` is not what it was, nothing of the event is done. All machines play the same
events in the same order, so all of them leave out the same. In columns that guard nothing, the
later event wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from db import schema
from db.driver import sqlite

GUARDS: Final[dict[str, frozenset[str]]] = {
    table: frozenset(names.split())
    for table, names in {
        "leg": "state window",
        "booking": "state",
        "filing": "state",
        "form_cell": "value sealed",
        "case_file": "state",
        "material": "state",
        "promise": "state",
        "review_task": "state",
        "certificate": "state code",
        "certificate_copy": "state",
        "certificate_change": "state",
        "code": "state",
        "sheet": "state",
    }.items()
}
"""Columns whose old value must be there: two machines that changed them have collided."""

SHARED: Final = frozenset({"line", "hall", "business_day", "alarm", "operator"})
"""Rows that any machine makes when it needs them: who comes second finds it made."""

Step = tuple[str, str, dict[str, Any] | None, int | None]
"""How a change is taken back: (table, key, columns as they were or None: take the row away,
rowid of a row that was taken away)."""


class Played(NamedTuple):
    """What became of an event."""

    undo: list[Step]
    left: list[int] | None = []  # noqa: RUF012 - never changed
    """Which of its changes were not made; None: none of them was."""
    cause: str = ""
    """``changed``, ``missing``, ``made-twice``, ``taken`` or ``unreadable``, and table and key."""


class _Clash(Exception):
    """(cause, table, key)"""


COLUMNS = {table: schema.columns(table) for table in schema.TABLES}


def play(db: sqlite.Connection, changes: Sequence[Any]) -> Played:
    """Make the changes of an event on whatever is there: all that fit, or none."""
    undo: list[Step] = []
    left: list[int] = []
    db.execute("SAVEPOINT play")
    try:
        for index, (table, key, was, now) in enumerate(changes):
            if table not in COLUMNS:
                continue
            step = _step(db, table, key, was, now)
            if step is None:
                left.append(index)
            elif step:
                undo.append(step)
        played = Played(undo, left, "made-twice" if left else "")
    except _Clash as clash:
        db.execute("ROLLBACK TO play")
        played = Played([], None, " ".join(clash.args))
    except sqlite.IntegrityError as error:
        db.execute("ROLLBACK TO play")
        taken = str(error).startswith("UNIQUE")
        played = Played([], None, f"taken {error}" if taken else f"unreadable {error}")
    except (sqlite.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
        # One bad event must not stop the others.
        db.execute("ROLLBACK TO play")
        played = Played([], None, f"unreadable {error}")
    db.execute("RELEASE play")
    return played


def _step(
    db: sqlite.Connection,
    table: str,
    key: str,
    was: dict[str, Any] | None,
    now: dict[str, Any] | None,
) -> Step | tuple[()] | None:
    """One change, made; how to take it back. Empty: nothing to do; None: left out."""
    if was is None and now is not None:
        if db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (key,)).fetchone():
            if table in SHARED:
                return None
            raise _Clash("made-twice", table, key)
        names = tuple(name for name in now if name in COLUMNS[table] and name != "id")
        db.execute(_insert(table, names), (key, *map(now.__getitem__, names)))
        return table, key, None, None
    guards = GUARDS.get(table, frozenset())
    known = {name: value for name, value in (was or {}).items() if name in COLUMNS[table]}
    if now is None:
        found = _row(db, table, key, COLUMNS[table], rowid=True)
        if found is None:
            return None
        rowid = found.pop("rowid")
        _hold(guards, known, found, table, key)
        db.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
        return table, key, {name: found[name] for name in found if name != "id"}, rowid
    names = tuple(name for name in now if name in COLUMNS[table])
    found = _row(db, table, key, tuple(dict.fromkeys((*names, *known))))
    if found is None:
        if not names:
            return ()
        raise _Clash("missing", table, key)
    _hold(guards, known, found, table, key)
    if not names:
        return ()
    _set(db, table, key, {name: now[name] for name in names})
    return table, key, {name: found[name] for name in names}, None


def _hold(
    guards: frozenset[str], was: dict[str, Any], found: dict[str, Any], table: str, key: str
) -> None:
    for name in guards.intersection(was):
        if found[name] != was[name]:
            raise _Clash("changed", table, key)


def _row(
    db: sqlite.Connection, table: str, key: str, names: tuple[str, ...], *, rowid: bool = False
) -> dict[str, Any] | None:
    wanted = ("rowid", *names) if rowid else names or ("id",)
    row = db.execute(f"SELECT {', '.join(wanted)} FROM {table} WHERE id = ?", (key,)).fetchone()
    return None if row is None else dict(zip(wanted, row, strict=True))


@lru_cache(maxsize=512)
def _insert(table: str, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * (len(names) + 1))
    return f"INSERT INTO {table} ({', '.join(('id', *names))}) VALUES ({marks})"


def _set(db: sqlite.Connection, table: str, key: str, row: dict[str, Any]) -> None:
    db.execute(
        f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?",
        (*row.values(), key),
    )
