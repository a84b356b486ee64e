"""One seed: a hall for some minutes, in which everything goes wrong, and then nothing any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import Random
from typing import Final, NamedTuple

from hallclient.simulation import deeds, faults
from hallclient.simulation.clockwork import Clockwork
from hallclient.simulation.hub import HubModel
from hallclient.simulation.hub_state import State
from hallclient.simulation.machine import Machine
from hallclient.simulation.memory import MemoryStore
from hallclient.simulation.net import Net
from hallclient.simulation.place import Place, place
from hallclient.simulation.watch import Broken, Watch
from hallclient.sync.messages import Answer, Request

DEEDS: Final = 110
BETWEEN: Final = 3_000
"""Between two deeds of a window, on average (ms)."""
FAULT: Final = 12_000
"""Between two faults of a run, on average."""
LOOK: Final = 1_000
"""How often it is asked whether all have everything."""
DRAINED: Final = 5 * 60_000
"""After the last fault everything is everywhere within so long."""


class Outcome(NamedTuple):
    """What a seed came to."""

    seed: int
    digest: str
    """Of everything that happened: the same seed gives the same, on every machine."""
    events: int
    drained: int
    """How long it took after the last fault (ms)."""
    seen: Counter[str]


class Step(NamedTuple):
    """Something that was done at the hub, for `hallclient.simulation.lockstep`."""

    at: int
    what: str
    device: str = ""
    request: Request | None = None
    answer: Answer | None = None
    state: int = 0
    """Which backup."""


class World:
    """Machines, a net, a hub, and time."""

    def __init__(self, seed: int, made: Place, *, replay: str = "") -> None:
        self.seed = seed
        self.place = made
        self.dice = Random(seed)
        some = self.dice.choice((2, 3, 3, 3, len(made.devices)))
        self.clock = Clockwork(made.now)
        self.hub = HubModel(made.hall, lambda: self.clock.now)
        self.hub.restore(made.hub)
        self.hub.heal()
        for device in made.devices[some:]:
            self.hub.revoke(device)
        self.restored = False
        self.seen: Counter[str] = Counter()
        self.watch = Watch(self.hub, replay)
        self.net = Net(self.clock, self.hub, self.dice, seen=self.seen, watch=self._heard)
        self.script: list[Step] = []
        self.backups: list[State] = []
        self.hold_reason = "copy"
        self.copies: list[tuple[Machine, Machine]] = []
        self.over = False
        self._deeds = 0
        self._trace = sha256()
        self.lines: list[str] | None = None
        """Whoever wants to read along puts a list here."""
        self.machines: list[Machine] = []
        for number, device in enumerate(made.devices[:some], start=1):
            machine = Machine(self, number, device, f"W{number:02d}")
            disk = made.disks[number - 1]
            machine.furnish(MemoryStore.copy(disk, machine.env(seed * 1000 + number)))
            self._add(machine)

    def _add(self, machine: Machine) -> None:
        self.machines.append(machine)
        self.net.callers.append(machine)

    def copy_of(self, machine: Machine) -> None:
        """Another computer with the same disk."""
        made = Machine(self, machine.number, machine.device, machine.name + "'")
        dice = self.dice.randrange(1 << 40)
        made.furnish(MemoryStore.copy(machine.store.db, made.env(dice)))
        self.copies.append((machine, made))
        self.watch.copied.add(machine.device)
        self._add(made)
        made.start()
        self._work(made)

    # -- the run

    def run(self) -> None:
        """Work and faults, until enough has been done."""
        for machine in self.machines:
            machine.start()
            self._work(machine)
        self._break()
        self.clock.run(self.clock.now + 3_600_000, lambda: self._deeds >= DEEDS)

    def heal(self) -> int:
        """Nothing breaks any more: how long it takes until all have everything."""
        self.over = True
        net = self.net
        net.loss = net.twice = net.slow = 0.0
        for machine in self.machines:
            machine.cut_out = machine.cut_in = machine.mortal = False
            machine.stalled_until = 0
            if not machine.on:
                machine.start()
        begun = self.clock.now
        self._part_copies()
        while not self._settled() and self.clock.now < begun + DRAINED:
            self.clock.run(self.clock.now + LOOK)
        if not self._settled():
            said = "; ".join(
                f"{one.name} {one.core.status.link} {one.core.status.cause} "
                f"unsent {one.core.replica.tail().events} after {one.core.replica.after}"
                for one in self.machines
                if not self._has_all(one)
            )
            raise self.watch.broken("I9", f"not drained: {said}, hub {self.hub.head}")
        return self.clock.now - begun

    def _part_copies(self) -> None:
        """Two with one disk meet the hub in turn; whoever is told to stop is taken out of use."""
        while self.copies and self.net.down:
            self.clock.run(self.clock.now + LOOK)
        for pair in self.copies:
            for machine in pair * 2:  # a copy made during a greeting has the same next one
                machine.stop()
                machine.start()
                self.clock.run(self.clock.now + 2 * LOOK)
            self.clock.run(self.clock.now + 5 * LOOK)
            if not any(machine.noticed for machine in pair):
                raise self.watch.broken("I8", f"nobody has noticed that {pair[0].name} is two")
            for machine in pair:
                if machine.noticed:
                    machine.stop()
                    self.machines.remove(machine)
                    machine.store.close()

    def _settled(self) -> bool:
        return not self.net.down and all(self._has_all(one) for one in self.machines)

    def _has_all(self, machine: Machine) -> bool:
        return (
            machine.on
            and machine.core.settled
            and machine.core.replica.after == self.hub.head
            and machine.core.replica.epoch == self.hub.state.epoch
        )

    def _work(self, machine: Machine) -> None:
        def go_on() -> None:
            if self.over:
                return
            if machine.on and machine.stalled_until <= self.clock.now:
                self._deeds += 1
                deeds.something(machine)
            self._work(machine)

        self.clock.after(int(self.dice.expovariate(1 / BETWEEN)) + 1, go_on)

    def _break(self) -> None:
        def go_on() -> None:
            if self.over:
                return
            kinds, weights = list(faults.ALL), list(faults.ALL.values())
            fault = self.dice.choices(kinds, weights)[0]
            self.seen[f"fault {fault.__name__}"] += 1
            self.note(None, fault.__name__)
            fault(self)
            self._break()

        self.clock.after(int(self.dice.expovariate(1 / FAULT)) + 1, go_on)

    # -- the hub's machine

    def hub_down(self, long: int) -> None:
        """Stopped, and started anew after a while."""
        if self.net.down:
            return
        self.net.down = True

        def up() -> None:
            self.net.down = False
            self.hub.restart()
            self._step("restart")

        self.clock.after(long, up)

    def restore(self, state: State, long: int) -> None:
        """Its disk is lost; after a while it is there as it was once."""
        if self.net.down:
            return
        self.net.down = True

        def up() -> None:
            self.net.down = False
            self.hub.restore(state)
            self.restored = True
            self.watch.refold()
            self._step("restore", state=self.backups.index(state))

        self.clock.after(long, up)

    def backup(self) -> None:
        """Its database is copied."""
        self.backups.append(self.hub.backup())
        self._step("backup", state=len(self.backups) - 1)

    # -- on record

    def note(self, machine: Machine | None, what: str) -> None:
        """Something has happened."""
        line = f"{self.clock.now - self.place.now:>9} {machine.name if machine else '---'} {what}"
        self._trace.update(line.encode() + b"\n")
        if self.lines is not None:
            self.lines.append(line)

    def digest(self) -> str:
        """All that happened, and what the hub has in the end."""
        made = self._trace.copy()
        made.update(self.hub.mark(self.hub.head))
        for machine in self.machines:
            made.update(machine.core.replica.mark)
        return made.hexdigest()

    def _heard(self, device: str, request: Request, answer: Answer, before: int) -> None:
        what = f"{type(request).__name__} {answer.answer} {before}>{self.hub.head}"
        self.note(None, f"{device[-2:]} {what}")
        self.script.append(Step(self.clock.now, "call", device, request, answer))
        self.watch.heard(device, request, answer, before)

    def _step(self, what: str, state: int = 0) -> None:
        self.script.append(Step(self.clock.now, what, state=state))

    def close(self) -> None:
        """Give everything back."""
        for machine in self.machines:
            machine.store.arbiter = None
            machine.store.close()


def play(seed: int, checks: Sequence[Callable[[World], None]], *, replay: str = "") -> Outcome:
    """One seed. Raises `Broken`."""
    world = World(seed, place(), replay=replay)
    try:
        world.run()
        drained = world.heal()
        for check in checks:
            check(world)
        return Outcome(seed, world.digest(), world.hub.head, drained, world.seen)
    finally:
        world.close()


__all__ = ["Broken", "Outcome", "World", "play"]
