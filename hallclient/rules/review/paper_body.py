"""What a document (文书) says, as data: frozen when it is made, set in type whenever it is wanted.

Every word that the catalogue or the checklist has in two languages stays in both (``zh``, ``en``);
what a person wrote stays as it was written. Days are ISO, moments ISO to the minute, hall's time.
Which fields a kind must say is in the flow (`PaperKind.fields`); the law asks for most of them:
行政许可法 32 (receipt, acceptance, notice, refusal), 38 (decisions), 44 (delivery), 45 (special
procedure).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hallclient.rules.certificate.states import HANDED, OPEN
from hallclient.rules.review.deficiencies import ordered
from hallclient.rules.review.facts import CaseFacts, DeficiencyFact, MaterialFact, MaterialState
from hallclient.rules.review.spec import Material, PaperKind
from hallclient.rules.review.templates import House
from hallclient.rules.text import mask_id

Body = dict[str, Any]
Both = Mapping[str, str]
"""A word in both languages: ``zh``, ``en``."""

NOWHERE: Both = {"zh": "", "en": ""}
DECISIONS = ("xkz", "byx")
"""Kinds that name their addressee in full: a decision must be unmistakable (行政许可法 38)."""
_IN = frozenset(MaterialState) - {MaterialState.DUE, MaterialState.UNNEEDED}


@dataclass(frozen=True)
class Limit:
    """A limit and the day it ends; a limit of 0 is on the spot, an empty day: none is known."""

    day: str = ""
    limit: int = 0
    unit: str = "W"
    provisional: bool = False


@dataclass(frozen=True)
class Ground:
    """What a document needs beside the facts of its case."""

    number: str
    at: str
    hall: Both
    item: Both
    applicant: Mapping[str, str]
    clerk: Both
    window: Both
    house: House
    result: Both = field(default_factory=lambda: NOWHERE)
    department: Both = field(default_factory=lambda: NOWHERE)
    received_at: str = ""
    accepted_at: str = ""
    promised: Limit = Limit()
    legal: Limit = Limit()
    until: str = ""
    """Until when the notice's points are to be mended."""
    departments: Mapping[str, Both] = field(default_factory=dict)
    """Names of those whose opinions are among the deficiencies."""
    reason: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    nth: int = 1
    """Which notice of the case this one is, of a notice."""
    stamped: bool = False
    demo: bool = False

    @property
    def day(self) -> str:
        """The day of the document."""
        return self.at[:10]


def body_of(kind: PaperKind, facts: CaseFacts, ground: Ground) -> Body:
    """Everything a document says. Raises KeyError with a field that the flow asks for in vain."""
    body: Body = {
        "kind": kind.id,
        "title": _both(kind),
        "case": facts.number,
        "hall": dict(ground.hall),
        "department": dict(ground.department),
        "address": {"zh": ground.house.address_zh, "en": ground.house.address_en},
        "law": {"zh": kind.basis_zh, "en": kind.basis_en},
        "copies": kind.copies,
        "nth": ground.nth,
        "at": ground.at,
        "demo": ground.demo,
        "reason": ground.reason,
        "stamped": ground.stamped,
    }
    for name in ("number", "applicant", "item", "date", *kind.fields):
        body[name] = FIELDS[name](kind, facts, ground)
    return body


