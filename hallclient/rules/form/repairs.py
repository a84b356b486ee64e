"""Mending a broken rule for the person: see `repair_ways` for the ways there are."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.entering import NewId, add_row, place_after
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.money import UNITS
from hallclient.rules.form.repair_ways import SUMS, matched, repeated, summed
from hallclient.rules.form.spec import Field, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import text_of


def repair(state: State, problem: Problem, way: str, new_id: NewId) -> list[Edit]:
    """The edits that mend a problem; none when this way does not lead there."""
    rule = problem.rule
    if rule is None or way not in rule.repair:
        return []
    if way in SUMS:
        return _share(state, rule.constraint, way)
    if way == "add-missing":
        return _add(state, rule.id, rule.constraint, new_id)
    return _merge(state, problem)


def _share(state: State, constraint: str, way: str) -> list[Edit]:
    found = summed(constraint)
    if found is None:
        return []
    column, goal = state.field(found[0]), state.value(SINGLE, found[1])
    rows = state.rows(column.section)
    if goal is None or not rows or column.calculation:
        return []
    unit = _smallest(column)
    total, *held = [
        value / unit for value in (goal, *(state.value(row, column.id) or 0 for row in rows))
    ]
    if way == "last-row":
        rest = total - sum(held[:-1])
        return _puts(state, column, rows[-1:], [rest * unit]) if rest > 0 else []
    if total.denominator != 1:
        return []  # no shares come to that
    given = shares(int(total), [round(one) for one in held])
    return _puts(state, column, rows, [share * unit for share in given])


def _smallest(column: Field) -> Fraction:
    """The smallest amount that can be written in a column."""
    least = Fraction(1, 10 ** (0 if column.type is Type.INT else column.decimals))
    if column.type is not Type.MONEY:
        return least
    return max(least * UNITS[column.unit or "wan"], Fraction(1))


def shares(total: int, held: list[int]) -> list[int]:
    """A total shared out by what is held (equally where nothing is), exact to the last unit.

    Largest remainders first, as seats are shared out (Hare-Niemeyer).
    """
    weights = held if sum(held) > 0 and min(held) >= 0 else [1] * len(held)
    whole = sum(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    given = [part for part, _ in parts]
    order = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    for at in order[: total - sum(given)]:
        given[at] += 1
    return given


def _puts(state: State, column: Field, rows: list[str], values: list[Fraction]) -> list[Edit]:
    edits: list[Edit] = []
    for row, value in zip(rows, values, strict=True):
        text, before = text_of(column, value), state.text(row, column.id)
        if text != before:
            edits.append(Put(row, column.id, text, before))
    return edits


def _add(state: State, rule: str, constraint: str, new_id: NewId) -> list[Edit]:
    found = matched(constraint)
    if found is None:
        return []
    column, name = state.field(found[0]), found[1]
    edits: list[Edit] = []
    place = place_after(state, column.section)
    there = {state.value(row, column.id) for row in state.rows(column.section)}
    for problem in state.problems():
        value = _named(state, problem.row, name) if problem.code == rule else None
        if value is not None and value not in there:
            there.add(value)
            first, *usual = add_row(state, column.section, new_id)
            edits += [Add(column.section, first.row, place), *usual]
            edits.append(Put(first.row, column.id, text_of(column, value)))
            place += STEP
    return edits


def _named(state: State, row: str, name: str) -> Any:
    """What a name stands for in a row."""
    if name == "this":
        return row
    home = row if state.program.layout.row_of(state.field(name)) else SINGLE
    return state.value(home, name)


def _merge(state: State, problem: Problem) -> list[Edit]:
    columns = repeated(problem.rule.constraint) if problem.rule else []
    section = state.section_of(problem.row)
    if not columns or section != state.program.roster:
        return []
    key = [state.value(problem.row, name) for name in columns]
    alike = [
        row for row in state.rows(section) if [state.value(row, name) for name in columns] == key
    ]
    first = alike[0]
    gone = problem.row if problem.row != first else next(iter(alike[1:]), first)
    if gone == first:
        return []
    edits: list[Edit] = [
        Put(row, name, first, gone)
        for row, name in state.named_by(gone)
        if state.field(name).type is Type.PERSON and not state.field(name).calculation
    ]
    for field in state.program.layout.sections[section].fields:
        text = state.text(gone, field.id)
        if not field.calculation and text and not state.text(first, field.id):
            edits.append(Put(first, field.id, text))
    return [*edits, Drop(gone)]
