"""What typing means: from a text in a cell, a row, a card, a table to edits of cells.

Pure: looks at a state, changes nothing. Persons are entered once: what is typed into a role's
field goes to the person behind it, and a number that is known already names that person.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.spec import Field, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import TODAY, canonical
from hallclient.rules.text import clean

NewId = Callable[[], str]
_SHORTEST_NUMBER = 8
"""Characters; passports and permits are the shortest."""


class Roster:
    """The persons of a form as they are and as the edits under way make them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.section: Section | None = state.program.layout.sections.get(state.program.roster)
        fields = self.section.fields if self.section else ()
        label = self.section.label if self.section else ""
        self.name = next((one for one in fields if one.id == label), None)
        self.number = next((one for one in fields if one.type is Type.ID), None)
        self._numbers: dict[str, str] | None = None
        self._names: dict[str, list[str]] | None = None

    def with_number(self, number: str) -> str:
        """The person with this identity number; empty: nobody."""
        return self._by_number().get(number, "") if number else ""

    def _by_number(self) -> dict[str, str]:
        if self._numbers is None:
            self._numbers = {}
            for row, text in self._texts(self.number):
                self._numbers.setdefault(text, row)
        return self._numbers

    def with_name(self, name: str) -> list[str]:
        """All persons with this name."""
        return self._by_name().get(name, []) if name else []

    def _by_name(self) -> dict[str, list[str]]:
        if self._names is None:
            self._names = {}
            for row, text in self._texts(self.name):
                self._names.setdefault(text, []).append(row)
        return self._names

    def _texts(self, field: Field | None) -> Iterable[tuple[str, str]]:
        if field is not None and self.section is not None:
            for row in self.state.rows(self.section.id):
                yield row, self.state.text(row, field.id)

    def remember(self, row: str, of: Field, text: str) -> None:
        """A person made in this very step has this name or number."""
        if of == self.number and text and not self.with_number(text):
            self._by_number()[text] = row
        elif of == self.name and text:
            self._by_name().setdefault(text, []).append(row)


def place_after(state: State, section: str, after: str = "") -> int:
    """The place for a new row: behind ``after``, or at the end."""
    count = state.count(section)
    if not count:
        return 0
    at = state.index_of(after) if after else count - 1
    here = state.place_of(state.row_at(section, at))
    if at == count - 1:
        return here + STEP
    # Rows that share a place are ordered by their ids: a new one goes behind them.
    return (here + state.place_of(state.row_at(section, at + 1))) // 2


def defaults(state: State, section: str, row: str) -> list[Edit]:
    """What a new row, or a form just begun, holds before anybody types."""
    return [
        Put(row, field.id, default_of(state, field))
        for field in state.program.layout.sections[section].fields
        if field.default and not field.via
    ]


def default_of(state: State, field: Field) -> str:
    """A field's default; ``today`` in a date is the hall's business day."""
    if field.default == TODAY and field.type is Type.DATE:
        return state.today.isoformat()
    return field.default


def begin(state: State) -> list[Edit]:
    """What a form just begun holds: the defaults of everything outside repeats."""
    return [
        edit
        for section in state.form.sections
        if not section.repeat
        for edit in defaults(state, section.id, SINGLE)
    ]


def add_row(state: State, section: str, new_id: NewId, after: str = "") -> list[Edit]:
    """A new row of a repeat with its defaults, behind ``after`` or at the end."""
    row = new_id()
    made: list[Edit] = [Add(section, row, place_after(state, section, after))]
    return made + defaults(state, section, row)


def next_row(state: State, section: str, new_id: NewId, after: str = "") -> list[Edit]:
    """`add_row` for who fills in a table: it begins as the row above it where `Field.copy_last`
    says so; nobody's data and no check of the counter's is copied.
    """
    made = add_row(state, section, new_id, after)
    rows = state.rows(section)
    above = after or (rows[-1] if rows else "")
    usual = {put.field: put for put in made if isinstance(put, Put)}
    for field in state.program.layout.sections[section].fields if above else ():
        own = field.copy_last and field.typed and not (field.via or field.personal or field.clerk)
        if own and field.type is not Type.PERSON and (text := state.text(above, field.id)):
            usual[field.id] = Put(made[0].row, field.id, text)
    return [made[0], *usual.values()]


def drop_row(state: State, row: str) -> list[Edit]:
    """Take a row out; a person goes with the last row that names them.

    A person taken out of the roster is named nowhere afterwards.
    """
    section = state.section_of(row)
    if not section:
        return []
    edits: list[Edit] = []
    if section == state.program.roster:
        for other, name in state.named_by(row):
            if not state.field(name).calculation:
                edits.append(Put(other, name, "", row))
    else:
        edits += _nobodys(state, row, section)
    return [*edits, Drop(row)]


def _nobodys(state: State, row: str, section: str) -> list[Edit]:
    """Persons whom only this row names."""
    found = []
    for field in state.program.layout.sections[section].fields:
        if field.type is Type.PERSON and not field.calculation:
            person = state.person_of(row, field.id)
            if person and only_named_in(state, person, (row,)):
                found.append(Drop(person))
    return list(dict.fromkeys(found))


