"""Certificates that end: with their copies called back, and what else was asked for of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.store import Row
from hallclient.actions import sheets
from hallclient.actions.acting import Action
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    CHANGE,
    COPY,
    copies_of,
    draft_of,
)
from hallclient.actions.certificates import FIRST
from hallclient.rules.certificate import changes as rules
from hallclient.rules.certificate.states import (
    APPROVED,
    ASSIGNED,
    ENDED,
    HANDED,
    LIVE,
    LOST,
    PRINTING,
    RECALLED,
    REPLACED,
    VOIDED,
    WAITING,
)
from hallclient.rules.errors import Refused

OPEN, CONFIRMED, REJECTED, WITHDRAWN = "open", "confirmed", "rejected", "withdrawn"
"""What becomes of a change that was asked for."""


def replace_in(tx: Action, code: str, certificate: str) -> None:
    """What a new certificate takes the place of, whatever case it is of: its words were changed by
    what was decided now (变更登记). Another decision that is not sealed yet is not touched. Writes.

    Raises ``change-not-now``: one of them is being printed.
    """
    spec = rules.CHANGES[rules.CHANGE]
    rows = tx.rows("SELECT * FROM certificate WHERE code = ? AND id <> ?", code, certificate)
    ending = [one for one in rows if one["state"] not in ENDED and _out(one)]
    if any(one["state"] == PRINTING for one in ending):
        raise Refused("change-not-now", field="change", change=spec.id, state=PRINTING)
    for case in dict.fromkeys(one["case_file"] for one in ending):
        mine = [one for one in ending if one["case_file"] == case]
        draft = draft_of(tx, mine[0])
        end_all(draft, mine, spec, spec.reasons[0])
        draft.write("certificate.change-confirmed", mine[0]["id"], change=spec.id)


def _out(row: Row) -> bool:
    """Whether an issue is more than another decision's that nobody has sealed yet."""
    return row["state"] not in (APPROVED, ASSIGNED) or row["reason"] != FIRST


def ending_of(draft: CaseDraft, certificate: Row, spec: rules.Change) -> list[Row]:
    """The issues that a change ends: the certificate and other copies of it in its case.

    Raises ``change-not-now``: one of them is being printed.
    """
    if spec.id == rules.VOID or certificate["code"] is None:
        return [certificate]
    rows = [one for one in draft.rows(CERTIFICATE) if one["code"] == certificate["code"]]
    found = [one for one in rows if one["state"] not in ENDED]
    if any(one["state"] == PRINTING for one in found):
        raise Refused("change-not-now", field="change", change=spec.id, state=PRINTING)
    return found


def end_all(
    draft: CaseDraft, ending: Sequence[Row], spec: rules.Change, reason: str, asked: str = ""
) -> None:
    """Certificates end, and with them whatever else was asked for of them than ``asked``."""
    ids = {one["id"] for one in ending}
    for row in draft.rows(CHANGE):
        if row["state"] == OPEN and row["certificate"] in ids and row["id"] != asked:
            done(draft, row, WITHDRAWN)
    for one in ending:
        _end(draft, one, spec, reason)


def _end(draft: CaseDraft, certificate: Row, spec: rules.Change, reason: str) -> None:
    """The certificate ends, and every copy of it that is out is called back (or lost)."""
    tx = draft.tx
    draft.update(
        CERTIFICATE,
        certificate,
        state=spec.ends or REPLACED,
        since=tx.now,
        ended=reason,
        ended_by=tx.actor,
        ended_at=tx.now,
        pickup=None,
    )
    sheets_off: list[tuple[str, str, str | None]] = []
    for copy in copies_of(tx.store, certificate["id"]):
        if copy["state"] not in LIVE:
            continue
        out = copy["state"] == HANDED
        state = (LOST if spec.id == rules.LOSS else RECALLED) if out else VOIDED
        draft.update(COPY, copy, state=state, since=tx.now, reason=reason)
        if not out and copy["sheet"] and copy["state"] != WAITING:
            sheets_off.append((copy["sheet"], sheets.SPOILED, reason))
    sheets.settle_in(tx, sheets_off)


def done(draft: CaseDraft, row: Row, state: str, **more: Any) -> None:
    """A change that was asked for is over."""
    draft.update(CHANGE, row, state=state, done_by=draft.tx.actor, done_at=draft.tx.now, **more)
