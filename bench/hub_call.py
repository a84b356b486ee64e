"""One call with the hub's yes, against the same call in a store that has no hub.

Both are durable here; the connected one is durable at the hub as well, first. What else a window
does is sent by its worker, between the calls.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from statistics import mean

from bench import fill
from bench.figure import Figure, Run, median, ms, share
from bench.floor import SIZES
from bench.hub_server import Hub, settle
from db.store import Store
from hallclient.actions import calling, serving, tickets, windows
from hallclient.hub import joining
from hallclient.hub.transport import PgTransport
from hallclient.hub.worker import Worker
from hallclient.sync.arbiter import QueueArbiter
from hallclient.sync.messages import Answer, Request
from hallclient.sync.replica import Replica

HALL = "bench-call"
WAITING = 200
BLOCK = 5
ALONE, FIRST, BEHIND, INSERT = "alone", "first", "behind", "insert"


class _Counted:
    """A store's way to the hub that counts what is asked."""

    def __init__(self, transport: PgTransport) -> None:
        self.transport = transport
        self.trips = 0

    def call(self, request: Request) -> Answer:
        self.trips += 1
        return self.transport.call(request)


def measure(run: Run, hub: Hub) -> Iterator[Figure]:
    times: dict[str, list[float]] = {name: [] for name in (ALONE, FIRST, BEHIND, INSERT)}
    trips: dict[str, list[int]] = {FIRST: [], BEHIND: []}
    with ExitStack() as stack:
        alone = stack.enter_context(fill.create(run.folder / "alone.db"))
        fill.wait(alone, WAITING)
        one = stack.enter_context(hub.first(run.folder / "one.db", HALL, WAITING))
        two = stack.enter_context(hub.next(run.folder / "two.db", HALL))
        plain = stack.enter_context(closing(hub.plain()))
        workers = {
            store: Worker(store, joining.connect(store, listen=False)) for store in (one, two)
        }
        for worker in workers.values():
            stack.callback(worker.close)
        joining.attach(two)
        counted = _Counted(joining.connect(one, listen=False))
        one.arbiter = QueueArbiter(Replica(one), counted.call, counted.transport.close)
        counted.transport.heads()  # connected, as the window that works is
        windows.open_window(alone, fill.CLERK)
        windows.open_window(one, fill.CLERK)
        gc.disable()
        for _ in range(run.times(300) // BLOCK):
            times[ALONE] += [_call(alone) for _ in range(BLOCK)]
            times[INSERT] += [plain.insert(SIZES[0]) for _ in range(BLOCK)]
            for name in (FIRST, BEHIND):
                for _ in range(BLOCK):
                    settle(workers[two])
                    settle(workers[one])
                    if name == BEHIND:
                        _take(two)
                        settle(workers[two])
                    counted.trips = 0
                    times[name].append(_call(one, trips[name], counted))
        gc.enable()
    local = times[ALONE]
    for name, what in ((FIRST, "connected"), (BEHIND, "another has acted meanwhile")):
        taken = times[name]
        yield Figure(
            f"call next, {what} (round trips: {mean(trips[name]):.3g})",
            f"{ms(median(taken))} (p99 {ms(share(taken, 0.99))})",
            f"{ms(median(local))} (p99 {ms(share(local, 0.99))}, without a hub)",
            f"{median(taken) / median(local):.2f} x", "", True,
            {"value_s": median(taken), "p99_s": share(taken, 0.99), "floor_s": median(local),
             "floor_p99_s": share(local, 0.99), "round_trips": mean(trips[name])},
        )  # fmt: skip
    least = median(local) + median(times[INSERT])
    yield Figure(
        "  connected, against both commits alone", ms(median(times[FIRST])),
        f"{ms(least)} (the local call, one INSERT {ms(median(times[INSERT]))})",
        f"{median(times[FIRST]) / least:.2f} x", "", True,
        {"value_s": median(times[FIRST]), "floor_s": least, "insert_s": median(times[INSERT]),
         "insert_p99_s": share(times[INSERT], 0.99)},
    )  # fmt: skip


def _call(store: Store, trips: list[int] | None = None, counted: _Counted | None = None) -> float:
    """Seconds for one call; then the visitor is served and another one comes."""
    begin = time.perf_counter()
    calling.call_next(store, fill.CLERK)
    took = time.perf_counter() - begin
    if trips is not None and counted is not None:
        trips.append(counted.trips)
    calling.start(store, fill.CLERK)
    serving.finish(store, fill.CLERK)
    _take(store)
    return took


def _take(store: Store) -> None:
    tickets.take(store, fill.AGENT, tickets.Request([fill.codes(store)[0]]))
