"""Cases (办件): opened for an item and an applicant, found, described, answered, forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.case_form import company_of, filing_of
from hallclient.actions.case_rows import CaseDraft, case_row, facts_of, serial, stream
from hallclient.actions.case_title import (
    FIELDS,
    ORGANISATION,
    PERSON,
    Applicant,
    find_text,
    title_of,
    tokens,
)
from hallclient.actions.editions import checklists, newest_checklist, newest_flow
from hallclient.actions.filing_cells import FILLING
from hallclient.actions.filings import DONE
from hallclient.actions.firms import firm_of
from hallclient.actions.legs import item_of
from hallclient.actions.moves import visit_of
from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.review.facts import CaseFacts, MaterialState
from hallclient.rules.review.spec import Checklist

DRAFT = "draft"
COUNTER, ASSISTED, ONLINE = "counter", "assisted", "online"
SOURCES = (COUNTER, ASSISTED, ONLINE)
LEASE_MS = 30 * 60_000
"""A case that nobody has touched for so long is free again."""


def open_case(
    store: Store,
    who: Actor,
    item: str = "",
    *,
    applicant: Applicant | None = None,
    number: str = "",
    filing: str = "",
    checklist: str = "",
    source: str = "",
) -> Row:
    """Open the file of a case (建档) for an item or a checklist; its row.

    ``number``: today's ticket that it belongs to: its service is the item unless that or a
    checklist is given, its person the applicant unless given. ``filing``: the form it is filed
    with, by id or number; else the one that was filled in on this ticket. Who opens it holds it;
    an agent's case is assisted filing and stays the agent's.

    Raises ``item-needed``, ``no-such-item``, ``no-such-checklist``, ``no-checklist``,
    ``no-such-number``, ``no-such-filing``, ``filing-taken``, ``no-such-source``.
    """
    with acting(store, who, "case.open") as tx:
        visit, leg = _ticket(tx, number, item) if number else (None, None)
        filed = filing_row(tx, filing) if filing else None
        code = item
        if not item and not checklist:
            code = (leg["item"] if leg else "") or (filed["item"] or "" if filed else "")
        found = _checklist(tx, code, checklist)
        filed = filed or _filed_at(tx, visit, found)
        draft = _opened(tx, found, code or found.item)
        whose = _applicant(tx, applicant, visit, filed).cleaned()
        if source not in ("", *SOURCES):
            raise Refused("no-such-source", field="source", source=source)
        agent = tx.who.role == "agent"
        person, named = tokens(store, whose)
        # The key of the case seals what follows; so the row is made with its id first.
        draft.row.update(
            filing=filed["id"] if filed else None,
            visit=visit["id"] if visit else None,
            leg=leg["id"] if leg else None,
            source=source or (ASSISTED if agent else COUNTER),
            title=title_of(whose),
            find=find_text(whose, draft.row["number"]),
            person=person,
            name_token=named,
            sealed=draft.sealed(**_personal(whose)),
            agent=tx.actor if agent else None,
            firm=firm_of(store, tx.actor) if agent else None,
            answers=json.dumps({"organisation": whose.kind == ORGANISATION}),
        )
        _made(draft, found)
        if filed is not None:
            _answered(draft)
        return case_row(store, draft.id)


def describe(store: Store, who: Actor, case: str, applicant: Applicant) -> Row:
    """Say anew who files, until the case is accepted; then it is a correction (`case_amend`).

    Raises ``amend-needed``, ``no-such-case``, ``case-closed``, ``case-held``.
    """
    with acting(store, who, "case.edit") as tx:
        draft = editing(tx, case)
        if draft.row["accepted_at"] is not None:
            raise Refused("amend-needed", field="case", number=draft.row["number"])
        described_in(draft, applicant.cleaned())
        draft.write("case.described")
        return draft.row


def described_in(draft: CaseDraft, whose: Applicant) -> None:
    """Collect what a case says of who files, cleaned before; the caller writes."""
    person, named = tokens(draft.tx.store, whose)
    answers = json.loads(draft.row["answers"] or "{}")
    answers["organisation"] = whose.kind == ORGANISATION
    draft.case(
        title=title_of(whose),
        find=find_text(whose, draft.row["number"]),
        person=person,
        name_token=named,
        sealed=draft.sealed(**_personal(whose)),
        answers=json.dumps(answers),
    )


def applicant_of(store: Store, who: Actor, case: str) -> Applicant:
    """Who files, unmasked; looking is an event (GB/T 22239 审计). Raises ``no-such-case``."""
    with acting(store, who, "personal.view") as tx:
        row = case_row(store, case)
        tx.append("personal.viewed", row["id"], [], stream=stream(row["id"]))
        return applicant_in(store, row)


def applicant_in(store: Store, row: Row) -> Applicant:
    """Who files, for what the program itself prints; see `applicant_of` for people."""
    found = store.unseal(row["id"], row["sealed"]) or {}
    kind = ORGANISATION if json.loads(row["answers"] or "{}").get("organisation") else PERSON
    texts = {name: found.get(name, "") for name in FIELDS}
    if kind == ORGANISATION and not texts["name"]:
        texts["name"] = row["title"]
    return Applicant(kind=kind, **texts)


def facts(store: Store, who: Actor, case: str) -> tuple[Row, CaseFacts]:
    """A case's row and everything that is true of it. Raises ``no-such-case``."""
    from datetime import date

    admit(store, who, "case.read")
    row = case_row(store, case)
    now = store.env.now()
    return row, facts_of(store, row, date.fromisoformat(store.env.day(now)), now)


