"""A whole identity card, as a reader in keyboard mode types it: fields between tabs or bars.

The usual order is name, sex, nation, birth, address, number, issuer, valid from, valid until; some
readers leave fields out or order them in another way. So the number is found by its check, dates,
sex and issuer by their form, and only what is certain is taken: a field that could be two things
stays empty for a person to type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from hallclient.rules.identity import FOREIGNER, HMT, RESIDENT, is_identity
from hallclient.rules.judged import normal
from hallclient.rules.regions import HONG_KONG_MACAU_TAIWAN
from hallclient.rules.text import clean

BETWEEN: Final = r"[\t|]"
"""What stands between the fields."""

_LONGEST_NAME: Final = 60
_LONGEST: Final = 200
_MOST_FIELDS: Final = 40
_USUAL: Final = ("name", "sex", "nation", "birth", "address", "number", "issuer", "from", "until")
_SEX: Final = {"\u7537": "male", "\u5973": "female", "M": "male", "F": "female"}
# Readers send the codes of GB/T 2261.1 as well; a lone digit means that only in its place.
_SEX_CODES: Final = {"1": "male", "2": "female"}
_LONG_TERM: Final = "\u957f\u671f"
_OFFICE: Final = "\u516c\u5b89|\u79fb\u6c11|\u51fa\u5165\u5883"
"""Police, immigration: in the name of whoever issues a card."""
_PLACE: Final = "[\u7701\u5e02\u533a\u53bf\u9547\u4e61\u8def\u8857\u6751\u53f7\u5ba4]"
"""Signs of an address: province, city, district, county, town, road, village, number, room."""
_DAY: Final = r"\d{4}\D?\d{1,2}\D?\d{1,2}\D?"
_SPAN: Final = f"({_DAY})[-~\u81f3]({_DAY}|{_LONG_TERM})"
"""A period in one field: two days with a hyphen between."""
_NATION: Final = "[\u4e00-\u9fff]{1,6}\u65cf|\u6c49"


class Card(NamedTuple):
    """A card. ``kind``: `identity.RESIDENT`, `HMT` or `FOREIGNER`. Unknown fields are empty.

    ``birth`` and ``sex`` are those of the number, whatever the other fields say.
    """

    number: str
    kind: str
    name: str = ""
    sex: str = ""
    nation: str = ""
    birth: date | None = None
    address: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    long_term: bool = False
    """Valid without end; ``valid_until`` is None then."""

    def state(self, today: date) -> str:
        """``valid``, ``expired``, ``not-yet``, or ``unknown`` when the card says no period."""
        if self.valid_from and self.valid_from > today:
            return "not-yet"
        if self.valid_until:
            return "expired" if self.valid_until < today else "valid"
        return "valid" if self.long_term else "unknown"

    def texts(self) -> dict[str, str]:
        """The card as a form takes it, empty for what is unknown.

        ``number``, ``kind``, ``name``, ``sex``, ``nation``, ``birth``, ``address``, ``issuer``,
        ``from``, ``until``; days in ISO form. Of a card without end ``until`` is empty.
        """
        days = {"birth": self.birth, "from": self.valid_from, "until": self.valid_until}
        return {
            "number": self.number,
            "kind": self.kind,
            "name": self.name,
            "sex": self.sex,
            "nation": self.nation,
            "address": self.address,
            "issuer": self.issuer,
            **{what: day.isoformat() if day else "" for what, day in days.items()},
        }


def split(line: str) -> list[str]:
    """The fields of a line, full-width forms folded."""
    text = unicodedata.normalize("NFKC", line.strip("\r\n"))
    return [clean(part).strip() for part in re.split(BETWEEN, text)][:_MOST_FIELDS]


def number_in(line: str) -> str:
    """The number of 18 characters in a line, alone or as a field; empty: none, or two different."""
    return _number(split(line))[1]


def _number(fields: list[str]) -> tuple[int, str]:
    """The number and the place of its field."""
    numbers = {at: number for at, part in enumerate(fields) if is_identity(number := normal(part))}
    return next(iter(numbers.items())) if len(set(numbers.values())) == 1 else (-1, "")


def read(line: str) -> Card | None:
    """The card in what a reader typed; None when there is no number of 18 characters in it.

    No text raises. Two different numbers in a line are no card.
    """
    fields = split(line)
    place, number = _number(fields)
    if not number:
        return None
    found = _usual(fields) if _is_usual(fields, place) else _by_content(fields, number)
    kind = _kind(number)
    # What a foreigner's number says of the sex is nowhere laid down in public.
    said = _SEX.get(found.get("sex", "")) or _SEX_CODES.get(found.get("sex", ""), "")
    until = found.get("until", "")
    return Card(
        number,
        kind,
        found.get("name", "")[:_LONGEST_NAME],
        said if kind == FOREIGNER else _sex_of(number),
        found.get("nation", "")[:_LONGEST_NAME],
        _day(number[6:14]),
        found.get("address", "")[:_LONGEST],
        found.get("issuer", "")[:_LONGEST],
        _day(found.get("from", "")),
        _day(until),
        _LONG_TERM in until,
    )


def _is_usual(fields: list[str], place: int) -> bool:
    """Whether the fields are in the usual order, as far as the number and the sex show."""
    if place != _USUAL.index("number"):
        return False
    sex = fields[_USUAL.index("sex")]
    return not sex or sex in _SEX or sex in _SEX_CODES


def _usual(fields: list[str]) -> dict[str, str]:
    return dict(zip(_USUAL, fields, strict=False))


def _by_content(fields: list[str], number: str) -> dict[str, str]:
    """What each field certainly is by its look; none for two that could be the same thing."""
    rest = [part for part in fields if part and normal(part) != number]
    found = _period(rest, number)
    looks: dict[str, Callable[[str], bool]] = {
        "sex": lambda part: part in _SEX,
        "nation": lambda part: re.fullmatch(_NATION, part) is not None,
        "issuer": lambda part: re.search(_OFFICE, part) is not None and not re.search(r"\d", part),
        "address": lambda part: len(set(re.findall(_PLACE, part))) > 1 and len(part) > 5,
        "name": lambda part: len(part) > 1 and not re.search(r"\d", part),
    }
    for what, is_it in looks.items():
        likely = [part for part in rest if is_it(part)]
        if len(likely) == 1:
            found[what] = likely[0]
        rest = [part for part in rest if part not in likely]
    return found


def _period(rest: list[str], number: str) -> dict[str, str]:
    """The days from and until which the card is valid; takes all days out of ``rest``."""
    days: list[str] = []
    endless = False
    for part in rest[:]:
        span = re.fullmatch(_SPAN, part, re.ASCII)
        pieces = [span[1], span[2]] if span else [part]
        if all(_LONG_TERM in piece or _day(piece) for piece in pieces):
            rest.remove(part)
            endless = endless or _LONG_TERM in pieces[-1]
            days += [day.strftime("%Y%m%d") for piece in pieces if (day := _day(piece))]
    days = sorted(day for day in days if day != number[6:14])
    if endless and len(days) == 1:
        return {"from": days[0], "until": _LONG_TERM}
    return {"from": days[0], "until": days[1]} if len(days) == 2 and not endless else {}


def _kind(number: str) -> str:
    if number[:6] in HONG_KONG_MACAU_TAIWAN:
        return HMT
    return FOREIGNER if number[0] == "9" else RESIDENT


def _sex_of(number: str) -> str:
    return "male" if number[16] in "13579" else "female"


def _day(text: str) -> date | None:
    """``20400101``, ``2040-01-01``, ``2040.1.1`` and the Chinese way; None for anything else."""
    found = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?|(\d{4})(\d\d)(\d\d)", text, re.ASCII)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
