"""How good promises are: on days tried out, what was told to visitors against what they waited.

Ours is held against what number systems usually show, the average wait of the last hour, and
against the simple formula, numbers ahead times the mean service by the windows. What is told is
worked out from what a hall can know at that moment: never from the day's own dice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hallclient.actions.learned import Learned, streams
from hallclient.demo import day, trial
from hallclient.demo.day import Hours, Profile
from hallclient.demo.dice import MINUTE, dice
from hallclient.demo.outcome import share_of
from hallclient.demo.trial import Crowd
from hallclient.rules import forecast
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Hall
from hallclient.rules.flow import Flow
from hallclient.rules.flow_parts import DUE_FIRST, NEVER, Station, rules_for
from hallclient.rules.scene import Scene, Seat, service_of

OURS = "ours"
LAST_HOUR = "last-hour"
FORMULA = "formula"
METHODS = (OURS, LAST_HOUR, FORMULA)
_HOUR = 60 * MINUTE
_EVERY = 6
_EARLIER = 4
_PAUSE_MS = 10 * MINUTE


class Told(NamedTuple):
    """One visitor: the real wait, what each method said (ms), and our range."""

    wait: int
    said: Mapping[str, int]
    low: int
    high: int


class Score(NamedTuple):
    """Errors of a method in ms; ``held``: share of the waits inside the range, ours only."""

    method: str
    n: int
    median: int
    p90: int
    held: float | None = None


def score(told: Sequence[Told]) -> list[Score]:
    """Each method's errors over all who were told."""
    found = []
    for method in METHODS:
        errors = [abs(one.said[method] - one.wait) for one in told]
        held = None
        if method == OURS and told:
            held = sum(one.low <= one.wait <= one.high for one in told) / len(told)
        median, p90 = share_of(errors, 0.5) or 0, share_of(errors, 0.9) or 0
        found.append(Score(method, len(told), median, p90, held))
    return found


