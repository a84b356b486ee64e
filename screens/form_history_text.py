"""The history of a form in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.content import Content

from hallclient.actions.filing_history import Entry
from hallclient.actions.filing_log import Step
from hallclient.form_words import label, reason_text, row_name, row_number, said
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Field
from hallclient.rules.form.state import State
from hallclient.texts import has, t
from hallclient.words import local
from screens.desk_text import spread
from screens.form_model import Cell, FormModel
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row

CELL, WHOLE, STEP = "cell", "whole", "step"
_SOURCES: Final = ("cli.form.how", "form.history.how")
"""Where the words stand for how something was entered, the command line's own first."""


def masks(state: State, mode: str, cell: Cell) -> bool:
    """Whether anything here may be personal data."""
    return mode != CELL or cell[1] in personal(state.program)


# -- above the list


def title(
    model: FormModel, mode: str, cell: Cell, step: Step | None, width: int, *, reveal: bool
) -> Content:
    """Whose history it is."""
    state = model.state
    if mode == CELL:
        where, what = place_of(state, cell, reveal=reveal)
        left = t("form.history.title-cell", what=what, where=where)
    elif mode == STEP and step is not None:
        left = t("form.history.title-step", at=moment(step.at), how=how_word(_how(step)))
    else:
        left = t("form.history.title-whole")
    return spread(line((left, "bold")), line(str(model.filing["number"])), width)


def place_of(state: State, cell: Cell, *, reveal: bool) -> tuple[str, str]:
    """A cell in the form's words: part and row, field; of a row that is gone only that it is."""
    row, name = cell
    field = state.program.layout.fields.get(name)
    section = field.section if field is not None else name
    where = [label(state.program.layout.sections[section])]
    if row != SINGLE:
        number, whose = row_number(state, row), row_name(state, row, reveal=reveal)
        if number is None:
            where.append(t("form.extract.row-gone"))
        else:
            where.append(t("form.row-of" if whose else "form.row", n=number, name=whose))
    return t("form.place").join(where), label(field) if field is not None else ""


def columns(mode: str) -> list[Column]:
    """Of each list."""
    if mode == STEP:
        return [
            Column(t("form.extract.col-where"), 20, flex=2),
            Column(t("form.answers.col-field"), 18, flex=2),
            Column(t("form.extract.col-was"), 16, flex=1),
            Column(t("form.extract.col-now"), 16, flex=1),
        ]
    first = [
        Column(t("form.history.col-when"), 14),
        Column(t("form.history.col-who"), 10, flex=1),
        Column(t("form.history.col-window"), 4),
    ]
    how = Column(t("form.history.col-how"), 9)
    if mode == WHOLE:
        return [*first, how, Column(t("form.history.col-what"), 32, flex=4)]
    was = Column(t("form.extract.col-was"), 14, flex=2)
    now = Column(t("form.extract.col-now"), 14, flex=2)
    return [*first, was, now, how]


# -- lines


def entry_row(
    state: State, field: Field, one: Entry, at: int, names: Mapping[str, str], *, reveal: bool
) -> Row:
    """A change of the cell."""
    was, now = (said(state, field, text, reveal=reveal) for text in (one.was, one.now))
    nothing = t("form.answers.nothing")
    who = _who(one.by, names)
    cells = (moment(one.at), who, one.window, was or nothing, now or nothing, how_word(one.how))
    return Row(f"{one.at}/{at}", cells, _style(one.how))


def step_row(state: State, step: Step, names: Mapping[str, str], *, reveal: bool) -> Row:
    """A step of the filing: what it was, and the first thing that it changed."""
    how = _how(step)
    cells = (moment(step.at), _who(step.by, names), step.window, how_word(how), "")
    what = _what(state, step, reveal=reveal)
    return Row(str(step.seq), (*cells[:4], what), _style(how))


def _what(state: State, step: Step, *, reveal: bool) -> str:
    puts = sum(isinstance(one, Put) for one in step.edits)
    if len(step.edits) == 1:
        where, what, was, now = _told(state, step.edits[0], reveal=reveal)
        if not puts:
            return f"{where}  {was or now}"
        return t("form.history.one", where=where, what=what, was=was, now=now)
    if not step.edits:
        return reason_text(step.kind, step.reason)
    rows = len(step.edits) - puts
    key = "form.history.many-rows" if rows else "form.history.many"
    return t(key, n=puts, rows=rows)


def edit_row(state: State, edit: Edit, at: int, *, reveal: bool) -> Row:
    """One change of a step."""
    style = "new" if isinstance(edit, Add) else "dim" if isinstance(edit, Drop) else ""
    return Row(str(at), _told(state, edit, reveal=reveal), style)


def _told(state: State, edit: Edit, *, reveal: bool) -> tuple[str, str, str, str]:
    """Part and row, field, what stood there, what stands there."""
    nothing = t("form.answers.nothing")
    if isinstance(edit, Put):
        field = state.field(edit.field)
        was, now = (said(state, field, text, reveal=reveal) for text in (edit.was, edit.text))
        where, what = place_of(state, (edit.row, edit.field), reveal=reveal)
        return where, what, was or nothing, now or nothing
    if isinstance(edit, Add):
        section = label(state.program.layout.sections[edit.section])
        number = row_number(state, edit.row)
        row = t("form.row", n=number) if number is not None else t("form.extract.row-gone")
        return t("form.place").join((section, row)), "", "", t("form.history.row-added")
    return t("form.extract.row-gone"), "", t("form.history.row-dropped"), ""


def _how(step: Step) -> str:
    return step.source or step.kind.removeprefix("filing.")


def how_word(how: str) -> str:
    """How something was entered, or what happened."""
    found = (f"{group}.{how}" for group in _SOURCES)
    return next((t(key) for key in found if has(key)), how)


def _style(how: str) -> str:
    if how in ("undone", "redone"):
        return "dim"
    return "warn" if how in ("collided", "settled", "overridden") else ""


def _who(operator: str, names: Mapping[str, str]) -> str:
    name = names.get(operator, operator)
    return operator if name == operator else f"{operator} {name}"


def moment(ms: int) -> str:
    """A day and time in the hall."""
    return local(ms).strftime("%m-%d %H:%M:%S")


# -- below the list


def about(row: Row, mode: str) -> Content:
    """A line of the list in full."""
    if mode == WHOLE:
        return line(*row.cells, gap="  ")
    if mode == STEP:
        where, what, was, now = row.cells
        head: list[Part] = [(where, "bold"), (what, "bold")]
    else:
        when, who, window, was, now, how = row.cells
        head = [(when, "bold"), who, window, how]
    told = [t("form.extract.was", text=was), t("form.extract.now", text=now)]
    return Content("\n").join([line(*head, gap="  "), *map(line, told)])
