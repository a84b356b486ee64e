"""Papers promised for later (容缺受理) and papers replaced by a promise (告知承诺).

Tolerance: every main paper is there and right, only secondary ones that the list names are
missing, the applicant is not on the dishonest list and signs, the day is no later than the promised
decision; the result is withheld until the paper is in. A commitment replaces a proof and is checked
afterwards (国办发〔2020〕42号); a false one is recorded and the decision may be revoked.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from hallclient.rules.review.facts import SETTLED, CaseFacts, MaterialState
from hallclient.rules.review.materials import BEFORE_RECEIPT, DECIDED, needed
from hallclient.rules.review.spec import Material
from hallclient.rules.workdays import WORKING, Calendar

TOLERANCE, COMMITMENT = "tolerance", "commitment"
KINDS: Final = (TOLERANCE, COMMITMENT)
OPEN, KEPT, BROKEN, WITHDRAWN = "open", "kept", "broken", "withdrawn"
ENDS: Final = (KEPT, BROKEN, WITHDRAWN)
CHECK_DAYS: Final = 20
"""Working days within which a commitment is to be checked, unless a day is given."""


TAKEN_IN: Final = BEFORE_RECEIPT | {"received", "correction", "corrected"}
"""States in which a paper may be promised for later: after acceptance there is no gap to let in."""


def end_of(kind: str, state: MaterialState) -> str:
    """How a promise about a material ends when that comes to a state; empty: it goes on."""
    if kind == COMMITMENT:
        return "" if state is MaterialState.COMMITTED else WITHDRAWN
    if state in (MaterialState.PASSED, MaterialState.EXEMPT):
        return KEPT
    return WITHDRAWN if state in (MaterialState.DUE, MaterialState.UNNEEDED) else ""


def gaps(facts: CaseFacts) -> tuple[int, ...]:
    """Materials that were promised for later and are not there: also when the promise was broken
    or taken back. The result is withheld until then.
    """
    promised = {one.no for one in facts.promises if one.kind == TOLERANCE and one.state != KEPT}
    return tuple(
        fact.no
        for fact in facts.materials
        if fact.no in promised and fact.state not in SETTLED and needed_still(facts, fact.no)
    )


def needed_still(facts: CaseFacts, no: int) -> bool:
    """Whether a material is not known to be unneeded."""
    return needed(facts, facts.checklist.by_no[no]) is not False


def main_passed(facts: CaseFacts) -> bool:
    """Whether every main paper that is needed is settled."""
    return all(
        fact.state in SETTLED
        for fact in facts.materials
        if facts.checklist.by_no[fact.no].main and needed_still(facts, fact.no)
    )


def rest_tolerable(facts: CaseFacts) -> bool:
    """Whether everything that is not settled is promised: nothing else is open."""
    return all(
        fact.state in SETTLED or fact.state is MaterialState.TOLERATED
        for fact in facts.materials
        if needed_still(facts, fact.no)
    )


def latest(facts: CaseFacts, material: Material, calendar: Calendar) -> date:
    """The last day that a paper may be promised for: no later than the promised decision (of an
    item that is decided on the spot: than the legal one), nor than the list allows for this paper.
    """
    clock = facts.clock("decide")
    if clock is not None and clock.due > facts.today:
        until = clock.due
    else:
        spec = facts.checklist
        limit, unit = spec.promised_limit, spec.promised_unit
        if not limit:
            limit, unit = spec.legal_limit, spec.legal_unit
        until = calendar.due(facts.today, limit, unit).day
    if material.longest_days:
        own = calendar.due(facts.today, material.longest_days, WORKING).day
        until = min(until, own)
    return until


def why_not(
    facts: CaseFacts, no: int, kind: str, due: date, signed: bool, calendar: Calendar
) -> str:
    """Why a promise cannot be taken; empty: it can. The code of a refusal."""
    material, fact = facts.material(no)
    if facts.state in DECIDED or (kind == TOLERANCE and facts.state not in TAKEN_IN):
        return "promise-closed"
    if kind == TOLERANCE and (material.main or not material.tolerable):
        return "not-tolerable"
    if kind == COMMITMENT and not material.commitment:
        return "no-commitment"
    if fact.state not in (MaterialState.DUE, MaterialState.FAILED):
        return "promise-not-now"
    if needed(facts, material) is None:
        return "promise-unsure"
    if any(one.no == no and one.state == OPEN for one in facts.promises):
        return "promised-already"
    if facts.dishonest:
        return "dishonest"
    if not signed:
        return "promise-unsigned"
    if due < facts.today:
        return "promise-past"
    if kind == TOLERANCE and due > latest(facts, material, calendar):
        return "promise-late"
    return ""


def in_time(facts: CaseFacts, calendar: Calendar) -> bool:
    """Whether every open promise is due no later than it may be."""
    return all(
        one.due <= latest(facts, facts.checklist.by_no[one.no], calendar)
        for one in facts.open_promises
    )
