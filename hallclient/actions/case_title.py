"""What a case is called in lists, and what finds it in the one search box.

An organisation is called by its name. A person is called by a masked name and found by the whole
name or identity number (as tokens of the hall's key): a list is no register of people.
"""

from __future__ import annotations

from typing import NamedTuple

from db.store import Store
from hallclient.rules.search import fold
from hallclient.rules.text import clean, mask_name, narrow

PERSON = "person"
ORGANISATION = "organisation"
KINDS = (PERSON, ORGANISATION)

FIELDS = ("name", "identity", "phone", "address", "agent_name", "agent_identity", "agent_phone")
"""Personal fields of an applicant, sealed under the case's key."""


class Applicant(NamedTuple):
    """Who files: a person or an organisation, and whoever came for it (``agent_…``)."""

    kind: str = PERSON
    name: str = ""
    identity: str = ""
    phone: str = ""
    address: str = ""
    agent_name: str = ""
    agent_identity: str = ""
    agent_phone: str = ""

    def cleaned(self) -> Applicant:
        """Without anything unsafe; numbers as they are written on a card."""
        texts = {one: clean(getattr(self, one)).strip() for one in FIELDS}
        for one in ("identity", "agent_identity", "phone", "agent_phone"):
            texts[one] = narrow(texts[one])
        return Applicant(kind=self.kind, **texts)


def title_of(applicant: Applicant) -> str:
    """How lists call the case."""
    return applicant.name if applicant.kind == ORGANISATION else mask_name(applicant.name)


def find_text(applicant: Applicant, number: str) -> str:
    """What typed letters are looked for in: number, name, its pinyin, its initials.

    A character that is read in several ways has a spelling of the initials for each, the others as
    usual. Of a person only what the masked name shows.
    """
    from hallclient.actions.pinyin import syllables

    title = title_of(applicant).rstrip("*")
    readings = [part.split("/") for part in syllables(title).split("|") if part]
    usual = [ways[0] for ways in readings]
    initials = "".join(one[:1] for one in usual)
    others = {
        initials[:at] + way[:1] + initials[at + 1 :]
        for at, ways in enumerate(readings)
        for way in ways[1:]
    }
    parts = [fold(number), fold(title), initials, *sorted(others), "".join(usual)]
    return " ".join(dict.fromkeys(filter(None, parts)))


def tokens(store: Store, applicant: Applicant) -> tuple[str | None, str | None]:
    """What a person is found by without being listed: tokens of the identity and of the name."""
    if applicant.kind != PERSON:
        return None, None
    identity = store.person_token(applicant.identity) if applicant.identity else None
    name = store.person_token(f"name:{fold(applicant.name)}") if applicant.name else None
    return identity, name
