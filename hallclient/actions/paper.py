"""A slip as the bytes of an ESC/POS printer.

Text goes as GB 18030 (or what the printer is set to) with the Chinese mode on; the size of ASCII
(GS !) and of Chinese characters (FS !) are two commands, and resetting one does not reset the
other. Barcode and QR code go as raster images, so that every printer prints the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from hallclient.rules.slip import Bars, Line, Slip, Square
from hallclient.rules.text import clean

ENCODINGS = ("gb18030", "gbk", "utf-8")
DOTS = {48: 576, 32: 384}
"""Columns -> printable dots of a line, at 8 dots a mm."""

_INIT = b"\x1b@"
_CHINESE = b"\x1c&"
_CUT = b"\x1bd\x04\x1dVB\x00"
_BAR_DOTS = 80
_QUIET = 4


def encode(slip: Slip, encoding: str = "gb18030") -> bytes:
    """The bytes that print and cut this slip. ``encoding``: one of `ENCODINGS`."""
    dots = DOTS[slip.columns]
    parts = [_INIT, _CHINESE]
    for part in slip.parts:
        if isinstance(part, Line):
            parts.append(_line(part, encoding))
        elif isinstance(part, Bars):
            parts.append(_bars(part.content, dots))
        elif isinstance(part, Square):
            parts.append(_square(part.content, dots))
    return b"".join(parts) + _CUT


def _line(part: Line, encoding: str) -> bytes:
    many = part.size - 1
    # Chinese characters know twice as large, and no more.
    chinese = 0b1100 if part.size > 1 else 0
    align = 1 if part.align == "center" else 0
    return b"".join(
        (
            b"\x1ba" + bytes([align]),
            b"\x1bE" + bytes([part.bold]),
            b"\x1d!" + bytes([many << 4 | many]),
            b"\x1c!" + bytes([chinese]),
            text_bytes(part.text, encoding),
            b"\n",
        )
    )


def text_bytes(text: str, encoding: str) -> bytes:
    """Text without any command in it; what the encoding lacks becomes a question mark as wide."""
    return b"".join(_char(char, encoding) for char in clean(text))


def _char(char: str, encoding: str) -> bytes:
    try:
        return char.encode(encoding)
    except UnicodeEncodeError:
        return b"?" if char.isascii() else "\uff1f".encode(encoding)


def _bars(content: str, dots: int) -> bytes:
    from barcode.codex import Code128

    modules = Code128(content).build()[0]
    scale = 3 if len(modules) * 3 <= dots * 3 // 4 else 2
    row = [module == "1" for module in modules]
    return _raster([row] * (_BAR_DOTS // scale), scale, dots)


def _square(content: str, dots: int) -> bytes:
    rows = qr_modules(content)
    wide = len(rows) + 2 * _QUIET
    scale = max(3, min(6, dots * 7 // 10 // wide))
    empty = [[False] * len(rows)] * 2
    return _raster([*empty, *rows, *empty], scale, dots)


@lru_cache(maxsize=1)
def _drawer() -> Any:
    from escpos.printer import Dummy

    class Modules(Dummy):  # type: ignore[misc]
        """Catches the picture of a code, one pixel a module, instead of printing it."""

        picture: Any = None

        def image(self, img_source: Any, *_: Any, **__: Any) -> None:
            self.picture = img_source

        def text(self, txt: str) -> None:
            """Empty lines around it are ours to place."""

    return Modules()


def qr_modules(content: str) -> list[list[bool]]:
    """The modules of a QR code with medium error correction, row by row, without a margin."""
    from escpos.constants import QR_ECLEVEL_M

    drawer = _drawer()
    drawer.qr(content, ec=QR_ECLEVEL_M, size=1)
    picture = drawer.picture.convert("L")
    wide, high = picture.size
    return [
        [picture.getpixel((x, y)) < 128 for x in range(1, wide - 1)] for y in range(1, high - 1)
    ]


def _raster(rows: Iterable[list[bool]], scale: int, dots: int) -> bytes:
    """GS v 0: each module ``scale`` dots wide and high, in the middle of the line."""
    lines: list[bytes] = []
    for row in rows:
        bits = "".join(("1" if module else "0") * scale for module in row)
        left = (dots - len(bits)) // 2
        bits = ("0" * left + bits).ljust(dots, "0")
        lines += [int(bits, 2).to_bytes(dots // 8, "big")] * scale
    wide, high = dots // 8, len(lines)
    head = b"\x1dv0\x00" + wide.to_bytes(2, "little") + high.to_bytes(2, "little")
    return head + b"".join(lines)
