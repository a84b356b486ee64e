"""The sync core, run on the real clock: in a thread of the desk, or as ``hallclient sync``.

One worker serves a store, whichever program of the hall window has it: a lock file beside the
store says who. The others see what it does in the store, as they see each other.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from db.errors import StoreError
from db.lock import InUse
from db.store import Store
from hallclient.sync.core import Core, Status, Wait
from hallclient.sync.messages import Answer, LinkLost, Request
from hallclient.sync.replica import Replica

SEAT_S: Final = 2.0
"""How often a program that is not the worker looks whether it may become it."""
LOOK_S: Final = 0.25
"""How often the store is asked whether somebody here has written."""


class Transport(Protocol):
    """The way to the hub."""

    def call(self, request: Request) -> Answer:
        """Raises `LinkLost`."""

    def wait(self, timeout: float) -> bool:
        """Until the hub calls (True) or the seconds are over."""

    def close(self) -> None: ...


class Seat:
    """The right to be the one worker of a store. Given up with the process."""

    def __init__(self, path: Path) -> None:
        """Raises BlockingIOError: another program has it."""
        self._held = InUse(path.with_name(path.name + ".sync"), alone=True)

    def close(self) -> None:
        """Let another program have it."""
        self._held.close()


class Worker:
    """One store kept in step. Belongs to the thread that runs it."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        *,
        told: Callable[[Status], None] = lambda status: None,
    ) -> None:
        self.core = Core(Replica(store), random.SystemRandom().random)
        self.store = store
        self.transport = transport
        self._told = told
        self._stop = threading.Event()
        self._shown: Status | None = None

    def close(self) -> None:
        """Let the connection go."""
        self.transport.close()

    def stop(self) -> None:
        """End soon, from any thread."""
        self._stop.set()

    def run(self) -> None:
        """Until `stop`. Raises StoreError when the store is gone or damaged."""
        while not self._stop.is_set():
            if not self.step():
                self._idle()

    def settle(self) -> Status:
        """Until both have everything, or the link fails; how it is then."""
        while not self._stop.is_set():
            self.step()
            if self.core.settled or self.core.status.link in ("down", "held"):
                break
        return self.core.status

    def step(self) -> bool:
        """One exchange; False: there is nothing to do now. Raises StoreError."""
        now = self.store.env.now
        asked = self.core.next(now())
        if isinstance(asked, Wait):
            self._until = asked.until
            return False
        try:
            answer = self.transport.call(asked)
        except LinkLost as lost:
            self.core.lost(now(), str(lost))
        else:
            self.core.answered(now(), asked, answer)
        if self.core.status != self._shown:
            self._shown = self.core.status
            self.core.replica.show(self._shown.link)
            self._told(self._shown)
        return True

    def _idle(self) -> None:
        """Wait until it is time, the hub calls, or somebody here has written."""
        seen = self.store.changed()
        while not self._stop.is_set():
            left = (self._until - self.store.env.now()) / 1000
            if left <= 0:
                return
            if self.transport.wait(min(left, LOOK_S)):
                self.core.poke()
                return
            if self.store.changed() != seen:
                self.core.poke()
                return


def _seat(path: Path, stopped: threading.Event) -> Seat | None:
    """The right to serve a store, when it becomes free; None: it was stopped before."""
    while not stopped.is_set():
        try:
            return Seat(path)
        except BlockingIOError:
            stopped.wait(SEAT_S)
    return None


def worker_thread(
    open_store: Callable[[], Store],
    connect: Callable[[Store], Transport],
    told: Callable[[Status], None] = lambda status: None,
) -> Callable[[], None]:
    """Start a worker in a thread of its own, with a store of its own; what stops it.

    As long as another program serves the store, this one waits to take over.
    """
    running: list[Worker] = []
    stopped = threading.Event()

    def serve() -> None:
        try:
            with open_store() as store:
                seat = _seat(store.path, stopped)
                if seat is None:
                    return
                transport = connect(store)
                try:
                    worker = Worker(store, transport, told=told)
                    running.append(worker)
                    if not stopped.is_set():
                        worker.run()
                finally:
                    transport.close()
                    seat.close()
        except StoreError:
            return

    thread = threading.Thread(target=serve, name="sync", daemon=True)
    thread.start()

    def stop() -> None:
        stopped.set()
        for worker in running:
            worker.stop()
        thread.join(timeout=5)

    return stop
