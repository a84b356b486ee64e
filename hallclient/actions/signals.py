"""Signals between windows and the supervisor: a clerk calls for help, a supervisor asks a window.

A help goes open, answered (somebody comes), closed. A request is closed by what it asked for, or
by the window's answer. Both are of the day: yesterday's are nobody's business. What a clerk adds
in their own words may name a visitor: the note is sealed like a person's fields, under the
signal's own key, and opened for whoever is shown the signal at a desk.
"""

from __future__ import annotations

from db.store import Row, Store
from hallclient.actions import windows
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.moves import Moves, own_window
from hallclient.rules.errors import Refused
from hallclient.rules.roles import Role
from hallclient.rules.text import clean

HELP = "help"
REQUEST = "request"
REQUESTS = ("resume", "open", "next")
"""What a window is asked: to come back from a pause · to open · to call the next number."""
NOTE_LIMIT = 80


def call_help(store: Store, who: Actor, reason: str, note: str = "") -> Row:
    """Call the supervisor to one's window, or to an agent's desk (求助).

    In a hall that names no reasons ``reason`` is empty.
    Raises ``no-such-reason``, ``note-too-long``, ``help-open`` while one is open.
    """
    with acting(store, who, "signal.help") as tx:
        if tx.window:
            own_window(tx)
        if reason not in (tx.hall.help_reasons or [""]):
            raise Refused("no-such-reason", field="reason", reason=reason)
        said = clean(note).strip()
        if len(said) > NOTE_LIMIT:
            raise Refused("note-too-long", field="note", limit=NOTE_LIMIT)
        found = _open_help(tx)
        if found is not None:
            raise Refused("help-open", window=tx.window or who.operator)
        return _send(tx, HELP, tx.window, reason, said)


def request(store: Store, who: Actor, window: str, text_id: str) -> Row:
    """A supervisor asks a window to resume, to open, or to call (催请).

    Raises ``no-such-request``, ``no-such-window``, ``no-need`` (it does that already),
    ``request-open`` (asked already).
    """
    with acting(store, who, "signal.request") as tx:
        if text_id not in REQUESTS:
            raise Refused("no-such-request", field="request", request=text_id)
        row = windows.window_row(tx, window)
        if row["state"] not in _NEEDED[text_id]:
            raise Refused("no-need", window=window)
        found = tx.row(
            "SELECT id FROM signal WHERE kind = ? AND window = ? AND day = ? "
            "AND closed_at IS NULL AND reason = ?",
            REQUEST,
            window,
            tx.day,
            text_id,
        )
        if found is not None:
            raise Refused("request-open", window=window)
        return _send(tx, REQUEST, window, text_id, "")


_NEEDED = {
    "resume": frozenset({windows.PAUSED}),
    "open": frozenset({windows.CLOSED, windows.DRAINING}),
    "next": frozenset({windows.IDLE, windows.WRAP_UP}),
}


def answer(store: Store, who: Actor, key: str) -> Row:
    """Say that it was heard: a supervisor is coming, or the window does what it was asked.

    Raises ``no-such-signal``, ``signal-closed``, ``signal-answered``, ``not-yours``.
    """
    with acting(store, who, "signal.answer") as tx:
        row = _open(tx, key)
        if row["answered_at"] is not None:
            raise Refused("signal-answered", operator=row["answered_by"])
        if not _addressee(tx, row):
            raise Refused("not-yours", field="signal")
        moves = Moves(tx)
        moves.update("signal", row, {"answered_by": who.operator, "answered_at": tx.now})
        tx.append("signal.answered", key, moves.set, what=row["kind"], at_window=row["window"])
        return _opened(store, row)


def close(store: Store, who: Actor, key: str) -> Row:
    """The matter is settled: by who sent it, by whom it was for, or by a supervisor.

    Raises ``no-such-signal``, ``signal-closed``, ``not-yours``.
    """
    with acting(store, who, "signal.answer") as tx:
        row = _open(tx, key)
        if row["sender"] != who.operator and not _addressee(tx, row) and not _here(tx, row):
            raise Refused("not-yours", field="signal")
        moves = Moves(tx)
        moves.update("signal", row, {"closed_at": tx.now})
        tx.append("signal.closed", key, moves.set, what=row["kind"], at_window=row["window"])
        return _opened(store, row)


def open_signals(store: Store, window: str | None = None) -> list[Row]:
    """Today's signals that are not closed, oldest first; of one window, or of all (None).

    Their notes are opened.
    """
    rows = store.rows(
        "SELECT * FROM signal WHERE closed_at IS NULL AND day = ?1 "
        "AND (?2 IS NULL OR window = ?2) ORDER BY at, rowid",
        store.env.day(store.env.now()),
        window,
    )
    return [_opened(store, row) for row in rows]


def mine(store: Store, who: Actor) -> list[Row]:
    """Open signals that concern a seat: its window's, or those an agent has sent."""
    return [
        row
        for row in open_signals(store)
        if (who.window and row["window"] == who.window)
        or (not who.window and row["sender"] == who.operator)
    ]


def _send(tx: Action, kind: str, window: str, reason: str, note: str) -> Row:
    key = tx.store.env.new_id()
    row = {
        "day": tx.day,
        "kind": kind,
        "window": window,
        "sender": tx.who.operator,
        "reason": reason,
        "note": tx.seal(key, {"note": note}) if note else None,
        "at": tx.now,
    }
    moves = Moves(tx)
    moves.insert("signal", key, row)
    tx.append("signal.sent", key, moves.set, what=kind, at_window=window, reason=reason)
    later = {"answered_by": None, "answered_at": None, "closed_at": None}
    return {"id": key, **row, "note": note, **later}


def _opened(store: Store, row: Row) -> Row:
    fields = store.unseal(row["id"], row["note"]) or {}
    return {**row, "note": fields.get("note", "")}


def _open_help(tx: Action) -> Row | None:
    """The open help of this window; of this operator where there is no window."""
    return tx.row(
        "SELECT id FROM signal WHERE kind = ?1 AND day = ?2 AND closed_at IS NULL "
        "AND window = ?3 AND (?3 <> '' OR sender = ?4)",
        HELP,
        tx.day,
        tx.window,
        tx.who.operator,
    )


def _open(tx: Action, key: str) -> Row:
    row = tx.row("SELECT * FROM signal WHERE id = ?", key)
    if row is None:
        raise Refused("no-such-signal", field="signal", signal=key)
    if row["closed_at"] is not None:
        raise Refused("signal-closed", field="signal")
    return row


def _addressee(tx: Action, row: Row) -> bool:
    """Whether it was meant for who acts: a help for any supervisor, a request for the window."""
    if row["kind"] == HELP:
        return tx.who.role == Role.SUPERVISOR
    return _here(tx, row)


def _here(tx: Action, row: Row) -> bool:
    """Whether who acts sits at the window of the signal."""
    return bool(tx.window) and row["window"] == tx.window
