"""The files of a hall, read as text or TOML; what cannot be read is noted, never guessed.

Files are UTF-8, with or without a mark at their beginning; any other encoding is refused,
because a wrong guess prints wrong names.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hallclient.rules.problems import Notes
    from hallclient.rules.toml_file import Tree

_LARGEST = 8 * 1024 * 1024
_AT_LINE = re.compile(r"at line (\d+)")


def read_text(folder: Path, file: str, notes: Notes) -> str | None:
    """A file's text, or ``None`` and a problem."""
    try:
        with (folder / file).open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        notes.add(file, 0, "missing-file")
        return None
    except OSError as error:
        notes.add(file, 0, "unreadable", detail=error.strerror or type(error).__name__)
        return None
    if len(data) > _LARGEST:
        notes.add(file, 0, "too-large", most=_LARGEST // 1024 // 1024)
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The mark is three bytes that the position does not count; they hold no line end.
        line = data.count(b"\n", 0, error.start) + 1
        notes.add(file, line, "not-utf8", guess=_guess(data))
        return None


def _guess(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GB18030 (GBK)"


def read_tree(folder: Path, file: str, notes: Notes) -> Tree | None:
    """A TOML file with the line of each table and key, or ``None`` and a problem."""
    text = read_text(folder, file, notes)
    if text is None:
        return None
    import tomllib

    from hallclient.rules.toml_file import Tree
    from hallclient.rules.toml_lines import toml_lines

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        notes.add(file, line, "bad-toml", detail=str(error))
        return None
    except RecursionError:
        notes.add(file, 0, "bad-toml", detail="nested too deeply")
        return None
    except ValueError as error:
        # A number of thousands of digits, a day that is none.
        notes.add(file, 0, "bad-toml", detail=str(error))
        return None
    return Tree(file, data, toml_lines(text))
