"""Documents (文书) of a case: made and frozen, delivered, printed.

What a document says is data (`paper_body`), sealed under the case's key and never changed; its
face is set from that by the templates of its edition whenever it is wanted (`paper_pdf`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from db.store import Row
from hallclient.actions import paper_templates
from hallclient.actions.acting import Action
from hallclient.actions.case_rows import CaseDraft, clock_fact, serial
from hallclient.actions.case_title import FIELDS
from hallclient.actions.cases import applicant_in
from hallclient.actions.paper_receipt import COUNTER, Receipt, deliver_in
from hallclient.rules.errors import Refused
from hallclient.rules.review import paper_body
from hallclient.rules.review.clocks import decision_limit
from hallclient.rules.review.facts import CaseFacts, ClockFact
from hallclient.rules.review.flow import NOTICE
from hallclient.rules.review.paper_body import Both, Ground, Limit
from hallclient.rules.review.spec import PaperKind
from hallclient.rules.review.templates import House
from hallclient.rules.text import clean

PROOF = "sdhz"
"""The proof of delivery (送达回证): what it lists is delivered by it."""


def make_in(
    draft: CaseDraft,
    kind: str,
    facts: CaseFacts,
    *,
    reason: str = "",
    stamped: bool = False,
    given: Mapping[str, str] | None = None,
) -> Row:
    """Make a document in a step of its case; the caller writes the step's event. Its row.

    ``given``: what only the caller knows: ``until`` (gzs), ``competent`` (bys), ``procedure``,
    ``days``, ``from``, ``to`` (tbcx), ``decision`` (xkz), ``no`` (one material of rqcn),
    ``papers``, ``how``, ``receiver``, ``waybill``, ``address`` (sdhz). Days are ISO.
    Raises ``no-such-paper``, ``paper-field`` (the flow asks for a field that nothing knows); of a
    proof of delivery as `deliver_in`.
    """
    spec = facts.flow.paper.get(kind)
    if spec is None:
        raise Refused("no-such-paper", field="kind", kind=kind)
    templates = paper_templates.newest(draft.tx)
    said = {key: clean(value, multiline=True).strip() for key, value in (given or {}).items()}
    words = clean(reason, multiline=True).strip()
    number = _number(draft, spec)
    ground = _ground(draft, facts, number, templates.house, words, said, stamped)
    try:
        body = paper_body.body_of(spec, facts, ground)
    except KeyError as error:
        raise Refused("paper-field", kind=kind, name=str(error.args[0])) from error
    text = paper_body.frozen(body)
    row = draft.insert(
        "paper",
        draft.next("paper", "p"),
        kind=kind,
        number=number,
        copies=spec.copies,
        sealed=draft.sealed(body=text),
        sha256=sha256(text.encode()).hexdigest(),
        template=templates.key,
        stamped=int(stamped),
        by=draft.tx.actor,
        at=draft.tx.now,
        day=draft.tx.day,
        printed=0,
    )
    if kind == NOTICE:
        _tell(draft, facts, row["id"])
    if kind == PROOF:
        _hand_over(draft, facts, {one["number"] for one in body["papers"]}, said)
    return row


def _tell(draft: CaseDraft, facts: CaseFacts, paper: str) -> None:
    """Tie what the notice lists to it, and count the round."""
    told = {one.id for one in facts.open_deficiencies}
    for row in draft.rows("deficiency"):
        if row["id"] in told:
            draft.update("deficiency", row, paper=paper, round=facts.round + 1)
    notices = _nth(draft, facts) if _statutory(draft) else draft.row.get("notices")
    draft.case(round=facts.round + 1, notices=notices or 0)


def _statutory(draft: CaseDraft) -> bool:
    """Whether a notice is the law's (行政许可法 32): in a pre-review nothing was handed in yet."""
    return draft.row.get("received_at") is not None


def _nth(draft: CaseDraft, facts: CaseFacts) -> int:
    """Which notice of the case the next one is; those of the pre-review are counted apart."""
    before = draft.row.get("notices") if _statutory(draft) else facts.round
    return (before or 0) + 1


def _hand_over(
    draft: CaseDraft, facts: CaseFacts, numbers: set[str], given: Mapping[str, str]
) -> None:
    """What a proof lists was delivered, unless that is recorded already, also in this step."""
    done = {key for table, key, was, _ in draft.set if table == "paper" and was is not None}
    known = {one.id for one in facts.papers}
    receipt = Receipt(
        given.get("how") or COUNTER,
        given.get("receiver", ""),
        draft.tx.now,
        given.get("waybill", ""),
        given.get("address", ""),
    )
    for row in draft.rows("paper"):
        open_ = row["delivered_at"] is None and row["id"] in known - done
        if open_ and row["number"] in numbers:
            deliver_in(draft, row, receipt, named=False)


