"""Figures of review: what is missing at the source, how deadlines and promises are kept.

What a figure means is written once, in the texts ``reviewfig.<id>`` and ``reviewfig.<id>.formula``,
and computed once, here: a row becomes marks, marks become figures, in whole days and counts.

A case belongs to the day on which its file was opened (建档), with all that came of it up to now; a
clock to the day on which it ended, a promise to the day on which it was made. So every share is of
one and the same set, and never above the whole.

Terms: 收件, 受理, 一次性告知, 容缺受理 as 行政许可法 32 and GB/T 36114 use them; first-pass yield
as in quality statistics; 按时办结率 as 电子监察 counts it (met of those that ended by an answer).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, Protocol

from hallclient.rules.metrics import Figure, Figures, Metric, percentile

VERSION: Final = "2026-11.1"
"""Of the definitions; changes with any formula."""

COUNT, DAYS, SHARE, PER_100 = "count", "days", "share", "per-100"
"""Kinds: how many · spread of lengths in days · share in per cent · per hundred cases."""

DEFICIENCIES, DEADLINES, PROMISES, AGENTS = "deficiencies", "deadlines", "promises", "agents"
REPORTS: Final = (DEFICIENCIES, DEADLINES, PROMISES, AGENTS)

ITEM, DEPARTMENT, AGENT, FIRM, WEEK = "item", "department", "agent", "firm", "week"
REASON, MATERIAL, SOURCE, PLACE = "reason", "material", "source", "place"
TIMER, KIND = "timer", "kind"

_CASE: Final = frozenset({ITEM, DEPARTMENT, AGENT, FIRM, WEEK})
_DEFECT: Final = _CASE | {REASON, MATERIAL, SOURCE, PLACE}
_CLOCK: Final = frozenset({TIMER, ITEM, DEPARTMENT, WEEK})
_PROMISE: Final = frozenset({KIND, ITEM, MATERIAL, DEPARTMENT, AGENT, WEEK})

METRICS: Final = {
    metric.id: metric
    for metric in (
        Metric("opened", COUNT, _CASE),
        Metric("received", COUNT, _CASE),
        Metric("unanswered", COUNT, _CASE),
        Metric("first-pass", SHARE, _CASE),
        Metric("noticed", SHARE, _CASE),
        Metric("second-notice", SHARE, _CASE),
        Metric("deemed", COUNT, _CASE),
        Metric("days-to-notice", DAYS, _CASE),
        Metric("days-to-accept", DAYS, _CASE),
        Metric("tolerated", SHARE, _CASE),
        Metric("advised", SHARE, _CASE),
        Metric("defects", COUNT, _DEFECT),
        Metric("defects-per-100", PER_100, _CASE),
        Metric("defect-cases", SHARE, _DEFECT),
        Metric("defect-late", SHARE, _DEFECT),
        Metric("defect-days", DAYS, _DEFECT),
        Metric("clocks", COUNT, _CLOCK),
        Metric("in-time", SHARE, _CLOCK),
        Metric("late", COUNT, _CLOCK),
        Metric("dropped", COUNT, _CLOCK),
        Metric("days-used", DAYS, _CLOCK),
        Metric("days-late", DAYS, _CLOCK),
        Metric("days-paused", DAYS, _CLOCK),
        Metric("promises", COUNT, _PROMISE),
        Metric("promise-kept", SHARE, _PROMISE),
        Metric("promise-broken", COUNT, _PROMISE),
        Metric("promise-withdrawn", COUNT, _PROMISE),
        Metric("promise-open", COUNT, _PROMISE),
        Metric("promise-overdue", COUNT, _PROMISE),
        Metric("days-to-keep", DAYS, _PROMISE),
    )
}
"""All figures of review, in the order in which they are shown."""

_OF_CASES: Final = (
    "opened received unanswered first-pass noticed second-notice deemed days-to-notice "
    "days-to-accept tolerated advised"
).split()
_OF_DEFECTS: Final = "defects defects-per-100 defect-cases defect-late defect-days".split()

SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    DEFICIENCIES: (*_OF_CASES, *_OF_DEFECTS),
    DEADLINES: ("clocks", "in-time", "late", "dropped", "days-used", "days-late", "days-paused"),
    PROMISES: (
        *("promises", "promise-kept", "promise-broken", "promise-withdrawn"),
        *("promise-open", "promise-overdue", "days-to-keep"),
    ),
    AGENTS: (*_OF_CASES, "defects-per-100"),
}
"""Report -> its figures."""

GROUPINGS: Final[Mapping[str, tuple[str, ...]]] = {
    DEFICIENCIES: (REASON, MATERIAL, SOURCE, PLACE, ITEM, DEPARTMENT, AGENT, FIRM, WEEK),
    DEADLINES: (TIMER, ITEM, DEPARTMENT, WEEK),
    PROMISES: (KIND, MATERIAL, ITEM, DEPARTMENT, AGENT, WEEK),
    AGENTS: (AGENT, FIRM, ITEM, WEEK),
}
"""Report -> what it can be grouped by; the first is how it is shown unless asked otherwise."""


class WorkingDays(Protocol):
    """What counts working days: `hallclient.rules.workdays.Calendar`."""

    def between(self, a: date, b: date, /) -> int:
        """Working days after ``a`` up to and with ``b``."""
        ...


class Groups(NamedTuple):
    """What a row belongs to. ``week``: of the day that it counts on."""

    item: str
    department: str
    agent: str
    firm: str
    week: str


def week_of(day: date) -> str:
    """The ISO week of a day: ``2026-W39``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


