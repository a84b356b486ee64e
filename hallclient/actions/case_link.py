"""A case and what belongs to it: the number its applicant comes with, the form it is filed with."""

from __future__ import annotations

from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.case_find import of_number, of_visit
from hallclient.actions.case_rows import facts_of
from hallclient.actions.cases import editing, filing_row
from hallclient.actions.moves import visit_of
from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.review.materials import count, open_points
from hallclient.rules.review.spec import CaseState


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


class Brief(NamedTuple):
    """A case in a few words, for whoever has its applicant before them. ``open``: open points."""

    number: str
    state: CaseState
    settled: int
    needed: int
    open: int


def brief(store: Store, visit: Row) -> Brief | None:
    """The case that a visitor of today has come for; None: there is none that is open."""
    rows = [row for row in of_visit(store, visit) if row["closed_at"] is None]
    if not rows:
        return None
    from datetime import date

    now = store.env.now()
    facts = facts_of(store, rows[0], date.fromisoformat(store.env.day(now)), now)
    done = count(facts)
    return Brief(facts.number, facts.status, done.settled, done.needed, len(open_points(facts)))


def file_with(store: Store, who: Actor, case: str, filing: str) -> Row:
    """The case is filed with this form from now on; what the form answers is taken over.

    Raises ``no-such-filing``, ``filing-taken``, ``filed-already``; as `cases.editing`.
    """
    from hallclient.actions.case_answers import by_form_in

    with acting(store, who, "case.edit") as tx:
        draft = editing(tx, case)
        row = filing_row(tx, filing)
        if draft.row["filing"] == row["id"]:
            return draft.row
        if draft.row["filing"] is not None:
            raise Refused("filed-already", field="filing", number=draft.row["number"])
        draft.case(filing=row["id"])
        draft.write("case.linked", filing=row["number"])
        if by_form_in(draft):
            draft.write("case.answered", source="form")
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
