"""Calling while connected: the hub says yes before the number is called.

The queue's log at the hub is the arbiter. A call is pushed inside its local transaction, before the
commit, with the place of the newest event that this store knows. If the hub holds more, somebody
else has acted: the call is given up, the new events are read, and it is decided again (`Behind`).

No answer is neither yes nor no. Then the call is committed together with its withdrawal and nobody
is called: whatever the hub did, both reach it later, in order, and the number waits again
(`Doubtful`). The window goes on as one that is cut off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from db import merge
from db.arbiter import Behind, Doubtful
from db.log import Event
from db.merge import Unfitting
from db.projections import reverse
from db.store import Tx
from hallclient.sync.leases import Leases
from hallclient.sync.messages import (
    Answer,
    Leased,
    LinkLost,
    Pulled,
    Push,
    Pushed,
    Request,
)
from hallclient.sync.replica import Replica

ASKS: Final = frozenset({"leg.called"})
"""Kinds of events that the hub says yes to first."""
QUEUE: Final = "queue"
DOWN_MS: Final = 5_000
"""How long a link that did not answer is not asked again for a call."""
MOST: Final = 500


class QueueArbiter:
    """Asks the hub for this store's calls (`db.arbiter.Arbiter`)."""

    def __init__(
        self,
        replica: Replica,
        call: Callable[[Request], Answer],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """``call`` raises `LinkLost`; ``close`` lets its connection go."""
        self.replica = replica
        self.leases = Leases(replica)
        self.close = close
        self._call = call
        self._down_until = 0

    def connected(self, now: int) -> bool:
        """Whether the hub is asked; if not, this window is cut off."""
        # A clock that was set back does not make it longer.
        self._down_until = min(self._down_until, now + DOWN_MS)
        return now >= self._down_until

    def admit(self, tx: Tx) -> Doubtful | None:
        """See `db.arbiter.Arbiter`. Raises `Behind`; returns `Doubtful`."""
        if not self.connected(tx.now) or not any(one.kind in ASKS for one in tx.appended):
            return None
        request = self._push(tx)
        if request is None:
            # Too much is unsent to be decided in one push: the worker sends it first.
            raise Behind
        try:
            answer = self._call(request)
        except LinkLost:
            return self._withdraw(tx)
        if not isinstance(answer, Pushed):
            raise Behind
        if answer.answer == "ok":
            last = request.events[-1]
            tx.db.execute(
                "INSERT OR REPLACE INTO acked VALUES (?, ?, ?)", (last.device, QUEUE, last.seq)
            )
            return None
        if answer.answer in ("behind", "gap"):
            raise Behind
        # Another epoch, shut out, forked: what is to be done there is the worker's business.
        self._down_until = tx.now + DOWN_MS
        return self._withdraw(tx)

    def catch_up(self, now: int) -> None:
        """Send what is older than the call and read what the hub holds."""
        try:
            self._catch_up()
        except (LinkLost, Unfitting):
            self._down_until = now + DOWN_MS

    def lease(self, tx: Tx, name: str) -> None:
        """See `db.arbiter.Arbiter`."""
        if not self.connected(tx.now):
            return
        request = self.leases.request_of(name)
        try:
            answer = self._call(request)
        except LinkLost:
            self._down_until = tx.now + DOWN_MS
            return
        if isinstance(answer, Leased):
            self.leases.leased_in(tx, request, answer)

    def _catch_up(self) -> None:
        while (older := self.replica.unsent()) is not None:
            answer = self._call(older)
            if not isinstance(answer, Pushed) or answer.answer != "ok":
                break
            self.replica.acked(older.device, older.stream, older.events[-1].seq)
            self.replica.told(answer.head)
        while True:
            pulled = self._call(self.replica.pull())
            if (
                not isinstance(pulled, Pulled)
                or pulled.answer != "ok"
                or pulled.head < self.replica.head
            ):
                raise LinkLost("answer")  # the worker has to say hello first
            self.replica.integrate(pulled)
            if pulled.upto >= pulled.head:
                return

    def _push(self, tx: Tx) -> Push | None:
        """This store's unsent events of the queue, the call last; None: they are too many."""
        db, device = tx.db, tx.store.device
        events: list[Event] = []
        for event in merge.unacked_of(db, device, QUEUE):
            events.append(event)
            if len(events) > MOST:
                return None
        known = db.execute(
            "SELECT coalesce((SELECT max(place) FROM placed WHERE stream = ?1), 0) + (SELECT "
            "count(*) FROM event e WHERE e.device = ?2 AND e.stream = ?1 AND e.seq <= coalesce("
            "(SELECT seq FROM acked WHERE device = ?2 AND stream = ?1), 0) AND e.seq > coalesce("
            "(SELECT max(seq) FROM placed WHERE device = ?2 AND stream = ?1), 0))",
            (QUEUE, device),
        ).fetchone()[0]
        return self.replica.push(events, expected=known)

    def _withdraw(self, tx: Tx) -> Doubtful:
        self._down_until = tx.now + DOWN_MS
        for event in [one for one in tx.appended if one.kind in ASKS]:
            back = reverse(merge.changes_of(event))
            tx.append("leg.withdrawn", event.subject, back, withdraws=event.seq)
        return Doubtful()
