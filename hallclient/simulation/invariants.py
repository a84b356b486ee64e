"""What holds when all have met again. What can be seen at once, `hallclient.simulation.watch` sees.

I1 nothing printed twice · I2 nobody called by two windows with a link · I3 what was acknowledged is
there · I4 everything reaches the hub once · I5 the hub's log is whole · I6 all machines are alike ·
I7 rows are what the log makes of them · I8 no fork unnoticed · I9 everything drains · I10 in turn ·
I11 no personal data on the wire · I12 what a newer version wrote does no harm · I13 everything that
can happen has happened.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from db import log, schema
from db.check import verify
from db.log import GENESIS, digest
from db.projections import rows
from hallclient.simulation.faults import ALL
from hallclient.simulation.watch import Key, key_of
from hallclient.sync.messages import OPEN_STREAMS

if TYPE_CHECKING:
    from hallclient.simulation.machine import Machine
    from hallclient.simulation.world import World

LEG: Final = ("state", "window", "lane", "order_at", "attempts", "number")
"""Columns of a leg that are held against the watcher's own reckoning."""
LEFT: Final = "SELECT device, stream, seq FROM left_out WHERE stream = 'queue' AND changes IS NULL"
SOMETIMES: Final = (
    *(f"fault {fault.__name__}" for fault in ALL),
    *(f"Greeted {one}" for one in ("ok", "epoch", "cloned")),
    *(f"Pushed {one}" for one in ("ok", "behind", "gap", "fork", "foreign", "epoch")),
    *(f"Pulled {one}" for one in ("ok", "epoch")),
    *(f"Leased {one}" for one in ("ok", "healing", "epoch")),
    *("Found ok", "Followed ok", "Keys ok"),
    *("lost request", "lost answer", "late request", "twice", "slow"),
    *("killed before commit", "killed after commit", "killed answered", "killed before printing"),
    *(
        "take",
        "take_named",
        "code",
        "call_next",
        "start",
        "finish",
        "hold",
        "pass_over",
        "collided",
    ),
    *("refused nobody-waiting", "refused no-numbers"),
)
"""What must have happened in enough seeds, or the simulation has gone blind."""


def hold(world: World) -> None:
    """Everything that must hold at the end. Raises `Broken`."""
    _hub_is_whole(world)
    held = {key_of(one.event): one.event.hash for one in world.hub.state.events}
    for key, said in world.watch.acked.items():
        # What a hub has lost, and only a computer had that was taken out of use, is lost.
        lost = world.restored and key[0] in world.watch.copied
        if held.get(key) != said and not lost:
            raise world.watch.broken("I3", f"the hub lacks what it had acknowledged: {key}")
    for machine in world.machines:
        _everything_is_there(world, machine, held)
        report = verify(machine.store)
        if not report.ok:
            raise world.watch.broken("I7", f"{machine.name}: {report.findings[:3]}")
    _are_alike(world)
    _are_as_reckoned(world)


def missing(seen: Counter[str]) -> list[str]:
    """What has not happened in all these seeds (I13)."""
    return [what for what in SOMETIMES if not seen[what]]


def _hub_is_whole(world: World) -> None:
    mark = bytes(32)
    places: Counter[str] = Counter()
    last: dict[tuple[str, str], tuple[int, bytes]] = {}
    for lsn, one in enumerate(world.hub.state.events, start=1):
        event, stream = one.event, one.event.stream
        places[stream] += 1
        mark = sha256(mark + event.hash).digest()
        before = last.get((event.device, stream), (0, GENESIS))
        whole = (
            (one.lsn, one.place, one.mark) == (lsn, places[stream], mark)
            and (event.seq - 1, event.prev_hash) == before
            and digest(event) == event.hash
        )
        if not whole:
            raise world.watch.broken("I5", f"the log of the hub at {lsn}: {key_of(event)}")
        last[event.device, stream] = event.seq, event.hash


def _everything_is_there(world: World, machine: Machine, held: dict[Key, bytes]) -> None:
    """What this machine has done is at the hub, and what it reads of the hub is here."""
    here = {key_of(event): event.hash for _, event in log.read(machine.store.db)}
    done = {key_of(event): event.hash for event in machine.committed}
    for key, said in {**here, **done}.items():
        if held.get(key) != said:
            raise world.watch.broken("I4", f"{machine.name} has, and the hub has not: {key}")
    for key in held:
        if key not in here and (key[1] in OPEN_STREAMS or key in done):
            raise world.watch.broken("I6", f"the hub has, and {machine.name} has not: {key}")


def _are_alike(world: World) -> None:
    first, *others = world.machines
    for table in schema.TABLES:
        wanted = _rows(first, table)
        for other in others:
            if _rows(other, table) != wanted:
                raise world.watch.broken("I6", f"{table}: {first.name} and {other.name} differ")


def _rows(machine: Machine, table: str) -> list[Any]:
    """All but what only a reader of the private streams has."""
    names, private = schema.columns(table), schema.SEALED.get(table, ())
    shared = [at for at, name in enumerate(names) if name not in private]
    found = rows(machine.store.db, table).fetchall()
    return found if not private else [[row[at] for at in shared] for row in found]


def _are_as_reckoned(world: World) -> None:
    """The machines have the legs that the watcher has, and left out the same events."""
    watch = world.watch
    for machine in world.machines:
        db = machine.store.db
        found = {row[0]: row[1:] for row in db.execute(f"SELECT id, {', '.join(LEG)} FROM leg")}
        wanted = {key: tuple(leg.get(name) for name in LEG) for key, leg in watch.legs.items()}
        if found != wanted:
            raise watch.broken("I6", f"{machine.name} has other legs than the log makes")
        left = set(db.execute(LEFT))
        if left != watch.left_out:
            odd = sorted(left ^ watch.left_out)[:3]
            raise watch.broken("I2", f"{machine.name}: collisions marked otherwise: {odd}")
