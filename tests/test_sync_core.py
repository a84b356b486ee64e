"""The sync core, the merging and the arbiter over random faults: what must hold afterwards."""

import os
from collections.abc import Iterator

import pytest

from db import log, merge, schema
from db.errors import StoreError
from db.projections import rows
from hallclient.sync import messages as m
from tests.hallkit import Kit
from tests.saboteurs import SABOTEURS, Sabotage
from tests.simkit import World, world

SABOTAGED = 60
SEEDS = int(os.environ.get("HALLCLIENT_DEEP", "40"))
STEPS = 120


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    made = Kit(tmp_path_factory.mktemp("hall"))
    yield made
    made.store.close()


def held(one: World) -> None:
    """What holds after all have met again."""
    hub = [(p.event.device, p.event.stream, p.event.seq, p.event.hash) for p in one.hub.events]
    assert len(set(hub)) == len(hub)
    for machine in one.machines:
        store = machine.store
        assert not list(merge.tail(store.db)), "something has no place"
        mine = {(e.device, e.stream, e.seq, e.hash) for _, e in log.read(store.db)}
        assert {k for k in hub if k[1] in m.OPEN_STREAMS} <= mine
        assert mine <= set(hub), "the hub lacks what was acknowledged here"
        check_replay_of(store)
    for table in schema.TABLES:
        first, *others = [rows(machine.store.db, table).fetchall() for machine in one.machines]
        for other in others:
            assert other == first, table
    calls = [leg for machine in one.machines for leg in machine.connected_calls]
    # What a hub has lost with a restore, nobody can know before somebody tells.
    assert one.faults.get("restore") or len(set(calls)) == len(calls), (
        "called twice while connected"
    )


def check_replay_of(store: object) -> None:
    """Byte for byte, as `hallclient verify` compares."""
    from db.chain import read_log
    from db.check import _projections, uncollected
    from db.replay import Replay
    from db.report import Report

    report, replay = Report(), Replay()
    db = store.db  # type: ignore[attr-defined]
    db.text_factory = bytes
    try:
        with uncollected():
            read_log(db, report, replay, lambda *_: None)
            assert report.log_ok, report.findings
            _projections(db, report, replay, lambda *_: None)
    finally:
        db.text_factory = str
        replay.db.close()
    assert report.ok, report.findings


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_all_end_alike(kit: Kit, seed: int) -> None:
    with world(kit, seed) as one:
        one.run(STEPS)
        one.heal()
        held(one)


@pytest.mark.parametrize("sabotage", SABOTEURS, ids=lambda one: one.__name__)
def test_each_safeguard_is_missed_when_it_is_gone(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, sabotage: Sabotage
) -> None:
    sabotage(monkeypatch)
    for seed in range(SABOTAGED):
        try:
            with world(kit, seed) as one:
                one.run(STEPS)
                one.heal()
                held(one)
        except (AssertionError, StoreError, IndexError):
            return
    pytest.fail(f"{SABOTAGED} seeds have not noticed it")
