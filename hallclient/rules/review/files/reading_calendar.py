"""The working days of a hall from ``calendar.toml``: whole or not at all, each mistake placed.

The State Council names the days off and the days worked instead each November for the next year
(《全国年节及纪念日放假办法》); later days are provisional, so the file says what is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from hallclient.rules.form.files.attributes import one_of
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.review.files.parts import Ids, Part
from hallclient.rules.toml_file import Tree
from hallclient.rules.workdays import FIRST, LAST

_TOP = ("version", "known_from", "known_until", "preliminary", "holiday", "makeup", "source")
_HOLIDAY = ("zh", "en", "from", "to")
_MAKEUP = ("zh", "en", "days")
_SOURCE = ("year", "zh", "en", "conf")
CONFIDENCE: Final = ("src", "calc", "mem")
"""A public source was used; computed by law, not announced yet; from memory, to be checked."""
LONGEST: Final = 31
"""Days of one holiday at most: more is a slip in a year or month."""

Body = dict[str, Any]
"""As `hallclient.rules.workdays.Calendar` takes it."""


def read_calendar(tree: Tree, notes: Notes) -> Body | None:
    """The calendar as it is published; ``None`` and at least one mistake when there is any.

    Keys: version, known_from, known_until (ISO days), holidays and makeup ([day, zh, en], sorted);
    only when the file says so: preliminary ([day]), sources ([year, zh, en, conf]).
    """
    return _Reading(Part(tree, notes)).calendar()


class _Reading:
    def __init__(self, part: Part) -> None:
        self.part = part
        self.top = part.file.top
        self.lines: dict[date, int] = {}
        """Day -> where it is named."""

    def calendar(self) -> Body | None:
        part, top = self.part, self.top
        part.keys(top, _TOP)
        version = top.id("version")
        known = [self._day(top, key) for key in ("known_from", "known_until")]
        if known[0] and known[1] and known[1] < known[0]:
            top.fail("known_until", "review-days-backwards", value=known[1], first=known[0])
        holidays, makeup = list(self._holidays()), list(self._makeup(known[1]))
        preliminary, sources = self._preliminary(*known), self._sources()
        if not part.right() or known[0] is None or known[1] is None:
            return None
        self._bare(known[0], known[1], {day for day, *_ in holidays})
        found: Body = {
            "version": version,
            "known_from": known[0].isoformat(),
            "known_until": known[1].isoformat(),
            "holidays": [[day.isoformat(), *words] for day, *words in sorted(holidays)],
            "makeup": [[day.isoformat(), *words] for day, *words in sorted(makeup)],
        }
        more: Body = {
            "preliminary": [day.isoformat() for day in sorted(preliminary)],
            "sources": [list(one) for one in sorted(sources)],
        }
        return found | {key: value for key, value in more.items() if value}

    def _holidays(self) -> Iterator[tuple[date, str, str]]:
        for _, reader in self.part.tables((), self.top, "holiday"):
            self.part.keys(reader, _HOLIDAY)
            zh, en = self.part.words(reader)
            first = self._day(reader, "from")
            last = self._day(reader, "to") if reader.has("to") else first
            if first is None or last is None:
                continue
            if last < first:
                reader.fail("to", "review-days-backwards", value=last, first=first)
            elif (last - first).days >= LONGEST:
                reader.fail("to", "review-long-holiday", value=last, first=first, most=LONGEST)
            else:
                days = [first + timedelta(n) for n in range((last - first).days + 1)]
                yield from ((day, zh, en) for day in self._once(reader, "from", days))

    def _makeup(self, until: date | None) -> Iterator[tuple[date, str, str]]:
        for _, reader in self.part.tables((), self.top, "makeup"):
            self.part.keys(reader, _MAKEUP)
            zh, en = self.part.words(reader)
            if not reader.has("days"):
                reader.fail("days", "missing")
                continue
            days = self._listed(reader, "days", FIRST, LAST)
            for day in days:
                self._made_up(reader, day, until)
            yield from ((day, zh, en) for day in self._once(reader, "days", days))

    def _made_up(self, reader: Reader, day: date, until: date | None) -> None:
        if day.isoweekday() <= 5:
            reader.fail("days", "review-makeup-weekday", value=day)
        elif until is not None and day > until:
            at = reader.line_of("days")
            said = {"field": "days", "value": day, "until": until}
            self.part.notes.warn(reader.file, at, "review-makeup-unknown", **said)

    def _preliminary(self, first: date | None, last: date | None) -> list[date]:
        """Days within what is known that are not certain all the same."""
        if not self.top.has("preliminary"):
            return []
        return self._listed(self.top, "preliminary", first or FIRST, last or LAST)

    def _sources(self) -> list[tuple[int, str, str, str]]:
        found, years = [], Ids()
        for _, reader in self.part.tables((), self.top, "source"):
            self.part.keys(reader, _SOURCE)
            zh, en = self.part.words(reader)
            year = reader.number("year", low=FIRST.year, high=LAST.year)
            if years.add(reader, year, "year"):
                found.append((year, zh, en, one_of(reader, "conf", CONFIDENCE)))
        return found

    def _listed(self, reader: Reader, key: str, low: date, high: date) -> list[date]:
        """A list of days."""
        given = reader.raw(key)
        if not isinstance(given, list):
            reader.fail(key, "wrong-type", value=given, wanted="[2026-10-10, ...]")
            return []
        return [one for one in (self._is_day(reader, key, one, low, high) for one in given) if one]

    def _once(self, reader: Reader, key: str, days: list[date]) -> Iterator[date]:
        """The days that are named here first; another is told once for all."""
        told = False
        for day in days:
            first = self.lines.setdefault(day, reader.line_of(key))
            if first == reader.line_of(key) and days.count(day) == 1:
                yield day
            elif not told:
                reader.fail(key, "review-day-twice", value=day, first=first)
                told = True

    def _day(self, reader: Reader, key: str) -> date | None:
        value = reader.raw(key)
        if value is None:
            reader.fail(key, "missing")
            return None
        return self._is_day(reader, key, value)

    def _is_day(
        self, reader: Reader, key: str, value: object, low: date = FIRST, high: date = LAST
    ) -> date | None:
        day = isinstance(value, date) and not isinstance(value, datetime)
        if isinstance(value, date) and day and low <= value <= high:
            return value
        reader.fail(key, "review-bad-day", value=value, low=low, high=high)
        return None

    def _bare(self, first: date, last: date, holidays: set[date]) -> None:
        """A whole year that is said to be known and has no day off was forgotten."""
        for year in range(first.year, last.year + 1):
            whole = first <= date(year, 1, 1) and date(year, 12, 31) <= last
            if whole and not any(day.year == year for day in holidays):
                at = self.top.line_of("known_until")
                self.part.notes.warn(self.top.file, at, "review-year-bare", value=year)
