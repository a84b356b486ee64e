"""The ledger of fairness: who was called out of order, by whom and why, and who was passed over.

The reason is given by the clerk and the rest is taken from the call itself; calls that the rules
made out of order (interleave, starvation guard) are counted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hallclient.rules.metric_facts import WAIT, Call, DayFacts, LegFacts, VisitFacts
from hallclient.rules.metric_legs import wait_of
from hallclient.rules.policy import BAND_GUARD, BAND_INTERLEAVE

BY_RULE = (BAND_GUARD, BAND_INTERLEAVE)


class Entry(NamedTuple):
    """One call out of order. Times in UTC ms, waits in ms."""

    day: str
    at: int
    number: str
    line: str
    item: str
    window: str
    operator: str
    reason: str
    waited: int
    passed_over: str
    """Number of whoever was next; empty: nobody was waiting."""
    passed_waited: int | None
    """How long that one had waited by then; None: not known any more."""


class Ledger(NamedTuple):
    """All calls out of order of some days, and counts beside them."""

    entries: tuple[Entry, ...] = ()
    by_clerk: Mapping[tuple[str, str], int] = {}
    """(operator, reason) -> how often."""
    by_rule: Mapping[str, int] = {}
    """Band of the policy (guard, interleave) -> calls made by it."""


def entries(day: DayFacts, passed_over: Mapping[tuple[str, int], str]) -> Iterator[Entry]:
    """The day's calls out of order, as they happened.

    ``passed_over``: (leg, ver of the call) -> number that the call says it passed over.
    """
    numbers = {visit.number: visit for visit in day.visits}
    found = []
    for visit in day.visits:
        for leg in visit.legs:
            for call in leg.calls:
                if call.chosen:
                    number = passed_over.get((leg.id, call.ver), "")
                    if number == visit.number:
                        number = ""  # another service of the same visitor
                    other = _waited(numbers.get(number), leg, call)
                    found.append(_entry(day, visit, leg, call, number, other))
    yield from sorted(found, key=lambda entry: (entry.at, entry.number))


def ledger(found: Iterable[Entry], days: Mapping[str, int]) -> Ledger:
    """Put together; ``days``: calls by each band that the rules make out of order."""
    listed = tuple(found)
    counted = Counter((entry.operator, entry.reason) for entry in listed)
    return Ledger(listed, dict(sorted(counted.items())), dict(days))


def _entry(
    day: DayFacts, visit: VisitFacts, leg: LegFacts, call: Call, number: str, other: int | None
) -> Entry:
    wait = wait_of(visit, leg)
    first = wait is not None and wait.called is call
    since = wait.since if wait is not None and first else _since(leg, call)
    return Entry(
        day=day.day,
        at=call.at,
        number=visit.number,
        line=leg.line,
        item=leg.item,
        window=call.window,
        operator=call.operator,
        reason=call.chosen,
        waited=max(0, call.at - since),
        passed_over=number,
        passed_waited=other,
    )


def _since(leg: LegFacts, call: Call) -> int:
    """When the wait began that a later call ended."""
    before = [p.started for p in leg.periods if p.kind == WAIT and p.ver < call.ver]
    return before[-1] if before else call.at


def _waited(visit: VisitFacts | None, chosen: LegFacts, call: Call) -> int | None:
    """How long a number had waited at a call, in the same line before others."""
    if visit is None:
        return None
    waits = [
        (leg.line != chosen.line, max(period.started, visit.slot or 0))
        for leg in visit.legs
        for period in leg.periods
        if period.kind == WAIT
        and period.started <= call.at
        and (period.ended is None or period.ended >= call.at)
    ]
    return max(0, call.at - min(waits)[1]) if waits else None
