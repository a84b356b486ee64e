"""Many actions in one transaction: a demo's first visitors, a simulated day, a filled benchmark.

An action costs a commit; forty of them would cost a start-up its first frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from db.store import Store, Tx


class Joined(Store):
    """A store whose actions all belong to the transaction of ``tx``, and share its fate.

    Each is still whole or nothing, unless ``savepoints`` is False: then events stay that an
    action wrote before it was refused. That is a third faster, and no matter where they are
    complete in themselves. Good only as long as the transaction is under way.
    """

    def __init__(self, tx: Tx, *, savepoints: bool = True) -> None:
        store = tx.store
        self._savepoints = savepoints
        super().__init__(store.path, store.db, None, lambda _: store.env)

    @contextmanager
    def act(self, actor: str, window: str = "") -> Iterator[Tx]:
        """One action. An exception inside leaves nothing of it behind (with savepoints)."""
        if not self._savepoints:
            yield Tx(self, actor, window)
            return
        self.db.execute("SAVEPOINT action")
        try:
            yield Tx(self, actor, window)
        except BaseException:
            self.db.execute("ROLLBACK TO action")
            self.db.execute("RELEASE action")
            raise
        self.db.execute("RELEASE action")

    def close(self) -> None:
        """The connection belongs to the store whose transaction this is."""
