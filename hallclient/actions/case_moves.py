"""A case moves (办件流转): guards, state, clocks, documents, what follows; one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions import case_amend, case_tasks, certificates
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_clocks import apply_in, drop_all_in
from hallclient.actions.case_deficiencies import collect_in, write_in
from hallclient.actions.case_papers import make_in
from hallclient.actions.case_promises import latest_open
from hallclient.actions.case_rows import CaseDraft, rows_of
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import flow as rules
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.flow import Offer, Step
from hallclient.rules.review.guards import Context
from hallclient.rules.review.spec import Move
from hallclient.rules.text import clean

_LONGEST = 500
"""Characters of a reason or opinion."""
_MOST = 12
"""Automatic moves in a row; a flow that needs more goes round."""

_STAMPS: Mapping[str, str] = {
    "received": "received_at",
    "accepted": "accepted_at",
    "accepted_tolerant": "accepted_at",
    "done_pass": "decided_at",
    "done_tolerant": "decided_at",
    "done_fail": "decided_at",
}
"""State -> the column that keeps when it was first reached."""


class Moved(NamedTuple):
    """A case after a move, with the documents that were made."""

    row: Row
    facts: CaseFacts
    papers: list[Row]


def offered(store: Store, who: Actor, facts: CaseFacts) -> list[Offer]:
    """The moves that this operator may make now or why not; those that can be made first."""
    return rules.offered(facts, who.role, context_of(store, who))


def next_step(store: Store, who: Actor, facts: CaseFacts) -> Step | None:
    """Whose turn it is; None: the case is over."""
    return rules.next_step(facts, who.role, context_of(store, who))


def context_of(store: Store, who: Actor, reason: str = "") -> Context:
    """What guards are asked with."""
    return Context(who.operator, reason, calendar_of(store))


def move(
    store: Store, who: Actor, case: str, move_id: str, *, reason: str = "", **given: str
) -> Moved:
    """Make a move. ``given``: what its document says beside (``competent``, ``days`` ...).

    Raises ``no-such-move``, ``move-role``, ``move-not-now``, ``move-guard`` with the guard's code,
    ``move-reason``, ``reason-long``; as `cases.editing` and `case_papers.make_in`.
    """
    with acting(store, who, "case.move") as tx:
        draft = editing(tx, case)
        before = _papers(draft)
        _checked(draft, move_id, reason, given)
        automatic_in(draft)
        return _moved(draft, before)


def at_once(store: Store, who: Actor, case: str, *, reason: str = "", **given: str) -> Moved:
    """Take in, accept and decide in one step: what is done on the spot (即办件).

    Raises ``not-instant`` when departments review it or a promise is made for its decision; as
    `move`.
    """
    with acting(store, who, "case.move") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        if not rules.instant(facts):
            raise Refused("not-instant", field="case", number=facts.number)
        before = _papers(draft)
        for one in rules.AT_ONCE:
            if draft.row["state"] in draft.facts().flow.move[one].sources:
                _checked(draft, one, reason, given)
        automatic_in(draft)
        return _moved(draft, before)


def move_in(draft: CaseDraft, move_id: str, **given: str) -> None:
    """A move in an action that is under way, with those that follow by themselves; as `move`."""
    _checked(draft, move_id, "", given)
    automatic_in(draft)


def follow_in(draft: CaseDraft, move_id: str, **given: str) -> bool:
    """`move_in`, if the case can be moved so now; whether it was. Write before."""
    facts = draft.facts()
    spec = facts.flow.move.get(move_id)
    may = spec is not None and facts.state in spec.sources and draft.tx.who.role in spec.roles
    if spec is None or not may or rules.hindered(facts, spec, _context(draft, "")):
        return False
    move_in(draft, move_id, **given)
    return True


def automatic_in(draft: CaseDraft) -> None:
    """Make the moves that make themselves, as long as any does. Write before."""
    context = _context(draft, "")
    for _ in range(_MOST):
        found = next(rules.automatic(draft.facts(), context), None)
        if found is None:
            return
        _make(draft, found, draft.facts(), "", {})


def _checked(draft: CaseDraft, move_id: str, reason: str, given: Mapping[str, str]) -> None:
    """One move, when role, state, guards and reason allow it."""
    tx = draft.tx
    if draft.set:
        draft.write("case.leased")
    said = clean(reason, multiline=True).strip()
    if len(said) > _LONGEST:
        raise Refused("reason-long", field="reason", longest=_LONGEST)
    facts = draft.facts()
    spec = facts.flow.move.get(move_id)
    if spec is None:
        raise Refused("no-such-move", field="move", move=move_id)
    if spec.automatic:
        raise Refused("no-such-move", field="move", move=move_id)
    if tx.who.role not in spec.roles:
        raise Refused("move-role", field="move", move=spec, role=tx.who.role)
    if facts.state not in spec.sources:
        raise Refused("move-not-now", field="move", move=spec, state=facts.status)
    if "open_deficiency" in spec.guards or "no_open_deficiency" in spec.guards:
        # What stands in the form is told with the rest, all at once.
        collect_in(draft, form=True)
        write_in(draft)
        facts = draft.facts()
    if "form_ready" in spec.guards:
        facts = draft.facts(form=True)
    why = rules.hindered(facts, spec, _context(draft, said))
    if why:
        raise Refused("move-guard", field="move", move=spec, why=why)
    if spec.reason and not said:
        raise Refused("move-reason", field="reason", move=spec)
    _make(draft, spec, facts, said, given)


def _make(
    draft: CaseDraft, spec: Move, facts: CaseFacts, reason: str, given: Mapping[str, str]
) -> None:
    """Write one move: its event holds the state, clocks, documents and tasks."""
    tx, before = draft.tx, draft.row["state"]
    now: dict[str, object] = {"state": spec.target, "since": tx.now}
    stamp = _STAMPS.get(spec.target)
    if stamp and draft.row[stamp] is None:
        now[stamp] = tx.now
    target = facts.flow.state[spec.target]
    if spec.target == "accepted_tolerant":
        now["tolerant"] = 1
    if target.final:
        now |= {"closed_at": tx.now, "holder": None, "holder_window": None, "lease_until": None}
    draft.case(**now)
    apply_in(draft, spec.clocks, due=latest_open(draft), start=_start(facts, spec))
    if reason:
        draft.insert(
            "case_note",
            draft.next("case_note", "n"),
            kind="reason",
            by=tx.actor,
            at=tx.now,
            to_whom=spec.id,
            sealed=draft.sealed(text=reason),
            done_by=tx.actor,
            done_at=tx.now,
        )
    for kind in spec.papers:
        make_in(draft, kind, facts, reason=reason, stamped=spec.seal, given=given)
    if target.final:
        drop_all_in(draft)
        _end_promises(draft)
        case_tasks.drop_in(draft)
        case_amend.drop_in(draft)
    draft.write("case.moved", move=spec.id, was=before, now=spec.target)
    if spec.target == "handling":
        case_tasks.open_in(draft)
    if spec.target == "done_pass":
        certificates.approve_in(draft)


def _start(facts: CaseFacts, spec: Move) -> date | None:
    """A case that counts as accepted counts from the day of receipt (行政许可法 32 (4))."""
    clock = facts.clock("notice5")
    return clock.start if spec.id == "accept_deemed" and clock is not None else None


def _end_promises(draft: CaseDraft) -> None:
    """A case that ended without a result expects no paper any more."""
    for row in draft.rows("promise"):
        if row["state"] == "open" and row["kind"] == "tolerance":
            draft.update(
                "promise",
                row,
                state="withdrawn",
                closed_by=draft.tx.actor,
                closed_at=draft.tx.now,
            )


def _context(draft: CaseDraft, reason: str) -> Context:
    tx: Action = draft.tx
    return Context(tx.actor, reason, calendar_of(tx.store))


def _papers(draft: CaseDraft) -> set[str]:
    return {one["id"] for one in draft.rows("paper")}


def _moved(draft: CaseDraft, before: set[str]) -> Moved:
    papers = [one for one in rows_of(draft.tx.store, "paper", draft.id) if one["id"] not in before]
    return Moved(draft.row, draft.facts(), papers)
