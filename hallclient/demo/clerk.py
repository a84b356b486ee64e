"""What a simulated clerk does next, from what lies before them. Pure: no clock, no store.

A clerk remembers next to nothing: each look begins with the window as the store has it. So it is
no matter who did the last thing there, nor whether the simulator was killed in between.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from hallclient.demo.day import Hours, Profile, lognormal
from hallclient.demo.dice import MINUTE, dice
from hallclient.rules.catalogue import Hall, PlanKind

FRESH_LANES = frozenset({"ordinary", "booked", "priority"})
_IDLE_MS = 3 * MINUTE
_HELD_MS = 6 * MINUTE
_STAY_MS = 30 * MINUTE
"""How long after closing a window waits for a result from outside."""


class Seen(NamedTuple):
    """The visitor at a window."""

    number: str
    item: str
    line: str
    lane: str
    state: str
    since: int
    attempts: int
    last_call_at: int
    reinstated: int
    doubted: bool
    outs: int
    """How often they were put aside or sent out before."""


class Held(NamedTuple):
    """A visitor put aside by this clerk."""

    number: str
    since: int


class Seat(NamedTuple):
    """A window as its clerk sees it."""

    window: str
    state: str
    since: int
    reason: str
    visitor: Seen | None = None
    held: tuple[Held, ...] = ()
    expects: bool = False
    """Someone is outside who will come back to this window."""
    waiting: bool = False
    """There is someone to call."""


class Move(NamedTuple):
    """What to do now (nothing: empty) and when to look again (None: not today)."""

    act: str
    args: tuple[str, ...]
    again: int | None


def _wait(until: int) -> Move:
    return Move("", (), until)


class Clerks:
    """All simulated clerks of a hall."""

    def __init__(self, hall: Hall, hours: Hours, seed: int, profile: Profile) -> None:
        self.hall = hall
        self.hours = hours
        self.seed = seed
        self.profile = profile
        self.ends = hours.closes + 2 * 60 * MINUTE
        self._rested: set[tuple[str, int]] = set()
        self._refused: set[tuple[str, str]] = set()

    def refused(self, seat: Seat) -> None:
        """What was tried with this visitor is not possible: just finish."""
        if seat.visitor is not None:
            self._refused.add((seat.visitor.number, seat.visitor.item))

    def decide(self, seat: Seat, now: int) -> Move:
        """The next move of the clerk who sits there."""
        if now >= self.ends:
            return Move("", (), None)
        if seat.state == "closed":
            return self._closed(seat, now)
        if seat.state == "paused":
            return self._paused(seat, now)
        if seat.visitor is None:
            return self._free(seat, now)
        if seat.visitor.state == "called":
            return self._called(seat.visitor, now)
        return self._serving(seat, seat.visitor, now)

    # -- without a visitor

    def _closed(self, seat: Seat, now: int) -> Move:
        if now >= self.hours.closes:
            return Move("", (), None)
        begins = self.hours.opens - dice(self.seed, seat.window, "begins").randint(1, 8) * MINUTE
        return Move("open", (), now + 1_000) if now >= begins else _wait(begins)

    def _paused(self, seat: Seat, now: int) -> Move:
        roll = dice(self.seed, seat.window, "pause", seat.since)
        until = seat.since + roll.randint(6, 14) * MINUTE
        lunch = self.hours.lunch
        if seat.reason == "meal" and lunch is not None:
            until = lunch[1] - roll.randint(0, 4) * MINUTE
        return Move("back", (), now + 1_000) if now >= until else _wait(until)

    def _free(self, seat: Seat, now: int) -> Move:
        held = next((one for one in seat.held if self._is_back(one, now)), None)
        if held is not None:
            return Move("resume", (held.number,), now)
        lunch = self.hours.lunch
        if lunch is not None and lunch[0] <= now < lunch[1] - 20 * MINUTE and not seat.waiting:
            return Move("pause", ("meal",), now + 1_000)
        if now >= self.hours.closes and not seat.waiting:
            return self._leaving(seat, now)
        rest = self._rest_at(seat.window, now)
        if rest is not None:
            self._rested.add((seat.window, rest))
            return Move("pause", ("rest",), now + 1_000)
        roll = dice(self.seed, seat.window, "between", seat.since)
        ready = seat.since + lognormal(roll, self.profile.between_ms, 0.6)
        if seat.state == "wrap_up" and now < ready:
            return _wait(ready)
        # Who comes is noticed at once; this is for what nobody tells a clerk.
        return Move("call", (), now) if seat.waiting else _wait(now + _IDLE_MS)

    def _leaving(self, seat: Seat, now: int) -> Move:
        if seat.held:
            return Move("resume", (seat.held[0].number,), now)
        if seat.expects and now < self.hours.closes + _STAY_MS:
            return _wait(now + MINUTE)
        return Move("close", (), None)

    def _is_back(self, held: Held, now: int) -> bool:
        roll = dice(self.seed, held.number, "held")
        return now >= held.since + lognormal(roll, _HELD_MS, 0.4)

    def _rest_at(self, window: str, now: int) -> int | None:
        for half, (opens, closes) in enumerate(self.hours.spans):
            roll = dice(self.seed, window, "rest", half)
            if roll.random() >= self.profile.rest or (window, half) in self._rested:
                continue
            at = roll.randint(opens + 45 * MINUTE, max(opens + 46 * MINUTE, closes - 40 * MINUTE))
            if at <= now < at + 20 * MINUTE:
                return half
        return None

    # -- with a visitor

    def _called(self, visitor: Seen, now: int) -> Move:
        roll = dice(self.seed, visitor.number, visitor.item, "comes")
        there = visitor.reinstated or visitor.outs or visitor.lane not in FRESH_LANES
        walks = lognormal(roll, self.profile.walk_ms, 0.5)
        if there or roll.random() >= self.profile.absent:
            arrives = visitor.last_call_at + walks
            return Move("start", (), now) if now >= arrives else _wait(arrives)
        policy = self.hall.policy
        again = visitor.last_call_at + policy.recall_gap_ms + roll.randint(2, 8) * 1000
        if now < again:
            return _wait(again)
        if visitor.attempts >= policy.pass_after_attempts:
            return Move("pass", (), now + 1_000)
        return Move("recall", (), now)

    def _serving(self, seat: Seat, visitor: Seen, now: int) -> Move:
        roll = dice(self.seed, visitor.number, visitor.item, "service")
        line = self.hall.lines[visitor.line]
        length = lognormal(roll, line.service_ms, self.profile.spread)
        first = not visitor.outs and visitor.lane in FRESH_LANES and not line.collect
        turn = None
        if first and (visitor.number, visitor.item) not in self._refused:
            turn = self._turn(seat, visitor, roll)
        if visitor.outs:
            length = length * 6 // 10
        if turn is not None:
            part, move = turn
            at = visitor.since + round(length * part)
            return move._replace(again=now) if now >= at else _wait(at)
        if now < visitor.since + length:
            return _wait(visitor.since + length)
        if visitor.doubted:
            return Move("confirm", (), now)
        return Move("finish", (self._outcome(visitor, roll),), now)

    def _turn(self, seat: Seat, visitor: Seen, roll: Random) -> tuple[float, Move] | None:
        """What else may happen than that the service is finished, and how far into it."""
        profile, kind = self.profile, roll.random()
        if kind < profile.hold:
            return 0.4, Move("hold", (roll.choice(list(self.hall.hold_reasons)),), None)
        kind -= profile.hold
        if kind < profile.external:
            return 0.6, Move("send-out", (), None)
        kind -= profile.external
        if kind < profile.transfer:
            move = self._transfer(seat, visitor, roll)
            return None if move is None else (0.2, move)
        return None

    def _transfer(self, seat: Seat, visitor: Seen, roll: Random) -> Move | None:
        how = roll.choice(("wrong-service", "wrong-service", "window", "consult", "next"))
        if how == "window":
            others = [
                window.id
                for window in self.hall.windows.values()
                if window.plan.get(visitor.line) is PlanKind.MAIN and window.id != seat.window
            ]
            return Move("transfer", (how, roll.choice(others)), None) if others else None
        other = [item.code for item in self.hall.items.values() if item.line != visitor.line]
        return Move("transfer", (how, roll.choice(other)), None) if other else None

    def _outcome(self, visitor: Seen, roll: Random) -> str:
        known = self.hall.outcomes
        wanted = "done"
        chance = roll.random()
        if self.hall.lines[visitor.line].collect:
            wanted = "collected"
        elif chance < self.profile.missing:
            wanted = "materials_missing"
        elif chance < self.profile.missing + self.profile.advised:
            wanted = "advised"
        elif self.hall.items[visitor.item].case_type == "promised":
            wanted = "accepted"
        return wanted if wanted in known else next(iter(known))
