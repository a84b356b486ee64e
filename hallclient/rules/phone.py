"""Telephone numbers: one way to write each, whatever was typed.

| kind | kept as |
|---|---|
| mobile | ``13800138000`` |
| landline | ``027-87654321``, ``027-87654321-802`` |
| service (400, 800) | ``400-123-4567`` |
| hong_kong, macau, taiwan | ``+85251234567``, ``+85366123456``, ``+886912345678`` |

Only the form is judged: whether a number is in use, its network knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from hallclient.rules.judged import Judged, Note, foreign, is_digits
from hallclient.rules.text import narrow

KIND: Final = "phone"
KINDS: Final = ("mobile", "landline", "service", "hong_kong", "macau", "taiwan")
MOBILE: Final = ("mobile",)
HALL_AREA: Final = "027"
"""Wuhan's area code, put before a local number."""

_MOBILE: Final = r"1[3-9][0-9]{9}"
# Areas of three digits (010, 02x) have local numbers of eight, the others of seven or eight.
_LANDLINE: Final = r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})(?:-([0-9]{1,6}))?"
_SERVICE: Final = r"([48]00)-?([0-9]{3})-?([0-9]{4})"
_ABROAD: Final = {
    "hong_kong": ("+852", r"[2-9][0-9]{7}"),
    "macau": ("+853", r"(?:6[0-9]|8[0-9]|28)[0-9]{6}"),
    "taiwan": ("+886", r"9[0-9]{8}|[2-8][0-9]{7,8}"),
}
_LENGTHS: Final = {
    "mobile": {11},
    "landline": {7, 8, 10, 11, 12},
    "service": {10},
    "hong_kong": {8},
    "macau": {8},
    "taiwan": {9, 10},
}
_DASHES: Final = dict.fromkeys(map(ord, "_\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_AROUND: Final = dict.fromkeys(map(ord, "()[].'`\u00b7\u2018\u2019"))
_EXTENSION: Final = "\u8f6c|EXT\\.?|X|#|,"
_CHINA: Final = r"(?:\+|00)86-?(?=.{7})|86-?(?=1[3-9][0-9-]{9,})"
_SHAPE: Final = r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}"


def is_shaped(code: str) -> bool:
    """Whether a normal text looks like a mobile number or a landline with its area code."""
    return re.fullmatch(_SHAPE, code) is not None


def normal(text: str) -> str:
    """Full-width forms folded, no spaces, dots and brackets, one kind of hyphen, no ``+86``."""
    if len(text) == 11 and text[0] == "1" and is_digits(text):
        return text
    for _ in range(4):
        before = text
        text = re.sub(_EXTENSION, "-", narrow(text)).translate(_DASHES).translate(_AROUND)
        text = _at_home(re.sub("-{2,}", "-", text).strip("-"))
        if text == before:
            break
    return text


def _at_home(text: str) -> str:
    """Without the country code of China; after it area codes are said without their zero."""
    found = re.match(_CHINA, text)
    if not found:
        return text
    rest = text[found.end() :]
    plain = rest.startswith("0") or re.match(f"{_MOBILE}|{_SERVICE}", rest.replace("-", ""))
    return rest if plain else "0" + rest


def read(text: str, kinds: Collection[str] = KINDS, *, area: str = HALL_AREA) -> Judged:
    """Judge a telephone number of one of these `KINDS`; no text raises.

    A local number gets the hall's ``area`` code, with the note AREA_ADDED: show it. `Judged.kind`
    is the kind found, ``phone`` when there is none. Numbers of Hong Kong and Macau need their
    prefix where a local number could be meant.
    """
    number = normal(text)
    for kind in KINDS:
        if kind in kinds and (kept := _kept(kind, number, "landline" not in kinds)):
            return Judged(kind, kept)
    if "landline" in kinds and (kept := _kept("landline", f"{area}-{number}", True)):
        return Judged("landline", kept, "", {}, (), (Note("AREA_ADDED", {"area": area}),))
    if wrong := foreign(number, "0123456789-+"):
        return Judged(KIND, number, "CHARSET", {}, wrong)
    length = len(number.strip("+").replace("-", ""))
    params = {"length": length, "kinds": tuple(kind for kind in KINDS if kind in kinds)}
    fitting = any(length in _LENGTHS[kind] for kind in kinds) or number.startswith("+")
    # A local number with a digit too few for the hall's area is too short, not misshapen.
    local = "landline" in kinds and length == 7
    return Judged(KIND, number, "FORMAT" if fitting and not local else "LENGTH", params)


def _kept(kind: str, number: str, without_prefix: bool) -> str:
    """The number as it is kept when it is one of this kind, else empty."""
    plain = number.replace("-", "")
    if kind == "mobile":
        found = re.fullmatch(_MOBILE, plain.removeprefix("0"))
        return found[0] if found else ""
    if kind == "landline":
        found = re.fullmatch(_LANDLINE, number)
        if not found or (len(found[1]) == 3 and len(found[2]) != 8):
            return ""
        return "-".join(part for part in found.groups() if part)
    if kind == "service":
        found = re.fullmatch(_SERVICE, number)
        return "-".join(found.groups()) if found else ""
    prefix, form = _ABROAD[kind]
    found = re.fullmatch(rf"(?:\+|00)?{prefix[1:]}0?([0-9]+)", plain)
    if found and re.fullmatch(form, found[1]):
        return prefix + found[1]
    if kind == "taiwan":  # 09 and eight digits is no number of anywhere else here
        return prefix + plain[1:] if re.fullmatch("09[0-9]{8}", plain) else ""
    return prefix + plain if without_prefix and re.fullmatch(form, plain) else ""
