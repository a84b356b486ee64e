"""A made-up day: who comes when, for what, and how patient they are. Pure: no clock, no store.

Every visitor's fate hangs on dice of their own (seed and number), not on the order of events: the
same visitor behaves the same whoever else is in the hall, also when a person joins in.
"""

from __future__ import annotations

import heapq
import math
from functools import lru_cache
from random import Random
from typing import NamedTuple

from hallclient.demo.dice import MINUTE, dice, item_for
from hallclient.rules.catalogue import Hall, PlanKind


class Profile(NamedTuple):
    """Assumptions about a day. Shares are of visitors; times are minutes unless they say ms."""

    visits: int = 720
    setup: float = 0.20
    collect: float = 0.18
    booked: float = 0.22
    priority: float = 0.09
    joint: float = 0.03
    identified: float = 0.9
    peaks: tuple[tuple[float, float, float], ...] = ((615, 60, 0.4), (900, 60, 0.35))
    """Minute of the day, spread, share of each peak; the rest comes evenly."""
    absent: float = 0.06
    returns: float = 0.5
    """Of those passed over: they come to the desk and are taken back into the line."""
    walkout: float = 0.03
    patience: float = 100.0
    hold: float = 0.05
    external: float = 0.02
    transfer: float = 0.02
    missing: float = 0.08
    advised: float = 0.06
    spread: float = 0.5
    """Sigma of the logarithm of a service's length."""
    walk_ms: int = 30_000
    between_ms: int = 15_000
    rest: float = 0.4


class Arrival(NamedTuple):
    """Someone takes a number at ``at`` (UTC ms)."""

    at: int
    line: str
    items: tuple[str, ...]
    joint: str = ""
    priority: str = ""
    slot: int | None = None
    key: str = ""
    """What their own dice are made from."""

    @property
    def elderly(self) -> bool:
        return self.priority == "elderly"


class Step(NamedTuple):
    """Something that falls due: ``arrive``, ``look`` (at a window), ``tend`` (the waiting)."""

    kind: str
    key: str = ""
    arrival: Arrival | None = None


class Agenda:
    """What happens when; steps due at the same moment come out in the order of their adding."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Step]] = []
        self._added = 0
        self._looks: dict[str, int] = {}

    def add(self, at: int, step: Step) -> None:
        self._added += 1
        heapq.heappush(self._heap, (at, self._added, step))

    def look(self, window: str, at: int) -> None:
        """Look at a window at this time, or sooner if that was agreed already."""
        agreed = self._looks.get(window)
        if agreed is None or at < agreed:
            self._looks[window] = at
            self.add(at, Step("look", window))

    @property
    def next_at(self) -> int | None:
        """When the next step falls due; None when nothing is left."""
        return self._heap[0][0] if self._heap else None

    @property
    def looks(self) -> int:
        """How many windows will be looked at again."""
        return len(self._looks)

    def pop(self, now: int) -> Step | None:
        """The next step that is due, or None."""
        while self._heap and self._heap[0][0] <= now:
            at, _, step = heapq.heappop(self._heap)
            if step.kind != "look":
                return step
            # A look that was brought forward leaves its old entry behind.
            if self._looks.get(step.key) == at:
                del self._looks[step.key]
                return step
        return None


class Hours(NamedTuple):
    """The day's opening hours in UTC ms, span by span."""

    spans: tuple[tuple[int, int], ...]

    @property
    def opens(self) -> int:
        return self.spans[0][0]

    @property
    def closes(self) -> int:
        return self.spans[-1][1]

    @property
    def lunch(self) -> tuple[int, int] | None:
        """From when to when the hall is closed in between."""
        return (self.spans[0][1], self.spans[1][0]) if len(self.spans) > 1 else None


def hours_of(hall: Hall, midnight: int, weekday: int) -> Hours:
    """Opening hours of that day; on a day without, those of the first day that has some."""
    days = {span.day for span in hall.hours}
    day = weekday if weekday in days or not days else min(days)
    spans = sorted((span.opens, span.closes) for span in hall.hours if span.day == day)
    spans = spans or [(9 * 60, 17 * 60)]
    return Hours(tuple((midnight + a * MINUTE, midnight + b * MINUTE) for a, b in spans))


def lognormal(roll: Random, mean: float, sigma: float) -> int:
    """A length around ``mean``, never absurdly short or long."""
    value = math.exp(math.log(mean) - sigma * sigma / 2 + sigma * roll.gauss(0, 1))
    return round(min(max(value, mean * 0.2), mean * 4))


