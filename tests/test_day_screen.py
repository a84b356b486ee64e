"""The screen of the business day: ticking, opening, carrying over, closing with a signature."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hallclient.actions import day_close, serving
from screens.day import DayScreen
from screens.day_text import CLOSING, OPENING, RECORD
from screens.widgets.ask import Ask
from screens.widgets.table import VirtualTable
from tests.clikit import quick
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import NINE, PASSWORD, SUPERVISOR, Kit, clerk

__all__ = ["quick"]
TODAY = "2026-09-22"
CLOSING_TIME = NINE + 8 * 3_600_000
pytestmark = pytest.mark.usefixtures("quick")


class Day:
    """The screen over a seat, with words for what a supervisor does."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    @property
    def screen(self) -> DayScreen:
        assert isinstance(self.seat.app.screen, DayScreen)
        return self.seat.app.screen

    @property
    def text(self) -> str:
        return self.seat.text

    @property
    def asking(self) -> str:
        """The question that is open; empty: none."""
        question = self.screen.query_one(Ask).question
        return question.prompt if question is not None else ""

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.seat.pilot.press(key)
            await self.seat.pilot.pause()

    async def asked(self, key: str) -> str:
        """Press a key that leads to a question; the question."""
        before = self.asking
        await self.seat.pilot.press(key)
        await self.seat.until(lambda: self.asking not in ("", before))
        return self.asking

    async def answer(self, text: str, *, more: bool = False) -> None:
        """Type an answer; wait for the next question, or until nothing is asked or done."""
        before = self.asking
        for char in text:
            await self.seat.pilot.press({" ": "space", "-": "minus"}.get(char, char))
        await self.seat.pilot.press("enter")
        if more:
            await self.seat.until(lambda: self.asking not in ("", before))
        else:
            await self.seat.until(lambda: not self.asking and self.screen._settled.is_set())
        await self.seat.pilot.pause()

    def select(self, key: str) -> None:
        assert self.screen.query_one(VirtualTable).select_key(key)

    def leg(self, number: str) -> str:
        return self.seat.kit.leg(number).id


@asynccontextmanager
async def day_of(
    kit: Kit, *, size: tuple[int, int] = SMALL, language: str = "zh"
) -> AsyncIterator[Day]:
    async with seated(kit, SUPERVISOR, size=size, language=language) as seat:
        await seat.pilot.press("alt+y")
        await seat.until(
            lambda: isinstance(seat.app.screen, DayScreen) and seat.app.screen.view is not None
        )
        await seat.pilot.pause()
        yield Day(seat)


async def test_the_morning_is_ticked_and_opened(kit: Kit) -> None:
    async with day_of(kit) as it:
        assert it.screen.mode == OPENING
        assert "取号机有纸" in it.text
        it.select("paper")
        await it.press("space")
        it.select("check.backup")
        await it.press("space")
        assert "系统检查" in it.seat.said
        question = await it.asked("f3")
        assert "5" in question
        await it.answer("ok")
        record = day_close.record(kit.store, TODAY)
        assert record is not None
        assert (record["opened_by"], record["checks"]["ticked"]) == ("s01", ["paper"])
        assert record["checks"]["note"] == "ok"
        it.select("seats")
        await it.press("space")
        assert "□  等候区" in it.text, "what was opened is not ticked afterwards"


async def test_with_everything_ticked_nothing_is_asked(kit: Kit) -> None:
    async with day_of(kit) as it:
        for key in kit.hall.opening_checks:
            it.select(key)
            await it.press("space")
        await it.press("enter")
        await it.seat.until(lambda: day_close.record(kit.store, TODAY) is not None)
        await it.seat.until(it.screen._settled.is_set)
        assert not it.asking
        await it.press("escape")
        assert not isinstance(it.seat.app.screen, DayScreen)


async def test_the_evening_is_closed_with_the_signature(kit: Kit) -> None:
    kit.open(1)
    for _ in range(3):
        kit.take("setup")
    here = kit.serve(clerk(1))
    kit.clock.ms = CLOSING_TIME
    async with day_of(kit) as it:
        assert it.screen.mode == CLOSING
        it.select(it.leg(here))
        await it.press("space")
        assert f"{here} 不能结转" in it.seat.said
        it.select(it.leg("A003"))
        await it.press("space")
        assert "结转 1 个" in it.text
        await it.asked("f3")
        await it.answer("told all", more=True)
        question = it.asking
        assert "3 个号码" in question
        await it.answer(PASSWORD)
        assert it.screen.mode == RECORD
        assert PASSWORD not in it.text
        assert "s01 2026-09-22 17:00 收班签字" in it.text
    states = [kit.states(number)[0] for number in ("A001", "A002", "A003")]
    assert states == ["cancelled", "abandoned", "carried_over"]


