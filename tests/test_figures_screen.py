"""The figures screen: days, views, plots that fit, a workbook; and who gets there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions import calling, serving
from hallclient.actions.acting import Actor
from hallclient.actions.figures import figures
from hallclient.rules.text import cell_width
from hallclient.texts import LANGUAGES, t
from screens.figures import VIEWS, FiguresScreen
from screens.widgets.ask import Ask
from screens.widgets.content import Words
from screens.widgets.field import Field
from screens.widgets.plot import SHADES, against, cells, placed, stacked
from screens.widgets.table import VirtualTable
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import ADMINISTRATOR, AGENT, NINE, SUPERVISOR, Kit, clerk

TODAY = "2026-09-22"
DAY_MS = 86_400_000


def fill(kit: Kit) -> None:
    """Last week two numbers; today three that were served and one that was chosen."""
    kit.clock.ms = NINE - 7 * DAY_MS
    for _ in range(2):
        kit.take("setup")
    kit.clock.ms = NINE
    kit.open(1)
    for minutes in (3, 8, 75):
        kit.take("setup")
        kit.pass_(minutes=minutes)
        kit.serve(clerk(1))
        kit.pass_(minutes=6)
        serving.finish(kit.store, clerk(1))
    kit.take("setup")
    last = kit.take("setup").number
    calling.call_chosen(kit.store, clerk(1), last, "frail")


async def opened(seat: Seat) -> FiguresScreen:
    """Alt+I, and the figures are there."""
    await seat.press("alt+i")
    await seat.until(lambda: isinstance(seat.app.screen, FiguresScreen))
    await read(seat)
    screen = seat.app.screen
    assert isinstance(screen, FiguresScreen)
    return screen


async def read(seat: Seat) -> None:
    """Wait until nothing is read any more."""
    await seat.until(lambda: all(worker.is_finished for worker in seat.app.screen.workers))
    await seat.pilot.pause()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_day_at_a_glance(kit: Kit, language: str, size: tuple[int, int]) -> None:
    fill(kit)
    report = figures(kit.store, SUPERVISOR, TODAY)
    async with seated(kit, SUPERVISOR, size=size, language=language) as seat:
        await opened(seat)
        text = seat.text
        wait = report.total["wait"]
        assert f"n={wait.n}" in text
        assert "1:15:00" in text
        plot = [line for line in text.splitlines() if "09:00" in line and SHADES[0] in line]
        assert len(plot) == 1
        assert "/2" in plot[0], "what came against what is usual"
        assert all(cell_width(line) <= size[0] for line in text.splitlines())
        assert t("figures.keys", language="^T").strip()[:6] in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_view_by_its_digit(kit: Kit, language: str) -> None:
    fill(kit)
    async with seated(kit, SUPERVISOR, language=language) as seat:
        screen = await opened(seat)
        table = screen.query_one(VirtualTable)
        for n, view in enumerate(VIEWS, 1):
            await seat.press(str(n))
            assert t(f"figures.view.{view}") in seat.text
            assert table.display is (view != "glance")
            if table.display:
                assert table.row_count > 0
        assert "frail" not in seat.text
        assert "c01 1" in seat.text


async def test_other_days(kit: Kit) -> None:
    fill(kit)
    async with seated(kit, SUPERVISOR) as seat:
        await opened(seat)
        await seat.press("right")
        assert TODAY in seat.text
        for _ in range(7):
            await seat.press("left")
            await read(seat)
        assert "2026-09-15" in seat.text
        assert t("figures.head.arrivals", n=2) in seat.text
        await seat.press("left")
        await read(seat)
        assert t("figures.no-numbers") in seat.text
        await seat.press("t")
        await read(seat)
        assert t("figures.head.arrivals", n=5) in seat.text


async def test_the_other_language_and_back_to_the_desk(kit: Kit) -> None:
    fill(kit)
    async with seated(kit, ADMINISTRATOR) as seat:
        before = seat.app.screen
        await opened(seat)
        await seat.press("ctrl+t")
        assert "Figures of the hall" in seat.text
        await seat.press("escape")
        assert seat.app.screen is before


@pytest.mark.parametrize("who", [AGENT, clerk(1)])
async def test_others_are_told_why_not(kit: Kit, who: Actor) -> None:
    async with seated(kit, who) as seat:
        await seat.press("alt+i")
        assert not isinstance(seat.app.screen, FiguresScreen)
        assert t("key.figures") in seat.said


async def test_a_role_taken_away_shows_nothing(kit: Kit) -> None:
    fill(kit)
    async with seated(kit, SUPERVISOR) as seat:
        kit.store.db.execute("UPDATE operator SET role = 'clerk' WHERE id = 's01'")
        screen = await opened(seat)
        assert t("role.clerk") in screen.query_one("#said", Words).text
        assert SHADES[0] not in seat.text


async def test_a_workbook_is_written_where_one_says(kit: Kit, tmp_path: Path) -> None:
    fill(kit)
    target = tmp_path / "day"
    async with seated(kit, SUPERVISOR) as seat:
        screen = await opened(seat)

        ask = screen.query_one(Ask)

        async def save() -> None:
            await seat.pilot.press("x")
            await seat.until(lambda: ask.is_open)
            screen.query_one(Field).value = str(target)
            await seat.pilot.press("enter")

        await save()
        await seat.until((tmp_path / "day.xlsx").exists)
        await read(seat)
        assert "day.xlsx" in screen.query_one("#said", Words).text
        (tmp_path / "day.xlsx").write_bytes(b"mine")
        await save()
        for answer, kept in (("escape", True), ("2", False)):
            await seat.until(lambda: bool(ask.question and ask.question.options))
            await seat.pilot.press(answer)
            await read(seat)
            assert ((tmp_path / "day.xlsx").read_bytes() == b"mine") is kept
            if kept:
                await save()


# -- bars


@given(st.lists(st.integers(0, 10**8), min_size=3, max_size=3), st.integers(0, 120))
def test_a_stacked_bar_is_as_wide_as_it_is_told(values: list[int], width: int) -> None:
    values.sort()
    bar = stacked(values, values[-1], width)
    assert cell_width(bar) == width
    assert len(bar.rstrip()) == (width if values[-1] else 0)
    assert bar.rstrip() == "".join(sorted(bar.rstrip(), key=SHADES.index))


@given(
    st.integers(0, 10**6), st.none() | st.integers(0, 10**6), st.integers(0, 10**6),
    st.integers(0, 80),
)  # fmt: skip
def test_a_bar_against_the_usual_never_outgrows_its_width(
    value: int, usual: int | None, longest: int, width: int
) -> None:
    bar = against(value, usual, longest, width)
    assert cell_width(bar) == width
    assert bar.count("|") == (usual is not None and width > 0)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 200))
def test_more_is_never_shorter(less: int, longest: int, width: int) -> None:
    assert 1 <= cells(less, longest, width) <= cells(less + 1, longest, width) <= width


@given(st.text(alphabet="钟点 █abc。Ａ", max_size=30), st.integers(1, 20), st.booleans())
def test_a_text_is_placed_in_exactly_its_cells(text: str, width: int, right: bool) -> None:
    assert cell_width(placed(text, width, right=right)) == width
