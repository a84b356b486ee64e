"""Rules of the house that no linter knows."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.source import PACKAGES, ROOT, docstrings, files, full_name, imported_names

OWN_CLOCKS = {"hallclient/env.py", "hallclient/main.py", "db/env.py"}
"""Where the real clock and the real dice are handed in; everyone else is given them."""

WALL_CLOCKS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.getrandom",
    "os.urandom",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
}
DICE = ("random", "secrets")
HAN = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def bare_clocks(source: str) -> list[str]:
    """Clocks and dice that a source takes for itself, called or only handed on."""
    tree = ast.parse(source)
    meaning = imported_names(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = full_name(node, meaning)
            if name in WALL_CLOCKS or name.startswith(tuple(f"{dice}." for dice in DICE)):
                found.append(f"{node.lineno}: {name}")
    return found


def is_han(text: str) -> bool:
    return any(low <= ord(char) <= high for char in text for low, high in HAN)


def han_literals(source: str) -> list[str]:
    """String literals with a Chinese character typed into them; docstrings may have some.

    An escape (`"\\u4e00"`) is no text for people and is let through.
    """
    tree = ast.parse(source)
    allowed = set(docstrings(tree))
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        # To cut a segment out of a source is slow: only for a value with such a character.
        if (
            node not in allowed
            and is_han(node.value)
            and is_han(ast.get_source_segment(source, node) or node.value)
        ):
            found.append(f"{node.lineno}: {node.value[:30]!r}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import time\nnow = time.time()",
        "import time as t\ndef f(clock=t.time): ...",
        "from time import time_ns as ns\nns()",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "import datetime as dt\ndt.date.today()",
        "import uuid\nuuid.uuid4()",
        "from os import urandom\nurandom(8)",
        "import os\nos.urandom(8)",
        "import random\nrandom.Random(1)",
        "from secrets import token_hex\ntoken_hex()",
    ],
)
def test_the_check_finds_a_bare_clock(source: str) -> None:
    assert bare_clocks(source)


def test_the_check_lets_a_given_clock_pass() -> None:
    source = "def f(env, at):\n    return env.now(), env.random.token(), at.time(), at.today()"
    assert bare_clocks(source) == []


@pytest.mark.parametrize("folder", ["hallclient/rules", "hallclient/actions", "db"])
def test_clock_ids_and_randomness_are_injected(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files(folder)
        if path.relative_to(ROOT).as_posix() not in OWN_CLOCKS
        for line in bare_clocks(path.read_text("utf-8"))
    ]
    assert found == []


def test_the_check_finds_a_chinese_literal() -> None:
    assert han_literals('x = f"第{n}号"') != []
    assert han_literals('def f(x="窗"): ...') != []
    assert han_literals('"""叫号"""\ndef f():\n    """叫号"""\n    return "\\u4e00"  # 叫号') == []


@pytest.mark.parametrize("package", PACKAGES)
def test_chinese_stands_in_the_text_tables_only(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files(package)
        for line in han_literals(path.read_text("utf-8"))
    ]
    assert found == []


def outside_imports(path: Path) -> set[str]:
    """Top-level names of the modules that a file imports from outside the project and Python."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            named |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.add(node.module.partition(".")[0])
    return named - set(PACKAGES) - {"fixtures"} - sys.stdlib_module_names


def test_every_import_from_outside_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {pin.partition("==")[0].partition("[")[0] for pin in project["dependencies"]}
    owners = {
        name: [one.lower().replace("_", "-") for one in by]
        for name, by in packages_distributions().items()
    }
    used = {
        name: owners.get(name, ["not installed"])
        for package in PACKAGES
        for path in files(package)
        for name in outside_imports(path)
    }
    assert "textual" in used
    assert {name: by for name, by in used.items() if not declared & set(by)} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_code_is_a_package(package: str) -> None:
    # Without the file it still imports, but import-linter and the type checker overlook it.
    folders = {path.parent for path in files(package)}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_files_stay_short_enough_to_be_guessed_by_name() -> None:
    assert {
        str(path.relative_to(ROOT)): lines(path)
        for package in PACKAGES
        for path in files(package)
        if lines(path) > 400
    } == {}
