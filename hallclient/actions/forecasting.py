"""What the hall can expect: the wait of a newcomer, the next hour, when all will have been called.

Reads only. Ranges are milliseconds from now on, and are meant to hold eight times of ten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from db.store import Store
from hallclient.actions import windows
from hallclient.actions.hall import hall_of
from hallclient.actions.learned import learned, usual_in
from hallclient.actions.scene import scene_of
from hallclient.rules import forecast as rules
from hallclient.rules import hours
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.forecast import Estimate


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
    """What to tell somebody who asks for these items now: of several lines, the first that calls.

    Raises ``no-such-item``, ``no-such-joint``, ``no-item``, ``nothing-collected``.
    """
    hall, now = hall_of(store), store.env.now()
    lines = _first_lines(hall, codes, joint, collect)
    lane, order_at = lanes.BOOKED, slot or now
    with suppress(Refused):  # too early to check in: they will have the place of their time
        lane, order_at = lanes.lane_of(priority or None, slot, hall.policy, now)
    scene = scene_of(store)
    ahead = [scene.ahead(line, lane, order_at) for line in lines]
    ghosts = [rules.ghost(line, lane, now, order_at) for line in lines]
    waited = [min(run) for run in rules.waits(scene, ghosts)]
    return Promise(min(ahead), *rules.spread(waited))


def promises(store: Store) -> dict[str, Promise]:
    """What an ordinary newcomer of each line is told now: all lines for the cost of one.

    As if one stood in each of them.
    """
    scene = scene_of(store)
    lines = list(scene.rules.lines)
    ghosts = [rules.ghost(line, lanes.ORDINARY, scene.at, scene.at) for line in lines]
    waited = zip(*rules.waits(scene, ghosts), strict=True)
    return {
        line: Promise(scene.ahead(line, lanes.ORDINARY, scene.at), *rules.spread(times))
        for line, times in zip(lines, waited, strict=True)
    }


def forecast(store: Store, changes: Sequence[Change] = (), *, runs: int = 20) -> Forecast:
    """The hall in the next `Policy.forecast_ms`; with ``changes`` as if windows were so.

    The same visitors come whatever the changes. Raises ``no-such-window``.
    """
    hall, now = hall_of(store), store.env.now()
    known, scene = learned(store), scene_of(store, _changed(store, changes))
    horizon = now + hall.policy.forecast_ms
    ahead, cleared = rules.look_ahead(scene, horizon, runs)
    lines = {}
    for line in hall.lines:
        since = [head.ready_at for head in scene.waiting(line)]
        low, high = rules.spread(ahead[line].newcomer)
        lines[line] = LineForecast(
            line=line,
            waiting=len(since),
            oldest_ms=now - min(since, default=now),
            now_low=low,
            now_high=high,
            arrivals=round(scene.expected(line, horizon), 1),
            usual=usual_in(hall, known, line, now, horizon),
            longest_ms=ahead[line].longest_ms,
            waiting_then=ahead[line].waiting,
            windows=scene.windows_of(line),
        )
    return Forecast(now, lines, None if hours.closes_at(hall, now) is None else cleared)


def estimate_of(store: Store, visit: str) -> Estimate | None:
    """When a number will first be called, and when all of it will be over.

    None when it waits for nothing any more, or only for its visitor to come back.
    """
    return rules.estimate(scene_of(store, watched=visit), visit)


def _changed(store: Store, changes: Sequence[Change]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for change in changes:
        row = windows.window_row(store, change.window)
        columns = found.setdefault(change.window, {})
        if change.plan is not None:
            columns["plan"] = json.dumps(dict(change.plan))
        if change.emergency is not None:
            columns["emergency"] = int(change.emergency)
        if change.open and row["state"] in (windows.CLOSED, windows.PAUSED, windows.DRAINING):
            columns |= {"state": windows.IDLE, "resumes": None}
        elif change.open is False:
            columns |= {"state": windows.CLOSED}
    return found


def _first_lines(hall: Hall, codes: Sequence[str], joint: str, collect: bool) -> list[str]:
    """The lines in which somebody with these items begins to wait."""
    if joint:
        known = hall.joints.get(joint)
        if known is None:
            raise Refused("no-such-joint", field="joint", joint=joint)
        codes = [code for code, after in known.after.items() if not after]
    if not codes:
        raise Refused("no-item", field="service")
    for code in codes:
        if code not in hall.items:
            raise Refused("no-such-item", field="service", service=code)
    if not collect:
        return list(dict.fromkeys(hall.items[code].line for code in codes))
    found = [line.id for line in hall.lines.values() if line.collect][:1]
    if not found:
        raise Refused("nothing-collected", field="service")
    return found
