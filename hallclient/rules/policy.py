"""Who is called next, and why: one pure rule over the heads of the lines a window serves.

Bands, in order: returns to this window (or clerk) · due (checked-in bookings whose slot has come,
verified statutory priority) · ordinary (with continuation legs of a joint visit, credited).
Inside a line two safeguards turn the order round once in a while: interleave and the starvation
guard. Between lines the largest wait measured in targets wins. Every number is configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hallclient.rules.catalogue import Line, PlanKind, Policy
from hallclient.rules.errors import Refused

RETURN = "return"
PRIORITY = "priority"
BOOKED = "booked"
JOINT = "joint"
ORDINARY = "ordinary"
POOL_LANES = (PRIORITY, BOOKED, JOINT, ORDINARY)
"""The lanes that every window with the line in its plan sees; `RETURN` is one window's."""

BAND_RETURN = "return"
BAND_GUARD = "guard"
BAND_DUE = "due"
BAND_INTERLEAVE = "interleave"
BAND_ORDINARY = "ordinary"
_RANK = {BAND_RETURN: 0, BAND_GUARD: 1, BAND_DUE: 2, BAND_INTERLEAVE: 2, BAND_ORDINARY: 3}


class Head(NamedTuple):
    """The first eligible leg of one lane of one line. Times are UTC milliseconds."""

    leg: str
    line: str
    lane: str
    order_at: int
    ticket_at: int
    ready_at: int
    turn: int = 0


class LineCount(NamedTuple):
    """What a line remembers of the day: calls made, and due calls in a row."""

    calls: int = 0
    due_run: int = 0

    def after(self, band: str) -> LineCount:
        """The counts after one call of this band; a return is not part of the line's order."""
        if band == BAND_RETURN:
            return self
        return LineCount(self.calls + 1, self.due_run + 1 if band == BAND_DUE else 0)


class Choice(NamedTuple):
    """Whom to call and why: ``band``, the waiting time, and who was passed over."""

    head: Head
    band: str
    wait_ms: int
    spare: bool = False
    passed_over: str = ""
    """Leg with the longest wait among those not chosen, when it waited longer than the chosen."""


def lane_of(priority: str | None, slot: int | None, policy: Policy, now: int) -> tuple[str, int]:
    """(lane, order_at) of a new number: verified priority, a booking that is in time, or neither.

    A booking keeps its slot's place until so long after the slot; later it is an ordinary number
    at check-in time. Raises ``booking-early`` with the minutes to go and the time
    itself.
    """
    if priority:
        return PRIORITY, now
    if slot is None or now > slot + policy.booked_late_ms:
        return ORDINARY, now
    opens = slot - policy.booked_early_ms
    if now < opens:
        minutes = -((now - opens) // 60_000)
        raise Refused("booking-early", field="slot", minutes=minutes, opens=opens)
    return BOOKED, max(slot, now)


def wait_of(head: Head, now: int) -> int:
    """How long this one has waited, in ms: since the slot for a booking, since ready otherwise."""
    since = head.order_at if head.lane == BOOKED else head.ready_at
    return max(0, now - since)


def choose(
    heads: Sequence[Head],
    plan: Mapping[str, PlanKind],
    lines: Mapping[str, Line],
    counts: Mapping[str, LineCount],
    policy: Policy,
    now: int,
    *,
    emergency: bool = False,
    guarded: bool = False,
) -> Choice | None:
    """The next leg for a window with this plan, or None when nobody is eligible.

    ``heads`` holds for each line at most one head per pool lane, and all returns. Lines planned
    as emergency count as main while a supervisor has turned the emergency on. ``guarded`` says
    that the window's last call was made by the starvation guard: it then skips one turn, so that
    due visitors and overdue ordinary ones alternate.
    """
    returns: list[Head] = []
    of_line: dict[str, _Heads] = {}
    guard = False
    for head in heads:
        if head.lane == RETURN:
            returns.append(head)
            continue
        due, ordinary, longest = of_line.get(head.line, _NOBODY)
        if _is_due(head, policy, now):
            guard = not guarded
            if due is None or _order(head) < _order(due):
                due = head
        elif ordinary is None or _order(head) < _order(ordinary):
            ordinary = head
        wait = now - (head.order_at if head.lane == BOOKED else head.ready_at)
        of_line[head.line] = (due, ordinary, wait if wait > longest else longest)
    if returns:
        first = min(returns, key=lambda head: (head.ready_at, head.leg))
        return Choice(first, BAND_RETURN, wait_of(first, now))
    own: list[Choice] = []
    spare: list[Choice] = []
    for line, kind in plan.items():
        mine = of_line.get(line)
        if mine is None or (kind is PlanKind.EMERGENCY and not emergency):
            continue
        due_run = counts[line].due_run if line in counts else 0
        is_spare = kind is PlanKind.SPARE
        picked = _of_line(mine, lines[line], due_run, policy, now, guard=guard, spare=is_spare)
        if not is_spare or mine[2] > policy.spare_after_ms:
            own.append(picked)
        else:
            spare.append(picked)
    candidates = own or spare
    if not candidates:
        return None
    best = candidates[0]
    if len(candidates) > 1:
        best = min(candidates, key=lambda choice: _urgency(choice, lines))
    return best._replace(passed_over=_longest(heads, best, now))


_Heads = tuple[Head | None, Head | None, int]
"""Of one line: the first due one, the first of the others, the longest wait."""
_NOBODY: _Heads = (None, None, 0)


def _of_line(
    heads: _Heads, line: Line, due_run: int, policy: Policy, now: int, *, guard: bool, spare: bool
) -> Choice:
    due, ordinary, _ = heads
    if ordinary is not None:
        wait = wait_of(ordinary, now)
        if guard and wait > policy.guard_factor * line.target_ms:
            return Choice(ordinary, BAND_GUARD, wait, spare)
        if due is None:
            return Choice(ordinary, BAND_ORDINARY, wait, spare)
        if due_run >= policy.priority_in_a_row and wait >= policy.interleave_wait_ms:
            return Choice(ordinary, BAND_INTERLEAVE, wait, spare)
    if due is None:
        raise ValueError("a line is looked at only when it has a head")
    return Choice(due, BAND_DUE, wait_of(due, now), spare)


def _is_due(head: Head, policy: Policy, now: int) -> bool:
    return head.lane == PRIORITY or (
        head.lane == BOOKED and head.order_at <= now + policy.due_ahead_ms
    )


def _order(head: Head) -> tuple[int, int, str]:
    return (head.order_at, head.turn, head.leg)


def _urgency(choice: Choice, lines: Mapping[str, Line]) -> tuple[int, float, int, int, str]:
    lateness = choice.wait_ms / lines[choice.head.line].target_ms
    return (_RANK[choice.band], -lateness, *_order(choice.head))


def _longest(heads: Sequence[Head], chosen: Choice, now: int) -> str:
    longest, most = "", chosen.wait_ms
    for head in heads:
        wait = wait_of(head, now)
        if wait > most and head.leg != chosen.head.leg:
            longest, most = head.leg, wait
    return longest
