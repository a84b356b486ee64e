"""What the hall can expect: the wait of a newcomer, the next hour, when all will have been called.

Reads only. Times are milliseconds; ranges are from now on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from db.store import Store
from hallclient.actions import views
from hallclient.actions.hall import hall_of
from hallclient.rules import hours
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused


class Promise(NamedTuple):
    """What a newcomer is told: numbers ahead, and the time until the first call as a range."""

    ahead: int
    low: int
    high: int


class LineForecast(NamedTuple):
    """One line, now and in `Policy.forecast_ms` from now.

    ``now_low``/``now_high``: wait of an ordinary newcomer now; ``arrivals``: expected within the
    time; ``usual``: their mean in the same hour on earlier same week days, None without any;
    ``longest_ms``: the longest wait expected until then; ``waiting_then``: waiting at the end of
    it; ``windows``: open windows that serve the line as their own.
    """

    line: str
    waiting: int
    oldest_ms: int
    now_low: int
    now_high: int
    arrivals: float
    usual: float | None
    longest_ms: int
    waiting_then: int
    windows: int


class Forecast(NamedTuple):
    """The hall from ``at`` (UTC ms) on.

    ``cleared``: earliest and latest UTC ms at which all of today's waiting will have been called
    when numbers are handed out until closing; None when that cannot be told.
    """

    at: int
    lines: Mapping[str, LineForecast]
    cleared: tuple[int, int] | None


class Change(NamedTuple):
    """What if this window had another plan (line -> kind), its emergency on, or was open."""

    window: str
    plan: Mapping[str, str] | None = None
    emergency: bool | None = None
    open: bool | None = None


def promise(
    store: Store,
    codes: Sequence[str],
    *,
    joint: str = "",
    priority: str = "",
    slot: int | None = None,
    collect: bool = False,
) -> Promise:
    """What to tell somebody who asks for these items now. Raises ``no-such-item``."""
    hall = hall_of(store)
    found = []
    for line in _first_lines(hall, codes, joint, collect):
        ahead = views.waiting_count(store, [line])[0]
        wait = ahead * hall.lines[line].service_ms / max(1, views.staffed(store, line))
        found.append(Promise(ahead, round(wait * 0.7), round(wait * 1.4)))
    return min(found, key=lambda one: one.high)


def forecast(store: Store, changes: Sequence[Change] = (), *, runs: int = 20) -> Forecast:
    """The next hour of each line; with ``changes`` as if the windows had been changed so."""
    hall, now = hall_of(store), store.env.now()
    lines = {}
    for line in hall.lines.values():
        waiting, since = views.waiting_count(store, [line.id])
        windows = views.staffed(store, line.id)
        wait = waiting * line.service_ms / max(1, windows)
        lines[line.id] = LineForecast(
            line.id,
            waiting,
            0 if since is None else now - since,
            round(wait * 0.7),
            round(wait * 1.4),
            0.0,
            None,
            round(wait),
            waiting,
            windows,
        )
    closes = hours.closes_at(hall, now)
    return Forecast(now, lines, None if closes is None else (closes, closes))


def _first_lines(hall: Hall, codes: Sequence[str], joint: str, collect: bool) -> list[str]:
    if joint:
        known = hall.joints.get(joint)
        if known is None:
            raise Refused("no-such-joint", field="joint", joint=joint)
        codes = [code for code, after in known.after.items() if not after]
    for code in codes:
        if code not in hall.items:
            raise Refused("no-such-item", field="service", service=code)
    if collect:
        return [line.id for line in hall.lines.values() if line.collect][:1]
    return list(dict.fromkeys(hall.items[code].line for code in codes))