async def test_a_wrong_signature_leaves_the_list_as_it_is(kit: Kit) -> None:
    kit.take("setup")
    async with day_of(kit) as it:
        await it.press("f2")
        it.select(it.leg("A001"))
        await it.press("space")
        await it.asked("f3")
        await it.answer("", more=True)
        await it.answer("wrong")
        assert it.screen.mode == CLOSING
        assert "密码不对" in it.seat.said
        assert "结转 1 个" in it.text
        assert day_close.record(kit.store, TODAY) is None
        await it.asked("f3")
        await it.press("escape")
        await it.seat.until(lambda: not it.asking and it.screen._settled.is_set())
    assert kit.states("A001") == ["waiting"]


async def test_who_is_called_meanwhile_is_carried_over_no_longer(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    async with day_of(kit) as it:
        await it.press("f2")
        it.select(it.leg("A001"))
        await it.press("space")
        assert it.screen._carry == {"A001"}
        kit.next(clerk(1))
        await it.screen._refresh()
        assert it.screen._carry == set()
        assert "已呼叫" in it.text


async def test_the_record_is_saved_and_the_day_taken_back(kit: Kit, tmp_path: Path) -> None:
    kit.take("setup")
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    target = tmp_path / "list.csv"
    async with day_of(kit) as it:
        assert it.screen.mode == RECORD
        await it.asked("f9")
        it.screen.query_one(Ask)._field.value = str(target)
        await it.answer("")
        assert target.read_text("utf-8-sig").count("\n") == 2
        await it.asked("f3")
        await it.press("2")
        await it.seat.until(lambda: it.screen.mode == CLOSING)
    record = day_close.record(kit.store, TODAY)
    assert record is not None
    assert record["state"] == "open"


async def test_numbers_are_stopped_and_given_again(kit: Kit) -> None:
    async with day_of(kit) as it:
        for stopped in (len(kit.hall.lines), 0):
            await it.press("f7")
            await it.seat.until(
                lambda n=stopped: (  # type: ignore[misc]
                    it.screen.view is not None and len(it.screen.view.stopped) == n
                )
            )
            await it.seat.until(it.screen._settled.is_set)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_both_languages_and_sizes(kit: Kit, language: str, size: tuple[int, int]) -> None:
    kit.open(1)
    for _ in range(40):
        kit.take("setup", "tax")
    kit.serve(clerk(1))
    serving.hold(kit.store, clerk(1), "copy")
    async with day_of(kit, size=size, language=language) as it:
        for mode in (OPENING, CLOSING):
            assert it.screen.mode == mode
            lines = it.text.splitlines()
            assert "Esc" in lines[-1]
            assert "day." not in it.text
            await it.press("f2")
        await it.press("ctrl+t")
        assert {"zh": "Check before opening", "en": "开门检查"}[language] in it.text


async def test_a_clerk_has_no_such_screen(kit: Kit) -> None:
    kit.open(1)
    async with seated(kit, clerk(1)) as seat:
        await seat.press("alt+y")
        assert not isinstance(seat.app.screen, DayScreen)


@pytest.mark.parametrize(
    ("at", "word"), [(NINE, "尚未开门检查"), (CLOSING_TIME, "剩 1 号（号到即办）")]
)
async def test_a_desk_says_how_the_day_stands(kit: Kit, at: int, word: str) -> None:
    kit.open(1)
    kit.take("setup")
    kit.clock.ms = at
    async with seated(kit, clerk(1)) as seat:
        assert word in seat.text


async def test_the_live_view_says_it_while_there_is_no_alarm(kit: Kit) -> None:
    async with seated(kit, SUPERVISOR) as seat:
        await seat.until(lambda: "尚未开门检查" in seat.text)


async def test_a_desk_left_open_overnight_shows_the_new_day(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    async with seated(kit, clerk(1)) as seat:
        assert "A001" in seat.text
        kit.clock.ms = NINE + 24 * 3_600_000
        await seat.desk._sweep()
        await seat.desk.see()
        assert seat.desk.view.ids == []
        assert kit.window(clerk(1))["state"] == "closed"
        await seat.press("f8")
        kit.take("setup")
        await seat.press("f1")
        assert seat.desk.view.leg is not None
        assert seat.desk.view.leg["day"] == "2026-09-23"
