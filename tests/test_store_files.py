"""Opening what may lie where a store should be: each thing has its own clear answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from db import opening, schema, store
from db.driver import sqlite
from db.errors import StoreError
from db.filesystem import NETWORK, is_network, kind_of
from db.lock import InUse
from db.opening import SIDE_FILES, beside
from db.store import Store
from hallclient.actions.hall import hall_of
from hallclient.words import store_text
from tests.hallkit import Kit
from tests.source import ROOT
from tests.storekit import copied, fill, settled
from tests.unprivileged import nobody, open_folder

unix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kit = Kit(tmp_path_factory.mktemp("good"))
    fill(kit)
    kit.close()
    settled(kit.path)
    return kit.path


def refusal(path: Path, *, passphrase: str | None = None, readonly: bool = False) -> str:
    """The code with which a store does not open; its text must be there and whole."""
    with pytest.raises(StoreError) as caught:
        Store.open(path, passphrase=passphrase, readonly=readonly).close()
    text = store_text(caught.value)
    assert not text.startswith("store.")
    assert "{" not in text
    return caught.value.code


@pytest.mark.parametrize("readonly", [False, True])
def test_what_is_no_store_is_named(tmp_path: Path, readonly: bool) -> None:
    def put(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    foreign = sqlite.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE t (x)")
    foreign.close()
    found = {
        "missing": refusal(tmp_path / "none.db", readonly=readonly),
        "folder": refusal(tmp_path, readonly=readonly),
        "empty": refusal(put("empty.db", b""), readonly=readonly),
        "text": refusal(put("text.db", b"number,service\n" * 400), readonly=readonly),
        "short": refusal(put("short.db", b"SQLite"), readonly=readonly),
        "head only": refusal(put("head.db", b"SQLite format 3\0" * 256), readonly=readonly),
        "foreign": refusal(tmp_path / "foreign.db", readonly=readonly),
    }
    assert found == {
        "missing": "missing",
        "folder": "missing",
        "empty": "unfinished",
        "text": "not-a-store",
        "short": "not-a-store",
        "head only": "damaged",
        "foreign": "foreign",
    }


@pytest.mark.usefixtures("durable")
def test_a_store_in_another_journal_mode_is_put_right(good: Path, tmp_path: Path) -> None:
    with Store.open(copied(good, tmp_path)) as opened:
        assert opened.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert opened.db.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert opened.db.execute("PRAGMA secure_delete").fetchone()[0] == 1


def test_none_of_them_is_changed_by_trying(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_bytes(b"a letter\n" * 1000)
    refusal(path)
    assert path.read_bytes() == b"a letter\n" * 1000


def test_a_newer_store_is_left_alone(good: Path, tmp_path: Path) -> None:
    path = copied(good, tmp_path)
    db = sqlite.connect(path)
    db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.close()
    before = path.read_bytes()
    assert refusal(path) == "newer"
    assert path.read_bytes() == before


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_truncated_store_never_ends_in_a_traceback(
    good: Path, tmp_path: Path, share: float
) -> None:
    path = copied(good, tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    try:
        with Store.open(path) as opened, opening.translated(path):
            hall_of(opened)
            opened.rows("SELECT * FROM leg")
    except StoreError as error:
        assert error.code  # noqa: PT017 - either answer is right, an exception of another kind not


@pytest.mark.parametrize("key", ["device", "epoch", "demo", "time_zone"])
def test_a_store_that_does_not_know_itself_is_damaged(good: Path, tmp_path: Path, key: str) -> None:
    path = copied(good, tmp_path)
    db = sqlite.connect(path, isolation_level=None)
    db.execute("DELETE FROM meta WHERE key = ?", (key,))
    db.close()
    assert refusal(path) == "damaged"


# -- encryption


def test_an_encrypted_store_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.db"
    Store.create(path, hall="h", passphrase="it's long").close()
    assert path.read_bytes()[:15] != b"SQLite format 3"
    with Store.open(path, passphrase="it's long") as opened:
        assert opened.meta["hall"] == "h"
    assert refusal(path, passphrase="its long") == "passphrase"
    assert refusal(path) == "not-a-store"


def test_a_plain_store_is_not_opened_with_a_passphrase(good: Path, tmp_path: Path) -> None:
    path = copied(good, tmp_path)
    before = path.read_bytes()
    assert refusal(path, passphrase="anything") in ("passphrase", "damaged")
    assert path.read_bytes() == before


# -- permissions


@unix
@pytest.mark.parametrize("other", [False, True], ids=["deleted", "replaced"])
def test_nothing_is_written_into_a_store_that_is_no_longer_there(
    kit: Kit, tmp_path: Path, other: bool
) -> None:
    aside = tmp_path / "aside.db"
    kit.path.rename(aside)
    if other:
        kit.path.write_bytes(aside.read_bytes())
    before = kit.kinds()
    with pytest.raises(StoreError, match="gone") as caught:
        kit.take("setup")
    assert str(kit.path) in store_text(caught.value)
    assert kit.kinds() == before
    aside.rename(kit.path)
    assert kit.take("setup").number == "A001"


@unix
def test_a_read_only_file_can_be_read_and_not_written(good: Path) -> None:
    with open_folder() as folder:
        path = copied(good, folder)
        path.chmod(0o400)
        with nobody(folder):
            assert refusal(path) == "read-only"
            with Store.open(path, readonly=True) as opened:
                assert len(opened.rows("SELECT * FROM visit")) == 9
                with pytest.raises(StoreError, match="read-only"), opened.act("c01"):
                    pass


@unix
def test_a_read_only_folder_can_be_read_and_not_written(good: Path) -> None:
    with open_folder() as folder:
        path = copied(good, folder)
        Store.open(path).close()  # in write-ahead mode again, with nothing beside it
        for suffix in SIDE_FILES:
            beside(path, suffix).unlink(missing_ok=True)
        folder.chmod(0o555)
        with nobody(folder):
            assert refusal(path) == "read-only"
            with Store.open(path, readonly=True) as opened:
                assert len(opened.rows("SELECT * FROM visit")) == 9
        assert [entry.name for entry in folder.iterdir()] == [path.name]


@unix
def test_a_store_is_for_its_owner_only(tmp_path: Path) -> None:
    Store.create(tmp_path / "s.db", hall="h").close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


# -- in use, being replaced, a backup


def test_a_store_that_is_being_replaced_cannot_be_opened(good: Path, tmp_path: Path) -> None:
    path = copied(good, tmp_path)
    alone = InUse(path, alone=True)
    assert refusal(path) == "in-use"
    alone.close()
    with Store.open(path), pytest.raises(BlockingIOError):
        InUse(path, alone=True)
    InUse(path, alone=True).close()


# -- file systems


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/hall /srv/hall nfs4 rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
/dev/sdb1 /srv/hall/local ext4 rw 0 0
tmpfs /srv/hallway tmpfs rw 0 0
short line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/a", "ext4"),
        ("/srv/hall", "nfs4"),
        ("/srv/hall/deep/er", "nfs4"),
        ("/srv/hall/local/x", "ext4"),
        ("/srv/hallway", "tmpfs"),
        ("/mnt/my share/x", "cifs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(folder: str, kind: str) -> None:
    assert kind_of(Path(folder), MOUNTS) == kind


def test_the_last_mount_on_a_point_counts() -> None:
    assert kind_of(Path("/a"), "x /a ext4 rw 0 0\ny /a fuse.sshfs rw 0 0\n") in NETWORK


def test_this_machine_s_own_disk_is_no_network(tmp_path: Path) -> None:
    assert not is_network(tmp_path)


def test_no_store_is_made_or_worked_on_a_network(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied(good, tmp_path)
    monkeypatch.setattr(store, "is_network", lambda folder: True)
    assert refusal(path) == "network"
    with pytest.raises(StoreError, match="network"):
        Store.create(tmp_path / "new.db", hall="h")
    assert not (tmp_path / "new.db").exists()
    # A backup may lie there, and can be checked.
    with Store.open(path, readonly=True) as opened:
        assert opened.meta["hall"]


# -- an SQLite that may not share


def test_an_old_sqlite_gets_the_store_for_itself(good: Path, tmp_path: Path) -> None:
    path = copied(good, tmp_path)
    script = (
        "import sys; from pathlib import Path; from db import opening; from db.store import Store\n"
        "opening.SHARED_SAFE = (99, 0, 0)\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "with store.act('system') as tx: tx.append('line.counted', 'x', [])\n"
        "print('open', flush=True); sys.stdin.readline(); store.close()\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-P", "-c", script, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"
    impatient = sqlite.connect(path, timeout=0)
    with pytest.raises(sqlite.OperationalError, match="locked"):
        impatient.execute("SELECT * FROM event").fetchone()
    impatient.close()
    first.communicate("\n")
    assert first.returncode == 0
    with Store.open(path) as again:
        assert again.row("SELECT count(*) AS n FROM event WHERE kind = 'line.counted'") == {"n": 1}
        assert beside(path, "-wal").exists()
