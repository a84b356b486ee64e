"""One safeguard taken out at a time: the simulated hall must notice each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from db import merge
from db.log import Placed
from hallclient.sync import messages as m
from hallclient.sync.core import Core
from hallclient.sync.replica import Replica
from tests.simkit import HubModel

Sabotage = Callable[[pytest.MonkeyPatch], None]


def no_expected(patch: pytest.MonkeyPatch) -> None:
    """The hub takes a call whatever else it holds."""
    push = HubModel.push

    def careless(hub: HubModel, name: str, said: m.Push) -> m.Pushed:
        return push(hub, name, m.Push(said.epoch, said.device, said.stream, said.events))

    patch.setattr(HubModel, "push", careless)


def no_dedupe(patch: pytest.MonkeyPatch) -> None:
    """A repetition is stored once more."""
    push = HubModel.push

    def twice(hub: HubModel, name: str, said: m.Push) -> m.Pushed:
        answer = push(hub, name, said)
        held = sum(one.event == said.events[-1] for one in hub.events)
        if answer.answer == "ok" and hub.events and held and said.events[-1].seq % 3 == 0:
            last = hub.events[-1]
            hub.events.append(Placed(last.lsn + 1, last.place + 1, last.mark, said.events[-1]))
        return answer

    patch.setattr(HubModel, "push", twice)


def ack_early(patch: pytest.MonkeyPatch) -> None:
    """A request that was sent counts as taken."""
    lost = Core.lost

    def hopeful(core: Core, now: int, cause: str = "") -> None:
        push = core.replica.unsent()
        if push is not None and cause == "request":
            core.replica.acked(push.device, push.stream, push.events[-1].seq)
        lost(core, now, cause)

    patch.setattr(Core, "lost", hopeful)


def no_epoch(patch: pytest.MonkeyPatch) -> None:
    """A hub that was put back to a backup goes on as if nothing had happened."""
    hello = HubModel.hello

    def blind(hub: HubModel, name: str, said: m.Hello) -> m.Greeted:
        return hello(hub, name, m.Hello(**{**_fields(said), "head": 0, "seen": ()}))

    patch.setattr(HubModel, "hello", blind)


def no_tail(patch: pytest.MonkeyPatch) -> None:
    """What comes is played behind what this machine has done since, not before it."""
    patch.setattr(merge._Joining, "_take_back", lambda *_: None)
    again = merge._Joining._again

    def not_again(joining: Any, pos: int, event: Any, *, keep: bool) -> None:
        play = joining.play
        joining.play = lambda *_, **__: None
        again(joining, pos, event, keep=keep)
        joining.play = play

    patch.setattr(merge._Joining, "_again", not_again)


def no_guards(patch: pytest.MonkeyPatch) -> None:
    """Two windows that served the same visitor are both right."""
    patch.setattr("db.play.GUARDS", {})


def lease_again(patch: pytest.MonkeyPatch) -> None:
    """A block that was given is given again."""
    lease = HubModel.lease

    def forgetful(hub: HubModel, name: str, said: m.Lease) -> m.Leased:
        before = dict(hub.next)
        answer = lease(hub, name, said)
        if len(hub.events) % 4 == 0:
            hub.next = before
        return answer

    patch.setattr(HubModel, "lease", forgetful)


def numbers_in_memory(patch: pytest.MonkeyPatch) -> None:
    """The number is counted by the line, as without a hub."""
    patch.setattr("hallclient.actions.legs.next_number", lambda tx, line, issued: issued + 1)


def no_withdrawal(patch: pytest.MonkeyPatch) -> None:
    """A call that nobody answered counts as allowed."""
    patch.setattr("hallclient.sync.arbiter.QueueArbiter._withdraw", lambda arbiter, tx: None)


def two_transactions(patch: pytest.MonkeyPatch) -> None:
    """What was read and how far it was read are written apart, and a kill comes between."""
    integrate = Replica.integrate

    def torn(replica: Replica, answer: m.Pulled) -> Any:
        if len(answer.events) > 1 and answer.events[-1].lsn % 5 == 0:
            with replica.store.act("system"):
                replica._put(after=str(answer.upto), mark=answer.mark.hex())
            return []
        return integrate(replica, answer)

    patch.setattr(Replica, "integrate", torn)


def _fields(said: m.Hello) -> dict[str, Any]:
    return {name: getattr(said, name) for name in said.__dataclass_fields__}


SABOTEURS: Final[tuple[Sabotage, ...]] = (
    no_expected,
    no_dedupe,
    ack_early,
    no_epoch,
    no_tail,
    no_guards,
    lease_again,
    numbers_in_memory,
    no_withdrawal,
    two_transactions,
)
