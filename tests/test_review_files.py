"""A hall's review in files: each mistake told once and in its place, none half loaded."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions import review_files
from hallclient.actions.editions import COMPILED
from hallclient.actions.form_files import shipped as shipped_forms
from hallclient.actions.hall_files import read_folder
from hallclient.actions.review_files import Review, read_review
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Problem
from hallclient.rules.review.files.parts import Known
from hallclient.rules.review.spec import checklist_from, flow_from
from hallclient.rules.workdays import Calendar
from hallclient.texts import LANGUAGES, table, text_in
from tests.hostile import HOSTILE, assert_harmless
from tests.reviews_bad import CALENDAR, FLOW, MISTAKES, STALL, example, write
from tests.test_catalogue import App, run

KNOWN = Known({"SP078", "SP079"}, ["market", "police", "tax"], shipped_forms())
FILES = (STALL, FLOW, CALENDAR)
OTHER = "review/checklists/other.toml"


def read(folder: Path, files: dict[str, str]) -> tuple[Review, list[Problem]]:
    review, problems = read_review(write(folder, files), KNOWN)
    assert review is not None
    return review, problems


def said(problem: Problem, language: str = "en") -> str:
    return text_in(language, f"catalogue.problem.{problem.code}", **problem.params)


def places(problems: list[Problem]) -> list[tuple[str, int, str]]:
    return [one[:3] for one in problems]


def lacking(review: Review) -> set[str]:
    """The files of which nothing was taken."""
    found = {STALL: review.checklists, FLOW: review.flow, CALENDAR: review.calendar}
    return {file for file, part in found.items() if not part}


# -- what is right


def test_the_example_of_the_docs_is_right(tmp_path: Path) -> None:
    review, problems = read(tmp_path, example())
    assert [(one.place, said(one)) for one in problems] == []
    assert review.flow is not None
    assert [one.id for one in review.flow.moves] == ["receive", "tell", "again", "finish"]
    stall = review.checklists["stall"]
    assert (stall.departments, stall.forms) == (("market", "police"), ("company-setup",))
    assert stall.by_condition["agent"].forms == {"company-setup": "ag_kind.mandate"}
    application, authority = stall.materials
    assert (application.main, application.medium, application.copies) == (True, "paper", 2)
    assert (authority.main, authority.tolerable, authority.longest_days) == (False, True, 2)
    assert list(stall.reasons) == ["1.1", "1.2", "2.1"]
    assert review.calendar is not None
    calendar = Calendar(review.calendar)
    assert calendar.after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert calendar.working(date(2026, 9, 20))
    assert not calendar.working(date(2027, 1, 1))


def test_no_folder_is_no_review(tmp_path: Path) -> None:
    assert read_review(tmp_path / "review", KNOWN) == (None, [])


def test_what_a_hall_does_not_know_is_not_checked(tmp_path: Path) -> None:
    files = example()
    files[STALL] = files[STALL].replace("SP078", "XX1").replace("market", "office")
    files[STALL] = files[STALL].replace("company-setup", "stall-form")
    assert len(read(tmp_path, files)[1]) == 3
    review, problems = read_review(tmp_path / "review", Known())
    assert (problems, review is not None and list(review.checklists)) == ([], ["stall"])


# -- what is wrong


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_in_its_place(tmp_path: Path, name: str) -> None:
    changed, told, line = MISTAKES[name].make(example())
    review, problems = read(tmp_path, changed)
    errors = [one for one in problems if not one.warning]
    expected = [(told, line, MISTAKES[name].code)]
    assert places(errors) == expected, [said(one) for one in errors]
    # What has a mistake is not there at all, and the rest is.
    assert lacking(review) == {told}


def test_all_mistakes_are_told_in_one_run(tmp_path: Path) -> None:
    names = [
        *("unknown item", "unknown unit", "answer of an unknown field", "main and tolerable"),
        *("reason without how", "unknown role", "unknown guard", "bad prefix", "unknown tone"),
    ]
    files, expected = example(), set()
    for name in names:
        files, told, _ = MISTAKES[name].make(files)
        expected.add((told, MISTAKES[name].code))
    _, problems = read(tmp_path, files)
    assert {(one.file, one.code) for one in problems} == expected
    assert len(problems) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_whole(tmp_path: Path, language: str) -> None:
    for at, mistake in enumerate(MISTAKES.values()):
        for problem in read(tmp_path / str(at), mistake.make(example())[0])[1]:
            text = table(language)[f"catalogue.problem.{problem.code}"]
            named = set(re.findall(r"(?<!{){(\w+)}", text))
            assert named <= problem.params.keys(), problem
            assert "None" not in said(problem, language)


def test_every_text_is_of_a_mistake_that_can_be_made() -> None:
    made = {mistake.code for mistake in MISTAKES.values()}
    made |= {"review-item-twice", "review-no-checklists", *WARNINGS}
    texts = {key.removeprefix("catalogue.problem.") for key in table("zh")}
    assert {code for code in texts if code.startswith("review-")} <= made


def test_what_was_meant_is_named_first(tmp_path: Path) -> None:
    for name, meant in (
        ("unknown department", "police"),
        ("unknown guard", "corrections_in"),
        ("unknown condition", "agent"),
        ("answer of an unknown field", "ag_kind"),
    ):
        _, problems = read(tmp_path / name, MISTAKES[name].make(example())[0])
        assert str(problems[0].params["known"]).split(", ")[0] == meant


def test_an_item_has_one_checklist(tmp_path: Path) -> None:
    files = example()
    files[OTHER] = files[STALL].replace('id = "stall"', 'id = "other"')
    review, problems = read(tmp_path, files)
    line = files[STALL].splitlines().index('item = "SP078"') + 1
    assert places(problems) == [(STALL, line, "review-item-twice")]
    assert list(review.checklists) == ["other"]
    for name in (STALL, OTHER):
        files[name] = files[name].replace('item = "SP078"', 'item = ""')
    assert read(tmp_path, files)[1] == []


WARNINGS = {
    # what is put in place of what: right all the same, with a word of warning
    "review-not-english": (STALL, 'en = "Not signed"', 'en = "未签字"'),
    "review-makeup-unknown": (CALENDAR, "2026-10-10]", "2027-10-09]"),
    "review-year-bare": (CALENDAR, "2026-12-31", "2028-12-31"),
}


@pytest.mark.parametrize("code", WARNINGS)
def test_a_doubt_is_told_and_nothing_is_lost(tmp_path: Path, code: str) -> None:
    file, old, new = WARNINGS[code]
    files = example()
    assert old in files[file]
    review, problems = read(tmp_path, files | {file: files[file].replace(old, new, 1)})
    assert [(one.file, one.code, one.warning) for one in problems] == [(file, code, True)]
    assert lacking(review) == set()
    assert said(problems[0], "zh") != said(problems[0], "en")


# -- files that are none


def test_a_missing_file(tmp_path: Path) -> None:
    folder = write(tmp_path, example())
    (tmp_path / FLOW).unlink()
    assert places(read_review(folder, KNOWN)[1]) == [(FLOW, 0, "missing-file")]
    (tmp_path / CALENDAR).unlink()
    (tmp_path / STALL).unlink()
    assert places(read_review(folder, KNOWN)[1]) == [
        (CALENDAR, 0, "missing-file"),
        ("review/checklists", 0, "review-no-checklists"),
        (FLOW, 0, "missing-file"),
    ]


@pytest.mark.parametrize("file", FILES)
def test_another_encoding_is_refused_not_guessed(tmp_path: Path, file: str) -> None:
    folder = write(tmp_path, example())
    (tmp_path / file).write_bytes(example()[file].encode("gb18030"))
    _, (problem,) = read_review(folder, KNOWN)
    assert (problem.file, problem.code) == (file, "not-utf8")


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        (STALL, "", "missing"),
        (STALL, "material = 3", "wrong-type"),
        (STALL, "x = " + "[" * 100_000, "bad-toml"),
        (FLOW, "", "missing"),
        (FLOW, "state = [1]", "wrong-type"),
        (FLOW, "version = " + "9" * 5_000, "bad-toml"),
        (CALENDAR, "", "missing"),
        (CALENDAR, "holiday = 2026-01-01", "wrong-type"),
    ],
)
def test_a_file_with_nothing_of_use(tmp_path: Path, file: str, text: str, code: str) -> None:
    review, problems = read(tmp_path, example() | {file: text})
    assert {one.file for one in problems} == {file}
    assert code in {one.code for one in problems}
    assert lacking(review) == {file}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_told_harmlessly(tmp_path: Path, text: str) -> None:
    quoted = "".join(f"\\U{ord(char):08x}" for char in text if not 0xD800 <= ord(char) < 0xE000)
    files = example()
    files[STALL] = files[STALL].replace(
        '"agent"\n[[material.reason]]', f'"{quoted}x"\n[[material.reason]]'
    )
    files[FLOW] = files[FLOW].replace('"corrections_in"', f'"{quoted}x"')
    for problem in read(tmp_path, files)[1]:
        for language in LANGUAGES:
            assert_harmless(said(problem, language))


PIECES = st.sampled_from(
    [
        *("'", '"', "=", "[", "]]", "{", "}", "\n", "\\", "#", ",", "0", "-1", "1e99", "nan"),
        *("true", "2026-09-22", "\x00", "\u202e", "\ud7ff", "[[material]]\n", "[[state]]\n"),
        *("[[material.reason]]\n", "[condition.forms]\n", 'when = "agent"\n', "no = 2\n"),
        *("[[holiday]]\n", "to = 2026-10-09\n", "days = [2026-10-11]\n", "[[makeup]]\n"),
        *('to = "draft"\n', "final = true\n", "automatic = true\n", 'id = "draft"\n'),
    ]
)
CHANGE = st.tuples(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 40), PIECES | st.text())


@given(changes=st.lists(CHANGE, min_size=1, max_size=4))
def test_whatever_is_changed_is_right_or_is_told(
    changes: list[tuple[str, float, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = {name: text.encode() for name, text in example().items()}
    for name, at, length, piece in changes:
        data = files[name]
        start = int(at * len(data))
        put = piece.encode("utf-8", "surrogatepass")
        files[name] = data[:start] + put + data[start + length :]
    folder = tmp_path_factory.mktemp("hall")
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    review, problems = read_review(folder / "review", KNOWN)
    assert review is not None
    wrong = {one.file for one in problems if not one.warning}
    assert lacking(review) == wrong
    for problem in problems:
        assert 0 <= problem.line <= files[problem.file].count(b"\n") + 1
        for language in LANGUAGES:
            assert f"catalogue.problem.{problem.code}" in table(language)
            assert_harmless(said(problem, language))


# -- the command that checks a hall's folder


def test_the_command_checks_the_review_and_writes_it(tmp_path: Path) -> None:
    import json

    hall = tmp_path / "hall"
    left = shutil.ignore_patterns("texts", "demo", "review", "papers")
    shutil.copytree(FIXTURES, hall, ignore=left)
    files = example()
    write(hall, files)
    app = App(read_folder(FIXTURES)[0])
    assert run(app, "check", str(hall), "--write") == 0
    assert app.out.objects[0]["checklists"] == 1
    written = hall / "review" / COMPILED
    assert {"written": str(written)} in app.out.objects
    data = json.loads(written.read_bytes())
    review = review_files.read_review(hall / "review", KNOWN)[0]
    assert review is not None
    assert [checklist_from(one) for one in data["checklists"]] == [review.checklists["stall"]]
    assert flow_from(data["flow"]) == review.flow

    changed, told, line = MISTAKES["answer of an unknown field"].make(files)
    write(hall, changed)
    app = App(read_folder(FIXTURES)[0])
    with pytest.raises(Refused) as refused:
        run(app, "check", str(hall))
    assert refused.value.params == {"count": 1, "place": f"{told}:{line}"}
    assert (app.out.objects[0]["file"], app.out.objects[0]["line"]) == (told, line)
