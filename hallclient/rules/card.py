"""What a reader of identity cards types: nine fields between tabs or bars, or the number alone.

Order of the fields: name, sex, nation, birth, address, number, issuer, valid from, valid until
(readers in keyboard mode; also permanent residence and Hong Kong, Macao, Taiwan permits with a
number of 18 characters).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

from hallclient.rules.catalogue import PriorityKind
from hallclient.rules.scan import CARD_FIELDS, is_resident_id
from hallclient.rules.text import clean

_NUMBER_AT: Final = 5
_LONGEST_NAME: Final = 60


class Card(NamedTuple):
    """A card that was read. ``born`` is the ISO day that the number says; the rest may be empty.

    Nothing else of the card is kept: a number needs no address.
    """

    identity: str
    born: str
    name: str = ""
    valid_until: str = ""
    """ISO day; empty: unknown or without end."""


def read(text: str) -> Card | None:
    """The card in what a reader typed; None when there is no valid number in it."""
    fields = [part.strip() for part in re.split(CARD_FIELDS, unicodedata.normalize("NFKC", text))]
    place = next((at for at, part in enumerate(fields) if is_resident_id(part.upper())), None)
    if place is None:
        return None
    identity = fields[place].upper()
    name = clean(fields[0]).strip()[:_LONGEST_NAME] if place == _NUMBER_AT else ""
    until = _iso(fields[place + 3]) if len(fields) > place + 3 else ""
    return Card(identity, born_of(identity), name, until)


def born_of(identity: str) -> str:
    """The ISO day of birth in an identity number; empty when it is none."""
    if not is_resident_id(identity):
        return ""
    return f"{identity[6:10]}-{identity[10:12]}-{identity[12:14]}"


def age(born: str, day: str) -> int:
    """Completed years on a day, both ISO. Who is born on 29 February is older on 1 March."""
    birth, on = date.fromisoformat(born), date.fromisoformat(day)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def proves(kind: PriorityKind, identity: str, day: str) -> bool:
    """Whether a card proves this priority, by its holder's age on an ISO day."""
    born = born_of(identity)
    return bool(kind.from_age and born) and age(born, day) >= kind.from_age


def _iso(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError:
        return ""  # "long term", or nothing
