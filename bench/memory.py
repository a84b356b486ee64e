"""Memory of the desk with a whole day's visits open, against an empty app."""

from __future__ import annotations

from collections.abc import Iterator

from bench import fill
from bench.empty_app import READY
from bench.figure import Figure, Run
from bench.key import DOWN
from bench.terminal import Terminal

GOAL = 2.0
MIB = 1 << 20


def measure(run: Run) -> Iterator[Figure]:
    count = 4000
    path = run.folder / "memory.db"
    with fill.create(path) as store:
        fill.wait(store, count)
    with Terminal(["bench.empty_app"], run.folder) as terminal:
        terminal.until(READY)
        terminal.key(DOWN)
        floor = terminal.memory()
    with Terminal(["bench.desk_app", str(path)], run.folder) as terminal:
        terminal.until("F10")
        for _ in range(50):
            terminal.key(DOWN)
            terminal.quiet(0.02)
        value = terminal.memory()
    yield Figure(
        f"memory, {count:,} visits open", f"{value / MIB:.0f} MiB", f"{floor / MIB:.0f} MiB",
        f"{value / floor:.2f} x", f"<= {GOAL:g} x", value <= GOAL * floor,
        {"value_bytes": value, "floor_bytes": floor, "ratio": value / floor},
    )  # fmt: skip
