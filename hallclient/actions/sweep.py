"""What the clock does: days end, timers run out, finishes forgotten, wrap-up, bookings not kept.

Runs inside every call and, at a desk, every few seconds; each move is an event of its own.
"""

from __future__ import annotations

from db.store import Store
from hallclient.actions import day_end
from hallclient.actions.acting import SYSTEM, Action, Actor
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import Moves, day_row, has_priority, leg_of
from hallclient.actions.together import grace
from hallclient.rules import queue
from hallclient.rules.booking import CANCELLED, DAY_CLOSED, NO_SHOW, is_late
from hallclient.rules.leg import Leg

_DUE = "SELECT id FROM leg WHERE timer_at IS NOT NULL AND timer_at <= ? ORDER BY timer_at, id"
_SERVING = "SELECT id FROM leg WHERE state IN ('called', 'serving') AND doubted_at IS NULL"
# A number that was carried over is kept all its day.
_MISSED = (
    "SELECT * FROM booking WHERE state = 'booked' AND slot < ? AND (source <> 'carried' OR day < ?)"
)
_WRAPPED = "SELECT * FROM window WHERE state = 'wrap_up' AND since <= ?"


def sweep(store: Store) -> int:
    """Do everything that is due now, in one transaction; return how many events it took.

    Looks before it locks: on a quiet hall this writes nothing and waits for nobody.
    """
    hall, now = hall_of(store), store.env.now() - grace(store)
    due = store.row(_DUE, now) or store.row(_WRAPPED, now - hall.policy.wrap_up_ms)
    due = due or store.row(_MISSED, now - hall.policy.booked_late_ms, store.env.day(now))
    if due is None and not _any_doubtful(store, now) and not day_end.any_earlier(store):
        return 0
    with store.act(SYSTEM) as tx:
        action = Action(tx, Actor(SYSTEM, SYSTEM), hall)
        day_end.end_earlier(action)
        timers(action, now)
        _doubt(action, now)
        _wrap_up(action, now)
        _missed(action, now)
        return len(tx.appended)


def timers(tx: Action, due: int | None = None) -> None:
    """Move every leg whose timer has run out, now or at ``due`` (UTC ms)."""
    for row in tx.rows(_DUE, tx.now if due is None else due):
        leg = leg_of(tx, row["id"])
        moves = Moves(tx)
        policy = tx.hall.policy
        if leg.state == queue.HELD:
            kind = "leg.returned"
            moves.leg(leg, queue.give_back(leg, policy, tx.now))
        elif leg.state == queue.PASSED:
            kind = "leg.expired"
            moves.leg(leg, queue.expire(leg, tx.now))
            moves.settle(leg, goes_on=False)
        elif leg.state == queue.WAITING:
            kind = "leg.released"
            moves.leg(leg, queue.release(leg, policy, tx.now, priority=has_priority(tx, leg)))
        else:
            kind = "leg.timer-cleared"
            moves.leg(leg, {"timer_at": None})
        tx.append(kind, leg.id, moves.set, actor=SYSTEM)


def p95_of(store: Store, line: str, default_ms: int) -> int:
    """95th percentile of the line's measured service times in ms; the default below 20 of them.

    Only measured, closed periods count: a forgotten finish would raise its own limit.
    """
    times = [
        row[0]
        for row in store.db.execute(
            "SELECT ended_at - started_at FROM period WHERE line = ? AND kind = 'service' "
            "AND estimated = 0 AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 400",
            (line,),
        )
    ]
    if len(times) < 20:
        return default_ms
    times.sort()
    return int(times[-(-len(times) * 95 // 100) - 1])


def _any_doubtful(store: Store, now: int) -> bool:
    floor = now - hall_of(store).policy.forgotten_floor_ms
    return store.row(_SERVING + " AND state = 'serving' AND since < ?", floor) is not None


def _doubt(tx: Action, now: int) -> None:
    for row in tx.rows(_SERVING):
        leg: Leg = leg_of(tx, row["id"])
        line = tx.hall.lines.get(leg.line)
        if line is None:
            continue
        if queue.doubtful(leg, p95_of(tx.store, leg.line, line.p95_ms), tx.hall.policy, now):
            moves = Moves(tx)
            moves.leg(leg, {"doubted_at": tx.now})
            tx.append("leg.doubted", leg.id, moves.set, actor=SYSTEM)


def _wrap_up(tx: Action, now: int) -> None:
    for window in tx.rows(_WRAPPED, now - tx.hall.policy.wrap_up_ms):
        moves = Moves(tx)
        moves.window(window, state="idle")
        tx.append("window.ready", window["id"], moves.set, actor=SYSTEM)


def _missed(tx: Action, now: int) -> None:
    """Bookings whose visitor has not come in time; a late one may still check in.

    Who could not come, because the day was closed by then, has missed nothing: it is cancelled.
    """
    for row in tx.rows(_MISSED, now - tx.hall.policy.booked_late_ms, tx.day):
        moves = Moves(tx)
        day = day_row(tx, row["day"])
        closed = None if day is None else day["closed_at"]
        if closed is not None and not is_late(row["slot"], tx.hall.policy, closed):
            cancelled = {"state": CANCELLED, "since": tx.now, "reason": DAY_CLOSED}
            moves.update("booking", row, cancelled)
            tx.append("booking.cancelled", row["id"], moves.set, actor=SYSTEM)
            continue
        moves.update("booking", row, {"state": NO_SHOW, "since": tx.now})
        tx.append("booking.no-show", row["id"], moves.set, actor=SYSTEM)
