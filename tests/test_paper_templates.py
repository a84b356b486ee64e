"""Templates that a hall edits: read, tried, told where they are wrong, published, kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hallclient.actions import case_papers, editions, paper_check, paper_pdf, paper_templates
from hallclient.actions.paper_check import check, check_folder, preview
from hallclient.actions.paper_templates import load_templates, publish, read_folder
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Problem
from hallclient.rules.review.spec import Flow, flow_from
from hallclient.rules.review.templates import Templates, from_data, to_json
from hallclient.texts import text_in
from tests.hallkit import ADMINISTRATOR, Kit
from tests.paperkit import CLERK, body, made, opened, text_of


def flow(*kinds: str) -> Flow:
    """The shipped flow, with only some kinds of documents."""
    whole = flow_from(editions.shipped()["flow"])
    return replace(whole, papers=tuple(one for one in whole.papers if one.id in kinds))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "papers"
    shutil.copytree(FIXTURES / "papers", place)
    return place


def edited(folder: Path, name: str, change: Callable[[str], str]) -> None:
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def told(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(one.place, one.code) for one in problems]


def test_what_ships_sets_every_document_without_a_warning() -> None:
    assert check(paper_templates.shipped(), flow_from(editions.shipped()["flow"])) == []


def test_a_halls_folder_is_checked_with_its_templates(folder: Path) -> None:
    edited(folder, "sqd.typ", lambda text: text + "\n#nothing-such\n")
    found = check_folder(folder, flow("sqd"))
    assert ("paper-fails", True) in {(one.code, one.file == "papers/sqd.typ") for one in found}
    assert check_folder(folder / "none", flow("sqd")) == []
    (folder / "papers.toml").write_text("version = ", "utf-8")
    assert [one.code for one in check_folder(folder, flow("sqd"))] == ["bad-toml"]


def test_templates_travel_as_json() -> None:
    shipped = paper_templates.shipped()
    assert from_data(json.loads(to_json(shipped))) == shipped


def test_a_mistake_is_told_with_file_and_line(folder: Path) -> None:
    edited(folder, "sqd.typ", lambda text: text.replace("#paper[", "#paper[\n  #nothing-such", 1))
    edited(folder, "slt.typ", lambda text: text + "\n#(1 +\n")
    problems = check(load_templates(folder), flow("sqd", "slt"))
    assert [one for one in told(problems) if one[1] == "paper-fails"] == told(problems)[:2]
    lines = {one.file: one.line for one in problems if one.code == "paper-fails"}
    source = (folder / "sqd.typ").read_text("utf-8").splitlines()
    assert "nothing-such" in source[lines["sqd.typ"] - 1]
    assert lines["slt.typ"] >= len((folder / "slt.typ").read_text("utf-8").splitlines()) - 1
    for problem in problems:
        for language in ("zh", "en"):
            text = text_in(language, f"catalogue.problem.{problem.code}", **problem.params)
            assert "{" not in text
    why = next(one.params["why"] for one in problems if one.file == "sqd.typ")
    assert "nothing-such" in str(why)


def test_a_mistake_in_the_house_style_is_told_once(folder: Path) -> None:
    edited(folder, "house.typ", lambda text: text.replace("#let hairline", "#let hairline-x", 1))
    problems = check(load_templates(folder), flow("sqd", "slt"))
    fails = [one for one in problems if one.code == "paper-fails"]
    assert {one.file for one in fails} == {"house.typ"}
    assert len({(one.line, str(one.params["why"])) for one in fails}) == len(fails)


def test_a_template_that_breaks_on_what_people_write_is_found(folder: Path) -> None:
    """Data turned into code: the ordinary sample would set it, the hostile one must not."""
    evaluated = '(text-of.reason, eval(data.reason, mode: "markup"))'
    edited(
        folder,
        "bys.typ",
        lambda text: text.replace("(text-of.reason, data.reason)", evaluated),
    )
    problems = check(load_templates(folder), flow("bys"))
    assert ("paper-fails", "panic") in {
        (one.code, "panic" if "panic" in str(one.params.get("why")) else "") for one in problems
    }


def test_packages_missing_and_unused_files_are_told(folder: Path) -> None:
    edited(folder, "sqd.typ", lambda text: '\n#import "@preview/cetz:0.3.0": canvas\n' + text)
    (folder / "slt.typ").rename(folder / "slt-old.typ")
    assert told(check(load_templates(folder), flow("sqd", "slt")))[:2] == [
        ("slt.typ", "paper-missing"),
        ("sqd.typ:2", "paper-package"),
    ]
    unused = {one.file for one in check(load_templates(folder), flow("sqd")) if one.warning}
    assert "slt-old.typ" in unused
    assert "house.typ" not in unused


def test_a_font_that_is_not_there_is_a_warning(folder: Path) -> None:
    edited(folder, "house.typ", lambda text: text.replace('"Noto Sans CJK TC"', '"No Such Font"'))
    warned = [
        one for one in check(load_templates(folder), flow("sqd")) if one.code == "paper-warned"
    ]
    assert warned
    assert all(one.warning and one.file == "house.typ" for one in warned)


def test_settings_are_checked_with_their_line(folder: Path) -> None:
    edited(
        folder,
        "papers.toml",
        lambda text: text.replace("supply_days = 15", 'supply_days = "x"\nphon = "1"'),
    )
    _, problems = read_folder(folder)
    assert {one.code for one in problems} == {"not-a-number", "unknown-key"}
    assert all(one.line for one in problems)
    with pytest.raises(Refused, match="papers-invalid"):
        load_templates(folder)


def test_a_folder_without_settings_or_in_another_encoding_is_told(
    folder: Path, tmp_path: Path
) -> None:
    assert told(read_folder(tmp_path / "nowhere")[1]) == [("papers.toml", "missing-file")]
    (folder / "sqd.typ").write_bytes("收件凭证".encode("gb18030"))
    assert told(read_folder(folder)[1]) == [("sqd.typ:1", "not-utf8")]


def test_a_template_reaches_no_file_of_the_machine(folder: Path) -> None:
    secret = folder.parent / "secret.txt"
    secret.write_text("geheim")
    for path in (str(secret), "../secret.txt", "/etc/passwd", "papers.toml"):
        shutil.copy(FIXTURES / "papers" / "sqd.typ", folder)
        edited(folder, "sqd.typ", partial('#read("{}")\n{}'.format, path))
        problems = check(load_templates(folder), flow("sqd"))
        assert ("sqd.typ:1", "paper-fails") in told(problems)


def test_a_preview_shows_pages(folder: Path) -> None:
    pages = preview(load_templates(folder), flow("sqd"), "sqd", "en", 40)
    assert [page[:4] for page in pages] == [b"\x89PNG"]
    with pytest.raises(Refused, match="no-such-paper"):
        preview(load_templates(folder), flow("sqd"), "gzs", "en")


# -- in a store


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing without the seconds that trying every document takes; tried above."""
    monkeypatch.setattr(paper_check, "check", lambda templates, flow: [])


