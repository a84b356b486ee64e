"""Blocks of numbers: which one a store asks the hub for next, and what it got."""

from __future__ import annotations

import json
from typing import Final

from db import blocks
from db.store import Tx
from hallclient.sync import link
from hallclient.sync.messages import Lease, Leased
from hallclient.sync.replica import ACTOR, Replica

TICKETS: Final = 10
"""Numbers in one block: few, so that numbers given at several places stay close together."""
LOW_TICKETS: Final = 5
"""With fewer left the next block is asked for, so that a cut does not find this machine empty."""


class Leases:
    """The blocks of one store."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.store = replica.store
        self.db = replica.db

    def wanted(self, now: int) -> Lease | None:
        """The next block that is wanted: of a line whose numbers run low here today.

        It is asked for under the same request id until it is answered.
        """
        kept = link.get(self.db, "lease")
        if kept is None:
            day = self.store.env.day(now)
            low = blocks.low_blocks(self.db, "ticket", f"{day}:", LOW_TICKETS)
            if not low or self.replica.healing:
                return None
            kept = json.dumps([self.store.env.new_id(), low[0]])
            with self.store.act(ACTOR):
                link.put(self.db, "lease", kept)
        wanted, name = json.loads(kept)
        return self.request_of(name, wanted)

    def request_of(self, name: str, request: str = "") -> Lease:
        """A request for numbers of a line (``name`` is the id of its row), a new one by itself.

        Numbers that the line gave before there was a hub are not given again.
        """
        row = self.db.execute("SELECT issued FROM line WHERE id = ?", (name,)).fetchone()
        return Lease(
            self.replica.epoch,
            "ticket",
            name,
            TICKETS,
            request or self.store.env.new_id(),
            row[0] if row else 0,
        )

    def leased(self, request: Lease, answer: Leased) -> None:
        """Keep the block that was given, if one was."""
        with self.store.act(ACTOR) as tx:
            link.put(self.db, "lease", None)
            self.leased_in(tx, request, answer)

    def leased_in(self, tx: Tx, request: Lease, answer: Leased) -> None:
        """The same in an action under way."""
        link.put(self.db, "healing", "1" if answer.answer == "healing" else None)
        if answer.answer == "ok" and answer.size > 0:
            block = blocks.Block(
                request.request,
                request.kind,
                request.name,
                answer.first,
                answer.size,
                request.epoch,
            )
            blocks.keep_block(self.db, block, tx.now)
