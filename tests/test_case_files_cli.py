"""Verify, backup and restore of a store with attached files, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import sealed_files
from db.sealed_files import folder_of
from hallclient.actions import case_files
from tests.casekit import C1, Case
from tests.clikit import Cli, cli, quick

__all__ = ["cli", "quick"]


@pytest.fixture
def attached(cli: Cli) -> Cli:
    """Two files in a case."""
    case = Case(cli.kit)
    for no in (1, 2):
        data = b"%PDF-1.7 " + bytes([no])
        case_files.attach(cli.kit.store, C1, case.id, no, data, "a.pdf")
    cli.kit.close()
    return cli


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_files_are_told_of_wherever_a_store_is_kept(
    attached: Cli, tmp_path: Path, lang: str
) -> None:
    target = tmp_path / "b.db"
    made = attached.done("backup", str(target), by="s01")
    assert (made["files"], made["files_lost"]) == (2, 0)
    assert made["folder"] == str(folder_of(target))
    said = attached("backup", str(target), "--force", "--lang", lang, by="s01")
    assert str(folder_of(target)) in said.out
    assert attached.done("verify")["files"] == 2
    assert "2" in attached("verify", "--lang", lang).out
    # The folder was left behind.
    folder_of(target).rename(tmp_path / "elsewhere")
    plan = attached.json("restore", str(target), "--yes", by="admin").objects[0]
    assert (plan["files"], plan["files_lost"]) == (0, 2)
    (tmp_path / "elsewhere").rename(folder_of(target))
    said = attached("restore", str(target), "--yes", "--lang", lang, by="admin")
    assert (said.code, said.err) == (0, "")
    assert attached.done("verify")["files"] == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_that_is_lost_is_named(attached: Cli, tmp_path: Path, lang: str) -> None:
    first, second = sealed_files.all_in(folder_of(attached.kit.path))
    first.unlink()
    second.write_bytes(b"x")
    answer = attached.json("verify", "--lang", lang)
    assert answer.code == 3
    *findings, report = answer.objects
    assert {one["finding"]: one["file"] for one in findings} == {
        "file-missing": first.name,
        "file-damaged": second.name,
    }
    assert report["findings"] == {"file-missing": 1, "file-damaged": 1}
    said = attached("verify", "--lang", lang)
    assert all(one["message"] in said.out for one in findings)
    assert "--rebuild" not in said.out
    made = attached.done("backup", str(tmp_path / "b.db"), by="s01")
    assert (made["files"], made["files_lost"]) == (0, 2)
    said = attached("restore", str(tmp_path / "b.db"), "--yes", "--lang", lang, by="admin")
    assert (said.code, said.err) == (0, "")
    assert "2" in said.out
