"""Materials of a case: what may be marked, what is still wanted, where to begin.

A paper comes in, passes or not (with reason codes), is promised, replaced or exempt. What has
passed stays passed: only a notice lets it come in again, so that nothing is checked twice.
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
    _TOLERATED: frozenset({_DUE, _RECEIVED, _PASSED, _FAILED, _UNNEEDED}),
    _COMMITTED: frozenset({_DUE, _RECEIVED, _PASSED, _FAILED, _UNNEEDED}),
    _EXEMPT: frozenset({_DUE, _RECEIVED, _PASSED, _FAILED}),
    _RETURNED: frozenset({_PASSED}),
    _UNNEEDED: frozenset({_DUE}),
}
"""Where a material may go from each state."""

NOT_IN: Final = frozenset({_DUE, _FAILED, _TOLERATED, _COMMITTED, _EXEMPT})
"""States in which no good paper is at hand: marked as in, right or wrong, one has come."""

PROMISED: Final = frozenset({_TOLERATED, _COMMITTED})
"""States that only a signed promise leads to."""

BEFORE_RECEIPT: Final = frozenset({"draft", "prereview", "prereview_ok"})
"""States in which an agent may mark: the pre-review is theirs, what follows is the counter's."""

DECIDED: Final = frozenset({"done_pass", "done_tolerant", "issued", "delivered"})
"""States after the decision: what it rests on stays; promised papers come, originals go back."""

OWN: Final = "other"
"""Reason code of a defect in the clerk's own words."""
MISSING: Final = "missing"
"""Reason code of a paper that was not handed in."""


class Point(NamedTuple):
    """Something that is still open: ``condition`` (nobody has answered it), ``deficiency``,
    ``promise``, ``task`` with its id, ``material`` with its number.
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
    """The state of a material after its condition was answered: a paper that is there stays."""
    if wanted is False:
        return _UNNEEDED if state in (_DUE, _FAILED, _TOLERATED, _COMMITTED) else state
    return _DUE if state is _UNNEEDED else state


def why_not(facts: CaseFacts, no: int, mark: MaterialState, role: str = "") -> str:
    """Why a material cannot be marked so; empty: it can. The code of a refusal.

    Promises (`tolerance.why_not`) and conditions lead to states of their own.
    """
    material, fact = facts.material(no)
    if facts.status.final:
        return "case-closed"
    if role == "agent" and facts.state not in BEFORE_RECEIPT:
        return "marked-by-counter"
    if mark is _UNNEEDED and not material.when:
        return "always-needed"
    if _UNNEEDED in (mark, fact.state):
        return "answer-first"
    if mark in PROMISED:
        return "promise-first"
    if mark not in NEXT[fact.state]:
        return "mark-not-now"
    if facts.state in DECIDED and not _after_decision(facts, fact, mark):
        return "decided-already"
    if fact.state is _PASSED and mark is _RECEIVED and fact.round >= facts.round:
        return "passed-stays"
    if mark is _EXEMPT and not material.exempt:
        return "not-exempt"
    if mark is _RETURNED and not material.return_original:
        return "nothing-to-return"
    return ""


def _after_decision(facts: CaseFacts, fact: MaterialFact, mark: MaterialState) -> bool:
    if _RETURNED in (mark, fact.state):
        return True
    return any(one.no == fact.no for one in facts.open_promises)


def arrives(facts: CaseFacts, fact: MaterialFact, mark: MaterialState) -> bool:
    """Whether a paper has come in with a mark, for the first time or again.

    One that failed and fails again has come only when a notice lies between.
    """
    if mark not in (_RECEIVED, _PASSED, _FAILED):
        return False
    if fact.state is _FAILED and mark is _FAILED:
        return fact.round < facts.round
    return fact.state in NOT_IN or (fact.state is _PASSED and mark is _RECEIVED)


def marks(facts: CaseFacts, no: int, role: str = "") -> dict[MaterialState, str]:
    """Every mark and why it cannot be made now (empty: it can)."""
    return {mark: why_not(facts, no, mark, role) for mark in MaterialState}


def is_open(facts: CaseFacts, fact: MaterialFact) -> bool:
    """Whether something is still wanted of a material: not settled, and not promised for later."""
    material = facts.checklist.by_no.get(fact.no)
    if material is None or needed(facts, material) is False:
        return False
    return fact.state not in SETTLED and fact.state is not _TOLERATED


def rest(facts: CaseFacts, mark: MaterialState, role: str = "") -> list[int]:
    """The materials that one key marks together: open, known to be needed, and able to take it.

    One that failed is not passed by the way.
    """
    return [
        fact.no
        for fact in facts.materials
        if is_open(facts, fact)
        and needed(facts, facts.checklist.by_no[fact.no])
        and fact.state is not _FAILED
        and not why_not(facts, fact.no, mark, role)
    ]


def unanswered(facts: CaseFacts) -> list[str]:
    """Conditions that nobody has answered and that a material waits for."""
    asked = dict.fromkeys(one.when for one in facts.checklist.materials if one.when)
    return [one for one in asked if one not in facts.answers]


def open_points(facts: CaseFacts) -> list[Point]:
    """What is still open, in the order in which it is worked off: a condition, then the materials
    that it is about; what is missing beside them; what was promised; departments.
    """
    found: list[Point] = []
    for fact in facts.materials:
        when = facts.checklist.by_no[fact.no].when
        if when and when not in facts.answers:
            found.append(Point("condition", when))
        elif is_open(facts, fact):
            found.append(Point("material", str(fact.no)))
    loose = [one for one in facts.open_deficiencies if one.source != "material"]
    found += [Point("deficiency", one.id) for one in loose]
    found += [Point("promise", one.id) for one in facts.open_promises]
    found += [Point("task", one.id) for one in facts.tasks if one.state in ("open", "returned")]
    return list(dict.fromkeys(found))


def first_open(facts: CaseFacts) -> Point | None:
    """Where the file opens when its number is called; None: nothing is open."""
    return next(iter(open_points(facts)), None)


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