def frozen(body: Body) -> str:
    """The canonical text of a body: the same content is the same text."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# -- fields


def _both(thing: Any) -> dict[str, str]:
    return {"zh": thing.zh, "en": thing.en or thing.zh}


def _applicant(kind: PaperKind, facts: CaseFacts, ground: Ground) -> dict[str, str]:
    whose = dict(ground.applicant)
    if kind.id not in DECISIONS:
        whose["identity"] = mask_id(whose.get("identity", ""))
    whose["agent_identity"] = mask_id(whose.get("agent_identity", ""))
    return whose


def _material(facts: CaseFacts, fact: MaterialFact) -> Body:
    spec = facts.checklist.by_no[fact.no]
    return {
        "no": fact.no,
        **_both(spec),
        "form": fact.form or spec.form,
        "medium": fact.medium or spec.medium,
        "copies": fact.copies,
        "state": fact.state.value,
        "main": spec.main,
        "files": fact.files,
    }


def _materials(_: PaperKind, facts: CaseFacts, __: Ground) -> list[Body]:
    return [_material(facts, one) for one in facts.materials if one.state in _IN]


def _deficiencies(_: PaperKind, facts: CaseFacts, ground: Ground) -> list[Body]:
    """What is missing or wrong: materials by number first, then the form, departments, clerks."""
    return [_deficiency(facts, one, ground) for one in ordered(facts)]


def _deficiency(facts: CaseFacts, one: DeficiencyFact, ground: Ground) -> Body:
    what = _material_of(facts, one)
    reason = facts.checklist.reasons.get(one.code)
    wrong = {"zh": one.text, "en": one.text_en or one.text}
    how = {"zh": one.how, "en": one.how_en or one.how}
    if reason is not None:
        if one.text in ("", reason.zh):
            wrong = {"zh": reason.zh, "en": reason.en}
        if one.how in ("", reason.how_zh):
            how = {"zh": reason.how_zh, "en": reason.how_en}
    found: Body = {"source": one.source, "wrong": wrong, "how": how, "what": dict(NOWHERE)}
    if one.source == "department":
        found["what"] = dict(ground.departments.get(one.ref, NOWHERE))
    if what is not None:
        found["what"] = _both(what)
        found |= {
            "no": what.no,
            "form": what.form,
            "medium": what.medium,
            "copies": what.copies,
            "from": {"zh": what.source, "en": what.source_en},
        }
    return found


def _material_of(facts: CaseFacts, one: DeficiencyFact) -> Material | None:
    if one.source != "material" or not one.ref.isdecimal():
        return None
    return facts.checklist.by_no.get(int(one.ref))


def _gaps(_: PaperKind, facts: CaseFacts, ground: Ground) -> list[Body]:
    """What is to be supplied later, each with the promised day (容缺)."""
    due = {one.no: one.due for one in facts.open_promises}
    only = ground.given.get("no", "")
    return [
        {**_material(facts, one), "due": due[one.no].isoformat() if one.no in due else ""}
        for one in facts.materials
        if (one.no in due or one.state is MaterialState.TOLERATED) and only in ("", str(one.no))
    ]


def _told(_: PaperKind, facts: CaseFacts, __: Ground) -> Body:
    """What is told before the promise: the materials it stands for, and the item's basis."""
    nos = {one.no for one in facts.promises if one.kind == "commitment" and one.state == "open"}
    return {
        "materials": [
            _material(facts, one)
            for one in facts.materials
            if one.no in nos or one.state is MaterialState.COMMITTED
        ],
        "basis": _basis(facts),
    }


def _basis(facts: CaseFacts) -> dict[str, str]:
    """The law that the item itself stands on."""
    return {"zh": facts.checklist.basis, "en": facts.checklist.basis_en or facts.checklist.basis}


def _promise(kind: PaperKind, facts: CaseFacts, _: Ground) -> list[Body]:
    wanted = "commitment" if kind.id == "gzcn" else "tolerance"
    return [
        {"no": one.no, **_both(facts.checklist.by_no[one.no]), "due": one.due.isoformat()}
        for one in facts.promises
        if one.kind == wanted and one.state == "open" and one.no in facts.checklist.by_no
    ]


def _until(kind: PaperKind, facts: CaseFacts, ground: Ground) -> str:
    if kind.id == "gzs":
        return ground.until
    return _latest(one.due for one in facts.open_promises)


def _latest(days: Iterable[date]) -> str:
    return max((day.isoformat() for day in days), default="")


def _consequence(kind: PaperKind, facts: CaseFacts, _: Ground) -> dict[str, str]:
    """What the flow says happens to a promise not kept; a commitment's stands in its template."""
    timer = facts.flow.timer.get("supplement")
    if timer is None or kind.id == "gzcn":
        return dict(NOWHERE)
    return {"zh": timer.expiry_zh, "en": timer.expiry_en}


def _limit(limit: Limit) -> Body:
    return {
        "day": limit.day,
        "limit": limit.limit,
        "unit": limit.unit,
        "provisional": limit.provisional,
    }


def _promised(_: PaperKind, __: CaseFacts, ground: Ground) -> Body:
    return _limit(ground.promised)


def _legal(_: PaperKind, __: CaseFacts, ground: Ground) -> Body:
    return _limit(ground.legal)


