"""The form's grid: what is painted and how little is asked; rows that move; where the editor is."""

import pytest
from textual.geometry import Offset

from hallclient.rules.text import cell_width
from screens.widgets.field import Field
from screens.widgets.grid import FormGrid
from screens.widgets.grid_lines import VIEWS, GridLines
from screens.widgets.grid_parts import CellView, GridColumn
from tests.gridkit import SMALL, Fields, GridApp, Rows, at
from tests.hostile import PACKED, assert_harmless
from tests.screen import paste, screen_text, send, widget_text

# --- the pictures -------------------------------------------------------------------------


async def test_rows_scroll_sideways_by_whole_columns() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=(60, 5)) as pilot:
        assert screen_text(app).split("\n")[:4] == [
            " 序号       姓名      证件号码            性别    比例     ›",
            "    1 名0  ▸名0                                =  12.5",
            "    2 名1   名1                                =  12.5",
            "",
        ]
        await pilot.press("end")
        assert screen_text(app).split("\n")[:3] == [
            " 序号      ‹类别    补充        备注",
            "    1 名0          -           ▸",
            "    2 名1          -",
        ]


async def test_fields_stand_one_below_the_other() -> None:
    app = GridApp(Fields())
    async with app.run_test(size=(40, 12)):
        assert screen_text(app).split("\n")[:4] == [
            " 序号       填写              说明",
            " 姓名      ▸名0",
            " 证件号码                    *必填",
            " 性别",
        ]


async def test_no_rows() -> None:
    app = GridApp(Rows(0))
    async with app.run_test(size=SMALL) as pilot:
        assert "没有[/]行" in screen_text(app)
        await pilot.press("down", "x", "1", "space", "f2", "delete", "escape", "pagedown")
        assert (app.grid.place, app.grid.typing, app.form.told) == (None, None, [])
        await pilot.press("enter")
        assert [event.step for event in app.all(FormGrid.Ended)] == [1]
        assert at(app) == ("new0", "name")


# --- rows come and go ---------------------------------------------------------------------


async def test_the_cursor_stays_on_its_row() -> None:
    source = Rows(50)
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r20", "number")
        await pilot.pause()
        line = next(i for i, text in enumerate(screen_text(app).split("\n")) if "▸" in text)
        for number in range(5):
            source.insert(0, f"above{number}")
        app.grid.reload()
        await pilot.pause()
        assert at(app) == ("r20", "number")
        assert "▸" in screen_text(app).split("\n")[line]
        assert "名20" in screen_text(app).split("\n")[line]
        del source.keys[:10]
        app.grid.reload()
        await pilot.press("x", "enter")
        assert source.taken == [("r20", "number", "X")]


async def test_rows_that_move_under_the_editor_take_it_with_them() -> None:
    source = Rows(5)
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "x")
        assert app.grid.editor.region.y == 2
        source.insert(0, "above")
        app.grid.reload()
        await pilot.pause()
        assert app.grid.editor.region.y == 3
        await pilot.press("y", "enter")
        assert source.taken == [("r1", "name", "xy")]


async def test_a_row_that_is_gone_gives_back_what_was_typed_in_it() -> None:
    source = Rows(3)
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+end", "home", "x")
        source.keys.pop()
        app.grid.reload()
        await pilot.pause()
        event = app.last(FormGrid.Abandoned)
        assert (event.row, event.text) == ("r2", "x")
        assert (at(app), app.grid.typing, source.taken) == (("r1", "name"), None, [])
        source.keys.clear()
        app.grid.reload()
        await pilot.pause()
        assert app.grid.place is None
        assert "没有[/]行" in screen_text(app)


async def test_a_row_that_is_gone_untold_takes_no_others_place() -> None:
    source = Rows(3)
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "x")
        source.keys.remove("r1")
        app.grid.leave()
        await pilot.pause()
        assert (source.taken, app.last(FormGrid.Abandoned).text) == ([], "x")


async def test_other_titles_and_columns() -> None:
    source = Rows(3)
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r1", "sex")
        source.shown = [GridColumn("sex", "Sex", 6), GridColumn("note", "Note", 6)]
        app.grid.reload()
        await pilot.pause()
        assert at(app) == ("r1", "sex")
        assert screen_text(app).split("\n")[0].split() == ["序号", "Sex", "Note"]
        source.shown = [GridColumn("note", "Note", 6)]
        app.grid.reload()
        assert at(app) == ("r1", "note")
        assert not app.grid.goto("r1", "sex")
        assert not app.grid.goto("gone", "note")


# --- little is asked, little is painted ---------------------------------------------------


@pytest.mark.parametrize("key", ["down", "right", "enter", "pagedown", "ctrl+end", "x", "1"])
async def test_five_thousand_rows_cost_what_fifty_do(key: str) -> None:
    asked = {}
    for n in (50, 5000):
        source = Rows(n)
        app = GridApp(source)
        async with app.run_test(size=SMALL) as pilot:
            source.asked.clear()
            await pilot.press(key, "enter")
            asked[n] = len(source.asked)
    in_sight = 11 * 5
    assert asked[5000] == asked[50] <= 2 * in_sight


