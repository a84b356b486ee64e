"""What the board says around its lists: the top, what is large, what is out of the ordinary.

Nothing here decides or reads. Both languages stand side by side where there is room; where there
is not, they take turns.
"""

from __future__ import annotations

from textual.content import Content

from hallclient.rules.catalogue import named
from hallclient.rules.text import cell_width, cut
from hallclient.texts import text_in
from hallclient.words import clock, local
from screens.bigfont import big, drawable
from screens.board_frame import (
    CALL,
    MARK,
    MUTED,
    NEW,
    STRONG,
    TURN_MS,
    Frame,
    both,
    call_width,
    drawn_call,
    spread,
)
from screens.widgets.content import Part, line


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
