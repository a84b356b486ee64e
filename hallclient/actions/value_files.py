"""Values of a form in JSON, from a file or a pipe: read whole, or refused with the place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hallclient.rules.errors import Refused

LARGEST: Final = 16 * 1024 * 1024
"""Bytes."""


def read_values(path: Path) -> Any:
    """The JSON of a file; numbers are the texts that they are written as.

    Raises ``values-unreadable``, and as `parse_values`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a path may be anything that was typed
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise Refused("values-unreadable", field="file", file=path.name, cause=cause) from error
    return parse_values(data, path.name)


def parse_values(data: bytes, name: str) -> Any:
    """The same of bytes; ``name``: what to call them.

    Raises ``values-large``, ``values-encoding``, ``values-not-json`` with line and column (both
    from 1), ``values-key-twice``.
    """
    if len(data) > LARGEST:
        raise Refused("values-large", field="file", file=name, most=LARGEST // 1024 // 1024)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("values-encoding", field="file", file=name, line=line) from error

    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise Refused("values-key-twice", field="file", file=name, key=twice)
        return found

    try:
        return json.loads(
            text,
            object_pairs_hook=once,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
        )
    except json.JSONDecodeError as error:
        raise Refused(
            "values-not-json", field="file", file=name, line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise Refused("values-not-json", field="file", file=name, line=1, column=1) from error
