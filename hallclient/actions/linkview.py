"""How far a store's work has come: saved here, sent to the hub, confirmed by it."""

from __future__ import annotations

from typing import NamedTuple

from db import log
from db.store import Store


class Link(NamedTuple):
    """What the status line says of the hub."""

    connected: bool
    unsent: int
    """Events the hub has not said to hold."""
    oldest_at: int | None
    """When the oldest of them was made (UTC ms)."""
    unconfirmed: int
    """Events the hub holds, of which this store has not read its place in the hall's order yet."""


def link_of(store: Store) -> Link | None:
    """None: the store has no hub."""
    kept = dict(store.db.execute("SELECT key, value FROM link").fetchall())
    if "hall" not in kept:
        return None
    unsent, oldest = log.unacked_count(store.db, int(kept.get("sent", "0")))
    unconfirmed = store.db.execute(
        "SELECT count(*) FROM event WHERE pos > ? AND NOT EXISTS (SELECT 1 FROM placed "
        "WHERE placed.device = event.device AND placed.stream = event.stream "
        "AND placed.seq = event.seq)",
        (int(kept.get("floor", "0")),),
    ).fetchone()[0]
    return Link(kept.get("link") == "up", unsent, oldest, max(0, unconfirmed - unsent))
