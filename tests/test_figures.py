"""Figures of whole days: the same as a slow recomputation from the events; who may read them.

`HALLCLIENT_DEEP=200` tries so many other days instead of the same few.
"""

import os
from collections.abc import Mapping

import pytest

from hallclient.actions.figures import figures
from hallclient.rules.metrics import GROUPINGS, METRICS, TIME, Figure
from tests.hallkit import NINE, SUPERVISOR, Kit
from tests.metrics_oracle import TIMES, Oracle
from tests.random_day import RandomDay

TODAY = "2026-09-22"
DAY_MS = 86_400_000
DEEP = int(os.environ.get("HALLCLIENT_DEEP", "0"))
SEEDS = range(1000, 1000 + DEEP) if DEEP else range(8)


def rank(times: tuple[int, ...], share: float) -> int:
    """The smallest of them that at least this share of all do not exceed."""
    return next(time for n, time in enumerate(times, 1) if n >= share * len(times) - 1e-9)


def same(found: Mapping[str, Figure], told: Mapping[str, tuple[int, ...]], where: str) -> None:
    """Every figure holds what the oracle tells, and the oracle tells of every figure."""
    for metric, figure in found.items():
        kind = METRICS[metric].kind
        apart, *rest = told.get(metric, (0,) if metric in TIMES else (0, 0, 0))
        assert figure.apart == apart, (where, metric)
        if kind == TIME:
            times = tuple(rest)
            assert figure.n == len(times), (where, metric)
            if times:
                assert figure.value == sum(times) // len(times), (where, metric)
                assert figure.p50 == rank(times, 0.5), (where, metric)
                assert figure.p90 == rank(times, 0.9), (where, metric)
                assert figure.longest == times[-1], (where, metric)
        else:
            assert (figure.value, figure.of) == (rest[0], rest[1]), (where, metric)


def compare(kit: Kit, day: str) -> Oracle:
    report = figures(kit.store, SUPERVISOR, day, by=GROUPINGS)
    oracle = Oracle(kit.store, kit.hall, day)
    same(report.total, oracle.told(), "total")
    for by in GROUPINGS:
        groups = report.groups[by]
        for key, found in groups.items():
            same(found, oracle.told(by, key), f"{by} {key}")
        known = {metric for metric, one in METRICS.items() if by in one.by}
        missing = {
            key for key in oracle.keys(by) - set(groups) if known & set(oracle.told(by, key))
        }
        assert missing == set()
    return oracle


@pytest.mark.timeout(0 if DEEP else 180)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_figures_are_those_of_the_events(kit: Kit, seed: int) -> None:
    day = RandomDay(kit, seed)
    day.play(260, longest=260 if seed % 2 else 60)
    compare(kit, TODAY)
    if seed % 3 == 0:
        return
    if kit.store.env.day(kit.clock()) == TODAY:
        day.close()
        compare(kit, TODAY)
    kit.clock.ms = NINE + DAY_MS
    oracle = compare(kit, TODAY)
    assert oracle.over


def test_random_days_know_every_figure(kit: Kit) -> None:
    """The days of the test above are no quiet ones: each figure has something in it."""
    day = RandomDay(kit, 5)
    day.play(400, longest=180)
    day.close()
    told = Oracle(kit.store, kit.hall, TODAY).told()
    quiet = {metric for metric in METRICS if not any(told.get(metric, ()))}
    assert quiet <= {"walkout", "overtime-visits", "overtime-windows"}
