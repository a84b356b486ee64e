"""The projections made again from the log, many rows at a time.

`db.projections.project` applies one event at once, as an action does. Here the changes of some
ten thousand events are first folded row by row, so that a number that was taken, called and
finished costs one insert. A test holds the two against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from db import schema
from db.driver import sqlite
from db.projections import Diverged

Fold = dict[str, dict[str, Any]]
"""Row key -> the columns that were written."""

BATCH = 5_000
HELD = 150_000
"""Rows that are held in memory (about 150 MB) before they go to the scratch database."""
CHUNK = 2_000


class Replay:
    """Projections in a database in memory, fed with the changes of events in their order."""

    def __init__(self) -> None:
        self.db = sqlite.connect(":memory:", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = OFF")
        for table, body in schema.TABLES.items():
            self.db.execute(f"CREATE TABLE {table} ({body}) STRICT")
        self.columns = {table: schema.columns(table) for table in schema.TABLES}
        self._blank: Fold = {table: dict.fromkeys(self.columns[table]) for table in schema.TABLES}
        self.passed_over: Counter[str] = Counter()
        """Changes of tables that this version does not have, by table."""
        self._spilled = False
        self._made: dict[str, Fold] = {table: {} for table in schema.TABLES}
        self._changed: dict[str, Fold] = {table: {} for table in schema.TABLES}
        self._gone: dict[str, set[str]] = {table: set() for table in schema.TABLES}

    def apply(self, changes: list[Any]) -> None:
        """The changes of one event. Raises `Diverged`, now or at the next `flush`."""
        for table, key, was, now in changes:
            made = self._made.get(table)
            if made is None:
                self.passed_over[str(table)] += 1
            elif now is None:
                self._drop(table, key)
            elif was is None:
                if key in made:
                    raise Diverged(table, key)
                row = made[key] = self._blank[table] | now
                row["id"] = key
            else:
                row = made.get(key)
                if row is None:
                    if key in self._gone[table]:
                        if self._blank[table].keys().isdisjoint(now):
                            continue  # changes no column known here, as the projector has it
                        raise Diverged(table, key)
                    row = self._changed[table].setdefault(key, {})
                row.update(now)

    def _drop(self, table: str, key: str) -> None:
        if self._made[table].pop(key, None) is not None:
            return
        if key in self._gone[table]:
            raise Diverged(table, key)
        self._changed[table].pop(key, None)
        self._gone[table].add(key)

    def ease(self, *, done: bool = False) -> None:
        """`flush` when too much is held, or, when ``done``, if something is left over.

        Nothing was written before: then a change of a row that was never made is a fault.
        """
        if done:
            left = any(self._changed.values()) or any(self._gone.values())
        else:
            left = sum(map(len, self._made.values())) > HELD
        if self._spilled or left:
            self.flush()

    def held(self, table: str) -> Iterator[tuple[Any, ...]] | None:
        """The rows in the order of their making, as the log wrote them; None: ask ``db``."""
        if self._spilled:
            return None
        self._cut(table)
        return map(tuple, map(dict.values, self._made[table].values()))

    def flush(self) -> None:
        """Write what was folded. Raises `Diverged`, or the driver's error for a wrong value."""
        if not any(map(any, (self._made.values(), self._changed.values(), self._gone.values()))):
            return
        self._spilled = True
        self.db.execute("BEGIN")
        for table in schema.TABLES:
            self._flush_gone(table)
            self._flush_changed(table)
            self._flush_made(table)
        self.db.execute("COMMIT")

    def _flush_gone(self, table: str) -> None:
        gone = self._gone[table]
        if gone:
            sql = f"DELETE FROM {table} WHERE id = ?"
            self._all(table, sql, [(key,) for key in gone])
            gone.clear()

    def _flush_changed(self, table: str) -> None:
        known = frozenset(self.columns[table])
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for key, row in self._changed[table].items():
            names = tuple(name for name in row if name in known)
            if names:
                alike.setdefault(names, []).append((*map(row.get, names), key))
        for names, rows in alike.items():
            to = ", ".join(f"{name} = ?" for name in names)
            self._all(table, f"UPDATE {table} SET {to} WHERE id = ?", rows)
        self._changed[table].clear()

    def _flush_made(self, table: str) -> None:
        made, names = self._made[table], self.columns[table]
        if not made:
            return
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._cut(table)
        try:
            self.db.executemany(sql, map(tuple, map(dict.values, made.values())))
        except sqlite.IntegrityError as error:
            raise Diverged(table, self._there(table, made)) from error
        made.clear()

    def _cut(self, table: str) -> None:
        """Take columns that this version does not have out of the rows."""
        names = self.columns[table]
        for row in self._made[table].values():
            if len(row) > len(names):
                for name in row.keys() - set(names):
                    del row[name]

    def _all(self, table: str, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Run for every row; each must hit one. The key is the last value of each."""
        if self.db.executemany(sql, rows).rowcount != len(rows):
            raise Diverged(table, self._missing(table, [row[-1] for row in rows]))

    def _missing(self, table: str, keys: list[str]) -> str:
        sql = f"SELECT 1 FROM {table} WHERE id = ?"
        return next((key for key in keys if self.db.execute(sql, (key,)).fetchone() is None), "")

    def _there(self, table: str, made: Fold) -> str:
        sql = f"SELECT 1 FROM {table} WHERE id = ?"
        return next((key for key in made if self.db.execute(sql, (key,)).fetchone()), "")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row in which a projection is not what the log makes of it."""

    code: str
    """``row-differs``, ``row-missing``, ``row-surplus``, ``row-order``."""
    key: str
    columns: str = ""


def difference(kept: sqlite.Connection, replay: Replay, table: str) -> Difference | None:
    """The first difference of a projection; None when all rows are the same, in the same order.

    Raises `Diverged`, or the driver's error, for what cannot be a row at all.
    """
    if _same_as_held(kept, replay, table):
        return None
    replay.ease(done=True)
    replay.flush()
    # What is no UTF-8 any more has to be compared too.
    before = kept.text_factory
    kept.text_factory = replay.db.text_factory = bytes
    try:
        return _difference(kept, replay.db, table)
    finally:
        kept.text_factory = before
        replay.db.text_factory = str


def _same_as_held(kept: sqlite.Connection, replay: Replay, table: str) -> bool:
    """Whether the rows are those in memory. If not, they may still be the same in a database.

    Python's ``1 == True == 1.0`` is what a strict integer column makes of them.
    """
    held = replay.held(table)
    if held is None:
        return False
    before = kept.text_factory
    kept.text_factory = str
    try:
        rows = kept.execute(
            f"SELECT {', '.join(schema.columns(table))} FROM {table} ORDER BY rowid"
        )
        while True:
            here, there = rows.fetchmany(CHUNK), list(islice(held, CHUNK))
            if here != there:
                return False
            if not here:
                return True
    except sqlite.OperationalError:
        return False
    finally:
        kept.text_factory = before


def _difference(kept: sqlite.Connection, made: sqlite.Connection, table: str) -> Difference | None:
    names = schema.columns(table)
    rows = f"SELECT {', '.join(names)} FROM {table}"
    # In the order of their making, which lists rely on; it needs no sorting either.
    moved = _first(kept, made, f"{rows} ORDER BY rowid")
    if moved is None:
        return None
    found = _first(kept, made, f"{rows} ORDER BY id")
    if found is None:
        return Difference("row-order", _key(moved[0]))
    here, there = found
    if there is None or (here is not None and here[0] < there[0]):
        return Difference("row-surplus", _key(here))
    if here is None or here[0] > there[0]:
        return Difference("row-missing", _key(there))
    wrong = [name for name, a, b in zip(names, here, there, strict=True) if not _same(a, b)]
    return Difference("row-differs", _key(here), " ".join(wrong))


def _first(
    kept: sqlite.Connection, made: sqlite.Connection, sql: str
) -> tuple[tuple[Any, ...] | None, tuple[Any, ...] | None] | None:
    one, two = kept.execute(sql), made.execute(sql)
    while True:
        here, there = one.fetchmany(CHUNK), two.fetchmany(CHUNK)
        if here != there:
            for number in range(max(len(here), len(there))):
                a = here[number] if number < len(here) else None
                b = there[number] if number < len(there) else None
                if a != b:
                    return a, b
        if not here:
            return None


def _same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b


def _key(row: tuple[Any, ...] | None) -> str:
    found = row[0] if row else b""
    return found.decode(errors="replace") if isinstance(found, bytes) else str(found)
