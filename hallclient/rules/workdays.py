"""Working days: a calendar that can be replaced, limits counted on it, day by day if asked.

Counting: the day after the start is day 1 (民法典 201). Limits of administrative permits are
counted in working days, statutory holidays do not count (行政许可法 82); make-up Saturdays and
Sundays do. A limit in calendar days that ends on a day off ends on the next working day (民法典
203). Hours run on the clock. A limit of 0 is due on the day it starts.

A pause (特别程序, waiting for the applicant) is from a first day to the day on which it went on:
neither of them counts, nor what is between. A pause that began and ended on one day costs that day.

The State Council names the days of a year in the November before. Until then the statutory days are
known by law, the days that are exchanged for them are not: such years are provisional, and so is a
due day that was counted over one of their days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

WORKING, CALENDAR, HOURS = "W", "N", "H"
UNITS = (WORKING, CALENDAR, HOURS)

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


class Counted(NamedTuple):
    """One day of the arithmetic. ``n``: the how-manieth it is; 0: it does not count.

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
        makeup: lists of [day, zh, en].
        """
        self.version = str(body["version"])
        self.known_from = date.fromisoformat(body["known_from"])
        self.known_until = date.fromisoformat(body["known_until"])
        self.holidays = {date.fromisoformat(one[0]): _name(one) for one in body["holidays"]}
        self.makeup = {date.fromisoformat(one[0]): _name(one) for one in body["makeup"]}
        self._start = FIRST.toordinal()
        worked = [
            self.kind(date.fromordinal(at)) in (Day.WORKING, Day.MAKEUP)
            for at in range(self._start, LAST.toordinal() + 1)
        ]
        self._index = [0]
        """Working days before each day of the calendar."""
        for one in worked:
            self._index.append(self._index[-1] + one)
        self._days = [self._start + at for at, one in enumerate(worked) if one]

    def kind(self, day: date) -> Day:
        """What a day is."""
        if day in self.holidays:
            return Day.HOLIDAY
        if day in self.makeup:
            return Day.MAKEUP
        return Day.WEEKEND if day.isoweekday() > 5 else Day.WORKING

    def working(self, day: date) -> bool:
        """Whether the hall works on a day. Raises ValueError outside 2000 to 2100."""
        at = self._at(day)
        return self._index[at + 1] > self._index[at]

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
        """Whether any day after ``start`` up to ``end`` is not published yet."""
        return end > start and (end > self.known_until or start < self.known_from)

    def due(
        self, start: date, limit: int, unit: str = WORKING, pauses: Sequence[Pause] = ()
    ) -> Due:
        """The last day of a limit. Hours are counted in days begun here; see `due_at`.

        A pause that still lasts moves the due day as if it ended today, which only its owner knows:
        give its second day then.
        Raises ValueError for an unknown unit, a negative limit, a day outside 2000 to 2100.
        """
        if unit not in UNITS or limit < 0:
            raise ValueError(f"no limit: {limit}{unit}")
        wanted = -(-limit // 24) if unit == HOURS else limit
        day = self._counted(start, wanted, unit)
        for first, went_on in sorted(pauses):
            last = first if went_on is None else went_on
            # Only days that would have counted are lost: after the start, up to what is due.
            if last <= start or first > day:
                continue
            begin = max(first, start + timedelta(1))
            lost = self._span(begin, max(last, first), unit)
            day = self._counted(day, lost, unit)
        if unit == CALENDAR and day > start and not self.working(day):
            day = self.after(day, 1)
        return Due(day, self.provisional(start, day))

    def used(self, start: date, today: date, unit: str, pauses: Sequence[Pause] = ()) -> int:
        """Days of a limit that are over by the end of ``today``, pauses left out."""
        if today <= start:
            return 0
        found = self._span(start + timedelta(1), today, unit)
        for first, went_on in pauses:
            begin = max(first, start + timedelta(1))
            end = min(today if went_on is None else max(went_on, first), today)
            if end >= begin:
                found -= self._span(begin, end, unit)
        return max(0, found)

    def explain(
        self, start: date, limit: int, unit: str = WORKING, pauses: Sequence[Pause] = ()
    ) -> list[Counted]:
        """Day by day from the day after the start to the due day: what counts and why not."""
        found, n = [], 0
        end = self.due(start, limit, unit, pauses).day
        for day in _days(start + timedelta(1), end):
            kind = self.kind(day)
            paused = _paused(day, pauses)
            counts = not paused and (unit != WORKING or kind in (Day.WORKING, Day.MAKEUP))
            counts = counts and n < (-(-limit // 24) if unit == HOURS else limit)
            n += counts
            name = self.holidays.get(day) or self.makeup.get(day) or ("", "")
            unsure = not self.known_from <= day <= self.known_until
            found.append(Counted(day, kind, paused, n if counts else 0, name, unsure))
        return found

    def _at(self, day: date) -> int:
        at = day.toordinal() - self._start
        if not 0 <= at < len(self._index) - 1:
            raise ValueError(f"no calendar for {day}")
        return at

    def _counted(self, day: date, n: int, unit: str) -> date:
        return self.after(day, n) if unit == WORKING else day + timedelta(n)

    def _span(self, first: date, last: date, unit: str) -> int:
        """Days of a unit from one day to another, both with."""
        if unit == WORKING:
            return self.between(first - timedelta(1), last)
        return max(0, (last - first).days + 1)


def _name(one: Sequence[str]) -> tuple[str, str]:
    zh = one[1] if len(one) > 1 else ""
    return zh, (one[2] if len(one) > 2 else zh)


def _days(first: date, last: date) -> Iterator[date]:
    for at in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(at)


def _paused(day: date, pauses: Iterable[Pause]) -> bool:
    return any(
        first <= day <= (first if went_on is None else max(first, went_on))
        for first, went_on in pauses
    )
