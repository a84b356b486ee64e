"""One search box: code, text, full pinyin, initials, any mix of them, old names.

A pinyin string holds, for each character of the folded text, its readings with the usual
one first: ``qi|ye|she|li/wei|deng|ji``. Every reading finds; the usual one ranks first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

_DOUBLE_INITIALS = ("zh", "ch", "sh")
_LONGEST_TYPED = 120
_MOST_WORDS = 8


class Kind(IntEnum):
    """What a text is to the thing it finds; an earlier one ranks first among equals."""

    CODE = 0
    NAME = 1
    ALIAS = 2
    OTHER = 3
    GROUP = 4


_Kinds = tuple[Kind, ...]
# Another language and whole groups come after everything that is named so itself.
_LATE = (Kind.OTHER, Kind.GROUP)


class Rank(IntEnum):
    """How well a text matches, best first."""

    CODE = 0
    WHOLE = 1
    START = 2
    INSIDE = 3
    USUAL_START = 4
    USUAL_INSIDE = 5
    OTHER_START = 6
    OTHER_INSIDE = 7
    WORDS = 8
    """Only the words of the query one by one match, each somewhere."""


class Entry(NamedTuple):
    """A text that finds one or more things."""

    keys: tuple[str, ...]
    text: str
    pinyin: str = ""
    kind: Kind = Kind.NAME


class Hit(NamedTuple):
    """A thing found, by which text, how well."""

    key: str
    text: str
    kind: Kind
    rank: Rank


class _Row(NamedTuple):
    keys: tuple[str, ...]
    text: str
    folded: str
    kind: Kind
    usual: tuple[tuple[str, ...], ...]
    every: tuple[tuple[str, ...], ...]


_Found = tuple[bool, Rank, Kind, int, int, int]
"""What hits are ordered by: come late, rank, kind, place, length, number of the row."""


def fold(text: str) -> str:
    """What is compared: full-width forms narrowed, no case, no punctuation, no spaces."""
    narrowed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(str.isalnum, narrowed.replace("ü", "v")))


@lru_cache(maxsize=4096)
def _spellings(readings: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How one character may be typed: by its usual reading, and by every one."""
    usual: tuple[str, ...] = ()
    every: dict[str, None] = {}
    for reading in filter(None, readings.split("/")):
        ways = [reading, reading[:1]]
        if reading[:2] in _DOUBLE_INITIALS:
            ways.append(reading[:2])
        if not usual:
            usual = tuple(dict.fromkeys(ways))
        every.update(dict.fromkeys(ways))
    return usual, tuple(every)


def _walk(query: str, text: str, spelt: tuple[tuple[str, ...], ...], start: int) -> bool:
    """Whether the query spells the characters from ``start`` on.

    The last one may be cut short, as it is while somebody types. Only the set of reached
    offsets is kept, so no text and no query can make this slow.
    """
    length = len(query)
    reached = {0}
    for place in range(start, len(text)):
        following: set[int] = set()
        for offset in reached:
            if query[offset] == text[place]:
                following.add(offset + 1)
            for way in spelt[place]:
                if query.startswith(way, offset):
                    following.add(offset + len(way))
                elif length - offset < len(way) and way.startswith(query[offset:]):
                    return True
        if length in following:
            return True
        if not following:
            return False
        reached = following
    return False


class SearchIndex:
    """Finds by what people type. Built once; ``find`` changes nothing."""

    __slots__ = ("_rows", "_starts")

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rows: list[_Row] = []
        self._starts: dict[str, list[tuple[int, int]]] = {}
        for keys, text, pinyin, kind in entries:
            folded = fold(text)
            usual: tuple[tuple[str, ...], ...] = ()
            every: tuple[tuple[str, ...], ...] = ()
            parts = pinyin.split("|") if pinyin else []
            # A string that does not belong to its text must not break the search box.
            if parts and len(parts) == len(folded) and all(parts):
                pairs = [_spellings(part) for part in parts]
                usual = tuple(pair[0] for pair in pairs)
                every = tuple(pair[1] for pair in pairs)
                self._add_starts(len(self._rows), folded, every)
            self._rows.append(_Row(keys, text, folded, kind, usual, every))

    def _add_starts(self, number: int, folded: str, every: tuple[tuple[str, ...], ...]) -> None:
        starts = self._starts
        for place, ways in enumerate(every):
            heads = {way[0] for way in ways}
            heads.add(folded[place])
            for head in heads:
                starts.setdefault(head, []).append((number, place))

    def find(self, text: str, limit: int = 20) -> list[Hit]:
        """The best hits for what was typed, one for each thing; none for an empty query."""
        text = text[:_LONGEST_TYPED]
        query = fold(text)
        if not query or limit <= 0:
            return []
        best = self._best(query)
        words = [word for word in map(fold, text.split()) if word]
        if len(words) > 1:
            self._all_words(list(dict.fromkeys(words))[:_MOST_WORDS], best)
        rows = self._rows
        ordered = sorted(best.items(), key=lambda pair: pair[1])[:limit]
        return [Hit(key, rows[found[-1]].text, found[2], found[1]) for key, found in ordered]

    def _all_words(self, words: list[str], best: dict[str, _Found]) -> None:
        """Add what every single word finds, each somewhere."""
        first, *others = [self._best(word) for word in words]
        for key, found in first.items():
            if key not in best and all(key in other for other in others):
                best[key] = (found[0], Rank.WORDS, *found[2:])

    def _best(self, query: str) -> dict[str, _Found]:
        best: dict[str, _Found] = {}
        # Letters alone are pinyin first: "sp" means a word, "sp0" a code.
        late = _LATE if any(char.isdigit() for char in query) else (*_LATE, Kind.CODE)
        self._by_text(query, best, late)
        if any("a" <= char <= "z" for char in query):
            self._by_pinyin(query, best, late)
        return best

    def _by_text(self, query: str, best: dict[str, _Found], late: _Kinds) -> None:
        for number, row in enumerate(self._rows):
            place = row.folded.find(query)
            if place < 0:
                continue
            if len(query) == len(row.folded):
                rank = Rank.CODE if row.kind is Kind.CODE else Rank.WHOLE
            else:
                rank = Rank.INSIDE if place else Rank.START
            _keep(best, row, rank, place, number, rank is not Rank.CODE and row.kind in late)

    def _by_pinyin(self, query: str, best: dict[str, _Found], late: _Kinds) -> None:
        seen = -1
        for number, place in self._starts.get(query[0], ()):
            if number == seen:
                continue
            row = self._rows[number]
            if not _walk(query, row.folded, row.every, place):
                continue
            seen = number
            rank, where = _pinyin_rank(query, row, place)
            _keep(best, row, rank, where, number, row.kind in late)


def _pinyin_rank(query: str, row: _Row, place: int) -> tuple[Rank, int]:
    """The usual reading may match further on than the first place where any does."""
    for later in range(place, len(row.folded)):
        if _walk(query, row.folded, row.usual, later):
            return (Rank.USUAL_INSIDE if later else Rank.USUAL_START), later
    return (Rank.OTHER_INSIDE if place else Rank.OTHER_START), place


def _keep(
    best: dict[str, _Found], row: _Row, rank: Rank, place: int, number: int, late: bool
) -> None:
    found: _Found = (late, rank, row.kind, place, len(row.folded), number)
    for key in row.keys:
        known = best.get(key)
        if known is None or found < known:
            best[key] = found
