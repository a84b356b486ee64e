"""What the command line refuses, how it says so, and with which exit code."""

import stat
from pathlib import Path

import pytest

from hallclient import __version__
from hallclient.actions import calling
from hallclient.cli.parser import COMMANDS
from tests.clikit import Cli, cli, quick
from tests.hallkit import PASSWORD
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]

SETUP = "SP078"
OURS = ("ticket", "window", "shift", "staff", "hall")


def test_nobody_waiting_is_exit_1(cli: Cli) -> None:
    cli.kit.open(1)
    found = cli.refused("window", "next", by="c01")
    assert (found["error"], found["field"]) == ("nobody-waiting", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ticket", "take"), "no-item"),
        (("ticket", "take", "--service", "zzzz"), "no-such-item"),
        (("ticket", "take", "--joint", "zzzz"), "no-such-joint"),
        (("ticket", "take", "--service", SETUP, "--priority", "zzzz"), "no-such-priority"),
        (("ticket", "take", "--service", SETUP, "--priority", "elderly"), "proof-needed"),
        (("ticket", "list", "--line", "zzzz"), "no-such-line"),
        (("ticket", "show", "A999"), "no-such-number"),
        (("window", "finish", "--outcome", "zzzz"), "no-such-outcome"),
        (("window", "transfer", "--kind", "zzzz"), "no-such-transfer"),
        (("window", "transfer"), "kind-needed"),
        (("window", "plan"), "kind-needed"),
        (("window", "plan", "zzzz=main"), "no-such-line"),
        (("staff", "add", "c19", "--role", "zzzz"), "no-such-role"),
        (("staff", "add", "c19"), "kind-needed"),
        (("staff", "unlock", "zzzz"), "no-operator"),
        (("window", "show"), "no-window"),
        (("window", "open"), "no-window"),
        (("window", "take-over"), "no-window"),
    ],
)
def test_wrong_words_are_refused(cli: Cli, words: tuple[str, ...], code: str) -> None:
    cli.kit.take("setup")
    before = cli.kit.kinds()
    by = "admin" if words[0] == "staff" else "s01"
    assert cli.refused(*words, by=by)["error"] == code
    assert cli.kit.kinds() == before


def test_a_window_that_is_not_there(cli: Cli) -> None:
    for words in (("window", "open"), ("window", "show"), ("window", "next")):
        assert cli.refused(*words, by="c01", at="W99")["error"] == "no-such-window"


def test_nobody_acts_without_a_name(cli: Cli) -> None:
    found = cli.refused("window", "next")
    assert (found["error"], found["field"]) == ("operator-missing", "operator")