def days(
    hall: Hall, seed: int, count: int, visits: int, *, every: int = _EVERY
) -> Iterator[list[Told]]:
    """Day after day, easy ones and hard ones: more visitors, windows away, another plan.

    One of ``every`` so many visitors is told something.
    """
    hall = hall._replace(time_zone=trial.ZONE)
    earlier = [
        trial.made_up(hall, seed + 1_000 + week, Profile(visits=visits)) for week in range(_EARLIER)
    ]
    for number in range(count):
        hard = number % 3
        profile = Profile(visits=visits * (10 + hard) // 10, rest=0.4 + 0.3 * hard)
        plan = hall if hard < 2 else _mixed(hall)
        crowd = trial.made_up(plan, seed + number, profile)
        times = day.hours_of(plan, trial.MIDNIGHT, trial.WEEKDAY)
        windows = trial.stations(plan, times, seed + number, profile)
        if hard:
            windows = _troubled(windows, times, seed + number)
        yield _day(plan, crowd, windows, times, earlier, every)


def _mixed(hall: Hall) -> Hall:
    """Every third window helps out its neighbour's lines as its own."""
    windows = dict(hall.windows)
    keys = list(windows)
    for place in range(0, len(keys) - 1, 3):
        one, other = windows[keys[place]], windows[keys[place + 1]]
        windows[one.id] = one._replace(plan={**other.plan, **one.plan})
    return hall._replace(windows=windows)


def _troubled(windows: Sequence[Station], times: Hours, seed: int) -> list[Station]:
    """Two windows are away for an hour or more, and one goes home early."""
    roll = dice(seed, "trouble")
    found = list(windows)
    for place in roll.sample(range(len(found)), 2):
        at = roll.randint(times.opens + 30 * MINUTE, times.closes - 120 * MINUTE)
        span = (at, at + roll.randint(40, 90) * MINUTE)
        found[place] = found[place]._replace(breaks=(*found[place].breaks, span))
    place = roll.randrange(len(found))
    found[place] = found[place]._replace(until=times.closes - roll.randint(30, 120) * MINUTE)
    return found


def _day(
    hall: Hall,
    crowd: Crowd,
    windows: Sequence[Station],
    times: Hours,
    earlier: Sequence[Crowd],
    every: int,
) -> list[Told]:
    rules = rules_for(DUE_FIRST, hall.lines, hall.policy, times.lunch)
    start = times.opens - _HOUR
    flow = Flow(crowd.guests, crowd.fates.__getitem__, windows, rules, start)
    usual = _usual(earlier)
    said: dict[int, tuple[dict[str, int], int, int]] = {}
    order = sorted(range(len(crowd.guests)), key=lambda p: crowd.guests[p].head.ready_at)
    for nth, place in enumerate(order):
        guest = crowd.guests[place]
        if nth % every or guest.visit:
            continue
        at = guest.head.ready_at
        flow.run(at - 1)
        scene = _scene(hall, flow, windows, times, at, usual, len(earlier))
        ghost = forecast.ghost(guest.head.line, guest.head.lane, at, guest.head.order_at)
        low, high = forecast.spread([run[0] for run in forecast.waits(scene, [ghost])])
        ours = (low + high) // 2
        line = guest.head.line
        ahead = scene.ahead(line, guest.head.lane, guest.head.order_at)
        formula = round(ahead * scene.services[line].mean_ms / max(1, scene.windows_of(line)))
        methods = {OURS: ours, LAST_HOUR: _last_hour(flow, line, at), FORMULA: formula}
        said[place] = (methods, low, high)
    flow.run()
    return [
        Told(flow.called[place] - crowd.guests[place].head.ready_at, methods, low, high)
        for place, (methods, low, high) in said.items()
        if place in flow.called
    ]


def _last_hour(flow: Flow, line: str, now: int) -> int:
    """Mean wait of those of the line called in the last hour; of the last one when nobody was."""
    recent: list[int] = []
    last = (0, 0)
    for place, at in flow.called.items():
        head = flow.guests[place].head
        if head.line == line:
            wait = lanes.wait_of(head, at)
            last = max(last, (at, wait))
            if at > now - _HOUR:
                recent.append(wait)
    return round(sum(recent) / len(recent)) if recent else last[1]


# -- what a hall knows at a moment


def _usual(earlier: Sequence[Crowd]) -> dict[tuple[str, int], float]:
    found: dict[tuple[str, int], float] = {}
    for crowd in earlier:
        for guest in crowd.guests:
            key = (guest.head.line, (guest.head.ready_at - trial.MIDNIGHT) // _HOUR)
            found[key] = found.get(key, 0) + 1 / len(earlier)
    return found


def _scene(
    hall: Hall,
    flow: Flow,
    windows: Sequence[Station],
    times: Hours,
    now: int,
    usual: Mapping[tuple[str, int], float],
    weeks: int,
) -> Scene:
    """What a hall's store would say now: who waits, who is served since when, what was measured."""
    measured: dict[str, list[int]] = {line: [] for line in hall.lines}
    for place, served in flow.served.items():
        if served.end <= now:
            measured[flow.guests[place].head.line].append(served.end - served.start)
    today: dict[str, list[int]] = {line: [] for line in hall.lines}
    lane_of = {lanes.PRIORITY: 0, lanes.BOOKED: 0}
    for guest in flow.guests:
        if guest.head.ready_at < now:
            today[guest.head.line].append(guest.head.ready_at)
            lane_of[guest.head.lane] = lane_of.get(guest.head.lane, 0) + 1
    came = sum(map(len, today.values()))
    services = {key: service_of(line, measured[key]) for key, line in hall.lines.items()}
    shares = tuple((lane_of[lane] + 5) / (came + 50) for lane in (lanes.PRIORITY, lanes.BOOKED))
    known = Learned(now, "", services, usual, weeks, today, (shares[0], shares[1]))
    guests = [flow.guests[place]._replace(head=head) for place, head in flow.waiting()]
    here = {guest.visit for guest in guests if guest.visit}
    seats = []
    for number, station in enumerate(windows):
        seat = _seat(flow, number, station, times, now)
        if seat is not None:
            seats.append(seat)
            here.add(seat.station.visit)
    done = {flow.guests[p].head.leg for p, served in flow.served.items() if served.end <= now}
    begun = {flow.guests[place].head.leg for place in flow.called}
    for guest in flow.guests:
        if guest.after and guest.visit in here - {""} and guest.head.leg not in begun:
            left = tuple(leg for leg in guest.after if leg not in done)
            if left:
                guests.append(guest._replace(after=left))
    noon = times.lunch if times.lunch and now < times.lunch[1] else None
    return Scene(
        at=now,
        guests=[guest._replace(patience_ms=NEVER) for guest in guests],
        seats=seats,
        streams=streams(hall, known, now, times.closes),
        services=services,
        rules=flow.rules._replace(noon=noon),
        counts=flow.counts,
        closes=times.closes,
    )


def _seat(flow: Flow, number: int, station: Station, times: Hours, now: int) -> Seat | None:
    """The window as others see it: nobody knows when it will pause, or for how long."""
    plain = Station(station.id, station.plan, station.emergency, now)
    if now < station.free_at:
        return Seat(plain._replace(free_at=max(times.opens, now)), away=True)
    if now >= station.until:
        return None
    place = flow.at[number]
    if place is not None:
        served = flow.served.get(place)
        guest = flow.guests[place]
        since = served.start if served is not None and served.start <= now else None
        plain = plain._replace(leg=guest.head.leg, visit=guest.visit)
        return Seat(plain, guest.head.line, since)
    for begin, end in station.breaks:
        if begin <= now < end:
            return Seat(plain._replace(free_at=max(begin + _PAUSE_MS, now + MINUTE)), away=True)
    if times.lunch is not None and times.lunch[0] <= now < times.lunch[1]:
        return Seat(plain._replace(free_at=times.lunch[1]), away=True)
    return Seat(plain)
