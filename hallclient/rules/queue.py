"""The leg's state machine: one service of one visit, from the ticket to its end.

Each function takes what is true now and returns what changes; it reads no clock and writes
nothing. What may not be done raises `Refused` with a reason the clerk can act on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import HoldReason, Outcome, Policy
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg

Changes = dict[str, Any]

BLOCKED = "blocked"
WAITING = "waiting"
CALLED = "called"
SERVING = "serving"
HELD = "held"
PASSED = "passed"
EXTERNAL = "external"
DONE = "done"
TRANSFERRED = "transferred"
CANCELLED = "cancelled"
ABANDONED = "abandoned"
CARRIED_OVER = "carried_over"

OPEN = frozenset({BLOCKED, WAITING, CALLED, SERVING, HELD, PASSED, EXTERNAL})
FINAL = frozenset({DONE, TRANSFERRED, CANCELLED, ABANDONED, CARRIED_OVER})
AT_WINDOW = frozenset({CALLED, SERVING})

TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "unblock": (frozenset({BLOCKED}), WAITING),
    "call": (frozenset({WAITING}), CALLED),
    "recall": (frozenset({CALLED}), CALLED),
    "start": (frozenset({CALLED}), SERVING),
    "pass": (frozenset({CALLED}), PASSED),
    "reinstate": (frozenset({PASSED}), WAITING),
    "expire": (frozenset({PASSED}), ABANDONED),
    "hold": (frozenset({SERVING}), HELD),
    "resume": (frozenset({HELD}), SERVING),
    "return": (frozenset({HELD}), WAITING),
    "send-out": (frozenset({SERVING}), EXTERNAL),
    "come-back": (frozenset({EXTERNAL}), WAITING),
    "release": (frozenset({WAITING}), WAITING),
    "finish": (frozenset({SERVING}), DONE),
    "transfer": (frozenset({CALLED, SERVING}), TRANSFERRED),
    "cancel": (frozenset({BLOCKED, WAITING, HELD, PASSED, EXTERNAL}), CANCELLED),
    "walk-out": (frozenset({BLOCKED, WAITING}), ABANDONED),
    "reopen": (frozenset({DONE}), SERVING),
    "take-over": (frozenset({CALLED, SERVING}), WAITING),
    "day-end": (frozenset({BLOCKED, WAITING, CALLED, HELD, PASSED, EXTERNAL}), ABANDONED),
    "break-off": (frozenset({SERVING}), CANCELLED),
    "carry-over": (frozenset({BLOCKED, WAITING, HELD, EXTERNAL}), CARRIED_OVER),
}
"""Action -> (states it starts from, state it leads to).

