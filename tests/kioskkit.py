"""A kiosk on a made-up hall, for tests that touch, type, read cards and look."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from hallclient.actions.acting import Actor
from hallclient.actions.printers import Printer, printer_of
from hallclient.texts import set_language
from hallclient.words import set_time_zone
from screens.kiosk import KioskScreen
from screens.kiosk_app import KioskApp
from screens.session import Session
from screens.widgets.tiles import Tiles
from tests.hallkit import Kit
from tests.screen import screen_text, send

KIOSK = Actor("k01", "kiosk")
SMALL = (80, 24)
LARGE = (120, 40)
PATIENCE_S = 15.0


@dataclass
class Stand:
    """A running kiosk."""

    kit: Kit
    app: KioskApp
    pilot: Pilot[None]
    out: Path

    @property
    def screen(self) -> KioskScreen:
        assert isinstance(self.app.screen, KioskScreen)
        return self.app.screen

    @property
    def page(self) -> str:
        return self.screen.page.name

    @property
    def text(self) -> str:
        return screen_text(self.app)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await self.pilot.pause()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self.pilot.pause()
        await self.until(
            lambda: (
                not self.app._detector.holding
                and all(worker.is_finished for worker in self.app.screen.workers)
            )
        )
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app._last_key = float("-inf")
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        for char in text:
            await self.press(char)

    async def choose(self, key: str) -> None:
        """Touch the tile with this key."""
        tiles = self.screen.query_one("#tiles", Tiles)
        place = next(at for at, tile in enumerate(tiles.tiles) if tile.key == key)
        while not tiles.page * tiles.grid.holds <= place < (tiles.page + 1) * tiles.grid.holds:
            tiles.turn(1 if place >= tiles.grid.holds else -1)
            await self.pilot.pause()
        await self.touch("#tiles", place - tiles.page * tiles.grid.holds)

    async def touch(self, where: str, place: int) -> None:
        tiles = self.app.screen.query_one(where, Tiles)
        grid = tiles.grid
        x = place % grid.columns * grid.width + grid.width // 2
        y = place // grid.columns * grid.height + grid.height // 2
        self.screen._last_touch = float("-inf")
        await self.pilot.click(where, offset=(x, y))
        await self.settle()

    async def scan(self, text: str) -> None:
        """A card or a code, as a reader in keyboard mode sends it."""
        await send(self.pilot, text + "\r")
        await self.settle()

    def seen(self) -> None:
        """The visitor has looked at the number."""
        self.screen._shown = float("-inf")


@asynccontextmanager
async def standing(
    kit: Kit,
    *,
    size: tuple[int, int] = SMALL,
    language: str = "zh",
    printer: Printer | None = None,
    zone: str = "",
    who: Actor = KIOSK,
) -> AsyncIterator[Stand]:
    """The kiosk, printing into a file unless another printer is given."""
    logs = kit.path.parent / "state"
    os.environ["HALLCLIENT_STATE"] = str(logs)
    set_language(language)
    set_time_zone(kit.hall.time_zone)
    out = kit.path.parent / "slips.bin"
    session = Session(kit.path, make_env=kit.make_env)
    try:
        app = KioskApp(session, who, printer or printer_of(f"file:{out}"), zone)
        async with app.run_test(size=size) as pilot:
            stand = Stand(kit, app, pilot, out)
            await stand.until(lambda: stand.screen.page.title != "")
            await stand.settle()
            yield stand
        assert not list(logs.glob("crash-*")), "an action failed; see the log"
    finally:
        session.close()
        set_language("zh")
