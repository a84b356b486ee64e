"""Guards of the flow: what must hold before a case may move, each with why not.

A guard answers "" or a code; the text ``guard.<code>`` says what is missing and what to do. The
flow names guards (`spec.Move.guards`), so that a hall can put them where it wants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from hallclient.rules.certificate.states import HANDED, READY, reached
from hallclient.rules.review import clocks, deficiencies, departments, materials, tolerance
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.workdays import Calendar


class Context(NamedTuple):
    """Who would move the case, with which reason, under which calendar."""

    operator: str
    reason: str
    calendar: Calendar


Guard = Callable[[CaseFacts, Context], str]


def held_by_me(facts: CaseFacts, context: Context) -> str:
    """Nobody else works on it."""
    return "" if facts.holder in (None, context.operator) else "held"


def something_received(facts: CaseFacts, _: Context) -> str:
    """Some paper is there to be taken in."""
    return "" if materials.anything_in(facts) else "nothing-received"


def materials_settled(facts: CaseFacts, _: Context) -> str:
    """Nothing more is wanted of any material (what is promised is a guard of its own)."""
    settled = not any(materials.is_open(facts, one) for one in facts.materials)
    return "" if settled and not _unsure(facts) else "materials-open"


def _unsure(facts: CaseFacts) -> bool:
    return materials.count(facts).unsure > 0


def no_open_deficiency(facts: CaseFacts, _: Context) -> str:
    """Nothing is missing or wrong."""
    return "deficiency-open" if facts.open_deficiencies else ""


def open_deficiency(facts: CaseFacts, _: Context) -> str:
    """There is something to tell."""
    return "" if facts.open_deficiencies else "nothing-to-tell"


def second_notice_reason(facts: CaseFacts, context: Context) -> str:
    """A second notice says why it was not all told at once (二次告知)."""
    wanted = deficiencies.needs_reason(facts) and not context.reason
    return "second-notice" if wanted else ""


def no_open_promise(facts: CaseFacts, _: Context) -> str:
    """Every promised paper is there; the result is withheld until then."""
    return "promise-open" if facts.open_promises or tolerance.gaps(facts) else ""


def promise_open(facts: CaseFacts, _: Context) -> str:
    """Something was promised: else it is an ordinary acceptance or decision."""
    return "" if facts.open_promises else "nothing-promised"


def promise_due_in_time(facts: CaseFacts, context: Context) -> str:
    """No paper was promised for later than it may be."""
    return "" if tolerance.in_time(facts, context.calendar) else "promise-too-late"


def main_passed(facts: CaseFacts, _: Context) -> str:
    """Every main paper is there and right."""
    return "" if tolerance.main_passed(facts) else "main-missing"


def rest_tolerable(facts: CaseFacts, _: Context) -> str:
    """What is missing is promised, and nothing else is wrong."""
    fine = tolerance.rest_tolerable(facts) and not facts.open_deficiencies
    return "" if fine and not _unsure(facts) else "rest-open"


def not_dishonest(facts: CaseFacts, _: Context) -> str:
    """The applicant is not on the dishonest list (失信)."""
    return "dishonest" if facts.dishonest else ""


def form_ready(facts: CaseFacts, _: Context) -> str:
    """Nothing in the form that it is filed with stands in the way."""
    return "form-open" if facts.form_problems else ""


def notice_expired(facts: CaseFacts, _: Context) -> str:
    """The time to tell is over: it counts as accepted (行政许可法 32 (4))."""
    deemed = clocks.deemed_accepted(facts.clock("notice5"), facts.today)
    return "" if deemed is not None else "notice-running"


def corrections_in(facts: CaseFacts, _: Context) -> str:
    """Everything that the notice told has come in."""
    return "deficiency-open" if facts.open_deficiencies or not facts.round else ""


def needs_review(facts: CaseFacts, _: Context) -> str:
    """Several departments look at it side by side."""
    return "" if departments.several(facts) else "one-department"


def joined(facts: CaseFacts, _: Context) -> str:
    """Every department has said its opinion."""
    return "" if departments.joined(facts) else "opinions-missing"


def all_agree(facts: CaseFacts, _: Context) -> str:
    """No department refuses."""
    return "" if not departments.refused(facts) else "department-refuses"


def joined_or_refused(facts: CaseFacts, _: Context) -> str:
    """Every department has answered, or one refuses: one refusal stops it."""
    fine = departments.joined(facts) or departments.refused(facts)
    return "" if fine else "opinions-missing"


def certificates_ready(facts: CaseFacts, _: Context) -> str:
    """Every certificate that the case yields is printed."""
    done = reached(facts.certificates, facts.yields, (READY, HANDED))
    return "" if done else "certificate-unprinted"


def certificates_handed(facts: CaseFacts, _: Context) -> str:
    """Every certificate that the case yields was handed over."""
    done = reached(facts.certificates, facts.yields, (HANDED,))
    return "" if done else "certificate-waiting"


GUARDS: Final[Mapping[str, Guard]] = {
    one.__name__: one
    for one in (
        held_by_me,
        something_received,
        materials_settled,
        no_open_deficiency,
        open_deficiency,
        second_notice_reason,
        no_open_promise,
        promise_open,
        promise_due_in_time,
        main_passed,
        rest_tolerable,
        not_dishonest,
        form_ready,
        notice_expired,
        corrections_in,
        needs_review,
        joined,
        all_agree,
        joined_or_refused,
        certificates_ready,
        certificates_handed,
    )
}
"""Every guard that a flow may name."""
