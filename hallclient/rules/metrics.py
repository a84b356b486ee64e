"""The figures of a hall: which there are, and how single measurements become one.

What a metric means is written once, in the texts ``metric.<id>`` and ``metric.<id>.formula``, and
computed once, in `metric_legs` and `metric_windows`, which turn a day into marks: one measurement
of one metric each. Here marks are put together, exactly, in whole milliseconds.

Terms after what queue systems publish (Qmatic, ZMS) and contact centres use (service level 80/15,
AHT, occupancy); where they differ the formula says which one this is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


class Tally:
    """Puts marks together, for all and by each of some groupings."""

    def __init__(self, by: Iterable[str], hour_of: Callable[[int], int]) -> None:
        self._piles: dict[tuple[str, Key], dict[str, _Pile]] = {("", ""): {}}
        self._hour_of = hour_of
        self._by = list(by)

    def add(self, mark: Mark) -> None:
        """Count one measurement in; a group without a name (no window yet) is no group."""
        metric = METRICS[mark.metric]
        self._put(("", ""), metric, mark)
        for by in self._by:
            if by in metric.by:
                key = self._key(by, mark)
                if key != "":
                    self._put((by, key), metric, mark)

    def _key(self, by: str, mark: Mark) -> Key:
        if by == HOUR:
            return self._hour_of(mark.at)
        if by == LINE:
            return mark.line
        if by == ITEM:
            return mark.item
        return mark.window if by == WINDOW else mark.operator

    def _put(self, group: tuple[str, Key], metric: Metric, mark: Mark) -> None:
        piles = self._piles.get(group)
        if piles is None:
            piles = self._piles[group] = {}
        pile = piles.get(mark.metric)
        if pile is None:
            pile = piles[mark.metric] = _Pile()
        if mark.apart:
            pile.apart += mark.apart
        elif metric.kind == TIME:
            pile.times.append(mark.value)
        else:
            pile.value += mark.value
            pile.of += mark.of

    def total(self) -> Figures:
        """Of everything."""
        return self._figures(self._piles["", ""], METRICS)

    def groups(self, by: str) -> dict[Key, Figures]:
        """Of each group, in the order of the keys; only metrics that mean something there."""
        known = [name for name, metric in METRICS.items() if by in metric.by]
        found = sorted(key for of, key in self._piles if of == by)
        return {key: self._figures(self._piles[by, key], known) for key in found}

    @staticmethod
    def _figures(piles: dict[str, _Pile], names: Iterable[str]) -> Figures:
        return {
            name: piles[name].figure(METRICS[name]) if name in piles else Figure(name)
            for name in names
        }