def _remedies(_: PaperKind, __: CaseFacts, ground: Ground) -> Body:
    """Reconsideration within 60 days (行政复议法 20), suit within six months (行政诉讼法 46)."""
    house = ground.house
    return {
        "review_days": 60,
        "suit_months": 6,
        "review": {"zh": house.review_zh, "en": house.review_en},
        "court": {"zh": house.court_zh, "en": house.court_en},
    }


def _decision(_: PaperKind, __: CaseFacts, ground: Ground) -> Body:
    return {"text": ground.given.get("decision", ground.reason), "result": dict(ground.result)}


def _papers(_: PaperKind, facts: CaseFacts, ground: Ground) -> list[Body]:
    """The documents that are handed over: those named, else the decision, else all there are; and
    every certificate.

    What was delivered before is handed over again only when it is named.
    """
    wanted = ground.given.get("papers", "").split()
    known = [one for one in facts.papers if one.kind in facts.flow.paper]
    found = [one for one in known if one.number in wanted]
    if not wanted:
        left = [one for one in known if one.delivered_at is None]
        found = [one for one in left if one.kind in DECISIONS] or left
    papers = [{**_both(facts.flow.paper[one.kind]), "number": one.number} for one in found]
    handed = [one for one in facts.certificates if one.state == HANDED]
    return papers + [{"zh": one.zh, "en": one.en, "number": one.code} for one in handed]


def _certificates(_: PaperKind, facts: CaseFacts, __: Ground) -> list[Body]:
    """What the case yields that is still to be fetched, and how far it is."""
    return [
        {"zh": one.zh, "en": one.en, "number": one.code, "state": one.state}
        for one in facts.certificates
        if one.state in OPEN
    ]


def _receiver(_: PaperKind, __: CaseFacts, ground: Ground) -> str:
    whose = ground.applicant
    given = ground.given.get("receiver", "")
    return given or whose.get("agent_name", "") or whose.get("name", "")


def _signature(_: PaperKind, __: CaseFacts, ___: Ground) -> list[str]:
    return ["clerk", "applicant"]


def _received(kind: PaperKind, _: CaseFacts, ground: Ground) -> str:
    """When the papers came in; empty in a pre-review's notice, where none have."""
    return ground.received_at or (ground.at if kind.id == "sqd" else "")


def _given(name: str) -> Callable[[PaperKind, CaseFacts, Ground], str]:
    return lambda _, __, ground: ground.given.get(name, "")


FIELDS: Mapping[str, Callable[[PaperKind, CaseFacts, Ground], Any]] = {
    "accepted_at": lambda _, __, ground: ground.accepted_at or ground.at,
    "applicant": _applicant,
    "basis": lambda _, facts, __: _basis(facts),
    "certificates": _certificates,
    "clerk": lambda _, __, ground: dict(ground.clerk),
    "code": lambda _, __, ground: ground.number,
    "competent": _given("competent"),
    "consequence": _consequence,
    "date": lambda _, __, ground: ground.day,
    "days": _given("days"),
    "decision": _decision,
    "deficiencies": _deficiencies,
    "from": lambda _, __, ground: ground.given.get("from", ground.day),
    "gaps": _gaps,
    "how": _given("how"),
    "item": lambda _, facts, ground: {**ground.item, "code": facts.item},
    "legal_due": _legal,
    "materials": _materials,
    "number": lambda _, __, ground: ground.number,
    "papers": _papers,
    "phone": lambda _, __, ground: ground.house.phone,
    "pickup": _given("pickup"),
    "procedure": lambda _, __, ground: ground.given.get("procedure", ground.reason),
    "promise": _promise,
    "promised": _promised,
    "promised_due": _promised,
    "reason": lambda _, __, ground: ground.reason,
    "received_at": _received,
    "receiver": _receiver,
    "remedies": _remedies,
    "seal": lambda _, __, ground: ground.stamped,
    "signature": _signature,
    "supervision": lambda _, __, ground: ground.house.supervision,
    "to": _given("to"),
    "told": _told,
    "until": _until,
    "window": lambda _, __, ground: {**ground.window, "phone": ground.house.phone},
}
"""Field of a document -> what it says. A hall's flow may ask for any of these of any kind."""
