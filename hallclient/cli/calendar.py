"""``hallclient calendar``: the working days in force, and a hall's own put in their place."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from db.opening import is_file
from hallclient.actions import calendars
from hallclient.actions.editions import CALENDAR
from hallclient.cli.app import App
from hallclient.cli.deadline import calendar_in, day_object
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import columns
from hallclient.clock_words import name_in, weekday
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.rules.workdays import FIRST, LAST, Calendar, Counted, Day
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands

_MARKED = (Day.HOLIDAY, Day.MAKEUP)
_WHEN = re.compile(r"(\d{4})(?:-(\d{1,2}))?", re.ASCII)


class _Off(NamedTuple):
    """Days in a row that are off (or worked instead) for the same holiday."""

    kind: Day
    name: tuple[str, str]
    first: date
    last: date


def register(commands: Commands) -> None:
    """Add ``calendar`` and its commands."""
    own = group(commands, "calendar")
    show = command(own, "calendar.show", _show)
    option(show, "when", nargs="?", default="")
    for name, run in (("check", _check), ("publish", _publish)):
        made = command(own, f"calendar.{name}", run)
        option(made, "file", type=Path, help=t("cli.option.calendar-file"))
    command(own, "calendar.recompute", _recompute)


# -- looking


def _show(args: Namespace, app: App) -> int:
    """A year by months or a month by days; of nothing named this year."""
    calendar = calendar_in(app)
    year, month = _when(args.when) if args.when else (_this_year(app, calendar), 0)
    if month:
        _month(app, calendar, year, month)
    else:
        _year(app, calendar, year)
    if is_file(app.path):
        stale = calendars.stale(app.store())
        if stale:
            app.out.aside(t("clock.stale", n=stale))
    return 0


def _when(text: str) -> tuple[int, int]:
    """A year and a month of it (0: the whole year). Raises ``bad-month``, ``limit-beyond``."""
    found = _WHEN.fullmatch(narrow(text))
    if found is None or not 1 <= int(found[2] or 1) <= 12:
        raise Refused("bad-month", field="when", when=text)
    year, month = int(found[1]), int(found[2] or 0)
    if not FIRST.year <= year <= LAST.year:
        raise Refused("limit-beyond", field="when", first=FIRST, last=LAST)
    return year, month


def _this_year(app: App, calendar: Calendar) -> int:
    """This year at the hall; without a store the last one whose days off are published."""
    if not is_file(app.path):
        return calendar.known_until.year
    env = app.store().env
    return date.fromisoformat(env.day(env.now())).year


def _year(app: App, calendar: Calendar, year: int) -> None:
    months = [_days(calendar, year, month) for month in range(1, 13)]
    days = [one for month in months for one in month]
    source = next((one for one in calendar.sources if one.year == year), None)
    runs = list(_runs(days))
    obj: dict[str, object] = {
        "year": year,
        "calendar": calendar.version,
        "working": _worked(days),
        "known_from": calendar.known_from.isoformat(),
        "known_until": calendar.known_until.isoformat(),
        "provisional": any(one.provisional for one in days),
        "source": name_in((source.zh, source.en)) if source else None,
        "confidence": source.conf if source else None,
        "months": [
            {"month": f"{year}-{n:02d}", "working": _worked(month)}
            for n, month in enumerate(months, 1)
        ],
        "holidays": [_run_object(one) for one in runs if one.kind is Day.HOLIDAY],
        "makeup": [_run_object(one) for one in runs if one.kind is Day.MAKEUP],
    }
    rows = [
        [
            f"{year}-{n:02d}{' ~' if any(one.provisional for one in month) else ''}",
            t("clock.worked", n=_worked(month)),
            "  ".join(map(_run_text, _runs(month))),
        ]
        for n, month in enumerate(months, 1)
    ]
    lines = [t("clock.year", year=year, n=_worked(days), version=calendar.version), *columns(rows)]
    if source is not None:
        lines.append(t(f"clock.source.{source.conf}", source=name_in((source.zh, source.en))))
    app.out.emit(obj, "\n".join(lines + _unsure(calendar, days)))


def _month(app: App, calendar: Calendar, year: int, month: int) -> None:
    days = _days(calendar, year, month)
    obj: dict[str, object] = {
        "month": f"{year}-{month:02d}",
        "calendar": calendar.version,
        "working": _worked(days),
        "provisional": any(one.provisional for one in days),
        "days": [day_object(one) for one in days],
    }
    # Days of other months that fill up the first and the last week are left empty.
    cells = [""] * (days[0].day.isoweekday() - 1) + [_cell(one) for one in days]
    cells += [""] * (-len(cells) % 7)
    monday = date(2000, 1, 3)
    grid = [[weekday(monday + timedelta(n)) for n in range(7)]]
    grid += [cells[at : at + 7] for at in range(0, len(cells), 7)]
    head = t("clock.month", month=obj["month"], n=_worked(days), version=calendar.version)
    named = [f"  {_run_text(one)}" for one in _runs(days)]
    app.out.emit(obj, "\n".join([head, *columns(grid), *named, *_unsure(calendar, days)]))


def _days(calendar: Calendar, year: int, month: int) -> list[Counted]:
    """The days of a month; each working day numbered."""
    day, found, n = date(year, month, 1), [], 0
    while day.month == month:
        worked = calendar.working(day)
        n += worked
        one = Counted(
            day,
            calendar.kind(day),
            False,
            n if worked else 0,
            calendar.name(day),
            not calendar.known(day),
        )
        found.append(one)
        day += timedelta(1)
    return found


def _worked(days: list[Counted]) -> int:
    return sum(one.n > 0 for one in days)


def _runs(days: list[Counted]) -> Iterator[_Off]:
    """The holidays and the days worked instead, in order."""
    for (kind, name), some in groupby(days, key=lambda one: (one.kind, one.name)):
        found = list(some)
        if kind in _MARKED:
            yield _Off(kind, name, found[0].day, found[-1].day)


def _run_object(one: _Off) -> dict[str, object]:
    return {
        "from": one.first.isoformat(),
        "to": one.last.isoformat(),
        "name": name_in(one.name) or None,
    }


def _run_text(one: _Off) -> str:
    days = f"{one.first:%m-%d}"
    if one.last != one.first:
        days = t("clock.range", first=days, last=f"{one.last:%m-%d}")
    return t(f"clock.run.{one.kind.value}", days=days, name=name_in(one.name))


def _cell(one: Counted) -> str:
    mark = t(f"clock.mark.{one.kind.value}") if one.kind in _MARKED else ""
    return f"{one.day.day:2d}{mark}{'~' if one.provisional else ''}"


def _unsure(calendar: Calendar, days: list[Counted]) -> list[str]:
    """What the mark ~ means, when there is one."""
    if not any(one.provisional for one in days):
        return []
    return [t("clock.unsure", first=calendar.known_from, last=calendar.known_until)]


# -- a calendar's file


def _check(args: Namespace, app: App) -> int:
    """Every mistake in a calendar's file. Needs no store."""
    body = _read(app, args.file)
    calendar = Calendar(body)
    counts: dict[str, object] = {
        "version": calendar.version,
        "known_from": calendar.known_from.isoformat(),
        "known_until": calendar.known_until.isoformat(),
        "holidays": len(calendar.holidays),
        "makeup": len(calendar.makeup),
    }
    said = t("clock.sound", file=args.file, **counts)
    app.out.emit({"file": str(args.file), **counts}, said)
    return 0


