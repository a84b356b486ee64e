"""Blank sheets (空白证照) by serial: which comes next, who holds what, whether the count agrees."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from hallclient.rules.certificate.spec import Stock
from hallclient.rules.errors import Refused
from hallclient.rules.judged import normal

MOST: Final = 100_000
"""Sheets of one delivery; more is a typing error."""


class Span(NamedTuple):
    """Serials from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many sheets."""
        return self.last - self.first + 1


class Count(NamedTuple):
    """The day of one stock at a window (日终对账). Sheets; ``expected`` = opening + received
    - given - used - spoiled.
    """

    opening: int
    received: int
    given: int
    used: int
    spoiled: int

    @property
    def expected(self) -> int:
        """How many blank ones must be there."""
        return self.opening + self.received - self.given - self.used - self.spoiled


def serial_text(stock: Stock, serial: int) -> str:
    """The serial as it stands on the sheet."""
    return f"{stock.prefix}{serial:0{stock.digits}d}"


def read(stock: Stock, text: str, field: str = "serial") -> int:
    """A serial as it was typed or scanned, with or without the letters before it.

    Raises Refused ``sheet-serial``.
    """
    said = normal(text)
    digits = said.removeprefix(stock.prefix.upper()) if stock.prefix else said
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) > stock.digits or not int(digits):
        wanted = serial_text(stock, 1)
        raise Refused("sheet-serial", field=field, serial=text, wanted=wanted)
    return int(digits)


def span(stock: Stock, first: str, last: str) -> Span:
    """A range as it stands on the parcel. Raises ``sheet-serial``, ``sheet-order``."""
    found = Span(read(stock, first, "first"), read(stock, last, "last"))
    if not 0 < found.size <= MOST:
        raise Refused("sheet-order", field="last", first=first, last=last, most=MOST)
    return found


def overlap(one: Span, other: Span) -> bool:
    """Whether both have a sheet."""
    return one.first <= other.last and other.first <= one.last


def blanks(spans: Iterable[Span], used: Collection[int]) -> Iterator[int]:
    """The blank sheets of some ranges, the lowest serial first."""
    for one in sorted(spans):
        for serial in range(one.first, one.last + 1):
            if serial not in used:
                yield serial


def without(held: Span, taken: Span) -> list[Span]:
    """What is left of a range of which a part is taken out."""
    parts = [Span(held.first, taken.first - 1), Span(taken.last + 1, held.last)]
    return [one for one in parts if one.size > 0]
