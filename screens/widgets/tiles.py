"""Large things to choose: by touch, by arrows and Enter, by number; page by page when many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hallclient.rules.text import cell_width, cut, plain
from hallclient.rules.wrap import wrap
from screens.widgets.content import line

Pieces = list[tuple[str, str]]
"""Texts with their styles, one after the other."""

LOW, HIGH = 3, 9
"""Rows of a tile: at least, at most."""
NARROW = 24
_THIN = "\u250c\u2500\u2510\u2502\u2514\u2518"
_THICK = "\u250f\u2501\u2513\u2503\u2517\u251b"


class Tile(NamedTuple):
    """A thing to choose. ``why``: why it cannot be chosen now; it is shown on the tile.

    A line break in the note parts what had better not stand on one line.
    """

    key: str
    title: str
    note: str = ""
    why: str = ""
    strong: bool = False
    """The one that most will want."""


class Grid(NamedTuple):
    """How tiles lie: columns and rows of a page, and the cells of each tile."""

    columns: int
    rows: int
    width: int
    height: int

    @property
    def holds(self) -> int:
        """How many tiles a page has."""
        return self.columns * self.rows


def lay_out(
    count: int, width: int, height: int, columns: int, least: int = LOW, narrow: int = NARROW
) -> Grid:
    """The largest tiles with which all fit, or the smallest when they do not.

    ``columns`` are wanted; there are fewer when the tiles would be narrower than ``narrow``.
    """
    across = max(1, min(columns, width // narrow, max(1, count)))
    rows = max(1, min(-(-count // across), height // least))
    return Grid(across, rows, width // across, max(1, min(HIGH, height // rows)))


class Tiles(Widget, can_focus=True, inherit_bindings=False):
    """A page of tiles."""

    BINDINGS = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("up", "row(-1)", show=False),
        Binding("down", "row(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("enter", "choose", show=False),
    ]
    ALLOW_SELECT = False

    class Chosen(Message):
        """A tile was chosen, also one that cannot be: look at its `why`. ``touch``: by a finger."""

        def __init__(self, tiles: Tiles, tile: Tile, touch: bool = False) -> None:
            super().__init__()
            self.tiles = tiles
            self.tile = tile
            self.touch = touch

        @property
        def control(self) -> Tiles:
            """The tiles, for `@on` selectors."""
            return self.tiles

    class Paged(Message):
        """Another page is shown, or there are more or fewer of them."""

    def __init__(self, *, id: str | None = None, bar: bool = False) -> None:  # noqa: A002
        super().__init__(id=id)
        self.tiles: tuple[Tile, ...] = ()
        self.cursor = 0
        self._bar = bar
        self._columns = 1
        self._numbered = False
        self._told = (0, 1)
        if bar:
            self.can_focus = False

    def show(self, tiles: Sequence[Tile], *, columns: int = 3, numbered: bool = True) -> None:
        """Show these; the cursor stays when it is the same page again."""
        same = [tile.key for tile in self.tiles] == [tile.key for tile in tiles]
        self.tiles = tuple(tiles)
        self._columns, self._numbered = columns, numbered
        if not same:
            self.cursor = 0
        self._tell()
        self.refresh()

    # -- pages

    @property
    def grid(self) -> Grid:
        """How the tiles lie at this size."""
        width, height = self.size
        least, narrow = (height, 1) if self._bar else (LOW, NARROW)
        return lay_out(
            len(self.tiles), max(1, width), max(1, height), self._columns, max(1, least), narrow
        )

    @property
    def page(self) -> int:
        """The page that is shown, from 0."""
        return self.cursor // self.grid.holds

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-len(self.tiles) // self.grid.holds))

    @property
    def on_page(self) -> tuple[Tile, ...]:
        """The tiles of this page."""
        first = self.page * self.grid.holds
        return self.tiles[first : first + self.grid.holds]

    def turn(self, step: int) -> None:
        """Another page."""
        wanted = self.page + step
        if 0 <= wanted < self.pages:
            self._go(wanted * self.grid.holds)

    def on_resize(self) -> None:
        """What fits is another."""
        self._tell()

    def _tell(self) -> None:
        now = (self.page, self.pages)
        if now != self._told:
            self._told = now
            self.post_message(self.Paged())

    # -- choosing

    def choose(self, place: int, *, touch: bool = False) -> None:
        """Choose a tile of this page, from 0."""
        shown = self.on_page
        if 0 <= place < len(shown):
            self.post_message(self.Chosen(self, shown[place], touch))

    def _go(self, cursor: int) -> None:
        cursor = max(0, min(cursor, len(self.tiles) - 1))
        if cursor != self.cursor:
            self.cursor = cursor
            self._tell()
            self.refresh()

    def action_move(self, step: int) -> None:
        """Left and right."""
        self._go(self.cursor + step)

    def action_row(self, step: int) -> None:
        """Up and down; not beyond the first or the last."""
        wanted = self.cursor + step * self.grid.columns
        if 0 <= wanted < len(self.tiles):
            self._go(wanted)

    def action_page(self, step: int) -> None:
        """Page up and down."""
        self.turn(step)

    def action_choose(self) -> None:
        """Enter."""
        if self.tiles:
            self.post_message(self.Chosen(self, self.tiles[self.cursor]))

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once; one without a tile is like any other key."""
        if self._numbered and event.character in tuple("123456789"):
            place = int(event.character) - 1
            if place < len(self.on_page):
                event.stop()
                self.choose(place)

    def on_click(self, event: events.Click) -> None:
        """A touch anywhere on a tile."""
        event.stop()
        grid = self.grid
        at = event.get_content_offset_capture(self)
        column, row = at.x // grid.width, at.y // grid.height
        if column < grid.columns and row < grid.rows:
            place = row * grid.columns + column
            if not self._bar and place < len(self.on_page):
                self._go(self.page * grid.holds + place)
            self.choose(place, touch=True)

    # -- painting

    def render(self) -> Content:
        """The tiles of this page."""
        grid, shown = self.grid, self.on_page
        chosen = self.cursor - self.page * grid.holds
        rows: list[Content] = []
        for first in range(0, len(shown), grid.columns):
            drawn = [
                self._tile(tile, first + place, first + place == chosen, grid)
                for place, tile in enumerate(shown[first : first + grid.columns])
            ]
            rows += [
                line(*(piece for tile in drawn for piece in tile[y])) for y in range(grid.height)
            ]
        return Content("\n").join(rows)

    def _tile(self, tile: Tile, place: int, here: bool, grid: Grid) -> list[Pieces]:
        if self._bar:
            return self._button(tile, grid)
        box = _THICK if here else _THIN
        edge = "bold $text-accent" if here else "dim" if tile.why else "$primary"
        inner = grid.width - 3
        number = f" {place + 1} " if self._numbered and place < 9 else ""
        top = box[0] + number + box[1] * (inner - len(number)) + box[2]
        drawn: list[Pieces] = [[(top, edge), (" ", "")]]
        body = self._body(tile, inner - 2, grid.height - 2, here)
        above = (grid.height - 2 - len(body)) // 2
        for y in range(grid.height - 2):
            at = y - above
            text, style = body[at] if 0 <= at < len(body) else ("", "")
            left = (inner - cell_width(text)) // 2
            right = inner - cell_width(text) - left
            drawn.append(
                [
                    (box[3] + " " * left, edge),
                    (text, style),
                    (" " * right + box[3], edge),
                    (" ", ""),
                ]
            )
        drawn.append([(box[4] + box[1] * inner + box[5], edge), (" ", "")])
        return drawn

    def _body(self, tile: Tile, cells: int, rows: int, here: bool) -> list[tuple[str, str]]:
        title = "dim" if tile.why else "bold reverse" if here and tile.strong else "bold"
        below = "  ".join(_parts(tile))
        small = "$text-warning" if tile.why else "$foreground 75%"
        if rows <= 1:
            both = f"{plain(tile.title)}  {below}".rstrip()
            fits = cell_width(both) <= cells or tile.why
            return [(cut(both if fits else plain(tile.title), cells), title)]
        lines = wrap(plain(tile.title), cells)
        notes = [row for part in _parts(tile) for row in wrap(part, cells)]
        if len(lines) + len(notes) > rows:
            notes = wrap(below, cells)[: max(1, rows - len(lines))] if below else []
        room = rows - len(notes)
        if len(lines) > room:
            lines = [*lines[: room - 1], cut(lines[room - 1] + "\u2026", cells)]
        return [(text, title) for text in lines] + [(text, small) for text in notes]

    def _button(self, tile: Tile, grid: Grid) -> list[Pieces]:
        """A button of the bar: a block of colour, its text in the middle row."""
        inner = max(1, grid.width - 1)
        text = cut(plain(tile.title), inner - 2)
        left = (inner - cell_width(text)) // 2
        full = " " * left + text + " " * (inner - left - cell_width(text))
        style = "on $panel" if not tile.strong else "bold $text on $primary"
        middle = (grid.height - 1) // 2
        return [
            [(full if y == middle else " " * inner, style), (" ", "")] for y in range(grid.height)
        ]


def _parts(tile: Tile) -> list[str]:
    """What stands below the title; the parts of a note are lines of their own, given the room."""
    return [plain(part) for part in (tile.why or tile.note).split("\n")]
