"""How long a visit may take, as a range: for the visitor, and checked afterwards.

A line of M identical windows serves its n waiting in about n * service / M. The range is wide on
purpose: the true wait depends on who turns up with priority, and on lengths nobody knows yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LOW = 0.7
HIGH = 1.4


class LineLoad(NamedTuple):
    """A line now: numbers ahead, windows that serve it as their own, usual service in ms."""

    ahead: int
    windows: int
    service_ms: int


class Step(NamedTuple):
    """One service of a visit: its id, its line, the steps it comes after, whether it is begun."""

    id: str
    line: str
    after: Sequence[str] = ()
    begun: bool = False


class Estimate(NamedTuple):
    """Milliseconds from now: until the first call, and until the whole visit is over."""

    call_low: int
    call_high: int
    end_low: int
    end_high: int


def wait_ms(load: LineLoad) -> float:
    """Expected time until the next number behind those ahead is called."""
    return load.ahead * load.service_ms / max(1, load.windows)


def estimate(steps: Sequence[Step], loads: Mapping[str, LineLoad]) -> Estimate | None:
    """One estimate for all services of a number, in the order of ``steps``; None when none is left.

    Waits for different lines run side by side; the visitor is served at one window at a time,
    and a step that comes after another begins to wait when that one is done.
    """
    now = 0.0
    first: float | None = None
    done: dict[str, float] = {}
    for step in steps:
        load = loads[step.line]
        ready = max((done[before] for before in step.after if before in done), default=0.0)
        start = now if step.begun else max(now, ready + wait_ms(load))
        first = start if first is None else min(first, start)
        now = done[step.id] = start + load.service_ms
    if first is None:
        return None
    return Estimate(round(first * LOW), round(first * HIGH), round(now * LOW), round(now * HIGH))
