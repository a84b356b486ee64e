"""Who stands behind a number, when the identity card is read after the number was taken."""

from __future__ import annotations

from collections.abc import Mapping

from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.moves import Moves
from hallclient.actions.tickets import PERSON_FIELDS, one_open, seal_person, visit_of
from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow


def identify(store: Store, who: Actor, number: str, person: Mapping[str, str]) -> None:
    """Record the person of an open number that has none: sealed, and as the queue's token.

    Raises ``no-such-number``, ``nothing-open``, ``person-known``, ``already-open`` with the number
    that this person has for the same service.
    """
    with acting(store, who, "ticket.take") as tx:
        visit, legs = visit_of(tx, number)
        if visit["state"] != "open":
            raise Refused("nothing-open", number=number)
        if visit["sealed"] is not None:
            raise Refused("person-known", number=number)
        fields = {name: clean(person.get(name, "")).strip() for name in PERSON_FIELDS}
        fields["identity"] = narrow(fields["identity"])
        if fields["identity"]:
            token = store.person_token(fields["identity"])
            moves = Moves(tx)
            moves.update("visit", visit, {"person": token})
            for leg in legs:
                if leg.state in queue.OPEN:
                    one_open(tx, token, tx.hall.items[leg.item])
                    # Not a move: the leg's version stays, so that a call can still be undone.
                    moves.set.append(("leg", leg.id, {"person": None}, {"person": token}))
            tx.append("visit.person-known", visit["id"], moves.set, number=number)
        seal_person(tx, visit["id"], fields)
