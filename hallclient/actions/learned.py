"""What a hall knows from experience: how long services last, who comes when.

Read once a minute, the weeks before once a day: a promise is asked for at every number taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from db.store import Store
from hallclient.actions.hall import hall_of
from hallclient.rules import hours
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Hall
from hallclient.rules.scene import Service, Stream, service_of

_TIMES = (
    "SELECT leg, ended_at - started_at FROM period WHERE line = ? AND kind = 'service' "
    "AND estimated = 0 AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 300"
)
_CAME = (
    "SELECT leg.line, leg.lane, leg.ready_at FROM visit CROSS JOIN leg ON leg.visit = visit.id "
    "WHERE visit.day = ? AND leg.state <> 'blocked'"
)
_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_FRESH_MS = _MINUTE
_WEEKS = 4
_LIKE_HISTORY = 20
"""The usual arrivals so far weigh like so many of today's."""
_DUE_SHARES = (0.09, 0.2)
"""Shares of priority and booked visitors until there are figures, which weigh like `_LIKE_SHARES`
visitors."""
_LIKE_SHARES = 50


class Learned(NamedTuple):
    """What the store knows from experience, at ``at``.

    ``usual``: (line, hour of the day) -> mean arrivals on earlier same week days; ``days``: how
    many of them there were; ``today``: arrivals so far by line.
    """

    at: int
    day: str
    services: Mapping[str, Service]
    usual: Mapping[tuple[str, int], float]
    days: int
    today: Mapping[str, Sequence[int]]
    shares: tuple[float, float]


_known: WeakKeyDictionary[Store, Learned] = WeakKeyDictionary()


def learned(store: Store) -> Learned:
    """What was measured, not older than a minute."""
    now = store.env.now()
    day = store.env.day(now)
    known = _known.get(store)
    if known is not None and known.day == day and 0 <= now - known.at < _FRESH_MS:
        return known
    hall = hall_of(store)
    services = {key: service_of(line, _times(store, key)) for key, line in hall.lines.items()}
    if known is not None and known.day == day:
        usual, days = known.usual, known.days
    else:
        usual, days = _usual(store, hall, now)
    today: dict[str, list[int]] = {line: [] for line in hall.lines}
    lane_counts: dict[str, int] = {}
    total = 0
    for line, lane, at in store.db.execute(_CAME, (day,)):
        today.setdefault(line, []).append(at)
        lane_counts[lane] = lane_counts.get(lane, 0) + 1
        total += 1
    priority, booked = (
        (lane_counts.get(lane, 0) + _LIKE_SHARES * share) / (total + _LIKE_SHARES)
        for lane, share in zip((lanes.PRIORITY, lanes.BOOKED), _DUE_SHARES, strict=True)
    )
    found = Learned(now, day, services, usual, days, today, (priority, booked))
    _known[store] = found
    return found


def streams(hall: Hall, known: Learned, now: int, closes: int) -> list[Stream]:
    """Who is expected until closing: the usual arrivals, raised or lowered as today goes.

    Without earlier days of this kind, today's rate goes on.
    """
    found = []
    midnight = hours.midnight(now, hall.time_zone)[0]
    spans = hours.spans(hall, now)
    pace = _pace(known, list(hall.lines), midnight, now)
    for line in hall.lines:
        came = [at for at in known.today.get(line, ()) if at <= now]
        if known.days:
            rate = _pace(known, [line], midnight, now, like=pace)
            for hour in range((now - midnight) // _HOUR, 24):
                since = midnight + hour * _HOUR
                expected = known.usual.get((line, hour), 0.0) * rate
                if expected and since < closes:
                    found.append(Stream(line, since, since + _HOUR, expected, *known.shares))
            continue
        opened = min(came, default=now)
        back = max(30 * _MINUTE, min(_HOUR, now - opened))
        recent = sum(at > now - back for at in came)
        for opens, end in spans or [(now, closes)]:
            since = max(opens, now)
            if since < end and recent:
                expected = recent / back * (end - since)
                found.append(Stream(line, since, end, expected, *known.shares))
    return found


def usual_in(hall: Hall, known: Learned, line: str, since: int, until: int) -> float | None:
    """Mean arrivals of a line between two times of this day in earlier weeks; None: never seen."""
    if not known.days:
        return None
    midnight = hours.midnight(since, hall.time_zone)[0]
    found = 0.0
    for (other, hour), count in known.usual.items():
        begin = midnight + hour * _HOUR
        if other == line:
            found += count * max(0, min(until, begin + _HOUR) - max(since, begin)) / _HOUR
    return round(found, 1)


def _pace(
    known: Learned, lines: Sequence[str], midnight: int, now: int, *, like: float = 1.0
) -> float:
    """Today's arrivals so far against the usual ones, drawn towards ``like`` while few."""
    hour, past = divmod(now - midnight, _HOUR)
    usual = sum(
        count * (1.0 if at < hour else past / _HOUR)
        for (line, at), count in known.usual.items()
        if line in lines and at <= hour
    )
    came = sum(sum(at <= now for at in known.today.get(line, ())) for line in lines)
    return (came + _LIKE_HISTORY * like) / (usual + _LIKE_HISTORY)


def _times(store: Store, line: str) -> list[int]:
    """How long the last services took (ms): a hold parts one in two, and they are one again."""
    found: dict[str, int] = {}
    for leg, lasted in store.db.execute(_TIMES, (line,)):
        found[leg] = found.get(leg, 0) + lasted
    return list(found.values())


def _usual(store: Store, hall: Hall, now: int) -> tuple[dict[tuple[str, int], float], int]:
    """Mean arrivals by line and hour on the same week day of the weeks before, and how many."""
    totals: dict[tuple[str, int], float] = {}
    days = 0
    for week in range(1, _WEEKS + 1):
        at = now - week * 7 * 24 * _HOUR
        midnight = hours.midnight(at, hall.time_zone)[0]
        came = store.db.execute(_CAME, (store.env.day(at),)).fetchall()
        days += bool(came)
        for line, _, ready in came:
            key = (line, (ready - midnight) // _HOUR)
            totals[key] = totals.get(key, 0) + 1
    return {key: count / days for key, count in totals.items()}, days
