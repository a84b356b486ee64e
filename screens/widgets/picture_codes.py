"""Pictures as terminals take them: Kitty's protocol, iTerm2's, Sixel; half blocks for all others.

Which of them a terminal knows is told by its environment, never asked: an answer would come in
among the keys, and from a terminal that gives none it would be waited for in vain. That is why
`textual-image` is not used: it asks while it is imported, on the input that Textual reads, and it
knows no iTerm2. Where the environment tells too little `HALLCLIENT_PICTURES` names the way.
"""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image


class Way(StrEnum):
    """How a picture gets onto a terminal."""

    KITTY = "kitty"
    ITERM = "iterm"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    """Two coloured pixels in each cell: coarse, and works everywhere."""


class Cell(NamedTuple):
    """Pixels of a terminal's cell."""

    width: int = 10
    height: int = 20


NAMED_BY: Final = "HALLCLIENT_PICTURES"
COLOURS: Final = 32
_CHUNK: Final = 4096
_KITTY_TERMS: Final = ("xterm-kitty", "xterm-ghostty")
_SIXEL_TERMS: Final = ("foot", "mlterm", "contour", "yaft")
_KONSOLE: Final = 220_400
"""First version of Konsole with Kitty's protocol: 22.04."""
_PNG_SIZE: Final = slice(16, 24)
_RUN: Final = re.compile(rb"(.)\1{3,}", re.DOTALL)
_SIXEL: Final = bytes(range(0x3F, 0x7F)) + bytes(192)


def way_of(env: Mapping[str, str] = os.environ) -> Way:
    """What the terminal of this environment is known to show."""
    named = env.get(NAMED_BY, "").strip().lower()
    if named in list(Way):
        return Way(named)
    term, program = env.get("TERM", ""), env.get("TERM_PROGRAM", "")
    if env.get("TMUX") or term.startswith(("screen", "tmux")):
        return Way.BLOCKS  # what stands between passes pictures on to none
    konsole = env.get("KONSOLE_VERSION", "")
    if (
        term in _KITTY_TERMS
        or env.get("KITTY_WINDOW_ID")
        or program == "ghostty"
        or (konsole.isdecimal() and int(konsole) >= _KONSOLE)
    ):
        return Way.KITTY
    if program in ("iTerm.app", "WezTerm") or env.get("LC_TERMINAL") == "iTerm2":
        return Way.ITERM
    if term.startswith(_SIXEL_TERMS) or env.get("WT_SESSION"):
        return Way.SIXEL
    return Way.BLOCKS


def cell_of() -> Cell:
    """How many pixels a cell has, as the kernel was told by the terminal; else a usual size."""
    if sys.platform == "win32" or sys.__stdout__ is None:
        return Cell()
    import fcntl
    import struct
    import termios

    try:
        told = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
    except (OSError, ValueError):
        return Cell()
    rows, columns, width, height = struct.unpack("HHHH", told)
    if not (rows and columns and width // columns and height // rows):
        return Cell()
    return Cell(width // columns, height // rows)


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels."""
    told = png[_PNG_SIZE]
    return int.from_bytes(told[:4]), int.from_bytes(told[4:])


def fitted(size: tuple[int, int], room: tuple[int, int], cell: Cell) -> tuple[int, int]:
    """The most columns and rows of the room that a picture of this size fills, in its shape."""
    wide, high = (max(1, one) for one in size)
    columns, rows = room
    scale = min(columns * cell.width / wide, rows * cell.height / high)
    across = round(wide * scale / cell.width)
    down = round(high * scale / cell.height)
    return max(1, min(columns, across)), max(1, min(rows, down))


# -- what is written to a terminal; the cursor stands where the picture begins


def kitty(png: bytes, columns: int, rows: int, number: int) -> str:
    """Kitty's graphics protocol. The same number again takes the place of the one before.

    ``q=2``: the terminal says nothing of it, well or ill.
    """
    text = b64encode(png).decode()
    parts = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)] or [""]
    head = f"a=T,f=100,i={number},p=1,c={columns},r={rows},C=1,q=2,"
    written = []
    for n, part in enumerate(parts):
        more = int(n < len(parts) - 1)
        written.append(f"\x1b_G{'' if n else head}m={more};{part}\x1b\\")
    return "".join(written)


def no_kitty(number: int) -> str:
    """Take a picture of Kitty's protocol away: no text written over it would."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


def iterm(png: bytes, columns: int, rows: int) -> str:
    """Inline image of iTerm2 (OSC 1337)."""
    shape = f"width={columns};height={rows};preserveAspectRatio=1;doNotMoveCursor=1"
    return f"\x1b]1337;File=inline=1;size={len(png)};{shape}:{b64encode(png).decode()}\x07"


def sixel(image: Image, width: int, height: int) -> str:
    """DEC's Sixel: bands of six rows, each colour of a band after the other."""
    from PIL.Image import Resampling

    shrunk = image.convert("RGB").resize((width, height), Resampling.LANCZOS)
    indexed = shrunk.quantize(COLOURS)
    palette = (indexed.getpalette() or [])[: 3 * COLOURS]
    colours = [palette[at : at + 3] for at in range(0, len(palette), 3)]
    pixels = indexed.tobytes()
    written = [f'\x1bP0;1;0q"1;1;{width};{height}'.encode()]
    for n, colour in enumerate(colours):
        red, green, blue = (round(one * 100 / 255) for one in colour)
        written.append(f"#{n};2;{red};{green};{blue}".encode())
    for top in range(0, height, 6):
        rows = [pixels[y * width : (y + 1) * width] for y in range(top, min(top + 6, height))]
        lines = [
            f"#{n}".encode() + _RUN.sub(_counted, _band(rows, n, width))
            for n in sorted(set(b"".join(rows)))
        ]
        written.append(b"$".join(lines) + b"-")
    return b"".join([*written, b"\x1b\\"]).decode("ascii")


def _band(rows: list[bytes], colour: int, width: int) -> bytes:
    """Six rows as one: in each character a bit for each row that has this colour there."""
    here = bytes(int(n == colour) for n in range(256))
    # No byte overflows into its neighbour, so whole rows are shifted and added as one number.
    bits = sum(int.from_bytes(row.translate(here)) << n for n, row in enumerate(rows))
    return bits.to_bytes(width).translate(_SIXEL)


def _counted(run: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(run[0]), run[1])


Pixel = tuple[int, int, int]


def blocks(image: Image, columns: int, rows: int) -> list[list[tuple[Pixel, Pixel]]]:
    """For each cell of each row the colours of its upper and of its lower half."""
    from PIL.Image import Resampling

    shrunk = image.convert("RGB").resize((columns, 2 * rows), Resampling.LANCZOS)
    told = shrunk.tobytes()
    pixels = [(told[at], told[at + 1], told[at + 2]) for at in range(0, len(told), 3)]
    lines = [pixels[at : at + columns] for at in range(0, len(pixels), columns)]
    return [
        list(zip(upper, lower, strict=True))
        for upper, lower in zip(lines[::2], lines[1::2], strict=True)
    ]


def opened(png: bytes) -> Image:
    """The pixels of a PNG."""
    from PIL import Image

    image = Image.open(BytesIO(png))
    image.load()
    return image
