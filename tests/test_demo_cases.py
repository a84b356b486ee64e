"""Cases of the demo: old ones with limits in every light, pre-reviewed ones of those who wait."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from db import check
from db.env import Env, day_of
from db.store import Store
from hallclient.actions import (
    assist,
    calling,
    case_ledger,
    case_load,
    case_queues,
    case_watch,
    cases,
    serving,
)
from hallclient.actions.acting import Actor
from hallclient.actions.assist import Need
from hallclient.actions.case_find import of_number
from hallclient.actions.case_form import form_problems
from hallclient.actions.hall_files import default_hall
from hallclient.demo import cases as made
from hallclient.demo import seed
from hallclient.demo.clock import midnight_of
from hallclient.demo.dice import MINUTE, dice
from hallclient.demo.hall import Simulation
from hallclient.demo.place import Seat
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.lights import Light
from tests.hallkit import NINE, Clock

HALL = default_hall()
MIDNIGHT, WEEKDAY = midnight_of(NINE, HALL.time_zone)
BEGIN = MIDNIGHT + (9 * 60 + 40) * MINUTE
MINE, SUPERVISOR = Actor("c03", "clerk", "W03"), Actor("s01", "supervisor")
TOLD = json.loads((FIXTURES / "demo" / "cases.json").read_bytes())


@dataclass
class Living:
    store: Store
    ids: list[str]

    def rows(self, where: str) -> list[str]:
        found = self.store.rows(f"SELECT id FROM case_file WHERE {where} ORDER BY id")
        return [row["id"] for row in found]


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """A morning with its cases; tests only look."""
    path = tmp_path_factory.mktemp("demo") / "hall.db"
    seed.make(path, HALL, BEGIN, Seat("c03", "clerk", "W03"), 1).close()

    def make_env(time_zone: str) -> Env:
        return Env(Clock(BEGIN), dice("cases").randbytes, day_of(time_zone))

    with Store.open(path, make_env=make_env) as store:
        hall = Simulation(store, MIDNIGHT, WEEKDAY, 1)
        hall.identify_waiting()
        yield Living(store, list(made.bring(hall, MIDNIGHT)))


def test_every_case_is_there_and_the_store_is_whole(living: Living) -> None:
    assert len(living.ids) == len(TOLD["stories"]) + len(TOLD["waiting"])
    assert sorted(living.ids) == living.rows("1")
    assert check.verify(living.store).ok
    steps = living.store.row(
        "SELECT max(at) AS last, min(at) AS first FROM event WHERE stream LIKE 'case:%'"
    )
    assert steps is not None
    assert steps["last"] <= BEGIN
    assert steps["first"] < BEGIN - 20 * 24 * 60 * MINUTE


def test_every_agent_has_files_in_every_need(living: Living) -> None:
    needs = {
        agent: {one.need for one in assist.home(living.store, Actor(agent, "agent"))}
        for agent in ("a01", "a02")
    }
    wanted = {Need.PROMISED, Need.RETURNED, Need.PREPARE, Need.READY, Need.WAITING, Need.TELL}
    assert needs == {"a01": wanted, "a02": wanted}


def test_every_queue_of_the_counter_has_something_in_it(living: Living) -> None:
    empty = [one.queue.id for one in case_queues.queues(living.store, MINE) if not one.n]
    assert empty == []


def test_the_supervisor_sees_every_light_and_what_is_late(living: Living) -> None:
    store = living.store
    lights = case_watch.lights(store, SUPERVISOR)
    assert set(lights["decide"]) == set(Light)
    silences = case_watch.silences(store, SUPERVISOR)
    assert {one.deemed for one in silences} == {True, False}
    assert case_load.late_steps(store, SUPERVISOR)
    assert case_load.escalations(store, SUPERVISOR)
    assert {one.left < 0 for one in case_ledger.promises(store, SUPERVISOR)} == {True, False}


def test_a_company_is_set_up_with_a_form_that_is_in_order(living: Living) -> None:
    (joint,) = living.rows("filing IS NOT NULL")
    row, facts = cases.facts(living.store, MINE, joint)
    assert row["state"] == "handling"
    assert form_problems(living.store, row) == 0
    assert {one.state for one in facts.tasks} == {"agreed", "open"}
    assert len(facts.tasks) == 5


def test_those_who_wait_bring_their_files(living: Living) -> None:
    store = living.store
    linked = store.rows(
        "SELECT v.number, c.id, c.item, c.agent FROM case_file c JOIN visit v ON v.id = c.visit"
    )
    assert len(linked) == len(TOLD["waiting"])
    for row in linked:
        assert [one["id"] for one in of_number(store, row["number"])] == [row["id"]]
        legs = store.rows("SELECT item FROM leg WHERE number = ?", row["number"])
        assert {"item": row["item"]} in legs


def test_the_next_number_opens_its_file_for_whoever_calls(tmp_path: Path) -> None:
    seed.make(tmp_path / "hall.db", HALL, BEGIN, Seat("c03", "clerk", "W03"), 1).close()
    clock = Clock(BEGIN)

    def make_env(time_zone: str) -> Env:
        return Env(clock, dice("call").randbytes, day_of(time_zone))

    with Store.open(tmp_path / "hall.db", make_env=make_env) as store:
        hall = Simulation(store, MIDNIGHT, WEEKDAY, 1)
        hall.identify_waiting()
        assert len(list(made.bring(hall, MIDNIGHT))) == len(TOLD["stories"]) + len(TOLD["waiting"])
        found = []
        for _ in range(3):
            clock.ms += MINUTE
            number = calling.call_next(store, MINE).leg.number
            calling.start(store, MINE)
            found += [cases.facts(store, MINE, row["id"])[1] for row in of_number(store, number)]
            serving.finish(store, MINE)
        assert found
        assert all(facts.state.startswith("prereview") for facts in found)
        assert all(facts.holder in (None, MINE.operator) for facts in found)


def test_a_story_that_cannot_be_played_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {"checklist": "food", "steps": [[1, "clerk", "open"], [1, "clerk", "move", "grant"]]}
    good = {"checklist": "food", "steps": [[1, "clerk", "open"]]}
    monkeypatch.setattr(made, "_stories", lambda: {"stories": [bad, good], "waiting": []})
    with seed.make(tmp_path / "hall.db", HALL, BEGIN, Seat("a01", "agent"), 1) as store:
        hall = Simulation(store, MIDNIGHT, WEEKDAY, 1)
        (case,) = made.bring(hall, MIDNIGHT)
        assert [row["id"] for row in store.rows("SELECT id FROM case_file")] == [case]
        # Nobody sits at a window: the demo's own one is meant.
        assert cases.facts(store, SUPERVISOR, case)[0]["opened_by"] == "c03"
        with pytest.raises(Refused):
            cases.facts(store, SUPERVISOR, "20260921-W03-0002")
        assert check.verify(store).ok
