"""The schema, by steps and at once; stores of every older version open with today's program."""

from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from db import migrations, schema, shape
from db.check import verify
from db.driver import sqlite
from db.errors import StoreError
from db.store import Store
from tests.hallkit import Kit
from tests.storekit import copied, fill, settled

STORED = sorted((Path(__file__).parent / "data").glob("store-v*.sql"))


def empty() -> sqlite.Connection:
    return sqlite.connect(":memory:", isolation_level=None)


def test_the_steps_make_the_schema_of_a_new_store() -> None:
    stepped = empty()
    assert migrations.migrate(stepped) == list(migrations.STEPS)
    assert shape.shape(stepped) == shape.wanted()
    assert len(shape.wanted()) == len(schema.statements())
    assert stepped.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION


def test_a_new_store_has_all_steps_behind_it() -> None:
    made = empty()
    migrations.create(made, "0")
    assert shape.shape(made) == shape.wanted()
    assert migrations.migrate(made) == []


def test_there_is_a_step_for_every_version() -> None:
    assert len(migrations.STEPS) == schema.VERSION
    database = Database(empty(), execute_plugins=False)
    assert [step.name for step in migrations.migrations().pending(database)] == [*migrations.STEPS]


def test_every_released_version_has_a_stored_example() -> None:
    assert [path.stem for path in STORED] == [f"store-v{v}" for v in range(1, schema.VERSION + 1)]


@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.stem)
def test_a_stored_example_opens_and_is_right(stored: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    db = sqlite.connect(path, isolation_level=None)
    db.executescript(stored.read_text("utf-8"))
    db.close()
    with Store.open(path) as store:
        report = verify(store)
        assert report.ok, report.findings
        assert report.events > 20
        with store.act("system") as tx:
            tx.append("line.counted", "x", [])


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program one version ahead: legs have a note, and a day has its weather."""
    tables = {
        **schema.TABLES,
        "leg": schema.TABLES["leg"] + ", note TEXT",
        "weather": "id TEXT PRIMARY KEY, sky TEXT",
    }
    released = migrations.migrations

    def ahead() -> Migrations:
        made = released()

        @made(name="m002_notes")
        def notes(db: Database) -> None:
            db.execute("ALTER TABLE leg ADD COLUMN note TEXT")
            db.execute("CREATE TABLE weather (id TEXT PRIMARY KEY, sky TEXT) STRICT")

        return made

    monkeypatch.setattr(schema, "TABLES", tables)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(migrations, "migrations", ahead)
    shape.wanted.cache_clear()
    monkeypatch.setattr(shape, "wanted", shape.wanted.__wrapped__)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    kit = Kit(tmp_path)
    fill(kit)
    kit.close()
    settled(kit.path)
    return kit.path


def test_an_older_store_is_brought_up_and_keeps_everything(old: Path, next_version: None) -> None:
    with pytest.raises(StoreError, match="older"):
        Store.open(old, readonly=True)
    with Store.open(old) as store:
        assert store.db.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION
        assert len(store.rows("SELECT note FROM leg")) == 9
        report = verify(store)
        assert report.ok, report.findings
    with Store.open(old, readonly=True) as store:
        assert store.rows("SELECT * FROM weather") == []


def test_a_step_that_fails_leaves_the_old_store(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_version: None
) -> None:
    path = copied(old, tmp_path)
    ahead = migrations.migrations

    def broken() -> Migrations:
        made = ahead()

        @made(name="m003_fails")
        def fails(db: Database) -> None:
            db.execute("DROP TABLE leg")
            db.execute("this is no SQL")

        return made

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrations", broken)
        with pytest.raises(sqlite.OperationalError):
            Store.open(path)
    with Store.open(path) as store:
        assert len(store.rows("SELECT * FROM leg")) == 9
        assert verify(store).ok
