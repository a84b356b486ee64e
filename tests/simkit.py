"""A hall in memory: real stores and the real sync core, a model of the hub, a net that fails.

Nothing here reads a clock or draws chance but from the seed. The model is the contract of
`hallclient.sync.messages` written down once more, without SQL.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from db import log
from db.driver import sqlite
from db.env import Env, day_of
from db.log import GENESIS, Placed
from db.meta import put
from db.store import Store
from hallclient.actions import calling, serving, tickets, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from hallclient.sync import messages as m
from hallclient.sync.arbiter import QueueArbiter
from hallclient.sync.core import Core, Wait
from hallclient.sync.replica import Replica
from tests.hallkit import NINE, SUPERVISOR, Kit, clerk

ITEM = "SP078"


class Free:
    """A lock nobody else wants."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...


class MemoryStore(Store):
    """A store in memory, as a copy of another."""

    @classmethod
    def copy(cls, db: sqlite.Connection, env: Env, device: str) -> MemoryStore:
        mine = sqlite.connect(":memory:", isolation_level=None, check_same_thread=False)
        db.backup(mine)
        mine.execute("BEGIN")
        put(mine, device=device)
        mine.execute("COMMIT")
        return cls(Path("/nowhere/memory.db"), mine, Free(), lambda _: env)  # type: ignore[arg-type]


# --- the hub -----------------------------------------------------------------------------------


@dataclass
class Device:
    """What the hub knows of a machine."""

    nonce: bytes = b""
    greeted: tuple[int, int] = (-1, -1)
    """(epoch, life) of the last greeting."""
    nonce_of: tuple[int, int] = (-1, -1)
    follows: set[str] = field(default_factory=set)


