"""Numbers: take one for one or several services, add to it, verify a priority, give it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.store import Row, Store
from hallclient.actions import windows
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.moves import Moves, current_leg, legs_of, own_window
from hallclient.rules import policy as lanes
from hallclient.rules import queue
from hallclient.rules.catalogue import Item
from hallclient.rules.errors import Refused
from hallclient.rules.queue import Leg
from hallclient.rules.text import clean, narrow

PERSON_FIELDS = ("name", "identity", "phone", "company")
SOURCES = ("counter", "kiosk", "phone")
# In these very words, or SQLite does not see that a partial index holds the answer.
_OPEN = "state IN ('blocked', 'waiting', 'called', 'serving', 'held', 'passed', 'external')"


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor asks for. ``slot``: the booked time (UTC ms); ``person``: `PERSON_FIELDS`.

    ``collect``: the results of these items are to be handed out (领证取件), whatever their line.
    """

    items: Sequence[str]
    joint: str = ""
    priority: str = ""
    proof: str = ""
    slot: int | None = None
    person: Mapping[str, str] = field(default_factory=dict)
    source: str = "counter"
    collect: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A printed number: one for the day, whatever it waits for."""

    visit: str
    number: str
    day: str
    legs: tuple[Leg, ...]

    @property
    def slip(self) -> str:
        """What the slip's barcode says: business day and number."""
        return self.day.replace("-", "") + self.number


def take(store: Store, who: Actor, request: Request) -> Ticket:
    """Give a number (取号) for one or more services; those of a joint matter wait in its order.

    Raises ``no-such-item``, ``item-twice``, ``no-such-priority``, ``proof-needed``,
    ``already-open`` with the number the person has, ``line-full``, ``booking-early``,
    ``nothing-collected`` (the hall has no line for it).
    """
    with acting(store, who, "ticket.take") as tx:
        return take_in(tx, request)


def take_in(tx: Action, request: Request) -> Ticket:
    """`take`, inside an action that is under way."""
    after = _dependencies(tx, request)
    if request.priority:
        _check_priority(tx, request.priority, request.proof)
    person = {name: clean(request.person.get(name, "")).strip() for name in PERSON_FIELDS}
    identity = narrow(person["identity"])
    token = tx.store.person_token(identity) if identity else None
    lane, order_at = queue.lane_of(request.priority or None, request.slot, tx.hall.policy, tx.now)
    lines = {code: tx.hall.items[code].line for code in after}
    if request.collect:
        lines = dict.fromkeys(after, _collecting(tx))
    first = next(iter(lines.values()))
    visit = tx.store.env.new_id()
    moves = Moves(tx)
    turn = _issue(tx, moves, first)
    number = f"{tx.hall.lines[first].prefix}{turn:03d}"
    moves.insert(
        "visit",
        visit,
        {
            "day": tx.day,
            "number": number,
            "state": "open",
            "opened_at": tx.now,
            "person": token,
            "priority": request.priority or None,
            "proof": clean(request.proof).strip() or None,
            "verified_by": tx.actor if request.priority else None,
            "slot": request.slot,
            "source": request.source,
        },
    )
    for line in dict.fromkeys(lines.values()):
        if line != first:
            _line_row(tx, moves, line)
    ids: dict[str, str] = {}
    legs: list[Leg] = []
    for code in queue.in_order(after):
        item = tx.hall.items[code]
        one_open(tx, token, item)
        ids[code] = tx.store.env.new_id()
        before = " ".join(ids[other] for other in after[code])
        leg = _new_leg(
            tx,
            ids[code],
            visit,
            number,
            item,
            line=lines[code],
            person=token,
            after=before,
            lane=lane,
            order_at=order_at,
            turn=turn,
        )
        _insert_leg(moves, leg)
        legs.append(leg)
    tx.append("visit.opened", visit, moves.set, number=number, slip=tx.day)
    seal_person(tx, visit, {**person, "identity": identity})
    return Ticket(visit, number, tx.day, tuple(legs))


def add_service(
    store: Store, who: Actor, number: str, item: str, *, after_current: bool = False
) -> Ticket:
    """One more service on a number that is in the hall; no second number.

    ``after_current``: only when the open services are done. Raises ``no-such-number``,
    ``no-such-item``, ``already-open``.
    """
    with acting(store, who, "ticket.add-service") as tx:
        visit, legs = visit_of(tx, number)
        wanted = _item(tx, item)
        one_open(tx, visit["person"], wanted, visit["id"])
        open_legs = [leg.id for leg in legs if leg.state in queue.OPEN]
        lane = lanes.PRIORITY if visit["priority"] else lanes.ORDINARY
        leg = _new_leg(
            tx,
            tx.store.env.new_id(),
            visit["id"],
            number,
            wanted,
            line=wanted.line,
            person=visit["person"],
            after=" ".join(open_legs) if after_current else "",
            lane=lane,
            order_at=tx.now,
            turn=legs[0].turn,
        )
        moves = Moves(tx)
        _line_row(tx, moves, wanted.line)
        _insert_leg(moves, leg)
        if visit["state"] != "open":
            moves.update("visit", visit, {"state": "open", "closed_at": None})
        tx.append("leg.added", leg.id, moves.set, number=number)
        return Ticket(visit["id"], number, tx.day, (*legs, leg))


