"""The cells of a form, and what can be asked about them. `state` keeps them true."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Field, Form, Option, Type
from hallclient.rules.form.totals import Place, Probes, Rows, Running
from hallclient.rules.form.values import Wrong, text_of


class Cells:
    """Texts and values by section, row and place. ``today``: the hall's business day."""

    def __init__(self, program: Program, today: date) -> None:
        self.program = program
        self.form: Form = program.form
        self.today = today
        self.v: dict[str, dict[str, list[Any]]] = {}
        """Section -> row -> values by place; what expressions read. Outside repeats: row ""."""
        self.totals = [Running(total.kind) for total in program.layout.totals]
        self.indexes = [Rows() for _ in program.layout.indexes]
        self.probes = [Probes() for _ in range(program.layout.probes)]
        self.option: Option | None = None
        """The option a ``choice_filter`` is judging."""
        self._texts: dict[str, dict[str, list[str]]] = {}
        self.on: dict[str, dict[str, list[bool]]] = {}
        """Section -> row -> by place whether the cell is asked for."""
        self.wrongs: dict[tuple[str, str], Wrong] = {}
        """Cells (row, field) whose text is no value."""
        self._home: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._order: dict[str, list[Place]] = {}
        self._section_on: dict[str, bool] = {}
        self._named: dict[tuple[str, str], str] = {}
        self._refs: dict[str, dict[Any, set[str]]] = {one.id: {} for one in program.references}
        self._labels: dict[str, frozenset[str]] = {}
        for section in self.form.sections:
            width = len(section.fields)
            self._order[section.id] = []
            rows = {} if section.repeat else {SINGLE: [None] * width}
            self.v[section.id] = rows
            self._texts[section.id] = {row: [""] * width for row in rows}
            self.on[section.id] = {row: [True] * width for row in rows}
        self._columns = {
            one.id: (self._texts[one.section], program.layout.place[one.id])
            for one in program.layout.fields.values()
        }
        """Field -> the texts of its section by row, its place among them."""

    def rows(self, section: str) -> list[str]:
        """The rows of a repeat in order; for other sections the only one, "".

        Raises KeyError for no section.
        """
        if not self.program.layout.sections[section].repeat:
            return [SINGLE]
        return [row for _, row in self._order[section]]

    def count(self, section: str) -> int:
        """How many rows a section has."""
        repeat = self.program.layout.sections[section].repeat
        return len(self._order[section]) if repeat else 1

    def row_at(self, section: str, at: int) -> str:
        """The row at a place of the list. Raises IndexError."""
        return self._order[section][at][1]

    def index_of(self, row: str) -> int:
        """The place of a row in its section's list. Raises KeyError."""
        section = self._home[row]
        return bisect_left(self._order[section], (self._places[row], row))

    def place_of(self, row: str) -> int:
        """What orders the row among others. Raises KeyError."""
        return self._places[row]

    def section_of(self, row: str) -> str:
        """The repeat a row is in; empty: there is no such row."""
        return self._home.get(row, "")

    def has(self, row: str, field: str) -> bool:
        """Whether there is such a cell."""
        found = self.program.layout.fields.get(field)
        return found is not None and self._there(found, row)

    def field(self, name: str) -> Field:
        """A field. Raises KeyError."""
        return self.program.layout.fields[name]

    def text(self, row: str, name: str) -> str:
        """The canonical text of a cell: typed, of its person, or of what was calculated."""
        field = self.program.layout.fields[name]
        at = self.program.layout.place[name]
        if field.via:
            person = self.person_of(row, name)
            return self.text(person, field.of) if person else ""
        if field.calculation:
            return text_of(field, self.v[field.section][row][at])
        return self._texts[field.section][row][at]

    def person_of(self, row: str, name: str) -> str:
        """The row of the roster behind a field with ``via`` (or a reference); empty: nobody."""
        field = self.program.layout.fields[name]
        reference = self.program.layout.fields[field.via] if field.via else field
        named = self._named.get(
            (row if self.program.layout.row_of(reference) else SINGLE, reference.id)
        )
        return named if named and self._home.get(named) == self.program.roster else ""

    def named_by(self, person: str) -> list[tuple[str, str]]:
        """Where a person is named: (row, reference field), in the form's order."""
        return [
            (row, one.id)
            for one in self.program.references
            for row in sorted(self._refs[one.id].get(person, ()))
        ]

    def rows_showing(self, person: str, field: Field) -> Collection[str]:
        """The rows in which a field with ``via`` shows a person."""
        reference = self.program.layout.fields[field.via]
        rows = self._refs[reference.id].get(person, ())
        if not rows or self.program.layout.row_of(reference):
            return tuple(rows)
        return self.rows(field.section)

    def value(self, row: str, name: str) -> Any:
        """What rules see of a cell; None: nothing, not relevant, or not readable."""
        field = self.program.layout.fields[name]
        return self.v[field.section][row][self.program.layout.place[name]]

    def total(self, name: str) -> Any:
        """What the values of a column add up to: kept, where a rule of the form asks for it."""
        number = self.program.layout.sum_of(name)
        if number is not None:
            return self.totals[number].value
        at = self.program.layout.place[name]
        values = (slots[at] for slots in self.v[self.field(name).section].values())
        return sum(value for value in values if value is not None)

    def wrong(self, row: str, name: str) -> Wrong | None:
        """Why a cell's text is no value of its type."""
        return self.wrongs.get((row, name))

    def relevant(self, row: str, name: str) -> bool:
        """Whether the cell is asked for, given the other answers."""
        field = self.program.layout.fields[name]
        return self.on[field.section][row][self.program.layout.place[name]]

    def section_relevant(self, section: str) -> bool:
        """Whether the section is asked for."""
        return self._section_on.get(section, True)

    def required(self, row: str, name: str) -> bool:
        """Whether the cell must be filled, given the other answers."""
        unit = self.program.check_of[name]
        return (
            unit.required is not None
            and self.relevant(row, name)
            and unit.required(self, row) is True
        )

    def options(self, row: str, name: str) -> tuple[Option, ...]:
        """What can be chosen here, given the other answers."""
        field = self.program.layout.fields[name]
        if field.type is Type.BOOL:
            return ()
        every = self.form.dictionaries.get(field.choices, ())
        allowed = self.program.check_of[name].allowed
        if allowed is None:
            return every
        found = []
        for option in every:
            self.option = option
            if allowed(self, row) is not False:
                found.append(option)
        self.option = None
        return tuple(found)

    def codes(self, dictionary: str) -> Mapping[str, Option]:
        """A dictionary's options by code."""
        return self.program.layout.options[dictionary]

    def labels(self, dictionary: str) -> frozenset[str]:
        """The Chinese labels of a dictionary."""
        found = self._labels.get(dictionary)
        if found is None:
            options = self.form.dictionaries[dictionary]
            found = self._labels[dictionary] = frozenset(option.zh for option in options)
        return found

    def all_cells(self) -> Iterable[tuple[str, str]]:
        """Every cell in the form's order, before those of a table ("", section)."""
        for section in self.form.sections:
            yield SINGLE, section.id
            for row in self.rows(section.id):
                for field in section.fields:
                    yield row, field.id

    def cells(self) -> Iterable[tuple[str, str, str]]:
        """Every typed cell that holds something: (row, field, text), in the form's order."""
        for section in self.form.sections:
            for row in self.rows(section.id):
                for field, text in zip(section.fields, self._texts[section.id][row], strict=True):
                    if text:
                        yield row, field.id, text

    def _there(self, field: Field, row: str) -> bool:
        return row in self._texts[field.section]
