"""A made-up day under a clock of its own: sensible figures, nobody twice, the same by its dice."""

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import check
from db.env import Env, day_of
from db.joined import Joined
from db.store import Row, Store, Tx
from hallclient.actions import setup, staff, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall_files import default_hall
from hallclient.demo import day
from hallclient.demo.clock import midnight_of
from hallclient.demo.day import Agenda, Profile, Step
from hallclient.demo.hall import Simulation
from hallclient.rules.errors import Refused
from tests.hallkit import NINE, Clock

MINUTE = 60_000
HALL = default_hall()
MIDNIGHT, WEEKDAY = midnight_of(NINE, HALL.time_zone)
BEFORE_OPENING = MIDNIGHT + 8 * 60 * MINUTE + 30 * MINUTE
CLOSING = MIDNIGHT + 17 * 60 * MINUTE


def live(
    path: Path,
    seed: int = 1,
    visits: int = 720,
    *,
    watch: Callable[[Store, int], None] | None = None,
) -> Store:
    """Live one day in one transaction; `watch` sees the store and the time before each step."""
    clock = Clock(BEFORE_OPENING)
    roll = random.Random(seed)

    def make_env(time_zone: str) -> Env:
        return Env(clock, roll.randbytes, day_of(time_zone))

    def more(tx: Tx) -> None:
        store = Joined(tx)
        simulation = Simulation(store, MIDNIGHT, WEEKDAY, seed, Profile(visits=visits))
        while (at := simulation.next_at) is not None:
            clock.ms = max(clock.ms, at)
            if watch is not None:
                watch(store, clock.ms)
            simulation.run_due()

    return setup.init_demo(path, HALL, "", make_env=make_env, more=more)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = live(tmp_path_factory.mktemp("day") / "hall.db")
    yield store
    store.close()


def fingerprint(store: Store) -> list[tuple[Any, ...]]:
    return store.db.execute(
        "SELECT kind, subject, actor, window, at, hash FROM event WHERE stream = 'queue' "
        "ORDER BY pos"
    ).fetchall()


def test_everyone_came_and_nobody_was_lost(lived: Store) -> None:
    states = {row["state"]: row["n"] for row in lived.rows(
        "SELECT state, count(*) AS n FROM visit GROUP BY state")}  # fmt: skip
    assert sum(states.values()) == 720
    assert states["done"] > 620
    assert states.get("open", 0) <= 4
    at_windows = lived.rows("SELECT number FROM leg WHERE state IN ('called', 'serving', 'held')")
    assert at_windows == []


def test_the_clerks_went_home(lived: Store) -> None:
    rows = lived.rows("SELECT state, since FROM window")
    assert {row["state"] for row in rows} == {"closed"}
    assert all(row["since"] >= CLOSING for row in rows)


def test_all_sorts_of_things_happened(lived: Store) -> None:
    kinds = {row["kind"] for row in lived.rows("SELECT DISTINCT kind FROM event")}
    assert kinds >= {
        "visit.opened", "visit.identified", "leg.called", "leg.recalled", "leg.started",
        "leg.passed", "leg.reinstated", "leg.held", "leg.resumed", "leg.sent-out",
        "leg.came-back", "leg.transferred", "leg.finished", "visit.cancelled",
        "window.opened", "window.paused", "window.resumed", "window.closed",
    }  # fmt: skip
    lines = {row["line"] for row in lived.rows("SELECT DISTINCT line FROM leg")}
    assert lines == set(HALL.lines)
    lanes = {row["band"] for row in lived.rows("SELECT DISTINCT band FROM attempt")}
    assert lanes >= {"due", "ordinary", "return", "recall"}


def test_times_are_sensible(lived: Store) -> None:
    periods = lived.rows("SELECT kind, ended_at - started_at AS ms FROM period WHERE ended_at > 0")
    assert all(row["ms"] >= 0 for row in periods)
    waits = [row["ms"] for row in periods if row["kind"] == "wait"]
    served = [row["ms"] for row in periods if row["kind"] == "service"]
    assert 1 * MINUTE < sum(waits) / len(waits) < 30 * MINUTE
    assert 5 * MINUTE < sum(served) / len(served) < 15 * MINUTE
    assert max(served) < 90 * MINUTE


def test_the_log_holds(lived: Store) -> None:
    assert check.verify(lived).ok


def test_no_visitor_at_two_windows_and_no_window_with_two_visitors(lived: Store) -> None:
    rows = lived.rows(
        "SELECT leg.visit, period.window, started_at, ended_at FROM period "
        "JOIN leg ON leg.id = period.leg WHERE period.kind IN ('walk', 'service') "
        "ORDER BY started_at, ended_at"
    )
    for key in ("visit", "window"):
        rows.sort(key=lambda row: (row[key], row["started_at"], row["ended_at"]))
        for _, group in itertools.groupby(rows, key=lambda row: row[key]):
            for one, other in itertools.pairwise(group):
                assert one["ended_at"] <= other["started_at"], (one, other)


