"""What people do at a window: the real use cases, and what of them leaves the computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db.errors import StoreError
from hallclient.actions import calling, codes, serving, sweep, tickets
from hallclient.actions.acting import Actor, acting
from hallclient.actions.code_segments import scheme_in
from hallclient.actions.tickets import Request
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.simulation.machine import Machine

ITEM: Final = "SP078"
SCHEME: Final = "health"
DESK: Final = Actor("s01", "supervisor")
NAME: Final = "欧阳莲子"
IDENTITY: Final = "42010019900101"
PHONE: Final = "1380013"
"""How what nobody outside may read begins: of the people in this hall, all alike."""
LOOKS: Final = 250
"""How soon a worker sees what somebody at the same computer has written (ms)."""


def something(machine: Machine) -> None:
    """What there is to do at this window now, or what somebody wants who comes in."""
    world, store = machine.world, machine.store
    dice = world.dice
    row = store.row("SELECT state FROM window WHERE id = ?", machine.who.window)
    state = row["state"] if row else ""
    if dice.random() < 0.45:
        deed = dice.choices((take, take_named, code, clock), (12, 2, 3, 1))[0]
    elif state == "calling":
        deed = dice.choices((start, pass_over, recall), (8, 2, 1))[0]
    elif state == "serving":
        deed = dice.choices((finish, hold), (8, 1))[0]
    else:
        deed = dice.choices((call_next, resume), (10, 1))[0]
    what = deed.__name__
    with machine.living():
        try:
            said = deed(machine)
        except Refused as refused:
            said = refused.code
            world.seen[f"refused {said}"] += 1
        except StoreError as error:
            # Two copies of a disk have given the same number.
            if machine.device not in world.watch.copied or error.code != "diverged":
                raise
            said = error.code
        else:
            world.seen[what] += 1
        world.note(machine, f"{what} {said}")
    world.clock.after(dice.randrange(LOOKS), machine.rung)


def take(machine: Machine) -> str:
    """Somebody takes a number."""
    return _printed(machine, Request([ITEM]))


def take_named(machine: Machine) -> str:
    """Somebody takes a number and says who they are."""
    n = machine.world.dice.randrange(10_000)
    person = {
        "name": f"{NAME}{n}",
        "identity": f"{IDENTITY}{n:04d}",
        "phone": f"{PHONE}{n:04d}",
    }
    return _printed(machine, Request([ITEM], person=person))


def _printed(machine: Machine, request: Request) -> str:
    ticket = tickets.take(machine.store, DESK, request)
    machine.dies("before printing")
    machine.world.watch.number_given(machine.device, ticket.day, ticket.number)
    return ticket.number


def code(machine: Machine) -> str:
    """A certificate gets its code."""
    made = assign(machine)
    machine.dies("before printing")
    machine.world.watch.code_printed(machine.device, made)
    return made


def assign(machine: Machine) -> str:
    """A code, durable before anybody sees it."""
    with acting(machine.store, DESK._replace(window=machine.who.window), "code.lease") as tx:
        key = machine.store.env.new_id()
        return codes.assign_in(tx, scheme_in(tx, SCHEME), key)


def call_next(machine: Machine) -> str:
    """The next one, please."""
    called = calling.call_next(machine.store, machine.who)
    arbiter = machine.store.arbiter
    if not called.again and arbiter is not None and arbiter.connected(machine.local()):
        machine.world.watch.spoken(machine.who.window, called.leg.id)
    return f"{called.leg.number} {'again' if called.again else called.leg.attempts}"


def start(machine: Machine) -> str:
    """They have come."""
    return calling.start(machine.store, machine.who).number


def recall(machine: Machine) -> str:
    """Called again."""
    return calling.recall(machine.store, machine.who).leg.number


def pass_over(machine: Machine) -> str:
    """They have not come."""
    return calling.pass_over(machine.store, machine.who).number


def finish(machine: Machine) -> str:
    """Done."""
    return serving.finish(machine.store, machine.who).number


def hold(machine: Machine) -> str:
    """Put aside."""
    return serving.hold(machine.store, machine.who, machine.world.hold_reason).number


def resume(machine: Machine) -> str:
    """Taken up again."""
    return serving.resume(machine.store, machine.who).number


def clock(machine: Machine) -> str:
    """What a desk does every few seconds."""
    return str(sweep.sweep(machine.store))
