"""The hall as it stands, with what is known of its services and expected of its arrivals. Pure.

Times are UTC ms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Line, PlanKind
from hallclient.rules.flow_parts import Guest, Rules, Station
from hallclient.rules.policy import Head, LineCount

_PRIOR = 10
"""A line's usual time weighs like so many measured ones."""


class Service(NamedTuple):
    """How long services of a line last: mean, and spread of the logarithm."""

    mean_ms: int
    sigma: float


class Habits(NamedTuple):
    """What visitors and clerks do besides; assumptions, not measured."""

    walk_ms: int = 30_000
    wrap_ms: int = 15_000
    absent: float = 0.06
    """Share of those called who are not there."""
    absent_ms: int = 75_000
    returns: float = 0.5
    """Share of those who come back after being passed over."""
    returns_ms: int = 540_000


class Stream(NamedTuple):
    """Expected arrivals of a line, spread evenly between two times."""

    line: str
    since: int
    until: int
    expected: float
    priority: float = 0.0
    booked: float = 0.0
    """Shares of them."""


class Seat(NamedTuple):
    """A staffed window; with a service under way its line, and when it began (None: called)."""

    station: Station
    line: str = ""
    since: int | None = None
    away: bool = False
    """On a break, not open yet, or not there at all and only hoped for."""


class Scene(NamedTuple):
    """The hall at ``at``. ``closes``: no numbers any more from then on."""

    at: int
    guests: Sequence[Guest]
    seats: Sequence[Seat]
    streams: Sequence[Stream]
    services: Mapping[str, Service]
    rules: Rules
    counts: Mapping[str, LineCount]
    closes: int
    habits: Habits = Habits()

    def waiting(self, line: str) -> Iterator[Head]:
        """Who waits in a line now."""
        for guest in self.guests:
            if guest.head.line == line and guest.head.ready_at <= self.at and not guest.after:
                yield guest.head

    def windows_of(self, line: str) -> int:
        """How many of the windows serve a line as their own, those on a break not counted."""
        return sum(
            seat.station.serves().get(line, PlanKind.SPARE) is not PlanKind.SPARE
            for seat in self.seats
            if not seat.away
        )

    def ahead(self, line: str, lane: str, order_at: int) -> int:
        """How many of a line go before a newcomer of this lane."""
        soon = self.at + self.rules.policy.due_ahead_ms
        due = lane in (lanes.PRIORITY, lanes.BOOKED)
        count = 0
        for head in self.waiting(line):
            if head.lane in (lanes.PRIORITY, lanes.BOOKED):
                count += head.order_at <= (order_at if due else soon)
            else:
                count += head.lane == lanes.RETURN or not due
        return count

    def expected(self, line: str, until: int) -> float:
        """How many of a line are expected from now until then."""
        end = min(until, self.closes)
        return sum(
            stream.expected
            * max(0, min(stream.until, end) - max(stream.since, self.at))
            / (stream.until - stream.since)
            for stream in self.streams
            if stream.line == line
        )


def service_of(line: Line, times: Sequence[int]) -> Service:
    """A line's services from measured times (ms), drawn towards its configured usual ones.

    The spread comes from the configured mean and 95th percentile until there are measured times.
    """
    ratio = math.log(max(1.05, min(3.5, line.p95_ms / line.service_ms)))
    sigma = 1.645 - math.sqrt(max(0.0, 1.645**2 - 2 * ratio))
    logs = [math.log(time) for time in times if time > 0]
    count = len(logs)
    weight = count + _PRIOR
    if count > 1:
        middle = sum(logs) / count
        own = math.sqrt(sum((one - middle) ** 2 for one in logs) / (count - 1))
        sigma = (count * own + _PRIOR * sigma) / weight
    mean = (sum(times) + _PRIOR * line.service_ms) / (len(times) + _PRIOR)
    return Service(max(1, round(mean)), round(min(1.5, sigma), 2))
