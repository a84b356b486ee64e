"""What is said of a number that was typed: well-formed or not, where, and which slip it may be.

Well-formed is all that a check character can tell (格式正确); whether a number was ever given out,
and to whom, only its issuer knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from hallclient.rules.check_digits import Change
from hallclient.rules.text import narrow

MOST_SLIPS: Final = 3

ALIKE: Final = ("17", "38", "56", "0689", "O0", "D0", "Q0", "I1", "L1", "B8", "S5", "Z2", "G6")
"""Characters that are taken for each other."""
_ALIKE: Final = frozenset((a, b) for group in ALIKE for a in group for b in group if a != b)
MEANT: Final = str.maketrans("ODQILBSZG", "000118526")
"""Letters, and the digit that each is mostly typed for."""
# Hyphens and dashes, marks that spreadsheets put before a number to keep it a text.
_DROPPED: Final = dict.fromkeys(
    map(ord, "-_'`\u2010\u2011\u2012\u2013\u2014\u2015\u2018\u2019\u2212")
)


class Slip(NamedTuple):
    """A single slip that would explain a wrong number. Never corrected by itself.

    ``kind``: ``transposed`` (two neighbours), ``misread`` (for a character that looks alike),
    ``check`` (the check character), ``miskeyed`` (any other character). ``at``: 1-based place of
    the first; ``found``: what stands there; ``meant``: what it would be; ``right``: the whole
    number then. ``places``: where, if these are no neighbours.
    """

    kind: str
    at: int
    found: str
    meant: str
    right: str
    places: tuple[int, ...] = ()

    @property
    def at_all(self) -> tuple[int, ...]:
        """The 1-based places of all its characters."""
        return self.places or tuple(range(self.at, self.at + len(self.found)))


class Note(NamedTuple):
    """Something to confirm in a number that is well-formed: the text ``identity.note.<code>``."""

    code: str
    params: Mapping[str, object] = {}


class Judged(NamedTuple):
    """A number as it was read.

    ``number``: as it would be kept (`normal`). ``error``: empty when it is well-formed, else a
    code; its text is ``identity.<code>``, with ``params``. ``at``: 1-based places of the wrong
    characters. ``slips``: single slips that would explain it, likeliest first. ``other``: the kind
    of number it is instead, as far as that is certain. ``birth``, ``sex`` (``male``, ``female``)
    and ``region`` (six digits) only where a well-formed number carries them.
    """

    kind: str
    number: str
    error: str = ""
    params: Mapping[str, object] = {}
    at: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()
    birth: date | None = None
    sex: str = ""
    region: str = ""
    slips: tuple[Slip, ...] = ()
    other: str = ""

    @property
    def well_formed(self) -> bool:
        """Whether nothing is wrong with its form. Never: that it is somebody's number."""
        return not self.error

    @property
    def wrong(self) -> str:
        """The characters at ``at``."""
        return "".join(self.number[place - 1] for place in self.at)


def normal(text: str) -> str:
    """A number as typed, scanned or pasted: full-width forms folded, upper case, no spaces, hyphens
    or line ends, nor the apostrophe that keeps a spreadsheet's number a text.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    for _ in range(4):  # without a hyphen two characters may become one
        before = text
        text = narrow(text).translate(_DROPPED)
        if text == before:
            break
    return text


def wrong_length(kind: str, number: str, wanted: str, other: str = "") -> Judged:
    """A number of another length than ``wanted`` (as it is said: ``18``, ``5-17``)."""
    params = {"length": len(number), "wanted": wanted}
    return Judged(kind, number, "LENGTH", params, foreign(number), other=other)


def foreign(number: str, chars: str = "") -> tuple[int, ...]:
    """The 1-based places of characters that are not among ``chars`` (any letter or digit)."""
    if chars:
        return tuple(at for at, char in enumerate(number, 1) if char not in chars)
    return tuple(at for at, char in enumerate(number, 1) if not (char.isascii() and char.isalnum()))


def replaced(
    number: str, at: tuple[int, ...], chars: str, fits: Callable[[str], bool]
) -> tuple[Slip, ...]:
    """What stands ``at`` these 1-based places instead of characters that do not belong there.

    The digits that they look like, if the number then ``fits``; else, for a single place, whatever
    of ``chars`` fits.
    """
    if not at:
        return ()
    found = "".join(number[place - 1] for place in at)
    likely = found.translate(MEANT)
    meanings = [likely, *(chars if len(at) == 1 else "")]
    for meant in meanings:
        right = list(number)
        for place, char in zip(at, meant, strict=True):
            right[place - 1] = char
        if meant != found and fits(whole := "".join(right)):
            kind = "misread" if meant == likely else "miskeyed"
            return (Slip(kind, at[0], found, meant, whole, at if len(at) > 1 else ()),)
    return ()


def merged(replacing: tuple[Slip, ...], others: tuple[Slip, ...]) -> tuple[Slip, ...]:
    """The likeliest slips of both: a look-alike first, an unlike character last, none twice."""
    alike = any(slip.kind == "misread" for slip in replacing)
    found: dict[str, Slip] = {}
    for slip in (*replacing, *others) if alike else (*others, *replacing):
        found.setdefault(slip.right, slip)
    return tuple(found.values())[:MOST_SLIPS]


def ranked(
    number: str,
    changes: Iterable[Change],
    fits: Callable[[str], bool],
    listed: Callable[[str], bool] | None = None,
) -> tuple[Slip, ...]:
    """All slips among these changes with which the whole number ``fits``, likeliest first.

    Swapped neighbours, then look-alikes, the check character, anything else; of each first those
    whose region is ``listed``.
    """
    found: list[tuple[int, bool, int, Slip]] = []
    for change in changes:
        right = change.of(number)
        if not fits(right):
            continue
        typed = number[change.at : change.at + len(change.to)]
        last = change.at == len(number) - 1
        alike = (typed, change.to) in _ALIKE
        if len(change.to) > 1:
            kind, rank = "transposed", 0
        elif alike:
            kind, rank = "check" if last else "misread", 1
        else:
            kind, rank = ("check", 2) if last else ("miskeyed", 3)
        unlisted = listed is not None and not listed(right)
        slip = Slip(kind, change.at + 1, typed, change.to, right)
        found.append((rank, unlisted, change.at, slip))
    return tuple(slip for *_, slip in sorted(found))


def is_digits(text: str) -> bool:
    """Only 0 to 9 (`str.isdigit` knows more)."""
    return text.isascii() and text.isdigit()
