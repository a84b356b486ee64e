"""The form's grid: moving, typing, leaving, pasting, the mouse."""

import pytest
from textual import events

from screens.widgets.grid import FormGrid
from screens.widgets.grid_lines import GridLines
from screens.widgets.grid_parts import FAR, GridColumn
from tests.gridkit import COLUMNS, SMALL, Fields, FormScreen, GateApp, GridApp, Rows, at
from tests.screen import paste, screen_text, send

APPS = pytest.mark.parametrize("make", [GridApp, GateApp])


# --- moving -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["down", "down", "up"], ("r1", "name")),
        (["up", "left"], ("r0", "name")),
        (["right"] * 3, ("r0", "share")),
        (["end"], ("r0", "note")),
        (["end", "down", "home"], ("r1", "name")),
        (["ctrl+end"], ("r49", "note")),
        (["ctrl+end", "right", "down"], ("r49", "note")),
        (["ctrl+end", "ctrl+home"], ("r0", "name")),
        (["pagedown"], ("r9", "name")),
        (["pagedown", "pagedown", "pageup"], ("r9", "name")),
        (["tab"], ("r0", "number")),
        (["tab", "tab", "tab"], ("r0", "nation")),
        (["tab", "tab", "tab", "shift+tab"], ("r0", "sex")),
        (["end", "enter"], ("r1", "name")),
        (["end", "enter", "shift+tab"], ("r0", "note")),
    ],
)
@APPS
async def test_keys_move_the_cursor(
    make: type[GridApp], keys: list[str], place: tuple[str, str]
) -> None:
    app = make(Rows(50))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)
        assert at(app) == place
        moved = app.last(FormGrid.Moved)
        assert (moved.row, moved.column) == place
        assert app.all(FormGrid.Committed) == []


async def test_enter_skips_what_is_calculated_or_irrelevant() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        seen = []
        for _ in range(8):
            seen.append(at(app)[1])
            await pilot.press("enter")
        assert seen == ["name", "number", "sex", "nation", "duty", "kind", "note", "name"]
        assert at(app) == ("r1", "number")


async def test_an_answer_that_makes_a_field_relevant_leads_there() -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "sex")
        await send(pilot, "2\r\r\r", gap=0.2)
        assert at(app) == ("r0", "extra")


async def test_the_ends_are_told() -> None:
    app = GridApp(Fields())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("shift+tab", "end", "enter")
        assert [event.step for event in app.all(FormGrid.Ended)] == [-1, 1]
        assert at(app) == ("note", "value")


async def test_a_long_way_without_a_field_to_fill_is_gone_in_stages() -> None:
    source = Rows(400, [GridColumn("share", "比例", 6), GridColumn("extra", "补充", 6)])
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab")
        assert at(app) == (f"r{FAR // 2}", "share")
        await pilot.press("ctrl+end", "tab")
        assert app.last(FormGrid.Ended).step == 1


@APPS
async def test_keys_typed_ahead_of_a_new_row_go_into_it(make: type[GridApp]) -> None:
    source = Rows(1, COLUMNS[:2])
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        await send(pilot, "王一\r11\r李二\r22\r赵三")
        assert source.taken == [
            ("r0", "name", "王一"),
            ("r0", "number", "11"),
            ("new1", "name", "李二"),
            ("new1", "number", "22"),
        ]
        assert (at(app), app.grid.typing) == (("new2", "name"), "赵三")


# --- typing -------------------------------------------------------------------------------


@APPS
async def test_typing_opens_the_editor_and_replaces(make: type[GridApp]) -> None:
    source = Rows(3)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        await send(pilot, "王五", gap=0.2)
        assert app.grid.typing == "王五"
        assert app.last(FormGrid.Typing).text == "王五"
        assert source.taken == []
        await pilot.press("enter")
        assert source.taken == [("r0", "name", "王五")]
        event = app.last(FormGrid.Committed)
        assert (event.row, event.column, event.text, event.move) == ("r0", "name", "王五", "next")
        assert at(app) == ("r0", "number")
        assert "▸" in screen_text(app).split("\n")[1]
        assert "王五" in screen_text(app)


