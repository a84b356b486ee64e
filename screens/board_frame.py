"""What is to be painted on a board and how much room there is; pieces that its parts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from textual.content import Content

from hallclient.actions.boardview import BoardView
from hallclient.rules.announce import Call
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import cell_width, cut
from hallclient.texts import LANGUAGES, text_in
from screens.bigfont import ARROW, big, big_height, big_width
from screens.widgets.content import line

MUTED: Final = "$foreground 60%"
STRONG: Final = "bold"
CALL: Final = "bold $text-warning"
NEW: Final = "bold reverse $text-warning"
MARK: Final = "\u25b6"
TURN_MS: Final = 8_000
"""Where two languages or several pages share a place, each stays for so long."""
LINES_WIDTH: Final = 64
"""Wider than this, the eye loses the way from a name to its figures."""
WIDEST: Final = ("A000", "00")
"""The layout is made for a number and a window of this length, so that it never jumps."""

T = TypeVar("T")


class Frame(NamedTuple):
    """What is to be painted: a moment of the hall, on a screen of so many cells."""

    view: BoardView
    hall: Hall
    now: int
    width: int
    height: int
    language: str
    """The one that comes first."""
    call: Call | None = None
    """The one shown large: that which is being spoken, or the newest."""
    new: frozenset[tuple[str, str, int]] = frozenset()
    """Keys of the calls that have just come."""
    bright: bool = True
    """Whether what is new is shown inverted now; it blinks."""
    out: bool = False
    """Whether the store cannot be read."""

    @property
    def other(self) -> str:
        """The language that comes second."""
        return next(one for one in LANGUAGES if one != self.language)

    @property
    def turning(self) -> str:
        """The language whose turn it is where only one has room."""
        return self.other if self.now // TURN_MS % 2 else self.language

    @property
    def scale(self) -> int:
        """How large a call is shown; 0: there is room for text only."""
        scale = 0
        while (
            call_width(*WIDEST, scale + 1) <= self.width - 2
            and big_height(scale + 1) <= self.height * 2 // 5
        ):
            scale += 1
        return scale

    @property
    def list_height(self) -> int:
        """Rows of the two lists: what the header, the call and the two last lines leave."""
        return max(0, self.height - big_height(self.scale) - 6)

    @property
    def lines_width(self) -> int:
        """Cells of the list on the right."""
        return min((self.width - 2) // 2, LINES_WIDTH)


# -- drawn large


def call_width(number: str, window: str, scale: int) -> int:
    """Cells of a call drawn large: the number, an arrow one size smaller, the window."""
    arrow = big_width(ARROW, max(1, scale - 1))
    return big_width(number, scale) + big_width(window, scale) + arrow + 2 * scale


def drawn_call(number: str, window: str, scale: int) -> list[str]:
    """A call drawn large."""
    arrow = big(ARROW, max(1, scale - 1))
    height = big_height(scale)
    above = (height - len(arrow)) // 2
    blank = " " * len(arrow[0])
    arrow = [blank] * above + arrow + [blank] * (height - len(arrow) - above)
    gap = " " * scale
    return [
        gap.join(row) for row in zip(big(number, scale), arrow, big(window, scale), strict=True)
    ]


# -- pieces


def both(frame: Frame, key: str, gap: str = "  ", **values: object) -> Content:
    """A text in both languages side by side, the second one paler."""
    first, second = (text_in(one, key, **values) for one in (frame.language, frame.other))
    if cell_width(first + gap + second) > frame.width - 2:
        return line(text_in(frame.turning, key, **values))
    return line(first, (gap + second, MUTED))


def spread(left: Content, right: Content, width: int) -> Content:
    """Something at each end of a line; the left part gives way."""
    room = width - cell_width(right.plain) - 1
    if cell_width(left.plain) > room:
        left = Content(cut(left.plain, max(0, room)))
    gap = max(0, width - cell_width(left.plain) - cell_width(right.plain))
    return Content.assemble(left, " " * gap, right)


def both_short(frame: Frame, key: str, width: int) -> Content:
    """A title in both languages, or in the first one only."""
    first, second = text_in(frame.language, key), text_in(frame.other, key)
    if cell_width(f"{first}  {second}") > width:
        return line((first, STRONG))
    return line((first, STRONG), (f"  {second}", MUTED))


def page(items: Sequence[T], size: int, now: int) -> Sequence[T]:
    """The part of a list that is shown now, when it does not fit as a whole."""
    pages = max(1, -(-len(items) // size))
    start = now // TURN_MS % pages * size
    return items[start : start + size]


def pad(content: Content, width: int) -> Content:
    """The content with blanks up to a width."""
    return Content.assemble(content, " " * max(0, width - cell_width(content.plain)))
