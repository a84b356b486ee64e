"""What is to be expected of a hall as it stands: played on a few dozen times. Pure.

Each run of `Flow` draws what nobody knows yet: how long the services last (those under way: how
much longer, given how long they have lasted), who is absent, who comes. The draws hang on the run
and on the guest, never on the order of events: a hall with another plan meets the very same
visitors, so that a what-if differs by the plan alone. Times are UTC ms; waits are ms.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from hallclient.rules import policy as lanes
from hallclient.rules.flow import Flow
from hallclient.rules.flow_parts import NEVER, Fate, Guest, Station
from hallclient.rules.policy import Head
from hallclient.rules.scene import Scene, Seat, Service

_STEP_MS = 300_000
_PATIENCE_MS = 4 * 3_600_000
"""How long after closing a run is played on."""
_MATTERS_MS = 3 * 3_600_000
"""Who comes later than this does not change what one visitor is told now."""
_WHOLE = 3
_FEWEST = 5
_CALLS = 2_000
"""About so many calls are played for one answer."""
_CELLS = 512
_LONGEST = 5
"""No service lasts longer than so many means."""
_SURE = 1.2816
"""Standard deviations between the middle and the 10th or 90th percentile."""
_UNKNOWN = 0.12
_UNKNOWN_MS = 45_000
"""What no run knows (a pause, a chat, a slower clerk): a share of the wait, and at least this."""
_MASK = (1 << 64) - 1


class Estimate(NamedTuple):
    """Milliseconds from now: until the first call, and until the whole visit is over."""

    call_low: int
    call_high: int
    end_low: int
    end_high: int


class Ahead(NamedTuple):
    """A line until the horizon: longest wait and waiting then, means over the runs.

    ``newcomer``: how long somebody who comes now waits (ms), run by run.
    """

    longest_ms: int
    waiting: int
    newcomer: tuple[int, ...]


def play(
    scene: Scene, run: int, until: int, first: Sequence[Guest] = (), *, watched: str = ""
) -> Flow:
    """The hall from now on as run number ``run`` has it; arrivals come until ``until``.

    Guests of ``first`` have the first places, then those of the scene. A ``watched`` visit is
    there when called.
    """
    guests = [*first, *scene.guests, *_coming(scene, run, min(until, scene.closes))]
    habits, services = scene.habits, scene.services
    shift = len(first)
    tables = {line: _table(service) for line, service in services.items()}

    def fate(place: int) -> Fate:
        head = guests[place].head
        bits = _mix(run, place - shift)
        length = tables[head.line][bits % _CELLS]
        chance = (bits >> 32) / (1 << 32)
        if head.lane == lanes.RETURN:
            # They were served in part before.
            return Fate(length // 2, habits.walk_ms, habits.wrap_ms)
        there = watched and guests[place].visit == watched
        if there or chance >= habits.absent:
            return Fate(length, habits.walk_ms, habits.wrap_ms)
        returns = habits.returns_ms if chance < habits.absent * habits.returns else None
        return Fate(length, habits.walk_ms, habits.wrap_ms, habits.absent_ms, returns)

    stations = [
        _busy(scene, seat, tables, _mix(run, -1 - place)) for place, seat in enumerate(scene.seats)
    ]
    return Flow(guests, fate, stations, scene.rules, scene.at, scene.counts)


def waits(scene: Scene, ghosts: Sequence[Guest]) -> list[tuple[int, ...]]:
    """Run by run: how long (ms from now) until each of these newcomers would be called.

    One whom nobody would call waits until some hours after closing.
    """
    found = []
    for run in range(_few(scene)):
        flow = play(scene, run, scene.at + _MATTERS_MS, ghosts)
        end = _until_called(flow, scene, len(ghosts))
        found.append(tuple(flow.called.get(place, end) - scene.at for place in range(len(ghosts))))
    return found


def spread(waited: Sequence[int]) -> tuple[int, int]:
    """The range that the wait will be in, eight times of ten, from the waits of some runs."""
    middle = sum(waited) / len(waited)
    square = sum((wait - middle) ** 2 for wait in waited) / max(1, len(waited) - 1)
    unknown = _UNKNOWN * middle + _UNKNOWN_MS
    reach = _SURE * math.sqrt(square + unknown * unknown)
    return max(0, round(middle - reach)), round(middle + reach)


def ghost(line: str, lane: str, at: int, order_at: int) -> Guest:
    """A newcomer of this line: waits like anybody, and takes no window's time."""
    return Guest(Head(f"ghost {line}", line, lane, order_at, at, at, NEVER), ghost=True)


