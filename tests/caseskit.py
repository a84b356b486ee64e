"""Cases of every kind before every role: one store that fills the lists of the screen of cases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.store import Row
from hallclient.actions import case_notes
from hallclient.actions.acting import Actor
from screens.cases import CasesScreen
from tests.deskkit import SMALL, Seat, seated
from tests.hallkit import AGENT, Kit, clerk
from tests.watchkit import Desk, at

ONE = clerk(1)


class Scene:
    """What `filled` has made, by what is the matter with it."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        desk = self.desk = Desk(kit)
        self.silent = desk.case("received")
        desk.clock(self.silent, "notice5", "2026-09-15", "2026-09-21")
        self.review = desk.case("handling", name="武汉东湖智造有限公司")
        desk.clock(self.review, "decide", "2026-09-15", "2026-09-23", limit=10)
        desk.task(self.review, "environment", "2026-09-21")
        self.promise = desk.promise(self.review, "2026-09-23")
        self.ready = desk.case("prereview_ok", by=AGENT)
        desk.clock(self.ready, "decide", "2026-09-15", "2026-09-29", limit=20)
        self.file = desk.case("draft", by=AGENT, name="武汉光谷书店有限公司")
        case_notes.note(kit.store, AGENT, self.file["id"], "promise", "带来", due="2026-09-22")
        self.over = desk.case("archived", by=AGENT, closed_at=kit.clock.ms)
        self.still = desk.case("accepted", name="武汉旧城餐饮有限公司")
        self.escalated = case_notes.note(
            kit.store, ONE, self.review["id"], "escalation", "两个部门不一致"
        )
        self.paused = desk.case("special", name="武汉长江检测有限公司")
        desk.clock(
            self.paused,
            "decide",
            "2026-09-10",
            "2026-09-30",
            limit=20,
            state="paused",
            pauses=[("2026-09-18", None)],
        )
        assert at("2026-09-22") == kit.clock.ms

    def numbers(self, *rows: Row) -> list[str]:
        return [row["number"] for row in rows]


@asynccontextmanager
async def cases_of(
    kit: Kit, who: Actor, *, size: tuple[int, int] = SMALL, language: str = "zh"
) -> AsyncIterator[Seat]:
    """The screen of cases of somebody, reached by its key, and read."""
    async with seated(kit, who, size=size, language=language) as seat:
        await seat.press("alt+x")
        screen = cases_screen(seat)
        await seat.until(lambda: bool(screen.counts))
        await seat.settle()
        yield seat


def cases_screen(seat: Seat) -> CasesScreen:
    """The screen of cases, when it is the screen."""
    assert isinstance(seat.app.screen, CasesScreen), seat.app.screen
    return seat.app.screen


async def go_to(seat: Seat, name: str) -> CasesScreen:
    """Another list of the left side, without the keys that lead there one by one."""
    screen = cases_screen(seat)
    await screen.show_list(name)
    await seat.settle()
    assert screen.shown == name
    return screen


__all__ = ["ONE", "Scene", "cases_of", "cases_screen", "go_to"]
