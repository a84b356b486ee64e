"""A booking system's file, read: CSV or JSON, in the encodings that are about, as rows of cells.

A file that cannot be read to its end is refused as a whole; what is wrong with a row is left to
`rules.booking_row`. Nothing is guessed that could put a value into the wrong place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from hallclient.actions.encodings import Undecodable, decode
from hallclient.paths import FIXTURES
from hallclient.rules.booking_cells import fold
from hallclient.rules.booking_row import NEEDED, Problem, Words
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file."""
MOST_ROWS: Final = 10_000
"""A file is one transaction: so long no window waits for more than a few seconds."""
_MOST_UNKNOWN: Final = 20
_SEPARATORS: Final = ",;\t"
_WORDS: Final = "booking.toml"


class Content(NamedTuple):
    """What a file holds: rows of column -> value with their place, and what was wrong with some.

    ``unknown``: headings that mean nothing here and are left out.
    """

    rows: list[tuple[int, dict[str, object]]]
    problems: list[Problem]
    unknown: list[str]


@cache
def words() -> Words:
    """What files may call their columns and states (fixtures/booking.toml)."""
    import tomllib

    data = tomllib.loads((FIXTURES / _WORDS).read_text("utf-8"))
    return Words(*(_inverted(data[name]) for name in ("columns", "columns-of-material", "states")))


def _inverted(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {fold(word): key for key, several in table.items() for word in several}


def read(path: Path) -> Content:
    """The rows of a file. Raises `Refused`: ``booking-file-…`` with what is wrong and where."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused("booking-file-unreadable", file=path.name, cause=error.strerror) from error
    return parse(data, path)


def parse(data: bytes, path: Path) -> Content:
    """The rows in the bytes of a file; ``path`` names it in what is refused."""
    if len(data) > LARGEST:
        raise Refused("booking-file-large", file=path.name, most=LARGEST // 1024 // 1024)
    text = _decoded(data, path)
    if not text.strip():
        raise Refused("booking-file-empty", file=path.name)
    content = _json(text, path) if text.lstrip()[0] in "[{" else _csv(text, path)
    if len(content.rows) > MOST_ROWS:
        raise Refused("booking-file-long", file=path.name, most=MOST_ROWS)
    if not content.rows and not content.problems:
        raise Refused("booking-file-empty", file=path.name)
    return content


def _decoded(data: bytes, path: Path) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data or data[:2] == b"PK":
        raise Refused("booking-file-not-text", file=path.name)
    try:
        return decode(data).text
    except Undecodable as error:
        raise Refused(f"booking-file-{error.kind}", file=path.name, line=error.line) from error


# -- CSV


def _csv(text: str, path: Path) -> Content:
    import csv
    import io

    first, _, rest = text.partition("\n")
    skipped = 0
    separator = ""
    if mark := re.fullmatch(r"sep=([,;\t])\r?", first):  # a spreadsheet's own first line
        text, first, separator, skipped = rest, rest.partition("\n")[0], mark[1], 1
    separator = separator or _separator(first)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    headings: list[str] | None = None
    columns: list[str] = []
    content = Content([], [], [])
    row = skipped
    try:
        for cells in reader:
            row += 1
            if not any(cell.strip() for cell in cells):
                continue
            if headings is None:
                headings = cells
                columns = _columns(cells, path)
                content.unknown.extend(
                    clean(cell).strip()
                    for cell, column in zip(cells, columns, strict=True)
                    if not column and cell.strip()
                )
            elif any(cell.strip() for cell in cells[len(columns) :]):
                params = {"found": len(cells), "wanted": len(columns)}
                content.problems.append(Problem(row, "cells", params))
            else:
                values = zip(columns, cells, strict=False)
                content.rows.append((row, {column: cell for column, cell in values if column}))
    except csv.Error as error:
        raise Refused("booking-file-broken", file=path.name, row=row + 1) from error
    return content


def _separator(heading: str) -> str:
    known = words().columns
    return max(
        _SEPARATORS,
        key=lambda one: sum(fold(cell.strip('"')) in known for cell in heading.split(one)),
    )


def _columns(headings: Sequence[str], path: Path) -> list[str]:
    known = words().columns
    columns = [known.get(fold(heading), "") for heading in headings]
    for column in columns:
        if column and columns.count(column) > 1:
            twice = [clean(h) for h, c in zip(headings, columns, strict=True) if c == column]
            raise Refused("booking-file-column-twice", file=path.name, columns=", ".join(twice))
    _complete(columns, path)
    return columns


def _complete(columns: Sequence[str], path: Path) -> None:
    missing = [several[0] for several in NEEDED if not set(several) & set(columns)]
    if missing:
        raise Refused("booking-file-columns", file=path.name, columns=", ".join(_examples(missing)))


def _examples(columns: Sequence[str]) -> Iterator[str]:
    """A heading of each column in both languages: the first, and the first in plain letters."""
    known = words().columns
    for column in dict.fromkeys(columns):
        names = [name for name, meant in known.items() if meant == column]
        yield f"{names[0]} ({next(name for name in names if name.isascii())})"


# -- JSON


def _json(text: str, path: Path) -> Content:
    content = Content([], [], [])
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not _is_json(text.lstrip().partition("\n")[0]):
            line = getattr(error, "lineno", 1)
            raise Refused("booking-file-json", file=path.name, line=line) from error
        _json_lines(text, content)
    else:
        for place, one in enumerate(whole if isinstance(whole, list) else [whole], 1):
            _json_row(place, one, content)
    return content


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _json_lines(text: str, content: Content) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
        except (ValueError, RecursionError):
            content.problems.append(Problem(number, "json", {}))
        else:
            _json_row(number, one, content)


def _json_row(number: int, one: Any, content: Content) -> None:
    if not isinstance(one, dict):
        content.problems.append(Problem(number, "json", {}))
        return
    known = words().columns
    cells: dict[str, object] = {}
    for key, value in one.items():
        column = known.get(fold(key), "")
        if not column:
            name = clean(key).strip()
            if name not in content.unknown and len(content.unknown) < _MOST_UNKNOWN:
                content.unknown.append(name)
        elif column in cells:
            content.problems.append(Problem(number, "column-twice", {"column": column}))
            return
        else:
            cells[column] = value
    content.rows.append((number, cells))