Nothing else moves a leg, except undo and `block_again`."""

CONSULT = "consult"
NO_SHOW = "no_show"
WALKOUT = "walkout"
DAY_END = "eod"
BROKEN_OFF = "ended_by_supervisor"


def target(action: str, leg: Leg) -> str:
    """The state an action leads to. Raises `Refused` ``wrong-state``."""
    sources, reached = TRANSITIONS[action]
    if leg.state not in sources:
        raise Refused("wrong-state", number=leg.number, state=leg.state, action=action)
    return reached


def _free(now: int) -> Changes:
    return {"since": now, "timer_at": None, "return_window": None, "reserved_for": None}


# -- coming to a window


def call(leg: Leg, window: str, operator: str, now: int) -> Changes:
    """Claim the leg for a window: the first announcement."""
    return {
        "state": target("call", leg),
        "window": window,
        "operator": operator,
        "attempts": 1,
        "last_call_at": now,
        **_free(now),
    }


def recall(leg: Leg, policy: Policy, now: int) -> Changes:
    """Announce again. Raises ``recall-too-soon`` (seconds left) or ``recall-limit``."""
    state = target("recall", leg)
    if leg.attempts > policy.recall_max:
        raise Refused("recall-limit", number=leg.number, limit=policy.recall_max)
    wait = (leg.last_call_at or leg.since) + policy.recall_gap_ms - now
    if wait > 0:
        raise Refused("recall-too-soon", number=leg.number, seconds=_seconds(wait))
    return {"state": state, "attempts": leg.attempts + 1, "last_call_at": now}


def start(leg: Leg, now: int) -> Changes:
    """The visitor stands at the window: walk time ends, service time begins."""
    return {"state": target("start", leg), "since": now, "doubted_at": None}


def pass_over(leg: Leg, policy: Policy, now: int) -> Changes:
    """Called and did not come (过号). Raises ``pass-too-early``.

    Open after so many announcements or so long a wait. The second time ends the leg.
    """
    state = target("pass", leg)
    left = leg.since + policy.pass_after_ms - now
    if leg.attempts < policy.pass_after_attempts and left > 0:
        raise Refused(
            "pass-too-early",
            number=leg.number,
            attempts=policy.pass_after_attempts - leg.attempts,
            seconds=_seconds(left),
        )
    if leg.reinstated >= policy.reinstate_max:
        return _end(ABANDONED, NO_SHOW, now)
    return {
        **_free(now),
        "state": state,
        "window": None,
        "operator": None,
        "timer_at": now + policy.passed_expires_ms,
    }


def reinstate(leg: Leg, policy: Policy, calls: int, now: int, *, priority: bool = False) -> Changes:
    """Back into line once (复号), eligible after some more calls of the line.

    ``calls`` is the line's count of calls so far; ``priority``: whether the visit has a verified
    one. Raises ``reinstate-limit``.
    """
    state = target("reinstate", leg)
    if leg.reinstated >= policy.reinstate_max:
        raise Refused("reinstate-limit", number=leg.number)
    return {
        **_free(now),
        **_pooled(leg, policy, priority),
        "state": state,
        "reinstated": leg.reinstated + 1,
        "eligible_at": max(now, (leg.last_call_at or 0) + policy.recent_call_gap_ms),
        "eligible_call": calls + policy.reinstate_after_calls,
    }


# -- at a window


def hold(
    leg: Leg, reason: HoldReason, timer_ms: int, held: int, policy: Policy, now: int
) -> Changes:
    """Put aside with a reason and a timer (挂起). ``held``: how many the clerk holds already.

    Raises ``hold-full``, or ``hold-minutes`` when the timer is out of range.
    """
    state = target("hold", leg)
    if held >= policy.hold_max:
        raise Refused("hold-full", limit=policy.hold_max)
    if not 0 < timer_ms <= policy.hold_longest_ms:
        raise Refused("hold-minutes", field="minutes", longest=policy.hold_longest_ms // 60_000)
    return {
        "state": state,
        "since": now,
        "reason": reason.id,
        "timer_at": now + timer_ms,
        "return_window": leg.window,
        "window": None,
    }


def resume(leg: Leg, window: str, operator: str, now: int, *, away: bool) -> Changes:
    """Take up a held leg (回呼); one who has left the window is called first."""
    target("resume", leg)
    here: Changes = {
        **_free(now),
        "window": window,
        "operator": operator,
        "reason": None,
        "doubted_at": None,
    }
    if away:
        return {**here, "state": CALLED, "attempts": 1, "last_call_at": now}
    return {**here, "state": SERVING}


def send_out(leg: Leg, reason: str, now: int) -> Changes:
    """The visitor waits on a back office or a printer; the window is free (EXTERNAL)."""
    return {
        "state": target("send-out", leg),
        "since": now,
        "reason": reason,
        "return_window": leg.window,
        "window": None,
    }


def finish(leg: Leg, outcome: Outcome, now: int) -> Changes:
    """Done, with an outcome (办结)."""
    return {**_end(target("finish", leg), outcome.id, now), "window": leg.window}


def reopen(leg: Leg, window: str, operator: str, policy: Policy, now: int) -> Changes:
    """Finished too early: serve on. Raises ``reopen-late`` after the time for it."""
    state = target("reopen", leg)
    if now - (leg.closed_at or leg.since) > policy.reopen_ms:
        raise Refused("reopen-late", number=leg.number, minutes=policy.reopen_ms // 60_000)
    return {
        "state": state,
        "window": window,
        "operator": operator,
        "since": now,
        "reason": None,
        "closed_at": None,
        "doubted_at": None,
    }


def doubtful(leg: Leg, p95_ms: int, policy: Policy, now: int) -> bool:
    """Whether a finish seems forgotten: served far beyond the line's 95th percentile.

    After the clerk has said that it just takes long, the time runs again from then.
    """
    if leg.state != SERVING or leg.doubted_at is not None:
        return False
    limit = max(policy.forgotten_floor_ms, round(policy.forgotten_factor * p95_ms))
    return now - max(leg.since, leg.confirmed_at or 0) > limit


# -- leaving a window


def transfer(leg: Leg, kind: str, now: int) -> Changes:
    """This leg ends here; the use case makes the one that goes on."""
    return {**_end(target("transfer", leg), f"transferred_{kind}", now), "window": leg.window}


def cancel(leg: Leg, reason: str, now: int) -> Changes:
    """Taken out of the line, by the visitor or by us."""
    return _end(target("cancel", leg), reason, now)


def walk_out(leg: Leg, now: int) -> Changes:
    """Left before being called."""
    return _end(target("walk-out", leg), WALKOUT, now)


def take_over(leg: Leg, policy: Policy, now: int, *, priority: bool = False) -> Changes:
    """A stuck window's visitor goes back to the head of the line, at the old place."""
    return {
        **_free(now),
        **_pooled(leg, policy, priority),
        "state": target("take-over", leg),
        "window": None,
        "operator": None,
        "eligible_at": now,
        "doubted_at": None,
    }


