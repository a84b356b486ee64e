"""Verifying a whole store: chain, replay, comparison; beside merely reading the rows."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.figure import Figure, Run
from db.check import verify
from db.store import Store

GOAL = 50_000


def measure(run: Run, store: Store) -> Iterator[Figure]:
    begin = time.perf_counter()
    count = sum(1 for _ in store.db.execute("SELECT * FROM event ORDER BY pos"))
    read = count / (time.perf_counter() - begin)
    begin = time.perf_counter()
    report = verify(store)
    rate = count / (time.perf_counter() - begin)
    assert report.ok, "the store of the benchmark is not right"
    yield Figure(
        f"replay and verify {count:,} events", f"{rate:,.0f} events/s",
        f"{read:,.0f} rows/s", f"{rate / read:.2f} x", f">= {GOAL:,} events/s", rate >= GOAL,
        {"events": count, "events_per_s": rate, "rows_per_s": read},
    )  # fmt: skip