class Handled(NamedTuple):
    """A case as far as it got. ``notices``: days of the statutory notices, in order."""

    id: str
    groups: Groups
    received: date | None
    accepted: date | None
    tolerant: bool
    refused: bool
    """Not accepted, or no permit needed: an answer all the same."""
    withdrawn: bool
    deemed: bool
    """Its time to tell ran out (逾期视为受理)."""
    notices: tuple[date, ...]
    advised: int
    """Times the agent sent it back in the pre-review (预审告知)."""


class Defect(NamedTuple):
    """A deficiency. ``reason``, ``material``, ``place``: ids that `Report.names` explains."""

    case: str
    groups: Groups
    source: str
    reason: str
    material: str
    place: str
    """The field, rule or department it was found at; empty for a material's."""
    told: bool
    """A notice lists it."""
    late: bool
    """It was found only after the first notice since receipt."""
    opened: date
    closed: date | None


class Ended(NamedTuple):
    """A clock that ended: ``met``, ``late`` or ``dropped``."""

    groups: Groups
    timer: str
    state: str
    used: int
    """Days it ran, in its own unit, pauses left out."""
    late: int
    paused: int


class Promised(NamedTuple):
    """A written promise. ``state``: as `PromiseFact`."""

    groups: Groups
    kind: str
    material: str
    state: str
    made: date
    due: date
    closed: date | None


class Mark(NamedTuple):
    """One measurement: a count, days, or a part ``of`` a whole; ``keys``: grouping -> group."""

    metric: str
    keys: Mapping[str, str]
    value: int = 1
    of: int = 0


# -- rows to marks


def of_case(case: Handled, days: WorkingDays) -> Iterator[Mark]:
    """What one case says about receiving and telling."""
    keys = case.groups._asdict()
    yield Mark("opened", keys)
    yield Mark("advised", keys, bool(case.advised), 1)
    if case.received is None:
        return
    yield Mark("received", keys)
    noticed, accepted = len(case.notices), case.accepted is not None
    if noticed or accepted or case.refused:
        yield Mark("first-pass", keys, accepted and not noticed, 1)
        yield Mark("noticed", keys, bool(noticed), 1)
    elif not case.withdrawn:
        yield Mark("unanswered", keys)
    if case.deemed:
        yield Mark("deemed", keys)
    if noticed:
        yield Mark("second-notice", keys, noticed > 1, 1)
        yield Mark("days-to-notice", keys, days.between(case.received, case.notices[0]))
    if case.accepted is not None:
        yield Mark("tolerated", keys, case.tolerant, 1)
        yield Mark("days-to-accept", keys, days.between(case.received, case.accepted))


def of_defects(
    cases: Sequence[Handled], defects: Sequence[Defect], days: WorkingDays
) -> Iterator[Mark]:
    """What the deficiencies of these cases say.

    Where a reason, material, source or place is counted, the whole is every case of the items that
    have it: "of the files for this item so many lack that".
    """
    many: dict[str, int] = {}
    seen: dict[tuple[str, str], set[str]] = {}
    for one in defects:
        keys = _keys_of(one)
        many[one.case] = many.get(one.case, 0) + 1
        yield Mark("defects", keys)
        if one.told:
            yield Mark("defect-late", keys, one.late, 1)
        if one.closed is not None:
            yield Mark("defect-days", keys, days.between(one.opened, one.closed))
        for by in (REASON, MATERIAL, SOURCE, PLACE):
            if keys[by]:
                seen.setdefault((by, keys[by]), set()).add(one.case)
    items: dict[str, list[Handled]] = {}
    for case in cases:
        keys = case.groups._asdict()
        yield Mark("defect-cases", keys, case.id in many, 1)
        yield Mark("defects-per-100", keys, many.get(case.id, 0), 1)
        items.setdefault(case.groups.item, []).append(case)
    item_of = {case.id: case.groups.item for case in cases}
    for (by, key), found in seen.items():
        concerned = {item_of[case] for case in found if case in item_of}
        whole = sum(len(items[item]) for item in concerned)
        yield Mark("defect-cases", {by: key}, len(found & item_of.keys()), whole)


