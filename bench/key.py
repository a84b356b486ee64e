"""From a key to the frame that answers it: the desk before a long list, against an empty app."""

from __future__ import annotations

from collections.abc import Iterator

from bench.empty_app import READY
from bench.figure import Figure, Run, median, ms, ratio, share
from bench.terminal import Terminal
from db.store import Store

GOAL = 1.3
P99_S = 0.033
DOWN, UP = b"\x1b[B", b"\x1b[A"
REST_S = 0.03
"""A person presses the next key after the frame; this is far quicker than any person."""


def measure(run: Run, store: Store) -> Iterator[Figure]:
    """``store``: ten thousand waiting, and many finished behind them."""
    waiting = store.db.execute("SELECT count(*) FROM leg WHERE state = 'waiting'").fetchone()[0]
    taken: list[float] = []
    floor: list[float] = []
    with (
        Terminal(["bench.empty_app"], run.folder) as empty,
        Terminal(["bench.desk_app", str(store.path)], run.folder) as desk,
    ):
        empty.until(READY)
        desk.until("F10")
        for terminal in (empty, desk):
            terminal.quiet(1.0)
        for number in range(run.times(400)):
            sent = UP if number % 10 == 9 else DOWN
            for terminal, times in ((empty, floor), (desk, taken)):
                terminal.quiet(REST_S)
                times.append(terminal.key(sent))
    figure = ratio(f"key to frame, {waiting:,} waiting", median(taken), median(floor), GOAL)
    yield figure
    late, late_floor = share(taken, 0.99), share(floor, 0.99)
    yield Figure(
        "  its 99th percentile", ms(late), ms(late_floor), f"{late / late_floor:.2f} x",
        f"<= {P99_S * 1000:.0f} ms", late <= P99_S, {"p99_s": late, "floor_p99_s": late_floor},
    )  # fmt: skip
