"""A window's day: open, pause with a reason, drain, close; who sits there; the emergency plan."""

from __future__ import annotations

import json

from db.store import Row, Store, Tx
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import HELD, Moves, day_open, own_window, staffed_window
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.errors import Refused

CLOSED = "closed"
IDLE = "idle"
CALLING = "calling"
SERVING = "serving"
WRAP_UP = "wrap_up"
PAUSED = "paused"
DRAINING = "draining"
MAY_CALL = frozenset({IDLE, WRAP_UP})


def plan_of(hall: Hall, window: Row) -> dict[str, PlanKind]:
    """What the window serves: the supervisor's plan for it, else the hall's (主办/兼办/应急)."""
    if window["plan"]:
        return {line: PlanKind(kind) for line, kind in json.loads(window["plan"]).items()}
    configured = hall.windows.get(window["id"])
    return dict(configured.plan) if configured else {}


def window_row(store: Store | Tx, window: str) -> Row:
    """The window as it is now. Raises ``no-such-window``."""
    row = store.row("SELECT * FROM window WHERE id = ?", window)
    if row is None:
        raise Refused("no-such-window", field="window", window=window)
    return row


def open_window(store: Store, who: Actor) -> Row:
    """Sit down and serve. Opening one's own open or paused window again just resumes it.

    Raises ``window-taken`` with the operator who sits there, ``already-elsewhere``, ``day-closed``.
    """
    with acting(store, who, "window.open") as tx:
        day_open(tx)
        window = own_window(tx)
        _take_seat(tx, window)
        if window["state"] in (CLOSED, PAUSED, DRAINING):
            state = IDLE if window["leg"] is None else _state_with_leg(tx, window)
            moves = Moves(tx)
            moves.window(
                window, state=state, operator=who.operator, reason=None, resumes=None, guarded=0
            )
            heard(tx, moves, window)
            tx.append("window.opened", window["id"], moves.set)
        return window


def pause_window(store: Store, who: Actor, reason: str) -> Row:
    """Stop calling for a while (暂停). Raises ``visitor-at-window``, ``no-such-reason``."""
    with acting(store, who, "window.pause") as tx:
        window = staffed_window(tx)
        if reason not in tx.hall.pause_reasons:
            raise Refused("no-such-reason", field="reason", reason=reason)
        _without_visitor(window)
        if window["state"] == PAUSED:
            raise Refused("window-paused", window=window["id"])
        moves = Moves(tx)
        moves.window(window, state=PAUSED, reason=reason, resumes=window["state"])
        tx.append("window.paused", window["id"], moves.set, reason=reason)
        return window


def resume_window(store: Store, who: Actor) -> Row:
    """End a pause; a window that was draining goes on draining."""
    with acting(store, who, "window.pause") as tx:
        window = staffed_window(tx)
        if window["state"] != PAUSED:
            raise Refused("window-not-paused", window=window["id"])
        moves = Moves(tx)
        state = DRAINING if window["resumes"] == DRAINING else IDLE
        moves.window(window, state=state, reason=None, resumes=None)
        heard(tx, moves, window)
        tx.append("window.resumed", window["id"], moves.set)
        return window


def drain_window(store: Store, who: Actor) -> Row:
    """Finish what is here, take only returns, then close (收窗)."""
    with acting(store, who, "window.close") as tx:
        window = staffed_window(tx)
        if window["state"] == DRAINING:
            raise Refused("window-draining", window=window["id"])
        moves = Moves(tx)
        if window["leg"] is None:
            moves.window(window, state=DRAINING, reason=None, resumes=None)
        else:
            moves.window(window, resumes=DRAINING)
        tx.append("window.draining", window["id"], moves.set)
        return window


def close_window(store: Store, who: Actor) -> Row:
    """Leave the seat. What the window holds joins the pool; a visitor there must be ended first.

    Raises ``visitor-at-window``, ``still-holding`` with how many: hand over or resume them.
    """
    with acting(store, who, "window.close") as tx:
        window = staffed_window(tx)
        _without_visitor(window)
        held = tx.rows(f"SELECT number FROM leg WHERE {HELD} AND return_window = ?", window["id"])
        if held:
            numbers = " ".join(row["number"] for row in held)
            raise Refused("still-holding", count=len(held), numbers=numbers)
        moves = Moves(tx)
        moves.window(window, state=CLOSED, operator=None, reason=None, resumes=None)
        tx.append("window.closed", window["id"], moves.set)
        return window


