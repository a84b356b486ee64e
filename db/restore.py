"""Putting a backup in the place of a store.

**The device id changes.** The store that is replaced may have sent its newest events to a hub, or
printed numbers from them. If the restored store went on as the same device, it would write other
events under the same (device, stream, seq): a fork, which nobody could tell from forgery. So the
restored store is a new device: what it holds stays under the old id, what it writes begins chains
of its own, and a hub gives it the lost events of the old device back as those of any other device.
``meta`` keeps ``restored_at`` and ``former`` (the ids it had), and the first event of the new
device, ``store.restored``, says where the old one stood.

**Nothing is thrown away.** The replaced store is kept beside the new one under a name with the
time, with its attached files; giving that file to `restore` takes the restoring back.

**A forgotten person stays forgotten.** Keys that were destroyed after the backup was made are
destroyed again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from db import log, sealed_files
from db.backup import MARK, alone, copy_pages
from db.check import verify
from db.driver import sqlite
from db.env import Env, system_env
from db.errors import StoreError
from db.files import sync_folder, whole
from db.lock import InUse
from db.meta import put
from db.opening import beside, connect, translated
from db.report import Progress, Report
from db.store import Store, Tx

Heads = dict[tuple[str, str], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Lost:
    """Events of the store that are newer than the backup, by the first word of their stream."""

    stream: str
    events: int
    first_at: int
    last_at: int


@dataclass(slots=True)
class Plan:
    """What restoring would do."""

    path: Path
    backup: Path
    report: Report
    made_at: int | None
    """When the backup was made (UTC ms); None: it is a plain copy of a store."""
    hall: str
    replaces: bool = False
    """A store is there already."""
    readable: bool = True
    """That store could be read, so that ``lost`` is right."""
    other_hall: str = ""
    forked: bool = False
    """Backup and store disagree about the same event: neither is a copy of the other."""
    lost: list[Lost] = field(default_factory=list)
    destroyed: list[str] = field(default_factory=list)
    """Cases whose key the store has destroyed since."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The store is in its place; ``aside`` is the one it replaced."""

    plan: Plan
    device: str
    aside: Path | None


def look(
    path: Path,
    backup: Path,
    *,
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
    progress: Progress | None = None,
) -> Plan:
    """Check the backup fully and tell what restoring it would do. Changes nothing.

    Raises StoreError: ``backup-damaged``, ``onto-itself``, as `Store.open` for the backup.
    """
    if backup.absolute() == path.absolute():
        raise StoreError("onto-itself", path=backup)
    with Store.open(backup, passphrase=passphrase, make_env=make_env, readonly=True) as copy:
        report = verify(copy, progress)
        if not report.usable:
            first = report.first
            raise StoreError("backup-damaged", path=backup, finding=first.code, **first.params)
        made = copy.meta.get(MARK)
        plan = Plan(path, backup, report, int(made) if made else None, copy.meta["hall"])
        plan.replaces = path.exists()
        if plan.replaces:
            try:
                with (
                    Store.open(
                        path, passphrase=passphrase, make_env=make_env, readonly=True
                    ) as store,
                    translated(path),
                ):
                    _compare(plan, copy, store)
            except StoreError:
                plan.readable = False
    return plan


def restore(
    plan: Plan,
    *,
    actor: str,
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
    progress: Progress | None = None,
) -> Restored:
    """Do what `look` has told. Raises StoreError: ``in-use``, ``backup-damaged``, as `whole`."""
    path = plan.path
    try:
        held = InUse(path, alone=True)
    except BlockingIOError as error:
        raise StoreError("in-use", path=path) from error
    except OSError as error:
        raise StoreError("cannot-write", path=path, cause=error.strerror) from error
    folder, made = sealed_files.folder_of(path), list[Path]()
    try:
        aside: list[Path] = []
        with whole(path, replace=True) as temp, alone(temp), translated(path):
            with Store.open(
                plan.backup, passphrase=passphrase, make_env=make_env, readonly=True
            ) as copy:
                copy_pages(copy.db, temp, passphrase, progress)
            before = sealed_files.all_in(folder)
            device = _become(temp, plan, actor, passphrase, make_env, made, progress)
            if path.exists():
                aside.append(_set_aside(path, passphrase, make_env("UTC").now(), before))
        return Restored(plan, device, aside[0] if aside else None)
    except BaseException:
        sealed_files.take_back(made)
        raise
    finally:
        held.close()
        if not path.exists():
            beside(path, ".use").unlink(missing_ok=True)


