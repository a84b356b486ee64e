"""A table on the screen beside a section of a form: what was read, and what would come of it.

The screen works on a copy of the form and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from textual import events, on
from textual.app import ComposeResult

from hallclient.actions import sheet_files
from hallclient.actions.sheet_words import words
from hallclient.form_words import label
from hallclient.rules.errors import Refused
from hallclient.rules.form.state import State
from hallclient.rules.form.table.columns import Matching, match
from hallclient.rules.form.table.intake import Mode, Preview, copy_of, preview
from hallclient.rules.form.table.sheet import Sheet
from hallclient.rules.text import ELLIPSIS, cut
from hallclient.rules.wrap import wrap
from hallclient.texts import t
from hallclient.words import refused_text
from screens import form_import_text as say
from screens.base import STYLES
from screens.form_reading import SheetReading
from screens.widgets.ask import Ask
from screens.widgets.content import Part, Words, line
from screens.widgets.question import Answer, Question
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

NOTE_LINES: Final = 3
DETAIL_LINES: Final = 2
DOT: Final = "\u00b7"
"""Between remarks."""
_LEAST_COLUMNS: Final = 7
"""Lines of the list of columns, with its frame, on the smallest screen."""


class ImportBase(SheetReading):
    """Reads a table, matches its columns, shows both; `ImportScreen` asks and takes over."""

    CSS_PATH = "form_import.tcss"
    AUTO_FOCUS = "#lines"

    def __init__(
        self,
        state: State,
        section: str,
        new_id: Callable[[], str],
        *,
        text: str = "",
        file: Path | None = None,
    ) -> None:
        super().__init__()
        self._state = copy_of(state)
        self._section = state.program.layout.sections[section]
        self._new_id = new_id
        self._first = (text, file)
        self._matching = Matching(-1, ())
        self._shown: Preview | None = None
        self._mode, self._erase = Mode.APPEND, False

    # -- layout

    def compose(self) -> ComposeResult:
        """What was read, columns, lines, what is wrong with one, notes, a question, the keys."""
        yield Words(id="title")
        yield Words(id="mode")
        yield VirtualTable(say.column_titles(), id="columns")
        yield VirtualTable([], id="lines")
        yield Words(id="detail")
        yield Words(id="notes")
        yield Words(id="said")
        yield Ask(id="ask")
        yield Words(id="foot")

    def on_mount(self) -> None:
        """Read what was given."""
        self.speak()
        text, file = self._first
        if text:
            self._paste(text)
        elif file is not None:
            self.do_alone(lambda: self.read_file(file, ""))

    def say(self, text: str, style: str = "") -> None:
        """Put a message on the line that stays."""
        self.query_one("#said", Words).say(line((text, STYLES[style])))

    def speak(self) -> None:
        """Every word in the language spoken now."""
        sheet, shown, state = self._sheet, self._shown, self._state
        title = t("form.import.title", section=label(self._section))
        source = "" if sheet is None else say.source_text(sheet, self._file)
        self.query_one("#title", Words).say(line(title, "  ", (source, "not bold")))
        how = (say.mode_text(shown), say.counts_text(shown)) if shown is not None else ("",)
        self.query_one("#mode", Words).say(line(*how, gap="   "))
        columns, lines = self._columns, self._lines
        columns.display = sheet is not None
        columns.set_columns(say.column_titles())
        empty = t("form.import.no-lines") if sheet is not None else t("form.import.empty")
        lines.set_columns(say.line_titles(state, shown), empty)
        lines.replace_source(ListSource(say.line_rows(state, shown)))
        notes: list[str] = []
        if sheet is not None:
            rows = say.column_rows(state, sheet, self._matching, shown)
            columns.replace_source(ListSource(rows))
            notes = say.notes(state, sheet, self._matching, shown)
        told = self._wrapped(f" {DOT} ".join(notes), NOTE_LINES)
        self.query_one("#notes", Words).say(told, layout=True)
        room = max(_LEAST_COLUMNS, self.size.height * 2 // 5)
        columns.styles.height = min(room, columns.row_count + 3)
        self._tell_line()
        self._tell_keys()

    @property
    def _columns(self) -> VirtualTable:
        return self.query_one("#columns", VirtualTable)

    @property
    def _lines(self) -> VirtualTable:
        return self.query_one("#lines", VirtualTable)

    @property
    def _file(self) -> str:
        return self._path.name if self._path is not None else t("form.import.pasted")

    @on(VirtualTable.RowHighlighted, "#lines")
    def _tell_line(self) -> None:
        """What is wrong with the line under the cursor."""
        row, shown = self._lines.selected, self._shown
        found = [one for one in shown.rows if row and str(one.line) == row.key] if shown else []
        told = say.problems_of(self._state, found[0]) if found else []
        self.query_one("#detail", Words).say(self._wrapped(f" {DOT} ".join(told), DETAIL_LINES))

    def _wrapped(self, text: str, most: int) -> str:
        """A text in at most so many lines of the screen."""
        lines = wrap(text, max(20, self.size.width - 2))
        if len(lines) > most:
            lines[most - 1] = cut(lines[most - 1] + ELLIPSIS, self.size.width - 2)
        return "\n".join(lines[:most])

    def on_descendant_focus(self) -> None:
        """The keys are those of the list that has the cursor."""
        self._tell_keys()

    def on_resize(self) -> None:
        """Lines are broken for the width."""
        self.speak()

    def _tell_keys(self) -> None:
        """What stands in the key line: only what would do something here."""
        sheet, columns = self._sheet, self.focused is self._columns
        keys = [("Esc", "back"), ("F4", "file")]
        if sheet is not None:
            keys = [("Enter", "field" if columns else "take"), ("Esc", "back")]
            keys += [("F6", "unit")] if columns else []
            keys += [("Tab", "lines" if columns else "columns"), ("F2", "mode")]
            wrong = not columns and self._shown is not None and self._shown.bad
            keys += [("F7", "next")] if wrong else []
            keys += [("F4", "file")]
            keys += [("F5", "sheet")] if len(sheet.names) > 1 else []
        parts: list[Part] = []
        for key, name in keys:
            parts += [(key, "bold $text-accent"), f" {t(f'form.import.key-{name}')}  "]
        self.query_one("#foot", Words).say(line(*parts))

    # -- reading

    def on_paste(self, event: events.Paste) -> None:
        """A table that is pasted takes the place of the one before."""
        event.stop()
        if not self._asking:
            self._paste(event.text)

    def _paste(self, text: str) -> None:
        try:
            sheet = sheet_files.from_text(text, t("form.import.pasted"))
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        self._path = None
        self.do_alone(lambda: self.take_in(sheet, None))

    async def take_in(self, sheet: Sheet, path: Path | None) -> None:
        """Match its columns, and judge every line."""
        self._sheet, self._path = sheet, path
        self._matching = match(sheet, self._section, self._state.form, words())
        self.say("")
        await self._look()
        self.set_focus(self._columns if self._matching.open else self._lines)
        if self._matching.open:
            self._question()

    async def _look(self) -> None:
        """Judge it all again; a long table takes a moment, the screen does not."""
        if self._sheet is None:
            return
        self._shown = await asyncio.to_thread(
            preview,
            self._state,
            self._section.id,
            self._sheet,
            self._matching,
            words(),
            self._mode,
            self._new_id,
            erase=self._erase,
        )
        self.speak()

    def _question(self) -> None:
        """Go to the first column that has to be decided."""
        raise NotImplementedError

    # -- what every key needs

    @property
    def _asking(self) -> bool:
        asks = self.query(Ask)
        return bool(asks) and asks.first().is_open

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open its keys are answers."""
        return action == "speak" or not self._asking

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    def action_back(self) -> None:
        """Leave everything as it was."""
        self.app.pop_screen()

    def action_other(self) -> None:
        """From the columns to the lines, or back."""
        there = self.focused is self._columns or not self._columns.display
        self.set_focus(self._lines if there else self._columns)

    async def asked(self, question: Question) -> Answer | None:
        """Ask; keys are answers until then, and afterwards the screen's own again."""
        self._settled.set()
        self.add_class("-asking")
        answer = await self.query_one(Ask).put(question)
        self.remove_class("-asking")
        self._settled.clear()
        return answer
