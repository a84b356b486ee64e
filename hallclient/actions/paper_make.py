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
from hallclient.actions.case_rows import CaseDraft, serial
from hallclient.actions.case_title import FIELDS
from hallclient.actions.cases import applicant_in
from hallclient.rules.errors import Refused
from hallclient.rules.review import paper_body
from hallclient.rules.review.facts import CaseFacts, ClockFact
from hallclient.rules.review.paper_body import Both, Ground, Limit
from hallclient.rules.review.spec import PaperKind
from hallclient.rules.review.templates import House
from hallclient.rules.text import clean

NOTICE = "gzs"
"""The one-time notice (一次性告知书): it tells the open deficiencies and is counted."""


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
    ``papers``, ``how``, ``receiver`` (sdhz). Days are ISO.
    Raises ``no-such-paper``, ``paper-field`` (the flow asks for a field that nothing knows).
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
        text = paper_body.frozen(paper_body.body_of(spec, facts, ground))
    except KeyError as error:
        raise Refused("paper-field", kind=kind, name=str(error.args[0])) from error
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
    return row


def _tell(draft: CaseDraft, facts: CaseFacts, paper: str) -> None:
    """Tie what the notice lists to it, and count the round.

    What an agent tells before anything was handed in is no notice of the law's (行政许可法 32).
    """
    told = {one.id for one in facts.open_deficiencies}
    for row in draft.rows("deficiency"):
        if row["id"] in told:
            draft.update("deficiency", row, paper=paper, round=facts.round + 1)
    statutory = draft.row.get("received_at") is not None
    before = draft.row.get("notices") or 0
    draft.case(round=facts.round + 1, notices=before + statutory)


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
    accepted = draft.row.get("accepted_at") or tx.now
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
        accepted_at=_local(tx, draft.row.get("accepted_at")),
        promised=_promised(draft, facts),
        legal=_legal(draft, facts, date.fromisoformat(_local(tx, accepted)[:10])),
        until=given.get("until") or _supply(draft, house),
        departments={key: _both(one) for key, one in tx.hall.departments.items()},
        reason=reason,
        given=given,
        stamped=stamped,
        demo=tx.store.demo,
    )


def _promised(draft: CaseDraft, facts: CaseFacts) -> Limit:
    """The promised decision: its running clock, also one that this very step starts."""
    limit, unit = facts.checklist.promised_limit, facts.checklist.promised_unit
    clock = facts.clock("decide")
    if clock is not None:
        return _of_clock(clock, limit, unit)
    for at, _, was, now in draft.set:
        if at == "clock" and was is None and now and now["timer"] == "decide":
            return Limit(str(now["due"]), limit, unit, bool(now.get("provisional")))
    return Limit("", limit, unit)


def _of_clock(clock: ClockFact, limit: int, unit: str) -> Limit:
    return Limit(clock.due.isoformat(), limit, unit, clock.provisional)


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
