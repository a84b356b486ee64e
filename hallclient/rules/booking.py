"""Bookings: who may check in when, what a file's row must say, how many a line takes beside
walk-ins.

Source: the customer's rules for bookings (real name, own matter; one a day and person; the slot
keeps its place; those who do not come are counted) and the share that protects walk-ins.
"""

from __future__ import annotations

from hallclient.rules.catalogue import Policy
from hallclient.rules.errors import Refused

BOOKED = "booked"
NO_SHOW = "no_show"
ARRIVED = "arrived"
CANCELLED = "cancelled"
STATES = (BOOKED, NO_SHOW, ARRIVED, CANCELLED)
"""In the order in which somebody at the door asks for them."""

LATE = "late"
"""Reason of an arrival after the slot's place was given up."""


def is_late(slot: int, policy: Policy, now: int) -> bool:
    """Whether the slot's place is given up: the number is an ordinary one (as `policy.lane_of`)."""
    return now > slot + policy.booked_late_ms


def may_arrive(state: str, day: str, today: str, *, number: str | None) -> None:
    """Whether a booking can be checked in on this business day.

    Raises ``already-arrived`` with its number, ``booking-cancelled``, ``booking-other-day``.
    How early or late is decided with the number (`policy.lane_of`).
    """
    if state == ARRIVED:
        raise Refused("already-arrived", field="booking", number=number)
    if state == CANCELLED:
        raise Refused("booking-cancelled", field="booking")
    if day != today:
        raise Refused("booking-other-day", field="booking", day=day)


def may_cancel(state: str, *, number: str | None) -> None:
    """Raises ``already-arrived``, ``booking-cancelled``, ``booking-missed``."""
    if state == ARRIVED:
        raise Refused("already-arrived", field="booking", number=number)
    if state == CANCELLED:
        raise Refused("booking-cancelled", field="booking")
    if state == NO_SHOW:
        raise Refused("booking-missed", field="booking")
