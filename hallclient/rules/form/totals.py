"""Totals and indexes over the rows of a repeat, kept up to date row by row."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

Place = tuple[int, str]
"""Where a row stands: (place, row id)."""


class Running:
    """One total. `put` tells what rows contribute, `value` is the total now; rows of a section that
    is not asked for contribute nothing.

    ``count``: rows whose condition is true. ``any``/``all``: Kleene's, over the conditions.
    ``sum``: of what is known, 0 for nothing. ``min``/``max``/``first``: None for nothing;
    ``first`` goes by the order of rows. ``distinct``: how many different values.
    """

    __slots__ = ("_given", "_kind", "_ordered", "_sum", "_tally", "value")

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._given: dict[str, Any] = {}
        self._sum: Any = 0
        self._tally: Counter[Any] = Counter()
        self._ordered: list[Any] = []
        self.value: Any = None
        self._settle()

    def put(self, given: Iterable[tuple[str, Any, Place]]) -> bool:
        """What rows contribute (None: nothing); whether the total is another one."""
        known = self._given
        for row, now, place in given:
            before = known.get(row)
            if now == before and type(now) is type(before):
                continue
            if before is not None:
                self._take(before, place)
            if now is None:
                del known[row]
            else:
                known[row] = now
                self._add(now, place)
        old = self.value
        self._settle()
        return bool(self.value != old or type(self.value) is not type(old))

    def _add(self, given: Any, place: Place) -> None:
        match self._kind:
            case "sum":
                self._sum += given
            case "min" | "max":
                insort(self._ordered, given)
            case "first":
                insort(self._ordered, place)
            case _:
                self._tally[given] += 1

    def _take(self, before: Any, place: Place) -> None:
        match self._kind:
            case "sum":
                self._sum -= before
            case "min" | "max":
                del self._ordered[bisect_left(self._ordered, before)]
            case "first":
                del self._ordered[bisect_left(self._ordered, place)]
            case _:
                self._tally[before] -= 1
                if not self._tally[before]:
                    del self._tally[before]

    def _settle(self) -> None:
        ordered, tally = self._ordered, self._tally
        match self._kind:
            case "sum":
                self.value = self._sum
            case "min":
                self.value = ordered[0] if ordered else None
            case "max":
                self.value = ordered[-1] if ordered else None
            case "first":
                self.value = self._given[ordered[0][1]] if ordered else None
            case "count":
                self.value = tally[True]
            case "distinct":
                self.value = len(tally)
            case "any":
                self.value = True if tally[True] else None if tally["?"] else False
            case "all":
                self.value = False if tally[False] else None if tally["?"] else True


class Rows:
    """Rows by a key, each with a payload: what `repeated`, `matching`, `lookup`, `summed` ask."""

    __slots__ = ("_keys", "_of", "_sums", "_true")

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}
        self._of: dict[Any, dict[str, tuple[Place, Any]]] = {}
        self._true: Counter[Any] = Counter()
        self._sums: dict[Any, Any] = {}

    def put(self, row: str, key: Any, payload: Any, place: Place) -> Collection[Any]:
        """The key of a row (None: none) and its payload; the keys whose answers are others now."""
        before = self._keys.get(row)
        kept = self._of[before][row] if before is not None else None
        if before == key and kept == (None if key is None else (place, payload)):
            return ()
        if before is not None and kept is not None:
            del self._of[before][row]
            if not self._of[before]:
                del self._of[before]
            self._true[before] -= kept[1] is True
            self._add(before, kept[1], -1)
            del self._keys[row]
        if key is not None:
            self._keys[row] = key
            self._of.setdefault(key, {})[row] = (place, payload)
            self._true[key] += payload is True
            self._add(key, payload, 1)
        return [one for one in (before, key) if one is not None]

    def _add(self, key: Any, payload: Any, times: int) -> None:
        if type(payload) is int or type(payload) is Fraction:
            self._sums[key] = self._sums.get(key, 0) + times * payload

    def rows(self, key: Any) -> Collection[str]:
        """The rows with this key."""
        return self._of.get(key, {}).keys()

    def repeats(self, row: str) -> bool | None:
        """Whether another row has the same key; None: this one has no whole key."""
        key = self._keys.get(row)
        return None if key is None else len(self._of[key]) > 1

    def matched(self, key: Any) -> int:
        """How many rows with this key have a true payload."""
        return self._true[key]

    def summed(self, key: Any) -> Any:
        """What the payloads of the rows with this key come to; 0 for none."""
        return self._sums.get(key, 0)

    def found(self, key: Any) -> Any:
        """The payload of the first row with this key."""
        rows = self._of.get(key)
        return min(rows.values(), key=lambda one: one[0])[1] if rows else None


class Probes:
    """Which rows have asked an index for which key, so that a change there finds them again."""

    __slots__ = ("_asked", "_by")

    def __init__(self) -> None:
        self._asked: dict[str, Any] = {}
        self._by: dict[Any, set[str]] = {}

    def put(self, row: str, key: Any) -> None:
        before = self._asked.get(row)
        if before == key:
            return
        if before is not None:
            self._by[before].discard(row)
        if key is None:
            self._asked.pop(row, None)
        else:
            self._asked[row] = key
            self._by.setdefault(key, set()).add(row)

    def rows(self, key: Any) -> Collection[str]:
        return self._by.get(key, ())
