"""Who is next, worked out a second time: slowly, from the full list of those who wait.

Written from the description of the policy (bands, interleave, guard, plan, normalised lateness),
with no line in common with `hallclient.rules.policy` or its SQL, so that the two can be compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from hallclient.rules.catalogue import Line, Policy
from hallclient.rules.leg import Leg

LANES = ("priority", "booked", "joint", "ordinary")


@dataclass(frozen=True)
class Situation:
    """All the rule may look at. ``waiting``: every waiting leg, oldest row first."""

    waiting: list[Leg]
    busy: frozenset[str]
    """Visits that are at some window now."""
    today: str
    window: str
    operator: str
    plan: Mapping[str, str]
    emergency: bool
    guarded: bool
    draining: bool
    calls: Mapping[str, int]
    due_run: Mapping[str, int]
    lines: Mapping[str, Line]
    policy: Policy
    now: int


def waited(leg: Leg, now: int) -> int:
    """Since the slot, for a booking; since the visitor was ready, for the others."""
    return max(0, now - (leg.order_at if leg.lane == "booked" else leg.ready_at))


def expected(it: Situation) -> tuple[Leg, str, bool] | None:
    """(who is next, band, whether out of a spare line), or None when the window calls nobody."""
    free = [leg for leg in it.waiting if leg.visit not in it.busy]
    back = [
        leg for leg in free if leg.return_window == it.window or leg.reserved_for == it.operator
    ]
    if back:
        return min(back, key=lambda leg: (leg.ready_at, leg.id)), "return", False
    if it.draining:
        return None
    here = [leg for leg in free if leg.day == it.today]
    pool = [leg for leg in here if leg.lane in LANES and leg.eligible_at <= it.now]
    serves = {line: kind for line, kind in it.plan.items() if kind != "emergency" or it.emergency}
    mine = [leg for leg in pool if leg.line in serves]
    in_turn = [leg for leg in mine if leg.eligible_call <= it.calls.get(leg.line, 0)]
    # Those who came back after a pass wait for some more calls, unless there is nobody else.
    mine = in_turn or mine
    rank = {leg.id: place for place, leg in enumerate(it.waiting)}
    mine.sort(key=lambda leg: (leg.order_at, leg.turn, rank[leg.id]))
    due = {leg.id for leg in mine if is_due(leg, it)}
    guard_on = bool(due) and not it.guarded
    offers = []
    for line, kind in serves.items():
        row = [leg for leg in mine if leg.line == line]
        if not row:
            continue
        leg, band = of_line(row, due, guard_on, it)
        oldest = max(waited(first, it.now) for first in firsts(row))
        late = oldest > it.policy.spare_after_ms
        offers.append((leg, band, kind == "spare", kind != "spare" or late))
    own = [offer for offer in offers if offer[3]]
    level = {"guard": 1, "due": 2, "interleave": 2, "ordinary": 3}
    best = None
    for leg, band, spare, _ in own or offers:
        lateness = Fraction(waited(leg, it.now), it.lines[leg.line].target_ms)
        key = (level[band], -lateness, leg.order_at, leg.turn, leg.id)
        if best is None or key < best[0]:
            best = key, (leg, band, spare)
    return best[1] if best else None


def is_due(leg: Leg, it: Situation) -> bool:
    """A verified priority, or a booking whose slot is near enough."""
    if leg.lane == "priority":
        return True
    return leg.lane == "booked" and leg.order_at - it.now <= it.policy.due_ahead_ms


def firsts(row: Iterable[Leg]) -> list[Leg]:
    """The first of each lane of a line; ``row`` is in order."""
    found: dict[str, Leg] = {}
    for leg in row:
        found.setdefault(leg.lane, leg)
    return list(found.values())


def of_line(row: list[Leg], due: set[str], guard_on: bool, it: Situation) -> tuple[Leg, str]:
    """Whom this line offers; ``row`` is in order and not empty."""
    entitled = [leg for leg in row if leg.id in due]
    others = [leg for leg in row if leg.id not in due]
    line = it.lines[row[0].line]
    if others:
        wait = waited(others[0], it.now)
        if guard_on and wait > it.policy.guard_factor * line.target_ms:
            return others[0], "guard"
        enough = it.due_run.get(line.id, 0) >= it.policy.priority_in_a_row
        if entitled and enough and wait >= it.policy.interleave_wait_ms:
            return others[0], "interleave"
    return (entitled[0], "due") if entitled else (others[0], "ordinary")
