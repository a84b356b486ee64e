"""A hall's forms: the example of the docs is right, and each mistake is told once, in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.actions.form_files import read_forms
from hallclient.rules.form.program import compile_form
from hallclient.rules.problems import Problem
from hallclient.texts import text_in
from tests.forms_bad import CHOICES, DEPARTMENTS, FORM, MISTAKES, RULES, example, write

FILES = (FORM, RULES, DEPARTMENTS, CHOICES)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return example()


def said(problem: Problem, language: str = "en") -> str:
    return text_in(language, f"catalogue.problem.{problem.code}", **problem.params)


def test_the_example_of_the_docs_is_right(files: dict[str, str], tmp_path: Path) -> None:
    forms, problems = read_forms(write(tmp_path, files))
    assert [(problem.place, said(problem)) for problem in problems] == []
    form = forms["stall"]
    compile_form(form)
    assert form.key == "stall@2026.1"
    assert form.fields["k_number"].type == "id"
    assert form.fields["k_number"].personal


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_in_its_place(
    files: dict[str, str], tmp_path: Path, name: str
) -> None:
    changed, told, line = MISTAKES[name].make(files)
    forms, problems = read_forms(write(tmp_path, changed))
    errors = [problem for problem in problems if not problem.warning]
    assert [(problem.file, problem.line, problem.code) for problem in errors] == [
        (told, line, MISTAKES[name].code)
    ], [said(problem) for problem in errors]
    assert forms == {}


def test_the_table_of_mistakes_is_long() -> None:
    assert len(MISTAKES) >= 80