def only_named_in(state: State, person: str, rows: Container[str]) -> bool:
    """Whether nobody else names a person; a calculation only repeats what is chosen elsewhere."""
    return all(row in rows or state.field(name).calculation for row, name in state.named_by(person))


def editable(state: State, row: str, name: str) -> bool:
    """Whether a person can type here: not calculated, and somebody stands behind the field."""
    field = state.field(name)
    if field.via:
        reference = state.field(field.via)
        return not reference.calculation or bool(state.person_of(row, name))
    return not field.calculation


def enter(state: State, row: str, name: str, typed: str, new_id: NewId) -> list[Edit]:
    """The edits that typing this into a cell means; none when nothing changes.

    Nothing is refused: what is no value of the field's type is written as it was typed.
    """
    return _enter(state, row, name, typed, new_id, Roster(state))


def _enter(
    state: State, row: str, name: str, typed: str, new_id: NewId, roster: Roster
) -> list[Edit]:
    field = state.field(name)
    if not editable(state, row, name):
        return []
    if field.type is Type.PERSON:
        return _name_person(state, row, field, clean(typed).strip(), new_id, roster)
    text = canonical(field, typed, state.form.dictionaries.get(field.choices, ()))
    if field.via:
        return _of_person(state, row, field, text, new_id, roster)
    before = state.text(row, name)
    return [] if text == before else [Put(row, name, text, before)]


def _name_person(
    state: State, row: str, field: Field, typed: str, new_id: NewId, roster: Roster
) -> list[Edit]:
    """A reference is typed as a name or a number, or chosen (then it is a row)."""
    before = state.text(row, field.id)
    if not typed or state.section_of(typed) == state.program.roster:
        return [] if typed == before else [Put(row, field.id, typed, before)]
    number = canonical(roster.number, typed) if roster.number is not None else ""
    person = roster.with_number(number)
    if not person and len(alike := roster.with_name(typed)) == 1:
        person = alike[0]
    if person:
        return [] if person == before else [Put(row, field.id, person, before)]
    if roster.number is not None and _is_number(number):
        return _new_person(state, row, field, roster.number, number, new_id, roster)
    if roster.name is None or roster.with_name(typed):
        return [] if typed == before else [Put(row, field.id, typed, before)]
    return _new_person(state, row, field, roster.name, typed, new_id, roster)


def _is_number(text: str) -> bool:
    """Whether somebody was named by the number of a document, right or wrong, not by a name."""
    return len(text) >= _SHORTEST_NUMBER and text.isascii() and any(map(str.isdigit, text))


def _new_person(
    state: State,
    row: str,
    reference: Field,
    of: Field,
    text: str,
    new_id: NewId,
    roster: Roster,
) -> list[Edit]:
    section = state.program.roster
    person = new_id()
    roster.remember(person, of, text)
    given = [
        put
        for put in defaults(state, section, person)
        if isinstance(put, Put) and put.field != of.id
    ]
    return [
        Add(section, person, place_after(state, section)),
        *given,
        Put(person, of.id, text),
        Put(row, reference.id, person, state.text(row, reference.id)),
    ]


def _of_person(
    state: State, row: str, field: Field, text: str, new_id: NewId, roster: Roster
) -> list[Edit]:
    reference, of = state.field(field.via), state.field(field.of)
    home = row if state.program.layout.row_of(reference) else SINGLE
    person, named = state.person_of(row, field.id), state.text(home, reference.id)
    known = roster.with_number(text) if of == roster.number else ""
    if known and known != person and not reference.calculation:
        return [*replaced(state, home, person), Put(home, reference.id, known, named)]
    if not person:
        if not text:
            return []
        alike = roster.with_name(text) if of == roster.name else []
        if len(alike) == 1 and not _told_apart(state, reference, roster):
            return [Put(home, reference.id, alike[0], named)]
        return _new_person(state, home, reference, of, text, new_id, roster)
    before = state.text(person, of.id)
    return [] if text == before else [Put(person, of.id, text, before)]


def _told_apart(state: State, reference: Field, roster: Roster) -> bool:
    """Whether a role asks for the person's number too; else a name alone says who is meant."""
    fields = state.program.layout.sections[reference.section].fields
    return any(
        roster.number is not None and (one.via, one.of) == (reference.id, roster.number.id)
        for one in fields
    )


def replaced(state: State, row: str, person: str) -> list[Edit]:
    """A person named by this row alone, of whom nothing but a name was typed, was a beginning of
    the one whose number is known already.
    """
    if not person or not only_named_in(state, person, (row,)):
        return []
    section = state.program.layout.sections[state.program.roster]
    typed = [
        field.id
        for field in section.fields
        if not field.calculation and state.text(person, field.id) not in ("", field.default)
    ]
    return [Drop(person)] if typed in ([], [section.label]) else []


def copy_down(state: State, row: str, name: str, rows: Sequence[str], new_id: NewId) -> list[Edit]:
    """The text of a cell in the same column of other rows: one step."""
    text = state.text(row, name)
    edits: list[Edit] = []
    for other in rows:
        if other != row and editable(state, other, name):
            edits += enter(state, other, name, text, new_id)
    return edits
