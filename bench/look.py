"""Looking at the hall: the screens' reads, what the clock does on a quiet hall, a day's figures.

The floor of each is its rows alone, read by plain SQL.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench import fill
from bench.figure import Figure, Run, median, ms
from db.store import Store
from hallclient.actions import boardview, calling, figures, hallview, sweep, watch, windows
from hallclient.actions.acting import Actor

WAITING = 150
SUPERVISOR = Actor("s01", "supervisor")
LOOK_S = 0.01
SWEEP_S = 0.005
FIGURES_S = 2.0
GROUPS = ("line", "window", "hour")
_HALL = (
    "SELECT * FROM window LEFT JOIN leg ON leg.id = window.leg",
    "SELECT line, count(*) FROM leg WHERE state = 'waiting' GROUP BY line",
    "SELECT * FROM alarm WHERE cleared_at IS NULL",
    "SELECT * FROM signal WHERE answered_at IS NULL",
)
_DUE = ("SELECT id FROM leg WHERE timer_at IS NOT NULL AND timer_at <= 1",)
_DAY = ("SELECT * FROM visit", "SELECT * FROM leg", "SELECT * FROM period", "SELECT * FROM attempt")


def measure(run: Run) -> Iterator[Figure]:
    with fill.create(run.folder / "look.db") as store:
        fill.wait(store, WAITING + len(fill.WINDOWS))
        for number, window in enumerate(fill.WINDOWS, 1):
            who = Actor(f"c{number:02d}", "clerk", window)
            windows.open_window(store, who)
            calling.call_next(store, who)
            calling.start(store, who)
        study = watch.study(store, SUPERVISOR)
        times = run.times(400)
        many = f", {WAITING} waiting, {len(fill.WINDOWS)} windows"
        yield timed(
            store, "live view, one look" + many, times, LOOK_S,
            lambda: hallview.look(store, SUPERVISOR, study), _HALL,
        )  # fmt: skip
        yield timed(
            store, "board, one look", times, LOOK_S, lambda: boardview.look(store), _HALL[:2]
        )
        before = store.changed()
        yield timed(
            store, "sweep of a quiet hall", times, SWEEP_S, lambda: sweep.sweep(store), _DUE
        )
        assert store.changed() == before, "a quiet hall was written to"
    visits = 1000 if run.quick else 4000
    with fill.finished(run.folder / "day.db", 1, visits) as store:
        row = store.row("SELECT max(day) AS day FROM visit")
        assert row is not None
        yield timed(
            store, f"figures of a day of {visits:,} visits", run.times(10), FIGURES_S,
            lambda: figures.figures(store, SUPERVISOR, row["day"], by=GROUPS), _DAY,
        )  # fmt: skip


def timed(
    store: Store,
    name: str,
    times: int,
    goal: float,
    do: Callable[[], object],
    rows: tuple[str, ...],
) -> Figure:
    """How long something takes beside its rows alone, read by plain SQL."""
    took, floor = [], []
    for _ in range(times):
        begin = time.perf_counter()
        do()
        middle = time.perf_counter()
        for sql in rows:
            store.rows(sql)
        took.append(middle - begin)
        floor.append(time.perf_counter() - middle)
    value, bare = median(took), median(floor)
    return Figure(
        name, ms(value), ms(bare), f"{value / bare:.1f} x", f"<= {ms(goal)}", value <= goal,
        {"value_s": value, "floor_s": bare},
    )  # fmt: skip
