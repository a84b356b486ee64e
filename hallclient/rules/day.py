"""The business day: what is looked at before it opens, and how each open number ends with it.

Source: numbers taken before closing are served after it (号到即办); whatever is open when the day
is closed ends for what it was, or is carried over with the visitor's consent (结转), never as done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from hallclient.rules import queue
from hallclient.rules.catalogue import Hall, PlanKind, Policy
from hallclient.rules.hours import Span
from hallclient.rules.leg import Leg

OPEN = "open"
CLOSED = "closed"
"""States of a business day. One that nobody has touched has no state at all."""

OK, NOTICE, WARNING = "ok", "notice", "warning"
"""How a check came out. None of them stops the work: a hall opens because it is time."""

DAY_MS = 86_400_000
STALE_BACKUP_DAYS = 7
LITTLE_DISK = 1 << 30
"""Bytes below which the disk is told to be nearly full."""

CARRIABLE = frozenset({queue.BLOCKED, queue.WAITING, queue.HELD, queue.EXTERNAL})


class Check(NamedTuple):
    """One thing that was looked at: the text is ``day.check.<id>.<code>`` with ``params``."""

    id: str
    level: str
    code: str
    params: dict[str, Any]


class Facts(NamedTuple):
    """What is true of the hall before it opens. Times are UTC milliseconds."""

    now: int
    today: tuple[Span, ...]
    """Opening hours of the day."""
    backup_at: int | None
    staffed: tuple[str, ...]
    """Windows with somebody at them."""
    plans: dict[str, dict[str, PlanKind]]
    """Window -> its plan, for every window of the hall."""
    absent: tuple[str, ...]
    """Clerks who have not signed in."""
    bookings: int
    carried: int
    left_over: tuple[str, ...]
    """Numbers of earlier days that are still open."""
    unsigned: str
    """The last business day when nobody has signed its list; empty: none."""
    kiosks: tuple[str, ...]
    kiosks_on: tuple[str, ...]
    disk_free: int
    """Bytes."""


def checks(hall: Hall, facts: Facts) -> list[Check]:
    """Everything that can be computed, in the order in which it is looked at."""
    return [
        Check("edition", OK, "ok", {"version": hall.version, "policy": hall.policy.version}),
        _hours(facts),
        _windows(hall, facts),
        _several("clerks", NOTICE, facts.absent),
        _several("kiosks", NOTICE, tuple(k for k in facts.kiosks if k not in facts.kiosks_on)),
        Check("bookings", OK, "ok", {"n": facts.bookings, "carried": facts.carried}),
        _several("left-over", WARNING, facts.left_over),
        Check("yesterday", NOTICE, "unsigned", {"day": facts.unsigned})
        if facts.unsigned
        else Check("yesterday", OK, "ok", {}),
        _backup(facts),
        Check(
            "disk",
            OK if facts.disk_free >= LITTLE_DISK else WARNING,
            "ok" if facts.disk_free >= LITTLE_DISK else "little",
            {"mb": facts.disk_free >> 20, "gb": facts.disk_free >> 30},
        ),
    ]


def _hours(facts: Facts) -> Check:
    if not facts.today:
        return Check("hours", NOTICE, "none", {})
    opens, closes = facts.today[0][0], facts.today[-1][1]
    return Check("hours", OK, "ok", {"opens": opens, "closes": closes})


def _windows(hall: Hall, facts: Facts) -> Check:
    """Lines that no staffed window serves on an ordinary day."""
    served = {
        line
        for window in facts.staffed
        for line, kind in facts.plans.get(window, {}).items()
        if kind is not PlanKind.EMERGENCY
    }
    bare = [line for line in hall.lines if line not in served]
    counted = {"staffed": len(facts.staffed), "n": len(facts.plans), "lines": bare}
    if not bare:
        return Check("windows", OK, "ok", counted)
    return Check("windows", NOTICE, "uncovered" if facts.staffed else "nobody", counted)


def _several(name: str, level: str, found: tuple[str, ...]) -> Check:
    params = {"n": len(found), "which": list(found)}
    return Check(name, level if found else OK, "some" if found else "ok", params)


def _backup(facts: Facts) -> Check:
    if facts.backup_at is None:
        return Check("backup", WARNING, "none", {})
    days = max(0, facts.now - facts.backup_at) // DAY_MS
    stale = days >= STALE_BACKUP_DAYS
    return Check("backup", WARNING if stale else OK, "stale" if stale else "ok", {"days": days})


# -- closing


def end_of(leg: Leg, policy: Policy, now: int) -> queue.Changes:
    """What closing the day makes of an open leg."""
    if leg.state == queue.SERVING:
        return queue.break_off(leg, now)
    return queue.end_of_day(leg, policy, now)


def may_carry(states: Iterable[str]) -> bool:
    """Whether a number with legs in these states can be carried over.

    Something must be left to do, and the visitor is not at a window: what is going on there is
    finished or broken off first.
    """
    seen = set(states)
    return bool(seen & CARRIABLE) and not seen & queue.AT_WINDOW
