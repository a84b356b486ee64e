"""The text of a certificate's own QR code: which copy it is, what it says in short, who signed.

``HL1.E.HALL.KIND.CODE.COPY.DAY.DIGEST.SIGNATURE``: as in `paper_code`, with the certificate's code
and its copy instead of a document's number. HL because slips are HC: no text may be both.
"""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Final, NamedTuple

from hallclient.rules.review.paper_code import short
from hallclient.rules.slip_code import ED25519, base32

__all__ = ["PREFIX", "VERSION", "CertificateCode", "body", "read", "short", "signed"]

PREFIX: Final = "HL"
VERSION: Final = "HL1"

_FORM: Final = re.compile(
    r"HL1\.E\.([A-Z2-7]{6})\.([A-Z0-9-]{1,32})\.([0-9A-Z-]{1,40})\.([0-9A-Z-]{1,16})\.([0-9]{8})"
    r"\.([A-Z2-7]{16})\.([A-Z2-7]{103})"
)


class CertificateCode(NamedTuple):
    """What is signed. ``copy``: which one, ``2-1``; ``day`` ISO; ``digest`` as `short` makes it."""

    hall: str
    kind: str
    code: str
    copy: str
    day: str
    digest: str


def body(code: CertificateCode) -> str:
    """The part of the text that is signed."""
    day = code.day.replace("-", "")
    kind = code.kind.upper()
    return ".".join((VERSION, ED25519, code.hall, kind, code.code, code.copy, day, code.digest))


def signed(code: CertificateCode, signature: bytes) -> str:
    """The whole text."""
    return f"{body(code)}.{base32(signature)}"


def read(text: str) -> tuple[CertificateCode, bytes] | None:
    """What a text in upper case says, and its signature (unchecked); None: no such text."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    hall, kind, number, copy, digits, digest, tail = found.groups()
    try:
        day = date.fromisoformat(digits).isoformat()
        signature = base64.b32decode(tail + "=")
    except ValueError:
        return None
    code = CertificateCode(hall, kind.lower(), number, copy, day, digest)
    # There is one way to write a code: another that decodes to the same is none.
    return (code, signature) if signed(code, signature) == text else None
