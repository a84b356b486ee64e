"""Eight windows push five events at a time into one hall, each from a process of its own.

The floors: one window alone, and the same processes with COPY of the same bytes, which no lock of
the hall makes wait. As a program it is one of the windows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

from bench.figure import Figure, Run, median, ms, rate, share
from bench.floor import SIZES
from bench.hub_server import Hub, Plain, joined
from bench.terminal import ROOT
from db.log import GENESIS, Event, digest
from hallclient.hub import enrolment
from hallclient.sync.messages import Push, Pushed

WINDOWS = 8
BATCH = 5
DAY = "2026-11-26"


def measure(run: Run, hub: Hub) -> Iterator[Figure]:
    count = run.times(500)
    alone, alone_bare, _ = _together(hub, 1, count)
    pushed, bare, waits = _together(hub, WINDOWS, count)
    figure = rate(f"push {BATCH} from one connection", alone, alone_bare)
    figure.floor += " (COPY)"
    yield figure
    figure = rate(f"push {BATCH} from {WINDOWS} connections into one hall", pushed, bare,
                  alone_per_s=alone, pushes=count * WINDOWS)  # fmt: skip
    figure.floor += " (COPY)"
    yield figure
    worst, half, late = max(waits), median(waits), share(waits, 0.99)
    yield Figure(
        "  how long each push takes", f"{ms(half)} (p99 {ms(late)}, at most {ms(worst)})",
        f"{pushed / alone:.2f} x of one connection's rate", "", "", True,
        {"median_s": half, "p99_s": late, "worst_s": worst, "against_one": pushed / alone},
    )  # fmt: skip


def _together(hub: Hub, windows: int, count: int) -> tuple[float, float, list[float]]:
    """Events a second by push and by COPY, and the seconds of each push."""
    hall = f"bench-{windows}"
    hub.add_hall(hall)
    processes = []
    for number in range(windows):
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.hub_eight"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        given = hub.enroll(hall, f"W{number}").dump()
        _say(process, {"given": given, "count": count, "plain": hub.server.params})
        processes.append(process)
    rates: list[float] = []
    waits: list[list[float]] = []
    for _ in ("push", "copy"):
        for process in processes:
            assert _hear(process) == "ready"
        begin = time.perf_counter()
        for process in processes:
            _say(process, "go")
        waits.append([one for process in processes for one in _hear(process)])
        rates.append(windows * count * BATCH / (time.perf_counter() - begin))
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with closing(hub.plain()) as plain:
        held = plain.db.execute("SELECT head FROM hub.hall WHERE hall_id = %s", (hall,)).fetchone()
        assert held == (windows * count * BATCH,), held
        plain.empty()
    return rates[0], rates[1], waits[0]


def _say(process: subprocess.Popen[str], what: object) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def work() -> None:
    """One of the windows."""
    said = json.loads(sys.stdin.readline())
    given, device = enrolment.parse(said["given"], "enrolment"), uuid4().hex
    pushes = [
        Push(1, device, "queue", events, signature=bytes(64))
        for events in _batches(device, said["count"])
    ]
    link = joined(given, device)
    _wait()
    taken: list[float] = []
    for push in pushes:
        begin = time.perf_counter()
        answer = link.call(push)
        taken.append(time.perf_counter() - begin)
        assert isinstance(answer, Pushed)
        assert answer.answer == "ok", answer
    print(json.dumps(taken), flush=True)
    link.close()
    plain = Plain(said["plain"])
    where = "hall_id = %s AND device = %s AND seq BETWEEN %s AND %s"
    rows = [
        plain.held(where, given.hall, device, push.events[0].seq, push.events[-1].seq)
        for push in pushes
    ]
    _wait()
    print(json.dumps([plain.copy(one) for one in rows]), flush=True)
    plain.close()


def _wait() -> None:
    print(json.dumps("ready"), flush=True)
    sys.stdin.readline()


def _batches(device: str, count: int) -> Iterator[tuple[Event, ...]]:
    """Events as large as a call's, in a chain."""
    now, before = int(time.time() * 1000), GENESIS
    body = b'{"set":[],"of":"%s"}' % (b"0" * (SIZES[0] - 20))
    for first in range(1, count * BATCH + 1, BATCH):
        made = []
        for seq in range(first, first + BATCH):
            event = Event(device, "queue", seq, 1, "leg.called", 1, uuid4().hex, "c01", "W01",
                          now + seq, DAY, body, before)  # fmt: skip
            event.hash = before = digest(event)
            made.append(event)
        yield tuple(made)


if __name__ == "__main__":
    work()
