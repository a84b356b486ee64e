"""A window's computer: a store, the sync core as a worker, an operator; all of it can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Final

from db.env import Env, day_of
from db.errors import StoreError
from db.log import Event
from db.store import Tx
from hallclient.actions.acting import Actor
from hallclient.simulation.memory import Killed, MemoryStore, Moment
from hallclient.sync.arbiter import QueueArbiter
from hallclient.sync.core import Core, Wait
from hallclient.sync.messages import Answer, Greeted, Pushed, Request
from hallclient.sync.replica import Replica

if TYPE_CHECKING:
    from hallclient.simulation.world import World

DAY: Final = day_of("Asia/Shanghai")
LOOKS: Final = 250
"""How soon a worker sees what somebody here has written (ms)."""
LAZY: Final = 10_000
"""A worker that has nothing to do may sleep longer than it says."""
DEADLY: Final = 0.006
"""Of the moments around a commit and around the hub's yes, so many are a machine's last."""


class Machine:
    """One device. ``life`` counts its processes: what a dead one was told, nobody hears."""

    def __init__(self, world: World, number: int, device: str, name: str) -> None:
        self.world = world
        self.number = number
        self.device = device
        self.name = name
        self.who = Actor(f"c{number:02d}", "clerk", f"W{number:02d}")
        self.skew = 0
        self.life = 0
        self.on = False
        self.stalled_until = 0
        self.cut_out = self.cut_in = False
        self.mortal = True
        self.noticed: set[str] = set()
        """Causes for which its link was held."""
        self.committed: list[Event] = []
        self.acked: dict[tuple[str, str, int], int] = {}
        self._busy = False
        self._sleep = 0

    def furnish(self, store: MemoryStore) -> None:
        """Give it its disk."""
        self.store = store
        store.at_commit = self._at_commit

    def env(self, seed: int) -> Env:
        """Its clock, which may be wrong, and its dice."""
        return Env(self.local, Random(seed).randbytes, DAY)

    def local(self) -> int:
        """What its clock says."""
        return self.world.clock.now + self.skew

    # -- processes

    def start(self) -> None:
        """A new process on the same disk."""
        self.life += 1
        self.on, self._busy = True, False
        replica = Replica(self.store)
        self.core = Core(replica, self.world.dice.random, self._told)
        self.store.arbiter = QueueArbiter(replica, self._ask)
        self._later(1)

    def stop(self) -> None:
        """The process is gone, and with it whatever it knew."""
        self.life += 1
        self.on = False
        self.store.arbiter = None

    def kill(self, away: int) -> None:
        """The same, without a word; it is started again."""
        self.stop()
        life = self.life
        self.world.clock.after(away, lambda: self.start() if self.life == life else None)

    @contextmanager
    def living(self) -> Iterator[None]:
        """What this process does, up to its end."""
        try:
            yield
        except StoreError as error:
            raise self.world.watch.broken("I9", f"{self.name}: {error}") from error
        except Killed as death:
            self.world.note(self, f"killed {death}")
            self.kill(self.world.dice.randrange(100, 20_000))

    def dies(self, where: str) -> None:
        """Perhaps here."""
        if self.mortal and self.world.dice.random() < DEADLY:
            self.world.seen[f"killed {where}"] += 1
            raise Killed(where)

    def _at_commit(self, moment: Moment, tx: Tx) -> None:
        if moment == "before":
            self.dies("before commit")
        else:
            self.committed += tx.appended
            self.dies("after commit")

    # -- the worker

    def pump(self) -> None:
        """One step of the worker."""
        if not self.on or self._busy or self._frozen(self.pump):
            return
        with self.living():
            asked = self.core.next(self.local())
            if not isinstance(asked, Wait):
                self._busy = True
                self.world.net.send(self, self.life, asked)
                return
            lazy = self.world.dice.randrange(LAZY) if self.core.status.link == "up" else 0
            self._later(max(1, asked.until - self.local()) + lazy)

    def arrived(self, life: int, request: Request, answer: Answer) -> None:
        """See `hallclient.simulation.net.Caller`."""
        if life != self.life or self._frozen(lambda: self.arrived(life, request, answer)):
            return
        self._busy = False
        self._heard(request, answer)
        with self.living():
            self.core.answered(self.local(), request, answer)
            self._notice()
        self._later(1)

    def gave_up(self, life: int, cause: str) -> None:
        """See `hallclient.simulation.net.Caller`."""
        if life != self.life or self._frozen(lambda: self.gave_up(life, cause)):
            return
        self._busy = False
        with self.living():
            self.core.lost(self.local(), cause)
        self._later(1)

    def rung(self) -> None:
        """Something is new, here or at the hub."""
        if self.on:
            self.core.poke()
            self._later(1)

    def _frozen(self, again: object) -> bool:
        left = self.stalled_until - self.world.clock.now
        if left > 0:
            assert callable(again)  # noqa: S101
            self.world.clock.after(left, again)
        return left > 0

    def _later(self, delay: int) -> None:
        self._sleep += 1
        mine = self._sleep
        self.world.clock.after(delay, lambda: self.pump() if mine == self._sleep else None)

    def _notice(self) -> None:
        status = self.core.status
        if status.link == "held":
            self.noticed.add(status.cause)
        self.noticed.update(cause for _, cause in status.held)

    def _told(self, events: list[Event]) -> None:
        self.world.seen["collided"] += len(events)

    # -- the operator

    def _ask(self, request: Request) -> Answer:
        answer = self.world.net.ask(self, request, self.dies)
        self._heard(request, answer)
        return answer

    def _heard(self, request: Request, answer: Answer) -> None:
        """What the hub has acknowledged to this machine must be there for ever."""
        if isinstance(answer, Pushed):
            self.world.watch.acknowledged(request, answer)
        if isinstance(answer, Greeted) and answer.answer == "cloned":
            self.noticed.add("cloned")
