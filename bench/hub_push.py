"""Events of a worked hall to the hub and back, against COPY of the same bytes.

COPY gets what the hub holds, already encoded, into a table with the same columns and keys, one
commit for each batch as well. It reckons no hashes, gives no numbers and knows no device. A server
that was built without OpenSSL takes several times as long for the hashes as one that was.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import closing

from bench import fill
from bench.figure import Figure, Run, median, ms, rate
from bench.hub_server import Hub, Plain
from db import log
from db.log import Event
from hallclient.hub.transport import PgTransport
from hallclient.sync.messages import Pull, Pulled, Push, Pushed

GOAL = 0.5
HALL = "bench-push"
ROUND = {500: 1, 100: 2, 1: 10}
"""How many batches of each size are sent in turns."""
PULL = 1000


def measure(run: Run, hub: Hub) -> Iterator[Figure]:
    hub.add_hall(HALL)
    with closing(fill.finished(run.folder / "push.db", 5, 450 if run.quick else 1800)) as store:
        device = store.device
        events = [event for _, event in log.read(store.db, 0) if event.stream == "queue"]
    link, other = hub.link(HALL, "W01", device), hub.link(HALL, "W02", "0" * 32)
    with closing(link), closing(other), closing(hub.plain()) as plain:
        yield from _pushed(link, plain, events)
        yield _pulled(other, plain)


def _pushed(link: PgTransport, plain: Plain, events: list[Event]) -> Iterator[Figure]:
    taken: dict[int, list[float]] = {size: [] for size in ROUND}
    bare: dict[int, list[float]] = {size: [] for size in ROUND}
    size_of_round = sum(size * times for size, times in ROUND.items())
    hashed: list[float] = []
    sent = 0
    most = max(ROUND)
    gc.disable()
    for _ in range(len(events) // size_of_round):
        for size, times in ROUND.items():
            for _ in range(times):
                taken[size].append(_push(link, events[sent : sent + size]))
                rows = plain.held("hall_id = %s AND lsn > %s", HALL, sent)
                if size == most:
                    hashed.append(plain.hash("hall_id = %s AND lsn > %s", HALL, sent))
                sent += size
                bare[size].append(plain.copy(rows))
    gc.enable()
    whole = plain.held("hall_id = %s", HALL)
    plain.empty()
    at_once = sent / plain.copy(whole)
    size_of_event = len(whole) / sent
    for size in ROUND:
        value, floor = size / median(taken[size]), size / median(bare[size])
        name = f"push to the hub in batches of {size}"
        figure = rate(name, value, floor, GOAL if size == most else 0,
                      batches=len(taken[size]), event_bytes=size_of_event,
                      whole_ratio=sum(bare[size]) / sum(taken[size]))  # fmt: skip
        figure.floor += " (COPY)"
        yield figure
    value = most / median(taken[most])
    both = median(bare[most]) + median(hashed)
    figure = rate(f"  of {most}, against COPY and the server's SHA-256", value, most / both,
                  sha256_s=median(hashed))  # fmt: skip
    figure.floor += f" ({ms(median(hashed))} of {ms(both)} to hash)"
    yield figure
    yield rate(f"  of {most}, against one COPY of all", value, at_once, events=sent)


def _push(link: PgTransport, events: list[Event]) -> float:
    first = events[0]
    request = Push(1, first.device, first.stream, tuple(events), signature=bytes(64))
    begin = time.perf_counter()
    answer = link.call(request)
    took = time.perf_counter() - begin
    assert isinstance(answer, Pushed)
    assert answer.answer == "ok", answer
    return took


def _pulled(link: PgTransport, plain: Plain) -> Figure:
    taken: list[float] = []
    bare: list[float] = []
    after, mark = 0, bytes(32)
    while True:
        request = Pull(1, after, mark, PULL)
        begin = time.perf_counter()
        answer = link.call(request)
        took = time.perf_counter() - begin
        assert isinstance(answer, Pulled)
        assert answer.answer == "ok", answer
        if len(answer.events) < PULL:
            break
        taken.append(took)
        begin = time.perf_counter()
        plain.held("hall_id = %s AND lsn > %s AND lsn <= %s", HALL, after, answer.upto)
        bare.append(time.perf_counter() - begin)
        after, mark = answer.upto, answer.mark
    figure = rate(f"pull {PULL} at once", PULL / median(taken), PULL / median(bare))
    figure.floor += " (COPY out)"
    return figure