def editing(tx: Action, case: str, *, lease: bool = True, held: bool = True) -> CaseDraft:
    """A case to be changed in this step: not closed, and (``held``) worked on by nobody else.

    With ``lease`` whoever edits holds it on (办件租约).
    Raises ``no-such-case``, ``case-closed``, ``case-held`` with the holder.
    """
    draft = CaseDraft(tx, case_row(tx.store, case))
    row = draft.row
    if row["closed_at"] is not None:
        raise Refused("case-closed", field="case", number=row["number"])
    taken = row["holder"] is not None and (row["lease_until"] or 0) > tx.now
    if held and taken and row["holder"] != tx.actor:
        raise Refused("case-held", field="case", number=row["number"], holder=row["holder"])
    if lease:
        draft.case(holder=tx.actor, holder_window=tx.window or None, lease_until=tx.now + LEASE_MS)
    return draft


def _ticket(tx: Action, number: str, item: str) -> tuple[Row, Row]:
    """The visit of a ticket of today and the leg that the case is for."""
    visit, legs = visit_of(tx, number)

    def fits(leg: Any) -> tuple[bool, bool, bool]:
        return leg.item != item, leg.state not in queue.AT_WINDOW, leg.state not in queue.OPEN

    leg = min(legs, key=fits)
    return visit, {"id": leg.id, "item": leg.item}


def filing_row(tx: Action, filing: str) -> Row:
    """A filing without a case, by id or number. Raises ``no-such-filing``, ``filing-taken``."""
    row = tx.row("SELECT * FROM filing WHERE id = ?1 OR number = ?1", filing)
    if row is None:
        raise Refused("no-such-filing", field="filing", filing=filing)
    taken = tx.row("SELECT number FROM case_file WHERE filing = ?", row["id"])
    if taken is not None:
        raise Refused("filing-taken", field="filing", number=row["number"], case=taken["number"])
    return row


def _filed_at(tx: Action, visit: Row | None, found: Checklist) -> Row | None:
    """The form of this item that was filled in for a ticket, when there is just one: what was
    entered once is not asked again.
    """
    if visit is None:
        return None
    rows = tx.rows(
        "SELECT * FROM filing WHERE visit = ? AND (state = ? OR reason = ?) AND NOT EXISTS "
        "(SELECT 1 FROM case_file WHERE filing = filing.id)",
        visit["id"],
        FILLING,
        DONE,
    )
    fitting = [row for row in rows if row["form"].partition("@")[0] in found.forms]
    return fitting[0] if len(fitting) == 1 else None


