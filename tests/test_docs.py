"""The documents say what is there: links lead somewhere, commands exist."""

import re
from contextlib import suppress
from pathlib import Path

import pytest

from docs.forms import page as company
from docs.rules import page as rules
from hallclient.cli.options import Usage, split
from hallclient.cli.parser import parse
from tests.source import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^make +([a-z-]+)|`make +([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
CALL = re.compile(r"(?:^|`|: )hallclient +([^`#\n]*)", re.MULTILINE)
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)]*)\)")
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


def anchor(heading: str) -> str:
    """The anchor that a heading gets: lower case, no signs, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_into_pages_lead_to_headings(page: Path) -> None:
    for link, wanted in ANCHOR.findall(page.read_text("utf-8")):
        if "://" in link:
            continue
        target = page.parent / link if link else page
        assert wanted in map(anchor, HEADING.findall(target.read_text("utf-8"))), (link, wanted)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist_with_their_options(page: Path) -> None:
    for line in CALL.findall(page.read_text("utf-8")):
        words = re.sub(r"\(.*|[,;，；。：].*", "", line).split()
        _, rest = split(words, {})
        if rest:
            understood(rest)


def understood(words: list[str]) -> None:
    """What a page shows is a whole command, or the beginning of one."""
    try:
        # Help ends the program; a mistake is raised.
        with suppress(SystemExit):
            parse(words)
    except Usage:
        # A group without its command, or a command without what it is about: both have help.
        assert not any(word.startswith("-") for word in words), words
        with pytest.raises(SystemExit):
            parse([*words, "--help"])


@pytest.mark.parametrize("line", ["ticket burn", "window next --fast", "frobnicate", "staff add"])
def test_what_is_no_command_is_told_from_the_beginning_of_one(line: str) -> None:
    if line == "staff add":
        understood(line.split())
    else:
        with pytest.raises((AssertionError, Usage)):
            understood(line.split())


@pytest.mark.parametrize("page", [ROOT / "docs/guide.md", ROOT / "docs/guide.en.md"], ids=name)
def test_every_picture_of_the_language_is_shown(page: Path) -> None:
    language = "en" if page.name.endswith(".en.md") else "zh"
    text = page.read_text("utf-8")
    pictures = sorted(path.name for path in (ROOT / "docs/pictures").glob(f"*.{language}.svg"))
    assert pictures
    assert [picture for picture in pictures if f"pictures/{picture}" not in text] == []
    assert not re.search(rf"pictures/[\w-]+\.(?!{language})\w+\.svg", text)


def test_the_rules_are_those_in_force() -> None:
    assert (ROOT / "docs/rules.md").read_text("utf-8") == rules(), "python -m docs.rules --write"


def test_the_rules_of_the_company_form_are_those_that_ship() -> None:
    told = (ROOT / "docs/company-setup.md").read_text("utf-8")
    assert told == company(), "python -m docs.forms --write docs/company-setup.md"


def test_the_readme_names_both_commands_in_both_languages() -> None:
    chinese, _, english = (ROOT / "README.md").read_text("utf-8").partition("## English")
    for text in (chinese, english):
        assert {"demo", "test"} <= {first or second for first, second in COMMAND.findall(text)}
        assert "pip install -e '.[dev]'" in text
        assert "py -3.11 -m venv" in text


def test_the_changelog_has_an_unreleased_part() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
