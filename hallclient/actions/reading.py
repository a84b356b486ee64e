"""One read transaction, for whoever puts several reads together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from db.store import Store


@contextmanager
def snapshot(store: Store) -> Iterator[None]:
    """Everything read inside is of one moment; others may write meanwhile."""
    store.db.execute("BEGIN")
    try:
        yield
    finally:
        store.db.execute("ROLLBACK")
