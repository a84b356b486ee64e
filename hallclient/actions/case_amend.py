"""Correction (更正) of what a case says of its applicant once it is accepted.

Documents went out by what was said, so nobody changes it alone: one person proposes, another
approves, and both see the difference. A proposal is a row of ``case_note`` of kind ``amendment``,
sealed under the case's key; ``to_whom`` says what became of it (`STATES`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.case_notes import SUPERVISORS
from hallclient.actions.case_rows import OF, VOID, CaseDraft, case_row, rows_of, stream
from hallclient.actions.case_title import FIELDS, KINDS, Applicant
from hallclient.actions.cases import applicant_in, described_in, editing
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

AMENDMENT: Final = "amendment"
"""Kind of note."""
OPEN, APPROVED, REJECTED, WITHDRAWN, DROPPED = (
    SUPERVISORS,
    "approved",
    "rejected",
    "withdrawn",
    "dropped",
)
STATES: Final = (OPEN, APPROVED, REJECTED, WITHDRAWN, DROPPED)
"""Waits for a supervisor; approved; rejected; taken back; the case ended without an answer."""
NAMES: Final = ("kind", *FIELDS)
"""What may be corrected: whether a person or an organisation files, and every field of them."""
_LONGEST: Final = 500


class Amendment(NamedTuple):
    """A correction without what is personal in it. ``at``, ``done_at``: UTC ms."""

    id: str
    case: str
    number: str
    title: str
    """The case's number, and how lists call it."""
    by: str
    at: int
    fields: tuple[str, ...]
    """Which of `NAMES`; empty: the person was forgotten."""
    reason: str
    state: str
    answer: str
    """Why it was rejected."""
    done_by: str
    done_at: int | None


class Amended(NamedTuple):
    """One field of a correction."""

    name: str
    was: str
    now: str


class Difference(NamedTuple):
    """What a correction changes, and the documents that say it as it was and stay so."""

    amendment: Amendment
    changes: tuple[Amended, ...]
    papers: tuple[str, ...]


def propose(
    store: Store, who: Actor, case: str, changes: Applicant | Mapping[str, str], reason: str
) -> Amendment:
    """Ask for a correction: an applicant as it must be, or only some of `NAMES`.

    Raises ``amend-direct`` (not accepted yet: `cases.describe`), ``amend-pending``, ``amend-same``,
    ``amend-field``, ``amend-name``, ``amend-reason``, ``reason-long``, ``no-such-case``,
    ``case-closed``.
    """
    with acting(store, who, "case.amend") as tx:
        draft = editing(tx, case, lease=False, held=False)
        number = draft.row["number"]
        if draft.row["accepted_at"] is None:
            raise Refused("amend-direct", field="case", number=number)
        waiting = next(_waiting(draft.rows("case_note")), None)
        if waiting is not None:
            raise Refused("amend-pending", field="case", number=number, by=waiting["by"])
        was = applicant_in(store, draft.row)
        now = _wanted(was, changes)
        fields = [name for name in NAMES if getattr(was, name) != getattr(now, name)]
        if not fields:
            raise Refused("amend-same", field="case", number=number)
        if was.name and not now.name:
            raise Refused("amend-name", field="name")
        row = draft.insert(
            "case_note",
            draft.next("case_note", "n"),
            kind=AMENDMENT,
            by=tx.actor,
            at=tx.now,
            to_whom=OPEN,
            sealed=draft.sealed(
                was=json.dumps({name: getattr(was, name) for name in fields}),
                now=json.dumps({name: getattr(now, name) for name in fields}),
                reason=_reason(reason),
            ),
            due=None,
            done_by=None,
            done_at=None,
        )
        draft.write("case.amend-proposed", row["id"], fields=fields)
        return _amendment(store, draft.row, row)


def pending(store: Store, who: Actor) -> list[Amendment]:
    """The corrections that wait for a supervisor, the oldest first."""
    admit(store, who, "case.read")
    rows = store.rows(
        "SELECT * FROM case_note WHERE done_at IS NULL AND to_whom = ? AND kind = ? "
        "ORDER BY at, id",
        OPEN,
        AMENDMENT,
    )
    return [_amendment(store, case_row(store, row["case_file"]), row) for row in rows]


def amendments(store: Store, who: Actor, case: str) -> list[Amendment]:
    """Every correction of a case with what became of it, the newest first.

    Raises ``no-such-case``.
    """
    admit(store, who, "case.read")
    found = case_row(store, case)
    rows = [one for one in rows_of(store, "case_note", found["id"]) if one["kind"] == AMENDMENT]
    return [_amendment(store, found, row) for row in reversed(rows)]


