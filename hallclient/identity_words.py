"""Words for numbers that were judged: what is wrong, where, which slip it may be, what it carries.

No sentence holds a whole number or a day of birth: it may stand in a list that others see. A number
is called well-formed, never more: its form says nothing of whose it is.
"""

from __future__ import annotations

from datetime import date

from hallclient.rules.id_card import Card
from hallclient.rules.judged import MEANT, Judged, Note, Slip
from hallclient.rules.regions import Regions
from hallclient.rules.text import ELLIPSIS, plain
from hallclient.texts import has, t
from hallclient.words import word

_MOST_PLACES = 6
_PHONES = ("phone", "mobile", "landline", "service", "hong_kong", "macau", "taiwan")


def kind_word(kind: str) -> str:
    """What kind of number it is: ``居民身份证``."""
    return word("identity.kind", kind)


def _key(code: str, kind: str) -> str:
    """The text of a code: a kind may have words of its own."""
    own = f"identity.{code}.{'phone' if kind in _PHONES else kind}"
    return own if has(own) else f"identity.{code}"


def _between(parts: list[str]) -> str:
    return t("identity.between").join(parts)


def _places(judged: Judged) -> str:
    more = [ELLIPSIS] if len(judged.at) > _MOST_PLACES else []
    return _between([*map(str, judged.at[:_MOST_PLACES]), *more])


def _chars(judged: Judged) -> str:
    more = ELLIPSIS if len(judged.wrong) > _MOST_PLACES else ""
    return plain(judged.wrong[:_MOST_PLACES]) + more


def error_text(judged: Judged) -> str:
    """What is wrong and how it is mended, without guesses; empty for a well-formed number."""
    code, params = judged.error, judged.params
    if not code:
        return ""
    if code == "LENGTH" and not judged.number:
        code = "EMPTY"
    kinds = params.get("kinds")
    said = t(
        _key(code, judged.kind),
        kind=kind_word(judged.kind),
        kinds=_between([kind_word(kind) for kind in kinds]) if isinstance(kinds, tuple) else "",
        other=kind_word(judged.other) if judged.other else "",
        length=params.get("length", ""),
        wanted=params.get("wanted", ""),
        places=_places(judged),
        first=judged.at[0] if judged.at else "",
        last=judged.at[-1] if judged.at else "",
        chars=_chars(judged),
    )
    return said + "".join(_more(judged))


def _more(judged: Judged) -> list[str]:
    """What can be added to the error: strange characters, look-alikes, where to look, the kind."""
    more: list[str] = []
    if judged.error == "LENGTH":
        if judged.at:
            more.append(t("identity.strange", chars=_chars(judged)))
        if judged.other:
            more.append(t(_key("rather", judged.other), other=kind_word(judged.other)))
    elif judged.error in ("CHARSET", "REGION_NOT_DIGIT") and not judged.slips:
        for letter in dict.fromkeys(judged.wrong):
            digit = letter.translate(MEANT)
            if digit != letter:
                more.append(t("identity.alike", letter=letter, digit=digit))
    elif judged.error == "CHECK" and "both" in judged.params:
        more.append(t(f"identity.look-{'inside' if judged.params['both'] else 'outside'}"))
    return more


def slip_text(slip: Slip) -> str:
    """One slip that would explain it: ``第 5、6 位颠倒:21 应为 12``."""
    places = _between([str(place) for place in slip.at_all])
    return t(f"identity.slip.{slip.kind}", places=places, found=slip.found, meant=slip.meant)


def slips_text(judged: Judged) -> str:
    """All slips that are offered, as one sentence; empty: none."""
    if not judged.slips:
        return ""
    return t("identity.maybe", slips=t("identity.or").join(map(slip_text, judged.slips)))


def note_text(note: Note) -> str:
    """What there is to confirm in a well-formed number."""
    values = {
        name: kind_word(str(value)) if name == "kind" else plain(str(value))
        for name, value in note.params.items()
    }
    return t(f"identity.note.{note.code}", **values)


def sentence(judged: Judged) -> str:
    """All that is to be said of a number: the error with its slips, then the notes."""
    said = [error_text(judged), slips_text(judged), *map(note_text, judged.notes)]
    return t("identity.then").join(part for part in said if part)


def form_text(kind: str) -> str:
    """That a number of this kind is well-formed, which is all that its form can tell."""
    return t(_key("well-formed", kind), kind=kind_word(kind))


def facts_text(judged: Judged, regions: Regions | None = None) -> str:
    """What a well-formed number is and carries; empty for another.

    Holds the day of birth: for the number's own field only.
    """
    if not judged.well_formed:
        return ""
    facts = [form_text(judged.kind)]
    if judged.kind == "uscc":
        department, category = judged.number[0], judged.number[:2]
        facts.append(t(f"identity.dept.{department}"))
        facts.append(t(f"identity.category.{category}"))
    if judged.sex:
        facts.append(t(f"identity.sex.{judged.sex}"))
    if judged.birth:
        facts.append(t("identity.born", day=judged.birth.isoformat()))
    if judged.region and regions is not None and (name := regions.name(judged.region)):
        facts.append(name)
    return " · ".join(facts)


def card_text(card: Card, today: date) -> str:
    """Whether a card is still valid, as a warning; empty when it is."""
    state = card.state(today)
    if state == "valid":
        return ""
    day = card.valid_until if state == "expired" else card.valid_from
    return t(f"identity.card.{state}", day=day.isoformat() if day else "")
