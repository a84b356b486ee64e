"""A case and the numbers its applicant comes with: the pre-review travels with the number."""

from __future__ import annotations

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.case_find import of_number, of_visit
from hallclient.actions.cases import editing
from hallclient.actions.moves import visit_of
from hallclient.rules import queue
from hallclient.rules.errors import Refused


def link(store: Store, who: Actor, case: str, number: str) -> Row:
    """The applicant is here with a number of today: calling it opens this case.

    Raises ``no-such-number``, ``nothing-open`` (the number is over); as `cases.editing`.
    """
    with acting(store, who, "case.edit") as tx:
        visit, legs = visit_of(tx, number)
        if visit["state"] != "open":
            raise Refused("nothing-open", number=number)
        draft = editing(tx, case, lease=False, held=False)
        item = draft.row["item"]

        def fits(leg: object) -> tuple[bool, bool]:
            return getattr(leg, "item", "") != item, getattr(leg, "state", "") not in queue.OPEN

        leg = min(legs, key=fits)
        waiting = draft.row["waiting_on"]
        draft.case(
            visit=visit["id"],
            leg=leg.id,
            waiting_on=None if waiting == "applicant" else waiting,
        )
        draft.write("case.linked", number=number)
        return draft.row


def cases_of(store: Store, who: Actor, number: str) -> list[Row]:
    """The cases that a number of today may be about: its own, else open ones of the same person."""
    admit(store, who, "case.read")
    own = of_number(store, number)
    if own:
        return own
    day = store.env.day(store.env.now())
    visit = store.row("SELECT * FROM visit WHERE day = ? AND number = ?", day, number)
    return of_visit(store, visit) if visit is not None else []
