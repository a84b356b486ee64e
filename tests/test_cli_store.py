"""Keeping a store from the command line: verify, rebuild, backup, restore, export, doctor."""

import json
from pathlib import Path

import pytest

from db.driver import sqlite
from db.store import Store
from hallclient.actions.export import WHAT
from tests.clikit import Cli, cli, quick
from tests.storekit import fill

__all__ = ["cli", "quick"]


@pytest.fixture
def filled(cli: Cli) -> Cli:
    fill(cli.kit)
    cli.kit.close()
    return cli


def damage(cli: Cli, statement: str) -> None:
    db = sqlite.connect(cli.kit.path, isolation_level=None)
    db.execute(statement)
    db.close()


def test_verify_says_what_it_looked_at(filled: Cli) -> None:
    found = filled.done("verify")
    assert (found["ok"], found["sealed"], found["findings"]) == (True, 9, {})
    said = filled("verify")
    assert found["head"] in said.out
    assert "✓" in said.out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_verify_names_what_is_wrong_and_ends_with_3(filled: Cli, lang: str) -> None:
    damage(filled, "UPDATE leg SET turn = 99 WHERE number = 'A001'")
    answer = filled.json("verify", "--lang", lang)
    assert answer.code == 3
    finding, summary = answer.objects
    assert (finding["finding"], finding["table"], finding["columns"]) == (
        "row-differs",
        "leg",
        "turn",
    )
    assert summary["ok"] is False
    said = filled("verify", "--lang", lang)
    assert said.code == 3
    assert finding["message"] in said.out
    assert "--rebuild" in said.out


def test_rebuild_mends_projections_for_an_administrator(filled: Cli) -> None:
    damage(filled, "DELETE FROM attempt")
    assert filled.refused("verify", "--rebuild")["error"] == "operator-missing"
    assert filled.refused("verify", "--rebuild", by="c01")["error"] == "not-allowed"
    assert filled.done("verify", "--rebuild", by="admin")["ok"] is True
    assert filled.done("verify")["ok"] is True


def test_a_damaged_log_is_not_rebuilt(filled: Cli) -> None:
    damage(filled, "UPDATE event SET actor = 'x' WHERE pos = 40")
    damage(filled, "DELETE FROM attempt")
    answer = filled.json("verify", "--rebuild", by="admin")
    assert (answer.code, answer.object["error"]) == (3, "not-mendable")


def test_backup_and_restore(filled: Cli, tmp_path: Path) -> None:
    target = str(tmp_path / "b.db")
    made = filled.done("backup", target, by="s01")
    assert (made["file"], made["encrypted"]) == (target, False)
    again = filled.json("backup", target, by="s01")
    assert (again.code, again.object["error"]) == (3, "file-exists")
    assert filled.done("backup", target, "--force", by="s01")["events"] == made["events"] + 1
    filled.done("ticket", "take", "--service", filled.kit.item("general"), by="a01")
    refused = filled.json("restore", target, by="admin")
    plan, error = refused.objects
    assert (refused.code, error["error"]) == (1, "not-confirmed")
    assert {lost["stream"] for lost in plan["lost"]} >= {"queue", "store"}
    answer = filled.json("restore", target, "--yes", by="admin")
    assert answer.code == 0
    done = answer.objects[1]
    assert Path(done["aside"]).is_file()
    assert filled.done("verify")["devices"] == 2


def test_a_desk_that_is_open_is_not_pulled_away(filled: Cli, tmp_path: Path) -> None:
    filled.done("backup", str(tmp_path / "b.db"), by="admin")
    with Store.open(filled.kit.path):
        answer = filled.json("restore", str(tmp_path / "b.db"), "--yes", by="admin")
    assert (answer.code, answer.objects[-1]["error"]) == (3, "in-use")


def test_restoring_to_a_place_without_a_store(filled: Cli, tmp_path: Path) -> None:
    filled.done("backup", str(tmp_path / "b.db"), by="admin")
    new = str(tmp_path / "new.db")
    said = filled("restore", str(tmp_path / "b.db"), "--yes", "--store", new, by="admin")
    assert (said.code, said.err) == (0, "")
    assert filled.done("verify", "--store", new)["ok"] is True


@pytest.mark.parametrize("what", WHAT)
def test_everything_can_be_exported(filled: Cli, tmp_path: Path, what: str) -> None:
    target = tmp_path / "out"
    answer = filled.done("export", what, str(target), by="s01")
    assert answer["rows"] > 0
    if what == "events":
        assert all(json.loads(line)["hash"] for line in target.read_bytes().splitlines())
    else:
        head = target.read_bytes().decode("utf-8-sig").partition("\r\n")[0]
        assert head.isascii() is False  # headings in the language spoken
    assert filled.json("export", what, str(target), by="s01").code == 3


def test_export_refuses_with_its_field(filled: Cli, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    wrong = filled.refused("export", "visits", out, "--from", "today", by="s01")
    assert (wrong["error"], wrong["field"]) == ("bad-day", "from")
    assert filled.refused("export", "visits", out, by="c01")["error"] == "not-allowed"
    assert filled.json("export", "nonsense", out, by="s01").code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_doctor_says_what_it_looked_at(filled: Cli, lang: str) -> None:
    answer = filled.json("doctor", "--lang", lang)
    assert {one["check"] for one in answer.objects} >= {
        "size", "term", "encoding", "width", "python", "sqlite", "disk", "sync", "clock", "store",
        "printer", "fonts", "packages", "permissions",
    }  # fmt: skip
    for one in answer.objects:
        assert not one["message"].startswith("doctor.")
        assert "{" not in one["message"] + one["advice"]
    said = filled("doctor", "--lang", lang).out
    assert all(
        one["message"] in said for one in answer.objects if one["check"] not in ("sync", "disk")
    )


def test_doctor_works_without_a_store(cli: Cli, tmp_path: Path) -> None:
    answer = cli.json("doctor", "--store", str(tmp_path / "none.db"))
    assert ("store", "none") in {(one["check"], one["code"]) for one in answer.objects}


def test_doctor_names_a_store_that_does_not_open(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" * 256)
    answer = cli.json("doctor", "--store", str(tmp_path / "x.db"))
    assert answer.code == 3
    (store,) = [one for one in answer.objects if one["check"] == "store"]
    assert (store["level"], store["code"]) == ("error", "damaged")
