"""The hall as a supervisor sees it, read in one go: lines, windows, alarms and their causes.

A look is cheap and made at every change. What takes longer (`watch.study`) is found out every few
seconds and given to each look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from db import presence
from db.store import Row, Store
from hallclient.actions import day, signals, windows
from hallclient.actions.acting import Actor
from hallclient.actions.forecasting import Forecast, LineForecast
from hallclient.actions.hall import hall_of
from hallclient.actions.reading import snapshot
from hallclient.actions.service_level import Share
from hallclient.rules import alarms as rules
from hallclient.rules import hours
from hallclient.rules.advice import Seat, covered
from hallclient.rules.alarms import Key, Reading
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.errors import Refused
from hallclient.rules.roles import require

_AHEAD_MS = 60_000
"""A sign of life from further ahead than this comes from a clock that is wrong: no sign."""


class LineNow(NamedTuple):
    """A line. ``share``: today's first waits within the hall's limit; None before any study."""

    line: str
    waiting: int
    oldest_ms: int
    stopped: bool
    share: Share | None = None
    arrivals: int = 0
    """Numbers taken in the last hour."""
    expected: LineForecast | None = None


def worst_ms(found: LineForecast) -> int:
    """The longest wait of anybody who is there or comes within the hour.

    A forecast ends after its hour; who comes now to a crowded line waits longer than that.
    """
    return max(found.longest_ms, (found.now_low + found.now_high) // 2)


class WindowNow(NamedTuple):
    """A window: its row with the visitor's leg, how long, how long silent, what it calls for."""

    row: Row
    plan: Mapping[str, PlanKind]
    elapsed_ms: int
    """The visitor's service or walk; without a visitor the state."""
    usual_ms: int | None
    """90th percentile of the line's service; None without a visitor or figures."""
    silent_ms: int
    silent: bool
    help: Row | None = None
    request: Row | None = None

    @property
    def id(self) -> str:
        """The window's id."""
        return str(self.row["id"])

    @property
    def seat(self) -> Seat:
        """As the rule of advice sees it."""
        return Seat(self.id, self.row["state"], self.plan, bool(self.row["emergency"]))


class AlarmNow(NamedTuple):
    """An open alarm, and how its cause stands now (None: it is about to be cleared)."""

    id: str
    key: Key
    raised_at: int
    seen_by: str
    reading: Reading | None
    minor: bool
    """Another alarm says the same of this line, more pressingly."""

    @property
    def severe(self) -> bool:
        """Whether it is worth a bell."""
        return self.key.kind in rules.SEVERE


class Study(NamedTuple):
    """What takes longer to find out, at one moment (UTC ms)."""

    at: int
    forecast: Forecast
    shares: Mapping[str, Share]
    arrivals: Mapping[str, int]
    usual_ms: Mapping[str, int]
    """Line -> 90th percentile of its service."""
    cases: Sequence[Reading] = ()
    """What is late or untold in the review of cases."""


class HallView(NamedTuple):
    """A moment of the hall. Times are UTC ms."""

    now: int
    closes: int | None
    lines: Sequence[LineNow]
    windows: Sequence[WindowNow]
    alarms: Sequence[AlarmNow]
    readings: Sequence[Reading]
    signals: Sequence[Row]
    study: Study | None = None
    day: tuple[str, int] | None = None
    """What is to be said of the business day, see `day.hint`."""

    @property
    def waiting(self) -> int:
        """How many wait in all lines."""
        return sum(line.waiting for line in self.lines)

    @property
    def oldest_ms(self) -> int:
        """The oldest wait of all."""
        return max((line.oldest_ms for line in self.lines), default=0)

    @property
    def share(self) -> Share:
        """The service level of the whole hall today."""
        parts = [line.share for line in self.lines if line.share is not None]
        return Share(sum(one.within for one in parts), sum(one.n for one in parts))

    @property
    def cleared(self) -> tuple[int, int] | None:
        """Between when and when everybody will have been called today."""
        return self.study.forecast.cleared if self.study is not None else None


def look(store: Store, who: Actor, studied: Study | None = None) -> HallView:
    """Read the hall in one transaction; with what was studied last. Raises ``not-allowed``."""
    with snapshot(store):
        may_watch(store, who)
        hall, now = hall_of(store), store.env.now()
        found = signals.open_signals(store)
        seats = _windows(store, hall, now, found, studied)
        lines = _lines(store, hall, now, studied)
        read = _readings(hall, now, lines, seats, found, studied)
        return HallView(
            now,
            hours.closes_at(hall, now),
            lines,
            seats,
            _alarms(store, read),
            read,
            found,
            studied,
            day.hint(store),
        )


def may_watch(store: Store, who: Actor) -> None:
    """Whoever looks must be allowed to; without the lock that an action takes."""
    row = store.row("SELECT role FROM operator WHERE id = ? AND state = 'active'", who.operator)
    if row is None:
        raise Refused("no-operator", operator=who.operator)
    require(row["role"], "hall.watch")


_WAITING = """
    SELECT line, count(*) AS n,
        min(CASE WHEN EXISTS (SELECT 1 FROM leg o WHERE o.visit = leg.visit
                AND o.state IN ('called', 'serving')) THEN NULL
            WHEN lane = 'booked' THEN order_at ELSE ready_at END) AS since
    FROM leg WHERE state = 'waiting' AND day = ? GROUP BY line"""
# Who is at another window with the same number is not kept waiting by us.

