"""Lines of a given width: words stay whole, Chinese breaks anywhere but before its punctuation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from hallclient.rules.text import cell_width, clusters

_CLOSING: Final = frozenset(
    "\uff0c\u3002\uff1b\uff1a\u3001\uff01\uff1f\uff09\u300b\u300d\u201d,.;:!?)]}"
)
_OPENING: Final = frozenset("\uff08\u300a\u300c\u201c([{")
_ASCII_RUN: Final = re.compile(r"[!-~]+")


Width = Callable[[str], int]


def wrap(text: str, cells: int, indent: int = 0, width: Width = cell_width) -> list[str]:
    """The text in lines of at most ``cells`` cells, all but the first behind ``indent`` spaces.

    Spaces at the breaks go. ``width`` measures a text: a terminal's cells, or a printer's columns.
    """
    lines: list[str] = []
    current = ""
    for word in _words(text):
        for piece in _fitting(word, cells - indent, width):
            if current.strip() and width(current + piece) > cells:
                lines.append(current.rstrip())
                current = " " * indent
            if piece != " " or current.strip():
                current += piece
    if current.strip():
        lines.append(current.rstrip())
    return lines


def _words(text: str) -> list[str]:
    """Pieces that must not be torn: a word, a sign with the punctuation that belongs to it."""
    found: list[str] = []
    glued = False
    for part in re.split(r"([!-~]+)", " ".join(text.split())):
        pieces = [part] if _ASCII_RUN.fullmatch(part) else clusters(part)
        for piece in pieces:
            if found and found[-1] != " " and (glued or piece in _CLOSING):
                found[-1] += piece
            else:
                found.append(piece)
            glued = piece in _OPENING
    return found


def _fitting(word: str, cells: int, width: Width) -> list[str]:
    """The word, or its parts when it is wider than a line."""
    if width(word) <= cells:
        return [word]
    parts = [""]
    for piece in clusters(word):
        # A sign with more marks than a line has room for comes apart.
        for bit in [piece] if width(piece) <= cells else piece:
            if parts[-1] and width(parts[-1] + bit) > cells:
                parts.append("")
            parts[-1] += bit
    return parts
