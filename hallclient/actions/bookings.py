"""Bookings in the hall (网上预约): find one, check it in, cancel it.

How they get here is in `booking_import`, what is compared at the window in `booking_confirm`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from db.log import Change
from db.store import Row, Store
from hallclient.actions import tickets
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import Moves
from hallclient.actions.persons import PERSON_FIELDS, forget_in
from hallclient.rules import booking as rules
from hallclient.rules import hours
from hallclient.rules import policy as lanes
from hallclient.rules.errors import Refused
from hallclient.rules.scan import ScanKind, route
from hallclient.rules.text import clean, narrow

_JOINED: Final = (
    "SELECT booking.*, visit.number FROM booking LEFT JOIN visit ON visit.id = booking.visit"
)
_MOST: Final = 20
_LEAST: Final = 2
_PAST_DAYS: Final = 30


def phone_token(store: Store, phone: str) -> str:
    """What a booking is found by from the end of a phone number."""
    return store.person_token("phone:" + narrow(phone)[-4:])


# -- reading


def booking(store: Store, key: str) -> Row | None:
    """A booking by its number as typed, with the ``number`` it was checked in with."""
    return store.row(f"{_JOINED} WHERE booking.id = ?", narrow(key))


def person_of(store: Store, row: Row) -> dict[str, str]:
    """Personal fields of a booking's row, unmasked: show them masked."""
    fields = store.unseal(row["id"], row["sealed"]) or {}
    return {name: fields[name] for name in PERSON_FIELDS if name in fields}


def materials_of(row: Row) -> list[dict[str, Any]]:
    """The materials sent in advance: name, copies, pages, note. A carried number has none."""
    if row["source"] == rules.CARRIED or not row["sent"]:
        return []
    found: list[dict[str, Any]] = json.loads(row["sent"])
    return found


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


def beginning(store: Store, text: str) -> list[Row]:
    """Today's bookings whose number begins so, for somebody who is still typing it."""
    wanted = narrow(text)
    if len(wanted) < _LEAST:
        return []
    return store.rows(
        f"{_JOINED} WHERE booking.day = ? AND substr(booking.id, 1, ?) = ? "
        "ORDER BY booking.slot, booking.id LIMIT ?",
        store.env.day(store.env.now()),
        len(wanted),
        wanted,
        _MOST,
    )


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
        request = request_of(row, tx.now)._replace(
            priority=priority,
            proof=proof,
            person=person_of(store, row),
            source=source,
            ahead=ahead,
            promised=promised,
        )
        late = request.slot is not None and rules.is_late(request.slot, tx.hall.policy, tx.now)

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

        return tickets.take_in(tx, request, arrived)


def request_of(row: Row, now: int) -> tickets.Request:
    """What the visitor of a booking asks for who comes at this moment (UTC ms)."""
    if row["source"] != rules.CARRIED:
        return tickets.Request([row["item"]], slot=row["slot"], booking=row["id"])
    # Carried over with all its services, and first whenever the visitor comes that day.
    sent = json.loads(row["sent"])
    return tickets.Request(
        sent["items"],
        slot=max(row["slot"], now),
        collect=bool(sent.get("collect")),
        booking=row["id"],
    )


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
        cancel_in(tx, row, clean(reason).strip())
        return row


def cancel_in(tx: Action, row: Row, reason: str) -> None:
    """Mark a booking that may be cancelled."""
    moves = Moves(tx)
    now = {"state": rules.CANCELLED, "since": tx.now, "reason": reason or None}
    moves.update("booking", row, now)
    tx.append("booking.cancelled", row["id"], moves.set)


def forget(store: Store, who: Actor, booking_id: str) -> None:
    """Destroy the key of a booking whose visitor never came: cancelled, or not kept.

    Of a number that was carried over, those of its earlier days too. Raises ``no-such-booking``,
    ``booking-open``, ``already-arrived`` with the number that is to be forgotten instead
    (`persons.forget`).
    """
    with acting(store, who, "personal.destroy") as tx:
        row = booking_of(tx, booking_id)
        rules.may_forget(row["state"], number=row["number"])
        forget_in(tx, booking=row)


def booking_of(tx: Action, key: str) -> Row:
    """A booking inside an action. Raises ``no-such-booking``."""
    row = booking(tx.store, key)
    if row is None:
        raise Refused("no-such-booking", field="booking", booking=key)
    return row


# -- the day


def of_day(store: Store, day: str = "", state: str = "") -> list[Row]:
    """The bookings of a business day (empty: today) in the order of their slots.

    Raises ``bad-day``.
    """
    if day:
        hours.date_of(day)
    return store.rows(
        f"{_JOINED} WHERE booking.day = ?1 AND (?2 = '' OR booking.state = ?2) "
        "ORDER BY booking.slot, booking.id",
        day or store.env.day(store.env.now()),
        state,
    )


class Quota(NamedTuple):
    """A line's bookings in one slot of a day. ``slot``: its begin, UTC ms."""

    line: str
    slot: int
    capacity: float
    """Visitors that the windows which have the line as their own serve in the slot."""
    quota: int
    booked: int
    """All that hold a place: not those cancelled."""
    arrived: int
    missed: int


def quota(store: Store, day: str = "") -> list[Quota]:
    """Every slot of a day's opening hours (empty: today) for each line that takes bookings.

    Slots outside, where there are bookings all the same, are among them. Raises ``bad-day``.
    """
    hall = hall_of(store)
    day = day or store.env.day(store.env.now())
    counts: dict[tuple[str, int], Counter[str]] = {}
    for row in store.rows(
        "SELECT line, slot, state FROM booking WHERE day = ? AND source = 'online'", day
    ):
        if row["line"] in hall.lines:
            place = (row["line"], rules.slot_begin(row["slot"], hall.policy))
            counts.setdefault(place, Counter())[row["state"]] += 1
    lines = [line for line in hall.lines if rules.quota_of(hall, line)]
    places = {(line, slot) for line in lines for slot in rules.slots_of(hall, day)} | set(counts)
    order = list(hall.lines)
    found = []
    for line, slot in sorted(places, key=lambda one: (order.index(one[0]), one[1])):
        states = counts.get((line, slot), Counter())
        found.append(
            Quota(
                line,
                slot,
                rules.capacity(hall, line),
                rules.quota_of(hall, line),
                states.total() - states[rules.CANCELLED],
                states[rules.ARRIVED],
                states[rules.NO_SHOW],
            )
        )
    return found
