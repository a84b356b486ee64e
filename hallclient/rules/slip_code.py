"""The text of a slip's QR code: what it says, and the signature that any window can check.

``HC1.E.HALL.20260922.A032.VISIT.SECONDS.SIGNATURE``: version, algorithm (E: Ed25519), a tag of
the hall and its key, day, number, the end of the visit's id, when it was taken (UTC seconds),
base32. Upper case throughout, because a scanner that types arrives in upper case; and all of it
stands in the alphanumeric set of QR codes, which makes the code a third smaller.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from typing import Final, NamedTuple

PREFIX: Final = "HC"
VERSION: Final = "HC1"
ED25519: Final = "E"
TAG: Final = 6
"""Characters of the hall's tag; `VISIT` those of the visit's id."""
VISIT: Final = 8

_FORM: Final = re.compile(
    r"(HC1\.E\.([A-Z2-7]{6})\.([0-9]{4})([0-9]{2})([0-9]{2})\.([A-Z]{1,2}[0-9]{3,4})"
    r"\.([0-9A-F]{8})\.([0-9]{1,11}))\.([A-Z2-7]{103})"
)


class SlipCode(NamedTuple):
    """What is signed. ``day`` ISO, ``taken`` UTC seconds, ``visit`` the end of the visit's id."""

    hall: str
    day: str
    number: str
    visit: str
    taken: int


def body(code: SlipCode) -> str:
    """The part of the text that is signed."""
    day = code.day.replace("-", "")
    return ".".join((VERSION, ED25519, code.hall, day, code.number, code.visit, str(code.taken)))


def signed(code: SlipCode, signature: bytes) -> str:
    """The whole text."""
    return f"{body(code)}.{base32(signature)}"


def read(text: str) -> tuple[SlipCode, bytes] | None:
    """What a text in upper case says, and its signature (unchecked); None: no such text.

    There is one way to write a code: another that decodes to the same is none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    try:
        day = date(int(found[3]), int(found[4]), int(found[5])).isoformat()
        signature = base64.b32decode(found[9] + "=")
    except (ValueError, binascii.Error):
        return None
    code = SlipCode(found[2], day, found[6], found[7], int(found[8]))
    return (code, signature) if signed(code, signature) == text else None


def hall_tag(digest: bytes) -> str:
    """The tag of a hall from a digest of its name and its public key."""
    return base32(digest)[:TAG]


def base32(data: bytes) -> str:
    """Base 32 without padding."""
    return base64.b32encode(data).decode().rstrip("=")