@pytest.mark.parametrize("key", ["f2", "backspace"])
async def test_f2_and_backspace_open_with_the_present_text(key: str) -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key, "x", "left", "left", "backspace", "y", "end", "z", "enter")
        assert app.source.taken == [("r0", "name", "y0xz")]


async def test_a_space_never_empties_a_cell() -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("space", "enter", "left", "space")
        assert (app.grid.typing, app.source.taken) == ("名0", [])
        await pilot.press("space", "x", "enter")
        assert app.source.taken == [("r0", "name", "名0 x")]


async def test_what_was_not_changed_is_not_committed() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f2", "enter", "left", "f2", "x", "backspace", "down")
        await pilot.press("f2", "escape")
        await send(pilot, "名1\r", gap=0.2)
        assert app.source.taken == []
        assert app.all(FormGrid.Committed) == app.all(FormGrid.Abandoned) == []


async def test_a_cell_is_emptied_with_delete_or_by_typing_nothing() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("delete", "delete", "down", "x", "backspace", "enter")
        assert app.source.taken == [("r0", "name", ""), ("r1", "name", "")]
        assert [event.move for event in app.all(FormGrid.Committed)] == ["stay", "next"]


async def test_escape_keeps_what_was_typed() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x", "y", "escape")
        event = app.last(FormGrid.Abandoned)
        assert (event.row, event.column, event.text) == ("r0", "name", "xy")
        assert (app.grid.typing, app.source.taken) == (None, [])
        await pilot.press("f2")
        assert app.grid.typing == "名0"
        await pilot.press("f2")
        assert app.grid.typing == "xy"
        await pilot.press("f2")
        assert app.grid.typing == "名0"
        await pilot.press("f2", "enter")
        assert app.source.taken == [("r0", "name", "xy")]
        await pilot.press("left", "f2", "f2")
        assert app.grid.typing == "xy"


@pytest.mark.parametrize(
    ("key", "place", "move"),
    [
        ("up", ("r3", "name"), "away"),
        ("down", ("r5", "name"), "away"),
        ("pageup", ("r0", "name"), "away"),
        ("pagedown", ("r13", "name"), "away"),
        ("ctrl+home", ("r0", "name"), "away"),
        ("ctrl+end", ("r19", "note"), "away"),
        ("tab", ("r4", "number"), "next"),
        ("enter", ("r4", "number"), "next"),
        ("shift+tab", ("r3", "note"), "back"),
    ],
)
@APPS
async def test_leaving_by_any_key_commits(
    make: type[GridApp], key: str, place: tuple[str, str], move: str
) -> None:
    app = make(Rows(20))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r4", "name")
        await pilot.press("x", key)
        assert app.source.taken == [("r4", "name", "x")]
        assert app.last(FormGrid.Committed).move == move
        assert at(app) == place


async def test_leaving_by_any_other_way_commits() -> None:
    app = GridApp(Rows(50))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x")
        app.grid.goto("r1", "name")
        await pilot.press("x")
        await pilot.click(GridLines, offset=(12, 3))
        assert at(app) == ("r2", "name")
        await pilot.press("x")
        app.form.other.focus()
        await pilot.pause()
        app.grid.focus()
        await pilot.press("x", "x")
        app.grid.lines.scroll_to(y=30, animate=False)
        await pilot.pause()
        app.grid.goto("r3", "name")
        await pilot.press("x")
        app.grid.set_source(Fields())
        assert app.source.taken == [
            ("r0", "name", "x"),
            ("r1", "name", "x"),
            ("r2", "name", "x"),
            ("r2", "name", "xx"),
            ("r3", "name", "x"),
        ]
        assert at(app) == ("name", "value")


async def test_a_screen_that_closes_commits() -> None:
    source = Rows(2)
    app = GridApp(Rows(0))
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(FormScreen(source))
        await pilot.press("x")
        app.pop_screen()
        await pilot.pause()
        assert source.taken == [("r0", "name", "x")]


