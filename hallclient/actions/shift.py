"""Handing a shift over: what is open is listed, and both sign for it."""

from __future__ import annotations

import json
from typing import Any

from db.store import Row, Store, Tx
from hallclient.actions import staff
from hallclient.actions.acting import Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import Moves, leg_of, own_window
from hallclient.actions.windows import plan_of
from hallclient.rules.catalogue import PlanKind
from hallclient.rules.errors import Refused
from hallclient.rules.roles import require
from hallclient.rules.text import clean

_OPEN = """
    SELECT id, number, item, state, reason, timer_at, since FROM leg
    WHERE (operator = ?1 AND state IN ('called', 'serving', 'held', 'external'))
       OR (reserved_for = ?1 AND state = 'waiting')
       OR (return_window = ?2 AND state IN ('waiting', 'held', 'external'))
    ORDER BY since, id"""


AHEAD_MS = 3_600_000
"""Bookings that are due within this time are handed over too."""


def open_work(store: Store, operator: str, window: str) -> list[Row]:
    """What a colleague must take over: visitors here, held, outside, or coming back.

    ``timer_at`` is when it falls due today (UTC ms), if it has a timer.
    """
    return store.rows(_OPEN, operator, window)


def expected(store: Store | Tx, window: str) -> list[Row]:
    """What else the colleague must know: calls for help, requests, bookings of the next hour.

    Each row: ``kind`` (``help``, ``request``, ``booking``), ``id``, ``at`` (UTC ms: when it was
    sent, or the booked time), ``reason`` (the signal's, or the booking's item).
    """
    base = store.store if isinstance(store, Tx) else store
    hall, now = hall_of(base), base.env.now()
    seat = store.row("SELECT * FROM window WHERE id = ?", window)
    if seat is None:
        return []
    signals = store.rows(
        "SELECT kind, id, at, reason FROM signal WHERE window = ? AND closed_at IS NULL "
        "AND day = ? ORDER BY at, rowid",
        window,
        base.env.day(now),
    )
    mine = plan_of(hall, seat)
    booked = store.rows(
        "SELECT 'booking' AS kind, id, slot AS at, item AS reason FROM booking "
        "WHERE state = 'booked' AND slot BETWEEN ? AND ? "
        "AND line IN (SELECT value FROM json_each(?)) ORDER BY slot, id",
        now - hall.policy.booked_late_ms,
        now + AHEAD_MS,
        json.dumps([line for line, kind in mine.items() if kind is PlanKind.MAIN]),
    )
    return signals + booked


def hand_over(
    store: Store, giver: Actor, taker: str, password: str, note: str = ""
) -> dict[str, Any]:
    """Give the window and all that is open to a colleague, who signs with their password.

    The giver is signed in, which is their signature. Raises ``same-operator``, ``sign-in``,
    ``sign-in-locked``, ``already-elsewhere``, ``not-allowed``.
    """
    if taker == giver.operator:
        raise Refused("same-operator", field="operator")
    seat = store.row(
        "SELECT id FROM window WHERE operator = ? AND state <> 'closed'", giver.operator
    )
    if seat is not None and not giver.window:
        # Whoever sits at a window gives that over, named or not: it goes with its visitor.
        giver = giver._replace(window=seat["id"])
    signed = staff.authenticate(store, taker, password, giver.window)
    with acting(store, signed, "shift.hand-over") as tx:
        # Both must be allowed: the gate above checked the taker, this the giver.
        row = tx.row("SELECT role, state, must_change FROM operator WHERE id = ?", giver.operator)
        if row is None or row["state"] != staff.ACTIVE:
            raise Refused("no-operator", operator=giver.operator)
        if row["must_change"]:
            raise Refused("password-first", operator=giver.operator)
        require(row["role"], "shift.hand-over")
        listed = tx.rows(_OPEN, giver.operator, giver.window)
        due = expected(tx, giver.window)
        moves = Moves(tx)
        if giver.window:
            window = own_window(tx)
            elsewhere = tx.row(
                "SELECT id FROM window WHERE operator = ? AND id <> ? AND state <> 'closed'",
                taker,
                window["id"],
            )
            if elsewhere is not None:
                raise Refused("already-elsewhere", window=elsewhere["id"], operator=taker)
            if window["operator"] not in (None, giver.operator):
                raise Refused("not-your-window", window=window["id"], operator=window["operator"])
            if window["operator"] is not None:
                # Nobody is given a seat that they may not take.
                require(signed.role, "window.open")
                moves.window(window, operator=taker)
        for item in listed:
            leg = leg_of(tx, item["id"])
            changes: dict[str, Any] = {}
            if leg.operator == giver.operator:
                changes["operator"] = taker
            if leg.reserved_for == giver.operator:
                changes["reserved_for"] = taker
            if changes:
                moves.leg(leg, changes)
        record = {
            "window": giver.window or None,
            "given_by": giver.operator,
            "taken_by": taker,
            "at": tx.now,
            "note": clean(note),
            "listed": json.dumps(listed, ensure_ascii=False),
        }
        key = tx.store.env.new_id()
        moves.insert("handover", key, record)
        tx.append(
            "shift.handed-over",
            key,
            moves.set,
            given_by=giver.operator,
            taken_by=taker,
            numbers=[item["number"] for item in listed],
            expected=[item["id"] for item in due],
        )
        return {**record, "id": key, "listed": listed, "expected": due}