def _checklist(tx: Action, item: str, name: str) -> Checklist:
    """The checklist named, or the item's. Raises as `open_case`."""
    if name:
        return newest_checklist(tx, name)
    if not item:
        raise Refused("item-needed", field="item")
    found = item_of(tx, item)
    key = next((key for key, one in checklists(tx.store).items() if one.item == item), "")
    if not key:
        raise Refused("no-checklist", field="item", service=found)
    return newest_checklist(tx, key)


def _applicant(
    tx: Action, given: Applicant | None, visit: Row | None, filed: Row | None
) -> Applicant:
    """Who files: as said, else the form's organisation, else whoever has the number."""
    if given is not None and given.name:
        return given
    person: Mapping[str, str] = {}
    if visit is not None and visit["sealed"] is not None:
        person = tx.store.unseal(visit["id"], visit["sealed"]) or {}
    company = (company_of(tx.store, filed) if filed else "") or person.get("company", "")
    if company:
        return Applicant(
            kind=ORGANISATION,
            name=company,
            agent_name=person.get("name", ""),
            agent_identity=person.get("identity", ""),
            agent_phone=person.get("phone", ""),
        )
    named = {name: person.get(name, "") for name in ("name", "identity", "phone")}
    return Applicant(**named) if given is None else given


def _personal(whose: Applicant) -> dict[str, str]:
    """What is sealed of an applicant: an organisation's name stands in the clear."""
    hidden = {name: getattr(whose, name) for name in FIELDS}
    if whose.kind == ORGANISATION:
        hidden.pop("name")
    return hidden


def _opened(tx: Action, found: Checklist, item: str) -> CaseDraft:
    flow = newest_flow(tx)
    joint = len(found.departments) > 1
    row: Row = {
        "id": tx.store.env.new_id(),
        "number": serial(tx, "", "case_file"),
        "day": tx.day,
        "item": item,
        "checklist": found.key,
        "flow": flow.key,
        "kind": "joint" if joint else ("promised" if found.promised_limit else "instant"),
        "state": DRAFT,
        "since": tx.now,
        "round": 0,
        "opened_by": tx.actor,
        "opened_at": tx.now,
        "holder": tx.actor,
        "holder_window": tx.window or None,
        "lease_until": tx.now + LEASE_MS,
        "tolerant": 0,
        "notices": 0,
        "urged": 0,
        "escalated": 0,
    }
    return CaseDraft(tx, row, fresh=True)


def _answered(draft: CaseDraft) -> None:
    """What its form says of the conditions needs nobody to answer it."""
    from hallclient.actions.case_answers import by_form_in

    if by_form_in(draft):
        draft.write("case.answered", source="form")


def _made(draft: CaseDraft, found: Checklist) -> None:
    """Write ``case.opened``: the case and a row for each material of its checklist."""
    row = {key: value for key, value in draft.row.items() if key != "id" and value is not None}
    draft.set.append(("case_file", draft.id, None, row))
    for one in found.materials:
        draft.insert(
            "material",
            f"m/{one.no}",
            no=one.no,
            state=MaterialState.DUE.value,
            form=one.form if one.form != "either" else "",
            medium=one.medium if one.medium != "either" else "",
            copies=one.copies,
            round=0,
            reasons="[]",
        )
    draft.write("case.opened", number=draft.row["number"])


__all__ = [
    "ASSISTED",
    "COUNTER",
    "DRAFT",
    "LEASE_MS",
    "ONLINE",
    "SOURCES",
    "Applicant",
    "applicant_in",
    "applicant_of",
    "describe",
    "described_in",
    "editing",
    "facts",
    "filing_of",
    "filing_row",
    "open_case",
]
