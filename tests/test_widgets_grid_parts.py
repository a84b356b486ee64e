"""The grid's columns in any width, its order of fields, its line of options."""

from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.text import cell_width
from screens.widgets.choices import Option
from screens.widgets.grid_parts import (
    SLOT,
    CellEdit,
    GridColumn,
    first_for,
    lay_out,
    onward,
    options_line,
    picks,
    toggled,
)
from tests.hostile import HOSTILE, assert_harmless

HEAD = GridColumn("", "", 10)


@st.composite
def columns(draw: st.DrawFn) -> list[GridColumn]:
    sizes = st.tuples(st.integers(1, 60), st.integers(0, 3))
    made = draw(st.lists(sizes, min_size=1, max_size=20))
    return [GridColumn(f"c{n}", "", width, flex) for n, (width, flex) in enumerate(made)]


@given(columns(), st.integers(20, 250), st.data())
def test_every_column_can_be_brought_in_sight(
    made: list[GridColumn], room: int, data: st.DataObject
) -> None:
    column = data.draw(st.integers(0, len(made) - 1))
    before = data.draw(st.integers(0, len(made) - 1))
    first = first_for(HEAD, made, before, column, room)
    layout = lay_out(HEAD, made, first, room)
    assert layout.span(column) is not None
    x = 1 + layout.label
    for place, span in zip(range(layout.spans[0].column, len(made)), layout.spans, strict=False):
        assert (span.column, span.x) == (place, x)
        assert span.width >= 1
        x += SLOT + span.width
    assert x <= room
    assert layout.before == (layout.spans[0].column > 0)
    assert layout.after == (layout.spans[-1].column < len(made) - 1)
    assert not layout.after or x < room, "the last cell says that there are more"
    needed = 1 + layout.label + sum(SLOT + one.width for one in made)
    if needed <= room and any(one.flex for one in made):
        assert x == room, "who shares what is left takes all of it"
    # Nobody is moved who is in sight already, as long as no room is wasted.
    if layout.after:
        assert first_for(HEAD, made, first, column, room) == first


@given(st.integers(1, 6), st.lists(st.integers(0, 20), min_size=1, max_size=5, unique=True))
def test_fields_come_in_order_there_and_back(rows: int, places: list[int]) -> None:
    places.sort()
    every = [(row, column) for row in range(rows) for column in places]
    there = list(onward(rows, places, 0, places[0], 1))
    back = list(onward(rows, places, rows - 1, places[-1], -1))
    assert [every[0], *there] == every
    assert [every[-1], *back] == every[::-1]


def test_a_multi_keeps_the_order_of_its_options() -> None:
    options = [Option("a", ""), Option("b", ""), Option("c", "")]
    text = ""
    for key in "cab":
        text = toggled(text, key, options)
    assert text == "a,b,c"
    assert toggled(text, "b", options) == "a,c"
    assert toggled("x,b", "a", options) == "a,b,x"
    assert picks("") == []


def test_the_line_of_options() -> None:
    options = [Option("m", "男"), Option("f", "女")]
    assert options_line(options, CellEdit("f", "choice"), 40) == "1 男  2 [女]"
    assert options_line(options, CellEdit("m,f", "multi"), 40) == "1 [男]  2 [女]"
    assert options_line(options, CellEdit("", "choice"), 7) == "1 男 …"
    assert options_line((), CellEdit(), 40) == ""


@given(st.lists(st.sampled_from(HOSTILE), max_size=15), st.integers(1, 120))
def test_the_line_of_options_fits_and_is_harmless(labels: list[str], width: int) -> None:
    options = [Option(f"k{place}", label) for place, label in enumerate(labels)]
    told = options_line(options, CellEdit("k1", "choice"), width)
    assert cell_width(told) <= width
    assert_harmless(told, newlines=False)
