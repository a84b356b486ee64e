"""Cells of a table as texts that could have been typed into a form, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from hallclient.rules.form.money import decimal_text
from hallclient.rules.form.spec import Field, Form, Type
from hallclient.rules.form.table.amounts import DECIMALS, in_unit_of
from hallclient.rules.form.table.columns import Matching, Words, folded, yuan_of
from hallclient.rules.form.table.sheet import Line, Place, Sheet
from hallclient.rules.form.values import canonical
from hallclient.rules.spreadsheet import unquoted
from hallclient.rules.text import narrow

LONGEST: Final = 2000
"""Characters of a cell; a longer one is left out and said."""
_YUAN: Final = ("\u00a5", "\uffe5")
"""Signs before an amount."""
_NUMBER: Final = re.compile(r"[0-9]*\.?[0-9]+")
_WORDS: Final = frozenset({Type.TEXT, Type.ADDRESS, Type.LIST})
_FIRST_CELLS: Final = 3
"""Cells among which a line that adds up others says so."""
_REMEMBERED: Final = 10_000

Fault = Callable[..., None]
"""Called with the field, a code and what it is about."""


class Note(NamedTuple):
    """Something about the whole that a person should know: the text ``form.import.note.<code>``."""

    code: str
    params: Mapping[str, object]


class Reader:
    """Reads the lines below the headings by a matching of their columns."""

    def __init__(
        self,
        form: Form,
        fields: Mapping[str, Field],
        sheet: Sheet,
        matching: Matching,
        words: Words,
    ) -> None:
        self._form, self._sheet, self._words = form, sheet, words
        self._columns = matching.fields
        self._first = matching.header + 1
        self.fields = {name: one for name, one in fields.items() if name in self._columns}
        self._read: dict[tuple[str, str], str] = {}

    def lines(self) -> Iterator[Line]:
        """The lines with data."""
        return iter(self._sheet.lines[self._first :])

    def is_total(self, line: Line) -> bool:
        """Whether a line adds up the others."""
        first = [cell for cell in line.cells if cell][:_FIRST_CELLS]
        return any(folded(cell) in self._words.totals for cell in first)

    def texts(self, line: Line, fault: Fault) -> dict[str, str]:
        """Field -> canonical text, of every field that has a column."""
        found = {}
        for name, field in self.fields.items():
            column = self._columns[name]
            cell = unquoted(line.cells[column.place])
            place = Place(line.number, column.place)
            if len(cell) > LONGEST:
                fault(name, "cell-long", cell=place.name, most=LONGEST)
                cell = ""
            elif place in self._sheet.lost:
                if field.type not in _WORDS or self._sheet.kind != "text":
                    fault(name, "digits-lost", cell=place.name)
            elif place in self._sheet.failed:
                fault(name, "formula-failed", cell=place.name)
            found[name] = self._text(field, cell, column.unit) if cell else ""
        return found

    def _text(self, field: Field, cell: str, unit: Fraction) -> str:
        if field.type is Type.MONEY:
            return canonical(field, self._amount(field, cell, unit))
        if field.type is Type.RATIO and unit and _NUMBER.fullmatch(cell):
            return decimal_text(Fraction(cell) * unit, DECIMALS)
        options = self._form.dictionaries.get(field.choices, ())
        if not options:
            return canonical(field, cell)
        # A column of choices says few things many times.
        text = self._read.get((field.id, cell))
        if text is None:
            text = canonical(field, cell, options)
            if len(self._read) < _REMEMBERED:
                self._read[field.id, cell] = text
        return text

    def _amount(self, field: Field, cell: str, unit: Fraction) -> str:
        """An amount in the field's unit, exactly; as it is written where it is not understood."""
        amount = narrow(cell)
        if amount.startswith(_YUAN):
            amount = amount[1:]
        return in_unit_of(field, amount, unit, self._words) or cell

    def notes(self) -> Iterator[Note]:
        """What was taken for granted."""
        for name, field in self.fields.items():
            column = self._columns[name]
            if field.type is Type.MONEY and not column.unit:
                yield Note("unit-assumed", {"field": name})
            elif field.type is Type.MONEY and column.unit != yuan_of(field):
                yield Note("unit-changed", {"field": name, "unit": column.said})
            elif field.type is Type.RATIO and not column.unit and self._parts_of_one(column.place):
                yield Note("fractions", {"field": name})
        if self._sheet.filled:
            yield Note("merged", {"n": self._sheet.filled})

    def _parts_of_one(self, place: int) -> bool:
        """Whether a column of shares holds parts of one rather than of a hundred."""
        cells = [line.cells[place] for line in self.lines()]
        numbers = [float(cell) for cell in cells if _NUMBER.fullmatch(cell)]
        return bool(numbers) and max(numbers) <= 1 and any(0 < one < 1 for one in numbers)
