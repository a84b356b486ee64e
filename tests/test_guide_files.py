"""A hall's guide in a file: each mistake told once and in its place, none half loaded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions.review_files import Review, publish_folder, read_review
from hallclient.paths import FIXTURES
from hallclient.rules.problems import Problem
from hallclient.rules.review.files.parts import Known
from hallclient.rules.review.guide import ask, search
from hallclient.texts import LANGUAGES, table, text_in
from tests.clikit import Cli, cli, quick
from tests.guides_bad import GUIDE, MISTAKES, example
from tests.hallkit import ADMINISTRATOR, Kit
from tests.hostile import assert_harmless
from tests.reviews_bad import STALL, write

__all__ = ["cli", "quick"]

KNOWN = Known({"SP078", "SP079"}, ["market", "police", "tax"], None)


def read(folder: Path, files: dict[str, str]) -> tuple[Review, list[Problem]]:
    review, problems = read_review(write(folder, files), KNOWN)
    assert review is not None
    return review, problems


def said(problem: Problem, language: str = "en") -> str:
    return text_in(language, f"catalogue.problem.{problem.code}", **problem.params)


def test_the_example_of_the_docs_is_right(tmp_path: Path) -> None:
    review, problems = read(tmp_path, example())
    assert [(one.place, said(one)) for one in problems] == []
    guide = review.guide
    assert guide is not None
    assert [one.id for one in guide.questions] == ["start", "more"]
    assert ask(guide, (3,)) == guide.question["more"]
    assert guide.pinyin["结婚"].startswith("jie|hun")
    assert [one.path for one in search(guide, "jh")] == [(3, 1)]


def test_a_hall_needs_no_guide(tmp_path: Path) -> None:
    files = example()
    del files[GUIDE]
    review, problems = read(tmp_path, files)
    assert (review.guide, problems) == (None, [])


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_in_its_place(tmp_path: Path, name: str) -> None:
    changed, told, line = MISTAKES[name].make(example())
    review, problems = read(tmp_path, changed)
    errors = [one for one in problems if not one.warning]
    expected = [(told, line, MISTAKES[name].code)]
    assert [one[:3] for one in errors] == expected, [said(one) for one in errors]
    # What has a mistake is not there at all, and the rest is.
    assert review.guide is None
    assert review.flow is not None
    assert list(review.checklists) == ["stall"]
    for language in LANGUAGES:
        text = table(language)[f"catalogue.problem.{errors[0].code}"]
        assert set(re.findall(r"(?<!{){(\w+)}", text)) <= errors[0].params.keys()
        assert "None" not in said(errors[0], language)


def test_a_checklist_without_an_item_needs_one_for_the_number(tmp_path: Path) -> None:
    files = example()
    files[STALL] = files[STALL].replace('item = "SP078"', 'item = ""')
    _, (problem,) = read(tmp_path, files)
    line = files[GUIDE].splitlines().index('checklist = "stall"') + 1
    assert problem[:3] == (GUIDE, line, "guide-needs-item")
    files[GUIDE] = files[GUIDE].replace(
        'checklist = "stall"', 'checklist = "stall"\nitem = "SP079"'
    )
    review, problems = read(tmp_path, files)
    assert problems == []
    assert review.guide is not None


def test_a_checklist_with_mistakes_is_no_second_mistake_here(tmp_path: Path) -> None:
    files = example()
    files[STALL] = files[STALL].replace('item = "SP078"', 'item = "SP999"')
    _, problems = read(tmp_path, files)
    assert [(one.file, one.code) for one in problems] == [(STALL, "unknown-item")]


def test_a_checklist_that_nobody_is_led_to_is_a_warning(tmp_path: Path) -> None:
    files = example()
    files[GUIDE] = files[GUIDE].replace('checklist = "stall"', 'item = "SP079"')
    review, (problem,) = read(tmp_path, files)
    assert (problem.file, problem.line, problem.code, problem.warning) == (
        GUIDE,
        1,
        "guide-unled",
        True,
    )
    assert said(problem, "zh") != said(problem)
    assert review.guide is not None
    # By its item it is led to as well.
    files[GUIDE] = files[GUIDE].replace('item = "SP079"', 'item = "SP078"', 1)
    assert read(tmp_path, files)[1] == []


def test_every_text_is_of_a_mistake_that_can_be_made() -> None:
    made = {mistake.code for mistake in MISTAKES.values()} | {"guide-needs-item", "guide-unled"}
    texts = {key.removeprefix("catalogue.problem.") for key in table("zh")}
    assert {code for code in texts if code.startswith("guide-")} <= made


PIECES = st.sampled_from(
    [
        *("'", '"', "=", "[", "]]", "\n", "\\", "#", "0", "\x00", "\u202e", "[[question]]\n"),
        *("[[question.answer]]\n", 'to = "start"\n', 'to = "more"\n', 'id = "start"\n'),
        *('words = ["x"]\n', 'item = "SP078"\n', 'elsewhere_zh = "x"\n'),
    ]
)
CHANGE = st.tuples(st.floats(0, 1), st.integers(0, 60), PIECES | st.text())


@given(changes=st.lists(CHANGE, min_size=1, max_size=4))
def test_whatever_is_changed_is_right_or_is_told(
    changes: list[tuple[float, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = example()[GUIDE].encode()
    for at, length, piece in changes:
        start = int(at * len(data))
        data = data[:start] + piece.encode("utf-8", "surrogatepass") + data[start + length :]
    folder = tmp_path_factory.mktemp("hall")
    review_folder = write(folder, example())
    (folder / GUIDE).write_bytes(data)
    review, problems = read_review(review_folder, KNOWN)
    assert review is not None
    errors = [one for one in problems if not one.warning]
    assert (review.guide is None) == bool(errors)
    if review.guide is not None:
        for path, answer in review.guide.places.values():
            assert bool(answer.to) == (ask(review.guide, path) in review.guide.questions)
    for problem in problems:
        assert problem.file == GUIDE
        for language in LANGUAGES:
            assert f"catalogue.problem.{problem.code}" in table(language)
            assert_harmless(said(problem, language))


def test_the_guide_of_a_folder_is_published(kit: Kit, tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "review", tmp_path / "review")
    path = tmp_path / GUIDE
    text = path.read_text("utf-8").replace('version = "2026-11.1"', 'version = "own"', 1)
    path.write_text(text, "utf-8", newline="\n")
    found = publish_folder(kit.store, ADMINISTRATOR, tmp_path)
    assert "guide/own" in [one.key for one in found if one.new]


def test_lint_tells_of_the_guide(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "review", tmp_path / "review")
    path = tmp_path / GUIDE
    text = path.read_text("utf-8")
    path.write_text(text.replace('to = "business"', 'to = "busines"', 1), "utf-8", newline="\n")
    answer = cli.json("review", "lint", str(tmp_path))
    assert answer.code == 1
    line = text.splitlines().index('to = "business"') + 1
    first = answer.objects[0]
    assert (first["file"], first["line"], first["code"]) == (GUIDE, line, "unknown-value")
