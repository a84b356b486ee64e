"""Is this certificate ours (核验)? A code, a QR code, a sheet's serial; needs no network.

Three answers are kept apart: what this hall has signed and still says the same; what this store
knows of a code; and what is only well-formed, of which nobody here can say more (格式正确).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions import certificate_kinds, sheets
from hallclient.actions.acting import Actor, admit
from hallclient.actions.certificate_face import number_of, signer
from hallclient.actions.certificate_rows import certificate_row, copies_of
from hallclient.rules import uscc
from hallclient.rules.certificate import certificate_code, schemes
from hallclient.rules.certificate.certificate_code import CertificateCode
from hallclient.rules.certificate.spec import USCC
from hallclient.rules.certificate.states import ENDED, LIVE
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow

_LONGEST: Final = 2000
_PARAMETER: Final = re.compile(r"=([0-9A-Z-]{6,40})$")


class Verdict(StrEnum):
    """What can be said of it here."""

    GENUINE = "genuine"
    """This hall has signed this copy, it says the same, and it stands."""
    KNOWN = "known"
    """A certificate of this code was issued here and stands; the paper itself was not checked."""
    ENDED = "ended"
    """It was issued here and is void, revoked, cancelled, replaced, or this copy is."""
    PENDING = "pending"
    """The code is given here, and no copy was printed yet."""
    VOID = "void"
    """The code itself is void: no certificate has it."""
    DIFFERS = "differs"
    """This hall has signed it, and the copy says something else."""
    UNKNOWN = "unknown"
    """This hall has signed it, and this store has no such copy (yet)."""
    SHEET_OFF = "sheet-off"
    """A blank sheet of ours that was spoiled or is missing: nothing on it was issued here."""
    FORGED = "forged"
    OTHER_HALL = "other-hall"
    WELL_FORMED = "well-formed"
    """Only that: nobody here knows it."""
    MALFORMED = "malformed"


class Verified(NamedTuple):
    """What was found. ``copy``: the one that was held out, when its QR code or sheet was read;
    ``certificates``: every issue of the code here, the newest first; ``copies``: every copy ever.
    """

    verdict: Verdict
    code: str
    copy: Row | None = None
    certificates: tuple[Row, ...] = ()
    copies: tuple[Row, ...] = ()
    scheme: str = ""
    """Scheme of a code that is only well-formed here."""


GOOD: Final = frozenset({Verdict.GENUINE, Verdict.KNOWN})


def verify(store: Store, who: Actor, text: str) -> Verified:
    """What is known of a typed or scanned code, licence link, signed QR code or sheet serial.

    Raises ``verify-empty``.
    """
    admit(store, who, "certificate.read")
    said = narrow(text[:_LONGEST]).upper()
    if not said:
        raise Refused("verify-empty", field="text")
    if said.startswith(certificate_code.PREFIX):
        signed = certificate_code.read(said)
        if signed is not None:
            return _signed(store, *signed)
    sheet = _of_sheet(store, said)
    if sheet is not None:
        return _of_copy(store, sheet)
    if _off(store, said):
        return Verified(Verdict.SHEET_OFF, said)
    return _of_code(store, _code(store, said))


def _code(store: Store, said: str) -> str:
    """The code in a link or as it stands; some have hyphens of their own."""
    if _known(store, said):
        return said
    link = uscc.of_link(said)
    if link:
        return link
    parameter = _PARAMETER.search(said)
    if parameter:
        return parameter[1]
    kinds = certificate_kinds.current(store)
    whole = any(schemes.well_formed(one, said) for one in kinds.schemes)
    return said if whole else uscc.normal(said)


def _known(store: Store, code: str) -> bool:
    given = store.row("SELECT id FROM code WHERE id = ?", code)
    return given is not None or bool(_everything(store, code)[0])


def _signed(store: Store, code: CertificateCode, signature: bytes) -> Verified:
    hall = signer(store)
    if code.hall != hall.tag:
        return Verified(Verdict.OTHER_HALL, code.code)
    if not hall.genuine(certificate_code.body(code), signature):
        return Verified(Verdict.FORGED, code.code)
    issues, copies = _everything(store, code.code)
    named = [one for one in copies if number_of(one) == code.copy and one["sha256"]]
    found = next(
        (one for one in named if certificate_code.short(one["sha256"]) == code.digest), None
    )
    if found is None:
        verdict = Verdict.DIFFERS if named else Verdict.UNKNOWN
        return Verified(verdict, code.code, None, issues, copies)
    verdict = Verdict.GENUINE if _stands(store, found) else Verdict.ENDED
    return Verified(verdict, code.code, found, issues, copies)


def _of_sheet(store: Store, said: str) -> Row | None:
    """The copy on a sheet whose serial was read."""
    for row in _sheets(store, said):
        if row["copy"]:
            return store.row("SELECT * FROM certificate_copy WHERE id = ?", row["copy"])
    return None


def _off(store: Store, said: str) -> bool:
    """Whether this is the serial of a blank sheet that was spoiled or is missing."""
    return any(row["state"] in (sheets.SPOILED, sheets.MISSING) for row in _sheets(store, said))


def _sheets(store: Store, said: str) -> Iterator[Row]:
    """What is known of sheets with this serial; serials of digits alone may be codes too."""
    for stock in certificate_kinds.current(store).stocks:
        digits = said.removeprefix(stock.prefix.upper())
        if stock.prefix and digits == said:
            continue
        if digits.isdecimal() and len(digits) == stock.digits:
            row = store.row("SELECT * FROM sheet WHERE id = ?", f"{stock.id}:{int(digits)}")
            if row is not None:
                yield row


def _of_copy(store: Store, copy: Row) -> Verified:
    certificate = certificate_row(store, copy["certificate"])
    issues, copies = _everything(store, certificate["code"])
    verdict = Verdict.KNOWN if _stands(store, copy) else Verdict.ENDED
    return Verified(verdict, certificate["code"], copy, issues, copies)


def _of_code(store: Store, code: str) -> Verified:
    issues, copies = _everything(store, code)
    if issues:
        if all(one["state"] in ENDED for one in issues):
            return Verified(Verdict.ENDED, code, None, issues, copies)
        printed = any(one["sha256"] and one["state"] in LIVE for one in copies)
        verdict = Verdict.KNOWN if printed else Verdict.PENDING
        return Verified(verdict, code, None, issues, copies)
    if store.row("SELECT id FROM code WHERE id = ?", code) is not None:
        return Verified(Verdict.VOID, code)
    kinds = certificate_kinds.current(store)
    scheme = next((one for one in kinds.schemes if schemes.well_formed(one, code)), None)
    if scheme is not None:
        return Verified(Verdict.WELL_FORMED, code, scheme=scheme.id)
    if uscc.is_code(code):
        return Verified(Verdict.WELL_FORMED, code, scheme=USCC)
    return Verified(Verdict.MALFORMED, code)


def _stands(store: Store, copy: Row) -> bool:
    certificate = certificate_row(store, copy["certificate"])
    return copy["state"] in LIVE and certificate["state"] not in ENDED


def _everything(store: Store, code: str) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Every issue of a code, the newest first, and every copy ever, oldest first."""
    issues = store.rows(
        "SELECT * FROM certificate WHERE code = ? ORDER BY version DESC, approved_at DESC", code
    )
    copies = [one for row in reversed(issues) for one in copies_of(store, row["id"])]
    return tuple(issues), tuple(copies)
