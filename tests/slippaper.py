"""A slip printer for tests: reads ESC/POS bytes, says what it printed, and draws the paper.

It knows exactly the commands that slips use, as the printers' manuals define them; any other byte
below 0x20 is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from cvttf_NotoSansCJK_Regular import get_TTF_path
from PIL import Image, ImageDraw, ImageFont

CELL = (12, 24)
"""Dots of an ASCII character; a Chinese one is twice as wide."""


@dataclass
class Printed:
    """One line of text as it came out."""

    text: str
    ascii_size: tuple[int, int]
    chinese_size: tuple[int, int]
    align: int
    bold: bool

    def size_of(self, char: str) -> tuple[int, int]:
        """Dots that a character takes."""
        wide, high = self.ascii_size if char.isascii() else self.chinese_size
        return (CELL[0] * (1 if char.isascii() else 2) * wide, CELL[1] * high)

    @property
    def dots(self) -> int:
        """How wide the line is on paper."""
        return sum(self.size_of(char)[0] for char in self.text)


@dataclass
class Paper:
    """What lies in the visitor's hand."""

    dots: int
    parts: list[Printed | Image.Image] = field(default_factory=list)
    cut: bool = False

    @property
    def lines(self) -> list[Printed]:
        return [part for part in self.parts if isinstance(part, Printed)]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def picture(self) -> Image.Image:
        """The paper, black on white, with its margins."""
        margin = 24
        height = sum(_height(part) for part in self.parts)
        paper = Image.new("L", (self.dots + 2 * margin, height + 2 * margin), 255)
        y = margin
        for part in self.parts:
            if isinstance(part, Printed):
                _draw(paper, part, margin, y, self.dots)
            else:
                paper.paste(part, (margin, y))
            y += _height(part)
        return paper


def _height(part: Printed | Image.Image) -> int:
    if isinstance(part, Printed):
        return max([part.size_of(char)[1] for char in part.text], default=CELL[1]) + 6
    return part.height


@cache
def _font(height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(get_TTF_path(), round(height * 0.86))


def _draw(paper: Image.Image, line: Printed, left: int, top: int, dots: int) -> None:
    x = left + ((dots - line.dots) // 2 if line.align == 1 else 0)
    bottom = top + _height(line) - 6
    for char in line.text:
        wide, high = line.size_of(char)
        glyph = Image.new("L", (max(wide, high), high), 255)
        base = high // 2 if char.isascii() else high
        draw = ImageDraw.Draw(glyph)
        draw.text((0, -high * 0.22), char, font=_font(high), fill=0, stroke_width=int(line.bold))
        if char.isascii():
            # Latin letters of the font are narrower than half its height: into the cell.
            box = glyph.crop((0, 0, round(base * 1.2), high)).resize((wide, high))
        else:
            box = glyph.crop((0, 0, wide, high))
        paper.paste(box, (x, bottom - high))
        x += wide


class Reader:
    """Reads the bytes of one slip."""

    def __init__(self, data: bytes, encoding: str = "gb18030") -> None:
        self._in = BytesIO(data)
        self._encoding = encoding
        self._chinese = False
        self._ascii_size = self._chinese_size = (1, 1)
        self._align = 0
        self._bold = False
        self._line = b""

    def take(self, count: int) -> bytes:
        found = self._in.read(count)
        assert len(found) == count, "the bytes end in the middle of a command"
        return found

    def read(self, dots: int) -> Paper:
        paper = Paper(dots)
        while byte := self._in.read(1):
            assert not paper.cut, "something comes after the cut"
            if byte == b"\n":
                self._end_line(paper)
            elif byte == b"\x1b":
                self._escape(paper)
            elif byte == b"\x1c":
                self._chinese_command()
            elif byte == b"\x1d":
                self._group(paper)
            else:
                assert byte[0] >= 0x20, f"a control byte {byte!r} in the text"
                self._line += byte
        assert self._line == b""
        return paper

    def _end_line(self, paper: Paper) -> None:
        text = self._line.decode(self._encoding)
        assert text.isascii() or self._chinese, "Chinese text outside the Chinese mode"
        sizes = (self._ascii_size, self._chinese_size)
        paper.parts.append(Printed(text, *sizes, self._align, self._bold))
        self._line = b""

    def _escape(self, paper: Paper) -> None:
        command = self.take(1)
        if command == b"@":
            self.__init__(self._in.read(), self._encoding)  # type: ignore[misc]
        elif command == b"a":
            self._align = self.take(1)[0]
        elif command == b"E":
            self._bold = bool(self.take(1)[0] & 1)
        elif command == b"d":
            empty = Printed("", (1, 1), (1, 1), 0, False)
            paper.parts += [empty] * self.take(1)[0]
        else:
            raise AssertionError(f"ESC {command!r}")

    def _chinese_command(self) -> None:
        command = self.take(1)
        if command == b"&":
            self._chinese = True
        elif command == b".":
            self._chinese = False
        elif command == b"!":
            bits = self.take(1)[0]
            self._chinese_size = (2 if bits & 0x04 else 1, 2 if bits & 0x08 else 1)
        else:
            raise AssertionError(f"FS {command!r}")

    def _group(self, paper: Paper) -> None:
        command = self.take(1)
        if command == b"!":
            bits = self.take(1)[0]
            self._ascii_size = ((bits >> 4 & 7) + 1, (bits & 7) + 1)
        elif command == b"v":
            assert self.take(2) == b"0\x00"
            wide, high = (int.from_bytes(self.take(2), "little") for _ in range(2))
            assert wide * 8 <= paper.dots, "the picture is wider than the paper"
            rows = bytes(~byte & 0xFF for byte in self.take(wide * high))
            paper.parts.append(Image.frombytes("1", (wide * 8, high), rows).convert("L"))
        elif command == b"V":
            assert self.take(1) in b"\x41\x42"
            self.take(1)
            paper.cut = True
        else:
            raise AssertionError(f"GS {command!r}")


def read(data: bytes, width: int = 80, encoding: str = "gb18030") -> Paper:
    """The paper that comes out when these bytes go in."""
    return Reader(data, encoding).read({80: 576, 58: 384}[width])


def codes(picture: Image.Image) -> dict[str, str]:
    """What a scanner reads on the paper: format -> content."""
    import zxingcpp

    return {str(one.format.name): one.text for one in zxingcpp.read_barcodes(picture)}
