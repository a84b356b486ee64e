"""The materials of a case marked: in, right, wrong and why, exempt, given back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_answers import (
    answer,
    dishonest_noted,
    keep_promise_in,
    note_dishonest,
)
from hallclient.actions.case_deficiencies import follow_in
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import materials as rules
from hallclient.rules.review.facts import CaseFacts, MaterialState
from hallclient.rules.review.materials import OWN
from hallclient.rules.review.spec import Material
from hallclient.rules.text import clean

FORMS: Final = ("original", "copy")
MEDIA: Final = ("paper", "electronic")
LONGEST: Final = 500
"""Characters of a defect in one's own words, of an evidence."""
_CHECKED = (MaterialState.PASSED, MaterialState.FAILED, MaterialState.EXEMPT)


def mark(
    store: Store,
    who: Actor,
    case: str,
    no: int,
    state: str,
    *,
    reasons: Sequence[str] = (),
    form: str = "",
    medium: str = "",
    copies: int | None = None,
    note: str = "",
    evidence: str = "",
) -> CaseFacts:
    """Say how a material stands; what is true of the case then.

    ``reasons``: codes of its check points, or ``other`` with the ``note`` (a failed one needs one).
    ``evidence``: why it need not be handed in (exempt). ``form``, ``medium``, ``copies``: as it was
    handed in.
    Raises ``no-such-material``, ``no-such-material-state``, ``no-such-reason-code``,
    ``reason-code-needed``, ``reason-long``, ``evidence-needed``, ``bad-form``, ``bad-medium``,
    ``bad-copies``, and what `materials.why_not` says; as `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        mark_in(
            draft,
            draft.facts(),
            no,
            state,
            reasons=reasons,
            form=form,
            medium=medium,
            copies=copies,
            note=note,
            evidence=evidence,
        )
        draft.write("material.marked", state=state)
        return follow_in(draft)


def mark_rest(store: Store, who: Actor, case: str, state: str) -> CaseFacts:
    """The same for every material that is still open and can take it. Raises as `mark`."""
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        for no in rules.rest(facts, _state(state), tx.who.role):
            mark_in(draft, facts, no, state)
        draft.write("material.marked", state=state)
        return follow_in(draft)


def handed_in(
    store: Store,
    who: Actor,
    case: str,
    no: int,
    *,
    form: str = "",
    medium: str = "",
    copies: int | None = None,
) -> CaseFacts:
    """Say how a paper was handed in; one that was not in has come, any other stays as it is.

    Raises ``no-such-material``, ``bad-form``, ``bad-medium``, ``bad-copies``,
    ``marked-by-counter``, ``decided-already``; as `mark` for one that comes, as `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        fact = next((one for one in facts.materials if one.no == no), None)
        if fact is None:
            raise Refused("no-such-material", field="material", no=no)
        if fact.state in rules.NOT_IN or fact.state is MaterialState.UNNEEDED:
            state = MaterialState.RECEIVED.value
            mark_in(draft, facts, no, state, form=form, medium=medium, copies=copies)
        else:
            if tx.who.role == "agent" and facts.state not in rules.BEFORE_RECEIPT:
                raise Refused("marked-by-counter", field="case", number=facts.number)
            if facts.state in rules.DECIDED:
                raise Refused("decided-already", field="case", number=facts.number)
            state = fact.state.value
            row = next(one for one in draft.rows("material") if one["no"] == no)
            draft.update("material", row, **_as_handed_in(row, form, medium, copies))
        draft.write("material.marked", state=state)
        return follow_in(draft)


def mark_in(
    draft: CaseDraft,
    facts: CaseFacts,
    no: int,
    state: str,
    *,
    reasons: Sequence[str] = (),
    form: str = "",
    medium: str = "",
    copies: int | None = None,
    note: str = "",
    evidence: str = "",
) -> None:
    """Collect one mark; see `mark`."""
    tx = draft.tx
    wanted = _state(state)
    try:
        material, fact = facts.material(no)
    except KeyError:
        raise Refused("no-such-material", field="material", no=no) from None
    why = rules.why_not(facts, no, wanted, tx.who.role)
    if why:
        raise _refusal(why, material, facts, fact.state)
    said, proof = _words(note, "note"), _words(evidence, "evidence")
    codes = _codes(material, wanted, reasons, said)
    if wanted is MaterialState.EXEMPT and not proof:
        raise Refused("evidence-needed", field="evidence")
    row = next(one for one in draft.rows("material") if one["no"] == no)
    now: dict[str, object] = {"state": wanted.value, **_as_handed_in(row, form, medium, copies)}
    if rules.arrives(facts, fact, wanted):
        now |= {"round": facts.round, "by": tx.actor, "at": tx.now}
    # An original that is given back, or taken in again, was checked by whoever did.
    if MaterialState.RETURNED not in (wanted, fact.state):
        checked = (tx.actor, tx.now) if wanted in _CHECKED else (None, None)
        now |= dict(zip(("checked_by", "checked_at"), checked, strict=True))
        now |= {"reasons": json.dumps(codes), "note": draft.sealed(note=said, evidence=proof)}
    draft.update("material", row, **now)
    keep_promise_in(draft, no, wanted)


def _state(state: str) -> MaterialState:
    try:
        return MaterialState(state)
    except ValueError:
        raise Refused("no-such-material-state", field="state", wanted=state) from None


def _words(text: str, field: str) -> str:
    said = clean(text, multiline=True).strip()
    if len(said) > LONGEST:
        raise Refused("reason-long", field=field, longest=LONGEST)
    return said


def _codes(
    material: Material, state: MaterialState, reasons: Sequence[str], note: str
) -> list[str]:
    if state is not MaterialState.FAILED:
        return []
    known = {one.code for one in material.reasons}
    codes = list(dict.fromkeys(reasons))
    if note and OWN not in codes:
        codes.append(OWN)
    for code in codes:
        if code not in known and code != OWN:
            raise Refused("no-such-reason-code", field="reasons", reason=code, no=material.no)
    if not codes or (OWN in codes and not note):
        raise Refused("reason-code-needed", field="reasons", no=material.no)
    return codes


def _as_handed_in(row: Row, form: str, medium: str, copies: int | None) -> dict[str, object]:
    if form and form not in FORMS:
        raise Refused("bad-form", field="form", form=form)
    if medium and medium not in MEDIA:
        raise Refused("bad-medium", field="medium", medium=medium)
    if copies is not None and not 0 <= copies <= 999:
        raise Refused("bad-copies", field="copies", copies=copies)
    return {
        "form": form or row["form"],
        "medium": medium or row["medium"],
        "copies": row["copies"] if copies is None else copies,
    }


def _refusal(code: str, material: Material, facts: CaseFacts, state: MaterialState) -> Refused:
    match code:
        case "case-closed":
            return Refused("case-closed", field="case", number=facts.number)
        case "marked-by-counter":
            return Refused("marked-by-counter", field="case", number=facts.number)
        case "decided-already":
            return Refused("decided-already", field="case", number=facts.number)
        case "promise-first":
            return Refused("promise-first", field="state")
        case "answer-first":
            return Refused("answer-first", field="state", no=material.no, condition=material.when)
        case "passed-stays":
            return Refused("passed-stays", field="state", no=material.no)
        case "not-exempt":
            return Refused("not-exempt", field="state", no=material.no)
        case "always-needed":
            return Refused("always-needed", field="state", no=material.no)
        case "nothing-to-return":
            return Refused("nothing-to-return", field="state", no=material.no)
    return Refused("mark-not-now", field="state", no=material.no, mark=state.value)


__all__ = [
    "FORMS",
    "LONGEST",
    "MEDIA",
    "answer",
    "dishonest_noted",
    "handed_in",
    "mark",
    "mark_in",
    "mark_rest",
    "note_dishonest",
]
