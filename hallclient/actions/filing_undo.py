"""Taking steps in a filing back and making them again: any number of them, each operator's own.

The log is the list of steps, so it works after a restart and on another terminal too. Nothing is
rewritten: what takes a step back is an event, and a step itself.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from db import projections
from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.filing_cells import CELL, ROW, Draft, filing_row
from hallclient.actions.filing_log import (
    REDONE,
    STEPS,
    UNDONE,
    Step,
    backwards,
    step_of,
    stream,
)
from hallclient.rules.errors import Refused


def undo(store: Store, who: Actor, filing: str) -> Step:
    """Take back this operator's newest step that is not taken back yet; returns what changed.

    Raises ``no-step-back``; ``moved-on`` when another hand has changed the same cells since;
    as `filing_edit.edit`.
    """
    with acting(store, who, "form.edit") as tx:
        row = filing_row(store, filing, open_only=True)
        found = _newest(tx, row["id"], made=(*STEPS, REDONE), back=UNDONE)
        if found is None:
            raise Refused("no-step-back", number=row["number"])
        changes = _turned(tx, row, found.body)
        key = row["id"]
        tx.append("filing.undone", key, changes, stream=stream(key), undoes=found.identity)
        return _step(tx)


def redo(store: Store, who: Actor, filing: str) -> Step:
    """Make again what this operator took back last; a new step of theirs ends that.

    Raises ``no-step-again``; as `undo`.
    """
    with acting(store, who, "form.edit") as tx:
        row = filing_row(store, filing, open_only=True)
        found = _newest(tx, row["id"], made=(UNDONE,), back=REDONE, end=STEPS)
        if found is None:
            raise Refused("no-step-again", number=row["number"])
        changes = _turned(tx, row, found.body)
        key = row["id"]
        tx.append("filing.redone", key, changes, stream=stream(key), redoes=found.identity)
        return _step(tx)


class _Found(NamedTuple):
    identity: tuple[str, int]
    """Device and seq of an event of the filing's stream."""
    body: bytes


def _newest(
    tx: Action, filing: str, *, made: tuple[str, ...], back: str, end: tuple[str, ...] = ()
) -> _Found | None:
    """This operator's newest event of kinds ``made`` that none of kind ``back`` has answered.

    They are nested like brackets, so the kinds alone tell; nothing older than an ``end`` counts.
    """
    answered = 0
    for device, seq, kind, actor in backwards(tx.store, filing, "device, seq, kind, actor"):
        if actor != tx.actor:
            continue
        if kind == back:
            answered += 1
        elif kind in end:
            return None
        elif kind in made:
            if not answered:
                return _Found((device, seq), _body(tx, filing, device, seq))
            answered -= 1
    return None


def _body(tx: Action, filing: str, device: str, seq: int) -> bytes:
    found = tx.db.execute(
        "SELECT body FROM event WHERE device = ? AND stream = ? AND seq = ?",
        (device, stream(filing), seq),
    ).fetchone()
    return bytes(found[0])


def _turned(tx: Action, filing: Row, body: bytes) -> list[Change]:
    """The changes of an event turned round, when all is still as it left it."""
    moved_on = Refused("moved-on", number=filing["number"])
    draft = Draft(tx, filing)
    turned = projections.reverse(json.loads(body)["set"])
    for table in (ROW, CELL):
        draft.expect(table, (key for one, key, _, _ in turned if one == table))
    for change in turned:
        if not draft.turn(*change):
            raise moved_on
    changes = draft.set
    rows = {key: now is not None for table, key, _, now in changes if table == ROW}
    cells = {key for table, key, _, now in changes if table == CELL and now is None}
    for table, key, _, now in changes:
        if table == CELL and now is not None and not _row_there(tx, rows, key):
            raise moved_on
    if not _cells_of(tx, [key for key, there in rows.items() if not there]) <= cells:
        raise moved_on
    return changes


def _row_there(tx: Action, rows: dict[str, bool], cell: str) -> bool:
    """Whether the row of a cell is there after the step, too."""
    key = cell.rpartition("/")[0]
    if key.endswith("/"):
        return True  # a field outside repeats
    there = rows.get(key)
    if there is None:
        there = tx.db.execute("SELECT 1 FROM form_row WHERE id = ?", (key,)).fetchone() is not None
    return there


def _cells_of(tx: Action, rows: list[str]) -> set[str]:
    """The keys of all cells of some rows."""
    sql = (
        "SELECT form_cell.id FROM json_each(?1) AS gone JOIN form_cell "
        "ON form_cell.id > gone.value || '/' AND form_cell.id < gone.value || '0'"
    )
    return {found[0] for found in tx.db.execute(sql, (json.dumps(rows),))}


def _step(tx: Action) -> Step:
    event = tx.appended[-1]
    box = tx.store.box(event.subject)
    fields = (event.seq, event.kind, event.at, event.actor, event.window, event.body)
    return step_of(fields, box)
