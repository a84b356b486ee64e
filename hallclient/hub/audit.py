"""The whole log of a hall, reckoned again: every chain, every number, every signature.

What comes of it is an anchor: (epoch, lsn, Merkle root over the heads of all devices, as RFC 6962
builds one). Printed or sent elsewhere it is a witness that whoever owns the hub cannot change; the
root of any earlier lsn can be reckoned again and compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from hallclient.hub.install import as_owner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hallclient.hub.install import Db

_CHECKS: Final = {
    "hash": (
        "hash IS DISTINCT FROM sha256(prev_hash || convert_to("
        "device || chr(31) || stream || chr(31) || seq || chr(31) || epoch || chr(31) || kind"
        ' || chr(31) || version || chr(31) || subject || chr(31) || actor || chr(31) || "window"'
        " || chr(31) || at || chr(31) || day || chr(31) || algorithm || chr(10), 'UTF8') || body)"
    ),
    "chain": "prev_hash IS DISTINCT FROM coalesce(hash_before, decode(repeat('00', 32), 'hex'))",
    "seq": "seq <> coalesce(seq_before, 0) + 1",
    "place": "place <> coalesce(place_before, 0) + 1",
    "lsn": "lsn <> coalesce(lsn_before, 0) + 1",
    "mark": (
        "mark IS DISTINCT FROM "
        "sha256(coalesce(mark_before, decode(repeat('00', 32), 'hex')) || hash)"
    ),
}


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. ``faults``: (what does not fit, how often, lsn of the first)."""

    hall: str
    epoch: int
    lsn: int
    root: str
    events: int
    signed: int
    """Batches whose author's signature was checked, of ``batches``."""
    batches: int
    faults: tuple[tuple[str, int, int], ...]


def audit(db: Db, hall: str) -> Audit:
    """Reckon everything again. Raises StoreError ``hub-none``."""
    as_owner(db)
    # One moment of the log, however long it takes; nobody waits for it.
    row = db.execute(
        "SELECT epoch, head, mark FROM hub.hall WHERE hall_id = %s", (hall,)
    ).fetchone()
    assert row is not None  # noqa: S101
    epoch, head, mark = row
    columns = ", ".join(
        f"count(*) FILTER (WHERE {check}), coalesce(min(lsn) FILTER (WHERE {check}), 0)"
        for check in _CHECKS.values()
    )
    found = db.execute(
        f"SELECT count(*), {columns} FROM ("  # noqa: S608
        "SELECT e.*, lag(seq) OVER own AS seq_before, lag(hash) OVER own AS hash_before, "
        "lag(place) OVER (PARTITION BY stream ORDER BY place) AS place_before, "
        "lag(lsn) OVER hall AS lsn_before, lag(mark) OVER hall AS mark_before "
        "FROM hub.event e WHERE hall_id = %s AND lsn <= %s WINDOW "
        "own AS (PARTITION BY stream, device ORDER BY seq), hall AS (ORDER BY lsn)) x".encode(),
        (hall, head),
    ).fetchone()
    assert found is not None  # noqa: S101
    events, *pairs = found
    faults = [
        (name, count, first)
        for name, count, first in zip(_CHECKS, pairs[::2], pairs[1::2], strict=True)
        if count
    ]
    last = db.execute(
        "SELECT mark FROM hub.event WHERE hall_id = %s AND lsn = %s", (hall, head)
    ).fetchone()
    if events != head or (last is not None and last[0] != mark):
        faults.append(("head", 1, head))
    batches, signed, wrong = _signatures(db, hall, head)
    if wrong:
        faults.append(("signature", len(wrong), wrong[0]))
    root = root_at(db, hall, head)
    return Audit(hall, epoch, head, root, events, signed, batches, tuple(faults))


def root_at(db: Db, hall: str, lsn: int) -> str:
    """The root over (device, stream, seq, hash) of all heads as they were at an lsn, in hex."""
    heads = db.execute(
        "SELECT DISTINCT ON (device, stream) device, stream, seq, hash FROM hub.event "
        "WHERE hall_id = %s AND lsn <= %s ORDER BY device, stream, seq DESC",
        (hall, lsn),
    ).fetchall()
    leaves = [
        sha256(b"\0" + f"{device}\x1f{stream}\x1f{seq}\x1f".encode() + said).digest()
        for device, stream, seq, said in heads
    ]
    return merkle(leaves).hex()


def merkle(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962: an odd one out goes up as it is."""
    level = list(leaves)
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        above = [
            sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = above + level[len(level) & ~1 :]
    return level[0]


def _signatures(db: Db, hall: str, head: int) -> tuple[int, int, list[int]]:
    """(batches, signed and right, lsns of those that are wrong)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    keys: dict[str, list[Ed25519PublicKey]] = {}
    for device, key in db.execute(
        "SELECT device, public_key FROM hub.device "
        "WHERE hall_id = %s AND algorithm = 'ed25519' AND length(public_key) = 32",
        (hall,),
    ):
        keys.setdefault(device, []).append(Ed25519PublicKey.from_public_bytes(key))
    batches = signed = 0
    wrong = []
    for lsn, device, said, signature in db.execute(
        "SELECT b.lsn, e.device, e.hash, b.signature FROM hub.batch b "
        "JOIN hub.event e ON e.hall_id = b.hall_id AND e.lsn = b.lsn "
        "WHERE b.hall_id = %s AND b.lsn <= %s ORDER BY b.lsn",
        (hall, head),
    ):
        batches += 1
        if not signature:
            continue
        for key in keys.get(device, ()):
            try:
                key.verify(signature, said)
            except InvalidSignature:
                continue
            signed += 1
            break
        else:
            wrong.append(lsn)
    return batches, signed, wrong
