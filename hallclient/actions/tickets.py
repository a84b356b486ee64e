"""Numbers: take one for one or several services, add to it, verify a priority, give it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from db.log import Change
from db.store import Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.legs import insert_leg, issue, item_of, line_row, new_leg, one_open
from hallclient.actions.moves import Moves, visit_of
from hallclient.actions.persons import person_fields, seal_person
from hallclient.rules import card, hours, queue
from hallclient.rules import policy as lanes
from hallclient.rules import visit as visit_rules
from hallclient.rules.booking import is_late
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.roles import Role
from hallclient.rules.text import clean


class Request(NamedTuple):
    """What a visitor asks for. ``slot``: the booked time (UTC ms); ``person``: `PERSON_FIELDS`.

    ``collect``: the results of these items are to be handed out (领证取件), whatever their line.
    """

    items: Sequence[str]
    joint: str = ""
    priority: str = ""
    proof: str = ""
    slot: int | None = None
    person: Mapping[str, str] = MappingProxyType({})
    source: str = "counter"
    collect: bool = False
    claimed: str = ""
    """A priority the visitor says to have and nobody has verified: it changes no order."""
    booking: str = ""
    """The booking that is checked in with this number."""
    ahead: int | None = None
    """What the visitor was told: numbers ahead, and the wait until the call as a range in ms."""
    promised: tuple[int, int] | None = None


class Ticket(NamedTuple):
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
    ``already-open`` with the number the person has, ``line-full``, ``slot-full``,
    ``line-stopped``, ``hall-closed`` (at a kiosk), ``booking-early``, ``nothing-collected`` (the
    hall has no line for it), ``not-allowed`` (a kiosk verifies only what a card proves, and gives
    the place of a booking only to who checks in with it).
    """
    with acting(store, who, "ticket.take") as tx:
        if tx.who.role == Role.KIOSK and (request.slot is not None or request.booking):
            raise Refused("not-allowed", action="ticket.take", role=tx.who.role)
        return take_in(tx, request)


def take_in(
    tx: Action, request: Request, also: Callable[[str], Sequence[Change]] = lambda visit: ()
) -> Ticket:
    """`take`, inside an action that is under way.

    ``also`` says, for the id of the visit, what changes with the same event.
    """
    if tx.who.role == Role.KIOSK:
        request = request._replace(source="kiosk")  # whatever its account was used with
    if request.source == "kiosk" and not hours.hands_out(tx.hall, tx.now):
        raise Refused("hall-closed", opens=hours.next_numbers(tx.hall, tx.now))
    after = _dependencies(tx, request)
    if request.claimed and request.claimed not in tx.hall.priorities:
        raise Refused("no-such-priority", field="priority", priority=request.claimed)
    if request.priority:
        _check_priority(tx, request.priority, request.proof)
    person = person_fields(request.person)
    if request.priority and tx.who.role == Role.KIOSK:
        _check_by_card(tx, request.priority, person["identity"])
    token = tx.store.person_token(person["identity"]) if person["identity"] else None
    lane, order_at = lanes.lane_of(request.priority or None, request.slot, tx.hall.policy, tx.now)
    lines = {code: tx.hall.items[code].line for code in after}
    if request.collect:
        lines = dict.fromkeys(after, _collecting(tx))
    first = next(iter(lines.values()))
    visit = tx.store.env.new_id()
    moves = Moves(tx)
    kept = False
    if request.booking and request.slot is not None:
        kept = not is_late(request.slot, tx.hall.policy, tx.now)
    turn = issue(tx, moves, first, kiosk=request.source == "kiosk", booked=kept)
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
            "booking": request.booking or None,
            "claimed": request.claimed or None,
            "ahead": request.ahead,
            "promised_low": request.promised[0] if request.promised else None,
            "promised_high": request.promised[1] if request.promised else None,
        },
    )
    for line in dict.fromkeys(lines.values()):
        if line != first:
            line_row(tx, moves, line)
    ids: dict[str, str] = {}
    legs: list[Leg] = []
    for code in visit_rules.in_order(after):
        item = tx.hall.items[code]
        one_open(tx, token, item)
        ids[code] = tx.store.env.new_id()
        before = " ".join(ids[other] for other in after[code])
        leg = new_leg(
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
        insert_leg(moves, leg)
        legs.append(leg)
    moves.set += also(visit)
    tx.append("visit.opened", visit, moves.set, number=number)
    seal_person(tx, visit, person)
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
        wanted = item_of(tx, item)
        one_open(tx, visit["person"], wanted, visit["id"])
        open_legs = [leg.id for leg in legs if leg.state in queue.OPEN]
        lane = lanes.PRIORITY if visit["priority"] else lanes.ORDINARY
        leg = new_leg(
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
        line_row(tx, moves, wanted.line)
        insert_leg(moves, leg)
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
        item_of(tx, code)
    wanted = set(request.items)
    known = next((joint for joint in tx.hall.joints.values() if wanted <= set(joint.after)), None)
    if known is None or len(wanted) == 1:
        return dict.fromkeys(request.items, ())
    return {code: tuple(b for b in known.after[code] if b in wanted) for code in request.items}


def _check_priority(tx: Action, kind: str, proof: str) -> None:
    if kind not in tx.hall.priorities:
        raise Refused("no-such-priority", field="priority", priority=kind)
    if not clean(proof).strip():
        raise Refused("proof-needed", field="proof", priority=kind)


def _check_by_card(tx: Action, kind: str, identity: str) -> None:
    """A machine sees no proof but the day of birth on a card. Raises ``not-allowed``."""
    if not card.proves(tx.hall.priorities[kind], identity, tx.day):
        raise Refused("not-allowed", action="ticket.verify-priority", role=tx.who.role)


def _collecting(tx: Action) -> str:
    line = next((line.id for line in tx.hall.lines.values() if line.collect), None)
    if line is None:
        raise Refused("nothing-collected", field="service")
    return line


def _in_state(legs: list[Leg], state: str, number: str, action: str) -> Leg:
    found = next((leg for leg in legs if leg.state == state), None)
    if found is None:
        raise Refused(
            "wrong-state", field="number", number=number, state=legs[0].state, action=action
        )
    return found
