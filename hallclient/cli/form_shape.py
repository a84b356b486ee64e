"""Filings as they are printed: stable keys for programs, lines for people.

Personal data is masked unless it was asked for on the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from db.store import Row, Store
from hallclient.actions.filing_cells import CLOSED, Collision
from hallclient.cli.shape import columns
from hallclient.form_words import (
    basis_text,
    cell_text,
    label,
    mend_text,
    place_text,
    problem_line,
    problem_text,
    row_name,
    row_number,
    said,
)
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.preview import masked
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Field, Form, Level, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.text import mask_name
from hallclient.texts import t
from hallclient.words import iso, word

CHOICES: Final = 40
"""So many of the choices of a field are named with a problem; `form fields` names all."""
_NOT_CHOSEN: Final = frozenset({"not-a-choice", "choice-not-now"})


# -- filings


def filing_object(store: Store, row: Row) -> dict[str, object]:
    """A filing, without its contents."""
    return {
        "filing": row["number"],
        "form": row["form"],
        "item": row["item"],
        "number": ticket_of(store, row),
        "state": row["state"],
        "reason": row["reason"],
        "made_at": iso(row["made_at"]),
        "made_by": row["made_by"],
        "done_at": iso(row["done_at"]),
        "done_by": row["done_by"],
    }


def ticket_of(store: Store, row: Row) -> str | None:
    """The number of the queue that a filing belongs to."""
    if "ticket" in row:
        ticket: str | None = row["ticket"]
        return ticket
    found = store.row("SELECT number FROM visit WHERE id = ?", row["visit"])
    return None if found is None else str(found["number"])


def filing_cells(store: Store, row: Row, forms: dict[str, Form]) -> list[str]:
    """A filing's line of a list."""
    form = forms.get(row["form"])
    return [
        row["number"],
        label(form) if form is not None else row["form"],
        ticket_of(store, row) or "-",
        state_text(row),
        row["made_by"],
    ]


def state_text(row: Row) -> str:
    """Whether a filing is being filled in, or how it ended."""
    if row["state"] == CLOSED:
        return word("closed", row["reason"])
    return t("cli.form.filling")


def title(row: Row, form: Form) -> str:
    """A filing in one line."""
    return t("cli.form.title", number=row["number"], form=label(form), state=state_text(row))


# -- cells


def safe_text(state: State, field: Field, text: str, *, reveal: bool) -> str:
    """A canonical text for a program; masked when it is personal, as are a name or a number where
    somebody should be chosen.
    """
    if reveal or not text:
        return text
    if field.type is Type.PERSON:
        return text if state.section_of(text) else mask_name(text)
    if field.id not in personal(state.program):
        return text
    return t("form.hidden") if field.choices else masked(field, text)


def cell_object(state: State, row: str, field: Field, *, reveal: bool) -> dict[str, object]:
    """A cell that is asked for, with what is wrong with it."""
    text = state.text(row, field.id)
    return {
        "name": label(field),
        "text": safe_text(state, field, text, reveal=reveal),
        "said": cell_text(state, row, field.id, reveal=reveal),
        "required": state.required(row, field.id),
        "problems": [one.code for one in state.problems_at(row, field.id) if not one.passed],
    }


def section_object(state: State, section: Section, *, reveal: bool) -> dict[str, object]:
    """A section as it stands: every cell that is asked for, row by row."""
    rows = []
    for row in state.rows(section.id):
        cells = {
            one.id: cell_object(state, row, one, reveal=reveal)
            for one in section.fields
            if state.relevant(row, one.id)
        }
        rows.append(row_object(state, row, reveal=reveal) | {"cells": cells})
    return {
        "section": section.id,
        "name": label(section),
        "repeat": section.repeat,
        "relevant": state.section_relevant(section.id),
        "rows": rows,
    }


def row_object(state: State, row: str, *, reveal: bool = False) -> dict[str, object]:
    """Which row of a table something is about; nothing outside tables."""
    number = row_number(state, row)
    if number is None:
        return {}
    return {"row": number, "row_id": row, "row_name": row_name(state, row, reveal=reveal)}


