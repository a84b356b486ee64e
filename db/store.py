"""A store: one SQLite file that several terminals of a hall may share.

``with store.act(actor, window) as tx`` is one action: everything in it becomes durable together
(WAL, ``synchronous=FULL``), or nothing does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import log, migrations, schema
from db.driver import sqlite
from db.env import Env, system_env
from db.errors import StoreError
from db.filesystem import is_network
from db.lock import FileLock, InUse
from db.log import Change, Event
from db.meta import put
from db.opening import check_ours, connect, identity, is_file, remove, translated, use
from db.projections import Diverged, project

if TYPE_CHECKING:
    from db.arbiter import Arbiter
    from db.seal import Box

Row = dict[str, Any]
DESTROYED = "personal.destroyed"
"""Kind of the event that goes with `Tx.destroy_key`."""


class Tx:
    """One action under way: reads what is true now, appends events, holds the write lock."""

    def __init__(self, store: Store, actor: str, window: str) -> None:
        self.store = store
        self.db = store.db
        self.actor = actor
        self.window = window
        self.now = store.env.now()
        self.day = store.env.day(self.now)
        self.appended: list[Event] = []

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row as a dict, or None."""
        return self.store.row(sql, *values)

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows as dicts."""
        return self.store.rows(sql, *values)

    def append(
        self,
        kind: str,
        subject: str,
        changes: list[Change],
        *,
        stream: str = "queue",
        version: int = 1,
        actor: str | None = None,
        **facts: object,
    ) -> Event:
        """Add an event to a stream and apply its changes to the projections.

        Raises `db.projections.Diverged` or the driver's IntegrityError; `Store.act` then gives
        the whole action up.
        """
        seq, before = log.head(self.db, self.store.device, stream)
        event = Event(
            device=self.store.device,
            stream=stream,
            seq=seq + 1,
            epoch=self.store.epoch,
            kind=kind,
            version=version,
            subject=subject,
            actor=self.actor if actor is None else actor,
            window=self.window,
            at=self.now,
            day=self.day,
            body=log.encode(facts, changes),
            prev_hash=before,
        )
        event.hash = log.digest(event)
        log.insert(self.db, event)
        project(self.db, changes)
        self.appended.append(event)
        return event

    def seal(self, case_id: str, fields: dict[str, str]) -> str:
        """Seal personal fields under the case's key, made when it is not there yet."""
        return self.box(case_id).seal(fields)

    def box(self, case_id: str) -> Box:
        """What seals and opens many texts of one case. Raises StoreError ``case-destroyed``."""
        from db.seal import KEY_BYTES, Box

        entropy = self.store.env.entropy
        found = self.db.execute("SELECT key FROM case_key WHERE case_id = ?", (case_id,)).fetchone()
        if found is None:
            key = entropy(KEY_BYTES)
            self.db.execute("INSERT INTO case_key (case_id, key) VALUES (?, ?)", (case_id, key))
        else:
            key = found[0]
        if key is None:
            raise StoreError("case-destroyed")
        return Box(key, case_id, entropy)

    def destroy_key(self, case_id: str) -> None:
        """Forget the person of a case for good; the chain stays valid."""
        self.db.execute(
            "UPDATE case_key SET key = NULL, destroyed_at = ? WHERE case_id = ?",
            (self.now, case_id),
        )