def test_first_come_first_called_within_a_lane(lived: Store) -> None:
    """Nobody of the same line and lane, there sooner and free to come, was passed over."""
    legs = lived.rows(
        "SELECT leg.*, (SELECT min(at) FROM attempt WHERE attempt.leg = leg.id) AS called_at, "
        "(SELECT count(*) FROM leg o WHERE o.visit = leg.visit) AS services FROM leg "
        "WHERE lane IN ('ordinary', 'booked', 'priority') AND reinstated = 0"
    )
    called = [row for row in legs if row["called_at"] is not None and _simple(row)]
    assert len(called) > 500

    def group(row: Row) -> tuple[str, str]:
        return row["line"], row["lane"]

    called.sort(key=group)
    for _, members in itertools.groupby(called, key=group):
        for one, other in itertools.combinations(members, 2):
            first, second = sorted((one, other), key=lambda row: (row["order_at"], row["turn"]))
            both_there = second["called_at"] >= first["ticket_at"]
            assert first["called_at"] <= second["called_at"] or not both_there, (first, second)


def _simple(row: Row) -> bool:
    """One service on the number, and never handed on: its place in line is its whole story."""
    return bool(row["services"] == 1 and row["state"] == "done")


def test_the_same_dice_make_the_same_day(tmp_path: Path) -> None:
    days = []
    for place, seed in enumerate((7, 7, 8)):
        with live(tmp_path / f"{place}.db", seed, 40) as store:
            days.append(fingerprint(store))
    assert days[0] == days[1]
    assert days[0] != days[2]


def test_a_person_keeps_their_window_until_they_sign_out(tmp_path: Path) -> None:
    person = Actor("c05", "clerk", "W05")
    came, left = MIDNIGHT + 10 * 60 * MINUTE, MIDNIGHT + 15 * 60 * MINUTE
    seen: list[int] = []

    def watch(store: Store, now: int) -> None:
        row = staff.operator(store, person.operator)
        assert row is not None
        here = row["signed_in_at"] is not None
        if not here and not seen and now >= came:
            staff.enter(store, person)
            seen.append(now)
        elif here and now >= left:
            staff.sign_out(store, person)
            seen.append(now)

    with live(tmp_path / "hall.db", visits=120, watch=watch) as store:
        assert len(seen) == 2
        acts = [
            row["at"]
            for row in store.rows(
                "SELECT at FROM event WHERE actor = 'c05' AND stream = 'queue' ORDER BY pos"
            )
        ]
        assert [at for at in acts if seen[0] <= at < seen[1]] == []
        assert acts[0] < seen[0]
        assert acts[-1] >= seen[1]


# -- the parts


def test_who_comes_when() -> None:
    came = day.arrivals(HALL, MIDNIGHT, WEEKDAY, 3)
    assert len(came) == 720
    assert came == sorted(came)
    hours = day.hours_of(HALL, MIDNIGHT, WEEKDAY)
    assert hours.opens - 10 * MINUTE <= came[0].at
    assert came[-1].at < hours.closes

    def between(first: float, last: float) -> int:
        return sum(first * 60 <= (one.at - MIDNIGHT) / MINUTE < last * 60 for one in came)

    assert between(10, 11) > between(11, 12)
    assert between(14.5, 15.5) > between(16, 17)
    assert between(12.25, 13.25) == 0
    share = sum(one.line == "setup" for one in came) / 720
    assert 0.15 < share < 0.27
    assert 0.14 < sum(one.line == "collect" for one in came) / 720 < 0.22
    assert 0.06 < sum(bool(one.priority) for one in came) / 720 < 0.12
    assert 0.12 < sum(one.slot is not None for one in came) / 720 < 0.25


def test_a_hall_that_is_closed_that_day_shows_another_days_hours() -> None:
    assert day.hours_of(HALL, MIDNIGHT, 7) == day.hours_of(HALL, MIDNIGHT, 1)
    without = HALL._replace(hours=())
    assert day.hours_of(without, MIDNIGHT, 1).lunch is None


def test_line_shares_are_shares() -> None:
    shares = day.line_shares(HALL, Profile())
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == set(HALL.lines)
    assert min(shares.values()) > 0


def test_an_agenda_gives_steps_in_order_and_only_the_soonest_look() -> None:
    agenda = Agenda()
    agenda.add(20, Step("tend"))
    agenda.add(10, Step("arrive", "b"))
    agenda.add(10, Step("arrive", "a"))
    agenda.look("W01", 30)
    agenda.look("W01", 15)
    agenda.look("W01", 40)
    assert agenda.next_at == 10
    assert agenda.pop(9) is None
    steps = [agenda.pop(100) for _ in range(5)]
    assert [(step.kind, step.key) for step in steps if step] == [
        ("arrive", "b"), ("arrive", "a"), ("look", "W01"), ("tend", ""),
    ]  # fmt: skip
    assert agenda.looks == 0
    assert agenda.next_at is None


def test_a_refusal_does_not_stop_the_hall(tmp_path: Path) -> None:
    """Somebody took the window away: the clerk looks again."""
    refusals: list[str] = []

    def watch(store: Store, now: int) -> None:
        # A supervisor frees windows under the clerks' hands, the first forty times.
        if len(refusals) >= 40:
            return
        for row in store.rows("SELECT id FROM window WHERE state IN ('idle', 'wrap_up')"):
            try:
                windows.free_window(store, Actor("s01", "supervisor"), row["id"])
            except Refused as refused:
                refusals.append(refused.code)
            else:
                refusals.append("freed")

    with live(tmp_path / "hall.db", visits=30, watch=watch) as store:
        assert "freed" in refusals
        done = store.row("SELECT count(*) AS n FROM visit WHERE state = 'done'")
        assert done is not None
        assert done["n"] > 15
        assert check.verify(store).ok
