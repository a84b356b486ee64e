"""Making legs: the rows of a number's services, their line's row of the day, who may have one."""

from __future__ import annotations

from typing import Any

from db.store import Row
from hallclient.actions.acting import Action
from hallclient.actions.moves import Moves, day_open
from hallclient.actions.together import next_number
from hallclient.rules import queue
from hallclient.rules.catalogue import Item
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.roles import Role

# In these very words, or SQLite does not see that a partial index holds the answer.
OPEN = "state IN ('blocked', 'waiting', 'called', 'serving', 'held', 'passed', 'external')"


def item_of(tx: Action, code: str) -> Item:
    """An item of the catalogue. Raises ``no-such-item``."""
    item = tx.hall.items.get(code)
    if item is None:
        raise Refused("no-such-item", field="service", service=code)
    return item


def one_open(tx: Action, person: str | None, item: Item, visit: str = "") -> None:
    """Raise ``already-open`` when this person, or this visit, has the item open already."""
    if person is None and not visit:
        return
    row = tx.row(
        f"SELECT number FROM leg WHERE person = ?1 AND item = ?3 AND {OPEN} UNION ALL "
        f"SELECT number FROM leg WHERE visit = ?2 AND item = ?3 AND {OPEN}",
        person,
        visit,
        item.code,
    )
    if row is not None:
        raise Refused("already-open", field="service", number=row["number"], item=item)


def line_row(tx: Action, moves: Moves, line: str) -> Row:
    """The line's counters of today, made by its first number. Raises ``day-closed``."""
    day_open(tx)
    key = f"{tx.day}:{line}"
    row = tx.row("SELECT id, issued, slot, slot_issued, stopped_at FROM line WHERE id = ?", key)
    if row is None:
        made = {"day": tx.day, "line": line, "issued": 0, "calls": 0, "due_run": 0}
        moves.insert("line", key, made)
        row = {"id": key, "issued": 0, "slot": None, "slot_issued": None, "stopped_at": None}
    return row


def issue(tx: Action, moves: Moves, line: str, *, kiosk: bool = False, booked: bool = False) -> int:
    """The next turn of a line today.

    Raises ``line-full``; ``line-stopped`` (a supervisor still may); at a ``kiosk`` also
    ``slot-full`` with the time (UTC ms) from which there are numbers again; as `next_number`. A
    booking that is kept has its place already: the limits are for those without one.
    """
    row = line_row(tx, moves, line)
    known = tx.hall.lines[line]
    if booked:
        turn = next_number(tx, line, row["issued"])
        moves.update("line", row, {"issued": row["issued"] + 1})
        return turn
    if row["stopped_at"] is not None and tx.who.role != Role.SUPERVISOR:
        raise Refused("line-stopped", field="service", line=known)
    if known.daily_limit and row["issued"] >= known.daily_limit:
        raise Refused("line-full", field="service", line=known, limit=known.daily_limit)
    now: dict[str, int] = {"issued": row["issued"] + 1}
    if known.slot_limit and kiosk:
        length = tx.hall.policy.slot_ms
        slot = tx.now // length * length
        given = row["slot_issued"] if row["slot"] == slot else 0
        if given >= known.slot_limit:
            raise Refused("slot-full", field="service", line=known, again=slot + length)
        now |= {"slot": slot, "slot_issued": given + 1}
    turn = next_number(tx, line, row["issued"])
    moves.update("line", row, now)
    return turn


def new_leg(
    tx: Action,
    key: str,
    visit: str,
    number: str,
    item: Item,
    *,
    line: str,
    person: str | None,
    after: str,
    lane: str,
    order_at: int,
    turn: int,
) -> Leg:
    """A leg that waits, or waits for others; not written yet."""
    return Leg(
        id=key,
        visit=visit,
        day=tx.day,
        number=number,
        item=item.code,
        line=line,
        person=person,
        after=after,
        state=queue.BLOCKED if after else queue.WAITING,
        ver=1,
        lane=lane,
        order_at=order_at,
        turn=turn,
        ticket_at=tx.now,
        ready_at=tx.now,
        eligible_at=tx.now,
        eligible_call=0,
        window=None,
        operator=None,
        since=tx.now,
        attempts=0,
        last_call_at=None,
        reinstated=0,
        timer_at=None,
        return_window=None,
        reserved_for=None,
        reason=None,
        doubted_at=None,
        confirmed_at=None,
        closed_at=None,
    )


def insert_leg(moves: Moves, leg: Leg) -> None:
    """Write a new leg and begin its first period."""
    row = {name: getattr(leg, name) for name in Leg.__slots__ if name != "id"}
    moves.insert("leg", leg.id, {name: value for name, value in row.items() if value is not None})
    moves.open_period(leg)


def move_on(tx: Action, moves: Moves, leg: Leg, item: Item, **changes: Any) -> Leg:
    """The leg in which a transferred visit goes on: same visit and number, its own history."""
    made = new_leg(
        tx,
        tx.store.env.new_id(),
        leg.visit,
        leg.number,
        item,
        line=leg.line if item.code == leg.item else item.line,
        person=leg.person,
        after="",
        lane=leg.lane,
        order_at=leg.order_at,
        turn=leg.turn,
    )
    made.ticket_at = leg.ticket_at
    for name, value in changes.items():
        setattr(made, name, value)
    line_row(tx, moves, made.line)
    insert_leg(moves, made)
    return made
