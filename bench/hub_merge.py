"""What comes from the hub is put into a store: at its end, and before 500 events of its own.

The floor is one FULL commit of the same bytes, for each answer of the hub: the events and the rows
they change.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

from bench import fill
from bench.figure import Figure, Run, median, ms, rate
from bench.floor import Floor, sizes_after
from bench.hub_server import Hub, settle
from db.arbiter import Doubtful
from db.check import verify
from db.store import Store, Tx
from hallclient.actions import calling, serving, tickets, windows
from hallclient.actions.acting import Actor
from hallclient.hub import joining
from hallclient.hub.transport import PgTransport
from hallclient.hub.worker import Worker
from hallclient.sync.messages import Pulled
from hallclient.sync.replica import Replica

HALL = "bench-merge"
TAIL = 500
OF_VISIT = 4
"""Events of one visitor: taken, called, started, finished."""
HERE, THERE = Actor("c02", "clerk", "W02"), fill.CLERK


class _CutOff:
    """A hub that is not reached (`db.arbiter.Arbiter`)."""

    def admit(self, tx: Tx) -> Doubtful | None:
        return None

    def connected(self, now: int) -> bool:
        return False

    def catch_up(self, now: int) -> None: ...

    def lease(self, tx: Tx, name: str) -> None: ...

    def close(self) -> None: ...


def measure(run: Run, hub: Hub) -> Iterator[Figure]:
    with ExitStack() as stack:
        there = stack.enter_context(hub.first(run.folder / "there.db", HALL))
        here = stack.enter_context(hub.next(run.folder / "here.db", HALL))
        floor = stack.enter_context(closing(Floor(run.folder / "merge-floor.db")))
        worker = Worker(there, joining.connect(there, listen=False))
        stack.callback(worker.close)
        link = stack.enter_context(closing(joining.connect(here, listen=False)))
        there.db.execute("PRAGMA synchronous = OFF")
        windows.open_window(there, THERE)
        windows.open_window(here, HERE)
        into = _Into(here, link, floor)

        _visits(there, THERE, run.times(1250))
        settle(worker)
        events, taken, bare = into.pull()
        yield rate("merge what came, nothing unsent here", events / taken, events / bare,
                   events=events)  # fmt: skip

        _visits(here, HERE, TAIL // OF_VISIT)
        tail = Replica(here).tail().events
        events, taken, bare = 0, 0.0, 0.0
        for _ in range(2 if run.quick else 6):
            _visits(there, THERE, TAIL // OF_VISIT)
            settle(worker)
            more = into.pull()
            events, taken, bare = events + more[0], taken + more[1], bare + more[2]
        yield rate(f"  {TAIL} at once before {tail} of its own", events / taken, events / bare,
                   events=events, tail=tail)  # fmt: skip

        alone: list[float] = []
        alone_bare: list[float] = []
        for _ in range(run.times(50)):
            _take(there)
            settle(worker)
            _, one, one_bare = into.pull()
            alone.append(one)
            alone_bare.append(one_bare)
        left = here.db.execute("SELECT count(*) FROM left_out").fetchone()[0]
        assert Replica(here).tail().events == tail
        report = verify(here)
        assert report.ok, report.findings
    yield Figure(
        f"  one number before {tail} of its own", ms(median(alone)), ms(median(alone_bare)),
        f"{median(alone) / median(alone_bare):.0f} x", "", True,
        {"value_s": median(alone), "floor_s": median(alone_bare), "left_out": left},
    )  # fmt: skip


class _Into:
    """A store that reads its hub."""

    def __init__(self, store: Store, link: PgTransport, floor: Floor) -> None:
        self.replica = Replica(store)
        self.link = link
        self.floor = floor

    def pull(self) -> tuple[int, float, float]:
        """How many events came, the seconds to put them in, and the seconds of the floor."""
        events, taken, bare = 0, 0.0, 0.0
        while True:
            answer = self.link.call(self.replica.pull())
            assert isinstance(answer, Pulled)
            assert answer.answer == "ok", answer
            begin = time.perf_counter()
            self.replica.integrate(answer)
            taken += time.perf_counter() - begin
            bare += self.floor.commit(self._sizes(answer))
            events += len(answer.events)
            if answer.upto >= answer.head:
                return events, taken, bare

    def _sizes(self, answer: Pulled) -> list[int]:
        """Bytes of what came. In the log it lies behind what was here, and before the tail."""
        db = self.replica.db
        first = answer.events[0].event
        (pos,) = db.execute(
            "SELECT pos FROM event WHERE device = ? AND stream = ? AND seq = ?",
            (first.device, first.stream, first.seq),
        ).fetchone()
        return sizes_after(self.replica.store, pos - 1, len(answer.events))


def _visits(store: Store, who: Actor, count: int) -> None:
    """So many visitors served by one who is cut off, with numbers leased before."""
    joining.attach(store)
    for _ in range(count):
        _take(store)
    assert store.arbiter is not None
    store.arbiter.close()
    store.arbiter = _CutOff()
    for _ in range(count):
        calling.call_next(store, who)
        calling.start(store, who)
        serving.finish(store, who)


def _take(store: Store) -> None:
    tickets.take(store, fill.AGENT, tickets.Request([fill.codes(store)[0]]))
