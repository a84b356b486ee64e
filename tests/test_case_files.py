"""Attached files: taken by what they are, sealed beside the store, carried, checked, forgotten."""

from __future__ import annotations

import io
import json
import os
import random
import select
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import sealed_files
from db.backup import backup
from db.check import verify
from db.errors import StoreError
from db.rebuild import rebuild
from db.restore import look, restore
from db.seal import Box, Unopenable
from db.sealed_files import folder_of
from db.store import Store
from hallclient.actions import (
    case_files,
    case_moves,
    case_notes,
    cases,
    filings,
    maintenance,
    persons,
    tickets,
)
from hallclient.rules.errors import Refused
from hallclient.rules.review.facts import MaterialState
from hallclient.rules.review.media import KINDS, LARGEST, MOST, PDF, media_of, name_of
from tests.casekit import AGENT, C1, WANG, Case
from tests.hallkit import ADMINISTRATOR, SUPERVISOR, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.source import ROOT

SCAN = b"%PDF-1.7\n" + b"Zhang San 4201-secret " * 40
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4


@pytest.fixture
def case(kit: Kit) -> Case:
    return Case(kit, applicant=WANG)


def attach(case: Case, no: int = 1, data: bytes = SCAN, name: str = "身份证.pdf") -> dict[str, Any]:
    return case_files.attach(case.kit.store, C1, case.id, no, data, name)


def lying(kit: Kit) -> list[Path]:
    """The files beside a store."""
    return sealed_files.all_in(folder_of(kit.path))


# -- what a file is


def ofd(*names: str, comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "OFD.xml")
        archive.comment = comment
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (SCAN, "application/pdf"),
        (PHOTO, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0", "image/png"),
        (b"II*\0\x08", "image/tiff"),
        (b"MM\0*\0", "image/tiff"),
        (ofd("Doc_0/Document.xml", "OFD.xml"), "application/ofd"),
        (ofd("OFD.xml", comment=b"x" * 900), "application/ofd"),
        (ofd("word/document.xml", "xOFD.xml", "OFD.xml2"), ""),
        (ofd("vbaProject.bin"), ""),
        (b"MZ\x90\0", ""),
        (b"#!/bin/sh\n", ""),
        (b"<html>%PDF-", ""),
        (b" %PDF-1.7", ""),
        (b"PK\x03\x04 OFD.xml", ""),
        (b"\x89PNG", ""),
    ],
)
def test_a_file_is_what_its_content_says(data: bytes, kind: str) -> None:
    found = media_of(data)
    assert (found.type if found else "") == kind


@given(st.binary(max_size=60), st.sampled_from([b"", b"PK\x03\x04", b"PK\x03\x04PK\x05\x06"]))
def test_no_content_breaks_the_looking(data: bytes, begin: bytes) -> None:
    for whole in (begin + data, ofd("OFD.xml")[: len(data)] + data, begin + data + begin):
        found = media_of(whole)
        assert found is None or found.type in KINDS


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("张三 身份证.PDF", "张三 身份证.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\扫描.pdf", "扫描.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.exe.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("a<b>:c|d?.pdf", "a_b__c_d_.pdf"),
        ("con.pdf", "_con.pdf"),
        ("x" * 300, "x" * 80 + ".pdf"),
    ],
)
def test_a_name_is_safe_to_save_under(given: str, kept: str) -> None:
    assert name_of(given, PDF) == kept


@given(st.text(max_size=120) | st.sampled_from(HOSTILE), st.sampled_from(sorted(KINDS)))
def test_any_name_becomes_a_harmless_one_and_stays_so(given: str, kind: str) -> None:
    media = KINDS[kind]
    name = name_of(given, media)
    assert_harmless(name)
    assert not set('/\\<>:"|?*\n\0') & set(name)
    assert name.endswith((media.ending, *media.others))
    assert name_of(name, media) == name
    assert not name.startswith(".")


# -- attached


