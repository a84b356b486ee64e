"""A section of a form as the grid sees it: a line a field, or a line a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hallclient.form_words import label, problem_text
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.entering import enter
from hallclient.rules.form.spec import Field, Section, Type
from hallclient.texts import language, t
from screens import form_cells
from screens.form_model import Cell, FormModel
from screens.widgets.choices import Option
from screens.widgets.grid_parts import FAR, CellEdit, CellView, GridColumn, GridSource

VALUE, NOTE = "value", "note"
_WIDTHS: dict[Type, int] = {
    Type.MONEY: 12,
    Type.RATIO: 9,
    Type.INT: 6,
    Type.DATE: 10,
    Type.MONTH: 8,
    Type.DATETIME: 16,
    Type.BOOL: 6,
    Type.CHOICE: 14,
    Type.MULTI: 18,
    Type.PERSON: 12,
    Type.PHONE: 14,
    Type.MOBILE: 12,
    Type.ID: 18,
    Type.USCC: 18,
    Type.ADDRESS: 24,
    Type.EMAIL: 20,
}
_NUMBERS = frozenset({Type.MONEY, Type.RATIO, Type.INT, Type.DECIMAL})


class SectionSource(GridSource, Protocol):
    """A source that knows which cell of the form a place of the grid is."""

    section: Section

    def cell_at(self, row: str, column: str) -> Cell:
        """The cell of a grid's row and column, by their keys."""
        ...

    def place_of(self, cell: Cell) -> Cell:
        """The grid's row and column of a cell, by their keys."""
        ...


def source_of(model: FormModel, section: Section) -> SectionSource:
    """The source for a section."""
    return Table(model, section) if section.repeat else Fields(model, section)


class Fields:
    """A section outside repeats: every field that is asked, its value, what there is to say."""

    def __init__(self, model: FormModel, section: Section) -> None:
        self.model = model
        self.section = section

    def _fields(self) -> list[Field]:
        state = self.model.state
        return [one for one in self.section.fields if state.relevant(SINGLE, one.id)]

    def head(self) -> GridColumn:
        return GridColumn("label", t("form.field"), 26 if language() == "zh" else 30)

    def columns(self) -> Sequence[GridColumn]:
        return (
            GridColumn(VALUE, t("form.value"), 24, flex=2),
            GridColumn(NOTE, "", 8, flex=3, enter=False),
        )

    def count(self) -> int:
        return len(self._fields())

    def key(self, row: int) -> str:
        return self._fields()[row].id

    def index_of(self, key: str) -> int | None:
        keys = [one.id for one in self._fields()]
        return keys.index(key) if key in keys else None

    def label(self, row: int) -> CellView:
        return CellView(label(self._fields()[row]))

    def cell(self, row: int, column: int) -> CellView:
        field = self._fields()[row]
        if column == 0:
            return form_cells.view(self.model, SINGLE, field.id)
        problems = self.model.state.problems_at(SINGLE, field.id)
        if problems and problems[0].code != "required":
            return CellView(problem_text(self.model.state, problems[0]), _mark(self.model, field))
        return CellView(hint(field))

    def fillable(self, row: int, column: int) -> bool:
        return column == 0 and form_cells.fillable(self.model, SINGLE, self._fields()[row].id)

    def editing(self, row: int, column: int) -> CellEdit:
        return form_cells.editing(self.model, SINGLE, self._fields()[row].id)

    def options(self, row: int, column: int, typed: str) -> Sequence[Option]:
        return form_cells.offered(self.model, SINGLE, self._fields()[row].id, typed)

    def needed_after(self, row: int, column: int) -> tuple[int, int] | None:
        fields = self._fields()
        rows = range(row + (column >= 0), len(fields))
        found = (at for at in rows if form_cells.needed(self.model, SINGLE, fields[at].id))
        return next(((at, 0) for at in found), None)

    def take(self, row: int, column: int, text: str, seen: str) -> None:
        take(self.model, SINGLE, self._fields()[row].id, text, seen)

    def cell_at(self, row: str, column: str) -> Cell:
        return SINGLE, row

    def place_of(self, cell: Cell) -> Cell:
        return cell[1], VALUE


class Table:
    """A repeat: a line for each row, a column for each field."""

    def __init__(self, model: FormModel, section: Section) -> None:
        self.model = model
        self.section = section
        self._names = [one.id for one in section.fields]

    def head(self) -> GridColumn:
        return GridColumn("row", "#", 12)

    def columns(self) -> Sequence[GridColumn]:
        return [
            GridColumn(
                one.id,
                label(one),
                _WIDTHS.get(one.type, 14),
                flex=0 if one.type in _NUMBERS else 1,
                align="right" if one.type in _NUMBERS else "left",
            )
            for one in self.section.fields
        ]

    def count(self) -> int:
        return self.model.state.count(self.section.id)

    def key(self, row: int) -> str:
        return self.model.state.row_at(self.section.id, row)

    def index_of(self, key: str) -> int | None:
        state = self.model.state
        return state.index_of(key) if state.section_of(key) == self.section.id else None

    def label(self, row: int) -> CellView:
        return CellView(f"{row + 1} {row_label(self.model, self.section, self.key(row))}".strip())

    def cell(self, row: int, column: int) -> CellView:
        return form_cells.view(self.model, self.key(row), self._names[column])

    def fillable(self, row: int, column: int) -> bool:
        return form_cells.fillable(self.model, self.key(row), self._names[column])

    def editing(self, row: int, column: int) -> CellEdit:
        return form_cells.editing(self.model, self.key(row), self._names[column])

    def options(self, row: int, column: int, typed: str) -> Sequence[Option]:
        return form_cells.offered(self.model, self.key(row), self._names[column], typed)

    def needed_after(self, row: int, column: int) -> tuple[int, int] | None:
        if column >= 0 and self.key(row) == self.model.begun:
            return None
        first = column + 1
        for at in range(row, min(row + FAR, self.count())):
            key = self.key(at)
            for place in range(first, len(self._names)):
                if form_cells.needed(self.model, key, self._names[place]):
                    return at, place
            first = 0
        return None

    def take(self, row: int, column: int, text: str, seen: str) -> None:
        take(self.model, self.key(row), self._names[column], text, seen)

    def cell_at(self, row: str, column: str) -> Cell:
        return row, column

    def place_of(self, cell: Cell) -> Cell:
        return cell


def take(model: FormModel, row: str, name: str, text: str, seen: str) -> None:
    """What was typed over ``seen``: what another hand has put there meanwhile is not overwritten
    unseen, the store keeps both.
    """
    state, there = model.state, model.state.text(row, name)
    edits = enter(state, row, name, text, model.new_id)
    if seen != there:
        edits = [
            edit._replace(was=seen) if isinstance(edit, Put) and edit.was == there else edit
            for edit in edits
        ]
    model.do(edits)


def row_label(model: FormModel, section: Section, row: str) -> str:
    """What names a row."""
    return form_cells.shown(model.state, row, section.label) if section.label else ""


def hint(field: Field) -> str:
    """What helps with a field, in the language spoken."""
    return field.hint_en if language() == "en" and field.hint_en else field.hint_zh


def _mark(model: FormModel, field: Field) -> str:
    mark = form_cells.view(model, SINGLE, field.id).mark
    return mark if mark in ("wrong", "warn") else ""
