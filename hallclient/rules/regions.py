"""The table of region codes: which are listed, what they are called, how sure that is.

The first six digits of an identity number are a GB/T 2260 code of some year; those of a credit
code are the registrar's, which now and then is none. So an unlisted code is a thing to confirm,
never an error.
"""

from __future__ import annotations

from typing import Final, NamedTuple

PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
    "61 62 63 64 65 71 81 82".split()
)
"""First two digits of a GB/T 2260 code."""
HONG_KONG_MACAU_TAIWAN: Final = frozenset({"810000", "820000", "830000"})
"""What residence permits of Hong Kong, Macau and Taiwan residents begin with."""

# Names that say nothing: "districts", "counties", "towns", "directly under the province".
_NO_NAME: Final = frozenset({"\u5e02\u8f96\u533a", "\u53bf", "\u5e02"})
_DIRECT: Final = "\u76f4\u8f96"


class Region(NamedTuple):
    """One meaning of a code. ``since``, ``until``: the year of the first list that has it, and of
    the first that has it no more (empty: from the beginning, still). ``source`` and ``certainty``
    are words of the table's head. ``sure`` means that it is in an official list.
    """

    code: str
    name: str
    since: str
    until: str
    source: str
    certainty: str
    note: str

    @property
    def sure(self) -> bool:
        """Whether this meaning is certain."""
        return self.certainty == "sure"

    @property
    def nameless(self) -> bool:
        """Whether the name says nothing in the name of what lies below it."""
        return self.name in _NO_NAME or _DIRECT in self.name


class Regions:
    """The table, from the text of its file: comments with #, a head, a line a meaning.

    ``code,name,since,until,source,certainty,note``; no commas within, older meanings first.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[str, str | list[str]] = {}
        self._found: dict[str, Region] = {}
        lines = self._lines
        for line in text.splitlines():
            code = line[:6]
            if not code.isdigit():
                continue
            if code not in lines:
                lines[code] = line
            else:
                before = lines[code]
                lines[code] = [*([before] if isinstance(before, str) else before), line]

    def __contains__(self, code: object) -> bool:
        return code in self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def all(self, code: str) -> tuple[Region, ...]:
        """Every meaning of a code, the oldest first; empty: not listed."""
        found = self._lines.get(code, ())
        return tuple(_region(line) for line in ([found] if isinstance(found, str) else found))

    def get(self, code: str) -> Region | None:
        """What a code means: the youngest certain meaning, else the youngest."""
        if code in self._found or code not in self._lines:
            return self._found.get(code)
        meanings = self.all(code)
        best = next((one for one in reversed(meanings) if one.sure), meanings[-1])
        return self._found.setdefault(code, best)

    def name(self, code: str) -> str:
        """The whole name, province first; empty when the code is not listed."""
        if code not in self:
            return ""
        above = (self.get(part) for part in (code[:2] + "0000", code[:4] + "00"))
        names = [one.name for one in above if one and not one.nameless]
        own = self.get(code)
        if own and own.name not in _NO_NAME:
            names.append(own.name)
        return "".join(dict.fromkeys(names))


def _region(line: str) -> Region:
    parts = line.split(",", 6)
    return Region(*parts, *[""] * (7 - len(parts)))