def test_a_file_is_sealed_beside_the_store_and_read_again(case: Case) -> None:
    kit = case.kit
    row = attach(case)
    (path,) = lying(kit)
    assert path.parent.name == case.id
    assert path.name == row["sha256"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    kept = path.read_bytes() + b"".join(
        one.read_bytes() for one in kit.path.parent.glob("hall.db*") if one.is_file()
    )
    for secret in (b"4201-secret", b"PDF-1.7\nZhang", "身份证.pdf".encode(), b"\\u8eab"):
        assert secret not in kept
    assert case_files.read(kit.store, clerk(2), row["id"]) == ("身份证.pdf", SCAN)
    assert kit.kinds()[-1] == "personal.viewed"
    (told,) = case_files.files(kit.store, AGENT, case.id)
    assert told[1:5] == (1, "身份证.pdf", "application/pdf", len(SCAN))


def test_a_material_has_come_with_its_file(case: Case) -> None:
    attach(case, 1)
    _, fact = case.facts.material(1)
    assert (fact.state, fact.medium, fact.files) == (MaterialState.RECEIVED, "electronic", 1)
    case.mark(1, "passed")
    attach(case, 1, PHOTO, "第二页.jpg")
    _, fact = case.facts.material(1)
    assert (fact.state, fact.files) == (MaterialState.PASSED, 2)
    attach(case, 0, PHOTO, "其他.jpg")
    assert [one.no for one in case_files.files(case.kit.store, C1, case.id)] == [1, 1, 0]


def test_the_same_twice_is_one_and_in_two_cases_two(case: Case) -> None:
    first = attach(case)
    events = len(case.kit.kinds())
    assert attach(case)["id"] == first["id"]
    assert len(case.kit.kinds()) == events
    attach(case, 2)
    assert len(lying(case.kit)) == 1
    other = Case(case.kit, applicant=WANG)
    attach(other)
    one, two = lying(case.kit)
    assert one.name == two.name
    assert one.read_bytes()[60:] != two.read_bytes()[60:]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"data": b""}, "file-empty"),
        ({"data": b"%PDF-" + bytes(LARGEST)}, "file-large"),
        ({"data": b"MZ\x90"}, "file-kind"),
        ({"no": 99}, "no-such-material"),
        ({"no": -1}, "no-such-material"),
    ],
)
def test_what_is_not_taken(case: Case, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        attach(case, **change)
    assert lying(case.kit) == []
    assert "file.attached" not in case.kit.kinds()


def test_a_case_holds_no_more_than_so_many(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST > 50
    monkeypatch.setattr(case_files, "MOST", 2)
    attach(case, 0)
    attach(case, 0, PHOTO)
    with pytest.raises(Refused, match="file-many"):
        attach(case, 0, SCAN + b"x")


def test_a_file_is_chosen_on_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(SCAN)
    assert case_files.chosen(path) == (SCAN, "a.pdf")
    for bad in (tmp_path, tmp_path / "none", Path("a\0b")):
        with pytest.raises(Refused, match="attached-unreadable"):
            case_files.chosen(bad)
    path.write_bytes(bytes(LARGEST + 1))
    with pytest.raises(Refused, match="file-large"):
        case_files.chosen(path)


def test_a_file_is_taken_back_unless_a_check_rests_on_it(case: Case) -> None:
    kit = case.kit
    row, same = attach(case, 1), attach(case, 2)
    case.mark(1, "passed")
    with pytest.raises(Refused, match="file-checked"):
        case_files.remove(kit.store, C1, row["id"])
    case_files.remove(kit.store, C1, same["id"])
    assert len(lying(kit)) == 1
    case.fail(1)
    case_files.remove(kit.store, C1, row["id"])
    assert lying(kit) == []
    with pytest.raises(Refused, match="no-such-file"):
        case_files.read(kit.store, C1, row["id"])
    assert attach(case, 1)["id"] != row["id"]
    assert verify(kit.store).ok


def test_an_agent_attaches_until_the_counter_has_it(kit: Kit) -> None:
    case = Case(kit, by=AGENT)
    row = case_files.attach(kit.store, AGENT, case.id, 1, SCAN, "a.pdf")
    case.kit.pass_(minutes=40)
    case.move("receive")
    kit.pass_(minutes=40)
    with pytest.raises(Refused, match="marked-by-counter"):
        case_files.attach(kit.store, AGENT, case.id, 2, PHOTO, "b.jpg")
    with pytest.raises(Refused, match="marked-by-counter"):
        case_files.remove(kit.store, AGENT, row["id"])
    with pytest.raises(Refused, match="not-allowed"):
        case_files.attach(kit.store, ADMINISTRATOR, case.id, 1, SCAN, "a.pdf")


def test_what_was_changed_on_the_disk_is_not_shown(case: Case) -> None:
    row = attach(case)
    (path,) = lying(case.kit)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:50], b"", whole[:80] + b"\0" + whole[81:], SCAN):
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match="file-damaged"):
            case_files.read(case.kit.store, C1, row["id"])
    other = attach(Case(case.kit), 1, PHOTO)
    # Another file under this name, sealed with another key.
    shutil.copy(lying(case.kit)[-1], path)
    with pytest.raises(StoreError, match="file-damaged"):
        case_files.read(case.kit.store, C1, row["id"])
    path.unlink()
    with pytest.raises(StoreError, match="file-missing"):
        case_files.read(case.kit.store, C1, row["id"])
    assert case_files.read(case.kit.store, C1, other["id"])[1] == PHOTO


