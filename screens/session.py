"""The store as the screens see it: one thread writes, others read, the screen's own never waits.

A write lock held elsewhere, a slow disk or a long list must not freeze a key press.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from db.env import Env, system_env
from db.store import Store
from hallclient.actions.together import ask_hub, joined

TURN_S = 0.001
"""So soon a thread that works lets the screen's go on; Python's own 5 ms add up to a late frame."""

P = ParamSpec("P")
T = TypeVar("T")


class _Worker:
    """One thread with a store of its own, opened when it is first needed."""

    def __init__(self, name: str, make: Callable[[], Store]) -> None:
        self._make = make
        self._store: Store | None = None
        self._name = name
        self._pool: futures.ThreadPoolExecutor | None = None

    async def run(
        self, action: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def work() -> T:
            if self._store is None:
                self._store = self._make()
            return action(self._store, *args, **kwargs)

        if self._pool is None:
            self._pool = futures.ThreadPoolExecutor(1, thread_name_prefix=self._name)
        # Whoever waits may be cancelled (a screen that closes); what was begun is finished.
        return await asyncio.shield(asyncio.wrap_future(self._pool.submit(work)))

    def close(self) -> None:
        """Finish what is queued, then give the file back."""

        def end() -> None:
            if self._store is not None:
                self._store.close()
                self._store = None

        if self._pool is not None:
            self._pool.submit(end)
            self._pool.shutdown(wait=True)


class Session:
    """A store opened for screens. ``store`` reads on the screen's thread: by key, or a page."""

    def __init__(
        self,
        path: Path,
        *,
        make_env: Callable[[str], Env] = system_env,
        passphrase: str | None = None,
    ) -> None:
        def make(readonly: bool) -> Store:
            return Store.open(path, passphrase=passphrase, make_env=make_env, readonly=readonly)

        def make_writer() -> Store:
            store = make(readonly=False)
            ask_hub(store)
            return store

        sys.setswitchinterval(TURN_S)
        self.path = path
        self.store = make(readonly=True)
        self._writer = _Worker("writer", make_writer)
        self._reader = _Worker("reader", lambda: make(readonly=True))
        self._thinker = _Worker("thinker", lambda: make(readonly=True))
        self._seen = -1
        self._make = make
        self._stop_sync: Callable[[], None] | None = None

    def keep_in_step(self) -> None:
        """Begin to exchange with the hub, if the store has one. After the first frame."""
        if joined(self.store):
            from hallclient.hub.joining import connect
            from hallclient.hub.worker import worker_thread

            self._stop_sync = worker_thread(lambda: self._make(False), connect)

    async def write(
        self, action: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case; returns when it is durable. Raises what the use case raises."""
        return await self._writer.run(action, *args, **kwargs)

    async def read(
        self, action: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read something that may take longer than a frame."""
        return await self._reader.run(action, *args, **kwargs)

    async def think(
        self, action: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read and reckon something that may take a second: no other reading waits for it."""
        return await self._thinker.run(action, *args, **kwargs)

    def changed(self) -> bool:
        """Whether anybody, this program or another, has written since the last question."""
        seen, self._seen = self._seen, self.store.changed()
        return seen != self._seen

    def close(self) -> None:
        """Wait for what is being written, then close everything."""
        if self._stop_sync is not None:
            self._stop_sync()
        self._writer.close()
        self._reader.close()
        self._thinker.close()
        self.store.close()
