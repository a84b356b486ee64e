"""Opening hours of a day in the hall's own time: when numbers are handed out, when it closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hallclient.rules.catalogue import Hall, Opening
from hallclient.rules.errors import Refused

Span = tuple[int, int]
"""From when to when, UTC milliseconds."""


def date_of(text: str, field: str = "day") -> date:
    """The day that an ISO date names. Raises ``bad-day``."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused("bad-day", field=field, day=text) from None
    if found.isoformat() != text:
        raise Refused("bad-day", field=field, day=text)
    return found


def midnight(now: int, time_zone: str) -> tuple[int, int]:
    """(UTC ms of the midnight that began this day in the zone, ISO week day)."""
    at = datetime.fromtimestamp(now / 1000, ZoneInfo(time_zone))
    start = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return round(start.timestamp()) * 1000, at.isoweekday()


def spans(hall: Hall, now: int) -> list[Span]:
    """Opening hours of the day of ``now``, in order; empty on a day without."""
    start, weekday = midnight(now, hall.time_zone)
    return [
        (start + span.opens * 60_000, start + span.closes * 60_000)
        for span in _of_day(hall.hours, weekday)
    ]


def closes_at(hall: Hall, now: int) -> int | None:
    """When the hall closes that day (UTC ms); None on a day without opening hours."""
    of_day = spans(hall, now)
    return of_day[-1][1] if of_day else None


def hands_out(hall: Hall, now: int) -> bool:
    """Whether kiosks hand out numbers now: from a little before opening until closing.

    The noon break does not stop them. A hall that names no hours is always open.
    """
    if not hall.hours:
        return True
    of_day = spans(hall, now)
    return bool(of_day) and of_day[0][0] - hall.policy.kiosk_early_ms <= now < of_day[-1][1]


def next_opening(hall: Hall, after: int, *, same_day: bool = False) -> int | None:
    """The first opening after the day of ``after`` (UTC ms); None when the hall never opens.

    ``same_day``: an opening later on the same day counts too.
    """
    zone = ZoneInfo(hall.time_zone)
    day = datetime.fromtimestamp(after / 1000, zone).replace(
        hour=12, minute=0, second=0, microsecond=0
    )
    for ahead in range(0 if same_day else 1, 15):
        noon = round((day + timedelta(days=ahead)).timestamp()) * 1000
        later = [start for start, _ in spans(hall, noon) if start > after]
        if later:
            return later[0]
    return None


def next_numbers(hall: Hall, after: int) -> int | None:
    """When kiosks begin to hand out numbers again (UTC ms); None when the hall never opens."""
    opens = next_opening(hall, after, same_day=True)
    return None if opens is None else opens - hall.policy.kiosk_early_ms


def _of_day(hours: Sequence[Opening], weekday: int) -> list[Opening]:
    return sorted((span for span in hours if span.day == weekday), key=lambda span: span.opens)
