"""Certificates (证照): approved and given a code in one durable step, described, sealed.

The decision, the certificate and its code are one transaction; nothing is printed before it is
durable. Where no code can be had the decision stands and only the receipt is given: the
certificate waits (``lacks`` says why) until a code is assigned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from db.store import Row, Store
from hallclient.actions import certificate_kinds, codes
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.case_rows import GRANTED, CaseDraft, case_row, rows_of
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    certificate_row,
    draft_of,
    insert,
    kind_of,
    sealed_of,
    values_of,
)
from hallclient.actions.certificate_slip import SLIP, slip_in
from hallclient.actions.certificate_values import (
    Sources,
    earlier_ones,
    values_in,
)
from hallclient.rules import uscc
from hallclient.rules.certificate import schemes
from hallclient.rules.certificate.changes import EXTRA
from hallclient.rules.certificate.spec import KEEP, USCC, CertificateKind, Kinds, Scheme
from hallclient.rules.certificate.states import (
    APPROVED,
    ASSIGNED,
    CANCELLED,
    ENDED,
    OPEN,
    REVOKED,
    VOIDED,
)
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow

GRANT: Final = "grant"
CODE_NEEDED, AFTER = "code-needed", "after"
ENDED_CODE, ANOTHERS = "ended", "anothers"
"""``lacks``: its holder's code must be said; another certificate must be there before it. Others
are what `codes.assign_in` says: ``none``, ``empty``, ``window``, ``restored``.
"""
FIRST: Final = "new"
"""Why a certificate is issued when no change is (`changes`)."""


# -- approve


def approve(store: Store, who: Actor, cases: Sequence[str], /, **given: str) -> list[Row]:
    """Approve what decided cases yield, several together in the order they build on each other.

    A case that can be granted is granted in the same transaction. ``given``: what fields say that
    no source says, on each certificate that has them. Raises ``not-granted``,
    ``nothing-to-issue``; as `case_moves.move`, `certificate_seal.describe`.
    """
    from hallclient.actions.case_moves import move_in
    from hallclient.actions.certificate_seal import describe_in

    with acting(store, who, "certificate.approve") as tx:
        made: list[Row] = []
        taken: set[str] = set()
        for draft in _in_order(tx, cases):
            if draft.row["state"] not in GRANTED:
                move_in(draft, GRANT)
            else:
                _approved(draft)
            rows = [one for one in standing(store, draft.id) if one["state"] in OPEN]
            if not rows:
                raise Refused("nothing-to-issue", field="case", number=draft.row["number"])
            for row in rows:
                fields = kind_of(store, row)[1].field
                said = {name: text for name, text in given.items() if name in fields}
                if said:
                    describe_in(draft_of(tx, row), row, said)
                    taken |= said.keys()
            made += rows
        for name in given.keys() - taken:
            raise Refused("face-no-field", field=name, name=name, kind=kind_of(store, made[0])[1])
        return _tied(tx, made)


def approve_in(draft: CaseDraft) -> None:
    """What granting a case yields, in the step that grants it. Write before; writes."""
    if draft.row["state"] != GRANTED[0]:
        return
    _approved(draft)
    facts = draft.facts()
    if SLIP in facts.flow.paper and any(one.state == APPROVED for one in facts.certificates):
        # No code could be had: this says so to the applicant.
        row = slip_in(draft)
        draft.write("paper.made", row["id"], number=row["number"])


def _in_order(tx: Action, cases: Sequence[str]) -> Iterator[CaseDraft]:
    """The cases, those whose certificates others build on before these."""
    kinds = certificate_kinds.newest(tx)
    left = [case_row(tx.store, one) for one in dict.fromkeys(cases)]
    yields = {row["id"]: {one.id for one in of_case(kinds, row)} for row in left}
    while left:
        waiting = {kind for row in left for kind in yields[row["id"]]}
        free = next(
            (row for row in left if not _after(kinds, yields[row["id"]]) & waiting), left[0]
        )
        left.remove(free)
        yield CaseDraft(tx, case_row(tx.store, free["id"]))


def _after(kinds: Kinds, of: set[str]) -> set[str]:
    return {one for kind in of for one in kinds.kind[kind].after} - of


def of_case(kinds: Kinds, case: Row) -> tuple[CertificateKind, ...]:
    """What granting a case yields, by its checklist."""
    return kinds.of_item(case["checklist"].split("/")[1])


def _approved(draft: CaseDraft) -> None:
    tx = draft.tx
    kinds = certificate_kinds.newest(tx)
    # What was revoked, cancelled or replaced was had: only what was void from the start was not.
    have = {
        one["kind"]: one
        for one in rows_of(tx.store, CERTIFICATE, draft.id)
        if one["state"] != VOIDED or one["replaces"] is not None
    }
    for kind in of_case(kinds, draft.row):
        last = have.get(kind.id)
        if last is not None:
            if last["state"] == VOIDED:
                _remade(draft, last)
            continue
        row = insert(
            draft,
            CERTIFICATE,
            "z",
            kind=kind.id,
            edition=kinds.key,
            scheme=kind.scheme,
            version=1,
            reason=FIRST,
            state=APPROVED,
            since=tx.now,
            day=tx.day,
            approved_by=tx.actor,
            approved_at=tx.now,
            sealed=sealed_of(draft, values_in(tx, draft.row, kind, {})),
        )
        draft.write("certificate.approved", row["id"], certificate=kind.id)
        assign_in(draft, kinds, certificate_row(tx.store, row["id"]))


def _remade(draft: CaseDraft, void: Row) -> None:
    """A later issue that was void is issued once more: its code stays its holder's."""
    tx = draft.tx
    newest = tx.row("SELECT max(version) AS n FROM certificate WHERE code = ?", void["code"])
    row = insert(
        draft,
        CERTIFICATE,
        "z",
        **{name: void[name] for name in ("kind", "edition", "scheme", "code", "reason")},
        **{name: void[name] for name in ("replaces", "together", "approved_by", "approved_at")},
        version=int(newest["n"] if newest else void["version"]) + 1,
        state=ASSIGNED,
        since=tx.now,
        day=tx.day,
        assigned_by=tx.actor,
        assigned_at=tx.now,
        sealed=sealed_of(draft, values_of(tx.store, void)),
    )
    draft.write("certificate.assigned", row["id"], code=void["code"])


