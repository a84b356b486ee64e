"""What would be wrong with each filing of a bulk, before any of them is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.state import State
from hallclient.rules.form.table.intake import copy_of


class Line(NamedTuple):
    """One filing. ``number``: of the list's line, from 1; ``texts``: what it says instead;
    ``problems``: those that the copied filing does not have itself; ``twice``: the line before
    that says the same (0: none); ``blank``: it does not say what differs.
    """

    number: int
    texts: Mapping[str, str]
    problems: tuple[Problem, ...]
    twice: int
    blank: bool

    @property
    def refused(self) -> bool:
        """Whether no filing can be made of it."""
        return self.blank or self.twice > 0

    @property
    def good(self) -> bool:
        """Whether nothing about it has to be mended."""
        return not self.refused and not any(one.stands for one in self.problems)


class Look(NamedTuple):
    """``fields``: what the lines say, in the form's order; ``every``: what is wrong with the
    copied filing, so with each of them.
    """

    fields: tuple[str, ...]
    lines: tuple[Line, ...]
    every: tuple[Problem, ...]

    @property
    def bad(self) -> list[int]:
        """The places of lines with something to mend."""
        return [at for at, one in enumerate(self.lines) if not one.good]


def look(state: State, table: Sequence[Mapping[str, str]]) -> Look:
    """Judge each line of a list (`bulk.bulk_cells`) by the form's own rules, on a copy."""
    copy = copy_of(state)
    # Checks of the counter's are not copied; that they lack is nothing to mend in a list.
    clerks = [one.id for one in state.program.layout.fields.values() if one.clerk]
    copy.apply([Put(row, name, "") for row, name, _ in list(copy.cells()) if name in clerks])
    every = _problems(copy)
    said = {name for line in table for name in line}
    before = {name: copy.text(SINGLE, name) for name in said}
    lines = tuple(_judged(copy, table, before, {_mark(one) for one in every}))
    names = [name for name in state.program.layout.fields if name in said]
    names.sort(key=lambda name: name != state.form.bulk)
    return Look(tuple(names), lines, tuple(every))


def _judged(
    copy: State, table: Sequence[Mapping[str, str]], before: Mapping[str, str], known: set[object]
) -> Iterator[Line]:
    seen: dict[str, int] = {}
    for number, line in enumerate(table, 1):
        copy.apply([Put(SINGLE, name, line.get(name, "") or was) for name, was in before.items()])
        problems = tuple(one for one in _problems(copy) if _mark(one) not in known)
        key = line.get(copy.form.bulk, "")
        twice = seen.get(key, 0) if key else 0
        seen.setdefault(key, number)
        yield Line(number, dict(line), problems, twice, not key)


def _problems(state: State) -> list[Problem]:
    fields = state.program.layout.fields
    return [one for one in state.problems() if not (one.field and fields[one.field].clerk)]


def _mark(problem: Problem) -> object:
    """What makes a problem another one: where it is, and what it says."""
    return problem.code, problem.row, problem.field or problem.section, str(problem.params)
