"""A hall's forms: the example of the docs is right, each mistake is told once and in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions.form_files import compiled_text, read_forms, shipped
from hallclient.actions.hall_files import read_folder
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import from_json, to_json
from hallclient.rules.problems import Problem
from hallclient.texts import LANGUAGES, table, text_in
from tests.forms_bad import CHOICES, DEPARTMENTS, FORM, MISTAKES, RULES, example, write
from tests.hostile import HOSTILE, assert_harmless
from tests.test_catalogue import App, run

FILES = (FORM, RULES, DEPARTMENTS, CHOICES)
NEEDED = (FORM, DEPARTMENTS, CHOICES)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return example()


def said(problem: Problem, language: str = "en") -> str:
    return text_in(language, f"catalogue.problem.{problem.code}", **problem.params)


def places(problems: list[Problem]) -> list[tuple[str, int, str]]:
    return [problem[:3] for problem in problems]


# -- what is right


def test_the_example_of_the_docs_is_right(files: dict[str, str], tmp_path: Path) -> None:
    forms, problems = read_forms(write(tmp_path, files))
    assert [(problem.place, said(problem)) for problem in problems] == []
    form = forms["stall"]
    compile_form(form)
    assert form.key == "stall@2026.1"
    assert from_json(to_json(form)) == form


def test_a_field_of_a_person_is_as_the_roster_has_it(files: dict[str, str], tmp_path: Path) -> None:
    fields = read_forms(write(tmp_path, files))[0]["stall"].fields
    shown, own = fields["k_number"], fields["p_number"]
    assert (shown.type, shown.personal, shown.via) == (own.type, own.personal, "k_person")


def test_a_form_holds_the_choices_that_it_names_and_no_others(
    files: dict[str, str], tmp_path: Path
) -> None:
    more = '\n[[dictionary]]\nid = "{}"\nzh = "x"\nen = "x"\n[[dictionary.option]]\ncode = "a"\n'
    more += 'zh = "a"\nen = "a"\n'
    files = files | {CHOICES: files[CHOICES] + more.format("asked") + more.format("other")}
    files[RULES] = files[RULES].replace("not repeated", "known(place, 'asked') and not repeated")
    forms, problems = read_forms(write(tmp_path, files))
    assert list(forms["stall"].dictionaries) == ["asked", "paper", "stall_kind"]
    assert [(problem.code, problem.params["value"]) for problem in problems] == [
        ("form-choices-unused", "other")
    ]


def test_an_expression_may_stand_on_several_lines(files: dict[str, str], tmp_path: Path) -> None:
    one = '"day_to < add_years(day_from, 1)"'
    files = files | {RULES: files[RULES].replace(one, '"""\nday_to\n  < add_years(day_from, 1)"""')}
    forms, problems = read_forms(write(tmp_path, files))
    assert (problems, len(forms)) == ([], 1)


def test_a_hall_without_forms_has_none(tmp_path: Path) -> None:
    assert read_forms(tmp_path / "forms") == ({}, [])


def test_the_forms_that_ship_are_right_and_compiled_as_they_are() -> None:
    codes = {item.code for item in read_folder(FIXTURES)[0].items.values()}
    forms, problems = read_forms(FIXTURES / "forms", codes)
    assert [(problem.place, said(problem)) for problem in problems] == []
    assert list(forms) == ["company-setup", "cross-region-tax", "holder-change"]
    written = (FIXTURES / "forms/compiled.json").read_text("utf-8")
    assert written == compiled_text(forms), "hallclient catalogue check fixtures --write"
    assert shipped() == forms
    for form in forms.values():
        compile_form(form)


# -- what is wrong


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_in_its_place(
    files: dict[str, str], tmp_path: Path, name: str
) -> None:
    changed, told, line = MISTAKES[name].make(files)
    forms, problems = read_forms(write(tmp_path, changed))
    errors = [problem for problem in problems if not problem.warning]
    assert places(errors) == [(told, line, MISTAKES[name].code)], [said(one) for one in errors]
    assert forms == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_whole(files: dict[str, str], tmp_path: Path, language: str) -> None:
    for at, mistake in enumerate(MISTAKES.values()):
        for problem in read_forms(write(tmp_path / str(at), mistake.make(files)[0]))[1]:
            text = table(language)[f"catalogue.problem.{problem.code}"]
            named = set(re.findall(r"(?<!{){(\w+)}", text))
            assert named <= problem.params.keys(), problem
            assert "None" not in said(problem, language)


def test_every_text_is_of_a_mistake_that_can_be_made(files: dict[str, str], tmp_path: Path) -> None:
    made = {mistake.code for mistake in MISTAKES.values()} | WARNINGS.keys() | RARE
    texts = {key.removeprefix("catalogue.problem.") for key in table("zh")}
    assert {code for code in texts if code.startswith("form-")} <= made


RARE = {
    *("form-no-form", "form-no-sections", "form-no-departments", "form-no-options"),
    *("form-choices-unused", "form-no-order", "form-literal", "form-too-deep"),
    *("form-not-a-number", "form-unknown-unit"),
}
"""Made in tests of their own."""

WARNINGS = {
    # what is taken out or put in place of it: a form all the same, with a word of warning
    "no-english": (FORM, 'en = "Place"\n', ""),
    "form-no-english-options": (CHOICES, 'en = "Food"\n', ""),
    "form-same-label": (CHOICES, 'zh = "百货"', 'zh = "餐饮"'),
    "form-no-label": (FORM, 'label = "k_name"\n', ""),
    "form-no-basis": (RULES, 'basis = "大厅规定"\n', ""),
    "form-not-personal": (
        FORM,
        'kind_from = "p_paper"\npersonal = true\n',
        'kind_from = "p_paper"\n',
    ),
    "form-origin-unknown": (FORM, 'form = "stall"', 'form = "stalls"'),
    "form-gets-nothing": (
        DEPARTMENTS,
        "[[department]]",
        '[[department]]\nid = "TAX"\nzh = "税务"\nen = "Tax"\n[[department]]',
    ),
}


@pytest.mark.parametrize("code", WARNINGS)
def test_a_doubt_is_told_and_the_form_is_there(
    files: dict[str, str], tmp_path: Path, code: str
) -> None:
    file, old, new = WARNINGS[code]
    assert old in files[file]
    forms, problems = read_forms(write(tmp_path, files | {file: files[file].replace(old, new, 1)}))
    assert list(forms) == ["stall"]
    assert [(problem.file, problem.code, problem.warning) for problem in problems] == [
        (file, code, True)
    ]
    assert said(problems[0], "zh") != said(problems[0], "en")


def test_what_was_meant_is_named_first(files: dict[str, str], tmp_path: Path) -> None:
    found = {}
    for name in ("unknown attribute", "unknown type", "unknown field in an expression"):
        _, problems = read_forms(write(tmp_path / name, MISTAKES[name].make(files)[0]))
        found[name] = str(problems[0].params["known"]).split(", ")[0]
    assert list(found.values()) == ["required", "decimal", "day_from"]


def test_the_place_in_an_expression_counts_characters(
    files: dict[str, str], tmp_path: Path
) -> None:
    wrong = "\"place != '东湖大道' and palce == 'x'\""
    files = files | {RULES: files[RULES].replace('"not repeated(k_person)"', wrong)}
    _, (problem,) = read_forms(write(tmp_path, files))
    assert (problem.code, problem.params["here"]) == ("form-unknown-name", "palce == 'x'")
    assert problem.params["column"] == wrong.index("palce")


def test_all_mistakes_are_told_in_one_run(files: dict[str, str], tmp_path: Path) -> None:
    names = [
        *("unknown attribute", "syntax", "unknown function", "unknown level", "unknown role"),
        *("required target nobody fills", "option with a list", "label that is no column"),
        *("rule on an unknown field", "department twice"),
    ]
    expected = set()
    for name in names:
        files, told, _ = MISTAKES[name].make(files)
        expected.add((told, MISTAKES[name].code))
    _, problems = read_forms(write(tmp_path, files))
    assert {(one.file, one.code) for one in problems} == expected


def test_a_form_with_a_mistake_takes_nothing_from_the_others(
    files: dict[str, str], tmp_path: Path
) -> None:
    second = {
        name.replace("/stall/", "/other/"): text.replace('id = "stall"', 'id = "other"', 1)
        for name, text in files.items()
        if name != CHOICES
    }
    bad = MISTAKES["unknown type"].make(files)[0]
    forms, problems = read_forms(write(tmp_path, bad | second))
    assert list(forms) == ["other"]
    assert {problem.file for problem in problems} == {FORM}


def test_a_list_of_choices_with_a_mistake_takes_the_forms_that_use_it(
    files: dict[str, str], tmp_path: Path
) -> None:
    lone = '[form]\nid = "lone"\nversion = "1"\nzh = "单"\nen = "Lone"\n[[section]]\nid = "s"\n'
    lone += 'zh = "s"\nen = "s"\n[[section.field]]\nid = "t"\nzh = "t"\nen = "t"\ntype = "text"\n'
    lone += 'departments = ["A"]\n'
    more = {
        "forms/lone/form.toml": lone,
        "forms/lone/rules.toml": "",
        "forms/lone/departments.toml": '[[department]]\nid = "A"\nzh = "甲"\nen = "A"\n',
    }
    bad = MISTAKES["option code twice"].make(files)[0]
    forms, problems = read_forms(write(tmp_path, bad | more))
    assert list(forms) == ["lone"]
    assert [problem.code for problem in problems] == ["duplicate"]


OTHERS = {
    # expressions and tables that the small form has no place for
    "form-no-order": (RULES, '"day_to < add_years(day_from, 1)"', '"kind.food < true"'),
    "form-literal": (RULES, '"day_to < add_years(day_from, 1)"', '"matches(place, permit)"'),
    "form-too-deep": (RULES, '"day_to < add_years(day_from, 1)"', f'"{"not " * 490}true"'),
    "form-not-a-number": (RULES, '"day_to < add_years(day_from, 1)"', '"-place == 1"'),
    "form-unknown-unit": (FORM, 'via = "k_person"', 'via = "k_person"\nunit = "fen"'),
    "form-no-options": (
        CHOICES,
        "[[dictionary]]",
        '[[dictionary]]\nid = "none"\nzh = "无"\nen = "None"\n[[dictionary]]',
    ),
}


@pytest.mark.parametrize("code", OTHERS)
def test_rare_mistakes(files: dict[str, str], tmp_path: Path, code: str) -> None:
    file, old, new = OTHERS[code]
    changed = files | {file: files[file].replace(old, new, 1)}
    _, problems = read_forms(write(tmp_path, changed))
    assert [problem.code for problem in problems if not problem.warning] == [code]


# -- files that are none


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file(files: dict[str, str], tmp_path: Path, file: str) -> None:
    folder = write(tmp_path, files)
    (tmp_path / file).unlink()
    assert (places(read_forms(folder)[1]), read_forms(folder)[0]) == (
        [(file, 0, "missing-file")],
        {},
    )


@pytest.mark.parametrize("file", FILES)
def test_a_folder_in_place_of_a_file(files: dict[str, str], tmp_path: Path, file: str) -> None:
    folder = write(tmp_path, files)
    (tmp_path / file).unlink()
    (tmp_path / file).mkdir()
    assert places(read_forms(folder)[1]) == [(file, 0, "unreadable")]


@pytest.mark.parametrize("file", FILES)
def test_another_encoding_is_refused_not_guessed(
    files: dict[str, str], tmp_path: Path, file: str
) -> None:
    folder = write(tmp_path, files)
    (tmp_path / file).write_bytes(files[file].encode("gb18030"))
    forms, (problem,) = read_forms(folder)
    assert (problem.file, problem.code, forms) == (file, "not-utf8", {})
    lines = files[file].splitlines()
    assert problem.line == next(at for at, each in enumerate(lines, 1) if not each.isascii())


@pytest.mark.parametrize("file", FILES)
def test_a_file_far_too_large(files: dict[str, str], tmp_path: Path, file: str) -> None:
    folder = write(tmp_path, files)
    with (tmp_path / file).open("r+b") as stream:
        stream.truncate(9 * 1024 * 1024)
    assert places(read_forms(folder)[1]) == [(file, 0, "too-large")]


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        (FORM, "", "form-no-form"),
        (FORM, '[form]\nid = "stall"\nversion = "1"\nzh = "x"\nen = "x"\n', "form-no-sections"),
        (DEPARTMENTS, "", "form-no-departments"),
        (FORM, "form = 3", "wrong-type"),
        (RULES, "rule = [1]", "wrong-type"),
        (CHOICES, "dictionary = { a = 1 }", "wrong-type"),
        (RULES, "x = " + "[" * 100_000, "bad-toml"),
        (RULES, "x = " + "9" * 5_000, "bad-toml"),
    ],
)
def test_a_file_with_nothing_of_use(
    files: dict[str, str], tmp_path: Path, file: str, text: str, code: str
) -> None:
    forms, problems = read_forms(write(tmp_path, files | {file: text}))
    assert (problems[0].file, problems[0].code, forms) == (file, code, {})
    assert {problem.file for problem in problems} == {file}


def test_a_form_may_have_no_rules(files: dict[str, str], tmp_path: Path) -> None:
    forms, problems = read_forms(write(tmp_path, files | {RULES: ""}))
    assert (list(forms), problems) == (["stall"], [])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_told_harmlessly(files: dict[str, str], tmp_path: Path, text: str) -> None:
    quoted = "".join(f"\\U{ord(char):08x}" for char in text if not 0xD800 <= ord(char) < 0xE000)
    changed = files | {FORM: files[FORM].replace('"摆放地点"', f'"{quoted}"')}
    changed[RULES] = changed[RULES].replace('on = "day_to"', f'on = "{quoted}x"')
    for problem in read_forms(write(tmp_path, changed))[1]:
        for language in LANGUAGES:
            assert_harmless(said(problem, language))


# -- whatever else


PIECES = st.sampled_from(
    [
        *("'", '"', "=", "[", "]]", "{", "}", "\n", "\\", "#", ",", "0", "-1", "1e99", "nan"),
        *("true", "2026-09-22", "\x00", "\u202e", "\ud7ff", "[form]\n", "[[section]]\n"),
        *("[[section.field]]\n", "repeat = true\n", 'via = "k_person"\n', 'id = "place"\n'),
        *('type = "person"\n', 'type = "id"\n', 'calculation = "days"\n', "low = 3\n"),
    ]
)
CHANGE = st.tuples(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 40), PIECES | st.text())


@given(changes=st.lists(CHANGE, min_size=1, max_size=4))
@case(changes=[(RULES, 0.5, 0, "matches(place, '[[a')")])
@case(changes=[(CHOICES, 0.0625, 0, "'")])
def test_whatever_is_changed_is_a_form_or_is_told(
    changes: list[tuple[str, float, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = {name: text.encode() for name, text in example().items()}
    for name, at, length, piece in changes:
        data = files[name]
        start = int(at * len(data))
        put = piece.encode("utf-8", "surrogatepass")
        files[name] = data[:start] + put + data[start + length :]
    folder = tmp_path_factory.mktemp("forms")
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    forms, problems = read_forms(folder / "forms")
    wrong = {problem.file for problem in problems if not problem.warning}
    # A mistake among choices that the form does not use leaves it whole.
    assert bool(forms) != bool(wrong) or (forms and wrong == {CHOICES})
    for form in forms.values():
        compile_form(form)
        assert from_json(to_json(form)) == form
    for problem in problems:
        lines = files[problem.file].count(b"\n") + 1
        assert 0 <= problem.line <= lines
        for language in LANGUAGES:
            assert f"catalogue.problem.{problem.code}" in table(language)
            assert_harmless(said(problem, language))


# -- the command


def test_the_command_checks_forms_and_writes_them(files: dict[str, str], tmp_path: Path) -> None:
    import shutil

    hall = tmp_path / "hall"
    shutil.copytree(FIXTURES, hall, ignore=shutil.ignore_patterns("texts", "demo", "forms"))
    write(hall, files)
    app = App(read_folder(FIXTURES)[0])
    assert run(app, "check", str(hall), "--write") == 0
    assert app.out.objects[0]["forms"] == 1
    written = hall / "forms/compiled.json"
    assert {"written": str(written)} in app.out.objects

    changed, told, line = MISTAKES["unknown type"].make(files)
    write(hall, changed)
    app = App(read_folder(FIXTURES)[0])
    with pytest.raises(Refused) as refused:
        run(app, "check", str(hall))
    assert refused.value.params == {"count": 1, "place": f"{told}:{line}"}
    assert (app.out.objects[0]["file"], app.out.objects[0]["line"]) == (told, line)


def test_items_that_the_catalogue_does_not_have(files: dict[str, str], tmp_path: Path) -> None:
    roster = 'roster = "person"'
    named = files | {FORM: files[FORM].replace(roster, f'{roster}\nitems = ["YQ034", "XX1"]')}
    folder = write(tmp_path, named)
    assert read_forms(folder)[1] == []
    _, (problem,) = read_forms(folder, {"YQ034"})
    assert (problem.code, problem.params["value"], problem.line) == ("unknown-item", "XX1", 7)
