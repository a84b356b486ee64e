"""Twenty processes on one file: each number called once, and how long one had to wait."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench import fill
from bench.figure import Figure, Run, ms, share
from db.store import Store
from hallclient.actions import calling, serving, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused

GOAL = 10.0
ROOT = Path(__file__).resolve().parent.parent


def measure(run: Run) -> Iterator[Figure]:
    count = 800 if run.quick else 4000
    path = run.folder / "twenty.db"
    with fill.create(path) as store:
        fill.wait(store, count)
    command = [sys.executable, "-m", "bench.twenty", str(path)]
    processes = [
        subprocess.Popen(
            [*command, window], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for window in fill.WINDOWS
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    begin = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    called: Counter[str] = Counter()
    waits: list[float] = []
    shares: list[int] = []
    for process in processes:
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
        process.stdout.close()
        called.update(said["called"])
        waits += said["waits"]
        shares.append(len(said["called"]))
    took = time.perf_counter() - begin
    failed = sum(process.wait() != 0 for process in processes)
    double = sum(times - 1 for times in called.values())
    lost = count - len(called)
    mean = sum(waits) / len(waits)
    wrong = double + lost + failed
    yield Figure(
        "20 processes on one file", f"{double} double, {lost} lost, {failed} errors",
        f"{count:,} numbers", f"{count / took:,.0f} served/s", "0", wrong == 0,
        {"double": double, "lost": lost, "errors": failed, "served_per_s": count / took},
    )  # fmt: skip
    yield Figure(
        "  longest wait for a call", f"{ms(max(waits))} (p99 {ms(share(waits, 0.99))})",
        f"{ms(mean)} (mean)", f"{max(waits) / mean:.1f} x", f"<= {GOAL:g} x",
        max(waits) <= GOAL * mean,
        {"worst_s": max(waits), "mean_s": mean, "least_share": min(shares) / (count / 20)},
    )  # fmt: skip


def work(path: Path, window: str) -> None:
    """One of the twenty: call, start, finish until nobody waits."""
    who = Actor(f"c{window[1:]}", "clerk", window)
    called: list[str] = []
    waits: list[float] = []
    with Store.open(path) as store:
        windows.open_window(store, who)
        print("ready", flush=True)
        sys.stdin.readline()
        while True:
            begin = time.perf_counter()
            try:
                called.append(calling.call_next(store, who).leg.id)
            except Refused:
                break
            waits.append(time.perf_counter() - begin)
            calling.start(store, who)
            serving.finish(store, who)
    print(json.dumps({"called": called, "waits": waits}))


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2])
