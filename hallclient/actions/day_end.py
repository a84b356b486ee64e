"""What the end of a business day makes of open numbers, and the boundary to the next day.

Every number that is open ends for what it was; none is made done. A day that nobody closed is
closed by the system when the next one begins, and may be signed later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from db.store import Row, Store, Tx
from hallclient.actions import day_cases
from hallclient.actions.acting import SYSTEM, Action
from hallclient.actions.moves import Moves, day_row, legs_of
from hallclient.rules import day as rules
from hallclient.rules import hours, queue
from hallclient.rules.catalogue import Hall
from hallclient.rules.leg import Leg

# One partial index each, in its very words: a quiet hall must not read its history.
_OFF_WINDOW: Final = (
    "SELECT id FROM leg WHERE state = 'waiting' AND day {0} ?1 "
    "UNION ALL SELECT id FROM leg WHERE state IN ('held', 'passed', 'external') AND day {0} ?1 "
    "UNION ALL SELECT id FROM leg WHERE state = 'blocked' AND day {0} ?1"
)
_ANYWHERE: Final = (
    f"{_OFF_WINDOW} UNION ALL SELECT id FROM leg WHERE state IN ('called', 'serving') "
    "AND day {0} ?1"
)
_LEGS: Final = "SELECT * FROM leg WHERE id IN ({0}) ORDER BY ticket_at, rowid"
_BEFORE: Final = f"{_OFF_WINDOW.format('<')} LIMIT 1"
_WORKED: Final = (
    "SELECT max(day) AS day FROM (SELECT substr(max(id), 1, 10) AS day FROM line WHERE id < ?1 "
    "UNION ALL SELECT max(day) FROM duty WHERE day < ?1 "
    "UNION ALL SELECT max(id) FROM business_day WHERE id < ?1)"
)


def open_now(store: Store | Tx, today: str) -> list[Leg]:
    """Every service that is open, also of earlier days, in the order of the numbers."""
    return _legs(store, _ANYWHERE.format("<="), today)


def left_over(store: Store | Tx, today: str) -> list[Leg]:
    """Services of earlier days that are still open."""
    return _legs(store, _ANYWHERE.format("<"), today)


def numbers_left(store: Store, today: str) -> int:
    """How many numbers of today have something open."""
    row = store.row(
        f"SELECT count(DISTINCT visit) AS n FROM leg WHERE id IN ({_ANYWHERE.format('=')})", today
    )
    return row["n"] if row else 0


def _legs(store: Store | Tx, ids: str, today: str) -> list[Leg]:
    return [Leg(**row) for row in store.rows(_LEGS.format(ids), today)]


def by_visit(legs: Iterable[Leg]) -> dict[str, list[Leg]]:
    """The legs of each visit, in their order."""
    visits: dict[str, list[Leg]] = {}
    for leg in legs:
        visits.setdefault(leg.visit, []).append(leg)
    return visits


def listed(leg: Leg, hall: Hall, now: int) -> Row:
    """An open service on the closing list, with the end that is proposed for it."""
    ended = rules.end_of(leg, hall.policy, now)
    since = leg.ready_at if leg.state == queue.WAITING else leg.since
    return {
        "leg": leg.id,
        "visit": leg.visit,
        "number": leg.number,
        "day": leg.day,
        "item": leg.item,
        "line": leg.line,
        "state": leg.state,
        "window": leg.window,
        "since": since,
        "wait_ms": now - since,
        "end": ended["state"],
        "reason": ended["reason"],
    }


def end_visit(tx: Action, legs: list[Leg], slot: int | None = None) -> tuple[Moves, list[Row]]:
    """End the open legs of one visit: the changes of its event, and its rows on the list.

    ``slot``: carried over to this opening (UTC ms), as far as that is possible.
    """
    moves, rows = Moves(tx), []
    for leg in legs:
        row, was = listed(leg, tx.hall, tx.now), leg.state
        carried = slot is not None and was in rules.CARRIABLE
        if carried:
            changes = queue.carry_over(leg, tx.now)
        else:
            changes = rules.end_of(leg, tx.hall.policy, tx.now)
        if was == queue.CALLED:
            moves.outcome(leg, "absent" if changes["reason"] == queue.NO_SHOW else "day-ended")
        # Nobody saw when the others stopped waiting or being served: their times are no measure.
        moves.leg(leg, changes, estimated=not carried)
        rows.append(
            {**row, "end": leg.state, "reason": leg.reason, "slot": slot if carried else None}
        )
    visit = legs[0].visit
    states = {leg.id: leg.state for leg in legs_of(tx, visit)} | {leg.id: leg.state for leg in legs}
    moves.close_visit(visit, list(states.values()))
    return moves, rows


def silence(tx: Action, moves: Moves, *, before: str = "") -> None:
    """Close what still calls for somebody: signals and alarms, or those of days before this."""
    for row in tx.rows(
        "SELECT * FROM signal WHERE closed_at IS NULL AND (?1 = '' OR day < ?1)", before
    ):
        moves.update("signal", row, {"closed_at": tx.now})
    for row in tx.rows(
        "SELECT * FROM alarm WHERE cleared_at IS NULL AND (?1 = '' OR day < ?1)", before
    ):
        moves.update("alarm", row, {"cleared_at": tx.now})


def write(tx: Action, moves: Moves, day: str, rows: list[Row], now: Row) -> None:
    """Close the day's record with one event; rows of an earlier closing stay on its list."""
    before = day_row(tx, day)
    earlier = json.loads(before["listed"])["rows"] if before and before["listed"] else []
    counted = tx.rows(
        "SELECT state, count(*) AS n FROM visit WHERE day = ? GROUP BY state ORDER BY state", day
    )
    told: Row = {
        "rows": earlier + rows,
        "numbers": {row["state"]: row["n"] for row in counted},
        "closes_at": hours.closes_at(tx.hall, tx.now) if day == tx.day else None,
    }
    if day == tx.day:
        left = day_cases.left(tx.store)
        told["cases"] = left[: day_cases.MOST]
        told["cases_left"] = {why: sum(one["why"] == why for one in left) for why in day_cases.WHYS}
    now = {**now, "state": rules.CLOSED, "listed": json.dumps(told, ensure_ascii=False)}
    if before is None:
        moves.insert("business_day", day, now)
    else:
        moves.update("business_day", before, now)
    carried = dict.fromkeys(row["number"] for row in rows if row["slot"] is not None)
    tx.append("day.closed", day, moves.set, ended=len(rows), carried=list(carried))


