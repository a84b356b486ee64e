"""The figures of a hall: which there are, and how single measurements become one.

What a metric means is written once, in the texts ``metric.<id>`` and ``metric.<id>.formula``, and
computed once, in `metric_legs` and `metric_windows`, which turn a day into marks: one measurement
of one metric each. Here marks are put together, exactly, in whole milliseconds.

Terms after what queue systems publish (Qmatic, ZMS) and contact centres use (service level 80/15,
AHT, occupancy); where they differ the formula says which one this is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

VERSION: Final = "2026-11.1"
"""Of the definitions; changes with any formula."""

RETURN_DAYS: Final = 30
"""A matter counts as done at the first visit when nobody came back for it within so many days."""

HOUR, LINE, ITEM, WINDOW, CLERK = "hour", "line", "item", "window", "clerk"
GROUPINGS: Final = (HOUR, LINE, ITEM, WINDOW, CLERK)

COUNT, TIME, SHARE, RATE, USE, TOTAL = "count", "time", "share", "rate", "use", "total"
"""Kinds of figures: how many · spread of times · share of cases · per 100 calls · share of a time ·
a sum of time."""

_MATTER: Final = frozenset({HOUR, LINE, ITEM})
_ALL: Final = frozenset(GROUPINGS)
_SEAT: Final = frozenset({HOUR, WINDOW, CLERK})


class Metric(NamedTuple):
    """One figure, its kind, and the groupings in which it means something."""

    id: str
    kind: str
    by: frozenset[str]


METRICS: Final = {
    metric.id: metric
    for metric in (
        Metric("arrivals", COUNT, _MATTER),
        Metric("arrivals-booked", COUNT, _MATTER),
        Metric("offered", COUNT, _MATTER),
        Metric("served", COUNT, _ALL),
        Metric("wait", TIME, _ALL),
        Metric("service-level", SHARE, _MATTER),
        Metric("walkout", COUNT, _MATTER),
        Metric("no-show", COUNT, _ALL),
        Metric("abandonment", SHARE, _MATTER),
        Metric("abandonment-long", SHARE, _MATTER),
        Metric("unserved", COUNT, _MATTER),
        Metric("walk", TIME, _ALL),
        Metric("service", TIME, _ALL),
        Metric("hold", TIME, _ALL),
        Metric("wrap-up", TIME, _ALL),
        Metric("handling", TIME, _ALL),
        Metric("visit", TIME, _MATTER),
        Metric("calls", COUNT, _ALL),
        Metric("recall", RATE, _ALL),
        Metric("requeue", RATE, _ALL),
        Metric("out-of-order", RATE, _ALL),
        Metric("utilisation", USE, _SEAT),
        Metric("occupancy", USE, _SEAT),
        Metric("estimate-error", TIME, _MATTER),
        Metric("estimate-kept", SHARE, _MATTER),
        Metric("first-visit", SHARE, _MATTER),
        Metric("overtime-visits", COUNT, _ALL),
        Metric("overtime-windows", TOTAL, frozenset({WINDOW, CLERK})),
        Metric("doubtful", SHARE, _ALL),
    )
}
"""All figures, in the order in which they are shown."""


class Mark(NamedTuple):
    """One measurement: ``value`` of a time in ms or of a count, for shares a part ``of`` a whole.

    ``at``: when (UTC ms), for grouping by hour. ``apart``: how many it is that cannot be counted
    (an estimated time, a seat nobody recorded); such a mark enters no figure and is shown apart.
    """

    metric: str
    at: int
    line: str = ""
    item: str = ""
    window: str = ""
    operator: str = ""
    value: int = 1
    of: int = 0
    apart: int = 0


class Figure(NamedTuple):
    """A metric of one group. Without ``n`` there is no value.

    ``value``: mean of a time, count, part of a share, sum of a time. ``of``: the whole of a share;
    then ``n`` is the whole, for `USE` in ms of window time.
    """

    metric: str
    n: int = 0
    value: int = 0
    of: int = 0
    p50: int = 0
    p90: int = 0
    longest: int = 0
    apart: int = 0

    @property
    def permille(self) -> int | None:
        """A share in thousandths (`RATE`: of calls), rounded half up; None without a whole."""
        return (2000 * self.value + self.of) // (2 * self.of) if self.of else None


def percentile(ordered: list[int], share: int) -> int:
    """The nearest-rank percentile: the smallest value that ``share`` % do not exceed."""
    return ordered[-(-len(ordered) * share // 100) - 1]


class _Pile:
    """The marks of one metric in one group."""

    __slots__ = ("apart", "of", "times", "value")

    def __init__(self) -> None:
        self.value = self.of = self.apart = 0
        self.times: list[int] = []

    def join(self, other: _Pile) -> None:
        self.value += other.value
        self.of += other.of
        self.apart += other.apart
        self.times += other.times

    def figure(self, metric: Metric) -> Figure:
        if metric.kind == TIME:
            ordered = sorted(self.times)
            n = len(ordered)
            if not n:
                return Figure(metric.id, apart=self.apart)
            return Figure(
                metric.id,
                n,
                sum(ordered) // n,
                p50=percentile(ordered, 50),
                p90=percentile(ordered, 90),
                longest=ordered[-1],
                apart=self.apart,
            )
        n = self.value if metric.kind in (COUNT, TOTAL) else self.of
        return Figure(metric.id, n, self.value, self.of, apart=self.apart)


Figures = dict[str, Figure]
"""Metric -> figure; a metric without a single mark has one with ``n`` 0."""

Key = str | int
_Group = tuple[str, int, str, str, str, str]
"""Metric, hour, line, item, window, clerk: what a pile's marks have in common."""


class Tally:
    """Puts marks together, for all and by each grouping. ``hour_of``: UTC ms -> hour of the day."""

    def __init__(self, hour_of: Callable[[int], int]) -> None:
        self._piles: dict[_Group, _Pile] = {}
        self._hour_of = hour_of

    def add(self, mark: Mark) -> None:
        """Count one measurement in."""
        metric, at, line, item, window, operator, value, of, apart = mark
        key = (metric, self._hour_of(at), line, item, window, operator)
        pile = self._piles.get(key)
        if pile is None:
            pile = self._piles[key] = _Pile()
        if apart:
            pile.apart += apart
        elif METRICS[metric].kind == TIME:
            pile.times.append(value)
        else:
            pile.value += value
            pile.of += of

    def total(self) -> Figures:
        """Of everything."""
        return self._merged("").get("", {name: Figure(name) for name in METRICS})

    def groups(self, by: str) -> dict[Key, Figures]:
        """Of each group, in the order of the keys; only metrics that mean something there.

        A group without a name (nobody's window yet) is no group.
        """
        return self._merged(by)

    def _merged(self, by: str) -> dict[Key, Figures]:
        names = [name for name, metric in METRICS.items() if not by or by in metric.by]
        place = GROUPINGS.index(by) + 1 if by else 0
        wanted = set(names)
        found: dict[Key, dict[str, _Pile]] = {}
        for group, pile in self._piles.items():
            key: Key = group[place] if by else ""
            if group[0] in wanted and (key != "" or not by):
                found.setdefault(key, {}).setdefault(group[0], _Pile()).join(pile)
        return {
            key: {
                name: piles[name].figure(METRICS[name]) if name in piles else Figure(name)
                for name in names
            }
            for key, piles in sorted(found.items())
        }
