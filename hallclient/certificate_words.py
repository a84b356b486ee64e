"""Words for certificates: states, changes and their reasons, verdicts, sheets, copies.

Screens and the command line say the same thing in the same words. A code whose form is right is
called well-formed, never verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hallclient.rules.certificate.changes import CHANGES
from hallclient.rules.certificate.face import copy_number
from hallclient.rules.certificate.sheets import serial_text
from hallclient.rules.certificate.states import LIVE
from hallclient.rules.text import plain
from hallclient.texts import has, language, t
from hallclient.words import word

if TYPE_CHECKING:
    from db.store import Row
    from hallclient.actions.certificate_audit import Finding
    from hallclient.actions.certificate_lists import Look
    from hallclient.rules.certificate.spec import CertificateKind, Kinds


def state_word(state: str) -> str:
    """Where a certificate stands."""
    return word("certificate.state", state)


def copy_word(state: str) -> str:
    """Where a copy stands."""
    return word("certificate.state", state)


def change_word(kind: str) -> str:
    """A change of a certificate, or why this issue was made (``new``: the first)."""
    return word("certificate.change", kind)


def change_state_word(state: str) -> str:
    """What became of a change that somebody asked for."""
    return word("certificate.change-state", state)


def reason_word(kind: str, reason: str) -> str:
    """Why a change was asked for, with the article of the law when it has one."""
    return word(f"certificate.reason.{kind}", reason)


def ended_word(reason: str | None) -> str:
    """Why a certificate, a copy, a sheet or a code is no good any more: as a change has it, or in
    free words.
    """
    kind = next((one.id for one in CHANGES.values() if reason in one.reasons), "code")
    return reason_word(kind, reason or "")


def lacks_word(lacks: str | None) -> str:
    """Why a certificate has no code yet, in few words; empty: nothing is lacking."""
    return word("certificate.lacks", lacks) if lacks else ""


def lacks_text(lacks: str | None) -> str:
    """The same with what is to be done about it; empty: nothing is lacking."""
    key = f"certificate.no-codes.{lacks}"
    return t(key) if has(key) else lacks_word(lacks)


def verdict_word(verdict: str) -> str:
    """What can be said of a certificate that was held out."""
    return word("certificate.verdict", verdict)


def sheet_word(state: str) -> str:
    """What became of a blank sheet."""
    return word("certificate.sheet", state)


def holder_word(window: str) -> str:
    """Who holds blank sheets: a window, or the hall's safe."""
    return plain(window) or t("certificate.sheet.safe")


def relation_word(relation: str) -> str:
    """Who takes a certificate, to the applicant."""
    return word("certificate.relation", relation)


def how_word(how: str) -> str:
    """How a certificate gets to its holder."""
    return word("certificate.how", how)


def finding_text(finding: Finding) -> str:
    """What does not add up in the books."""
    return t(f"certificate.finding.{finding.code}", subject=plain(finding.subject))


def copy_name(kind: CertificateKind, copy: Row, copies: Sequence[Row] = ()) -> str:
    """A copy as it calls itself, ``2-1`` among ``copies`` of its certificate; else the number."""
    spec = kind.copy[copy["copy"]]
    name = spec.en if language() == "en" else spec.zh
    if not spec.numbered or not copy["no"]:
        return name
    live = (one for one in copies if one["copy"] == copy["copy"] and one["state"] in LIVE)
    of = max((int(one["no"]) for one in live), default=0)
    number = copy_number(copy["no"], max(of, copy["no"])) if copies else str(copy["no"])
    return t("certificate.copy-name", name=name, number=number)


def sheet_text(kinds: Kinds, sheet: str | None) -> str:
    """The serial of a sheet (its id) as it stands on the paper; empty: it is on no sheet."""
    stock, _, serial = (sheet or "").partition(":")
    found = kinds.stock.get(stock)
    return serial_text(found, int(serial)) if found and serial.isdecimal() else plain(sheet or "")


def face_lines(look: Look) -> list[str]:
    """The face of a certificate, field by field."""
    place = 1 if language() == "en" else 0
    return [
        t("certificate.face-line", label=one[place], value=plain(one[2])) for one in look.fields
    ]
