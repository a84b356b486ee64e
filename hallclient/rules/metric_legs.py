"""From the numbers of a day to marks: waiting, walking, serving, calling, giving up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hallclient.rules import queue
from hallclient.rules.catalogue import Policy
from hallclient.rules.metric_facts import (
    HOLD,
    RECALL,
    SERVICE,
    WAIT,
    WALK,
    Call,
    DayFacts,
    LegFacts,
    Period,
    VisitFacts,
)
from hallclient.rules.metrics import Mark

BY_VISITOR = "cancelled_by_visitor"
"""End reason of a number that the visitor gave up; see `CancelReason`."""


class Wait(NamedTuple):
    """From when one could be called, and what came of it."""

    since: int
    period: Period
    called: Call | None


def wait_of(visit: VisitFacts, leg: LegFacts) -> Wait | None:
    """The wait until the first call: after the ticket, after what came before, after the slot.

    None for a service that has not come to wait (it waits for another, or did to its end). Later
    waits, after a hold or a pass, are no part of it.
    """
    first = leg.calls[0] if leg.calls else None
    if first is None and leg.state in (queue.BLOCKED, queue.EXTERNAL):
        return None
    before = [
        period
        for period in leg.periods
        if period.kind == WAIT and (first is None or period.ver < first.ver)
    ]
    if not before:
        return None
    # Blocked again and freed again, it waits from the last time on.
    return Wait(max(before[-1].started, visit.slot or 0), before[-1], first)


def in_time(leg: LegFacts, wait: Wait, until: int, policy: Policy) -> bool | None:
    """Whether a first wait is within the service level's limit; None: it does not count (yet).

    Who is uncalled beyond the limit counts as a miss. ``until``: UTC ms up to which a wait that
    goes on is known.
    """
    if wait.called is not None:
        waited = max(0, wait.called.at - wait.since)
        return None if wait.period.estimated else waited <= policy.service_level_wait_ms
    ended = until if wait.period.ended is None else wait.period.ended
    late = ended - wait.since > policy.service_level_wait_ms
    return False if late and _left(leg, wait) else None


def legs(day: DayFacts, policy: Policy, normal: frozenset[str]) -> Iterator[Mark]:
    """All marks of a day's numbers. ``normal``: outcomes by which a matter is settled."""
    for visit in day.visits:
        yield from _of_visit(day, visit, normal)
        for leg in visit.legs:
            wait = wait_of(visit, leg)
            if wait is not None:
                yield from _waiting(day, leg, wait, policy)
            yield from _calling(leg)
            yield from _serving(leg)
            for period in leg.periods:
                if period.ended is not None or day.over:
                    doubtful = period.estimated or period.ended is None
                    yield _at_period("doubtful", leg, period, int(doubtful), of=1)