async def test_looking_at_another_window_is_not_leaving() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x")
        app.app_focus = False
        await pilot.pause()
        assert (app.grid.typing, app.source.taken) == ("x", [])
        app.app_focus = True
        await pilot.pause()
        await pilot.press("y", "enter")
        assert app.source.taken == [("r0", "name", "xy")]


async def test_nothing_can_be_typed_where_it_is_locked() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "share")
        await pilot.press("5", "f2", "backspace", "delete", "space")
        app.post_message(paste("7"))
        await pilot.pause()
        assert [event.why for event in app.all(FormGrid.Locked)] == ["算出来的"] * 6
        assert (app.grid.typing, app.source.taken) == (None, [])
        await pilot.press("down")
        assert at(app) == ("r1", "share")


async def test_keys_that_edit_are_the_screens_while_nothing_is_typed() -> None:
    app = GridApp(Rows(2))
    pressed = []
    app.action_copy_down = lambda: pressed.append("ctrl+d")  # type: ignore[attr-defined]
    app.action_out = lambda: pressed.append("escape")  # type: ignore[attr-defined]
    async with app.run_test(size=SMALL) as pilot:
        app.bind("ctrl+d", "copy_down")
        app.bind("escape", "out")
        await pilot.press("ctrl+d", "escape")
        assert pressed == ["ctrl+d", "escape"]
        await pilot.press("a", "b", "left", "ctrl+d", "escape")
        assert pressed == ["ctrl+d", "escape"]
        assert app.last(FormGrid.Abandoned).text == "a"


# --- pastes -------------------------------------------------------------------------------


async def test_a_paste_on_a_cell_is_typed_into_it() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(paste("张\x1b[31m三\r\n"))
        await pilot.pause()
        assert app.grid.typing == "张[31m三"
        await pilot.press("enter")
        assert app.source.taken == [("r0", "name", "张[31m三")]


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\r\nb\r\n", "\ta", "一\r二"])
async def test_a_block_is_for_the_screen(text: str) -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        app.post_message(paste(text))
        await pilot.pause()
        event = app.last(FormGrid.PastedBlock)
        assert (event.row, event.column, event.text) == ("r1", "name", text)
        assert (app.grid.typing, app.source.taken) == (None, [])


async def test_a_block_can_be_the_first_rows() -> None:
    app = GridApp(Rows(0))
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(paste("a\tb"))
        await pilot.pause()
        event = app.last(FormGrid.PastedBlock)
        assert (event.row, event.column, event.text) == ("", "", "a\tb")


# --- the mouse ----------------------------------------------------------------------------


async def test_a_click_puts_the_cursor_and_two_edit() -> None:
    app = GridApp(Rows(50))
    async with app.run_test(size=SMALL) as pilot:
        app.form.other.focus()
        await pilot.click(GridLines, offset=(22, 4))
        assert at(app) == ("r3", "number")
        await pilot.press("7")
        assert app.grid.typing == "7"
        await pilot.click(GridLines, offset=(3, 6))
        assert at(app) == ("r5", "number")
        await pilot.click(GridLines, offset=(12, 2), times=2)
        assert (at(app), app.grid.typing) == (("r1", "name"), "名1")
        assert app.source.taken == [("r3", "number", "7")]
        await pilot.click(GridLines, offset=(12, 0))
        assert at(app) == ("r1", "name")


async def test_the_wheel_scrolls_and_the_next_key_comes_back() -> None:
    app = GridApp(Rows(50))
    async with app.run_test(size=SMALL) as pilot:
        for _ in range(20):
            app.post_message(events.MouseScrollDown(None, 5, 5, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert "▸" not in screen_text(app)
        assert at(app) == ("r0", "name")
        await pilot.press("x")
        assert app.grid.editor.region.y == 1
        assert "名1" in screen_text(app)


async def test_remarks_are_no_place_for_the_cursor() -> None:
    app = GridApp(Fields())
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.click(GridLines, offset=(32, 3))
        assert at(app) == ("sex", "value")
        await pilot.press("right")
        assert at(app) == ("sex", "value")
