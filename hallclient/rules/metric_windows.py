"""From the seats of a day to marks: wrap-up, handling, utilisation, occupancy, overtime.

Staffed and paused times are recorded by the windows themselves. Where they are not (a day before
they were, a seat that nobody left in the evening), the window's utilisation is unknown, never
guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hallclient.rules import queue
from hallclient.rules.catalogue import Policy
from hallclient.rules.metric_facts import (
    PAUSED,
    SERVICE,
    STAFFED,
    WALK,
    DayFacts,
    Duty,
    LegFacts,
    Period,
    Span,
    overlap,
)
from hallclient.rules.metric_legs import handled
from hallclient.rules.metrics import Mark

HOUR_MS = 3_600_000


class _Window:
    """What happened at one window."""

    def __init__(self) -> None:
        self.periods: list[Period] = []
        """Visitors called and served there, in order."""
        self.finished: dict[int, LegFacts] = {}
        """Leg whose last service this was, by the period's place."""
        self.duty: list[Duty] = []


class _Busy(NamedTuple):
    """Spans of a window's time, by what it did."""

    serving: list[Span]
    wrapping: list[Span]
    paused: list[Span]
    unsure: list[Span]


def windows(day: DayFacts, policy: Policy) -> Iterator[Mark]:
    """All marks of a day's windows."""
    found = _by_window(day)
    handling_seen: set[str] = set()
    for key, window in found.items():
        window.periods.sort(key=lambda period: period.place)
        wrapping: list[Span] = []
        for at, period in enumerate(window.periods):
            leg = window.finished.get(period.place)
            if leg is None:
                continue
            handling_seen.add(leg.id)
            following = window.periods[at + 1] if at + 1 < len(window.periods) else None
            end = _wrapped(day, policy, window, period, following)
            if end is not None and period.ended is not None:
                wrapping.append((period.ended, end))
                yield from _wrap_marks(leg, period, end - period.ended)
        yield from _use(day, key, window, wrapping)
    for visit in day.visits:
        for leg in visit.legs:
            if leg.state in queue.FINAL and leg.id not in handling_seen:
                served = [period for period in leg.periods if period.kind == SERVICE]
                if served:
                    took, apart = handled(leg)
                    yield _leg_mark("handling", leg, served[-1], took, apart)
    yield from _overtime(day)


def _by_window(day: DayFacts) -> dict[str, _Window]:
    found: dict[str, _Window] = {}
    for visit in day.visits:
        for leg in visit.legs:
            last: Period | None = None
            for period in leg.periods:
                if period.kind in (SERVICE, WALK):
                    found.setdefault(period.window, _Window()).periods.append(period)
                    last = period if period.kind == SERVICE else last
            if leg.state == queue.DONE and last is not None:
                found[last.window].finished[last.place] = leg
    for duty in day.duty:
        found.setdefault(duty.window, _Window()).duty.append(duty)
    return found


def _wrapped(
    day: DayFacts, policy: Policy, window: _Window, last: Period, following: Period | None
) -> int | None:
    """When the window was ready after a finish; None while it still tidies up."""
    if last.ended is None:
        return None
    ends = [last.ended + policy.wrap_up_ms]
    if following is not None:
        ends.append(following.started)
    for duty in window.duty:
        end = duty.started if duty.kind == PAUSED else duty.ended
        if end is not None and end >= last.ended:
            ends.append(end)
    end = min(ends)
    return None if end > day.until and not day.over else end


def _wrap_marks(leg: LegFacts, last: Period, wrap: int) -> Iterator[Mark]:
    took, apart = handled(leg)
    yield _leg_mark("wrap-up", leg, last, wrap, int(last.estimated))
    yield _leg_mark("handling", leg, last, took + wrap, apart)


def _leg_mark(metric: str, leg: LegFacts, last: Period, value: int, apart: int) -> Mark:
    at = last.started if leg.closed is None else leg.closed
    return Mark(metric, at, leg.line, leg.item, last.window, last.operator, value, apart=apart)


def _use(day: DayFacts, key: str, window: _Window, wrapping: list[Span]) -> Iterator[Mark]:
    staffed = [duty for duty in window.duty if duty.kind == STAFFED]
    never_left = day.over and any(duty.ended is None for duty in window.duty)
    if not staffed or never_left:
        seats = [(duty.operator, duty.started) for duty in window.duty]
        seats += [(p.operator, p.started) for p in window.periods if p.kind == SERVICE]
        for operator, at in dict(reversed(seats)).items():
            yield Mark("utilisation", at, window=key, operator=operator, apart=1)
            yield Mark("occupancy", at, window=key, operator=operator, apart=1)
        return
    spans = [
        ((period.started, day.until if period.ended is None else period.ended), period)
        for period in window.periods
        if period.kind == SERVICE and (period.ended is not None or not day.over)
    ]
    busy = _Busy(
        serving=[span for span, period in spans if not period.estimated],
        wrapping=wrapping,
        paused=[_span(day, duty) for duty in window.duty if duty.kind == PAUSED],
        unsure=[span for span, period in spans if period.estimated],
    )
    for duty in staffed:
        for piece in _hours(day.starts, _span(day, duty)):
            yield from _piece(key, duty.operator, piece, busy)
        if day.closes is not None:
            late = overlap(_span(day, duty), (day.closes, day.until))
            if late:
                yield Mark(
                    "overtime-windows",
                    day.closes,
                    window=key,
                    operator=duty.operator,
                    value=late,
                )


def _piece(key: str, operator: str, piece: Span, busy: _Busy) -> Iterator[Mark]:
    measured = piece[1] - piece[0] - _sum(piece, busy.unsure)
    serving = _sum(piece, busy.serving)
    yield Mark("utilisation", piece[0], "", "", key, operator, serving, measured)
    present = measured - _sum(piece, busy.paused)
    occupied = serving + _sum(piece, busy.wrapping)
    yield Mark("occupancy", piece[0], "", "", key, operator, occupied, present)


def _overtime(day: DayFacts) -> Iterator[Mark]:
    if day.closes is None:
        return
    for visit in day.visits:
        late = [
            (period.started, period.place, leg, period)
            for leg in visit.legs
            for period in leg.periods
            if period.kind == SERVICE and overlap(_until(day, period), (day.closes, day.until)) > 0
        ]
        if late:
            _, _, leg, period = min(late)
            at = max(period.started, day.closes)
            yield Mark("overtime-visits", at, leg.line, leg.item, period.window, period.operator)


def _until(day: DayFacts, period: Period) -> Span:
    """A period that nobody ended is no service after closing, unless it is going on now."""
    open_end = period.started if day.over else day.until
    return period.started, open_end if period.ended is None else period.ended


def _span(day: DayFacts, duty: Duty) -> Span:
    return duty.started, min(day.until, day.until if duty.ended is None else duty.ended)


def _sum(piece: Span, spans: Iterable[Span]) -> int:
    return sum(overlap(piece, span) for span in spans)


def _hours(starts: int, span: Span) -> Iterator[Span]:
    """The span cut at full hours of the hall's clock."""
    at = span[0]
    while at < span[1]:
        end = min(span[1], starts + ((at - starts) // HOUR_MS + 1) * HOUR_MS)
        yield at, end
        at = end
