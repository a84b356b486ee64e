"""Scenes of cases: one on the review screen, many in the lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from hallclient.actions import (
    calling,
    case_amend,
    case_deficiencies,
    case_link,
    case_notes,
    tickets,
)
from hallclient.actions.tickets import Request
from screens.cases import CasesScreen
from screens.guide import GuideScreen
from screens.review import ReviewScreen
from tests.casekit import DAJI, Case
from tests.caseskit import Scene as Lists
from tests.deskkit import Seat
from tests.hallkit import AGENT, Kit
from tests.materialkit import promise
from tests.moments import HERE, open_windows
from tests.scenekit import DESK, SUPERVISING, Scene, at, keys, on_screen

Play = Callable[[Seat], Awaitable[None]]
RIGHT: Final = "武汉大利科技有限公司"
LATER, LACK, HOW, WHY = "带审图意见来", "图纸缺页", "补第三页", "名称写错一个字"


# -- moments


def called(kit: Kit) -> None:
    """A number at the first window, with a case that an agent has reviewed half-way."""
    open_windows(kit)
    case = Case(kit, by=AGENT)
    case.move("begin_prereview", AGENT)
    case.mark(1, "passed", AGENT)
    case.mark(2, "failed", AGENT, reasons=["2.1"])
    number = tickets.take(kit.store, AGENT, Request([case.list.item])).number
    case_link.link(kit.store, AGENT, case.id, number)
    calling.call_chosen(kit.store, HERE, number, "x")
    calling.start(kit.store, HERE)


def reviewed(kit: Kit) -> None:
    """A case with a gap, before three departments, one of which returned it."""
    open_windows(kit)
    case = Case(kit, "proj_plan").settle()
    no = [one.no for one in case.list.materials if one.tolerable and not one.when][-1]
    case.mark(no, "due")
    promise(case, no)
    case.move("receive")
    case.move("accept_tolerant")
    first, *_ = (one.department for one in case.facts.tasks)
    case.agree(first)
    case_deficiencies.add(kit.store, HERE, case.id, text=LACK, how=HOW)
    case_notes.note(kit.store, HERE, case.id, "promise", LATER, due="2026-09-23")


def amended(kit: Kit) -> None:
    """An accepted case whose name is to be corrected."""
    open_windows(kit)
    case = Case(kit).accepted()
    case_amend.propose(kit.store, HERE, case.id, DAJI._replace(name=RIGHT), WHY)


def lists(kit: Kit) -> None:
    """Cases for every list of every role."""
    open_windows(kit)
    Lists(kit)


# -- what is done


def opened(*then: str) -> Play:
    """Open the case of the number at the window, and press some more keys."""
    return on_screen("alt+j", ReviewScreen, *then)


def found(*then: str) -> Play:
    """Open the only case there is, and press some more keys."""

    async def play(seat: Seat) -> None:
        await keys("alt+j", "type:2026", "enter")(seat)
        await seat.until(lambda: isinstance(seat.app.screen, ReviewScreen))
        await seat.settle()
        await keys(*then)(seat)

    return play


def listed(*then: str) -> Play:
    """The lists, when they have been read, and some more keys."""

    async def play(seat: Seat) -> None:
        await on_screen("alt+x", CasesScreen)(seat)
        screen = seat.app.screen
        assert isinstance(screen, CasesScreen)
        await seat.until(lambda: bool(screen.counts))
        await seat.settle()
        await keys(*then)(seat)

    return play


async def guiding(seat: Seat) -> None:
    """From a question to the service."""
    await listed("f10")(seat)
    await seat.until(lambda: isinstance(seat.app.screen, GuideScreen))
    await seat.settle()


CASE_SCENES: Final = (
    Scene("case-desk", DESK, called),
    Scene("case-review", DESK, called, opened()),
    Scene("case-marked", DESK, called, opened("1", "space", "space", "a")),
    Scene("case-notice", DESK, called, opened("f5")),
    Scene("case-steps", DESK, called, opened("f4")),
    Scene("case-menu", DESK, called, opened("enter")),
    Scene("case-keys", DESK, called, opened("question_mark")),
    Scene("case-departments", DESK, reviewed, found(*("down",) * 2)),
    Scene("case-opinion", DESK, reviewed, found("f10", "1")),
    Scene("case-clock", DESK, reviewed, found(*("down",) * 8)),
    Scene("case-papers", DESK, reviewed, found("end", "up", "f9")),
    Scene("case-notes", DESK, reviewed, found("f8")),
    Scene("case-corrected", SUPERVISING, amended, found("m")),
    Scene("cases-clerk", DESK, lists, listed()),
    Scene("cases-agent", at(AGENT), lists, listed()),
    Scene("cases-supervisor", SUPERVISING, lists, listed()),
    Scene("cases-found", SUPERVISING, lists, listed("slash", "type:dh", "enter")),
    Scene("cases-guide", at(AGENT), lists, guiding),
)


def said() -> str:
    """What people wrote and are called: Chinese on every screen."""
    names = (DAJI.name, DAJI.agent_name, RIGHT, LATER, LACK, HOW, WHY)
    places = ("武汉东湖智造有限公司", "武汉光谷书店有限公司", "武汉旧城餐饮有限公司")
    return " ".join(
        [*names, *places, "武汉长江检测有限公司", "两个部门不一致", "带来", "武汉大吉食品有限公司"]
    )
