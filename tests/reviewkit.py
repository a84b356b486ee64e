"""A case on the review screen, for tests that press keys and look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hallclient.actions import case_view
from hallclient.actions.acting import Actor
from hallclient.rules.review.facts import CaseFacts
from screens.review import ReviewScreen
from screens.widgets.ask import Ask
from screens.widgets.field import Field
from screens.widgets.rows import Row
from tests.casekit import C1, Case
from tests.deskkit import SMALL, Seat, seated
from tests.hallkit import Kit


@dataclass
class Review:
    """A case on the screen, and the case behind it."""

    seat: Seat
    case: Case
    screen: ReviewScreen

    @property
    def facts(self) -> CaseFacts:
        """What the store says."""
        return self.case.facts

    @property
    def text(self) -> str:
        return self.seat.text

    @property
    def said(self) -> str:
        return self.seat.said

    @property
    def at(self) -> str:
        """The key of the line under the cursor."""
        row = self.screen.table.selected
        return row.key if row is not None else ""

    @property
    def question(self) -> str:
        """What is asked; empty: nothing."""
        found = self.screen.query_one(Ask).question
        return found.prompt if found is not None else ""

    @property
    def rows(self) -> dict[str, Row]:
        """All lines of the list, also those that are not on the screen."""
        source = self.screen.table._rows.source
        return {row.key: row for row in source.rows(0, source.count())}

    def state(self, no: int) -> str:
        """How a material stands, in the store."""
        return self.facts.material(no)[1].state.value

    async def press(self, *keys: str) -> None:
        """Press keys; each is dealt with, or asks, before the next."""
        for key in keys:
            await self.seat.pilot.press(key)
            await self.done()

    async def done(self) -> None:
        """Wait until what a key started is over or asks."""
        screen = self.screen
        await self.seat.until(screen._settled.is_set)
        await self.seat.pilot.pause()

    async def type(self, text: str) -> None:
        """Put a text in the place of what stands in the field, and press Enter."""
        self.screen.query_one(Field).value = text
        await self.press("enter")

    async def go_to(self, key: str) -> None:
        """Put the cursor on a line."""
        assert self.screen.table.select_key(key), key
        await self.seat.pilot.pause()


@asynccontextmanager
async def reviewing(
    kit: Kit,
    case: Case,
    who: Actor = C1,
    *,
    size: tuple[int, int] = SMALL,
    language: str = "zh",
    work: bool = True,
) -> AsyncIterator[Review]:
    """A case open on the review screen; ``work``: as one that is worked on."""
    look = case_view.work_on if work else case_view.look
    async with seated(kit, who, size=size, language=language) as seat:
        view = look(kit.store, who, case.id)
        screen = ReviewScreen(who, kit.hall, view)
        await seat.app.push_screen(screen)
        await seat.settle()
        yield Review(seat, case, screen)
