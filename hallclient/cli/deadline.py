"""``hallclient deadline``: when a limit ends, counted day by day."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import date
from typing import TYPE_CHECKING

from db.opening import is_file
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.rules.workdays import FIRST, LAST, Calendar, Counted, Pause
from hallclient.texts import language, t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands

_LIMIT = re.compile(r"(\d{1,4})([WNH])")


def register(commands: Commands) -> None:
    """Add ``deadline``."""
    made = command(commands, "deadline", _deadline)
    option(made, "start")
    option(made, "limit")
    option(made, "--pause", action="append", default=[])


def _deadline(args: Namespace, app: App) -> int:
    start = _day(args.start, "start")
    found = _LIMIT.fullmatch(narrow(args.limit))
    if found is None:
        raise Refused("bad-limit", field="limit", limit=args.limit)
    limit, unit = int(found[1]), found[2]
    pauses = [_pause(text) for text in args.pause]
    calendar = _calendar(app)
    try:
        due = calendar.due(start, limit, unit, pauses)
        days = calendar.explain(start, limit, unit, pauses)
    except (ValueError, OverflowError):
        raise Refused("limit-beyond", field="limit", first=FIRST, last=LAST) from None
    obj = {
        "start": start.isoformat(),
        "limit": limit,
        "unit": unit,
        "due": due.day.isoformat(),
        "provisional": due.provisional,
        "calendar": calendar.version,
        "days": [_object(one) for one in days],
    }
    key = "clock.due-provisional" if due.provisional else "clock.due"
    lines = [*columns([_cells(one) for one in days]), t(key, due=due.day.isoformat())]
    app.out.emit(obj, "\n".join(lines))
    return 0


def _calendar(app: App) -> Calendar:
    if is_file(app.path):
        from hallclient.actions.calendars import calendar_of

        return calendar_of(app.store())
    from hallclient.actions.editions import shipped

    return Calendar(shipped()["calendar"])


def _pause(text: str) -> Pause:
    first, mark, end = text.partition(":")
    if not mark:
        raise Refused("bad-pause", field="pause", pause=text)
    begin, went_on = _day(first, "pause"), _day(end, "pause")
    if went_on < begin:
        raise Refused("bad-pause", field="pause", pause=text)
    return begin, went_on


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(narrow(text))
    except ValueError:
        raise Refused("bad-day", field=field, day=text) from None


def _object(one: Counted) -> dict[str, object]:
    return {
        "day": one.day.isoformat(),
        "kind": one.kind.value,
        "paused": one.paused,
        "n": one.n or None,
        "name": _name(one) or None,
        "provisional": one.provisional,
    }


def _cells(one: Counted) -> list[str]:
    kind = t("clock.day.paused") if one.paused else t(f"clock.day.{one.kind.value}")
    unsure = " ~" if one.provisional else ""
    weekday = t(f"clock.weekday.{one.day.isoweekday()}")
    return [one.day.isoformat(), weekday, str(one.n or "-"), kind, _name(one) + unsure]


def _name(one: Counted) -> str:
    return one.name[1] if language() == "en" else one.name[0]
