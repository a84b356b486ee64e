"""How many of something there are, kept up to date cell by cell."""

from __future__ import annotations

from collections.abc import Iterable


class Tally:
    """What each cell contributes to the count of its section."""

    def __init__(self, sections: Iterable[str]) -> None:
        self._of = dict.fromkeys(sections, 0)
        self._by: dict[tuple[str, str], int] = {}

    def put(self, key: tuple[str, str], section: str, n: int) -> None:
        """A cell (row, field) contributes ``n``, whatever it did before."""
        before = self._by.get(key, 0)
        if before != n:
            self._of[section] += n - before
            if n:
                self._by[key] = n
            else:
                del self._by[key]

    def of(self, section: str) -> int:
        """What the cells of a section come to."""
        return self._of[section]
