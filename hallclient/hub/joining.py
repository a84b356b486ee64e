"""A store becomes a window of a hub: once, with the enrolment that was made for it.

The first store of a hall brings everything it has. Every other begins empty and gets the hall from
the hub; a store with a history of its own would be a second hall.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from db.env import Env, system_env
from db.errors import StoreError
from db.meta import put
from db.opening import beside
from db.store import Store
from hallclient.hub import enrolment
from hallclient.hub.enrolment import Enrolment
from hallclient.hub.transport import PgTransport
from hallclient.hub.worker import Seat, Worker
from hallclient.rules.errors import Refused
from hallclient.sync.arbiter import QueueArbiter
from hallclient.sync.core import Status
from hallclient.sync.fetch import Fetch
from hallclient.sync.messages import Answer, Keys, LinkLost, PutKeys, Request, TakeKeys
from hallclient.sync.replica import DEVICE_KEY, Replica

HALL_KEY: Final = "hall"
"""Under this name the hub keeps the hall's own secret: who is enrolled may have it."""
_ENROLMENT: Final = "hub"
_SIGNS: Final = "ed25519"


def join(store: Store, given: Enrolment) -> Status:
    """Let a store join and bring both up to date; how the link is then.

    A store that was restored from a backup is another device: it joins once more.
    Raises `Refused` ``hub-joined``, ``hub-other-hall``, ``hub-not-first``, ``hub-unknown``,
    ``hub-revoked``, ``hub-taken``, ``hub-demo``; StoreError ``hub-unreachable``.
    """
    replica = Replica(store)
    again = replica.joined and replica.renamed
    if replica.joined and not again:
        raise Refused("hub-joined")
    if store.meta["hall"] != given.hall:
        raise Refused("hub-other-hall", field="file", hall=given.hall, own=store.meta["hall"])
    transport = PgTransport(given.params(_folder(store.path)), given.hall, listen=False)
    try:
        answer = transport.join(store.device, _public_key(store), _SIGNS, demo=store.demo)
        _check(answer)
        empty = store.row("SELECT 1 FROM hall") is None
        if not empty and not again and transport.heads()[1] > 0:
            raise Refused("hub-not-first")
        with store.act("system") as tx:
            tx.db.execute(
                "INSERT OR REPLACE INTO secret VALUES (?, ?)", (_ENROLMENT, given.dump().encode())
            )
            put(tx.db)
        replica.join(given.hall)
        worker = Worker(store, transport)
        status = worker.settle()
        if status.link == "up":
            _share_hall_key(store, transport.call, replica.epoch, mine=not empty and not again)
        return status
    except LinkLost as lost:
        raise StoreError("hub-unreachable", path=store.path, cause=str(lost)) from lost
    finally:
        transport.close()


def new_window(
    path: Path,
    given: Enrolment,
    *,
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
) -> tuple[Store, Status]:
    """A new store that gets the hall from the hub. Raises as `join` and `Store.create`."""
    store = Store.create(
        path, hall=given.hall, demo=given.demo, passphrase=passphrase, make_env=make_env
    )
    return store, join(store, given)


def connect(store: Store, *, listen: bool = True) -> PgTransport:
    """The way of a store that has joined to its hub; nothing is opened yet."""
    row = store.db.execute("SELECT value FROM secret WHERE name = ?", (_ENROLMENT,)).fetchone()
    if row is None:
        raise StoreError("hub-no-enrolment", path=store.path)
    given = enrolment.parse(bytes(row[0]), store.path.name)
    return PgTransport(given.params(_folder(store.path)), given.hall, listen=listen)


def attach(store: Store) -> None:
    """From now on this store, which has joined, asks the hub before it calls a number."""
    transport = connect(store, listen=False)
    store.arbiter = QueueArbiter(Replica(store), transport.call, transport.close)


def exchange(store: Store) -> None:
    """Send what one command has done, unless a program that stays does that or nobody answers."""
    if store.arbiter is None or not store.arbiter.connected(store.env.now()):
        return
    replica = Replica(store)
    if replica.unsent() is None and Fetch(replica).wanted() is None:
        return
    try:
        seat = Seat(store.path)
    except BlockingIOError:
        return
    worker = Worker(store, connect(store, listen=False))
    try:
        worker.settle()
    finally:
        worker.close()
        seat.close()


def _check(answer: str) -> None:
    if answer == "unknown":
        raise Refused("hub-unknown")
    if answer == "revoked":
        raise Refused("hub-revoked")
    if answer == "taken":
        raise Refused("hub-taken")
    if answer == "demo":
        raise Refused("hub-demo")


def _share_hall_key(
    store: Store, call: Callable[[Request], Answer], epoch: int, *, mine: bool
) -> None:
    """One secret for the whole hall, so that a person is the same at every window."""
    if mine:
        row = store.db.execute("SELECT value FROM secret WHERE name = 'hall-key'").fetchone()
        call(PutKeys(epoch, ((HALL_KEY, bytes(row[0])),)))
    answer = call(TakeKeys(epoch, (HALL_KEY,)))
    if isinstance(answer, Keys) and answer.keys and answer.keys[0][1] is not None:
        with store.act("system") as tx:
            tx.db.execute(
                "INSERT OR REPLACE INTO secret VALUES ('hall-key', ?)", (answer.keys[0][1],)
            )
            row = tx.row("SELECT body FROM hall")
            zone = json.loads(row["body"])["time_zone"] if row else store.meta["time_zone"]
            put(tx.db, time_zone=zone)


def _public_key(store: Store) -> bytes:
    """The public half of the key by which this device signs, made when it is first asked for."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    row = store.db.execute("SELECT value FROM secret WHERE name = ?", (DEVICE_KEY,)).fetchone()
    if row is None:
        secret = store.env.entropy(32)
        with store.act("system") as tx:
            tx.db.execute("INSERT INTO secret VALUES (?, ?)", (DEVICE_KEY, secret))
            put(tx.db)
    else:
        secret = bytes(row[0])
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _folder(path: Path) -> Path:
    """Where certificates lie, beside the store."""
    return beside(path, "-hub")