def _publish(args: Namespace, app: App) -> int:
    """Open clocks are counted by this file from now on; those whose due day moves are listed."""
    store, who = app.store(), app.seen_by("edition.publish")
    body = _read(app, args.file)
    new, moved = calendars.publish(store, who, body)
    key = f"{CALENDAR}/{body['version']}"
    now = calendars.key_of(store)
    obj = {"edition": key, "published": new, "moved": len(moved), "in_force": now}
    if now != key:
        said = t("clock.replaced", edition=key, now=now)
    else:
        said = t("cli.review.published" if new else "cli.review.published-before", edition=key)
    app.out.emit(obj, said)
    _moved(app, moved)
    return 0


def _recompute(args: Namespace, app: App) -> int:
    """Open clocks counted anew under the calendar in force."""
    store, who = app.store(), app.seen_by("edition.publish")
    moved = calendars.recompute(store, who)
    key = calendars.key_of(store)
    app.out.emit({"edition": key, "moved": len(moved)}, t("clock.recomputed", n=len(moved)))
    _moved(app, moved)
    return 0


def _moved(app: App, moved: list[calendars.Moved]) -> None:
    from hallclient.actions.paper_templates import edition_flow
    from hallclient.cli.review_files import print_moved

    if moved:
        print_moved(app, moved, edition_flow(app.store()))


def _read(app: App, file: Path) -> Mapping[str, Any]:
    """What a calendar's file says, every mistake told. Raises ``calendar-invalid``."""
    from hallclient.cli.catalogue import problem_line, problem_object

    body, problems = calendars.read_file(file)
    for problem in problems:
        app.out.emit(problem_object(problem), problem_line(problem))
    errors = [one for one in problems if not one.warning]
    if errors or body is None:
        place = errors[0].place if errors else str(file)
        raise Refused("calendar-invalid", field="file", count=len(errors), place=place)
    return body
