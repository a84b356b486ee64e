"""Is the store what it says it is? Everything `hallclient verify` looks at.

One read snapshot: others may go on writing. Six things are held against each other: SQLite's own
pages, the tables against the schema, every event's hash against its exact bytes and the event
before it, the projections against what the log makes of them, sealed texts against their keys,
and after it attached files against the hash of their content. Nothing is changed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db import meta, schema, sealed_files, shape
from db.chain import WRONG, read_log, text
from db.driver import sqlite
from db.errors import StoreError
from db.replay import Replay, difference
from db.report import AT_MOST, Progress, Report
from db.store import Store


def verify(store: Store, progress: Progress | None = None, *, folder: Path | None = None) -> Report:
    """Check everything. Damage is a finding, never an exception; an error of ours is one.

    ``folder``: where its attached files are, when that is not beside it.
    """
    report = Report()
    tell = progress or (lambda phase, done, total: None)
    with _snapshot(store) as db, uncollected():
        _guarded(report, _pages, db, report, tell)
        _guarded(report, _shape, db, report)
        replay = Replay()
        try:
            whole = _guarded(report, read_log, db, report, replay, tell)
            if whole and report.log_ok:
                _guarded(report, _projections, db, report, replay, tell)
            _guarded(report, _sealed, db, report, tell)
        finally:
            replay.db.close()
    place = folder or sealed_files.folder_of(store.path)
    _guarded(report, _files, store, place, report, tell)
    return report


def _guarded(report: Report, part: Callable[..., None], *args: Any) -> bool:
    """Run one part; what SQLite cannot read is a finding. Whether it came to its end."""
    try:
        part(*args)
    except sqlite.Error as error:
        report.add("unreadable", cause=str(error))
        return False
    return True


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for reference cycles: a million decoded events hold none."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def _snapshot(store: Store) -> Iterator[sqlite.Connection]:
    """The store's connection in one read transaction, giving text as bytes."""
    db = store.db
    before = db.text_factory
    db.text_factory = bytes
    try:
        db.execute("BEGIN")
        yield db
    finally:
        db.text_factory = before
        if db.in_transaction:
            db.execute("ROLLBACK")


def _pages(db: sqlite.Connection, report: Report, tell: Progress) -> None:
    tell("pages", 0, 1)
    for (said,) in db.execute(f"PRAGMA integrity_check({AT_MOST})"):
        if said != b"ok":
            report.add("integrity", said=said.decode(errors="replace"))
    tell("pages", 1, 1)


def _shape(db: sqlite.Connection, report: Report) -> None:
    if not meta.right(db):
        report.add("meta")
    db.text_factory = str
    try:
        found = shape.shape(db)
    finally:
        db.text_factory = bytes
    wanted = shape.wanted()
    for name in sorted(wanted.keys() | found.keys()):
        if found.get(name) != wanted.get(name):
            report.add("schema", name=name)


def _projections(db: sqlite.Connection, report: Report, replay: Replay, tell: Progress) -> None:
    total = len(schema.TABLES)
    for done, table in enumerate(schema.TABLES):
        tell("projections", done, total)
        report.rows += db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        try:
            found = difference(db, replay, table)
        except WRONG as error:
            report.add("unreplayable", device="", stream="", seq=0, pos=0, cause=str(error))
            return
        if found is not None:
            report.add(found.code, table=table, key=found.key, columns=found.columns)
    tell("projections", total, total)


def _sealed(db: sqlite.Connection, report: Report, tell: Progress) -> None:
    from db.seal import Unopenable, unseal

    total = db.execute("SELECT count(*) FROM case_key").fetchone()[0]
    sealed_columns = [(table, name) for table, names in schema.SEALED.items() for name in names]
    for table, column in sealed_columns:
        rows = db.execute(
            f"SELECT {table}.id, {table}.{column}, case_id, key FROM {table} LEFT JOIN case_key "
            f"ON case_id = {schema.CASE.format(table)} WHERE {table}.{column} IS NOT NULL"
        )
        for key, sealed, case, secret in rows:
            if case is None:
                report.add("key-missing", table=table, key=text(key))
            elif secret is None:
                report.destroyed += 1
            else:
                report.sealed += 1
                try:
                    unseal(secret, text(case), text(sealed))
                except (Unopenable, ValueError):
                    report.add("sealed", table=table, key=text(key))
            if report.sealed % 1000 == 0:
                tell("sealed", report.sealed + report.destroyed, total)
    tell("sealed", total, total)


def _files(store: Store, folder: Path, report: Report, tell: Progress) -> None:
    """Every attached file that still has a key; one whose case was forgotten need not be there."""
    from db.seal import Box

    todo = [one for one in sealed_files.kept(store.db) if one.key is not None]
    for done, one in enumerate(todo):
        tell("files", done, len(todo))
        try:
            if one.key is not None:
                box = Box(one.key, one.case, store.env.entropy)
                sealed_files.read(folder, box, one.sha256)
                report.files += 1
        except StoreError as error:
            if one in sealed_files.kept(store.db, one.case):  # else it was removed meanwhile
                report.add(error.code, case=one.case, file=one.sha256)
        except ValueError:
            report.add("file-missing", case=one.case, file=one.sha256)
    if todo:
        tell("files", len(todo), len(todo))
