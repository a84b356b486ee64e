"""The form's grid: keys that choose, scanners and card readers on a cell."""

import pytest

from hallclient.rules.scan import ScanKind
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from screens.widgets.grid import FormGrid
from tests.gridkit import SMALL, GateApp, GridApp, Rows
from tests.screen import paste, screen_text, send

APPS = pytest.mark.parametrize("make", [GridApp, GateApp])
ID = "11010519491231002X"
CARD = f"王五\t男\t汉\t19491231\t北京市朝阳区某路 1 号\t{ID}\t某局\t20200101\t长期"
SLIP = "20261123A032"


# --- choices ------------------------------------------------------------------------------


@APPS
async def test_a_digit_chooses_at_once_and_goes_on(make: type[GridApp]) -> None:
    source = Rows(2)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "sex")
        await pilot.press("2")
        await pilot.pause(0.1)
        assert source.taken == [("r0", "sex", "f")]
        assert app.grid.place == ("r0", "nation")
        assert "女" in screen_text(app)
        app.grid.goto("r0", "sex")
        await pilot.press("3", "9")
        await pilot.pause(0.1)
        assert app.grid.place == ("r0", "sex"), "no option has these numbers"
        await pilot.press("2")
        await pilot.pause(0.1)
        assert source.taken == [("r0", "sex", "f")], "the same again is no answer, but goes on"
        assert (app.grid.typing, app.grid.place) == (None, ("r0", "nation"))


async def test_digits_of_an_input_method_choose() -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "sex")
        await send(pilot, "２", gap=0.2)
        app.grid.goto("r0", "sex")
        await send(pilot, "\u3000", gap=0.2)
        assert [text for _, _, text in app.source.taken] == ["f", "m"]


async def test_space_goes_round_and_leaves_out_what_cannot_be_chosen() -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "kind")
        await send(pilot, "   ", gap=0.2)
        assert [text for _, _, text in app.source.taken] == ["x", "z", "x"]
        await pilot.press("2")
        assert app.last(FormGrid.Locked).why == "今天不能选"
        assert len(app.source.taken) == 3


@APPS
async def test_digits_of_a_multi_toggle_however_fast(make: type[GridApp]) -> None:
    source = Rows(1)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "duty")
        await send(pilot, "312")
        await pilot.pause(0.1)
        assert source.texts["r0"]["duty"] == "a,b,c"
        await send(pilot, "1")
        await pilot.pause(0.1)
        assert source.texts["r0"]["duty"] == "b,c"
        await pilot.press("delete")
        assert source.texts["r0"]["duty"] == ""


@APPS
async def test_letters_narrow_the_options(make: type[GridApp]) -> None:
    app = make(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "nation")
        assert len(app.grid.options) == 12
        await pilot.press("f2")
        assert len(app.last(FormGrid.WantsChoice).options) == 12
        await send(pilot, "民0", gap=0.2)
        event = app.last(FormGrid.WantsChoice)
        assert (event.row, event.column, event.text) == ("r0", "nation", "民0")
        assert [option.key for option in event.options] == [f"n{place}" for place in range(10)]
        assert app.source.taken == []
        await pilot.press("escape")
        await send(pilot, "民", gap=0.2)
        await send(pilot, "3", gap=0.2)
        await pilot.pause(0.1)
        assert app.source.taken[-1] == ("r0", "nation", "n2")
        assert (app.grid.typing, app.grid.place) == (None, ("r0", "duty"))


async def test_enter_takes_the_first_that_fits() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "nation")
        await send(pilot, "族\r", gap=0.2)
        assert app.source.taken == [("r0", "nation", "n0")]
        assert app.grid.place == ("r0", "duty")


async def test_going_away_takes_only_what_is_certain() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "sex")
        await send(pilot, "女", gap=0.2)
        await pilot.press("down")
        await send(pilot, "外", gap=0.2)
        await pilot.press("up")
        app.grid.goto("r0", "nation")
        await send(pilot, "民", gap=0.2)
        await pilot.press("down")
        assert app.source.taken == [
            ("r0", "sex", "f"),
            ("r1", "sex", "外"),
            ("r0", "nation", "民"),
        ]


