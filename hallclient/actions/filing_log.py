"""What has happened to a filing, read back from its stream of the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from db.driver import sqlite
from db.log import Change
from db.seal import Box
from db.store import Store
from hallclient.actions.filing_cells import BESIDE, CELL, ROW, unsealed
from hallclient.rules.form.edits import Add, Drop, Edit, Put

STEPS = ("filing.edited", "filing.collided", "filing.settled")
"""Kinds that an operator's undo takes back, besides what was redone."""
UNDONE = "filing.undone"
REDONE = "filing.redone"


class Step(NamedTuple):
    """One event of a filing, as changes of what stands in its cells.

    ``seq``: its place in the stream; ``at``: UTC ms; ``source``: how it was entered (empty:
    typed); ``disputed``: cells (row, field) in which a disagreement began or ended.
    """

    seq: int
    kind: str
    at: int
    by: str
    window: str
    source: str
    reason: str
    edits: tuple[Edit, ...]
    disputed: tuple[tuple[str, str], ...]


def stream(filing: str) -> str:
    """The stream of a filing's events."""
    return f"case:{filing}"


def devices(db: sqlite.Connection) -> list[str]:
    """All devices that have written into this store, one seek each."""
    sql = (
        "WITH RECURSIVE known(id) AS (SELECT min(device) FROM event UNION ALL SELECT "
        "(SELECT min(device) FROM event WHERE device > known.id) FROM known "
        "WHERE known.id IS NOT NULL) SELECT id FROM known WHERE id IS NOT NULL"
    )
    return [row[0] for row in db.execute(sql)]


def backwards(
    store: Store, filing: str, columns: str, having: bytes = b""
) -> Iterator[tuple[Any, ...]]:
    """These columns of the filing's events, newest first; read only as far as asked.

    ``having``: only events with these bytes in their body.

    A store that was restored goes on under a new device: its older events are another chain.
    """
    db, name = store.db, stream(filing)
    order = "SELECT pos FROM event WHERE device = ? AND stream = ? ORDER BY seq DESC LIMIT 1"
    chains = []
    for device in devices(db):
        found = db.execute(order, (device, name)).fetchone()
        if found is not None:
            chains.append((found[0], device))
    only = "AND instr(body, ?)" if having else ""
    sql = f"SELECT {columns} FROM event WHERE device = ? AND stream = ? {only} ORDER BY seq DESC"
    values = (having,) if having else ()
    for _, device in sorted(chains, reverse=True):
        yield from db.execute(sql, (device, name, *values))


STEP = "seq, kind, at, actor, window, body"


def step_of(event: tuple[Any, ...], box: Box | None) -> Step:
    """The step of an event given by `STEP`."""
    seq, kind, at, by, window, body = event
    facts = json.loads(body)
    source, reason = str(facts.get("source", "")), str(facts.get("reason", ""))
    return Step(seq, kind, at, by, window, source, reason, *_meaning(facts["set"], box))


def _meaning(
    changes: list[Change], box: Box | None
) -> tuple[tuple[Edit, ...], tuple[tuple[str, str], ...]]:
    gone = {key for table, key, _, now in changes if table == ROW and now is None}
    edits: list[Edit] = []
    disputed = []
    for table, key, was, now in changes:
        if table == ROW:
            row = key.partition("/")[2]
            edits.append(Drop(row) if now is None else Add(now["section"], row, now["place"]))
        elif table == CELL:
            above, _, field = key.rpartition("/")
            row = above.partition("/")[2]
            if differs(was, now, *BESIDE):
                disputed.append((row, field))
            if above not in gone and differs(was, now, "value", "sealed"):
                edits.append(Put(row, field, said(now, box), said(was, box)))
    return tuple(edits), tuple(disputed)


Side = dict[str, Any] | None
"""One side of a change; columns left out are null."""


def differs(was: Side, now: Side, *columns: str) -> bool:
    """Whether a change concerns one of these columns."""
    before, after = was or {}, now or {}
    return any(before.get(name) != after.get(name) for name in columns)


def said(side: Side, box: Box | None, column: str = "value") -> str:
    """What stands in a cell by one side of a change (or beside it: ``other``)."""
    if side is None:
        return ""
    sealed = side.get("sealed" if column == "value" else "other_sealed")
    return side.get(column) or "" if sealed is None else unsealed(box, sealed)
