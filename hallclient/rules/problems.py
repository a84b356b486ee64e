"""Mistakes in a hall's own files, each with its place, found all in one run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hallclient.rules.text import clean

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_DAY_MS = 86_400_000


class Problem(NamedTuple):
    """One mistake. The text is ``catalogue.problem.<code>``: what is wrong and how to mend it."""

    file: str
    line: int
    """0 when it concerns the whole file."""
    code: str
    params: Mapping[str, object]
    warning: bool = False
    """Worth a look; the hall can be used all the same."""

    @property
    def place(self) -> str:
        """As editors take it: ``hall.toml:12``."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Notes:
    """Collects problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, file: str, line: int, code: str, /, **params: object) -> None:
        self.problems.append(Problem(file, line, code, params))

    def warn(self, file: str, line: int, code: str, /, **params: object) -> None:
        self.problems.append(Problem(file, line, code, params, True))

    def sorted(self) -> list[Problem]:
        return sorted(self.problems, key=lambda problem: (problem.warning, problem[:3]))


class Reader:
    """Takes typed values out of one CSV row or TOML table and notes what is wrong with them."""

    def __init__(
        self,
        notes: Notes,
        file: str,
        line: int,
        values: Mapping[str, object],
        lines: Mapping[str, int] | None = None,
    ) -> None:
        self.notes = notes
        self.file = file
        self.line = line
        self.values = values
        self._lines = lines or {}
        self._asked: dict[str, None] = {}

    def line_of(self, key: str) -> int:
        return self._lines.get(key, self.line)

    def take_as(self, key: str, meant: str) -> None:
        """Read what stands under ``key`` as ``meant``: a slip of the pen that was told."""
        self._lines = {**self._lines, meant: self.line_of(key)}
        self.values = {**self.values, meant: self.values[key]}

    def fail(self, key: str, code: str, /, **params: object) -> None:
        self.notes.add(self.file, self.line_of(key), code, field=key, **params)

    def has(self, key: str) -> bool:
        return key in self.values

    def raw(self, key: str) -> object:
        self._asked[key] = None
        return self.values.get(key)

    def text(self, key: str, *, required: bool = True) -> str:
        value = self.raw(key)
        if value is None or value == "":
            if required:
                self.fail(key, "missing")
            return ""
        if not isinstance(value, str):
            self.fail(key, "wrong-type", value=value, wanted="text")
            return ""
        if clean(value) != value or value != value.strip():
            self.fail(key, "unsafe-text", value=value)
            return clean(value).strip()
        return value

    def words(self) -> tuple[str, str]:
        """The Chinese and the English word; English may lack, and is missed."""
        zh, en = self.text("zh"), self.text("en", required=False)
        if not en:
            self.notes.warn(self.file, self.line, "no-english", value=zh)
        return zh, en

    def id(self, key: str = "id") -> str:
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self.fail(key, "bad-id", value=value)
        return value

    def choice(self, key: str, known: Mapping[str, str], *, required: bool = True) -> str:
        """The id of a value given by its id or by its word."""
        value = self.text(key, required=required)
        if not value:
            return ""
        found = known.get(value)
        if found is None:
            self.fail(key, "unknown-value", value=value, known=some(known.values()))
            return ""
        return found

    def number(self, key: str, default: int | None = None, low: int = 0, high: int = 9999) -> int:
        """A whole number; the cell of a CSV file holds it as text."""
        value = self.raw(key)
        if value is None or value == "":
            if default is None:
                self.fail(key, "missing")
            return default or 0
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(key, "not-a-number", value=value)
            return default or 0
        if not low <= value <= high:
            self.fail(key, "out-of-range", value=value, low=low, high=high)
        return value

    def real(self, key: str, default: float, low: float, high: float) -> float:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            self.fail(key, "not-a-number", value=value)
            return default
        if not low <= value <= high:
            self.fail(key, "out-of-range", value=value, low=low, high=high)
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fail(key, "wrong-type", value=value, wanted="true/false")
            return default
        return value

    def span(self, base: str, default: int | None = None, low: int = 0) -> int:
        """Milliseconds from ``base_s`` or ``base_min``; ``low`` is in milliseconds too."""
        given = [
            (key, unit)
            for key, unit in ((f"{base}_s", 1000), (f"{base}_min", 60_000))
            if self.raw(key) is not None
        ]
        if not given:
            if default is None:
                self.fail(f"{base}_min", "missing")
            return default or 0
        if len(given) > 1:
            self.fail(given[1][0], "given-twice", other=given[0][0])
        key, unit = given[0]
        return unit * self.number(key, low=-(-low // unit), high=_DAY_MS // unit)

    def done(self) -> None:
        """Every key that nobody asked for is a mistake: mostly a slip of the pen."""
        for key in self.values:
            if key not in self._asked:
                self.fail(key, "unknown-key", known=some(self._asked))


def some(known: Iterable[str], most: int = 12) -> str:
    """A few of the possible values, for a message."""
    values = list(dict.fromkeys(known))
    return ", ".join(values[:most]) + (", ..." if len(values) > most else "")
