"""A list of places (or whatever differs) into what each filing of a bulk says instead."""

from __future__ import annotations

from collections.abc import Iterator

from hallclient.rules.catalogue import Word
from hallclient.rules.errors import Refused
from hallclient.rules.form.spec import Field, Form, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.table.amounts import in_unit_of
from hallclient.rules.form.table.columns import (
    Column,
    Matching,
    Sure,
    Words,
    bare,
    folded,
    match,
)
from hallclient.rules.form.table.sheet import Line, Sheet
from hallclient.rules.form.values import canonical
from hallclient.rules.spreadsheet import unquoted
from hallclient.rules.text import narrow


def bulk_cells(state: State, sheet: Sheet, words: Words) -> list[dict[str, str]]:
    """For each line of a list: field -> canonical text, of fields outside repeats.

    A list of one column needs no heading: it is what the form's ``bulk`` names. Empty cells say
    nothing, so the copy keeps what it has; lines that add up others are left out.

    Raises ``bulk-none`` (the form makes no bulk, or the list is empty), ``bulk-no-heading``;
    ``bulk-unclear`` and ``bulk-unknown-column`` with the heading; ``bulk-no-column`` with the
    field that must be there.
    """
    form = state.form
    if not form.bulk or not sheet.lines:
        raise Refused("bulk-none", field="table", form=form.key)
    matching = _matching(form, sheet, words)
    lines = [line for line in sheet.lines[matching.header + 1 :] if _says(line, words)]
    columns = _columns(state, matching, lines)
    found = [dict(_cells(state, columns, line, words)) for line in lines]
    return [cells for cells in found if cells]


def _says(line: Line, words: Words) -> bool:
    first = next((cell for cell in line.cells if cell), "")
    return bool(first) and folded(first) not in words.totals


def _matching(form: Form, sheet: Sheet, words: Words) -> Matching:
    if sheet.width == 1:
        differs = form.fields[form.bulk]
        names = {fold(said) for said in (differs.zh, differs.en) for fold in (folded, bare)}
        header = 0 if folded(sheet.lines[0].cells[0]) in names else -1
        return Matching(header, (Column(0, "", form.bulk, Sure.CHOSEN),))
    fields = (
        one
        for section in form.sections
        if not section.repeat
        for one in section.fields
        if one.typed and not one.via and not one.clerk and one.type is not Type.PERSON
    )
    found = match(sheet, Section("bulk", form.zh, form.en, tuple(fields)), form, words)
    if found.header < 0 or all(one.sure is Sure.CONTENT or not one.field for one in found.columns):
        raise Refused("bulk-no-heading", field="table")
    return found


def _columns(state: State, matching: Matching, lines: list[Line]) -> list[tuple[Column, Field]]:
    clashing = {place for clash in matching.clashes for place in clash.places}
    found = []
    for column in matching.columns:
        cells = [line.cells[column.place] for line in lines]
        if column.rivals or column.foreign or column.place in clashing:
            raise Refused("bulk-unclear", field="table", heading=column.heading)
        if column.field and column.sure is not Sure.CONTENT:
            found.append((column, state.field(column.field)))
        elif any(cells) and cells != [str(n) for n in range(1, len(cells) + 1)]:
            raise Refused("bulk-unknown-column", field="table", heading=column.heading)
    if state.form.bulk not in [field.id for _, field in found]:
        wanted = state.field(state.form.bulk)
        named = Word(wanted.id, wanted.zh, wanted.en)
        raise Refused("bulk-no-column", field="table", name=named)
    return found


def _cells(
    state: State, columns: list[tuple[Column, Field]], line: Line, words: Words
) -> Iterator[tuple[str, str]]:
    for column, field in columns:
        cell = unquoted(line.cells[column.place])
        if field.type is Type.MONEY:
            cell = in_unit_of(field, narrow(cell), column.unit, words) or cell
        text = canonical(field, cell, state.form.dictionaries.get(field.choices, ()))
        if text:
            yield field.id, text
