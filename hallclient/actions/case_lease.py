"""Who works on a case: a lease that runs out, handed over, taken over.

Editing renews it (`cases.editing`); a list and the case itself read the same row. An agent's file
stays the agent's (一帮到底) until it is handed over.
"""

from __future__ import annotations

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.case_find import of_visit
from hallclient.actions.case_notes import note_in
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.cases import LEASE_MS, editing
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

_FREE = {"holder": None, "holder_window": None, "lease_until": None}
HANDOVER = "handover"
TAKEOVER = "takeover"


def take(store: Store, who: Actor, case: str) -> Row:
    """Begin to work on a case. Raises ``no-such-case``, ``case-closed``, ``case-held``."""
    with acting(store, who, "case.edit") as tx:
        draft = editing(tx, case)
        draft.write("case.leased")
        return draft.row


def take_with(store: Store, who: Actor, case: str, number: str) -> Row:
    """Go on with the case that the number at this window has come with (预审随号), whoever held it:
    the applicant stands here now.

    Raises ``not-at-window``, ``no-such-case``, ``case-closed``.
    """
    with acting(store, who, "case.edit") as tx:
        draft = editing(tx, case, held=False)
        visit = tx.row(
            "SELECT visit.* FROM window JOIN leg ON leg.id = window.leg "
            "JOIN visit ON visit.id = leg.visit WHERE window.id = ? AND leg.number = ?",
            tx.window,
            number,
        )
        if visit is None or all(one["id"] != draft.id for one in of_visit(store, visit)):
            raise Refused("not-at-window", field="number", number=number)
        draft.write("case.leased", number=number)
        return draft.row


def release(store: Store, who: Actor, case: str) -> Row:
    """Leave a case to others. Raises ``no-such-case``, ``case-not-yours``."""
    with acting(store, who, "case.edit") as tx:
        draft = CaseDraft(tx, case_row(store, case))
        if draft.row["holder"] != tx.actor:
            raise Refused("case-not-yours", field="case", number=draft.row["number"])
        draft.case(**_FREE)
        draft.write("case.lease-ended")
        return draft.row


def hand_over(store: Store, who: Actor, case: str, to: str, note: str = "") -> Row:
    """Give a case to a colleague with a note; an agent's file changes its agent.

    Raises ``no-such-operator``, ``not-active``, ``same-operator``, ``agent-only`` (an agent cannot
    go on with a case that the counter has taken in); as `cases.editing`.
    """
    with acting(store, who, "case.assign") as tx:
        draft = editing(tx, case, lease=False)
        taker = _operator(tx, to)
        if taker["id"] == tx.actor and draft.row["holder"] in (None, tx.actor):
            raise Refused("same-operator", field="operator")
        _give(draft, taker)
        words = clean(note, multiline=True).strip()
        if words:
            note_in(draft, HANDOVER, words, to=taker["id"])
        draft.write("case.assigned", to=taker["id"])
        return draft.row


def take_over(store: Store, who: Actor, case: str, reason: str) -> Row:
    """A supervisor takes a case from whoever holds it. Raises ``no-such-case``, ``case-closed``,
    ``takeover-reason``.
    """
    with acting(store, who, "case.take-over") as tx:
        words = clean(reason, multiline=True).strip()
        if not words:
            raise Refused("takeover-reason", field="reason")
        draft = editing(tx, case, held=False)
        note_in(draft, TAKEOVER, words)
        draft.write("case.taken-over")
        return draft.row


def held(store: Store, operator: str) -> list[Row]:
    """The open cases that an operator holds now, or follows as their agent."""
    return store.rows(
        "SELECT * FROM case_file WHERE closed_at IS NULL AND "
        "((holder = ?1 AND lease_until > ?2) OR agent = ?1) ORDER BY since, id",
        operator,
        store.env.now(),
    )


def _give(draft: CaseDraft, taker: Row) -> None:
    tx = draft.tx
    if taker["role"] == "agent":
        draft.case(agent=taker["id"], firm=taker["firm"])
    draft.case(holder=taker["id"], holder_window=None, lease_until=tx.now + LEASE_MS)


def _operator(tx: Action, name: str) -> Row:
    found = tx.row("SELECT * FROM operator WHERE id = ?", name)
    if found is None or found["role"] not in ("clerk", "agent", "supervisor"):
        raise Refused("no-such-operator", field="operator", operator=name)
    if found["state"] != "active":
        raise Refused("not-active", operator=name)
    return found
