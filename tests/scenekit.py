"""What a scene is made of: a place to look from, a prepared hall, what the person does then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, NamedTuple, Protocol
from unittest.mock import patch

from textual.app import App
from textual.pilot import Pilot

from hallclient.actions import day
from hallclient.actions.acting import Actor
from hallclient.actions.printers import printer_of
from screens.base import HallScreen
from tests import moments as hall
from tests.boardkit import shown
from tests.deskkit import Seat, seated
from tests.hallkit import SUPERVISOR, Kit
from tests.kioskkit import standing

# -- where one looks


class Looked(Protocol):
    """A running program: what those of the desk, the kiosk and the board have in common."""

    app: App[Any]
    pilot: Pilot[Any]

    @property
    def text(self) -> str: ...

    async def settle(self) -> None: ...


Place = Callable[..., AbstractAsyncContextManager[Any]]
"""Opens a program on a hall, with ``size`` in cells and ``language``; gives something `Looked`."""


def at(who: Actor | None) -> Place:
    """The desk of somebody; None: the login."""

    @asynccontextmanager
    async def place(kit: Kit, **shape: Any) -> AsyncIterator[Seat]:
        # What the day's check says of the disk must not be what this machine has.
        with patch.object(day, "_disk_free", lambda _store: 64 << 30):
            async with seated(kit, who, **shape) as seat:
                yield seat

    return place


def kiosk(printer: str = "none") -> Place:
    """A kiosk with this printer."""
    return lambda kit, **shape: standing(kit, printer=printer_of(printer), **shape)


def board(zone: str = "") -> Place:
    """The board of the hall, or of a part of it."""
    return lambda kit, **shape: shown(kit, zone=zone, **shape)


DESK: Final = at(hall.HERE)
SUPERVISING: Final = at(SUPERVISOR)
KIOSK: Final = kiosk()
BOARD: Final = board()


# -- what the person does then


async def nothing(_shown: Looked) -> None:
    """Just look."""


def keys(*names: str) -> Callable[[Seat], Awaitable[None]]:
    """Press these keys; what is not a key's name is typed letter by letter."""

    async def play(seat: Seat) -> None:
        for name in names:
            if name.startswith("type:"):
                for char in name.removeprefix("type:"):
                    await seat.pilot.press(char)
                await seat.pilot.pause()
            else:
                await seat.press(name)

    return play


def on_screen(key: str, screen: type[HallScreen], *then: str) -> Callable[[Seat], Awaitable[None]]:
    """Go to another screen, wait until it has read the hall, and press some more keys."""

    async def play(seat: Seat) -> None:
        await seat.press(key)
        await seat.until(lambda: isinstance(seat.app.screen, screen))
        await keys(*then)(seat)

    return play


class Scene(NamedTuple):
    """A moment to look at."""

    name: str
    place: Place
    prepare: Callable[[Kit], object]
    play: Callable[[Any], Awaitable[None]] = nothing
