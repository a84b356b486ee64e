"""Choosing the file, and the sheet of it, that a screen takes rows from."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hallclient.actions import sheet_files
from hallclient.rules.errors import Refused
from hallclient.rules.form.table.sheet import Sheet
from hallclient.texts import t
from hallclient.words import refused_text
from screens.base import HallScreen
from screens.widgets.choices import Option
from screens.widgets.question import Answer, Question


class SheetReading(HallScreen):
    """Asks for a file and reads it beside the screen; what comes of it is the screen's own."""

    def __init__(self) -> None:
        super().__init__()
        self._path: Path | None = None
        """The file that was read; None: something pasted, or nothing."""
        self._sheet: Sheet | None = None

    async def asked(self, question: Question) -> Answer | None:
        """Ask on the line at the bottom; None: never mind."""
        raise NotImplementedError

    async def take_in(self, sheet: Sheet, path: Path | None) -> None:
        """Something was read."""
        raise NotImplementedError

    async def ask_file(self) -> None:
        """Another file."""
        before = "" if self._path is None else str(self._path)
        question = Question(t("form.import.ask-file"), text=True, value=before, limit=1000)
        answer = await self.asked(question)
        if answer is not None:
            await self.read_file(path_of(answer.text), "")

    async def ask_sheet(self) -> None:
        """Another sheet of the same file."""
        names = self._sheet.names if self._sheet is not None else ()
        if len(names) < 2 or self._path is None:
            self.say(t("form.import.one-sheet"))
            return
        options = tuple(Option(name, name) for name in names)
        answer = await self.asked(Question(t("form.import.ask-sheet"), options))
        if answer is not None:
            await self.read_file(self._path, answer.key)

    async def read_file(self, path: Path, name: str) -> None:
        """Read a sheet of a file (the first with anything in it when none is named)."""
        self.say(t("form.import.reading"))
        try:
            sheet = await asyncio.to_thread(sheet_files.read, path, name)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        await self.take_in(sheet, path)


def path_of(text: str) -> Path:
    """The file that is meant; a terminal quotes the name of one that is dropped into it."""
    return Path(text.strip("'\" ")).expanduser().absolute()
