"""What the form screen says around the grid: how far it is, what the cursor's field is about."""

from __future__ import annotations

from textual.content import Content

from hallclient.actions.filing_cells import Collision
from hallclient.form_words import basis_text, label, level_word, mend_text, problem_text
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.money import decimal_text
from hallclient.rules.form.repair_ways import SUMS, summed
from hallclient.rules.form.spec import Department, Level, Rule, Section
from hallclient.rules.form.standing import SectionState
from hallclient.rules.form.state import State
from hallclient.rules.form.values import text_of
from hallclient.rules.text import cell_width, cut
from hallclient.texts import language, t
from screens.form_model import Cell, FormModel
from screens.form_source import hint
from screens.keys import current
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row

SECTION_WIDTH = 13
"""Cells for a section in the narrow list."""


def status(model: FormModel, ticket: str, width: int) -> Content:
    """Which form of whom, how much of it, whether it is saved."""
    form, filing = model.state.form, model.filing
    left = f" {label(form)} {form.version}  {filing['number']}"
    if ticket:
        left += f"  {ticket}"
    missing = wrong = warnings = tolerable = 0
    for section in form.sections:
        state = model.state.section_state(section.id)
        if state.relevant:
            missing, wrong = missing + state.missing, wrong + state.wrong
            warnings += state.warnings
            tolerable += state.tolerable
    todo: list[Part] = []
    if missing:
        todo.append(t("form.status.missing", n=missing))
    if wrong:
        todo.append((t("form.status.wrong", n=wrong), "$text-error"))
    if warnings:
        todo.append((t("form.status.warnings", n=warnings), "$text-warning"))
    if tolerable:
        todo.append((t("form.status.tolerable", n=tolerable), "$text-warning"))
    if model.collisions:
        todo.append((t("form.status.disputed", n=len(model.collisions)), "bold $text-error"))
    if not model.open:
        todo = [t("form.status.closed")]
    elif not missing and not wrong and not warnings and not model.collisions:
        todo.insert(0, (t("form.status.ready"), "bold $text-success"))
    right = line(*todo, gap="  ")
    saved = _saved(model)
    room = width - right.cell_length - cell_width(saved[0]) - 4
    text = cut(left, max(10, room))
    gap = " " * max(2, width - cell_width(text) - right.cell_length - cell_width(saved[0]) - 3)
    return Content.assemble(line((text, "bold")), gap, right, "  ", line(saved))


def _saved(model: FormModel) -> tuple[str, str]:
    if model.trouble is not None:
        return t("form.unsaved", n=model.unsaved), "bold $text-error"
    if model.unsaved:
        return t("form.saving"), "dim"
    return t("form.saved"), "dim"


# -- the list of sections


def section_columns() -> list[Column]:
    """The task list."""
    return [Column("", SECTION_WIDTH, flex=1)]


def section_rows(model: FormModel, room: int) -> list[Row]:
    """Every section that is asked for, with what there is to do in it."""
    return [
        Row(section.id, (_section_name(section, state, room),), _section_style(section, state))
        for section in model.state.form.sections
        if (state := model.state.section_state(section.id)).relevant
    ]


def _section_name(section: Section, state: SectionState, room: int) -> str:
    """A long name is cut, the numbers behind it are not."""
    count = f" {state.rows}" if section.repeat else ""
    todo = state.missing + state.wrong
    count += f" ·{todo}" if todo else ""
    return cut(label(section), room - cell_width(count)) + count


def _section_style(section: Section, state: SectionState) -> str:
    if state.wrong:
        return "alert"
    if state.missing:
        return "" if state.touched else "dim"
    if state.warnings:
        return "warn"
    return "good" if state.touched or not section.repeat else "dim"


# -- totals and departments


def grid_title(model: FormModel, section: Section) -> str:
    """The section's name; for a table how many rows and what they add up to."""
    state = model.state
    name = label(section)
    if not section.repeat:
        return name
    parts = [t("form.rows", name=name, n=state.count(section.id))]
    for rule in sums(state, section):
        found = summed(rule.constraint)
        if found is not None:
            key = f" {current().first('repair')}" if state.judging.breaks(rule.id) else ""
            parts.append(_total(state, *found) + key)
    return "  ".join(parts)


def sums(state: State, section: Section) -> list[Rule]:
    """The rules that hold a column of this table against a total."""
    names = {field.id for field in section.fields}
    return [
        rule
        for rule in state.form.rules
        if set(rule.repair) & set(SUMS) and (summed(rule.constraint) or ("",))[0] in names
    ]


