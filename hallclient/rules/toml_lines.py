"""Where each table and key of a TOML text stands; the standard reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_PART = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*'
    r"|[\[{]|[\]}]|\n|[^\[\]{}\n#\"']+|.",
    re.DOTALL,
)


def toml_lines(text: str) -> dict[Path, int]:
    """The line of each table and key, tables of arrays by their number; of an array its first.

    ``{("section", 1): 9, ("section", 1, "field", 0): 12, ("section", 1, "field", 0, "id"): 13}``.
    For a text that is no TOML it says something, and ends.
    """
    found: dict[Path, int] = {}
    for path, line in _lines(text):
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], line)
    return found


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    here: Path = ()
    last: dict[Path, int] = {}
    line, counted, at = 1, 0, 0
    while True:
        at = _after(_BLANK, text, at)
        line, counted = line + text.count("\n", counted, at), at
        if at >= len(text):
            return
        if text[at] == "[":
            many = text.startswith("[[", at)
            names, at = _names(text, at + 1 + many)
            here = (*_inside(names[:-1], last), *names[-1:])
            if many:
                last[here] = last.get(here, -1) + 1
                here = (*here, last[here])
            yield here, line
        else:
            names, at = _names(text, at)
            yield (*here, *names), line
        at = _end(text, at)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _names(text: str, at: int) -> tuple[list[str], int]:
    """``a."b c".d`` and the place after it."""
    names = []
    at = _after(_BLANK, text, at)
    while found := _KEY.match(text, at):
        names.append(found[0].strip("\"'"))
        dot = _after(_DOT, text, found.end())
        if dot == found.end():
            return names, dot
        at = dot
    return names, at


def _inside(names: list[str], last: dict[Path, int]) -> Path:
    """The path of a table; within an array of tables it belongs to the newest one."""
    path: Path = ()
    for name in names:
        path = (*path, name)
        if path in last:
            path = (*path, last[path])
    return path


def _end(text: str, at: int) -> int:
    """The place after the value that begins here, at a line's end outside of brackets."""
    depth = 0
    for part in _PART.finditer(text, at):
        sign = part[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "\n" and depth <= 0:
            return part.end()
    return len(text)
