"""A store as the sync core sees it: what is to be sent, what has come, where the two stand.

What a store knows of its hub lies in its table ``link`` and changes in the same transactions as
the events do, so that a kill at any moment leaves both together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from db import log, merge
from db.driver import sqlite
from db.log import Event, Placed
from db.store import DESTROYED, Store
from hallclient.sync import link
from hallclient.sync.messages import (
    OPEN_STREAMS,
    PROTOCOL,
    Greeted,
    Hello,
    Pull,
    Pulled,
    Push,
)
from hallclient.sync.tags import tags_of

ACTOR: Final = "system"
BATCH: Final = 500
"""Events in one push: more gains nothing, and each push is one transaction at the hub."""
LOOK_AHEAD: Final = 4 * BATCH
"""So far on one looks for more of the same stream."""
BATCH_BYTES: Final = 4_000_000
DEVICE_KEY: Final = "device-key"
"""Name of the secret by which this device signs (Ed25519)."""
Held = tuple[str, str]
"""(device, stream)"""


@dataclass(frozen=True, slots=True)
class Tail:
    """What the hub has not said to hold: how many events, and when the oldest was made."""

    events: int
    oldest_at: int | None


class Replica:
    """One store and its link to the hub. Belongs to the thread that opened the store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    # -- the link

    @property
    def joined(self) -> bool:
        """Whether this store has a hub at all."""
        return self._get("hall") is not None

    @property
    def epoch(self) -> int:
        return int(self._get("epoch") or 0)

    def pull(self) -> Pull:
        """What comes next of the hall."""
        return Pull(self.epoch, self.after, self.mark)

    @property
    def after(self) -> int:
        """The lsn up to which everything that this store reads is here."""
        return int(self._get("after") or 0)

    @property
    def mark(self) -> bytes:
        """The hub's mark at ``after``."""
        return bytes.fromhex(self._get("mark") or "00" * 32)

    @property
    def head(self) -> int:
        """The highest lsn of the hall this store has been told of."""
        return int(self._get("head") or 0)

    @property
    def healing(self) -> bool:
        return self._get("healing") == "1"

    @property
    def renamed(self) -> bool:
        """Whether this store has another device id than the one that joined: it was restored."""
        return self._get("device") != self.store.device

    def join(self, hall: str) -> None:
        """Remember that this store belongs to a hall of a hub: from now on it is kept in step.

        One that was restored goes on from where its backup stood.
        """
        with self.store.act(ACTOR):
            if not self.joined:
                self._put(epoch="0", after="0", head="0")
            self._put(hall=hall, device=self.store.device, nonce=None, fresh=None, sent=None)

    def hello(self) -> Hello:
        """The next greeting. What it leaves is durable here before it is said."""
        fresh = self._get("fresh")
        if fresh is None:
            fresh = self.store.env.entropy(16).hex()
            with self.store.act(ACTOR):
                self._put(fresh=fresh)
        return Hello(
            protocol=PROTOCOL,
            hall=self._get("hall") or "",
            device=self.store.device,
            nonce=bytes.fromhex(self._get("nonce") or ""),
            fresh=bytes.fromhex(fresh),
            epoch=self.epoch,
            head=self.head,
            seen=tuple(self._seen()),
        )

    def greeted(self, answer: Greeted) -> None:
        """Keep what a greeting brought (``ok`` or ``epoch``), cutting back to what both have.

        Raises StoreError ``not-mendable``.
        """
        with self.store.act(ACTOR):
            fresh = self._get("fresh")
            if fresh is not None:
                self._put(nonce=fresh, fresh=None)
            if answer.answer == "epoch":
                seen = tuple(self._seen())
                if self.db.execute(
                    "SELECT 1 FROM placed WHERE lsn > ? LIMIT 1", (answer.agreed,)
                ).fetchone():
                    merge.cut(self.store, answer.agreed + 1)
                else:
                    merge.forget_acks(self.db)
                mark = next((mark for lsn, mark in seen if lsn == answer.agreed), bytes(32))
                self._put(after=str(answer.agreed), mark=mark.hex(), head=str(answer.agreed))
                # Keys, and that keys were destroyed, may be lost there as well.
                self.db.execute("UPDATE case_key SET sent_at = NULL")
            self._put(
                epoch=str(answer.epoch),
                role=answer.role,
                healing="1" if answer.healing else "0",
                head=str(max(self.head, answer.head)),
            )

    def show(self, link: str) -> None:
        """How the link is, for programs of this store that do not hold it."""
        if self._get("link") != link:
            with self.store.act(ACTOR):
                self._put(link=link)

    def told(self, head: int) -> None:
        """The hub holds so much: kept, because having been told of more proves a restored hub."""
        if head > self.head:
            with self.store.act(ACTOR):
                self._put(head=str(head))

    def _seen(self) -> Iterator[tuple[int, bytes]]:
        """(lsn, mark), newest first: the last ones each, then ever further apart, and the first."""
        if self.after > 0:
            yield self.after, self.mark
        step, below = 1, None
        while True:
            row = self.db.execute(
                "SELECT lsn, mark FROM placed WHERE lsn <= ? ORDER BY lsn DESC LIMIT 1",
                (2**62 if below is None else below,),
            ).fetchone()
            if row is None:
                first = self.db.execute("SELECT lsn, mark FROM placed ORDER BY lsn LIMIT 1")
                if below is not None and (row := first.fetchone()):
                    yield row[0], row[1]
                return
            yield row[0], row[1]
            below, step = row[0] - step, step * 2

    # -- sending

    def unsent(self, without: Collection[Held] = ()) -> Push | None:
        """The next push: the oldest events the hub has not said to hold, of one stream.

        The order in which events of one group were made is kept: a push ends where another stream
        of its group comes between. Streams in ``without`` are passed over.
        """
        mine = (one for one in self._unsent() if (one.device, one.stream) not in without)
        waiting = islice(mine, LOOK_AHEAD)
        first = next(waiting, None)
        if first is None:
            return None
        events, size = [first], len(first.body)
        group = merge.group_of(first.stream)
        for one in waiting:
            if (one.device, one.stream) == (first.device, first.stream):
                if len(events) == BATCH or size + len(one.body) > BATCH_BYTES:
                    break
                events.append(one)
                size += len(one.body)
            elif merge.group_of(one.stream) == group:
                break
        return self.push(events)

    def push(self, events: list[Event], expected: int | None = None) -> Push:
        """A push of consecutive events of one stream, signed if they are this device's own."""
        first, last = events[0], events[-1]
        signature = self._sign(last.hash) if first.device == self.store.device else b""
        tags: tuple[tuple[str, ...], ...] = ()
        if first.stream not in OPEN_STREAMS:
            tags = tuple(tags_of(event.stream, merge.changes_of(event)) for event in events)
        return Push(
            self.epoch, first.device, first.stream, tuple(events), expected, tags, signature
        )

    def _sign(self, digest: bytes) -> bytes:
        row = self.db.execute("SELECT value FROM secret WHERE name = ?", (DEVICE_KEY,)).fetchone()
        if row is None:
            return b""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(row[0]).sign(digest)

    def acked(self, device: str, stream: str, seq: int) -> None:
        """The hub has said that it holds a stream of a device up to ``seq``, and no more."""
        with self.store.act(ACTOR):
            known = self.db.execute(
                "SELECT seq FROM acked WHERE device = ? AND stream = ?", (device, stream)
            ).fetchone()
            if known is not None and known[0] > seq:
                self._put(sent=None)  # some of it is to be sent again
            self.db.execute("INSERT OR REPLACE INTO acked VALUES (?, ?, ?)", (device, stream, seq))
            self.raise_sent()

    def tail(self) -> Tail:
        """How much is not sent yet."""
        return Tail(*log.unacked_count(self.db, int(self._get("sent") or 0)))

    def _unsent(self) -> Iterator[Event]:
        for _, event in log.unacked(self.db, int(self._get("sent") or 0)):
            yield event

    def raise_sent(self) -> None:
        """Inside an action: remember up to where nothing is left to send, so that nobody looks."""
        sent = int(self._get("sent") or 0)
        first = next(log.unacked(self.db, sent), None)
        self._put(sent=str(log.newest(self.db) if first is None else first[0] - 1))

    # -- receiving

    def integrate(self, answer: Pulled) -> list[Event]:
        """Take what was pulled into the log; the events that did not fit any more.

        Raises `db.merge.Unfitting`; then nothing was taken.
        """
        if answer.upto == self.after and answer.head <= self.head:
            return []  # nothing new: nothing is written, so that no screen looks again
        with self.store.act(ACTOR) as tx:
            collided = merge.integrate(self.store, answer.events)
            for one in answer.events:
                if one.event.kind == DESTROYED:
                    tx.destroy_key(one.event.subject)
            heard(self.db, answer.events)
            link.want_keys(self.db, {one.event.stream for one in answer.events})
            head = str(max(self.head, answer.head))
            self._put(after=str(answer.upto), mark=answer.mark.hex(), head=head)
            self.raise_sent()
        return collided

    # -- the table

    def _get(self, key: str) -> str | None:
        return link.get(self.db, key)

    def _put(self, **rows: str | None) -> None:
        for key, value in rows.items():
            link.put(self.db, key, value)


def heard(db: sqlite.Connection, events: Iterable[Placed]) -> None:
    """What the hub has sent, it holds."""
    last = {(one.event.device, one.event.stream): one.event.seq for one in events}
    db.executemany(
        "INSERT INTO acked VALUES (?, ?, ?) ON CONFLICT (device, stream) "
        "DO UPDATE SET seq = max(seq, excluded.seq)",
        [(*key, seq) for key, seq in last.items()],
    )
