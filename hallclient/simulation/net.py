"""The net between the windows and the hub, which loses, repeats, delays and cuts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

from hallclient.simulation.clockwork import Clockwork
from hallclient.simulation.hub import HubModel
from hallclient.sync.messages import Answer, LinkLost, Pushed, Request

TIMEOUT: Final = 8_000
"""After so long without an answer a window lets the connection go."""
LATE: Final = 12_000
"""A request is executed so late at most: longer no server holds one of a session that has ended."""
REFUSED: Final = 20
HEARD: Final = 0.7
"""Of the hub's notifications, so many arrive."""

Watch = Callable[[str, Request, Answer, int], None]
"""Hears (device, request, answer, head before) of all that the hub has done."""


class Caller(Protocol):
    """Somebody who asks the hub."""

    device: str
    cut_out: bool
    cut_in: bool

    def arrived(self, life: int, request: Request, answer: Answer) -> None:
        """An answer has come, to the process that had asked (its number)."""

    def gave_up(self, life: int, cause: str) -> None:
        """None has."""

    def rung(self) -> None:
        """The hub has notified."""


@dataclass
class Net:
    """Everything between. ``loss`` and ``twice`` are shares of all requests (and of answers)."""

    clock: Clockwork
    hub: HubModel
    dice: Random
    callers: list[Caller] = field(default_factory=list)
    down: bool = False
    loss: float = 0.0
    twice: float = 0.0
    slow: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    watch: Watch = lambda device, request, answer, head: None

    def send(self, caller: Caller, life: int, request: Request) -> None:
        """Ask and go on; what comes of it is told later."""
        over = [False]

        def once(do: Callable[[], None]) -> Callable[[], None]:
            def first() -> None:
                if not over[0]:
                    over[0] = True
                    do()

            return first

        def lost(cause: str) -> Callable[[], None]:
            return once(lambda: caller.gave_up(life, cause))

        def reached() -> None:
            if self.down or self.hub.life != session:
                self.clock.after(REFUSED, lost("reset"))
                return
            answer = self.execute(caller, request)
            if caller.cut_in or self._happens(self.loss):
                self.seen["lost answer"] += 1
            else:
                self.clock.after(self._delay(), once(lambda: caller.arrived(life, request, answer)))

        session = self.hub.life
        if self.down:
            self.clock.after(REFUSED, lost("refused"))
            return
        self.clock.after(TIMEOUT, lost("timeout"))
        if caller.cut_out or self._happens(self.loss):
            self.seen["lost request"] += 1
            return
        self.clock.on_wire(self._delay(), reached)
        self._maybe_again(caller, request)

    def ask(self, caller: Caller, request: Request, dies: Callable[[str], None]) -> Answer:
        """Ask and wait. Raises `LinkLost`; ``dies`` may end the process before and after."""
        if self.down:
            raise LinkLost("refused")
        if caller.cut_out or self._happens(self.loss):
            self.seen["lost request"] += 1
            raise LinkLost("timeout")
        if self._happens(self.slow):
            self.seen["late request"] += 1
            self._again(caller, request, self.hub.life)
            raise LinkLost("timeout")
        self.clock.flow(self._delay())
        dies("asking")
        answer = self.execute(caller, request)
        self._maybe_again(caller, request)
        dies("answered")
        if caller.cut_in or self._happens(self.loss):
            self.seen["lost answer"] += 1
            raise LinkLost("timeout")
        return answer

    def execute(self, caller: Caller, request: Request) -> Answer:
        """At the hub."""
        before = self.hub.head
        answer = self.hub.call(caller.device, request)
        self.seen[f"{type(answer).__name__} {answer.answer}"] += 1
        self.watch(caller.device, request, answer, before)
        if isinstance(answer, Pushed) and self.hub.head > before:
            for other in self.callers:
                if not other.cut_in and self._happens(HEARD):
                    self.clock.after(self._delay(), other.rung)
        return answer

    def _maybe_again(self, caller: Caller, request: Request) -> None:
        if self._happens(self.twice):
            self.seen["twice"] += 1
            self._again(caller, request, self.hub.life)

    def _again(self, caller: Caller, request: Request, session: int) -> None:
        def reached() -> None:
            if not self.down and self.hub.life == session:
                self.execute(caller, request)

        self.clock.on_wire(self.dice.randrange(1, LATE), reached)

    def _delay(self) -> int:
        if self._happens(self.slow):
            self.seen["slow"] += 1
            return self.dice.randrange(200, TIMEOUT + LATE // 3)
        return self.dice.randrange(1, 40)

    def _happens(self, share: float) -> bool:
        return share > 0 and self.dice.random() < share
