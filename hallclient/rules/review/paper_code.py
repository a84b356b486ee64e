"""The text of a document's QR code: what it is, what it says in short, and the signature.

``HD1.E.HALL.KIND.NUMBER.DAY.DIGEST.SIGNATURE``: version, algorithm (E: Ed25519), a tag of the
hall and its key, kind, number, day, the beginning of the SHA-256 of what the document says in
base32. All of it stands in the alphanumeric set of QR codes; see `slip_code` for why.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from typing import Final, NamedTuple

from hallclient.rules.slip_code import ED25519, base32

PREFIX: Final = "HD"
VERSION: Final = "HD1"
DIGEST: Final = 16
"""Characters of the digest: 80 bits, so that nobody finds another content for it."""

_NUMBER: Final = r"[A-Z]{1,8}[0-9]{8}-[0-9A-Z]{1,32}-[0-9]{4,9}"
_FORM: Final = re.compile(
    r"HD1\.E\.([A-Z2-7]{6})\.([A-Z0-9]{1,12})\.(" + _NUMBER + r")\.([0-9]{4})([0-9]{2})([0-9]{2})"
    r"\.([A-Z2-7]{16})\.([A-Z2-7]{103})"
)
_BARE: Final = re.compile(_NUMBER)
_CASE: Final = re.compile(r"[0-9]{8}-[0-9A-Z]{1,32}-[0-9]{4,9}")


class PaperCode(NamedTuple):
    """What is signed. ``day`` ISO; ``digest`` as `short` makes it."""

    hall: str
    kind: str
    number: str
    day: str
    digest: str


def body(code: PaperCode) -> str:
    """The part of the text that is signed."""
    day = code.day.replace("-", "")
    kind = code.kind.upper()
    return ".".join((VERSION, ED25519, code.hall, kind, code.number, day, code.digest))


def signed(code: PaperCode, signature: bytes) -> str:
    """The whole text."""
    return f"{body(code)}.{base32(signature)}"


def read(text: str) -> tuple[PaperCode, bytes] | None:
    """What a text in upper case says, and its signature (unchecked); None: no such text."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    try:
        day = date(int(found[4]), int(found[5]), int(found[6])).isoformat()
        signature = base64.b32decode(found[8] + "=")
    except (ValueError, binascii.Error):
        return None
    code = PaperCode(found[1], found[2].lower(), found[3], day, found[7])
    return (code, signature) if signed(code, signature) == text else None


def short(sha256: str) -> str:
    """The digest in a code, of a SHA-256 in hexadecimal."""
    return base32(bytes.fromhex(sha256))[:DIGEST]


def is_number(text: str) -> bool:
    """Whether a text has the form of a document's number, as its barcode says it."""
    return _BARE.fullmatch(text) is not None


def is_case(text: str) -> bool:
    """Whether a text has the form of a case's number."""
    return _CASE.fullmatch(text) is not None
