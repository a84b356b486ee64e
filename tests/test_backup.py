"""Backups that can be trusted, and putting one back."""

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db import backup as db_backup
from db import files
from db.backup import backup
from db.check import verify
from db.driver import sqlite
from db.errors import StoreError
from db.opening import beside
from db.restore import Plan, look, restore
from db.store import Store
from hallclient.actions import bookings, calling, maintenance, persons
from hallclient.rules.errors import Refused
from tests import bookkit
from tests.hallkit import ADMINISTRATOR, AGENT, PASSWORD, SUPERVISOR, Kit, clerk
from tests.storekit import fill


@pytest.fixture
def filled(kit: Kit) -> Kit:
    fill(kit)
    return kit


def planned(kit: Kit, source: Path) -> Plan:
    return look(kit.path, source, make_env=kit.make_env)


def put_back(kit: Kit, source: Path) -> Plan:
    """Close the kit's store, restore, open it again."""
    kit.close()
    plan = planned(kit, source)
    restore(plan, actor="admin", make_env=kit.make_env)
    kit.store = kit.again()
    return plan


def contents(store: Store) -> list[list[Any]]:
    tables = ("event", "case_key", "secret", "leg", "visit", "operator")
    return [store.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def test_a_backup_is_one_file_with_everything_in_it(filled: Kit, tmp_path: Path) -> None:
    target = tmp_path / "out" / "b.db"
    target.parent.mkdir()
    made = backup(filled.store, target)
    assert [entry.name for entry in target.parent.iterdir()] == ["b.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert (made.size, made.at) == (target.stat().st_size, filled.clock.ms)
    with Store.open(target, readonly=True) as copy:
        assert contents(copy) == contents(filled.store)
        assert verify(copy).head == verify(filled.store).head == made.report.head


def test_nothing_is_overwritten_without_being_told(filled: Kit, tmp_path: Path) -> None:
    target = tmp_path / "b.db"
    target.write_bytes(b"precious")
    with pytest.raises(StoreError, match="file-exists"):
        backup(filled.store, target)
    assert target.read_bytes() == b"precious"
    backup(filled.store, target, replace=True)
    assert target.read_bytes() != b"precious"


@pytest.mark.parametrize("suffix", ["", "-wal", ".lock", ".use"])
def test_a_backup_never_lands_on_the_store(filled: Kit, suffix: str) -> None:
    with pytest.raises(StoreError, match="onto-itself"):
        backup(filled.store, beside(filled.path, suffix), replace=True)
    assert verify(filled.store).ok


def test_a_backup_to_nowhere_says_so(filled: Kit, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no-folder"):
        backup(filled.store, tmp_path / "no" / "b.db")


def test_a_name_taken_meanwhile_is_not_lost(
    filled: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "b.db"
    copy = db_backup.copy_pages

    def slow(*args: Any) -> None:
        copy(*args)
        target.write_bytes(b"precious")

    monkeypatch.setattr(db_backup, "copy_pages", slow)
    with pytest.raises(StoreError, match="file-exists"):
        backup(filled.store, target)
    assert target.read_bytes() == b"precious"


def test_without_hard_links_it_is_just_as_careful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "x"
    with files.whole(target) as temp:
        temp.write_bytes(b"new")
    assert target.read_bytes() == b"new"
    with pytest.raises(StoreError, match="file-exists"), files.whole(target):
        pass
    other = tmp_path / "y"

    def taken_meanwhile() -> None:
        with files.whole(other) as temp:
            temp.write_bytes(b"late")
            other.write_bytes(b"precious")

    with pytest.raises(StoreError, match="file-exists"):
        taken_meanwhile()
    assert other.read_bytes() == b"precious"


def test_a_damaged_store_gives_no_backup_and_no_remains(filled: Kit, tmp_path: Path) -> None:
    filled.store.db.execute("UPDATE leg SET turn = 99 WHERE number = 'A001'")
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(StoreError, match="backup-damaged"):
        backup(filled.store, target / "b.db")
    assert list(target.iterdir()) == []


def test_a_backup_taken_while_others_write_is_one_moment(filled: Kit, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with filled.again() as other:
            while not stop.is_set():
                with other.act("system") as tx:
                    tx.append("line.counted", "x", [], stream="other")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(filled.store, tmp_path / f"{n}.db").report.events for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert made == sorted(made)


def test_an_encrypted_store_gives_an_encrypted_backup(tmp_path: Path) -> None:
    with Store.create(tmp_path / "s.db", hall="h", passphrase="secret") as store:
        with store.act("system") as tx:
            tx.append("line.counted", "findme", [])
        backup(store, tmp_path / "b.db", passphrase="secret")
    assert b"findme" not in (tmp_path / "b.db").read_bytes()
    with Store.open(tmp_path / "b.db", passphrase="secret", readonly=True) as copy:
        assert verify(copy).events == 1
    plan = look(tmp_path / "s.db", tmp_path / "b.db", passphrase="secret")
    restore(plan, actor="admin", passphrase="secret")
    with Store.open(tmp_path / "s.db", passphrase="secret") as store:
        assert verify(store).events == 2
    assert b"findme" not in (tmp_path / "s.db").read_bytes()


def test_a_backup_is_not_worked_in(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    with pytest.raises(StoreError, match="is-backup"):
        Store.open(tmp_path / "b.db")
    assert not beside(tmp_path / "b.db", "-wal").exists()


# -- restoring


def test_restoring_brings_back_what_was_and_says_what_goes(filled: Kit, tmp_path: Path) -> None:
    before = contents(filled.store)
    backup(filled.store, tmp_path / "b.db")
    at = filled.pass_(minutes=5)
    filled.take("setup", person={"name": "\u738b", "identity": "420100199001019999"})
    filled.pass_(minutes=1)
    calling.start(filled.store, clerk(2))
    plan = put_back(filled, tmp_path / "b.db")
    assert [(lost.stream, lost.events, lost.first_at, lost.last_at) for lost in plan.lost] == [
        ("queue", 2, at, at + 60_000),
        ("visit", 1, at, at),
    ]
    assert (plan.readable, plan.forked, plan.other_hall) == (True, False, "")
    report = verify(filled.store)
    assert report.ok, report.findings
    *events, mark = contents(filled.store)[0]
    assert [events, *contents(filled.store)[1:]] == before
    assert "store.restored" in mark


def test_a_restored_store_is_another_device_and_forks_nothing(filled: Kit, tmp_path: Path) -> None:
    old = filled.store.device
    backup(filled.store, tmp_path / "b.db")
    filled.take("setup")
    filled.close()
    with Store.open(filled.path, readonly=True) as store:
        lost = {
            (row["device"], row["stream"], row["seq"]): row["hash"]
            for row in store.rows("SELECT device, stream, seq, hash FROM event")
        }
    put_back(filled, tmp_path / "b.db")
    filled.take("setup")
    filled.next(clerk(1))
    assert filled.store.device != old
    assert json.loads(filled.store.meta["former"]) == [old]
    assert "backup_at" not in filled.store.meta
    for row in filled.store.rows("SELECT device, stream, seq, hash FROM event"):
        key = row["device"], row["stream"], row["seq"]
        assert lost.get(key, row["hash"]) == row["hash"]
    assert verify(filled.store).devices == 2


def test_the_replaced_store_is_kept_and_can_be_put_back(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    filled.take("general")
    whole = contents(filled.store)
    filled.close()
    done = restore(planned(filled, tmp_path / "b.db"), actor="admin", make_env=filled.make_env)
    assert done.aside is not None
    stamp = datetime.fromtimestamp(filled.clock.ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    assert done.aside.name == f"hall.db.replaced-{stamp}"
    with Store.open(done.aside, readonly=True) as aside:
        assert contents(aside) == whole
        assert verify(aside).ok
    plan = planned(filled, done.aside)
    assert plan.made_at is None
    again = restore(plan, actor="admin", make_env=filled.make_env)
    assert again.aside is not None
    assert again.aside != done.aside
    filled.store = filled.again()
    assert contents(filled.store)[3:] == whole[3:]


def test_events_that_were_not_settled_yet_are_kept_too(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    filled.take("general")
    whole = contents(filled.store)
    # As after a crash: the newest events are in the write-ahead log only.
    for suffix in ("", "-wal"):
        beside(tmp_path / "crashed.db", suffix).write_bytes(
            beside(filled.path, suffix).read_bytes()
        )
    plan = look(tmp_path / "crashed.db", tmp_path / "b.db", make_env=filled.make_env)
    assert plan.lost
    done = restore(plan, actor="admin", make_env=filled.make_env)
    assert done.aside is not None
    with Store.open(done.aside, readonly=True) as aside:
        assert contents(aside) == whole
    with Store.open(tmp_path / "crashed.db") as store:
        assert verify(store).ok


def test_a_store_in_use_is_not_replaced(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    plan = planned(filled, tmp_path / "b.db")
    names = sorted(entry.name for entry in tmp_path.iterdir())
    with pytest.raises(StoreError, match="in-use"):
        restore(plan, actor="admin", make_env=filled.make_env)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == names
    filled.take("setup")
    assert verify(filled.store).ok


def test_a_damaged_backup_is_not_used(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    db = sqlite.connect(tmp_path / "b.db", isolation_level=None)
    db.execute("UPDATE event SET actor = 'x' WHERE pos = 40")
    db.close()
    with pytest.raises(StoreError, match="backup-damaged"):
        planned(filled, tmp_path / "b.db")
    with pytest.raises(StoreError, match="onto-itself"):
        planned(filled, filled.path)


@pytest.mark.parametrize("damage", ["missing", "empty", "noise", "rows"])
def test_a_store_that_is_gone_or_broken_can_be_replaced(
    filled: Kit, tmp_path: Path, damage: str
) -> None:
    backup(filled.store, tmp_path / "b.db")
    filled.close()
    if damage == "missing":
        filled.path.unlink()
    elif damage == "empty":
        filled.path.write_bytes(b"")
    elif damage == "noise":
        filled.path.write_bytes(b"noise" * 10_000)
    else:
        db = sqlite.connect(filled.path, isolation_level=None)
        db.execute("DELETE FROM meta")
        db.close()
    was = filled.path.read_bytes() if filled.path.exists() else None
    plan = planned(filled, tmp_path / "b.db")
    assert (plan.replaces, plan.readable) == (damage != "missing", damage == "missing")
    done = maintenance.restore(plan, "admin", PASSWORD, make_env=filled.make_env)
    with filled.again() as store:
        assert verify(store).ok
    if was is None:
        assert done.aside is None
    else:
        assert done.aside is not None
        if damage in ("empty", "noise"):
            assert done.aside.read_bytes() == was


def test_a_person_who_was_forgotten_stays_forgotten(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    number = "A001"
    visit = filled.visit(number)["id"]
    persons.forget(filled.store, ADMINISTRATOR, number, filled.store.env.day(filled.clock.ms))
    plan = put_back(filled, tmp_path / "b.db")
    assert plan.destroyed == [visit]
    assert filled.store.unseal(visit, filled.visit(number)["sealed"]) is None
    report = verify(filled.store)
    assert (report.ok, report.destroyed) == (True, 1)


def test_who_did_not_keep_a_booking_stays_forgotten(filled: Kit, tmp_path: Path) -> None:
    bookkit.booked(filled, bookkit.row("Y900", "14:00", name="x"))
    bookings.cancel(filled.store, AGENT, "Y900")
    backup(filled.store, tmp_path / "b.db")
    bookings.forget(filled.store, ADMINISTRATOR, "Y900")
    assert put_back(filled, tmp_path / "b.db").destroyed == ["Y900"]
    with filled.again() as store:
        found = bookings.booking(store, "Y900")
        assert found is not None
        assert bookings.person_of(store, found) == {}
        last = store.row("SELECT stream FROM event WHERE kind = 'personal.destroyed'")
        assert last == {"stream": "booking:Y900"}
        assert verify(store).ok


def test_another_hall_and_another_history_are_named(filled: Kit, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    other = Kit(tmp_path / "two", hall=filled.hall._replace(id="elsewhere"), seed=9)
    backup(other.store, tmp_path / "b.db")
    plan = planned(filled, tmp_path / "b.db")
    assert (plan.other_hall, plan.hall) == (filled.hall.id, "elsewhere")
    assert sum(lost.events for lost in plan.lost) == verify(filled.store).events
    other.close()


def test_a_backup_whose_mark_was_taken_off_is_not_trusted(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    db = sqlite.connect(tmp_path / "b.db", isolation_level=None)
    db.execute("DELETE FROM meta WHERE key = 'backup_at'")
    db.close()
    with pytest.raises(StoreError, match="backup-damaged"):
        planned(filled, tmp_path / "b.db")


def test_a_fork_is_named(filled: Kit, tmp_path: Path) -> None:
    filled.close()
    clone = tmp_path / "clone.db"
    clone.write_bytes(filled.path.read_bytes())
    filled.store = filled.again()
    filled.take("general")
    with Store.open(clone, make_env=filled.make_env) as store, store.act("c01") as tx:
        tx.append("line.counted", "clone", [])
    assert planned(filled, clone).forked


# -- who may


def test_backups_are_for_those_who_lead_or_keep_and_leave_an_event(
    filled: Kit, tmp_path: Path
) -> None:
    for who in (clerk(1), AGENT):
        with pytest.raises(Refused, match="not-allowed"):
            maintenance.backup(filled.store, who, tmp_path / "b.db")
    assert not (tmp_path / "b.db").exists()
    assert maintenance.last_backup(filled.store) is None
    maintenance.backup(filled.store, SUPERVISOR, tmp_path / "b.db")
    assert filled.kinds()[-1] == "store.backed-up"
    assert maintenance.last_backup(filled.store) == filled.clock.ms


def test_restoring_is_for_administrators(filled: Kit, tmp_path: Path) -> None:
    backup(filled.store, tmp_path / "b.db")
    filled.close()
    plan = planned(filled, tmp_path / "b.db")
    for operator, password, code in (
        ("admin", "wrong", "sign-in"),
        ("s01", PASSWORD, "not-allowed"),
        ("ghost", PASSWORD, "sign-in"),
    ):
        with pytest.raises(Refused, match=code):
            maintenance.restore(plan, operator, password, make_env=filled.make_env)
    assert maintenance.restore(plan, "admin", PASSWORD, make_env=filled.make_env).aside