class HubModel:
    """One hall of the hub."""

    def __init__(self) -> None:
        self.epoch = 1
        self.life = 1
        self.events: list[Placed] = []
        self.devices: dict[str, Device] = {}
        self.tags: dict[str, list[str]] = {}
        self.keys: dict[str, bytes | None] = {}
        self.next: dict[str, int] = {}
        self.leases: dict[tuple[str, str], tuple[int, int]] = {}
        self.healing = False
        self.started = 1

    # what an administrator does

    def backup(self) -> dict[str, Any]:
        return copy.deepcopy({k: v for k, v in vars(self).items() if k != "life"})

    def restore(self, state: dict[str, Any]) -> None:
        vars(self).update(copy.deepcopy(state))
        self.restart()

    def restart(self) -> None:
        self.life += 1

    # what devices ask

    def call(self, device: str, request: m.Request) -> m.Answer:
        match request:
            case m.Hello():
                return self.hello(device, request)
            case m.Push():
                return self.push(device, request)
            case m.Pull():
                return self.pull(device, request)
            case m.Lease():
                return self.lease(device, request)
            case m.Find():
                answer = self._life(request.epoch)
                return m.Found(answer, tuple(self.tags.get(request.tag, [])[::-1]))
            case m.Follow():
                return self.follow(device, request)
            case m.PutKeys():
                for case, key in request.keys:
                    self.keys.setdefault(case, key)
                return m.Keys(self._life(request.epoch), ())
            case m.TakeKeys():
                found = [(c, self.keys[c]) for c in request.cases if c in self.keys]
                return m.Keys(self._life(request.epoch), tuple(found))
            case m.DestroyKeys():
                for case in request.cases:
                    self.keys[case] = None
                return m.Keys(self._life(request.epoch), ())

    def _life(self, epoch: int) -> Any:
        return "ok" if epoch == self.epoch else "epoch"

    def hello(self, name: str, said: m.Hello) -> m.Greeted:
        device = self.devices[name]
        first = said.seen[:1]
        restored = said.epoch > self.epoch or (
            said.epoch == self.epoch
            and (said.head > len(self.events) or any(not self._has(*one) for one in first))
        )
        here = (self.epoch, self.life)
        if (
            not restored
            and device.nonce_of == here
            and device.nonce not in (said.nonce, said.fresh)
        ):
            return m.Greeted("cloned")
        if restored:
            self.epoch = max(self.epoch, said.epoch) + 1
        if restored or self.started != self.life:
            self.healing, self.started = True, self.life
        device.nonce, device.nonce_of = said.fresh, (self.epoch, self.life)
        agreed = max((lsn for lsn, mark in said.seen if self._has(lsn, mark)), default=0)
        if said.epoch == self.epoch:
            device.greeted = (self.epoch, self.life)
        if all(one.greeted == (self.epoch, self.life) for one in self.devices.values()):
            self.healing = False
        answer: Any = "ok" if said.epoch == self.epoch else "epoch"
        return m.Greeted(answer, self.epoch, len(self.events), agreed, self.healing)

    def _has(self, lsn: int, mark: bytes) -> bool:
        return 0 < lsn <= len(self.events) and self.events[lsn - 1].mark == mark

    def push(self, name: str, said: m.Push) -> m.Pushed:
        if said.epoch != self.epoch:
            return m.Pushed("epoch", epoch=self.epoch)
        mine = [
            one.event
            for one in self.events
            if (one.event.device, one.event.stream) == (said.device, said.stream)
        ]
        first = said.events[0]
        prev = first.prev_hash
        for event in said.events:
            if event.prev_hash != prev or log.digest(event) != event.hash:
                return m.Pushed("chain", len(mine))
            prev = event.hash
        if first.seq > len(mine) + 1:
            return m.Pushed("gap", len(mine))
        known = [one for one in said.events if one.seq <= len(mine)]
        if any(mine[one.seq - 1].hash != one.hash for one in known):
            return m.Pushed("fork", len(mine))
        new = said.events[len(known) :]
        if not new:
            return m.Pushed("ok", len(mine), len(self.events), self.epoch)
        if new[0].prev_hash != (mine[-1].hash if mine else GENESIS):
            return m.Pushed("chain", len(mine))
        if said.device != name and said.device in self.devices and not self.healing:
            return m.Pushed("foreign", len(mine))
        places = sum(one.event.stream == said.stream for one in self.events)
        if said.expected is not None and places - len(known) != said.expected:
            return m.Pushed("behind", len(mine), len(self.events), self.epoch)
        for number, event in enumerate(new, start=1):
            mark = sha256((self.events[-1].mark if self.events else bytes(32)) + event.hash)
            self.events.append(
                Placed(len(self.events) + 1, places + number, mark.digest(), copy.copy(event))
            )
        for tags in said.tags[len(known) :]:
            for tag in tags:
                streams = self.tags.setdefault(tag, [])
                if said.stream not in streams:
                    streams.append(said.stream)
        self.devices[name].follows.add(said.stream)
        return m.Pushed("ok", new[-1].seq, len(self.events), self.epoch)

    def pull(self, name: str, said: m.Pull) -> m.Pulled:
        if said.epoch != self.epoch or (said.after and not self._has(said.after, said.mark)):
            return m.Pulled("epoch", epoch=self.epoch)
        upto = min(len(self.events), said.after + said.limit)
        reads = self.devices[name].follows
        events = tuple(
            one
            for one in self.events[said.after : upto]
            if one.event.stream in m.OPEN_STREAMS or one.event.stream in reads
        )
        mark = self.events[upto - 1].mark if upto else bytes(32)
        return m.Pulled("ok", events, upto, mark, len(self.events), self.epoch)

    def follow(self, name: str, said: m.Follow) -> m.Followed:
        if said.epoch != self.epoch:
            return m.Followed("epoch")
        held = [one for one in self.events if one.event.stream == said.stream]
        if not held:
            return m.Followed("none")
        self.devices[name].follows.add(said.stream)
        some = tuple(held[said.after : said.after + said.limit])
        return m.Followed("ok", some, said.after + len(some), len(held))

    def lease(self, name: str, said: m.Lease) -> m.Leased:
        if said.epoch != self.epoch:
            return m.Leased("epoch")
        if (given := self.leases.get((name, said.request))) is not None:
            return m.Leased("ok", *given)
        if self.healing or self.started != self.life:
            return m.Leased("healing")
        key = f"{self.epoch}/{said.name}"
        start = 1000 * (self.epoch - 1)
        first = self.next.get(key, start + said.total + 1)
        self.next[key] = first + said.size
        self.leases[name, said.request] = (first, said.size)
        return m.Leased("ok", first, said.size)


# --- the world -----------------------------------------------------------------------------------


class Killed(BaseException):
    """The machine dies here."""


