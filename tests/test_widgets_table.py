"""The virtual table: reads little, paints little, and keeps the selection on its row."""

import random
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from hallclient.rules.text import cell_width
from screens.widgets.rows import (
    MARKS,
    PAGE,
    PAGES,
    Column,
    ListSource,
    PagedRows,
    Row,
    RowSource,
    column_widths,
)
from screens.widgets.table import VirtualTable
from tests.hostile import HOSTILE, assert_harmless
from tests.screen import screen_text, widget_text

COLUMNS = (
    Column("号码", 7),
    Column("业务", 10, flex=1),
    Column("等候", 6, align="right"),
    Column("类别", 8, drop=1),
)


def row(number: int, style: str = "") -> Row:
    return Row(f"k{number}", (f"A{number:06d}", "企业设立登记", f"{number}′", "普通"), style)


class Counted:
    """Rows made when asked for, and what was asked for."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.asked: list[tuple[int, int]] = []

    def count(self) -> int:
        return self.n

    def rows(self, first: int, n: int) -> Sequence[Row]:
        self.asked.append((first, n))
        return [row(number) for number in range(first, min(self.n, first + n))]


class TableApp(App[None]):
    def __init__(self, source: RowSource, columns: Sequence[Column] = COLUMNS) -> None:
        super().__init__()
        self.table = VirtualTable(columns, source, empty="无人等候[/]")
        self.highlighted: list[str | None] = []
        self.activated: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        assert event.control is self.table
        self.highlighted.append(event.row.key if event.row else None)

    def on_virtual_table_row_activated(self, event: VirtualTable.RowActivated) -> None:
        self.activated.append(event.row.key)


def rows(*numbers: int) -> list[Row]:
    return [row(number) for number in numbers]


async def test_a_hundred_thousand_rows_are_read_by_the_page() -> None:
    source = Counted(100_000)
    app = TableApp(source)
    async with app.run_test(size=(60, 12)) as pilot:
        assert source.asked == [(0, PAGE)]
        await pilot.press("end")
        assert "A099999" in screen_text(app)
        await pilot.press("home", "pagedown", "pagedown")
        assert app.table.cursor == 20
        assert sum(n for _, n in source.asked) <= 4 * PAGE


def test_memory_stays_flat() -> None:
    paged = PagedRows(Counted(100_000))
    paged.reload()
    for index in range(0, 100_000, PAGE):
        assert paged[index] is not None
    assert len(paged._pages) == PAGES


async def test_the_picture() -> None:
    app = TableApp(ListSource([row(1, "warn"), row(2)]))
    async with app.run_test(size=(40, 5)):
        assert screen_text(app).split("\n") == [
            "  号码    业务             等候 类别",
            "▸!A000001 企业设立登记       1′ 普通",
            "  A000002 企业设立登记       2′ 普通",
            "",
            "",
        ]


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (["down", "down"], "k2"),
        (["down", "up", "up"], "k0"),
        (["end"], "k49"),
        (["end", "home"], "k0"),
        (["pagedown"], "k8"),
        (["end", "pageup"], "k41"),
    ],
)
async def test_keys_move_the_selection(keys: list[str], key: str) -> None:
    app = TableApp(ListSource(rows(*range(50))))
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.focus()
        await pilot.press(*keys)
        assert app.table.selected == row(int(key[1:]))
        assert app.highlighted[-1] == key
        shown = widget_text(app.table)
        assert f"▸ A{int(key[1:]):06d}" in shown


async def test_enter_and_double_click_choose() -> None:
    app = TableApp(ListSource(rows(*range(50))))
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.focus()
        await pilot.press("down", "enter")
        await pilot.click(app.table, offset=(5, 4))
        assert app.highlighted[-1] == "k3"
        assert app.activated == ["k1"]
        await pilot.click(app.table, offset=(5, 6), times=2)
        assert app.activated == ["k1", "k5"]


async def test_a_click_on_the_header_or_below_the_rows_does_nothing() -> None:
    app = TableApp(ListSource(rows(0, 1)))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.click(app.table, offset=(5, 0), times=2)
        await pilot.click(app.table, offset=(5, 7), times=2)
        assert app.table.cursor == 0
        assert app.activated == []


async def test_the_selection_stays_with_its_row() -> None:
    source = ListSource(rows(1, 2, 3, 4))
    app = TableApp(source)
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.focus()
        await pilot.press("down", "down")
        source._rows = rows(9, 8, 1, 2, 3, 4)
        app.table.reload()
        assert app.table.selected == row(3)
        assert app.table.cursor == 4
        await pilot.pause()
        assert app.highlighted[-1] == "k3"


async def test_a_long_list_finds_its_row_through_the_source() -> None:
    source = ListSource(rows(*range(2_000)))
    app = TableApp(source)
    async with app.run_test(size=(60, 10)):
        assert app.table.select_key("k1900")
        assert not app.table.select_key("k5000")
        source._rows = rows(*range(1_900, 2_000))
        app.table.reload()
        assert app.table.selected == row(1_900)


async def test_the_row_keeps_its_place_on_the_screen_when_rows_come_above() -> None:
    source = ListSource(rows(*range(50)))
    app = TableApp(source)
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.select_key("k30")
        await pilot.pause()
        before = [line[:50] for line in widget_text(app.table).split("\n")]
        source._rows = [*rows(*range(900, 905)), *rows(*range(50))]
        app.table.reload()
        await pilot.pause()
        assert [line[:50] for line in widget_text(app.table).split("\n")] == before


async def test_when_its_row_is_gone_the_next_one_is_selected() -> None:
    source = ListSource(rows(1, 2, 3))
    app = TableApp(source)
    async with app.run_test(size=(60, 10)):
        app.table.select_key("k2")
        source._rows = rows(1, 3)
        app.table.reload()
        assert app.table.selected == row(3)
        source._rows = rows(1)
        app.table.reload()
        assert app.table.selected == row(1)


async def test_only_lines_with_another_row_are_painted() -> None:
    app = TableApp(ListSource(rows(*range(8))))
    async with app.run_test(size=(60, 12)) as pilot:
        app.table.refresh()
        await pilot.pause()
        painted: list[int] = []
        paint = app.table.render_line

        def noted(y: int) -> Strip:
            painted.append(y)
            return paint(y)

        app.table.render_line = noted  # type: ignore[method-assign]
        changed = rows(*range(8))
        changed[3] = row(3, "warn")
        app.table.replace_source(ListSource(changed))
        app.table.set_columns(COLUMNS)
        await pilot.pause()
        assert painted == [4]
        app.table.replace_source(ListSource(changed))
        await pilot.pause()
        assert painted == [4]


@pytest.mark.parametrize("seed", range(6))
async def test_however_a_list_changes_it_looks_as_if_painted_as_a_whole(seed: int) -> None:
    dice = random.Random(seed)
    app = TableApp(ListSource(rows(1, 2, 3)))
    async with app.run_test(size=(60, 9)) as pilot:
        for _ in range(30):
            count = dice.choice((0, 1, 3, 7, 8, 30))
            numbers = dice.sample(range(40), count)
            app.table.replace_source(
                ListSource([row(number, dice.choice(("", "warn"))) for number in numbers])
            )
            await pilot.press(dice.choice(("up", "down", "pagedown", "home", "end")))
            await pilot.pause()
            seen = widget_text(app.table)
            app.table.refresh()
            await pilot.pause()
            assert widget_text(app.table) == seen


async def test_an_emptied_list_says_so() -> None:
    source = ListSource(rows(1))
    app = TableApp(source)
    async with app.run_test(size=(60, 10)) as pilot:
        source._rows = []
        app.table.reload()
        await pilot.pause()
        assert app.table.selected is None
        assert app.highlighted[-1] is None
        assert "无人等候[/]" in screen_text(app)
        app.table.focus()
        await pilot.press("down", "enter", "end")
        assert app.activated == []


async def test_a_source_that_shrinks_behind_its_count_leaves_blank_lines() -> None:
    class Shrunk(Counted):
        def count(self) -> int:
            return self.n + 5

    app = TableApp(Shrunk(3))
    async with app.run_test(size=(60, 12)) as pilot:
        app.table.focus()
        await pilot.press("end", "enter")
        assert app.table.selected is None
        assert app.activated == []


async def test_the_wheel_scrolls_without_moving_the_selection() -> None:
    app = TableApp(ListSource(rows(*range(100))))
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.scroll_to(y=40, animate=False)
        await pilot.pause()
        assert app.table.cursor == 0
        assert "A000040" in screen_text(app)
        assert "▸" not in screen_text(app)


async def test_no_style_is_told_by_colour_alone() -> None:
    assert len(set(MARKS.values())) == len(MARKS)
    app = TableApp(ListSource([row(place, style) for place, style in enumerate(MARKS)]))
    async with app.run_test(size=(60, 12)):
        lines = widget_text(app.table).split("\n")[1:]
        assert [line[1] for line in lines[: len(MARKS)]] == list(MARKS.values())


async def test_titles_change_with_the_language() -> None:
    app = TableApp(ListSource(rows(1)))
    async with app.run_test(size=(60, 5)) as pilot:
        app.table.set_columns([Column("Number", 8), Column("Service", 10, flex=1)])
        await pilot.pause()
        assert "Number   Service" in screen_text(app)


async def test_another_source_starts_at_its_top() -> None:
    app = TableApp(ListSource(rows(*range(100))))
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.action_last()
        await pilot.pause()
        app.table.set_source(ListSource(rows(7, 8)))
        await pilot.pause()
        assert app.table.selected == row(7)
        assert app.highlighted[-1] == "k7"
        assert "▸ A000007" in screen_text(app)


async def test_a_resize_keeps_the_selection_in_sight() -> None:
    app = TableApp(ListSource(rows(*range(100))))
    async with app.run_test(size=(60, 30)) as pilot:
        app.table.select_key("k25")
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert "▸" in screen_text(app)
        assert "类别" not in screen_text(app)


@pytest.mark.parametrize("room", [*range(0, 40), 80, 200])
def test_columns_always_fit(room: int) -> None:
    widths = column_widths(COLUMNS, room)
    used = sum(widths.values()) + len(widths) - 1
    assert used <= max(room, 2 * len(widths) - 1)
    assert set(widths) >= {0, 1, 2}
    if room >= 34:
        assert used == room


@pytest.mark.parametrize("width", [20, 33, 80])
@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_cells_stay_in_their_columns(text: str, width: int) -> None:
    app = TableApp(
        ListSource([Row(text, (text,) * 4, "warn"), row(1)]),
        [Column(text, 6), Column(text, 6, flex=1), Column("x", 5, align="right"), Column("y", 4)],
    )
    async with app.run_test(size=(width, 6)):
        assert_harmless(screen_text(app))
        for y in range(6):
            assert cell_width(app.table.render_line(y).text) == width
