"""Numbers at a kiosk, each with what the visitor is told: one alone, and eight machines together.

The floor is a bare durable commit. As a program it is one of the eight:
``python -m bench.kiosk STORE COUNT``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import fill
from bench.figure import Figure, Run, median, ms, ratio, share
from bench.floor import Floor
from db.store import Store
from hallclient.actions import calling, kiosk, windows
from hallclient.actions.acting import Actor
from hallclient.actions.kiosk import Wish

WAITING = 150
TAKE = 4.0
GOAL_S = 0.1
KIOSK = Actor("k01", "kiosk")
MACHINES = 8
RATE = 20.0
ROOT = Path(__file__).resolve().parent.parent


def measure(run: Run) -> Iterator[Figure]:
    path = run.folder / "kiosk.db"
    told: list[float] = []
    taken: list[float] = []
    bare: list[float] = []
    with fill.create(path) as store:
        fill.wait(store, WAITING + len(fill.WINDOWS))
        for number, window in enumerate(fill.WINDOWS, 1):
            who = Actor(f"c{number:02d}", "clerk", window)
            windows.open_window(store, who)
            calling.call_next(store, who)
            calling.start(store, who)
        floor = Floor(run.folder / "kiosk-floor.db")
        wish = Wish((fill.codes(store)[0],))
        for _ in range(run.times(200)):
            begin = time.perf_counter()
            promise = kiosk.expected(store, wish)
            middle = time.perf_counter()
            kiosk.take(store, KIOSK, wish, promise)
            told.append(middle - begin)
            taken.append(time.perf_counter() - middle)
            bare.append(floor.commit())
        floor.close()
        yield ratio("kiosk, a number committed", median(taken), median(bare), TAKE,
                    p99_s=share(taken, 0.99))  # fmt: skip
        whole = [one + other for one, other in zip(told, taken, strict=True)]
        late = share(whole, 0.99)
        yield Figure(
            f"  with its promise, {WAITING} waiting (p99 {ms(late)})", ms(median(whole)),
            ms(median(bare)), f"{median(whole) / median(bare):.1f} x", f"<= {ms(GOAL_S)}",
            median(whole) <= GOAL_S, {"value_s": median(whole), "p99_s": late},
        )  # fmt: skip
        yield _together(run, store, median(bare))


def _together(run: Run, store: Store, bare: float) -> Figure:
    each = run.times(50)
    before = _count(store)
    command = [sys.executable, "-m", "bench.kiosk", str(store.path), str(each)]
    machines = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(MACHINES)
    ]
    for machine in machines:
        assert machine.stdout is not None
        machine.stdout.readline()
    begin = time.perf_counter()
    for machine in machines:
        assert machine.stdin is not None
        machine.stdin.close()
    failed = sum(machine.wait(300) != 0 for machine in machines)
    took = time.perf_counter() - begin
    lost = MACHINES * each - (_count(store) - before)
    rate = MACHINES * each / took
    return Figure(
        f"{MACHINES} kiosks together, {lost} lost, {failed} failed", f"{rate:.0f} numbers/s",
        f"{1 / bare:,.0f} commits/s", f"{rate * bare:.2f} x", f">= {RATE:.0f}/s",
        rate >= RATE and not lost and not failed,
        {"numbers_per_s": rate, "lost": lost, "failed": failed},
    )  # fmt: skip


def _count(store: Store) -> int:
    return int(store.db.execute("SELECT count(DISTINCT number) FROM visit").fetchone()[0])


def work(path: Path, count: int) -> None:
    """One machine: so many numbers, each with its promise."""
    with Store.open(path) as store:
        codes = fill.codes(store)
        print("ready", flush=True)
        sys.stdin.readline()
        for turn in range(count):
            wish = Wish((codes[turn % len(codes)],))
            kiosk.take(store, KIOSK, wish, kiosk.expected(store, wish))


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