def _total(state: State, column: str, total: str) -> str:
    field, goal, come = state.field(column), state.value(SINGLE, total), state.total(column)
    said = text_of(field, come) or "0"
    if goal is None or goal == come:
        return t("form.total" if goal is None else "form.total-right", sum=said)
    rest = text_of(field, abs(goal - come))
    key = "form.total-less" if come < goal else "form.total-more"
    return t(key, sum=said, goal=text_of(field, goal), rest=rest)


def readiness(model: FormModel, width: int) -> Content:
    """How far each department's part is, as many as fit."""
    ready = model.state.readiness()
    wide = width >= 110
    parts: list[Part] = []
    used = 1
    for department in model.state.form.departments:
        filled, needed, wrong = ready[department.id]
        if not needed and not wrong:
            continue
        done = filled == needed and not wrong
        share = "\u2713" if done else f"{filled}/{needed}" if wide else _percent(filled, needed)
        text = f"{short(department)}{share}"
        if wrong:
            text += f"!{wrong}"
        if used + cell_width(text) + 1 > width:
            break
        used += cell_width(text) + 1
        style = "$text-error" if wrong else "$text-success" if done else ""
        parts.append((text, style))
    return line(*parts, gap=" ")


def _percent(filled: int, needed: int) -> str:
    # Never 100 % while something lacks.
    return f"{min(99, 100 * filled // max(1, needed))}%"


def short(department: Department) -> str:
    """Two characters of a department's name."""
    return department.id if language() == "en" else department.zh[:2]


# -- what the cursor's field is about


def about(model: FormModel, cell: Cell | None, width: int, typing: str | None = None) -> Content:
    """Two lines: what is wrong here and how it is mended, or what helps; who uses the field.

    ``typing``: what the editor holds, when it is open.
    """
    if cell is None:
        return line("")
    state, (row, name) = model.state, cell
    if not name or not state.has(row, name):
        return line("")
    field = state.field(name)
    using = [short(one) for one in state.form.departments if one.id in field.departments]
    uses = t("form.used-by", names=" ".join(using)) if using else ""
    if field.clerk:
        uses = t("form.clerk")
    collision = model.collisions.get(cell)
    if collision is not None:
        told: list[Part] = [
            (t("form.disputed", by=collision.by, key=current().first("settle")), "bold $text-error")
        ]
    elif problems := _problems(model, cell, typing):
        told = problem_parts(state, problems[0])
        if problems[0].code == "required":
            # What helps to fill it in is worth more than that it is empty: that is seen.
            told = [(t("form.required"), style_of(Level.BLOCK)), hint(field)]
        if len(problems) > 1:
            told.append((t("form.more-problems", n=len(problems) - 1), "dim"))
    else:
        told = [hint(field)] if hint(field) else []
    if row == model.begun:
        told.append((t("form.begun-row"), "dim"))
    head = line((label(field), "bold"), *told, gap="  ")
    tail = uses
    if field.personal:
        tail = f"{tail}  {t('form.sensitive')}" if tail else t("form.sensitive")
    return Content("\n").join([head, line((cut(tail, max(10, width - 2)), "dim"))])


def disputed(collision: Collision) -> str:
    """Who typed something else into the same cell, and which key settles it."""
    return t("form.disputed", by=collision.by, key=current().first("settle"))


def _problems(model: FormModel, cell: Cell, typing: str | None) -> list[Problem]:
    if typing is not None:
        return model.left_by(cell, typing)
    if cell[0] == model.begun:
        return model.state.problems_at(*cell)
    return problems_here(model.state, cell)


def problems_here(state: State, cell: Cell) -> list[Problem]:
    """What is wrong with a cell, else with its table as a whole."""
    found = state.problems_at(*cell)
    section = state.program.layout.sections[state.field(cell[1]).section]
    return found or (state.problems_at(SINGLE, section.id) if section.repeat else [])


def style_of(level: Level) -> str:
    """How grave something is, as a colour."""
    if level is Level.BLOCK:
        return "$text-error"
    return "$text-accent" if level is Level.INFO else "$text-warning"


def problem_parts(state: State, problem: Problem) -> list[Part]:
    """A problem on one line: how grave, what, how to mend it, on which basis."""
    style = style_of(problem.level)
    parts: list[Part] = [
        (level_word(problem.level), f"bold {style}"),
        (problem_text(state, problem), style),
    ]
    if problem.passed:
        parts.append((t("form.passed"), "dim"))
    for text in (mend_text(state, problem), basis_text(problem)):
        if text:
            parts.append((text, "dim" if text == basis_text(problem) else ""))
    return parts


def number_text(value: int) -> str:
    """A whole number, as counts are shown."""
    return decimal_text(value, 0)
