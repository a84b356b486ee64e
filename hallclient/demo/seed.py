"""A demo store, ready in an instant: a hall in the middle of a morning.

Everything is written by the same use cases as at a desk, at its own time before the demo begins,
in the one transaction that makes the store. What is slow to load (sealing of personal fields,
password hashing) is left to the simulator, which starts after the first frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from db.env import Env, day_of
from db.joined import Joined
from db.store import Store, Tx
from hallclient.actions import calling, serving, setup, staff, tickets, windows
from hallclient.actions.acting import Actor
from hallclient.actions.sweep import sweep
from hallclient.demo.dice import MINUTE, dice, item_for
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused

_BEFORE = {"setup": 10, "collect": 4, "tax": 5, "social": 4, "street": 4, "general": 4, "estate": 2}
"""Numbers taken before the demo begins, by line; `_OTHERS` of each other line."""
_OTHERS = 2
_FIRST = ("setup", "street", "setup", "tax", "setup")
"""Lines of those who go before others: two with a priority, then the booked."""
_JOINTS = ("company_start", "tax_joint")
_AGENT = Actor("a01", "agent")


class Seat(NamedTuple):
    """Where the person at the keyboard sits; an empty window: at none."""

    operator: str
    role: str
    window: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(*self)


class _Clock:
    """Goes through the morning while the store is made."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def for_a_person(hall: Hall, speed: float) -> Hall:
    """The hall's configuration for a fast clock: ten seconds to undo stay ten of the person's."""
    policy = hall.policy
    return hall._replace(
        policy=policy._replace(
            undo_ms=round(policy.undo_ms * speed), uncall_ms=round(policy.uncall_ms * speed)
        )
    )


def make(path: Path, hall: Hall, begin: int, seat: Seat, seed: int) -> Store:
    """Make the store at ``path``; its clock stands at ``begin``. Raises StoreError."""
    clock = _Clock(begin - 60 * MINUTE)
    roll = dice(seed, "store")

    def make_env(time_zone: str) -> Env:
        return Env(clock, roll.randbytes, day_of(time_zone))

    def more(tx: Tx) -> None:
        _Morning(Joined(tx), clock, hall, begin, seat, seed).fill()
        clock.now = begin

    return setup.init_demo(path, hall, "", make_env=make_env, more=more)


class _Morning:
    """What has happened before the demo begins."""

    def __init__(
        self, store: Store, clock: _Clock, hall: Hall, begin: int, seat: Seat, seed: int
    ) -> None:
        self.store = store
        self.clock = clock
        self.hall = hall
        self.begin = begin
        self.seat = seat
        self.roll = dice(seed, "morning")

    def fill(self) -> None:
        """Windows open, visitors take numbers, most windows call one; a queue remains."""
        clerks = [
            Actor(f"c{int(window.number):02d}", "clerk", window.id)
            for window in self.hall.windows.values()
        ]
        for place, who in enumerate(clerks):
            self.clock.now = self.begin - 45 * MINUTE + place * 7_000
            windows.open_window(self.store, who)
        mine = next((who for who in clerks if who.window == self.seat.window), clerks[2])
        others = [who for who in clerks if who.window != mine.window]
        requests = list(self._requests())
        self.roll.shuffle(requests)
        # Some find the windows free, the rest forms the queue.
        first = len(requests) // 4
        for place, request in enumerate(requests[:first]):
            self._at(33 * MINUTE - place * 40_000)
            tickets.take(self.store, _AGENT, request)
        self._hold_and_pass(mine)
        for place, request in enumerate(requests[first:]):
            self._at(20 * MINUTE - place * 35_000)
            tickets.take(self.store, _AGENT, request)
            if place % 3 and others:
                self._serve(others.pop(0))
        self._call(others)
        # Those who go first came last, or they would have been called by now.
        for place, request in enumerate(self._protected()):
            self._at(50_000 - place * 8_000)
            tickets.take(self.store, _AGENT, request)
        self.clock.now = self.begin - 1_000
        sweep(self.store)
        staff.enter(self.store, self.seat.actor)

    def _at(self, before: int) -> None:
        self.clock.now = max(self.clock.now, self.begin - before)

    def _requests(self) -> Iterator[tickets.Request]:
        """Ordinary numbers for every line, and two visits with several services."""
        served = {item.line for item in self.hall.items.values()}
        for key, line in self.hall.lines.items():
            if key in served or line.collect:
                for _ in range(_BEFORE.get(key, _OTHERS)):
                    item = item_for(self.hall, key, self.roll)
                    yield tickets.Request((item,), source="kiosk", collect=line.collect)
        for joint in _JOINTS:
            if joint in self.hall.joints:
                yield tickets.Request((), joint=joint, source="counter")

    def _protected(self) -> Iterator[tickets.Request]:
        """Verified priorities, and bookings whose time has come or will soon."""
        quarter = 15 * MINUTE
        slot = self.begin // quarter * quarter
        kinds = list(self.hall.priorities.values())
        for place, line in enumerate(_FIRST):
            if line not in self.hall.lines:
                continue
            item = (item_for(self.hall, line, self.roll),)
            if place < 2 and kinds:
                kind = kinds[place * 2 % len(kinds)]
                yield tickets.Request(item, priority=kind.id, proof=kind.proof_zh)
            else:
                yield tickets.Request(item, slot=slot + place % 2 * quarter, source="phone")

    def _serve(self, who: Actor) -> bool:
        """Call and start, if there is anybody for this window."""
        try:
            calling.call_next(self.store, who)
        except Refused:
            return False
        self.clock.now += self.roll.randint(15, 30) * 1000
        calling.start(self.store, who)
        return True

    def _call(self, clerks: list[Actor]) -> None:
        """The last windows call, or rest when there is nobody for them."""
        self._at(90_000)
        for who in clerks:
            if self._serve(who):
                continue
            windows.pause_window(self.store, who, next(iter(self.hall.pause_reasons)))

    def _hold_and_pass(self, who: Actor) -> None:
        """At the person's window: one visitor put aside, one passed over."""
        self._at(25 * MINUTE)
        if self._serve(who):
            self.clock.now += 7 * MINUTE
            reasons = list(self.hall.hold_reasons)
            serving.hold(self.store, who, reasons[0], minutes=30)
        try:
            calling.call_next(self.store, who)
        except Refused:
            return
        for _ in range(self.hall.policy.pass_after_attempts - 1):
            self.clock.now += self.hall.policy.recall_gap_ms + 3_000
            calling.recall(self.store, who)
        calling.pass_over(self.store, who)