def test_without_a_password_and_a_terminal_it_is_said(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HALLCLIENT_PASSWORD")
    found = cli.refused("window", "open", by="c01", at="W01")
    assert (found["error"], found["field"]) == ("password-missing", "password")


def test_five_wrong_passwords_lock_and_a_supervisor_unlocks(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setenv("HALLCLIENT_PASSWORD", "wrong")
        for _ in range(5):
            assert cli.json("window", "list", by="c01").object["error"] == "sign-in"
        assert cli.refused("window", "list", by="c01")["error"] == "sign-in-locked"
    assert cli.refused("window", "list", by="c01")["error"] == "sign-in-locked"
    cli.done("staff", "unlock", "c01", by="s01")
    assert cli("window", "list", by="c01").code == 0


def test_a_right_password_forgets_the_wrong_ones(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        with monkeypatch.context() as wrong:
            wrong.setenv("HALLCLIENT_PASSWORD", "wrong")
            for _ in range(4):
                assert cli("window", "list", by="c01").code == 1
        assert cli("window", "list", by="c01").code == 0


def test_a_first_password_is_changed_before_anything_else(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cli.done("staff", "add", "C19", "--role", "窗口人员", by="admin")
    assert made["operator"] == "c19"
    monkeypatch.setenv("HALLCLIENT_PASSWORD", made["password"])
    for words in (("window", "open"), ("window", "list"), ("shift", "list")):
        found = cli.refused(*words, by="c19", at="W01")
        assert found["error"] == "password-first"
        assert "staff password" in found["message"]
    assert cli.refused("staff", "password", by="c19")["error"] == "password-missing-new"
    monkeypatch.setenv("HALLCLIENT_NEW_PASSWORD", "short")
    assert cli.refused("staff", "password", by="c19")["error"] == "password-short"
    monkeypatch.setenv("HALLCLIENT_NEW_PASSWORD", "long enough")
    cli.done("staff", "password", by="c19")
    assert cli.refused("window", "open", by="c19", at="W01")["error"] == "sign-in"
    monkeypatch.setenv("HALLCLIENT_PASSWORD", "long enough")
    assert cli.done("window", "open", by="c19", at="W01")["operator"] == "c19"


def test_the_colleague_signs_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.kit.open(1)
    words = ("shift", "hand-over", "--to", "c02")
    assert cli.refused(*words, by="c01")["error"] == "password-missing-taker"
    monkeypatch.setenv("HALLCLIENT_TAKER_PASSWORD", "wrong")
    assert cli.refused(*words, by="c01")["error"] == "sign-in"


def test_a_role_is_refused_by_the_use_case(cli: Cli) -> None:
    cli.kit.open(1)
    for words, by in (
        (("window", "next"), "a01"),
        (("window", "emergency", "on"), "c01"),
        (("ticket", "take", "--service", SETUP), "admin"),
        (("ticket", "reveal", "A001"), "admin"),
        (("staff", "list"), "c01"),
        (("shift", "list"), "admin"),
    ):
        assert cli.refused(*words, by=by, at="W01")["error"] == "not-allowed"


@pytest.mark.parametrize(
    "line",
    [
        ["nonsense"],
        ["window"],
        ["window", "nonsense"],
        ["window", "call"],
        ["window", "hold", "--minutes", "x"],
        ["window", "next", "--nonsense"],
        ["window", "next", "more"],
        ["window", "emergency", "maybe"],
        ["ticket", "add", "A001"],
        ["--lang", "fr", "window", "list"],
        ["--nonsense"],
        ["window", "list", "--store", "--as", "c01"],
        ["window", "hold", "--reas", "copy"],
        ["\x1b[31m"],
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_usage_is_exit_2(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, line: list[str], lang: str
) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    said = cli(*line)
    assert (said.code, said.out) == (2, "")
    assert said.err.strip()
    assert "cli." not in said.err
    answer = cli.json(*line)
    assert answer.code == 2
    assert answer.object["error"] == "usage"


def test_usage_is_said_in_the_language_spoken(cli: Cli) -> None:
    assert "缺少" in cli("window", "call").err
    assert "用法" in cli("window", "call").err
    assert "missing" in cli("window", "call", "--lang", "en").err
    assert "没有" in cli("window", "emergency", "maybe").err


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["", *OURS, "init", "window next", "ticket take"])
def test_help_is_in_words(cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, lang: str) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    answer = cli(*name.split(), "--help")
    assert answer.code == 0
    assert "cli." not in answer.out
    if not name:
        assert all(command in answer.out for command in COMMANDS)
        assert "simulate-hall" not in answer.out


def test_the_version(cli: Cli) -> None:
    assert cli("--version").out == f"hallclient {__version__}\n"


def test_global_options_stand_anywhere(cli: Cli) -> None:
    cli.kit.open(1)
    path = str(cli.kit.path)
    for line in (
        ["--store", path, "--as", "c01", "--window", "W01", "--json", "window", "list"],
        ["window", "--json", "--as=c01", "list", f"--store={path}"],
        ["window", "list", "--json", "--as", "C01"],
    ):
        answer = cli(*line)
        assert answer.code == 0
        assert len(answer.objects) == 18


@pytest.mark.parametrize("line", [[], ["window", "list", "--as", "c01"], ["ticket", "list"]])
def test_without_a_store_it_says_how_one_is_made(cli: Cli, tmp_path: Path, line: list[str]) -> None:
    by = [] if "--as" in line else ["--as", "c01"]
    answer = cli(*line, *by, "--store", str(tmp_path / "no.db"))
    assert answer.code == 3
    assert "hallclient init" in answer.err
    assert not (tmp_path / "no.db").exists()
    answer = cli(*line, *by, "--json", "--store", str(tmp_path / "no.db"))
    assert answer.object["error"] == "missing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unfinished"),
        (b"SQLite format 3\0" + b"x" * 4096, "damaged"),
        (b"#!/bin/sh", "not-a-store"),
    ],
)
def test_what_is_no_store_is_said(cli: Cli, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    answer = cli.json("window", "list", "--store", str(path), by="c01")
    assert answer.code == 3
    assert answer.object["error"] == code
    assert path.read_bytes() == content


def test_a_failure_of_the_program_says_nothing_of_the_data(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    identity = "420100199001011234"

    def fail(*_: object) -> None:
        raise ValueError(f"bad {identity}")

    monkeypatch.setattr(calling, "call_next", fail)
    cli.kit.open(1)
    answer = cli.json("window", "next", by="c01")
    assert answer.code == 3
    assert answer.object["error"] == "crash"
    assert len(answer.err.splitlines()) == 1
    (log,) = (tmp_path / "state").glob("*")
    assert str(log) in answer.object["message"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    for text in (answer.out, answer.err, log.read_text("utf-8")):
        assert identity not in text
        assert PASSWORD not in text
    assert "ValueError" in log.read_text("utf-8")


def test_a_failure_whose_log_cannot_be_written_is_told_too(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HALLCLIENT_STATE", str(tmp_path / "file" / "state"))
    monkeypatch.setattr(calling, "call_next", lambda *_: 1 / 0)
    cli.kit.open(1)
    assert cli("window", "next", by="c01").code == 3


def test_ctrl_c_is_130(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(calling, "call_next", interrupt)
    cli.kit.open(1)
    answer = cli("window", "next", by="c01")
    assert (answer.code, answer.out, answer.err.strip()) == (130, "", "")
