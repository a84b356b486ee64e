"""Foreign text made safe: `clean` on the way in, `plain` on the way out, masks, cell widths.

Whatever a citizen typed, a scanner sent or another program stored may hold terminal escapes,
direction overrides or half a surrogate pair. Nothing here raises on any `str`.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

# Format characters that some script needs to be written right: ZWNJ, ZWJ, Mongolian separator.
# Variation selectors are marks, not format characters, and are kept by being unlisted.
_FORMAT: Final = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17)
)
_CONTROL: Final = "\x00-\x1f\x7f-\x9f"
_BREAKS: Final = "\u2028\u2029"
_SURROGATES: Final = "\ud800-\udfff"
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"

_NEWLINE: Final = "\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]"


@cache
def _pattern(characters: str) -> re.Pattern[str]:
    """Compiled when first needed: these are large, and most text needs none of them."""
    return re.compile(characters)


def _unsafe() -> re.Pattern[str]:
    return _pattern(f"[{_CONTROL}{_BREAKS}{_FORMAT}{_SURROGATES}{_NONCHARACTERS}]")


def _dropped() -> re.Pattern[str]:
    return _pattern(f"[{_FORMAT}\x00-\x09\x0b-\x1f\x7f-\x9f]")


def _foreign() -> re.Pattern[str]:
    return _pattern(f"[{_SURROGATES}{_PRIVATE}{_NONCHARACTERS}]")


REPLACEMENT: Final = "\ufffd"
"""Stands for what was there and cannot be shown or kept."""
ELLIPSIS: Final = "\u2026"
# What younger tables than those of Python 3.11 say: wide signs, and letters drawn into others.
_WIDE: Final = "[\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d356\U0001d360-\U0001d376]"
_INTO: Final = "[\u1160-\u11ff\ud7b0-\ud7fb\u3164\uffa0\U0001f3fb-\U0001f3ff]"
_DOT: Final = "\u00b7"
_STAR: Final = "*"


def clean(text: str, multiline: bool = False) -> str:
    r"""Text as it may be stored: NFC, without controls and invisible format characters.

    Line breaks and tabs become one space each (line breaks stay, as `\n`, when `multiline`).
    Private-use characters and half surrogate pairs mean another thing on every machine, so they
    become a visible U+FFFD instead of vanishing from somebody's name.
    """
    if not text.isprintable():  # knows all that is unsafe, and some that is not
        text = _pattern(_NEWLINE).sub("\n" if multiline else " ", text).replace("\t", " ")
        text = _foreign().sub(REPLACEMENT, _dropped().sub("", text))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else REPLACEMENT


def plain(text: str, multiline: bool = False) -> str:
    """Text as it may be shown: each unsafe character visible as a control picture or U+FFFD."""
    if text.isprintable():
        return text
    if multiline:
        return "\n".join(_unsafe().sub(_picture, line) for line in text.split("\n"))
    return _unsafe().sub(_picture, text)


def narrow(text: str) -> str:
    """A code, phone or identity number as typed: full-width forms folded, no spaces, upper case."""
    for _ in range(4):  # upper() can undo NFKC for a few letters: go on until nothing changes
        before = text
        text = clean(unicodedata.normalize("NFKC", clean(text)).upper())
        text = "".join(text.split())
        if text == before:
            break
    return text


def clusters(text: str) -> list[str]:
    """The text in pieces that must not be cut: a character with its marks, selectors, joins."""
    found: list[str] = []
    joined = False
    for char in text:
        extends = joined or char in "\u200c\u200d" or unicodedata.category(char) in ("Mn", "Me")
        if extends and found:
            found[-1] += char
        else:
            found.append(char)
        joined = char == "\u200d"
    return found


@lru_cache(maxsize=8192)
def _char_width(char: str) -> int:
    kind = unicodedata.category(char)
    if kind[0] == "M":
        return 0
    if kind == "Cn":  # planes 2 and 3 are for ideographs, also those younger than our tables
        return 2 if "\U00020000" <= char < "\U0003fffe" else 1
    if kind == "Cf":
        return 0 if char == "\u180e" or char > "\u2000" else 1
    if _pattern(_INTO).match(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or _pattern(_WIDE).match(char) else 1


def cell_width(text: str) -> int:
    """Terminal cells the text takes (the screens' own table says the same, which is tested)."""
    if text.isascii():
        return len(text)
    total = 0
    before = ""
    joined = False
    for char in text:
        if joined:  # drawn into the character before
            joined = False
        elif char == "\u200d":
            joined = True
        elif char == "\ufe0f":  # asks for the wide form of a narrow sign
            total += bool(before) and _widens(before)
            before = ""
        elif width := _char_width(char):
            total += width
            before = char
    return total


def _widens(char: str) -> bool:
    narrow_sign = char in "#*0123456789\xa9\xae" or unicodedata.category(char)[0] == "S"
    return narrow_sign and _char_width(char) == 1


def cut(text: str, cells: int, mark: str = ELLIPSIS) -> str:
    """The text in at most `cells` cells; `mark` at the end says that something is missing."""
    if cells <= 0:
        return ""
    if cell_width(text) <= cells:
        return text
    if cell_width(mark) > cells:
        mark = ""
    room = cells - cell_width(mark)
    kept = ""
    for piece in clusters(text):
        if cell_width(kept + piece) > room:
            break
        kept += piece
    return kept + mark


def _mask_part(part: str) -> str:
    pieces = clusters(part)
    # More than three stars tell nothing but the length of a name.
    return pieces[0] + _STAR * min(len(pieces) - 1, 3)


def mask_name(name: str) -> str:
    """The first character of each part, then stars; Latin names keep only their first letter."""
    name = clean(name).strip()
    if not name:
        return ""
    if unicodedata.name(name[0], "").startswith("LATIN"):
        return clusters(name)[0] + _STAR * 3
    return _DOT.join(_mask_part(part) if part else "" for part in name.split(_DOT))


def _mask_middle(text: str, first: int, last: int) -> str:
    text = clean(text).strip()
    hidden = len(text) - first - last
    if hidden < last:  # too short to show that much of it: show one character on each side
        first = last = 1 if len(text) > 4 else 0
        hidden = len(text) - first - last
    return text[:first] + _STAR * hidden + text[len(text) - last :]


def mask_id(number: str) -> str:
    """An identity number: the region and the last four."""
    return _mask_middle(number, 6, 4)


def mask_phone(number: str) -> str:
    """A phone number: the first three and the last four."""
    return _mask_middle(number, 3, 4)
