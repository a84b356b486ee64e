"""The list of the house: any number of rows, only those on the screen are read and painted."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hallclient.rules.text import cut, plain
from screens.widgets.rows import (
    MARKS,
    Column,
    ListSource,
    PagedRows,
    Row,
    RowSource,
    column_widths,
)

CURSOR = "▸"
GUTTER = 2
LINES = 512
"""Painted rows that are remembered."""


class VirtualTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of a `RowSource` under a header; the selection stays with its row when rows move."""

    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,ctrl+home", "first", show=False),
        Binding("end,ctrl+end", "last", show=False),
        Binding("enter", "activate", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--empty",
        "table--row",
        *(f"table--{style}" for style in MARKS if style),
    }
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    VirtualTable {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .table--header { text-style: bold; color: $text-muted; }
        & > .table--cursor { background: $surface-lighten-2; text-style: bold; }
        &:focus > .table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        & > .table--empty { color: $text-muted; }
        & > .table--dim { color: $text-muted; }
        & > .table--good { color: $text-success; }
        & > .table--warn { color: $text-warning; }
        & > .table--alert { color: $text-error; text-style: bold; }
        & > .table--own { text-style: bold; }
        & > .table--new { color: $text-accent; }
        & > .table--conflict { color: $text-error; text-style: underline; }
    }
    """

    class RowHighlighted(Message):
        """The selection is on another row now (None: the list is empty)."""

        def __init__(self, table: "VirtualTable", index: int, row: Row | None) -> None:
            super().__init__()
            self.table = table
            self.index = index
            self.row = row

        @property
        def control(self) -> "VirtualTable":
            """The table, for `@on` selectors."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """Only where the selection came to rest matters."""
            return isinstance(message, VirtualTable.RowHighlighted)

    class RowActivated(Message):
        """A row was chosen with Enter or a double click."""

        def __init__(self, table: "VirtualTable", index: int, row: Row) -> None:
            super().__init__()
            self.table = table
            self.index = index
            self.row = row

        @property
        def control(self) -> "VirtualTable":
            """The table, for `@on` selectors."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource | None = None,
        *,
        empty: str = "",
        header: bool = True,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows = PagedRows(source if source is not None else ListSource())
        self._empty = empty
        self._top = 1 if header else 0
        self._cursor = 0
        self._key: str | None = None
        self._widths: dict[int, int] = {}
        self._header = ""
        self._lines: dict[tuple[str, ...], str] = {}
        self._laid_out: tuple[tuple[Column, ...], int, dict[int, int]] = ((), 0, {})
        self._painted: dict[int, tuple[Row | None, bool]] = {}
        """Line of the screen -> its row as it was painted, and whether it was the selected one."""

    # --- what others ask ------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self._rows.count

    @property
    def cursor(self) -> int:
        """The place of the selected row."""
        return self._cursor

    @property
    def selected(self) -> Row | None:
        """The selected row."""
        return self._rows[self._cursor]

    def set_source(self, source: RowSource) -> None:
        """Show another list, from its top."""
        self._rows = PagedRows(source)
        self._cursor, self._key = 0, None
        self.scroll_to(y=0, animate=False)
        self.reload()

    def replace_source(self, source: RowSource) -> None:
        """Show the same list as it is now; the selection stays with its row."""
        self._rows = PagedRows(source)
        self.reload()

    def set_columns(self, columns: Sequence[Column], empty: str | None = None) -> None:
        """Other columns or titles (the language changed)."""
        self._columns = tuple(columns)
        if empty is not None and empty != self._empty:
            self._empty = empty
            self.refresh()
        self._lay_out()

    def reload(self) -> None:
        """Read again what is on the screen; the selection stays with its row."""
        before, key = self._cursor, self._key
        offset = before - self.scroll_offset.y
        self._rows.reload()
        if key is not None and self._rows.count:
            found = self._rows.find(key, before)
            if found is not None:
                self._cursor = found
        self._fit()
        if self._cursor != before and 0 <= offset < self._page_rows:
            self.scroll_to(y=self._cursor - offset, animate=False)
        self._settle()
        self._repaint()

    def select_key(self, key: str) -> bool:
        """Put the selection on the row with this key, when it is in the list."""
        found = self._rows.find(key, self._cursor)
        if found is None:
            return False
        self._select(found)
        return True

    # --- keys and mouse -------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        """Go some rows up or down."""
        self._select(self._cursor + step)

    def action_page(self, step: int) -> None:
        """Go a page up or down."""
        self._select(self._cursor + step * max(1, self._page_rows - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._select(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._select(self._rows.count - 1)

    def action_activate(self) -> None:
        """Choose the selected row."""
        row = self.selected
        if row is not None:
            self.post_message(self.RowActivated(self, self._cursor, row))

    def on_click(self, event: events.Click) -> None:
        """One click selects, two choose."""
        event.stop()
        line = int(event.get_content_offset_capture(self).y) - self._top
        index = self.scroll_offset.y + line
        if line < 0 or index >= self._rows.count:
            return
        self._select(index)
        if event.chain == 2:
            self.action_activate()

    # --- inside ---------------------------------------------------------------------------

    @property
    def _page_rows(self) -> int:
        return max(1, self.scrollable_content_region.height - self._top)

    def on_mount(self) -> None:
        """Read the first page."""
        self.reload()

    def on_resize(self) -> None:
        """Lay the columns out for the new width, and keep the selection in sight."""
        self._painted.clear()
        self._lay_out()
        self._show_cursor()

    def notify_style_update(self) -> None:
        """The theme changed: so did the colours of our lines."""
        super().notify_style_update()
        self.refresh()

    def _fit(self) -> None:
        """Make the scroll bar and the selection agree with the number of rows."""
        self._cursor = max(0, min(self._cursor, self._rows.count - 1))
        self.virtual_size = Size(0, self._rows.count + self._top)
        self._lay_out()

    def _repaint(self) -> None:
        """Paint the lines whose rows are others now; a hall that is watched changes little."""
        if not self._rows.count or not self._painted:
            self.refresh()
            return
        top = self.scroll_offset.y
        for line, painted in self._painted.items():
            index = top + line - self._top
            if painted != (self._rows[index], index == self._cursor):
                self.refresh_line(top + line)

    def _lay_out(self) -> None:
        room = self.scrollable_content_region.width - GUTTER
        widths = column_widths(self._columns, room)
        laid_out = (self._columns, room, widths)
        if laid_out != self._laid_out:
            self._laid_out = laid_out
            self._widths = widths
            self._lines.clear()
            titles = {place: self._columns[place].title for place in widths}
            self._header = " " * GUTTER + self._cells(titles)
            self.refresh()

    def _line(self, cells: tuple[str, ...]) -> str:
        """The cells of a row as one text; lists are painted often and change little."""
        made = self._lines.get(cells)
        if made is None:
            if len(self._lines) >= LINES:
                self._lines.clear()
            room = self.scrollable_content_region.width - GUTTER
            text = set_cell_size(self._cells(dict(enumerate(cells))), room)
            made = self._lines[cells] = text
        return made

    def _cells(self, cells: dict[int, str]) -> str:
        parts = []
        for place, width in self._widths.items():
            text = plain(cells.get(place, ""))
            if cell_len(text) > width:
                text = cut(text, width)
            if self._columns[place].align == "right":
                text = " " * (width - cell_len(text)) + text
            parts.append(set_cell_size(text, width))
        return " ".join(parts)

    def _select(self, index: int) -> None:
        if not self._rows.count:
            return
        before = self._cursor
        self._cursor = max(0, min(index, self._rows.count - 1))
        if self._cursor != before:
            self.refresh_line(before + self._top)
            self.refresh_line(self._cursor + self._top)
        self._show_cursor()
        self._settle()

    def _show_cursor(self) -> None:
        top, rows = self.scroll_offset.y, self._page_rows
        if top <= self._cursor < top + rows:
            return
        # Half a page at a time: most keys repaint two lines, and what comes next is in sight.
        ahead = rows // 2 if abs(self._cursor - top) <= rows else 0
        if self._cursor < top:
            self.scroll_to(y=self._cursor - ahead, animate=False)
        else:
            self.scroll_to(y=self._cursor - rows + 1 + ahead, animate=False)

    def _settle(self) -> None:
        """Remember whose row is selected and tell when it is another one."""
        row = self.selected
        key = row.key if row is not None else None
        if key != self._key:
            self._key = key
            self.post_message(self.RowHighlighted(self, self._cursor, row))

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.scrollable_content_region.width
        if self._laid_out[1] != width - GUTTER:
            # The first frame comes before the first resize: no line of it is cut for no width.
            self._lay_out()
        if y < self._top:
            return self._strip(self._header, self.get_component_rich_style("table--header"), width)
        if not self._rows.count:
            self._painted.clear()
            text = self._empty if y == self._top else ""
            style = self.get_component_rich_style("table--empty")
            return self._strip(" " * GUTTER + cut(plain(text), width - GUTTER), style, width)
        index = self.scroll_offset.y + y - self._top
        row = self._rows[index]
        here = index == self._cursor
        self._painted[y] = (row, here)
        if row is None:
            return Strip.blank(width, self.rich_style)
        mark = MARKS.get(row.style, " ")
        kind = row.style if row.style in MARKS else ""
        style = self.get_component_rich_style(f"table--{kind or 'row'}")
        if here:
            style += self.get_component_rich_style("table--cursor", partial=not self.has_focus)
        text = (CURSOR if here else " ") + mark + self._line(row.cells)
        return Strip([Segment(text, style)], width)

    @staticmethod
    def _strip(text: str, style: Style, width: int) -> Strip:
        return Strip([Segment(set_cell_size(text, width), style)], width)
