"""What the figures are made from: the numbers, calls, periods and seats of one business day.

Times are UTC milliseconds. Within one leg ``ver`` orders periods and calls, also those of one
millisecond; ``place`` orders the periods of the whole hall.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WAIT, WALK, SERVICE, HOLD = "wait", "walk", "service", "hold"
STAFFED, PAUSED = "staffed", "paused"
RECALL = "recall"


class Period(NamedTuple):
    """A leg was in one state, from when to when (None: it still is)."""

    ver: int
    place: int
    kind: str
    window: str
    operator: str
    started: int
    ended: int | None
    estimated: bool


class Call(NamedTuple):
    """One announcement. ``band`` says by which rule, ``chosen`` why out of order (empty: no)."""

    ver: int
    at: int
    window: str
    operator: str
    band: str
    chosen: str
    outcome: str


class LegFacts(NamedTuple):
    """One service of a number, with all that happened to it, in order."""

    id: str
    item: str
    line: str
    state: str
    reason: str
    window: str
    operator: str
    closed: int | None
    periods: list[Period]
    calls: list[Call]


class VisitFacts(NamedTuple):
    """A number, with its services in the order of their making."""

    id: str
    number: str
    state: str
    opened: int
    closed: int | None
    slot: int | None
    booked: bool
    person: str
    promised: tuple[int, int] | None
    legs: list[LegFacts]


class Duty(NamedTuple):
    """Who staffed a window, or paused at it, from when to when (None: still)."""

    window: str
    operator: str
    kind: str
    started: int
    ended: int | None


class DayFacts(NamedTuple):
    """One business day as far as it has gone."""

    day: str
    starts: int
    """Its midnight."""
    until: int
    """Now, or the end of the day when that is over."""
    over: bool
    closes: int | None
    """When the hall closed by its hours; None on a day without any."""
    visits: Sequence[VisitFacts]
    duty: Sequence[Duty]
    returned: frozenset[tuple[str, str]] = frozenset()
    """(visit, item) of those whose person took a number for the same item again."""


Span = tuple[int, int]


def overlap(first: Span, second: Span) -> int:
    """How much of one span lies in the other, in ms."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))
