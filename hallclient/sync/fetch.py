"""Streams of cases and their keys: what a store fetches from the hub, and brings to it.

A window reads a private stream only after it asked for it: by a tag (`tags`), in a row of ``link``
that the worker answers. The key of its case is fetched with it, and written down at the hub.
"""

from __future__ import annotations

from typing import Final

from db import merge
from db.driver import sqlite
from hallclient.sync import link
from hallclient.sync.messages import (
    OPEN_STREAMS,
    DestroyKeys,
    Find,
    Follow,
    Followed,
    Found,
    PutKeys,
    TakeKeys,
)
from hallclient.sync.replica import ACTOR, Replica, heard

KEYS: Final = 200
_FIND, _STREAM = "find ", "follow "
"""How rows of ``link`` begin that say what to fetch: by tag, a stream (`link.KEY`: a key)."""


def wish(db: sqlite.Connection, tag: str) -> None:
    """Ask for the streams of a tag, with the transaction under way. The worker fetches them."""
    link.put(db, _FIND + tag, "")


class Fetch:
    """What one store asks for."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.store = replica.store
        self.db = replica.db

    # -- streams

    def wanted(self) -> Find | Follow | TakeKeys | None:
        """What is to be fetched next: streams that were asked for, and keys of what has come."""
        epoch = self.replica.epoch
        cases = link.beginning(self.db, link.KEY, KEYS)
        if cases:
            return TakeKeys(epoch, tuple(cases))
        if streams := link.beginning(self.db, _STREAM, 1):
            return Follow(epoch, streams[0], int(link.get(self.db, _STREAM + streams[0]) or 0))
        if found := link.beginning(self.db, _FIND, 1):
            return Find(epoch, found[0])
        return None

    def found(self, request: Find, answer: Found) -> None:
        """Read the streams that were found from now on."""
        with self.store.act(ACTOR):
            link.put(self.db, _FIND + request.tag, None)
            for stream in answer.streams:
                known = self.db.execute(
                    "SELECT 1 FROM followed WHERE stream = ?", (stream,)
                ).fetchone()
                if known is None and stream not in OPEN_STREAMS:
                    link.put(self.db, _STREAM + stream, "0")

    def followed(self, request: Follow, answer: Followed) -> None:
        """Take a piece of a stream that is read from now on. Raises `db.merge.Unfitting`."""
        stream = request.stream
        with self.store.act(ACTOR):
            # What is newer than this store has read of the hall comes with the rest of the hall.
            old = [one for one in answer.events if one.lsn <= self.replica.after]
            merge.integrate(self.store, old)
            heard(self.db, old)
            more = answer.answer == "ok" and answer.upto < answer.head and len(old) > 0
            link.put(self.db, _STREAM + stream, str(answer.upto) if more else None)
            if answer.answer == "ok" and not more:
                self.db.execute(
                    "INSERT OR REPLACE INTO followed VALUES (?, ?)", (stream, answer.upto)
                )
                link.want_keys(self.db, {stream})
            self.replica.raise_sent()

    # -- keys

    def keys(self) -> PutKeys | None:
        """Keys of cases that the hub has not got from here yet."""
        rows = self.db.execute(
            "SELECT case_id, key FROM case_key WHERE sent_at IS NULL AND key IS NOT NULL "
            "ORDER BY case_id LIMIT ?",
            (KEYS,),
        ).fetchall()
        return (
            PutKeys(self.replica.epoch, tuple((case, bytes(key)) for case, key in rows))
            if rows
            else None
        )

    def keys_put(self, request: PutKeys) -> None:
        """The hub has them."""
        with self.store.act(ACTOR) as tx:
            self.db.executemany(
                "UPDATE case_key SET sent_at = ? WHERE case_id = ?",
                [(tx.now, case) for case, _ in request.keys],
            )

    def destroyed(self) -> DestroyKeys | None:
        """Cases that were forgotten here, and the hub has not been told yet."""
        rows = self.db.execute(
            "SELECT case_id FROM case_key WHERE key IS NULL AND coalesce(sent_at, 0) >= 0 "
            "ORDER BY case_id LIMIT ?",
            (KEYS,),
        ).fetchall()
        return DestroyKeys(self.replica.epoch, tuple(row[0] for row in rows)) if rows else None

    def keys_destroyed(self, request: DestroyKeys) -> None:
        """The hub has forgotten them too."""
        with self.store.act(ACTOR):
            self.db.executemany(
                "UPDATE case_key SET sent_at = -1 WHERE case_id = ?",
                [(case,) for case in request.cases],
            )

    def keys_taken(self, request: TakeKeys, keys: tuple[tuple[str, bytes | None], ...]) -> None:
        """Keep keys that the hub has given; None forgets one."""
        with self.store.act(ACTOR) as tx:
            for case in request.cases:
                link.put(self.db, link.KEY + case, None)
            for case, key in keys:
                self.db.execute(
                    "INSERT OR IGNORE INTO case_key (case_id, key, sent_at) VALUES (?, ?, ?)",
                    (case, key, tx.now),
                )
                if key is None:
                    tx.destroy_key(case)
