"""What a fresh process really loads: a static look at the imports cannot see a lazy one.

import-linter checks the arrows between our packages; this checks the weight that they carry.
"""

import ast
import atexit
import json
import os
import subprocess
import sys
from functools import cache

import pytest

from tests.source import ROOT, modules

TERMINAL = {"textual", "rich", "screens"}
HEAVY = {
    "PIL",
    "argon2",
    "barcode",
    "cryptography",
    "csv",
    "pip",
    "psycopg",
    "pypinyin",
    "sqlite_utils",
    "tomllib",
}
"""Each costs the first frame 10 to 120 ms; they are imported by the function that needs them."""


# Python starts once; every question is answered by a fork of it, in which nothing is loaded yet.
PROBE = """
import importlib, json, os, sys
before = set(sys.modules)
for line in sys.stdin:
    child = os.fork()
    if not child:
        for name in json.loads(line):
            importlib.import_module(name)
        print(json.dumps(sorted(set(sys.modules) - before)), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(1)
"""


@cache
def probe() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-P", "-c", PROBE],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(started.communicate)
    return started


@cache
def loaded_by(*names: str) -> frozenset[str]:
    """All modules in a fresh process after importing these, beyond what Python starts with."""
    asked, answers = probe().stdin, probe().stdout
    assert asked is not None
    assert answers is not None
    print(json.dumps(names), file=asked, flush=True)
    answer = answers.readline()
    if not answer:
        probe.cache_clear()
    assert answer, f"{names} cannot be imported; see what was written to stderr"
    return frozenset(json.loads(answer))


def packages(names: frozenset[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_the_probe_sees_a_package_that_is_loaded() -> None:
    assert "csv" in packages(loaded_by("csv"))
    assert "rich" in packages(loaded_by("rich.text"))


@pytest.mark.parametrize("name", modules("hallclient/rules"))
def test_a_rule_loads_nothing_but_rules(name: str) -> None:
    loaded = loaded_by(name)
    ours = {module for module in loaded if module.startswith("hallclient.")}
    assert {module for module in ours if not module.startswith("hallclient.rules")} == set()
    outside = TERMINAL | HEAVY | {"db", "sqlite3", "sqlcipher3", "asyncio", "socket", "subprocess"}
    assert packages(loaded) & outside == set()


@pytest.mark.parametrize("name", modules("db"))
def test_the_store_loads_neither_screens_nor_use_cases(name: str) -> None:
    assert packages(loaded_by(name)) & (TERMINAL | {"hallclient"}) == set()


def test_opening_a_store_loads_nothing_heavy() -> None:
    assert packages(loaded_by("db", "db.store")) & HEAVY == set()


@pytest.mark.parametrize("name", ["hallclient", "hallclient.main", "hallclient.texts"])
def test_the_entry_point_loads_no_terminal_and_nothing_heavy(name: str) -> None:
    assert packages(loaded_by(name)) & (TERMINAL | HEAVY) == set()


@pytest.mark.parametrize("package", ["hallclient/cli", "hallclient/actions"])
def test_use_cases_and_command_line_load_no_terminal(package: str) -> None:
    assert packages(loaded_by(*modules(package))) & TERMINAL == set()


def test_the_screens_add_nothing_heavy_to_textual() -> None:
    floor = packages(loaded_by("textual.app", "textual.screen", "textual.widgets"))
    assert (packages(loaded_by(*modules("screens"))) - floor) & HEAVY == set()


def needed_at_import(name: str) -> set[str]:
    """Our modules that a module imports as it is loaded: not in functions, not for types alone."""
    path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
    if not path.is_file():
        path = ROOT.joinpath(*name.split("."), "__init__.py")
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{one.name}" for one in node.names}
            found |= {one if one in KNOWN else node.module for one in inner}
    return (found & KNOWN) - {name}


KNOWN = {name for package in ("db", "hallclient", "screens") for name in modules(package)}


def test_no_module_needs_itself_to_be_loaded() -> None:
    """Whichever is imported first: a ring works from some of its members and not from others."""
    needs = {name: needed_at_import(name) for name in KNOWN}
    assert sum(map(len, needs.values())) > 500
    while free := {name for name, wanted in needs.items() if not wanted & needs.keys()}:
        needs = {name: wanted for name, wanted in needs.items() if name not in free}
    assert sorted(needs) == []
