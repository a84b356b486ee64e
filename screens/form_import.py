"""Taking a table over into a form: what each column is, what becomes of each line.

Nothing is changed before the last Enter; Esc leaves everything as it was. The owner is handed one
step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding

from hallclient.actions.sheet_words import words
from hallclient.form_words import label
from hallclient.rules.form.edits import Edit
from hallclient.rules.form.spec import Type
from hallclient.rules.form.state import State
from hallclient.rules.form.table.columns import assign, fillable, in_unit
from hallclient.rules.form.table.intake import Fate, Mode, good_edits
from hallclient.texts import t
from screens import form_import_text as say
from screens.form_import_base import ImportBase
from screens.keys import current
from screens.widgets.choices import Option
from screens.widgets.question import Question, yes_no
from screens.widgets.table import VirtualTable

PASTE, FILE = "paste", "import"
"""How a step was entered, as its event says."""

_UNITS: Final = (("yuan", "1"), ("thousand", "1000"), ("wan", "10000"))
_SHARES: Final = (("percent", "1"), ("one", "100"))
_LEFT_OUT: Final = "\x00none"


class Taken(NamedTuple):
    """What the owner is given: one step, how it was entered, how many lines of the table it
    takes over and how many it leaves.
    """

    edits: tuple[Edit, ...]
    source: str
    lines: int
    left: int


class ImportScreen(ImportBase):
    """A table beside a section of a form. ``done``: called with the step after the screen is gone;
    ``text``: what was pasted already, ``file``: what is to be read first.
    """

    BINDINGS: ClassVar = [
        Binding("f2", "mode", show=False, priority=True),
        Binding("f4", "file", show=False, priority=True),
        Binding("f5", "sheet", show=False, priority=True),
        Binding("f6", "unit", show=False, priority=True),
        Binding("f7", "wrong(1)", show=False, priority=True),
        Binding("shift+f7", "wrong(-1)", show=False, priority=True),
        Binding("f8", "erase", show=False, priority=True),
        Binding("tab,shift+tab", "other", show=False, priority=True),
        Binding("escape", "back", show=False),
        Binding(",".join(current().of("language")), "speak", show=False),
    ]

    def __init__(
        self,
        state: State,
        section: str,
        new_id: Callable[[], str],
        done: Callable[[Taken], None],
        *,
        text: str = "",
        file: Path | None = None,
    ) -> None:
        super().__init__(state, section, new_id, text=text, file=file)
        self._done = done

    # -- what is read, and how

    def action_mode(self) -> None:
        """Another way to deal with what is there."""
        modes = list(Mode)
        self._mode = modes[(modes.index(self._mode) + 1) % len(modes)]
        self.do_alone(self._look)

    def action_erase(self) -> None:
        """Whether empty cells empty those of the form."""
        if self._mode is Mode.UPDATE:
            self._erase = not self._erase
            self.do_alone(self._look)

    def action_wrong(self, step: int) -> None:
        """To the next line with something to mend."""
        bad = [one.line for one in self._shown.bad] if self._shown is not None else []
        if not bad:
            self.say(t("form.import.no-problem"), "good")
            return
        self.say("")
        row = self._lines.selected
        here = int(row.key) if row is not None else 0
        ahead = [one for one in bad if (one > here if step > 0 else one < here)]
        ahead = ahead or bad
        self._lines.select_key(str(ahead[0] if step > 0 else ahead[-1]))
        self.set_focus(self._lines)

    def action_file(self) -> None:
        """Another file."""
        self.do_alone(self.ask_file)

    def action_sheet(self) -> None:
        """Another sheet of the same file."""
        self.do_alone(self.ask_sheet)

    # -- columns

    @on(VirtualTable.RowActivated, "#columns")
    def _choose_column(self, event: VirtualTable.RowActivated) -> None:
        """Enter on a column: which field it is."""
        event.stop()
        self.do_alone(self._ask_field)

    async def _ask_field(self) -> None:
        row = self._columns.selected
        if row is None or self._asking:
            return
        column = self._matching.columns[int(row.key)]
        fields = fillable(self._section, self._state.form)
        clashing = [one.field for one in self._matching.clashes if column.place in one.places]
        first = [one for one in fields if one.id in (*column.rivals, *clashing)]
        ordered = [*first, *(one for one in fields if one not in first)]
        options = [
            Option(_LEFT_OUT, t("form.import.left-out")),
            *(Option(one.id, label(one)) for one in ordered),
        ]
        here = [one.key for one in options].index(column.field or _LEFT_OUT) or len(first[:1])
        prompt = t("form.import.ask-field", heading=say.heading(column))
        answer = await self.asked(Question(prompt, tuple(options), chosen=here))
        if answer is None:
            return
        field = "" if answer.key == _LEFT_OUT else answer.key
        self._matching = assign(self._matching, self._section, column.place, field)
        self.say("")
        await self._look()

    def action_unit(self) -> None:
        """What the numbers of the column under the cursor count."""
        self.do_alone(self._ask_unit)

    async def _ask_unit(self) -> None:
        row = self._columns.selected
        column = self._matching.columns[int(row.key)] if row is not None else None
        field = self._state.field(column.field) if column is not None and column.field else None
        if column is None or field is None or field.type not in (Type.MONEY, Type.RATIO):
            self.say(t("form.import.no-unit"), "warn")
            return
        units = dict(_UNITS if field.type is Type.MONEY else _SHARES)
        options = tuple(Option(name, t(f"form.import.unit.{name}")) for name in units)
        prompt = t("form.import.ask-unit", heading=say.heading(column))
        answer = await self.asked(Question(prompt, options))
        if answer is not None:
            unit = Fraction(units[answer.key])
            said = t(f"form.import.unit.{answer.key}")
            self._matching = in_unit(self._matching, column.place, unit, said)
            await self._look()

    def _question(self) -> None:
        """Go to the first column that has to be decided."""
        clashing = {place for one in self._matching.clashes for place in one.places}
        asked = next(
            (
                one
                for one in self._matching.columns
                if one.rivals or one.foreign or one.place in clashing
            ),
            None,
        )
        self.set_focus(self._columns)
        if asked is None:
            self.say(t("form.import.none-matched"), "warn")
            return
        self._columns.select_key(str(asked.place))
        self.say(t("form.import.first-answer", heading=say.heading(asked)), "warn")

    # -- taking over

    @on(VirtualTable.RowActivated, "#lines")
    def _take(self, event: VirtualTable.RowActivated) -> None:
        """Enter on the lines: take them over."""
        event.stop()
        self.do_alone(self._take_over)

    async def _take_over(self) -> None:
        shown = self._shown
        if shown is None or self._sheet is None or self._asking:
            return
        if self._matching.open:
            self._question()
            return
        if not shown.edits:
            self.say(t("form.import.nothing"), "warn")
            return
        edits, left = shown.edits, shown.count(Fate.LEFT)
        if shown.dropped:
            prompt = t("form.import.ask-replace", n=shown.dropped)
            sure = await self.asked(yes_no(prompt))
            if sure is None or sure.key != "yes":
                return
        if shown.bad:
            good = sum(one.good and one.fate in (Fate.NEW, Fate.CHANGED) for one in shown.rows)
            options = (
                Option("good", t("form.import.take-good", n=good)),
                Option("all", t("form.import.take-all")),
            )
            prompt = t("form.import.ask-bad", bad=len(shown.bad))
            answer = await self.asked(Question(prompt, options))
            if answer is None:
                return
            if answer.key == "good":
                how = (self._state, self._sheet, self._matching, words(), shown, self._new_id)
                edits = await asyncio.to_thread(good_edits, *how)
                left = len(shown.bad)
        lines = shown.count(Fate.NEW) + shown.count(Fate.CHANGED) + shown.count(Fate.LEFT) - left
        taken = Taken(edits, PASTE if self._path is None else FILE, lines, left)
        self.app.pop_screen()
        self._done(taken)
