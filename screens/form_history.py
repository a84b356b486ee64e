"""Who wrote what into a form, when and how: of one cell, or of the whole filing step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding

from hallclient.actions import filing_history, filing_reveal, lookups
from hallclient.actions.acting import Actor
from hallclient.actions.filing_history import Entry
from hallclient.actions.filing_log import Step
from hallclient.rules.form.edits import SINGLE
from hallclient.texts import t
from screens import form_history_text as say
from screens.form_history_text import CELL, STEP, WHOLE
from screens.form_lines import written_at
from screens.form_look import LookScreen
from screens.form_model import Cell, FormModel
from screens.widgets.rows import Row
from screens.widgets.table import VirtualTable


class HistoryScreen(LookScreen):
    """``cell``: the form's cell that is asked about; of a table as a whole ("", section)."""

    BINDINGS: ClassVar = [
        Binding("f2", "reveal", show=False, priority=True),
        Binding("f5", "whole", show=False, priority=True),
    ]

    def __init__(self, who: Actor, model: FormModel, cell: Cell) -> None:
        super().__init__()
        self.who = who
        self.model = model
        self.cell = written_at(model.state, cell)
        self.mode = CELL if model.state.has(*self.cell) else WHOLE
        self._entries: list[Entry] = []
        self._steps: list[Step] = []
        self._step: Step | None = None
        self._names: dict[str, str] = {}
        self._seq = -1

    def on_mount(self) -> None:
        """Read it."""
        super().on_mount()
        self._names = lookups.names_of_staff(self.hall_app.session.store)
        self.do_alone(self._read)

    # -- showing

    async def _read(self) -> None:
        self._seq = self.model.seq
        key = self.model.key
        if self.mode == CELL:
            entries = await self.read(self.who, filing_history.history, key, *self.cell)
            self._entries = entries if entries is not None else self._entries
        else:
            steps = await self.read(self.who, filing_history.whole_history, key)
            self._steps = steps if steps is not None else self._steps
        self.speak()

    def look_again(self) -> None:
        """Somebody has written meanwhile."""
        if self._seq != self.model.seq and self.mode != STEP:
            self.do_alone(self._read)

    def speak(self) -> None:
        """Everything in the language spoken now."""
        model, shown = self.model, self.revealed
        title = say.title(model, self.mode, self.cell, self._step, self.width, reveal=shown)
        self.head(title, self._told())
        self.table.set_columns(say.columns(self.mode), t("form.history.nothing"))
        self.show(_Lines(self))
        masked = say.masks(model.state, self.mode, self.cell)
        key = "revealed" if shown else "masked" if masked else "open"
        self.foot(f"form.history.keys-{self.mode}-{key}")
        self._tell_line()

    def _told(self) -> str:
        if self.mode == STEP and self._step is not None:
            return t("form.history.told-step", n=len(self._step.edits))
        if self.mode == WHOLE:
            return t("form.history.told-whole", n=len(self._steps))
        field = self.model.state.field(self.cell[1])
        if field.calculation:
            return t("form.history.calculated")
        return t("form.history.told-cell", n=len(self._entries))

    @property
    def lines(self) -> Sequence[Entry | Step]:
        """What the lines of the list are about; of a step its edits."""
        return self._entries if self.mode == CELL else self._steps

    def count(self) -> int:
        """How many lines there are."""
        if self.mode == STEP:
            return len(self._step.edits) if self._step is not None else 0
        return len(self.lines)

    def row(self, at: int) -> Row:
        """The line at a place."""
        state, shown = self.model.state, self.revealed
        if self.mode == STEP and self._step is not None:
            return say.edit_row(state, self._step.edits[at], at, reveal=shown)
        one = self.lines[at]
        if isinstance(one, Entry):
            field = state.field(self.cell[1])
            return say.entry_row(state, field, one, at, self._names, reveal=shown)
        return say.step_row(state, one, self._names, reveal=shown)

    @on(VirtualTable.RowHighlighted, "#list")
    def _tell_line(self) -> None:
        place = self.table.cursor
        told = say.about(self.row(place), self.mode) if place < self.count() else ""
        self.detail(told)

    def hidden_again(self) -> None:
        """Masked again."""
        super().hidden_again()
        self.say(t("form.look.hidden"))

    # -- keys

    @on(VirtualTable.RowActivated, "#list")
    def _activated(self, event: VirtualTable.RowActivated) -> None:
        """Everything that a step changed."""
        event.stop()
        if self.mode == WHOLE:
            self._step = self._steps[event.index]
            self.mode = STEP
            self.speak()
            self.go_to(0)

    def action_back(self) -> None:
        """From a step to all of them; else to the form."""
        if self.mode != STEP or self._step is None:
            self.app.pop_screen()
            return
        place = self._steps.index(self._step)
        self.mode, self._step = WHOLE, None
        self.speak()
        self.go_to(place)

    def action_whole(self) -> None:
        """The whole filing, or only the cell."""
        if self.mode == CELL:
            self.mode = WHOLE
        elif self.cell[0] == SINGLE and not self.model.state.has(*self.cell):
            return
        else:
            self.mode, self._step = CELL, None
        self.say("")
        self.go_to(0)
        self.do_alone(self._read)

    def action_reveal(self) -> None:
        """Personal data in clear for a while, on the record; or masked again."""
        if self.revealed:
            self.reveal(False)
            self.hidden_again()
        elif say.masks(self.model.state, self.mode, self.cell):
            self.do_alone(self._reveal)

    async def _reveal(self) -> None:
        self.say(t("form.look.wait"))
        if await self.act(self.who, filing_reveal.reveal, self.model.key) is None:
            return
        self.reveal(True)
        self.speak()
        self.say(t("form.look.recorded"), "warn")


class _Lines:
    """The lines of the screen, told when they come into sight."""

    def __init__(self, screen: HistoryScreen) -> None:
        self._screen = screen

    def count(self) -> int:
        return self._screen.count()

    def rows(self, first: int, n: int) -> list[Row]:
        last = min(self._screen.count(), first + n)
        return [self._screen.row(at) for at in range(first, last)]
