"""Several services on one number (联合叫号): their order, and what the whole visit has come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg


def in_order(after: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys so that each comes after those it depends on; the given order otherwise.

    Raises ``dependency-cycle`` when there is no such order.
    """
    done: list[str] = []
    left = list(after)
    while left:
        ready = next((key for key in left if all(b in done for b in after[key])), None)
        if ready is None:
            raise Refused("dependency-cycle", services=" ".join(left))
        left.remove(ready)
        done.append(ready)
    return done


def ready_after(leg: Leg, states: Mapping[str, str]) -> bool:
    """Whether all predecessors have ended well. ``states``: leg id -> state, for one visit.

    A transferred leg went on under another id, which the use case puts into ``after``.
    """
    return all(states.get(before) == queue.DONE for before in leg.predecessors)


def all_ended(leg: Leg, states: Mapping[str, str]) -> bool:
    """Whether all predecessors have ended, well or not."""
    return all(states.get(before) in queue.FINAL for before in leg.predecessors)


def visit_state(states: Iterable[str]) -> str:
    """The visit's state from those of its legs: ``open``, or how it ended.

    Something carried over makes it ``carried_over``: it goes on another day. Otherwise one service
    done is enough for ``done``; then ``abandoned`` before ``cancelled``. A transfer counts by the
    leg that went on.
    """
    seen = set(states)
    if seen & queue.OPEN:
        return "open"
    for state in (queue.CARRIED_OVER, queue.DONE, queue.ABANDONED):
        if state in seen:
            return state
    return queue.CANCELLED
