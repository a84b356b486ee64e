"""Words for what departments get: where a value stands, and what it says."""

from __future__ import annotations

from typing import Any

from hallclient.form_words import label, row_name, row_number, said
from hallclient.rules.form.extract import ROW, Change
from hallclient.rules.form.spec import Department, Field, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import text_of
from hallclient.rules.text import plain
from hallclient.texts import t
from hallclient.words import word

KIND = "kind"
"""Key of what became of a row of the registered; no department names a field so."""


def change_place(
    state: State, to: Department, change: Change, *, reveal: bool = False
) -> tuple[str, str]:
    """Where a correction changes something, in the form's words: part and row, field."""
    section, row, name = _parts(change)
    found = _field(state, to, section, name)
    section = section or (found.section if found is not None else "")
    where, what = [], []
    if section in state.program.layout.sections:
        where.append(label(state.program.layout.sections[section]))
    if row:
        number = row_number(state, row)
        whose = row_name(state, row, reveal=reveal)
        if number is None:
            where.append(t("form.extract.row-gone"))
        else:
            where.append(t("form.row-of" if whose else "form.row", n=number, name=whose))
    if found is not None:
        what.append(label(found))
    elif name == KIND:
        what.append(t("form.extract.registered"))
    elif name != ROW:
        what.append(plain(name))
    if len(change.path) == 5 and change.path[0] == "changes":
        what.append(t(f"form.extract.side-{change.path[3]}"))
    between = t("form.place")
    return between.join(where), between.join(what)


def change_side(
    state: State, to: Department, change: Change, value: Any, *, reveal: bool = False
) -> str:
    """One side of a change; personal data masked unless ``reveal``."""
    if value is None:
        return ""
    section, _, name = _parts(change)
    if name == ROW:
        return t("form.extract.row")
    field = _field(state, to, section, name)
    if field is None:
        return word("form.extract.kind", value)
    return said(state, field, canonical_of(field, value), reveal=reveal)


def canonical_of(field: Field, value: Any) -> str:
    """The text of a cell again, from the value that a machine gets (`rules.form.shape`)."""
    match field.type:
        case Type.MONEY:
            return text_of(field, value["amount"])
        case Type.CHOICE:
            return str(value["code"])
        case Type.MULTI:
            return ",".join(one["code"] for one in value)
        case Type.LIST:
            return ",".join(value)
        case Type.BOOL:
            return text_of(field, value)
        case Type.DATETIME:
            return str(value).replace("T", " ")
    return str(value)


def _parts(change: Change) -> tuple[str, str, str]:
    """Section, row and name of what a change is about; empty where it has none."""
    path = change.path[1:] if change.path[0] == "sensitive" else change.path
    if path[0] in ("tables", "changes") and len(path) > 2:
        return path[1], path[2], path[-1]
    return "", "", path[-1]


def _field(state: State, to: Department, section: str, name: str) -> Field | None:
    """The form's field behind a department's name for it."""
    return next(
        (
            one
            for one in state.program.layout.fields.values()
            if to.id in one.departments
            and to.names.get(one.id, one.id) == name
            and (one.section == section if section else True)
        ),
        None,
    )
