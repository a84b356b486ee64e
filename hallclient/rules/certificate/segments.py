"""Segments (码段) of organisation-code bodies, as ranges.

The national code centre gives registrars ranges of bodies: the eight characters that stand at
places 9 to 16 of a credit code. A range goes on from its first body to its last in one of two
countings, both ends included: ``10`` leaves what the ends have in common and counts the rest in
digits (QQ000001, … QQ000009, QQ000010), ``31`` counts in all characters of a credit code.

The characters stand in the order of their values in ASCII too, so bodies compare as text.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Final, NamedTuple

from hallclient.rules.check_digits import CREDIT_CHARS, DIGITS
from hallclient.rules.errors import Refused
from hallclient.rules.judged import normal

CHARS10: Final = "10"
CHARS31: Final = "31"
COUNTINGS: Final = (CHARS10, CHARS31)
LENGTH: Final = 8
"""Characters of a body."""
MOST: Final = 10_000_000
"""Bodies of one segment; a larger one is a typing error."""

_VALUES: Final = {char: value for value, char in enumerate(CREDIT_CHARS)}


class Range(NamedTuple):
    """Bodies from ``first`` to ``last``, both included; ``chars`` one of `COUNTINGS`."""

    first: str
    last: str
    chars: str


def read(first: str, last: str, chars: str) -> Range:
    """A range as it was typed, read or scanned.

    Raises Refused ``segment-counting``, ``segment-body`` and ``segment-digits`` (field ``first`` or
    ``last``), ``segment-order``, ``segment-large``.
    """
    if chars not in COUNTINGS:
        raise Refused("segment-counting", field="chars", chars=chars)
    found = Range(_body("first", first), _body("last", last), chars)
    if chars == CHARS10:
        for field, end in (("first", found.first), ("last", found.last)):
            if not set(end[_kept(found) :]) <= set(DIGITS):
                raise Refused("segment-digits", field=field, body=end)
    if found.first > found.last:
        raise Refused("segment-order", field="last", first=found.first, last=found.last)
    if size(found) > MOST:
        raise Refused("segment-large", field="last", size=size(found), most=MOST)
    return found


def size(segment: Range) -> int:
    """How many bodies it has."""
    return _count(segment, segment.last) - _count(segment, segment.first) + 1


def body(segment: Range, place: int) -> str:
    """The body at a place, the first at 0. Raises IndexError outside."""
    if not 0 <= place < size(segment):
        raise IndexError(place)
    kept, chars = segment.first[: _kept(segment)], _chars(segment)
    counted, rest = _count(segment, segment.first) + place, ""
    while len(kept) + len(rest) < LENGTH:
        counted, value = divmod(counted, len(chars))
        rest = chars[value] + rest
    return kept + rest


def place(segment: Range, body: str) -> int | None:
    """Where a body stands in it; None: not in it."""
    if len(body) != LENGTH or not segment.first <= body <= segment.last:
        return None
    if not set(body[_kept(segment) :]) <= set(_chars(segment)):
        return None
    return _count(segment, body) - _count(segment, segment.first)


def overlaps(one: Range, other: Range) -> bool:
    """Whether both have a body, whatever they count in."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    digits = min(_kept(each) if each.chars == CHARS10 else LENGTH for each in (one, other))
    return bool(found := _from(first, digits)) and found <= last


def _body(field: str, text: str) -> str:
    found = normal(text)
    if len(found) != LENGTH or not set(found) <= _VALUES.keys():
        raise Refused("segment-body", field=field, body=text)
    return found


def _chars(segment: Range) -> str:
    return DIGITS if segment.chars == CHARS10 else CREDIT_CHARS


def _kept(segment: Range) -> int:
    """How many characters its ends have in common."""
    pairs = zip(segment.first, segment.last, strict=True)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _count(segment: Range, body: str) -> int:
    """What the characters of a body count that are not common to all."""
    counted, base = 0, len(_chars(segment))
    for char in body[_kept(segment) :]:
        counted = counted * base + _VALUES[char]
    return counted


def _from(body: str, digits: int) -> str:
    """The first body not before this one that has only digits from a place on; empty: none."""
    letter = next((at for at in range(digits, LENGTH) if body[at] not in DIGITS), None)
    if letter is None:
        return body
    # Every letter is beyond all digits, so what stands before it goes one up.
    for at in reversed(range(letter)):
        chars = DIGITS if at >= digits else CREDIT_CHARS
        if body[at] != chars[-1]:
            up = chars[chars.index(body[at]) + 1]
            return body[:at] + up + "0" * (LENGTH - at - 1)
    return ""