async def test_a_move_asks_nothing_and_paints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    render = GridLines.render_line

    def spy(self: GridLines, y: int):  # type: ignore[no-untyped-def]
        painted.append(y)
        return render(self, y)

    monkeypatch.setattr(GridLines, "render_line", spy)
    source = Rows(50)
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "up")
        source.asked.clear()
        painted.clear()
        await pilot.press("down")
        assert (source.asked, set(painted)) == ([], {1, 2})
        painted.clear()
        source.texts["r4"]["name"] = "甲"
        app.grid.refresh_cells([("r4", "name"), ("r40", "name"), ("gone", "name")])
        await pilot.pause()
        assert {row for row, _ in source.asked} == {4}
        assert set(painted) == {5}
        painted.clear()
        await pilot.press("2")
        painted.clear()
        await pilot.press("up")
        assert set(painted) <= {0, 1, 2}, "the answer's line and where the cursor went"


async def test_memory_does_not_grow_with_rows() -> None:
    app = GridApp(Rows(5000))
    async with app.run_test(size=SMALL) as pilot:
        for _ in range(5000 // 9):
            app.grid.move(rows=9)
            for line in range(11):
                app.grid.lines.render_line(line)
        await pilot.pause()
        assert len(app.grid.lines._views) <= VIEWS
        assert len(app.grid.lines._painted) <= 11


# --- where the editor is ------------------------------------------------------------------


async def test_the_editor_is_never_off_the_screen() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "note")
        for place, text in enumerate(["a", "长" * 20, "长" * 40]):
            app.post_message(paste(text) if place else paste("a"))
            await pilot.pause()
            region = app.grid.editor.region
            assert 0 <= region.x < region.right <= 60
            assert region.y == 1
            assert region.width >= min(60, cell_width(app.grid.typing or "") + 1)
        await pilot.press("home")
        assert app.cursor_position.x == app.grid.editor.region.x
        await pilot.press("end")
        assert app.cursor_position.x <= 60


async def test_the_terminals_cursor_is_where_a_person_types() -> None:
    """Input methods open their window there, also before the first character."""
    app = GridApp(Rows(50))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "down")
        assert app.cursor_position == Offset(12, 3)
        assert screen_text(app).split("\n")[3][10] == "▸"  # a wide character before it
        await send(pilot, "张三", gap=0.2)
        assert app.cursor_position == Offset(12 + 5, 3)
        await pilot.press("enter")
        assert app.cursor_position == Offset(22, 3)
        await pilot.press("ctrl+end")
        assert app.cursor_position.y == 10


async def test_the_screen_changes_its_size_while_somebody_types() -> None:
    app = GridApp(Rows(50))
    async with app.run_test(size=(120, 40)) as pilot:
        app.grid.goto("r30", "note")
        await send(pilot, "武汉市", gap=0.2)
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        region = app.grid.editor.region
        assert 0 < region.y < 9
        assert region.right <= 40
        assert "武汉市" in widget_text(app.grid.editor)
        assert app.cursor_position.y == region.y
        await send(pilot, "东湖\r", gap=0.2)
        assert app.source.taken == [("r30", "note", "武汉市东湖")]


async def test_out_of_the_way_the_editor_shows_nothing() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x", "escape")
        assert app.grid.editor.region.size == (1, 1)
        assert screen_text(app).split("\n")[0].startswith(" 序号")


# --- text is data -------------------------------------------------------------------------


async def test_hostile_text_is_shown_and_typed_as_data() -> None:
    source = Rows(len(PACKED))
    for key, text in zip(source.keys, PACKED, strict=True):
        source.texts[key] = {"name": text, "note": text}
    source.shown = [
        GridColumn("name", "[/]\x1b[2J", 8),
        GridColumn("note", "[@click=app.quit]x[/]", 20, align="right"),
    ]
    app = GridApp(source)
    async with app.run_test(size=(50, len(PACKED) + 4)) as pilot:
        assert_harmless(screen_text(app))
        width = app.grid.lines.scrollable_content_region.width
        for line in range(len(PACKED) + 1):
            assert app.grid.lines.render_line(line).cell_length == width
        for text in PACKED:
            if "\n" in text or "\t" in text or "\r" in text or not text:
                continue
            await pilot.press("f2")
            app.post_message(paste(text))
            await pilot.pause()
            assert_harmless(screen_text(app))
            await pilot.press("down")
        for _, _, text in source.taken:
            assert_harmless(text)
        assert source.taken


async def test_every_mark_has_its_sign() -> None:
    class Marked(Rows):
        def cell(self, row: int, column: int) -> CellView:
            marks = ["missing", "wrong", "warn", "done", "calculated", "dim", "collision", "other"]
            return CellView("x", marks[row])

    app = GridApp(Marked(8, [GridColumn("name", "", 3), GridColumn("note", "", 3)]))
    async with app.run_test(size=(40, 12)):
        lines = [line.split()[-1] for line in screen_text(app).split("\n")[1:9]]
        assert lines == ["*x", "#x", "!x", "+x", "=x", "-x", "?x", "x"]


async def test_notices_of_the_field_reach_the_screen() -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "number")
        app.post_message(paste("1" * 20))
        await pilot.pause()
        assert app.last(Field.Notice).key == "field.limit"
        assert app.grid.typing == "1" * 18
