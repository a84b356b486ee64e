"""Sums of money: whole fen inside, yuan or ten thousand yuan on paper."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

FEN_IN_YUAN: Final = 100
FEN_IN_WAN: Final = 1_000_000
UNITS: Final = {"wan": FEN_IN_WAN, "yuan": FEN_IN_YUAN}
"""Unit of a field -> fen. One fen is 0.000001 of ten thousand yuan, the forms' six decimals."""


def decimal_text(value: int | Fraction, digits: int) -> str:
    """A number with at most so many decimals (half away from zero), without closing zeros."""
    scale = 10**digits
    scaled = Fraction(value) * scale
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    text = str(whole).rjust(digits + 1, "0")
    sign = "-" if scaled < 0 and whole else ""
    if not digits:
        return sign + text
    return sign + f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")


def money_text(fen: int | Fraction, unit: str = "wan") -> str:
    """An amount in its unit: 1_234_567 fen -> ``1.234567`` (wan), ``12345.67`` (yuan)."""
    per = UNITS[unit]
    return decimal_text(Fraction(fen) / per, len(str(per)) - 1)
