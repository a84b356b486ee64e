"""Words for clocks: the arithmetic of a limit, day by day."""

from __future__ import annotations

from datetime import date

from hallclient.rules.workdays import Counted
from hallclient.texts import language, t


def day_cells(one: Counted) -> list[str]:
    """A day of the arithmetic as columns: day, weekday, number, what it is, its holiday.

    ``~`` marks a day whose days off are not published yet.
    """
    kind = t("clock.day.paused") if one.paused else t(f"clock.day.{one.kind.value}")
    name = f"{name_in(one.name)}{' ~' if one.provisional else ''}"
    return [one.day.isoformat(), weekday(one.day), str(one.n or "-"), kind, name]


def due_text(due: str, provisional: bool) -> str:
    """A due day (or moment), and whether it may still change."""
    return t("clock.due-provisional" if provisional else "clock.due", due=due)


def weekday(day: date) -> str:
    """The weekday of a day."""
    return t(f"clock.weekday.{day.isoweekday()}")


def name_in(both: tuple[str, str]) -> str:
    """A Chinese and an English name in the language spoken."""
    zh, en = both
    return en if language() == "en" else zh