def free_window(store: Store, who: Actor, window: str) -> Row:
    """A supervisor closes a window whose operator has gone. What it holds stays with its operator.

    Raises ``visitor-at-window``: take that visitor over first.
    """
    with acting(store, who, "window.take-over") as tx:
        row = window_row(tx, window)
        if row["state"] == CLOSED:
            raise Refused("window-closed", window=window)
        _without_visitor(row)
        moves = Moves(tx)
        moves.window(row, state=CLOSED, operator=None, reason=None, resumes=None)
        tx.append("window.freed", window, moves.set)
        return row


def set_emergency(store: Store, who: Actor, window: str, on: bool) -> Row:
    """A supervisor turns a window's emergency lines (应急) on or off."""
    with acting(store, who, "window.emergency") as tx:
        row = window_row(tx, window)
        moves = Moves(tx)
        moves.window(row, emergency=int(on))
        tx.append("window.emergency", window, moves.set, on=on)
        return row


def set_plan(store: Store, who: Actor, window: str, plan: dict[str, str] | None) -> Row:
    """A supervisor gives a window another plan for now; None puts the hall's back.

    Raises ``no-such-line``, ``no-such-plan`` (not main, spare or emergency).
    """
    with acting(store, who, "window.plan") as tx:
        row = window_row(tx, window)
        for line, kind in (plan or {}).items():
            if line not in tx.hall.lines:
                raise Refused("no-such-line", field="line", line=line)
            if kind not in tuple(PlanKind):
                raise Refused("no-such-plan", field="plan", plan=kind)
        moves = Moves(tx)
        moves.window(row, plan=json.dumps(plan) if plan else None)
        tx.append("window.planned", window, moves.set)
        return row


def after_visitor(window: Row) -> str:
    """The state of a window whose visitor has gone: closing, or ready after a moment."""
    return DRAINING if window["resumes"] == DRAINING else WRAP_UP


def heard(tx: Action, moves: Moves, window: Row) -> None:
    """The window opens, comes back or calls: what a supervisor asked of it is done."""
    for row in tx.rows(
        "SELECT * FROM signal WHERE window = ? AND kind = 'request' AND closed_at IS NULL",
        window["id"],
    ):
        answered = {"answered_by": tx.who.operator, "answered_at": tx.now}
        first = {} if row["answered_at"] is not None else answered
        moves.update("signal", row, {**first, "closed_at": tx.now})


def may_call(window: Row) -> None:
    """Raise unless the window may call: ``window-paused``, ``window-closed``."""
    if window["state"] == PAUSED:
        raise Refused("window-paused", window=window["id"])
    if window["state"] not in MAY_CALL | {DRAINING}:
        raise Refused("window-closed", window=window["id"])


def windows(store: Store) -> list[Row]:
    """Every window of the hall by its number, with its plan as words."""
    hall = hall_of(store)
    rows = store.rows("SELECT * FROM window ORDER BY number, id")
    return [{**row, "plan": plan_of(hall, row)} for row in rows]


def _take_seat(tx: Action, window: Row) -> None:
    if tx.hall.windows.get(window["id"]) is None:
        raise Refused("no-such-window", field="window", window=window["id"])
    if window["state"] != CLOSED and window["operator"] != tx.who.operator:
        raise Refused("window-taken", window=window["id"], operator=window["operator"])
    other = tx.row(
        "SELECT id FROM window WHERE operator = ? AND id <> ? AND state <> 'closed'",
        tx.who.operator,
        window["id"],
    )
    if other is not None:
        raise Refused("already-elsewhere", window=other["id"], operator=tx.who.operator)


def _state_with_leg(tx: Action, window: Row) -> str:
    row = tx.row("SELECT state FROM leg WHERE id = ?", window["leg"])
    return CALLING if row is not None and row["state"] == "called" else SERVING


def _without_visitor(window: Row) -> None:
    if window["leg"] is not None:
        raise Refused("visitor-at-window", window=window["id"])
