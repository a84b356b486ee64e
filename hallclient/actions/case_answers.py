"""Conditions of a case's materials, answered by its form or by whoever works on it.

Answers stand in the case's row as JSON: condition -> yes or no, beside ``_form`` (those that the
form has given), ``organisation`` and ``dishonest`` with who noted it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_form import asked_of
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import materials as rules
from hallclient.rules.review import tolerance
from hallclient.rules.review.facts import CaseFacts, MaterialState

DISHONEST: Final = "dishonest"
_BY, _FORM = "_dishonest_by", "_form"


def answer(store: Store, who: Actor, case: str, condition: str, yes: bool | None) -> CaseFacts:
    """Say whether a condition holds; its materials are needed, or not. None: not known.

    Raises ``no-such-condition``, ``condition-by-form`` (its form says it), ``marked-by-counter``,
    ``decided-already``; as `cases.editing`.
    """
    from hallclient.actions.case_deficiencies import follow_in

    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        if condition not in facts.checklist.by_condition:
            raise Refused("no-such-condition", field="condition", condition=condition)
        if tx.who.role == "agent" and facts.state not in rules.BEFORE_RECEIPT:
            raise Refused("marked-by-counter", field="case", number=facts.number)
        if facts.state in rules.DECIDED:
            raise Refused("decided-already", field="case", number=facts.number)
        if asked_of(store, draft.row, facts.checklist).get(condition) is not None:
            raise Refused("condition-by-form", field="condition", condition=condition)
        answered_in(draft, facts, {condition: yes})
        draft.write("case.answered", condition=condition)
        return follow_in(draft)


def note_dishonest(store: Store, who: Actor, case: str, yes: bool) -> CaseFacts:
    """The counter has looked the applicant up: on the dishonest list (失信), or not."""
    with acting(store, who, "material.promise") as tx:
        draft = editing(tx, case)
        answers = _answers(draft) | {DISHONEST: yes, _BY: tx.actor}
        draft.case(answers=json.dumps(answers, sort_keys=True))
        draft.write("case.answered", condition=DISHONEST)
        return draft.facts()


def dishonest_noted(answers: str | None) -> tuple[bool, str] | None:
    """What a case's answers say of the dishonest list, and who noted it; None: nobody looked."""
    found = json.loads(answers or "{}")
    return (bool(found[DISHONEST]), str(found.get(_BY, ""))) if DISHONEST in found else None


def by_form_in(draft: CaseDraft) -> bool:
    """Take over what the form that it is filed with answers; whether anything changed.

    What the form said and says no more is open again. The caller writes.
    """
    facts = draft.facts()
    if facts.state in rules.DECIDED:
        return False
    said = asked_of(draft.tx.store, draft.row, facts.checklist)
    before = _answers(draft)
    earlier = set(before.get(_FORM, ()))
    given = {
        name: yes
        for name, yes in said.items()
        if yes != before.get(name) and (yes is not None or name in earlier)
    }
    told = sorted(name for name, yes in said.items() if yes is not None)
    if not given and set(told) == earlier:
        return False
    answered_in(draft, facts, given, told)
    return True


def answered_in(
    draft: CaseDraft,
    facts: CaseFacts,
    given: Mapping[str, bool | None],
    by_form: list[str] | None = None,
) -> None:
    """Collect answers and what follows for the materials; the caller writes.

    ``by_form``: those that are the form's by now.
    """
    answers = _answers(draft) | {name: yes for name, yes in given.items() if yes is not None}
    for name in [name for name, yes in given.items() if yes is None]:
        answers.pop(name, None)
    if by_form is not None:
        answers[_FORM] = by_form
    draft.case(answers=json.dumps(answers, sort_keys=True))
    for row in draft.rows("material"):
        when = facts.checklist.by_no[row["no"]].when
        if when in given:
            was = MaterialState(row["state"])
            now = rules.state_for(given[when], was)
            if now is not was:
                nobody = {"checked_by": None, "checked_at": None}
                draft.update("material", row, state=now.value, reasons="[]", note=None, **nobody)
                keep_promise_in(draft, row["no"], now)


def keep_promise_in(draft: CaseDraft, no: int, state: MaterialState) -> None:
    """What a new state of a material means for a promise about it; the caller writes.

    A promised paper that is in and right keeps the promise, one that is not asked for any more ends
    it. A commitment stands for the paper: when the paper itself comes, it is taken back.
    """
    for row in draft.rows("promise"):
        if row["no"] != no or row["state"] != tolerance.OPEN:
            continue
        end = tolerance.end_of(row["kind"], state)
        if end:
            by = {"closed_by": draft.tx.actor, "closed_at": draft.tx.now}
            draft.update("promise", row, state=end, **by)


def _answers(draft: CaseDraft) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(draft.row["answers"] or "{}")
    return found
