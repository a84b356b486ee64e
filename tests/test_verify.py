"""`verify` finds what is wrong and nothing else; `rebuild` mends what can be mended."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import log, schema
from db.chain import HEADER
from db.check import verify
from db.driver import sqlite
from db.errors import StoreError
from db.log import Change, Event
from db.projections import Diverged, project
from db.rebuild import rebuild
from db.replay import Replay
from db.report import Report
from db.store import Store
from hallclient.actions import maintenance, persons
from hallclient.rules.errors import Refused
from tests.hallkit import ADMINISTRATOR, PASSWORD, Kit
from tests.source import ROOT
from tests.storekit import copied, fill, settled


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settled store with a little of everything."""
    kit = Kit(tmp_path_factory.mktemp("good"))
    fill(kit)
    kit.close()
    settled(kit.path)
    return kit.path


@pytest.fixture
def path(good: Path, tmp_path: Path) -> Path:
    return copied(good, tmp_path)


def checked(path: Path) -> Report:
    with Store.open(path, readonly=True) as store:
        return verify(store)


def edit(path: Path, *statements: str) -> None:
    db = sqlite.connect(path, isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()


def outcome(path: Path) -> str:
    """``clean``, ``found``, or the code of what could not even be opened."""
    try:
        return "clean" if checked(path).ok else "found"
    except StoreError as error:
        return error.code


def everything(path: Path) -> list[list[tuple[object, ...]]]:
    """All rows of all tables."""
    tables = ("meta", "secret", "case_key", "event", *schema.TABLES)
    with Store.open(path, readonly=True) as store:
        store.db.text_factory = bytes
        return [store.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_a_good_store_is_clean_and_everything_was_looked_at(path: Path) -> None:
    report = checked(path)
    assert report.ok, report.findings
    with Store.open(path, readonly=True) as store:
        assert report.events == store.db.execute("SELECT count(*) FROM event").fetchone()[0]
        assert report.sealed == 9
        assert report.rows == sum(
            store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in schema.TABLES
        )
        streams = store.db.execute("SELECT count(DISTINCT stream) FROM event").fetchone()[0]
    assert (report.streams, report.devices, report.unknown) == (streams, 1, {})


def test_checking_changes_no_byte(path: Path) -> None:
    before = path.read_bytes()
    assert checked(path).ok
    assert path.read_bytes() == before


def test_progress_goes_through_all_phases_to_their_ends(path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with Store.open(path, readonly=True) as store:
        verify(store, lambda *said: told.append(said))
    assert list(dict.fromkeys(phase for phase, _, _ in told)) == [
        "pages", "log", "projections", "sealed",
    ]  # fmt: skip
    assert {phase for phase, done, total in told if done == total} == {
        "pages", "log", "projections", "sealed",
    }  # fmt: skip


LOG_DAMAGE = {
    "a byte of a body": (
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'A003', 'A004') AS BLOB) "
        "WHERE kind = 'visit.opened' AND body LIKE '%A003%'",
        "chain",
    ),
    "the actor": ("UPDATE event SET actor = 'c02' WHERE pos = 30", "chain"),
    "the time": ("UPDATE event SET at = at + 1 WHERE pos = 30", "chain"),
    "a hash": ("UPDATE event SET hash = randomblob(32) WHERE pos = 30", "chain"),
    "the algorithm": ("UPDATE event SET algorithm = 'rot13' WHERE pos = 30", "algorithm"),
    "an event taken out": ("DELETE FROM event WHERE pos = 30", "gap"),
    "the newest event cut off": (
        "DELETE FROM event WHERE pos = (SELECT max(pos) FROM event)",
        "row-differs",
    ),
    "a body that is no JSON": ("UPDATE event SET body = x'7b' WHERE pos = 30", "body"),
    "a body that is no UTF-8": ("UPDATE event SET body = x'ff' WHERE pos = 30", "body"),
}


@pytest.mark.parametrize("name", LOG_DAMAGE)
def test_a_changed_log_is_found(path: Path, name: str) -> None:
    statement, code = LOG_DAMAGE[name]
    edit(path, statement)
    assert code in codes(checked(path))


ROW_DAMAGE = {
    "a value": ("UPDATE leg SET attempts = 7 WHERE number = 'A001'", "row-differs", "leg"),
    "null for a value": ("UPDATE leg SET item = NULL WHERE number = 'A002'", "row-differs", "leg"),
    "a role": ("UPDATE operator SET role = 'administrator' WHERE id = 'c05'", "row-differs", "op"),
    "a row too many": ("INSERT INTO line (id) VALUES ('x')", "row-surplus", "line"),
    "a row too few": ("DELETE FROM period WHERE rowid = 3", "row-missing", "period"),
    "the last row": ("DELETE FROM attempt WHERE rowid = 5", "row-missing", "attempt"),
    "all rows": ("DELETE FROM visit", "row-missing", "visit"),
    "the order": ("UPDATE leg SET rowid = 99 WHERE rowid = 2", "row-order", "leg"),
}


@pytest.fixture(params=["held in memory", "in a scratch database"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways in which rows are compared; a large store takes the second."""
    if request.param != "held in memory":
        monkeypatch.setattr("db.replay.HELD", 3)
        monkeypatch.setattr("db.chain.BATCH", 5)


def test_both_ways_find_nothing_in_a_good_store(path: Path, either_way: None) -> None:
    report = checked(path)
    assert report.ok, report.findings


@pytest.mark.parametrize("name", ROW_DAMAGE)
def test_changed_projections_are_found_named_and_mended(
    path: Path, name: str, either_way: None
) -> None:
    statement, code, table = ROW_DAMAGE[name]
    edit(path, statement)
    report = checked(path)
    assert code in codes(report)
    assert str(report.findings[0].params["table"]).startswith(table)
    assert report.mendable
    with Store.open(path) as store:
        assert rebuild(store, "admin").ok
        assert store.row("SELECT kind FROM event ORDER BY pos DESC LIMIT 1") == {
            "kind": "store.rebuilt"
        }
    assert checked(path).ok


@pytest.mark.parametrize(
    "change",
    [
        ("line", "ghost", {"issued": 1}, {"issued": 2}),
        ("line", "ghost", {"issued": 1}, None),
        ("operator", "c01", None, {"name": "again"}),
        ("line", "x", None, {"issued": "many"}),
        ("line", "x", None, {"issued": 2**70}),
        ("line", "x", None, {"issued": [1]}),
        ("line", "x", None, 7),
    ],
)
def test_an_event_that_cannot_be_applied_is_found(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, change: Any, either_way: None
) -> None:
    monkeypatch.setattr("db.store.project", lambda db, changes: None)
    with kit.store.act("system") as tx:
        tx.append("line.counted", "x", [change])
    report = verify(kit.store)
    assert codes(report) & {"unreplayable", "row-missing"}, report.findings


def test_values_are_compared_as_the_database_keeps_them(kit: Kit, either_way: None) -> None:
    with kit.store.act("system") as tx:
        row = {"issued": True, "calls": 2.0, "due_run": "3", "day": 4}
        tx.append("line.counted", "x", [("line", "x", None, row)])
    assert kit.store.row("SELECT * FROM line WHERE id = 'x'") == {
        "id": "x", "day": "4", "line": None, "issued": 1, "calls": 2, "due_run": 3,
        "slot": None, "slot_issued": None, "stopped_at": None,
    }  # fmt: skip
    report = verify(kit.store)
    assert report.ok, report.findings


def test_the_first_differing_row_and_its_columns_are_named(path: Path) -> None:
    edit(path, "UPDATE leg SET lane = 'priority', turn = 99 WHERE number = 'A003'")
    (finding,) = checked(path).findings
    with Store.open(path, readonly=True) as store:
        key = store.db.execute("SELECT id FROM leg WHERE number = 'A003'").fetchone()[0]
    assert finding.params == {"table": "leg", "key": key, "columns": "lane turn"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DROP INDEX leg_one_per_visit", "schema"),
        ("CREATE TRIGGER x AFTER INSERT ON event BEGIN DELETE FROM leg; END", "schema"),
        ("ALTER TABLE leg ADD COLUMN extra TEXT", "schema"),
        ("UPDATE visit SET sealed = substr(sealed, 1, 40) WHERE number = 'A001'", "sealed"),
        ("UPDATE case_key SET key = zeroblob(32)", "sealed"),
        ("DELETE FROM case_key", "key-missing"),
        ("UPDATE meta SET value = 'Europe/Berlin' WHERE key = 'time_zone'", "meta"),
        ("UPDATE secret SET value = zeroblob(32)", "meta"),
        ("INSERT INTO meta VALUES ('demo2', '1')", "meta"),
    ],
)
def test_schema_and_keys_are_held_against_what_they_should_be(
    path: Path, statement: str, code: str
) -> None:
    edit(path, statement)
    assert code in codes(checked(path))


def test_what_only_the_log_could_mend_is_not_rebuilt(path: Path) -> None:
    edit(path, "UPDATE leg SET turn = 99", "UPDATE event SET actor = 'x' WHERE pos = 20")
    before = path.read_bytes()
    with Store.open(path) as store, pytest.raises(StoreError, match="not-mendable"):
        rebuild(store, "admin")
    settled(path)
    assert len(path.read_bytes()) == len(before)
    assert "chain" in codes(checked(path))


def test_rebuilding_asks_the_log_who_may(path: Path) -> None:
    edit(path, "DELETE FROM operator")
    with Store.open(path) as store:
        for operator, password, code in (
            ("admin", "wrong", "sign-in"),
            ("nobody", PASSWORD, "sign-in"),
            ("c01", PASSWORD, "not-allowed"),
        ):
            with pytest.raises(Refused, match=code):
                maintenance.rebuild(store, operator, password)
        assert maintenance.rebuild(store, "admin", PASSWORD).ok


def test_unknown_kinds_and_columns_are_counted_and_no_fault(kit: Kit) -> None:
    with kit.store.act("system") as tx:
        tx.append("leg.teleported", "x", [], to="moon")
        tx.append("leg.called", "x", [("portal", "p1", None, {"to": "moon"})], version=9)
        tx.append("window.planned", "W01", [("window", "W01", {}, {"colour": "red"})])
    report = verify(kit.store)
    assert report.ok, report.findings
    assert report.unknown == {"leg.teleported@1": 1, "leg.called@9": 1, "portal": 1}


def test_an_old_event_is_brought_up_before_it_is_replayed(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(facts: dict[str, Any]) -> dict[str, Any]:
        return {
            **facts,
            "set": [
                ["line", key, was, {"issued": now["given"]}] for _, key, was, now in facts["set"]
            ],
        }

    with kit.store.act("system") as tx:
        tx.append("line.counted", "x", [("queue_line", "x", None, {"given": 4})])
        kit.store.db.execute("INSERT INTO line (id, issued) VALUES ('x', 4)")
    assert codes(verify(kit.store)) == {"row-surplus"}
    monkeypatch.setattr("db.chain.UPCASTERS", {("line.counted", 1): renamed})
    monkeypatch.setattr(
        "db.chain.upcast",
        lambda kind, version, facts: (
            (2, renamed(facts)) if kind == "line.counted" else (version, facts)
        ),
    )
    report = verify(kit.store)
    assert (report.ok, report.brought_up) == (True, 1)


def test_a_destroyed_key_leaves_the_chain_valid(kit: Kit) -> None:
    fill(kit)
    number = "A001"
    visit = kit.visit(number)["id"]
    key = kit.store.db.execute("SELECT key FROM case_key WHERE case_id = ?", (visit,)).fetchone()[0]
    persons.forget(kit.store, ADMINISTRATOR, number, kit.store.env.day(kit.clock.ms))
    report = verify(kit.store)
    assert (report.ok, report.destroyed, report.sealed) == (True, 1, 8)
    assert kit.store.unseal(visit, kit.visit(number)["sealed"]) is None
    kit.close()
    settled(kit.path)
    # Overwritten, not only unlinked.
    assert key not in kit.path.read_bytes()


def test_flipped_bytes_anywhere_are_found_or_hit_nothing(good: Path, tmp_path: Path) -> None:
    whole, dice = good.read_bytes(), random.Random(5)
    contents = everything(good)
    harmless = 0
    for attempt in range(60):
        place = dice.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= 1 << dice.randrange(8)
        path = tmp_path / f"{attempt}.db"
        path.write_bytes(damaged)
        if outcome(path) == "clean":
            # Free space, or a byte that means nothing: all contents must be what they were.
            assert everything(path) == contents, place
            harmless += 1
        path.unlink()
    assert harmless < 50  # a small store is mostly the free ends of its pages


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_store_is_found(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert outcome(path) in ("found", "damaged", "foreign", "io")


def test_others_write_while_it_is_checked(kit: Kit) -> None:
    fill(kit)
    stop, errors = threading.Event(), []

    def write() -> None:
        with kit.again() as other:
            while not stop.is_set():
                with other.act("system") as tx:
                    tx.append("leg.teleported", "x", [], stream="other")

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=guarded, args=(write,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        seen: set[int] = set()
        while len(seen) < 5:
            report = verify(kit.store)
            assert report.ok, report.findings
            seen.add(report.events)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert errors == []


@pytest.mark.slow
def test_twenty_processes_write_while_it_is_checked(kit: Kit) -> None:
    script = (
        "import sys; from pathlib import Path; from db.store import Store\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for n in range(25):\n"
        "    with store.act('system') as tx:\n"
        "        made = ('line', f'{sys.argv[2]}:{n}', None, {'issued': n})\n"
        "        tx.append('line.counted', 'x', [made])\n"
    )
    writers = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", script, str(kit.path), str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)},
        )
        for number in range(20)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    before = verify(kit.store).events
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    while any(writer.poll() is None for writer in writers):
        report = verify(kit.store)
        assert report.ok, report.findings
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    report = verify(kit.store)
    assert (report.ok, report.events) == (True, before + 500)


# -- the two fast paths, held against the plain ones

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    st.builds(
        Event,
        device=TEXT, stream=TEXT, seq=st.integers(1, 2**40), epoch=st.integers(0, 9), kind=TEXT,
        version=st.integers(1, 99), subject=TEXT, actor=TEXT, window=TEXT,
        at=st.integers(0, 2**45), day=TEXT, body=st.binary(), prev_hash=st.just(bytes(32)),
    )
)  # fmt: skip
def test_the_fast_header_is_the_header(event: Event) -> None:
    fields = (
        event.device, event.stream, event.seq, event.epoch, event.kind, event.version,
        event.subject, event.actor, event.window, event.at, event.day, event.algorithm,
    )  # fmt: skip
    assert HEADER % tuple(
        field.encode() if isinstance(field, str) else field for field in fields
    ) == log.header(event)


KEYS = st.sampled_from(["a", "b", "c"])
SIDES = st.dictionaries(
    st.sampled_from(["day", "issued", "nonsense"]), st.integers(0, 3), max_size=3
)
CHANGES: st.SearchStrategy[Change] = st.tuples(
    st.sampled_from(["line", "line", "line", "handover", "portal"]),
    KEYS,
    st.one_of(st.none(), st.just({})),
    st.one_of(st.none(), SIDES),
).filter(lambda change: change[2] is not None or change[3] is not None)


@given(st.lists(st.tuples(CHANGES, st.booleans()), max_size=30))
def test_the_fast_replay_is_the_projector(changes: list[tuple[Change, bool]]) -> None:
    plain = sqlite.connect(":memory:", isolation_level=None)
    for table, body in schema.TABLES.items():
        plain.execute(f"CREATE TABLE {table} ({body}) STRICT")
    replay = Replay()
    try:
        refused = False
        for change, _ in changes:
            table, key, was, now = change
            usable = (table, key, was, _columns(table, now))
            try:
                project(plain, [usable])
            except (Diverged, sqlite.Error):
                refused = True
                break
        try:
            for change, flush in changes:
                table, key, was, now = change
                replay.apply([(table, key, was, _columns(table, now))])
                if flush:
                    replay.flush()
            replay.flush()
        except (Diverged, sqlite.Error):
            assert refused
            return
        assert not refused
        for table in schema.TABLES:
            rows = f"SELECT * FROM {table} ORDER BY rowid"
            assert replay.db.execute(rows).fetchall() == plain.execute(rows).fetchall()
    finally:
        plain.close()
        replay.db.close()


def _columns(table: str, now: dict[str, Any] | None) -> dict[str, Any] | None:
    """Values that fit the columns: this is about order and existence."""
    return None if now is None else {n: str(v) if n == "day" else v for n, v in now.items()}
