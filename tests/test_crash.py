"""Processes that are killed, disks that are full: what was acknowledged is there."""

import errno
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import log
from db.check import verify
from db.driver import sqlite
from db.errors import StoreError
from db.store import Store
from tests.source import ROOT

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")

WRITER = """
import sys
from pathlib import Path
from db.store import Store
store = Store.open(Path(sys.argv[1]))
name, number = sys.argv[2], int(sys.argv[3])
while True:
    with store.act("system") as tx:
        made = ("line", f"{name}:{number}", None, {"issued": number, "day": "x" * 200})
        event = tx.append("line.counted", f"{name}:{number}", [made])
        if number:
            before = ("line", f"{name}:{number - 1}", {"calls": None}, {"calls": number})
            tx.append("line.closed", f"{name}:{number - 1}", [before], stream=name)
    print(number, event.seq, flush=True)
    number += 1
"""
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "hall.db"
    Store.create(made, hall="h").close()
    return made


class Writer:
    """A child process that writes until it is killed; ``acknowledged`` is what it said."""

    def __init__(self, path: Path, name: str, start: int) -> None:
        self.name = name
        self.acknowledged: list[tuple[int, int]] = []
        self._rest = b""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", WRITER, str(path), name, str(start)],
            stdout=subprocess.PIPE, env=ENVIRON,
        )  # fmt: skip

    def wait_for(self, count: int) -> None:
        """Until it has said that many more."""
        wanted = len(self.acknowledged) + count
        while len(self.acknowledged) < wanted:
            assert self.process.stdout is not None
            ready, _, _ = select.select([self.process.stdout], [], [], 30)
            assert ready, "the writer says nothing"
            assert self._take(), "the writer has gone"

    def _take(self) -> bool:
        assert self.process.stdout is not None
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            number, seq = map(int, line.split())
            self.acknowledged.append((number, seq))
        return bool(data)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        while self._take():
            pass
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def missing(path: Path, writers: list[Writer]) -> list[str]:
    """What was acknowledged and is not in the log, under the very number it was given."""
    with Store.open(path) as store:
        report = verify(store)
        assert report.ok, report.findings
        there = {
            (row["subject"], row["seq"])
            for row in store.rows("SELECT subject, seq FROM event WHERE kind = 'line.counted'")
        }
    return [
        f"{writer.name}:{number}"
        for writer in writers
        for number, seq in writer.acknowledged
        if (f"{writer.name}:{number}", seq) not in there
    ]


@pytest.mark.slow
def test_killed_writers_lose_nothing_they_acknowledged(path: Path) -> None:
    dice = random.Random(3)
    gone: list[Writer] = []
    steady = Writer(path, "steady", 0)  # never killed: it must not notice the others' deaths
    for kill in range(20):
        pair = [Writer(path, f"{side}{kill}", 0) for side in "ab"]
        for writer in pair:
            writer.wait_for(1)
        pair[0].wait_for(dice.randrange(1, 20))
        steady.wait_for(1)
        for writer in pair:
            # At any moment of a transaction, so not after a line has come.
            time.sleep(dice.random() * 0.004)
            writer.kill()
        gone += pair
    steady.wait_for(3)
    steady.kill()
    gone.append(steady)
    assert sum(len(writer.acknowledged) for writer in gone) > 200
    assert missing(path, gone) == []


def test_a_writer_that_is_stopped_does_not_stop_the_store_for_ever(path: Path) -> None:
    writer = Writer(path, "a", 0)
    writer.wait_for(1)
    writer.process.send_signal(signal.SIGSTOP)
    # Stopped inside its transaction it may hold the lock; its death gives the lock back.
    writer.kill()
    with Store.open(path) as store, store.act("system") as tx:
        tx.append("line.counted", "after", [])
    assert missing(path, [writer]) == []


# -- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("may not mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill_up(store: Store, size: int = 3000) -> tuple[int, StoreError]:
    """Write until the store refuses; how often it did, and the refusal."""
    done = 0
    while done < 10_000:
        try:
            with store.act("system") as tx:
                made = ("handover", f"{size}:{done}", None, {"note": "x" * size})
                tx.append("line.counted", str(done), [made])
        except StoreError as error:
            return done, error
        done += 1
    raise AssertionError("the disk never filled up")


