"""A department's part before it goes: what it will say, masked, and what still lacks."""

from __future__ import annotations

from typing import NamedTuple

from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.extract import department_of, parts
from hallclient.rules.form.shape import machine, personal
from hallclient.rules.form.spec import Department, Field, Level, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.text import mask_id, mask_name, mask_phone


class Lack(NamedTuple):
    """Something a department cannot do without. ``name``: as the department calls it.

    ``code``: ``required`` (the form demands it), ``needed`` (the department does),
    ``unreadable`` (what stands there is no value), ``too-few-rows`` (``field`` empty).
    """

    section: str
    row: str
    field: str
    name: str
    code: str


class Line(NamedTuple):
    """One line of a preview. ``zh``/``en``: what to show, choices by their labels, personal data
    masked; both empty for nothing; a bool is ``yes`` or ``no``. ``name``: the department's name.
    """

    section: Section
    row: str
    field: Field
    name: str
    zh: str
    en: str
    lack: str


def missing(state: State, department: str) -> list[Lack]:
    """What still lacks before the extract can go, in the form's order.

    Raises KeyError for no department of the form.
    """
    to = department_of(state, department)
    found = []
    for section, fields, rows in parts(state, to):
        size = state.problems_at(SINGLE, section.id) if section.repeat else ()
        if any(problem.code == "too-few-rows" for problem in size):
            found.append(Lack(section.id, SINGLE, "", "", "too-few-rows"))
        for row in rows or [SINGLE]:
            for one in fields:
                name = to.names.get(one.id, one.id)
                needed = name in to.required
                code = _lacks(state, row, one, needed) if rows else "needed" if needed else ""
                if code:
                    found.append(Lack(section.id, row, one.id, name, code))
    return found


def blocked(state: State, department: str) -> set[tuple[str, str]]:
    """Cells (row, field), or tables ("", section), that keep the extract from going: as `missing`,
    and what stands in the way of acceptance there or with the person behind.
    """
    to = department_of(state, department)
    found = {(one.row, one.field or one.section) for one in missing(state, department)}
    for section, fields, rows in parts(state, to):
        if state.worst_at(SINGLE, section.id) is Level.BLOCK:
            found.add((SINGLE, section.id))
        for row in rows:
            found.update(
                (row, one.id)
                for one in fields
                if state.worst_at(row, one.id) is Level.BLOCK
                or (one.via and state.judging.behind.blocks(row, one))
            )
    return found


def preview(state: State, department: str) -> list[Line]:
    """Every relevant cell that the department gets, in the form's order; as `missing`."""
    to = department_of(state, department)
    hidden = personal(state.program)
    found = []
    for section, fields, rows in parts(state, to):
        for row in rows:
            for one in fields:
                if state.relevant(row, one.id):
                    name = to.names.get(one.id, one.id)
                    zh, en = _shown(state, row, one, one.id in hidden)
                    lack = lack_at(state, to, row, one)
                    found.append(Line(section, row, one, name, zh, en, lack))
    return found


def lack_at(state: State, to: Department, row: str, field: Field) -> str:
    """Why a department cannot do with a cell as it is: a code of `Lack`; empty: it can."""
    return _lacks(state, row, field, to.names.get(field.id, field.id) in to.required)


def _lacks(state: State, row: str, field: Field, needed: bool) -> str:
    if not state.relevant(row, field.id) or machine(state, row, field) is not None:
        return ""
    if _unreadable(state, row, field):
        return "unreadable"
    return "required" if state.missing_at(row, field.id) else "needed" if needed else ""


def _unreadable(state: State, row: str, field: Field) -> bool:
    """Whether what stands in a cell is no value. What is not asked of the person is nothing."""
    if state.value(row, field.id) is not None:
        return machine(state, row, field) is None
    person = state.person_of(row, field.id) if field.via else ""
    return state.wrong(*((person, field.of) if person else (row, field.id))) is not None


def _shown(state: State, row: str, field: Field, hide: bool) -> tuple[str, str]:
    there = state.value(row, field.id) is not None or _unreadable(state, row, field)
    text = state.text(row, field.id) if there else ""
    if field.type is Type.PERSON:
        return "", ""  # the columns beside it say who it is
    if hide:
        said = masked(field, text)
        return said, said
    if field.type in (Type.CHOICE, Type.MULTI) and text:
        options = state.codes(field.choices)
        chosen = [options.get(code) for code in text.split(",")]
        if None not in chosen:
            labels = [(one.zh, one.en or one.zh) for one in chosen if one is not None]
            return "\u3001".join(zh for zh, _ in labels), ", ".join(en for _, en in labels)
    return text, text


def masked(field: Field, text: str) -> str:
    """A personal cell as lists show it."""
    match field.type:
        case Type.ID | Type.USCC | Type.DIGITS:
            return mask_id(text)
        case Type.PHONE | Type.MOBILE:
            return mask_phone(text)
    return mask_name(text)
