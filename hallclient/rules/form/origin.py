"""A filing that begins from what is registered: what it takes over, and what of that stays.

What was not asked in the other filing (not relevant there) was not stated, and is not taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from hallclient.rules.form.edits import SINGLE, Add, Edit, Put
from hallclient.rules.form.entering import defaults
from hallclient.rules.form.spec import Field, Form, Origin, Type
from hallclient.rules.form.state import State

Pair = tuple[Field, Field]
"""A field of the new form, and the field of the other one that fills it."""


class Registered(NamedTuple):
    """What of a filing nobody may change: cells (row, field), rows that stay, and tables that
    neither get nor lose a row.
    """

    cells: frozenset[tuple[str, str]] = frozenset()
    rows: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


NOTHING = Registered()


def registered(
    form: Form, origin: Origin, rows: Iterable[tuple[str, str]], cells: Iterable[tuple[str, str]]
) -> Registered:
    """What stays of what a filing was begun with: its rows (section, row), and its cells
    (row, field) that held something.

    A field that the other filing left empty is not among them: it is filled in here.
    """
    fields = form.fields
    asked = {name for name in origin.registered if name in fields}
    repeats = {section.id for section in form.sections if section.repeat}
    tables = {fields[name].section for name in asked} & repeats - {form.roster}
    kept = {cell for cell in cells if cell[1] in asked}
    stay = {row for section, row in rows if section in tables} | {row for row, _ in kept}
    return Registered(frozenset(kept), frozenset(stay - {SINGLE}), frozenset(tables))


def taken(state: State, source: State, origin: Origin, new_id: Callable[[], str]) -> list[Edit]:
    """The edits with which a form just begun takes over what another filing says.

    Rows get ids of their own. People are taken over once each, and only those whom a row names.
    What a version of either form does not have, or has otherwise, is passed over.
    """
    return _Taking(state, source, origin, new_id).edits()


def stores(field: Field) -> bool:
    """Whether something can be written there."""
    return field.typed and not field.via


def same_kind(one: Field, other: Field) -> bool:
    """Whether a text of one means the same in the other: type, dictionary, unit of an amount."""
    return (one.type, one.choices, one.unit) == (other.type, other.choices, other.unit)


class _Taking:
    def __init__(
        self, state: State, source: State, origin: Origin, new_id: Callable[[], str]
    ) -> None:
        self.state, self.source, self.origin, self.new_id = state, source, origin, new_id
        ours, theirs = state.program.layout.fields, source.program.layout.fields
        self.pairs: dict[str, list[Pair]] = {}
        """By section of the new form."""
        for name, other in origin.fields.items():
            here, there = ours.get(name), theirs.get(other)
            if here is None or there is None or not stores(here):
                continue
            if same_kind(here, there) and (here.personal or not there.personal):
                self.pairs.setdefault(here.section, []).append((here, there))
        self.people: dict[str, str] = {}
        """Row of a person there -> here."""
        self.of_people: list[Edit] = []

    def edits(self) -> list[Edit]:
        found: list[Edit] = []
        for section in self.state.form.sections:
            pairs = self.pairs.get(section.id, [])
            if section.id == self.state.program.roster or not pairs:
                continue
            if not section.repeat:
                found += self._cells(SINGLE, SINGLE, pairs)
                continue
            table = pairs[0][1].section
            for old in self.source.rows(table):
                found += self._row(section.id, old, pairs)
        return self.of_people + found

    def _row(self, section: str, old: str, pairs: list[Pair]) -> list[Edit]:
        row = self.new_id()
        place = self.source.place_of(old) if old else 0
        usual = defaults(self.state, section, row)
        return [Add(section, row, place), *usual, *self._cells(row, old, pairs)]

    def _cells(self, row: str, old: str, pairs: list[Pair]) -> list[Edit]:
        """What is registered takes the place of a default, even where it is nothing."""
        found: list[Edit] = []
        for here, there in pairs:
            if not self.source.has(old, there.id):
                continue
            text = self.source.text(old, there.id) if self.source.relevant(old, there.id) else ""
            if text and here.type is Type.PERSON:
                text = self._person(text)
            if text or (here.default and here.id in self.origin.registered):
                found.append(Put(row, here.id, text))
        return found

    def _person(self, old: str) -> str:
        """Who is named there, here."""
        roster = self.state.program.roster
        if not roster or self.source.section_of(old) != self.source.program.roster:
            return old
        if old not in self.people:
            edits = self._row(roster, old, self.pairs.get(roster, []))
            self.people[old] = edits[0].row
            self.of_people += edits
        return self.people[old]
