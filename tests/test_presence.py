"""Signs of life: a file for each window beside the store, and what else may lie there."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import presence
from db.backup import backup
from db.store import Store
from tests.hallkit import Kit, clerk

unix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def test_the_newest_sign_of_each_window_counts(tmp_path: Path) -> None:
    store = tmp_path / "hall.db"
    assert presence.beats(store) == {}
    for window, at in (("W01", 5), ("W02", 7), ("W01", 9)):
        assert presence.beat(store, window, at)
    assert presence.beats(store) == {"W01": 9, "W02": 7}
    presence.leave(store, "W01")
    presence.leave(store, "W09")
    assert presence.beats(store) == {"W02": 7}


@unix
def test_signs_are_for_their_owner_only(tmp_path: Path) -> None:
    store = tmp_path / "hall.db"
    presence.beat(store, "W01", 5)
    folder = presence.folder_of(store)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["W01"]
    assert (folder / "W01").stat().st_mode & 0o777 == 0o600


@given(st.text(max_size=40))
def test_a_name_never_leads_out_of_the_folder(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("hall")
    store = folder / "hall.db"
    for window in (name, f"../{name}", f"/{name}"):
        presence.beat(store, window, 5)
    assert {path.name for path in folder.iterdir()} <= {"hall.db-seats"}
    assert set(presence.beats(store)) <= {name}


@unix
@pytest.mark.parametrize(
    "data", [b"", b"x", b"-5", b"5\n6", b"\xff" * 10, b"9" * 21, "\u0665".encode()]
)
def test_what_is_no_moment_is_silence(tmp_path: Path, data: bytes) -> None:
    store = tmp_path / "hall.db"
    presence.beat(store, "W01", 5)
    (presence.folder_of(store) / "W02").write_bytes(data)
    assert presence.beats(store) == {"W01": 5}


@unix
def test_links_pipes_and_folders_are_silence(tmp_path: Path) -> None:
    store = tmp_path / "hall.db"
    presence.beat(store, "W01", 5)
    folder = presence.folder_of(store)
    (tmp_path / "secret").write_text("77")
    (folder / "W02").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "W03")
    (folder / "W04").mkdir()
    (folder / "not a window!").write_text("5")
    assert presence.beats(store) == {"W01": 5}
    # Writing replaces what lies there; what a link pointed to is left alone.
    assert presence.beat(store, "W02", 6)
    assert (tmp_path / "secret").read_text() == "77"
    assert not presence.beat(store, "W04", 6)


@unix
def test_a_folder_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    store = tmp_path / "hall.db"
    (tmp_path / "elsewhere").mkdir()
    presence.folder_of(store).symlink_to(tmp_path / "elsewhere")
    assert not presence.beat(store, "W01", 5)
    assert presence.beats(store) == {}
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_in_the_way_stops_nobody(tmp_path: Path) -> None:
    store = tmp_path / "hall.db"
    presence.folder_of(store).write_text("a letter")
    assert not presence.beat(store, "W01", 5)
    assert presence.beats(store) == {}
    presence.leave(store, "W01")


def test_a_sign_takes_no_event_and_no_lock(kit: Kit) -> None:
    before = kit.kinds()
    with kit.store.act("system"):  # somebody holds the store's lock
        assert presence.beat(kit.path, "W01", kit.clock.ms)
    assert kit.kinds() == before
    assert presence.beats(kit.path) == {"W01": kit.clock.ms}


def test_a_backup_does_not_stumble_over_the_folder(kit: Kit, tmp_path: Path) -> None:
    kit.open(1)
    presence.beat(kit.path, clerk(1).window, kit.clock.ms)
    target = tmp_path / "copy.db"
    backup(kit.store, target)
    with Store.open(target, readonly=True) as copy:
        assert copy.rows("SELECT id FROM window WHERE state = 'idle'") == [{"id": "W01"}]
    assert not presence.folder_of(target).exists()
