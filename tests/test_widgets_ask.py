"""The question line: by number, by arrows, by mouse, by typing, by searching."""

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.widget import Widget

from hallclient.texts import t
from screens.widgets.ask import Ask
from screens.widgets.choices import ROWS, Choices, Option
from screens.widgets.field import Field
from screens.widgets.question import Answer, Question, yes_no
from screens.widgets.rows import Column, ListSource, Row
from screens.widgets.table import VirtualTable
from tests.hostile import HOSTILE, assert_harmless
from tests.screen import paste, screen_text, widget_text

REASONS = (Option("away", "访客不在"), Option("papers", "补材料"), Option("other", "其他原因"))


class AskApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Answer | None] = []

    def compose(self) -> ComposeResult:
        yield VirtualTable([Column("号码", 6)], ListSource([Row("1", ("A001",))]))
        yield Ask()

    @property
    def ask(self) -> Ask:
        return self.query_one(Ask)

    def on_ask_answered(self, event: Ask.Answered) -> None:
        assert event.control is self.ask
        self.answers.append(event.answer)


async def test_it_is_out_of_sight_until_asked_and_gives_the_focus_back() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.query_one(VirtualTable).focus()
        await pilot.pause()
        assert not app.ask.display
        app.ask.put(Question("挂起原因", REASONS))
        await pilot.pause()
        assert "挂起原因" in screen_text(app)
        assert "1 访客不在" in screen_text(app)
        assert isinstance(app.focused, Choices)
        await pilot.press("2")
        assert app.answers == [Answer("papers", "补材料")]
        assert not app.ask.display
        assert isinstance(app.focused, VirtualTable)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "away"),
        (["down", "enter"], "papers"),
        (["right", "right", "right", "enter"], "other"),
        (["end", "up", "enter"], "papers"),
        (["3"], "other"),
    ],
)
async def test_a_choice_by_keys(keys: list[str], answer: str) -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("原因", REASONS))
        await pilot.press(*keys)
        assert [found.key for found in app.answers if found] == [answer]


async def test_a_number_without_an_option_does_nothing() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("原因", REASONS))
        await pilot.press("9", "x")
        assert app.answers == []
        assert app.ask.is_open


async def test_a_choice_by_mouse() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("原因", REASONS))
        await pilot.pause()
        shown = widget_text(app.query_one(Choices))
        offset = 1 + 2 + 8 + 1 + 2 + 1  # the second option, behind "▸1 访客不在 " and the gap
        assert shown.startswith("▸1 访客不在")
        await pilot.click(Choices, offset=(offset, 0))
        assert [found.key for found in app.answers if found] == ["papers"]


async def test_escape_gives_up() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        future = app.ask.put(Question("原因", text=True))
        await pilot.pause()
        await pilot.press("escape")
        assert app.answers == [None]
        assert future.result() is None


async def test_a_new_question_gives_the_old_one_up() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.query_one(VirtualTable).focus()
        await pilot.pause()
        first = app.ask.put(Question("一", REASONS))
        second = app.ask.put(Question("二", REASONS))
        await pilot.press("1")
        assert first.result() is None
        assert second.result() == Answer("away", "访客不在")
        assert isinstance(app.focused, VirtualTable)


async def test_an_option_that_cannot_be_says_why() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("转到", (Option("a", "2号窗口", why="窗口已关闭"),)))
        await pilot.press("1")
        assert app.answers == []
        assert "窗口已关闭" in screen_text(app)


async def test_a_free_text_is_one_more_option() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("原因", REASONS, text=True))
        await pilot.press("4")
        assert isinstance(app.focused, Field)
        app.post_message(paste("  等家属 "))
        await pilot.press("enter")
        assert app.answers == [Answer("", "等家属")]


async def test_a_required_text_is_asked_for_again() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("备注", text=True))
        await pilot.press("space", "enter")
        assert app.answers == []
        assert t("ask.required") in screen_text(app)


async def test_an_optional_text_may_be_empty_and_a_given_one_is_kept() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("备注", text=True, required=False))
        await pilot.press("enter")
        app.ask.put(Question("备注", text=True, value="原来的"))
        await pilot.press("enter")
        assert app.answers == [Answer("", ""), Answer("", "原来的")]


async def test_a_search_shows_what_it_finds_and_takes_the_chosen() -> None:
    def find(text: str) -> Sequence[tuple[str, str]]:
        return [(f"S{n}", f"事项{n}") for n in range(30) if text in f"事项{n}"]

    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("事项", find=find))
        await pilot.pause()
        assert isinstance(app.focused, Field)
        assert "事项0" in screen_text(app)
        assert app.query_one(Choices).size.height == ROWS
        assert t("ask.more", n=30 - ROWS + 1) in screen_text(app)
        await pilot.press("2", "down", "enter")
        assert [found.key for found in app.answers if found] == ["S12"]


async def test_a_search_without_a_result_says_so() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("事项", find=lambda _text: []))
        await pilot.press("x", "enter")
        assert app.answers == []
        assert t("ask.none") in screen_text(app)


async def test_the_last_row_can_be_reached_and_is_shown() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("事项", find=lambda _text: [(str(n), f"第{n}项") for n in range(20)]))
        await pilot.press(*["down"] * 19)
        assert "▸第19项" in screen_text(app)
        await pilot.press("enter")
        assert [found.key for found in app.answers if found] == ["19"]


async def test_yes_is_never_the_first_answer() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(yes_no("关闭窗口？"))
        await pilot.press("enter")
        app.ask.put(yes_no("关闭窗口？"))
        await pilot.press("2")
        assert [found.key for found in app.answers if found] == ["no", "yes"]


async def test_a_password_is_given_as_typed_and_not_kept() -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question("密码", text=True, password=True))
        app.post_message(paste(" p w "))
        await pilot.press("enter")
        assert app.answers == [Answer("", " p w ")]
        assert app.query_one(Field).value == ""


async def test_many_options_wrap_and_none_is_lost() -> None:
    app = AskApp()
    options = tuple(Option(str(n), f"选项{n}的名称") for n in range(1, 12))
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask.put(Question("选", options))
        await pilot.pause()
        shown = widget_text(app.query_one(Choices))
        assert all(option.label in shown for option in options)
        assert shown.count("\n") == 2


async def test_it_is_made_of_few_widgets() -> None:
    app = AskApp()
    async with app.run_test():
        assert len(app.ask.query(Widget)) < 6


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_in_every_place(text: str) -> None:
    app = AskApp()
    async with app.run_test() as pilot:
        app.ask.put(Question(text, (Option("k", text, why=text), Option("l", text)), text=True))
        await pilot.press("1")
        assert_harmless(screen_text(app))
        app.ask.put(Question("x", find=lambda _text: [("k", text)], placeholder="y", value=text))
        await pilot.pause()
        assert_harmless(screen_text(app))
