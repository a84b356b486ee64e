"""Figures of whole days: the same as a slow recomputation from the events; who may read them.

`HALLCLIENT_DEEP=200` tries so many other days instead of the same few.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hallclient.actions import serving
from hallclient.actions.acting import Actor
from hallclient.actions.figures import MOST_DAYS, figures, usual_arrivals
from hallclient.rules.errors import Refused
from hallclient.rules.metrics import GROUPINGS, METRICS, TIME, Figure
from tests.hallkit import ADMINISTRATOR, AGENT, NINE, SUPERVISOR, Kit, clerk
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


def test_the_days_have_what_is_hard(tmp_path: Path) -> None:
    """Undone actions, holds that ran out, hand-overs, transfers of each kind, reopened services."""
    kinds: set[str] = set()
    how: set[str] = set()
    for seed in range(4):
        (tmp_path / str(seed)).mkdir()
        kit = Kit(tmp_path / str(seed))
        RandomDay(kit, seed).play(300, longest=180)
        kinds |= set(kit.kinds())
        found = kit.store.db.execute("SELECT body FROM event WHERE kind = 'leg.transferred'")
        how |= {json.loads(row[0])["how"] for row in found}
        kit.close()
    hard = (
        "action.undone leg.returned leg.came-back leg.taken-over leg.reopened leg.reinstated "
        "leg.expired shift.handed-over window.paused"
    )
    assert set(hard.split()) - kinds == set()
    assert how == set(serving.TRANSFERS)


# -- who, and which days


@pytest.mark.parametrize("who", [SUPERVISOR, ADMINISTRATOR])
def test_supervisors_and_administrators_read(kit: Kit, who: Actor) -> None:
    assert figures(kit.store, who, TODAY).total["arrivals"].n == 0
    assert usual_arrivals(kit.store, who, TODAY).days == 0


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (clerk(1), "not-allowed"),
        (AGENT, "not-allowed"),
        (Actor("k01", "kiosk"), "not-allowed"),
        (Actor("nobody", "supervisor"), "no-operator"),
    ],
)
def test_others_do_not(kit: Kit, who: Actor, code: str) -> None:
    for read in (figures, usual_arrivals):
        with pytest.raises(Refused) as caught:
            read(kit.store, who, TODAY)
        assert caught.value.code == code


def test_reading_is_no_event_and_needs_no_lock(kit: Kit) -> None:
    before = kit.kinds()
    with kit.again().act("s01"):
        figures(kit.store, SUPERVISOR, TODAY, by=GROUPINGS)
    assert kit.kinds() == before


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("today", "", "bad-day"),
        ("20260922", "", "bad-day"),
        ("2026-02-30", "", "bad-day"),
        ("2026-09-22", "2026-09-21", "days-turned"),
        ("2025-01-01", "2026-09-22", "too-many-days"),
    ],
)
def test_days_that_are_none(kit: Kit, first: str, last: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        figures(kit.store, SUPERVISOR, first, last)
    assert caught.value.code == code
    assert MOST_DAYS >= 366


def test_a_grouping_that_is_none(kit: Kit) -> None:
    with pytest.raises(Refused, match="no-such-grouping"):
        figures(kit.store, SUPERVISOR, TODAY, by=["moon"])


def test_some_days_are_the_sum_of_each(kit: Kit) -> None:
    days = []
    for n in range(3):
        kit.clock.ms = NINE + n * DAY_MS
        days.append(kit.store.env.day(kit.clock()))
        if n == 0:
            kit.open(1)
        for _ in range(n + 1):
            kit.take("setup")
            kit.pass_(minutes=n + 1)
            kit.serve_out(clerk(1))
    report = figures(kit.store, SUPERVISOR, days[0], days[2], by=["hour"])
    assert report.total["arrivals"].value == 1 + 2 + 3
    assert report.total["wait"].n == 6
    assert report.total["wait"].longest == 3 * 60_000
    assert (report.first, report.last) == (days[0], days[2])
    assert list(report.groups["hour"]) == [9]
    each = [figures(kit.store, SUPERVISOR, day).total["wait"] for day in days]
    assert report.total["wait"].value == sum(one.n * one.value for one in each) // 6


def test_groups_stand_in_the_hall_s_order(kit: Kit) -> None:
    for line in ("tax", "street", "setup"):
        kit.take(line)
    report = figures(kit.store, SUPERVISOR, TODAY, by=["line"])
    assert list(report.groups["line"]) == ["setup", "tax", "street"]


# -- what is usual


def test_usual_is_the_same_weekday_of_four_weeks(kit: Kit) -> None:
    zone = ZoneInfo(kit.hall.time_zone)
    for weeks, count in ((1, 5), (2, 2), (5, 40)):
        kit.clock.ms = NINE - weeks * 7 * DAY_MS
        for _ in range(count):
            kit.take("setup")
    kit.clock.ms = NINE - DAY_MS
    kit.take("setup")
    kit.clock.ms = NINE
    found = usual_arrivals(kit.store, SUPERVISOR, TODAY)
    assert datetime.fromtimestamp(NINE / 1000, zone).hour == 9
    # Seven numbers on two days, three and a half, half up; the fifth week is too long ago.
    assert found.days == 2
    assert found.hours == {9: 4}
