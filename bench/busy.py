"""The live view's keys while other processes write thousands of events a minute.

The floors of the same minutes: an empty app's keys, and the live view's on the hall at rest. As a
program it is one of the windows: ``python -m bench.busy STORE W05``.
"""

from __future__ import annotations

import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import fill
from bench.empty_app import READY
from bench.figure import Figure, Run, median, ms, share
from bench.key import DOWN, UP
from bench.terminal import LARGE, ROOT, Terminal
from db.store import Store
from hallclient.actions import calling, serving, tickets, windows
from hallclient.actions.acting import Actor

WAITING = 120
WORKERS = ("W05", "W06", "W07", "W08")
PAUSE_S = 0.2
"""What a worker rests after each visitor: no hall calls so often."""
P99_S = 0.05
CURSOR = "\u25b8"
TAB = b"\t"
ROUND = 20
REST_S = 0.08


def measure(run: Run) -> Iterator[Figure]:
    path = run.folder / "busy.db"
    with fill.create(path) as store:
        fill.wait(store, WAITING)
        with (
            Terminal(["bench.empty_app"], run.folder) as empty,
            Terminal(["bench.seats", str(path), "board"], run.folder) as board,
            Terminal(["bench.seats", str(path), "live"], run.folder, LARGE) as live,
        ):
            empty.until(READY)
            live.until("W20")
            board.until("Ctrl+T")
            with _read(board):
                live.key(TAB)
                live.quiet(1.0)
                _keys(live, empty, 20)
                quiet, _ = _keys(live, empty, run.times(500))
                with _workers(path) as failed:
                    live.quiet(PAUSE_S / 2)
                    first, begin = _events(store), time.perf_counter()
                    taken, floor = _keys(live, empty, run.times(500))
                    rate = (_events(store) - first) / (time.perf_counter() - begin) * 60
    assert not failed, failed
    late, late_floor = share(taken, 0.99), share(floor, 0.99)
    more = {"quiet_s": median(quiet), "quiet_p99_s": share(quiet, 0.99), "events_per_min": rate}
    yield Figure(
        f"live view, key to frame at {rate:,.0f} events/min",
        ms(median(taken)), ms(median(floor)), f"{median(taken) / median(floor):.2f} x", "",
        True, {"value_s": median(taken), "floor_s": median(floor), **more},
    )  # fmt: skip
    yield Figure(
        f"  its 99th percentile (at rest {ms(share(quiet, 0.99))})", ms(late), ms(late_floor),
        f"{late / late_floor:.2f} x", f"<= {P99_S * 1000:.0f} ms", late <= P99_S,
        {"p99_s": late, "floor_p99_s": late_floor},
    )  # fmt: skip


def _keys(live: Terminal, empty: Terminal, count: int) -> tuple[list[float], list[float]]:
    """Seconds from a key to the cursor's move in the list of windows, and in the empty app."""
    taken, floor = [], []
    # Up and down between the first windows, and back where it began: where the cursor comes is
    # known.
    for turn in range(-(-count // ROUND) * ROUND):
        step = turn % ROUND
        place, sent = (step + 1, DOWN) if step < ROUND // 2 else (ROUND - 1 - step, UP)
        live.quiet(0.0)
        time.sleep(REST_S)
        live.quiet(0.0)
        taken.append(live.key_for(sent, re.compile(rf"{CURSOR}.?W{place + 1:02d}")))
        empty.quiet(0.0)
        floor.append(empty.key(sent))
    return taken, floor


@contextmanager
def _read(terminal: Terminal) -> Iterator[None]:
    """Take what a program paints, as its terminal would."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            terminal.quiet(0.1)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _workers(path: Path) -> Iterator[list[int]]:
    """Windows at work; gives the exit codes of those that failed, afterwards."""
    command = [sys.executable, "-m", "bench.busy", str(path)]
    started = [
        subprocess.Popen(
            [*command, window], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for window in WORKERS
    ]
    failed: list[int] = []
    for worker in started:
        assert worker.stdout is not None
        worker.stdout.readline()
    try:
        yield failed
    finally:
        for worker in started:
            assert worker.stdin is not None
            worker.stdin.close()
        failed += [code for worker in started if (code := worker.wait(30))]


def _events(store: Store) -> int:
    return int(store.db.execute("SELECT max(pos) FROM event").fetchone()[0])


def work(path: Path, window: str) -> None:
    """Take a number, call, start, finish, until standard input ends."""
    who = Actor(f"c{window[1:]}", "clerk", window)
    with Store.open(path) as store:
        windows.open_window(store, who)
        print("ready", flush=True)
        code = fill.codes(store)[0]
        while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
            tickets.take(store, fill.AGENT, tickets.Request([code]))
            calling.call_next(store, who)
            calling.start(store, who)
            serving.finish(store, who)


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2])
