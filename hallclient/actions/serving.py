"""Serving at a window: hold and take up again, wait outside, finish, hand on, reopen."""

from __future__ import annotations

from db.store import Store
from hallclient.actions import windows
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.legs import item_of, move_on, one_open
from hallclient.actions.moves import (
    HELD,
    Moves,
    current_leg,
    has_priority,
    legs_of,
    not_at_window,
    staffed_window,
    visit_of,
)
from hallclient.rules import policy as lanes
from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.roles import Role, allowed
from hallclient.rules.text import clean

TRANSFERS = ("window", "wrong-service", "next", "clerk", "consult")
"""To another window of the same service · taken for the wrong service · on to the next service ·
to a named clerk · to ask elsewhere and come back. Number and letter are always kept."""


def hold(store: Store, who: Actor, reason: str, minutes: int | None = None) -> Leg:
    """Put the visitor aside with a reason and a timer (挂起); the window is free.

    Raises ``hold-full``, ``no-such-reason``, ``hold-minutes``.
    """
    with acting(store, who, "window.serve") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        known = tx.hall.hold_reasons.get(reason)
        if known is None:
            raise Refused("no-such-reason", field="reason", reason=reason)
        timer = known.timer_ms if minutes is None else minutes * 60_000
        held = tx.row(f"SELECT count(*) AS n FROM leg WHERE {HELD} AND operator = ?", who.operator)
        moves = Moves(tx)
        count = held["n"] if held else 0
        moves.leg(leg, queue.hold(leg, known, timer, count, tx.hall.policy, tx.now))
        moves.window(window, state=windows.after_visitor(window), leg=None)
        tx.append("leg.held", leg.id, moves.set, number=leg.number, reason=reason)
        return leg


def resume(store: Store, who: Actor, number: str = "") -> Leg:
    """Take up a held number (回呼), by any window that serves its line; own ones first.

    Without a number: the one this operator holds longest. Raises ``nothing-held``,
    ``visitor-at-window``, ``at-window`` (another one), ``not-in-plan``.
    """
    with acting(store, who, "window.serve") as tx:
        window = staffed_window(tx)
        if window["leg"] is not None:
            raise Refused("visitor-at-window", window=window["id"])
        if window["state"] == windows.PAUSED:
            raise Refused("window-paused", window=window["id"])
        row = tx.row(
            f"SELECT * FROM leg WHERE {HELD} AND day = ?1 "
            "AND (number = ?2 OR (?2 = '' AND operator = ?3)) ORDER BY since, id LIMIT 1",
            tx.day,
            number,
            who.operator,
        )
        if row is None:
            raise Refused("nothing-held", field="number", number=number)
        leg = Leg(**row)
        not_at_window(tx, leg)
        if leg.line not in windows.plan_of(tx.hall, window) and leg.operator != who.operator:
            raise Refused("not-in-plan", number=leg.number, window=window["id"])
        reason = tx.hall.hold_reasons.get(leg.reason or "")
        away = reason is not None and reason.away
        moves = Moves(tx)
        moves.leg(leg, queue.resume(leg, window["id"], who.operator, tx.now, away=away))
        if away:
            moves.attempt(leg, band="resume", policy=tx.hall.policy.version)
        moves.window(
            window,
            state=windows.CALLING if away else windows.SERVING,
            leg=leg.id,
            resumes=_draining(window["state"], window["resumes"]),
        )
        tx.append("leg.resumed", leg.id, moves.set, number=leg.number)
        return leg


def send_out(store: Store, who: Actor, reason: str = "") -> Leg:
    """The visitor waits for a back office or a print; the window is free."""
    with acting(store, who, "window.serve") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        moves = Moves(tx)
        moves.leg(leg, queue.send_out(leg, clean(reason).strip() or "external", tx.now))
        moves.window(window, state=windows.after_visitor(window), leg=None)
        tx.append("leg.sent-out", leg.id, moves.set, number=leg.number)
        return leg


def finish(store: Store, who: Actor, outcome: str = "done", *, estimated: bool = False) -> Leg:
    """The service is over, with its outcome (办结). What depended on it goes on, or ends.

    A finish that was forgotten, or one marked ``estimated``, never enters an average.
    Raises ``no-such-outcome``.
    """
    with acting(store, who, "window.serve") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        known = tx.hall.outcomes.get(outcome)
        if known is None:
            raise Refused("no-such-outcome", field="outcome", outcome=outcome)
        doubted = leg.doubted_at is not None
        moves = Moves(tx)
        moves.leg(leg, queue.finish(leg, known, tx.now), estimated=estimated or doubted)
        moves.window(window, state=windows.after_visitor(window), leg=None)
        moves.settle(leg, goes_on=known.unblocks)
        tx.append("leg.finished", leg.id, moves.set, number=leg.number, outcome=outcome)
        return leg


