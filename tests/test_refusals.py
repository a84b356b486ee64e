"""Every refusal and every store trouble has its text, and no text names what it is not given."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from db.errors import StoreError
from hallclient.rules.errors import Refused
from hallclient.texts import set_language
from hallclient.words import refused_text, store_text
from tests.source import PACKAGES, ROOT, files
from tests.test_text_tables import LANGUAGES, placeholders, table

RAISED = {"Refused": "refused.", "Choices": "refused.", "StoreError": "store."}
ASKING = {"coded": (3, 4), "ask": (1,), "ask_new": (2,)}
"""Functions that are told by a word which refusal to raise, and the places of those words."""

LISTED = {
    # The driver's words, translated: db.opening._CAUSES and check_ours.
    "db/opening.py": {
        "store.disk-full": {"path"},
        "store.damaged": {"path"},
        "store.busy": {"path"},
        "store.cannot-open": {"path"},
        "store.io": {"path"},
        "store.read-only": {"path"},
        "store.not-a-store": {"path"},
        "store.passphrase": {"path"},
    },
    # What `encodings` cannot decode.
    "hallclient/actions/booking_files.py": {
        "refused.booking-file-encoding": {"file", "line"},
        "refused.booking-file-damaged": {"file", "line"},
    },
    # The same, and what the child process of `workbooks` finds.
    "hallclient/actions/sheet_files.py": {
        "refused.sheet-encoding": {"file", "line", "byte", "value"},
        "refused.sheet-damaged": {"file", "line", "byte", "value"},
        "refused.sheet-heavy": {"file"},
        "refused.sheet-unreadable": {"file", "cause"},
        "refused.sheet-locked": {"file"},
        "refused.sheet-no-such": {"file", "sheet", "sheets"},
        "refused.sheet-empty": {"file"},
        "refused.sheet-corrupt": {"file"},
        "refused.sheet-wide": {"file", "most", "cell"},
        "refused.sheet-long": {"file", "most"},
    },
}
"""Codes that a file takes from a table of its own, with what all of them are given."""

HANDED_ON = (
    "cli/app.py",
    "cli/pick.py",
    "cli/store.py",
    "cli/window.py",
    "demo/session.py",
)
"""Files of hallclient that raise or say again what they were given."""


@dataclass
class Raised:
    """A code, where it is raised, and what its text is given everywhere."""

    where: list[str] = field(default_factory=list)
    given: set[str] | None = None

    def add(self, place: str, given: set[str] | None) -> None:
        self.where.append(place)
        if given is not None:
            self.given = given if self.given is None else self.given & given


def name_of(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def constants(code: ast.expr) -> list[str]:
    """The codes that an expression may be: a string, or one of two."""
    if isinstance(code, ast.IfExp):
        return constants(code.body) + constants(code.orelse)
    return [code.value] if isinstance(code, ast.Constant) and isinstance(code.value, str) else []


def raised(source: str, place: str) -> Iterator[tuple[str, str, set[str] | None]]:
    """(key, where, what it is given or None when that is not to be seen) in a source."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = name_of(node.func)
        where = f"{place}:{node.lineno}"
        if name in RAISED and node.args:
            code = node.args[0]
            starred = any(keyword.arg is None for keyword in node.keywords)
            given = {keyword.arg for keyword in node.keywords if keyword.arg} - {"field"}
            for word in constants(code):
                yield RAISED[name] + word, where, None if starred else given
        for index in ASKING.get(name, ()):
            for word in constants(node.args[index]) if index < len(node.args) else ():
                yield f"refused.{word}", where, None


@cache
def codes() -> dict[str, Raised]:
    found: dict[str, Raised] = {}
    for package in PACKAGES:
        for path in files(package):
            place = path.relative_to(ROOT).as_posix()
            for key, where, given in raised(path.read_text("utf-8"), place):
                found.setdefault(key, Raised()).add(where, given)
            for code, given in LISTED.get(place, {}).items():
                found.setdefault(code, Raised()).add(place, given)
    return found


def test_the_walk_sees_codes_and_what_they_are_given() -> None:
    source = 'raise Refused("a", field="x", n=1)\npick.coded(t, x, "f", "b", "c")\nask("?", "d")'
    assert list(raised(source, "f")) == [
        ("refused.a", "f:1", {"n"}),
        ("refused.b", "f:2", None),
        ("refused.c", "f:2", None),
        ("refused.d", "f:3", None),
    ]
    assert len(codes()) > 80


def test_a_code_not_written_out_is_listed() -> None:
    hidden = {
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for package in PACKAGES
        for path in files(package)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and name_of(node.func) in RAISED
        and node.args
        and not constants(node.args[0])
    }
    known = {*LISTED, *(f"hallclient/{name}" for name in HANDED_ON)}
    assert {place for place in hidden if place.partition(":")[0] not in known} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text(language: str) -> None:
    texts = table(language)
    assert {key: found.where for key, found in codes().items() if key not in texts} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_names_only_what_its_code_is_given(language: str) -> None:
    texts = table(language)
    assert {
        key: sorted(placeholders(texts[key]) - found.given)
        for key, found in codes().items()
        if found.given is not None and not placeholders(texts[key]) <= found.given
    } == {}


def test_no_text_is_left_without_a_code() -> None:
    texts = [key for key in table("zh") if key.startswith(("refused.", "store."))]
    spoken = {
        node.value
        for package in PACKAGES
        for path in files(package)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [key for key in texts if key not in codes() and key not in spoken] == []


@pytest.fixture(params=LANGUAGES)
def _spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("zh")


@pytest.mark.usefixtures("_spoken")
def test_codes_in_a_refusal_are_said_as_words() -> None:
    said = refused_text(Refused("wrong-state", number="A001", state="waiting", action="reopen"))
    assert "waiting" not in said.replace("“waiting”", "")
    assert "{" not in said
    said = refused_text(Refused("not-allowed", action="window.take-over", role="clerk"))
    assert "take-over" not in said
    assert "{" not in said


@pytest.mark.usefixtures("_spoken")
def test_a_book_typed_for_a_code_is_cut() -> None:
    said = refused_text(Refused("no-such-item", service="x" * 5000 + "\x1b[31m"))
    assert len(said) < 300
    assert "\x1b" not in said


@pytest.mark.usefixtures("_spoken")
def test_a_path_is_said_whole_and_safe() -> None:
    said = store_text(StoreError("missing", path=Path("/" + "d" * 100 + "/\x1b[31m.db")))
    assert "d" * 100 in said
    assert "\x1b" not in said


def test_nothing_is_said_as_none() -> None:
    said = refused_text(Refused("not-your-window", window="W01", operator=None))
    assert "None" not in said
