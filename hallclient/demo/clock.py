"""The demo's clock: it begins at a busy moment and may run faster than the wall's.

Every process of a demo computes the same time from the same few numbers, so none has to ask
another. It reads the monotonic clock, which all processes of a machine share and nobody sets.
"""

from __future__ import annotations

import os
import time
from typing import Any, NamedTuple

from db.env import Env, day_of

DEFAULT_SPEED = 5.0
BUSY = "09:40"


class DemoClock(NamedTuple):
    """``begin``: UTC ms of the demo when the monotonic clock stood at ``start`` ms."""

    begin: int
    start: int
    speed: float = DEFAULT_SPEED

    def now(self) -> int:
        """The demo's time in UTC milliseconds."""
        return self.begin + int((monotonic_ms() - self.start) * self.speed)

    def seconds_until(self, at: int) -> float:
        """Real seconds until the demo's time is ``at``; negative when it has passed."""
        return (at - self.now()) / self.speed / 1000

    def make_env(self, time_zone: str) -> Env:
        """What `Store.open` takes as ``make_env``."""
        return Env(self.now, os.urandom, day_of(time_zone))

    def to_json(self) -> dict[str, Any]:
        """For the other processes of this demo."""
        return self._asdict()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DemoClock:
        """Raises KeyError, TypeError, ValueError when these are not a clock's numbers."""
        return cls(int(data["begin"]), int(data["start"]), float(data["speed"]))


def monotonic_ms() -> int:
    """Milliseconds of the clock that all processes of this machine share."""
    return time.monotonic_ns() // 1_000_000


def midnight_of(now: int, time_zone: str) -> tuple[int, int]:
    """(UTC ms of the midnight that began a working day, its ISO week day).

    The day is the hall's today, or at a weekend the Friday before: a demo shows a working hall,
    and never a day that is still to come.
    """
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(time_zone)
    day = datetime.fromtimestamp(now / 1000, zone).date()
    day -= timedelta(days=max(0, day.isoweekday() - 5))
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return round(midnight.timestamp()) * 1000, day.isoweekday()


def minutes_of(text: str) -> int:
    """Minutes after midnight of ``HH:MM``. Raises ValueError."""
    hours, _, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError(text)
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(text)
    return int(hours) * 60 + int(minutes)
