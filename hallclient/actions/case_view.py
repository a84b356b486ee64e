"""A case as a screen shows it: everything that is true of it, read in one go."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions import case_amend, case_files, case_moves, case_notes
from hallclient.actions.acting import Actor, admit
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_amend import Amendment
from hallclient.actions.case_deficiencies import collect
from hallclient.actions.case_files import File
from hallclient.actions.case_notes import Note
from hallclient.actions.case_rows import case_row, facts_of, rows_of
from hallclient.actions.reading import snapshot
from hallclient.rules.lights import Light, left_of, light_of
from hallclient.rules.review.clocks import OPEN
from hallclient.rules.review.facts import CaseFacts, ClockFact
from hallclient.rules.review.flow import Offer, Step
from hallclient.rules.workdays import Calendar


class Timing(NamedTuple):
    """A clock that runs or is paused: its light, and days of its unit left (negative: late)."""

    clock: ClockFact
    light: Light
    left: int


class Said(NamedTuple):
    """What was written on a material: a defect in the clerk's own words, the evidence."""

    note: str = ""
    evidence: str = ""


class CaseView(NamedTuple):
    """A moment of a case, for whoever looks at it."""

    row: Row
    facts: CaseFacts
    calendar: Calendar
    offers: list[Offer]
    """Moves of this role, those that can be made first."""
    step: Step | None
    """Whose turn it is; None: the case is over."""
    timings: list[Timing]
    """The clocks that have not ended, whatever tips over first first."""
    said: dict[int, Said]
    """By number of the material."""
    tasks: dict[str, Row]
    """By department."""
    opinions: dict[str, str]
    """What departments wrote."""
    papers: dict[str, Row]
    """By id."""
    files: list[File]
    notes: list[Note]
    """The newest first."""
    amendments: list[Amendment]
    """Corrections of who files, the newest first."""


def look(store: Store, who: Actor, case: str) -> CaseView:
    """Everything about a case, personal data of the applicant left out.

    Raises ``no-such-case``.
    """
    admit(store, who, "case.read")
    with snapshot(store):
        return _look(store, who, case)


def work_on(store: Store, who: Actor, case: str) -> CaseView:
    """Begin to work on a case: the table of what is missing says what is true now.

    Raises ``no-such-case``, ``case-closed``, ``case-held``.
    """
    collect(store, who, case)
    return look(store, who, case)


def may_work(row: Row, who: Actor, now: int) -> bool:
    """Whether opening a case is working on it: nobody else does, and it is one's own by a lease or
    as its agent.
    """
    if row["closed_at"] is not None:
        return False
    held = row["holder"] is not None and (row["lease_until"] or 0) > now
    if held:
        return bool(row["holder"] == who.operator)
    return bool(row["agent"] == who.operator)


def _look(store: Store, who: Actor, case: str) -> CaseView:
    row = case_row(store, case)
    now = store.env.now()
    today = date.fromisoformat(store.env.day(now))
    facts = facts_of(store, row, today, now)
    calendar = calendar_of(store)
    tasks = {one["department"]: one for one in rows_of(store, "review_task", row["id"])}
    live = sorted(
        (one for one in facts.clocks if one.state in OPEN),
        key=lambda one: (one.state != "running", one.due, one.due_at or 0, one.id),
    )
    return CaseView(
        row,
        facts,
        calendar,
        case_moves.offered(store, who, facts),
        case_moves.next_step(store, who, facts),
        [
            Timing(one, light_of(calendar, one, today), left_of(calendar, one, today))
            for one in live
        ],
        _said(store, row),
        tasks,
        {
            name: (store.unseal(row["id"], one["sealed"]) or {}).get("opinion", "")
            for name, one in tasks.items()
            if one["sealed"]
        },
        {one["id"]: one for one in rows_of(store, "paper", row["id"])},
        case_files.files(store, who, row["id"]),
        case_notes.notes(store, who, row["id"]),
        case_amend.amendments(store, who, row["id"]),
    )


def _said(store: Store, row: Row) -> dict[int, Said]:
    found = {}
    for one in rows_of(store, "material", row["id"]):
        if one["note"]:
            texts = store.unseal(row["id"], one["note"]) or {}
            found[one["no"]] = Said(texts.get("note", ""), texts.get("evidence", ""))
    return found