def section_lines(state: State, section: Section, *, reveal: bool) -> Iterator[str]:
    """A section for a person: what is filled in, what is missing, what is wrong."""
    yield t("cli.form.section", name=label(section), id=section.id)
    if section.repeat and not state.count(section.id):
        yield "  " + t("cli.form.no-rows")
    for row in state.rows(section.id):
        indent = "  "
        if row != SINGLE:
            name = row_name(state, row, reveal=reveal)
            key = "form.row-of" if name else "form.row"
            yield indent + t(key, n=row_number(state, row), name=name)
            indent = "    "
        cells = [
            [_mark(state, row, one), label(one), _told(state, row, one, reveal=reveal)]
            for one in section.fields
            if state.relevant(row, one.id)
            and (state.text(row, one.id) or state.missing_at(row, one.id))
        ]
        yield from (indent + text for text in columns(cells))


def _mark(state: State, row: str, field: Field) -> str:
    worst = state.worst_at(row, field.id)
    return t(f"cli.form.mark.{'fine' if worst is None else worst.value}")


def _told(state: State, row: str, field: Field, *, reveal: bool) -> str:
    if state.missing_at(row, field.id):
        return t("cli.form.missing")
    return cell_text(state, row, field.id, reveal=reveal)


# -- problems


def problem_object(state: State, problem: Problem, *, reveal: bool = False) -> dict[str, object]:
    """A problem: its code, its place, what is wrong and how it is mended."""
    rule = problem.rule
    field = state.program.layout.fields.get(problem.field)
    obj: dict[str, object] = {
        "problem": problem.code,
        "level": problem.level.value,
        "section": problem.section,
        "section_name": label(state.program.layout.sections[problem.section]),
        **row_object(state, problem.row, reveal=reveal),
        "field": problem.field,
        "field_name": label(field) if field is not None else "",
        "message": problem_text(state, problem, reveal=reveal),
        "mend": mend_text(state, problem, reveal=reveal),
        "basis": basis_text(problem),
        "certainty": rule.certainty if rule is not None else None,
        "passed": problem.passed,
        "override": override_roles(problem),
        "repair": list(rule.repair) if rule is not None else [],
    }
    if field is not None and problem.code in _NOT_CHOSEN:
        options = state.form.dictionaries.get(field.choices, ())
        if state.has(problem.row, field.id):
            options = state.options(problem.row, field.id)
        obj["choices"] = [{"code": one.code, "name": label(one)} for one in options[:CHOICES]]
        obj["more_choices"] = max(0, len(options) - CHOICES)
    return obj


def problem_said(state: State, problem: Problem, *, reveal: bool = False) -> str:
    """The same on one line, with the code by which it is let pass or mended."""
    line = problem_line(state, problem, reveal=reveal)
    return line if problem.rule is None else t("cli.form.problem", line=line, code=problem.code)


def override_roles(problem: Problem) -> list[str]:
    """Roles that may let it pass; ``any``: whoever fills the form in."""
    rule = problem.rule
    if rule is None or problem.level is Level.INFO:
        return []
    return list(rule.override) or (["any"] if problem.level is Level.WARN else [])


def dispute_object(state: State, one: Collision) -> dict[str, object]:
    """Two texts for one cell, of which one must be chosen."""
    field = state.field(one.field)
    return {
        "problem": "disputed",
        "level": Level.BLOCK.value,
        "section": field.section,
        "section_name": label(state.program.layout.sections[field.section]),
        **row_object(state, one.row),
        "field": one.field,
        "field_name": label(field),
        "message": dispute_text(state, one),
        "mend": t("cli.form.dispute-mend"),
        "text": safe_text(state, field, one.text, reveal=False),
        "other": safe_text(state, field, one.other or "", reveal=False),
        "by": one.by,
    }


def dispute_text(state: State, one: Collision) -> str:
    """What stands in the cell, and what somebody else typed over it."""
    field = state.field(one.field)
    texts = [
        said(state, field, text or "") or t("cli.form.nothing") for text in (one.text, one.other)
    ]
    return t("cli.form.dispute", text=texts[0], other=texts[1], by=one.by)


def dispute_line(state: State, one: Collision) -> str:
    """The same with its place."""
    field = state.field(one.field)
    at = Problem("disputed", Level.BLOCK, field.section, one.row, one.field, {})
    text = t("form.then").join((dispute_text(state, one), t("cli.form.dispute-mend")))
    return t("form.line", level=word("form.level", "block"), place=place_text(state, at), text=text)
