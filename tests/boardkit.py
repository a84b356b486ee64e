"""A board on a made-up hall, for tests that look at it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from hallclient.actions import calling, windows
from hallclient.texts import set_language
from hallclient.voice import Engine, Part, Speaker
from screens.board import BoardScreen
from screens.board_app import BoardApp
from screens.board_source import BoardSource
from screens.widgets.content import Words
from tests.deskkit import PATIENCE_S, SMALL
from tests.hallkit import Kit, clerk
from tests.moments import WANG
from tests.screen import screen_text

ONE, TWO, TAX = clerk(1), clerk(2), clerk(13)


class Shown:
    """A running board."""

    def __init__(self, app: BoardApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        return screen_text(self.app)

    def part(self, name: str) -> str:
        """What one block says."""
        return self.app.screen.query_one(f"#{name}", Words).text

    @property
    def board(self) -> BoardScreen:
        assert isinstance(self.app.screen, BoardScreen)
        return self.app.screen

    async def settle(self) -> None:
        """Wait until the hall has been read and the waits have been worked out."""
        await self.pilot.pause()
        async with asyncio.timeout(PATIENCE_S):
            while not all(worker.is_finished for worker in self.app.screen.workers):
                await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, *texts: str, gone: Sequence[str] = ()) -> None:
        """Wait until all of these are on the screen and none of those."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not all(one in self.text for one in texts) or any(
                    one in self.text for one in gone
                ):
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"no {texts} or still {gone}:\n{self.text}") from None


@asynccontextmanager
async def shown(
    kit: Kit,
    *,
    size: tuple[int, int] = SMALL,
    language: str = "zh",
    zone: str = "",
    speaker: Speaker | None = None,
) -> AsyncIterator[Shown]:
    logs = kit.path.parent / "state"
    os.environ["HALLCLIENT_STATE"] = str(logs)
    set_language(language)
    source = BoardSource(kit.path, make_env=kit.make_env)
    source.open()
    try:
        app = BoardApp(source, zone=zone, speaker=speaker)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Shown(app, pilot)
        assert not list(logs.glob("crash-*")), "the board failed; see the log"
    finally:
        source.close()
        set_language("zh")


def entry(number: str, window: int) -> str:
    """A call as the lists of a small board show it."""
    return f"{number} → {window}"


def busy(kit: Kit) -> None:
    """Two windows call, one pauses, one number was passed; people wait."""
    kit.open(1, 2, 13, 18)
    for line in ("setup", "setup", "setup", "tax", "social"):
        kit.take(line, person=WANG if line == "social" else {})
    kit.next(TAX)
    kit.pass_(91)
    calling.pass_over(kit.store, TAX)
    windows.pause_window(kit.store, clerk(18), "meal")
    kit.next(ONE)
    kit.pass_(10)
    kit.next(TWO)


class Told(Speaker):
    """A speaker that is as quiet as the test says."""

    def __init__(self) -> None:
        super().__init__([Engine("told", ("told",), ("told",))])
        self.said: list[str] = []
        self.busy = False

    @property
    def quiet(self) -> bool:
        return not self.busy

    def say(self, parts: Sequence[Part]) -> None:
        assert not self.busy, "two at once"
        self.said.append(parts[0].text)
        self.busy = True

    def stop(self) -> None:
        self.said.append("stop")
        self.busy = False
