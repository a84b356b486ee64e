"""Calling as one hall: with the hub's yes while connected, from the own share while cut off.

Cut off, a window calls only numbers that fall to it: the numbers known when the link broke are
parted among the windows then on duty, in the same way by all of them without asking, and a number
that was given on this machine since is known to nobody else. A visitor who shows a slip is always
taken. What collides all the same is settled when the windows meet again (`db.merge`).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final, TypeVar

from db.arbiter import Behind, Doubtful
from db.blocks import take_from_block
from db.store import Store, Tx
from hallclient.rules.errors import Refused

T = TypeVar("T")
GRACE_MS: Final = 10_000
TRIES: Final = 8
"""How often a call is decided anew when others were faster. Each time somebody else has called."""


def joined(store: Store) -> bool:
    """Whether the store belongs to a hub."""
    return store.db.execute("SELECT 1 FROM link WHERE key = 'hall'").fetchone() is not None


def ask_hub(store: Store) -> None:
    """From now on calls from this store ask its hub first, if it has one."""
    if joined(store):
        from hallclient.hub.joining import attach

        attach(store)


def grace(store: Store) -> int:
    """How much later than due this machine does what the clock does (ms); 0 without a hub.

    All machines see the same clock run out. Who comes first tells the others, if they wait: each
    a time of its own.
    """
    if not joined(store):
        return 0
    return int.from_bytes(sha256(store.device.encode()).digest()[:2], "big") * GRACE_MS >> 16


def cut_off(store: Store) -> bool:
    """Whether this machine has a hub and does not reach it."""
    if store.arbiter is not None:
        return not store.arbiter.connected(store.env.now())
    # Who only reads believes whoever holds the link.
    rows = dict(store.db.execute("SELECT key, value FROM link WHERE key IN ('hall', 'link')"))
    return "hall" in rows and rows.get("link") != "up"


def together(store: Store, decide: Callable[[], T]) -> T:
    """Do a call so that no other machine calls the same number. Raises ``hub-busy``."""
    if store.arbiter is None:
        return decide()
    heard = False
    for _ in range(TRIES):
        try:
            return decide()
        except Behind:
            store.arbiter.catch_up(store.env.now())
        except Doubtful:
            continue  # decided again, as who is cut off
        except Refused:
            # There may be more than this machine has heard of.
            if heard or cut_off(store):
                raise
            heard = True
            store.arbiter.catch_up(store.env.now())
    raise Refused("hub-busy")


def next_number(tx: Tx, line: str, issued: int) -> int:
    """The turn of a new number: the next of the line or, with a hub, of a block of this machine.

    Raises ``no-numbers``.
    """
    if not joined(tx.store):
        return issued + 1
    name = f"{tx.day}:{line}"
    found = take_from_block(tx.db, "ticket", name)
    if found is None and tx.store.arbiter is not None:
        tx.store.arbiter.lease(tx, name)
        found = take_from_block(tx.db, "ticket", name)
    if found is None:
        raise Refused("no-numbers", field="service")
    return found


def fetch_later(tx: Tx, column: str, value: str) -> None:
    """Ask the hub for what belongs to something, if there is a hub; it comes by itself."""
    if joined(tx.store):
        from hallclient.sync.fetch import wish
        from hallclient.sync.tags import tag

        wish(tx.db, tag(column, value))


def ask_for(store: Store, text: str) -> bool:
    """Ask the hub for a case by a whole number; whether there is a hub to ask."""
    if not joined(store):
        return False
    with store.act("system") as tx:
        fetch_later(tx, "number", text)
    return True


def own_share(store: Store, window: str) -> Callable[[str], bool]:
    """Which legs fall to a window while it is cut off.

    The windows on duty are those the store knows; the highest hash of leg and window has it
    (rendezvous hashing), so that all agree and nobody leaves more than their part.
    """
    on_duty = [
        row[0] for row in store.db.execute("SELECT id FROM window WHERE operator IS NOT NULL")
    ]
    others = [one for one in on_duty if one != window]
    device = store.device

    def falls_here(leg: str) -> bool:
        mine = _weight(leg, window)
        if all(mine > _weight(leg, other) for other in others):
            return True
        return _only_here(store, device, leg)

    return falls_here


def _weight(leg: str, window: str) -> bytes:
    return sha256(f"{leg} {window}".encode()).digest()


def _only_here(store: Store, device: str, leg: str) -> bool:
    """Whether the hub has not got this number yet."""
    visit = store.db.execute("SELECT visit FROM leg WHERE id = ?", (leg,)).fetchone()
    opened = store.db.execute(
        "SELECT seq FROM event WHERE device = ?1 AND stream = 'queue' AND kind = 'visit.opened' "
        "AND subject = ?2 AND seq > coalesce((SELECT seq FROM acked WHERE device = ?1 "
        "AND stream = 'queue'), 0)",
        (device, visit[0] if visit else ""),
    ).fetchone()
    return opened is not None
