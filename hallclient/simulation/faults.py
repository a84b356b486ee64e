"""What breaks, and comes back after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import log

if TYPE_CHECKING:
    from hallclient.simulation.world import World

SECOND: Final = 1_000
MINUTE: Final = 60_000
UNREADABLE: Final = (
    ("robot.waved", 9, b'{"arms":2,"set":[["robot","r1",null,{"arms":2}]]}'),
    ("leg.teleported", 99, b'{"to":[1,2],"set":[]}'),
    ("leg.started", 2, b'{"set":[["robot","r1",{"arms":2},null]]}'),
)
"""(kind, version, body)"""


def cut(world: World) -> None:
    """A cable: both ways, or one."""
    machine = world.dice.choice(world.machines)
    which = world.dice.choice(("out", "in", "both"))
    machine.cut_out, machine.cut_in = which != "in", which != "out"

    def mend() -> None:
        machine.cut_out = machine.cut_in = False

    world.clock.after(world.dice.randrange(2 * SECOND, 3 * MINUTE), mend)


def trouble(world: World) -> None:
    """The net loses, repeats and delays."""
    net, dice = world.net, world.dice
    net.loss = dice.choice((0.02, 0.1, 0.4))
    net.twice = dice.choice((0.0, 0.1, 0.3))
    net.slow = dice.choice((0.0, 0.05, 0.2))

    def mend() -> None:
        net.loss = net.twice = net.slow = 0.0

    world.clock.after(dice.randrange(5 * SECOND, MINUTE), mend)


def kill(world: World) -> None:
    """A process ends without a word."""
    machine = world.dice.choice(world.machines)
    if machine.on:
        machine.kill(world.dice.randrange(100, 20 * SECOND))


def away(world: World) -> None:
    """A machine is switched off for long."""
    machine = world.dice.choice(world.machines)
    if machine.on and sum(one.on for one in world.machines) > 2:
        machine.kill(world.dice.randrange(MINUTE, 20 * MINUTE))


def stall(world: World) -> None:
    """A process stands still, and goes on as if nothing had been."""
    machine = world.dice.choice(world.machines)
    machine.stalled_until = world.clock.now + world.dice.randrange(5 * SECOND, MINUTE)


def skew(world: World) -> None:
    """A clock is wrong, by up to a quarter of an hour."""
    machine = world.dice.choice(world.machines)
    machine.skew = world.dice.randrange(-15 * MINUTE, 15 * MINUTE)


def crash(world: World) -> None:
    """The hub is down, and started anew."""
    world.hub_down(world.dice.randrange(SECOND, MINUTE))


def backup(world: World) -> None:
    """The hub's database is copied."""
    world.backup()


def restore(world: World) -> None:
    """The hub's disk is lost: an old backup has to do."""
    if world.backups:
        world.restore(world.dice.choice(world.backups), world.dice.randrange(SECOND, MINUTE))


def poison(world: World) -> None:
    """A machine writes what nobody else can read: it runs a newer version, or is broken."""
    dice = world.dice
    machine = dice.choice(world.machines)
    if not machine.on:
        return
    kind, version, body = dice.choice(UNREADABLE)
    with machine.living(), machine.store.act("system") as tx:
        seq, before = log.head(tx.db, tx.store.device, "queue")
        event = log.Event(
            device=tx.store.device,
            stream="queue",
            seq=seq + 1,
            epoch=tx.store.epoch,
            kind=kind,
            version=version,
            subject="?",
            actor="system",
            window="",
            at=tx.now,
            day=tx.day,
            body=body,
            prev_hash=before,
        )
        event.hash = log.digest(event)
        log.insert(tx.db, event)
        tx.appended.append(event)


def clone(world: World) -> None:
    """A disk is copied, and both are used."""
    if world.copies:
        return
    original = world.dice.choice(world.machines)
    world.copy_of(original)
    if world.dice.random() < 0.5 and original.on:
        original.kill(world.dice.randrange(SECOND, 2 * MINUTE))


ALL: Final = {
    cut: 8,
    trouble: 5,
    kill: 6,
    away: 2,
    stall: 3,
    skew: 2,
    crash: 3,
    backup: 5,
    restore: 3,
    poison: 2,
    clone: 0.25,
}
