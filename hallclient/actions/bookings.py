"""Bookings in the hall (网上预约): find one, check it in, cancel it.

How they get here is in `booking_import`, what is compared at the window in `booking_confirm`.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Final

from db.log import Change
from db.store import Row, Store
from hallclient.actions import tickets
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.moves import Moves
from hallclient.rules import booking as rules
from hallclient.rules import policy as lanes
from hallclient.rules.errors import Refused
from hallclient.rules.scan import ScanKind, route
from hallclient.rules.text import narrow

FIELDS: Final = (
    "booking.id, booking.day, booking.slot, booking.until, booking.item, booking.line, "
    "booking.state, booking.source, booking.sent, booking.seen, booking.visit, "
    "booking.imported_at, booking.since, booking.reason, booking.sealed, visit.number"
)
_JOINED: Final = f"SELECT {FIELDS} FROM booking LEFT JOIN visit ON visit.id = booking.visit"
_MOST: Final = 20
_PAST_DAYS: Final = 30


def phone_token(store: Store, phone: str) -> str:
    """What a booking is found by from the end of a phone number."""
    return store.person_token("phone:" + narrow(phone)[-4:])


# -- reading


def booking(store: Store, key: str) -> Row | None:
    """A booking by its number as typed: `FIELDS`, with the ``number`` it was checked in with."""
    return store.row(f"{_JOINED} WHERE booking.id = ?", narrow(key))


def person_of(store: Store, row: Row) -> dict[str, str]:
    """Personal fields of a booking's row, unmasked: show them masked."""
    return store.unseal(row["id"], row["sealed"]) or {}


def find(store: Store, text: str) -> list[Row]:
    """Bookings by number, by a phone number or its last four digits, or by identity number.

    Today's first, those to be checked in before the others; then what is to come, then the last
    `_PAST_DAYS` days. The rows are those of `booking`; empty: nothing fits.
    """
    wanted = narrow(text)
    if not wanted:
        return []
    exact = booking(store, wanted)
    if exact is not None:
        return [exact]
    today = store.env.day(store.env.now())
    first = (date.fromisoformat(today) - timedelta(days=_PAST_DAYS)).isoformat()
    if re.fullmatch(r"[0-9]{4}", wanted):
        found = store.rows(
            f"{_JOINED} WHERE booking.phone = ? AND booking.day >= ?",
            phone_token(store, wanted),
            first,
        )
    elif route(wanted).kind is ScanKind.PHONE:
        found = store.rows(
            f"{_JOINED} WHERE booking.phone = ? AND booking.day >= ?",
            phone_token(store, wanted),
            first,
        )
        digits = wanted.replace("-", "")
        found = [row for row in found if person_of(store, row).get("phone") == digits]
    else:
        found = store.rows(
            f"{_JOINED} WHERE booking.person = ? AND booking.day >= ?",
            store.person_token(wanted),
            first,
        )
    return sorted(found, key=lambda row: _nearest(row, today))[:_MOST]


def _nearest(row: Row, today: str) -> tuple[int, int, int, str]:
    if row["day"] == today:
        return (0, rules.STATES.index(row["state"]), row["slot"], row["id"])
    if row["day"] > today:
        return (1, 0, row["slot"], row["id"])
    return (2, 0, -row["slot"], row["id"])


# -- doing


def check_in(
    store: Store,
    who: Actor,
    booking_id: str,
    *,
    source: str = "booking",
    priority: str = "",
    proof: str = "",
    promised: tuple[int, int] | None = None,
    ahead: int | None = None,
) -> tickets.Ticket:
    """Give the number of a booking whose visitor is here (签到取号); see `was_late`.

    In time it keeps the slot's place, whatever limits the line has for those without a booking;
    later it is an ordinary number. Raises ``no-such-booking``, ``already-arrived`` with its
    number, ``booking-cancelled``, ``booking-other-day`` with the day, ``booking-early`` with the
    minutes to go, and what `tickets.take` does.
    """
    with acting(store, who, "booking.check-in") as tx:
        row = booking_of(tx, booking_id)
        rules.may_arrive(row["state"], row["day"], tx.day, number=row["number"])
        slot, sent = row["slot"], {}
        if row["source"] == rules.CARRIED:
            # Carried over with all its services, and first whenever the visitor comes that day.
            slot, sent = max(slot, tx.now), json.loads(row["sent"])
        late = rules.is_late(slot, tx.hall.policy, tx.now)

        def arrived(visit: str) -> list[Change]:
            moves = Moves(tx)
            now = {
                "state": rules.ARRIVED,
                "visit": visit,
                "since": tx.now,
                "reason": rules.LATE if late else None,
            }
            moves.update("booking", row, now)
            return moves.set

        request = tickets.Request(
            sent.get("items", [row["item"]]),
            priority=priority,
            proof=proof,
            slot=slot,
            collect=bool(sent.get("collect")),
            person=person_of(store, row),
            source=source,
            booking=row["id"],
            ahead=ahead,
            promised=promised,
        )
        return tickets.take_in(tx, request, arrived)


def was_late(ticket: tickets.Ticket) -> bool:
    """Whether a number that `check_in` gave is an ordinary one, because the visitor came late."""
    return ticket.legs[0].lane == lanes.ORDINARY


def cancel(store: Store, who: Actor, booking_id: str, reason: str = "") -> Row:
    """The visitor will not come; the place is free again. Raises ``no-such-booking``,
    ``booking-cancelled``, ``already-arrived``.
    """
    with acting(store, who, "booking.cancel") as tx:
        row = booking_of(tx, booking_id)
        rules.may_cancel(row["state"], number=row["number"])
        cancel_in(tx, row, reason)
        return row


def cancel_in(tx: Action, row: Row, reason: str) -> None:
    """Mark a booking that may be cancelled."""
    moves = Moves(tx)
    now = {"state": rules.CANCELLED, "since": tx.now, "reason": reason or None}
    moves.update("booking", row, now)
    tx.append("booking.cancelled", row["id"], moves.set)


def booking_of(tx: Action, key: str) -> Row:
    """A booking inside an action. Raises ``no-such-booking``."""
    row = booking(tx.store, key)
    if row is None:
        raise Refused("no-such-booking", field="booking", booking=key)
    return row