# -- verify, rebuild


def test_verify_opens_every_file_and_names_what_is_wrong(case: Case) -> None:
    kit = case.kit
    attach(case)
    attach(case, 2, PHOTO)
    told: list[str] = []
    report = verify(kit.store, lambda phase, done, total: told.append(phase))
    assert (report.ok, report.files) == (True, 2)
    assert told[-1] == "files"
    first, second = sorted(lying(kit))
    first.unlink()
    second.write_bytes(second.read_bytes()[:-3])
    report = verify(kit.store)
    assert {one.code: one.params for one in report.findings} == {
        "file-missing": {"case": case.id, "file": first.name},
        "file-damaged": {"case": case.id, "file": second.name},
    }
    assert (report.ok, report.usable, report.mendable, report.lost_files) == (False, True, False, 2)


def test_rows_are_mended_whatever_files_are_lost(case: Case) -> None:
    attach(case)
    lying(case.kit)[0].unlink()
    case.kit.store.db.execute("UPDATE attachment SET size = 7")
    report = verify(case.kit.store)
    assert report.mendable
    assert report.first.code == "row-differs"
    after = rebuild(case.kit.store, "admin")
    assert set(after.counts) == {"file-missing"}


def test_a_row_that_names_no_file_is_found(case: Case) -> None:
    attach(case)
    case.kit.store.db.execute("UPDATE attachment SET sha256 = '../../x'")
    assert "file-missing" in verify(case.kit.store).counts


# -- what is left behind


def test_what_nothing_tells_of_is_taken_away(case: Case, tmp_path: Path) -> None:
    kit = case.kit
    attach(case)
    folder = folder_of(kit.path)
    box = kit.store.box(case.id)
    assert box is not None
    sealed_files.write(folder, box, b"left by a kill")
    (folder / case.id / ".0.1.part").write_bytes(b"half")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / ("0" * 64)).write_bytes(b"x")
    (folder / "elsewhere" / "notes.txt").write_bytes(b"not ours")
    report = verify(kit.store)
    assert (report.ok, report.files) == (True, 1)
    assert case_files.tidy(kit.store) == 2
    assert [one.parent.name for one in lying(kit)] == [case.id]
    assert sorted(one.name for one in (folder / "elsewhere").iterdir()) == ["notes.txt"]
    assert [one.name for one in (folder / case.id).iterdir()] == [lying(kit)[0].name]
    assert case_files.tidy(kit.store) == 0
    sealed_files.write(folder, box, b"again")
    maintenance.backup(kit.store, SUPERVISOR, tmp_path / "b.db")
    assert len(lying(kit)) == 1


