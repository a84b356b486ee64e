"""The form screen before thousands of holders: from a key to the frame, and its memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.empty_app import READY
from bench.figure import Figure, Run, median, ms, ratio, share
from bench.key import DOWN, GOAL, P99_S, REST_S, UP
from bench.memory import MIB
from bench.terminal import Terminal

MEMORY, EDIT = 4.0, 2.0


def measure(run: Run, path: Path, filing: str, holders: int) -> Iterator[Figure]:
    with (
        Terminal(["bench.empty_app"], run.folder) as empty,
        Terminal(["bench.form_app", str(path), filing], run.folder) as form,
    ):
        empty.until(READY)
        form.until(str(holders))
        for terminal in (empty, form):
            terminal.quiet(1.0)
        floor: list[float] = []

        def pressed(sent: bytes) -> float:
            """The same key to both; how long the form took."""
            taken = []
            for terminal, key in ((empty, DOWN), (form, sent)):
                terminal.quiet(REST_S)
                taken.append(terminal.key(key))
            floor.append(taken[0])
            return taken[1]

        moved = [pressed(UP if number % 10 == 9 else DOWN) for number in range(run.times(250))]
        yield from _frames(f"form, {holders:,} holders: key to frame", moved, floor, GOAL)
        typed, done = [], []
        floor.clear()
        for _ in range(run.times(100)):
            typed.append(pressed(b"2"))
            done.append(pressed(DOWN))
        yield from _frames("form: a digit to frame", typed, floor, GOAL)
        yield from _frames("form: an amount judged by all rules, to frame", done, floor, EDIT)
        value, least = form.memory(), empty.memory()
    yield Figure(
        f"memory of the form, {holders:,} holders", f"{value / MIB:.0f} MiB",
        f"{least / MIB:.0f} MiB", f"{value / least:.2f} x", f"<= {MEMORY:g} x",
        value <= MEMORY * least, {"value_bytes": value, "floor_bytes": least},
    )  # fmt: skip


def _frames(name: str, taken: list[float], floor: list[float], goal: float) -> Iterator[Figure]:
    yield ratio(name, median(taken), median(floor), goal)
    late, late_floor = share(taken, 0.99), share(floor, 0.99)
    yield Figure(
        "  its 99th percentile", ms(late), ms(late_floor), f"{late / late_floor:.2f} x",
        f"<= {ms(P99_S)}", late <= P99_S, {"p99_s": late, "floor_p99_s": late_floor},
    )  # fmt: skip
