"""What a flow is made of: guests and what becomes of them, windows, the rules of the hall.

Times are UTC milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Line, PlanKind, Policy
from hallclient.rules.hours import Span
from hallclient.rules.policy import Head

DUE_FIRST = "due-first"
FIFO = "fifo"
STRICT = "strict"
DISCIPLINES = (DUE_FIRST, FIFO, STRICT)
"""The hall's policy; by the time of the ticket alone; classes without interleave and guard."""
NEVER = 1 << 60
"""Later than any time."""


class Guest(NamedTuple):
    """One service somebody waits or will wait for, from ``head.ready_at`` on."""

    head: Head
    visit: str = ""
    """Services of one number have this in common; empty when it is the only one."""
    after: tuple[str, ...] = ()
    """Services of the visit that must be done first; then ``ready_at`` counts for nothing."""
    window: str = ""
    """Comes back to this window (lane `policy.RETURN`)."""
    patience_ms: int = NEVER
    """Leaves after waiting so long."""
    ghost: bool = False
    """Takes a place in line and no window's time: when it is called says what the wait is."""


class Fate(NamedTuple):
    """What happens when a guest is called. Milliseconds."""

    service_ms: int
    walk_ms: int = 0
    wrap_ms: int = 0
    """What the window needs afterwards until it calls again."""
    absent_ms: int = 0
    """Not there at the first call: so long until the window passes them over; 0: there."""
    returns_ms: int | None = None
    """So long after that they are back; None: never."""


class Station(NamedTuple):
    """A window: it calls from ``free_at`` until ``until``, and not during ``breaks``."""

    id: str
    plan: Mapping[str, PlanKind]
    emergency: bool = False
    free_at: int = 0
    breaks: tuple[Span, ...] = ()
    until: int = NEVER
    guarded: bool = False
    leg: str = ""
    """Whom it has now, and that one's visit: they leave at ``free_at``."""
    visit: str = ""

    def serves(self) -> dict[str, PlanKind]:
        """Its plan without the lines of an emergency that is not on."""
        return {
            line: kind
            for line, kind in self.plan.items()
            if self.emergency or kind is not PlanKind.EMERGENCY
        }


class Rules(NamedTuple):
    """How the hall works."""

    lines: Mapping[str, Line]
    policy: Policy
    flat: bool = False
    """All lanes are ordinary, in the order of the tickets."""
    noon: Span | None = None
    """A window that finds nobody to call then is away until its end."""

    def placed(self, head: Head) -> Head:
        """The head with the lane and order these rules know."""
        if self.flat:
            return head._replace(lane=lanes.ORDINARY, order_at=head.ready_at)
        return head

    def unblocked(self, head: Head, now: int) -> Head:
        """As `queue.unblock` has it: the priority's place, or a credit of time."""
        ready = head._replace(ready_at=now)
        if self.flat or head.lane == lanes.PRIORITY:
            return self.placed(ready)
        return ready._replace(lane=lanes.JOINT, order_at=now - self.policy.joint_credit_ms)


class Served(NamedTuple):
    """A service: where, from when to when."""

    window: str
    start: int
    end: int


def rules_for(
    discipline: str, lines: Mapping[str, Line], policy: Policy, noon: Span | None = None
) -> Rules:
    """The rules of one of `DISCIPLINES`."""
    if discipline == FIFO:
        # Between lines too the longest wait decides, not the wait measured in targets.
        same = max((line.target_ms for line in lines.values()), default=1)
        lines = {key: line._replace(target_ms=same) for key, line in lines.items()}
        return Rules(lines, policy._replace(guard_factor=float(NEVER)), flat=True, noon=noon)
    if discipline == STRICT:
        policy = policy._replace(priority_in_a_row=NEVER, guard_factor=float(NEVER))
    return Rules(lines, policy, noon=noon)