def look_ahead(
    scene: Scene, horizon: int, runs: int
) -> tuple[dict[str, Ahead], tuple[int, int] | None]:
    """(each line until the horizon; between when and when all of today will have been called).

    A few of the runs are played to the end of the day: they also say how long a newcomer waits
    who would wait beyond the horizon. None: somebody would never be called.
    """
    lines = list(scene.rules.lines)
    ghosts = [ghost(line, lanes.ORDINARY, scene.at, scene.at) for line in lines]
    runs = _affordable(scene, horizon, runs)
    longest: dict[str, list[int]] = {line: [] for line in lines}
    waiting: dict[str, list[int]] = {line: [] for line in lines}
    called: dict[str, list[int | None]] = {line: [] for line in lines}
    last: list[int] = []
    for run in range(runs):
        whole = run < _WHOLE
        flow = play(scene, run, NEVER if whole else horizon, ghosts)
        flow.run(horizon)
        for line, waits_now in _by_line(flow, lines, len(ghosts)).items():
            longest[line].append(max(waits_now.values(), default=0))
            waiting[line].append(sum(place not in flow.called for place in waits_now))
        end = _until_called(flow, scene, len(ghosts)) if whole else None
        for place, line in enumerate(lines):
            called[line].append(flow.called.get(place, end))
        if whole:
            flow.run()
            if all(place < len(ghosts) for place, _ in flow.waiting()):
                real = (at for place, at in flow.called.items() if place >= len(ghosts))
                last.append(max(real, default=scene.at))
    ahead = {}
    for line in lines:
        times = [at - scene.at for at in called[line] if at is not None]
        if None in called[line]:
            times = times[:_WHOLE]
        ahead[line] = Ahead(_mean(longest[line]), _mean(waiting[line]), tuple(times))
    return ahead, _cleared(scene, last) if len(last) == min(runs, _WHOLE) else None


def _by_line(flow: Flow, lines: Sequence[str], ghosts: int) -> dict[str, dict[int, int]]:
    """Line -> guest -> how long each has waited: those called until now, those waiting now."""
    found: dict[str, dict[int, int]] = {line: {} for line in lines}
    for place, at in flow.called.items():
        if place >= ghosts:
            head = flow.guests[place].head
            found[head.line][place] = lanes.wait_of(head, at)
    for place, head in flow.waiting():
        if place >= ghosts:
            found[head.line].setdefault(place, lanes.wait_of(head, flow.now))
    return found


def _affordable(scene: Scene, horizon: int, runs: int) -> int:
    """Fewer runs for a full hall: each takes longer, and the waits of many are surer.

    The windows have no say in it: a what-if is played as often as what it is held against.
    """
    guests = len(scene.guests) + sum(scene.expected(line, horizon) for line in scene.rules.lines)
    return min(runs, max(_FEWEST, round(_CALLS / (1 + guests))))


