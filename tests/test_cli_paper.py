"""``hallclient paper``: the same use cases, in words and as JSON."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from db.store import Row
from hallclient.actions import case_papers, paper_pdf
from hallclient.paths import FIXTURES
from tests.clikit import Cli, cli, quick
from tests.hallkit import Kit
from tests.paperkit import CLERK, made, opened

__all__ = ["cli", "quick"]

BY = {"by": "c01", "at": "W01"}


@pytest.fixture
def paper(kit: Kit) -> Row:
    return made(kit, opened(kit)["id"], "gzs", stamped=True)


def test_documents_are_listed_and_shown(cli: Cli, kit: Kit, paper: Row) -> None:
    case = kit.store.rows("SELECT number FROM case_file")[0]["number"]
    found = cli.done("paper", "list", case, **BY)
    assert (found["number"], found["name"], found["printed"]) == (
        paper["number"],
        "一次性告知书",
        0,
    )
    line = cli("--lang", "en", "paper", "list", case, **BY).out
    assert "One-time notice of corrections" in line
    assert "not delivered" in line
    shown = cli.done("paper", "show", paper["number"], **BY)
    assert shown["says"]["deficiencies"][0]["no"] == 1
    assert "食品经营许可申请书" in cli("paper", "show", paper["number"].lower(), **BY).out
    assert cli.refused("paper", "show", "BZ1", **BY)["error"] == "no-such-document"
    assert cli.refused("paper", "list", "1", **BY)["error"] == "no-such-case"


def test_a_document_is_saved_and_not_overwritten(
    cli: Cli, kit: Kit, paper: Row, tmp_path: Path
) -> None:
    words = ("paper", "pdf", paper["number"], "--save", str(tmp_path))
    answer = cli.done(*words, **BY)
    path = tmp_path / f"{paper['number']}.pdf"
    assert answer["file"] == str(path)
    assert path.read_bytes() == case_papers.pdf(kit.store, CLERK, paper["id"])
    again = cli.json(*words, **BY)
    assert (again.code, again.object["error"]) == (3, "file-exists")
    assert cli.done(*words, "--force", "--language", "en", **BY)["bytes"] == path.stat().st_size
    assert path.read_bytes() == case_papers.pdf(kit.store, CLERK, paper["id"], "en")


def test_a_document_is_printed_delivered_and_proven(
    cli: Cli, kit: Kit, paper: Row, tmp_path: Path
) -> None:
    printer = f"file:{tmp_path}"
    answer = cli.done("paper", "print", paper["number"], "--printer", printer, **BY)
    assert (answer["printed"], answer["printer"]) == (1, str(tmp_path))
    nowhere = cli.refused("paper", "print", paper["number"], "--printer", "none", **BY)
    assert nowhere["error"] == "document-printer-none"
    words = ("paper", "deliver", paper["number"], "--how", "post", "--to", "王五")
    assert cli.refused(*words, **BY)["error"] == "waybill-needed"
    done = cli.done(*words, "--waybill", "EMS1", "--proof", **BY)
    assert done["delivery"] == "post"
    assert done["proof"] == "SD20260922-W01-0001"
    assert cli.refused(*words, "--waybill", "EMS2", **BY)["error"] == "delivered-already"


def test_a_code_is_verified(cli: Cli, kit: Kit, paper: Row) -> None:
    text = paper_pdf.sign(kit.store, paper)
    answer = cli.done("paper", "verify", text, **BY)
    assert (answer["genuine"], answer["number"]) == (True, paper["number"])
    assert answer["case"] == kit.store.rows("SELECT number FROM case_file")[0]["number"]
    forged = text[:-2] + ("AA" if text[-2:] != "AA" else "BA")
    assert cli.refused("paper", "verify", forged, **BY)["error"] == "document-forged"
    gone = paper_pdf.sign(kit.store, {**paper, "number": "BZ20260922-W09-0001"})
    assert cli.refused("paper", "verify", gone, **BY)["error"] == "document-unknown"
    other = paper_pdf.sign(kit.store, {**paper, "sha256": "00" * 32})
    assert cli.refused("paper", "verify", other, **BY)["error"] == "document-differs"
    assert cli.refused("paper", "verify", "nothing", **BY)["error"] == "document-unreadable"
    assert "真实" in cli("paper", "verify", text, **BY).out


def test_templates_are_checked_seen_and_published(
    cli: Cli, kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallclient.actions.paper_check.WORDS", ("paper.sample",))
    folder = tmp_path / "mine" / "papers"
    shutil.copytree(FIXTURES / "papers", folder)
    settings = (folder / "papers.toml").read_text("utf-8")
    (folder / "papers.toml").write_text(settings.replace("2026-11.2", "mine-1"), "utf-8")
    house = (folder / "house.typ").read_text("utf-8")
    (folder / "house.typ").write_text(house.replace("#let hairline", "#let hair", 1), "utf-8")
    answer = cli.json("paper", "check", str(folder.parent), by="admin")
    assert answer.code == 1
    assert answer.objects[0]["file"] == "house.typ"
    assert answer.objects[-1]["error"] == "papers-invalid"
    (folder / "house.typ").write_text(house, "utf-8")
    page = cli.done(
        "paper", "preview", "sqd", str(folder), "--save", str(tmp_path), "--language", "en",
        by="admin",
    )  # fmt: skip
    assert Path(page["file"]).read_bytes()[:4] == b"\x89PNG"
    assert cli.done("paper", "publish", str(folder), by="admin")["published"] is True
    assert made(kit, opened(kit)["id"], "sqd")["template"] == "papers/mine-1"
    assert cli.refused("paper", "publish", str(folder), **BY)["error"] == "not-allowed"