def _keys_of(one: Defect) -> dict[str, str]:
    return {
        **one.groups._asdict(),
        REASON: one.reason,
        MATERIAL: one.material,
        SOURCE: one.source,
        PLACE: one.place,
    }


def of_clock(clock: Ended) -> Iterator[Mark]:
    """What a clock that ended says; one that was dropped says nothing about time."""
    keys = {**clock.groups._asdict(), TIMER: clock.timer}
    yield Mark("clocks", keys)
    if clock.state == "dropped":
        yield Mark("dropped", keys)
        return
    late = clock.state == "late"
    yield Mark("in-time", keys, not late, 1)
    yield Mark("days-used", keys, clock.used)
    if late:
        yield Mark("late", keys)
        yield Mark("days-late", keys, clock.late)
    if clock.paused:
        yield Mark("days-paused", keys, clock.paused)


def of_promise(promise: Promised, days: WorkingDays, today: date) -> Iterator[Mark]:
    """What a promise says. One that is open is neither kept nor broken, but may be overdue."""
    keys = {**promise.groups._asdict(), KIND: promise.kind, MATERIAL: promise.material}
    yield Mark("promises", keys)
    if promise.state in ("kept", "broken"):
        yield Mark("promise-kept", keys, promise.state == "kept", 1)
        if promise.state == "broken":
            yield Mark("promise-broken", keys)
        elif promise.closed is not None:
            yield Mark("days-to-keep", keys, days.between(promise.made, promise.closed))
    elif promise.state == "withdrawn":
        yield Mark("promise-withdrawn", keys)
    else:
        yield Mark("promise-open", keys)
        if promise.due < today:
            yield Mark("promise-overdue", keys)


# -- marks to figures


class _Pile:
    __slots__ = ("days", "of", "value")

    def __init__(self) -> None:
        self.value = self.of = 0
        self.days: list[int] = []

    def add(self, mark: Mark) -> None:
        if METRICS[mark.metric].kind == DAYS:
            self.days.append(mark.value)
        else:
            self.value += mark.value
            self.of += mark.of

    def figure(self, metric: Metric) -> Figure:
        if metric.kind == DAYS:
            ordered = sorted(self.days)
            n = len(ordered)
            if not n:
                return Figure(metric.id)
            # Days are few and small: a mean in tenths says something, a whole one would not.
            mean = (20 * sum(ordered) + n) // (2 * n)
            p50, p90 = percentile(ordered, 50), percentile(ordered, 90)
            return Figure(metric.id, n, mean, p50=p50, p90=p90, longest=ordered[-1])
        n = self.value if metric.kind == COUNT else self.of
        return Figure(metric.id, n, self.value, self.of)


class Tally:
    """Puts the marks of one report together, for all and by each grouping asked for.

    A figure of `DAYS` has its mean in tenths of a day, everything else in whole ones.
    """

    def __init__(self, report: str, by: Iterable[str] = ()) -> None:
        self.metrics = SHOWN[report]
        self.by = tuple(by)
        self._piles: dict[tuple[str, str], dict[str, _Pile]] = {}

    def add(self, mark: Mark) -> None:
        """Count one measurement in, where the report shows its figure."""
        if mark.metric not in self.metrics:
            return
        # A mark with a single key is of that group alone: the whole has its own.
        if len(mark.keys) > 1:
            self._pile("", "", mark)
        for by in self.by:
            key = mark.keys.get(by, "")
            if key and by in METRICS[mark.metric].by:
                self._pile(by, key, mark)

    def _pile(self, by: str, key: str, mark: Mark) -> None:
        group = self._piles.setdefault((by, key), {})
        pile = group.get(mark.metric)
        if pile is None:
            pile = group[mark.metric] = _Pile()
        pile.add(mark)

    def total(self) -> Figures:
        """Of everything."""
        return self._figures("", self._piles.get(("", ""), {}))

    def groups(self, by: str) -> dict[str, Figures]:
        """Of each group, the largest first; only figures that mean something there."""
        found = {
            key: self._figures(by, piles) for (at, key), piles in self._piles.items() if at == by
        }
        first = next(name for name in self._names(by) if METRICS[name].kind == COUNT)
        in_time = by == WEEK
        ordered = sorted(found, key=lambda key: (0 if in_time else -found[key][first].value, key))
        return {key: found[key] for key in ordered}

    def _names(self, by: str) -> list[str]:
        return [name for name in self.metrics if not by or by in METRICS[name].by]

    def _figures(self, by: str, piles: Mapping[str, _Pile]) -> Figures:
        return {
            name: piles[name].figure(METRICS[name]) if name in piles else Figure(name)
            for name in self._names(by)
        }
