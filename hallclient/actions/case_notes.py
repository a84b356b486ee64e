"""What people write beside a case: notes, promises to the applicant, reminders, escalations.

Texts are sealed under the case's key. A note to somebody stays open until it is done.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.case_rows import CaseDraft, case_row, rows_of
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

NOTE, CONSULTATION, PROMISE = "note", "consultation", "promise"
REMINDER, ESCALATION = "reminder", "escalation"
KINDS: Final = (NOTE, CONSULTATION, PROMISE, REMINDER, ESCALATION)
"""A remark; a question answered (信息咨询); what was promised to the applicant by a day; a reminder
to a department or the applicant (催办); a matter for the supervisor (协调上报).
"""
SUPERVISORS: Final = "supervisor"
WAITING: Final = ("applicant", "department", "supervisor", "agent", "counter", "")
_LONGEST: Final = 1000


class Note(NamedTuple):
    """A note as people read it. ``at``: UTC ms; ``done_at`` None: still open."""

    id: str
    kind: str
    by: str
    at: int
    to: str
    text: str
    due: str
    done_by: str
    done_at: int | None


def note(
    store: Store, who: Actor, case: str, kind: str, text: str, *, to: str = "", due: str = ""
) -> Row:
    """Write a note. ``due``: a day (ISO), for what was promised; an escalation is counted.

    Raises ``no-such-note-kind``, ``note-empty``, ``case-note-long``, ``bad-day``,
    ``promise-day-needed``, ``no-such-case``, ``case-closed``.
    """
    with acting(store, who, "case.note") as tx:
        if kind not in KINDS:
            raise Refused("no-such-note-kind", field="kind", kind=kind)
        draft = editing(tx, case, lease=False, held=False)
        day = _day(due)
        if kind == PROMISE:
            if not day:
                raise Refused("promise-day-needed", field="due")
            draft.case(promised_at=tx.now)
        if kind == ESCALATION:
            to = SUPERVISORS
            draft.case(escalated=(draft.row["escalated"] or 0) + 1)
        if kind == REMINDER:
            draft.case(urged=(draft.row["urged"] or 0) + 1)
        row = note_in(draft, kind, text, to=to, due=day)
        draft.write("case.noted", row["id"], note=kind)
        return row


def note_in(draft: CaseDraft, kind: str, text: str, *, to: str = "", due: str = "") -> Row:
    """Collect a note; the caller writes. Raises ``note-empty``, ``case-note-long``."""
    words = clean(text, multiline=True).strip()
    if not words:
        raise Refused("note-empty", field="text")
    if len(words) > _LONGEST:
        raise Refused("case-note-long", field="text", longest=_LONGEST)
    open_still = bool(due or to)
    return draft.insert(
        "case_note",
        draft.next("case_note", "n"),
        kind=kind,
        by=draft.tx.actor,
        at=draft.tx.now,
        to_whom=to or None,
        sealed=draft.sealed(text=words),
        due=due or None,
        done_by=None if open_still else draft.tx.actor,
        done_at=None if open_still else draft.tx.now,
    )


def done(store: Store, who: Actor, note_id: str) -> Row:
    """What a note asked for is done. Raises ``no-such-note``, ``case-closed``."""
    with acting(store, who, "case.note") as tx:
        found = tx.row("SELECT * FROM case_note WHERE id = ?", note_id)
        if found is None or found["done_at"] is not None or found["kind"] == "amendment":
            raise Refused("no-such-note", field="note", note=note_id)
        draft = editing(tx, found["case_file"], lease=False, held=False)
        draft.update("case_note", found, done_by=tx.actor, done_at=tx.now)
        draft.write("case.note-done", found["id"])
        return found


def wait_on(store: Store, who: Actor, case: str, whom: str) -> Row:
    """Say whom an agent's file waits for; empty: nobody. Raises ``no-such-turn``; as `note`."""
    with acting(store, who, "case.note") as tx:
        if whom not in WAITING:
            raise Refused("no-such-turn", field="whom", whom=whom)
        draft = editing(tx, case, lease=False, held=False)
        draft.case(waiting_on=whom or None)
        draft.write("case.noted", waiting_on=whom)
        return draft.row


def notes(store: Store, who: Actor, case: str) -> list[Note]:
    """Everything that was written beside a case, the newest first. Raises ``no-such-case``."""
    admit(store, who, "case.read")
    row = case_row(store, case)
    found = []
    for one in reversed(rows_of(store, "case_note", row["id"])):
        if one["kind"] == "amendment":
            continue
        texts = (store.unseal(row["id"], one["sealed"]) or {}) if one["sealed"] else {}
        found.append(
            Note(
                one["id"],
                one["kind"],
                one["by"],
                one["at"],
                one["to_whom"] or "",
                texts.get("text", ""),
                one["due"] or "",
                one["done_by"] or "",
                one["done_at"],
            )
        )
    return found


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused("bad-day", field="due", day=text) from None
