"""The desk on a made-up hall, for tests that press keys and look."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from hallclient.actions.acting import Actor
from hallclient.texts import set_language
from hallclient.words import set_time_zone
from screens.app import HallApp
from screens.desk import DeskScreen
from screens.desk_doing import DeskDoing
from screens.live import LiveScreen
from screens.session import Session
from screens.widgets.ask import Ask
from screens.widgets.content import Words
from tests.hallkit import Kit
from tests.screen import screen_text

SMALL = (80, 24)
LARGE = (120, 40)
PATIENCE_S = 15.0


@dataclass
class Seat:
    """A running program, its pilot, and the hall behind it."""

    kit: Kit
    app: HallApp
    pilot: Pilot[None]

    @property
    def desk(self) -> DeskScreen:
        """The desk, when it is the screen."""
        assert isinstance(self.app.screen, DeskScreen)
        return self.app.screen

    @property
    def live(self) -> LiveScreen:
        """The live view, when it is the screen."""
        assert isinstance(self.app.screen, LiveScreen)
        return self.app.screen

    @property
    def said(self) -> str:
        """The line that stays."""
        return self.app.screen.query_one("#said", Words).text

    @property
    def text(self) -> str:
        """The whole screen."""
        return screen_text(self.app)

    @property
    def asking(self) -> bool:
        """Whether the screen asks something."""
        return self.app.screen.query_one(Ask).is_open

    async def press(self, *keys: str) -> None:
        """Press keys, each after what the one before has started is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text and Enter, at a person's pace as far as the program can tell."""
        for char in text:
            await self.pilot.press(char)
        await self.press("enter")

    async def settle(self) -> None:
        """Wait until no action runs any more but one that waits for an answer."""

        def idle() -> bool:
            screen = self.app.screen
            if not isinstance(screen, DeskDoing):
                asks = screen.query(Ask)
                return bool(asks and asks.first().is_open) or not screen.workers._workers
            if isinstance(screen, LiveScreen) and (screen.seen is None or not screen.seen.study):
                return False  # the first forecast is still being made
            asks = screen.query(Ask)
            if not asks:
                return False  # still being made
            open_question = asks.first().is_open
            return all(
                worker.is_finished or (worker.group == "act" and open_question)
                for worker in screen.workers
            )

        await self.until(idle)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something to become true; an error when it does not."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await self.pilot.pause()


@asynccontextmanager
async def seated(
    kit: Kit,
    who: Actor | None,
    *,
    size: tuple[int, int] = SMALL,
    language: str = "zh",
    hint: str = "",
) -> AsyncIterator[Seat]:
    """The program with somebody signed in (or the login)."""
    logs = kit.path.parent / "state"
    os.environ["HALLCLIENT_STATE"] = str(logs)
    set_language(language)
    set_time_zone(kit.hall.time_zone)
    session = Session(kit.path, make_env=kit.make_env)
    try:
        app = HallApp(session, who=who, hint=hint)
        async with app.run_test(size=size) as pilot:
            seat = Seat(kit, app, pilot)
            await pilot.pause()
            await seat.settle()
            yield seat
        assert not list(logs.glob("crash-*")), "an action failed; see the log"
    finally:
        session.close()
        set_language("zh")
