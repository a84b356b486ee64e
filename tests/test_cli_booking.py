"""``hallclient booking``: every command, in text and as JSON."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hallclient.actions import bookings, sweep
from hallclient.texts import t
from tests.bookkit import TODAY, ZHANG, booked, row, write
from tests.clikit import Cli, cli, quick
from tests.hallkit import AGENT, PASSWORD
from tests.source import ROOT

__all__ = ["cli", "quick"]

PAPERS = "公司章程×2;申请书 3页(原件);住所证明"


def test_import_tells_what_came_of_each_row(cli: Cli, tmp_path: Path) -> None:
    path = str(write(tmp_path, [row("Y001", **ZHANG), row("Y002", "25:00")]))
    dry = cli.json("booking", "import", path, "--dry-run", by="admin")
    assert (dry.code, dry.object["new"], dry.object["dry_run"]) == (1, 1, True)
    answer = cli.json("booking", "import", path, by="admin")
    assert answer.code == 1
    assert answer.object["new"] == 1
    (problem,) = answer.object["problems"]
    assert (problem["row"], problem["booking"], problem["problem"]) == (3, "Y002", "time")
    again = cli("booking", "import", path, by="c01")
    assert again.code == 1
    assert problem["message"] in again.out
    assert ZHANG["identity"] not in again.out
    good = str(write(tmp_path, [row("Y001", **ZHANG)]))
    assert cli.done("booking", "import", good, by="c01")["unchanged"] == 1
    assert cli.refused("booking", "import", str(tmp_path), by="c01")["error"] == (
        "booking-file-unreadable"
    )


def test_list_find_and_show_mask_the_person(cli: Cli) -> None:
    booked(cli.kit, row("Y001", **ZHANG, materials=PAPERS), row("Y002", "11:00"))
    bookings.cancel(cli.kit.store, AGENT, "Y002")
    listed = cli.json("booking", "list", by="c01").objects
    assert [one["booking"] for one in listed] == ["Y001", "Y002"]
    assert listed[0]["person"]["name"] == "张**"
    assert listed[0]["slot"] == "2026-09-22T10:00:00+08:00"
    (only,) = cli.json("booking", "list", "--day", TODAY, "--state", "cancelled", by="c01").objects
    assert only["booking"] == "Y002"
    assert cli.json("booking", "list", "--day", "2026-09-23", by="c01").objects == []
    assert t("cli.booking.none") in cli("booking", "list", "--day", "2026-09-23", by="c01").out
    (found,) = cli.json("booking", "find", "5678", by="a01").objects
    assert found["booking"] == "Y001"
    shown = cli.done("booking", "show", "y001", by="s01")
    assert [one["key"] for one in shown["compared"]][-3:] == ["m0", "m1", "m2"]
    said = cli("booking", "show", "Y001", by="c01").out
    assert "公司章程" in said
    for value in ZHANG.values():
        assert value not in said
    assert cli.refused("booking", "list", "--state", "gone", by="c01")["error"] == "no-such-state"
    assert cli.refused("booking", "show", "Y9", by="c01")["error"] == "no-such-booking"


def test_check_in_gives_a_number_and_tells_who_is_late(cli: Cli) -> None:
    booked(cli.kit, row("Y001", "09:00", **ZHANG), row("Y002", "09:00"), row("Y003", "10:00"))
    answer = cli.done("booking", "check-in", "y001", by="c01")
    assert (answer["number"], answer["booking"], answer["late"]) == ("A001", "Y001", False)
    assert answer["services"][0]["lane"] == "booked"
    found = cli.refused("booking", "check-in", "Y001", by="c01")
    assert (found["error"], "A001" in found["message"]) == ("already-arrived", True)
    cli.kit.pass_(minutes=20)
    said = cli("ticket", "take", "--booking", "Y002", by="a01").out
    assert said.strip() == t("cli.booking.late", number="A002", name="企业设立登记", slot="09:00")
    assert cli.refused("ticket", "take", "--booking", "Y003", by="c01")["error"] == "booking-early"
    refused = cli.refused("ticket", "take", "--booking", "Y003", "--service", "SP078", by="c01")
    assert refused["error"] == "booking-alone"


def test_cancel_and_forget(cli: Cli) -> None:
    booked(cli.kit, row("Y001", **ZHANG), row("Y002", "11:00"))
    assert cli.done("booking", "cancel", "y001", "--reason", "电话", by="c01") == {
        "booking": "Y001",
        "state": "cancelled",
    }
    assert cli.refused("booking", "cancel", "Y001", by="c01")["error"] == "booking-cancelled"
    assert cli.refused("booking", "forget", "Y002", by="admin")["error"] == "booking-open"
    assert cli.refused("booking", "forget", "Y001", by="c01")["error"] == "not-allowed"
    assert cli.done("booking", "forget", "y001", by="admin")["forgotten"] is True
    assert cli.done("booking", "show", "Y001", by="c01")["person"] == {}


def test_confirm_marks_what_is_named_and_the_rest_as_the_same(cli: Cli) -> None:
    booked(cli.kit, row("Y001", "09:00", **ZHANG, materials=PAPERS))
    assert cli.refused("booking", "confirm", "Y001", by="c01")["error"] == "not-arrived"
    bookings.check_in(cli.kit.store, AGENT, "Y001")
    answer = cli.done(
        "booking", "confirm", "a1", "--missing", "住所", "--differs", "姓名=写错一个字",
        "--extra", "租赁合同", by="c01",
    )  # fmt: skip
    marks = {one["name"]: (one["mark"], one["note"]) for one in answer["compared"]}
    assert marks == {
        "name": ("differs", "写错一个字"),
        "identity": ("same", ""),
        "phone": ("same", ""),
        "公司章程": ("same", ""),
        "申请书": ("same", ""),
        "住所证明": ("missing", ""),
        "租赁合同": ("extra", ""),
    }
    for words, code in (
        (("--missing", "没有这项"), "no-such-row"),
        (("--missing", "书"), ""),
        (("--missing", "明;"), "no-such-row"),
        (("--differs", "申请书"), "note-needed"),
    ):
        answer_ = cli.json("booking", "confirm", "Y001", *words, by="c01")
        assert answer_.object.get("error", "") == code
    assert cli.refused("booking", "confirm", "A099", by="c01")["error"] == "no-such-booking"


def test_a_booking_number_is_not_taken_for_a_number_of_the_hall(cli: Cli) -> None:
    booked(cli.kit, row("A0012", "09:00", name="x"), row("A0001", "09:05", name="y"))
    for key in ("A0001", "A0012"):
        bookings.check_in(cli.kit.store, AGENT, key)  # A001 is A0001, A002 is A0012
    assert cli.done("booking", "confirm", "a0012", by="c01")["booking"] == "A0012"
    assert cli.done("booking", "confirm", "a1", by="c01")["booking"] == "A0001"
    assert cli.refused("booking", "confirm", "A012", by="c01")["error"] == "no-such-booking"


def test_quota_counts_each_line_and_slot(cli: Cli) -> None:
    booked(cli.kit, row("Y001"), row("Y002"), row("Y003", "10:15"))
    cli.kit.pass_(minutes=60)
    bookings.check_in(cli.kit.store, AGENT, "Y001")
    cli.kit.pass_(minutes=16)
    sweep.sweep(cli.kit.store)
    rows = cli.json("booking", "quota", by="s01").objects
    (busy,) = [one for one in rows if one["booked"]]
    assert busy == {
        "line": "setup",
        "slot": "2026-09-22T10:00:00+08:00",
        "capacity": 10.6,
        "quota": 3,
        "booked": 3,
        "arrived": 1,
        "missed": 1,
    }
    assert len({one["slot"] for one in rows}) == 13
    assert cli.json("booking", "quota", "--day", "2026-09-26", by="s01").objects == []
    assert cli.refused("booking", "quota", "--day", "26.9.", by="s01")["error"] == "bad-day"
    assert cli.refused("booking", "list", "--day", "26.9.", by="s01")["error"] == "bad-day"


def test_watch_once_tells_of_every_file(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, [row("Y001")], "good.csv")
    write(folder, [], "empty.csv")
    answer = cli.json("booking", "watch", str(folder), "--once", by="admin")
    assert answer.code == 0
    told = {one["file"]: one for one in answer.objects}
    assert told["good.csv"]["new"] == 1
    assert told["empty.csv"]["error"] == "booking-file-empty"
    assert Path(told["good.csv"]["moved_to"]).read_text("utf-8")
    report = folder / "failed" / "empty.csv.report.txt"
    assert report.read_text("utf-8").strip() == told["empty.csv"]["message"]
    wrong = cli("booking", "watch", str(tmp_path / "none"), "--once", by="admin")
    assert wrong.code == 3


def test_a_kiosk_checks_in_and_sees_no_list(cli: Cli) -> None:
    booked(cli.kit, row("Y001", "09:00"))
    for words in (("list",), ("find", "Y001"), ("show", "Y001"), ("quota",)):
        assert cli.refused("booking", *words, by="k01")["error"] == "not-allowed"
    assert cli.done("booking", "check-in", "Y001", by="k01")["number"] == "A001"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_the_watching(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "hallclient", "--as", "admin", "--lang", "en",
         "booking", "watch", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "",
             "HALLCLIENT_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert child.stdout is not None
    assert str(folder) in child.stdout.readline()
    write(tmp_path, [], "empty.csv").rename(folder / "empty.csv")
    assert "empty.csv" in child.stdout.readline()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert out.endswith("Ended.\n")
