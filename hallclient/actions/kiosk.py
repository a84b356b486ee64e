"""What a kiosk (取号机) shows and does: lines with their waits, a number, a card, a lost slip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions import forecasting, taking, views
from hallclient.actions.acting import Actor, acting
from hallclient.actions.forecasting import Promise
from hallclient.actions.hall import hall_of
from hallclient.actions.tickets import Request, Ticket
from hallclient.rules import card as cards
from hallclient.rules import hours, queue
from hallclient.rules.card import Card
from hallclient.rules.catalogue import Hall, Joint, Line, PlanKind
from hallclient.rules.errors import Refused
from hallclient.rules.roles import Role, require

SOURCE = "kiosk"


class LineState(NamedTuple):
    """A line as a visitor sees it: who waits, how long it may take, or why there is no number."""

    line: Line
    waiting: int
    promise: Promise
    why: Refused | None = None


class Wish(NamedTuple):
    """What a visitor has put together at the kiosk."""

    items: tuple[str, ...] = ()
    joint: str = ""
    collect: bool = False
    claimed: str = ""
    card: Card | None = None


def start(store: Store, who: Actor) -> None:
    """Whether this operator may run a kiosk. Raises ``not-allowed``, as `acting` does."""
    with acting(store, who, "ticket.print") as tx:
        if tx.who.role not in (Role.KIOSK, Role.AGENT, Role.SUPERVISOR):
            raise Refused("not-allowed", action="ticket.print", role=tx.who.role)
        require(tx.who.role, "ticket.take")


def closed(store: Store) -> Refused | None:
    """Why there are no numbers at all now; None: there are."""
    hall, now = hall_of(store), store.env.now()
    day = store.row("SELECT state, closed_by FROM business_day WHERE id = ?", store.env.day(now))
    if day is not None and day["state"] == "closed":
        return Refused("day-closed", operator=day["closed_by"])
    if not hours.hands_out(hall, now):
        return Refused("hall-closed", opens=hours.next_numbers(hall, now))
    return None


def lines(store: Store, zone: str = "") -> list[LineState]:
    """The lines of the hall, or those that windows of a zone serve as their own."""
    hall = hall_of(store)
    told = forecasting.promises(store)
    return [
        LineState(
            line,
            views.waiting_count(store, [line.id])[0],
            told[line.id],
            full(store, hall, line),
        )
        for line in hall.lines.values()
        if (not zone or in_zone(hall, line.id, zone)) and (line.collect or _items(hall, line))
    ]


def in_zone(hall: Hall, line: str, zone: str) -> bool:
    """Whether a window of this part of the hall serves a line as its own."""
    return any(
        window.zone == zone and window.plan.get(line) == PlanKind.MAIN
        for window in hall.windows.values()
    )


def refusals(store: Store) -> dict[str, Refused]:
    """Lines that give no number now, with why."""
    hall = hall_of(store)
    found = {line.id: full(store, hall, line) for line in hall.lines.values()}
    return {line: why for line, why in found.items() if why is not None}


def full(store: Store, hall: Hall, line: Line) -> Refused | None:
    """Why a kiosk gives no number of this line now; says beforehand what `legs.issue` decides."""
    now = store.env.now()
    row = store.row("SELECT * FROM line WHERE id = ?", f"{store.env.day(now)}:{line.id}")
    if row is None:
        return None
    if row["stopped_at"] is not None:
        return Refused("line-stopped", line=line)
    if line.daily_limit and row["issued"] >= line.daily_limit:
        return Refused("line-full", line=line, limit=line.daily_limit)
    slot = now // hall.policy.slot_ms * hall.policy.slot_ms
    if line.slot_limit and row["slot"] == slot and row["slot_issued"] >= line.slot_limit:
        return Refused("slot-full", line=line, again=slot + hall.policy.slot_ms)
    return None


def joint_for(hall: Hall, items: Sequence[str]) -> Joint | None:
    """The joint matter to offer to somebody who has chosen these items; None: none fits.

    The smallest that has them all and something more.
    """
    wanted = set(items)
    fitting = [j for j in hall.joints.values() if wanted < set(j.after)] if wanted else []
    return min(fitting, key=lambda joint: len(joint.after), default=None)


def card_priority(hall: Hall, card: Card | None, day: str) -> str:
    """The priority that a card proves (老年人), empty: none."""
    if card is None:
        return ""
    kinds = hall.priorities.values()
    return next((kind.id for kind in kinds if cards.proves(kind, card.identity, day)), "")


def request_of(store: Store, wish: Wish) -> Request:
    """The request that a wish comes to."""
    hall = hall_of(store)
    priority = card_priority(hall, wish.card, store.env.day(store.env.now()))
    person = {}
    if wish.card is not None:
        person = {"name": wish.card.name, "identity": wish.card.identity}
    return Request(
        wish.items,
        joint=wish.joint,
        priority=priority,
        proof=hall.priorities[priority].proof_zh if priority else "",
        person=person,
        source=SOURCE,
        collect=wish.collect,
        claimed="" if priority else wish.claimed,
    )


def expected(store: Store, wish: Wish) -> Promise | None:
    """What to tell the visitor before they confirm."""
    return taking.promise_of(store, request_of(store, wish))


def take(store: Store, who: Actor, wish: Wish, told: Promise | None = None) -> Ticket:
    """The number for a wish, with what the visitor was told. Raises what `tickets.take` does."""
    return taking.take(store, who, taking.promised(request_of(store, wish), told))


def told(store: Store, visit: str) -> Promise | None:
    """What the visitor of a number was told when it was given; None: nothing."""
    row = store.row("SELECT ahead, promised_low, promised_high FROM visit WHERE id = ?", visit)
    if row is None or row["ahead"] is None or row["promised_low"] is None:
        return None
    return Promise(row["ahead"], row["promised_low"], row["promised_high"])


def open_number(store: Store, number: str) -> Row:
    """A number of today with something still open, to print it again or to show it.

    Raises ``no-such-number``, ``nothing-open``.
    """
    visit = views.visit_by_number(store, number)
    if visit is None:
        raise Refused("no-such-number", field="number", number=number)
    if not any(leg["state"] in queue.OPEN for leg in visit["legs"]):
        raise Refused("nothing-open", number=number)
    return visit


def _items(hall: Hall, line: Line) -> bool:
    return next(hall.items_of(line.id), None) is not None
