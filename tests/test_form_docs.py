"""What docs/forms.md says is all there is, in both languages."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from hallclient.rules.form.functions import FUNCTIONS
from hallclient.rules.form.repair_ways import WAYS
from hallclient.rules.form.scope import TOTALS
from hallclient.rules.form.spec import (
    CARD,
    Department,
    Field,
    Form,
    Level,
    Origin,
    Rule,
    Section,
    Type,
)
from hallclient.rules.identity import KINDS
from hallclient.rules.roles import PERMISSIONS, Role
from tests.source import ROOT

CHINESE, _, ENGLISH = (ROOT / "docs/forms.md").read_text("utf-8").partition("# Form files\n")
OF_ROWS = TOTALS | {"repeated", "matching", "lookup", "summed"}
INSIDE = {"fields", "section", "sections", "rules", "departments", "dictionaries", "origins"}
CODE = re.compile(r"`([^`\n]+)`")
CALLED = re.compile(r"([a-z_]+)\(")

both = pytest.mark.parametrize("page", [CHINESE, ENGLISH], ids=["zh", "en"])


def cells(page: str) -> list[str]:
    """The first cells of all tables."""
    return [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]


@both
@pytest.mark.parametrize("part", [Form, Section, Field, Origin, Rule, Department])
def test_every_key_is_explained(page: str, part: type) -> None:
    said = {code for cell in cells(page) for code in CODE.findall(cell)}
    assert {one.name for one in fields(part)} - INSIDE <= said


@both
def test_every_key_that_is_explained_exists(page: str) -> None:
    said = {code for cell in cells(page) for code in CODE.findall(cell) if "(" not in code}
    keys = {
        one.name
        for part in (Form, Section, Field, Origin, Rule, Department)
        for one in fields(part)
    }
    assert said - keys == {kind.value for kind in Type} - keys


@both
def test_functions_are_those_there_are(page: str) -> None:
    said = {code for cell in cells(page) for code in CODE.findall(cell) if "(" in code}
    names = {found[1] for code in said if (found := CALLED.match(code))}
    assert names == FUNCTIONS.keys() | OF_ROWS


@both
def test_words_are_those_there_are(page: str) -> None:
    said = set(CODE.findall(page))
    assert {*map(str, Level), *WAYS, *KINDS, *CARD} <= said
    roles = {role.value for role in Role}
    assert roles & said == PERMISSIONS["form.override"]
