"""Values for a form as another program gives them, and which of them the form cannot take.

    {"fields": {"name": "..."}, "tables": {"holder": [{"h_name": "...", "h_sub": "60"}]}}

Fields and tables go by id or by label, rows of a table that are there by ``row`` (their place from
1, or their id; ``new``: another one). All mistakes of the shape are found in one pass; what a value
means is judged by the form itself, later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from hallclient.rules.form.spec import Field, Form, Section
from hallclient.rules.form.table.columns import bare, folded
from hallclient.rules.form.values import FALSE, TRUE

ROW: Final = "row"
"""Key of a row of a table that is there."""
NEW: Final = "new"
"""As a row: one that is not there, whatever it is like."""
_PARTS: Final = ("fields", "tables")


class Given(NamedTuple):
    """Texts as typed. ``fields``: of those outside tables, by id; ``tables``: of each table that
    is given its rows, each by field id (and `ROW`).
    """

    fields: Mapping[str, str]
    tables: Mapping[str, Sequence[Mapping[str, str]]]


class Fault(NamedTuple):
    """Something that cannot be taken: the text ``form.values.<code>``. ``at``: where it stands,
    ``tables.holder[2].h_sub`` (rows from 1).
    """

    at: str
    code: str
    params: Mapping[str, object] = {}


def fields_named(form: Form, name: str, section: str = "") -> list[Field]:
    """The fields that an id or a label in either language means, of one section or of all."""
    whole = form.fields.get(name)
    if whole is not None and section in ("", whole.section):
        return [whole]
    mine = [one for one in form.fields.values() if section in ("", one.section)]
    for said in (folded, bare):  # brackets of a label may be left out
        wanted = said(name)
        found = [one for one in mine if wanted in {said(word) for word in (one.id, one.zh, one.en)}]
        if found:
            return found
    return []


def read_given(form: Form, data: Any) -> tuple[Given, list[Fault]]:
    """The values of parsed JSON (numbers as the texts that they were), and all its mistakes."""
    reader = _Reader(form)
    return reader.read(data), reader.faults


class _Reader:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.faults: list[Fault] = []

    def fault(self, at: str, code: str, **params: object) -> None:
        self.faults.append(Fault(at, code, params))

    def read(self, data: Any) -> Given:
        fields: dict[str, str] = {}
        tables: dict[str, list[dict[str, str]]] = {}
        for part, content in self._object("", data):
            if part == "fields":
                fields = self._cells("fields", content, "")
            elif part == "tables":
                for name, rows in self._object("tables", content):
                    section = self._table(name)
                    if section is not None:
                        tables[section.id] = self._rows(f"tables.{name}", rows, section)
            else:
                self.fault(part, "unknown-part", name=part, parts=", ".join(_PARTS))
        return Given(fields, tables)

    def _object(self, at: str, data: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(data, dict):
            yield from data.items()
        else:
            self.fault(at or "$", "not-an-object")

    def _table(self, name: str) -> Section | None:
        wanted = folded(name)
        found = [
            one
            for one in self.form.sections
            if wanted in (folded(one.id), folded(one.zh), folded(one.en))
        ]
        if len(found) == 1 and found[0].repeat:
            return found[0]
        at = f"tables.{name}"
        if found:
            self.fault(at, "not-a-table", name=name)
        else:
            tables = ", ".join(one.id for one in self.form.sections if one.repeat)
            self.fault(at, "unknown-table", name=name, tables=tables)
        return None

    def _rows(self, at: str, rows: Any, section: Section) -> list[dict[str, str]]:
        if not isinstance(rows, list):
            self.fault(at, "not-a-list")
            return []
        return [
            self._cells(f"{at}[{number}]", row, section.id) for number, row in enumerate(rows, 1)
        ]

    def _cells(self, at: str, data: Any, section: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self._object(at, data):
            here = f"{at}.{name}"
            text = self._text(here, value)
            if section and name == ROW:
                found[ROW] = text
                continue
            field = self._field(here, name, section)
            if field is None:
                continue
            if field.id in found:
                self.fault(here, "field-twice", name=name)
            found[field.id] = text
        return found

    def _field(self, at: str, name: str, section: str) -> Field | None:
        fits = [one for one in fields_named(self.form, name, section) if self._home(one) == section]
        if len(fits) == 1:
            if fits[0].typed:
                return fits[0]
            self.fault(at, "field-calculated", name=name)
            return None
        elsewhere = fields_named(self.form, name)
        if fits:
            self.fault(at, "field-unclear", name=name, fields=", ".join(one.id for one in fits))
        elif elsewhere and self._home(elsewhere[0]):
            self.fault(at, "field-in-table", name=name, table=elsewhere[0].section)
        elif elsewhere:
            self.fault(at, "field-not-in-table", name=name)
        else:
            self.fault(at, "unknown-field", name=name, near=", ".join(near(self.form, name)))
        return None

    def _home(self, field: Field) -> str:
        """The table a field is in; empty: none."""
        repeat = next(one.repeat for one in self.form.sections if one.id == field.section)
        return field.section if repeat else ""

    def _text(self, at: str, value: Any) -> str:
        if isinstance(value, bool):
            return TRUE if value else FALSE
        if value is None:
            return ""
        if isinstance(value, (str, int)):
            return str(value)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return ",".join(value)
        self.fault(at, "not-a-value")
        return ""


def near(form: Form, name: str, most: int = 3) -> list[str]:
    """Ids of fields that are written much like this."""
    from difflib import get_close_matches

    words = {folded(word): one.id for one in form.fields.values() for word in (one.id, one.zh)}
    return list(dict.fromkeys(words[one] for one in get_close_matches(folded(name), words, most)))
