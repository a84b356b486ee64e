"""What may become of a certificate after it was approved, and why: every change has a reason of a
list, is asked for by one person and confirmed by another.

Sources: 行政许可法 69 (revocation), 70 (cancellation); 市场主体登记管理条例 2021 and its rules on
lost and damaged licences (a notice of loss must be published); the rest is the hall's practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from hallclient.rules.certificate.states import (
    APPROVED,
    ASSIGNED,
    CANCELLED,
    HANDED,
    OPEN,
    PRINTING,
    READY,
    REVOKED,
    SEALED,
    VOIDED,
)

VOID: Final = "void"
"""Never valid: issued by mistake, and not handed over yet. Its code is void with it."""
CORRECT: Final = "correct"
"""A mistake of ours on its face: issued again with other words (更正换发)."""
CHANGE: Final = "change"
"""What it certifies has changed: issued again (变更换发)."""
LOSS: Final = "loss"
"""Lost by its holder: issued again (遗失补领)."""
DAMAGE: Final = "damage"
"""Damaged: issued again for the old one (损毁换发)."""
EXTRA: Final = "extra"
"""More duplicates (增发副本)."""
REVOKE: Final = "revoke"
"""Taken back by the authority (撤销)."""
CANCEL: Final = "cancel"
"""Struck off (注销)."""


class Change(NamedTuple):
    """One kind of change: from which states, for which reasons, what it leaves."""

    id: str
    states: tuple[str, ...]
    reasons: tuple[str, ...]
    ends: str = ""
    """The state it leaves the certificate in; empty: it stands, or another takes its place."""
    again: bool = False
    """The same code is issued once more."""
    announced: bool = False
    """The number of a published notice must be said (遗失公告)."""


_ISSUED: Final = (READY, HANDED)
CHANGES: Final[Mapping[str, Change]] = {
    one.id: one
    for one in (
        Change(
            VOID,
            tuple(state for state in OPEN if state != PRINTING),
            ("wrong-holder", "wrong-words", "duplicate", "decision-withdrawn"),
            VOIDED,
        ),
        Change(CORRECT, _ISSUED, ("our-mistake", "applicants-mistake"), again=True),
        Change(CHANGE, _ISSUED, ("registered-change",), again=True),
        Change(LOSS, (HANDED,), ("lost", "stolen"), again=True, announced=True),
        Change(DAMAGE, (HANDED,), ("damaged", "unreadable"), again=True),
        Change(EXTRA, (HANDED,), ("more-copies",), again=True),
        Change(
            REVOKE,
            (APPROVED, ASSIGNED, SEALED, READY, HANDED),
            ("abuse-of-duty", "beyond-power", "procedure", "unqualified", "fraud"),
            REVOKED,
        ),
        Change(
            CANCEL,
            _ISSUED,
            ("expired", "death", "dissolved", "withdrawn", "impossible", "other-law"),
            CANCELLED,
        ),
    )
}
"""By id. Reasons of revoking: 行政许可法 69 (1) 1 to 4, (2); of cancelling: 70 1 to 6."""

KEEPS: Final = frozenset({EXTRA})
"""Changes after which the copies that are out stay valid."""


def possible(state: str) -> tuple[Change, ...]:
    """The changes that a certificate in this state may be asked for."""
    return tuple(one for one in CHANGES.values() if state in one.states)
