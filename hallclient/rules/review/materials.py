"""Materials of a case: what may be marked, what is still wanted, where to begin.

A paper comes in, passes or not (with reason codes), is promised, replaced or exempt; what has
passed stays passed until somebody says otherwise, so that nothing is checked twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from hallclient.rules.review.facts import SETTLED, CaseFacts, MaterialFact, MaterialState
from hallclient.rules.review.spec import Material

_DUE, _RECEIVED, _PASSED = MaterialState.DUE, MaterialState.RECEIVED, MaterialState.PASSED
_FAILED, _TOLERATED = MaterialState.FAILED, MaterialState.TOLERATED
_COMMITTED, _EXEMPT = MaterialState.COMMITTED, MaterialState.EXEMPT
_RETURNED, _UNNEEDED = MaterialState.RETURNED, MaterialState.UNNEEDED

NEXT: Final[Mapping[MaterialState, frozenset[MaterialState]]] = {
    _DUE: frozenset({_RECEIVED, _PASSED, _FAILED, _TOLERATED, _COMMITTED, _EXEMPT, _UNNEEDED}),
    _RECEIVED: frozenset({_DUE, _PASSED, _FAILED, _EXEMPT}),
    _PASSED: frozenset({_DUE, _RECEIVED, _FAILED, _RETURNED}),
    _FAILED: frozenset(
        {_DUE, _RECEIVED, _PASSED, _FAILED, _TOLERATED, _COMMITTED, _EXEMPT, _UNNEEDED}
    ),
    _TOLERATED: frozenset({_DUE, _RECEIVED, _PASSED, _FAILED}),
    _COMMITTED: frozenset({_DUE, _RECEIVED, _PASSED, _FAILED}),
    _EXEMPT: frozenset({_DUE, _RECEIVED, _PASSED, _FAILED}),
    _RETURNED: frozenset({_PASSED}),
    _UNNEEDED: frozenset({_DUE}),
}
"""Where a material may go from each state."""

PROMISED: Final = frozenset({_TOLERATED, _COMMITTED})
"""States that only a signed promise leads to."""

BEFORE_RECEIPT: Final = frozenset({"draft", "prereview", "prereview_ok"})
"""States in which an agent may mark: the pre-review is theirs, what follows is the counter's."""

OWN: Final = "other"
"""Reason code of a defect in the clerk's own words."""
MISSING: Final = "missing"
"""Reason code of a paper that was not handed in."""


class Point(NamedTuple):
    """Something that is still open: ``material`` with its number, ``deficiency``, ``promise``,
    ``task`` with its id.
    """

    kind: str
    ref: str


class Count(NamedTuple):
    """How far the materials are: settled, of those that are needed; ``unsure``: not known yet
    whether they are.
    """

    settled: int
    needed: int
    unsure: int


def needed(facts: CaseFacts, material: Material) -> bool | None:
    """Whether a material is needed; None: its condition has no answer yet."""
    return facts.answers.get(material.when) if material.when else True


def state_for(wanted: bool | None, state: MaterialState) -> MaterialState:
    """The state of a material after its condition was answered."""
    if wanted is False:
        return _UNNEEDED
    return _DUE if state is _UNNEEDED else state


def why_not(facts: CaseFacts, no: int, mark: MaterialState, role: str = "") -> str:
    """Why a material cannot be marked so; empty: it can. The code of a refusal."""
    material, fact = facts.material(no)
    if facts.status.final:
        return "case-closed"
    if role == "agent" and facts.state not in BEFORE_RECEIPT:
        return "marked-by-counter"
    if mark not in NEXT[fact.state]:
        return "mark-not-now"
    if mark is _EXEMPT and not material.exempt:
        return "not-exempt"
    if mark is _UNNEEDED and not material.when:
        return "always-needed"
    if mark is _RETURNED and not material.return_original:
        return "nothing-to-return"
    return ""


def marks(facts: CaseFacts, no: int, role: str = "") -> dict[MaterialState, str]:
    """Every mark and why it cannot be made now (empty: it can)."""
    return {mark: why_not(facts, no, mark, role) for mark in MaterialState}


def is_open(facts: CaseFacts, fact: MaterialFact) -> bool:
    """Whether something is still wanted of a material: not settled, and not promised for later."""
    material = facts.checklist.by_no.get(fact.no)
    if material is None or needed(facts, material) is False:
        return False
    return fact.state not in SETTLED and fact.state is not _TOLERATED


def open_points(facts: CaseFacts) -> list[Point]:
    """What is still open, in the order in which it is worked off."""
    found = [Point("material", str(one.no)) for one in facts.materials if is_open(facts, one)]
    loose = [one for one in facts.open_deficiencies if one.source != "material"]
    found += [Point("deficiency", one.id) for one in loose]
    found += [Point("promise", one.id) for one in facts.open_promises]
    found += [Point("task", one.id) for one in facts.tasks if one.state in ("open", "returned")]
    return found


def count(facts: CaseFacts) -> Count:
    """How far the materials are."""
    settled = wanted = unsure = 0
    for fact in facts.materials:
        if fact.state is _UNNEEDED:
            continue
        answer = needed(facts, facts.checklist.by_no[fact.no])
        unsure += answer is None
        wanted += answer is not False
        settled += answer is not False and fact.state in SETTLED
    return Count(settled, wanted, unsure)


def anything_in(facts: CaseFacts) -> bool:
    """Whether any paper was handed in or noted."""
    return any(one.state not in (_DUE, _UNNEEDED) for one in facts.materials)