def _tied(tx: Action, rows: Sequence[Row]) -> list[Row]:
    """Certificates of one applicant that were approved together are handed over together."""
    first: dict[tuple[object, ...], str] = {}
    for row in rows:
        case = case_row(tx.store, row["case_file"])
        whose = case["title"], case["person"], case["name_token"]
        if case["person"] is None and case["name_token"] is not None:
            continue  # of people known by name alone nobody knows whether they are one
        if first.setdefault(whose, row["id"]) != row["id"]:
            _tie(tx, row["id"], first[whose])
            _tie(tx, first[whose], first[whose])
    return [certificate_row(tx.store, row["id"]) for row in rows]


def _tie(tx: Action, certificate: str, together: str) -> None:
    row = certificate_row(tx.store, certificate)
    if row["together"] is None:
        draft = draft_of(tx, row)
        draft.update(CERTIFICATE, row, together=together)
        draft.write("certificate.described", row["id"])


def standing(store: Store, case: str) -> list[Row]:
    """The certificates of a case (by id) that have not ended."""
    return [one for one in rows_of(store, CERTIFICATE, case) if one["state"] not in ENDED]


def certificates_of(store: Store, who: Actor, case: str) -> list[Row]:
    """Every certificate of a case by id or number, the oldest first. Raises ``no-such-case``."""
    admit(store, who, "certificate.read")
    return rows_of(store, CERTIFICATE, case_row(store, case)["id"])


# -- assign


def assign(store: Store, who: Actor, certificate: str, code: str = "") -> Row:
    """Give a certificate that waits its code: the next one, or (``code``) that its holder has.

    Raises ``no-such-certificate``, ``assigned-already``, ``code-not-wanted``, ``code-malformed``,
    ``code-other`` with the kind of number it is instead,
    ``code-ended`` (void, or its certificate was revoked or cancelled), ``code-of-another``,
    ``certificate-after`` with the kinds that are missing, ``no-codes``, ``code-needed``.
    """
    with acting(store, who, "certificate.approve") as tx:
        row = certificate_row(store, certificate)
        if row["state"] != APPROVED:
            raise Refused("assigned-already", field="certificate", number=row["code"] or "")
        kinds, kind = kind_of(store, row)
        draft = draft_of(tx, row)
        if code and kind.way != KEEP:
            raise Refused("code-not-wanted", field="code", kind=kind)
        assign_in(draft, kinds, row, code)
        row = certificate_row(store, row["id"])
        if row["lacks"]:
            _refuse_lacking(kinds, kind, draft, row["lacks"])
        return row


def _refuse_lacking(kinds: Kinds, kind: CertificateKind, draft: CaseDraft, why: str) -> None:
    if why == CODE_NEEDED:
        raise Refused("code-needed", field="code", kind=kind)
    if why == AFTER:
        lacking = _lacking_before(draft, kind)
        raise Refused("certificate-after", kind=kind, first=[kinds.kind[one] for one in lacking])
    raise Refused("no-codes", why=why, scheme=kinds.scheme[kind.scheme])


