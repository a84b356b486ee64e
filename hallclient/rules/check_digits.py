"""Check characters: what a mistyped number does not keep.

`PERSON` (GB 11643, ISO 7064 MOD 11-2) and `CREDIT` (GB 32100) are weighted sums modulo a prime, the
check character included: one wrong character or two swapped neighbours always show, and where a
single change would mend the number can be reckoned. `organisation` is GB 11714, `registration`
ISO 7064 MOD 11,10; numbers of these are mended by trying.
"""

from collections.abc import Callable, Iterator
from operator import mul
from typing import Final, NamedTuple

DIGITS: Final = "0123456789"
ALNUM: Final = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_CHARS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a credit code: no I O S V Z."""

_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_VALUES: Final = {char: value for value, char in enumerate(ALNUM)}


class Change(NamedTuple):
    """A single change of a number: from the place ``at`` (0-based) it reads ``to``."""

    at: int
    to: str

    def of(self, number: str) -> str:
        """The number with this change."""
        return number[: self.at] + self.to + number[self.at + len(self.to) :]


class Weighted:
    """Numbers whose sum of value times weight leaves ``rest`` modulo a prime.

    ``chars``: the characters; the value of each is its place. The last weight is the check's.
    """

    def __init__(self, chars: str, weights: tuple[int, ...], modulus: int, rest: int) -> None:
        self._chars = chars
        self._values = {char: value for value, char in enumerate(chars)}
        self._value = self._values.__getitem__
        self._weights = weights
        self._inverses = tuple(pow(weight, -1, modulus) for weight in weights)
        self._modulus = modulus
        self._rest = rest

    def fits(self, number: str) -> bool:
        """Whether the check holds. Of the right length and characters it must be already."""
        total: int = sum(map(mul, map(self._value, number), self._weights))
        return total % self._modulus == self._rest

    def check(self, body: str) -> str:
        """The last character with which the check over this body holds."""
        total: int = sum(map(mul, map(self._value, body), self._weights))
        return self._chars[(self._rest - total) * self._inverses[-1] % self._modulus]

    def mends(self, number: str) -> Iterator[Change]:
        """Every single change (swapped neighbours first) with which the check holds.

        Nothing for a number that fits, has another length or a foreign character.
        """
        if len(number) != len(self._weights) or not self._values.keys() >= set(number):
            return
        values = [self._values[char] for char in number]
        missing = (self._rest - sum(map(mul, values, self._weights))) % self._modulus
        if not missing:
            return
        for at in range(len(number) - 1):
            gain = (values[at + 1] - values[at]) * (self._weights[at] - self._weights[at + 1])
            if gain % self._modulus == missing:
                yield Change(at, number[at + 1] + number[at])
        for at, inverse in enumerate(self._inverses):
            yield Change(at, self._chars[(values[at] + missing * inverse) % self._modulus])


PERSON: Final = Weighted(DIGITS + "X", tuple(pow(2, 17 - at, 11) for at in range(18)), 11, 1)
CREDIT: Final = Weighted(CREDIT_CHARS, (*(pow(3, at, 31) for at in range(17)), 1), 31, 0)


def organisation(code: str) -> bool:
    """GB 11714 over nine characters."""
    return code[8] == organisation_check(code[:8])


def organisation_check(body: str) -> str:
    """The ninth character to eight. Values of letters go on to 35 (J is 19), X as a check is 10.

    The credit code around it counts J as 18: mixing the two up accepts wrong codes.
    """
    total = sum(map(mul, map(_ORG_VALUES.__getitem__, body), _ORG_WEIGHTS))
    return (DIGITS + "X")[-total % 11]


def registration(number: str) -> bool:
    """ISO 7064 MOD 11,10 over digits (registration numbers of GS15-2006)."""
    return number[-1] == registration_check(number[:-1])


def registration_check(body: str) -> str:
    """The digit behind these that ISO 7064 MOD 11,10 (GB/T 17710) asks for."""
    carry = 10
    for char in body:
        carry = ((carry + int(char)) % 10 or 10) * 2 % 11
    return str((11 - carry) % 10)


def tries(number: str, chars: str, fits: Callable[[str], bool]) -> Iterator[Change]:
    """As `Weighted.mends` for any check: every single change that fits."""
    for at in range(len(number) - 1):
        change = Change(at, number[at + 1] + number[at])
        if number[at] != number[at + 1] and fits(change.of(number)):
            yield change
    for at, found in enumerate(number):
        for char in chars:
            change = Change(at, char)
            if char != found and fits(change.of(number)):
                yield change