# -- the boundary


def any_earlier(store: Store) -> bool:
    """Whether something of an earlier day is to be ended; looks at indexes only."""
    today = store.env.day(store.env.now())
    return store.row(_BEFORE, today) is not None or _unclosed(store, today) != ""


def end_earlier(tx: Action) -> None:
    """Close the days before this one, as far as nobody has; the system signs nothing.

    Who is still at a window is left to the clerk. A window without a visitor is closed, and counts
    as staffed until the last thing that happened there.
    """
    days: dict[str, list[Row]] = {}
    unclosed = _unclosed(tx, tx.day)
    if unclosed:
        days[unclosed] = []
    for visit, legs in by_visit(_legs(tx, _OFF_WINDOW.format("<"), tx.day)).items():
        moves, rows = end_visit(tx, legs)
        tx.append("visit.day-ended", visit, moves.set, number=legs[0].number)
        days.setdefault(legs[0].day, []).extend(rows)
    for day, rows in sorted(days.items()):
        moves = Moves(tx)
        if day == unclosed:
            _leave_windows(tx, moves)
            silence(tx, moves, before=tx.day)
        row = day_row(tx, day)
        fresh = row is None or row["state"] != rules.CLOSED
        write(tx, moves, day, rows, {"closed_by": SYSTEM, "closed_at": tx.now} if fresh else {})


def _unclosed(store: Store | Tx, today: str) -> str:
    """The last day of work before this one, unless it is closed; empty then."""
    row = store.row(_WORKED, today)
    day = row["day"] if row else None
    if day is None:
        return ""
    known = store.row("SELECT state FROM business_day WHERE id = ?", day)
    return "" if known is not None and known["state"] == rules.CLOSED else str(day)


def _leave_windows(tx: Action, moves: Moves) -> None:
    for window in tx.rows("SELECT * FROM window WHERE state <> 'closed' AND leg IS NULL"):
        for duty in tx.rows(
            "SELECT * FROM duty WHERE window = ? AND ended_at IS NULL", window["id"]
        ):
            ended = max(duty["started_at"], window["since"])
            moves.update("duty", duty, {"ended_at": ended})
        left = {"state": "closed", "operator": None, "reason": None, "resumes": None}
        moves.update("window", window, {**left, "since": tx.now})
