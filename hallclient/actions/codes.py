"""Codes of certificates: the next body of a window's block becomes one, or void, once and for all.

The event that uses a body is part of the decision it is used for: both are durable before anything
is printed, or neither is.
"""

from __future__ import annotations

from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.code_segments import (
    STREAM,
    lease_in,
    leased,
    open_blocks,
    open_segments,
    range_of,
    reason_of,
    scheme_in,
    seat_of,
)
from hallclient.rules.certificate import schemes, segments
from hallclient.rules.certificate.spec import USCC, Scheme
from hallclient.rules.errors import Refused

ASSIGNED, VOID = "assigned", "void"
COLLIDES: Final = "collides"
TAKEN: Final = "taken"
"""Reason: a holder came with this very code, so the body had been given elsewhere."""


def assign_in(tx: Action, scheme: Scheme, certificate: str) -> str:
    """Use the next body of this window for a certificate, in the action under way; the code.

    A window that runs low leases again in the same step.
    Raises ``no-codes`` with why (``none``, ``empty``, ``window``, ``restored``, `COLLIDES`).
    """
    while True:
        row = _spend(tx, scheme, _block_of(tx, scheme), certificate)
        if row["state"] == ASSIGNED:
            break
    at = seat_of(tx)
    if leased(at, scheme) <= scheme.low and open_segments(at, scheme):
        lease_in(tx, scheme)
    return str(row["id"])


def _block_of(tx: Action, scheme: Scheme) -> Row:
    """The block to use the next body of. Raises ``no-codes``."""
    found = open_blocks(seat_of(tx), scheme)
    return found[0] if found else lease_in(tx, scheme)


def _spend(tx: Action, scheme: Scheme, block: Row, certificate: str, void: str = "") -> Row:
    """Use the block's next body for a certificate, or void it for a reason; the code's row."""
    place = block["start"] + block["used"]
    code = _code_at(tx, scheme, block, place)
    if tx.row("SELECT id FROM code WHERE id = ?", code) is not None:
        # Two segments make the same code: nothing is given of the second.
        raise Refused("no-codes", why=COLLIDES, scheme=scheme)
    if not void and tx.row("SELECT id FROM certificate WHERE code = ?", code) is not None:
        void = TAKEN
    row: Row = {
        "scheme": scheme.id,
        "block": block["id"],
        "place": place,
        "state": VOID if void else ASSIGNED,
        "certificate": None if void else certificate,
        "window": seat_of(tx).window,
        "by": tx.actor,
        "at": tx.now,
    }
    if void:
        row |= {"void_by": tx.actor, "void_at": tx.now, "reason": void}
    used = ("code_block", block["id"], {"used": block["used"]}, {"used": block["used"] + 1})
    kind = "code.voided" if void else "code.assigned"
    tx.append(kind, code, [("code", code, None, row), used], stream=STREAM)
    return {"id": code, **row}


def _code_at(tx: Action, scheme: Scheme, block: Row, place: int) -> str:
    segment = tx.row("SELECT * FROM code_segment WHERE id = ?", block["segment"])
    assert segment is not None  # noqa: S101 - blocks are leased from segments
    body = segments.body(range_of(segment), place)
    if scheme.form == USCC:
        return schemes.code_of(scheme, body=body)
    return schemes.code_of(scheme, serial=int(body), day=f"{segment['year'] or tx.day[:4]}-01-01")


def void_in(tx: Action, code: str, reason: str) -> None:
    """A code that was assigned here is void for good; one given elsewhere is not ours to void."""
    row = tx.row("SELECT * FROM code WHERE id = ?", code)
    if row is None or row["state"] == VOID:
        return
    now = {"state": VOID, "void_by": tx.actor, "void_at": tx.now, "reason": reason}
    was = {name: row[name] for name in now}
    tx.append("code.voided", code, [("code", code, was, now)], stream=STREAM)


def void_next(store: Store, who: Actor, scheme: str, reason: str) -> Row:
    """Void the next body of this window unused: the code centre says that it is taken.

    Raises ``no-such-scheme``, ``no-codes``, ``code-reason``.
    """
    with acting(store, who, "code.void") as tx:
        found, said = scheme_in(tx, scheme), reason_of(reason)
        return _spend(tx, found, _block_of(tx, found), "", said)


def codes_of(store: Store, who: Actor, day: str = "") -> list[Row]:
    """The codes given or voided (on a business day, ISO), the newest first."""
    admit(store, who, "code.read")
    rows = store.rows("SELECT * FROM code ORDER BY at DESC, place DESC")
    return [row for row in rows if not day or store.env.day(row["at"]) == day]
