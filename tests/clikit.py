"""The command line in this process: a store with a clock that stands still, and its answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from hallclient.actions import staff
from hallclient.cli import app as cli_app
from hallclient.main import main
from hallclient.texts import set_language
from tests.hallkit import PASSWORD, Kit
from tests.hostile import assert_harmless


@dataclass
class Answer:
    """What one command line said."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        """Its only JSON line."""
        (found,) = self.objects
        return found


class Cli:
    """Runs `main` on the store of a kit. Everything it prints is checked to be harmless."""

    def __init__(self, kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
        self.kit = kit
        self.capsys = capsys
        self.ran: set[str] = set()

    def __call__(self, *words: str, by: str = "", at: str = "") -> Answer:
        """One command, by an operator at a window."""
        named = [word for word in words if word != "--json"]
        self.ran.add(" ".join(named[:2]))
        line = [*words]
        if by:
            line += ["--as", by]
        if at:
            line += ["--window", at]
        self.capsys.readouterr()
        code = main(line)
        out, err = self.capsys.readouterr()
        assert_harmless(out)
        assert_harmless(err)
        assert "Traceback" not in err
        return Answer(code, out, err)

    def json(self, *words: str, by: str = "", at: str = "") -> Answer:
        """The same under ``--json``: every line of the answer is an object."""
        answer = self("--json", *words, by=by, at=at)
        assert all(isinstance(one, dict) for one in answer.objects)
        return answer

    def done(self, *words: str, by: str = "", at: str = "") -> dict[str, Any]:
        """A command that must succeed with one object."""
        answer = self.json(*words, by=by, at=at)
        assert (answer.code, answer.err) == (0, "")
        return answer.object

    def refused(self, *words: str, by: str = "", at: str = "") -> dict[str, Any]:
        """A command that a rule must refuse, in text and in JSON alike."""
        said = self(*words, by=by, at=at)
        assert (said.code, said.out) == (1, "")
        assert said.err.strip()
        answer = self.json(*words, by=by, at=at)
        assert answer.code == 1
        found = answer.object
        assert answer.err.startswith(found["message"])
        return found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Verifiers at the lowest cost; what they decide is the same."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(staff, "_hasher", lambda: hasher)
    staff._nobody.cache_clear()
    yield
    staff._nobody.cache_clear()


@pytest.fixture
def cli(
    kit: Kit,
    quick: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Cli]:
    """Everybody's password is `PASSWORD`; no terminal to ask anybody."""
    for name in ("HALLCLIENT_NEW_PASSWORD", "HALLCLIENT_TAKER_PASSWORD", "HALLCLIENT_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HALLCLIENT_STORE", str(kit.path))
    monkeypatch.setenv("HALLCLIENT_PASSWORD", PASSWORD)
    monkeypatch.setenv("HALLCLIENT_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(cli_app, "system_env", kit.make_env)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    yield Cli(kit, capsys)
    set_language("zh")
