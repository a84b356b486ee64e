"""A copy of a store while it is in use, checked before it gets its name.

A backup is one file without a write-ahead log, so it can be read from any medium; attached files
lie in a folder beside it (`sealed_files`), as they do beside the store. It holds the keys of what
is sealed: keep it as safe as the store, and know that a person whose key is destroyed later is
still in it. It is marked: opening it for work is refused (two stores that go
on under one device id would fork the chain), `db.restore` makes a store of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db import sealed_files
from db.check import verify
from db.driver import sqlite
from db.errors import StoreError
from db.files import whole
from db.meta import put
from db.opening import SIDE_FILES, beside, connect, translated
from db.report import Progress, Report
from db.store import Store

PAGES = 2_048
TRIES = 3
"""How often it is begun again because files were removed meanwhile."""
MARK = "backup_at"
"""The row of ``meta`` that says: a backup, made at this time (UTC ms)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    path: Path
    at: int
    size: int
    report: Report

    @property
    def folder(self) -> Path | None:
        """Where its attached files are; None: it has none."""
        return sealed_files.folder_of(self.path) if self.report.files else None


def backup(
    store: Store,
    target: Path,
    *,
    passphrase: str | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> Made:
    """Copy a store that others may be writing; encrypted with the same passphrase if it is.

    Phases of ``progress``: ``copy``, ``files``, then those of the check. Raises StoreError:
    ``file-exists``, ``onto-itself``, ``backup-damaged`` (the store itself is: `verify` tells more),
    as `whole`.
    """
    if target.absolute() in ours(store.path):
        raise StoreError("onto-itself", path=target)
    at = store.env.now()
    folder = sealed_files.folder_of(target)
    made: list[Path] = []
    try:
        with whole(target, replace=replace) as temp, alone(temp), translated(target):
            for _ in range(TRIES):
                copy_pages(store.db, temp, passphrase, progress)
                if not _carried(store, temp, passphrase, folder, made, progress):
                    break
            _marked(temp, passphrase, at)
            report = checked(temp, store, passphrase, progress, folder)
            size = temp.stat().st_size
    except BaseException:
        sealed_files.take_back(made)
        raise
    if folder.is_dir():
        # An older backup of this name may have had more.
        with Store.open(
            target, passphrase=passphrase, make_env=lambda _: store.env, readonly=True
        ) as copy:
            sealed_files.tidy(copy.db, folder)
    return Made(target, at, size, report)


def _carried(
    store: Store,
    temp: Path,
    passphrase: str | None,
    folder: Path,
    made: list[Path],
    progress: Progress | None,
) -> bool:
    """Copy the files that a copy tells of; whether the store has removed some meanwhile."""
    db = connect(temp, passphrase)
    try:
        wanted = list(sealed_files.kept(db))
    finally:
        db.close()
    source = sealed_files.folder_of(store.path)
    missing = sealed_files.carry(wanted, source, folder, made, progress)
    return any(one not in sealed_files.kept(store.db, one.case) for one in missing)


def _marked(temp: Path, passphrase: str | None, at: int) -> None:
    db = connect(temp, passphrase)
    try:
        db.execute("BEGIN")
        put(db, **{MARK: str(at)})
        db.execute("COMMIT")
    finally:
        db.close()


def copy_pages(
    source: sqlite.Connection, target: Path, passphrase: str | None, progress: Progress | None
) -> None:
    """Copy one moment of an open store, page by page, into an empty file; no log beside it."""
    db = connect(target, passphrase)
    try:
        # One read transaction around it: else every write of another process starts it again.
        source.execute("BEGIN")
        try:
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(db, pages=PAGES, progress=_steps(progress))
        finally:
            source.execute("ROLLBACK")
        db.execute("PRAGMA journal_mode = DELETE")
    finally:
        db.close()


def checked(
    path: Path, store: Store, passphrase: str | None, progress: Progress | None, folder: Path
) -> Report:
    """Verify a copy whose files are in ``folder``; the report tells of files that are lost.

    Raises StoreError ``backup-damaged`` with the first thing found.
    """
    with Store.open(
        path, passphrase=passphrase, make_env=lambda _: store.env, readonly=True
    ) as copy:
        report = verify(copy, progress, folder=folder)
    if not report.usable:
        first = report.first
        raise StoreError("backup-damaged", path=path, finding=first.code, **first.params)
    return report


def ours(path: Path) -> set[Path]:
    """A store's file and all that lie beside it."""
    path = path.absolute()
    return {path, sealed_files.folder_of(path), *(beside(path, suffix) for suffix in SIDE_FILES)}


@contextmanager
def alone(temp: Path) -> Iterator[None]:
    """Take away what SQLite and the locks leave beside a temporary store."""
    try:
        yield
    finally:
        for suffix in SIDE_FILES:
            beside(temp, suffix).unlink(missing_ok=True)


def _steps(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda _status, left, total: progress("copy", total - left, total)