def verify_priority(store: Store, who: Actor, number: str, kind: str, proof: str) -> Ticket:
    """Put a number into the priority lane after seeing the proof; no copy of it is kept.

    Raises ``no-such-priority``, ``proof-needed``.
    """
    with acting(store, who, "ticket.verify-priority") as tx:
        visit, legs = visit_of(tx, number)
        _check_priority(tx, kind, proof)
        moves = Moves(tx)
        moves.update(
            "visit",
            visit,
            {"priority": kind, "proof": clean(proof).strip(), "verified_by": tx.actor},
        )
        for leg in legs:
            if leg.state in (queue.WAITING, queue.BLOCKED) and leg.lane != lanes.RETURN:
                moves.leg(leg, {"lane": lanes.PRIORITY, "order_at": leg.ticket_at})
        tx.append("visit.priority-verified", visit["id"], moves.set, number=number)
        return Ticket(visit["id"], number, tx.day, tuple(legs))


def cancel(store: Store, who: Actor, number: str, reason: str) -> Ticket:
    """Give a number up with all its open services. One at a window must be finished there.

    Raises ``no-such-reason``, ``at-window``, ``nothing-open``.
    """
    with acting(store, who, "ticket.cancel") as tx:
        known = tx.hall.cancel_reasons.get(reason)
        if known is None:
            raise Refused("no-such-reason", field="reason", reason=reason)
        visit, legs = visit_of(tx, number)
        for leg in legs:
            if leg.state in queue.AT_WINDOW:
                raise Refused("at-window", number=number, window=leg.window)
        moves = Moves(tx)
        for leg in legs:
            if leg.state not in queue.OPEN:
                continue
            if known.end_reason == queue.WALKOUT and leg.state in (queue.WAITING, queue.BLOCKED):
                moves.leg(leg, queue.walk_out(leg, tx.now))
            else:
                moves.leg(leg, queue.cancel(leg, known.end_reason, tx.now))
        if not moves.set:
            raise Refused("nothing-open", number=number)
        moves.close_visit(visit["id"], [leg.state for leg in legs])
        tx.append("visit.cancelled", visit["id"], moves.set, number=number, reason=reason)
        return Ticket(visit["id"], number, tx.day, tuple(legs))


def reinstate(store: Store, who: Actor, number: str) -> Ticket:
    """A passed number comes back into line once (复号). Raises ``reinstate-limit``."""
    with acting(store, who, "ticket.reinstate") as tx:
        visit, legs = visit_of(tx, number)
        leg = _in_state(legs, queue.PASSED, number, "reinstate")
        moves = Moves(tx)
        row = tx.row("SELECT calls FROM line WHERE id = ?", f"{leg.day}:{leg.line}")
        calls = row["calls"] if row else 0
        priority = visit["priority"] is not None
        moves.leg(leg, queue.reinstate(leg, tx.hall.policy, calls, tx.now, priority=priority))
        tx.append("leg.reinstated", leg.id, moves.set, number=number)
        return Ticket(visit["id"], number, tx.day, tuple(legs))


def come_back(store: Store, who: Actor, number: str) -> Ticket:
    """What the visitor waited for outside is there: wait for the same window first."""
    with acting(store, who, "ticket.reinstate") as tx:
        visit, legs = visit_of(tx, number)
        leg = _in_state(legs, queue.EXTERNAL, number, "come-back")
        moves = Moves(tx)
        ended = {other.id for other in legs if other.state in queue.FINAL}
        after = [key for key in leg.predecessors if key in ended]
        moves.leg(leg, queue.come_back(leg, tx.hall.policy, tx.now, after=after))
        tx.append("leg.came-back", leg.id, moves.set, number=number)
        return Ticket(visit["id"], number, tx.day, tuple(legs))


def visit_of(tx: Action, number: str) -> tuple[Row, list[Leg]]:
    """The visit of a number of today, with its legs. Raises ``no-such-number``."""
    visit = tx.row("SELECT * FROM visit WHERE day = ? AND number = ?", tx.day, number)
    if visit is None:
        raise Refused("no-such-number", field="number", number=number)
    return visit, legs_of(tx, visit["id"])


def reveal(store: Store, who: Actor, number: str) -> dict[str, str]:
    """The unmasked personal fields of a number; looking at them is an event (GB/T 22239 审计)."""
    with acting(store, who, "personal.view") as tx:
        visit, _ = visit_of(tx, number)
        tx.append("personal.viewed", visit["id"], [], stream=f"visit:{visit['id']}")
        return store.unseal(visit["id"], visit["sealed"]) or {}


def forget(store: Store, who: Actor, number: str, day: str) -> None:
    """Destroy the key of a closed visit's personal fields; the log stays valid (PIPL art. 47)."""
    with acting(store, who, "personal.destroy") as tx:
        visit = tx.row("SELECT * FROM visit WHERE day = ? AND number = ?", day, number)
        if visit is None:
            raise Refused("no-such-number", field="number", number=number)
        if visit["state"] == "open":
            raise Refused("still-open", number=number)
        tx.destroy_key(visit["id"])
        tx.append("personal.destroyed", visit["id"], [], stream=f"visit:{visit['id']}")


