"""What an identity number tells: birth, sex, first registration (GB 11643-1999)."""

from __future__ import annotations

from datetime import date


def _digits(number: str) -> str:
    """Region, date of birth and serial as 18-digit numbers have them; empty for other numbers."""
    if not number.isascii():  # other scripts have digits, too
        return ""
    if len(number) == 18 and number[:17].isdigit():
        return number[:17]
    if len(number) == 15 and number.isdigit():
        return f"{number[:6]}19{number[6:]}"
    return ""


def birth(number: str) -> date | None:
    """The date of birth in an identity number of 18 or 15 characters."""
    digits = _digits(number)
    try:
        return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])) if digits else None
    except ValueError:
        return None


def sex(number: str) -> str | None:
    """``male`` for an odd serial, ``female`` for an even one."""
    digits = _digits(number)
    return None if not digits else "male" if int(digits[16]) % 2 else "female"


def origin(number: str) -> str | None:
    """The six-digit code of the place of first registration."""
    return _digits(number)[:6] or None
