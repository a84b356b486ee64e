"""Reaching a store's file: the connection, the lock that says it is open, whose file it is.

And the driver's errors as ours, so that nobody else needs to know the driver.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import schema
from db.driver import CIPHER, SHARED_SAFE, sqlite
from db.errors import StoreError
from db.lock import InUse


def connect(path: Path, passphrase: str | None, *, readonly: bool = False) -> sqlite.Connection:
    """A connection with our settings. Raises the driver's error or StoreError ``no-cipher``."""
    if passphrase is not None and not CIPHER:
        raise StoreError("no-cipher")
    mode = "ro" if readonly else "rw"
    if readonly and not os.access(path.parent, os.W_OK) and not beside(path, "-wal").exists():
        # WAL needs files beside the store; here nobody of ours can be writing.
        mode += "&immutable=1"
    db = sqlite.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        cached_statements=512,
        check_same_thread=False,
    )
    if passphrase is not None:
        quoted = passphrase.replace("'", "''")
        # The library would write its own words about a wrong passphrase on the terminal.
        db.execute("PRAGMA cipher_log_level = NONE")
        db.execute(f"PRAGMA key = '{quoted}'")
    db.execute("PRAGMA busy_timeout = 5000")
    if readonly:
        db.execute("PRAGMA query_only = ON")
    else:
        _settle(db)
        if sqlite.sqlite_version_info < SHARED_SAFE:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
    return db


def _settle(db: sqlite.Connection) -> None:
    try:
        db.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten: a destroyed key must not lie about in free pages.
        db.execute("PRAGMA secure_delete = ON")
    except sqlite.DatabaseError as error:
        # These read the file. What is wrong with it, `check_ours` says better.
        if "not a database" not in str(error):
            raise


def is_file(path: Path) -> bool:
    """Whether there is a file of this name. Raises StoreError ``cannot-open``."""
    try:
        return path.is_file()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise StoreError("cannot-open", path=path, cause=error.strerror) from error


def identity(path: Path) -> tuple[int, int] | None:
    """Tells the file of this name from another that may take its place; None: there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


SIDE_FILES = ("-wal", "-shm", "-journal", ".lock", ".gate", ".use")
"""What may lie beside a store, named after it."""


def beside(path: Path, suffix: str) -> Path:
    """One of the `SIDE_FILES` of a store."""
    return path.with_name(path.name + suffix)


def remove(path: Path) -> None:
    """Delete a store that was never finished, with the files beside it."""
    for suffix in ("", *SIDE_FILES):
        beside(path, suffix).unlink(missing_ok=True)


def use(path: Path, *, readonly: bool) -> InUse | None:
    try:
        return InUse(path, make=not readonly)
    except BlockingIOError as error:
        raise StoreError("in-use", path=path) from error
    except OSError as error:
        if readonly:  # nobody has ever opened it for writing here, or we may not see who
            return None
        raise StoreError("cannot-open", path=path, cause=error.strerror) from error


def check_ours(db: sqlite.Connection, path: Path, passphrase: str | None) -> None:
    try:
        found = db.execute("PRAGMA application_id").fetchone()[0]
    except sqlite.DatabaseError as error:
        if "not a database" not in str(error):
            raise
        with path.open("rb") as file:
            plain = file.read(16) == b"SQLite format 3\0"
        code = "damaged" if plain else ("not-a-store" if passphrase is None else "passphrase")
        raise StoreError(code, path=path) from error
    if found == 0 and not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise StoreError("unfinished", path=path)
    if found != schema.APPLICATION_ID:
        raise StoreError("foreign", path=path)


_CAUSES = (
    ("disk is full", "disk-full"),
    ("readonly", "read-only"),
    ("malformed", "damaged"),
    ("not a database", "damaged"),
    ("file is encrypted", "damaged"),
    ("locked", "busy"),
    ("unable to open", "cannot-open"),
    ("disk I/O", "io"),
    ("no such table", "damaged"),
    ("no such column", "damaged"),
    ("unsupported file format", "damaged"),
    ("decode to UTF-8", "damaged"),
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """The driver's errors as StoreError, so that no caller needs to know the driver."""
    try:
        yield
    except sqlite.IntegrityError:
        raise
    except sqlite.DatabaseError as error:
        said = str(error)
        for part, code in _CAUSES:
            if part in said:
                raise StoreError(code, path=path, cause=said) from error
        raise
