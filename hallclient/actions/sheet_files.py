"""Tables from outside: a spreadsheet's file, a CSV, what was copied in another program.

Nothing is guessed in silence: what was taken for what (encoding, separator, sheet) is in the
answer, and a file that cannot be read to its end is refused as a whole.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hallclient.actions.encodings import Undecodable, decode
from hallclient.rules.errors import Refused
from hallclient.rules.form.table.sheet import Line, Place, Sheet
from hallclient.rules.spreadsheet import rounded, unwrapped
from hallclient.rules.text import clean

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file, and of a text."""
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200

_SEPARATORS: Final = "\t,;|"
_SAMPLE: Final = 64 * 1024
_SAMPLE_ROWS: Final = 50
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_OTHERS: Final = re.compile(
    rb"\s*(?:%PDF|\x89PNG|\xff\xd8\xff|GIF8|\{\\rtf|Rar!|7z\xbc\xaf|\x1f\x8b)"
)
_MARKUP: Final = re.compile(r"\s*<(?:\?xml|!doctype|html|table|meta|head)", re.IGNORECASE)


def read(path: Path, sheet: str = "") -> Sheet:
    """The table in a file. ``sheet``: which one of a workbook (the first that holds anything).

    Raises `Refused` ``sheet-…`` with ``file`` and where it is wrong: ``unreadable``, ``large``,
    ``empty``, ``long``, ``wide``, ``encoding``, ``damaged``, ``not-table``, ``markup``,
    ``broken``, ``locked``, ``corrupt``, ``heavy``, ``no-such``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a path may be anything that was typed
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise Refused("sheet-unreadable", file=path.name, cause=cause) from error
    return parse(data, path.name, sheet)


def parse(data: bytes, file: str, sheet: str = "") -> Sheet:
    """The table in the bytes of a file; ``file`` names it in what is refused."""
    if len(data) > LARGEST:
        raise Refused("sheet-large", file=file, most=LARGEST // 1024 // 1024)
    if data.startswith((_ZIP, _OLD_OFFICE)):
        return _workbook(data, file, sheet)
    if _OTHERS.match(data):
        raise Refused("sheet-not-table", file=file)
    try:
        decoded = decode(data)
    except Undecodable as error:
        raise Refused(
            f"sheet-{error.kind}",
            file=file,
            line=error.line,
            byte=error.byte + 1,
            value=f"{error.value:02X}",
        ) from error
    if decoded.text.count("\0") * 10 > len(decoded.text):
        raise Refused("sheet-not-table", file=file)  # UTF-16 without its mark, a program
    if _MARKUP.match(decoded.text):
        raise Refused("sheet-markup", file=file)
    return _text(decoded.text, decoded.encoding, file)


def from_text(text: str, name: str) -> Sheet:
    """The table in a text that was copied: cells of a spreadsheet, a CSV, words in columns, or
    one column. ``name``: what to call it where it is refused, as `read` refuses a file.
    """
    if len(text) > LARGEST:
        raise Refused("sheet-large", file=name, most=LARGEST // 1024 // 1024)
    if "\t" in text:
        return _separated(text, "\t", "", name, pasted=True)
    separator = _separator(text)
    if not separator and (spaced := _spaced(text)):
        return _sheet(spaced, "", " ", name)
    return _separated(text, separator, "", name, pasted=True)


def _workbook(data: bytes, file: str, sheet: str) -> Sheet:
    from hallclient.actions.workbooks import Trouble, ask

    try:
        found = ask(data, sheet, (MOST_ROWS, MOST_COLUMNS))
    except Trouble as trouble:
        raise Refused(f"sheet-{trouble.code}", "", file=file, **trouble.params) from trouble
    return Sheet(
        found["kind"],
        "",
        "",
        found["name"],
        tuple(found["names"]),
        _padded([(number, tuple(cells)) for number, cells in found["lines"]]),
        frozenset(Place(*cell) for cell in found["lost"]),
        frozenset(Place(*cell) for cell in found["failed"]),
        found["filled"],
    )


# -- texts with separators


def _text(text: str, encoding: str, file: str) -> Sheet:
    first, _, rest = text.partition("\n")
    if mark := re.fullmatch(r"sep=([,;\t|])\r?", first):  # a spreadsheet's own first line
        return _separated(rest, mark[1], encoding, file, skipped=1)
    return _separated(text, _separator(text), encoding, file)


def _separated(
    text: str, separator: str, encoding: str, file: str, *, skipped: int = 0, pasted: bool = False
) -> Sheet:
    if not text.strip(_SEPARATORS + string.whitespace):
        raise Refused("sheet-empty", file=file)
    import csv
    import io

    rows: list[tuple[int, list[str]]] = []
    number = skipped
    longest = csv.field_size_limit(LARGEST)
    try:
        for cells in csv.reader(
            io.StringIO(text, newline=""), delimiter=separator or "\x1f", strict=True
        ):
            number += 1
            rows.append((number, cells))
    except csv.Error as error:
        if not pasted:
            raise Refused("sheet-broken", file=file, row=number + 1) from error
        # Copied cells have quotes only around line ends; these quotes are the person's own.
        lines = enumerate(text.splitlines(), 1)
        rows = [(place, line.split(separator) if separator else [line]) for place, line in lines]
    finally:
        csv.field_size_limit(longest)
    return _sheet(rows, encoding, separator, file)


def _sheet(
    rows: Sequence[tuple[int, list[str]]], encoding: str, separator: str, file: str
) -> Sheet:
    lines: list[tuple[int, tuple[str, ...]]] = []
    lost: set[Place] = set()
    for number, row in rows:
        cells = [unwrapped(clean(cell).strip()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            name = Place(number, len(cells) - 1).name
            raise Refused("sheet-wide", file=file, most=MOST_COLUMNS, cell=name)
        # A spreadsheet writes the sign; 2E10 may be the number of a door.
        shown = (place for place, cell in enumerate(cells) if "+" in cell and rounded(cell))
        lost |= {Place(number, place) for place in shown}
        lines.append((number, tuple(cells)))
        if len(lines) > MOST_ROWS:
            raise Refused("sheet-long", file=file, most=MOST_ROWS)
    if not lines:
        raise Refused("sheet-empty", file=file)
    return Sheet("text", encoding, separator, "", (), _padded(lines), frozenset(lost))


def _padded(lines: Sequence[tuple[int, tuple[str, ...]]]) -> tuple[Line, ...]:
    width = max(len(cells) for _, cells in lines)
    return tuple(Line(number, cells + ("",) * (width - len(cells))) for number, cells in lines)


def _separator(text: str) -> str:
    """What parts the most rows into the same number of cells; empty: nothing does."""
    import csv
    import io
    from itertools import islice

    best = (0.0, 0, "")
    for separator in _SEPARATORS:
        reader = csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=separator)
        try:
            rows = [row for row in islice(reader, _SAMPLE_ROWS) if any(map(str.strip, row))]
        except csv.Error:
            continue
        widths = [len(row) for row in rows if len(row) > 1]
        if widths:
            usual = max(set(widths), key=lambda width: (widths.count(width), width))
            score = (widths.count(usual) / len(rows), usual, separator)
            best = max(best, score, key=lambda one: one[:2])
    return best[2] if best[0] > 0.5 else ""


def _spaced(text: str) -> list[tuple[int, list[str]]]:
    """Words in columns, as they are copied from a page: as many in each line, at least two."""
    rows = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)]
    widths = {len(words) for _, words in rows if words}
    return rows if len(rows) > 1 and len(widths) == 1 and min(widths) > 1 else []
