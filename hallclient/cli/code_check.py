"""``hallclient code check``: what a number is by its form, or what is wrong with it and where.

Works without a store. A person's number is printed to whoever typed it and kept nowhere.
"""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import date
from typing import Final, NamedTuple

from hallclient.actions.region_table import regions
from hallclient.cli.app import App
from hallclient.cli.shape import columns
from hallclient.identity_words import error_text, form_text, kind_word, note_text, slip_text
from hallclient.rules import identity, phone, uscc
from hallclient.rules.errors import Refused
from hallclient.rules.judged import MEANT, Judged, Slip, is_digits, normal
from hallclient.rules.text import cell_width, plain
from hallclient.texts import t

KINDS: Final = {
    "uscc": uscc.KIND,
    "org": "org_code",
    "regno": "old_regno",
    "id": identity.RESIDENT,
    "hmt": identity.HMT,
    "foreigner": identity.FOREIGNER,
    "hk-macau": "hk_macau_permit",
    "taiwan": "taiwan_permit",
    "passport": "passport_cn",
    "foreign-passport": "passport_foreign",
    "phone": phone.KIND,
}
"""What ``--kind`` takes, and the kind of number it is."""

_LONGEST: Final = 40
"""Characters of a number that is shown with its wrong places."""
_CHECKED: Final = (*identity.PERSONS, *identity.BUSINESS)
_PERSON: Final = re.compile(r"[1-8][0-9]{5}(19|20)[0-9]{8,10}[0-9X]")
"""A person's number of about 18 characters, letters taken for the digits that they look like."""
_TELEPHONE: Final = re.compile(r"\+?[0-9-]{7,16}")


class Part(NamedTuple):
    """A part of a number: ``key`` of its text, what stands there, what that means."""

    key: str
    value: str
    name: str = ""


def check(args: Namespace, app: App) -> int:
    """Exit 0 for a number that is well-formed, 1 for another. Raises ``number-unknown``."""
    today = _today()
    found = recognised(args.value, today)
    if args.kind:
        judged, also = _read(KINDS[args.kind], args.value, today), []
    elif found:
        judged, *also = found
    elif kind := meant(args.value):
        judged, also = _read(kind, args.value, today), []
    else:
        raise Refused("number-unknown", field="value")
    return _good(app, judged, also) if judged.well_formed else _bad(app, judged)


def recognised(text: str, today: date) -> list[Judged]:
    """What a text is well-formed as, the surest first: with a check, a telephone number as it is
    dialled from anywhere, a document's number, a local telephone number.
    """
    found = list(identity.recognise(text, today=today, regions=regions()))
    if (dialled := phone.read(text)).well_formed:
        found.append(dialled)
    return sorted(found, key=_doubt)


def _doubt(judged: Judged) -> int:
    if judged.kind in _CHECKED:
        return 0
    if judged.kind in phone.KINDS:
        return 3 if judged.notes else 1
    return 2


def meant(text: str) -> str:
    """The kind that a text is wrong as, by its length and look; empty: nothing comes near it."""
    number = normal(text)
    digits = number.translate(MEANT)
    if not number or 16 <= len(number) <= 20 or "UNISCID" in number:
        return identity.RESIDENT if _PERSON.fullmatch(digits) else uscc.KIND
    if len(number) == 15:
        return "old_regno" if is_digits(digits) else uscc.KIND
    if len(number) == 9:
        travel = number[0] in "HM" and is_digits(digits[1:])
        return "hk_macau_permit" if travel else "org_code"
    return phone.KIND if _TELEPHONE.fullmatch(phone.normal(text)) else ""


def _today() -> date:
    from db.env import system_env

    env = system_env()
    return date.fromisoformat(env.day(env.now()))


def _read(kind: str, text: str, today: date) -> Judged:
    if kind == phone.KIND:
        return phone.read(text)
    return identity.read(kind, text, today=today, regions=regions())


# -- well-formed


def _good(app: App, judged: Judged, also: list[Judged]) -> int:
    named = parts(judged)
    obj: dict[str, object] = {
        "kind": judged.kind,
        "value": judged.number,
        "well_formed": True,
        "parts": {part.key: {"value": part.value, "name": part.name} for part in named},
        "notes": _notes(judged),
        "offers": [],
        "also": [one.kind for one in also],
    }
    table = [(t(f"cli.code.part.{part.key}"), part.value, part.name) for part in named]
    lines = [
        f"{judged.number}  {form_text(judged.kind)}",
        *(f"  {line}" for line in columns(table)),
        *map(note_text, judged.notes),
    ]
    if also:
        kinds = t("identity.between").join(kind_word(one.kind) for one in also)
        lines.append(t("cli.code.also", kinds=kinds))
    lines.append(t("cli.code.only-form"))
    app.out.emit(obj, "\n".join(lines))
    return 0


def parts(judged: Judged) -> list[Part]:
    """What stands where in a well-formed number, in its order."""
    number = judged.number
    place = Part("region", judged.region, regions().name(judged.region))
    if judged.kind == uscc.KIND:
        kind, _, organisation = uscc.parts(number)
        return [
            Part("department", kind[0], t(f"identity.dept.{kind[0]}")),
            Part("category", kind, t(f"identity.category.{kind}")),
            place,
            Part("organisation", f"{organisation[:8]}-{organisation[8]}"),
            Part("check", number[-1]),
        ]
    found = [place] if judged.region else []
    if judged.birth:
        found.append(Part("birth", judged.birth.isoformat()))
    if judged.sex:
        found.append(Part("sex", judged.sex, t(f"identity.sex.{judged.sex}")))
    # Fifteen digits of the first cards, and the letters of the cards of 2017, have no check.
    if judged.kind in identity.BUSINESS or (judged.kind in _CHECKED and len(number) == 18):
        found.append(Part("check", number[-1]))
    return found


def _notes(judged: Judged) -> list[dict[str, str]]:
    return [{"code": note.code, "message": note_text(note)} for note in judged.notes]


# -- wrong


def _bad(app: App, judged: Judged) -> int:
    said = error_text(judged)
    lines = [said, *_pointed(judged)]
    if judged.slips:
        lines.append(t("cli.code.offers"))
        lines += [f"  {line}" for line in columns([(s.right, slip_text(s)) for s in judged.slips])]
    lines += map(note_text, judged.notes)
    app.out.aside("\n".join(lines))
    obj: dict[str, object] = {
        "error": judged.error,
        "message": said,
        "field": "value",
        "kind": judged.kind,
        "value": judged.number,
        "well_formed": False,
        "at": judged.at,
        "notes": _notes(judged),
        "offers": [_offer(slip) for slip in judged.slips],
        "other": judged.other,
    }
    if app.out.json:
        app.out.emit(obj, "")
    return 1


def _offer(slip: Slip) -> dict[str, object]:
    return {
        "value": slip.right,
        "slip": slip.kind,
        "at": slip.at_all,
        "found": slip.found,
        "meant": slip.meant,
        "message": slip_text(slip),
    }


def _pointed(judged: Judged) -> list[str]:
    """The number, and below it a mark under every wrong place."""
    number = plain(judged.number)
    if not judged.at or len(number) > _LONGEST:
        return []
    marks = "".join(
        ("^" if place in judged.at else " ") * cell_width(char)
        for place, char in enumerate(number, 1)
    )
    return [f"  {number}", f"  {marks.rstrip()}"]