def arrivals(
    hall: Hall, midnight: int, weekday: int, seed: int, profile: Profile | None = None
) -> list[Arrival]:
    """Everyone who comes that day, in order."""
    profile = profile or Profile()
    hours = hours_of(hall, midnight, weekday)
    shares = line_shares(hall, profile)
    found = []
    for number in range(profile.visits):
        key = f"visitor {number}"
        roll = dice(seed, key)
        at = _moment(roll, midnight, hours, profile)
        found.append(_visitor(hall, roll, at, hours, shares, profile)._replace(key=key))
    return sorted(found)


def line_shares(hall: Hall, profile: Profile) -> dict[str, float]:
    """Which part of the visitors joins which line.

    Set-up and collection as the profile says, the rest by how many the windows can serve.
    """
    rates: dict[str, float] = {}
    for window in hall.windows.values():
        own = [line for line, kind in window.plan.items() if kind is PlanKind.MAIN]
        for line in own:
            rates[line] = rates.get(line, 0) + 1 / len(own) / hall.lines[line].service_ms
    served = {item.line for item in hall.items.values()}
    rates = {
        line: rate for line, rate in rates.items() if line in served or hall.lines[line].collect
    }
    fixed = {line: profile.collect for line in rates if hall.lines[line].collect}
    if "setup" in rates:
        fixed["setup"] = profile.setup
    rest = {line: rate for line, rate in rates.items() if line not in fixed}
    left = 1 - sum(fixed.values())
    total = sum(rest.values())
    return fixed | {line: left * rate / total for line, rate in rest.items()}


def _visitor(
    hall: Hall,
    roll: Random,
    at: int,
    hours: Hours,
    shares: dict[str, float],
    profile: Profile,
) -> Arrival:
    priority = ""
    if roll.random() < profile.priority and hall.priorities:
        kinds = list(hall.priorities)
        priority = "elderly" if "elderly" in kinds and roll.random() < 0.6 else roll.choice(kinds)
    if roll.random() < profile.joint and hall.joints:
        joint = roll.choice(list(hall.joints))
        items = tuple(hall.joints[joint].after)
        return Arrival(at, hall.items[items[0]].line, items, joint, priority)
    line = roll.choices(list(shares), list(shares.values()))[0]
    item = item_for(hall, line, roll)
    slot = None
    if roll.random() < profile.booked and not hall.lines[line].collect:
        quarter = 15 * MINUTE
        slot = -(-at // quarter) * quarter
        # Most come a little before their slot, a few too late for it.
        at = slot + round(min(max(roll.gauss(-6, 6), -14), 25)) * MINUTE
        at = min(max(at, hours.opens - 10 * MINUTE), hours.closes - MINUTE)
    return Arrival(at, line, (item,), "", priority, slot)


def _moment(roll: Random, midnight: int, hours: Hours, profile: Profile) -> int:
    early, late = hours.opens - 10 * MINUTE, hours.closes - 10 * MINUTE
    while True:
        kind, at = roll.random(), 0
        for minute, spread, share in profile.peaks:
            kind -= share
            if kind < 0:
                at = midnight + round(roll.gauss(minute, spread) * MINUTE)
                break
        else:
            at = roll.randint(early, late)
        open_now = not hours.lunch or not hours.lunch[0] - 5 * MINUTE < at < hours.lunch[1]
        if early <= at <= late and open_now:
            return at


@lru_cache(maxsize=4096)
def leaves_after(seed: int, number: str, profile: Profile) -> int:
    """How long (ms) the visitor with this number waits before giving up."""
    roll = dice(seed, number, "patience")
    mean = 20.0 if roll.random() < profile.walkout else profile.patience
    return lognormal(roll, mean * MINUTE, 0.4)


@lru_cache(maxsize=4096)
def returns_after(seed: int, number: str, profile: Profile) -> int | None:
    """When (ms later) one who was passed over comes back; None: never."""
    roll = dice(seed, number, "passed")
    if roll.random() >= profile.returns:
        return None
    return roll.randint(3, 15) * MINUTE


@lru_cache(maxsize=4096)
def outside_for(seed: int, number: str) -> int:
    """How long (ms) a result from outside takes."""
    return lognormal(dice(seed, number, "outside"), 12 * MINUTE, 0.5)