def assign_in(draft: CaseDraft, kinds: Kinds, row: Row, code: str = "") -> None:
    """`assign` in a step that is under way: what cannot be had is noted as ``lacks``. Writes."""
    tx = draft.tx
    kind = kinds.kind[row["kind"]]
    found, lacks = _code_for(draft, kinds, kind, row, code)
    if not found:
        draft.update(CERTIFICATE, row, lacks=lacks)
        draft.write("certificate.described", row["id"])
        return
    values = values_of(tx.store, row)
    draft.update(
        CERTIFICATE,
        row,
        code=found,
        lacks=None,
        state=ASSIGNED,
        since=tx.now,
        assigned_by=tx.actor,
        assigned_at=tx.now,
        **_follows(tx.store, found, row),
    )
    # What names an earlier certificate may be known by now.
    now = values | {
        name: text
        for name, text in values_in(tx, draft.row, kind, {}).items()
        if text and not values.get(name)
    }
    if now != values:
        draft.update(CERTIFICATE, row, sealed=sealed_of(draft, now))
    draft.write("certificate.assigned", row["id"], code=found)


def _follows(store: Store, code: str, row: Row) -> dict[str, object]:
    """The certificate of the same code that this one takes the place of, when it is known here."""
    before = store.row(
        "SELECT id, version FROM certificate WHERE code = ? AND id <> ? "
        "ORDER BY version DESC LIMIT 1",
        code,
        row["id"],
    )
    if before is None:
        return {}
    return {"replaces": before["id"], "version": before["version"] + 1}


def _code_for(
    draft: CaseDraft, kinds: Kinds, kind: CertificateKind, row: Row, code: str
) -> tuple[str, str]:
    """The code, or why there is none."""
    tx = draft.tx
    scheme = kinds.scheme[kind.scheme]
    if kind.way == KEEP:
        said = narrow(code).upper() or Sources(tx, draft.row).read(kind.keep)
        if not said:
            return "", CODE_NEEDED
        if scheme.form == USCC:
            judged = uscc.read(said)
            if not judged.well_formed:
                if code and judged.other:
                    raise Refused("code-other", field="code", kind=judged.other)
                if code:
                    raise Refused("code-malformed", field="code")
                return "", CODE_NEEDED
            said = judged.number
        elif not schemes.well_formed(scheme, said):
            if code:
                raise Refused("code-malformed", field="code")
            return "", CODE_NEEDED
        why = _not_theirs(draft, scheme, said)
        if why and code:
            _refuse_code(said, why)
        return ("", CODE_NEEDED) if why else (said, "")
    if _lacking_before(draft, kind):
        return "", AFTER
    try:
        return codes.assign_in(tx, scheme, row["id"]), ""
    except Refused as refused:
        if refused.code not in ("no-codes", "serials-spent"):
            raise
        return "", str(refused.params.get("why", "empty"))


def _not_theirs(draft: CaseDraft, scheme: Scheme, code: str) -> str:
    """Why a code that somebody came with cannot be kept: `ENDED_CODE`, `ANOTHERS`; empty: it can.

    Of a code that this store knows nothing of nobody here can say more.
    """
    if code_ended(draft.tx.store, code):
        return ENDED_CODE
    known = draft.tx.row(
        "SELECT case_file FROM certificate WHERE code = ? AND scheme = ? "
        "ORDER BY version DESC LIMIT 1",
        code,
        scheme.id,
    )
    if known is None:
        return ""
    case, own = case_row(draft.tx.store, known["case_file"]), draft.row
    same = case["title"] == own["title"] and case["person"] == own["person"]
    return "" if same else ANOTHERS


def code_ended(store: Store, code: str, but: str = "") -> bool:
    """Whether a code is void, or the last certificate of it (other than ``but``) was void, revoked
    or cancelled. A later issue that was void from the start does not count.
    """
    row = store.row("SELECT state FROM code WHERE id = ?", code)
    if row is not None and row["state"] == codes.VOID:
        return True
    last = store.row(
        "SELECT state FROM certificate WHERE code = ? AND id <> ? AND reason <> ? "
        "AND NOT (state = ? AND replaces IS NOT NULL) ORDER BY version DESC LIMIT 1",
        code,
        but,
        EXTRA,
        VOIDED,
    )
    return last is not None and last["state"] in (VOIDED, REVOKED, CANCELLED)


def _refuse_code(code: str, why: str) -> None:
    if why == ENDED_CODE:
        raise Refused("code-ended", field="code", number=code)
    raise Refused("code-of-another", field="code", number=code)


def _lacking_before(draft: CaseDraft, kind: CertificateKind) -> list[str]:
    """Kinds that must be there before this one and that its applicant has not (三证同办)."""
    return [one for one in kind.after if not earlier_ones(draft.tx.store, draft.row, one)]
