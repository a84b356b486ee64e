"""Working days: a calendar that can be replaced, limits counted on it, day by day if asked.

Counting: the day after the start is day 1 (民法典 201). Limits of administrative permits are
counted in working days, statutory holidays do not count (行政许可法 82); make-up Saturdays and
Sundays do. A limit in calendar days that ends on a day off ends on the next working day (民法典
203). A limit of 0 is due on the day it starts. Hours run on the clock, at night and on days off too
(民法典 201: from the moment); without a moment they are told in days begun.

A pause (特别程序, waiting for the applicant) is from a first day to the day on which it went on:
neither of them counts, nor what is between (行政许可法 45: what it takes is outside the limit). A
pause that began and ended on one day costs that day. Of hours it takes 24 for each midnight in it.

The State Council names the days of a year in the November before. Until then the statutory days are
known by law, the days that are exchanged for them are not: such days are provisional, and so is a
due day that was counted over one of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, compress
from typing import Any, NamedTuple

WORKING, CALENDAR, HOURS = "W", "N", "H"
UNITS = (WORKING, CALENDAR, HOURS)
HOUR_MS = 3_600_000

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
"""Days that a calendar can count on."""

Pause = tuple[date, date | None]
"""First day, and the day it went on; None: it still lasts."""


class Day(StrEnum):
    """What a day is to the hall."""

    WORKING = "working"
    MAKEUP = "makeup"
    """A day of the weekend on which is worked (调休上班)."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class Due(NamedTuple):
    """When a limit ends. ``provisional``: counted over days that are not published yet."""

    day: date
    provisional: bool


class Source(NamedTuple):
    """Where the days of a year are from. ``conf``: ``src`` a public source, ``calc`` computed by
    law, ``mem`` from memory, to be checked.
    """

    year: int
    zh: str
    en: str
    conf: str


class Counted(NamedTuple):
    """One day of the arithmetic. ``n``: the how-manieth it is (of hours: how many are over by that
    day at the time of the start); 0: it does not count.

    ``name``: the holiday (or the holiday that a make-up day is for), in both languages.
    """

    day: date
    kind: Day
    paused: bool
    n: int
    name: tuple[str, str]
    provisional: bool


