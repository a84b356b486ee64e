"""What came of a day that was tried out: waits, windows' time, who left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hallclient.demo.day import Hours
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Hall
from hallclient.rules.demand import LANES
from hallclient.rules.flow import Flow
from hallclient.rules.flow_parts import Station


class Outcome(NamedTuple):
    """What came of one or more days. Waits are ms by lane, and by line."""

    visits: int
    waits: Mapping[str, Sequence[int]]
    lines: Mapping[str, Sequence[int]]
    in_time: int
    """Called within `Policy.service_level_wait_ms`, of all services asked for (``offered``)."""
    offered: int
    left: int
    missed: int
    served_ms: int
    staffed_ms: int
    overtime_ms: int
    days: int = 1


def outcome(hall: Hall, flow: Flow, hours: Hours) -> Outcome:
    """The figures of a day that is over."""
    waits: dict[str, list[int]] = {lane: [] for lane in LANES}
    lines: dict[str, list[int]] = {line: [] for line in hall.lines}
    in_time = 0
    for place, at in flow.called.items():
        guest = flow.guests[place]
        if guest.after:
            # What follows in a joint matter begins to wait when the service before it is done.
            continue
        wait = lanes.wait_of(guest.head, at)
        waits[guest.head.lane].append(wait)
        lines[guest.head.line].append(wait)
        in_time += wait <= hall.policy.service_level_wait_ms
    last: dict[str, int] = {}
    for served in flow.served.values():
        last[served.window] = max(last.get(served.window, 0), served.end)
    first = [guest for guest in flow.guests if not guest.after]
    return Outcome(
        visits=len({guest.visit or guest.head.leg for guest in flow.guests}),
        waits=waits,
        lines=lines,
        in_time=in_time,
        offered=len(first),
        left=len(flow.left),
        missed=len(flow.missed),
        served_ms=sum(served.end - served.start for served in flow.served.values()),
        staffed_ms=sum(
            _staffed(station, hours, max(hours.closes, last.get(station.id, 0)))
            for station in flow.stations
        ),
        overtime_ms=sum(max(0, end - hours.closes) for end in last.values()),
    )


def together(found: Sequence[Outcome]) -> Outcome:
    """Several days as one."""
    return Outcome(
        visits=sum(one.visits for one in found),
        waits=_joined(one.waits for one in found),
        lines=_joined(one.lines for one in found),
        in_time=sum(one.in_time for one in found),
        offered=sum(one.offered for one in found),
        left=sum(one.left for one in found),
        missed=sum(one.missed for one in found),
        served_ms=sum(one.served_ms for one in found),
        staffed_ms=sum(one.staffed_ms for one in found),
        overtime_ms=sum(one.overtime_ms for one in found),
        days=sum(one.days for one in found),
    )


def _joined(parts: Iterable[Mapping[str, Sequence[int]]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for part in parts:
        for key, values in part.items():
            found.setdefault(key, []).extend(values)
    return found


def _staffed(station: Station, hours: Hours, end: int) -> int:
    """From opening to closing or the last visitor, rests and the noon break taken off."""
    away = [*station.breaks, *([hours.lunch] if hours.lunch else [])]
    return end - hours.opens - sum(last - first for first, last in away)


def share_of(values: Sequence[int], part: float) -> int | None:
    """The value that this part of them does not exceed; None without any."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, -(-round(part * 1000) * len(ordered) // 1000) - 1)]


def mean_of(values: Sequence[int]) -> int | None:
    return round(sum(values) / len(values)) if values else None
