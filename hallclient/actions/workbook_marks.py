"""What a workbook's reader does not tell: cells shown as percent, formulas that failed.

Read from the XML of an XLSX. Other kinds, and files too odd to be understood here, have no marks.
"""

from __future__ import annotations

import io
import re
from typing import Final, NamedTuple

Cell = tuple[int, int]
_LARGEST: Final = 256 << 20
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s([^>]*)")
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_STYLE: Final = re.compile(rb'\bs="([0-9]{1,6})"')
_PERCENTS: Final = frozenset({9, 10})
"""Number formats that every workbook has: 0% and 0.00%. Source: ECMA-376 part 1, 18.8.30."""
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Marks(NamedTuple):
    """Cells as (number of the row from 1, place of the column from 0)."""

    percent: frozenset[Cell] = frozenset()
    failed: frozenset[Cell] = frozenset()


def marks_of(data: bytes, sheet: str) -> Marks:
    """The marks of a sheet."""
    from xml.etree.ElementTree import ParseError
    from zipfile import BadZipFile

    if not data.startswith(b"PK"):
        return Marks()
    try:
        return _marks(data, sheet)
    except (BadZipFile, KeyError, ParseError, ValueError, NotImplementedError, EOFError):
        return Marks()


def _marks(data: bytes, sheet: str) -> Marks:
    from xml.etree import ElementTree
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(data)) as archive:

        def part(name: str) -> bytes:
            if archive.getinfo(name).file_size > _LARGEST:
                raise ValueError(name)
            return archive.read(name)

        # A file of ours may be hostile: no entities, and memory is limited around us.
        book = ElementTree.fromstring(part("xl/workbook.xml"))  # noqa: S314
        sheets = {one.get("name"): one.get(_RELATED) for one in book.iter(f"{_MAIN}sheet")}
        links = ElementTree.fromstring(part("xl/_rels/workbook.xml.rels"))  # noqa: S314
        target = {one.get("Id"): one.get("Target", "") for one in links}[sheets[sheet]]
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        percents = _percent_styles(part("xl/styles.xml"))
        raw = part(name)
    failing = b't="e"' in raw
    if not percents and not failing:
        return Marks()
    percent: set[Cell] = set()
    failed: set[Cell] = set()
    for found in _CELL.finditer(raw):
        said = found[1]
        style = _STYLE.search(said)
        shown = style is not None and int(style[1]) in percents
        broken = failing and b't="e"' in said
        if (shown or broken) and (place := _PLACE.search(said)):
            (percent if shown and not broken else failed).add(_cell(place[1], place[2]))
    return Marks(frozenset(percent), frozenset(failed))


def _percent_styles(styles: bytes) -> frozenset[int]:
    from xml.etree import ElementTree

    tree = ElementTree.fromstring(styles)  # noqa: S314
    own = {
        int(one.get("numFmtId", -1))
        for one in tree.iter(f"{_MAIN}numFmt")
        if "%" in re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
    }
    cells = tree.find(f"{_MAIN}cellXfs")
    return frozenset(
        place
        for place, one in enumerate(cells if cells is not None else ())
        if int(one.get("numFmtId", 0)) in own | _PERCENTS
    )


def _cell(column: bytes, row: bytes) -> Cell:
    place = 0
    for letter in column:
        place = place * 26 + letter - 64
    return int(row), place - 1
