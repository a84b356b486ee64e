"""Screens to look at, each reached by the same actions and keys as in the hall.

A scene prepares the hall, opens a program on it and leaves the screen as it is to be looked at:
for the snapshots of the tests and for the pictures of the docs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from screens.booking import BookingScreen
from screens.day import DayScreen
from screens.figures import FiguresScreen
from screens.login import LoginScreen
from screens.widgets.field import Field
from tests import moments as hall
from tests.bookkit import ZHANG
from tests.cards import typed
from tests.case_scenes import CASE_SCENES
from tests.cert_scenes import CERT_SCENES
from tests.certlook_scenes import CERTLOOK_SCENES
from tests.deskkit import Seat
from tests.form_scenes import FORM_SCENES
from tests.hallkit import ADMINISTRATOR, AGENT
from tests.kioskkit import Stand
from tests.scenekit import BOARD, DESK, KIOSK, SUPERVISING, Scene, at, board, keys, kiosk, on_screen


async def sign_in(seat: Seat, operator: str, password: str, window: str) -> None:
    """Fill the login in, and Enter."""
    screen = seat.app.screen
    for name, value in (("operator", operator), ("password", password), ("window", window)):
        screen.query_one(f"#{name}", Field).value = value
    screen.query_one("#window", Field).focus()
    await seat.press("enter")


async def refused_login(seat: Seat) -> None:
    """A wrong password."""
    await sign_in(seat, "c01", "no-such-password", "W01")


async def must_change(seat: Seat) -> None:
    """A first password has to be replaced."""
    await sign_in(seat, hall.NEWCOMER, hall.FIRST, "W01")
    await seat.until(lambda: seat.app.screen.has_class("-new"))
    await seat.settle()


async def different(seat: Seat) -> None:
    """The new password was typed in two ways."""
    await must_change(seat)
    screen = seat.app.screen
    assert isinstance(screen, LoginScreen)
    screen.query_one("#first", Field).value = "a-new-password"
    screen.query_one("#second", Field).value = "another-password"
    screen.query_one("#second", Field).focus()
    await seat.press("enter")


async def wrong_unlock(seat: Seat) -> None:
    """The locked desk and a wrong password."""
    await seat.press("ctrl+l")
    seat.app.screen.query_one("#password", Field).value = "no-such-password"
    await seat.press("enter")


def touches(*tiles: str) -> Callable[[Stand], Awaitable[None]]:
    """Touch these tiles of a kiosk; what follows ``scan:`` is read from a card."""

    async def play(stand: Stand) -> None:
        for tile in tiles:
            if tile.startswith("scan:"):
                await stand.scan(tile.removeprefix("scan:"))
            elif tile.startswith("type:"):
                await stand.type(tile.removeprefix("type:"))
            else:
                await stand.choose(tile)

    return play


async def confirming(seat: Seat) -> None:
    """Compare what was sent in advance with what is on the table."""
    await on_screen("alt+o", BookingScreen, "1", "1", "1", "3", "2")(seat)
    await seat.type("2 of 3")
    await seat.press("5")


CARD: Final = f"scan:{typed('张三丰', ZHANG['identity'])}"


SCENES: Final = (
    Scene("login", at(None), hall.closed),
    Scene("login-refused", at(None), hall.closed, refused_login),
    Scene("login-must-change", at(None), hall.newcomer, must_change),
    Scene("login-different", at(None), hall.newcomer, different),
    Scene("desk-empty", DESK, hall.open_windows),
    Scene("desk-idle", DESK, hall.busy),
    Scene("desk-called", DESK, hall.busy, keys("f1")),
    Scene("desk-serving", DESK, hall.joint_visit),
    Scene("desk-refused", DESK, hall.busy, keys("f1", "f2")),
    Scene("desk-no-use", DESK, hall.busy, keys("f5")),
    Scene("desk-aside", DESK, hall.three_aside),
    Scene("desk-paused", DESK, hall.paused),
    Scene("desk-closed", DESK, hall.closed),
    Scene("desk-draining", DESK, hall.draining),
    Scene("desk-forgotten", DESK, hall.forgotten),
    Scene("desk-revealed", DESK, hall.joint_visit, keys("ctrl+e")),
    Scene("desk-not-opened", DESK, hall.not_opened),
    Scene("desk-overtime", DESK, hall.evening),
    Scene("desk-help", DESK, hall.helped),
    Scene("desk-request", DESK, hall.asked_back),
    Scene("desk-booking", DESK, hall.arrived),
    Scene("ask-outcome", DESK, hall.joint_visit, keys("f3")),
    Scene("ask-outcome-forgotten", DESK, hall.forgotten, keys("f3")),
    Scene("ask-hold", DESK, hall.joint_visit, keys("f5")),
    Scene("ask-pause", DESK, hall.busy, keys("f8")),
    Scene("ask-transfer", DESK, hall.joint_visit, keys("f7")),
    Scene("ask-order", DESK, hall.busy, keys("down", "enter")),
    Scene("ask-item", DESK, hall.busy, keys("f10", "type:qysl")),
    Scene("ask-name", DESK, hall.busy, keys("f10", "type:sp078", "enter")),
    Scene("ask-search", DESK, hall.busy, keys("slash", "type:A00")),
    Scene("ask-search-none", DESK, hall.busy, keys("slash", "type:zzzzz")),
    Scene("ask-hand-over", DESK, hall.three_aside, keys("ctrl+o", "down", "enter")),
    Scene("ask-help", DESK, hall.joint_visit, keys("alt+h")),
    Scene("ask-booking", DESK, hall.expected, keys("alt+q", "type:5678")),
    Scene("palette", DESK, hall.busy, keys("ctrl+p")),
    Scene("menu", DESK, hall.busy, keys("ctrl+k")),
    Scene("keys", DESK, hall.joint_visit, keys("question_mark")),
    Scene("agent", at(AGENT), hall.at_work),
    Scene("agent-row", at(AGENT), hall.at_work, keys("enter")),
    Scene("live", SUPERVISING, hall.watched, keys("down", "up")),
    Scene("live-what-if", SUPERVISING, hall.watched, keys("alt+w", "type:B", "enter")),
    Scene("live-alarm", SUPERVISING, hall.watched, keys("enter")),
    Scene("supervisor", SUPERVISING, hall.at_work, keys("alt+v", "tab", "down")),
    Scene("supervisor-row", SUPERVISING, hall.at_work, keys("alt+v", "tab", "down", "enter")),
    Scene("administrator", at(ADMINISTRATOR), hall.at_work),
    Scene("booking", DESK, hall.arrived, on_screen("alt+o", BookingScreen)),
    Scene("booking-marked", DESK, hall.arrived, confirming),
    Scene(
        "day-opening", SUPERVISING, hall.not_opened, on_screen("alt+y", DayScreen, "end", "space")
    ),
    Scene("day-closing", SUPERVISING, hall.evening, on_screen("alt+y", DayScreen, "space")),
    Scene("day-sign", SUPERVISING, hall.evening, on_screen("alt+y", DayScreen, "f3", "enter")),
    Scene("day-record", SUPERVISING, hall.signed, on_screen("alt+y", DayScreen)),
    Scene("figures", SUPERVISING, hall.morning, on_screen("alt+i", FiguresScreen)),
    Scene("figures-lines", SUPERVISING, hall.morning, on_screen("alt+i", FiguresScreen, "4")),
    Scene("figures-ledger", SUPERVISING, hall.morning, on_screen("alt+i", FiguresScreen, "8")),
    Scene("lock", DESK, hall.joint_visit, keys("ctrl+l")),
    Scene("lock-refused", DESK, hall.joint_visit, wrong_unlock),
    Scene("kiosk", KIOSK, hall.busy),
    Scene("kiosk-closed", KIOSK, hall.night),
    Scene("kiosk-lines", KIOSK, hall.one_stopped, touches("lines")),
    Scene("kiosk-items", KIOSK, hall.busy, touches("lines", "setup")),
    Scene("kiosk-search", KIOSK, hall.busy, touches("search", "type:qysl")),
    Scene("kiosk-confirm", KIOSK, hall.busy, touches("lines", "setup", hall.SETUP)),
    Scene("kiosk-card", KIOSK, hall.expected, touches(CARD)),
    Scene("kiosk-elderly", KIOSK, hall.busy, touches(CARD, "lines", "setup", hall.SETUP)),
    Scene("kiosk-booking", KIOSK, hall.expected, touches("bookings", "type:5678")),
    Scene("kiosk-number", KIOSK, hall.busy, touches("lines", "setup", hall.SETUP, "yes")),
    Scene("kiosk-refused", KIOSK, hall.expected, touches("bookings", "type:5678", "Y003")),
    Scene("kiosk-lost", KIOSK, hall.busy, touches("lost")),
    Scene(
        "kiosk-no-printer",
        kiosk("tcp://127.0.0.1:9"),
        hall.busy,
        touches("lines", "setup", hall.SETUP, "yes"),
    ),
    Scene("board", BOARD, hall.called),
    Scene("board-empty", BOARD, hall.opened),
    Scene("board-closed", BOARD, hall.night),
    Scene("board-zone", board("west"), hall.called),
    *FORM_SCENES,
    *CASE_SCENES,
    *CERT_SCENES,
    *CERTLOOK_SCENES,
)
