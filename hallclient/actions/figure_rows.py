"""One business day out of the projections, for its figures.

By index all the way: the day's numbers, the legs of each, and by ranges of their keys the periods
and announcements of each leg.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.store import Store
from hallclient.rules.catalogue import Hall
from hallclient.rules.hours import closes_at
from hallclient.rules.metric_facts import Call, DayFacts, Duty, LegFacts, Period, VisitFacts
from hallclient.rules.metrics import RETURN_DAYS
from hallclient.rules.queue import DONE

_VISITS = """
    SELECT id, number, state, opened_at, closed_at, slot, booking IS NOT NULL OR slot IS NOT NULL,
        person, promised_low, promised_high
    FROM visit WHERE day = ? ORDER BY opened_at, rowid"""
_LEGS = """
    SELECT leg.visit, leg.id, leg.item, leg.line, leg.state, leg.reason, leg.window, leg.operator,
        leg.closed_at
    FROM visit CROSS JOIN leg ON leg.visit = visit.id WHERE visit.day = ? ORDER BY leg.rowid"""
_PERIODS = """
    SELECT period.leg, period.id, period.rowid, period.kind, period.window, period.operator,
        period.started_at, period.ended_at, period.estimated
    FROM visit CROSS JOIN leg ON leg.visit = visit.id
    CROSS JOIN period ON period.id > leg.id || '.' AND period.id < leg.id || '/'
    WHERE visit.day = ?"""
_CALLS = """
    SELECT attempt.leg, attempt.id, attempt.at, attempt.window, attempt.operator, attempt.band,
        attempt.chosen, attempt.outcome, CASE WHEN attempt.chosen IS NOT NULL THEN attempt.why END
    FROM visit CROSS JOIN leg ON leg.visit = visit.id
    CROSS JOIN attempt ON attempt.id > leg.id || '.' AND attempt.id < leg.id || '/'
    WHERE visit.day = ?"""
_DUTY = "SELECT window, operator, kind, started_at, ended_at FROM duty WHERE day = ? ORDER BY rowid"
_AGAIN = """
    SELECT visit.person, visit.id, leg.item, leg.line, visit.opened_at
    FROM visit CROSS JOIN leg ON leg.visit = visit.id
    WHERE visit.day BETWEEN ?1 AND ?2 AND visit.person IN (SELECT value FROM json_each(?3))"""

PassedOver = dict[tuple[str, int], str]


def day_facts(store: Store, hall: Hall, day: str, now: int) -> tuple[DayFacts, PassedOver]:
    """All that the figures of a day need, and whom each call out of order passed over."""
    zone = ZoneInfo(store.meta["time_zone"])
    starts, ends = _midnight(day, zone), _midnight(_later(day, 1), zone)
    order, passed_over = _legs(store, day)
    visits = [
        VisitFacts(
            id=row[0],
            number=row[1],
            state=row[2],
            opened=row[3],
            closed=row[4],
            slot=row[5],
            booked=bool(row[6]),
            person=row[7] or "",
            promised=None if row[8] is None or row[9] is None else (row[8], row[9]),
            legs=order.get(row[0], []),
        )
        for row in store.db.execute(_VISITS, (day,))
    ]
    facts = DayFacts(
        day=day,
        starts=starts,
        until=max(starts, min(now, ends)),
        over=now >= ends,
        closes=closes_at(hall, (starts + ends) // 2),
        visits=visits,
        duty=[Duty(*row) for row in store.db.execute(_DUTY, (day,))],
        returned=_returned(store, hall, day, visits),
    )
    return facts, passed_over


def _legs(store: Store, day: str) -> tuple[dict[str, list[LegFacts]], PassedOver]:
    legs: dict[str, LegFacts] = {}
    order: dict[str, list[LegFacts]] = {}
    for visit, key, item, line, state, reason, window, operator, closed in store.db.execute(
        _LEGS, (day,)
    ):
        leg = LegFacts(
            key, item, line, state, reason or "", window or "", operator or "", closed, [], []
        )
        legs[key] = leg
        order.setdefault(visit, []).append(leg)
    for row in store.db.execute(_PERIODS, (day,)):
        legs[row[0]].periods.append(
            Period(
                _ver(row[1]),
                row[2],
                row[3],
                row[4] or "",
                row[5] or "",
                row[6],
                row[7],
                bool(row[8]),
            )
        )
    passed_over: PassedOver = {}
    for key, name, at, window, operator, band, chosen, outcome, why in store.db.execute(
        _CALLS, (day,)
    ):
        ver = _ver(name)
        legs[key].calls.append(
            Call(ver, at, window or "", operator or "", band or "", chosen or "", outcome or "")
        )
        if why is not None:
            other: Any = json.loads(why).get("passed_over")
            if other:
                passed_over[key, ver] = str(other)
    for leg in legs.values():
        leg.periods.sort()
        leg.calls.sort()
    return order, passed_over


def _returned(
    store: Store, hall: Hall, day: str, visits: Iterable[VisitFacts]
) -> frozenset[tuple[str, str]]:
    """Who came again for a matter that was done on this day; to collect a result is no return."""
    done: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for visit in visits:
        if visit.person and visit.closed is not None and visit.state == DONE:
            for leg in visit.legs:
                if leg.state == DONE:
                    done.setdefault((visit.person, leg.item), []).append((visit.id, visit.closed))
    if not done:
        return frozenset()
    people = json.dumps(sorted({person for person, _ in done}))
    found = set()
    rows = store.db.execute(_AGAIN, (day, _later(day, RETURN_DAYS), people))
    for person, visit_id, item, line, opened in rows:
        known = hall.lines.get(line)
        if known is not None and known.collect:
            continue
        for key, closed in done.get((person, item), ()):
            if visit_id != key and opened >= closed:
                found.add((key, item))
    return frozenset(found)


def _ver(key: str) -> int:
    return int(key.rpartition(".")[2])


def _midnight(day: str, zone: ZoneInfo) -> int:
    return round(datetime.fromisoformat(day).replace(tzinfo=zone).timestamp()) * 1000


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
