"""Calling the next number, committed: against a bare commit, and flat whatever lies behind it."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

from bench import fill
from bench.figure import Figure, Run, median, ms, ratio, share
from bench.floor import Floor
from db.store import Store
from hallclient.actions import calling, serving, tickets, windows

GOAL = 2.0
FLAT = 1.3
BLOCK = 25


def measure(run: Run, deep: Store) -> Iterator[Figure]:
    """``deep``: a store with the days before already in it."""
    stores = {"100 waiting": fill.create(run.folder / "small.db")}
    stores["10,000 waiting"] = fill.create(run.folder / "wide.db")
    behind = deep.db.execute("SELECT count(*) FROM visit WHERE state = 'done'").fetchone()[0]
    last = f"10,000 waiting behind {behind:,} finished"
    stores[last] = deep
    for name, store in stores.items():
        count = 100 if name == "100 waiting" else 10_000
        have = store.db.execute("SELECT count(*) FROM leg WHERE state = 'waiting'").fetchone()[0]
        if have < count:
            fill.wait(store, count - have)
        windows.open_window(store, fill.CLERK)
    floor = Floor(run.folder / "floor.db")
    times: dict[str, list[float]] = {name: [] for name in stores}
    bare: list[float] = []
    gc.disable()
    # In blocks, taken in turns: what drifts on the machine meets all, and the processor's caches
    # serve the floor no better than the stores.
    for _ in range(run.times(1000) // BLOCK + 1):
        for name, store in stores.items():
            times[name] += [_call(store) for _ in range(BLOCK)]
        bare += [floor.commit() for _ in range(BLOCK)]
    gc.enable()
    floor.close()
    stores["100 waiting"].close()
    stores["10,000 waiting"].close()
    for name, taken in times.items():
        figure = ratio(f"call next, {name}", median(taken), median(bare), GOAL,
                       p99_s=share(taken, 0.99), floor_p99_s=share(bare, 0.99))  # fmt: skip
        figure.value += f" (p99 {ms(share(taken, 0.99))})"
        figure.floor += f" (p99 {ms(share(bare, 0.99))})"
        yield figure
    flat = ratio("  flat: behind them all against 100", median(times[last]),
                 median(times["100 waiting"]), FLAT)  # fmt: skip
    yield flat


def _call(store: Store) -> float:
    """Seconds for one call; then the visitor is served and another one comes."""
    begin = time.perf_counter()
    calling.call_next(store, fill.CLERK)
    took = time.perf_counter() - begin
    calling.start(store, fill.CLERK)
    serving.finish(store, fill.CLERK)
    tickets.take(store, fill.AGENT, tickets.Request([fill.codes(store)[0]]))
    return took
