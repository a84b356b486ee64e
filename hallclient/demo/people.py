"""People and companies that do not exist: names of every kind, identity numbers nobody can have.

420100 is the city itself, a district code that no person's number begins with; the check
character is right (GB 11643, MOD 11-2), so the numbers pass every form.
"""

from __future__ import annotations

import json
from functools import lru_cache
from random import Random
from typing import Any

from hallclient.paths import FIXTURES

REGION = "420100"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
COMPANY_LINES = frozenset({"setup", "tax", "works", "park", "estate"})


@lru_cache(maxsize=1)
def names() -> dict[str, Any]:
    """The parts that names are made of."""
    data: dict[str, Any] = json.loads((FIXTURES / "demo" / "names.json").read_bytes())
    return data


def person(dice: Random, line: str, *, elderly: bool = False) -> dict[str, str]:
    """The fields of a visitor for a line; where companies come, often with one."""
    made = {
        "name": full_name(dice),
        "identity": identity(dice, elderly=elderly),
        "phone": f"1990000{dice.randrange(10_000):04d}",
    }
    if line in COMPANY_LINES and dice.random() < 0.8:
        made["company"] = company(dice)
    return made


def full_name(dice: Random) -> str:
    """Mostly common Chinese names, some with rare characters, some of other scripts."""
    parts = names()
    kind = dice.random()
    if kind < 0.06:
        return str(dice.choice(parts["full"]))
    surname = dice.choice(parts["rare_surnames"] if kind < 0.14 else parts["surnames"])
    given = dice.choice(parts["rare_given"] if kind > 0.92 else parts["given"])
    return f"{surname}{given}"


def identity(dice: Random, *, elderly: bool = False) -> str:
    """A synthetic identity number with a valid check character."""
    year = dice.randint(1938, 1960) if elderly else dice.randint(1962, 2005)
    born = f"{year}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
    body = f"{REGION}{born}{dice.randrange(1000):03d}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """The 18th character of an identity number from its first 17 digits."""
    weighted = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[weighted % 11]


def company(dice: Random) -> str:
    """A company in the style of the city's register."""
    parts = names()
    name: str = parts["company"]
    return name.format(brand=dice.choice(parts["brands"]), trade=dice.choice(parts["trades"]))