def _few(scene: Scene) -> int:
    """Runs for one visitor, who is waiting for the answer."""
    return max(3, min(8, 400 // (1 + len(scene.guests))))


def _cleared(scene: Scene, last: Sequence[int]) -> tuple[int, int]:
    """Somebody may come until closing: what is uncertain is how long it takes from then."""
    begin = max(scene.closes, scene.at)
    low, high = spread([max(0, at - begin) for at in last])
    return begin + low, begin + high


def _mean(values: Sequence[int]) -> int:
    return round(sum(values) / len(values))


def estimate(scene: Scene, visit: str) -> Estimate | None:
    """One estimate for all services of a number; None when it waits for nothing in the scene.

    The scene's guests name the visit they belong to.
    """
    mine = [place for place, guest in enumerate(scene.guests) if guest.visit == visit]
    seat = next((n for n, seat in enumerate(scene.seats) if seat.station.visit == visit), None)
    if not mine and seat is None:
        return None
    begin, over = [], []
    end = max(scene.closes, scene.at) + _PATIENCE_MS
    for run in range(_few(scene)):
        flow = play(scene, run, scene.at + _MATTERS_MS, watched=visit)
        while flow.now < end and not flow.over and not all(one in flow.served for one in mine):
            flow.run(min(end, flow.now + _STEP_MS))
        called = [flow.called.get(place, end) for place in mine]
        done = [flow.served[place].end for place in mine if place in flow.served]
        if seat is not None:
            called.append(scene.at)
            done.append(flow.stations[seat].free_at - scene.habits.wrap_ms)
        begin.append(max(0, min(called) - scene.at))
        over.append(max(0, max(done, default=end) - scene.at))
    return Estimate(*spread(begin), *spread(over))


def _until_called(flow: Flow, scene: Scene, ghosts: int) -> int:
    """Go on until all ghosts are called; the time at which one gives up on them."""
    end = max(scene.closes, scene.at) + _PATIENCE_MS
    while flow.now < end and not flow.over and any(g not in flow.called for g in range(ghosts)):
        flow.run(min(end, flow.now + _STEP_MS))
    return end


def _coming(scene: Scene, run: int, until: int) -> Iterator[Guest]:
    """Who comes in this run: at random moments, as many as expected on average."""
    for number, stream in enumerate(scene.streams):
        if stream.expected <= 0:
            continue
        gap = (stream.until - stream.since) / stream.expected
        begin, end = max(stream.since, scene.at), min(stream.until, until)
        at, nth = float(begin), 0
        while True:
            bits = _mix(run << 16 | number, ~nth)
            nth += 1
            at -= math.log(1 - (bits >> 32) / (1 << 32)) * gap
            if at >= end:
                break
            kind = (bits & 0xFFFF) / (1 << 16)
            lane = lanes.ORDINARY
            if kind < stream.priority:
                lane = lanes.PRIORITY
            elif kind < stream.priority + stream.booked:
                lane = lanes.BOOKED
            when = round(at)
            yield Guest(Head(f"{stream.line} {number} {nth}", stream.line, lane, when, when, when))


def _busy(scene: Scene, seat: Seat, tables: Mapping[str, tuple[int, ...]], bits: int) -> Station:
    """The window, free again when the service that is under way ends in this run."""
    if not seat.line:
        return seat.station
    times, lasted = tables[seat.line], 0
    left = scene.habits.walk_ms
    if seat.since is not None:
        left, lasted = 0, scene.at - seat.since
    longer = bisect_right(times, lasted)
    if longer > _CELLS - 4:
        left += times[_CELLS // 4]
    else:
        # Of the services that last longer than this one has already, one by chance.
        left += times[longer + bits % (_CELLS - longer)] - lasted
    free = scene.at + left + scene.habits.wrap_ms
    return seat.station._replace(free_at=max(seat.station.free_at, free))


@lru_cache(maxsize=256)
def _table(service: Service) -> tuple[int, ...]:
    """The service times of a lognormal line, equally likely, in order."""
    from statistics import NormalDist

    normal, sigma, longest = NormalDist(), service.sigma, _LONGEST * service.mean_ms
    middle = math.log(service.mean_ms) - sigma * sigma / 2
    return tuple(
        min(longest, round(math.exp(middle + sigma * normal.inv_cdf((cell + 0.5) / _CELLS))))
        for cell in range(_CELLS)
    )


def _mix(run: int, key: int) -> int:
    """64 bits that look like chance and are the same in every process (SplitMix64)."""
    bits = (run * 0x9E3779B97F4A7C15 + key * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & _MASK
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _MASK
    return bits ^ bits >> 31
