"""Taking the last action at a window back (撤回) within ten seconds.

Nothing is rewritten: an undo is an event whose changes are those of the undone one, turned round.
"""

from __future__ import annotations

import json

from db import projections
from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.rules.errors import Refused

UNDOABLE = frozenset(
    {
        "leg.called",
        "leg.started",
        "leg.passed",
        "leg.held",
        "leg.resumed",
        "leg.sent-out",
        "leg.finished",
        "leg.transferred",
        "leg.reopened",
        "leg.reinstated",
        "visit.cancelled",
        "window.paused",
        "window.draining",
    }
)
_BACK = (
    "SELECT seq, kind, actor, window, at, body, subject FROM event WHERE device = ? "
    "AND stream = 'queue' AND at >= ? ORDER BY seq DESC LIMIT 500"
)


def undo(store: Store, who: Actor) -> tuple[str, str]:
    """Take back this operator's last action; return its kind and the number concerned.

    Raises ``nothing-to-undo`` (too late, or not undoable), ``moved-on`` (someone has built on it).
    """
    with acting(store, who, "window.undo") as tx:
        found = _last(tx)
        if found is None:
            raise Refused("nothing-to-undo", seconds=tx.hall.policy.undo_ms // 1000)
        seq, kind, subject, body = found
        changes: list[Change] = [
            _relative(tx, change) for change in projections.reverse(body["set"])
        ]
        if not all(_as_left(tx, change) for change in changes):
            raise Refused("moved-on", number=body.get("number", ""))
        number = str(body.get("number", ""))
        tx.append("action.undone", subject, changes, undoes=seq, was=kind, number=number)
        return kind, number


def _last(tx: Action) -> tuple[int, str, str, Row] | None:
    undone: set[int] = set()
    since = tx.now - tx.hall.policy.undo_ms
    rows = tx.db.execute(_BACK, (tx.store.device, since))
    for seq, kind, actor, window, _at, body, subject in rows:
        if actor != tx.actor or window != tx.window:
            continue
        if kind == "action.undone":
            undone.add(json.loads(body)["undoes"])
        elif kind not in UNDOABLE:
            return None
        elif seq not in undone:
            return seq, kind, subject, json.loads(body)
    return None


def _relative(tx: Action, change: Change) -> Change:
    """Counters move on with other windows: give back the one step, not the old value."""
    table, key, now, was = change
    if table != "line" or now is None or was is None:
        return change
    row = tx.row("SELECT calls, due_run FROM line WHERE id = ?", key)
    if row is None:
        return change
    step = now["calls"] - was["calls"]
    due = max(0, row["due_run"] + min(0, now["due_run"] - was["due_run"]))
    return table, key, row, {"calls": row["calls"] - step, "due_run": due}


def _as_left(tx: Action, change: Change) -> bool:
    """Whether the row still is as the undone action left it."""
    table, key, left, back = change
    row = tx.row(f"SELECT * FROM {table} WHERE id = ?", key)
    if left is None or row is None:
        return left is None and row is None and back is not None
    return all(row[name] == value for name, value in left.items())