def own(version: str, change: Callable[[str], str] = str) -> Templates:
    shipped = paper_templates.shipped()
    return replace(
        shipped,
        version=version,
        files={**shipped.files, "sqd.typ": change(shipped.files["sqd.typ"])},
    )


@pytest.mark.usefixtures("lenient")
def test_a_document_keeps_the_templates_it_was_made_with(kit: Kit) -> None:
    case = opened(kit)
    before = made(kit, case["id"], "sqd")
    first = case_papers.pdf(kit.store, CLERK, before["id"])
    ours = own("hall-2", lambda text: text.replace("现收到", "兹收到"))
    assert publish(kit.store, ADMINISTRATOR, ours)
    assert not publish(kit.store, ADMINISTRATOR, ours)
    after = made(kit, case["id"], "sqd")
    assert (before["template"], after["template"]) == ("papers/2026-11.2", "papers/hall-2")
    assert case_papers.pdf(kit.store, CLERK, before["id"]) == first
    assert "兹收到" in text_of(case_papers.pdf(kit.store, CLERK, after["id"]))
    with pytest.raises(Refused, match="edition-taken"):
        publish(kit.store, ADMINISTRATOR, own("hall-2", lambda text: text + "\n// more"))
    with pytest.raises(Refused, match="not-allowed"):
        publish(kit.store, CLERK, own("hall-3"))


def test_wrong_templates_are_not_published(kit: Kit) -> None:
    wrong = replace(own("hall-2"), files={"house.typ": ""})
    with pytest.raises(Refused, match="papers-invalid"):
        publish(kit.store, ADMINISTRATOR, wrong)
    assert editions.newest_key(kit.store, paper_templates.PAPERS) == ""


@pytest.mark.usefixtures("lenient")
def test_a_template_that_fails_after_all_says_where_and_loses_nothing(kit: Kit) -> None:
    publish(kit.store, ADMINISTRATOR, own("hall-2", lambda text: '\n#panic("so")\n' + text))
    row = made(kit, opened(kit)["id"], "sqd")
    with pytest.raises(Refused, match=r"paper-template.*sqd\.typ") as refused:
        case_papers.pdf(kit.store, CLERK, row["id"])
    assert (refused.value.params["line"], refused.value.params["why"]) == (2, "panicked with: so")
    assert body(kit, row)["number"] == row["number"]


@pytest.mark.usefixtures("lenient")
def test_a_kind_without_a_template_says_so(kit: Kit) -> None:
    publish(kit.store, ADMINISTRATOR, replace(own("hall-2"), files={"house.typ": ""}))
    row = made(kit, opened(kit)["id"], "sqd")
    with pytest.raises(Refused, match=r"no-such-template.*sqd\.typ"):
        paper_pdf.pdf(kit.store, CLERK, row["id"])
