"""Closing the business day: the list, carried-over numbers, the supervisor's signature.

A supervisor may close at any moment. Each number that is open ends for what it was (`day_end`), or
is carried over to the next working day when its visitor agrees.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from db.store import Row, Store, Tx
from hallclient.actions import staff
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.day_end import (
    by_visit,
    end_visit,
    listed,
    open_now,
    silence,
    write,
)
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import Moves, day_open, day_row
from hallclient.rules import day as rules
from hallclient.rules import hours, queue
from hallclient.rules.booking import BOOKED, CARRIED
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.text import clean


def closing_list(store: Store) -> list[Row]:
    """Every service that is open now, with how it ends when the day is closed.

    Each row: ``leg``, ``visit``, ``number``, ``day``, ``item``, ``line``, ``state``, ``window``,
    ``since``, ``wait_ms`` (in that state), ``end`` and ``reason`` (proposed), ``carriable``.
    """
    hall, now = hall_of(store), store.env.now()
    today = store.env.day(now)
    visits = by_visit(legs := open_now(store, today))
    stays = {visit for visit, mine in visits.items() if _why_not(store, mine, today)}
    return [{**listed(leg, hall, now), "carriable": leg.visit not in stays} for leg in legs]


def early(store: Store) -> tuple[int, int] | None:
    """Numbers that closing now would end before closing time, and that time (UTC ms)."""
    closes = hours.closes_at(hall_of(store), now := store.env.now())
    left = {row["visit"] for row in closing_list(store)}
    return (len(left), closes) if left and closes is not None and now < closes else None


def record(store: Store, day: str) -> Row | None:
    """A business day's row with ``checks`` and ``listed`` read; None when nothing is known of it.

    ``listed``: ``rows`` (as in `closing_list`; ``slot`` when carried over, else None), ``numbers``
    of that day by how they ended, ``closes_at``; of a day closed on the day itself ``cases`` (as in
    `day_cases.left`) and ``cases_left``, how many of each kind.
    """
    row = store.row("SELECT * FROM business_day WHERE id = ?", day)
    if row is not None:
        row["checks"] = json.loads(row["checks"]) if row["checks"] else None
        row["listed"] = json.loads(row["listed"]) if row["listed"] else None
    return row


def close_day(
    store: Store, who: Actor, password: str, *, carry: Collection[str] = (), note: str = ""
) -> Row:
    """Close today: the supervisor signs the list with the password; returns `record`.

    ``carry``: numbers whose visitors agreed to come on the next working day; each gets a booking
    under what its slip says. All others end. Windows, signals and alarms are closed. Raises
    ``sign-in``, ``sign-in-locked``, ``day-closed``, ``no-such-number``, ``not-carriable``,
    ``never-opens``.
    """
    signed = staff.authenticate(store, who.operator, password, who.window)
    with acting(store, signed, "day.close") as tx:
        day_open(tx)
        visits = by_visit(open_now(tx, tx.day))
        carried = _to_carry(tx, visits, carry)
        slot = hours.next_opening(tx.hall, tx.now) if carried else None
        if carried and slot is None:
            raise Refused("never-opens", field="carry")
        rows: list[Row] = []
        for visit, legs in visits.items():
            if slot is not None and visit in carried:
                rows += _carry(tx, legs, slot)
            else:
                moves, ended = end_visit(tx, legs)
                tx.append("visit.day-ended", visit, moves.set, number=legs[0].number)
                rows += ended
        moves = Moves(tx)
        for window in tx.rows("SELECT * FROM window WHERE state <> 'closed' ORDER BY id"):
            moves.window(window, state="closed", operator=None, reason=None, resumes=None, leg=None)
        silence(tx, moves)
        day = {
            "closed_by": tx.actor,
            "closed_at": tx.now,
            "signed_by": tx.actor,
            "signed_at": tx.now,
            "note": clean(note).strip() or None,
        }
        write(tx, moves, tx.day, rows, day)
        return record(tx.store, tx.day) or {}


def sign_day(store: Store, who: Actor, password: str, day: str) -> Row:
    """A supervisor signs a day that the system closed; returns `record`.

    Raises ``sign-in``, ``no-such-day``, ``day-not-closed``, ``day-signed`` with who has.
    """
    signed = staff.authenticate(store, who.operator, password, who.window)
    with acting(store, signed, "day.close") as tx:
        row = day_row(tx, day)
        if row is None:
            raise Refused("no-such-day", field="day", day=day)
        if row["state"] != rules.CLOSED:
            raise Refused("day-not-closed", field="day", day=day)
        if row["signed_by"] is not None:
            raise Refused("day-signed", day=day, operator=row["signed_by"])
        moves = Moves(tx)
        moves.update("business_day", row, {"signed_by": tx.actor, "signed_at": tx.now})
        tx.append("day.signed", day, moves.set)
        return record(tx.store, day) or {}


def _to_carry(tx: Action, visits: dict[str, list[Leg]], carry: Collection[str]) -> set[str]:
    """Visit ids of the numbers to carry over."""
    known = {legs[0].number: visit for visit, legs in visits.items() if legs[0].day == tx.day}
    for number in carry:
        if number not in known:
            raise Refused("no-such-number", field="carry", number=number)
        why = _why_not(tx, visits[known[number]], tx.day)
        if why:
            raise Refused("not-carriable", field="carry", number=number, state=why)
    return {known[number] for number in carry}


def _why_not(store: Store | Tx, legs: list[Leg], today: str) -> str:
    """The state that stands against carrying a number over; empty when it can be."""
    first = legs[0]
    if first.day != today or not rules.may_carry(leg.state for leg in legs):
        there = [leg.state for leg in legs if leg.state in queue.AT_WINDOW]
        return there[0] if there else first.state
    known = store.row("SELECT 1 FROM booking WHERE id = ?", _slip(first))
    return "" if known is None else queue.CARRIED_OVER


def _carry(tx: Action, legs: list[Leg], slot: int) -> list[Row]:
    """Carry a visit over: a booking for the next opening, with its services and its person."""
    from hallclient.actions.bookings import phone_token

    moves, rows = end_visit(tx, legs, slot)
    going_on = [leg for leg in legs if leg.state == queue.CARRIED_OVER]
    first, key = going_on[0], _slip(legs[0])
    visit = tx.row("SELECT id, person, sealed FROM visit WHERE id = ?", first.visit) or {}
    fields = tx.store.unseal(first.visit, visit.get("sealed")) or {}
    phone = fields.get("phone")
    sent: dict[str, Any] = {"items": [leg.item for leg in going_on], "number": first.number}
    lines = tx.hall.lines
    if all(leg.line in lines and lines[leg.line].collect for leg in going_on):
        sent["collect"] = True
    booking = {
        "day": tx.store.env.day(slot),
        "slot": slot,
        "until": slot + tx.hall.policy.slot_ms,
        "item": first.item,
        "line": first.line,
        "person": visit.get("person"),
        "phone": phone_token(tx.store, phone) if phone else None,
        "state": BOOKED,
        "source": CARRIED,
        "sent": json.dumps(sent, ensure_ascii=False),
        "imported_at": tx.now,
        "since": tx.now,
    }
    moves.insert("booking", key, booking)
    tx.append("visit.carried-over", first.visit, moves.set, number=first.number, booking=key)
    if fields:
        sealed = tx.seal(key, fields)
        change = ("booking", key, {"sealed": None}, {"sealed": sealed})
        tx.append("booking.identified", key, [change], stream=f"booking:{key}")
    return rows


def _slip(leg: Leg) -> str:
    """What the slip of a number says; the booking it is carried over with is found by it."""
    return leg.day.replace("-", "") + leg.number