def _of_visit(day: DayFacts, visit: VisitFacts, normal: frozenset[str]) -> Iterator[Mark]:
    if not visit.legs:
        return
    first = visit.legs[0]

    def mark(metric: str, value: int = 1, of: int = 0, apart: int = 0) -> Mark:
        return Mark(metric, visit.opened, first.line, first.item, value=value, of=of, apart=apart)

    yield mark("arrivals")
    if visit.booked:
        yield mark("arrivals-booked")
    if visit.state == queue.DONE and visit.closed is not None:
        estimated = any(period.estimated for leg in visit.legs for period in leg.periods)
        yield mark("visit", visit.closed - visit.opened, apart=int(estimated))
        if visit.person:
            done = [leg for leg in visit.legs if leg.state == queue.DONE]
            settled = all(
                leg.reason in normal and (visit.id, leg.item) not in day.returned for leg in done
            )
            yield mark("first-visit", int(settled), of=1)
    calls = [leg.calls[0].at for leg in visit.legs if leg.calls]
    if visit.promised is not None and calls:
        low, high = visit.promised
        real = min(calls) - visit.opened
        yield mark("estimate-error", abs(real - (low + high) // 2))
        yield mark("estimate-kept", int(low <= real <= high), of=1)


def _waiting(day: DayFacts, leg: LegFacts, wait: Wait, policy: Policy) -> Iterator[Mark]:
    called = wait.called

    def mark(metric: str, value: int = 1, of: int = 0) -> Mark:
        return Mark(metric, wait.since, leg.line, leg.item, value=value, of=of)

    if called is not None:
        waited = max(0, called.at - wait.since)
        apart = int(wait.period.estimated)
        yield Mark(
            "wait",
            wait.since,
            leg.line,
            leg.item,
            called.window,
            called.operator,
            waited,
            apart=apart,
        )
    else:
        ended = day.until if wait.period.ended is None else wait.period.ended
        waited = max(0, ended - wait.since)
    kept = in_time(leg, wait, day.until, policy)
    if kept is not None:
        yield mark("service-level", int(kept), of=1)
    yield mark("offered")
    abandoned = leg.state == queue.ABANDONED
    walked_out = abandoned and leg.reason == queue.WALKOUT and called is None
    gave_up = walked_out or (abandoned and leg.reason == queue.NO_SHOW)
    yield mark("abandonment", int(gave_up), of=1)
    if not (walked_out and waited < policy.short_walkout_ms):
        yield mark("abandonment-long", int(gave_up), of=1)
    if walked_out:
        yield mark("walkout")
    if (abandoned and leg.reason == queue.DAY_END) or leg.state == queue.CARRIED_OVER:
        yield mark("unserved")


def _left(leg: LegFacts, wait: Wait) -> bool:
    """Whether an uncalled wait is the hall's miss: it goes on, they left, or the hall closed.

    A number cancelled by a clerk (taken twice, for the wrong service) had nobody waiting for it.
    """
    if wait.period.ended is None:
        return True
    return leg.state in (queue.ABANDONED, queue.CARRIED_OVER) or leg.reason == BY_VISITOR


def _calling(leg: LegFacts) -> Iterator[Mark]:
    for call in leg.calls:

        def mark(metric: str, value: int = 1, of: int = 0, call: Call = call) -> Mark:
            return Mark(metric, call.at, leg.line, leg.item, call.window, call.operator, value, of)

        if call.band == RECALL:
            yield mark("recall")
        else:
            yield mark("calls")
            yield mark("recall", 0, of=1)
            yield mark("requeue", 0, of=1)
            yield mark("out-of-order", int(bool(call.chosen)), of=1)
        if call.outcome == "absent":
            yield mark("no-show")
    for period in leg.periods:
        if period.kind == WAIT:
            before = [call for call in leg.calls if call.ver < period.ver]
            if before:
                last = before[-1]
                yield Mark(
                    "requeue", period.started, leg.line, leg.item, last.window, last.operator
                )
    if leg.state == queue.TRANSFERRED and leg.closed is not None:
        yield Mark("requeue", leg.closed, leg.line, leg.item, leg.window, leg.operator)


def _serving(leg: LegFacts) -> Iterator[Mark]:
    before: Period | None = None
    for period in leg.periods:
        if period.kind == SERVICE and before is not None and before.kind == WALK:
            last = [call for call in leg.calls if call.ver < period.ver][-1]
            took = period.started - last.at
            yield _at_period("walk", leg, period, took, apart=int(before.estimated))
        before = period
    served = [period for period in leg.periods if period.kind == SERVICE]
    if leg.state not in queue.FINAL or not served:
        return
    if leg.state == queue.DONE:
        yield _at_end("served", leg, served[-1])
    took, apart = _sum(served)
    yield _at_end("service", leg, served[-1], took, apart=apart)
    held = [period for period in leg.periods if period.kind == HOLD]
    if held:
        took, apart = _sum(held)
        yield _at_end("hold", leg, served[-1], took, apart=apart)


def handled(leg: LegFacts) -> tuple[int, int]:
    """(service and hold time in ms, 1 when any of it was not measured)."""
    return _sum([period for period in leg.periods if period.kind in (SERVICE, HOLD)])


def _sum(periods: list[Period]) -> tuple[int, int]:
    unsure = any(period.estimated or period.ended is None for period in periods)
    return sum((period.ended or period.started) - period.started for period in periods), int(unsure)


def _at_period(
    metric: str, leg: LegFacts, period: Period, value: int, of: int = 0, apart: int = 0
) -> Mark:
    return Mark(
        metric,
        period.started,
        leg.line,
        leg.item,
        period.window,
        period.operator,
        value,
        of,
        apart,
    )


def _at_end(metric: str, leg: LegFacts, last: Period, value: int = 1, apart: int = 0) -> Mark:
    at = last.started if leg.closed is None else leg.closed
    return Mark(metric, at, leg.line, leg.item, last.window, last.operator, value, apart=apart)
