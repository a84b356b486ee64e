"""Which moves a case may make now, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hallclient.rules.certificate.states import ENDED
from hallclient.rules.review import departments
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.guards import GUARDS, Context
from hallclient.rules.review.materials import BEFORE_RECEIPT
from hallclient.rules.review.spec import Move

LATE_TO_SHOW = ("withdraw", "recall", "revoke")
"""Moves that come last in a list of choices, whatever the file says."""


AT_ONCE = ("receive", "accept", "grant")
"""The moves of what is done on the spot, in order."""
REVOKED = "revoked"
NOTICE = "gzs"
"""The one-time notice (一次性告知书)."""


class Offer(NamedTuple):
    """A move and why it cannot be made now (empty: it can): a code of ``guard.<code>``."""

    move: Move
    why_not: str


class Step(NamedTuple):
    """The next step of a case: whose turn it is, and the move that is meant (empty: none of ours).

    ``who``: ``applicant``, ``department``, ``counter``, ``agent`` or ``supervisor``.
    """

    who: str
    move: str


def hindered(facts: CaseFacts, move: Move, context: Context) -> str:
    """The first guard that does not hold; empty: all do.

    Whatever the flow says, a decision is not revoked over a certificate that stands: two people end
    that first.
    """
    for name in move.guards:
        why = GUARDS[name](facts, context)
        if why:
            return why
    if move.target == REVOKED and any(one.state not in ENDED for one in facts.certificates):
        return "certificate-standing"
    return ""


def offered(facts: CaseFacts, role: str, context: Context) -> list[Offer]:
    """The moves of this role from here, those that can be made first, in the flow's order."""
    found = [
        Offer(move, _why_not(facts, move, context))
        for move in facts.flow.moves_from(facts.state)
        if role in move.roles and not move.automatic
    ]
    return sorted(found, key=lambda one: (bool(one.why_not), one.move.id in LATE_TO_SHOW))


def _why_not(facts: CaseFacts, move: Move, context: Context) -> str:
    # What a reason would open is open: it is asked for.
    asked = context._replace(reason=context.reason or "?")
    return hindered(facts, move, asked)


def automatic(facts: CaseFacts, context: Context) -> Iterator[Move]:
    """Moves that make themselves now (自动流转)."""
    for move in facts.flow.moves_from(facts.state):
        if move.automatic and not hindered(facts, move, context):
            yield move


_TURNS = {
    "correction": "applicant",
    "mending": "applicant",
    "done_tolerant": "applicant",
    "issued": "applicant",
}


def instant(facts: CaseFacts) -> bool:
    """Whether the item is done on the spot (即办件): no time promised, one department decides."""
    return not facts.checklist.promised_limit and len(facts.checklist.departments) <= 1


def at_once_next(facts: CaseFacts) -> bool:
    """Whether everything up to the decision can be tried in one go from here."""
    way = (facts.flow.move[one] for one in AT_ONCE if one in facts.flow.move)
    return instant(facts) and any(facts.state in one.sources for one in way)


def notice_move(facts: CaseFacts) -> str:
    """The move from here that tells everything at once (一次性告知); empty: none does."""
    moves = facts.flow.moves_from(facts.state)
    return next((one.id for one in moves if NOTICE in one.papers and not one.automatic), "")


def next_step(facts: CaseFacts, role: str, context: Context) -> Step | None:
    """Whose turn it is; None: the case is over.

    The move named is one that this role can make: what brings the case forward before what does
    not, never what needs a reason, unless a department refuses. At the counter, where the papers
    are, taking them in comes before a pre-review.
    """
    if facts.status.final:
        return None
    can = [one.move for one in offered(facts, role, context) if not one.why_not]
    refuses = departments.refused(facts)
    meant = [one for one in can if not one.reason or (refuses and one.tone == "bad")]
    counter = role != "agent"
    meant.sort(key=lambda one: (counter and one.target in BEFORE_RECEIPT, one.tone != "good"))
    move = meant[0].id if meant else ""
    if facts.state in _TURNS:
        return Step(_TURNS[facts.state], move)
    if facts.state == "handling" and any(one.state == "open" for one in facts.tasks):
        return Step("department", "")
    if facts.state in ("draft", "prereview") and role == "agent":
        return Step("agent", move)
    return Step("counter", move)
