"""Files of a case from the command line: attached, listed, saved, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.actions import case_files
from hallclient.rules.errors import Refused
from hallclient.rules.review.media import LARGEST
from tests.casekit import WANG, Case
from tests.clikit import Cli, cli, quick
from tests.hallkit import ADMINISTRATOR, Kit, clerk

__all__ = ["cli", "quick"]

PDF = b"%PDF-1.7 one"
AS = "c01"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A scan of the applicant's on this machine."""
    path = tmp_path / "王伟身份证.pdf"
    path.write_bytes(PDF)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_comes_is_listed_saved_and_goes(
    cli: Cli, scan: Path, tmp_path: Path, lang: str
) -> None:
    case = Case(cli.kit, applicant=WANG)
    number = case.row["number"]

    def run(*words: str) -> str:
        said = cli("--lang", lang, "review", *words, by=AS)
        assert (said.code, said.err) == (0, "")
        return said.out

    assert run("files", number).strip()
    assert scan.name in run("attach", number, "1", str(scan))
    # The same again is one.
    made = cli.done("review", "attach", number, "1", str(scan), by=AS)
    assert (made["material"], made["name"], made["size"]) == (1, scan.name, len(PDF))
    assert case.facts.material(1)[1].state.value == "received"
    whole = cli.done("review", "attach", number, "0", str(scan), by=AS)
    assert (whole["material"], whole["no"]) == (None, 2)
    assert [one["file"] for one in cli.json("review", "files", number, by=AS).objects] == [
        made["file"],
        whole["file"],
    ]
    assert run("files", number).count(scan.name) == 2
    out = tmp_path / "out.pdf"
    assert str(out) in run("save", made["file"], str(out))
    assert out.read_bytes() == PDF
    assert cli.kit.kinds()[-1] == "personal.viewed"
    # In a folder it has its own name, and is found by the case's number too.
    folder = tmp_path / "folder"
    folder.mkdir()
    saved = cli.done("review", "save", f"{number}/2", str(folder), by=AS)
    assert saved["saved"] == str(folder / scan.name)
    assert saved["size"] == len(PDF)
    assert made["file"] in run("detach", made["file"])
    assert cli.done("review", "detach", f"{number}/2", by=AS)["removed"] is True
    assert cli.json("review", "files", number, by=AS).objects == []


def test_nothing_is_overwritten_unasked_and_nothing_looked_at(
    cli: Cli, scan: Path, tmp_path: Path
) -> None:
    number = Case(cli.kit).row["number"]
    file = cli.done("review", "attach", number, "1", str(scan), by=AS)["file"]
    out = tmp_path / "out.pdf"
    out.write_bytes(b"mine")
    before = cli.kit.kinds()
    for target, error in ((out, "file-exists"), (tmp_path / "no" / "x.pdf", "no-folder")):
        answer = cli.json("review", "save", file, str(target), by=AS)
        assert (answer.code, answer.object["error"]) == (3, error)
    assert cli.kit.kinds() == before
    assert out.read_bytes() == b"mine"
    assert cli.done("review", "save", file, str(out), "--force", by=AS)["size"] == len(PDF)
    assert out.read_bytes() == PDF
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_the_limits_refuse(cli: Cli, scan: Path, tmp_path: Path) -> None:
    number = Case(cli.kit).row["number"]
    empty, text, large = (tmp_path / name for name in ("empty.pdf", "text.pdf", "large.pdf"))
    empty.write_bytes(b"")
    text.write_bytes(b"only text")
    with large.open("wb") as stream:
        stream.write(b"%PDF-1.7")
        stream.truncate(LARGEST + 1)
    before = cli.kit.kinds()
    for path, no, code in (
        (empty, "1", "file-empty"),
        (text, "1", "file-kind"),
        (large, "1", "file-large"),
        (tmp_path / "nothing.pdf", "1", "attached-unreadable"),
        (tmp_path, "1", "attached-unreadable"),
        (scan, "77", "no-such-material"),
        (scan, "-1", "no-such-material"),
    ):
        refused = cli.refused("review", "attach", number, no, str(path), by=AS)
        assert refused["error"] == code, path
    for words in (("save", "nothing", str(tmp_path / "x")), ("detach", f"{number}/9")):
        assert cli.refused("review", *words, by=AS)["error"] == "no-such-file"
    assert cli.refused("review", "save", "B99/1", "x", by=AS)["error"] == "no-such-case"
    assert cli.kit.kinds() == before


def test_saving_needs_the_right(kit: Kit, tmp_path: Path) -> None:
    case = Case(kit)
    file = case_files.attach(kit.store, clerk(1), case.id, 1, PDF, "a.pdf")["id"]
    for target in (tmp_path, tmp_path / "x.pdf"):
        with pytest.raises(Refused, match="not-allowed"):
            case_files.save(kit.store, ADMINISTRATOR, file, target)
    assert not (tmp_path / "x.pdf").exists()