class Store:
    """An open store. One per thread: SQLite connections do not travel."""

    def __init__(
        self,
        path: Path,
        db: sqlite.Connection,
        lock: FileLock | None,
        make_env: Callable[[str], Env],
        in_use: InUse | None = None,
    ) -> None:
        self.path = path
        self.db = db
        self._lock = lock
        self._in_use = in_use
        self._file = identity(path)
        self.arbiter: Arbiter | None = None
        with translated(path):
            self.meta: dict[str, str] = dict(db.execute("SELECT key, value FROM meta").fetchall())
        try:
            self.device = self.meta["device"]
            self.epoch = int(self.meta["epoch"])
            self.demo = self.meta["demo"] == "1"
            self.env = make_env(self.meta["time_zone"])
        except (LookupError, ValueError) as error:
            raise StoreError("damaged", path=path, cause=f"meta: {error}") from error

    # -- opening

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        hall: str,
        time_zone: str = "Asia/Shanghai",
        demo: bool = False,
        passphrase: str | None = None,
        make_env: Callable[[str], Env] = system_env,
        fill: Callable[[Tx], None] | None = None,
    ) -> Store:
        """Make a store; ``fill`` writes its first events in the same transaction.

        Raises StoreError: ``exists``, ``network``, ``no-cipher``, ``cannot-open``, ``disk-full``.
        """
        if path.exists():
            raise StoreError("exists", path=path)
        if not path.parent.is_dir():
            raise StoreError("no-folder", path=path.parent)
        if is_network(path.parent):
            raise StoreError("network", path=path)
        env = make_env(time_zone)
        with translated(path):
            try:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            except OSError as error:
                raise StoreError("cannot-open", path=path, cause=error.strerror) from error
            try:
                db = connect(path, passphrase)
                db.execute("PRAGMA journal_mode = WAL")
                lock, in_use = FileLock(path), InUse(path)
                with lock:
                    db.execute("BEGIN IMMEDIATE")
                    migrations.create(db, str(env.now()))
                    meta = {
                        "device": env.new_id(),
                        "hall": hall,
                        "epoch": "0",
                        "demo": "1" if demo else "0",
                        "time_zone": time_zone,
                        "created_at": str(env.now()),
                    }
                    db.execute("INSERT INTO secret VALUES ('hall-key', ?)", (env.entropy(32),))
                    put(db, **meta)
                    store = cls(path, db, lock, make_env, in_use)
                    if fill is not None:
                        fill(Tx(store, "system", ""))
                    db.execute("COMMIT")
            except BaseException:
                remove(path)
                raise
        return store

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        passphrase: str | None = None,
        make_env: Callable[[str], Env] = system_env,
        readonly: bool = False,
    ) -> Store:
        """Open a store that is there, bringing an older schema up to date.

        Raises StoreError: ``missing``, ``unfinished``, ``foreign``, ``newer``, ``damaged``,
        ``read-only``, ``passphrase``, ``network``, ``no-cipher``, ``cannot-open``, ``busy``,
        ``in-use`` (it is being replaced), ``is-backup`` (only `restore` makes it a store again).
        """
        if not is_file(path):
            raise StoreError("missing", path=path)
        if path.stat().st_size == 0:
            raise StoreError("unfinished", path=path)
        if not readonly and is_network(path.parent):
            raise StoreError("network", path=path)
        if not readonly and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise StoreError("read-only", path=path)
        in_use = use(path, readonly=readonly)
        try:
            with translated(path):
                db = connect(path, passphrase, readonly=readonly)
                try:
                    check_ours(db, path, passphrase)
                    lock = None if readonly else FileLock(path)
                    version = db.execute("PRAGMA user_version").fetchone()[0]
                    if version > schema.VERSION:
                        raise StoreError("newer", path=path, found=version, known=schema.VERSION)
                    if version < schema.VERSION:
                        if lock is None:
                            raise StoreError("older", path=path)
                        with lock:
                            migrations.migrate(db)
                    store = cls(path, db, lock, make_env, in_use)
                    if not readonly and "backup_at" in store.meta:
                        raise StoreError("is-backup", path=path)
                    if not readonly and db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                        # Some tool has changed it: readers would stop writers.
                        db.execute("PRAGMA journal_mode = WAL")
                    return store
                except BaseException:
                    db.close()
                    raise
        except BaseException as error:
            if in_use is not None:
                in_use.close()
            if isinstance(error, OSError):
                raise StoreError("cannot-open", path=path, cause=error.strerror) from error
            raise

    def close(self) -> None:
        """Give the file back. Safe to call twice."""
        if self.arbiter is not None:
            self.arbiter.close()
            self.arbiter = None
        self.db.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- reading

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row as a dict, or None."""
        cursor = self.db.execute(sql, values)
        found = cursor.fetchone()
        return None if found is None else dict(zip(_names(cursor), found, strict=True))

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows as dicts."""
        cursor = self.db.execute(sql, values)
        names = _names(cursor)
        return [dict(zip(names, found, strict=True)) for found in cursor]

    def changed(self) -> int:
        """A number that differs after another connection has written; very cheap."""
        return int(self.db.execute("PRAGMA data_version").fetchone()[0])

    def person_token(self, identity: str) -> str:
        """What the queue knows a person by: an HMAC of the identity number, never the number."""
        from hmac import digest

        return digest(self._hall_key(), identity.encode(), "sha256").hex()[:32]

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from the hall's own secret (HKDF-SHA256, RFC 5869)."""
        from hmac import digest

        extracted = digest(bytes(32), self._hall_key(), "sha256")
        return digest(extracted, purpose.encode() + b"\x01", "sha256")

    def _hall_key(self) -> bytes:
        found = self.db.execute("SELECT value FROM secret WHERE name = 'hall-key'").fetchone()
        return bytes(found[0])

    def unseal(self, case_id: str, sealed: str | None) -> dict[str, str] | None:
        """Personal fields of a case; None when there are none or their key was destroyed.

        Raises StoreError ``sealed`` when the text was changed.
        """
        from db.seal import opened

        return None if sealed is None else opened(self.box(case_id), sealed)

    def box(self, case_id: str) -> Box | None:
        """What opens many texts of one case; None when it has no key, or none any more."""
        from db.seal import Box

        found = self.db.execute("SELECT key FROM case_key WHERE case_id = ?", (case_id,)).fetchone()
        if found is None or found[0] is None:
            return None
        return Box(found[0], case_id, self.env.entropy)

    # -- writing

    @contextmanager
    def act(self, actor: str, window: str = "") -> Iterator[Tx]:
        """One action. An exception inside leaves nothing behind.

        Raises StoreError: ``read-only``, ``disk-full``, ``damaged``, ``busy``, ``io``,
        ``gone`` (the open file is not the one of that name any more: what is written into it
        would be lost), ``diverged`` (the projections are not what the log says).
        """
        if self._lock is None:
            raise StoreError("read-only", path=self.path)
        with translated(self.path), self._lock:
            if identity(self.path) != self._file:
                raise StoreError("gone", path=self.path)
            self.db.execute("BEGIN IMMEDIATE")
            try:
                tx = Tx(self, actor, window)
                yield tx
                doubt = self.arbiter.admit(tx) if self.arbiter is not None else None
            except (Diverged, sqlite.IntegrityError) as error:
                self._rollback()
                raise StoreError("diverged", path=self.path, cause=str(error)) from error
            except BaseException:
                self._rollback()
                raise
            try:
                self.db.execute("COMMIT")
            except sqlite.Error:
                # A failed COMMIT is an unknown, not a no: a full disk has struck after the
                # log was durable. Only reading back tells.
                self._rollback()
                if not self._durable(tx):
                    raise
            if doubt is not None:
                raise doubt
            forgotten = [event.subject for event in tx.appended if event.kind == DESTROYED]
            if forgotten:
                self._take_away(forgotten)
                # The page with the key would stand in the write-ahead log until it is used again.
                # Where others are reading just now, that is how long it stays.
                with suppress(sqlite.Error):
                    self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _take_away(self, cases: list[str]) -> None:
        """The files of forgotten cases are noise by now. What is still held open, `tidy` takes."""
        from db import sealed_files

        for case in cases:
            sealed_files.remove_all(sealed_files.folder_of(self.path), case)

    def _rollback(self) -> None:
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def _durable(self, tx: Tx) -> bool:
        if not tx.appended:
            return False
        last = tx.appended[-1]
        return log.head(self.db, last.device, last.stream) == (last.seq, last.hash)


def _names(cursor: sqlite.Cursor) -> list[str]:
    return [column[0] for column in cursor.description]
