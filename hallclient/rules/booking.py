"""Bookings: who may check in when, and how many a line takes beside walk-ins.

Source: the customer's rules for bookings (real name, own matter; one a day and person; the slot
keeps its place; those who do not come are counted) and the share that protects walk-ins.
"""

from __future__ import annotations

import math
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hallclient.rules import hours
from hallclient.rules.catalogue import Hall, PlanKind, Policy
from hallclient.rules.errors import Refused

BOOKED = "booked"
NO_SHOW = "no_show"
ARRIVED = "arrived"
CANCELLED = "cancelled"
ONLINE = "online"
CARRIED = "carried"
"""Sources; a number carried over from an earlier day counts for no quota and no limit."""
STATES = (BOOKED, NO_SHOW, ARRIVED, CANCELLED)
"""In the order in which somebody at the door asks for them."""

DAY_CLOSED = "day-closed"
"""Reason of a cancellation because the day was closed while its visitor could still have come."""

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


def may_come(state: str) -> bool:
    """Whether somebody may still come for it on its day: in time, or late."""
    return state in (BOOKED, NO_SHOW)


def may_cancel(state: str, *, number: str | None) -> None:
    """Raises ``already-arrived``, ``booking-cancelled``, ``booking-missed``."""
    if state == ARRIVED:
        raise Refused("already-arrived", field="booking", number=number)
    if state == CANCELLED:
        raise Refused("booking-cancelled", field="booking")
    if state == NO_SHOW:
        raise Refused("booking-missed", field="booking")


def may_forget(state: str, *, number: str | None) -> None:
    """Raises ``already-arrived``: then it is the visit that is forgotten; ``booking-open``."""
    if state == ARRIVED:
        raise Refused("already-arrived", field="booking", number=number)
    if state == BOOKED:
        raise Refused("booking-open", field="booking")


# -- how many beside walk-ins


def slot_begin(at: int, policy: Policy) -> int:
    """Begin of the quota's slot that a moment lies in, UTC ms."""
    return at // policy.slot_ms * policy.slot_ms


def slots_of(hall: Hall, day: str) -> list[int]:
    """Begins of the quota's slots in the opening hours of a day. Raises ``bad-day``."""
    noon = datetime.combine(hours.date_of(day), time(12), ZoneInfo(hall.time_zone))
    length = hall.policy.slot_ms
    return [
        slot
        for begin, end in hours.spans(hall, round(noon.timestamp()) * 1000)
        for slot in range(slot_begin(begin, hall.policy), end, length)
    ]


def capacity(hall: Hall, line: str) -> float:
    """How many visitors the windows that have the line as their own serve in one slot."""
    windows = sum(window.plan.get(line) is PlanKind.MAIN for window in hall.windows.values())
    return windows * hall.policy.slot_ms / hall.lines[line].service_ms


def quota_of(hall: Hall, line: str) -> int:
    """Bookings that a line takes in one slot; the rest is for those who just come.

    At least one where there is a window for the line at all.
    """
    able = capacity(hall, line)
    return max(1, math.floor(able * hall.policy.booking_share + 1e-9)) if able else 0


class Facts(NamedTuple):
    """What the store knows beside a booking that is to be added or moved."""

    other: str = ""
    """Number of another booking that the same person has that day."""
    missed: int = 0
    """How often the person did not come within `Policy.booking_no_show_days`."""
    in_slot: int = 0
    """Other bookings of the line in the quota's slot."""


def check_new(
    hall: Hall, line: str, slot: int, until: int, now: int, facts: Facts
) -> tuple[str, dict[str, object]] | None:
    """Why a booking cannot be taken: the code of a problem and its values; None when it can."""
    policy = hall.policy
    if is_late(slot, policy, now):
        return "past", {"slot": slot}
    open_then = hours.spans(hall, slot)
    if hall.hours and not any(begin <= slot and until <= end for begin, end in open_then):
        return "closed-then", {"slot": slot, "until": until}
    quota = quota_of(hall, line)
    if not quota:
        return "no-window", {"line": hall.lines[line]}
    if facts.other:
        return "same-day", {"booking": facts.other}
    if policy.booking_no_show_limit and facts.missed >= policy.booking_no_show_limit:
        return "missed-often", {"count": facts.missed, "days": policy.booking_no_show_days}
    if facts.in_slot >= quota:
        return "slot-full", {"line": hall.lines[line], "slot": slot, "quota": quota}
    return None
