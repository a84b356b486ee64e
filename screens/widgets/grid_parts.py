"""What a form's grid shows and asks: its source, its cells, its columns; no widget here."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, Protocol

from hallclient.rules.scan import ScanKind
from hallclient.rules.text import cell_width, cut, plain
from screens.widgets.choices import Option

CELL_MARKS: Final = {
    "": " ",
    "missing": "*",
    "wrong": "#",
    "warn": "!",
    "done": "+",
    "calculated": "=",
    "dim": "-",
    "collision": "?",
}
"""What a cell's state may be and the sign before its text, so that colour alone tells nothing."""

SLOT: Final = 2
"""Cells before the text of a cell: a blank and the sign of its state."""

NUMBERS: Final = "123456789"
"""Keys that choose an option."""

FAR: Final = 256
"""So many fields are asked for the next one that can be filled; then the cursor stops there."""

Kind = Literal["text", "choice", "multi"]


class GridColumn(NamedTuple):
    """A column: a stable key, its title, `width` cells for texts.

    When all columns fit, those with `flex` share what is left. `enter`: the cursor comes here; a
    column of remarks beside the fields is only shown.
    """

    key: str
    title: str
    width: int
    flex: int = 0
    align: Literal["left", "right"] = "left"
    enter: bool = True


class CellView(NamedTuple):
    """A cell as it is shown: any text, masked where it must be; a state of `CELL_MARKS`."""

    text: str = ""
    mark: str = ""


class CellEdit(NamedTuple):
    """What the cursor's cell takes.

    `text`: as it is edited: whole, not masked; for a choice the option's key, for a multi the keys
    of the chosen options with commas between. `locked`: why nothing can be typed here, in words.
    `new`: what is typed on a choice may be none of its options; then only a key chooses one.
    `fold`, `limit`, `in_cells`, `takes`: as for a `Field`.
    """

    text: str = ""
    kind: Kind = "text"
    locked: str = ""
    new: bool = False
    fold: bool = False
    limit: int = 0
    in_cells: bool = False
    takes: frozenset[ScanKind] = frozenset()


class GridSource(Protocol):
    """Where a grid's lines come from and what is typed goes to: all the rules are behind it.

    Rows and columns are places, counted from 0; `key` makes a row known when rows move. Called on
    the screen's thread for what is in sight only, so answers must be quick. One line a field with
    a column of values, or one line a row with a column for each field: the grid sees no difference.
    Whoever changes the rows calls `FormGrid.reload` before anything else happens.
    """

    def head(self) -> GridColumn:
        """The first column, which stays when the others move: labels, or numbers and names."""
        ...

    def columns(self) -> Sequence[GridColumn]:
        """The other columns."""
        ...

    def count(self) -> int:
        """How many lines there are."""
        ...

    def key(self, row: int) -> str:
        """The stable key of a line."""
        ...

    def index_of(self, key: str) -> int | None:
        """The place of the line with this key."""
        ...

    def label(self, row: int) -> CellView:
        """The first column's cell."""
        ...

    def cell(self, row: int, column: int) -> CellView:
        """A cell as it is shown."""
        ...

    def fillable(self, row: int, column: int) -> bool:
        """Whether Tab stops here: neither calculated nor irrelevant nor locked."""
        ...

    def needed_after(self, row: int, column: int) -> tuple[int, int] | None:
        """Where Enter goes from here: the next place that has to be filled in or mended; None: the
        end, also on a row that was begun and left empty.
        """
        ...

    def editing(self, row: int, column: int) -> CellEdit:
        """What the cell takes; asked for the cursor's cell only."""
        ...

    def options(self, row: int, column: int, typed: str) -> Sequence[Option]:
        """The options of a choice that fit what was typed (first letters, a part of the name);
        all of them for nothing.
        """
        ...

    def take(self, row: int, column: int, text: str, seen: str) -> None:
        """Take what was typed or chosen where `CellEdit.text` was ``seen``. The cells tell it from
        then on, since the next key may already be meant for a field that only this answer has made
        relevant; saving comes later.
        """
        ...


class Span(NamedTuple):
    """A column on the screen: at `x` the `SLOT` with the sign, after it `width` cells of text."""

    column: int
    x: int
    width: int


