"""The clocks of a case (时限) as its steps move them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from db.store import Row, Store
from hallclient.actions.calendars import calendar_of, key_of
from hallclient.actions.case_rows import CaseDraft, clock_fact, rows_of
from hallclient.actions.editions import checklist_in, flow_in
from hallclient.rules.review import clocks as rules
from hallclient.rules.review.clocks import Limit
from hallclient.rules.review.facts import ClockFact
from hallclient.rules.workdays import HOURS, Pause

_HOUR_MS = 3_600_000


def apply_in(
    draft: CaseDraft,
    ops: Sequence[str],
    *,
    due: date | None = None,
    start: date | None = None,
) -> None:
    """What a move says of clocks: ``start``, ``stop``, ``pause``, ``resume``, ``drop`` of a timer.

    ``due``: of a clock whose day is promised (supplement). ``start``: counted from that day instead
    of today (a case that counts as accepted from its receipt). The caller writes the event.
    """
    rows = draft.rows("clock")
    for op in ops:
        verb, _, timer = op.partition(" ")
        if verb == "start":
            _start(draft, timer, due if timer == rules.SUPPLEMENT else None, start)
            continue
        for row in rows:
            if row["timer"] == timer and row["ended_at"] is None:
                _turn(draft, row, verb)


def start_step_in(draft: CaseDraft, department: str, limit: Limit) -> date:
    """Start the clock of a department's task; its due day."""
    return _begin(draft, rules.STEP, f"{rules.STEP}.{department}", limit, None, None)


def stop_step_in(draft: CaseDraft, department: str, verb: str = "stop") -> None:
    """Stop (or ``drop``) the clock of a department's task."""
    start = f"{draft.id}/c/{rules.STEP}.{department}/"
    for row in draft.rows("clock"):
        if row["id"].startswith(start) and row["ended_at"] is None:
            _turn(draft, row, verb)


def drop_all_in(draft: CaseDraft) -> None:
    """A case that is over has no clock that runs."""
    collected = {key for table, key, _, now in draft.set if table == "clock" and now}
    for row in draft.rows("clock"):
        if row["ended_at"] is None and row["id"] not in collected:
            _turn(draft, row, "drop")


def clocks_of(store: Store, row: Row) -> list[ClockFact]:
    """The clocks of a case, the oldest first."""
    return [clock_fact(one) for one in rows_of(store, "clock", row["id"])]


def _start(draft: CaseDraft, timer: str, due: date | None, start: date | None) -> None:
    spec = flow_in(draft.tx.store, draft.row["flow"]).timer[timer]
    limit = rules.limit_of(spec, checklist_in(draft.tx.store, draft.row["checklist"]))
    _begin(draft, timer, timer, limit, due, start)


def _begin(
    draft: CaseDraft, timer: str, name: str, limit: Limit, due: date | None, start: date | None
) -> date:
    tx = draft.tx
    calendar = calendar_of(tx.store)
    begin = start or date.fromisoformat(tx.day)
    due_at = None
    if due is not None:
        limit, provisional = rules.until(calendar, begin, due), calendar.provisional(begin, due)
    elif limit.unit == HOURS:
        due_at = tx.now + limit.n * _HOUR_MS
        due, provisional = date.fromisoformat(tx.store.env.day(due_at)), False
    else:
        found = rules.counted(calendar, begin, limit)
        due, provisional = found.day, found.provisional
    draft.insert(
        "clock",
        draft.next("clock", f"c/{name}"),
        timer=timer,
        state=rules.RUNNING,
        started_at=tx.now,
        start=begin.isoformat(),
        count=limit.n,
        unit=limit.unit,
        pauses="[]",
        due=due.isoformat(),
        due_at=due_at,
        provisional=int(provisional),
        calendar=key_of(tx.store),
    )
    return due


def _turn(draft: CaseDraft, row: Row, verb: str) -> None:
    tx, clock = draft.tx, clock_fact(row)
    today = date.fromisoformat(tx.day)
    if verb == "pause":
        if clock.state == rules.RUNNING:
            pauses = _json(rules.paused(clock, today))
            draft.update("clock", row, state=rules.PAUSED, pauses=pauses)
    elif verb == "resume":
        if clock.state == rules.PAUSED:
            _go_on(draft, row, clock, today)
    elif verb == "stop":
        draft.update("clock", row, state=rules.ended(clock, today, tx.now), ended_at=tx.now)
    elif verb == "drop":
        draft.update("clock", row, state=rules.DROPPED, ended_at=tx.now)


def _go_on(draft: CaseDraft, row: Row, clock: ClockFact, today: date) -> None:
    pauses = rules.resumed(clock, today)
    now: dict[str, object] = {"state": rules.RUNNING, "pauses": _json(pauses)}
    if clock.unit != HOURS:
        limit = Limit(clock.limit, clock.unit)
        due = rules.counted(calendar_of(draft.tx.store), clock.start, limit, pauses)
        now |= {"due": due.day.isoformat(), "provisional": int(due.provisional)}
    elif clock.due_at is not None:
        # Hours: so long as it stood still, so much later.
        since = next(first for first, end in clock.pauses if end is None)
        later = clock.due_at + (today - since).days * 24 * _HOUR_MS
        now |= {"due_at": later, "due": draft.tx.store.env.day(later)}
    draft.update("clock", row, **now)


def _json(pauses: Sequence[Pause]) -> str:
    return json.dumps([[one.isoformat() if one else None for one in pause] for pause in pauses])
