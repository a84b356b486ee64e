"""Documents go to the system's printer or into a folder; what fails is told and loses nothing."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from db.errors import StoreError
from db.store import Row
from hallclient.actions import case_papers
from hallclient.actions.paper_printer import (
    DOCUMENTS_FROM,
    DocumentPrinter,
    document_printer,
    print_document,
    this_machines,
)
from hallclient.rules.errors import Refused
from tests.hallkit import Kit
from tests.paperkit import CLERK, made, opened


@pytest.fixture
def paper(kit: Kit) -> Row:
    return made(kit, opened(kit)["id"], "gzs")


def program(folder: Path, body: str) -> DocumentPrinter:
    """A print command that is a small program; its argument is the PDF."""
    script = folder / "print.py"
    script.write_text(f"import sys\npath = sys.argv[1]\n{body}\n", "utf-8")
    return document_printer(f"command:{shlex.join([sys.executable, str(script)])} {{file}}")


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("lp", ("lp", "-s", "--", "{file}")),
        ("lp:HP 4", ("lp", "-s", "-d", "HP 4", "--", "{file}")),
        ("command:print '{file}' -o", ("print", "{file}", "-o")),
    ],
)
def test_a_print_command_is_understood(target: str, command: tuple[str, ...]) -> None:
    assert document_printer(target) == DocumentPrinter("command", target, command)


@pytest.mark.parametrize(
    "target", ["tcp://x", "command:", "command:lp", "command:{file}", "file:", "command:a ' {file}"]
)
def test_what_is_no_printer_is_refused(target: str) -> None:
    with pytest.raises(Refused, match="bad-document-printer"):
        document_printer(target)


def test_the_machines_printer_is_named_or_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    monkeypatch.delenv(DOCUMENTS_FROM, raising=False)
    assert this_machines().kind == "none"
    (tmp_path / "printer.toml").write_text('printer = "none"\ndocuments = "lp:A4"\n')
    assert this_machines().where == "lp:A4"
    monkeypatch.setenv(DOCUMENTS_FROM, f"file:{tmp_path}")
    assert this_machines() == DocumentPrinter("file", str(tmp_path))
    assert this_machines("lp").where == "lp"


def test_a_document_goes_into_a_folder_and_is_counted(kit: Kit, paper: Row, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    row = print_document(kit.store, CLERK, paper["id"], document_printer(f"file:{folder}"))
    assert row["printed"] == 1
    path = folder / f"{paper['number']}.pdf"
    assert [one.name for one in folder.iterdir()] == [path.name]
    assert path.read_bytes() == case_papers.pdf(kit.store, CLERK, paper["id"])
    assert path.stat().st_mode & 0o077 == 0
    named = document_printer(f"file:{folder / 'mine.pdf'}")
    assert print_document(kit.store, CLERK, paper["id"], named, "en")["printed"] == 2
    assert (folder / "mine.pdf").read_bytes() == case_papers.pdf(
        kit.store, CLERK, paper["id"], "en"
    )


def test_a_command_gets_the_file_and_nothing_stays_behind(
    kit: Kit, paper: Row, tmp_path: Path
) -> None:
    out = tmp_path / "seen"
    body = f"open({str(out)!r}, 'wb').write(path.encode() + b'\\n' + open(path, 'rb').read())"
    assert print_document(kit.store, CLERK, paper["id"], program(tmp_path, body))["printed"] == 1
    path, _, data = out.read_bytes().partition(b"\n")
    assert data == case_papers.pdf(kit.store, CLERK, paper["id"])
    assert Path(path.decode()).name == f"{paper['number']}.pdf"
    assert not Path(path.decode()).exists()


def test_a_command_that_fails_is_told_in_its_own_words(
    kit: Kit, paper: Row, tmp_path: Path
) -> None:
    broken = program(tmp_path, "sys.exit('no such printer')")
    with pytest.raises(Refused) as refused:
        print_document(kit.store, CLERK, paper["id"], broken)
    assert refused.value.code == "document-printer-failed"
    assert refused.value.params["why"] == "no such printer"
    gone = document_printer(f"command:{tmp_path / 'nothing'} {{file}}")
    with pytest.raises(Refused, match="document-printer-failed"):
        print_document(kit.store, CLERK, paper["id"], gone)
    nowhere = document_printer(f"file:{tmp_path / 'no' / 'such'}")
    with pytest.raises(StoreError, match="no-folder"):
        print_document(kit.store, CLERK, paper["id"], nowhere)
    with pytest.raises(Refused, match="document-printer-none"):
        print_document(kit.store, CLERK, paper["id"], document_printer("none"))
    assert case_papers.paper_row(kit.store, paper["id"])["printed"] == 0
    assert "paper.printed" not in kit.kinds()