# -- by the clock, or because another leg ended


def expire(leg: Leg, now: int) -> Changes:
    """Passed and never came back in time."""
    return _end(target("expire", leg), NO_SHOW, now)


def end_of_day(leg: Leg, policy: Policy, now: int) -> Changes:
    """The hall closes and nobody serves this one any more: ended for what it was, never as done.

    Who was passed, and who was called until they could have been, did not come (``no_show``);
    everybody else ends with the day (``eod``).
    """
    state = target("day-end", leg)
    tried = leg.attempts >= policy.pass_after_attempts or now - leg.since >= policy.pass_after_ms
    absent = leg.state == PASSED or (leg.state == CALLED and tried)
    return _end(state, NO_SHOW if absent else DAY_END, now)


def break_off(leg: Leg, now: int) -> Changes:
    """The hall closes while the visitor is being served, and nobody said how it ended."""
    return _end(target("break-off", leg), BROKEN_OFF, now)


def carry_over(leg: Leg, now: int) -> Changes:
    """The visitor comes back on the next working day and is first then (结转)."""
    return _end(target("carry-over", leg), CARRIED_OVER, now)


def give_back(leg: Leg, policy: Policy, now: int) -> Changes:
    """A held leg whose timer has run out waits for its window first, then for any."""
    return _to_window("return", leg, leg.return_window, None, policy, now)


def come_back(leg: Leg, policy: Policy, now: int, *, after: Iterable[str] = ()) -> Changes:
    """The result from outside is here: wait for the same window first, then for any.

    ``after``: the predecessors that have ended; the leg waits for the others no longer.
    """
    back = _to_window("come-back", leg, leg.return_window, None, policy, now)
    return {**back, "after": " ".join(after)}


def release(leg: Leg, policy: Policy, now: int, *, priority: bool = False) -> Changes:
    """Nobody took a reserved leg in time: it joins the pool as a continuation."""
    return {
        "state": target("release", leg),
        **_pooled(leg, policy, priority),
        "timer_at": None,
        "return_window": None,
        "reserved_for": None,
    }


def unblock(leg: Leg, policy: Policy, now: int) -> Changes:
    """What this leg waited for is done: it continues the visit with a credit of time.

    A verified priority holds for every service of the visit, at its ticket time.
    """
    joint: Changes = {"lane": lanes.JOINT, "order_at": now - policy.joint_credit_ms}
    return {
        "state": target("unblock", leg),
        **({} if leg.lane == lanes.PRIORITY else joint),
        "since": now,
        "ready_at": now,
        "eligible_at": now,
    }


def block_again(leg: Leg, now: int) -> Changes:
    """What this leg waited for goes on after all. Raises ``followers-begun``.

    One that waits to come back from a consultation goes on waiting for its answer.
    """
    asking = leg.reason == CONSULT and leg.return_window is not None
    if leg.state != WAITING or (leg.attempts and not asking):
        raise Refused("followers-begun", number=leg.number)
    return {"state": EXTERNAL if asking else BLOCKED, "since": now, "timer_at": None}


def _pooled(leg: Leg, policy: Policy, priority: bool) -> Changes:
    """The place among those whom every window sees: the lane of returns is one window's only."""
    if leg.lane != lanes.RETURN:
        return {}
    if priority:
        return {"lane": lanes.PRIORITY, "order_at": leg.ticket_at}
    credited = leg.ready_at - policy.joint_credit_ms
    return {"lane": lanes.JOINT, "order_at": min(leg.order_at, credited)}


def _to_window(
    action: str, leg: Leg, window: str | None, operator: str | None, policy: Policy, now: int
) -> Changes:
    return {
        "state": target(action, leg),
        "lane": lanes.RETURN,
        "since": now,
        "ready_at": now,
        "eligible_at": now,
        "order_at": now,
        "window": None,
        "operator": None,
        "return_window": window,
        "reserved_for": operator,
        "timer_at": now + policy.reserved_ms,
    }


def _end(state: str, reason: str, now: int) -> Changes:
    return {
        **_free(now),
        "state": state,
        "window": None,
        "reason": reason,
        "closed_at": now,
    }


def _seconds(ms: int) -> int:
    return -(-ms // 1000)
