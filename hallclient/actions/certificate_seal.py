"""The words of a certificate completed and sealed (签章); its copies then wait to be printed.

Once sealed nothing of it changes: what is printed today and what is printed again in years is set
from the same frozen words by the same edition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_rows import GRANTED, CaseDraft
from hallclient.actions.certificate_ending import replace_in
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    CHANGE,
    COPY,
    certificate_row,
    draft_of,
    insert,
    kind_of,
    live_copies,
    not_stopped,
    sealed_of,
    values_of,
)
from hallclient.actions.certificate_values import Sources, copies_wanted, missing, values_in
from hallclient.actions.certificates import FIRST, code_ended
from hallclient.rules.certificate.changes import EXTRA
from hallclient.rules.certificate.spec import CertificateKind
from hallclient.rules.certificate.states import (
    APPROVED,
    ASSIGNED,
    ENDED,
    SEALED,
    WAITING,
)
from hallclient.rules.errors import Refused
from hallclient.rules.review import departments
from hallclient.rules.review.facts import CaseFacts


def describe(store: Store, who: Actor, certificate: str, /, **given: str) -> Row:
    """Say what no source says of a certificate, until it is sealed.

    Raises ``no-such-certificate``, ``sealed-already``; as `values_in`.
    """
    with acting(store, who, "certificate.approve") as tx:
        row = certificate_row(store, certificate)
        return describe_in(draft_of(tx, row), row, given)


def describe_in(draft: CaseDraft, row: Row, given: Mapping[str, str]) -> Row:
    """`describe` in a step of the case that is under way. Writes."""
    if row["state"] not in (APPROVED, ASSIGNED):
        raise Refused("sealed-already", field="certificate", number=row["code"] or "")
    if row["reason"] != FIRST:
        # Two people have agreed on its words.
        raise Refused("words-agreed", field="certificate", number=row["code"] or "")
    store = draft.tx.store
    _, kind = kind_of(store, row)
    day = store.env.day(row["approved_at"])
    sources = Sources(draft.tx, draft.row, day)
    before = {
        name: text
        for name, text in values_of(store, row).items()
        if text and not sources.read(kind.field[name].source)
    }
    values = values_in(draft.tx, draft.row, kind, {**before, **given}, day)
    draft.update(CERTIFICATE, row, sealed=sealed_of(draft, values))
    draft.write("certificate.described", row["id"], fields=sorted(given))
    return certificate_row(store, row["id"])


def seal(
    store: Store, who: Actor, certificate: str, copies: Mapping[str, int] | None = None
) -> Row:
    """Seal a certificate (签章): its words are frozen, its copies are waiting to be printed. One
    of the same code that it takes the place of has ended then.

    ``copies``: how many of a sort; else as the applicant asked, else as its kind says.
    Raises ``no-such-certificate``, ``seal-not-now`` with the state, ``seal-case`` (the decision is
    gone), ``seal-promise``, ``seal-departments``, ``certificate-face`` with what is missing,
    ``copies-many``, ``copies-none``, ``no-such-copy``, ``code-ended``, ``change-pending``,
    ``change-not-now`` (the one that it takes the place of is being printed).
    """
    with acting(store, who, "certificate.seal") as tx:
        row = certificate_row(store, certificate)
        if row["state"] != ASSIGNED:
            raise Refused("seal-not-now", field="certificate", state=row["state"])
        _, kind = kind_of(store, row)
        draft = draft_of(tx, row)
        may_seal(draft.facts())
        not_stopped(store, row)
        if code_ended(store, row["code"], row["id"]):
            raise Refused("code-ended", field="certificate", number=row["code"])
        values = values_of(store, row)
        lacking = missing(kind, values)
        if lacking:
            raise Refused("certificate-face", field=lacking[0].id, fields=lacking)
        text = sealed_of(draft, values)
        draft.update(
            CERTIFICATE,
            row,
            state=SEALED,
            since=tx.now,
            sealed_by=tx.actor,
            sealed_at=tx.now,
            day=tx.day,
            sealed=text,
            sha256=_digest(row, values),
        )
        _copies(draft, kind, row, usual_copies(draft, kind, row) | dict(copies or {}))
        draft.write("certificate.sealed", row["id"], code=row["code"])
        if row["reason"] == FIRST:
            replace_in(tx, row["code"], row["id"])
        return certificate_row(store, row["id"])


def may_seal(facts: CaseFacts) -> None:
    """The guards of the seal: decided, every promise kept, every department joined.

    Raises ``seal-case``, ``seal-promise``, ``seal-departments``.
    """
    if facts.state not in GRANTED:
        raise Refused("seal-case", field="case", number=facts.number, state=facts.status)
    if facts.open_promises:
        raise Refused("seal-promise", field="case", number=facts.number)
    if not departments.joined(facts) or departments.refused(facts):
        raise Refused("seal-departments", field="case", number=facts.number)


def _digest(row: Row, values: Mapping[str, str]) -> str:
    """SHA-256 of what was sealed: edition, kind, code and every word."""
    body = [row["edition"], row["kind"], row["code"], sorted(values.items())]
    return sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


def usual_copies(draft: CaseDraft, kind: CertificateKind, row: Row) -> dict[str, int]:
    """How many copies of each sort are made when nothing else is said: as the change asked for that
    made this issue, else as applied for, else as the kind says.
    """
    asked = _asked(draft, row)
    if asked:
        return {one.id: asked.get(one.id, 0) for one in kind.copies}
    return {one.id: copies_wanted(draft, one.count_source) or one.count for one in kind.copies}


def _asked(draft: CaseDraft, row: Row) -> dict[str, int]:
    """How many copies the change asked for that this issue is made by; empty: it is none."""
    change = next((one for one in draft.rows(CHANGE) if one["made"] == row["id"]), None)
    if change is None:
        return {}
    found: dict[str, int] = json.loads(draft.unsealed(change["sealed"]).get("copies", "{}"))
    return found


def _copies(draft: CaseDraft, kind: CertificateKind, row: Row, wanted: Mapping[str, int]) -> None:
    """The copies that are to be printed."""
    if not any(wanted.values()):
        raise Refused("copies-none", field="copies")
    for name in wanted:
        if name not in kind.copy:
            raise Refused("no-such-copy", field="copies", copy=name)
    for copy in kind.copies:
        count = wanted.get(copy.id, 0)
        if count > copy.most or count < 0:
            raise Refused("copies-many", field="copies", copy=copy, most=copy.most)
        extra = copy.numbered and row["reason"] == EXTRA
        first = _highest(draft.tx.store, row, copy.id) + 1 if extra else 1
        for no in range(first, first + count):
            waiting_copy(draft, row["id"], copy.id, no)


def waiting_copy(
    draft: CaseDraft, certificate: str, copy: str, no: int, again: str | None = None
) -> Row:
    """A copy to be printed; ``again``: the spoiled one that it takes the place of."""
    return insert(
        draft,
        COPY,
        "y",
        certificate=certificate,
        copy=copy,
        no=no,
        state=WAITING,
        since=draft.tx.now,
        again=again,
    )


def _highest(store: Store, row: Row, copy: str) -> int:
    """The highest number of a copy of this code that counts: extra ones are numbered on."""
    return max(
        (
            int(one["no"])
            for issue in store.rows("SELECT * FROM certificate WHERE code = ?", row["code"])
            if issue["state"] not in ENDED
            for one in live_copies(store, issue["id"])
            if one["copy"] == copy
        ),
        default=0,
    )