def still_serving(store: Store, who: Actor) -> Leg:
    """Answer to the question whether a finish was forgotten: no, it just takes long."""
    with acting(store, who, "window.serve") as tx:
        leg = current_leg(tx, staffed_window(tx))
        if leg.doubted_at is None:
            raise Refused("not-doubted", number=leg.number)
        moves = Moves(tx)
        moves.leg(leg, {"doubted_at": None, "confirmed_at": tx.now})
        tx.append("leg.confirmed", leg.id, moves.set, number=leg.number)
        return leg


def reopen(store: Store, who: Actor, number: str) -> Leg:
    """Finished too early: serve on (重开). The same clerk within ten minutes, or a supervisor.

    Raises ``reopen-late``, ``reopen-other``, ``visitor-at-window``, ``at-window``,
    ``followers-begun``, ``already-open``.
    """
    with acting(store, who, "window.reopen") as tx:
        window = staffed_window(tx)
        if window["leg"] is not None:
            raise Refused("visitor-at-window", window=window["id"])
        windows.may_call(window)
        visit, legs = visit_of(tx, number)
        done = [leg for leg in legs if leg.state == queue.DONE]
        if not done:
            raise Refused(
                "wrong-state", field="number", number=number, state=legs[0].state, action="reopen"
            )
        leg = max(done, key=lambda leg: leg.closed_at or 0)
        if leg.operator != who.operator and tx.who.role != Role.SUPERVISOR:
            raise Refused("reopen-other", number=number, operator=leg.operator)
        not_at_window(tx, leg)
        one_open(tx, leg.person, item_of(tx, leg.item), leg.visit)
        moves = Moves(tx)
        moves.leg(leg, queue.reopen(leg, window["id"], who.operator, tx.hall.policy, tx.now))
        for other in legs:
            if leg.id in other.predecessors and other.state != queue.BLOCKED:
                moves.leg(other, queue.block_again(other, tx.now))
        moves.window(
            window,
            state=windows.SERVING,
            leg=leg.id,
            resumes=_draining(window["state"], window["resumes"]),
        )
        moves.close_visit(visit["id"], [leg.state for leg in legs])
        tx.append("leg.reopened", leg.id, moves.set, number=number)
        return leg


def transfer(store: Store, who: Actor, kind: str, to: str = "") -> Leg:
    """Hand the visitor on (转办); returns the leg in which the visit goes on.

    ``to``: a window id (``window``), an item code (``wrong-service``, ``next``, ``consult``), an
    operator (``clerk``). Raises ``no-such-transfer``, ``no-such-window``, ``no-such-item``,
    ``no-operator``, ``not-in-plan``, ``same-window``, ``window-unstaffed``, ``same-item``,
    ``already-open``.
    """
    with acting(store, who, "window.serve") as tx:
        window = staffed_window(tx)
        leg = current_leg(tx, window)
        if kind not in TRANSFERS:
            raise Refused("no-such-transfer", field="kind", kind=kind)
        moves = Moves(tx)
        if leg.state == queue.CALLED:
            moves.outcome(leg, "moved")
        if kind == "consult":
            made = _consult(tx, moves, leg, to)
        else:
            made = _hand_on(tx, moves, leg, kind, to)
        moves.window(window, state=windows.after_visitor(window), leg=None)
        tx.append(
            "leg.transferred", leg.id, moves.set, number=leg.number, how=kind, to=to, leg=made.id
        )
        return made


def take_over(store: Store, who: Actor, window: str) -> Leg:
    """A supervisor frees a silent window's visitor, who goes back to the old place in line."""
    with acting(store, who, "window.take-over") as tx:
        row = windows.window_row(tx, window)
        leg = current_leg(tx, row)
        moves = Moves(tx)
        moves.outcome(leg, "taken-over")
        priority = has_priority(tx, leg)
        changes = queue.take_over(leg, tx.hall.policy, tx.now, priority=priority)
        moves.leg(leg, changes, estimated=True)
        state = windows.DRAINING if row["resumes"] == windows.DRAINING else windows.IDLE
        moves.window(row, state=state, leg=None)
        tx.append("leg.taken-over", leg.id, moves.set, number=leg.number, window=window)
        return leg