_WINDOWS = """
    SELECT window.*, leg.number AS visitor, leg.state AS visitor_state, leg.line, leg.item,
        leg.since AS visitor_since, leg.last_call_at, leg.doubted_at
    FROM window LEFT JOIN leg ON leg.id = window.leg ORDER BY window.number, window.id"""


def _lines(store: Store, hall: Hall, now: int, studied: Study | None) -> list[LineNow]:
    day = store.env.day(now)
    waits = {row["line"]: row for row in store.rows(_WAITING, day)}
    stopped = {
        row["line"]
        for row in store.rows("SELECT line FROM line WHERE day = ? AND stopped_at IS NOT NULL", day)
    }
    found = []
    for line in hall.lines:
        row = waits.get(line)
        since = row["since"] if row is not None else None
        made = LineNow(
            line,
            row["n"] if row is not None else 0,
            max(0, now - since) if since is not None else 0,
            line in stopped,
        )
        if studied is not None:
            made = made._replace(
                share=studied.shares.get(line, Share(0, 0)),
                arrivals=studied.arrivals.get(line, 0),
                expected=studied.forecast.lines.get(line),
            )
        found.append(made)
    return found


def _windows(
    store: Store, hall: Hall, now: int, found: Sequence[Row], studied: Study | None
) -> list[WindowNow]:
    signs = presence.beats(store.path)
    seats = []
    for row in store.rows(_WINDOWS):
        if row["id"] not in hall.windows and row["state"] == windows.CLOSED:
            continue
        here = [one for one in found if one["window"] == row["id"]]
        silent_ms = _silence(row, signs.get(row["id"]), now)
        usual = studied.usual_ms.get(row["line"]) if studied is not None else None
        since = row["visitor_since"] if row["visitor"] is not None else row["since"]
        seats.append(
            WindowNow(
                row,
                windows.plan_of(hall, row),
                max(0, now - since),
                usual if row["visitor"] is not None else None,
                silent_ms,
                _calls(row) and silent_ms >= hall.policy.silent_window_ms,
                next((one for one in here if one["kind"] == signals.HELP), None),
                next((one for one in here if one["kind"] == signals.REQUEST), None),
            )
        )
    return seats


def _calls(row: Row) -> bool:
    return row["state"] not in (windows.CLOSED, windows.PAUSED)


def _silence(row: Row, sign: int | None, now: int) -> int:
    """How long nothing has been heard of a window: its program, its events, its calls."""
    signs = [row["since"], row["visitor_since"], row["last_call_at"], sign]
    heard = [at for at in signs if at is not None and at <= now + _AHEAD_MS]
    return max(0, now - max(heard, default=now))


def _readings(
    hall: Hall,
    now: int,
    lines: Sequence[LineNow],
    seats: Sequence[WindowNow],
    found: Sequence[Row],
    studied: Study | None,
) -> list[Reading]:
    policy = hall.policy
    quiet = _quiet(hall, now)
    places = [seat.seat for seat in seats]
    read: list[Reading] = []
    for line in lines:
        read += rules.of_line(
            hall.lines[line.line],
            policy,
            waiting=line.waiting,
            oldest_ms=line.oldest_ms,
            longest_ms=worst_ms(line.expected) if line.expected is not None else None,
            covered=covered(line.line, places),
            quiet=quiet,
        )
    for seat in seats:
        row = seat.row
        reason = hall.pause_reasons.get(row["reason"] or "")
        paused = row["state"] == windows.PAUSED and reason is not None
        read += rules.of_window(
            seat.id,
            policy,
            silent_ms=seat.silent_ms,
            doubted_ms=seat.elapsed_ms if row["doubted_at"] is not None else None,
            paused_ms=seat.elapsed_ms if paused else 0,
            pause_limit_ms=reason.limit_ms if paused and reason is not None else 0,
            calls=_calls(row),
        )
    for one in found:
        if one["kind"] == signals.HELP and one["answered_at"] is None:
            known = hall.help_reasons.get(one["reason"])
            urgent = known is not None and known.urgent
            waited = max(0, now - one["at"])
            # An agent has no window: the sender stands for the place.
            place = one["window"] or one["sender"]
            read.append(Reading(rules.HELP, waited, 0, window=place, urgent=urgent))
    closes = hours.closes_at(hall, now)
    if studied is not None and studied.forecast.cleared is not None and closes is not None:
        late = rules.of_closing(studied.forecast.cleared, closes, policy, now)
        if late is not None:
            read.append(late)
    return [*read, *studied.cases] if studied is not None else read


def _quiet(hall: Hall, now: int) -> bool:
    """Whether no window need be open: before the day's opening or in its break."""
    spans = hours.spans(hall, now)
    return bool(spans) and now < spans[-1][0] and not any(a <= now < b for a, b in spans)


def _alarms(store: Store, read: Sequence[Reading]) -> list[AlarmNow]:
    stands = {reading.key: reading for reading in read}
    rows = store.rows("SELECT * FROM alarm WHERE cleared_at IS NULL ORDER BY raised_at, id")
    keys = [Key(row["kind"], row["line"], row["window"]) for row in rows]
    shown = rules.worth_showing(keys)
    found = [
        AlarmNow(
            row["id"],
            key,
            row["raised_at"],
            row["seen_by"] or "",
            stands.get(key),
            key not in shown,
        )
        for row, key in zip(rows, keys, strict=True)
    ]
    found.sort(key=lambda alarm: rules.pressing(alarm.reading or _gone(alarm.key)))
    return found


def _gone(key: Key) -> Reading:
    return Reading(key.kind, 0, 1, key.line, key.window)
