"""Where a certificate and its copies stand, and what may be done next.

    approved → assigned → sealed → printing → ready → handed
    (待赋码)    (待签章)   (待打印)  (待确认)   (待领取)  (已领取)

Nothing goes back, but for a spoiled sheet: its copy is printed again with the same code. What ends
a certificate is a change that another person confirms (`changes`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

APPROVED: Final = "approved"
"""Decided, and no code could be had yet: only a receipt is given."""
ASSIGNED: Final = "assigned"
SEALED: Final = "sealed"
PRINTING: Final = "printing"
"""Sent to a printer; what came out is not known until somebody says."""
READY: Final = "ready"
HANDED: Final = "handed"

VOIDED: Final = "void"
REVOKED: Final = "revoked"
CANCELLED: Final = "cancelled"
REPLACED: Final = "replaced"

STATES: Final = (APPROVED, ASSIGNED, SEALED, PRINTING, READY, HANDED)
ENDED: Final = frozenset({VOIDED, REVOKED, CANCELLED, REPLACED})
OPEN: Final = (APPROVED, ASSIGNED, SEALED, PRINTING, READY)
"""Something is still to be done."""

WAITING: Final = "waiting"
PRINTED: Final = "printed"
SPOILED: Final = "spoiled"
LOST: Final = "lost"
RECALLED: Final = "recalled"
"""Replaced, and still out there."""
RECOVERED: Final = "recovered"
PROOF: Final = "proof"
"""Printed in advance: no signature, no seal, no sheet of the stock; never handed over."""
COPY_STATES: Final = (
    WAITING,
    PRINTING,
    PRINTED,
    HANDED,
    SPOILED,
    VOIDED,
    LOST,
    RECALLED,
    RECOVERED,
    PROOF,
)
LIVE: Final = frozenset({WAITING, PRINTING, PRINTED, HANDED})
"""Copies that count."""

NEXT: Final = {
    APPROVED: "assign",
    ASSIGNED: "seal",
    SEALED: "print",
    PRINTING: "confirm",
    READY: "hand-over",
}
"""State -> the action that is due."""


class CertificateFact(NamedTuple):
    """A certificate as the rules of a case see it."""

    id: str
    kind: str
    state: str
    zh: str
    en: str
    """The kind's name."""
    code: str


def reached(facts: Sequence[CertificateFact], wanted: int, states: Collection[str]) -> bool:
    """Whether there are as many certificates as the case yields, all that stand in these states."""
    standing = [one for one in facts if one.state not in ENDED]
    return len(standing) >= wanted and all(one.state in states for one in standing)


def of_copies(copies: Iterable[str]) -> str:
    """The state of a sealed certificate by those of its copies that count."""
    found = {one for one in copies if one in LIVE}
    if PRINTING in found:
        return PRINTING
    return SEALED if WAITING in found or not found else READY
