"""What a board shows the whole hall, read in one go: calls, lines, windows. No person is in it.

A call that was undone, taken over or answered is simply not in the next view: the board has
nothing to take back but what it shows and says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions import forecasting, windows
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import OF_LEG
from hallclient.rules import hours, queue
from hallclient.rules.announce import Call
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.errors import Refused

Wait = tuple[int, int]
"""From so long to so long, ms."""
_UNKNOWN: Final[Mapping[str, Wait]] = MappingProxyType({})
RECENT: Final = 24
"""The last calls a board shows."""
_LOOKED_AT: Final = 400
"""Announcements looked through for them: a board of a zone leaves out those of the others."""
_ELSEWHERE: Final = frozenset({"moved", "taken-over"})
"""Outcomes of a call after which the visitor is wanted elsewhere: no longer shown."""
_NOBODY_NEW: Final = frozenset({windows.CLOSED, windows.PAUSED, windows.DRAINING})
"""States in which a window calls nobody from its lines."""

_WINDOWS = """
    SELECT w.id, w.number AS face, w.state, w.reason, w.plan,
        leg.id AS leg, leg.number, leg.state AS doing, leg.line
    FROM window w LEFT JOIN leg ON leg.id = w.leg
    ORDER BY w.number, w.id"""
_LAST_OF_LEG = f"""
    SELECT id, at, attempt FROM attempt WHERE {OF_LEG} AND outcome IS NULL
    ORDER BY at DESC, rowid DESC LIMIT 1"""
_RECENT = """
    SELECT a.number, a.window, a.at, a.outcome, a.day, leg.state
    FROM attempt a CROSS JOIN leg ON leg.id = a.leg ORDER BY a.rowid DESC LIMIT ?"""
_WAITING = """
    SELECT line, count(*), min(ready_at) FROM leg
    WHERE state = 'waiting' AND day = ? GROUP BY line"""
_LINES = "SELECT line, stopped_at FROM line WHERE id > ?1 || ':' AND id < ?1 || ';'"


class AtWindow(NamedTuple):
    """A window of the board: ``face`` is the number over it, ``reason`` why it pauses.

    ``number`` is the visitor there, ``state`` the window's own.
    """

    window: str
    face: str
    state: str
    reason: str
    number: str
    lines: tuple[str, ...]
    """What it serves as its own."""


class Past(NamedTuple):
    """An earlier call of today at ``at`` (UTC ms); ``passed``: the visitor has not come yet."""

    number: str
    face: str
    at: int
    passed: bool


class LineNow(NamedTuple):
    """A line: how many wait, since when (UTC ms), what somebody new may expect (ms).

    ``windows`` counts those that serve it; ``low`` and ``high`` are None when there is none, or
    when nobody has worked them out.
    """

    line: str
    waiting: int
    oldest: int | None
    windows: int
    low: int | None
    high: int | None
    stopped: bool


class BoardView:
    """A moment of the hall as its visitors see it. Times are UTC milliseconds."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.calls: list[Call] = []
        """Announcements in force, newest first: one for each window that calls."""
        self.windows: list[AtWindow] = []
        self.past: list[Past] = []
        """The last calls of the day, newest first, without those in force."""
        self.lines: list[LineNow] = []
        self.closed = False
        """Whether no window is open and the hall is outside its hours, or its day is over."""
        self.opens: int | None = None
        """When it opens again, if it is closed and that is today."""

    def expect(self, waits: Mapping[str, Wait]) -> None:
        """Put what somebody new may expect in each line that is served, as `expected` told."""
        unknown = (None, None)
        for place, row in enumerate(self.lines):
            low, high = waits.get(row.line, unknown) if row.windows else unknown
            self.lines[place] = row._replace(low=low, high=high)


def look(store: Store, zone: str = "", waits: Mapping[str, Wait] = _UNKNOWN) -> BoardView:
    """Read it, for one zone or the whole hall. Raises ``no-such-zone``; StoreError.

    One read transaction, so that the parts agree with each other. ``waits``: as `expected` told;
    a call must not wait for them to be worked out.
    """
    store.db.execute("BEGIN")
    try:
        return _look(store, zone, waits)
    finally:
        store.db.execute("COMMIT")