def _compare(plan: Plan, copy: Store, store: Store) -> None:
    if store.meta["hall"] != plan.hall:
        plan.other_hall = store.meta["hall"]
    kept = _heads(copy)
    events: Counter[str] = Counter()
    times: dict[str, tuple[int, int]] = {}
    for key, (seq, stored) in _heads(store).items():
        device, stream = key
        reached, known = kept.get(key, (0, log.GENESIS))
        here = stored if seq <= reached else _hash(store, key, reached)
        there = known if reached <= seq else _hash(copy, key, seq)
        plan.forked = plan.forked or here != there
        if seq <= reached:
            continue
        sort = stream.partition(":")[0]
        first, last = store.db.execute(
            "SELECT min(at), max(at) FROM event WHERE device = ? AND stream = ? AND seq > ?",
            (device, stream, reached),
        ).fetchone()
        earliest, latest = times.get(sort, (first, last))
        times[sort] = (min(first, earliest), max(last, latest))
        events[sort] += seq - reached
    plan.lost = [Lost(sort, events[sort], *times[sort]) for sort in sorted(events)]
    forgotten = {row[0] for row in copy.db.execute(_DESTROYED)}
    plan.destroyed = [row[0] for row in store.db.execute(_DESTROYED) if row[0] not in forgotten]


_DESTROYED = "SELECT case_id FROM case_key WHERE key IS NULL ORDER BY case_id"


def _heads(store: Store) -> Heads:
    rows = store.db.execute("SELECT device, stream, max(seq), hash FROM event GROUP BY 1, 2")
    return {(device, stream): (seq, stored) for device, stream, seq, stored in rows}


def _hash(store: Store, key: tuple[str, str], seq: int) -> bytes:
    row = store.db.execute(
        "SELECT hash FROM event WHERE device = ? AND stream = ? AND seq = ?", (*key, seq)
    ).fetchone()
    return row[0] if row else log.GENESIS


def _become(
    temp: Path,
    plan: Plan,
    actor: str,
    passphrase: str | None,
    make_env: Callable[[str], Env],
    made: list[Path],
    progress: Progress | None,
) -> str:
    """Make the copied pages a store of their own: a new device, in write-ahead mode, checked.

    Its files are put where they will be; ``made``: those that were not there.
    """
    db = connect(temp, passphrase)
    try:
        meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
        env = make_env(meta["time_zone"])
        device, old = env.new_id(), meta["device"]
        former = [*json.loads(meta.get("former", "[]")), old]
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN IMMEDIATE")
        put(
            db,
            **{MARK: None},
            device=device,
            restored_at=str(env.now()),
            former=json.dumps(former),
        )
        # What was given out of leased numbers since the backup, nobody here knows.
        db.execute("DELETE FROM block")
        db.execute("COMMIT")
    finally:
        db.close()
    with Store.open(temp, passphrase=passphrase, make_env=make_env) as store:
        with store.act(actor) as tx:
            tx.append(
                "store.restored",
                plan.hall,
                [],
                stream="store",
                former=old,
                made_at=plan.made_at,
                head=plan.report.head,
                lost={lost.stream: lost.events for lost in plan.lost},
            )
            for case in plan.destroyed:
                tx.destroy_key(case)
                stream = f"{_sort(tx, case)}:{case}"
                tx.append("personal.destroyed", case, [], stream=stream, again=True)
        folder = sealed_files.folder_of(plan.path)
        source = sealed_files.folder_of(plan.backup)
        sealed_files.carry(sealed_files.kept(store.db), source, folder, made, progress)
        report = verify(store, progress, folder=folder)
        if not report.usable:
            raise StoreError("backup-damaged", path=plan.backup, finding=report.first.code)
    return device


def _sort(tx: Tx, case: str) -> str:
    """The first word of the stream of what a key seals."""
    for table, sort in (("booking", "booking"), ("filing", "case"), ("case_file", "case")):
        if tx.row(f"SELECT id FROM {table} WHERE id = ?", case) is not None:
            return sort
    return "visit"


def _set_aside(path: Path, passphrase: str | None, now: int, files: list[Path]) -> Path:
    """A second name for the store that is replaced, with its write-ahead log settled or beside.

    ``files``: its attached files, which get a second name too.
    """
    with contextlib.suppress(sqlite.Error):
        db = connect(path, passphrase)
        try:
            db.execute("PRAGMA journal_mode = DELETE")
        finally:
            db.close()
    stamp = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.replaced-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.replaced-{stamp}-{number}")
    for file in files:
        twin = sealed_files.folder_of(aside) / file.relative_to(sealed_files.folder_of(path))
        sealed_files.make_folder(twin.parent)
        _second_name(file, twin)
    # The name of the store itself is taken over by the new file in one step.
    _second_name(path, aside)
    for suffix in ("-wal", "-journal"):
        if beside(path, suffix).exists():
            beside(path, suffix).replace(beside(aside, suffix))
    beside(path, "-shm").unlink(missing_ok=True)
    sync_folder(path.parent)
    return aside


def _second_name(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:  # no hard links here: a copy
        with whole(aside) as temp:
            shutil.copyfile(path, temp)
