"""Numbers of people's documents, and of organisations: well-formed or not, and what they carry.

`read(kind, text, today=...)` judges a number of one of the `KINDS`; `recognise` says what kinds a
number may be. Resident identity numbers: GB 11643 (region, day of birth, serial, MOD 11-2).
Residence permits of Hong Kong, Macau and Taiwan residents have the same form with 810000, 820000
or 830000 as their region (国办发〔2018〕81号); permanent residence cards of foreigners (2023 form)
begin with 9 and have the same check. Passports and travel permits have no public check character:
only their form is judged.

Unlisted regions are notes, never errors: numbers keep the code of the year they were given in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from hallclient.rules.check_digits import DIGITS, PERSON
from hallclient.rules.judged import (
    Judged,
    Note,
    Slip,
    foreign,
    is_digits,
    merged,
    normal,
    ranked,
    replaced,
    wrong_length,
)
from hallclient.rules.regions import HONG_KONG_MACAU_TAIWAN, PROVINCES, Regions

RESIDENT: Final = "resident_id"
HMT: Final = "hmt_residence_permit"
FOREIGNER: Final = "foreigner_pr"
PERSONS: Final = (RESIDENT, HMT, FOREIGNER)
"""Kinds with 18 characters and a check, in which a day of birth stands."""
BUSINESS: Final = ("uscc", "org_code", "old_regno")
"""Kinds of organisations, judged by `uscc`."""
OTHER: Final = "other"
"""Any other document: nothing is known of its number's form."""

OLDEST: Final = 130
"""Years; nobody is older."""
_LONGEST: Final = 40

_DIGIT: Final = frozenset("0123456789")
_FORMS: Final[Mapping[str, tuple[str, range, str]]] = {
    # kind: form, lengths, the same in words. The older Hong Kong and Macau permits end with the
    # number of times that one was issued, the older Taiwan ones have ten digits and a letter.
    "hk_macau_permit": ("[HM][0-9]{8}([0-9]{2})?", range(9, 12, 2), "9/11"),
    "taiwan_permit": ("[0-9]{8}|[0-9]{10}[A-Z]?", range(8, 12), "8/10/11"),
    "passport_cn": (
        "E[0-9A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[DPS]E?[0-9]{7,8}",
        range(8, 11),
        "8-10",
    ),
    "passport_foreign": ("[A-Z0-9]{5,17}", range(5, 18), "5-17"),
}
_FOREIGNER_2017: Final = "[A-Z]{3}[0-9]{12}"
_MOBILE: Final = "1[3-9][0-9]{9}"
KINDS: Final = (*PERSONS, *_FORMS, *BUSINESS, OTHER)


def is_identity(number: str) -> bool:
    """Whether this is a normal number of 18 characters of a person: form, day of birth, check.

    Of a resident, of a Hong Kong, Macau or Taiwan resident, or of a foreigner with permanent
    residence. Whether the day is past is not asked, but nobody was born in the years before 1000:
    a credit code of digits only often has zeros there.
    """
    return (
        len(number) == 18
        and number[0] != "0"
        and number[6] in "12"
        and not _misplaced(number)
        and _day(number[6:14]) is not None
        and PERSON.fits(number)
    )


def read(kind: str, text: str, *, today: date, regions: Regions | None = None) -> Judged:
    """Judge a number of one of the `KINDS`, however it was typed; no text raises.

    ``regions``: the table to look its region up in; without one no region is noted as unlisted.
    Raises ValueError for an unknown kind.
    """
    if kind in PERSONS:
        return _person(kind, normal(text), today, regions)
    if kind in _FORMS:
        return _document(kind, normal(text), today)
    if kind in BUSINESS:
        from hallclient.rules import uscc

        return uscc.read_kind(kind, text, regions=regions)
    if kind == OTHER:
        number = normal(text)
        if 0 < len(number) <= _LONGEST:
            return Judged(kind, number)
        return Judged(kind, number, "LENGTH", {"length": len(number), "wanted": f"1-{_LONGEST}"})
    raise ValueError(f"unknown kind of number {kind!r}: one of {', '.join(KINDS)}")


