"""The bookings of the demo's day, as a booking system would send them. Pure: no clock, no store.

Most belong to visitors who come by themselves. Those with the phone number `PHONE` wait for the
person at the keyboard: nobody else checks them in, and the ones left over become no-shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hallclient.demo import PHONE
from hallclient.demo.day import Arrival, Hours
from hallclient.demo.dice import MINUTE, dice, item_for
from hallclient.demo.people import person
from hallclient.paths import FIXTURES
from hallclient.rules.catalogue import Hall

_LENGTH_MS = 15 * MINUTE
_APART_MS = 30 * MINUTE
_HERE = ("setup", "tax", "setup")
"""Lines of those who have just come, the first for the person's own window."""
_YOURS = ("setup", "estate", "tax", "social")


def number_of(hall: Hall, visitor: str, at: int) -> str:
    """The booking's number of a visitor of that day: digits, to be typed at a kiosk."""
    digits = "".join(char for char in visitor if char.isdigit())
    return f"{_local(hall, at):%m%d}{int(digits):04d}"


def of_visitors(hall: Hall, arrivals: Iterable[Arrival], seed: int) -> Iterator[dict[str, Any]]:
    """Rows of a file: the visitors who come with a booking."""
    for one in arrivals:
        if one.slot is None:
            continue
        roll = dice(seed, one.key, "booking")
        fields = person(roll, one.line, elderly=one.elderly)
        yield _row(hall, number_of(hall, one.key, one.slot), one.slot, one.items[0], fields, roll)


def just_come(hall: Hall, now: int, seed: int) -> list[dict[str, Any]]:
    """Rows of those whose slot it is now, to be checked in at once."""
    slot = now // _LENGTH_MS * _LENGTH_MS
    return list(_made(hall, [slot] * len(_HERE), _HERE, 9001, seed))


def for_the_person(hall: Hall, hours: Hours, now: int, seed: int) -> list[dict[str, Any]]:
    """Rows that the person may check in: one every half hour until the hall closes."""
    first = -(-now // _LENGTH_MS) * _LENGTH_MS
    slots = [
        slot
        for slot in range(first, hours.closes, _APART_MS)
        if any(opens <= slot < closes for opens, closes in hours.spans)
    ]
    rows = _made(hall, slots, _YOURS, 9101, seed)
    return [{**row, "phone": PHONE} for row in rows]


def _made(
    hall: Hall, slots: Iterable[int], lines: tuple[str, ...], first: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Bookings of nobody in particular, their lines in turn."""
    served = {item.line for item in hall.items.values()}
    known = [line for line in lines if line in served] or sorted(served)
    for place, slot in enumerate(slots):
        key = f"booking {first + place}"
        roll = dice(seed, key)
        line = known[place % len(known)]
        item = item_for(hall, line, roll)
        yield _row(hall, number_of(hall, key, slot), slot, item, person(roll, line), roll)


def _row(
    hall: Hall, number: str, slot: int, item: str, fields: dict[str, str], roll: Random
) -> dict[str, Any]:
    begin, end = _local(hall, slot), _local(hall, slot + _LENGTH_MS)
    names = materials().get(hall.items[item].line) or materials()[""]
    sent = [
        {"name": name, "copies": roll.randint(1, 2), "pages": roll.randint(1, 6)}
        for name in names
        if roll.random() < 0.85
    ]
    return {
        "number": number,
        "date": f"{begin:%Y-%m-%d}",
        "begin": f"{begin:%H:%M}",
        "end": f"{end:%H:%M}",
        "service": item,
        "materials": sent,
        **fields,
    }


@lru_cache(maxsize=1)
def materials() -> dict[str, list[str]]:
    """What is sent in advance, by line; under an empty name for every other line."""
    data: dict[str, list[str]] = json.loads((FIXTURES / "demo" / "materials.json").read_bytes())
    return data


def _local(hall: Hall, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(hall.time_zone))
