"""Unified social credit codes (GB 32100-2015 with amendment 1), and the numbers before them.

Places: 1 department, 2 category, 3 to 8 the registrar's region, 9 to 17 the organisation code
(GB 11714, its own check at 17), 18 the check over all. A code that fails at 18 was mistyped; one
that fails only at 17 never was a code, however well it adds up.

Others than credit codes are told by name: registration numbers of 15 digits (GS15-2006), tax
numbers of 15 characters (region and organisation code; known by their look only), organisation
codes alone, identity numbers.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from hallclient.rules.check_digits import (
    ALNUM,
    CREDIT,
    CREDIT_CHARS,
    DIGITS,
    organisation,
    registration,
    tries,
)
from hallclient.rules.identity import RESIDENT, by_form, is_identity, region_notes
from hallclient.rules.judged import (
    MOST_SLIPS,
    Judged,
    Note,
    Slip,
    foreign,
    is_digits,
    merged,
    ranked,
    replaced,
    wrong_length,
)
from hallclient.rules.judged import normal as number
from hallclient.rules.regions import PROVINCES, Regions

KIND: Final = "uscc"
CATEGORIES: Final[dict[str, str]] = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "123945",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
"""Department -> its categories. 54 and 55 (village and residents' committees) are given out since
2018 though the table of 2016 lacks them."""
OUTSIDE_TABLE: Final = frozenset({"54", "55"})
NATIONAL: Final = "100000"
"""Region of national registrars; no GB/T 2260 code."""

_RUN: Final = f"(?<![0-9A-Z])[{CREDIT_CHARS}]{{18}}(?![0-9A-Z])"
_CREDIT_SET: Final = frozenset(CREDIT_CHARS)
_SHAPE: Final = re.compile(f"[{CREDIT_CHARS}]{{2}}[0-9]{{6}}[{CREDIT_CHARS}]{{10}}")
_LINK: Final = f"[?&#;]UNISCID=([{CREDIT_CHARS}]{{18}})(?![0-9A-Z])"
_ORG: Final = "[0-9A-Z]{8}[0-9X]"
_LONGEST_RAW: Final = 2000


class Parts(NamedTuple):
    """What stands where in a code. ``kind``: department and category, ``91``."""

    kind: str
    region: str
    organisation: str


def parts(code: str) -> Parts:
    """The parts of a well-formed code."""
    return Parts(code[:2], code[2:8], code[8:17])


def is_shaped(code: str) -> bool:
    """Whether 18 characters could be a code by their look; no check is asked."""
    return _SHAPE.fullmatch(code) is not None


def is_code(code: str) -> bool:
    """Whether a normal text is a well-formed code."""
    return len(code) == 18 and _fits(code)


def of_link(text: str) -> str:
    """The code in the link of a licence's QR code (upper case); empty: none."""
    found = re.search(_LINK, text)
    return found[1] if found else ""


def normal(text: str) -> str:
    """The code as it would be kept: `judged.normal`, or the one code in a link or a longer text."""
    code = number(text)
    return (_within(text) if len(code) > 18 else "") or code


def read(text: str, *, regions: Regions | None = None) -> Judged:
    """Judge a credit code as typed, scanned from a licence or pasted with words around it.

    ``regions``: the table to look its region up in. No text raises.
    """
    code = number(text)
    if len(code) == 18:
        return _eighteen(code, regions)
    if len(code) > 18 and (within := _within(text)):
        judged = _eighteen(within, regions)
        return judged._replace(notes=(Note("EXTRACTED"), *judged.notes))
    return _not_eighteen(code)


def read_kind(kind: str, text: str, *, regions: Regions | None = None) -> Judged:
    """Judge ``uscc``, ``org_code`` (nine characters) or ``old_regno`` (15 digits)."""
    if kind == KIND:
        return read(text, regions=regions)
    return _organisation(number(text)) if kind == "org_code" else _registration(number(text))


def candidates(code: str) -> tuple[Slip, ...]:
    """Every single slip that would explain a wrong code of 18 characters, likeliest first."""
    return ranked(code, CREDIT.mends(code), _fits)


def _within(text: str) -> str:
    """The one code in a longer text, ``""`` when there is none or more than one."""
    raw = unicodedata.normalize("NFKC", text[:_LONGEST_RAW]).upper()
    found = of_link(raw)
    if found:
        return found
    runs = {run for run in re.findall(_RUN, raw) if _fits(run)}
    return runs.pop() if len(runs) == 1 else ""


def _eighteen(code: str, regions: Regions | None) -> Judged:
    error, at = _error(code)
    if not error:
        region = code[2:8]
        notes: tuple[Note, ...] = (Note("OUTSIDE_TABLE"),) if code[:2] in OUTSIDE_TABLE else ()
        if regions is not None and region != NATIONAL:
            notes += region_notes(region, regions)
        return Judged(KIND, code, "", {}, (), notes, region=region)
    if is_identity(code):
        return Judged(KIND, code, "RESIDENT_ID", {}, other=RESIDENT)
    if error in ("CHARSET", "REGION_NOT_DIGIT"):
        misread = tuple(place for place in range(1, 19) if _strange(code, place))
        slips = merged(replaced(code, misread, CREDIT_CHARS, _fits), candidates(code))
        return Judged(KIND, code, error, {}, at, slips=slips)
    params = {"both": not organisation(code[8:17])} if error == "CHECK" else {}
    return Judged(KIND, code, error, params, at, slips=candidates(code)[:MOST_SLIPS])


def _strange(code: str, place: int) -> bool:
    return code[place - 1] not in (DIGITS if 3 <= place <= 8 else _CREDIT_SET)


def _error(code: str) -> tuple[str, tuple[int, ...]]:
    """What is wrong with 18 characters, and where (1-based)."""
    if not _SHAPE.fullmatch(code):
        letters = tuple(place for place in range(3, 9) if code[place - 1] in ALNUM[10:])
        if letters:
            return "REGION_NOT_DIGIT", letters
        return "CHARSET", foreign(code, CREDIT_CHARS)
    if code[0] not in CATEGORIES:
        return "DEPT", (1,)
    if code[1] not in CATEGORIES[code[0]]:
        return "CATEGORY", (2,)
    if code[2:4] not in PROVINCES and code[2:8] != NATIONAL:
        return "REGION_UNKNOWN", (3, 4)
    if not CREDIT.fits(code):
        return "CHECK", (18,)
    return ("", ()) if organisation(code[8:17]) else ("ORG_CHECK", (17,))


def _fits(code: str) -> bool:
    return not _error(code)[0]


# -- what is no credit code


def _not_eighteen(code: str) -> Judged:
    if re.fullmatch(_ORG, code) and organisation(code):
        return Judged(KIND, code, "ORG_ONLY", {}, other="org_code")
    if len(code) == 15 and is_digits(code[:6]):
        if is_digits(code) and registration(code):
            return Judged(KIND, code, "OLD_REGNO", {}, other="old_regno")
        if code[:2] in PROVINCES and re.fullmatch(_ORG, code[6:]):
            return Judged(KIND, code, "OLD_TAXNO", {"org_code": code[6:]})
    return wrong_length(KIND, code, "18", by_form(KIND, code))


def _rather(kind: str, code: str) -> str:
    """What a text too long or too short for this kind certainly is."""
    if is_code(code):
        return KIND
    return RESIDENT if is_identity(code) else by_form(kind, code)


def _organisation(code: str) -> Judged:
    kind = "org_code"
    if len(code) != 9:
        return wrong_length(kind, code, "9", _rather(kind, code))
    if not re.fullmatch(_ORG, code):
        wrong = foreign(code) or (9,)
        return Judged(kind, code, "CHARSET", {}, wrong, slips=replaced(code, wrong, ALNUM, _is_org))
    if organisation(code):
        return Judged(kind, code)
    slips = ranked(code, tries(code, ALNUM, _is_org), _is_org)
    return Judged(kind, code, "CHECK", {}, (9,), slips=slips[:MOST_SLIPS])


def _is_org(code: str) -> bool:
    return re.fullmatch(_ORG, code) is not None and organisation(code)


def _registration(code: str) -> Judged:
    kind = "old_regno"
    if len(code) != 15:
        return wrong_length(kind, code, "15", _rather(kind, code))
    if wrong := foreign(code, DIGITS):
        return Judged(
            kind, code, "CHARSET", {}, wrong, slips=replaced(code, wrong, DIGITS, _is_reg)
        )
    if registration(code):
        return Judged(kind, code, region=code[:6])
    slips = ranked(code, tries(code, DIGITS, _is_reg), _is_reg)
    return Judged(kind, code, "CHECK", {}, (15,), slips=slips[:MOST_SLIPS])


def _is_reg(code: str) -> bool:
    return len(code) == 15 and is_digits(code) and registration(code)
