"""Bars made of characters, exact to the cell: a row of them is a plot that any terminal shows.

Whole cells only, in signs that differ without colour; a bar never outgrows its width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hallclient.rules.text import cell_width, cut
from screens.widgets.content import Part

SHADES: Final = ("█", "▓", "░")
"""What a stacked bar is made of, from its beginning to its end."""
MARK: Final = "|"


def cells(value: int, longest: int, width: int) -> int:
    """How many of ``width`` cells show a value, when ``longest`` fills them; one at least."""
    if value <= 0 or longest <= 0 or width <= 0:
        return 0
    return min(width, max(1, (2 * value * width + longest) // (2 * longest)))


def stacked(values: Sequence[int], longest: int, width: int) -> str:
    """A bar up to each of some growing values, each stretch in a shade of its own."""
    bar = ""
    for shade, value in zip(SHADES, values, strict=False):
        bar += shade * (cells(value, longest, width) - len(bar))
    return bar + " " * (width - len(bar))


def against(value: int, usual: int | None, longest: int, width: int) -> str:
    """A bar with a mark where the usual value ends; without one when nothing is usual."""
    filled = cells(value, longest, width)
    bar = SHADES[0] * filled + " " * (width - filled)
    if usual is None or width <= 0:
        return bar
    at = max(0, cells(usual, longest, width) - 1)
    return bar[:at] + MARK + bar[at + 1 :]


def placed(text: str, width: int, *, right: bool = False) -> str:
    """A text in exactly so many cells."""
    text = cut(text, width)
    gap = " " * (width - cell_width(text))
    return gap + text if right else text + gap


def row(parts: Sequence[Part], gap: str = " ") -> list[Part]:
    """Pieces of a line with a gap between them."""
    made: list[Part] = []
    for place, part in enumerate(parts):
        if place:
            made.append(gap)
        made.append(part)
    return made
