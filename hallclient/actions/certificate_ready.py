"""A certificate becomes ready (待领取): its pick-up code, and its case's result with it.

What one applicant waits for has one pick-up code, so that three permits together are fetched in
one visit.
"""

from __future__ import annotations

from typing import Final

from db.store import Row, Store
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    SAME_HOLDER,
    copies_of,
    holder,
    sealed_of,
    values_of,
)
from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.states import READY, of_copies

_ISSUE: Final = "issue"


def settled_in(draft: CaseDraft, row: Row) -> None:
    """The certificate's state after its copies have changed, and what follows of it. Writes."""
    tx = draft.tx
    state = of_copies(one["state"] for one in copies_of(tx.store, row["id"]))
    if state == row["state"]:
        return
    if state != READY:
        draft.update(CERTIFICATE, row, state=state, since=tx.now, ready_at=None)
        draft.write("certificate.confirmed", row["id"], now=state)
        return
    code = _pickup(draft, row)
    draft.update(
        CERTIFICATE,
        row,
        state=READY,
        since=tx.now,
        ready_at=tx.now,
        pickup=token(tx.store, code),
        sealed=sealed_of(draft, values_of(tx.store, row), pickup=code),
    )
    draft.write("certificate.confirmed", row["id"], now=READY)
    from hallclient.actions.case_moves import follow_in

    follow_in(draft, _ISSUE)


def token(store: Store, code: str) -> str:
    """What a pick-up code is known by in the store: whoever reads the file learns none."""
    return store.person_token(f"pickup:{code}")


def pickup_of(store: Store, row: Row) -> str:
    """The pick-up code of a certificate, for who prints or says it; empty: there is none."""
    texts = store.unseal(row["case_file"], row["sealed"]) or {}
    return texts.get("pickup", "")


def _pickup(draft: CaseDraft, row: Row) -> str:
    """The code of what this applicant has waiting already, else a new one."""
    store = draft.tx.store
    own = pickup_of(store, row)
    if own:
        return own
    case = case_row(store, row["case_file"])
    others = store.rows(
        "SELECT certificate.* FROM certificate JOIN case_file ON case_file.id = case_file "
        "WHERE certificate.state = ? AND certificate.handed_at IS NULL "
        f"AND certificate.ended_at IS NULL AND ({SAME_HOLDER} OR together = ?) ORDER BY ready_at",
        READY,
        *holder(case),
        row["together"],
    )
    for one in others:
        code = pickup_of(store, one)
        if code:
            return code
    while True:
        code = pickup.code_of(_numbers(store))
        if store.row("SELECT id FROM certificate WHERE pickup = ?", token(store, code)) is None:
            return code


def _numbers(store: Store) -> list[int]:
    """Seven even numbers below the count of characters from the store's random source."""
    size = len(pickup.ALPHABET)
    found: list[int] = []
    while len(found) < pickup.LENGTH - 1:
        # What is left over at the end of a byte would make some characters likelier.
        found += [byte % size for byte in store.env.entropy(8) if byte < 256 - 256 % size]
    return found[: pickup.LENGTH - 1]
