"""The materials of a case marked: in, right, wrong and why, exempt, given back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_deficiencies import collect_in
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import materials as rules
from hallclient.rules.review.facts import CaseFacts, MaterialState
from hallclient.rules.review.materials import MISSING, OWN
from hallclient.rules.review.spec import Material
from hallclient.rules.text import clean

DISHONEST = "dishonest"
_CHECKED = (MaterialState.PASSED, MaterialState.FAILED, MaterialState.EXEMPT)
FORMS = ("original", "copy")
MEDIA = ("paper", "electronic")


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
    ``reason-code-needed``, ``evidence-needed``, ``promise-first``, ``bad-copies``, and what
    `materials.why_not` says; as `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        mark_in(
            draft,
            facts,
            no,
            state,
            reasons=reasons,
            form=form,
            medium=medium,
            copies=copies,
            note=note,
            evidence=evidence,
        )
        return settle(draft, state)


def mark_rest(store: Store, who: Actor, case: str, state: str) -> CaseFacts:
    """The same for every material that is still open and can take it. Raises as `mark`."""
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        wanted = _state(state)
        for fact in facts.materials:
            able = not rules.why_not(facts, fact.no, wanted, tx.who.role)
            if rules.is_open(facts, fact) and able and fact.state is not MaterialState.FAILED:
                mark_in(draft, facts, fact.no, state)
        return settle(draft, state)


def answer(store: Store, who: Actor, case: str, condition: str, yes: bool | None) -> CaseFacts:
    """Say whether a condition holds; its materials are needed, or not. None: not known.

    Raises ``no-such-condition``; as `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        if condition not in facts.checklist.by_condition:
            raise Refused("no-such-condition", field="condition", condition=condition)
        answered(draft, facts, {condition: yes})
        draft.write("case.answered", condition=condition)
        return settle(draft, "")


def note_dishonest(store: Store, who: Actor, case: str, yes: bool) -> CaseFacts:
    """The counter has looked the applicant up: on the dishonest list (失信), or not."""
    with acting(store, who, "material.promise") as tx:
        draft = editing(tx, case)
        answers = json.loads(draft.row["answers"] or "{}")
        draft.case(answers=json.dumps({**answers, DISHONEST: yes}, sort_keys=True))
        draft.write("case.answered", condition=DISHONEST)
        return draft.facts()


def answered(draft: CaseDraft, facts: CaseFacts, given: dict[str, bool | None]) -> None:
    """Collect answers and what follows for the materials; the caller writes."""
    answers = json.loads(draft.row["answers"] or "{}")
    for condition, yes in given.items():
        if yes is None:
            answers.pop(condition, None)
        else:
            answers[condition] = yes
    draft.case(answers=json.dumps(answers, sort_keys=True))
    for row in draft.rows("material"):
        material = facts.checklist.by_no[row["no"]]
        if material.when in given:
            was = MaterialState(row["state"])
            now = rules.state_for(given[material.when], was)
            if now is not was:
                draft.update("material", row, state=now.value, reasons="[]")
                _keep_promise(draft, row["no"], now)


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
    wanted = _state(state)
    if wanted in rules.PROMISED:
        raise Refused("promise-first", field="state")
    try:
        material, fact = facts.material(no)
    except KeyError:
        raise Refused("no-such-material", field="material", no=no) from None
    why = rules.why_not(facts, no, wanted, draft.tx.who.role)
    if why:
        raise _refusal(why, material, facts, fact.state)
    said, proof = clean(note, multiline=True).strip(), clean(evidence, multiline=True).strip()
    codes = _codes(material, wanted, reasons, said)
    if wanted is MaterialState.EXEMPT and not proof:
        raise Refused("evidence-needed", field="evidence")
    row = _row(draft, no)
    again = fact.state is MaterialState.FAILED or row["round"] < facts.round
    came = wanted in (MaterialState.RECEIVED, MaterialState.PASSED)
    now: dict[str, object] = {
        "state": wanted.value,
        "reasons": json.dumps(codes),
        "note": draft.sealed(note=said, evidence=proof),
        "form": form or row["form"],
        "medium": medium or row["medium"],
        "copies": _copies(row, copies),
    }
    if came and again:
        now["round"] = facts.round
    if came and (again or row["at"] is None):
        now |= {"by": draft.tx.actor, "at": draft.tx.now}
    checked = wanted in _CHECKED
    now |= {
        "checked_by": draft.tx.actor if checked else None,
        "checked_at": draft.tx.now if checked else None,
    }
    if wanted is MaterialState.RETURNED:
        now |= {"checked_by": row["checked_by"], "checked_at": row["checked_at"]}
    draft.update("material", row, **now)
    _keep_promise(draft, no, wanted)


def settle(draft: CaseDraft, state: str) -> CaseFacts:
    """Write what was marked, make the deficiencies follow, and what the flow does by itself."""
    from hallclient.actions.case_moves import automatic_in

    draft.write("material.marked", state=state)
    collect_in(draft)
    draft.write("deficiency.opened")
    automatic_in(draft)
    return draft.facts()


def _keep_promise(draft: CaseDraft, no: int, state: MaterialState) -> None:
    """A paper that is in and right keeps the promise to supply it; one taken back ends it."""
    ended = {
        MaterialState.PASSED: "kept",
        MaterialState.EXEMPT: "kept",
        MaterialState.DUE: "withdrawn",
        MaterialState.UNNEEDED: "withdrawn",
    }
    for row in draft.rows("promise"):
        if row["no"] == no and row["state"] == "open" and state in ended:
            draft.update(
                "promise",
                row,
                state=ended[state],
                closed_by=draft.tx.actor,
                closed_at=draft.tx.now,
            )


def _state(state: str) -> MaterialState:
    try:
        return MaterialState(state)
    except ValueError:
        raise Refused("no-such-material-state", field="state", wanted=state) from None


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
        if code not in known and code not in (OWN, MISSING):
            raise Refused("no-such-reason-code", field="reasons", reason=code, no=material.no)
    if not codes or (OWN in codes and not note):
        raise Refused("reason-code-needed", field="reasons", no=material.no)
    return codes


def _refusal(code: str, material: Material, facts: CaseFacts, state: MaterialState) -> Refused:
    if code == "case-closed":
        return Refused("case-closed", field="case", number=facts.number)
    if code == "marked-by-counter":
        return Refused("marked-by-counter", field="case", number=facts.number)
    if code == "not-exempt":
        return Refused("not-exempt", field="state", no=material.no)
    if code == "always-needed":
        return Refused("always-needed", field="state", no=material.no)
    if code == "nothing-to-return":
        return Refused("nothing-to-return", field="state", no=material.no)
    return Refused("mark-not-now", field="state", no=material.no, mark=state.value)


def _row(draft: CaseDraft, no: int) -> Row:
    return next(one for one in draft.rows("material") if one["no"] == no)


def _copies(row: Row, copies: int | None) -> int:
    if copies is None:
        return int(row["copies"])
    if not 0 <= copies <= 999:
        raise Refused("bad-copies", field="copies", copies=copies)
    return copies
