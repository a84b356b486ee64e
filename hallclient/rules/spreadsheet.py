"""Text that a spreadsheet shows and never executes.

A cell that begins like a formula is run by Excel, LibreOffice and WPS when the file is opened, and
a visitor chooses their own name. Source: OWASP, CSV Injection; widened to the full-width and small
forms that Chinese spreadsheets fold, and to text after a separator, because a semicolon or a tab
in a name begins a new cell where the list separator is one.
"""

from __future__ import annotations

import re
from typing import Final

from hallclient.rules.text import plain

QUOTE: Final = "'"
"""Before a text, it says: this is text."""

# = + - @ and every character that compatibility folding makes one of them, and the minus signs.
SIGNS: Final = (
    "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a\u207b\u207c\u208a\u208b\u208c"
    "\u2212\ufb29\u2a74-\u2a76"
)
# Where a cell may begin; `plain` has made pictures of tabs and line ends before.
_START: Final = "^|[,;|:\t\r\n\u2400-\u2421\ufffd\uff0c\uff1b\u3001\uff5c]"
_FORMULA: Final = re.compile(f"({_START})([\\s\"'\u3000]*)(?=[{SIGNS}])")
_QUOTED: Final = re.compile(f"({_START})([\\s\"'\u3000]*){QUOTE}(?=[{SIGNS}])")
_LONG_NUMBER: Final = re.compile(r"[0-9]{12,}")


def harmless(text: str) -> str:
    """The text, safe to show, with a quote before whatever could begin a formula.

    A long row of digits gets one too: a spreadsheet would round an identity number.
    """
    text = plain(text)
    if _LONG_NUMBER.fullmatch(text):
        return QUOTE + text
    return _FORMULA.sub(rf"\1\2{QUOTE}", text)


_AS_TEXT: Final = re.compile(r'="(.*)"')
_ROUNDED: Final = re.compile(r"\d(\.\d+)?E\+?\d+")


def unwrapped(text: str) -> str:
    """The text in ``="…"``, how spreadsheets are made to keep a long number; else the text."""
    found = _AS_TEXT.fullmatch(text)
    return found[1].strip() if found else text


def unquoted(text: str) -> str:
    """The text without the quotes that `harmless` put into it."""
    if QUOTE not in text:
        return text
    for bare in (_QUOTED.sub(r"\1\2", text), text.removeprefix(QUOTE)):
        if bare != text and harmless(bare) == text:
            return bare
    return text


def rounded(text: str) -> bool:
    """Whether this is a long number after a spreadsheet has rounded it: ``1.10105E+17``."""
    return bool(_ROUNDED.fullmatch(text))