@dataclass
class Machine:
    """A store, its core, and how the net treats it."""

    world: World
    name: str
    number: int
    store: MemoryStore
    core: Core = field(init=False)
    cut: bool = False
    called: list[str] = field(default_factory=list)
    connected_calls: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process on the same store."""
        replica = Replica(self.store)
        self.core = Core(replica, self.world.dice.random)
        self.store.arbiter = QueueArbiter(replica, self.ask)

    def ask(self, request: m.Request) -> m.Answer:
        """A request over the net: it, or the answer, may be lost; it may come once more later."""
        world = self.world
        trouble = world.trouble
        if self.cut or world.down or world.dice.random() < trouble:
            raise m.LinkLost("request")
        answer = world.hub.call(self.name, request)
        if world.dice.random() < trouble:
            world.late.append((self.name, request))
        if world.dice.random() < trouble:
            raise m.LinkLost("answer")
        return answer

    def exchange(self, steps: int) -> None:
        """What the worker does, for so many steps."""
        for _ in range(steps):
            now = self.world.now
            request = self.core.next(now)
            if isinstance(request, Wait):
                return
            try:
                answer = self.ask(request)
            except m.LinkLost as lost:
                self.core.lost(now, str(lost))
                return
            self.core.answered(now, request, answer)


class World:
    """Machines, a hub, a clock, and everything that can go wrong with them."""

    def __init__(self, kit: Kit, seed: int, machines: int = 3) -> None:
        self.dice = random.Random(seed)
        self.now = NINE
        self.hub = HubModel()
        self.down = False
        self.trouble = 0.0
        self.late: list[tuple[str, m.Request]] = []
        self.saved: dict[str, Any] | None = None
        self.faults: dict[str, int] = {}
        self.numbers: list[str] = []
        self.machines: list[Machine] = []
        for number in range(1, machines + 1):
            name = f"device{number}"
            self.hub.devices[name] = Device()
            env = Env(lambda: self.now, random.Random(seed * 100 + number).randbytes, DAY)
            store = MemoryStore.copy(kit.store.db, env, name)
            if number > 1:
                # Everybody but the first begins with what the hub has.
                self._empty(store)
            Replica(store).join(store.meta["hall"])
            machine = Machine(self, name, number, store)
            self.machines.append(machine)
            self.settle(machine)

    def _empty(self, store: Store) -> None:
        from db import schema

        store.db.execute("BEGIN")
        for table in (*schema.TABLES, "event", "case_key"):
            store.db.execute(f"DELETE FROM {table}")
        store.db.execute("COMMIT")

    def settle(self, machine: Machine, most: int = 400) -> None:
        """Until both have everything."""
        for _ in range(most):
            machine.core.poke()
            machine.exchange(1)
            if (
                machine.core.settled
                or machine.core.replica.tail().events
                == 0
                == len(self.hub.events) - machine.core.replica.after
            ):
                return
            self.now += 1
        raise AssertionError(f"{machine.name} does not settle: {machine.core.status}")

    def deed(self, machine: Machine) -> None:
        """Somebody does something at a machine; it may be refused."""
        store, who = machine.store, clerk(machine.number)
        choice = self.dice.choices(["take", "next", "start", "finish", "pass"], [4, 6, 5, 5, 1])[0]
        with suppress(Refused):
            if choice == "take":
                ticket = tickets.take(store, SUPERVISOR, tickets.Request([ITEM]))
                assert ticket.number not in self.numbers, f"{ticket.number} given twice"
                self.numbers.append(ticket.number)
            elif choice == "next":
                called = calling.call_next(store, who)
                if not called.again:
                    machine.called.append(called.leg.id)
                    if store.arbiter is not None and store.arbiter.connected(self.now):
                        machine.connected_calls.append((called.leg.id, called.leg.attempts))
            elif choice == "start":
                calling.start(store, who)
            elif choice == "finish":
                serving.finish(store, who)
            else:
                calling.pass_over(store, who)

    def fault(self, kind: str) -> None:
        """Something breaks, or is mended."""
        self.faults[kind] = self.faults.get(kind, 0) + 1
        machine = self.dice.choice(self.machines)
        if kind == "cut":
            machine.cut = not machine.cut
        elif kind == "trouble":
            self.trouble = self.dice.choice((0.0, 0.1, 0.4))
        elif kind == "kill":
            machine.start()
        elif kind == "down":
            self.down = not self.down
            if not self.down:
                self.hub.restart()
                self.late.clear()  # no session outlives the server
        elif kind == "backup":
            self.saved = self.hub.backup()
        elif kind == "restore" and self.saved is not None:
            self.hub.restore(self.saved)
            self.late.clear()
        elif kind == "late" and self.late:
            name, request = self.late.pop(self.dice.randrange(len(self.late)))
            self.hub.call(name, request)
        elif kind == "sleep":
            self.now += 6 * 60_000

    def run(self, steps: int) -> None:
        """So many things happen."""
        kinds = ["cut", "trouble", "kill", "down", "backup", "restore", "late", "sleep"]
        weights = [6, 3, 4, 2, 2, 1, 4, 1]
        for machine in self.machines:
            with suppress(Refused):
                windows.open_window(machine.store, clerk(machine.number))
        for _ in range(steps):
            self.now += self.dice.choice((5, 200, 2_000, 12_000))
            machine = self.dice.choice(self.machines)
            lot = self.dice.random()
            if lot < 0.5:
                self.deed(machine)
            elif lot < 0.9:
                machine.exchange(self.dice.randint(1, 8))
            else:
                self.fault(self.dice.choices(kinds, weights)[0])

    def heal(self) -> None:
        """Everything works again, and all exchange until nothing is left."""
        self.down, self.trouble = False, 0.0
        for machine in self.machines:
            machine.cut = False
        for _ in range(4):
            for machine in self.machines:
                self.now += 60_000
                self.settle(machine)


DAY = day_of("Asia/Shanghai")
WHO: Actor = SUPERVISOR


@contextmanager
def world(kit: Kit, seed: int) -> Iterator[World]:
    made = World(kit, seed)
    try:
        yield made
    finally:
        for machine in made.machines:
            machine.store.close()


Check = Callable[[World], None]
