"""A whole form given at once: the edits that make it so, one step.

A table that is given becomes what is given: rows go on by ``row``, by their person or by what names
them; others are new, and rows that are not given go. Giving the same again changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hallclient.rules.form.bringing import import_rows
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit
from hallclient.rules.form.entering import (
    NewId,
    Roster,
    drop_row,
    editable,
    enter,
)
from hallclient.rules.form.given import NEW, ROW, Fault, Given
from hallclient.rules.form.spec import Field, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import canonical

Cells = Mapping[str, str]


def given_of(state: State, without: Collection[str] = ()) -> dict[str, Any]:
    """A form as `given` reads it: what was typed, persons by their numbers.

    ``without``: fields that are left out; with a person's name or number, so is who is named.
    """
    roster = Roster(state)
    nobody = any(one is not None and one.id in without for one in (roster.number, roster.name))
    fields: dict[str, str] = {}
    tables: dict[str, list[dict[str, str]]] = {}
    for section in state.form.sections:
        asked = [
            one
            for one in section.fields
            if one.typed and not one.via and one.id not in without
            if not (nobody and one.type is Type.PERSON)
        ]
        rows = [
            {one.id: text for one in asked if (text := _outside(state, row, one, roster))}
            for row in state.rows(section.id)
        ]
        if not section.repeat:
            fields |= rows[0]
        elif rows:
            tables[section.id] = rows
    return {"fields": fields, "tables": tables}


def _outside(state: State, row: str, field: Field, roster: Roster) -> str:
    """A cell as another filing can read it: a person by number, else by name."""
    text = state.text(row, field.id)
    if field.type is not Type.PERSON or state.section_of(text) != state.program.roster:
        return text
    names = [one.id for one in (roster.number, roster.name) if one is not None]
    return next((told for name in names if (told := state.text(text, name))), "")


def rows_unknown(state: State, given: Given) -> list[Fault]:
    """Rows that are given by a place or an id that is not there, or twice."""
    faults = []
    for section, rows in given.tables.items():
        seen: set[str] = set()
        for number, cells in enumerate(rows, 1):
            if cells.get(ROW, NEW) != NEW:
                row = row_at(state, section, cells[ROW])
                if not row or row in seen:
                    code = "row-twice" if row else "row-unknown"
                    at = f"tables.{section}[{number}].{ROW}"
                    faults.append(Fault(at, code, {"name": cells[ROW]}))
                seen.add(row)
    return faults


def row_at(state: State, section: str, name: str) -> str:
    """The row of a table with this place (from 1) or id; empty: none."""
    if state.section_of(name) == section:
        return name
    if name.isascii() and name.isdecimal() and len(name) < 9:
        at = int(name) - 1
        if 0 <= at < state.count(section):
            return state.row_at(section, at)
    return ""


class Filled(NamedTuple):
    """What made a form what was given. ``nobody``: cells (row, field) that show a person whom a
    calculation names, and there is nobody: nothing can be written there.
    """

    edits: tuple[Edit, ...]
    nobody: tuple[tuple[str, str], ...]


def fill(state: State, given: Given, new_id: NewId, *, keep: bool = False) -> Filled:
    """Make a form what is given. ``keep``: rows that are not given stay. Rows that are given by
    place or id must be there (`rows_unknown`).
    """
    filling = _Filling(state, given, new_id, keep)
    filling.run()
    return Filled(tuple(filling.edits), tuple(filling.nobody))


class _Filling:
    def __init__(self, state: State, given: Given, new_id: NewId, keep: bool) -> None:
        self.state, self.given, self.new_id, self.keep = state, given, new_id, keep
        self.edits: list[Edit] = []
        self.nobody: list[tuple[str, str]] = []

    def run(self) -> None:
        # Persons first: the others name them.
        roster = self.state.program.roster
        for section in sorted(self.state.form.sections, key=lambda one: one.id != roster):
            if section.id in self.given.tables:
                self._table(section, self.given.tables[section.id])
            elif not section.repeat:
                mine = {one.id for one in section.fields}
                cells = {name: text for name, text in self.given.fields.items() if name in mine}
                self._enter(SINGLE, section, cells, Roster(self.state))

    def _do(self, edits: Iterable[Edit]) -> None:
        made = list(edits)
        if made:
            self.state.apply(made)
            self.edits += made

    def _table(self, section: Section, rows: Sequence[Cells]) -> None:
        there = self.state.rows(section.id)
        taken = self._taken(section, rows, there)
        new = [cells for cells, row in zip(rows, taken, strict=True) if not row]
        if not self.keep:
            for row in set(there).difference(taken):
                self._drop(row)
        made = iter(self._add(section, new))
        roster = Roster(self.state)
        for cells, row in zip(rows, taken, strict=True):
            self._enter(row or next(made), section, cells, roster)

    def _taken(self, section: Section, rows: Sequence[Cells], there: Sequence[str]) -> list[str]:
        """For each row that is given the one of the form that goes on as it; empty: none does."""
        roster = Roster(self.state)
        taken = [row_at(self.state, section.id, one[ROW]) if ROW in one else "" for one in rows]
        gone_on = set(taken)
        of_form = {row: self._told(section, row) for row in there if row not in gone_on}
        of_given = [
            ("", "") if ROW in cells else self._told_of(section, cells, roster) for cells in rows
        ]
        for which in range(2):  # all that are surely the same before those that may be
            known: dict[str, deque[str]] = {}
            for row, told in of_form.items():
                if row not in gone_on and told[which]:
                    known.setdefault(told[which], deque()).append(row)
            for place, told in enumerate(of_given):
                same = known.get(told[which]) if not taken[place] else None
                if same:
                    taken[place] = same.popleft()
                    gone_on.add(taken[place])
        return taken

    def _told(self, section: Section, row: str) -> tuple[str, str]:
        """What tells a row of the form from others: surely (person, number), and its name."""
        reference = _reference(section)
        if reference is None:
            number = _number(section)
            sure = self.state.text(row, number.id) if number is not None else ""
            return sure, self.state.text(row, section.label) if section.label else ""
        person = self.state.person_of(row, reference.id)
        name = self.state.program.layout.sections[self.state.program.roster].label
        return person, self.state.text(person, name) if person and name else ""

    def _told_of(self, section: Section, cells: Cells, roster: Roster) -> tuple[str, str]:
        """The same of a row that is given."""
        reference = _reference(section)
        fields = {one.id: one for one in section.fields}
        if reference is None:
            number, label = _number(section), fields.get(section.label)
            sure = self._canonical(number, cells) if number is not None else ""
            return sure, self._canonical(label, cells) if label is not None else ""
        typed = cells.get(reference.id, "").strip()
        if typed:
            return self._named(typed, roster), typed
        of = {
            one.of: self._canonical(one, cells)
            for one in section.fields
            if one.via == reference.id and one.id in cells
        }
        number_of = of.get(roster.number.id, "") if roster.number is not None else ""
        name_of = of.get(roster.name.id, "") if roster.name is not None else ""
        return roster.with_number(number_of), name_of

    def _named(self, typed: str, roster: Roster) -> str:
        """Whom a reference means that is given by id, number or name."""
        if self.state.section_of(typed) == self.state.program.roster:
            return typed
        number = canonical(roster.number, typed) if roster.number is not None else ""
        found = roster.with_number(number)
        alike = roster.with_name(typed)
        return found or (alike[0] if len(alike) == 1 else "")

    def _canonical(self, field: Field, cells: Cells) -> str:
        options = self.state.form.dictionaries.get(field.choices, ())
        return canonical(field, cells.get(field.id, ""), options)

    def _drop(self, row: str) -> None:
        if self.state.program.roster in self.given.tables and (
            self.state.section_of(row) != self.state.program.roster
        ):
            self._do([Drop(row)])  # who is in the roster is given
        else:
            self._do(drop_row(self.state, row))

    def _add(self, section: Section, rows: Sequence[Cells]) -> list[str]:
        """New rows at the end, their persons with them; their ids in order."""
        if not rows:
            return []
        roster = Roster(self.state)
        table = []
        for cells in rows:
            told = {name: text for name, text in cells.items() if name != ROW}
            for one in section.fields:
                if one.type is Type.PERSON and one.id in told:
                    person = self._named(told.pop(one.id).strip(), roster)
                    if person:
                        told[one.id] = person
            table.append(told)
        edits = import_rows(self.state, section.id, table, self.new_id)
        self._do(edits)
        return [one.row for one in edits if isinstance(one, Add) and one.section == section.id]

    def _enter(self, row: str, section: Section, cells: Cells, roster: Roster) -> None:
        """Type what differs into a row."""
        for field in _in_order(self.state, section, cells):
            there, text = self.state.text(row, field.id), self._canonical(field, cells)
            if field.type is Type.PERSON and there:
                text = self._named(text, roster) or text
            if text == there:
                continue
            if editable(self.state, row, field.id):
                self._do(enter(self.state, row, field.id, text, self.new_id))
            else:
                self.nobody.append((row, field.id))


def _reference(section: Section) -> Field | None:
    """What says whom a row is about."""
    return next((one for one in section.fields if one.type is Type.PERSON and one.typed), None)


def _number(section: Section) -> Field | None:
    """The identity number of what a row is about."""
    wanted = (Type.ID, Type.USCC)
    return next((one for one in section.fields if one.type in wanted and not one.via), None)


def _in_order(state: State, section: Section, cells: Cells) -> Iterator[Field]:
    """The fields that are given: who it is first, so that the rest is said of the right person."""

    def rank(field: Field) -> int:
        if field.type is Type.PERSON:
            return 0
        return 1 if field.via and state.field(field.of).type is Type.ID else 2

    yield from sorted((one for one in section.fields if one.id in cells), key=rank)
