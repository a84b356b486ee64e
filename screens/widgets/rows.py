"""What a table shows: rows that a source hands out in pages."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol, runtime_checkable

PAGE: Final = 128
PAGES: Final = 8

MARKS: Final = {
    "": " ",
    "dim": "-",
    "good": "+",
    "warn": "!",
    "alert": "#",
    "own": "=",
    "new": "*",
    "conflict": "?",
}
"""Row styles and the sign that stands for each, so that no state is told by colour alone."""


class Column(NamedTuple):
    """A column: `width` cells, or with `flex` a share of what is left, at least `width` cells.

    When the table is too narrow the column with the highest `drop` goes first; 0 stays always.
    """

    title: str
    width: int
    flex: int = 0
    align: Literal["left", "right"] = "left"
    drop: int = 0


class Row(NamedTuple):
    """A row: a stable key, its cells (any text), a style of `MARKS`."""

    key: str
    cells: tuple[str, ...]
    style: str = ""


class RowSource(Protocol):
    """Where rows come from: a query, a list. Called on the UI thread, so answers must be quick."""

    def count(self) -> int:
        """How many rows there are."""
        ...

    def rows(self, first: int, n: int) -> Sequence[Row]:
        """Up to `n` rows from `first` on."""
        ...


@runtime_checkable
class Locates(Protocol):
    """A source that knows the place of a key, for lists longer than a few pages."""

    def index_of(self, key: str) -> int | None:
        """The place of the row with this key."""
        ...


class ListSource:
    """Rows of a list in memory."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = rows

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def rows(self, first: int, n: int) -> Sequence[Row]:
        """Up to `n` rows from `first` on."""
        return self._rows[first : first + n]

    def index_of(self, key: str) -> int | None:
        """The place of the row with this key."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)


class PagedRows:
    """A few pages of a source: memory stays flat however long the list is."""

    def __init__(self, source: RowSource) -> None:
        self.source = source
        self.count = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def reload(self) -> None:
        """Forget the pages and count again."""
        self._pages.clear()
        self.count = max(0, self.source.count())

    def __getitem__(self, index: int) -> Row | None:
        """The row at a place; None where the source has none (it shrank meanwhile)."""
        if not 0 <= index < self.count:
            return None
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self.source.rows(number * PAGE, PAGE)
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def find(self, key: str, near: int) -> int | None:
        """The place of a key: looked for around `near` first, then by the source when it can."""
        first = max(0, min(near, self.count - 1) // PAGE - 1) * PAGE
        for index in range(first, min(self.count, first + 3 * PAGE)):
            row = self[index]
            if row is not None and row.key == key:
                return index
        return self.source.index_of(key) if isinstance(self.source, Locates) else None


def column_widths(columns: Sequence[Column], room: int, gap: int = 1) -> dict[int, int]:
    """The width of each column that fits into `room` cells, by its place; others are left out."""
    kept = list(range(len(columns)))

    def needed() -> int:
        return sum(columns[place].width for place in kept) + gap * max(0, len(kept) - 1)

    while needed() > room:
        droppable = [place for place in kept if columns[place].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda place: (columns[place].drop, place)))
    widths = {place: columns[place].width for place in kept}
    spare = room - needed()
    shares = sum(columns[place].flex for place in kept)
    if spare > 0 and shares:
        left = spare
        flexible = [place for place in kept if columns[place].flex]
        for place in flexible[:-1]:
            more = spare * columns[place].flex // shares
            widths[place] += more
            left -= more
        widths[flexible[-1]] += left
    while spare < 0 and any(width > 1 for width in widths.values()):
        # Nothing more to leave out: the widest gives way.
        widest = max(widths, key=lambda place: (widths[place], place))
        widths[widest] -= 1
        spare += 1
    return widths
