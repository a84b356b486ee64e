"""What the columns of a table without headings hold: identity numbers, phones, dates, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from hallclient.rules import uscc
from hallclient.rules.form.spec import Field, Form, Section, Type
from hallclient.rules.form.table.columns import Column, Sure, fillable
from hallclient.rules.form.table.sheet import Sheet
from hallclient.rules.form.values import Wrong, canonical, read
from hallclient.rules.identity import is_identity
from hallclient.rules.text import narrow

_SAMPLE: Final = 50
_MOST: Final = 0.8
"""Share of a column's cells that must agree; the rest may be mistakes."""
_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ID: Final = re.compile(r"[1-9][0-9]{16}[0-9X]|[1-9][0-9]{14}")
_HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd\u3007"
_NAME: Final = re.compile(
    f"[{_HAN}]{{2,4}}|[{_HAN}]+(?:\u00b7[{_HAN}]+)+|[{_HAN}()\uff08\uff09A-Z0-9]{{4,60}}"
)
_TYPES: Final = (
    Type.ID,
    Type.USCC,
    Type.MOBILE,
    Type.EMAIL,
    Type.DATE,
    Type.DATETIME,
    Type.PHONE,
    Type.CHOICE,
    Type.BOOL,
    Type.RATIO,
    Type.MONEY,
    Type.DECIMAL,
    Type.INT,
)
"""The most telling first: what fits one of them is not asked about the next ones."""


def by_content(sheet: Sheet, header: int, section: Section, form: Form) -> tuple[Column, ...]:
    """The columns by what they hold. As many columns of a kind as there are fields of it are
    those fields in their order; with fewer columns, the fields that must be filled.
    """
    headings = sheet.lines[header].cells if header >= 0 else ("",) * sheet.width
    columns = [Column(place, heading) for place, heading in enumerate(headings)]
    cells = {one.place: _cells(sheet, one.place, header + 1) for one in columns}

    def know(place: int, field: str) -> None:
        columns[place] = columns[place]._replace(field=field, sure=Sure.CONTENT)

    def wonder(place: int, *rivals: str) -> None:
        columns[place] = columns[place]._replace(rivals=rivals)

    fields = fillable(section, form)
    free = [place for place in cells if cells[place] and not _counts(cells[place])]
    for type_ in _TYPES:
        alike = [one for one in fields if one.type is type_]
        if type_ is Type.CHOICE:
            for one in alike:
                fit = [place for place in free if _fits(one, form, cells[place])]
                if len(fit) == 1:
                    free.remove(fit[0])
                    know(fit[0], one.id)
            continue
        fit = [place for place in free if any(_fits(one, form, cells[place]) for one in alike)]
        free = [place for place in free if place not in fit]
        needed = [one for one in alike if one.required == "true"]
        chosen = next((some for some in (alike, needed) if len(some) == len(fit)), None)
        for number, place in enumerate(fit):
            if chosen is not None:
                know(place, chosen[number].id)
            else:
                wonder(place, *(one.id for one in alike))
    name = naming(section, form)
    fit = [place for place in free if _share(cells[place], _is_name)]
    if name is not None and len(fit) == 1:
        know(fit[0], name.id)
    elif name is not None:
        for place in fit:
            wonder(place, name.id)
    return tuple(columns)


def naming(section: Section, form: Form) -> Field | None:
    """The field that names a row: the section's label, or the name of the person in it."""
    fields = {one.id: one for one in section.fields}
    label = fields.get(section.label)
    if label is not None and label.type is not Type.PERSON:
        return label
    roster = next((one for one in form.sections if one.id == form.roster), None)
    if label is None or roster is None:
        return None
    return next(
        (one for one in section.fields if one.via == label.id and one.of == roster.label), None
    )


def is_heading(sheet: Sheet, section: Section, form: Form) -> bool:
    """Whether the first line, whose words are unknown, stands above columns of another kind."""
    if len(sheet.lines) < 2:
        return False
    fields = fillable(section, form)
    for place, first in enumerate(sheet.lines[0].cells):
        below = _cells(sheet, place, 1)
        if not first or not below:
            continue
        if _share(below, _is_number) and not _is_number(first):
            return True
        for one in fields:
            if one.type in _TYPES and _fits(one, form, below) and not _fits(one, form, [first]):
                return True
    return False


def _cells(sheet: Sheet, place: int, since: int) -> list[str]:
    lines = sheet.lines[since : since + _SAMPLE]
    return [line.cells[place] for line in lines if line.cells[place]]


def _share(cells: Sequence[str], is_one: Callable[[str], bool]) -> bool:
    return sum(map(is_one, cells)) >= _MOST * len(cells)


def _counts(cells: Sequence[str]) -> bool:
    """Whether a column only numbers the lines."""
    return len(cells) > 1 and list(cells) == [str(number) for number in range(1, len(cells) + 1)]


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?", narrow(cell)))


def _is_name(cell: str) -> bool:
    return bool(_NAME.fullmatch(cell.strip()))


def _is_id(cell: str) -> bool:
    text = narrow(cell).removeprefix("'")
    return is_identity(text) or bool(_ID.fullmatch(text) or _USCC.fullmatch(text))


def is_credit_code(cell: str) -> bool:
    """Whether this has the form of a credit code and is no identity number, nor meant as one: what
    looks like both is a credit code only when it is right as such.
    """
    text = narrow(cell).removeprefix("'")
    if not _USCC.fullmatch(text) or is_identity(text):
        return False
    return not _ID.fullmatch(text) or not uscc.read(text).error


def _fits(field: Field, form: Form, cells: Sequence[str]) -> bool:
    if field.type is Type.ID:
        return _share(cells, _is_id)
    if field.type is Type.USCC:
        return _share(cells, is_credit_code)
    options = form.dictionaries.get(field.choices, ())
    codes = {one.code for one in options}

    def is_one(cell: str) -> bool:
        text = canonical(field, cell, options)
        if field.type is Type.CHOICE:
            return text in codes
        if field.type is Type.RATIO and "%" not in narrow(cell):
            return False
        return _is_value(field, text)

    return _share(cells, is_one)


def _is_value(field: Field, text: str) -> bool:
    return bool(text) and not isinstance(read(field, text), Wrong)