async def test_what_was_no_option_is_there_to_be_mended() -> None:
    source = Rows(1)
    source.texts["r0"].update(nation="民05", sex="m")
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "nation")
        await pilot.press("f2")
        assert app.grid.typing == "民05"
        await pilot.press("end", "enter")
        assert source.taken == []
        app.grid.goto("r0", "sex")
        await pilot.press("f2")
        assert app.grid.typing == ""
        await pilot.press("enter")
        assert source.taken == [], "nothing typed leaves the choice as it is"
        app.grid.goto("r0", "nation")
        await pilot.press("f2", "x", "backspace", "enter")
        assert source.taken == []


async def test_a_multi_keeps_its_options_beside_what_is_typed() -> None:
    source = Rows(1)
    source.texts["r0"]["duty"] = "b"
    app = GridApp(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "duty")
        await send(pilot, "董", gap=0.2)
        await pilot.press("enter", "left")
        await send(pilot, "监", gap=0.2)
        await pilot.press("enter", "left")
        await send(pilot, "外", gap=0.2)
        await pilot.press("enter")
        assert [text for _, _, text in source.taken] == ["a,b", "a,b,外"]


async def test_a_name_pasted_on_a_choice_is_found() -> None:
    app = GridApp(Rows(1))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "nation")
        app.post_message(paste("民07族"))
        await pilot.pause()
        await pilot.press("enter")
        assert app.source.taken == [("r0", "nation", "n7")]


# --- bursts -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["11010", ID])
@APPS
async def test_a_whole_row_in_one_burst_goes_where_it_belongs(
    make: type[GridApp], number: str
) -> None:
    """A slow line hands over many keys at once; the next cell is another kind of cell."""
    source = Rows(2)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        await send(pilot, f"赵\r{number}\r1312\r1某\r备\r钱\r")
        await pilot.pause(0.2)
        assert source.texts["r0"] == {
            "name": "赵",
            "number": number,
            "sex": "m",
            "nation": "n2",
            "duty": "a,b",
            "kind": "x",
            "extra": "某",
            "note": "备",
        }
        assert source.taken[-1] == ("r1", "name", "钱")


@APPS
async def test_a_card_is_read_as_one(make: type[GridApp]) -> None:
    source = Rows(2)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "number")
        await send(pilot, CARD + "\r\n", gap=0.002)
        event = app.last(FormGrid.Read)
        assert (event.row, event.column, event.code) == ("r0", "number", CARD)
        assert event.routed.value == ID
        assert (app.grid.typing, source.taken) == (None, [])
        assert app.grid.place == ("r0", "number")
        assert app.all(Field.Notice) == []


async def test_a_card_read_over_a_half_typed_text_gives_it_back() -> None:
    app = GridApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "number")
        await send(pilot, "110", gap=0.2, start=1)
        await send(pilot, CARD + "\r", gap=0.002, start=5)
        assert app.last(FormGrid.Abandoned).text == "110"
        assert app.last(FormGrid.Read).code == CARD
        assert (app.grid.typing, app.source.taken) == (None, [])


@APPS
async def test_a_number_scanned_where_it_belongs_is_typed(make: type[GridApp]) -> None:
    source = Rows(2)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "number")
        await send(pilot, ID.lower() + "\r", gap=0.002)
        assert source.taken == [("r0", "number", ID)]
        assert app.grid.place == ("r0", "sex")
        assert app.all(FormGrid.Read) == app.all(Field.Scanned) == []


@APPS
async def test_a_scan_for_somebody_else_leaves_the_cell_alone(make: type[GridApp]) -> None:
    source = Rows(2)
    app = make(source)
    async with app.run_test(size=SMALL) as pilot:
        await send(pilot, SLIP + "\r", gap=0.002, start=1)
        assert [event.routed.kind for event in app.all(Field.Scanned)] == [ScanKind.SLIP]
        assert (app.grid.typing, app.grid.place, source.taken) == (None, ("r0", "name"), [])
        await send(pilot, "王", gap=0.2, start=5)
        await send(pilot, SLIP + "\r", gap=0.002, start=9)
        assert app.grid.typing == "王"
        await send(pilot, "五\r", gap=0.2, start=12)
        assert source.taken == [("r0", "name", "王五")]


async def test_a_scan_on_a_choice_chooses_nothing() -> None:
    """The house's app finds out what it was before the grid sees a digit."""
    app = GateApp(Rows(2))
    async with app.run_test(size=SMALL) as pilot:
        app.grid.goto("r0", "sex")
        await send(pilot, SLIP + "\r", gap=0.002)
        assert [event.code for event in app.all(Scanned)] == [SLIP]
        assert (app.source.taken, app.grid.place) == ([], ("r0", "sex"))
