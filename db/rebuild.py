"""The projections made again from the log, in one transaction, when only they are wrong."""

from __future__ import annotations

from db import schema
from db.chain import read_log
from db.check import uncollected, verify
from db.errors import StoreError
from db.opening import translated
from db.replay import Replay
from db.report import Progress, Report
from db.store import Row, Store

CHUNK = 2_000


def rebuild(store: Store, actor: str, progress: Progress | None = None) -> Report:
    """Throw the projections away and make them again; the report of a check after it.

    Writes ``store.rebuilt`` with the tables that were wrong. Does nothing to a store that is right.
    Raises StoreError: ``not-mendable`` (the log or the file itself is damaged), as `Store.act`.
    """
    before = verify(store, progress)
    if before.ok:
        return before
    if not before.mendable:
        raise StoreError("not-mendable", path=store.path, finding=before.findings[0].code)
    tables = (finding.params.get("table") for finding in before.findings)
    wrong = sorted({str(table) for table in tables if table})
    with store.act(actor) as tx:
        remake(store, progress)
        tx.append("store.rebuilt", store.meta["hall"], [], stream="store", tables=wrong)
    return verify(store, progress)


def remake(store: Store, progress: Progress | None = None, *, upto: int | None = None) -> None:
    """Every projection anew from the log, up to a position, inside an action under way.

    Raises StoreError ``not-mendable``.
    """
    with uncollected():
        replay = Replay()
        try:
            _replay(store, replay, progress, upto)
            for table in schema.TABLES:
                names = schema.columns(table)
                store.db.execute(f"DELETE FROM {table}")
                store.db.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) "
                    f"VALUES ({', '.join('?' * len(names))})",
                    replay.db.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid"),
                )
        finally:
            replay.db.close()


def made_row(store: Store, table: str, key: str) -> Row | None:
    """A row of a projection as the log makes it, whatever the projection says.

    Raises StoreError ``not-mendable``.
    """
    with uncollected():
        replay = Replay()
        try:
            _replay(store, replay, None)
            names = schema.columns(table)
            found = replay.db.execute(
                f"SELECT {', '.join(names)} FROM {table} WHERE id = ?", (key,)
            ).fetchone()
        finally:
            replay.db.close()
    return None if found is None else dict(zip(names, found, strict=True))


def _replay(
    store: Store, replay: Replay, progress: Progress | None, upto: int | None = None
) -> None:
    """All events as they are now: others may have written since the check."""
    again = Report()
    before = store.db.text_factory
    store.db.text_factory = bytes
    try:
        with translated(store.path):
            read_log(store.db, again, replay, progress or (lambda *_: None), upto)
            if again.log_ok:
                replay.flush()
    finally:
        store.db.text_factory = before
    if not again.log_ok:
        raise StoreError("not-mendable", path=store.path, finding=again.findings[0].code)