class Attaching:
    """A process that attaches files until it is killed."""

    def __init__(self, case: Case, *, hold: bool = False) -> None:
        self.said: list[dict[str, Any]] = []
        args = (str(case.kit.path), case.id, str(int(hold)))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.attach_process", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.read(1)

    def read(self, count: int) -> None:
        assert self.process.stdout is not None
        for _ in range(count):
            ready, _, _ = select.select([self.process.stdout], [], [], 60)
            assert ready, "it says nothing"
            self.said.append(json.loads(self.process.stdout.readline()))

    def kill(self) -> list[dict[str, Any]]:
        """What it had acknowledged."""
        self.process.kill()
        assert self.process.stdout is not None
        # The last line may be half; what is not whole was not read by anybody.
        for line in self.process.stdout.read().split(b"\n")[:-1]:
            self.said.append(json.loads(line))
        self.process.wait()
        for stream in (self.process.stdout, self.process.stdin):
            assert stream is not None
            stream.close()
        return [one for one in self.said if "file" in one]


posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes and signals")


@posix
@pytest.mark.slow
def test_a_kill_between_the_file_and_its_event_leaves_nothing_that_counts(case: Case) -> None:
    one = Attaching(case, hold=True)
    one.read(1)
    written = one.said[-1]["written"]
    assert one.kill() == []
    kit = case.kit
    with kit.again() as store:
        assert verify(store).ok
        assert case_files.files(store, C1, case.id) == []
        assert [path.name for path in lying(kit)] == [written]
        row = case_files.attach(store, C1, case.id, 0, SCAN, "a.pdf")
    # The next one tidies up.
    assert [path.name for path in lying(kit)] == [row["sha256"]]


@posix
@pytest.mark.slow
def test_whatever_was_acknowledged_survives_a_kill(case: Case) -> None:
    dice = random.Random(3)
    known: dict[str, str] = {}
    for _ in range(4):
        one = Attaching(case)
        one.read(dice.randrange(1, 6))
        # At any moment of a step, so not right after a line has come.
        time.sleep(dice.random() * 0.01)
        known |= {said["file"]: said["sha256"] for said in one.kill()}
        with case.kit.again() as store:
            report = verify(store)
            assert report.ok, report.findings
            for file, digest in known.items():
                name, data = case_files.read(store, C1, file)
                assert name.endswith(".jpg")
                assert sha256(data).hexdigest() == digest
            case_files.tidy(store)
            told = {row["sha256"] for row in store.rows("SELECT sha256 FROM attachment")}
            assert {path.name for path in lying(case.kit)} == told


# -- backup and restore


def put_back(kit: Kit, source: Path) -> Path | None:
    kit.close()
    plan = look(kit.path, source, make_env=kit.make_env)
    done = restore(plan, actor="admin", make_env=kit.make_env)
    kit.store = kit.again()
    return done.aside


def test_a_backup_carries_the_files_and_brings_them_back(case: Case, tmp_path: Path) -> None:
    kit = case.kit
    row = attach(case)
    target = tmp_path / "out" / "b.db"
    target.parent.mkdir()
    made = backup(kit.store, target)
    assert (made.folder, made.report.files) == (folder_of(target), 1)
    assert sorted(one.name for one in target.parent.iterdir()) == ["b.db", "b.db-files"]
    later = attach(case, 2, PHOTO)
    aside = put_back(kit, target)
    assert case_files.read(kit.store, C1, row["id"])[1] == SCAN
    assert [one.no for one in case_files.files(kit.store, C1, case.id)] == [1]
    assert verify(kit.store).files == 1
    assert aside is not None
    with Store.open(aside, readonly=True) as store:
        assert verify(store).files == 2
    # Taken back: the replaced store has its files too.
    put_back(kit, aside)
    assert case_files.read(kit.store, C1, later["id"])[1] == PHOTO
    assert verify(kit.store).ok


def test_a_backup_without_files_has_no_folder(case: Case, tmp_path: Path) -> None:
    made = backup(case.kit.store, tmp_path / "b.db")
    assert made.folder is None
    assert not folder_of(tmp_path / "b.db").exists()


def test_a_newer_backup_of_the_same_name_drops_what_is_gone(case: Case, tmp_path: Path) -> None:
    target = tmp_path / "b.db"
    row = attach(case)
    attach(case, 2, PHOTO)
    backup(case.kit.store, target)
    case_files.remove(case.kit.store, C1, row["id"])
    made = backup(case.kit.store, target, replace=True)
    assert made.report.files == len(sealed_files.all_in(folder_of(target))) == 1


