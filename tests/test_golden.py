"""Today's reader and every event that was ever written: the golden corpus of `golden_corpus`."""

import json
from pathlib import Path

import pytest

from db import log, schema
from db.driver import sqlite
from db.kinds import KINDS
from db.log import Event
from db.projections import project
from db.replay import Replay
from db.upcast import Facts, upcast
from tests.golden_corpus import FOLDER, drive, event_of, row_lines
from tests.kinds import kinds_in_source

LOGS = sorted(FOLDER.glob("*.events.jsonl"))


def events(path: Path) -> list[Event]:
    return [event_of(line) for line in path.read_text("utf-8").splitlines()]


def expected(path: Path) -> list[tuple[str, dict[str, object]]]:
    rows = path.with_name(path.name.replace("events", "rows")).read_text("utf-8").splitlines()
    return [(table, row) for table, row in map(json.loads, rows)]


def projected(path: Path) -> sqlite.Connection:
    """The rows that today's projector makes of a log, event by event."""
    db = sqlite.connect(":memory:", isolation_level=None)
    for statement in schema.statements():
        db.execute(statement)
    for event in events(path):
        _, facts = upcast(event.kind, event.version, event.facts())
        project(db, facts["set"])
    return db


def test_the_source_writes_the_kinds_that_the_format_lists() -> None:
    assert set(kinds_in_source()) == set(KINDS)


def test_every_kind_and_version_has_a_golden_event() -> None:
    golden = {(event.kind, event.version) for path in LOGS for event in events(path)}
    wanted = {(kind, v) for kind, newest in KINDS.items() for v in range(1, newest + 1)}
    assert wanted - golden == set()


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_a_golden_log_is_a_whole_chain(path: Path) -> None:
    heads: dict[tuple[str, str], tuple[int, bytes]] = {}
    for event in events(path):
        seq, before = heads.get((event.device, event.stream), (0, log.GENESIS))
        assert (event.seq, event.prev_hash) == (seq + 1, before)
        assert log.digest(event) == event.hash
        heads[event.device, event.stream] = (event.seq, event.hash)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_a_golden_log_makes_the_rows_it_always_made(path: Path) -> None:
    with projected(path) as db:
        found = []
        for table, row in expected(path):
            names = ", ".join(row)
            now = db.execute(f"SELECT {names} FROM {table} WHERE id = ?", (row["id"],)).fetchone()
            found.append((table, None if now is None else dict(zip(row, now, strict=True))))
        assert found == expected(path)
        made = sum(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in schema.TABLES)
        assert made == len(found)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_the_fast_replay_makes_the_same_rows(path: Path) -> None:
    replay = Replay()
    for number, event in enumerate(events(path)):
        _, facts = upcast(event.kind, event.version, event.facts())
        replay.apply(facts["set"])
        if number % 7 == 0:  # also between events that belong together
            replay.flush()
    replay.flush()
    with projected(path) as db:
        for table in schema.TABLES:
            rows = f"SELECT * FROM {table} ORDER BY rowid"
            assert replay.db.execute(rows).fetchall() == db.execute(rows).fetchall()
    replay.db.close()


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_what_an_event_says_was_there_was_there(path: Path) -> None:
    # Undo puts `was` back: a lie in it would come out only there.
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for event in events(path):
        for table, key, was, now in event.facts()["set"]:
            if was is not None:
                assert {name: rows[table, key].get(name) for name in was} == was, event
            if now is None:
                del rows[table, key]
            else:
                rows[table, key] = {**rows.get((table, key), {}), **now}


def test_todays_code_still_drives_every_kind(tmp_path: Path) -> None:
    with drive(tmp_path) as store:
        kinds = {row["kind"] for row in store.rows("SELECT DISTINCT kind FROM event")}
        assert set(KINDS) - kinds == set()
        assert len(list(row_lines(store))) > 100


def _renamed(facts: Facts) -> Facts:
    return {"number": facts["no"]}


def _counted(facts: Facts) -> Facts:
    return {**facts, "length": len(facts["number"])}


def test_upcasters_chain_from_the_oldest_version_to_the_newest() -> None:
    steps = {("leg.called", 1): _renamed, ("leg.called", 2): _counted}
    assert upcast("leg.called", 1, {"no": "A001"}, steps) == (3, {"number": "A001", "length": 4})
    assert upcast("leg.called", 2, {"number": "A1"}, steps) == (3, {"number": "A1", "length": 2})
    assert upcast("leg.called", 3, {"x": 1}, steps) == (3, {"x": 1})
    assert upcast("leg.passed", 1, {"no": "A001"}, steps) == (1, {"no": "A001"})