def difference(store: Store, who: Actor, amendment: str) -> Difference:
    """What a correction changes, unmasked; looking is an event (GB/T 22239 审计).

    Raises ``no-such-amendment``.
    """
    with acting(store, who, "personal.view") as tx:
        row = _row(tx, amendment)
        case = case_row(store, row["case_file"])
        texts = store.unseal(case["id"], row["sealed"]) or {}
        was, now = (json.loads(texts.get(side, "{}")) for side in ("was", "now"))
        papers = tx.rows(
            f"SELECT number FROM paper WHERE {OF} AND at <= ?2 AND delivery IS NOT ?3 "
            "ORDER BY rowid",
            case["id"],
            row["done_at"] or tx.now,
            VOID,
        )
        tx.append("personal.viewed", case["id"], [], stream=stream(case["id"]), amendment=row["id"])
        return Difference(
            _amendment(store, case, row),
            tuple(Amended(name, was[name], now[name]) for name in NAMES if name in now),
            tuple(one["number"] for one in papers),
        )


def approve(store: Store, who: Actor, amendment: str) -> Amendment:
    """The case says it as proposed from now on; documents that were made stay as they are.

    Raises ``no-such-amendment``, ``amend-answered``, ``amend-own`` (never by whoever proposed it).
    """
    with acting(store, who, "case.approve") as tx:
        row = _open(tx, amendment)
        _by_another(tx, row)
        draft = editing(tx, row["case_file"], lease=False, held=False)
        now = json.loads(draft.unsealed(row["sealed"])["now"])
        described_in(draft, applicant_in(store, draft.row)._replace(**now))
        _end(draft, row, APPROVED)
        draft.write("case.amended", row["id"], fields=[name for name in NAMES if name in now])
        return _amendment(store, draft.row, row)


def reject(store: Store, who: Actor, amendment: str, reason: str) -> Amendment:
    """The case stays as it is. Raises as `approve`; ``amend-reason``, ``reason-long``."""
    with acting(store, who, "case.approve") as tx:
        row = _open(tx, amendment)
        _by_another(tx, row)
        draft = editing(tx, row["case_file"], lease=False, held=False)
        said = draft.unsealed(row["sealed"]) | {"answer": _reason(reason)}
        _end(draft, row, REJECTED, sealed=draft.sealed(**said))
        draft.write("case.amend-rejected", row["id"], state=REJECTED)
        return _amendment(store, draft.row, row)


def withdraw(store: Store, who: Actor, amendment: str) -> Amendment:
    """Whoever proposed it takes it back. Raises ``no-such-amendment``, ``amend-answered``,
    ``amend-not-yours``.
    """
    with acting(store, who, "case.amend") as tx:
        row = _open(tx, amendment)
        if row["by"] != tx.actor:
            raise Refused("amend-not-yours", field="amendment", by=row["by"])
        draft = editing(tx, row["case_file"], lease=False, held=False)
        _end(draft, row, WITHDRAWN)
        draft.write("case.amend-rejected", row["id"], state=WITHDRAWN)
        return _amendment(store, draft.row, row)


def _wanted(was: Applicant, changes: Applicant | Mapping[str, str]) -> Applicant:
    if isinstance(changes, Applicant):
        return changes.cleaned()
    unknown = next((name for name in changes if name not in NAMES), None)
    if unknown is not None or changes.get("kind", was.kind) not in KINDS:
        raise Refused("amend-field", field="changes", name=unknown or "kind")
    return was._replace(**changes).cleaned()


def _reason(text: str) -> str:
    said = clean(text, multiline=True).strip()
    if not said:
        raise Refused("amend-reason", field="reason")
    if len(said) > _LONGEST:
        raise Refused("reason-long", field="reason", longest=_LONGEST)
    return said


def _waiting(rows: list[Row]) -> Iterator[Row]:
    """The corrections among a case's notes that nobody has answered."""
    return (one for one in rows if one["kind"] == AMENDMENT and one["done_at"] is None)


def drop_in(draft: CaseDraft) -> None:
    """A case that is over is not corrected any more; the caller writes."""
    for row in _waiting(draft.rows("case_note")):
        _end(draft, row, DROPPED)


def _end(draft: CaseDraft, row: Row, state: str, **more: object) -> None:
    end = {"to_whom": state, "done_by": draft.tx.actor, "done_at": draft.tx.now}
    draft.update("case_note", row, **end, **more)


def _row(tx: Action, amendment: str) -> Row:
    found = tx.row("SELECT * FROM case_note WHERE id = ? AND kind = ?", amendment, AMENDMENT)
    if found is None:
        raise Refused("no-such-amendment", field="amendment", amendment=amendment)
    return found


def _open(tx: Action, amendment: str) -> Row:
    found = _row(tx, amendment)
    if found["done_at"] is not None:
        raise Refused("amend-answered", field="amendment", by=found["done_by"])
    return found


def _by_another(tx: Action, row: Row) -> None:
    """Four eyes (GB/T 22239-2019 8.1.4.2)."""
    if row["by"] == tx.actor:
        raise Refused("amend-own", field="amendment")


def _amendment(store: Store, case: Row, row: Row) -> Amendment:
    texts = store.unseal(case["id"], row["sealed"]) or {}
    now = json.loads(texts.get("now", "{}"))
    return Amendment(
        row["id"],
        case["id"],
        case["number"],
        case["title"],
        row["by"],
        row["at"],
        tuple(name for name in NAMES if name in now),
        texts.get("reason", ""),
        row["to_whom"],
        texts.get("answer", ""),
        row["done_by"] or "",
        row["done_at"],
    )
