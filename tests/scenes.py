"""Moments of the made-up hall, each reached by the same actions and keys as at a desk.

A scene prepares the hall, seats somebody and leaves the screen as it is to be looked at: for the
snapshots of the tests and for the pictures of the docs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from db import presence
from hallclient.actions import calling, serving, signals, staff, tickets, watch, windows
from hallclient.actions.acting import Actor
from hallclient.actions.sweep import sweep
from hallclient.actions.watch import Memory
from screens.login import LoginScreen
from screens.widgets.field import Field
from tests.deskkit import Seat
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk

MINUTE: Final = 60_000
HERE: Final = clerk(1)
COLLEAGUE: Final = clerk(2)
GENERAL: Final = clerk(7)
TAX: Final = clerk(13)
NEWCOMER: Final = "c19"
FIRST: Final = "first-password"

WANG: Final = {"name": "王小明", "identity": "420100198805124514", "phone": "19900001234"}
COMPANY: Final = {**WANG, "company": "武汉大吉科技有限公司"}
LI: Final = {"name": "李建国", "identity": "420100195603034511"}
SETUP, CHANGE, CLOSING, PERMIT, REPORT = "SP078", "SP079", "SP080", "SP038", "YQ034"


# -- the hall


def open_windows(kit: Kit) -> None:
    """Four windows, nobody waiting."""
    kit.open(1, 2, 7, 13)


def busy(kit: Kit) -> None:
    """At the first window a queue with every kind of number in it; the others are at work."""
    open_windows(kit)
    kit.take("general")
    kit.pass_(minutes=16)
    kit.take(CHANGE, person=LI)
    kit.pass_(minutes=2)
    _passed_and_back(kit)
    _at_another_window(kit)
    kit.pass_(minutes=18)
    _goes_on(kit)
    slot = kit.clock.ms // (15 * MINUTE) * 15 * MINUTE
    kit.take(CHANGE, slot=slot, source="phone")
    kit.take(SETUP, priority="elderly", proof="身份证", person=LI)
    _asked_elsewhere(kit)
    kit.take("park")
    kit.pass_(minutes=3)
    kit.take(SETUP, source="kiosk")
    sweep(kit.store)


def _call(kit: Kit, who: Actor, number: str) -> None:
    calling.call_chosen(kit.store, who, number, "other")


def _serve(kit: Kit, who: Actor, number: str) -> None:
    _call(kit, who, number)
    calling.start(kit.store, who)


def _asked_elsewhere(kit: Kit) -> None:
    """The first window asked a colleague something; the answer brings the visitor back."""
    number = kit.take("park", person=WANG).number
    _serve(kit, HERE, number)
    serving.transfer(kit.store, HERE, "consult", PERMIT)
    _serve(kit, GENERAL, number)
    serving.finish(kit.store, GENERAL)


def _passed_and_back(kit: Kit) -> None:
    """Was not there when called, and is now."""
    number = kit.take(CLOSING).number
    _call(kit, COLLEAGUE, number)
    for _ in range(2):
        kit.pass_(31)
        calling.recall(kit.store, COLLEAGUE)
    kit.pass_(31)
    calling.pass_over(kit.store, COLLEAGUE)
    tickets.reinstate(kit.store, AGENT, number)


def _at_another_window(kit: Kit) -> None:
    """Two services of which another window does one now."""
    _serve(kit, TAX, kit.take(CHANGE, REPORT).number)


def _goes_on(kit: Kit) -> None:
    """A joint visit whose first service is done."""
    number = kit.take(joint="company_start").number
    _serve(kit, COLLEAGUE, number)
    kit.pass_(minutes=1)
    serving.finish(kit.store, COLLEAGUE)


def joint_visit(kit: Kit) -> None:
    """The busy hall, with a joint visit being served at the first window."""
    busy(kit)
    number = kit.take(
        joint="company_start", person=COMPANY, priority="elderly", proof="身份证"
    ).number
    kit.pass_(minutes=2)
    _call(kit, HERE, number)
    kit.pass_(25)
    calling.recall(kit.store, HERE)
    kit.pass_(25)
    calling.start(kit.store, HERE)
    kit.pass_(minutes=6)


def three_aside(kit: Kit) -> None:
    """One number on hold, one passed, one outside."""
    busy(kit)
    _serve(kit, HERE, kit.take(SETUP).number)
    serving.hold(kit.store, HERE, "copy")
    _serve(kit, HERE, kit.take(CHANGE).number)
    serving.send_out(kit.store, HERE)
    _call(kit, HERE, kit.take(CLOSING).number)
    for _ in range(2):
        kit.pass_(31)
        calling.recall(kit.store, HERE)
    kit.pass_(31)
    calling.pass_over(kit.store, HERE)


def paused(kit: Kit) -> None:
    """The first window has a rest."""
    busy(kit)
    windows.pause_window(kit.store, HERE, "rest")
    kit.pass_(95)


def closed(kit: Kit) -> None:
    """The first window is closed, the others are not."""
    kit.open(2, 7)
    kit.take(SETUP)


def draining(kit: Kit) -> None:
    """The first window takes nobody new."""
    busy(kit)
    _serve(kit, HERE, kit.take(SETUP).number)
    windows.drain_window(kit.store, HERE)
    kit.pass_(minutes=3)


def forgotten(kit: Kit) -> None:
    """Served so long that the finish was probably forgotten."""
    open_windows(kit)
    _serve(kit, HERE, kit.take(SETUP, person=WANG).number)
    kit.pass_(minutes=75)
    sweep(kit.store)


def at_work(kit: Kit) -> None:
    """Windows in every state, for those who see them all."""
    joint_visit(kit)
    kit.open(3, 17)
    kit.open(18)
    windows.pause_window(kit.store, clerk(18), "meal")
    windows.drain_window(kit.store, clerk(3))
    windows.set_emergency(kit.store, SUPERVISOR, "W07", on=True)
    _serve(kit, GENERAL, kit.take("street").number)
    kit.pass_(minutes=30)
    _call(kit, COLLEAGUE, kit.take(SETUP).number)


def watched(kit: Kit) -> None:
    """The same, at windows that live but one; a clerk calls, and the alarms are known."""
    at_work(kit)
    signals.call_help(kit.store, GENERAL, "dispute")
    memory = Memory()
    for _ in range(2):
        kit.pass_(minutes=1)
        for window in kit.hall.windows:
            if window != "W03":
                presence.beat(kit.path, window, kit.clock.ms)
        watch.watch(kit.store, SUPERVISOR, memory)


def newcomer(kit: Kit) -> None:
    """A clerk whose first password is still in force."""
    staff.add(kit.store, ADMINISTRATOR, NEWCOMER, NEWCOMER, "clerk", FIRST)


# -- what the person does then


async def nothing(seat: Seat) -> None:
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
    await sign_in(seat, NEWCOMER, FIRST, "W01")
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


class Scene(NamedTuple):
    """A moment to look at."""

    name: str
    who: Actor | None
    prepare: Callable[[Kit], None]
    play: Callable[[Seat], Awaitable[None]] = nothing


SCENES: Final = (
    Scene("login", None, closed),
    Scene("login-refused", None, closed, refused_login),
    Scene("login-must-change", None, newcomer, must_change),
    Scene("login-different", None, newcomer, different),
    Scene("desk-empty", HERE, open_windows),
    Scene("desk-idle", HERE, busy),
    Scene("desk-called", HERE, busy, keys("f1")),
    Scene("desk-serving", HERE, joint_visit),
    Scene("desk-refused", HERE, busy, keys("f1", "f2")),
    Scene("desk-no-use", HERE, busy, keys("f5")),
    Scene("desk-aside", HERE, three_aside),
    Scene("desk-paused", HERE, paused),
    Scene("desk-closed", HERE, closed),
    Scene("desk-draining", HERE, draining),
    Scene("desk-forgotten", HERE, forgotten),
    Scene("desk-revealed", HERE, joint_visit, keys("ctrl+e")),
    Scene("ask-outcome", HERE, joint_visit, keys("f3")),
    Scene("ask-outcome-forgotten", HERE, forgotten, keys("f3")),
    Scene("ask-hold", HERE, joint_visit, keys("f5")),
    Scene("ask-pause", HERE, busy, keys("f8")),
    Scene("ask-transfer", HERE, joint_visit, keys("f7")),
    Scene("ask-order", HERE, busy, keys("down", "enter")),
    Scene("ask-item", HERE, busy, keys("f10", "type:qysl")),
    Scene("ask-name", HERE, busy, keys("f10", "type:sp078", "enter")),
    Scene("ask-search", HERE, busy, keys("slash", "type:A00")),
    Scene("ask-search-none", HERE, busy, keys("slash", "type:zzzzz")),
    Scene("ask-hand-over", HERE, three_aside, keys("ctrl+o", "down", "enter")),
    Scene("palette", HERE, busy, keys("ctrl+p")),
    Scene("menu", HERE, busy, keys("ctrl+k")),
    Scene("keys", HERE, joint_visit, keys("question_mark")),
    Scene("agent", AGENT, at_work),
    Scene("agent-row", AGENT, at_work, keys("enter")),
    Scene("live", SUPERVISOR, watched, keys("down", "up")),
    Scene("live-what-if", SUPERVISOR, watched, keys("alt+w", "type:B", "enter")),
    Scene("live-alarm", SUPERVISOR, watched, keys("enter")),
    Scene("supervisor", SUPERVISOR, at_work, keys("alt+v", "tab", "down")),
    Scene("supervisor-row", SUPERVISOR, at_work, keys("alt+v", "tab", "down", "enter")),
    Scene("administrator", ADMINISTRATOR, at_work),
    Scene("lock", HERE, joint_visit, keys("ctrl+l")),
    Scene("lock-refused", HERE, joint_visit, wrong_unlock),
)
