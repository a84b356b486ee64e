"""The business day: the check before opening, opening it, numbers stopped, what desks are told.

How it ends is in `day_close`. Nothing here is needed for the work: a hall whose day nobody opened
serves all the same, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from db.store import Row, Store, Tx
from hallclient.actions import day_end, windows
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.actions.legs import line_row
from hallclient.actions.moves import Moves, day_row
from hallclient.rules import day as rules
from hallclient.rules import hours
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

_BACKUP = (
    "SELECT max(at) AS at FROM event WHERE device = ? AND stream = 'store' "
    "AND kind = 'store.backed-up'"
)
_LAST = "SELECT id, signed_by FROM business_day WHERE id < ? ORDER BY id DESC LIMIT 1"
_MACHINES = (
    "SELECT id, role, signed_in_at FROM operator WHERE state = 'active' "
    "AND role IN ('clerk', 'kiosk') ORDER BY id"
)


# -- before opening


def opening(store: Store | Tx, disk_free: int | None = None) -> list[rules.Check]:
    """What can be computed before the hall opens, in the order of `rules.checks`.

    ``disk_free``: bytes; without it this machine is asked.
    """
    base = store.store if isinstance(store, Tx) else store
    hall, now = hall_of(base), base.env.now()
    today = base.env.day(now)
    operators = store.rows(_MACHINES)
    rows = store.rows("SELECT * FROM window ORDER BY number, id")
    seated = {row["operator"] for row in rows}
    booked = store.row(
        "SELECT count(*) AS n, coalesce(sum(source = 'carried'), 0) AS carried FROM booking "
        "WHERE day = ? AND state = 'booked'",
        today,
    )
    backup, last = store.row(_BACKUP, base.device), store.row(_LAST, today)
    kiosks = [row for row in operators if row["role"] == "kiosk"]
    facts = rules.Facts(
        now=now,
        today=tuple(hours.spans(hall, now)),
        backup_at=None if backup is None else backup["at"],
        staffed=tuple(row["id"] for row in rows if row["operator"] is not None),
        plans={row["id"]: windows.plan_of(hall, row) for row in rows if row["id"] in hall.windows},
        absent=tuple(
            row["id"]
            for row in operators
            if row["role"] == "clerk" and row["signed_in_at"] is None and row["id"] not in seated
        ),
        bookings=booked["n"] if booked else 0,
        carried=booked["carried"] if booked else 0,
        left_over=tuple(dict.fromkeys(leg.number for leg in day_end.left_over(store, today))),
        unsigned="" if last is None or last["signed_by"] else last["id"],
        kiosks=tuple(row["id"] for row in kiosks),
        kiosks_on=tuple(row["id"] for row in kiosks if row["signed_in_at"] is not None),
        disk_free=_disk_free(base) if disk_free is None else disk_free,
    )
    return rules.checks(hall, facts)


def open_day(
    store: Store,
    who: Actor,
    ticked: Sequence[str] = (),
    note: str = "",
    *,
    disk_free: int | None = None,
) -> Row:
    """Record that a supervisor has looked and opened the day; returns its row.

    ``ticked``: ids of the hall's own `opening_checks` that were seen to be right; ``disk_free`` as
    `opening` takes it. Raises
    ``no-such-check``, ``day-opened`` with who has opened it, ``day-closed``.
    """
    with acting(store, who, "day.open") as tx:
        for key in ticked:
            if key not in tx.hall.opening_checks:
                raise Refused("no-such-check", field="tick", check=key)
        row = day_row(tx, tx.day)
        if row is not None and row["state"] == rules.CLOSED:
            raise Refused("day-closed", operator=row["closed_by"])
        if row is not None and row["opened_by"] is not None:
            raise Refused("day-opened", operator=row["opened_by"])
        seen = {
            "facts": [check._asdict() for check in opening(tx, disk_free)],
            "ticked": [key for key in tx.hall.opening_checks if key in ticked],
            "open": [key for key in tx.hall.opening_checks if key not in ticked],
            "note": clean(note).strip(),
        }
        now = {
            "state": rules.OPEN,
            "opened_by": who.operator,
            "opened_at": tx.now,
            "checks": json.dumps(seen, ensure_ascii=False),
        }
        return _put(tx, row, now, ticked=seen["ticked"])


def reopen_day(store: Store, who: Actor, note: str = "") -> Row:
    """Take back that today was closed: numbers are given and windows open again.

    What was ended stays ended; the list grows when the day is closed once more. Raises
    ``day-not-closed``.
    """
    with acting(store, who, "day.open") as tx:
        row = day_row(tx, tx.day)
        if row is None or row["state"] != rules.CLOSED:
            raise Refused("day-not-closed", day=tx.day)
        now = {
            "state": rules.OPEN,
            "closed_by": None,
            "closed_at": None,
            "signed_by": None,
            "signed_at": None,
        }
        return _put(tx, row, now, again=True, note=clean(note).strip())


def _put(tx: Action, row: Row | None, now: Row, **facts: Any) -> Row:
    moves = Moves(tx)
    if row is None:
        moves.insert("business_day", tx.day, now)
    else:
        moves.update("business_day", row, now)
    tx.append("day.opened", tx.day, moves.set, **facts)
    found = day_row(tx, tx.day)
    assert found is not None  # noqa: S101 - written above
    return found


def _disk_free(store: Store) -> int:
    from shutil import disk_usage

    return disk_usage(store.path.parent).free


# -- numbers stopped


def stop_numbers(store: Store, who: Actor, lines: Collection[str] | None = None) -> list[str]:
    """No more numbers of these lines today (None: of any), but by a supervisor; which were stopped.

    Raises ``no-such-line``, ``already-stopped``, ``day-closed``.
    """
    return _stop(store, who, lines, stopped=True)


def start_numbers(store: Store, who: Actor, lines: Collection[str] | None = None) -> list[str]:
    """Give numbers of these lines again (None: of all).

    Raises ``no-such-line``, ``not-stopped``, ``day-closed``.
    """
    return _stop(store, who, lines, stopped=False)


def _stop(store: Store, who: Actor, lines: Collection[str] | None, *, stopped: bool) -> list[str]:
    with acting(store, who, "hall.stop-numbers") as tx:
        wanted = list(tx.hall.lines if lines is None else dict.fromkeys(lines))
        moves, changed = Moves(tx), []
        for line in wanted:
            if line not in tx.hall.lines:
                raise Refused("no-such-line", field="line", line=line)
            row = line_row(tx, moves, line)
            if (row["stopped_at"] is not None) is not stopped:
                moves.update("line", row, {"stopped_at": tx.now if stopped else None})
                changed.append(line)
        if not changed:
            raise Refused("already-stopped" if stopped else "not-stopped", field="line")
        kind = "hall.started"
        if stopped:
            kind = "hall.stopped"
        tx.append(kind, tx.day, moves.set, lines=changed)
        return changed


def stopped(store: Store) -> list[str]:
    """The lines whose numbers are stopped today."""
    return [
        row["line"]
        for row in store.rows(
            "SELECT line FROM line WHERE day = ? AND stopped_at IS NOT NULL ORDER BY line",
            store.env.day(store.env.now()),
        )
    ]


# -- what a desk is told


def hint(store: Store) -> tuple[str, int] | None:
    """What a desk says about the day: a code (text ``day.hint.<code>``) and a count, or nothing.

    ``closed`` · ``overtime`` with the numbers that are left · ``not-opened``, from the time on at
    which kiosks begin.
    """
    hall, now = hall_of(store), store.env.now()
    row = store.row("SELECT state, opened_by FROM business_day WHERE id = ?", store.env.day(now))
    if row is not None and row["state"] == rules.CLOSED:
        return "closed", 0
    closes = hours.closes_at(hall, now)
    if closes is not None and now >= closes:
        left = day_end.numbers_left(store, store.env.day(now))
        return ("overtime", left) if left else None
    if row is None and closes is not None and hours.hands_out(hall, now):
        return "not-opened", 0
    return None
