"""A demo store, ready in an instant: a hall in the middle of a morning.

Everything is written by the same use cases as at a desk, at its own time before the demo begins,
in the one transaction that makes the store. What is slow to load (sealing of personal fields,
password hashing) is left to the simulator, which starts after the first frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from db.env import Env, day_of
from db.joined import Joined
from db.store import Store, Tx
from hallclient.actions import calling, day, serving, setup, staff, tickets, windows
from hallclient.actions.acting import Actor
from hallclient.actions.sweep import sweep
from hallclient.demo.dice import MINUTE, dice, item_for
from hallclient.demo.place import Seat
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.errors import Refused

_BEFORE = {"setup": 10, "collect": 4, "tax": 5, "social": 4, "street": 4, "general": 4, "estate": 2}
"""Numbers taken before the demo begins, by line; `_OTHERS` of each other line."""
_OTHERS = 2
_FIRST = ("setup", "street")
"""Lines of those who go before others. Those with a booking come when the demo lives (`booked`)."""
_LAST = 50_000
"""How long before the demo begins these come, in ms."""
_JOINTS = ("company_start", "tax_joint")
_AGENT = Actor("a01", "agent")
_SUPERVISOR = Actor("s01", "supervisor")
_DISK = 64 << 30
"""Bytes free on the made-up hall's disk: the same dice make the same morning on any machine."""


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
        _Morning(Joined(tx, savepoints=False), clock, hall, begin, seat, seed).fill()
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
        """Windows and the day open, numbers are taken, most windows call one; a queue remains."""
        clerks = [
            Actor(f"c{int(window.number):02d}", "clerk", window.id)
            for window in self.hall.windows.values()
        ]
        for place, who in enumerate(clerks):
            self.clock.now = self.begin - 45 * MINUTE + place * 7_000
            windows.open_window(self.store, who)
        # All windows are staffed, and the kiosks begin soon.
        self.clock.now = self.begin - 42 * MINUTE
        day.open_day(self.store, _SUPERVISOR, tuple(self.hall.opening_checks), disk_free=_DISK)
        mine = next((who for who in clerks if who.window == self.seat.window), clerks[2])
        others = [who for who in clerks if who.window != mine.window]
        requests = list(self._requests())
        self.roll.shuffle(requests)
        plan = sorted(self._plan(requests, mine, others), key=lambda one: one[0])
        for at, does in plan:
            self.clock.now = self.begin + at
            # A window may find nobody waiting; what was to follow is then refused as well.
            with suppress(Refused):
                does()
        # Those who go first came last, or they would have been called by now.
        for place, request in enumerate(self._protected()):
            self.clock.now = self.begin - _LAST + place * 8_000
            tickets.take(self.store, _AGENT, request)
        self.clock.now = self.begin - 1_000
        sweep(self.store)
        if self.seat.operator:
            staff.enter(self.store, self.seat.actor)

    def _plan(
        self, requests: list[tickets.Request], mine: Actor, others: list[Actor]
    ) -> Iterator[tuple[int, Callable[[], object]]]:
        """(ms from the beginning, what happens): numbers are taken, then the windows call."""
        store, policy = self.store, self.hall.policy
        apart = 31 * MINUTE // len(requests)
        for place, request in enumerate(requests):
            yield place * apart - 33 * MINUTE, partial(tickets.take, store, _AGENT, request)
        # At the person's window one visitor is put aside and one passed over.
        at = -24 * MINUTE
        yield at, partial(calling.call_next, store, mine)
        yield at + 25_000, partial(calling.start, store, mine)
        reason = next(iter(self.hall.hold_reasons))
        at += 9 * MINUTE
        yield at, partial(serving.hold, store, mine, reason, 30)
        yield at + 15_000, partial(calling.call_next, store, mine)
        for _ in range(policy.pass_after_attempts - 1):
            at += policy.recall_gap_ms + 3_000
            yield at + 15_000, partial(calling.recall, store, mine)
        yield at + 30_000, partial(calling.pass_over, store, mine)
        for who in others:
            # So that their visitors will be done one by one, not all at the first moment.
            at = -90_000 - round(self.roll.random() * 0.7 * self._usual(who))
            yield at, partial(calling.call_next, store, who)
            yield at + self.roll.randint(15, 30) * 1000, partial(calling.start, store, who)
            rest = next(iter(self.hall.pause_reasons))
            yield at + 31_000, partial(windows.pause_window, store, who, rest)

    def _usual(self, who: Actor) -> int:
        """How long a service at this window takes, the shortest of its own lines."""
        plan = self.hall.windows[who.window].plan
        own = [line for line, kind in plan.items() if kind is PlanKind.MAIN]
        return min((self.hall.lines[line].service_ms for line in own), default=0)

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
        """Verified priorities."""
        kinds = list(self.hall.priorities.values())
        for place, line in enumerate(_FIRST):
            if line in self.hall.lines and kinds:
                kind = kinds[place * 2 % len(kinds)]
                item = item_for(self.hall, line, self.roll)
                yield tickets.Request((item,), priority=kind.id, proof=kind.proof_zh)
