"""Many filings out of a list: what each would be, all of them made at once, their numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.binding import Binding

from db.store import Row as StoreRow
from hallclient.actions import filing_bulk, sheet_files
from hallclient.actions.acting import Actor
from hallclient.actions.sheet_words import words
from hallclient.rules.errors import Refused
from hallclient.rules.form.state import State
from hallclient.rules.form.table.bulk import bulk_cells
from hallclient.rules.form.table.bulk_look import Look, look
from hallclient.rules.form.table.intake import copy_of
from hallclient.rules.form.table.sheet import Sheet
from hallclient.texts import t
from hallclient.words import refused_text
from screens import form_bulk_text as say
from screens.form_import_text import source_text
from screens.form_look import LookScreen
from screens.form_reading import SheetReading
from screens.widgets.question import yes_no
from screens.widgets.table import VirtualTable


class BulkScreen(LookScreen, SheetReading):
    """``filing``: the open filing that is copied, ``state``: as it stands."""

    BINDINGS: ClassVar = [
        Binding("f3", "problem(1)", show=False, priority=True),
        Binding("f4", "file", show=False, priority=True),
        Binding("f5", "sheet", show=False, priority=True),
    ]

    def __init__(self, who: Actor, state: State, filing: StoreRow) -> None:
        super().__init__()
        self.who = who
        self.filing = filing
        self._state = copy_of(state)
        self._cells: Sequence[Mapping[str, str]] = ()
        self._look: Look | None = None
        self._made: list[StoreRow] = []

    # -- showing

    def speak(self) -> None:
        """Everything in the language spoken now."""
        state, shown = self._state, self._look
        source = ""
        if self._sheet is not None:
            file = self._path.name if self._path is not None else t("form.import.pasted")
            source = source_text(self._sheet, file)
        self.head(
            say.title(state, self.filing, source, self.width),
            say.told(shown, self._made, state),
        )
        self.table.set_columns(say.columns(state, shown, self._made), say.empty(state))
        self.show(say.Lines(state, shown, self._made))
        many = self._sheet is not None and len(self._sheet.names) > 1
        kind = "made" if self._made else "none" if shown is None else "sheets" if many else "lines"
        self.foot(f"form.bulk.keys-{kind}")
        self._tell_line()

    @on(VirtualTable.RowHighlighted, "#list")
    def _tell_line(self) -> None:
        self.detail(say.about(self._state, self._look, self._made, self.table.cursor))

    # -- reading a list

    def on_paste(self, event: events.Paste) -> None:
        """A list that is pasted takes the place of the one before."""
        event.stop()
        if not self.asking and not self._made:
            text = event.text
            self.do_alone(lambda: self._paste(text))

    async def _paste(self, text: str) -> None:
        try:
            sheet = await asyncio.to_thread(sheet_files.from_text, text, t("form.import.pasted"))
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        await self.take_in(sheet, None)

    def action_file(self) -> None:
        """A list in a file."""
        if not self._made:
            self.do_alone(self.ask_file)

    def action_sheet(self) -> None:
        """Another sheet of the same file."""
        if not self._made:
            self.do_alone(self.ask_sheet)

    async def take_in(self, sheet: Sheet, path: Path | None) -> None:
        """Judge every line; a long list takes a moment, the screen does not."""
        try:
            cells = await asyncio.to_thread(bulk_cells, self._state, sheet, words())
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        self._sheet, self._path, self._cells = sheet, path, cells
        self._look = await asyncio.to_thread(look, self._state, cells)
        self.say("")
        self.speak()
        self.go_to(0)

    # -- keys

    def action_problem(self, step: int) -> None:
        """To the next line with something to mend."""
        bad = self._look.bad if self._look is not None and not self._made else []
        if not bad:
            self.say(t("form.import.no-problem"), "good")
            return
        here = self.table.cursor
        self.go_to(next((at for at in bad if at > here), bad[0]))

    @on(VirtualTable.RowActivated, "#list")
    def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        self.action_make()

    def action_make(self) -> None:
        """Make them all, after a question."""
        if self._look is not None and not self._made:
            self.do_alone(self._make)

    async def _make(self) -> None:
        if self._look is None or not self._cells:
            return
        refused = next((at for at, one in enumerate(self._look.lines) if one.refused), None)
        if refused is not None:
            self.go_to(refused)
            self.say(t("form.bulk.first-mend", n=refused + 1), "warn")
            return
        bad = len(self._look.bad)
        key = "form.bulk.ask-bad" if bad else "form.bulk.ask"
        answer = await self.asked(yes_no(t(key, n=len(self._cells), bad=bad)))
        if answer is None or answer.key != "yes":
            return
        self.say(t("form.look.wait"))
        made = await self.act(self.who, filing_bulk.bulk, str(self.filing["id"]), self._cells)
        if made is None:
            return
        self._made = made
        self.speak()
        self.go_to(0)
        self.say(t("form.bulk.made", n=len(made)), "good")
