"""The rows of certificates: read, changed in one step of their case, found by id, code or number.

``case/z/<n>`` is a certificate, ``case/y/<n>`` a copy, ``case/q/<n>`` a change that is asked for.
Every later issue of the same code (变更, 更正, 遗失, 增发) is a certificate of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from db.store import Row, Store
from hallclient.actions.acting import Action
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.certificate_kinds import kinds_in
from hallclient.rules.certificate.changes import EXTRA
from hallclient.rules.certificate.spec import CertificateKind, Kinds
from hallclient.rules.certificate.states import LIVE
from hallclient.rules.errors import Refused

CERTIFICATE, COPY, CHANGE = "certificate", "certificate_copy", "certificate_change"

SAME_HOLDER = (
    "case_file.title = ? AND case_file.person IS ? AND (case_file.person IS NOT NULL "
    "OR case_file.name_token IS NULL OR case_file.id = ?)"
)
"""In SQL: a case of the same applicant; `holder` has what it is asked with. Of people known by name
alone nobody knows whether they are one.
"""


def holder(case: Row) -> tuple[object, ...]:
    """What `SAME_HOLDER` is asked with."""
    return case["title"], case["person"], case["id"]


def certificate_row(store: Store, certificate: str) -> Row:
    """A certificate by its id, or the newest of a code, one that stands before one that ended.

    Raises ``no-such-certificate``.
    """
    row = store.row("SELECT * FROM certificate WHERE id = ?", certificate)
    row = row or store.row(
        "SELECT * FROM certificate WHERE code = ? "
        "ORDER BY ended_at IS NOT NULL, version DESC, approved_at DESC LIMIT 1",
        certificate,
    )
    if row is None:
        raise Refused("no-such-certificate", field="certificate", certificate=certificate)
    return row


def copy_row(store: Store, copy: str) -> Row:
    """A copy by its id. Raises ``no-such-copy``."""
    row = store.row("SELECT * FROM certificate_copy WHERE id = ?", copy)
    if row is None:
        raise Refused("no-such-copy", field="copy", copy=copy)
    return row


def copies_of(store: Store, certificate: str) -> list[Row]:
    """Every copy ever of a certificate, in the order of their making."""
    return store.rows(
        "SELECT * FROM certificate_copy WHERE certificate = ? ORDER BY rowid", certificate
    )


def live_copies(store: Store, certificate: str) -> list[Row]:
    """The copies that count."""
    return [row for row in copies_of(store, certificate) if row["state"] in LIVE]


def kind_of(store: Store, row: Row) -> tuple[Kinds, CertificateKind]:
    """The edition of a certificate, and its kind in that."""
    kinds = kinds_in(store, row["edition"])
    return kinds, kinds.kind[row["kind"]]


def draft_of(tx: Action, row: Row) -> CaseDraft:
    """A step in the case of a certificate, which may be over long since."""
    return CaseDraft(tx, case_row(tx.store, row["case_file"]))


def not_stopped(store: Store, row: Row) -> None:
    """Nothing goes on with a certificate that somebody has asked to end or to issue again.

    Raises ``change-pending``.
    """
    change = store.row(
        "SELECT kind, by FROM certificate_change WHERE certificate = ? AND done_at IS NULL",
        row["id"],
    )
    if change is not None and change["kind"] != EXTRA:
        raise Refused("change-pending", field="change", by=change["by"])


def values_of(store: Store, row: Row) -> dict[str, str]:
    """What a certificate's fields say. Raises ``document-forgotten``."""
    texts = store.unseal(row["case_file"], row["sealed"])
    if texts is None:
        raise Refused("document-forgotten", number=row["code"] or row["id"])
    found: dict[str, str] = json.loads(texts.get("values", "{}"))
    return found


def sealed_of(draft: CaseDraft, values: Mapping[str, str], **more: str) -> str | None:
    """What is sealed of a certificate under its case's key."""
    text = json.dumps(dict(values), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return draft.sealed(values=text, **more)


def insert(draft: CaseDraft, table: str, letter: str, **row: Any) -> Row:
    """A new row of the case, without what is not said."""
    kept = {name: value for name, value in row.items() if value is not None}
    return draft.insert(table, draft.next(table, letter), **kept)
