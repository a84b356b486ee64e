"""The two lists of the board: who is called where, and how many wait for what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from textual.content import Content

from hallclient.actions.boardview import LineNow, Past
from hallclient.rules.announce import Call
from hallclient.rules.catalogue import named
from hallclient.rules.slip import wait_range
from hallclient.rules.text import cell_width
from hallclient.texts import text_in
from screens.bigfont import big_height, drawable
from screens.board_frame import (
    CALL,
    MARK,
    MUTED,
    NEW,
    STRONG,
    WIDEST,
    Frame,
    both_short,
    call_width,
    drawn_call,
    pad,
    page,
    spread,
)
from screens.widgets.content import line

TO: Final = "\u2192"
ENTRY_CELLS: Final = 16
PEOPLE_CELLS: Final = 6
WAIT_CELLS: Final = 9


def calls(frame: Frame, width: int, height: int) -> Content:
    """Who is called where, newest first, large while they fit; then the last calls before."""
    told = [both_short(frame, "board.title-calls", width)]
    rest = list(frame.view.calls)
    size = big_height(1) + 1
    across = max(1, width // (call_width(*WIDEST, 1) + 4))
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
    return wait_range(row.low, row.high, partial(text_in, language), "board")


def _rjust(text: str, width: int) -> str:
    return " " * max(0, width - cell_width(text)) + text
