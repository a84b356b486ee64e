"""Calling visitors to a window: next, a chosen one, again, not here."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from db.store import Row, Store
from hallclient.actions import windows
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.moves import OF_LEG, Moves, current_leg, leg_of, staffed_window
from hallclient.actions.sweep import timers
from hallclient.actions.together import cut_off, fetch_later, own_share, together
from hallclient.rules import policy, queue
from hallclient.rules.catalogue import PlanKind
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.policy import Choice, Head, LineCount

_HEAD = "id, line, lane, order_at, ticket_at, ready_at, turn"
# A visitor at one window is not called to another, whatever else their number waits for.
_FREE = (
    "NOT EXISTS (SELECT 1 FROM leg o WHERE o.visit = leg.visit "
    "AND o.state IN ('called', 'serving'))"
)
_HEADS = f"""
    SELECT {_HEAD} FROM leg WHERE id IN (
        SELECT (
            SELECT leg.id FROM leg
            WHERE leg.state = 'waiting' AND leg.day = ?1 AND leg.line = plan.value
              AND leg.lane = lane.value AND leg.eligible_at <= ?2
              AND (?5 OR leg.eligible_call = 0 OR leg.eligible_call <= coalesce(
                  (SELECT calls FROM line WHERE id = ?1 || ':' || plan.value), 0))
              AND {_FREE}
            ORDER BY leg.order_at, leg.turn, leg.rowid LIMIT 1)
        FROM json_each(?3) plan CROSS JOIN json_each(?4) lane)"""
_SHARE = _HEADS.replace(_FREE, f"{_FREE} AND falls_here(leg.id)")
"""The same of what falls to a window that is cut off."""
_RETURNS = f"""
    SELECT {_HEAD} FROM leg
    WHERE state = 'waiting' AND return_window = ?1 AND day = ?3 AND {_FREE}
    UNION SELECT {_HEAD} FROM leg
    WHERE state = 'waiting' AND reserved_for = ?2 AND day = ?3 AND {_FREE}
    ORDER BY ready_at, id LIMIT 1"""
_LANES = json.dumps(policy.POOL_LANES)


class Called(NamedTuple):
    """A leg at a window, and why it was this one."""

    leg: Leg
    why: dict[str, Any]
    again: bool = False
    """The window had this visitor already: nothing new was called."""


def call_next(store: Store, who: Actor) -> Called:
    """Call who is next by the policy (呼叫). Safe to repeat: an open visitor is given again.

    Raises ``nobody-waiting``, ``window-paused``, ``window-closed``, ``hub-busy``.
    """
    return together(store, lambda: _call_next(store, who))


def _call_next(store: Store, who: Actor) -> Called:
    with acting(store, who, "window.next") as tx:
        window = staffed_window(tx)
        if window["leg"] is not None:
            return at_window(tx, window)
        windows.may_call(window)
        timers(tx)
        choice, counts = _choose(tx, window)
        if choice is None:
            raise Refused("nobody-waiting", window=window["id"])
        return _claim(tx, window, leg_of(tx, choice.head.leg), choice, counts)


def call_chosen(store: Store, who: Actor, number: str, reason: str) -> Called:
    """Call a number out of order (选呼), with a reason that stays on the record.

    Calling the one whose turn it is anyway needs none. Raises ``reason-needed``,
    ``no-such-number``, ``not-waiting``, ``visitor-at-window``, ``hub-busy``.
    """
    return together(store, lambda: _call_chosen(store, who, number, reason))


def _call_chosen(store: Store, who: Actor, number: str, reason: str) -> Called:
    with acting(store, who, "window.call") as tx:
        window = staffed_window(tx)
        if window["leg"] is not None:
            found = at_window(tx, window)
            if found.leg.number == number:
                return found
            raise Refused("visitor-at-window", window=window["id"], number=found.leg.number)
        windows.may_call(window)
        timers(tx)
        leg = waiting_leg(tx, number, window)
        choice, counts = _choose(tx, window)
        if choice is not None and choice.head.leg == leg.id:
            return _claim(tx, window, leg, choice, counts)
        if not reason:
            raise Refused("reason-needed", field="reason", number=number)
        if reason not in tx.hall.order_reasons:
            raise Refused("no-such-reason", field="reason", reason=reason)
        head = Head(leg.id, leg.line, leg.lane, leg.order_at, leg.ticket_at, leg.ready_at, leg.turn)
        passed = choice.head.leg if choice is not None else ""
        out = Choice(head, "chosen", policy.wait_of(head, tx.now), passed_over=passed)
        return _claim(tx, window, leg, out, counts, reason=reason)


def recall(store: Store, who: Actor) -> Called:
    """Announce the called visitor again (重呼). Raises ``recall-too-soon``, ``recall-limit``."""
    with acting(store, who, "window.call") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        moves = Moves(tx)
        changes = queue.recall(leg, tx.hall.policy, tx.now)
        moves.outcome(leg, "repeated")
        moves.leg(leg, changes)
        moves.attempt(leg, band="recall", policy=tx.hall.policy.version)
        tx.append("leg.recalled", leg.id, moves.set, number=leg.number)
        return Called(leg, {"band": "recall", "attempt": leg.attempts})


def start(store: Store, who: Actor) -> Leg:
    """The visitor has come: begin to serve (开始). Raises ``no-visitor``."""
    with acting(store, who, "window.serve") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        moves = Moves(tx)
        moves.leg(leg, queue.start(leg, tx.now))
        moves.outcome(leg, "arrived")
        moves.window(window, state=windows.SERVING)
        tx.append("leg.started", leg.id, moves.set, number=leg.number)
        return leg


def pass_over(store: Store, who: Actor) -> Leg:
    """The visitor did not come (过号); the second time ends the number.

    Raises ``pass-too-early`` with what is still missing.
    """
    with acting(store, who, "window.call") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        moves = Moves(tx)
        moves.leg(leg, queue.pass_over(leg, tx.hall.policy, tx.now))
        moves.outcome(leg, "absent")
        moves.window(window, state=windows.after_visitor(window), leg=None)
        if leg.state in queue.FINAL:
            moves.settle(leg, goes_on=False)
        tx.append("leg.passed", leg.id, moves.set, number=leg.number)
        return leg


def peek(tx: Action, window: Row) -> Choice | None:
    """Whom the window would call now. Reads only."""
    return _choose(tx, window)[0]


def at_window(tx: Action, window: Row) -> Called:
    """The visitor the window already has, with the reason of the call."""
    leg = current_leg(tx, window)
    row = tx.row(
        f"SELECT why FROM attempt WHERE {OF_LEG} AND why IS NOT NULL ORDER BY at DESC LIMIT 1",
        leg.id,
    )
    return Called(leg, json.loads(row["why"]) if row else {}, again=True)


def waiting_leg(tx: Action, number: str, window: Row) -> Leg:
    """The waiting leg of a number, one this window serves before another.

    Raises ``no-such-number``, ``not-waiting`` with the state it is in.
    """
    rows = tx.rows(
        "SELECT leg.* FROM visit JOIN leg ON leg.visit = visit.id WHERE visit.day = ? "
        "AND visit.number = ? ORDER BY leg.closed_at IS NOT NULL, leg.rowid",
        tx.day,
        number,
    )
    legs = [Leg(**row) for row in rows]
    if not legs:
        raise Refused("no-such-number", field="number", number=number)
    waiting = [leg for leg in legs if leg.state == queue.WAITING]
    busy = next((leg for leg in legs if leg.state in queue.AT_WINDOW), None)
    if busy is not None or not waiting:
        shown = busy or legs[0]
        raise Refused(
            "not-waiting",
            field="number",
            number=number,
            state=shown.state,
            window=shown.window or "",
        )
    plan = windows.plan_of(tx.hall, window)
    return next((leg for leg in waiting if leg.line in plan), waiting[0])


def _choose(tx: Action, window: Row) -> tuple[Choice | None, dict[str, LineCount]]:
    # Lines for an emergency that is not on must not hide those who come late in the own ones.
    plan = {
        line: kind
        for line, kind in windows.plan_of(tx.hall, window).items()
        if kind is not PlanKind.EMERGENCY or window["emergency"]
    }
    counts = {
        line: LineCount(calls, due_run)
        for line, calls, due_run in tx.db.execute(
            "SELECT line, calls, due_run FROM line WHERE day = ?", (tx.day,)
        )
    }
    draining = window["state"] == windows.DRAINING
    returns = [
        Head(row[0], row[1], policy.RETURN, *row[3:])
        for row in tx.db.execute(_RETURNS, (window["id"], tx.who.operator, tx.day))
    ]
    if returns or draining:
        heads = returns
    else:
        apart = cut_off(tx.store)
        if apart:
            share = own_share(tx.store, window["id"])
            tx.db.create_function("falls_here", 1, share)
        heads = _heads(tx, plan, late=False, apart=apart)
        heads = heads or _heads(tx, plan, late=True, apart=apart)
    chosen = policy.choose(
        heads,
        plan,
        tx.hall.lines,
        counts,
        tx.hall.policy,
        tx.now,
        emergency=bool(window["emergency"]),
        guarded=bool(window["guarded"]),
    )
    return chosen, counts


def _heads(tx: Action, plan: dict[str, PlanKind], *, late: bool, apart: bool) -> list[Head]:
    """The first eligible leg of each lane.

    ``late`` lets in numbers that came back after a pass and would wait for more calls: they are
    called when there is nobody else.
    """
    sql = _SHARE if apart else _HEADS
    rows = tx.db.execute(sql, (tx.day, tx.now, json.dumps(list(plan)), _LANES, late))
    return [Head(*row) for row in rows]


def _claim(
    tx: Action,
    window: Row,
    leg: Leg,
    choice: Choice,
    counts: dict[str, LineCount],
    *,
    reason: str = "",
) -> Called:
    moves = Moves(tx)
    why: dict[str, Any] = {
        "band": choice.band,
        "lane": choice.head.lane,
        "wait_ms": choice.wait_ms,
        "line": leg.line,
    }
    if choice.head.lane == policy.BOOKED:
        # The place in line of somebody who came late is not the time that was booked.
        booked = tx.db.execute("SELECT slot FROM visit WHERE id = ?", (leg.visit,)).fetchone()
        why["slot"] = booked[0]
    if choice.spare:
        why["spare"] = True
    if choice.passed_over:
        why["passed_over"] = leg_of(tx, choice.passed_over).number
    moves.leg(leg, queue.call(leg, window["id"], tx.who.operator, tx.now))
    moves.attempt(
        leg,
        band=choice.band,
        why=json.dumps(why, ensure_ascii=False),
        policy=tx.hall.policy.version,
        chosen=reason or None,
    )
    guarded = window["guarded"]
    if choice.band != policy.BAND_RETURN:
        guarded = int(choice.band == policy.BAND_GUARD)
    resumes = window["state"] if window["state"] == windows.DRAINING else window["resumes"]
    moves.window(
        window, state=windows.CALLING, leg=leg.id, reason=None, guarded=guarded, resumes=resumes
    )
    windows.heard(tx, moves, window)
    if choice.band != policy.BAND_RETURN:
        before = counts.get(leg.line, LineCount())
        after = before.after(choice.band)
        moves.set.append(
            (
                "line",
                f"{leg.day}:{leg.line}",
                {"calls": before.calls, "due_run": before.due_run},
                {"calls": after.calls, "due_run": after.due_run},
            )
        )
    facts: dict[str, Any] = {"number": leg.number, "why": why, "policy": tx.hall.policy.version}
    if cut_off(tx.store):
        facts["offline"] = True
    if reason:
        facts["reason"] = reason
    tx.append("leg.called", leg.id, moves.set, **facts)
    fetch_later(tx, "visit", leg.visit)
    return Called(leg, why)
