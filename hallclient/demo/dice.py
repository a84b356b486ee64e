"""Chance that is the same in every process: dice made from a key."""

from __future__ import annotations

from random import Random

from hallclient.rules.catalogue import Hall

MINUTE = 60_000


def dice(*key: object) -> Random:
    """Dice of their own for this key."""
    return Random("/".join(map(str, key)))


def item_for(hall: Hall, line: str, roll: Random) -> str:
    """An item for a number in this line; the first ones are asked for most."""
    codes = [item.code for item in hall.items_of(line)]
    if hall.lines[line].collect:
        codes = [item.code for item in hall.items.values() if item.result] or list(hall.items)
    return roll.choices(codes, [1 / (place + 2) for place in range(len(codes))])[0]
