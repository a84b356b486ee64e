"""The watched folder: every file is taken in once, whatever happens in between."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from db.check import verify
from db.errors import StoreError
from hallclient.actions import booking_watch, bookings
from hallclient.actions.booking_import import import_file
from hallclient.actions.booking_watch import DONE, FAILED, REPORT, Inbox, Taken, watch
from hallclient.rules.errors import Refused
from tests.bookkit import csv_text, row
from tests.hallkit import ADMINISTRATOR, Kit
from tests.source import ROOT

CHILD = """
import sys
from pathlib import Path
from db.store import Store
from hallclient.actions.booking_watch import watch
from tests.hallkit import ADMINISTRATOR, Clock, seeded_env
path, folder, seed = sys.argv[1:]
def tell(text):
    print(text, flush=True)
    return text
store = Store.open(Path(path), make_env=seeded_env(Clock(), int(seed)))
watch(store, ADMINISTRATOR, Path(folder), say=lambda taken: tell("put " + taken.name),
      trouble=lambda error: tell("trouble " + error.code), wait=lambda seconds: tell("look"))
"""
PATIENCE_S = 60.0


def trouble(error: StoreError) -> None:
    raise error


class Killed(BaseException):
    """The program ends here, as by a kill."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def put(folder: Path, name: str, *rows: dict[str, str]) -> Path:
    path = folder / name
    path.write_text(csv_text(rows), "utf-8")
    return path


def once(kit: Kit, folder: Path, wait: Callable[[float], None] = lambda _: None) -> list[Taken]:
    """Take in what is there."""
    taken: list[Taken] = []

    def say(one: Taken) -> str:
        taken.append(one)
        return f"report of {one.name}"

    count = watch(kit.store, ADMINISTRATOR, folder, say=say, trouble=trouble, wait=wait, once=True)
    assert count == len(taken)
    return taken


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_good_files_go_to_done_and_others_to_failed_each_with_its_report(
    kit: Kit, folder: Path
) -> None:
    put(folder, "good.csv", row("Y001"))
    put(folder, "partly.csv", row("Y002"), row("Y003", "25:00"))
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04")
    taken = {one.name: one for one in once(kit, folder)}
    assert names(folder) == []
    assert names(folder / DONE) == ["good.csv", "good.csv" + REPORT]
    assert names(folder / FAILED) == [
        "broken.xlsx",
        "broken.xlsx" + REPORT,
        "partly.csv",
        "partly.csv" + REPORT,
    ]
    assert (folder / DONE / ("good.csv" + REPORT)).read_text("utf-8") == "report of good.csv\n"
    refused = taken["broken.xlsx"].refused
    assert refused is not None
    assert refused.code == "booking-file-not-text"
    # What was good in a file with mistakes is taken in all the same.
    assert [one["id"] for one in bookings.of_day(kit.store)] == ["Y001", "Y002"]


def test_a_name_that_comes_again_does_not_cover_the_one_before(kit: Kit, folder: Path) -> None:
    for number in range(3):
        put(folder, "day.csv", row(f"Y00{number}", f"1{number % 2}:{number * 10:02d}"))
        once(kit, folder)
    assert names(folder / DONE) == [
        "day.2.csv",
        "day.2.csv" + REPORT,
        "day.3.csv",
        "day.3.csv" + REPORT,
        "day.csv",
        "day.csv" + REPORT,
    ]


def test_the_oldest_comes_first_so_that_the_newest_word_holds(kit: Kit, folder: Path) -> None:
    for age, (name, at) in enumerate((("b.csv", "10:00"), ("a.csv", "11:00"))):
        os.utime(put(folder, name, row("Y001", at)), (1000 + age, 1000 + age))
    assert [one.name for one in once(kit, folder)] == ["b.csv", "a.csv"]
    found = bookings.booking(kit.store, "Y001")
    assert found is not None
    assert found["slot"] == kit.clock.ms + 2 * 3_600_000


def test_a_file_that_still_grows_is_left_until_it_is_quiet(kit: Kit, folder: Path) -> None:
    path = put(folder, "grows.csv", row("Y001"))
    lines = iter(range(100))

    def more(_: float) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\r\nY1{next(lines)}")

    assert once(kit, folder, more) == []
    assert names(folder) == ["grows.csv"]
    assert kit.kinds().count("booking.imported") == 0


@pytest.mark.parametrize("name", [".hidden.csv", "x.csv.part", "x.csv~", "~$x.csv", "x.TMP"])
def test_files_that_are_being_made_are_not_looked_at(kit: Kit, folder: Path, name: str) -> None:
    put(folder, name, row("Y001"))
    (folder / "sub.csv").mkdir()
    assert once(kit, folder) == []
    assert names(folder) == [name]


