"""A table that came from outside: lines of text cells, each with the number its file gives it."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One row as the file counts it (the first is 1); ``cells`` as a person reads them."""

    number: int
    cells: tuple[str, ...]


class Place(NamedTuple):
    """A cell: number of its line, place of its column (0 is A)."""

    line: int
    column: int

    @property
    def name(self) -> str:
        """What a spreadsheet calls it: ``B7``."""
        return f"{letters(self.column)}{self.line}"


class Sheet(NamedTuple):
    """What was read, and how: nothing about it is guessed in silence.

    ``kind``: ``text``, ``xlsx``, ``xls``, ``ods``. ``encoding`` and ``delimiter`` of a text (no
    delimiter: one column); ``name`` and ``names``: the sheet that was taken, of which ones.
    ``lines``: without the empty ones, all of the same length. ``lost``: numbers with more digits
    than a spreadsheet keeps; ``failed``: formulas without a value. ``filled``: cells that lie in
    a merged one and were given its text.
    """

    kind: str
    encoding: str
    delimiter: str
    name: str
    names: tuple[str, ...]
    lines: tuple[Line, ...]
    lost: frozenset[Place] = frozenset()
    failed: frozenset[Place] = frozenset()
    filled: int = 0

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.lines[0].cells) if self.lines else 0


def letters(column: int) -> str:
    """A column as a spreadsheet names it: 0 is ``A``, 26 is ``AA``."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
