"""Taking the last action at a window back (撤回) within ten seconds.

Nothing is rewritten: an undo is an event whose changes are those of the undone one, turned round.
"""

from __future__ import annotations

import json

from db import projections
from db.driver import sqlite
from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.legs import OPEN
from hallclient.actions.moves import Moves, day_open, legs_of, staffed_window
from hallclient.rules import queue
from hallclient.rules import visit as visit_rules
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg

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
    "AND stream = 'queue' ORDER BY seq DESC LIMIT 500"
)


def undo(store: Store, who: Actor) -> tuple[str, str]:
    """Take back this operator's last action; return its kind and the number concerned.

    Raises ``nothing-to-undo`` (too late, or not undoable), ``moved-on`` (someone has built on it),
    ``day-closed``.
    """
    with acting(store, who, "window.undo") as tx:
        day_open(tx)
        found = _last(tx)
        if found is None:
            raise Refused("nothing-to-undo", seconds=tx.hall.policy.undo_ms // 1000)
        seq, kind, subject, body = found
        number = str(body.get("number", ""))
        moved_on = Refused("moved-on", number=number)
        moves = Moves(tx)
        for change in projections.reverse(body["set"]):
            back = _of_line(tx, change) if change[0] == "line" else change
            if back is None:
                continue
            if not _as_left(tx, back):
                raise moved_on
            if back[0] == "window":
                staffed_window(tx)
            moves.set.append(back)
        if not _consistent(tx, moves):
            raise moved_on
        try:
            tx.append("action.undone", subject, moves.set, undoes=seq, was=kind, number=number)
        except sqlite.IntegrityError as error:
            # The visitor is at another window by now.
            raise moved_on from error
        return kind, number


def _last(tx: Action) -> tuple[int, str, str, Row] | None:
    undone: set[int] = set()
    since = tx.now - tx.hall.policy.undo_ms
    for seq, kind, actor, window, at, body, subject in tx.db.execute(_BACK, (tx.store.device,)):
        if at < since:
            break
        if actor != tx.actor or window != tx.window:
            continue
        if kind == "action.undone":
            undone.add(json.loads(body)["undoes"])
        elif kind not in UNDOABLE:
            return None
        elif seq not in undone:
            return seq, kind, subject, json.loads(body)
    return None


def _of_line(tx: Action, change: Change) -> Change | None:
    """Counters move on with other windows: give back the one step, not the old value."""
    table, key, left, back = change
    row = tx.row("SELECT calls, due_run FROM line WHERE id = ?", key)
    if left is None or back is None or row is None:
        return None
    due = max(0, row["due_run"] + back["due_run"] - left["due_run"])
    return table, key, row, {"calls": row["calls"] + back["calls"] - left["calls"], "due_run": due}


def _as_left(tx: Action, change: Change) -> bool:
    """Whether the row still is as the undone action left it."""
    table, key, left, back = change
    row = tx.row(f"SELECT * FROM {table} WHERE id = ?", key)
    if left is None or row is None:
        return left is None and row is None and back is not None
    return all(row[name] == value for name, value in left.items())


def _consistent(tx: Action, moves: Moves) -> bool:
    """Whether the visit still hangs together when this is undone; its state is brought along.

    Others may have added a service, or finished what a third one waited for.
    """
    changed = [change for change in moves.set if change[0] == "leg"]
    if not changed:
        return True
    first = tx.row("SELECT visit FROM leg WHERE id = ?", changed[0][1])
    if first is None:
        return False
    legs = {leg.id: leg for leg in legs_of(tx, first["visit"])}
    for _, key, _, back in changed:
        if back is None:
            del legs[key]
        else:
            for name, value in back.items():
                setattr(legs[key], name, value)
    states = {key: leg.state for key, leg in legs.items()}
    if any(_open_elsewhere(tx, legs[key]) for _, key, _, back in changed if back is not None):
        return False
    if not all(_in_place(leg, states) for leg in legs.values()):
        return False
    visit = tx.row("SELECT id, state, closed_at FROM visit WHERE id = ?", first["visit"])
    if visit is not None:
        for table, _, _, back in moves.set:
            if table == "visit" and back is not None:
                visit.update(back)
        moves.close_visit(first["visit"], list(states.values()), visit)
    return True


def _open_elsewhere(tx: Action, leg: Leg) -> bool:
    """Whether the person has the same service open under another number."""
    sql = f"SELECT 1 FROM leg WHERE person = ? AND item = ? AND visit <> ? AND {OPEN}"
    return leg.state in queue.OPEN and (
        tx.db.execute(sql, (leg.person, leg.item, leg.visit)).fetchone() is not None
    )


def _in_place(leg: Leg, states: dict[str, str]) -> bool:
    if leg.state == queue.BLOCKED:
        return any(states.get(before) in queue.OPEN for before in leg.predecessors)
    if leg.state in queue.FINAL or leg.state == queue.EXTERNAL:
        return True
    return visit_rules.all_ended(leg, states)