def move_on(tx: Action, moves: Moves, leg: Leg, item: Item, **changes: Any) -> Leg:
    """The leg in which a transferred visit goes on: same visit and number, its own history."""
    made = _new_leg(
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
    _line_row(tx, moves, made.line)
    _insert_leg(moves, made)
    return made


def item_of(tx: Action, code: str) -> Item:
    """An item of the catalogue. Raises ``no-such-item``."""
    return _item(tx, code)


def _dependencies(tx: Action, request: Request) -> dict[str, tuple[str, ...]]:
    """Item -> items it comes after, in the order asked for, from the joint matter if any."""
    if request.joint:
        joint = tx.hall.joints.get(request.joint)
        if joint is None:
            raise Refused("no-such-joint", field="joint", joint=request.joint)
        return dict(joint.after)
    if not request.items:
        raise Refused("no-item", field="service")
    if len(set(request.items)) < len(request.items):
        raise Refused("item-twice", field="service")
    for code in request.items:
        _item(tx, code)
    wanted = set(request.items)
    known = next((joint for joint in tx.hall.joints.values() if wanted <= set(joint.after)), None)
    if known is None or len(wanted) == 1:
        return dict.fromkeys(request.items, ())
    return {code: tuple(b for b in known.after[code] if b in wanted) for code in request.items}


def _item(tx: Action, code: str) -> Item:
    item = tx.hall.items.get(code)
    if item is None:
        raise Refused("no-such-item", field="service", service=code)
    return item


def _check_priority(tx: Action, kind: str, proof: str) -> None:
    if kind not in tx.hall.priorities:
        raise Refused("no-such-priority", field="priority", priority=kind)
    if not clean(proof).strip():
        raise Refused("proof-needed", field="proof", priority=kind)


def one_open(tx: Action, person: str | None, item: Item, visit: str = "") -> None:
    """Raise ``already-open`` when this person, or this visit, has the item open already."""
    if person is None and not visit:
        return
    row = tx.row(
        f"SELECT number FROM leg WHERE person = ?1 AND item = ?3 AND {_OPEN} UNION ALL "
        f"SELECT number FROM leg WHERE visit = ?2 AND item = ?3 AND {_OPEN}",
        person,
        visit,
        item.code,
    )
    if row is not None:
        raise Refused("already-open", field="service", number=row["number"], item=item.zh)


def _collecting(tx: Action) -> str:
    line = next((line.id for line in tx.hall.lines.values() if line.collect), None)
    if line is None:
        raise Refused("nothing-collected", field="service")
    return line


def _line_row(tx: Action, moves: Moves, line: str) -> Row:
    key = f"{tx.day}:{line}"
    row = tx.row("SELECT id, issued FROM line WHERE id = ?", key)
    if row is None:
        made = {"day": tx.day, "line": line, "issued": 0, "calls": 0, "due_run": 0}
        moves.insert("line", key, made)
        row = {"id": key, "issued": 0}
    return row


def _issue(tx: Action, moves: Moves, line: str) -> int:
    row = _line_row(tx, moves, line)
    limit = tx.hall.lines[line].daily_limit
    if limit and row["issued"] >= limit:
        raise Refused("line-full", field="service", line=tx.hall.lines[line].zh, limit=limit)
    moves.update("line", row, {"issued": row["issued"] + 1})
    return int(row["issued"])


def _new_leg(
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


def _insert_leg(moves: Moves, leg: Leg) -> None:
    row = {name: getattr(leg, name) for name in Leg.__slots__ if name != "id"}
    moves.insert("leg", leg.id, {name: value for name, value in row.items() if value is not None})
    moves.open_period(leg)


def seal_person(tx: Action, visit: str, person: Mapping[str, str]) -> None:
    """Append the personal fields, sealed, to the visit's own stream; nothing when all are empty."""
    fields = {name: value for name, value in person.items() if value}
    if fields:
        sealed = tx.seal(visit, fields)
        tx.append(
            "visit.identified",
            visit,
            [("visit", visit, {"sealed": None}, {"sealed": sealed})],
            stream=f"visit:{visit}",
        )


def _in_state(legs: list[Leg], state: str, number: str, action: str) -> Leg:
    found = next((leg for leg in legs if leg.state == state), None)
    if found is None:
        raise Refused(
            "wrong-state", field="number", number=number, state=legs[0].state, action=action
        )
    return found


def number_at(store: Store, who: Actor) -> str:
    """The number at the actor's window. Raises ``no-visitor``."""
    with acting(store, who, "ticket.show") as tx:
        return current_leg(tx, own_window(tx)).number


__all__ = [
    "PERSON_FIELDS", "SOURCES", "Request", "Ticket", "add_service", "cancel", "come_back",
    "forget", "item_of", "move_on", "number_at", "one_open", "reinstate", "reveal", "seal_person",
    "take", "take_in", "verify_priority", "visit_of", "windows",
]  # fmt: skip
