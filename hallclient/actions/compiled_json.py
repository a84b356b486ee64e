"""JSON that a folder's files are compiled to: one part a line, so that a change can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any


def line(value: object) -> str:
    """One value on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rows(values: Iterable[object]) -> str:
    """Values, one a line, as they stand inside of brackets."""
    return ",\n".join(map(line, values))


def short(thing: Any, *without: str) -> dict[str, Any]:
    """What of a part (a dataclass) is not as it is by default."""
    found = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        usual = one.default_factory() if one.default_factory is not MISSING else one.default
        if one.name not in without and value != usual:
            found[one.name] = value
    return found


def headed(head: dict[str, Any], **lists: Iterable[str]) -> str:
    """An object whose last parts are lists, each of lines that are made already."""
    inner = [f'"{key}": [\n' + ",\n".join(parts) + "]" for key, parts in lists.items()]
    return f"{line(head)[:-1]}," + ",\n".join(inner) + "}"