def recognise(text: str, *, today: date, regions: Regions | None = None) -> tuple[Judged, ...]:
    """What this number is well-formed as, the surest first; empty: as nothing that has a form.

    Any letters and digits could be a foreign passport, so that is left out.
    """
    kinds = (*PERSONS, *BUSINESS, "hk_macau_permit", "passport_cn", "taiwan_permit")
    judged = (read(kind, text, today=today, regions=regions) for kind in kinds)
    found = [one for one in judged if one.well_formed]
    # A number with the better kind noted in it is that kind's.
    return tuple(sorted(found, key=lambda one: any(note.code == "KIND" for note in one.notes)))


# -- 18 characters


def _person(kind: str, number: str, today: date, regions: Regions | None) -> Judged:
    if len(number) != 18:
        return _not_eighteen(kind, number, today, regions)
    if misplaced := _misplaced(number):
        slips = replaced(number, misplaced, DIGITS + "X", _fitting(kind, today))
        return _failed(kind, number, "CHARSET", misplaced, today, regions, slips)
    if not _begins(kind, number):
        return _begun_wrong(kind, number, today, regions)
    birth = _day(number[6:14])
    if kind == FOREIGNER:
        if not PERSON.fits(number):
            return _failed(kind, number, "CHECK", (18,), today, regions)
        # That the day of birth stands here is likely, but nowhere laid down in public.
        return Judged(kind, number, birth=birth if birth and birth <= today else None)
    if error := _birth_error(birth, today):
        return _failed(kind, number, error, tuple(range(7, 15)), today, regions)
    if not PERSON.fits(number):
        return _failed(kind, number, "CHECK", (18,), today, regions)
    region = number[:6]
    notes: tuple[Note, ...] = ()
    if kind == RESIDENT and region in HONG_KONG_MACAU_TAIWAN:
        notes = (Note("KIND", {"kind": HMT}),)
    elif regions is not None:
        notes = region_notes(region, regions)
    sex = "male" if number[16] in "13579" else "female"
    return Judged(kind, number, "", {}, (), notes, birth, sex, region)


def _misplaced(number: str) -> tuple[int, ...]:
    """1-based places of what is no digit (and no X at the end) in 18 characters."""
    last = number[-1] == "X"
    if is_digits(number[:-1] if last else number):
        return ()
    return tuple(
        at
        for at, char in enumerate(number, 1)
        if char not in _DIGIT and not (last and at == len(number))
    )


def _day(digits: str) -> date | None:
    """The day of eight digits."""
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def _birth_error(birth: date | None, today: date) -> str:
    if birth is None:
        return "BIRTH_DATE"
    if birth > today:
        return "BIRTH_FUTURE"
    return "BIRTH_OLD" if today.year - birth.year > OLDEST else ""


def _begins(kind: str, number: str) -> bool:
    if kind == HMT:
        return number[:6] in HONG_KONG_MACAU_TAIWAN
    return number[0] == "9" if kind == FOREIGNER else number[0] in "12345678"


def _begun_wrong(kind: str, number: str, today: date, regions: Regions | None) -> Judged:
    """Digits that begin like no number of this kind: another kind's, or mistyped."""
    at = tuple(range(1, 7)) if kind == HMT else (1,)
    other = next((one for one in PERSONS if one != kind and _fitting(one, today)(number)), "")
    if other:
        return Judged(kind, number, "KIND", {}, at, other=other)
    return _failed(kind, number, "FORMAT", at, today, regions)


def _fitting(kind: str, today: date) -> Callable[[str], bool]:
    """Whether a number of 18 characters is wholly well-formed, of a province that exists."""

    def fits(number: str) -> bool:
        if _misplaced(number) or not _begins(kind, number) or not PERSON.fits(number):
            return False
        if kind == RESIDENT and number[:2] not in PROVINCES:
            return number[:6] in HONG_KONG_MACAU_TAIWAN
        return not _birth_error(_day(number[6:14]), today)

    return fits


def _failed(
    kind: str,
    number: str,
    error: str,
    at: tuple[int, ...],
    today: date,
    regions: Regions | None,
    slips: tuple[Slip, ...] = (),
) -> Judged:
    """The number with what may have happened to it; or that it is a company's.

    A number of a person in all but its check may be a credit code by chance only.
    """
    if (error != "CHECK" or kind == FOREIGNER) and _is_credit(number):
        return Judged(kind, number, "CREDIT_CODE", other="uscc")
    slips = merged(slips, candidates(kind, number, today=today, regions=regions))
    # Spreadsheets keep 15 digits of a number and put zeros for the rest.
    notes = (Note("ROUNDED"),) if number.endswith("000") and error == "CHECK" else ()
    return Judged(kind, number, error, {}, at, notes, slips=slips)


