"""Cells of a booking system's file: text as it may be kept, and the materials sent in advance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from hallclient.rules.spreadsheet import unwrapped
from hallclient.rules.text import clean, narrow

_MATERIAL: Final = re.compile(
    r"(?P<name>.+?)"
    r"(?:\s*[xX\u00d7*]\s*(?P<times>\d{1,3})|\s*(?P<copies>\d{1,3})\s*\u4efd"
    r"|\s*(?P<pages>\d{1,3})\s*\u9875)?"
    r"(?:\s*[(\uff08](?P<note>[^()\uff08\uff09]*)[)\uff09])?"
)
_PARTED: Final = re.compile(r"[;\uff1b|\r\n]+")
_MOST_MATERIALS: Final = 50
_LONGEST: Final = 200


class BadCell(Exception):
    """A cell that cannot be read: the code of its problem."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def fold(word: str) -> str:
    """A heading or a state word as it is compared."""
    return re.sub(r"[_\-]", "", narrow(word)).casefold()


def text_of(cells: Mapping[str, object], column: str, *, needed: bool = False) -> str:
    """A cell's text, cleaned. Raises `BadCell` ``not-text``, ``empty``, ``too-long``."""
    value = cells.get(column)
    if isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
        raise BadCell("not-text", column=column)
    text = "" if value is None else clean(str(value)).strip()
    text = unwrapped(text)
    if not text and needed:
        raise BadCell("empty", column=column)
    if len(text) > _LONGEST:
        raise BadCell("too-long", column=column, most=_LONGEST)
    return text


def materials_of(
    cells: Mapping[str, object], words: Mapping[str, str]
) -> list[dict[str, str | int]]:
    """Materials of a row: a text with parts, or a list of names or of objects."""
    value = cells.get("materials")
    if value is None:
        return []
    if isinstance(value, str):
        parts: Iterable[object] = _PARTED.split(value)
    elif isinstance(value, (list, tuple)):
        parts = value
    else:
        raise BadCell("materials")
    found = [made for part in parts if (made := _material(part, words))]
    if len(found) > _MOST_MATERIALS:
        raise BadCell("materials-many", most=_MOST_MATERIALS)
    return found


def _material(part: object, words: Mapping[str, str]) -> dict[str, str | int]:
    if isinstance(part, str):
        return _material_of_text(part)
    if not isinstance(part, Mapping):
        raise BadCell("materials")
    made: dict[str, str | int] = {}
    for key, value in part.items():
        column = words.get(fold(str(key)))
        if column is None or value in (None, ""):
            continue
        if column in ("copies", "pages"):
            if not re.fullmatch(r"[0-9]{1,3}", str(value)):
                raise BadCell("material-count", value=clean(str(value))[:_LONGEST])
            made[column] = int(str(value))
        else:
            made[column] = text_of({column: value}, column)
    if not made.get("name"):
        raise BadCell("materials")
    return made


def _material_of_text(text: str) -> dict[str, str | int]:
    text = clean(text).strip()
    if not text:
        return {}
    if len(text) > _LONGEST:
        raise BadCell("too-long", column="materials", most=_LONGEST)
    found = _MATERIAL.fullmatch(text)
    if found is None:
        return {"name": text}
    made: dict[str, str | int] = {"name": found["name"].strip()}
    if copies := found["times"] or found["copies"]:
        made["copies"] = int(copies)
    if found["pages"]:
        made["pages"] = int(found["pages"])
    if found["note"]:
        made["note"] = found["note"].strip()
    return made