def end_for(store: Store, who: Actor, window: str, outcome: str) -> Leg:
    """A supervisor ends the service that a window forgot to finish; its time is an estimate.

    Raises ``no-visitor``, ``no-such-outcome``; ``wrong-state`` for one that is only called.
    """
    with acting(store, who, "window.take-over") as tx:
        row = windows.window_row(tx, window)
        leg = current_leg(tx, row)
        known = tx.hall.outcomes.get(outcome)
        if known is None:
            raise Refused("no-such-outcome", field="outcome", outcome=outcome)
        moves = Moves(tx)
        moves.leg(leg, queue.finish(leg, known, tx.now), estimated=True)
        moves.window(row, state=windows.after_visitor(row), leg=None)
        moves.settle(leg, goes_on=known.unblocks)
        tx.append(
            "leg.ended",
            leg.id,
            moves.set,
            number=leg.number,
            window=window,
            outcome=outcome,
            reason="ended_by_supervisor",
        )
        return leg


def _hand_on(tx: Action, moves: Moves, leg: Leg, kind: str, to: str) -> Leg:
    now, policy = tx.now, tx.hall.policy
    item = item_of(tx, leg.item)
    reserved = {
        "lane": lanes.RETURN,
        "order_at": leg.ticket_at,
        "timer_at": now + policy.reserved_ms,
    }
    if kind == "window":
        target = windows.window_row(tx, to)
        if target["id"] == leg.window:
            raise Refused("same-window", field="to", window=to)
        if target["state"] == windows.CLOSED:
            raise Refused("window-unstaffed", field="to", window=to)
        if leg.line not in windows.plan_of(tx.hall, target):
            raise Refused("not-in-plan", field="to", number=leg.number, window=to)
        changes = {**reserved, "return_window": to}
    elif kind == "clerk":
        clerk = tx.row("SELECT role, state FROM operator WHERE id = ?", to)
        able = clerk is not None and allowed(clerk["role"], "window.next")
        if clerk is None or clerk["state"] != "active" or not able:
            raise Refused("no-operator", field="to", operator=to)
        changes = {**reserved, "reserved_for": to}
    else:
        item = item_of(tx, to)
        if item.code == leg.item:
            raise Refused("same-item", field="to", service=to)
        one_open(tx, leg.person, item, leg.visit)
        if kind == "wrong-service":
            usual = lanes.PRIORITY if has_priority(tx, leg) else lanes.ORDINARY
            lane = usual if leg.lane == lanes.RETURN else leg.lane
            changes = {"lane": lane, "order_at": leg.ticket_at, "ready_at": leg.ticket_at}
        else:
            changes = _onward(tx, leg)
    moves.leg(leg, queue.transfer(leg, kind.replace("-", "_"), now))
    made = move_on(tx, moves, leg, item, **changes)
    _follow(tx, moves, leg, made)
    return made


def _consult(tx: Action, moves: Moves, leg: Leg, to: str) -> Leg:
    """The visit asks elsewhere; this leg waits for the answer and comes back to this window."""
    item = item_of(tx, to)
    if item.code == leg.item:
        raise Refused("same-item", field="to", service=to)
    if leg.state != queue.SERVING:
        raise Refused("wrong-state", number=leg.number, state=leg.state, action="consult")
    one_open(tx, leg.person, item, leg.visit)
    made = move_on(tx, moves, leg, item, **_onward(tx, leg))
    after = " ".join((*leg.predecessors, made.id))
    moves.leg(leg, {**queue.send_out(leg, queue.CONSULT, tx.now), "after": after})
    return made


def _onward(tx: Action, leg: Leg) -> queue.Changes:
    """The place of a visit that goes on to another service: a credit, or its priority."""
    if has_priority(tx, leg):
        return {"lane": lanes.PRIORITY, "order_at": leg.ticket_at}
    return {"lane": lanes.JOINT, "order_at": tx.now - tx.hall.policy.joint_credit_ms}


def _follow(tx: Action, moves: Moves, old: Leg, new: Leg) -> None:
    """Whoever came after the transferred leg now comes after the one that goes on."""
    for leg in legs_of(tx, old.visit):
        if old.id in leg.predecessors:
            after = " ".join(new.id if key == old.id else key for key in leg.predecessors)
            moves.leg(leg, {"after": after})


def _draining(state: str, resumes: str | None) -> str | None:
    return windows.DRAINING if state == windows.DRAINING else resumes
