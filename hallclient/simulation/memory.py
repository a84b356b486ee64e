"""Stores in memory: copied in a millisecond, and killed at any commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from db import schema
from db.driver import sqlite
from db.env import Env
from db.lock import FileLock
from db.meta import put
from db.store import Store, Tx

NOWHERE: Final = Path("/nowhere/memory.db")
Moment = Literal["before", "after"]
"""Of a commit."""


class Killed(BaseException):
    """The process ends here: what it had in memory is gone."""


class _Unlocked(FileLock):
    """The lock of a store that one thread has for itself."""

    def __init__(self) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass


class MemoryStore(Store):
    """A store whose file nobody sees."""

    def __init__(self, db: sqlite.Connection, env: Env) -> None:
        super().__init__(NOWHERE, db, _Unlocked(), lambda _: env)
        self.at_commit: Callable[[Moment, Tx], None] = lambda moment, tx: None
        """Called around every commit; may raise `Killed`."""

    @classmethod
    def copy(cls, db: sqlite.Connection, env: Env, device: str = "") -> MemoryStore:
        """All that another database holds, as a store of the same device or of another."""
        mine = sqlite.connect(":memory:", isolation_level=None, cached_statements=512)
        db.backup(mine)
        if device:
            mine.execute("BEGIN")
            put(mine, device=device)
            mine.execute("COMMIT")
        return cls(mine, env)

    @contextmanager
    def act(self, actor: str, window: str = "") -> Iterator[Tx]:
        """As `Store.act`; a process may be killed on either side of the commit."""
        with super().act(actor, window) as tx:
            yield tx
            self.at_commit("before", tx)
        self.at_commit("after", tx)


def empty(store: Store) -> None:
    """What a new window begins with: nothing of the hall but its secret."""
    store.db.execute("BEGIN")
    for table in (*schema.TABLES, "event", "case_key"):
        store.db.execute(f'DELETE FROM "{table}"')
    store.db.execute("COMMIT")
