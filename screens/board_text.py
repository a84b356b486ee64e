"""What the board says, as content made from a view of the hall. Nothing here decides or reads.

Both languages stand side by side where there is room; where there is not, they take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from textual.content import Content

from hallclient.actions.boardview import BoardView, LineNow, Past
from hallclient.rules.announce import Call
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.text import cell_width, cut
from hallclient.texts import LANGUAGES, text_in
from hallclient.words import clock, local
from screens.bigfont import ARROW, big, big_height, big_width, drawable
from screens.widgets.content import Part, line

MUTED: Final = "$foreground 60%"
STRONG: Final = "bold"
CALL: Final = "bold $text-warning"
NEW: Final = "bold reverse $text-warning"
MARK: Final = "\u25b6"
TO: Final = "\u2192"
TURN_MS: Final = 8_000
"""Where two languages or several pages share a place, each stays for so long."""
ENTRY_CELLS: Final = 16
PEOPLE_CELLS: Final = 6
WAIT_CELLS: Final = 9
LINES_WIDTH: Final = 64
"""Wider than this, the eye loses the way from a name to its figures."""
_WIDEST: Final = ("A000", "00")
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
            call_width(*_WIDEST, scale + 1) <= self.width - 2
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


# -- the top


def header(frame: Frame, zone: str, mark: str) -> Content:
    """Whose board it is, and the time."""
    hall, at = frame.hall, local(frame.now)
    names = [named(hall, one) for one in (frame.language, frame.other)]
    if zone in hall.zones:
        zones = [named(hall.zones[zone], one) for one in (frame.language, frame.other)]
        names = [f"{name} {zone}" for name, zone in zip(names, zones, strict=True)]
    day = text_in(frame.turning, f"board.weekday-{at.isoweekday()}")
    right = line(f"{at:%Y-%m-%d} ", f"{day} ", (f"{at:%H:%M:%S}", STRONG))
    room = frame.width - cell_width(right.plain) - cell_width(mark) - 2
    parts: list[Part] = [(mark, CALL)]
    if cell_width("  ".join(names)) <= room:
        parts += [(names[0], STRONG), (f"  {names[1]}", MUTED)]
    else:
        parts.append((names[frame.turning != frame.language], STRONG))
    return spread(line(*parts), right, frame.width - 2)


def hero_label(frame: Frame) -> Content:
    """The sentence above what is large."""
    call = frame.call
    if frame.out:
        return both(frame, "board.out")
    if call is None:
        return both(frame, "board.welcome")
    key = "board.collect" if call.collect else "board.call"
    told = both(frame, key, number=call.number, window=call.window)
    mark = f"{MARK} " if call.key in frame.new else "  "
    if call.attempt > 1:
        again = text_in(frame.turning, "board.again", n=call.attempt)
        if cell_width(f"{mark}{told.plain}  {again}") <= frame.width - 2:
            return line((mark, CALL), told, (f"  {again}", MUTED))
    return line((mark, CALL), told)


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


def hero(frame: Frame) -> Content:
    """The call, or while there is none the time, as large as it goes."""
    call = frame.call
    scale = frame.scale
    room = frame.width - 2
    if call is None:
        rows = big("" if frame.out else clock(frame.now), scale) if scale else []
        style = MUTED
    else:
        while scale and call_width(call.number, call.window, scale) > room:
            scale -= 1
        style = NEW if call.key in frame.new and frame.bright else CALL
        rows = []
        if scale and drawable(call.number + call.window):
            rows = drawn_call(call.number, call.window, scale)
    left = max(0, (room - max(map(len, rows), default=0)) // 2)
    return Content("\n").join(line(" " * left, (row, style)) for row in rows)


# -- the lists


def calls(frame: Frame, width: int, height: int) -> Content:
    """Who is called where, newest first, large while they fit; then the last calls before."""
    told = [both_short(frame, "board.title-calls", width)]
    rest = list(frame.view.calls)
    size = big_height(1) + 1
    across = max(1, width // (call_width(*_WIDEST, 1) + 4))
    while rest and height - len(told) >= 3 * size:
        told += _large(frame, rest[:across], width // across)
        rest = rest[across:]
    told += _in_columns([_called(frame, call) for call in rest], width)
    if frame.view.past and height - len(told) >= 2:
        told.append(both_short(frame, "board.title-past", width))
        told += _in_columns([_entry(frame, past) for past in frame.view.past], width)
    return Content("\n").join(told[:height])


def _in_columns(entries: Sequence[Content], width: int) -> list[Content]:
    across = max(1, width // ENTRY_CELLS)
    rows = [entries[start : start + across] for start in range(0, len(entries), across)]
    return [Content.assemble(*(pad(entry, ENTRY_CELLS) for entry in row)) for row in rows]


def _large(frame: Frame, some: Sequence[Call], width: int) -> list[Content]:
    columns = []
    for call in some:
        fresh = call.key in frame.new
        style = NEW if fresh and frame.bright else CALL
        fits = drawable(call.number + call.window)
        fits = fits and call_width(call.number, call.window, 1) <= width - 3
        rows = (
            drawn_call(call.number, call.window, 1)
            if fits
            else [f"{call.number} {TO} {call.window}"]
        )
        rows += [""] * (big_height(1) - len(rows))
        marks = [MARK if fresh and not place else " " for place in range(len(rows))]
        columns.append(
            [
                pad(line((mark, CALL), " ", (row, style)), width)
                for mark, row in zip(marks, rows, strict=True)
            ]
        )
    return [*(Content.assemble(*row) for row in zip(*columns, strict=True)), Content("")]


def _called(frame: Frame, call: Call) -> Content:
    fresh = call.key in frame.new
    style = NEW if fresh and frame.bright else CALL
    mark = MARK if fresh else " "
    return line((mark, CALL), " ", (f"{call.number} {TO} {call.window}", style))


def _entry(frame: Frame, past: Past) -> Content:
    """An earlier call; of a number that was passed it matters that it was, not where."""
    if past.passed:
        return line((f"  {past.number} {text_in(frame.turning, 'board.passed')}", "$text-warning"))
    return line((f"  {past.number} {TO} {past.face}", MUTED))


def lines(frame: Frame, width: int, height: int) -> Content:
    """How many wait for what, and how many minutes; in both languages where there is room."""
    rows = frame.view.lines
    step = min(3, max(1, (height - 1) // max(1, len(rows))))
    shown = page(rows, max(1, (height - 1) // step), frame.now)
    columns = [text_in(frame.turning, f"board.title-{name}") for name in ("people", "wait")]
    right = line((_figures(*columns), MUTED))
    title = both_short(frame, "board.title-lines", width - cell_width(right.plain) - 1)
    told = [spread(title, right, width)]
    for row in shown:
        told.append(_line_row(frame, row, frame.language if step > 1 else frame.turning, width))
        if step > 1:
            name = named(frame.hall.lines[row.line], frame.other)
            right = line(
                (_figures("", "" if _is_wait(row) else _expected(row, frame.other)), MUTED)
            )
            told.append(spread(line((f"   {name}", MUTED)), right, width))
        told += [Content("")] * (step - 2)
    return Content("\n").join(told[:height])


def _line_row(frame: Frame, row: LineNow, language: str, width: int) -> Content:
    known = frame.hall.lines[row.line]
    style = "$text-warning" if row.stopped or not row.windows else ""
    people, wait = _rjust(str(row.waiting), PEOPLE_CELLS), _expected(row, language)
    right = line((people, STRONG), " ", (_rjust(wait, WAIT_CELLS), style))
    return spread(line((f"{known.prefix}  ", STRONG), named(known, language)), right, width)


def _figures(people: str, wait: str) -> str:
    return f"{_rjust(people, PEOPLE_CELLS)} {_rjust(wait, WAIT_CELLS)}"


def _is_wait(row: LineNow) -> bool:
    return bool(row.high) and not row.stopped


def _expected(row: LineNow, language: str) -> str:
    if row.stopped:
        return text_in(language, "board.stopped")
    if not row.windows:
        return text_in(language, "board.no-window")
    if row.low is None or row.high is None:
        return ""
    if not row.high:
        return text_in(language, "board.no-wait")
    return text_in(language, "board.wait", low=row.low // 60_000, high=-(-row.high // 60_000))


# -- the bottom


def notices(frame: Frame) -> Content:
    """What is out of the ordinary, page by page."""
    told = _notices(frame, frame.turning)
    room = frame.width - 2
    pages: list[str] = []
    for one in told:
        joined = f"{pages[-1]} \u00b7 {one}" if pages else one
        if pages and cell_width(joined) <= room:
            pages[-1] = joined
        else:
            pages.append(cut(one, room))
    # Both languages of a page are seen before the next one comes.
    return line((pages[frame.now // (2 * TURN_MS) % len(pages)], "$text-warning"))


def _notices(frame: Frame, language: str) -> list[str]:
    view = frame.view
    told = []
    if view.closed and view.opens is not None:
        told.append(text_in(language, "board.notice-opens", at=clock(view.opens)))
    elif view.closed:
        told.append(text_in(language, "board.notice-closed"))
    paused = " ".join(window.face for window in view.windows if window.state == "paused")
    if paused:
        told.append(text_in(language, "board.notice-paused", windows=paused))
    for row in view.lines:
        if row.stopped:
            name = named(frame.hall.lines[row.line], language)
            told.append(text_in(language, "board.notice-stopped", name=name))
    if any(past.passed for past in view.past):
        told.append(text_in(language, "board.notice-passed"))
    return told or [text_in(language, "board.notice-none")]


# -- pieces


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


def _rjust(text: str, width: int) -> str:
    return " " * max(0, width - cell_width(text)) + text
