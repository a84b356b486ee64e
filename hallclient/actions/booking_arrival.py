"""Checking a booking in together with what the visitor is told: who is ahead, how long it takes."""

from __future__ import annotations

from db.store import Store
from hallclient.actions import bookings, taking
from hallclient.actions.acting import Actor
from hallclient.actions.tickets import Ticket
from hallclient.rules.booking import may_come


def arrive(
    store: Store,
    who: Actor,
    booking_id: str,
    *,
    source: str = "booking",
    priority: str = "",
    proof: str = "",
) -> Ticket:
    """`bookings.check_in`, with the promise of this moment."""
    row = bookings.booking(store, booking_id)
    promise = None
    if row is not None and may_come(row["state"]):
        request = bookings.request_of(row, store.env.now())
        promise = taking.promise_of(store, request._replace(priority=priority))
    return bookings.check_in(
        store,
        who,
        booking_id,
        source=source,
        priority=priority,
        proof=proof,
        promised=None if promise is None else (promise.low, promise.high),
        ahead=None if promise is None else promise.ahead,
    )