def _number(draft: CaseDraft, spec: PaperKind) -> str:
    """The next number of the kind; those collected in this very step are counted too."""
    number = serial(draft.tx, spec.prefix, "paper")
    begin, _, last = number.rpartition("-")
    same = sum(
        at == "paper" and was is None and str((now or {}).get("number")).startswith(f"{begin}-")
        for at, _, was, now in draft.set
    )
    return f"{begin}-{int(last) + same:04d}"


def _ground(
    draft: CaseDraft,
    facts: CaseFacts,
    number: str,
    house: House,
    reason: str,
    given: Mapping[str, str],
    stamped: bool,
) -> Ground:
    tx = draft.tx
    whose = applicant_in(tx.store, draft.row)
    item = tx.hall.items.get(facts.item)
    named = item or facts.checklist
    department = tx.hall.departments.get(item.department) if item else None
    accepted = _accepted(draft, facts)
    return Ground(
        number=number,
        at=_local(tx, tx.now),
        hall=_both(tx.hall),
        item=_both(named),
        applicant={"kind": whose.kind, **{name: getattr(whose, name) for name in FIELDS}},
        clerk=_clerk(tx),
        window=_window(tx),
        house=house,
        result={"zh": item.result, "en": item.result} if item else paper_body.NOWHERE,
        department=_both(department) if department else paper_body.NOWHERE,
        received_at=_local(tx, draft.row.get("received_at")),
        accepted_at=accepted,
        promised=_promised(draft, facts),
        legal=_legal(draft, facts, date.fromisoformat(accepted[:10])),
        until=given.get("until") or _supply(draft, house),
        departments={key: _both(one) for key, one in tx.hall.departments.items()},
        reason=reason,
        given=given,
        nth=_nth(draft, facts),
        stamped=stamped,
        demo=tx.store.demo,
    )


def _accepted(draft: CaseDraft, facts: CaseFacts) -> str:
    """When the case was accepted: the day that its decision counts from, if that is earlier.

    A case that counts as accepted (视为受理) is so from the day of receipt (行政许可法 32 (4)).
    """
    tx = draft.tx
    at = _local(tx, draft.row.get("accepted_at") or tx.now)
    clock = _decide(draft, facts)
    start = clock.start.isoformat() if clock is not None else at
    return start if start < at[:10] else at


def _promised(draft: CaseDraft, facts: CaseFacts) -> Limit:
    """The promised decision by its clock; where nothing is promised, the limit it is under."""
    limit, unit = decision_limit(facts.checklist)
    clock = _decide(draft, facts)
    if clock is None:
        return Limit("", limit, unit)
    return Limit(clock.due.isoformat(), limit, unit, clock.provisional)


def _decide(draft: CaseDraft, facts: CaseFacts) -> ClockFact | None:
    """The clock of the decision, also one that this very step starts."""
    clock = facts.clock("decide")
    if clock is not None:
        return clock
    for table, key, was, now in draft.set:
        if table == "clock" and was is None and now and now["timer"] == "decide":
            return clock_fact({"due_at": None, **now, "id": key})
    return None


def _legal(draft: CaseDraft, facts: CaseFacts, start: date) -> Limit:
    from hallclient.actions.calendars import calendar_of

    limit, unit = facts.checklist.legal_limit, facts.checklist.legal_unit
    if not limit:
        return Limit("", limit, unit)
    due = calendar_of(draft.tx.store).due(start, limit, unit)
    return Limit(due.day.isoformat(), limit, unit, due.provisional)


def _supply(draft: CaseDraft, house: House) -> str:
    from hallclient.actions.calendars import calendar_of

    today = date.fromisoformat(draft.tx.day)
    return calendar_of(draft.tx.store).due(today, house.supply_days, "W").day.isoformat()


def _both(thing: object) -> dict[str, str]:
    zh = str(getattr(thing, "zh", ""))
    return {"zh": zh, "en": str(getattr(thing, "en", "")) or zh}


def _clerk(tx: Action) -> Both:
    row = tx.row("SELECT name FROM operator WHERE id = ?", tx.actor)
    name = (row["name"] if row else "") or tx.actor
    return {"zh": name, "en": name, "id": tx.actor}


def _window(tx: Action) -> Both:
    window = tx.hall.windows.get(tx.window)
    return {**_both(window), "id": tx.window} if window else {**paper_body.NOWHERE, "id": tx.window}


def _local(tx: Action, ms: int | None) -> str:
    """A moment as ISO to the minute, hall's time; empty: there is none."""
    if ms is None:
        return ""
    zone = ZoneInfo(tx.hall.time_zone)
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%dT%H:%M")