def test_a_file_that_changes_while_it_is_taken_in_is_taken_in_again(
    kit: Kit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder, "b.csv", row("Y001"))
    real = import_file

    def slow(*how: object, **more: object) -> object:
        report = real(*how, **more)  # type: ignore[arg-type]
        put(folder, "b.csv", row("Y001"), row("Y002"))
        return report

    monkeypatch.setattr(booking_watch, "import_file", slow)
    assert once(kit, folder) == []
    assert path.exists()
    monkeypatch.setattr(booking_watch, "import_file", real)
    assert len(once(kit, folder)) == 1
    assert [one["id"] for one in bookings.of_day(kit.store)] == ["Y001", "Y002"]


def test_trouble_with_the_store_leaves_the_file_where_it_is(
    kit: Kit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "b.csv", row("Y001"))
    real = import_file
    told: list[str] = []
    calls = 0

    def busy(*how: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise StoreError("busy", path=kit.path)
        return real(*how, **more)  # type: ignore[arg-type]

    def stop(taken: Taken) -> str:
        told.append(taken.name)
        return ""

    def wait(_: float) -> None:
        if "b.csv" in told:
            raise KeyboardInterrupt

    monkeypatch.setattr(booking_watch, "import_file", busy)
    with pytest.raises(KeyboardInterrupt):
        watch(
            kit.store, ADMINISTRATOR, folder, wait=wait, say=stop,
            trouble=lambda error: told.append(error.code),
        )  # fmt: skip
    assert told == ["busy", "b.csv"]
    assert names(folder) == []
    calls = 0
    put(folder, "c.csv", row("Y002"))
    with pytest.raises(StoreError):
        once(kit, folder)
    assert names(folder) == ["c.csv"]


def test_who_may_not_import_spoils_no_file(kit: Kit, folder: Path) -> None:
    put(folder, "b.csv", row("Y001"))
    with pytest.raises(Refused) as refused:
        watch(
            kit.store, ADMINISTRATOR._replace(operator="k01"), folder,
            say=str, trouble=trouble, wait=lambda _: None, once=True,
        )  # fmt: skip
    assert refused.value.code == "not-allowed"
    assert names(folder) == ["b.csv"]


def test_a_folder_is_watched_by_one(kit: Kit, folder: Path) -> None:
    second: list[str] = []

    def wait(_: float) -> None:
        with pytest.raises(Refused) as refused:
            once(kit, folder)
        second.append(refused.value.code)

    once(kit, folder, wait)
    assert second == ["being-watched", "being-watched"]
    once(kit, folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        Inbox(tmp_path / "none")
    assert error.value.code == "no-folder"


STEPS = ("import_file", "say", "whole", "rename", "sync_folder")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_step_loses_nothing_and_takes_nothing_twice(
    kit: Kit, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    put(folder, "b.csv", row("Y001"), row("Y002", "25:00"))

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def dies(*how: object, **more: object) -> object:
            if after:
                real(*how, **more)
            raise Killed

        return dies

    def say(taken: Taken) -> str:
        if step == "say":
            raise Killed
        return "report"

    with monkeypatch.context() as broken:
        if step == "rename":
            broken.setattr(Path, "rename", dying(Path.rename))
        elif step != "say":
            broken.setattr(booking_watch, step, dying(getattr(booking_watch, step)))
        with pytest.raises(Killed):
            watch(
                kit.store, ADMINISTRATOR, folder, say=say, trouble=trouble,
                wait=lambda _: None, once=True,
            )  # fmt: skip
    once(kit, folder)
    assert kit.kinds().count("booking.imported") == 1
    assert names(folder) == []
    assert names(folder / FAILED) == ["b.csv", "b.csv" + REPORT]
    assert names(folder / DONE) == []
    assert verify(kit.store).ok


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_program_killed_again_and_again_takes_in_every_file_once(
    tmp_path: Path, folder: Path
) -> None:
    kit = Kit(tmp_path, booking_share=1000.0)
    dice = random.Random(7)
    files, each, put_in, lives = 40, 8, 0, 0
    deadline = time.monotonic() + PATIENCE_S
    waiting = tmp_path / "made"
    waiting.mkdir()
    while put_in < files or names(folder):
        assert time.monotonic() < deadline, "the files are not taken in"
        lives += 1
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", CHILD, str(kit.path), str(folder), str(lives)],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert child.stdout is not None
        # Killed after so many lines, wherever it is then: mostly in the middle of a file.
        for _ in range(dice.randrange(2, 12)):
            for _ in range(dice.randrange(3)):
                if put_in < files:
                    rows = [row(f"Y{put_in:03d}{n}", f"10:{n:02d}", name="x") for n in range(each)]
                    put(waiting, f"{put_in}.csv", *rows).rename(folder / f"{put_in}.csv")
                    put_in += 1
            assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    assert lives > 3
    once(kit, folder)
    assert names(folder) == []
    assert names(folder / FAILED) == []
    assert names(folder / DONE) == sorted(
        name for n in range(files) for name in (f"{n}.csv", f"{n}.csv{REPORT}")
    )
    assert kit.kinds().count("booking.imported") == files * each
    assert kit.kinds().count("booking.identified") == files * each
    assert kit.kinds().count("booking.changed") == 0
    assert verify(kit.store).ok
    kit.close()
