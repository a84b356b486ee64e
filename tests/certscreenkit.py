"""The screen of certificates on a made-up hall, for tests that press keys and look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db.store import Row
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_rows import certificate_row, copies_of
from screens.certificates import CertificatesScreen
from screens.widgets.content import Words
from screens.widgets.field import Field
from screens.widgets.table import VirtualTable
from tests.casekit import C1
from tests.deskkit import SMALL, Seat, seated
from tests.hallkit import Kit


@dataclass
class Counter:
    """A clerk before the screen of certificates, and the hall behind it."""

    seat: Seat
    screen: CertificatesScreen

    @property
    def kit(self) -> Kit:
        return self.seat.kit

    @property
    def text(self) -> str:
        return self.seat.text

    @property
    def said(self) -> str:
        return self.seat.said

    @property
    def detail(self) -> str:
        """The chosen line in full, or what stands in its place."""
        return self.screen.query_one("#detail", Words).text

    @property
    def table(self) -> VirtualTable:
        return self.screen.query_one("#rows", VirtualTable)

    @property
    def rows(self) -> dict[str, tuple[str, ...]]:
        """The cells of all lines, also of those that are not on the screen."""
        source = self.table._rows.source
        return {row.key: row.cells for row in source.rows(0, source.count())}

    @property
    def question(self) -> str:
        """What is asked; empty: nothing."""
        found = self.screen.ask.question
        return found.prompt if found is not None else ""

    @property
    def options(self) -> dict[str, str]:
        """What can be chosen: key -> why it cannot be chosen now."""
        found = self.screen.ask.question
        return {one.key: one.why for one in found.options} if found is not None else {}

    async def press(self, *keys: str) -> None:
        """Press keys; each is dealt with, or asks, before the next."""
        for key in keys:
            await self.seat.pilot.press(key)
            await self.done()

    async def done(self) -> None:
        """Wait until what a key started is over or asks, and is shown."""
        screen = self.screen

        def idle() -> bool:
            busy = any(one.group == "act" for one in screen.workers) and not screen.ask.is_open
            reading = any(one.group == "read" for one in screen.workers)
            return screen._settled.is_set() and not busy and not reading

        await self.seat.until(idle)
        await self.seat.pilot.pause()

    async def choose(self, key: str) -> None:
        """Choose an option by its number."""
        await self.press(str([*self.options].index(key) + 1))

    async def type(self, *texts: str) -> None:
        """Answer with texts, each in the place of what stands in the field."""
        for text in texts:
            self.screen.ask.query_one(Field).value = text
            await self.seat.pilot.pause()
            await self.press("enter")

    async def search(self, text: str) -> None:
        """Type into the search line, and Enter."""
        await self.press("slash")
        self.screen.query_one("#find", Field).value = text
        await self.done()
        await self.press("enter")

    async def go_to(self, view: str) -> None:
        """Another list."""
        await self.screen.show_list(view)
        await self.done()

    async def at(self, key: str) -> None:
        """Put the cursor on a line."""
        assert self.table.select_key(key), key
        await self.done()

    def state(self, row: Row) -> str:
        """How a certificate stands, in the store."""
        return str(certificate_row(self.kit.store, row["id"])["state"])

    def copies(self, row: Row) -> list[str]:
        """How its copies stand, in the store."""
        return [one["state"] for one in copies_of(self.kit.store, row["id"])]


@asynccontextmanager
async def issuing(
    kit: Kit, who: Actor = C1, *, size: tuple[int, int] = SMALL, language: str = "zh"
) -> AsyncIterator[Counter]:
    """The screen of certificates of somebody, reached by its key, and read."""
    async with seated(kit, who, size=size, language=language) as seat:
        await seat.press("alt+z")
        screen = seat.app.screen
        assert isinstance(screen, CertificatesScreen), screen
        counter = Counter(seat, screen)
        await seat.until(lambda: screen.seen is not None)
        await counter.done()
        yield counter
