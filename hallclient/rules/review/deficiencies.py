"""What is missing or wrong: one table for materials, form, departments and the clerk's own.

A notice is a frozen list of what is open in it (一次性告知, 行政许可法 32 (4): all at once).
Another notice in the same case is a second one: it needs a reason and is counted (二次告知).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from hallclient.rules.review.facts import CaseFacts, DeficiencyFact, MaterialState
from hallclient.rules.review.materials import MISSING, OWN, anything_in, needed
from hallclient.rules.review.spec import Material

MATERIAL, FIELD, RULE, DEPARTMENT, CLERK = "material", "field", "rule", "department", "clerk"
SOURCES: Final = (MATERIAL, FIELD, RULE, DEPARTMENT, CLERK)
COMPUTED: Final = (MATERIAL, FIELD, RULE)
"""Sources whose rows follow from what is true; the others are opened and closed by people."""


class Wanted(NamedTuple):
    """A deficiency that is true now, in both languages, with how to mend it."""

    source: str
    ref: str
    code: str
    text: str
    text_en: str
    how: str
    how_en: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same one."""
        return self.source, self.ref, self.code


def of_materials(facts: CaseFacts, notes: dict[int, str]) -> list[Wanted]:
    """What the materials lack. ``notes``: by number, the clerk's own words of a defect.

    A paper that has not come counts as missing once any other has: before, nobody has begun.
    """
    begun = anything_in(facts)
    found: list[Wanted] = []
    for fact in facts.materials:
        material = facts.checklist.by_no[fact.no]
        if needed(facts, material) is False:
            continue
        if fact.state is MaterialState.FAILED:
            found += _failed(material, fact.reasons, notes.get(fact.no, ""))
        elif fact.state is MaterialState.DUE and begun and needed(facts, material):
            found.append(_of(material, MISSING, "", "", "", ""))
    return found


def _failed(material: Material, reasons: tuple[str, ...], note: str) -> Iterator[Wanted]:
    known = {one.code: one for one in material.reasons}
    for code in reasons:
        one = known.get(code)
        if one is not None:
            yield _of(material, code, one.zh, one.en, one.how_zh, one.how_en)
        elif code == OWN:
            yield _of(material, OWN, note, note, "", "")


def _of(material: Material, code: str, zh: str, en: str, how: str, how_en: str) -> Wanted:
    return Wanted(MATERIAL, str(material.no), code, zh, en, how, how_en)


def ordered(facts: CaseFacts) -> list[DeficiencyFact]:
    """What is open as it is numbered, on a notice and on a screen: materials by their number
    first, then the form, departments, the clerk's own.
    """
    return sorted(facts.open_deficiencies, key=_place)


def _place(one: DeficiencyFact) -> tuple[int, int, int]:
    source = SOURCES.index(one.source) if one.source in SOURCES else len(SOURCES)
    return source, int(one.ref) if one.ref.isdecimal() else 0, one.opened_at


def untold(facts: CaseFacts) -> tuple[DeficiencyFact, ...]:
    """Open deficiencies that no notice has told yet."""
    return tuple(one for one in facts.open_deficiencies if one.paper is None)


def needs_reason(facts: CaseFacts) -> bool:
    """Whether the next notice is a second one: it then needs a reason."""
    return facts.notices > 0


def untold_then(facts: CaseFacts) -> tuple[DeficiencyFact, ...]:
    """What should have been told with the last notice: it was there, and nobody said so.

    A paper that has come in since is new; so is what the form says, which a notice tells whole.
    """
    if not facts.round:
        return ()
    since = {str(one.no): one.round for one in facts.materials}

    def then(one: DeficiencyFact) -> bool:
        if one.source == MATERIAL:
            return since.get(one.ref, 0) < facts.round
        return one.source in (DEPARTMENT, CLERK)

    return tuple(one for one in untold(facts) if then(one))
