"""The guide (导办): from a question or what people say to an item, its materials, a number, a case.

The guide in force is the one published last, or the one that ships. Nothing here changes anything
but `take`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions import cases, taking, tickets, views
from hallclient.actions.acting import Actor, admit
from hallclient.actions.case_title import ORGANISATION, Applicant
from hallclient.actions.editions import GUIDE, body_of, checklists, newest_key, shipped
from hallclient.actions.hall import hall_of
from hallclient.rules.catalogue_search import item_index
from hallclient.rules.errors import Refused
from hallclient.rules.review import guide as rules
from hallclient.rules.review.guide import Guide, Question, guide_from
from hallclient.rules.review.spec import Checklist, Condition, Material

_known: dict[str, Guide] = {}
"""By the digest of what was published; empty: the one that ships."""


class Bring(NamedTuple):
    """A material to bring. ``condition``: the question under which it is needed, if any."""

    material: Material
    condition: Condition | None


class Matter(NamedTuple):
    """Where the guide leads: an item, a checklist, or another place (``elsewhere_zh``).

    ``legal`` and ``promised``: number and unit (``W``, ``N``, ``H``); 0 as promised: on the spot.
    """

    path: tuple[int, ...]
    zh: str
    en: str
    item: str
    """Code of the catalogue, for whose line a number is given; empty: done elsewhere."""
    checklist: str
    """Empty: the item has none, and no case is opened for it."""
    bring: tuple[Bring, ...] = ()
    legal: tuple[int, str] = (0, "W")
    promised: tuple[int, str] = (0, "W")
    line: str = ""
    """Which queue (业务) it waits in."""
    waiting: int = 0
    """How many wait there now."""
    elsewhere_zh: str = ""
    elsewhere_en: str = ""


class Hit(NamedTuple):
    """What a search found: a place in the guide (``path``), or an item of the catalogue alone.

    ``asks``: it leads to another question.
    """

    zh: str
    en: str
    text: str
    """By which text."""
    path: tuple[int, ...] = ()
    item: str = ""
    checklist: str = ""
    asks: bool = False


class Taken(NamedTuple):
    """A number that was taken and the case on it; ``refused``: why there is no case."""

    ticket: tickets.Ticket
    case: Row | None
    refused: Refused | None = None


def current(store: Store) -> Guide:
    """The guide in force."""
    key = newest_key(store, GUIDE)
    sha256, body = body_of(store, key) if key else ("", "")
    made = _known.get(sha256)
    if made is None:
        data = json.loads(body) if key else shipped()["guide"]
        made = _known[sha256] = guide_from(data)
    return made


def start(store: Store, who: Actor) -> Question:
    """The first question. Raises ``not-allowed``."""
    admit(store, who, "case.read")
    return current(store).questions[0]


def follow(store: Store, who: Actor, path: Sequence[int]) -> Question | Matter:
    """What these answers lead to. Raises ``no-such-answer``, ``guide-ended``, ``no-such-item``,
    ``no-such-checklist`` (the guide names what the hall has no longer).
    """
    admit(store, who, "case.read")
    step = rules.ask(current(store), path)
    if isinstance(step, Question):
        return step
    answer = step.answer
    if answer.elsewhere_zh:
        made = Matter(step.path, answer.zh, answer.en, "", "")
        return made._replace(elsewhere_zh=answer.elsewhere_zh, elsewhere_en=answer.elsewhere_en)
    made = found(store, who, answer.item, checklist=answer.checklist)
    return made._replace(path=step.path)


def found(store: Store, who: Actor, item: str = "", *, checklist: str = "") -> Matter:
    """An item or a checklist with what to bring, its limits, and how many wait in its line.

    Raises ``item-needed``, ``no-such-item``, ``no-such-checklist``.
    """
    admit(store, who, "case.read")
    known, hall = checklists(store), hall_of(store)
    if not checklist:
        checklist = _checklist_of(known, item)
    elif checklist not in known:
        raise Refused("no-such-checklist", field="item", checklist=checklist)
    whole = known.get(checklist)
    code = item or (whole.item if whole else "")
    if not code and whole is None:
        raise Refused("item-needed", field="item")
    service = hall.items.get(code)
    if service is None and code:
        raise Refused("no-such-item", field="service", service=code)
    line = service.line if service else ""
    waiting = views.waiting_count(store, [line])[0] if line else 0
    if whole is not None:
        return Matter(
            path=(),
            zh=whole.zh,
            en=whole.en,
            item=code,
            checklist=checklist,
            bring=tuple(_bring(whole, one) for one in whole.materials),
            legal=(whole.legal_limit, whole.legal_unit),
            promised=(whole.promised_limit, whole.promised_unit),
            line=line,
            waiting=waiting,
        )
    assert service is not None  # noqa: S101 - without a checklist there is an item
    return Matter(
        path=(),
        zh=service.zh,
        en=service.en,
        item=code,
        checklist="",
        legal=(service.legal_limit, service.legal_unit),
        promised=(service.promised_limit, service.promised_unit),
        line=line,
        waiting=waiting,
    )


def search(store: Store, who: Actor, text: str, limit: int = 9) -> list[Hit]:
    """Places of the guide for what somebody says, then items of the catalogue; each once."""
    admit(store, who, "case.read")
    known, hall = checklists(store), hall_of(store)
    hits: list[Hit] = []
    led: set[str] = set()
    for hit in rules.search(current(store), text, limit):
        answer = hit.answer
        checklist = answer.checklist or _checklist_of(known, answer.item)
        whole = known.get(checklist)
        code = answer.item or (whole.item if whole else "")
        led.add(code)
        hits.append(Hit(answer.zh, answer.en, hit.text, hit.path, code, checklist, bool(answer.to)))
    for one in item_index(hall).find(text, limit):
        if one.key not in led:
            item = hall.items[one.key]
            checklist = _checklist_of(known, one.key)
            hits.append(Hit(item.zh, item.en, one.text, (), one.key, checklist))
    return hits[:limit]


def take(
    store: Store,
    who: Actor,
    item: str = "",
    *,
    checklist: str = "",
    applicant: Applicant | None = None,
    priority: str = "",
    proof: str = "",
) -> Taken:
    """Take a number for an item and open its case on it: two steps, the number first.

    What can be known before is refused before: no number is given then. When the case is refused
    all the same the number stays, and `Taken.refused` says why; `cases.open_case` with the number
    does it later. An item without a checklist gets a number alone.
    Raises as `found`, ``not-allowed`` and as `tickets.take`.
    """
    admit(store, who, "case.open")
    matter = found(store, who, item, checklist=checklist)
    if not matter.item:
        raise Refused("item-needed", field="item")
    person = _person(applicant) if applicant is not None else {}
    request = tickets.Request([matter.item], priority=priority, proof=proof, person=person)
    ticket = taking.take(store, who, request)
    if not matter.checklist:
        return Taken(ticket, None)
    try:
        row = cases.open_case(
            store,
            who,
            applicant=applicant,
            number=ticket.number,
            checklist=matter.checklist,
        )
    except Refused as refused:
        return Taken(ticket, None, refused)
    return Taken(ticket, row)


def _bring(whole: Checklist, material: Material) -> Bring:
    return Bring(material, whole.by_condition.get(material.when))


def _checklist_of(known: dict[str, Checklist], item: str) -> str:
    """The checklist of an item; empty: it has none."""
    return next((key for key, one in known.items() if item and one.item == item), "")


def _person(applicant: Applicant) -> dict[str, str]:
    """Who stands in the line: the applicant, or whoever came for an organisation."""
    if applicant.kind == ORGANISATION:
        return {
            "company": applicant.name,
            "name": applicant.agent_name,
            "identity": applicant.agent_identity,
            "phone": applicant.agent_phone,
        }
    return {
        "name": applicant.agent_name or applicant.name,
        "identity": applicant.agent_identity or applicant.identity,
        "phone": applicant.agent_phone or applicant.phone,
    }
