"""One safeguard taken out at a time, from outside. The simulation must notice each of them.

This is the test of the tests: a world in which one of these goes by unseen has gone blind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from db import merge
from db.log import Event
from hallclient.actions import codes
from hallclient.actions.acting import acting
from hallclient.actions.code_segments import scheme_in
from hallclient.simulation import deeds, faults
from hallclient.simulation.hub import HubModel
from hallclient.simulation.hub_state import NEVER, Device, Numbers
from hallclient.simulation.place import place
from hallclient.sync import messages as m
from hallclient.sync.arbiter import QueueArbiter
from hallclient.sync.core import Core
from hallclient.sync.replica import ACTOR, Replica

if TYPE_CHECKING:
    from hallclient.simulation.machine import Machine

Swaps = list[tuple[Any, Any, Any]]
"""(owner, name, what stands there meanwhile)"""


class Saboteur(NamedTuple):
    """What is swapped while it is at work, and in how many seeds it must be found."""

    seeds: int
    swaps: Callable[[], Swaps]

    def at_work(self) -> AbstractContextManager[None]:
        """Take the safeguard out for a while; the hall is made before."""
        place()
        return _swapped(self.swaps())


@contextmanager
def _swapped(swaps: Swaps) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, name, made in swaps:
            if isinstance(owner, dict):
                stack.callback(owner.__setitem__, name, owner[name])
                owner[name] = made
            else:
                stack.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, made)
        yield


# -- the hub


def _commit_order() -> Swaps:
    """Places are given before the commit: an older event may be seen after a newer one."""
    real = HubModel._pull

    def pull(hub: HubModel, known: Device, device: str, said: m.Pull) -> m.Pulled:
        answer = real(hub, known, device, said)
        seen = [one for one in answer.events if one.lsn % 7 or one.lsn == answer.upto]
        return replace(answer, events=tuple(seen))

    return [(HubModel, "_pull", pull)]


def _no_epoch() -> Swaps:
    """A hub that was put back to a backup goes on as if nothing had been."""
    real = HubModel._hello

    def hello(hub: HubModel, known: Device | None, device: str, said: m.Hello) -> m.Greeted:
        return real(hub, known, device, replace(said, head=0, seen=()))

    return [(HubModel, "_hello", hello)]


def _no_dedupe() -> Swaps:
    """What is sent once more is stored once more."""
    real = HubModel._push

    def push(hub: HubModel, known: Device, device: str, said: m.Push) -> m.Pushed:
        before = hub.head
        answer = real(hub, known, device, said)
        if answer.answer == "ok" and hub.head == before:
            hub._take(said.events[-1])
        return answer

    return [(HubModel, "_push", push)]


def _no_expected() -> Swaps:
    """The hub takes a call whatever else it holds."""
    real = HubModel._push

    def push(hub: HubModel, known: Device, device: str, said: m.Push) -> m.Pushed:
        said = said if said.expected is None else replace(said, expected=None)
        return real(hub, known, device, said)

    return [(HubModel, "_push", push)]


def _lease_reclaim() -> Swaps:
    """A block of a machine that says nothing is given to another."""
    real = HubModel._lease
    given: dict[str, tuple[str, int]] = {}

    def lease(hub: HubModel, device: str, said: m.Lease) -> m.Leased:
        answer = real(hub, device, said)
        owner, first = given.get(said.name, (device, 0))
        if answer.answer == "ok" and owner != device and answer.first > first > 0:
            answer = replace(answer, first=first)
        given[said.name] = device, answer.first
        return answer

    return [(HubModel, "_lease", lease)]


def _lease_after_restore() -> Swaps:
    """A hub that was put back to a backup gives numbers as if it knew what it gave since."""

    def begin(hub: HubModel, said: m.Lease, before: Numbers | None) -> Numbers:
        return Numbers(hub.state.epoch, before.next if before else said.total + 1, 0)

    return [(HubModel, "_begin", begin)]


def _constant_gap() -> Swaps:
    """After a restore a few numbers are left out, always as many."""

    def begin(hub: HubModel, said: m.Lease, before: Numbers | None) -> Numbers:
        first = before.next + 100 if before else said.total + 1
        return Numbers(hub.state.epoch, first, 0)

    often: Swaps = [(faults.ALL, faults.restore, 8), (faults.ALL, faults.backup, 2)]
    return [(HubModel, "_begin", begin), *often]


def _no_nonce() -> Swaps:
    """Nobody looks whether a disk was copied."""
    hello, push = HubModel._hello, HubModel._push

    def greet(hub: HubModel, known: Device | None, device: str, said: m.Hello) -> m.Greeted:
        if known is not None:
            known.nonce_of = NEVER
        return hello(hub, known, device, said)

    def take(hub: HubModel, known: Device, device: str, said: m.Push) -> m.Pushed:
        answer = push(hub, known, device, said)
        return replace(answer, answer="ok") if answer.answer == "fork" else answer

    often: Swaps = [(faults.ALL, faults.clone, 10)]
    return [(HubModel, "_hello", greet), (HubModel, "_push", take), *often]


# -- the machines


def _ack_early() -> Swaps:
    """What was sent counts as held."""
    real = Core.lost

    def lost(core: Core, now: int, cause: str = "") -> None:
        push = core.replica.unsent() if cause == "timeout" else None
        if push is not None:
            core.replica.acked(push.device, push.stream, push.events[-1].seq)
        real(core, now, cause)

    return [(Core, "lost", lost)]


def _print_first() -> Swaps:
    """A code is printed before it is durable that it was used."""

    def code(machine: Machine) -> str:
        who = deeds.DESK._replace(window=machine.who.window)
        with acting(machine.store, who, "code.lease") as tx:
            key = machine.store.env.new_id()
            made = codes.assign_in(tx, scheme_in(tx, deeds.SCHEME), key)
            machine.world.watch.code_printed(machine.device, made)
        return made

    return [(deeds, "code", code)]


def _numbers_by_line() -> Swaps:
    """The next number is the one after the last this machine has heard of."""
    from hallclient.actions import legs

    return [(legs, "next_number", lambda tx, line, issued: issued + 1)]


def _no_withdrawal() -> Swaps:
    """A call that nobody answered counts as allowed."""
    return [(QueueArbiter, "_withdraw", lambda arbiter, tx: None)]


def _no_guards() -> Swaps:
    """Two windows that had the same visitor are both right."""
    from db import play

    return [(play, "GUARDS", {})]


def _own_first() -> Swaps:
    """What comes is played behind what this machine has done since."""
    again, play = merge._Joining._again, merge._Joining.play

    def not_played(joining: Any, pos: int, event: Event, *, keep: bool) -> None:
        joining.play = lambda *_, **__: None
        again(joining, pos, event, keep=keep)
        joining.play = play.__get__(joining)

    return [
        (merge._Joining, "_take_back", lambda *_: None),
        (merge._Joining, "_again", not_played),
    ]


def _tx_split() -> Swaps:
    """How far was read is written down before what was read."""
    real = Replica.integrate

    def integrate(replica: Replica, answer: m.Pulled) -> list[Event]:
        after, mark = replica.after, replica.mark
        with replica.store.act(ACTOR):
            replica._put(after=str(answer.upto), mark=answer.mark.hex())
        with replica.store.act(ACTOR):
            replica._put(after=str(after), mark=mark.hex())
        return real(replica, answer)

    return [(Replica, "integrate", integrate)]


def _poison_blocks() -> Swaps:
    """What cannot be understood is not taken."""
    real = merge._Joining._arrive

    def arrive(joining: Any, event: Event) -> None:
        if event.kind == "robot.waved":
            raise merge.Unfitting("unknown", event.kind)
        real(joining, event)

    return [(merge._Joining, "_arrive", arrive)]


SABOTEURS: Final = {
    "commit-order": Saboteur(2, _commit_order),
    "no-epoch": Saboteur(10, _no_epoch),
    "no-dedupe": Saboteur(2, _no_dedupe),
    "no-expected": Saboteur(4, _no_expected),
    "lease-reclaim": Saboteur(4, _lease_reclaim),
    "lease-after-restore": Saboteur(20, _lease_after_restore),
    "constant-gap": Saboteur(100, _constant_gap),
    "no-nonce": Saboteur(10, _no_nonce),
    "ack-early": Saboteur(10, _ack_early),
    "print-first": Saboteur(20, _print_first),
    "numbers-by-line": Saboteur(2, _numbers_by_line),
    "no-withdrawal": Saboteur(4, _no_withdrawal),
    "no-guards": Saboteur(4, _no_guards),
    "own-first": Saboteur(4, _own_first),
    "tx-split": Saboteur(4, _tx_split),
    "poison-blocks": Saboteur(10, _poison_blocks),
}
"""By the name that ``hallclient hub simulate --without`` takes."""