def candidates(
    kind: str, number: str, *, today: date, regions: Regions | None = None
) -> tuple[Slip, ...]:
    """Every single slip that would explain a wrong normal number of 18 characters, likeliest first.

    The true one is among them whenever there was but one slip; `Judged.slips` are the first three.
    """
    listed = None if regions is None else lambda right: right[:6] in regions
    return ranked(number, PERSON.mends(number), _fitting(kind, today), listed)


def _is_credit(number: str) -> bool:
    from hallclient.rules import uscc

    return uscc.is_code(number)


def region_notes(code: str, regions: Regions) -> tuple[Note, ...]:
    """What there is to confirm about a region: not listed, or listed with doubt."""
    found = regions.get(code)
    if found is None:
        return (Note("REGION_UNLISTED", {"region": code}),)
    if found.sure:
        return ()
    return (Note("REGION_UNSURE", {"region": code, "name": found.name}),)


# -- other lengths


def _rounded(number: str) -> bool:
    from hallclient.rules.spreadsheet import rounded

    return rounded(number)


def _not_eighteen(kind: str, number: str, today: date, regions: Regions | None) -> Judged:
    if _rounded(number):
        return Judged(kind, number, "ROUNDED")
    if kind == RESIDENT and len(number) == 15 and is_digits(number):
        return _first_generation(number, today, regions)
    if kind == FOREIGNER and len(number) == 15:
        if re.fullmatch(_FOREIGNER_2017, number):
            return Judged(kind, number)
        return Judged(kind, number, "FORMAT", {}, foreign(number))
    wanted = "15/18" if kind == FOREIGNER else "18"
    return wrong_length(kind, number, wanted, _other_kind(kind, number, today))


def _first_generation(number: str, today: date, regions: Regions | None) -> Judged:
    """A number of the first cards: 15 digits, year of birth in two, no check; not valid since 2013.

    It is good for finding old records; the person's number is the 18 characters of the new card.
    """
    birth = _day("19" + number[6:12])
    if error := _birth_error(birth, today):
        return Judged(RESIDENT, number, error, {}, tuple(range(7, 13)))
    if number[0] not in "12345678":
        return Judged(RESIDENT, number, "FORMAT", {}, (1,))
    notes: tuple[Note, ...] = (Note("FIRST_GENERATION", {"number": upgraded(number)}),)
    if regions is not None:
        notes += region_notes(number[:6], regions)
    sex = "male" if number[14] in "13579" else "female"
    return Judged(RESIDENT, number, "", {}, (), notes, birth, sex, number[:6])


def upgraded(number: str) -> str:
    """The 18 characters that a number of 15 digits became: century put in, check added."""
    body = number[:6] + "19" + number[6:]
    return next(full for char in "0123456789X" if PERSON.fits(full := body + char))


def _document(kind: str, number: str, today: date) -> Judged:
    form, lengths, wanted = _FORMS[kind]
    if re.fullmatch(form, number):
        return Judged(kind, number)
    if _rounded(number):
        return Judged(kind, number, "ROUNDED")
    other = _other_kind(kind, number, today)
    if len(number) not in lengths:
        return wrong_length(kind, number, wanted, other)
    if wrong := foreign(number):
        return Judged(kind, number, "CHARSET", {}, wrong)
    return Judged(kind, number, "FORMAT", {}, other=other)


def _other_kind(kind: str, number: str, today: date) -> str:
    """The kind that a number certainly is, by a check character or by a form of its own."""
    for one in PERSONS:
        if one != kind and len(number) == 18 and _fitting(one, today)(number):
            return one
    return "uscc" if _is_credit(number) else by_form(kind, number)


def by_form(kind: str, number: str) -> str:
    """The kind other than this one that a number is by a form that nothing else has; empty: none.

    Also ``mobile``, which is no document's.
    """
    forms = {one: _FORMS[one][0] for one in ("hk_macau_permit", "passport_cn")}
    forms |= {FOREIGNER: _FOREIGNER_2017, "mobile": _MOBILE}
    return next(
        (one for one, form in forms.items() if one != kind and re.fullmatch(form, number)), ""
    )
