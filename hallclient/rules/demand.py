"""Who came on a day: one arrival a row, from a store or from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Line
from hallclient.rules.errors import Refused

LANES = (lanes.ORDINARY, lanes.BOOKED, lanes.PRIORITY)
"""In which somebody who comes may begin to wait."""
_MINUTE = 60_000


class Came(NamedTuple):
    """Somebody who took a number: when (ms after midnight), for which line, in which lane.

    ``due``: the booked time (ms after midnight), for the lane `policy.BOOKED`.
    """

    at: int
    line: str
    lane: str = lanes.ORDINARY
    due: int | None = None


def read(
    rows: Iterable[Sequence[str]],
    lines: Mapping[str, Line],
    file: str,
    words: Mapping[str, str] | None = None,
) -> list[Came]:
    """Arrivals from rows of text: time (HH:MM or HH:MM:SS), line, lane; the last may be missing.

    A line goes by its id, letter or name, a lane by its id or one of the ``words``. A first row
    without a time holds headings. Raises ``bad-demand-time``, ``bad-demand-line``,
    ``bad-demand-lane`` with the row, ``no-demand``.
    """
    names = {
        name.casefold(): line.id
        for line in lines.values()
        for name in (line.id, line.prefix, line.zh, line.en)
    }
    called = {lane: lane for lane in LANES} | {
        word.casefold(): lane for word, lane in (words or {}).items()
    }
    found = []
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        where: dict[str, Any] = {"field": "demand", "file": file, "row": number}
        time, name, lane = (*cells, "", "")[:3]
        at = _time(time)
        if at is None:
            if number == 1:
                continue
            raise Refused("bad-demand-time", **where, given=time)
        line = names.get(name.casefold())
        if line is None:
            raise Refused("bad-demand-line", **where, given=name)
        known = called.get(lane.casefold() or lanes.ORDINARY)
        if known is None:
            raise Refused("bad-demand-lane", **where, given=lane)
        found.append(Came(at, line, known))
    if not found:
        raise Refused("no-demand", field="demand", demand=file)
    return sorted(found)


def _time(text: str) -> int | None:
    """Milliseconds after midnight of ``HH:MM`` or ``HH:MM:SS``; None when it is none."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(part.isdecimal() and len(part) <= 2 for part in parts):
        return None
    hour, minute, second = (*map(int, parts), 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        return None
    return (hour * 60 + minute) * _MINUTE + second * 1000
