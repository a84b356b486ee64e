"""A picture on the terminal: a real one where the terminal shows pictures, else half blocks."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from rich.color import Color
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.picture_codes import (
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
)

NUMBER = 1
"""Of the only picture there is, in Kitty's protocol."""
_UPPER_HALF = "\u2580"


class _Made(NamedTuple):
    """A picture made for a way and a room. ``written``: the terminal's own; ``lines``: blocks."""

    columns: int
    written: str = ""
    lines: tuple[Strip, ...] = ()


class Picture(Widget):
    """A page as a picture, as large as there is room for; nothing before `show`."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Picture { height: 1fr; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._png = b""
        self._way = Way.BLOCKS
        self._made: _Made | None = None

    @property
    def way(self) -> Way:
        """How it is shown."""
        return self._way

    def show(self, png: bytes, way: Way) -> None:
        """Show a PNG in a way."""
        self.hide()
        self._png, self._way = png, way
        self._make_again()

    def hide(self) -> None:
        """Show nothing any more."""
        self._png, self._made = b"", None
        self._wipe()
        self.refresh()

    def covered(self) -> None:
        """Something else is shown in its place: a picture above all text has to go."""
        self._wipe()

    def uncovered(self) -> None:
        """It is in sight again."""
        self.refresh()

    def _wipe(self) -> None:
        driver = self.app._driver
        if self._way is Way.KITTY and driver is not None:
            driver.write(no_kitty(NUMBER))

    def on_unmount(self) -> None:
        """Its screen goes."""
        self._wipe()

    def on_resize(self) -> None:
        """There is another room for it."""
        self._make_again()

    def _make_again(self) -> None:
        if self._png and self.size.area:
            self.run_worker(self._make(), group="picture", exclusive=True, exit_on_error=False)

    async def _make(self) -> None:
        # Decoding and shrinking a page takes longer than a frame.
        self._made = await asyncio.to_thread(_made, self._png, self._way, self.size)
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Blank cells and the terminal's own picture over them; or the half blocks."""
        style = self.rich_style
        made = self._made
        left = (self.size.width - made.columns) // 2 if made is not None else 0
        strips = []
        for y in range(crop.y, crop.bottom):
            strip = Strip.blank(self.size.width, style)
            if made is not None and y < len(made.lines):
                right = self.size.width - left - made.columns
                sides = Strip.blank(left, style), Strip.blank(right, style)
                strip = Strip.join([sides[0], made.lines[y], sides[1]])
            strips.append(strip.crop(crop.x, crop.right))
        if made is not None and made.written and strips and self.screen.is_active:
            x, y = self.content_region.offset
            # Cells are painted before: whatever blanks a part of the picture brings it back whole.
            over = f"\x1b7\x1b[{y + 1};{x + left + 1}H{made.written}\x1b8"
            control = Segment(over, Style.null(), [(ControlType.CURSOR_FORWARD, 0)])
            strips[-1] = Strip([*strips[-1], control], strips[-1].cell_length)
        return strips


def _made(png: bytes, way: Way, room: Size) -> _Made:
    cell = cell_of() if way is Way.SIXEL else Cell()
    columns, rows = fitted(size_of(png), (room.width, room.height), cell)
    if way is Way.KITTY:
        return _Made(columns, kitty(png, columns, rows, NUMBER))
    if way is Way.ITERM:
        return _Made(columns, iterm(png, columns, rows))
    if way is Way.SIXEL:
        # Whole bands within the rows: a picture that reaches beyond them scrolls the terminal.
        high = max(6, rows * cell.height // 6 * 6)
        return _Made(columns, sixel(opened(png), columns * cell.width, high))
    lines = []
    for row in blocks(opened(png), columns, rows):
        cells = [
            Segment(_UPPER_HALF, Style(color=Color.from_rgb(*up), bgcolor=Color.from_rgb(*down)))
            for up, down in row
        ]
        lines.append(Strip(Segment.simplify(cells), columns))
    return _Made(columns, lines=tuple(lines))
