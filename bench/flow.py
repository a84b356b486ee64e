"""The hall played on: how fast a day, a forecast and a promise are, and how good promises are.

The floor of the engine is the same number of bare heap operations, the least that any simulation
by events must do: each call of a visitor is an event in and an event out.
"""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Iterator

from bench import fill
from bench.figure import Figure, Run, median, ms, ratio
from db.store import Store
from hallclient.actions import calling, forecasting, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall_files import default_hall
from hallclient.demo import scoring, trial
from hallclient.demo.day import Profile, hours_of
from hallclient.rules.flow_parts import DUE_FIRST

VISITS = 720
DAY_GOAL_S = 0.5
FORECAST_GOAL_S = 0.1
PROMISE_GOAL_S = 0.03
BETTER = 0.7
WAITING = 150


def measure(run: Run) -> Iterator[Figure]:
    yield _day(run)
    with fill.create(run.folder / "flow.db") as store:
        yield from _live(run, store)
    yield from _promises(run)


def _day(run: Run) -> Figure:
    hall, profile = default_hall(), Profile(visits=VISITS)
    hours = hours_of(hall, trial.MIDNIGHT, trial.WEEKDAY)
    crowd = trial.made_up(hall, 1, profile)
    stations = trial.stations(hall, hours, 1, profile)
    taken = _times(run, lambda: trial.run(hall, crowd, stations, hours, DUE_FIRST))
    dice = random.Random(1)
    moments = [dice.random() for _ in range(2 * len(crowd.guests))]

    def bare() -> None:
        heap: list[float] = []
        for at in moments:
            heapq.heappush(heap, at)
        while heap:
            heapq.heappop(heap)

    floor = median(_times(run, bare))
    took = median(taken)
    return Figure(
        f"a day of {VISITS} visits, {len(stations)} windows", ms(took), ms(floor),
        f"{took / floor:.0f} x", f"<= {ms(DAY_GOAL_S)}", took <= DAY_GOAL_S,
        {"value_s": took, "floor_s": floor},
    )  # fmt: skip


def _live(run: Run, store: Store) -> Iterator[Figure]:
    """A hall in which many wait, and every window serves somebody."""
    fill.wait(store, WAITING + len(fill.WINDOWS))
    for number, window in enumerate(fill.WINDOWS, 1):
        who = Actor(f"c{number:02d}", "clerk", window)
        windows.open_window(store, who)
        calling.call_next(store, who)
        calling.start(store, who)
    code = fill.codes(store)[0]
    scene = median(_times(run, lambda: store.rows("SELECT * FROM leg WHERE state = 'waiting'")))
    asked: dict[str, tuple[Callable[[], object], float]] = {
        "promise to a newcomer": (lambda: forecasting.promise(store, [code]), PROMISE_GOAL_S),
        "promises for all lines": (lambda: forecasting.promises(store), 2 * PROMISE_GOAL_S),
        "forecast of the hall": (lambda: forecasting.forecast(store), FORECAST_GOAL_S),
    }
    for name, (ask, goal) in asked.items():
        took = median(_times(run, ask))
        yield Figure(
            f"{name}, {WAITING} waiting", ms(took), ms(scene), f"{took / scene:.0f} x",
            f"<= {ms(goal)}", took <= goal, {"value_s": took, "floor_s": scene},
        )  # fmt: skip


def _promises(run: Run) -> Iterator[Figure]:
    """Errors in seconds, beside those of the average wait of the last hour."""
    count = 3 if run.quick else 12
    told = [one for day in scoring.days(default_hall(), 1, count, 640) for one in day]
    ours, last_hour, formula = scoring.score(told)
    assert ours.held is not None
    for name in ("median", "p90"):
        mine, usual, plain = (getattr(one, name) / 1000 for one in (ours, last_hour, formula))
        figure = ratio(f"promise, {name} error", mine, usual, BETTER, formula_s=plain)
        figure.value, figure.floor = f"{mine / 60:.1f} min", f"{usual / 60:.1f} min"
        figure.value += f" (ahead × mean ÷ windows {plain / 60:.1f})"
        yield figure
    yield Figure(
        f"  promises kept, {ours.n} visitors on {count} days", f"{ours.held:.0%}", "80%",
        "", "75-95%", 0.75 <= ours.held <= 0.95, {"held": ours.held},
    )  # fmt: skip


def _times(run: Run, do: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(run.times(50)):
        begin = time.perf_counter()
        do()
        taken.append(time.perf_counter() - begin)
    return taken