def expected(store: Store) -> dict[str, Wait]:
    """What somebody new may expect in each line. Takes its time: some tenths of a second."""
    return {line: (told.low, told.high) for line, told in forecasting.promises(store).items()}


def check_zone(hall: Hall, zone: str) -> None:
    """Raise ``no-such-zone`` with those there are."""
    if zone and zone not in hall.zones:
        raise Refused("no-such-zone", field="zone", zone=zone, zones=" ".join(hall.zones) or None)


def _look(store: Store, zone: str, waits: Mapping[str, Wait]) -> BoardView:
    hall = hall_of(store)
    check_zone(hall, zone)
    view = BoardView(store.env.now())
    day = store.env.day(view.now)
    rows = [row for row in store.rows(_WINDOWS) if row["id"] in hall.windows]
    every = [_window(hall, row) for row in rows]
    shown = {window.window for window in every if zone in ("", hall.windows[window.window].zone)}
    view.windows = [window for window in every if window.window in shown]
    view.calls = _calls(store, hall, [row for row in rows if row["id"] in shown])
    view.past = _past(store, view, day)
    view.lines = _lines(store, hall, day, every, view.windows if zone else every)
    view.expect(waits)
    if all(window.state == windows.CLOSED for window in every):
        view.closed, view.opens = _closed(store, hall, view.now, day)
    return view


def _window(hall: Hall, row: Row) -> AtWindow:
    plan = windows.plan_of(hall, row)
    return AtWindow(
        window=row["id"],
        face=str(row["face"]),
        state=row["state"],
        reason=row["reason"] or "",
        number=row["number"] or "",
        lines=tuple(line for line, kind in plan.items() if kind is PlanKind.MAIN),
    )


def _calls(store: Store, hall: Hall, rows: Sequence[Row]) -> list[Call]:
    found = []
    for row in rows:
        made = store.row(_LAST_OF_LEG, row["leg"]) if row["doing"] == queue.CALLED else None
        if made is None:
            continue
        line = hall.lines.get(row["line"])
        call = Call(
            id=made["id"],
            leg=row["leg"],
            number=row["number"],
            window=str(row["face"]),
            at=made["at"],
            attempt=made["attempt"],
            collect=line is not None and line.collect,
        )
        found.append(call)
    return sorted(found, key=lambda call: (call.at, call.id), reverse=True)


def _past(store: Store, view: BoardView, day: str) -> list[Past]:
    """The last call of each number at each window, straight from the end of the table.

    A number that is called now is wanted at one window only.
    """
    faces = {window.window: window.face for window in view.windows}
    called = {call.number for call in view.calls}
    found: dict[tuple[str, str], Past] = {}
    recent = store.db.execute(_RECENT, (_LOOKED_AT,))
    for number, window, at, outcome, made_on, state in recent:
        if made_on != day or len(found) == RECENT:
            break
        if window in faces and number not in called and outcome not in _ELSEWHERE:
            past = Past(number, faces[window], at, state == queue.PASSED)
            found.setdefault((number, window), past)
    return list(found.values())


def _lines(
    store: Store, hall: Hall, day: str, every: Sequence[AtWindow], shown: Sequence[AtWindow]
) -> list[LineNow]:
    """The lines that the windows shown serve as their own, in the order of the hall."""
    waiting = {line: (n, since) for line, n, since in store.db.execute(_WAITING, (day,))}
    stopped = {line for line, since in store.db.execute(_LINES, (day,)) if since is not None}
    here = {line for window in shown for line in window.lines}
    found = []
    for line in hall.lines.values():
        n, oldest = waiting.get(line.id, (0, None))
        if line.id not in here and not (n and len(shown) == len(every)):
            continue
        serving = sum(
            line.id in window.lines for window in every if window.state not in _NOBODY_NEW
        )
        found.append(LineNow(line.id, n, oldest, serving, None, None, line.id in stopped))
    return found


def _closed(store: Store, hall: Hall, now: int, day: str) -> tuple[bool, int | None]:
    done = store.row("SELECT 1 FROM business_day WHERE id = ? AND state = 'closed'", day)
    if done is not None:
        return True, None
    if not hall.hours or any(start <= now < end for start, end in hours.spans(hall, now)):
        return False, None
    later = [start for start, _ in hours.spans(hall, now) if start > now]
    return True, later[0] if later else None
