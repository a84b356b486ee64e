"""Where the cursor of a form's grid is and goes, whatever happens to the rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from textual.widget import Widget

from screens.widgets.grid_lines import GridLines
from screens.widgets.grid_parts import FAR, GridSource, onward
from screens.widgets.grid_told import Ended, Move, Moved, Place


class GridCursor(Widget, can_focus=False):
    """The lines and the cursor; what is typed into a cell is the business of `FormGrid`."""

    def __init__(
        self,
        source: GridSource,
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.source = source
        self.lines = GridLines(source, empty)
        self.ended = False
        """Whether the screen has been told of the end and has not yet dealt with it."""
        self._place: Place | None = None

    def on_mount(self) -> None:
        """Begin at the first field."""
        self._begin()

    def _begin(self) -> None:
        self.lines.read()
        self.lines.row, self.lines.column = 0, next(iter(self._enter), 0)
        self.lines.repaint()
        self.lines.show_cursor()
        self._settle()

    def leave(self, move: Move = "away") -> None:
        """Take what is being typed."""
        raise NotImplementedError

    def _lost(self, place: Place) -> None:
        """A cell is gone that the cursor was on."""
        raise NotImplementedError

    def _arm(self) -> None:
        """Be ready for what is typed into the cursor's cell, as it is now."""
        raise NotImplementedError

    # --- what others ask ------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """The cell of the cursor; None: there is no cell."""
        return self._place

    def set_source(self, source: GridSource, empty: str | None = None) -> None:
        """Show something else, from its first field on."""
        self.leave()
        self.source = self.lines.source = source
        if empty is not None:
            self.lines.empty = empty
        self._place = None
        if self.is_mounted:
            self.lines.scroll_to(y=0, animate=False)
            self._begin()

    def reload(self) -> None:
        """Show what the source has now; the cursor stays on its row and column by their keys."""
        lines, place = self.lines, self._place
        offset = lines.row - lines.scroll_offset.y
        lines.read()
        found = self._find(place) if place is not None else None
        row, column = found or self._nearest()
        moved = row != lines.row
        lines.row, lines.column = row, column
        if moved and 0 <= offset < lines.page:
            lines.scroll_to(y=max(0, row - offset), animate=False)
        lines.repaint()
        lines.show_cursor()
        self._settle()
        if found is None and place is not None:
            self._lost(place)

    def refresh_cells(self, places: Iterable[tuple[str, str]]) -> None:
        """Show these cells as they are now (keys of row and column)."""
        rows = {self.source.index_of(row) for row, _ in places}
        self.lines.repaint_rows({row for row in rows if row is not None})
        if self.lines.row in rows:
            self._arm()

    def goto(self, row: str, column: str) -> bool:
        """Put the cursor on a cell; what is being typed elsewhere is taken first."""
        self.leave()
        found = self._find(Place(row, column))
        if found is None:
            return False
        self._go(*found)
        return True

    # --- moving ---------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """Rows of a page, with one that stays in sight."""
        return max(1, self.lines.page - 1)

    @property
    def _enter(self) -> list[int]:
        return [place for place, column in enumerate(self.lines.columns) if column.enter]

    def move(self, rows: int = 0, columns: int = 0) -> None:
        """Some rows or columns further, as far as there are any."""
        self.leave()
        enter = self._enter
        if self._place is not None:
            at = enter.index(self.lines.column) + columns
            column = enter[max(0, min(at, len(enter) - 1))]
            self._go(max(0, min(self.lines.row + rows, self.lines.count - 1)), column)

    def edge(self, step: int) -> None:
        """To the first or the last column; where there is only one, to the first or last row."""
        if len(self._enter) < 2:
            self.far(step)
        else:
            self.move(columns=step * len(self._enter))

    def far(self, step: int) -> None:
        """To the first or the last cell."""
        self.move(rows=step * self.lines.count, columns=step * len(self._enter))

    def next(self, step: int) -> None:
        """Take what is typed, and go to the next field that can be filled (-1: the one before)."""
        self.leave("next" if step > 0 else "back")
        self._to_or_end(self._fillable(step), step)

    def next_needed(self) -> None:
        """Take what is typed, and go to the next field that needs something."""
        self.leave("next")
        lines = self.lines
        there = self._place is not None
        self._to_or_end(self.source.needed_after(lines.row, lines.column) if there else None, 1)

    def _to_or_end(self, found: tuple[int, int] | None, step: int) -> None:
        if found is None:
            self.ended = True
            self.post_message(Ended(self, self._place, step))
        else:
            self._go(*found)

    def _fillable(self, step: int) -> tuple[int, int] | None:
        if self._place is None:
            return None
        lines = self.lines
        after = onward(lines.count, self._enter, lines.row, lines.column, step)
        at = None
        for at in islice(after, FAR):
            if self.source.fillable(*at):
                return at
        # Beyond a long way of fields that are not to be filled the person decides.
        return at if next(after, None) is not None else None

    def _go(self, row: int, column: int) -> None:
        self.lines.put_cursor(row, column)
        self._settle()

    def _settle(self) -> None:
        """Know the cursor's cell, and tell when it is another one."""
        lines = self.lines
        place = None
        if lines.count and self._enter:
            place = Place(self.source.key(lines.row), lines.columns[lines.column].key)
        if place != self._place:
            self._place = place
            self.post_message(Moved(self, place))
        self._arm()

    def _find(self, place: Place) -> tuple[int, int] | None:
        row = self.source.index_of(place.row)
        columns = self.lines.columns
        column = next((at for at in self._enter if columns[at].key == place.column), None)
        return None if row is None or column is None else (row, column)

    def _nearest(self) -> tuple[int, int]:
        """Where the cursor goes when its cell is gone."""
        lines, enter = self.lines, self._enter
        column = min(enter, key=lambda at: abs(at - lines.column), default=0)
        return max(0, min(lines.row, lines.count - 1)), column
