"""Pinyin strings for the search box, made once when something is written, never at start."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from hallclient.paths import FIXTURES
from hallclient.rules.search import fold

# What has no reading comes back one by one; the library's types do not say that it may.
_APART = cast("Callable[[str], str]", list)


@lru_cache(maxsize=1)
def _surnames() -> dict[str, str]:
    """Surnames that are read otherwise than the same character in a word."""
    loaded: dict[str, str] = json.loads((FIXTURES / "surnames.json").read_bytes())
    return loaded


def _surname(folded: str) -> list[str]:
    for length in (2, 1):  # a double surname is tried first
        reading = _surnames().get(folded[:length])
        if reading and len(folded) > length:
            return reading.split()
    return []


def syllables(text: str, *, person: bool = False) -> str:
    """The readings of each character of the folded text, the usual one first.

    The usual one is that of the word the character stands in, and for a ``person`` that of
    the surname. A character without a reading (a digit, a letter, a rare one) stands for itself.
    """
    folded = fold(text)
    if not folded:
        return ""
    from pypinyin import Style, lazy_pinyin, pinyin

    usual = lazy_pinyin(folded, style=Style.NORMAL, errors=_APART)
    if len(usual) != len(folded):  # never seen; a string of another length would find nothing
        usual = list(folded)
    if person:
        surname = _surname(folded)
        usual[: len(surname)] = surname
    parts = []
    for char, first in zip(folded, usual, strict=True):
        others = pinyin(char, style=Style.NORMAL, heteronym=True, errors=_APART)[0]
        if char in _surnames() and first != char:
            others = [*others, _surnames()[char]]
        parts.append("/".join(dict.fromkeys(map(_plain_letters, [first, *others]))))
    return "|".join(parts)


def _plain_letters(reading: str) -> str:
    return reading.replace("ü", "v")