def test_a_backup_that_fails_leaves_no_files(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(case)
    before = sorted(tmp_path.iterdir())
    case.kit.store.db.execute("UPDATE attachment SET size = 7")
    with pytest.raises(StoreError, match="backup-damaged"):
        backup(case.kit.store, tmp_path / "b.db")
    assert sorted(tmp_path.iterdir()) == before
    for suffix in ("", "-files"):
        with pytest.raises(StoreError, match="onto-itself"):
            backup(case.kit.store, tmp_path / f"hall.db{suffix}", replace=True)


def test_a_lost_file_hinders_no_backup_and_is_told(case: Case, tmp_path: Path) -> None:
    kit = case.kit
    row = attach(case)
    attach(case, 2, PHOTO)
    next(path for path in lying(kit) if path.name == row["sha256"]).unlink()
    made = backup(kit.store, tmp_path / "b.db")
    assert (made.report.files, made.report.lost_files) == (1, 1)
    plan = look(kit.path, tmp_path / "b.db", make_env=kit.make_env)
    assert plan.report.lost_files == 1
    put_back(kit, tmp_path / "b.db")
    assert set(verify(kit.store).counts) == {"file-missing"}


def test_a_file_removed_while_it_is_copied_begins_the_backup_again(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = case.kit
    row = attach(case)
    carry: Callable[..., Any] = sealed_files.carry
    with kit.again() as other:

        def late(*args: Any) -> Any:
            if row["removed_at"] is None:
                row.update(case_files.remove(other, C1, row["id"]))
            return carry(*args)

        row["removed_at"] = None
        monkeypatch.setattr(sealed_files, "carry", late)
        made = backup(kit.store, tmp_path / "b.db")
    assert (made.report.ok, made.report.files) == (True, 0)


def test_a_damaged_file_of_a_backup_does_not_replace_a_good_one(case: Case, tmp_path: Path) -> None:
    kit = case.kit
    row = attach(case)
    backup(kit.store, tmp_path / "b.db")
    (path,) = sealed_files.all_in(folder_of(tmp_path / "b.db"))
    path.write_bytes(path.read_bytes()[:-1])
    put_back(kit, tmp_path / "b.db")
    assert case_files.read(kit.store, C1, row["id"])[1] == SCAN


def test_a_restore_that_fails_takes_its_files_back(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = case.kit
    row = attach(case)
    backup(kit.store, tmp_path / "b.db")
    case_files.remove(kit.store, C1, row["id"])
    kit.close()
    plan = look(kit.path, tmp_path / "b.db", make_env=kit.make_env)

    def fails(*_: Any) -> Path:
        raise StoreError("disk-full", path=kit.path)

    monkeypatch.setattr("db.restore._set_aside", fails)
    with pytest.raises(StoreError, match="disk-full"):
        restore(plan, actor="admin", make_env=kit.make_env)
    kit.store = kit.again()
    assert lying(kit) == []
    assert verify(kit.store).ok


# -- forgotten


def over(case: Case) -> Case:
    case.move("withdraw", reason="不办了")
    return case


def test_forgetting_the_person_takes_key_and_files(case: Case, tmp_path: Path) -> None:
    kit = case.kit
    row = attach(case)
    with pytest.raises(Refused, match="case-open"):
        persons.forget_case(kit.store, ADMINISTRATOR, case.id)
    assert len(lying(kit)) == 1
    over(case)
    backup(kit.store, tmp_path / "b.db")
    persons.forget_case(kit.store, ADMINISTRATOR, case.now["number"])
    assert lying(kit) == []
    report = verify(kit.store)
    assert (report.ok, report.files) == (True, 0)
    with pytest.raises(Refused, match="case-forgotten"):
        case_files.read(kit.store, C1, row["id"])
    assert [one.name for one in case_files.files(kit.store, C1, case.id)] == [""]
    with pytest.raises(Refused, match="no-such-case"):
        persons.forget_case(kit.store, ADMINISTRATOR, "none")
    # An older backup does not bring it back.
    put_back(kit, tmp_path / "b.db")
    assert lying(kit) == []
    assert kit.store.box(case.id) is None
    found = kit.store.row("SELECT stream FROM event WHERE kind = 'personal.destroyed'")
    assert found == {"stream": f"case:{case.id}"}
    assert verify(kit.store).ok


def test_files_that_a_kill_left_after_forgetting_are_tidied(case: Case) -> None:
    kit = case.kit
    attach(case)
    (path,) = lying(kit)
    whole = path.read_bytes()
    over(case)
    persons.forget_case(kit.store, ADMINISTRATOR, case.id)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(whole)
    assert verify(kit.store).ok
    assert case_files.tidy(kit.store) == 1


def test_forgetting_reaches_the_case_from_number_and_form(kit: Kit) -> None:
    ticket = kit.take("YQ034", person={"name": "王伟", "identity": WANG.identity})
    filing = filings.new(kit.store, C1, "cross-region-tax", item="YQ034", number=ticket.number)
    row = cases.open_case(
        kit.store, C1, "YQ034", number=ticket.number, filing=filing["number"], applicant=WANG
    )
    case_notes.note(kit.store, C1, row["id"], "note", "来过两次")
    day = kit.store.env.day(kit.clock.ms)

    def refused() -> str:
        with pytest.raises(Refused) as error:
            persons.forget(kit.store, ADMINISTRATOR, ticket.number, day)
        return error.value.code

    assert refused() == "still-open"
    tickets.cancel(kit.store, C1, ticket.number, "visitor")
    assert refused() == "filing-open"
    filings.close(kit.store, C1, filing["id"], "withdrawn")
    assert refused() == "case-open"
    with pytest.raises(Refused, match="case-open"):
        filings.forget(kit.store, ADMINISTRATOR, filing["id"])
    assert kit.store.rows("SELECT 1 FROM case_key WHERE key IS NULL") == []
    case_moves.move(kit.store, C1, row["id"], "withdraw", reason="不办了")
    persons.forget(kit.store, ADMINISTRATOR, ticket.number, day)
    gone = kit.store.rows("SELECT case_id FROM case_key WHERE key IS NULL")
    assert {row["id"], row["visit"]} <= {one["case_id"] for one in gone}
    told = kit.store.rows("SELECT stream FROM event WHERE kind = 'personal.destroyed'")
    wanted = {f"case:{row['id']}", f"case:{filing['id']}", f"visit:{row['visit']}"}
    assert {one["stream"] for one in told} == wanted
    assert [one.text for one in case_notes.notes(kit.store, C1, row["id"])] == ["", ""]
    assert verify(kit.store).ok


def test_a_booking_of_an_evil_name_takes_nothing_else_away(case: Case) -> None:
    attach(case)
    folder = folder_of(case.kit.path)
    for evil in ("..", f"../{case.id}", "", ".", "a/b", case.id + "/"):
        sealed_files.remove_all(folder, evil)
    assert len(lying(case.kit)) == 1
    assert case.kit.path.exists()
    with pytest.raises(ValueError, match="x"):
        sealed_files.place_of(folder, case.id, "x")


KEY = st.binary(min_size=32, max_size=32)


@given(KEY, KEY, st.binary(max_size=200), st.binary(min_size=12, max_size=12), st.data())
def test_a_sealed_file_opens_with_its_key_its_case_and_its_name_only(
    key: bytes, other: bytes, content: bytes, nonce: bytes, data: st.DataObject
) -> None:
    box = Box(key, "case", lambda _: nonce)
    sealed = box.seal_file(content, "name")
    assert box.unseal_file(sealed, "name") == content
    raw = bytearray(sealed)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    wrong = [
        (box, sealed, "other"),
        (Box(key, "elsewhere", bytes), sealed, "name"),
        (box, bytes(raw), "name"),
        (box, sealed[:-1], "name"),
        (box, sealed[:5], "name"),
    ]
    if other != key:
        wrong.append((Box(other, "case", bytes), sealed, "name"))
    for opener, text, name in wrong:
        with pytest.raises(Unopenable):
            opener.unseal_file(text, name)
    # A sealed text is no file, and the other way round.
    with pytest.raises(Unopenable):
        box.unseal_file(box.seal({"a": "b"}).encode(), "name")
