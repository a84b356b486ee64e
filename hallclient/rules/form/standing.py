"""How far a form is, and what is wrong with it: what can be asked of its judgement."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hallclient.rules.form.cells import Cells
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.judging import Judging, Problem
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Level


class Ready(NamedTuple):
    """How far a department's part is: fields it needs, filled ones among them, wrong ones; also
    those whose person breaks a rule. A table counts as one: needed while nobody has begun it,
    wrong when it is wrong as a whole.
    """

    filled: int
    needed: int
    wrong: int


class SectionState(NamedTuple):
    """What a task list says of a section. ``touched``: somebody has filled something in."""

    relevant: bool
    rows: int
    touched: bool
    missing: int
    wrong: int
    warnings: int
    tolerable: int


class Standing(Cells):
    """The cells of a form and their judgement. `state` keeps both true."""

    def __init__(self, program: Program, today: date) -> None:
        super().__init__(program, today)
        self.judging = Judging(self)

    def problems(self) -> list[Problem]:
        """Everything that is wrong or missing, in the form's order."""
        return self.judging.problems()

    def problems_at(self, row: str, name: str) -> list[Problem]:
        """What is wrong with one cell (or, with a section's id and row "", with its table)."""
        return self.judging.at(row, name)

    def worst_at(self, row: str, name: str) -> Level | None:
        """The gravest level of problem in a cell that still stands; cheap, for painting."""
        return self.judging.worst(row, name)

    def missing_at(self, row: str, name: str) -> bool:
        """Whether the cell is required and empty."""
        return self.judging.missing(row, name)

    def readiness(self) -> dict[str, Ready]:
        """How far each department's part is."""
        begun: dict[str, bool] = {}
        """Sections that are wrong as a whole -> whether there is anything in them."""
        for section in self.form.sections:
            if self.judging.worst(SINGLE, section.id) is Level.BLOCK:
                begun[section.id] = not section.repeat or bool(self._order[section.id])
        found = {}
        for department in self.form.departments:
            fields = self.program.sent[department.id]
            count, behind = self.judging.count(fields), self.judging.behind.count(fields)
            tables = [begun[one] for one in {one.section for one in fields} & begun.keys()]
            found[department.id] = Ready(
                count.filled,
                count.needed + tables.count(False),
                count.wrong + behind + tables.count(True),
            )
        return found

    def section_state(self, section: str) -> SectionState:
        """What the task list says of a section."""
        made = self.program.layout.sections[section]
        count = self.judging.count(made.fields)
        own = [problem for problem in self.judging.at(SINGLE, section) if problem.stands]
        if made.repeat:
            touched = bool(self._order[section])
        else:
            texts = self._texts[section][SINGLE]
            touched = any(
                text and text != one.default for text, one in zip(texts, made.fields, strict=True)
            )
        few = sum(problem.code == "too-few-rows" and not touched for problem in own)
        return SectionState(
            self.section_relevant(section),
            self.count(section) if made.repeat else 0,
            touched,
            count.missing + few,
            count.wrong + len(own) - few,
            self.judging.warnings(section),
            self.judging.tolerable(section),
        )
