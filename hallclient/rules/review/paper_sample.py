"""A made-up case that a template can be tried with before any document is made with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hallclient.rules.certificate.states import STATES, CertificateFact
from hallclient.rules.review.facts import (
    CaseFacts,
    DeficiencyFact,
    MaterialFact,
    MaterialState,
    PaperFact,
    PromiseFact,
)
from hallclient.rules.review.paper_body import Body, Both, Ground, Limit, body_of
from hallclient.rules.review.spec import Checklist, Flow, PaperKind
from hallclient.rules.review.templates import House

DAY = date(2026, 9, 22)
NUMBER = "20260922-W01-0001"
_CASE = "sample"


def sample(
    flow: Flow, checklist: Checklist, kind: PaperKind, house: House, hall: Both, word: str = ""
) -> Body:
    """What a document of a kind says about the made-up case.

    ``word``: what stands wherever a person would have written something; empty: nothing does,
    which a template must bear as well.
    """
    made = body_of(kind, _facts(flow, checklist, word), _ground(kind, checklist, house, hall, word))
    return {**made, "demo": True}


def _facts(flow: Flow, checklist: Checklist, word: str) -> CaseFacts:
    due = DAY + timedelta(days=10)
    states = (MaterialState.PASSED, MaterialState.TOLERATED, MaterialState.COMMITTED)
    materials = tuple(
        MaterialFact(
            f"{_CASE}/m/{one.no}",
            one.no,
            states[place % len(states)],
            "" if one.form == "either" else one.form,
            "" if one.medium == "either" else one.medium,
            one.copies,
            0,
            (),
            0,
            None,
        )
        for place, one in enumerate(checklist.materials)
    )
    wrong = [
        DeficiencyFact(
            f"{_CASE}/d/{one.no}", 1, "material", str(one.no), reason.code, "", "", 0, None, None
        )
        for one in checklist.materials
        for reason in one.reasons[:1]
    ]
    for source in ("field", "rule", "department", "clerk"):
        key = f"{_CASE}/d/{source}"
        wrong.append(DeficiencyFact(key, 1, source, "x", "", word, word, 0, None, None))
    kinds = {
        MaterialState.TOLERATED: "tolerance",
        MaterialState.COMMITTED: "commitment",
    }
    return CaseFacts(
        id=_CASE,
        number=NUMBER,
        state="received",
        item=checklist.item,
        flow=flow,
        checklist=checklist,
        today=DAY,
        round=1,
        materials=materials,
        deficiencies=tuple(wrong),
        promises=tuple(
            PromiseFact(f"{_CASE}/o/{one.no}", kinds[one.state], one.no, due, "open")
            for one in materials
            if one.state in kinds
        ),
        papers=tuple(
            PaperFact(f"{_CASE}/p/{key}", key, f"{one.prefix}{NUMBER}", 0, None)
            for key, one in flow.paper.items()
        ),
        certificates=tuple(
            CertificateFact(f"{_CASE}/z/{n}", "x", state, word, word, word)
            for n, state in enumerate(STATES, 1)
        ),
    )


def _ground(kind: PaperKind, checklist: Checklist, house: House, hall: Both, word: str) -> Ground:
    names = ("name", "identity", "phone", "address", "agent_name", "agent_identity", "agent_phone")
    given: Mapping[str, str] = {
        "competent": word,
        "days": "20" if word else "",
        "decision": word,
        "pickup": word[:9],
        "from": DAY.isoformat(),
        "how": word,
        "procedure": word,
        "to": (DAY + timedelta(days=28)).isoformat() if word else "",
    }
    return Ground(
        number=f"{kind.prefix}{NUMBER}",
        at=f"{DAY.isoformat()}T09:30",
        hall=hall,
        item={"zh": checklist.zh, "en": checklist.en},
        applicant={"kind": "organisation" if word else "person", **dict.fromkeys(names, word)},
        clerk={"zh": word, "en": word, "id": word},
        window={"zh": word, "en": word, "id": word},
        house=house if word else House(),
        result={"zh": word, "en": word},
        received_at=f"{DAY.isoformat()}T09:00" if word else "",
        promised=_limit(checklist.promised_limit, checklist.promised_unit, word),
        legal=_limit(checklist.legal_limit, checklist.legal_unit, word),
        until=(DAY + timedelta(days=21)).isoformat() if word else "",
        reason=word,
        given=given,
        nth=2 if word else 1,
        stamped=bool(word),
    )


def _limit(limit: int, unit: str, word: str) -> Limit:
    day = (DAY + timedelta(days=limit)).isoformat() if limit and word else ""
    return Limit(day, limit, unit, provisional=True)