class Layout(NamedTuple):
    """The columns that are in sight; whether there are more on the left or on the right."""

    label: int = 0
    spans: tuple[Span, ...] = ()
    before: bool = False
    after: bool = False

    @property
    def end(self) -> int:
        """Cells of a whole line."""
        last = self.spans[-1] if self.spans else None
        return 1 + self.label if last is None else last.x + SLOT + last.width

    def span(self, column: int) -> Span | None:
        """Where a column is, when it is in sight."""
        return next((span for span in self.spans if span.column == column), None)


def lay_out(head: GridColumn, columns: Sequence[GridColumn], first: int, room: int) -> Layout:
    """The whole columns from `first` on that fit into `room` cells beside the first column.

    A column that is wider than the room is cut to it; the last cell is kept for the sign that
    there are more. Those in sight share what is left; when all fit, `first` means nothing.
    """
    label = max(1, min(head.width, room // 2 - 1))
    start = label + 1
    needed = start + sum(SLOT + column.width for column in columns)
    if needed <= room:
        return Layout(label, _shared(columns, start, room - needed))
    end = max(start + SLOT + 1, room - 1)
    first = max(0, min(first, len(columns) - 1))
    last, x = first, start
    while last < len(columns) and x + SLOT + columns[last].width <= end:
        x += SLOT + columns[last].width
        last += 1
    if last > first:
        spans = _shared(columns[first:last], start, end - x, first)
    else:
        last, spans = first + 1, (Span(first, start, end - start - SLOT),)
    return Layout(label, spans, first > 0, last < len(columns))


def _shared(columns: Sequence[GridColumn], x: int, spare: int, first: int = 0) -> tuple[Span, ...]:
    shares = sum(column.flex for column in columns)
    spans: list[Span] = []
    for place, column in enumerate(columns, first):
        more = spare * column.flex // shares if shares else 0
        spare, shares = spare - more, shares - column.flex
        spans.append(Span(place, x, column.width + more))
        x += SLOT + column.width + more
    return tuple(spans)


def first_for(
    head: GridColumn, columns: Sequence[GridColumn], first: int, column: int, room: int
) -> int:
    """The first column to show so that `column` is in sight, moving as little as can be."""
    first = max(0, min(first, column))
    while first < column and lay_out(head, columns, first, room).span(column) is None:
        first += 1
    # No empty room on the right while there are columns on the left.
    while first and not lay_out(head, columns, first - 1, room).after:
        first -= 1
    return first


def onward(
    rows: int, columns: Sequence[int], row: int, column: int, step: int
) -> Iterator[tuple[int, int]]:
    """The places after this one (before it, with a step of -1), line by line."""
    at = columns.index(column) + step
    while 0 <= row < rows:
        while 0 <= at < len(columns):
            yield row, columns[at]
            at += step
        row += step
        at = 0 if step > 0 else len(columns) - 1


def picks(text: str) -> list[str]:
    """The keys in the text of a multi."""
    return [key for key in text.split(",") if key]


def toggled(text: str, key: str, options: Sequence[Option]) -> str:
    """The text of a multi with one option more or less, in the order of the options."""
    chosen = picks(text)
    if key not in chosen:
        return added(text, key, options)
    chosen.remove(key)
    return ",".join(chosen)


def added(text: str, key: str, options: Sequence[Option]) -> str:
    """The text of a multi with one option more, in the order of the options."""
    chosen = picks(text)
    if not key or key in chosen:
        return text
    order = {option.key: place for place, option in enumerate(options)}
    return ",".join(sorted([*chosen, key], key=lambda one: order.get(one, len(order))))


def options_line(options: Sequence[Option], edit: CellEdit, width: int) -> str:
    """Options side by side with their number keys, as many as fit into `width` cells.

    What is chosen stands in brackets; an ellipsis says that there are more.
    """
    chosen = picks(edit.text) if edit.kind == "multi" else [edit.text]
    told = ""
    for place, option in enumerate(options):
        label = plain(option.label)
        label = f"[{label}]" if option.key in chosen else label
        number = f"{NUMBERS[place]} " if place < len(NUMBERS) else ""
        more = ("  " if told else "") + number + label
        rest = 2 if place + 1 < len(options) else 0
        if cell_width(told + more) + rest > width:
            return cut(told + more, width) if not told else cut(f"{told} …", width)
        told += more
    return told
