"""Words by which the hub finds a stream that a window does not read yet.

Numbers of cases, documents, filings and tickets; HMACs of persons; codes. No name, nothing that
somebody without the hall's key could read a person from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

TAGGED: Final = {
    "case_file": ("number", "visit", "person", "name_token", "filing"),
    "filing": ("number", "visit"),
    "paper": ("number",),
    "certificate": ("code", "pickup"),
}
"""Table -> columns whose values lead to the stream."""
PRIVATE: Final = ("case", "visit", "booking")
"""First words of streams that hold sealed fields; what follows the colon is the key's case."""


def tags_of(stream: str, changes: Sequence[Any]) -> tuple[str, ...]:
    """The tags that the changes of an event give its stream."""
    found: dict[str, None] = {}
    sort, _, key = stream.partition(":")
    if sort in ("visit", "booking"):
        found[tag(sort, key)] = None
    for change in changes:
        table, now = change[0], change[3]
        if isinstance(now, dict):
            for column in TAGGED.get(table, ()):
                if isinstance(value := now.get(column), str) and value:
                    found[tag(column, value)] = None
    return tuple(found)


def tag(column: str, value: str) -> str:
    """One tag. ``number`` is that of any table."""
    return f"{column}:{value}"


def case_of(stream: str) -> str:
    """Whose key seals what a stream holds; empty: it holds nothing sealed."""
    sort, _, case = stream.partition(":")
    return case if sort in PRIVATE else ""
