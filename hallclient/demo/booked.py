"""Bookings in the living hall: the file that brings them, and visitors who check in by them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.actions import booking_arrival
from hallclient.actions.acting import Actor
from hallclient.actions.booking_import import ImportReport, import_file
from hallclient.actions.bookings import booking
from hallclient.demo import bookings
from hallclient.demo.day import Arrival
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.actions.tickets import Ticket
    from hallclient.demo.hall import Simulation

_SYSTEM = Actor("admin", "administrator")


def bring(hall: Simulation, folder: Path) -> ImportReport:
    """Take in the day's bookings from a file in ``folder``, and check in those who are here.

    Some rows find their slot full, as in any hall: those visitors come without a booking.
    """
    now = hall.store.env.now()
    here = bookings.just_come(hall.hall, now, hall.seed)
    rows = [
        *here,
        *bookings.for_the_person(hall.hall, hall.hours, now, hall.seed),
        *bookings.of_visitors(hall.hall, hall.to_come, hall.seed),
    ]
    path = folder / "bookings.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    report = import_file(hall.store, _SYSTEM, path)
    path.unlink()
    for row in here:
        with suppress(Refused):
            booking_arrival.arrive(hall.store, hall.desk(), row["number"], source="kiosk")
    return report


def arrive(hall: Simulation, arrival: Arrival, source: str) -> Ticket | None:
    """The number of a visitor whose booking is in the store; None: they have none.

    Raises as `bookings.check_in`, also when the person at the keyboard has checked them in.
    """
    if arrival.slot is None:
        return None
    key = bookings.number_of(hall.hall, arrival.key, arrival.slot)
    if booking(hall.store, key) is None:
        return None
    priority = hall.hall.priorities.get(arrival.priority)
    return booking_arrival.arrive(
        hall.store,
        hall.desk(),
        key,
        source=source,
        priority=arrival.priority,
        proof=priority.proof_zh if priority else "",
    )
