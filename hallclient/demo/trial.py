"""A day tried out: the made-up visitors, or those of a real day, in a hall with some plan.

What happens to a visitor hangs on their own dice, so the same people meet every plan and policy.
A day of 720 visits takes a few hundredths of a second: no store, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hallclient.demo import day
from hallclient.demo.day import Arrival, Hours, Profile
from hallclient.demo.dice import MINUTE, dice
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Hall
from hallclient.rules.demand import Came
from hallclient.rules.flow import Flow
from hallclient.rules.flow_parts import Fate, Guest, Station, rules_for
from hallclient.rules.hours import Span
from hallclient.rules.policy import Head

ZONE = "Asia/Shanghai"
MIDNIGHT = 1_790_006_400_000
WEEKDAY = 2
"""The day every trial is on, a Tuesday in that zone: which one it is changes nothing."""
_LOST_MS = 75_000
"""What somebody who is not there costs their window."""


class Crowd(NamedTuple):
    """Everybody of a day, and what becomes of them."""

    guests: Sequence[Guest]
    fates: Sequence[Fate]


def made_up(hall: Hall, seed: int, profile: Profile, weekday: int = WEEKDAY) -> Crowd:
    """The visitors of the demo's day of this seed."""
    guests: list[Guest] = []
    fates: list[Fate] = []
    for turn, one in enumerate(day.arrivals(hall, MIDNIGHT, weekday, seed, profile)):
        for guest in _services(hall, one, turn, seed, profile):
            guests.append(guest)
            fates.append(_fate(hall, guest, seed, profile))
    return Crowd(guests, fates)


def real(hall: Hall, came: Iterable[Came], seed: int, profile: Profile) -> Crowd:
    """Those who came on a real day; how long they need and what they do is made up."""
    guests: list[Guest] = []
    for turn, one in enumerate(came):
        if one.line not in hall.lines:
            continue
        at = MIDNIGHT + one.at
        order = at if one.due is None else max(at, MIDNIGHT + one.due)
        head = Head(f"visitor {turn}", one.line, one.lane, order, at, at, turn)
        guests.append(Guest(head, patience_ms=day.leaves_after(seed, head.leg, profile)))
    return Crowd(guests, [_fate(hall, guest, seed, profile) for guest in guests])


def stations(
    hall: Hall, hours: Hours, seed: int, profile: Profile, closed: Iterable[str] = ()
) -> list[Station]:
    """The hall's windows on that day, as their clerks open them and take their rests."""
    shut = set(closed)
    found = []
    for window in hall.windows.values():
        if window.id in shut:
            continue
        early = dice(seed, window.id, "begins").randint(1, 8) * MINUTE
        found.append(
            Station(
                window.id,
                window.plan,
                free_at=hours.opens - early,
                breaks=tuple(_rests(window.id, hours, seed, profile)),
            )
        )
    return found


def run(
    hall: Hall,
    crowd: Crowd,
    windows: Sequence[Station],
    hours: Hours,
    discipline: str,
) -> Flow:
    """The whole day, until nobody waits any more."""
    rules = rules_for(discipline, hall.lines, hall.policy, hours.lunch)
    flow = Flow(crowd.guests, crowd.fates.__getitem__, windows, rules, hours.opens - 60 * MINUTE)
    flow.run()
    flow.count_out()
    return flow


# -- visitors and clerks


def _services(hall: Hall, one: Arrival, turn: int, seed: int, profile: Profile) -> Iterable[Guest]:
    at = one.at
    if one.slot is not None:
        at = max(at, one.slot - hall.policy.booked_early_ms)
    lane, order = lanes.lane_of(one.priority or None, one.slot, hall.policy, at)
    after: Mapping[str, Sequence[str]] = dict.fromkeys(one.items, ())
    if one.joint:
        after = hall.joints[one.joint].after
    patience = day.leaves_after(seed, one.key, profile)
    for code in one.items:
        line = hall.items[code].line if one.joint else one.line
        yield Guest(
            Head(f"{one.key} {code}", line, lane, order, at, at, turn),
            visit=one.key if len(one.items) > 1 else "",
            after=tuple(f"{one.key} {before}" for before in after[code]),
            patience_ms=patience,
        )


def _fate(hall: Hall, guest: Guest, seed: int, profile: Profile) -> Fate:
    roll = dice(seed, guest.head.leg, "service")
    service = day.lognormal(roll, hall.lines[guest.head.line].service_ms, profile.spread)
    walk = day.lognormal(roll, profile.walk_ms, 0.5)
    wrap = day.lognormal(roll, profile.between_ms, 0.6)
    if guest.after or roll.random() >= profile.absent:
        return Fate(service, walk, wrap)
    returns = day.returns_after(seed, guest.head.leg, profile)
    return Fate(service, walk, wrap, _LOST_MS, returns)


def _rests(window: str, hours: Hours, seed: int, profile: Profile) -> Iterable[Span]:
    for half, (opens, closes) in enumerate(hours.spans):
        roll = dice(seed, window, "rest", half)
        if roll.random() < profile.rest:
            at = roll.randint(opens + 45 * MINUTE, max(opens + 46 * MINUTE, closes - 40 * MINUTE))
            yield at, at + roll.randint(6, 14) * MINUTE
