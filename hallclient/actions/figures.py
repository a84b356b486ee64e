"""The figures of a day or of some days: reads the projections, by their indexes, day by day.

A figure is made from what is recorded and from nothing else; the rules beside it
(`hallclient.rules.metrics`) say how. Reading takes no event and no lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from db.store import Store
from hallclient.actions.acting import Actor
from hallclient.actions.figure_rows import day_facts
from hallclient.actions.hall import hall_of
from hallclient.actions.reading import snapshot
from hallclient.rules import fairness, hours, metric_legs, metric_windows
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.fairness import Ledger
from hallclient.rules.metrics import GROUPINGS, VERSION, Figures, Key, Tally
from hallclient.rules.roles import require

MOST_DAYS = 366
USUAL_WEEKS = 4


class Report(NamedTuple):
    """Figures of some business days, of all and by group, as they are at one moment."""

    first: str
    last: str
    as_of: int
    """UTC ms; times that still run were counted up to here."""
    definitions: str
    policy: str
    total: Figures
    groups: Mapping[str, Mapping[Key, Figures]]
    """Grouping -> group -> figures."""
    ledger: Ledger


class Usual(NamedTuple):
    """Numbers taken in each hour on the same weekday of the last weeks: mean of ``days`` days."""

    days: int
    hours: Mapping[int, int]
    """Hour of the day -> numbers, rounded half up."""


def figures(store: Store, who: Actor, first: str, last: str = "", by: Sequence[str] = ()) -> Report:
    """The figures from one business day to another (``YYYY-MM-DD``; one day: ``last`` empty).

    Raises ``not-allowed``, ``no-operator``, ``not-active``, ``bad-day``, ``days-turned`` (from
    after to), ``too-many-days``, ``no-such-grouping``.
    """
    may_read(store, who)
    for grouping in by:
        if grouping not in GROUPINGS:
            raise Refused("no-such-grouping", field="by", by=grouping)
    days = days_of(first, last or first)
    hall = hall_of(store)
    tally = Tally(hour_of(store))
    normal = frozenset(key for key, one in hall.outcomes.items() if one.end_reason == "normal")
    listed: list[fairness.Entry] = []
    ruled: Counter[str] = Counter()
    with snapshot(store):
        as_of = store.env.now()
        for day in days:
            facts, passed_over = day_facts(store, hall, day, as_of)
            for mark in metric_legs.legs(facts, hall.policy, normal):
                tally.add(mark)
            for mark in metric_windows.windows(facts, hall.policy):
                tally.add(mark)
            listed += fairness.entries(facts, passed_over)
            ruled.update(
                call.band
                for visit in facts.visits
                for leg in visit.legs
                for call in leg.calls
                if call.band in fairness.BY_RULE
            )
    return Report(
        first=days[0],
        last=days[-1],
        as_of=as_of,
        definitions=VERSION,
        policy=hall.policy.version,
        total=tally.total(),
        groups={grouping: _in_order(hall, grouping, tally.groups(grouping)) for grouping in by},
        ledger=fairness.ledger(listed, {band: ruled[band] for band in fairness.BY_RULE}),
    )


def usual_arrivals(store: Store, who: Actor, day: str) -> Usual:
    """What was usual before a day: the same weekday of the last four weeks, days with numbers."""
    may_read(store, who)
    hour = hour_of(store)
    start = hours.date_of(day)
    counts: Counter[int] = Counter()
    days = 0
    for week in range(1, USUAL_WEEKS + 1):
        before = (start - timedelta(weeks=week)).isoformat()
        opened = [
            row[0]
            for row in store.db.execute("SELECT opened_at FROM visit WHERE day = ?", (before,))
        ]
        days += bool(opened)
        counts.update(hour(at) for at in opened)
    return Usual(days, {at: (2 * n + days) // (2 * days) for at, n in sorted(counts.items())})


def may_read(store: Store, who: Actor) -> None:
    """Whether this operator may see figures now. Raises as `hallclient.actions.acting`."""
    row = store.row("SELECT role, state, must_change FROM operator WHERE id = ?", who.operator)
    if row is None:
        raise Refused("no-operator", operator=who.operator)
    if row["state"] != "active":
        raise Refused("not-active", operator=who.operator)
    if row["must_change"]:
        raise Refused("password-first", operator=who.operator)
    require(row["role"], "figures.read")


def hour_of(store: Store) -> Callable[[int], int]:
    """A function from UTC ms to the hour of the hall's clock, 0 to 23."""
    zone = ZoneInfo(store.meta["time_zone"])
    known: dict[int, int] = {}

    def hour(ms: int) -> int:
        # Every zone's offset is a multiple of a quarter of an hour.
        quarter = ms // 900_000
        found = known.get(quarter)
        if found is None:
            found = known[quarter] = datetime.fromtimestamp(quarter * 900, zone).hour
        return found

    return hour


def days_of(first: str, last: str) -> list[str]:
    """Every day from one to another. Raises ``bad-day``, ``days-turned``, ``too-many-days``."""
    start, end = hours.date_of(first, "from"), hours.date_of(last, "to")
    if end < start:
        raise Refused("days-turned", field="to", first=first, last=last)
    count = (end - start).days + 1
    if count > MOST_DAYS:
        raise Refused("too-many-days", field="to", most=MOST_DAYS)
    return [(start + timedelta(days=n)).isoformat() for n in range(count)]


def _in_order(hall: Hall, by: str, found: dict[Key, Figures]) -> dict[Key, Figures]:
    """Groups as the hall lists them; those it no longer knows at the end."""
    known: dict[str, list[str]] = {"line": list(hall.lines), "item": list(hall.items)}
    places = {key: place for place, key in enumerate(known.get(by, ()))}
    last = len(places)
    ordered = sorted(found, key=lambda key: places.get(str(key), last))
    return {key: found[key] for key in ordered}
