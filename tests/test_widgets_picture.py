"""Pictures for terminals: read back as a terminal reads them, or as cells."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from textual.app import App, ComposeResult

from screens.widgets.picture import Picture
from screens.widgets.picture_codes import (
    NAMED_BY,
    Cell,
    Way,
    blocks,
    cell_of,
    fitted,
    iterm,
    kitty,
    no_kitty,
    opened,
    sixel,
    size_of,
    way_of,
)
from tests.screen import screen_text

WHITE, RED, BLUE = (255, 255, 255), (200, 0, 0), (0, 0, 255)


def png(width: int = 60, height: int = 40) -> bytes:
    """White with a red corner and a blue line."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 3, height // 2))
    image.paste(BLUE, (0, height - 2, width, height))
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


# -- which way


@pytest.mark.parametrize(
    ("env", "way"),
    [
        ({}, Way.BLOCKS),
        ({"TERM": "xterm-256color"}, Way.BLOCKS),
        ({"TERM": "linux"}, Way.BLOCKS),
        ({"TERM": "xterm-kitty"}, Way.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Way.KITTY),
        ({"TERM": "xterm-ghostty"}, Way.KITTY),
        ({"TERM_PROGRAM": "ghostty"}, Way.KITTY),
        ({"KONSOLE_VERSION": "230804"}, Way.KITTY),
        ({"KONSOLE_VERSION": "210800"}, Way.BLOCKS),
        ({"KONSOLE_VERSION": "new"}, Way.BLOCKS),
        ({"TERM_PROGRAM": "iTerm.app"}, Way.ITERM),
        ({"LC_TERMINAL": "iTerm2"}, Way.ITERM),
        ({"TERM_PROGRAM": "WezTerm"}, Way.ITERM),
        ({"TERM": "foot-extra"}, Way.SIXEL),
        ({"TERM": "mlterm-256color"}, Way.SIXEL),
        ({"WT_SESSION": "guid"}, Way.SIXEL),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, Way.BLOCKS),
        ({"TERM": "screen", "LC_TERMINAL": "iTerm2"}, Way.BLOCKS),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, Way.BLOCKS),
        ({NAMED_BY: " Sixel "}, Way.SIXEL),
        ({NAMED_BY: "blocks", "TERM": "xterm-kitty"}, Way.BLOCKS),
        ({NAMED_BY: "svg", "TERM": "xterm-kitty"}, Way.KITTY),
    ],
)
def test_the_way_is_what_the_environment_tells(env: dict[str, str], way: Way) -> None:
    assert way_of(env) is way


def test_a_cell_has_a_size_without_a_terminal() -> None:
    assert cell_of() == Cell(10, 20)


# -- how large


@given(
    st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    st.tuples(st.integers(1, 300), st.integers(1, 100)),
    st.builds(Cell, st.integers(4, 30), st.integers(8, 60)),
)
def test_a_picture_fills_one_side_of_its_room(
    size: tuple[int, int], room: tuple[int, int], cell: Cell
) -> None:
    columns, rows = fitted(size, room, cell)
    assert 1 <= columns <= room[0]
    assert 1 <= rows <= room[1]
    assert columns == room[0] or rows == room[1]
    scale = min(room[0] * cell.width / size[0], room[1] * cell.height / size[1])
    # No side is out by more than half a cell, but that none is less than a cell.
    assert abs(columns - size[0] * scale / cell.width) <= 0.5 or columns == 1
    assert abs(rows - size[1] * scale / cell.height) <= 0.5 or rows == 1


def test_the_size_stands_in_the_file() -> None:
    assert size_of(png(123, 45)) == (123, 45)


# -- what is written


def kitty_png(written: str) -> tuple[dict[str, str], bytes]:
    """What a terminal with Kitty's protocol reads: the head's keys, the file."""
    parts = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", written)
    assert "".join(f"\x1b_G{head};{text}\x1b\\" for head, text in parts) == written
    heads = [dict(one.split("=") for one in head.split(",")) for head, _ in parts]
    assert [head["m"] for head in heads] == ["1"] * (len(parts) - 1) + ["0"]
    assert all(set(head) == {"m"} for head in heads[1:])
    assert all(len(text) <= 4096 for _, text in parts)
    return heads[0], b64decode("".join(text for _, text in parts))


@given(st.binary(max_size=20_000))
def test_kittys_protocol_gives_the_file_in_pieces(data: bytes) -> None:
    head, read = kitty_png(kitty(data, 40, 12, 7))
    assert read == data
    assert (head["a"], head["f"], head["c"], head["r"], head["i"]) == ("T", "100", "40", "12", "7")
    # Or the terminal's answer would come in among the keys.
    assert head["q"] == "2"
    assert "q=2" in no_kitty(7)


