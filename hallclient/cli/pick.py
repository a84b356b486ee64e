"""Forgiving input: what a person types, as the code that is meant.

Full-width forms, case and missing zeros do not matter; reasons go by their word in either
language; what fits several things lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Protocol

from db.store import Store
from hallclient.cli.output import Choice, Choices
from hallclient.rules.catalogue import Hall, Named, named
from hallclient.rules.catalogue_search import item_index
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow
from hallclient.texts import language

_NUMBER: Final = re.compile(r"(\d{8})?([A-Z])(\d{1,4})")
_MOST: Final = 12


class Coded(Named, Protocol):
    """A thing of a closed list: a code and its word in both languages."""

    @property
    def id(self) -> str: ...


def number(store: Store, text: str) -> str:
    """A number as printed; ``a32`` is A032, a slip's barcode of today the number on it."""
    wanted = narrow(text)
    found = _NUMBER.fullmatch(wanted)
    if found is None:
        return wanted
    day, letter, digits = found.groups()
    if day and day != store.env.day(store.env.now()).replace("-", ""):
        return wanted
    return f"{letter}{int(digits):03d}"


def window_id(store: Store, text: str) -> str:
    """A window by its id or the number over it: ``w3``, ``3`` are W03. Unknown: as typed."""
    wanted = narrow(text)
    digits = wanted.removeprefix("W")
    for row in store.rows("SELECT id, number FROM window"):
        if row["id"].upper() == wanted or (digits.isdecimal() and row["number"] == int(digits)):
            return str(row["id"])
    return wanted


def item(hall: Hall, text: str) -> str:
    """A service by its code, an old or short name, or the one thing the search finds.

    Raises ``no-such-item``, ``item-ambiguous`` with the candidates.
    """
    wanted = narrow(text)
    for code in hall.items:
        if code.upper() == wanted:
            return code
    hits = item_index(hall).find(clean(text), _MOST)
    codes = list(dict.fromkeys(hit.key for hit in hits))
    exact = list(dict.fromkeys(hit.key for hit in hits if narrow(hit.text) == wanted))
    for found in (exact, codes):
        if len(found) == 1:
            return found[0]
    if not codes:
        raise Refused("no-such-item", field="service", service=text)
    raise Choices(
        "item-ambiguous",
        "service",
        [(code, named(hall.items[code], language())) for code in exact or codes],
        text=text,
    )


def coded(
    table: Mapping[str, Coded], text: str | None, field: str, missing: str, unknown: str
) -> str:
    """A code of a closed list by code or by word, whole or the only one that begins so.

    Raises ``missing`` when nothing was given and ``unknown`` when nothing fits, with the list.
    """
    wanted = _folded(text or "")
    if not wanted:
        raise Choices(missing, field, choices_of(table), **{field: text})
    words = {key: [_folded(key), _folded(one.zh), _folded(one.en)] for key, one in table.items()}
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [key for key, names in words.items() if any(fits(name, wanted) for name in names)]
        if len(found) == 1:
            return found[0]
    raise Choices(unknown, field, choices_of(table), **{field: text})


def choices_of(table: Mapping[str, Coded]) -> list[Choice]:
    """Every code with its word."""
    return [(key, named(one, language())) for key, one in table.items()]


def operator(text: str) -> str:
    """An operator's id as staff type it."""
    return narrow(text).lower()


def _folded(text: str) -> str:
    return narrow(text).replace("-", "_").casefold()
