"""The lines of a form's grid: paints what is in sight of any number of rows and columns."""

from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hallclient.rules.text import cut, plain
from screens.widgets.grid_parts import (
    CELL_MARKS,
    SLOT,
    CellView,
    GridColumn,
    GridSource,
    Layout,
    first_for,
    lay_out,
)

CURSOR = "▸"
MORE_LEFT, MORE_RIGHT = "‹", "›"
TOP = 1
"""Lines of the header."""
VIEWS = 512
"""Rows whose cells are remembered."""

View = tuple[CellView, ...]
"""A row as it is shown: its label and the cells of the columns in sight."""


class _Painted(NamedTuple):
    row: int
    view: View
    cursor: int


class GridLines(ScrollView, can_focus=False, inherit_bindings=False):
    """Header, labels and cells; the column and the row of the cursor are always in sight."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--header",
        "grid--label",
        "grid--here",
        "grid--cell",
        "grid--cursor",
        "grid--empty",
        *(f"grid--{mark}" for mark in CELL_MARKS if mark),
    }
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    GridLines {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .grid--header { text-style: bold; color: $text-muted; }
        & > .grid--label { color: $text-muted; }
        & > .grid--here { color: $foreground; text-style: bold; }
        & > .grid--cursor { background: $surface-lighten-2; text-style: bold; }
        &.-focused > .grid--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        & > .grid--empty { color: $text-muted; }
        & > .grid--missing { color: $text-accent; }
        & > .grid--wrong { color: $text-error; text-style: bold; }
        & > .grid--warn { color: $text-warning; }
        & > .grid--done { color: $text-success; }
        & > .grid--calculated { color: $text-muted; text-style: italic; }
        & > .grid--dim { color: $text-muted; text-style: dim; }
        & > .grid--collision { color: $text-error; text-style: underline; }
    }
    """

    class Clicked(Message):
        """The mouse was on a row, and on a column (-1: the labels); two clicks edit."""

        def __init__(self, row: int, column: int, twice: bool) -> None:
            super().__init__()
            self.row = row
            self.column = column
            self.twice = twice

    class Shifted(Message):
        """The lines are elsewhere on the screen: scrolled, or of another size."""

        def __init__(self, resized: bool = False) -> None:
            super().__init__()
            self.resized = resized

    def __init__(self, source: GridSource, empty: str) -> None:
        super().__init__()
        self.source = source
        self.empty = empty
        self.head = GridColumn("", "", 1)
        self.columns: tuple[GridColumn, ...] = ()
        self.count = 0
        self.row = self.column = 0
        self._first = 0
        self._room = -1
        self._layout = Layout()
        self._views: dict[int, View] = {}
        self._painted: dict[int, _Painted] = {}
        """Line of the screen -> what was painted there."""
        self._painted_count = -1

    # --- what is there --------------------------------------------------------------------

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, self.scrollable_content_region.height - TOP)

    def read(self) -> None:
        """Ask the source again for its columns and the number of its rows."""
        titles = (self.head, self.columns)
        self.head = self.source.head()
        self.columns = tuple(self.source.columns())
        if titles != (self.head, self.columns):
            self.refresh()
        self.count = max(0, self.source.count())
        self.virtual_size = Size(0, self.count + TOP)
        self._views.clear()
        self._lay_out()

    def repaint(self) -> None:
        """Paint the lines that are others; an answer changes few."""
        self._views.clear()
        if self._painted_count != self.count:
            self._painted_count = self.count
            self.refresh()
        for line, painted in list(self._painted.items()):
            self._compare(line, painted)

    def repaint_rows(self, rows: set[int]) -> None:
        """Paint these rows again when they are in sight and are others."""
        for row in rows:
            self._views.pop(row, None)
        for line, painted in list(self._painted.items()):
            if painted.row in rows:
                self._compare(line, painted)

    def _compare(self, line: int, painted: _Painted) -> None:
        row = self.scroll_offset.y + line - TOP
        if row >= self.count or painted != self._painting(row):
            self.refresh_line(row + TOP)

    def _painting(self, row: int) -> _Painted:
        return _Painted(row, self._view(row), self.column if row == self.row else -1)

    def _view(self, row: int) -> View:
        view = self._views.get(row)
        if view is None:
            if len(self._views) >= VIEWS:
                self._views.clear()
            cells = (self.source.cell(row, span.column) for span in self._layout.spans)
            view = self._views[row] = (self.source.label(row), *cells)
        return view

    # --- where ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        room = self.scrollable_content_region.width
        if not room:
            return  # nothing is laid out yet; the first frame asks again
        first = first_for(self.head, self.columns, self._first, self.column, room)
        layout = lay_out(self.head, self.columns, first, room)
        self._room, self._first = room, first
        if layout != self._layout:
            self._layout = layout
            self._views.clear()
            self.refresh()

    def put_cursor(self, row: int, column: int) -> None:
        """Put the cursor on a cell, and the cell in sight."""
        before = self.row
        self.row, self.column = row, column
        self.refresh_line(before + TOP)
        self.refresh_line(row + TOP)
        self.show_cursor()

    def show_cursor(self) -> None:
        """Bring the cursor in sight."""
        if self._layout.span(self.column) is None and self.columns:
            self._lay_out()
        top, rows = self.scroll_offset.y, self.page
        if top <= self.row < top + rows:
            return
        # Half a page at a time: most keys repaint two lines, and what comes next is in sight.
        ahead = rows // 2 if abs(self.row - top) <= rows else 0
        if self.row < top:
            self.scroll_to(y=self.row - ahead, animate=False)
        else:
            self.scroll_to(y=self.row - rows + 1 + ahead, animate=False)

    def show_focus(self, focused: bool) -> None:
        """Whether keys come here."""
        self.set_class(focused, "-focused")

    @property
    def cell(self) -> Region | None:
        """Where the text of the cursor's cell is in this widget; None: out of sight."""
        span = self._layout.span(self.column)
        line = self.row - self.scroll_offset.y
        if span is None or self.row >= self.count or not 0 <= line < self.page:
            return None
        return Region(span.x + SLOT, line + TOP, span.width, 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell the one who has something over a cell."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._painted.clear()
            self.post_message(self.Shifted())

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        self._painted.clear()
        self._lay_out()
        self.refresh()
        self.post_message(self.Shifted(resized=True))

    def notify_style_update(self) -> None:
        """The theme changed: so did the colours of our lines."""
        super().notify_style_update()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Say where."""
        event.stop()
        at = event.get_content_offset_capture(self)
        row = self.scroll_offset.y + int(at.y) - TOP
        if at.y < TOP or row >= self.count:
            return
        spans = self._layout.spans
        column = next((span.column for span in spans if 0 <= at.x - span.x < SLOT + span.width), -1)
        self.post_message(self.Clicked(row, column, event.chain == 2))

    # --- painting -------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.scrollable_content_region.width
        if self._room != width:
            # The first frame comes before the first resize: no line of it is cut for no width.
            self._lay_out()
        if y < TOP:
            return self._header(width)
        row = self.scroll_offset.y + y - TOP
        if row >= self.count:
            self._painted.pop(y, None)
            empty = self.empty if not self.count and y == TOP else ""
            style = self.get_component_rich_style("grid--empty" if empty else "grid--cell")
            return Strip([Segment(_fit(f" {empty}", width), style)], width)
        painted = self._painted[y] = self._painting(row)
        return self._row(painted, width)

    def _header(self, width: int) -> Strip:
        layout = self._layout
        text = " " + _fit(self.head.title, layout.label)
        for place, span in enumerate(layout.spans):
            column = self.columns[span.column]
            more = MORE_LEFT if layout.before and not place else ""
            text += more.rjust(SLOT) + _fit(column.title, span.width, column.align == "right")
        if layout.after:
            text = set_cell_size(text, width - 1) + MORE_RIGHT
        style = self.get_component_rich_style("grid--header")
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _row(self, painted: _Painted, width: int) -> Strip:
        label, *cells = painted.view
        here = painted.row == self.row
        parts = _Parts()
        style = self._style(label.mark or ("here" if here else "label"))
        parts.add(_sign(label) + _fit(label.text, self._layout.label), style)
        for span, cell in zip(self._layout.spans, cells, strict=True):
            right = self.columns[span.column].align == "right"
            text = _fit(cell.text, span.width, right)
            style = self._style(cell.mark or "cell")
            if span.column == painted.cursor:
                focused = self.has_class("-focused")
                parts.add(" " * (SLOT - 1), self._style("cell"))
                style += self.get_component_rich_style("grid--cursor", partial=not focused)
                parts.add(CURSOR + text, style)
            else:
                parts.add(_sign(cell).rjust(SLOT) + text, style)
        used = self._layout.end
        if used < width:
            parts.add(" " * (width - used), self._style("cell"))
        return Strip(parts, max(used, width)).crop(0, width)

    def _style(self, kind: str) -> Style:
        known = kind in CELL_MARKS or kind in ("here", "label")
        return self.get_component_rich_style(f"grid--{kind if known else 'cell'}")


class _Parts(list[Segment]):
    """Pieces of a line; those that look alike are one: fewer are painted faster."""

    def add(self, text: str, style: Style) -> None:
        """Put a piece at the end."""
        if self and self[-1].style == style:
            text = self.pop().text + text
        self.append(Segment(text, style))


def _sign(cell: CellView) -> str:
    return CELL_MARKS.get(cell.mark, " ")


def _fit(text: str, width: int, right: bool = False) -> str:
    """The text in exactly so many cells."""
    text = plain(text)
    if cell_len(text) > width:
        text = cut(text, width)
    if right:
        text = " " * (width - cell_len(text)) + text
    return set_cell_size(text, width)
