"""Making a store, typing secrets, and the desk as the command without a name."""

from pathlib import Path

import pytest

from hallclient import __version__
from hallclient.actions.setup import DEMO_STAFF
from hallclient.cli.app import encrypted
from hallclient.main import main
from tests.clikit import Cli, cli, quick
from tests.hallkit import PASSWORD
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_init_demo_makes_a_hall_that_is_ready(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    monkeypatch.setenv("HALLCLIENT_STORE", str(tmp_path / "new.db"))
    made = cli.done("init", "--demo")
    assert made["password"] is None
    assert made["demo"] is True
    assert {"c01", "c18", "a01", "a02", "s01", "admin"} <= set(made["operators"])
    assert made["windows"] == [f"W{number:02d}" for number in range(1, 19)]
    assert cli.done("window", "open", by="c18", at="W18")["state"] == "idle"
    again = cli.json("init", "--demo")
    assert (again.code, again.object["error"]) == (3, "exists")


def test_init_without_a_password_makes_one_and_prints_it(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, more in (("demo.db", ["--demo"]), ("real.db", [])):
        monkeypatch.delenv("HALLCLIENT_PASSWORD", raising=False)
        monkeypatch.setenv("HALLCLIENT_STORE", str(tmp_path / name))
        password = cli.done("init", *more)["password"]
        monkeypatch.setenv("HALLCLIENT_PASSWORD", password)
        answer = cli.json("staff", "list", by="admin")
        if more:
            assert len(answer.objects) == len(DEMO_STAFF)
        else:
            assert answer.object["error"] == "password-first"
    said = cli("init", "--store", str(tmp_path / "third.db"))
    assert said.code == 0
    assert "admin" in said.out


def test_init_takes_a_halls_own_folder_and_name(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    fixtures = Path(__file__).resolve().parent.parent / "fixtures"
    made = cli.done(
        "init", "--hall", "east", "--fixtures", str(fixtures), "--demo", "--store", str(path)
    )
    assert made["hall"] == "east"
    empty = tmp_path / "empty"
    empty.mkdir()
    found = cli.refused("init", "--fixtures", str(empty), "--store", str(tmp_path / "x.db"))
    assert found["error"] == "catalogue-invalid"
    assert not (tmp_path / "x.db").exists()


def test_an_encrypted_store_opens_with_its_passphrase_only(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HALLCLIENT_STORE", str(tmp_path / "secret.db"))
    assert cli.refused("init", "--demo", "--encrypt")["error"] == "passphrase-missing"
    monkeypatch.setenv("HALLCLIENT_STORE_PASSPHRASE", "open sesame")
    assert cli.done("init", "--demo", "--encrypt")["encrypted"] is True
    assert b"SQLite" not in (tmp_path / "secret.db").read_bytes()[:16]
    assert cli("window", "list", by="c01").code == 0
    monkeypatch.setenv("HALLCLIENT_STORE_PASSPHRASE", "wrong")
    answer = cli.json("window", "list", by="c01")
    assert (answer.code, answer.object["error"]) == (3, "passphrase")
    monkeypatch.delenv("HALLCLIENT_STORE_PASSPHRASE")
    assert cli.refused("window", "list", by="c01")["error"] == "passphrase-missing"


def test_a_passphrase_for_a_plain_store_does_no_harm(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLCLIENT_STORE_PASSPHRASE", "open sesame")
    assert cli("window", "list", by="c01").code == 0


# -- typed at a terminal


def test_a_password_is_typed_when_there_is_a_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[str] = [PASSWORD]
    asked: list[str] = []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return typed.pop(0)

    monkeypatch.delenv("HALLCLIENT_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", getpass)
    assert cli("window", "list", by="c01").code == 0
    assert "c01" in asked[0]
    typed += [PASSWORD, PASSWORD, "a new one", "another"]
    assert cli("staff", "password", by="c01").code == 1
    typed += [PASSWORD, PASSWORD, "a new one", "a new one"]
    assert cli("staff", "password", by="c01").code == 0
    typed += ["a new one"]
    assert cli("window", "list", by="c01").code == 0
    assert typed == []


# -- the desk and the demo


def test_without_a_command_the_desk_is_shown(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []

    def show(path: Path, **how: object) -> int:
        shown.append((path, how["operator"], how["window"], how["passphrase"]))
        return 0

    monkeypatch.setattr("hallclient.main._show", show)
    assert cli("--as", "C01", "--window", "w01").code == 0
    assert shown == [(cli.kit.path, "c01", "W01", None)]


def test_main_without_arguments_reads_the_line_of_the_process(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hallclient", "--version"])
    assert main() == 0
    assert __version__ in capsys.readouterr().out


def test_each_line_is_answered_in_its_own_language(cli: Cli) -> None:
    assert cli("window", "list", "--lang", "en", by="c01").out.isascii()
    assert not cli("window", "list", by="c01").out.isascii()


@pytest.mark.parametrize("name", ["no such file", "\ud800", "nul\x00", "x" * 5000, "."])
def test_what_cannot_be_read_is_not_taken_for_encrypted(name: str) -> None:
    assert encrypted(Path(name)) is False
