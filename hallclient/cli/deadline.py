"""``hallclient deadline``: when a limit ends, counted day by day; of a case's clocks too."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from db.opening import is_file
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.clock_words import day_cells, due_text, name_in
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.rules.workdays import FIRST, HOURS, LAST, Calendar, Counted, Pause, moment
from hallclient.texts import t
from hallclient.words import iso, local, ms_of

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands
    from hallclient.rules.review.facts import CaseFacts, ClockFact

_LIMIT = re.compile(r"(\d{1,4})([WNH])")


def register(commands: Commands) -> None:
    """Add ``deadline``."""
    made = command(commands, "deadline", _deadline)
    option(made, "start", nargs="?", default="")
    option(made, "limit", nargs="?", default="")
    option(made, "--pause", action="append", default=[])
    option(made, "--case", default="", help=t("cli.option.deadline-case"))


def _deadline(args: Namespace, app: App) -> int:
    if args.case:
        return _of_case(args, app)
    if not args.start or not args.limit:
        raise Refused("deadline-either", field="start")
    calendar = calendar_in(app)
    start, at = _start(args.start)
    found = _LIMIT.fullmatch(narrow(args.limit).upper())
    if found is None:
        raise Refused("bad-limit", field="limit", limit=args.limit)
    limit, unit = int(found[1]), found[2]
    pauses = [_pause(text) for text in args.pause]
    try:
        due = calendar.due(start, limit, unit, pauses)
        until, due_at = due.day, None
        if unit == HOURS and at is not None:
            due_at = moment(ms_of(datetime.combine(start, at)), limit, pauses, _day_of)
            until = _day_of(due_at)
        days = calendar.explain(start, limit, unit, pauses, until)
    except (ValueError, OverflowError):
        raise Refused("limit-beyond", field="limit", first=FIRST, last=LAST) from None
    obj = {
        "start": start.isoformat(),
        "limit": limit,
        "unit": unit,
        "due": until.isoformat(),
        "due_at": iso(due_at),
        "provisional": due.provisional and unit != HOURS,
        "calendar": calendar.version,
        "days": [day_object(one) for one in days],
    }
    said = until.isoformat() if due_at is None else f"{local(due_at):%Y-%m-%d %H:%M}"
    lines = [*columns([day_cells(one) for one in days]), due_text(said, bool(obj["provisional"]))]
    app.out.emit(obj, "\n".join(lines))
    return 0


def _of_case(args: Namespace, app: App) -> int:
    """Every clock of a case, with the arithmetic behind its due day."""
    from hallclient.actions import cases
    from hallclient.cli.case import found

    if args.start or args.limit or args.pause:
        raise Refused("deadline-either", field="case")
    facts = cases.facts(app.store(), app.actor(), found(app, args.case))[1]
    if not facts.clocks:
        raise Refused("no-clocks", field="case", case=facts.number)
    calendar = calendar_in(app)
    for clock in facts.clocks:
        _clock(app, calendar, facts, clock)
    return 0


def _clock(app: App, calendar: Calendar, facts: CaseFacts, clock: ClockFact) -> None:
    from hallclient.rules.review.clocks import arithmetic, legal_due, step_of
    from hallclient.watch_words import department_name, timer_name

    legal = legal_due(calendar, clock, facts.checklist)
    days = arithmetic(calendar, clock, facts.today)
    step = step_of(clock.id)
    obj: dict[str, object] = {
        "case": facts.number,
        "timer": clock.timer,
        "at": step or None,
        "state": clock.state,
        "start": clock.start.isoformat(),
        "limit": clock.limit,
        "unit": clock.unit,
        "due": clock.due.isoformat(),
        "due_at": iso(clock.due_at),
        "provisional": clock.provisional,
        "legal_due": legal.day.isoformat() if legal else None,
        "days": [day_object(one) for one in days],
    }
    head = t(
        "clock.of-case",
        timer=timer_name(facts.flow, clock.timer),
        start=clock.start.isoformat(),
        limit=t(f"clock.limit.{clock.unit}", n=clock.limit),
        state=t(f"clock.state.{clock.state}"),
    )
    at = f" · {department_name(app.hall(), step)}" if step else ""
    due = clock.due.isoformat() if clock.due_at is None else f"{local(clock.due_at):%Y-%m-%d %H:%M}"
    lines = [f"{head}{at}", *(f"  {one}" for one in columns([day_cells(one) for one in days]))]
    lines.append(f"  {due_text(due, clock.provisional)}")
    if legal is not None:
        lines.append("  " + t("clock.legal", due=legal.day.isoformat()))
    app.out.emit(obj, "\n".join(lines))


def calendar_in(app: App) -> Calendar:
    """The calendar in force; without a store the one that ships."""
    if is_file(app.path):
        from hallclient.actions.calendars import calendar_of

        return calendar_of(app.store())
    from hallclient.actions.calendars import shipped_calendar

    return shipped_calendar()


def _start(text: str) -> tuple[date, time | None]:
    """A day, or a moment: ``2026-09-30``, ``2026-09-30T16:00``, ``2026-09-30 16:00``."""
    given = narrow(text.strip().replace(" ", "T"))
    try:
        if ":" not in given:
            return date.fromisoformat(given), None
        at = datetime.fromisoformat(given)
        if at.tzinfo is not None:
            at = local(round(at.timestamp() * 1000)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Refused("bad-day", field="start", day=text) from None
    return at.date(), at.time()


def _day_of(ms: int) -> date:
    return local(ms).date()


def _pause(text: str) -> Pause:
    first, mark, end = narrow(text).partition(":")
    if not mark:
        raise Refused("bad-pause", field="pause", pause=text)
    begin, went_on = _day(first), _day(end) if end else None
    if went_on is not None and went_on < begin:
        raise Refused("bad-pause", field="pause", pause=text)
    return begin, went_on


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad-day", field="pause", day=text) from None


def day_object(one: Counted) -> dict[str, object]:
    """A day of the arithmetic for programs."""
    return {
        "day": one.day.isoformat(),
        "kind": one.kind.value,
        "paused": one.paused,
        "n": one.n or None,
        "name": name_in(one.name) or None,
        "provisional": one.provisional,
    }
