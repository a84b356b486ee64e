"""Checking a form before it is taken in: every answer, and beside it what is wrong with it.

After the check-answers page of public services: from each answer one key leads to its cell, and
from there one key leads back to the same line.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding

from hallclient.rules.form.judging import Problem
from hallclient.rules.form.state import State
from hallclient.texts import t
from screens import form_answers_text as say
from screens.form_lines import CellLines, Line, written_at
from screens.form_look import LookScreen
from screens.form_model import AnswersAt, Cell, FormModel, standing
from screens.keys import current
from screens.widgets.rows import Row
from screens.widgets.table import VirtualTable


class AnswersScreen(LookScreen):
    """``go``: called with the cell that was chosen, after the screen is gone."""

    BINDINGS: ClassVar = [
        Binding("f2", "only", show=False, priority=True),
        Binding("f3", "problem(1)", show=False, priority=True),
        Binding("f4,shift+f3", "problem(-1)", show=False, priority=True),
        Binding("f5", "part(-1)", show=False, priority=True),
        Binding("f6", "part(1)", show=False, priority=True),
        Binding(",".join(current().of("answers")), "back", show=False, priority=True),
    ]

    def __init__(self, model: FormModel, go: Callable[[Cell], object]) -> None:
        super().__init__()
        self.model = model
        self._go = go
        self._only = model.answers_at.only if model.answers_at is not None else False
        self._seen: tuple[State, int] | None = None
        self._all = self._lines()
        self._problems: list[Problem] | None = None

    def on_mount(self) -> None:
        """From where it was left, else from the top."""
        super().on_mount()
        left = self.model.answers_at
        if left is not None:
            self.table.select_key(left.key)
            found = self.table.selected
            same = found is not None and found.key == left.key
            self.go_to(self.table.cursor if same else left.place)

    # -- showing

    def _lines(self) -> CellLines:
        self._seen = (self.model.state, self.model.seq)
        return CellLines(
            lambda: self.model.state,
            say.parts_of(self.model.state),
            lambda one: say.told(self.model, one),
        )

    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the form's order; reckoned when it is first asked for."""
        if self._problems is None:
            self._problems = self.model.state.problems()
        return self._problems

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.head(say.title(self.model, self.width), say.counts(self.model, self.width))
        self.table.set_columns(say.columns(only=self._only), t("form.no-problems"))
        self.show(_Problems(self.model, self.problems()) if self._only else self._all)
        self.foot("form.answers.keys-only" if self._only else "form.answers.keys")
        self._tell_line()

    def look_again(self) -> None:
        """Another hand has changed something, or what was typed last is saved by now."""
        if self._seen != (self.model.state, self.model.seq):
            self._all, self._problems = self._lines(), None
            self.speak()

    @on(VirtualTable.RowHighlighted, "#list")
    def _tell_line(self) -> None:
        problem = self._problem
        line = self._line
        if problem is not None:
            self.detail(say.about_problem(self.model, problem))
        elif line is not None:
            self.detail(say.about(self.model, line))
        else:
            self.detail("")

    @property
    def _line(self) -> Line | None:
        return None if self._only else self._all.line(self.table.cursor)

    @property
    def _problem(self) -> Problem | None:
        place = self.table.cursor
        return self.problems()[place] if self._only and place < len(self.problems()) else None

    # -- keys

    def action_only(self) -> None:
        """Only what is wrong, or everything; on the same cell as far as it is in both."""
        cell = self._cell
        self._only = not self._only
        self.speak()
        self.say("")
        place = None
        if cell is not None:
            place = self._first_problem(cell) if self._only else self._all.place_of(cell)
        self.go_to(place or 0)

    def _first_problem(self, cell: Cell) -> int | None:
        """What is wrong with a person is told once, where the person is entered."""
        places = {cell_of(one): at for at, one in reversed(list(enumerate(self.problems())))}
        return places.get(cell, places.get(written_at(self.model.state, cell)))

    def action_problem(self, step: int) -> None:
        """To the next problem that somebody has to do something about; after the last the first."""
        places = self._places()
        if not places:
            self.say(t("form.no-problems"), "good")
            return
        here = self.table.cursor
        if step > 0:
            at = bisect_right(places, here) % len(places)
        else:
            at = (bisect_left(places, here) - 1) % len(places)
        self.go_to(places[at])
        self.say(t("form.problem-of", n=at + 1, all=len(places)))

    def _places(self) -> list[int]:
        """The lines with such problems."""
        if self._only:
            kept = {id(one) for one in standing(self.problems())}
            return [at for at, one in enumerate(self.problems()) if id(one) in kept]
        cells = dict.fromkeys(cell_of(one) for one in standing(self.problems()))
        found = (self._all.place_of(cell) for cell in cells)
        return sorted(place for place in found if place is not None)

    def action_part(self, step: int) -> None:
        """To the head of another part."""
        if self._only:
            return
        heads, here = self._all.parts(), self.table.cursor
        if step > 0:
            at = bisect_right(heads, here) % len(heads)
        else:
            at = (bisect_left(heads, here) - 1) % len(heads)
        self.go_to(heads[at])

    @property
    def _cell(self) -> Cell | None:
        problem, line = self._problem, self._line
        if problem is not None:
            return cell_of(problem)
        return line.cell if line is not None else None

    @on(VirtualTable.RowActivated, "#list")
    def _change(self, event: VirtualTable.RowActivated) -> None:
        """Go to the cell and change it."""
        event.stop()
        cell = self._cell
        self.action_back()
        if cell is not None:
            self._go(cell)

    def action_back(self) -> None:
        """Back to the form; this page opens again where it was left."""
        row = self.table.selected
        key = row.key if row is not None else ""
        self.model.answers_at = AnswersAt(self._only, key, self.table.cursor)
        self.app.pop_screen()


class _Problems:
    """One line for each problem, told when it comes on the screen."""

    def __init__(self, model: FormModel, problems: Sequence[Problem]) -> None:
        self._model = model
        self._problems = problems

    def count(self) -> int:
        return len(self._problems)

    def rows(self, first: int, n: int) -> Sequence[Row]:
        return [say.problem_row(self._model, one) for one in self._problems[first : first + n]]

    def index_of(self, key: str) -> int | None:
        found = (at for at, one in enumerate(self._problems) if say.problem_key(one) == key)
        return next(found, None)


def cell_of(problem: Problem) -> Cell:
    """Where a problem is: a cell, or a part as a whole."""
    return problem.row, problem.field or problem.section
