"""Promises: a paper to come later (容缺), or a promise in place of a proof (告知承诺)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_deficiencies import LONGEST, collect_in, follow_in, write_in
from hallclient.actions.case_notes import ESCALATION, SUPERVISORS, note_in
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import tolerance as rules
from hallclient.rules.review.facts import MaterialState
from hallclient.rules.review.materials import DECIDED
from hallclient.rules.text import clean

AHEAD: Final = 3
"""Working days before its day in which a promise counts as due soon."""
_PAPER: Mapping[str, str] = {rules.TOLERANCE: "rqcn", rules.COMMITMENT: "gzcn"}
_STATE = {rules.TOLERANCE: MaterialState.TOLERATED, rules.COMMITMENT: MaterialState.COMMITTED}


def latest(store: Store, who: Actor, case: str, no: int, kind: str = rules.TOLERANCE) -> date:
    """The last day that a paper may be promised for; of a commitment: the day it is checked by
    unless another is said. Raises ``no-such-case``, ``no-such-material``.
    """
    from hallclient.actions.cases import facts as facts_of

    facts = facts_of(store, who, case)[1]
    if no not in facts.checklist.by_no:
        raise Refused("no-such-material", field="material", no=no)
    calendar = calendar_of(store)
    if kind == rules.COMMITMENT:
        return calendar.after(facts.today, rules.CHECK_DAYS)
    return rules.latest(facts, facts.checklist.by_no[no], calendar)


def promise(
    store: Store, who: Actor, case: str, kind: str, no: int, due: date, *, signed: bool
) -> Row:
    """Take a written promise; its row. The document to sign is made with it.

    ``due``: the day by which the paper is in, or the commitment is to be checked.
    Raises ``no-such-promise-kind``, ``no-such-material`` and what `tolerance.why_not` says; as
    `cases.editing`.
    """
    from hallclient.actions.case_papers import make_in

    with acting(store, who, "material.promise") as tx:
        if kind not in rules.KINDS:
            raise Refused("no-such-promise-kind", field="kind", kind=kind)
        draft = editing(tx, case)
        facts = draft.facts()
        if no not in facts.checklist.by_no:
            raise Refused("no-such-material", field="material", no=no)
        calendar = calendar_of(store)
        why = rules.why_not(facts, no, kind, due, signed, calendar)
        if why:
            latest_day = rules.latest(facts, facts.checklist.by_no[no], calendar)
            raise _refusal(why, no, latest_day)
        row = draft.insert(
            "promise",
            draft.next("promise", "o"),
            kind=kind,
            no=no,
            due=due.isoformat(),
            state=rules.OPEN,
            by=tx.actor,
            at=tx.now,
        )
        material = next(one for one in draft.rows("material") if one["no"] == no)
        draft.update(
            "material",
            material,
            state=_STATE[kind].value,
            reasons="[]",
            note=None,
            checked_by=tx.actor,
            checked_at=tx.now,
        )
        draft.write("promise.made", row["id"], promise=kind)
        collect_in(draft)
        write_in(draft)
        make_in(draft, _PAPER[kind], draft.facts(), given={"no": str(no), "until": due.isoformat()})
        draft.write("paper.made")
        follow_in(draft)
        return row


def close(store: Store, who: Actor, promise_id: str, state: str, *, reason: str = "") -> Row:
    """End a promise: ``kept`` (a commitment was checked and is true), ``broken``, ``withdrawn``.

    A tolerated paper is kept by marking it as passed; broken or withdrawn it is due again. A
    commitment is also checked after the decision and when the case is over: a broken one is told to
    the supervisor, who may revoke what was decided (国办发〔2020〕42号).
    Raises ``no-such-promise``, ``no-such-promise-end``, ``promise-by-paper``,
    ``promise-reason-needed``, ``reason-long``; as `cases.editing`.
    """
    with acting(store, who, "material.promise") as tx:
        found = _open(tx, promise_id)
        commitment = found["kind"] == rules.COMMITMENT
        if state not in rules.ENDS:
            raise Refused("no-such-promise-end", field="state", state=state)
        if state == rules.KEPT and not commitment:
            raise Refused("promise-by-paper", field="state", no=found["no"])
        why = clean(reason, multiline=True).strip()
        if state != rules.KEPT and not why:
            raise Refused("promise-reason-needed", field="reason")
        if len(why) > LONGEST:
            raise Refused("reason-long", field="reason", longest=LONGEST)
        draft = _draft(tx, found)
        draft.update(
            "promise",
            found,
            state=state,
            closed_by=tx.actor,
            closed_at=tx.now,
            sealed=draft.sealed(reason=why),
        )
        open_still = not draft.facts().status.final
        if state != rules.KEPT and open_still and not (commitment and _decided(draft)):
            material = next(one for one in draft.rows("material") if one["no"] == found["no"])
            nobody = {"checked_by": None, "checked_at": None}
            draft.update("material", material, state=MaterialState.DUE.value, **nobody)
        if state == rules.BROKEN and commitment:
            draft.case(escalated=(draft.row["escalated"] or 0) + 1)
            note_in(draft, ESCALATION, why, to=SUPERVISORS)
        draft.write("promise.closed", found["id"], state=state)
        if open_still:
            follow_in(draft)
        return found


def _draft(tx: Action, found: Row) -> CaseDraft:
    """The case of a promise; that of a commitment may be over."""
    row = case_row(tx.store, found["case_file"])
    if found["kind"] == rules.COMMITMENT and row["closed_at"] is not None:
        return CaseDraft(tx, row)
    return editing(tx, row["id"])


def _decided(draft: CaseDraft) -> bool:
    return draft.row["state"] in DECIDED


def remind(store: Store, who: Actor, promise_id: str) -> Row:
    """The applicant was reminded. Raises ``no-such-promise``, ``case-closed``."""
    with acting(store, who, "case.note") as tx:
        found = _open(tx, promise_id)
        draft = editing(tx, found["case_file"], lease=False, held=False)
        draft.update("promise", found, reminded_at=tx.now)
        draft.write("promise.reminded", found["id"])
        return found


def due_soon(store: Store, who: Actor, until: date | None = None) -> list[Row]:
    """Open promises due from today up to a day (None: within `AHEAD` working days), the next first,
    with ``number``, ``title`` and ``agent`` of the case.
    """
    today = date.fromisoformat(store.env.day(store.env.now()))
    return _due(store, who, today, until or calendar_of(store).after(today, AHEAD))


def overdue(store: Store, who: Actor) -> list[Row]:
    """Open promises whose day is over, the oldest first; as `due_soon`."""
    today = date.fromisoformat(store.env.day(store.env.now()))
    return _due(store, who, date.min, today - timedelta(days=1))


def _due(store: Store, who: Actor, first: date, last: date) -> list[Row]:
    admit(store, who, "case.read")
    return store.rows(
        "SELECT promise.*, case_file.number, case_file.title, case_file.agent FROM promise "
        "JOIN case_file ON case_file.id = promise.case_file "
        "WHERE promise.state = 'open' AND promise.due BETWEEN ? AND ? "
        "ORDER BY promise.due, promise.id",
        first.isoformat(),
        last.isoformat(),
    )


def latest_open(draft: CaseDraft) -> date | None:
    """The last day of the open promises to supply a paper; None: there is none."""
    found = [
        date.fromisoformat(row["due"])
        for row in draft.rows("promise")
        if row["kind"] == rules.TOLERANCE and row["state"] == rules.OPEN
    ]
    return max(found, default=None)


def _open(tx: Action, promise_id: str) -> Row:
    found = tx.row("SELECT * FROM promise WHERE id = ?", promise_id)
    if found is None or found["state"] != rules.OPEN:
        raise Refused("no-such-promise", field="promise", promise=promise_id)
    return found


def _refusal(code: str, no: int, latest_day: date) -> Refused:
    if code == "promise-late":
        return Refused("promise-late", field="due", latest=latest_day.isoformat())
    if code == "promise-closed":
        return Refused("promise-closed", field="case")
    if code == "promise-unsure":
        return Refused("promise-unsure", field="material", no=no)
    if code == "promise-past":
        return Refused("promise-past", field="due")
    if code == "promise-unsigned":
        return Refused("promise-unsigned", field="signed")
    if code == "dishonest":
        return Refused("dishonest", field="case")
    if code == "not-tolerable":
        return Refused("not-tolerable", field="material", no=no)
    if code == "no-commitment":
        return Refused("no-commitment", field="material", no=no)
    if code == "promised-already":
        return Refused("promised-already", field="material", no=no)
    return Refused("promise-not-now", field="material", no=no)
