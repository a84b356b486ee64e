"""The text tables: both languages say the same things, and the code asks for what they hold."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tests.source import PACKAGES, ROOT, files

TEXTS = ROOT / "fixtures" / "texts"
LANGUAGES = ("zh", "en")
PARTS = sorted({path.name for language in LANGUAGES for path in (TEXTS / language).glob("*.json")})


def part(language: str, name: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((TEXTS / language / name).read_text("utf-8"))
    return loaded


def table(language: str) -> dict[str, str]:
    return {key: text for name in PARTS for key, text in part(language, name).items()}


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def asked_for(path: Path) -> Iterator[tuple[str, str]]:
    """The keys that a file asks for by a literal, with where: `t("…")`, `Refused("…")`, …."""
    prefixes = {"t": "", "Refused": "refused.", "StoreError": "store."}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        key = node.args[0]
        if called in prefixes and isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield prefixes[called] + key.value, f"{path.relative_to(ROOT)}:{node.lineno}"


@pytest.mark.parametrize("name", PARTS)
def test_both_languages_have_the_same_keys(name: str) -> None:
    assert part("en", name).keys() == part("zh", name).keys()


@pytest.mark.parametrize("name", PARTS)
def test_both_languages_have_the_same_placeholders(name: str) -> None:
    english, chinese = part("en", name), part("zh", name)
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in chinese.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_sorted_and_has_no_key_twice(language: str, name: str) -> None:
    pairs: list[tuple[str, str]] = json.loads(
        (TEXTS / language / name).read_text("utf-8"), object_pairs_hook=list
    )
    keys = [key for key, _ in pairs]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_parts(language: str) -> None:
    assert len(table(language)) == sum(len(part(language, name)) for name in PARTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in table(language).items() if not text.strip()] == []


def test_every_key_that_the_code_asks_for_exists() -> None:
    known = table("zh")
    missing = {
        key: where
        for package in PACKAGES
        for path in files(package)
        for key, where in asked_for(path)
        if key not in known
    }
    assert missing == {}
