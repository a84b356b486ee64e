"""What the queue keeps of an identity card: the number, the name, the age, the end of validity.

The whole card is read by `id_card`; a number needs no address.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hallclient.rules import id_card
from hallclient.rules.catalogue import PriorityKind
from hallclient.rules.identity import is_identity


class Card(NamedTuple):
    """A card that was read. ``born`` is the ISO day that the number says; the rest may be empty."""

    identity: str
    born: str
    name: str = ""
    valid_until: str = ""
    """ISO day; empty: unknown or without end."""


def read(text: str) -> Card | None:
    """The card in what a reader typed; None when there is no valid number in it."""
    card = id_card.read(text)
    if card is None:
        return None
    until = card.valid_until.isoformat() if card.valid_until else ""
    return Card(card.number, born_of(card.number), card.name, until)


def born_of(identity: str) -> str:
    """The ISO day of birth in an identity number; empty when it is none."""
    if not is_identity(identity):
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
