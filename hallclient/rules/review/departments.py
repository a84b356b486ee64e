"""Departments that review side by side (并联审批): their tasks, and when they join.

Every department says its opinion in its own time; the latest decides how long it takes, one refusal
stops it. What a department wants mended goes into the one list of deficiencies, so that the
applicant hears it from the hall once. A department that is silent is late and told so; that silence
means agreement is a rule of some halls, and not of this one.
"""

from __future__ import annotations

from typing import Final

from hallclient.rules.review.clocks import Limit, decision_limit
from hallclient.rules.review.facts import CaseFacts, TaskFact
from hallclient.rules.workdays import WORKING

OPEN, AGREED, REFUSED, RETURNED = "open", "agreed", "refused", "returned"
RESULTS: Final = (AGREED, REFUSED, RETURNED)
UNDER_REVIEW: Final = ("handling", "mending", "special")
"""States of a case in which departments have tasks."""


def several(facts: CaseFacts) -> bool:
    """Whether more than one department reviews the item."""
    return len(facts.checklist.departments) > 1


def lead(facts: CaseFacts) -> str:
    """The department that leads (主办)."""
    return facts.checklist.departments[0] if facts.checklist.departments else ""


def joined(facts: CaseFacts) -> bool:
    """Whether every department has agreed or refused; without tasks there is none to wait for."""
    return all(one.state in (AGREED, REFUSED) for one in facts.tasks)


def refused(facts: CaseFacts) -> bool:
    """Whether a department refuses for good."""
    return any(one.state == REFUSED for one in facts.tasks)


def step_limit(facts: CaseFacts) -> Limit:
    """How long a department has: as long as the decision, less a working day for the hall's own."""
    whole = decision_limit(facts.checklist)
    if whole.unit != WORKING:
        return whole
    return Limit(max(0, whole.n - 1), WORKING)


def late(facts: CaseFacts) -> tuple[TaskFact, ...]:
    """Tasks that are open after their due day."""
    return tuple(
        one
        for one in facts.tasks
        if one.state == OPEN and one.due is not None and one.due < facts.today
    )
