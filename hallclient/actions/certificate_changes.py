"""Changes of certificates: asked for by one person, confirmed by another (双人复核).

Four eyes for whatever voids or issues again (GB/T 22239-2019 8.1.4.2): a row of
``certificate_change`` is open until somebody else confirms or rejects it. Confirming does the
whole: the old certificate ends, its copies are called back, the new one is ready to be sealed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions import codes
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.case_rows import CaseDraft, case_row, stream
from hallclient.actions.certificate_ending import (
    CONFIRMED,
    OPEN,
    REJECTED,
    WITHDRAWN,
    done,
    end_all,
    ending_of,
)
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    CHANGE,
    COPY,
    certificate_row,
    draft_of,
    insert,
    kind_of,
    sealed_of,
    values_of,
)
from hallclient.actions.certificate_values import checked, missing
from hallclient.rules.certificate import changes as rules
from hallclient.rules.certificate.spec import CertificateKind
from hallclient.rules.certificate.states import (
    ASSIGNED,
    LOST,
    RECALLED,
    RECOVERED,
)
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

_LONGEST: Final = 500


class Asked(NamedTuple):
    """A change with what is personal or free in it. ``at``, ``done_at``: UTC ms."""

    row: Row
    certificate: Row
    note: str
    announcement: str
    """Number of the published notice of loss."""
    words: Mapping[str, str]
    """Fields of the face that shall say something else."""
    copies: Mapping[str, int]
    """How many copies of each sort are to be made; empty: as before."""
    answer: str
    """Why it was rejected."""


def ask(
    store: Store,
    who: Actor,
    certificate: str,
    kind: str,
    reason: str,
    *,
    note: str = "",
    announcement: str = "",
    words: Mapping[str, str] | None = None,
    copies: Mapping[str, int] | None = None,
) -> Asked:
    """Ask for a change of a certificate.

    Raises ``no-such-certificate``, ``no-such-change``, ``change-not-now`` with the state,
    ``change-reason`` (not of its list), ``change-pending``, ``announcement-needed``,
    ``change-same`` (a correction that corrects nothing), ``face-no-field``, ``certificate-face``,
    ``no-such-copy``, ``copies-many``, ``copies-none``, ``reason-long``.
    """
    with acting(store, who, "certificate.request") as tx:
        found = certificate_row(store, certificate)
        spec = rules.CHANGES.get(kind)
        if spec is None:
            raise Refused("no-such-change", field="change", change=kind)
        if found["state"] not in spec.states:
            raise Refused("change-not-now", field="change", change=kind, state=found["state"])
        if reason not in spec.reasons:
            raise Refused("change-reason", field="reason", reason=reason, change=kind)
        draft = draft_of(tx, found)
        for row in draft.rows(CHANGE):
            if row["certificate"] == found["id"] and row["state"] == OPEN:
                raise Refused("change-pending", field="change", by=row["by"])
        said, told = (clean(one, multiline=True).strip() for one in (note, announcement))
        if max(len(said), len(told)) > _LONGEST:
            raise Refused("reason-long", field="note", longest=_LONGEST)
        if spec.announced and not told:
            raise Refused("announcement-needed", field="announcement")
        new_words, wanted = _wanted(store, found, spec, dict(words or {}), dict(copies or {}))
        row = insert(
            draft,
            CHANGE,
            "q",
            certificate=found["id"],
            kind=kind,
            reason=reason,
            count=sum(wanted.values()) or None,
            sealed=draft.sealed(
                note=said,
                announcement=told,
                words=json.dumps(new_words, ensure_ascii=False) if new_words else "",
                copies=json.dumps(wanted) if wanted else "",
            ),
            by=tx.actor,
            at=tx.now,
            state=OPEN,
        )
        draft.write("certificate.change-asked", row["id"], change=kind, reason=reason)
        return _asked(store, _row(store, row["id"]))


def _wanted(
    store: Store, row: Row, spec: rules.Change, words: dict[str, str], copies: dict[str, int]
) -> tuple[dict[str, str], dict[str, int]]:
    """The words and copies that a change asks for, checked."""
    if not spec.again:
        return {}, {}
    _, kind = kind_of(store, row)
    now = values_of(store, row)
    for name in words:
        if name not in kind.field:
            raise Refused("face-no-field", field=name, name=name, kind=kind)
    new = {
        name: checked(kind.field[name], clean(text, multiline=True).strip())
        for name, text in words.items()
    }
    new = {name: text for name, text in new.items() if now.get(name, "") != text}
    if spec.id in (rules.CORRECT, rules.CHANGE) and not new:
        raise Refused("change-same", field="words")
    if spec.id not in (rules.CORRECT, rules.CHANGE) and new:
        raise Refused("change-words", field="words")
    lacking = missing(kind, now | new)
    if lacking:
        raise Refused("certificate-face", field=lacking[0].id, fields=lacking)
    return new, _copies(kind, spec, copies)


def _copies(kind: CertificateKind, spec: rules.Change, copies: dict[str, int]) -> dict[str, int]:
    for name, count in copies.items():
        copy = kind.copy.get(name)
        if copy is None:
            raise Refused("no-such-copy", field="copies", copy=name)
        if not 0 <= count <= copy.most:
            raise Refused("copies-many", field="copies", copy=copy, most=copy.most)
        if spec.id == rules.EXTRA and not copy.numbered and count:
            raise Refused("copies-many", field="copies", copy=copy, most=0)
    wanted = {name: count for name, count in copies.items() if count}
    if wanted and spec.id != rules.EXTRA:
        # The old ones end, so that no original may be left out.
        whole = {one.id: one.count for one in kind.copies if not one.numbered}
        wanted = whole | wanted
    if spec.id == rules.EXTRA and not wanted:
        raise Refused("copies-none", field="copies")
    return wanted


def pending(store: Store, who: Actor) -> list[Asked]:
    """The changes that wait for a second person, the oldest first."""
    admit(store, who, "certificate.read")
    rows = store.rows("SELECT * FROM certificate_change WHERE done_at IS NULL ORDER BY at, id")
    return [_asked(store, row) for row in rows]


def changes_of(store: Store, who: Actor, certificate: str) -> list[Asked]:
    """Every change that was asked for of a certificate, the newest first."""
    admit(store, who, "certificate.read")
    found = certificate_row(store, certificate)
    rows = store.rows(
        "SELECT * FROM certificate_change WHERE certificate = ? ORDER BY at DESC, id DESC",
        found["id"],
    )
    return [_asked(store, row) for row in rows]


def confirm(store: Store, who: Actor, change: str) -> Row:
    """Do what was asked; the certificate as it is then, the new one when there is one.

    What ends it ends the extra copies of it too; what was issued by mistake (`rules.VOID`) ends
    alone. Raises ``no-such-change``, ``change-done``, ``change-own`` (never by whoever asked),
    ``change-not-now`` (also: an extra copy is being printed).
    """
    with acting(store, who, "certificate.confirm") as tx:
        row = _open(tx, change)
        if row["by"] == tx.actor:
            raise Refused("change-own", field="change")
        certificate = certificate_row(store, row["certificate"])
        spec = rules.CHANGES[row["kind"]]
        if certificate["state"] not in spec.states:
            state = certificate["state"]
            raise Refused("change-not-now", field="change", change=spec.id, state=state)
        draft = draft_of(tx, certificate)
        ending = [] if spec.id in rules.KEEPS else ending_of(draft, certificate, spec)
        made = _again(draft, certificate, row, spec) if spec.again else None
        end_all(draft, ending, spec, row["reason"], row["id"])
        done(draft, row, CONFIRMED, made=made["id"] if made else None)
        draft.write("certificate.change-confirmed", row["id"], change=spec.id)
        if spec.id == rules.VOID and certificate["code"] and certificate["replaces"] is None:
            codes.void_in(tx, certificate["code"], row["reason"])
        return certificate_row(store, made["id"] if made else certificate["id"])


def reject(store: Store, who: Actor, change: str, answer: str) -> Row:
    """The certificate stays as it is. Raises ``no-such-change``, ``change-done``, ``change-own``,
    ``change-answer``, ``reason-long``.
    """
    with acting(store, who, "certificate.confirm") as tx:
        row = _open(tx, change)
        if row["by"] == tx.actor:
            raise Refused("change-own", field="change")
        said = clean(answer, multiline=True).strip()
        if not said:
            raise Refused("change-answer", field="answer")
        if len(said) > _LONGEST:
            raise Refused("reason-long", field="answer", longest=_LONGEST)
        draft = CaseDraft(tx, case_row(store, row["case_file"]))
        done(
            draft, row, REJECTED, sealed=draft.sealed(**draft.unsealed(row["sealed"]), answer=said)
        )
        draft.write("certificate.change-rejected", row["id"], state=REJECTED)
        return row


def withdraw(store: Store, who: Actor, change: str) -> Row:
    """Whoever asked takes it back. Raises ``no-such-change``, ``change-done``,
    ``change-not-yours``.
    """
    with acting(store, who, "certificate.request") as tx:
        row = _open(tx, change)
        if row["by"] != tx.actor:
            raise Refused("change-not-yours", field="change", by=row["by"])
        draft = CaseDraft(tx, case_row(store, row["case_file"]))
        done(draft, row, WITHDRAWN)
        draft.write("certificate.change-rejected", row["id"], state=WITHDRAWN)
        return row


def returned(store: Store, who: Actor, copy: str) -> Row:
    """A copy that was called back or lost has come in; its row. Raises ``no-such-copy``,
    ``copy-not-out``.
    """
    from hallclient.actions.certificate_rows import copy_row

    with acting(store, who, "certificate.hand-over") as tx:
        row = copy_row(store, copy)
        if row["state"] not in (RECALLED, LOST):
            raise Refused("copy-not-out", field="copy", state=row["state"])
        draft = CaseDraft(tx, case_row(store, row["case_file"]))
        draft.update(COPY, row, state=RECOVERED, since=tx.now)
        draft.write("certificate.returned", row["id"])
        return row


def texts_of(store: Store, who: Actor, change: str) -> Asked:
    """A change with its words, unmasked; looking is an event. Raises ``no-such-change``."""
    with acting(store, who, "personal.view") as tx:
        row = _row(store, change)
        case = row["case_file"]
        tx.append("personal.viewed", case, [], stream=stream(case), change=row["id"])
        return _asked(store, row)


# -- inside


def _again(draft: CaseDraft, old: Row, change: Row, spec: rules.Change) -> Row:
    """The same code once more, ready to be sealed; its words as before but for what changes."""
    tx = draft.tx
    said = draft.unsealed(change["sealed"])
    words: dict[str, str] = json.loads(said.get("words") or "{}")
    newest = tx.row("SELECT max(version) AS n FROM certificate WHERE code = ?", old["code"])
    return insert(
        draft,
        CERTIFICATE,
        "z",
        kind=old["kind"],
        edition=old["edition"],
        scheme=old["scheme"],
        code=old["code"],
        version=int(newest["n"] if newest else old["version"]) + 1,
        reason=spec.id,
        replaces=old["id"],
        together=old["together"],
        state=ASSIGNED,
        since=tx.now,
        day=tx.day,
        approved_by=change["by"],
        approved_at=tx.now,
        assigned_by=tx.actor,
        assigned_at=tx.now,
        sealed=sealed_of(draft, values_of(tx.store, old) | words),
    )


def _row(store: Store, change: str) -> Row:
    row = store.row("SELECT * FROM certificate_change WHERE id = ?", change)
    if row is None:
        raise Refused("no-such-change", field="change", change=change)
    return row


def _open(tx: Action, change: str) -> Row:
    row = _row(tx.store, change)
    if row["state"] != OPEN:
        raise Refused("change-done", field="change", by=row["done_by"])
    return row


def _asked(store: Store, row: Row) -> Asked:
    texts = store.unseal(row["case_file"], row["sealed"]) or {} if row["sealed"] else {}
    return Asked(
        row,
        certificate_row(store, row["certificate"]),
        texts.get("note", ""),
        texts.get("announcement", ""),
        json.loads(texts.get("words") or "{}"),
        json.loads(texts.get("copies") or "{}"),
        texts.get("answer", ""),
    )
