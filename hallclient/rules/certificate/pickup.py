"""Pick-up codes (取件码): what an applicant shows or says to be handed a certificate.

Seven characters of the caller's random source and a check. No two of the characters look alike,
and there are 19 of them, a prime: with eight different weights every single wrong character and
every swap of two, neighbours or not, breaks the check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hallclient.rules.check_digits import Weighted
from hallclient.rules.judged import normal

ALPHABET: Final = "3467ACDEFHJKMPRTWXY"
LENGTH: Final = 8

# The rest is not 0, so that eight times the first character is no code.
_CHECK: Final = Weighted(ALPHABET, (8, 7, 6, 5, 4, 3, 2, 1), len(ALPHABET), 1)


def code_of(numbers: Sequence[int]) -> str:
    """The code of seven numbers, each from 0 to one less than there are characters.

    Raises ValueError for others.
    """
    if len(numbers) != LENGTH - 1 or not all(0 <= one < len(ALPHABET) for one in numbers):
        raise ValueError(f"{LENGTH - 1} numbers below {len(ALPHABET)} make a pick-up code")
    body = "".join(ALPHABET[one] for one in numbers)
    return body + _CHECK.check(body)


def read(text: str) -> str | None:
    """The code in a text however it was typed (`judged.normal`); None: it is no pick-up code."""
    code = normal(text)
    shaped = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return code if shaped and _CHECK.fits(code) else None


def grouped(code: str) -> str:
    """The code as it is printed and said: ``XXXX-XXXX``."""
    return f"{code[:4]}-{code[4:]}"
