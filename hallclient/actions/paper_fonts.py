"""The fonts that documents are set in: the one that comes with the program, and the system's.

A document is set in the shipped font alone, so that it looks the same everywhere. Rare characters
of names (生僻字, GB 18030 level 3) that it lacks are looked for in the system's fonts; what no font
here has is printed as its code point, never as an empty box.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from typst import Fonts

_INVISIBLE = frozenset("\n\t\u200b\u200c\u200d\u180e") | {
    chr(code) for span in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)) for code in span
}
"""Joiners and selectors: they need no glyph of their own."""
_COLLECTION = b"ttcf"


class Cover(NamedTuple):
    """Characters that a font has a glyph for: sorted spans, ends included."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def has(self, char: str) -> bool:
        """Whether the font has this character."""
        code = ord(char)
        at = bisect_right(self.starts, code) - 1
        return at >= 0 and code <= self.ends[at]


@cache
def shipped_font() -> Path:
    """The CJK font that is installed with the program (Noto Sans CJK, OFL)."""
    from cvttf_NotoSansCJK_Regular import get_TTF_path

    return Path(get_TTF_path())


@cache
def shipped() -> Fonts:
    """The shipped font for the compiler, and those that the compiler brings for Latin letters."""
    from typst import Fonts

    return Fonts(include_system_fonts=False, font_paths=[shipped_font().parent])


@cache
def all_fonts() -> Fonts:
    """The shipped font and whatever the system has."""
    from typst import Fonts

    return Fonts(include_system_fonts=True, font_paths=[shipped_font().parent])


def lacking(text: str) -> set[str]:
    """Characters of a text that the shipped font has no glyph for."""
    cover = _shipped_cover()
    return {char for char in set(text) - _INVISIBLE if not cover.has(char)}


def nowhere(characters: Iterable[str]) -> set[str]:
    """Those of some characters that no font of this machine has."""
    left = set(characters)
    for font in all_fonts().fonts() if left else ():
        if font.path:
            cover = _system_cover(font.path, font.index)
            left = {char for char in left if not cover.has(char)}
        if not left:
            break
    return left


@cache
def _shipped_cover() -> Cover:
    with shipped_font().open("rb") as file:
        return read_cover(file)


@cache
def _system_cover(path: str, index: int) -> Cover:
    try:
        with Path(path).open("rb") as file:
            return read_cover(file, index)
    except (OSError, struct.error, ValueError):
        return Cover((), ())


def read_cover(file: BinaryIO, index: int = 0) -> Cover:
    """What a font covers, from its cmap (OpenType 1.9, formats 4 and 12).

    Raises ValueError, struct.error when it has none that can be read.
    """
    begin = _at(file, _face(file, index), b"cmap")
    _, count = struct.unpack(">HH", _read(file, begin, 4))
    found: dict[int, int] = {}
    for n in range(count):
        offset = struct.unpack(">HHI", _read(file, begin + 4 + 8 * n, 8))[2]
        kind = struct.unpack(">H", _read(file, begin + offset, 2))[0]
        found.setdefault(kind, begin + offset)
    if 12 in found:
        spans = _wide(file, found[12])
    elif 4 in found:
        spans = _narrow(file, found[4])
    else:
        raise ValueError("no cmap of a known format")
    spans.sort()
    return Cover(tuple(start for start, _ in spans), tuple(end for _, end in spans))


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _face(file: BinaryIO, index: int) -> int:
    """Where a face begins; a collection has several."""
    if _read(file, 0, 4) != _COLLECTION:
        return 0
    return int(struct.unpack(">I", _read(file, 12 + 4 * index, 4))[0])


def _at(file: BinaryIO, face: int, name: bytes) -> int:
    count = struct.unpack(">H", _read(file, face + 4, 2))[0]
    for n in range(count):
        tag, _, offset, _ = struct.unpack(">4sIII", _read(file, face + 12 + 16 * n, 16))
        if tag == name:
            return int(offset)
    raise ValueError(name.decode())


def _wide(file: BinaryIO, at: int) -> list[tuple[int, int]]:
    count = struct.unpack(">I", _read(file, at + 12, 4))[0]
    data = _read(file, at + 16, 12 * count)
    return [(start, end) for start, end, _ in struct.iter_unpack(">III", data)]


def _narrow(file: BinaryIO, at: int) -> list[tuple[int, int]]:
    double = struct.unpack(">H", _read(file, at + 6, 2))[0]
    ends = struct.unpack(f">{double // 2}H", _read(file, at + 14, double))
    starts = struct.unpack(f">{double // 2}H", _read(file, at + 16 + double, double))
    return [span for span in zip(starts, ends, strict=True) if span[0] != 0xFFFF]
