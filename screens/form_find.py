"""Finding a cell of a form: by the name of its field, or by what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hallclient.actions.pinyin import syllables
from hallclient.form_words import label, row_number
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.spec import Field
from hallclient.rules.search import Entry, Kind, SearchIndex
from hallclient.texts import t
from screens import form_cells
from screens.form_model import FormModel

MOST = 20
LEAST = 2
"""Characters from which on contents are looked through."""


class FormSearch:
    """An index of the form's fields, and a look through its cells."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self._index: SearchIndex | None = None

    def _fields(self) -> SearchIndex:
        if self._index is None:
            entries = []
            for field in self._model.state.program.layout.fields.values():
                entries.append(Entry((field.id,), field.zh, syllables(field.zh), Kind.NAME))
                entries.append(Entry((field.id,), field.en, "", Kind.NAME))
                entries.append(Entry((field.id,), field.id, "", Kind.CODE))
            self._index = SearchIndex(entries)
        return self._index

    def find(self, text: str) -> Sequence[tuple[str, str]]:
        """Cells for what was typed, fields first: (``row/field``, how it is told)."""
        sought = text.strip()
        if not sought:
            return []
        state = self._model.state
        found: dict[str, str] = {}
        for hit in self._fields().find(sought, limit=MOST):
            field = state.field(hit.key)
            row = next(iter(state.rows(field.section)), None)
            if row is not None and state.section_relevant(field.section):
                found[f"{row}/{field.id}"] = self._told(row, field)
        if len(sought) >= LEAST:
            for row, field in self._holding(sought.casefold()):
                found.setdefault(f"{row}/{field.id}", self._told(row, field))
                if len(found) >= 2 * MOST:
                    break
        return list(found.items())

    def _holding(self, sought: str) -> Iterator[tuple[str, Field]]:
        state = self._model.state
        for row, name, text in state.cells():
            field = state.field(name)
            if sought in text.casefold() and state.section_relevant(field.section):
                yield row, field

    def _told(self, row: str, field: Field) -> str:
        state = self._model.state
        section = label(state.program.layout.sections[field.section])
        number = row_number(state, row) if row != SINGLE else None
        place = section if number is None else t("form.row", n=number)
        shown = form_cells.shown(state, row, field.id)
        return "  ".join(part for part in (label(field), place, shown) if part)
