"""Moments of the made-up hall, each reached by the actions that windows, kiosks and desks take.

They are for the scenes of the screens, and for tests that need a hall at work.
"""

from __future__ import annotations

import random
from typing import Final

from db import presence
from hallclient.actions import (
    bookings,
    calling,
    day,
    day_close,
    deskview,
    serving,
    signals,
    staff,
    tickets,
    watch,
    windows,
)
from hallclient.actions.acting import Actor
from hallclient.actions.sweep import sweep
from hallclient.actions.watch import Memory
from hallclient.rules.errors import Refused
from tests.bookkit import ZHANG, booked, row
from tests.hallkit import ADMINISTRATOR, AGENT, NINE, PASSWORD, SUPERVISOR, Kit, clerk

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


# -- a hall at work


def opened(kit: Kit) -> None:
    """A supervisor has looked at everything and opened the day."""
    day.open_day(kit.store, SUPERVISOR, list(kit.hall.opening_checks))


def open_windows(kit: Kit) -> None:
    """Four windows of an opened day, nobody waiting."""
    opened(kit)
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
    opened(kit)
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
        sweep(kit.store)
        for window in kit.hall.windows:
            if window != "W03":
                presence.beat(kit.path, window, kit.clock.ms)
        watch.watch(kit.store, SUPERVISOR, memory)


def newcomer(kit: Kit) -> None:
    """A clerk whose first password is still in force."""
    staff.add(kit.store, ADMINISTRATOR, NEWCOMER, NEWCOMER, "clerk", FIRST)


def not_opened(kit: Kit) -> None:
    """The windows work, and nobody has opened the day."""
    kit.open(1, 2, 7, 13)
    kit.take(SETUP)


# -- clerk and supervisor


def helped(kit: Kit) -> None:
    """The first window has called the supervisor, who is on the way."""
    joint_visit(kit)
    asked = signals.call_help(kit.store, HERE, "policy")
    kit.pass_(40)
    signals.answer(kit.store, SUPERVISOR, asked["id"])


def asked_back(kit: Kit) -> None:
    """The first window has a rest, and the supervisor asks it to go on."""
    paused(kit)
    signals.request(kit.store, SUPERVISOR, HERE.window, "resume")


def called(kit: Kit) -> None:
    """Several windows call at once, one pauses, somebody was passed; it is as busy as ever."""
    at_work(kit)
    for line in ("tax", "tax", "social", "estate"):
        kit.take(line)
    kit.take(SETUP, collect=True)
    kit.open(11, 14, 15)
    for number in (14, 15, 11):
        kit.next(clerk(number))
    kit.pass_(13)
    kit.next(clerk(17))


# -- for visitors


def night(kit: Kit) -> None:
    """Before the hall opens."""
    kit.clock.ms = NINE - 3 * 60 * MINUTE


def one_stopped(kit: Kit) -> None:
    """The busy hall, with no more numbers for one line."""
    busy(kit)
    day.stop_numbers(kit.store, SUPERVISOR, ["works"])


# -- bookings


MATERIALS: Final = "公司登记申请书 2页(原件);公司章程(原件);住所证明 1页;任职文件(原件)"


def expected(kit: Kit) -> None:
    """Two bookings of now and one of later, of people whose names and numbers are known."""
    busy(kit)
    booked(
        kit,
        row("Y001", "09:30-10:00", **ZHANG, materials=MATERIALS),
        row("Y002", "09:30-10:00", name="赵敏", phone="13987655678"),
        row("Y003", "14:00-14:30", name="周芷若", phone="13711115678"),
    )


def arrived(kit: Kit) -> None:
    """The first window serves somebody who came by a booking."""
    expected(kit)
    number = bookings.check_in(kit.store, AGENT, "Y001").number
    _serve(kit, HERE, number)


# -- the day


def evening(kit: Kit) -> None:
    """Closing time has come, and there are numbers in every state."""
    kit.clock.ms = NINE + 7 * 60 * MINUTE + 10 * MINUTE
    three_aside(kit)
    kit.clock.ms = NINE + 8 * 60 * MINUTE + 2 * MINUTE
    sweep(kit.store)


def signed(kit: Kit) -> None:
    """The day is closed with a signature; one number comes again tomorrow."""
    evening(kit)
    waiting = [row["number"] for row in day_close.closing_list(kit.store) if row["carriable"]]
    kit.pass_(minutes=20)
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=waiting[:1], note="已逐一告知")


BUSY_LINES: Final = ("setup", "setup", "tax", "tax", "street", "general", "social")
STAFFED: Final = (1, 2, 7, 13, 17)


def morning(kit: Kit) -> None:
    """The figures of a morning: three hours at five windows, and who came the weeks before."""
    dice = random.Random(7)
    for week in (2, 1):
        kit.clock.ms = NINE - week * 7 * 24 * 60 * MINUTE - 30 * MINUTE
        for _ in range(60):
            kit.pass_(minutes=dice.uniform(1, 5))
            kit.take(dice.choice(BUSY_LINES))
    kit.clock.ms = NINE - 30 * MINUTE
    opened(kit)
    kit.open(*STAFFED)
    until = dict.fromkeys(STAFFED, 0)
    for _ in range(180):
        kit.pass_(minutes=1)
        if dice.random() < 0.5:
            number = kit.take(dice.choice(BUSY_LINES)).number
            if dice.random() < 0.05:
                tickets.cancel(kit.store, AGENT, number, "left")
        for window in STAFFED:
            if kit.clock.ms >= until[window]:
                until[window] = _works(kit, clerk(window), dice)


def _works(kit: Kit, who: Actor, dice: random.Random) -> int:
    """Finish who is there, call another; until when that takes."""
    here = kit.window(who)["leg"]
    if here:
        serving.finish(kit.store, who, dice.choice(["done", "accepted", "advised"]))
    waiting = deskview.look(kit.store, who).ids
    try:
        if len(waiting) > 2 and dice.random() < 0.1:
            (last,) = kit.store.rows("SELECT number FROM leg WHERE id = ?", waiting[-1])
            reason = dice.choice(["frail", "same_person", "brings_missing"])
            calling.call_chosen(kit.store, who, last["number"], reason)
        else:
            calling.call_next(kit.store, who)
    except Refused:
        return 0
    kit.pass_(dice.uniform(4, 20))
    calling.start(kit.store, who)
    return kit.clock.ms + round(dice.uniform(3, 16) * MINUTE)
