"""Everything that is known of a certificate that was verified, with who fetched it, masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.certificate_kinds import current, kinds_in
from hallclient.actions.certificate_rows import certificate_row
from hallclient.actions.certificate_verify import Verified, verify
from hallclient.rules.certificate.spec import Kinds
from hallclient.rules.text import mask_id, mask_name

CONFIRMED = "confirmed"


class Known(NamedTuple):
    """What `certificate_verify` found, with what else is to be said of it."""

    verified: Verified
    newest: Kinds
    kinds: Mapping[str, Kinds]
    """The editions of its issues."""
    code: Row | None
    """The code as it was given or voided here; None: its body is not of this hall."""
    ends: Mapping[str, str]
    """Issue -> kind of the change that ended it."""
    fetched: Mapping[str, Collector]
    """Issue -> who fetched it, masked; not there when nobody did, or their data is gone."""


def known(store: Store, who: Actor, text: str) -> Known:
    """Verify a text, and say all of it. Raises as `verify`."""
    found = verify(store, who, text)
    issues = list(found.certificates)
    if found.copy is not None and not issues:
        issues = [certificate_row(store, found.copy["certificate"])]
    code = store.row("SELECT * FROM code WHERE id = ?", found.code)
    ends = {row["id"]: end for row in issues if (end := _end(store, row))}
    fetched = {row["id"]: one for row in issues if (one := masked(store, row)) is not None}
    editions = {row["edition"]: kinds_in(store, row["edition"]) for row in issues}
    return Known(found, current(store), editions, code, ends, fetched)


def masked(store: Store, certificate: Row) -> Collector | None:
    """Who fetched a certificate, masked; None: nobody yet, or their data is gone."""
    if certificate["receipt"] is None:
        return None
    told = store.unseal(certificate["case_file"], certificate["receipt"])
    if told is None:
        return None
    texts = {name: told[name] for name in ("kind", "relation", "how", "waybill") if name in told}
    return Collector(
        name=mask_name(told.get("name", "")),
        identity=mask_id(told.get("identity", "")),
        signed=bool(told.get("signed")),
        **texts,
    )


def _end(store: Store, certificate: Row) -> str:
    if certificate["ended_at"] is None:
        return ""
    row = store.row(
        "SELECT kind FROM certificate_change WHERE certificate = ? AND state = ? AND done_at = ?",
        certificate["id"],
        CONFIRMED,
        certificate["ended_at"],
    )
    return str(row["kind"]) if row is not None else ""
