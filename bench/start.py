"""From the command to the first usable frame, against an empty Textual app on the same terminal."""

from __future__ import annotations

from collections.abc import Iterator

from bench.empty_app import READY
from bench.figure import Figure, Run, median, ratio
from bench.terminal import Terminal
from db.store import Store

GOAL = 1.3


def measure(run: Run, store: Store) -> Iterator[Figure]:
    programs = {
        "an empty app": (["bench.empty_app"], (READY,)),
        "sign-in": (["hallclient", "--store", str(store.path)], ("Ctrl+T",)),
        "the demo": (["hallclient", "demo"], ("demo-demo", "F10")),
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for command, marks in programs.values():  # once for the file system's cache
        with Terminal(command, run.folder) as terminal:
            terminal.until(*marks)
    for _ in range(run.times(15)):
        for name, (command, marks) in programs.items():
            with Terminal(command, run.folder) as terminal:
                times[name].append(terminal.until(*marks))
    floor = median(times.pop("an empty app"))
    for name, taken in times.items():
        yield ratio(f"first usable frame, {name}", median(taken), floor, GOAL)