class Calendar:
    """The working days of a hall; every question is an array lookup or two."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        """``body``: what was published: version, known_from, known_until (ISO days), holidays and
        makeup: lists of [day, zh, en]; it may have preliminary: days that are not certain though
        they are within what is known; sources: lists of [year, zh, en, conf].
        Raises KeyError, TypeError, ValueError, IndexError when it is none.
        """
        self.version = str(body["version"])
        self.known_from = date.fromisoformat(body["known_from"])
        self.known_until = date.fromisoformat(body["known_until"])
        self.holidays = {date.fromisoformat(one[0]): _name(one) for one in body["holidays"]}
        self.makeup = {date.fromisoformat(one[0]): _name(one) for one in body["makeup"]}
        self.preliminary = frozenset(map(date.fromisoformat, body.get("preliminary", ())))
        self.sources = tuple(Source(*one) for one in body.get("sources", ()))
        self._start = FIRST.toordinal()
        self._end = LAST.toordinal()
        self._unsure = sorted(one.toordinal() for one in self.preliminary)

    @cached_property
    def _worked(self) -> bytearray:
        """1 for each day that is worked, made when it is first asked for."""
        week = bytes(date.fromordinal(self._start + at).isoweekday() <= 5 for at in range(7))
        days = self._end - self._start + 1
        found = bytearray((week * (days // 7 + 1))[:days])
        # A day off is off, whatever else is said of it.
        for known, value in ((self.makeup, 1), (self.holidays, 0)):
            for day in known:
                if FIRST <= day <= LAST:
                    found[day.toordinal() - self._start] = value
        return found

    @cached_property
    def _index(self) -> list[int]:
        """Working days before each day (prefix sums)."""
        return [0, *accumulate(self._worked)]

    @cached_property
    def _days(self) -> list[int]:
        """The ordinal of each working day."""
        return list(compress(range(self._start, self._end + 1), self._worked))

    def kind(self, day: date) -> Day:
        """What a day is."""
        if day in self.holidays:
            return Day.HOLIDAY
        if day in self.makeup:
            return Day.MAKEUP
        return Day.WEEKEND if day.isoweekday() > 5 else Day.WORKING

    def name(self, day: date) -> tuple[str, str]:
        """What a day off (or worked instead) is called, in both languages; empty: no name."""
        return self.holidays.get(day) or self.makeup.get(day) or ("", "")

    def known(self, day: date) -> bool:
        """Whether what is said of a day is certain."""
        return self.known_from <= day <= self.known_until and day not in self.preliminary

    def working(self, day: date) -> bool:
        """Whether the hall works on a day. Raises ValueError outside 2000 to 2100."""
        return bool(self._worked[self._at(day)])

    def between(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and with ``b``; 0 when ``b`` is not later."""
        return max(0, self._index[self._at(b) + 1] - self._index[self._at(a) + 1])

    def after(self, day: date, n: int) -> date:
        """The n-th working day after a day; the day itself for 0."""
        if n <= 0:
            return day
        place = self._index[self._at(day) + 1] + n - 1
        if place >= len(self._days):
            raise ValueError(f"no calendar beyond {LAST}")
        return date.fromordinal(self._days[place])

    def provisional(self, start: date, end: date) -> bool:
        """Whether any day after ``start`` up to ``end`` is not certain."""
        if end <= start:
            return False
        if end > self.known_until or start + timedelta(1) < self.known_from:
            return True
        first, last = start.toordinal(), end.toordinal()
        return bisect_right(self._unsure, last) > bisect_right(self._unsure, first)

    def due(
        self, start: date, limit: int, unit: str = WORKING, pauses: Sequence[Pause] = ()
    ) -> Due:
        """The last day of a limit; of hours see also `moment`.

        A pause that still lasts moves the due day as if it ended on its first day: how long it will
        be nobody knows.
        Raises ValueError for an unknown unit, a negative limit, a day outside 2000 to 2100.
        """
        if unit not in UNITS or limit < 0:
            raise ValueError(f"no limit: {limit}{unit}")
        stopped = _merged(pauses, unit)
        day = self._counted(start, _days_of(limit, unit), unit)
        for first, last in stopped:
            # Only days that would have counted are lost: after the start, up to what is due.
            if last <= start or first - timedelta(unit == HOURS) > day:
                continue
            day = self._counted(day, self._span(max(first, start + timedelta(1)), last, unit), unit)
        if unit == CALENDAR and day > start:
            while not self.working(day) or _within(day, stopped):
                day = self.after(day, 1)
        self._at(day)
        return Due(day, self.provisional(start, day))

    def used(self, start: date, today: date, unit: str, pauses: Sequence[Pause] = ()) -> int:
        """Days of a limit that are over by the end of ``today``, pauses left out."""
        if today <= start:
            return 0
        begin = start + timedelta(1)
        found = self._span(begin, today, unit)
        for first, last in _merged(pauses, unit, today):
            if last >= begin and first <= today:
                found -= self._span(max(first, begin), min(last, today), unit)
        return max(0, found)

    def explain(
        self,
        start: date,
        limit: int,
        unit: str = WORKING,
        pauses: Sequence[Pause] = (),
        until: date | None = None,
    ) -> list[Counted]:
        """Day by day from the day after the start to the due day: what counts and why not.

        ``until``: the last day to tell of, when it is another one than `due` finds: a day that was
        promised, the day of a `moment`, today while a pause lasts.
        """
        found, n = [], 0
        stopped, whole = _merged(pauses, unit, until), _days_of(limit, unit)
        end = until or self.due(start, limit, unit, pauses).day
        for day in _days(start + timedelta(1), end):
            kind, paused = self.kind(day), _within(day, stopped)
            counts = unit != WORKING or kind in (Day.WORKING, Day.MAKEUP)
            counts = counts and not paused and n < whole
            n += counts
            told = (min(limit, 24 * n) if unit == HOURS else n) if counts else 0
            found.append(Counted(day, kind, paused, told, self.name(day), not self.known(day)))
        return found

    def _at(self, day: date) -> int:
        at = day.toordinal() - self._start
        if not 0 <= at <= self._end - self._start:
            raise ValueError(f"no calendar for {day}")
        return at

    def _counted(self, day: date, n: int, unit: str) -> date:
        if unit == WORKING:
            return self.after(day, n)
        self._at(day)
        return date.fromordinal(min(day.toordinal() + n, self._end + 1))

    def _span(self, first: date, last: date, unit: str) -> int:
        """Days of a unit from one day to another, both with."""
        if unit == WORKING:
            return self.between(first - timedelta(1), last)
        return max(0, (last - first).days + 1)


def moment(
    started_at: int, hours: int, pauses: Sequence[Pause], day_of: Callable[[int], date]
) -> int:
    """When a limit in hours ends, in UTC ms: on the clock, and 24 hours later for each midnight of
    a pause. ``day_of``: the hall's day of a moment.
    """
    due = started_at + hours * HOUR_MS
    begin = day_of(started_at) + timedelta(1)
    for first, last in _merged(pauses, HOURS):
        if last >= begin and first <= day_of(due) + timedelta(1):
            due += ((last - max(first, begin)).days + 1) * 24 * HOUR_MS
    return due


def _days_of(limit: int, unit: str) -> int:
    return -(-limit // 24) if unit == HOURS else limit


def _name(one: Sequence[str]) -> tuple[str, str]:
    zh = one[1] if len(one) > 1 else ""
    return zh, (one[2] if len(one) > 2 else zh)


def _days(first: date, last: date) -> Iterator[date]:
    for at in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(at)


def _merged(
    pauses: Iterable[Pause], unit: str, today: date | None = None
) -> list[tuple[date, date]]:
    """First and last day that do not count, in order, none of them twice.

    A pause that still lasts does so until ``today``; without that it is its first day.
    """
    found: list[tuple[date, date]] = []
    for begin, went_on in sorted(pauses, key=lambda one: (one[0], one[1] or date.max)):
        last = max(begin, went_on or today or begin)
        # Of hours a day is lost with the midnight before it.
        first = begin + timedelta(unit == HOURS)
        if first > last:
            continue
        if found and first <= found[-1][1] + timedelta(1):
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def _within(day: date, stopped: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in stopped)
