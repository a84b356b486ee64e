"""The documents say what is there: links lead somewhere, commands exist."""

import re
from pathlib import Path

import pytest

from tests.source import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^make +([a-z-]+)|`make +([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
PATH = re.compile(r"`((?:hallclient|screens|db|fixtures|tests|bench|docs)/[\w./-]*)`")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    inner = [link for link in links if "://" not in link]
    assert [link for link in inner if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_files_and_folders_exist(page: Path) -> None:
    named = PATH.findall(page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_commands_exist(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    assert {"demo", "test"} <= targets
    named = {first or second for first, second in COMMAND.findall(page.read_text("utf-8"))}
    assert named <= targets


def test_the_readme_names_both_commands_in_both_languages() -> None:
    chinese, _, english = (ROOT / "README.md").read_text("utf-8").partition("## English")
    for text in (chinese, english):
        assert {"demo", "test"} <= {first or second for first, second in COMMAND.findall(text)}
        assert "pip install -e '.[dev]'" in text
        assert "py -3.11 -m venv" in text


def test_the_changelog_has_an_unreleased_part() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
