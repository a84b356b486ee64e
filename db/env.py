"""What the store and the use cases take from the world: clock, randomness, business day.

All of it is injected, so that a test or a simulated day decides what time it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Env(NamedTuple):
    """``now`` gives UTC milliseconds; ``entropy(n)`` n random bytes; ``day(ms)`` YYYY-MM-DD."""

    now: Callable[[], int]
    entropy: Callable[[int], bytes]
    day: Callable[[int], str]

    def new_id(self) -> str:
        """A time-ordered id: UUID version 7 (RFC 9562) as 32 hexadecimal digits."""
        random = int.from_bytes(self.entropy(10), "big")
        value = (self.now() & (1 << 48) - 1) << 80
        value |= 0x7 << 76 | (random >> 62 & 0xFFF) << 64
        value |= 0b10 << 62 | random & (1 << 62) - 1
        return f"{value:032x}"


def system_env(time_zone: str = "Asia/Shanghai") -> Env:
    """The real clock and the system's randomness, with the hall's time zone for the day."""
    import os
    import time

    return Env(lambda: time.time_ns() // 1_000_000, os.urandom, day_of(time_zone))


def day_of(time_zone: str) -> Callable[[int], str]:
    """A function from UTC milliseconds to the business day of that zone.

    Raises ``zoneinfo.ZoneInfoNotFoundError`` for a zone the system does not know.
    """
    from datetime import datetime
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(time_zone)
    known: dict[int, str] = {}

    def day(ms: int) -> str:
        # Every zone's offset is a multiple of a quarter of an hour.
        quarter = ms // 900_000
        found = known.get(quarter)
        if found is None:
            found = known[quarter] = datetime.fromtimestamp(quarter * 900, zone).date().isoformat()
        return found

    return day
