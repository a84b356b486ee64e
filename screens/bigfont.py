"""Digits and capital letters as large as the screen allows, drawn with half blocks."""

from __future__ import annotations

from typing import Final

WIDTH: Final = 5
HEIGHT: Final = 7
"""A sign in dots; a terminal cell holds two of them, one above the other."""

# Seven rows of five dots from top to bottom, each as a number of two hexadecimal digits.
_DOTS: Final = {
    "0": "0e 11 11 11 11 11 0e",
    "1": "04 0c 04 04 04 04 0e",
    "2": "0e 11 01 02 04 08 1f",
    "3": "0e 11 01 06 01 11 0e",
    "4": "02 06 0a 12 1f 02 02",
    "5": "1f 10 1e 01 01 11 0e",
    "6": "06 08 10 1e 11 11 0e",
    "7": "1f 01 02 04 08 08 08",
    "8": "0e 11 11 0e 11 11 0e",
    "9": "0e 11 11 0f 01 02 0c",
    "A": "0e 11 11 1f 11 11 11",
    "B": "1e 11 11 1e 11 11 1e",
    "C": "0e 11 10 10 10 11 0e",
    "D": "1e 11 11 11 11 11 1e",
    "E": "1f 10 10 1e 10 10 1f",
    "F": "1f 10 10 1e 10 10 10",
    "G": "0e 11 10 17 11 11 0e",
    "H": "11 11 11 1f 11 11 11",
    "I": "0e 04 04 04 04 04 0e",
    "J": "07 02 02 02 02 12 0c",
    "K": "11 12 14 18 14 12 11",
    "L": "10 10 10 10 10 10 1f",
    "M": "11 1b 15 15 11 11 11",
    "N": "11 19 19 15 13 13 11",
    "O": "1f 11 11 11 11 11 1f",
    "P": "1e 11 11 1e 10 10 10",
    "Q": "0e 11 11 11 15 12 0d",
    "R": "1e 11 11 1e 14 12 11",
    "S": "0f 10 10 0e 01 01 1e",
    "T": "1f 04 04 04 04 04 04",
    "U": "11 11 11 11 11 11 0e",
    "V": "11 11 11 11 11 0a 04",
    "W": "11 11 11 15 15 15 0a",
    "X": "11 11 0a 04 0a 11 11",
    "Y": "11 11 11 0a 04 04 04",
    "Z": "1f 01 02 04 08 10 1f",
    "-": "00 00 00 0e 00 00 00",
    ":": "00 04 04 00 04 04 00",
    ">": "00 04 02 1f 02 04 00",
    " ": "00 00 00 00 00 00 00",
}
ARROW: Final = ">"
"""Drawn as an arrow to the right."""
_BLOCKS: Final = {
    (False, False): " ",
    (True, False): "\u2580",
    (False, True): "\u2584",
    (True, True): "\u2588",
}


def drawable(text: str) -> bool:
    """Whether every sign of the text has a large form."""
    return all(sign in _DOTS for sign in text)


def big_width(text: str, scale: int) -> int:
    """Cells that the text takes side by side at this scale."""
    return len(text) * (WIDTH + 1) * scale - scale if text else 0


def big_height(scale: int) -> int:
    """Rows that a text takes at this scale."""
    return -(-HEIGHT * scale // 2)


def big(text: str, scale: int) -> list[str]:
    """The text drawn large, row by row, all rows of the same width. An unknown sign is a gap."""
    dots = [[int(row, 16) for row in _DOTS.get(sign, _DOTS[" "]).split()] for sign in text]
    lines = [_line([sign[y] for sign in dots], scale) for y in range(HEIGHT)]
    rows = [line for line in lines for _ in range(scale)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def _line(signs: list[int], scale: int) -> list[bool]:
    """One row of dots of all signs, with a dot's gap between them."""
    line: list[bool] = []
    for place, sign in enumerate(signs):
        if place:
            line += [False] * scale
        for x in reversed(range(WIDTH)):
            line += [bool(sign >> x & 1)] * scale
    return line
