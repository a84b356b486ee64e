"""What comes in at once: a card that was read, a table of rows; as edits of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hallclient.rules.form.edits import SINGLE, STEP, Add, Edit, Put
from hallclient.rules.form.entering import (
    NewId,
    Roster,
    defaults,
    place_after,
    replaced,
)
from hallclient.rules.form.spec import Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import canonical


def fill_card(
    state: State, row: str, name: str, card: Mapping[str, str], new_id: NewId
) -> list[Edit]:
    """What a card reader gave, into the person behind a cell (or, in the roster, into the row).

    ``card``: what a roster field with ``card`` may take: ``name``, ``number``, ``address``,
    ``until``, ``kind``. The person who has the number is taken when there is one.
    """
    section = state.program.layout.sections.get(state.program.roster)
    if section is None:
        return []
    roster = Roster(state)
    field = state.field(name)
    of_card = {one.card: one for one in section.fields if one.card}
    edits: list[Edit] = []
    person = row if field.section == section.id else state.person_of(row, name)
    number = card.get("number", "")
    known = roster.with_number(number)
    reference = state.field(field.via) if field.via else field
    if known and known != person:
        if reference.type is Type.PERSON and not reference.calculation:
            home = row if state.program.layout.row_of(reference) else SINGLE
            named = state.text(home, reference.id)
            edits += [*replaced(state, home, person), Put(home, reference.id, known, named)]
        person = known
    elif not person or (person != row and _somebody_else(state, roster, person, number)):
        if reference.type is not Type.PERSON or reference.calculation:
            return []
        home = row if state.program.layout.row_of(reference) else SINGLE
        person = new_id()
        edits += [Add(section.id, person, place_after(state, section.id))]
        edits += defaults(state, section.id, person)
        edits += [Put(home, reference.id, person, state.text(home, reference.id))]
    made = any(isinstance(edit, Add) for edit in edits)
    for key, one in of_card.items():
        given = card.get(key, "")
        text = canonical(one, given, state.form.dictionaries.get(one.choices, ()))
        before = "" if made else state.text(person, one.id)
        if text and text != before:
            edits = [edit for edit in edits if not _puts(edit, person, one.id)]
            edits.append(Put(person, one.id, text, before))
    return edits


def _somebody_else(state: State, roster: Roster, person: str, number: str) -> bool:
    """Whether a card with this number is not this person's: nobody is overwritten by a card."""
    own = state.text(person, roster.number.id) if roster.number is not None else ""
    return bool(own and number and own != number)


def _puts(edit: Edit, row: str, field: str) -> bool:
    return isinstance(edit, Put) and (edit.row, edit.field) == (row, field)


def import_rows(
    state: State, section: str, table: Iterable[Mapping[str, str]], new_id: NewId
) -> list[Edit]:
    """New rows at the end of a repeat, one for each mapping of field to text: one step.

    Persons go to the roster once: who has a number that is there, or came earlier in the table,
    is that person. Texts of fields that nobody types are passed over.
    """
    roster, layout = Roster(state), state.program.layout
    fields = {field.id: field for field in layout.sections[section].fields}
    place = place_after(state, section)
    person_place = place_after(state, state.program.roster) if state.program.roster else 0
    edits: list[Edit] = []
    for given in table:
        row = new_id()
        edits.append(Add(section, row, place))
        place += STEP
        texts = {
            name: canonical(
                fields[name], text, state.form.dictionaries.get(fields[name].choices, ())
            )
            for name, text in given.items()
            if name in fields and not fields[name].calculation
        }
        own = {name: text for name, text in texts.items() if text and not fields[name].via}
        usual = {
            put.field: put.text
            for put in defaults(state, section, row)
            if isinstance(put, Put) and put.field not in own
        }
        for reference in fields.values():
            if reference.type is Type.PERSON and not reference.calculation:
                of = {
                    fields[name].of: text
                    for name, text in texts.items()
                    if text and fields[name].via == reference.id
                }
                if of and reference.id not in own:
                    person, made = _imported(state, of, new_id, roster, person_place)
                    person_place += STEP if made else 0
                    edits += made
                    own[reference.id] = person
        edits += [Put(row, name, text) for name, text in (usual | own).items()]
    return edits


def _imported(
    state: State, of: Mapping[str, str], new_id: NewId, roster: Roster, place: int
) -> tuple[str, list[Edit]]:
    """The person of a row of a table: known, or made with what the row says."""
    number = of.get(roster.number.id, "") if roster.number is not None else ""
    known = roster.with_number(number)
    if known:
        return known, []
    person, section = new_id(), state.program.roster
    if roster.number is not None:
        roster.remember(person, roster.number, number)
    usual = {
        put.field: put.text for put in defaults(state, section, person) if isinstance(put, Put)
    }
    return person, [
        Add(section, person, place),
        *[Put(person, name, text) for name, text in (usual | dict(of)).items()],
    ]
