"""Codes of certificates (编码规则): how each is made, and whether a text is one.

Every code is of digits, capital letters and hyphens, so that it can stand in a barcode as it is:
the number itself is the barcode.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from hallclient.rules import uscc
from hallclient.rules.certificate.segments import LENGTH
from hallclient.rules.certificate.spec import FOOD, USCC, Scheme
from hallclient.rules.check_digits import (
    CREDIT,
    CREDIT_CHARS,
    organisation_check,
    registration,
    registration_check,
)
from hallclient.rules.errors import Refused

YEAR: Final = "{year}"
FOOD_DIGITS: Final = 6
"""Of the number that a registrar counts in a food permit's."""

_BARCODE: Final = re.compile(r"[0-9A-Z-]*")
_USCC_BODY: Final = re.compile(f"[{CREDIT_CHARS}]{{{LENGTH}}}")
_FOOD: Final = re.compile(r"JY[0-9]{14}")


def uscc_code(prefix: str, region: str, body: str) -> str:
    """A unified social credit code: ``prefix`` department and category, both checks reckoned.

    The organisation code inside is GB 11714 (values to 35), the whole GB 32100 (values to 30).
    Raises ValueError when the parts yield none.
    """
    if not _USCC_BODY.fullmatch(body):
        raise ValueError(f"no body of an organisation code: {body!r}")
    head = prefix + region + body + organisation_check(body)
    if not uscc.is_shaped(head + "0"):
        raise ValueError(f"no department, category and region: {prefix!r}, {region!r}")
    code = head + CREDIT.check(head)
    if error := uscc.read(code).error:
        raise ValueError(f"no credit code, {error}: {code}")
    return code


def food_code(kind: str, region: str, serial: int) -> str:
    """A food permit's number (食品经营许可证编号): JY and 14 digits, the last GB/T 17710 MOD 11,10.

    ``kind``: the kind of business, a digit (1 sale, 2 catering, 3 canteen). From memory of the
    rules of 2015 (食药监食监二〔2015〕228号), not compared with their text. Raises Refused
    ``serials-spent``; ValueError when the parts yield none.
    """
    digits = kind + region + _counted(serial, FOOD_DIGITS)
    code = "JY" + digits + registration_check(digits) if digits.isdecimal() else ""
    if not _FOOD.fullmatch(code):
        raise ValueError(f"no kind of business and region: {kind!r}, {region!r}")
    return code


def serial_code(prefix: str, day: str, serial: int, digits: int) -> str:
    """A number that the hall counts itself; ``{year}`` in the prefix is the year of an ISO day.

    Raises Refused ``serials-spent``; ValueError for a prefix that no barcode can hold.
    """
    code = prefix.replace(YEAR, f"{date.fromisoformat(day).year:04d}") + _counted(serial, digits)
    if not _BARCODE.fullmatch(code):
        raise ValueError(f"a code has digits, capital letters and hyphens only: {code!r}")
    return code


def code_of(scheme: Scheme, *, body: str = "", serial: int = 0, day: str = "") -> str:
    """The code of this scheme from what its form needs: a ``body``; a ``serial`` from 1 on; both a
    ``serial`` and an ISO ``day``. Raises as the form's own function.
    """
    if scheme.form == USCC:
        return uscc_code(scheme.prefix, scheme.region, body)
    if scheme.form == FOOD:
        return food_code(scheme.prefix, scheme.region, serial)
    return serial_code(scheme.prefix, day, serial, scheme.digits)


def well_formed(scheme: Scheme, code: str) -> bool:
    """Whether a text reads as a code of this scheme, its checks included.

    A scheme without a prefix or region takes any.
    """
    if scheme.form == USCC:
        judged = uscc.read(code)
        return judged.well_formed and judged.number == code and _of(scheme, code, 0, 2)
    if scheme.form == FOOD:
        fits = _FOOD.fullmatch(code) is not None and registration(code[2:])
        return fits and _of(scheme, code, 2, 3)
    head = re.escape(scheme.prefix).replace(re.escape(YEAR), "[0-9]{4}")
    return re.fullmatch(f"{head}[0-9]{{{scheme.digits}}}", code) is not None


def _of(scheme: Scheme, code: str, start: int, end: int) -> bool:
    """Whether the code is of the scheme's prefix, which ends there, and of its region."""
    return code.startswith(scheme.prefix, start) and code.startswith(scheme.region, end)


def _counted(serial: int, digits: int) -> str:
    if serial < 1:
        raise ValueError(f"serials begin at 1: {serial}")
    counted = f"{serial:0{digits}d}"
    if len(counted) > digits:
        raise Refused("serials-spent", serial=serial, digits=digits)
    return counted
