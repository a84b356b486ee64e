"""Cells of a form one below the other: any number, only those on the screen are looked at.

A part begins with its head; in a table each row has one, and the cells that are asked for follow.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.spec import Field, Section
from hallclient.rules.form.state import State
from screens.form_model import Cell
from screens.widgets.rows import Row

Part = tuple[Section, Sequence[Field], Sequence[str]]
"""A section, which of its fields, which of its rows ("": outside repeats)."""


class Line(NamedTuple):
    """A line: a cell; without a field the head of a row; without a row too that of a part."""

    section: Section
    row: str
    field: Field | None = None

    @property
    def cell(self) -> Cell:
        """The form's cell; of a head the part as a whole, or the row's first."""
        if self.field is not None:
            return self.row, self.field.id
        if self.row:
            return self.row, self.section.fields[0].id
        return SINGLE, self.section.id


class _Block(NamedTuple):
    """What of a part or a row is shown: its head, and so many cells. ``part``: among the parts."""

    part: int
    row: str
    head: bool
    cells: int


Told = Callable[[Line], tuple[tuple[str, ...], str]]
"""The cells of a line in the list, and its style."""


class CellLines:
    """A source of lines; made anew when rows or answers have changed."""

    def __init__(self, state: Callable[[], State], parts: Iterable[Part], told: Told) -> None:
        self._state = state
        self._told = told
        self._parts = list(parts)
        self._blocks: list[_Block] = []
        self._starts: list[int] = []
        self._of: dict[tuple[str, str], int] = {}
        """Section and row -> block."""
        self._count = 0
        now = state()
        for number, (section, fields, rows) in enumerate(self._parts):
            names = [one.id for one in fields]
            if section.repeat:
                self._add(_Block(number, SINGLE, True, 0))
            for row in rows:
                asked = sum(now.relevant(row, name) for name in names)
                if asked or section.repeat:
                    self._add(_Block(number, row, True, asked))

    def _add(self, block: _Block) -> None:
        self._of[self._parts[block.part][0].id, block.row] = len(self._blocks)
        self._blocks.append(block)
        self._starts.append(self._count)
        self._count += block.head + block.cells

    # -- a source of rows

    def count(self) -> int:
        """How many lines there are."""
        return self._count

    def rows(self, first: int, n: int) -> Sequence[Row]:
        """Up to `n` lines from `first` on."""
        return [self._row(at) for at in range(first, min(self._count, first + n))]

    def index_of(self, key: str) -> int | None:
        """The line of a cell, by its key."""
        row, _, name = key.partition("/")
        section, _, name = name.partition("/")
        block = self._of.get((section, row))
        if block is None:
            return None
        if not name:
            return self._starts[block]
        names = [one.id for one in self._asked(self._blocks[block])]
        return self._starts[block] + 1 + names.index(name) if name in names else None

    # -- lines

    def line(self, at: int) -> Line | None:
        """The line at a place; None: a row that has gone meanwhile, or no such place."""
        if not 0 <= at < self._count:
            return None
        number = bisect_right(self._starts, at) - 1
        block = self._blocks[number]
        section = self._parts[block.part][0]
        if block.row and self._state().section_of(block.row) != section.id:
            return None
        place = at - self._starts[number] - block.head
        if place < 0:
            return Line(section, block.row)
        asked = self._asked(block)
        return Line(section, block.row, asked[place]) if place < len(asked) else None

    def place_of(self, cell: Cell) -> int | None:
        """The line of a cell, or of a part or table as a whole ("", section)."""
        row, name = cell
        field = self._state().program.layout.fields.get(name)
        if field is not None:
            return self.index_of(f"{row}/{field.section}/{name}")
        return self.index_of(f"{row}/{name}/")

    def parts(self) -> list[int]:
        """The places of the heads of parts."""
        return [
            start
            for start, block in zip(self._starts, self._blocks, strict=True)
            if block.row == SINGLE
        ]

    def _asked(self, block: _Block) -> list[Field]:
        state = self._state()
        section, fields, _ = self._parts[block.part]
        if block.row and state.section_of(block.row) != section.id:
            return []
        if not block.cells:
            return []
        return [one for one in fields if state.relevant(block.row, one.id)]

    def _row(self, at: int) -> Row:
        found = self.line(at)
        if found is None:
            return Row(f"//{at}", ())
        cells, style = self._told(found)
        return Row(key_of(found), cells, style)


def key_of(line: Line) -> str:
    """What the list calls a line: ``row/section/field``."""
    return f"{line.row}/{line.section.id}/{line.field.id if line.field is not None else ''}"


def written_at(state: State, cell: Cell) -> Cell:
    """The cell that typing into this one writes: of what shows a person's, the roster's."""
    row, name = cell
    field = state.program.layout.fields.get(name)
    if field is None or not field.via:
        return cell
    person = state.person_of(row, name)
    return (person, field.of) if person else cell
