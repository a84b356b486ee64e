"""The clocks of a case (时限) as its steps move them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from db.store import Row, Store
from hallclient.actions.calendars import columns_of, counting_of, key_of, task_of
from hallclient.actions.case_rows import CaseDraft, clock_fact, rows_of
from hallclient.actions.editions import checklist_in, flow_in
from hallclient.rules.review import clocks as rules
from hallclient.rules.review.clocks import Limit
from hallclient.rules.review.facts import ClockFact


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
    begin = start or date.fromisoformat(tx.day)
    made = rules.begun(counting_of(tx.store), timer, limit, begin, tx.now, promised=due)
    draft.insert(
        "clock",
        draft.next("clock", f"c/{name}"),
        timer=timer,
        started_at=tx.now,
        start=begin.isoformat(),
        calendar=key_of(tx.store),
        **columns_of(made),
    )
    return made.due


def _turn(draft: CaseDraft, row: Row, verb: str) -> None:
    tx, clock = draft.tx, clock_fact(row)
    today, counting = date.fromisoformat(tx.day), counting_of(tx.store)
    ended_at = None
    if verb == "pause":
        now = rules.paused(counting, clock, today)
    elif verb == "resume":
        now = rules.resumed(counting, clock, today)
    elif verb == "stop":
        now, ended_at = rules.stopped(counting, clock, today, tx.now), tx.now
    else:
        now, ended_at = rules.dropped(clock), tx.now
    if now == clock:
        return
    calendar = row["calendar"] if now.due == clock.due else key_of(tx.store)
    draft.update("clock", row, calendar=calendar, ended_at=ended_at, **columns_of(now))
    if now.due != clock.due and ended_at is None:
        task = task_of(tx.store, row["id"])
        if task is not None:
            draft.update("review_task", task, due=now.due.isoformat())
