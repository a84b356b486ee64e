"""What a supervisor could do about an alarm: the moves there are, and whether one is worth it.

Which windows stand where decides what can be done; what it would bring, the forecast says. The
number of windows and their plan move waits far more than any order of calling, so this is where
the advice lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hallclient.rules.catalogue import Line, PlanKind

RESUME = "resume"
EMERGENCY = "emergency"
PLAN = "plan"
OPEN = "open"
TAKE_OVER = "take-over"
FREE = "free"
END = "end"
ANSWER = "answer"
STOP = "stop"
ACTS = (RESUME, EMERGENCY, PLAN, OPEN, TAKE_OVER, FREE, END, ANSWER, STOP)
"""What can be done: ask a paused window back · emergency lines on · another plan · ask a closed
window to open · take a silent window's visitor over · close a silent empty one · end a forgotten
service · answer a call for help · hand out no more numbers of a line."""

_LEAST_MS = 120_000
_LEAST_SHARE = 0.08
"""A difference below both is the noise of a forecast, for better or worse."""
_DONORS = 4
"""Windows with the most slack, tried for another plan: each costs a forecast."""


class Seat(NamedTuple):
    """A window as this rule sees it."""

    window: str
    state: str
    plan: Mapping[str, PlanKind]
    emergency: bool = False

    @property
    def works(self) -> bool:
        """Whether it is open and not paused."""
        return self.state not in ("closed", "paused", "draining")

    def serves(self, line: str) -> bool:
        """Whether it calls numbers of this line now."""
        kind = self.plan.get(line)
        return kind is not None and (kind is not PlanKind.EMERGENCY or self.emergency)


class Move(NamedTuple):
    """Something that may be done with a window; ``plan`` only for `PLAN`."""

    act: str
    window: str
    plan: Mapping[str, str] | None = None


def moves(line: str, seats: Sequence[Seat], slack: Mapping[str, float]) -> list[Move]:
    """What could be done for a line, the gentlest first.

    ``slack``: line -> expected longest wait in targets; windows of the least loaded lines are
    asked to help first, and never one whose own lines are beyond their target.
    """
    found = []
    for seat in seats:
        kind = seat.plan.get(line)
        if seat.state == "paused" and kind in (PlanKind.MAIN, PlanKind.SPARE):
            found.append(Move(RESUME, seat.window))
        if seat.works and kind is PlanKind.EMERGENCY and not seat.emergency:
            found.append(Move(EMERGENCY, seat.window))
    donors = [
        seat
        for seat in seats
        if seat.works and seat.plan.get(line) is not PlanKind.MAIN and _load(seat, slack) < 1
    ]
    donors.sort(key=lambda seat: (_load(seat, slack), seat.window))
    found += [Move(PLAN, seat.window, moved(seat.plan, line)) for seat in donors[:_DONORS]]
    found += [
        Move(OPEN, seat.window)
        for seat in seats
        if seat.state in ("closed", "draining") and seat.plan.get(line) is PlanKind.MAIN
    ]
    order = {act: place for place, act in enumerate(ACTS)}
    found.sort(key=lambda move: order[move.act])
    return found


def moved(plan: Mapping[str, PlanKind], line: str) -> dict[str, str]:
    """The plan of a window that helps a line: that line as its own, its old ones as spare."""
    helped = {
        key: PlanKind.SPARE.value if kind is PlanKind.MAIN else kind.value
        for key, kind in plan.items()
        if key != line
    }
    return {line: PlanKind.MAIN.value, **helped}


def added(plan: Mapping[str, PlanKind], line: str) -> dict[str, str]:
    """The plan with one more line of its own."""
    return {**{key: kind.value for key, kind in plan.items()}, line: PlanKind.MAIN.value}


def harms(
    line: str, before: Mapping[str, int], after: Mapping[str, int], lines: Mapping[str, Line]
) -> list[str]:
    """Other lines that a move would push beyond their target, or further beyond it.

    ``before``/``after``: line -> longest wait expected, ms.
    """
    return [
        key
        for key, then in after.items()
        if key != line and then > lines[key].target_ms and helps(then, before.get(key, 0))
    ]


def helps(before_ms: int, after_ms: int) -> bool:
    """Whether the longest wait gets shorter by more than the noise of a forecast."""
    return before_ms - after_ms > max(_LEAST_MS, round(before_ms * _LEAST_SHARE))


def covered(line: str, seats: Iterable[Seat]) -> bool:
    """Whether any open window calls numbers of this line."""
    return any(seat.serves(line) for seat in seats if seat.works)


def _load(seat: Seat, slack: Mapping[str, float]) -> float:
    """How late the lines are that the window serves as its own: the latest of them, in targets."""
    own = [line for line, kind in seat.plan.items() if kind is PlanKind.MAIN]
    return max((slack.get(line, 0.0) for line in own), default=0.0)
