"""The house field: rare characters, pastes, limits, scanners, input methods."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from textual.app import App, ComposeResult

from hallclient.rules.scan import ScanKind
from hallclient.rules.text import clean
from screens.widgets.field import Field
from tests.hostile import HOSTILE, assert_harmless
from tests.screen import paste, screen_text, send

SLIP = "20261123A032"


@dataclass
class Seen:
    entered: list[str] = field(default_factory=list)
    scanned: list[tuple[ScanKind, str, bool]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class FieldApp(App[None]):
    made: Field

    def __init__(self, make: Callable[[], Field] = Field) -> None:
        super().__init__()
        self.make = make
        self.seen = Seen()

    def compose(self) -> ComposeResult:
        self.made = self.make()
        yield self.made

    def on_field_entered(self, event: Field.Entered) -> None:
        self.seen.entered.append(event.value)

    def on_field_scanned(self, event: Field.Scanned) -> None:
        self.seen.scanned.append((event.routed.kind, event.routed.value, event.ime))

    def on_field_notice(self, event: Field.Notice) -> None:
        assert event.text != event.key
        self.seen.notices.append(event.key)


async def test_chinese_and_rare_characters_are_typed() -> None:
    """U+3000 and ideographs younger than Python's tables are text like any other."""
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "张\u3000𠮷𲎯·e", gap=0.2)
        assert app.made.value == "张\u3000𠮷𲎯·e"


async def test_an_alt_key_is_a_command_and_types_nothing() -> None:
    """Terminals send Alt and a letter as Escape and that letter."""
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "ab\x1bd", gap=0.2)
        assert app.made.value == "ab"


async def test_the_terminal_cursor_follows_wide_characters() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "张三", gap=0.2)
        assert app.cursor_position.x == app.made.content_region.x + 5


async def test_a_long_commit_of_an_input_method_arrives_whole() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "武汉大吉科技有限公司东湖分公司")
        assert app.made.value == "武汉大吉科技有限公司东湖分公司"
        await send(pilot, "\r", gap=1, start=1e6)
        assert app.seen.entered == ["武汉大吉科技有限公司东湖分公司"]


async def test_three_glued_scans_are_three_and_leave_the_field_alone() -> None:
    app = FieldApp(lambda: Field("张三"))
    async with app.run_test() as pilot:
        app.made.cursor_position = 1
        await send(pilot, "20261123A001\r20261123A002\r\n20261123B003\r")
        assert [value for _, value, _ in app.seen.scanned] == ["A001", "A002", "B003"]
        assert (app.made.value, app.made.cursor_position) == ("张三", 1)
        assert app.seen.entered == []


async def test_a_scan_after_typing_keeps_what_was_typed() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "abc", gap=0.2, start=1.0)
        await send(pilot, SLIP + "\r", gap=0.002, start=2.0)
        assert app.made.value == "abc"
        assert app.seen.scanned == [(ScanKind.SLIP, "A032", False)]


async def test_full_width_scan_is_told() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "２０２６１１２３Ａ０３２\r")
        assert app.seen.scanned == [(ScanKind.SLIP, "A032", True)]
        assert app.seen.notices == ["field.ime"]


async def test_a_clump_of_typed_keys_is_typed() -> None:
    """A slow line hands over a whole word and its Enter at once; that is nobody's scanner."""
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "supervisor\r")
        assert app.seen.entered == ["supervisor"]
        assert app.seen.scanned == []


async def test_a_scan_meant_for_the_field_fills_it() -> None:
    app = FieldApp(lambda: Field("x", takes=[ScanKind.RESIDENT_ID]))
    async with app.run_test() as pilot:
        await send(pilot, "11010519491231002x\r")
        assert app.seen.entered == ["11010519491231002X"]
        assert app.made.value == "11010519491231002X"


async def test_enter_carries_the_value_of_that_moment() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await send(pilot, "a\rb\r", gap=0.2)
        assert app.seen.entered == ["a", "ab"]


@pytest.mark.parametrize(
    ("fold", "text", "value", "notices"),
    [
        (False, "湖北省\r\n武汉市", "湖北省 武汉市", ["field.lines-joined"]),
        (True, "a032\nb117", "A032", ["field.first-line"]),
        (False, "一行\n", "一行", []),
        (False, "\n\n", "", []),
        (False, "\x1b[31m红", "[31m红", ["field.controls"]),
        (False, "e\u0301", "\u00e9", []),
        (False, "王\ue000", "王\ufffd", ["field.unknown-character"]),
        (True, "１２３ ａｂ", "123AB", []),
    ],
)
async def test_a_paste_is_cleaned_and_says_so(
    fold: bool, text: str, value: str, notices: list[str]
) -> None:
    app = FieldApp(lambda: Field(fold=fold))
    async with app.run_test() as pilot:
        app.post_message(paste(text))
        await pilot.pause()
        assert app.made.value == value
        assert app.seen.notices == notices


@pytest.mark.parametrize(("in_cells", "value"), [(False, "一二三四五"), (True, "一二")])
async def test_the_limit_is_told_and_keeps_what_fits(in_cells: bool, value: str) -> None:
    app = FieldApp(lambda: Field(limit=5, in_cells=in_cells))
    async with app.run_test() as pilot:
        app.post_message(paste("一二三四五六"))
        await pilot.pause()
        assert app.made.value == value
        assert app.seen.notices == ["field.limit"]


async def test_the_limit_counts_a_variant_as_one_and_never_splits_it() -> None:
    app = FieldApp(lambda: Field(limit=2))
    async with app.run_test() as pilot:
        app.post_message(paste("葛\U000e0100城\U000e0101x"))
        await pilot.pause()
        assert app.made.value == "葛\U000e0100城\U000e0101"
        await pilot.press("backspace")
        assert app.made.value == "葛\U000e0100"
        await pilot.press("left")
        assert app.made.cursor_position == 0
        await pilot.press("delete")
        assert app.made.value == ""


async def test_typing_over_a_selection_replaces_it() -> None:
    app = FieldApp(lambda: Field("旧"))
    async with app.run_test() as pilot:
        app.made.select_all()
        await send(pilot, "新", gap=1)
        assert app.made.value == "新"


async def test_a_password_is_neither_shown_nor_copied() -> None:
    app = FieldApp(lambda: Field("secret", password=True))
    async with app.run_test() as pilot:
        app.made.select_all()
        await pilot.press("ctrl+c", "ctrl+x")
        assert app.clipboard == ""
        assert app.made.value == "secret"
        assert "secret" not in screen_text(app)


async def test_other_keys_are_left_to_the_desk() -> None:
    class Desk(FieldApp):
        BINDINGS = [("f1", "tell('f1')"), ("slash", "tell('slash')"), ("ctrl+g", "tell('^g')")]

        def action_tell(self, what: str) -> None:
            self.seen.notices.append(what)

    app = Desk()
    async with app.run_test() as pilot:
        await pilot.press("f1", "slash", "ctrl+g")
        assert app.seen.notices == ["f1", "^g"]
        assert app.made.value == "/"


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_harmless_however_it_comes(text: str) -> None:
    app = FieldApp(lambda: Field(placeholder="x"))
    async with app.run_test() as pilot:
        app.made.value = text
        await pilot.pause()
        assert app.made.value == clean(text)
        assert_harmless(screen_text(app))
        app.made.value = ""
        app.post_message(paste(text))
        await pilot.pause()
        assert_harmless(screen_text(app))
        assert_harmless(app.made.value, newlines=False)
