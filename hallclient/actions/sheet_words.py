"""What tables from outside call their columns (fixtures/forms/columns.toml)."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any, Final

from hallclient.paths import FIXTURES
from hallclient.rules.form.table.columns import Words, folded

_FILE: Final = "columns.toml"


@cache
def words() -> Words:
    """The words, read once."""
    import tomllib

    data: dict[str, Any] = tomllib.loads((FIXTURES / "forms" / _FILE).read_text("utf-8"))
    groups: dict[str, set[int]] = {}
    for number, same in enumerate(data["same"]):
        for word in same:
            groups.setdefault(folded(word), set()).add(number)
    return Words(
        groups={word: frozenset(numbers) for word, numbers in groups.items()},
        totals=frozenset(map(folded, data["totals"])),
        marks=tuple(map(folded, data["unit-marks"])),
        units={folded(unit): Fraction(yuan) for unit, yuan in data["units"].items()},
        currencies=frozenset(map(folded, data["currencies"]["other"])),
    )