def test_a_full_disk_says_so_and_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "hall.db"
    store = Store.create(path, hall="h")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(100_000))
    done, error = fill_up(store)
    assert done > 3
    assert error.code in ("disk-full", "io")
    heads = log.head(store.db, store.device, "queue")
    assert heads[0] == done
    for _ in range(3):  # it stays refused, and reading goes on
        assert fill_up(store, 9000)[0] == 0
        assert len(store.rows("SELECT id FROM handover")) == done
    assert log.head(store.db, store.device, "queue") == heads
    assert verify(store).ok
    # Room again: the same process goes on where it stood.
    ballast.unlink()
    with store.act("system") as tx:
        assert tx.append("line.counted", "x", []).seq == done + 1
    assert verify(store).ok
    store.close()


def test_no_room_for_a_new_store_leaves_no_half_of_one(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes((1 << 20) - 50_000))
    with pytest.raises(StoreError) as caught:
        Store.create(small_disk / "hall.db", hall="h")
    assert caught.value.code in ("disk-full", "io")
    assert [entry.name for entry in small_disk.iterdir()] == ["ballast"]


def test_a_file_that_may_not_grow_is_like_a_full_disk(path: Path) -> None:
    """The same without a mount: a limit on the size of files, in a process of its own."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from db.store import Store; from db.check import verify\n"
        "from db.errors import StoreError; from db import log\n"
        "from tests.test_crash import fill_up\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))\n"
        "done, error = fill_up(store)\n"
        "assert error.code in ('disk-full', 'io'), error\n"
        "assert done > 3\n"
        "assert log.head(store.db, store.device, 'queue')[0] == done\n"
        "assert verify(store).ok\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "with store.act('system') as tx: last = tx.append('line.counted', 'x', [])\n"
        "assert last.seq == done + 1\n"
        "assert verify(store).ok\n"
        "print(done)\n"
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert (soft, hard) == (resource.RLIM_INFINITY,) * 2
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, str(path)],
        capture_output=True, text=True, env=ENVIRON, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with Store.open(path) as store:
        assert log.head(store.db, store.device, "queue")[0] == int(done.stdout) + 1
        assert verify(store).ok


# -- a COMMIT that failed is a question


class Failing:
    """A connection whose COMMIT reports an error, after or instead of committing."""

    def __init__(self, db: sqlite.Connection, *, durable: bool) -> None:
        self._db = db
        self._durable = durable

    def execute(self, sql: str, *values: Any) -> object:
        if sql == "COMMIT":
            if self._durable:
                self._db.execute("COMMIT")
            raise sqlite.OperationalError("database or disk is full")
        return self._db.execute(sql, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)


@pytest.mark.parametrize("durable", [True, False])
def test_after_a_failed_commit_the_log_is_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    with Store.open(path) as store:
        with store.act("system") as tx:
            tx.append("line.counted", "first", [])
        real = store.db
        monkeypatch.setattr(store, "db", Failing(real, durable=durable))
        said = None
        try:
            with store.act("system") as tx:
                tx.append("line.counted", "second", [])
        except StoreError as error:
            said = error.code
        monkeypatch.setattr(store, "db", real)
        assert said == (None if durable else "disk-full")
        assert log.head(real, store.device, "queue")[0] == (2 if durable else 1)


def test_an_action_that_raises_leaves_nothing(path: Path) -> None:
    def fails(store: Store) -> None:
        with store.act("system") as tx:
            tx.append("line.counted", "x", [("line", "x", None, {"issued": 1})])
            raise OSError(errno.EIO, "gone")

    def contradicts(store: Store) -> None:
        with store.act("system") as tx:
            tx.append("line.counted", "y", [])
            tx.append("line.counted", "x", [("line", "x", {}, {"issued": 1})])

    with Store.open(path) as store:
        with pytest.raises(OSError, match="gone"):
            fails(store)
        with pytest.raises(StoreError, match="diverged"):
            contradicts(store)
        assert store.rows("SELECT 1 FROM event") == []
        assert store.rows("SELECT 1 FROM line") == []