def test_iterms_image_gives_the_file() -> None:
    written = iterm(png(), 40, 12)
    head, _, data = written.removeprefix("\x1b]1337;File=").removesuffix("\x07").partition(":")
    keys = dict(one.split("=") for one in head.split(";"))
    assert b64decode(data) == png()
    assert (keys["inline"], keys["width"], keys["height"]) == ("1", "40", "12")
    assert int(keys["size"]) == len(png())


def sixel_image(written: str) -> Image.Image:
    """What a terminal with Sixel paints."""
    found = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)([^\x1b]*)\x1b\\', written, re.DOTALL)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    image = Image.new("RGB", (width, height), (1, 2, 3))
    colours: dict[str, tuple[int, ...]] = {}
    x = top = 0
    colour: tuple[int, ...] = ()
    for part in re.findall(r"#\d+;2;\d+;\d+;\d+|#\d+|!\d+[?-~]|[$?-~]|-", found[3]):
        if part == "$":
            x = 0
        elif part == "-":
            x, top = 0, top + 6
        elif part.startswith("#"):
            number, *rgb = part[1:].split(";")
            if rgb:
                colours[number] = tuple(round(int(one) * 255 / 100) for one in rgb[1:])
            else:
                colour = colours[number]
        else:
            count, char = (int(part[1:-1]), part[-1]) if part[0] == "!" else (1, part)
            for _ in range(count):
                for bit in range(6):
                    if (ord(char) - 63) >> bit & 1:
                        assert image.getpixel((x, top + bit)) == (1, 2, 3), "painted twice"
                        image.putpixel((x, top + bit), colour)
                x += 1
            assert x <= width
    return image


@pytest.mark.parametrize(("width", "height"), [(60, 42), (31, 12), (200, 6), (5, 60)])
def test_sixels_are_the_picture(width: int, height: int) -> None:
    image = opened(png(width, height))
    read = sixel_image(sixel(image, width, height))
    for x in range(width):
        for y in range(height):
            told, true = read.getpixel((x, y)), image.getpixel((x, y))
            assert isinstance(told, tuple)
            assert isinstance(true, tuple)
            assert all(abs(a - b) <= 8 for a, b in zip(told, true, strict=True)), (x, y)


def test_half_blocks_are_two_pixels_a_cell() -> None:
    image = opened(png(6, 8))
    lines = blocks(image, 6, 4)
    assert [len(line) for line in lines] == [6] * 4
    assert lines[0][0] == (RED, RED)
    assert lines[0][5] == (WHITE, WHITE)
    assert lines[3][5] == (BLUE, BLUE)


# -- on a screen


class Shown(App[None]):
    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        self.written: list[str] = []

    def compose(self) -> ComposeResult:
        yield Picture()

    def show(self) -> Picture:
        picture = self.query_one(Picture)
        picture.show(png(), self.way)
        return picture


def sent(app: App[Any]) -> str:
    """What the screen's lines say to the terminal."""
    return "".join(strip.render(app.console) for strip in app.screen._compositor.render_strips())


@pytest.mark.parametrize(
    ("way", "begin"),
    [(Way.KITTY, "\x1b_Ga=T"), (Way.ITERM, "\x1b]1337;"), (Way.SIXEL, "\x1bP0;1;0q")],
)
async def test_a_real_picture_is_written_over_blank_cells(way: Way, begin: str) -> None:
    app = Shown(way)
    async with app.run_test(size=(40, 12)) as pilot:
        picture = app.show()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert picture.way is way
        said = sent(app)
        assert said.count(begin) == 1
        assert "\x1b7\x1b[1;" in said
        assert said.index("\x1b7") < said.index(begin) < said.index("\x1b8")
        picture.hide()
        await pilot.pause()
        assert begin not in sent(app)
        assert screen_text(app).strip() == ""


async def test_half_blocks_stand_in_the_middle_and_follow_the_size() -> None:
    app = Shown(Way.BLOCKS)
    async with app.run_test(size=(40, 10)) as pilot:
        app.show()
        await app.workers.wait_for_complete()
        await pilot.pause()
        lines = screen_text(app).split("\n")
        assert lines == [" " * 5 + "▀" * 30] * 10
        await pilot.resize_terminal(20, 10)
        await app.workers.wait_for_complete()
        await pilot.pause()
        lines = [line for line in screen_text(app).split("\n") if line]
        assert lines == ["▀" * 20] * 7


async def test_nothing_is_shown_before_there_is_something() -> None:
    app = Shown(Way.KITTY)
    async with app.run_test(size=(20, 5)):
        assert screen_text(app).strip() == ""
        assert "\x1b_G" not in sent(app)
