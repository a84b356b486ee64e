"""The page of all answers in words: counts, lines, what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from hallclient.form_words import (
    cell_text,
    gravest,
    label,
    level_word,
    place_text,
    problem_text,
    row_name,
    row_number,
)
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import Field, Level
from hallclient.rules.form.state import State
from hallclient.texts import t
from screens.desk_text import spread
from screens.form_lines import Line, Part
from screens.form_model import FormModel
from screens.form_text import disputed, problem_parts, readiness
from screens.widgets.content import Part as Piece
from screens.widgets.content import line
from screens.widgets.rows import Column, Row

LINES = 4
"""Lines of the room below the list."""
_STYLES = {Level.BLOCK: "alert", Level.TOLERABLE: "warn", Level.WARN: "warn", Level.INFO: ""}


def parts_of(state: State) -> Iterator[Part]:
    """Every part that is asked for, with all of its fields and rows."""
    for section in state.form.sections:
        if state.section_relevant(section.id):
            yield section, section.fields, state.rows(section.id)


# -- above the list


def title(model: FormModel, width: int) -> Content:
    """Which form is checked, and whether it can be taken in."""
    left = t("form.answers.title", form=label(model.state.form), number=model.filing["number"])
    return spread(line((left, "bold")), _verdict(model), width)


def _verdict(model: FormModel) -> Content:
    missing = wrong = warnings = 0
    for section in model.state.form.sections:
        state = model.state.section_state(section.id)
        if state.relevant:
            missing += state.missing
            wrong += state.wrong
            warnings += state.warnings
    parts: list[Piece] = []
    if missing:
        parts.append(t("form.status.missing", n=missing))
    if wrong:
        parts.append((t("form.status.wrong", n=wrong), "$text-error"))
    if warnings:
        parts.append((t("form.status.warnings", n=warnings), "$text-warning"))
    if model.collisions:
        count = len(model.collisions)
        parts.append((t("form.status.disputed", n=count), "bold $text-error"))
    if not model.open:
        parts = [t("form.status.closed")]
    elif not parts:
        parts = [(t("form.status.ready"), "bold $text-success")]
    return line(*parts, gap="  ")


def counts(model: FormModel, width: int) -> Content:
    """How much of what must be filled in is, and how far each department's part."""
    state = model.state
    count = state.judging.count(state.program.layout.fields.values())
    told = t("form.answers.filled", n=count.filled, needed=count.needed)
    room = width - line(told).cell_length - 2
    return line(told, readiness(model, max(10, room)), gap="  ")


# -- the list


def columns(*, only: bool) -> list[Column]:
    """Answers with what is wrong with them, or only the problems."""
    if only:
        return [
            Column(t("form.answers.col-level"), 8),
            Column(t("form.answers.col-place"), 24, flex=2),
            Column(t("form.answers.col-problem"), 28, flex=3),
        ]
    return [
        Column(t("form.answers.col-field"), 20, flex=2),
        Column(t("form.answers.col-answer"), 20, flex=2),
        Column(t("form.answers.col-problem"), 24, flex=3),
    ]


def told(model: FormModel, one: Line) -> tuple[tuple[str, ...], str]:
    """A line of the list: its cells, its style."""
    state = model.state
    if one.field is None:
        found = state.problems_at("", one.section.id) if not one.row else []
        return (*head_cells(state, one), _short(state, found)), "alert" if _standing(
            found
        ) else "own"
    text = cell_text(state, one.row, one.field.id)
    if (one.row, one.field.id) in model.collisions:
        return (_name(one.field), text, t("form.answers.disputed")), "conflict"
    found = state.problems_at(one.row, one.field.id)
    style = "" if text else "dim"
    standing = _standing(found)
    if standing:
        style = _STYLES[standing[0].level]
    return (_name(one.field), text or t("form.answers.nothing"), _short(state, found)), style


def _standing(problems: list[Problem]) -> list[Problem]:
    return [one for one in problems if not one.passed and one.level is not Level.INFO]


def _name(field: Field) -> str:
    return "  " + label(field)


def head_cells(state: State, one: Line, *, reveal: bool = False) -> tuple[str, str]:
    """A head in two cells: a part and how many rows it has; a row's number and whose it is."""
    if one.row:
        name = row_name(state, one.row, reveal=reveal)
        return t("form.row", n=row_number(state, one.row)), name
    rows = t("form.answers.rows", n=state.count(one.section.id)) if one.section.repeat else ""
    return label(one.section), rows


def _short(state: State, problems: list[Problem]) -> str:
    """What is wrong, as it fits beside an answer: the gravest, and how many more."""
    if not problems:
        return ""
    first, *more = gravest(problems)
    text = t("form.answers.problem", level=level_word(first.level), text=problem_text(state, first))
    if first.passed:
        text = t("form.answers.passed", text=text)
    return text + t("form.answers.more", n=len(more)) if more else text


def problem_key(problem: Problem) -> str:
    """What the list of problems calls one."""
    return f"{problem.row}/{problem.section}/{problem.field}/{problem.code}"


def problem_row(model: FormModel, problem: Problem) -> Row:
    """A problem as a line of its own."""
    state = model.state
    if problem.row and not state.section_of(problem.row):
        return Row(problem_key(problem), ())  # its row has gone meanwhile
    style = "dim" if problem.passed else _STYLES[problem.level]
    text = problem_text(state, problem)
    if problem.passed:
        text = t("form.answers.passed", text=text)
    cells = (level_word(problem.level), place_text(state, problem), text)
    return Row(problem_key(problem), cells, style)


# -- below the list


def about(model: FormModel, one: Line) -> Content:
    """A line of the list in full."""
    state = model.state
    if one.field is None:
        name, more = head_cells(state, one)
        problems = [] if one.row else state.problems_at("", one.section.id)
        head: list[Piece] = [(name, "bold"), more]
    else:
        text = cell_text(state, one.row, one.field.id) or t("form.answers.nothing")
        head = [(label(one.field), "bold"), text]
        problems = gravest(state.problems_at(one.row, one.field.id))
        collision = model.collisions.get((one.row, one.field.id))
        if collision is not None:
            head.append((disputed(collision), "bold $text-error"))
    lines = [line(*head, gap="  ")]
    lines += [line(*problem_parts(state, problem), gap="  ") for problem in problems]
    return Content("\n").join(lines[:LINES])


def about_problem(model: FormModel, problem: Problem) -> Content:
    """A problem in full: where, what the cell says, what is wrong, how to mend it, by what rule."""
    state = model.state
    if problem.row and not state.section_of(problem.row):
        return line("")
    head: list[Piece] = [(place_text(state, problem), "bold")]
    if problem.field:
        head.append(cell_text(state, problem.row, problem.field) or t("form.answers.nothing"))
    return Content("\n").join(
        [line(*head, gap="  "), line(*problem_parts(state, problem), gap="  ")]
    )
