"""The command line: a whole shift, wrong input, exit codes, JSON, both languages."""

import argparse
import json
import stat
from pathlib import Path

import pytest

from hallclient import __version__
from hallclient.actions import calling
from hallclient.actions.hall_files import default_hall
from hallclient.cli import app as cli_app
from hallclient.cli.parser import COMMANDS, build
from hallclient.main import main
from hallclient.texts import set_language
from tests.clikit import Cli, cli, quick
from tests.hallkit import PASSWORD
from tests.hostile import HOSTILE, assert_harmless
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]

SETUP = "SP078"
OURS = ("ticket", "window", "shift", "staff", "hall")
"""Commands with commands of their own; those of the catalogue and the store have own tests."""


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


def leaves(name: str) -> set[str]:
    """The commands below a command, as the parser knows them."""
    return set(commands_of(commands_of(build([name]))[name]))


# -- a whole shift


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_whole_shift(cli: Cli, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    kit = cli.kit
    c1 = {"by": "c01", "at": "W01"}
    # the morning: a window, numbers
    assert cli.done("window", "open", **c1)["state"] == "idle"
    assert cli.done("window", "open", by="c07", at="7")["window"] == "W07"
    taken = cli.done("ticket", "take", "--service", SETUP, by="a01")
    assert (taken["number"], taken["service"], taken["state"]) == ("A001", SETUP, "waiting")
    assert taken["slip"] == "20260922A001"
    for _ in range(6):
        cli.done("ticket", "take", "--service", SETUP, by="a01")
    old = cli.done(
        "ticket", "take", "--service", SETUP, "--priority", "elderly", "--proof", "card", by="a01"
    )
    assert old["services"][0]["lane"] == "priority"
    kit.pass_(minutes=3)
    # call, call again, serve
    called = cli.done("window", "next", by="c01")
    assert (called["number"], called["service"], called["state"]) == ("A008", SETUP, "called")
    assert (called["window"], called["band"], called["wait_s"]) == ("W01", "due", 180)
    assert called["why"]
    assert called["again"] is False
    assert cli.done("window", "next", by="c01")["again"] is True
    assert cli.refused("window", "recall", by="c01")["error"] == "recall-too-soon"
    kit.pass_(21)
    assert cli.done("window", "recall", by="c01")["attempts"] == 2
    assert cli.done("window", "start", by="c01")["state"] == "serving"
    assert cli.done("window", "undo", by="c01") == {"undone": "leg.started", "number": "A008"}
    assert cli.done("window", "start", by="c01")["state"] == "serving"
    # aside and back
    assert cli.done("window", "hold", "--reason", "copy", "--minutes", "5", by="c01")["timer_at"]
    assert cli.done("window", "resume", "a8", by="c01")["state"] == "called"
    cli.done("window", "start", by="c01")
    assert cli.done("window", "external", "--reason", "print", by="c01")["state"] == "external"
    assert cli.done("ticket", "come-back", "A008", by="a01")["number"] == "A008"
    assert cli.done("window", "next", by="c01")["band"] == "return"
    cli.done("window", "start", by="c01")
    shown = cli.done("window", "show", by="c01")
    assert shown["leg"]["number"] == "A008"
    # more services, hand on, finish
    assert len(cli.done("ticket", "add", "A008", "--service", "YQ034", by="c01")["services"]) == 2
    assert cli.done("window", "finish", "--outcome", "accepted", by="c01")["state"] == "done"
    assert cli.done("window", "reopen", "A008", by="c01")["state"] == "serving"
    cli.done("window", "finish", by="c01")
    chosen = cli.done("window", "call", "A003", "--reason", "frail", by="c01")
    assert (chosen["number"], chosen["band"], chosen["passed_over"]) == ("A003", "chosen", "A001")
    kit.pass_(91)
    assert cli.done("window", "pass", by="c01")["state"] == "passed"
    assert cli.done("ticket", "reinstate", "A003", by="a01")["state"] == "waiting"
    cli.done("window", "next", by="c01")
    cli.done("window", "start", by="c01")
    kit.pass_(minutes=70)
    assert cli.done("window", "still", by="c01")["state"] == "serving"
    moved = cli.done("window", "transfer", "--kind", "window", "--to", "w2", by="c01")
    assert (moved["number"], moved["state"]) == ("A001", "waiting")
    # numbers, seen from the hall
    assert cli.done("ticket", "cancel", "A004", "--reason", "left", by="a01")["state"]
    assert cli.done("ticket", "priority", "A005", "--kind", "pregnant", "--proof", "x", by="a01")
    assert cli.done("ticket", "show", "A008", by="c01")["calls"][0]["why"]
    assert cli.json("ticket", "list", by="c01").objects
    everything = cli.json("ticket", "list", "--all", "--line", "setup", by="c01").objects
    assert len(everything) > len(cli.json("ticket", "list", "--line", "setup", by="c01").objects)
    assert cli.done("ticket", "reveal", "A001", by="c01") == {"number": "A001", "person": {}}
    gone = cli.done("ticket", "forget", "A004", "--day", "2026-09-22", by="admin")
    assert gone["forgotten"] is True
    # the supervisor
    assert cli.done("window", "emergency", "on", by="s01", at="W01")["emergency"] is True
    assert cli.done("window", "plan", "tax=main", by="s01", at="W02")["plan"] == {"tax": "main"}
    assert "setup" in cli.done("window", "plan", "--default", by="s01", at="W02")["plan"]
    assert cli.done("window", "next", by="c01")["state"] == "called"
    assert cli.done("window", "take-over", by="s01", at="W01")["state"] == "waiting"
    assert cli.done("window", "free", by="s01", at="W07")["state"] == "closed"
    assert len(cli.json("window", "list", by="s01").objects) == 18
    # pause, hand over, close
    assert cli.done("window", "pause", "--reason", "meal", by="c01")["state"] == "paused"
    assert cli.done("window", "unpause", by="c01")["state"] == "idle"
    cli.json("shift", "list", by="c01")
    monkeypatch.setenv("HALLCLIENT_TAKER_PASSWORD", PASSWORD)
    over = cli.done("shift", "hand-over", "--to", "c02", "--note", "x", by="c01")
    assert (over["given_by"], over["taken_by"], over["window"]) == ("c01", "c02", "W01")
    assert cli.done("window", "drain", by="c02")["state"] == "draining"
    assert cli.done("window", "close", by="c02")["state"] == "closed"
    # staff
    assert len(cli.json("staff", "list", by="s01").objects) == 22
    new = cli.done("staff", "add", "c19", "--name", "x", "--role", "clerk", by="admin")
    assert new["first_password"] is True
    assert new["password"]
    assert cli.done("staff", "role", "c19", "agent", by="admin")["role"] == "agent"
    assert cli.done("staff", "reset", "c19", by="admin")["password"] != new["password"]
    assert cli.done("staff", "unlock", "c19", by="s01")["locked_until"] is None
    assert cli.done("staff", "leave", "c19", by="admin")["state"] == "left"
    monkeypatch.setenv("HALLCLIENT_NEW_PASSWORD", "a new password")
    assert cli.done("staff", "password", by="c02")["first_password"] is False
    assert cli.json("hall", "show").objects[0]["kind"] == "hall"
    known = {f"{name} {leaf}" for name in OURS for leaf in leaves(name)}
    assert known - cli.ran == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_in_words(cli: Cli, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    person = ("--name", "张三", "--identity", "420100199001011234", "--phone", "13800001234")
    taken = cli("ticket", "take", "--service", SETUP, *person, by="a01")
    assert "A001" in taken.out
    cli("window", "open", by="c01", at="W01")
    cli.kit.pass_(minutes=12)
    said = cli("window", "next", by="c01").out
    assert "12" in said
    assert "A001" in said
    cli("window", "start", by="c01")
    for words, by in (
        (("window", "show"), "c01"),
        (("window", "list"), "c01"),
        (("ticket", "list"), "c01"),
        (("ticket", "show", "A001"), "c01"),
        (("shift", "list"), "c01"),
        (("staff", "list"), "admin"),
        (("hall", "show"), ""),
        (("window", "hold", "--reason", "copy"), "c01"),
        (("window", "undo"), "c01"),
    ):
        answer = cli(*words, by=by)
        assert (answer.code, answer.err) == (0, "")
        assert answer.out.strip()
        assert "{" not in answer.out
        assert "cli." not in answer.out
        assert "张三" not in answer.out
        assert "199001011234" not in answer.out
    shown = cli("ticket", "show", "A001", by="c01").out
    assert "张*" in shown
    assert "420100********1234" in shown
    assert "张三" in cli("ticket", "reveal", "A001", by="c01").out
    assert cli.kit.kinds()[-1] == "personal.viewed"


# -- forgiving input


@pytest.mark.parametrize("text", ["A001", "a001", "a1", " A01 ", "Ａ００１", "20260922A001"])
def test_a_number_as_people_type_it(cli: Cli, text: str) -> None:
    cli.kit.take("setup")
    assert cli.done("ticket", "show", text, by="c01")["number"] == "A001"


def test_the_slip_of_another_day_is_no_number_of_today(cli: Cli) -> None:
    cli.kit.take("setup")
    assert cli.refused("ticket", "show", "20260921A001", by="c01")["error"] == "no-such-number"


@pytest.mark.parametrize("text", ["W03", "w3", "3", "３", "ｗ０３"])
def test_a_window_as_people_type_it(cli: Cli, text: str) -> None:
    assert cli.done("window", "open", by="c03", at=text)["window"] == "W03"


@pytest.mark.parametrize("text", ["SP078", "sp078", "ＳＰ０７８", "企业设立登记", "qysldj"])
def test_a_service_as_people_type_it(cli: Cli, text: str) -> None:
    answer = cli.json("ticket", "take", "--service", text, by="a01")
    if answer.code:  # what fits several lists them, the one meant first
        assert answer.object["error"] == "item-ambiguous"
        assert answer.object["choices"][0]["code"] == "SP078"
    else:
        assert answer.object["service"] == "SP078"


def test_an_old_name_is_enough(cli: Cli) -> None:
    hall = default_hall()
    names = [alias for alias in hall.aliases if alias.kind == "item"]
    once = next(a for a in names if sum(b.name == a.name for b in names) == 1)
    assert cli.done("ticket", "take", "--service", once.name, by="a01")["service"] == once.target


def test_what_fits_several_services_lists_them(cli: Cli) -> None:
    found = cli.refused("ticket", "take", "--service", "企业", by="a01")
    assert (found["error"], found["field"]) == ("item-ambiguous", "service")
    assert {"code": "SP078", "name": "企业设立登记"} in found["choices"]
    assert "SP078" in cli("ticket", "take", "--service", "企业", by="a01").err


@pytest.mark.parametrize("reason", ["copy", "COPY", "复印材料", "复印", "Making copies", "copies"])
def test_a_reason_by_its_code_or_its_word(cli: Cli, reason: str) -> None:
    cli.kit.open(1)
    cli.kit.take("setup")
    cli.done("window", "next", by="c01")
    cli.done("window", "start", by="c01")
    assert cli.done("window", "hold", "--reason", reason, by="c01")["reason"] == "copy"


@pytest.mark.parametrize(
    "words",
    [
        ("window", "pause"),
        ("window", "hold"),
        ("window", "call", "A002"),
        ("ticket", "cancel", "A002"),
    ],
)
def test_a_missing_reason_lists_what_may_be_given(cli: Cli, words: tuple[str, ...]) -> None:
    cli.kit.open(1)
    cli.kit.take("setup")
    cli.kit.take("setup")
    found = cli.refused(*words, by="c01")
    assert (found["error"], found["field"]) == ("reason-needed", "reason")
    assert len(found["choices"]) > 3
    unknown = cli.refused(*words, "--reason", "because", by="c01")
    assert (unknown["error"], unknown["choices"]) == ("no-such-reason", found["choices"])


def test_the_one_whose_turn_it_is_needs_no_reason(cli: Cli) -> None:
    cli.kit.open(1)
    cli.kit.take("setup")
    assert cli.done("window", "call", "A001", by="c01")["band"] == "ordinary"


def test_several_services_and_a_booking_on_one_number(cli: Cli) -> None:
    taken = cli.done(
        "ticket", "take", "--service", "YQ034", "--also", "YQ036", "--slot", "9:10", by="a01"
    )
    assert [one["service"] for one in taken["services"]] == ["YQ034", "YQ036"]
    assert {one["lane"] for one in taken["services"]} == {"booked"}
    shown = cli.done("ticket", "show", taken["number"], by="c01")
    assert shown["slot"] == "2026-09-22T09:10:00+08:00"
    joint = cli.done("ticket", "take", "--joint", "企业开办", by="a01")
    assert [one["state"] for one in joint["services"]][:2] == ["waiting", "blocked"]
    assert (
        cli.done("ticket", "take", "--service", SETUP, "--collect", by="a01")["line"] == "collect"
    )
    for slot in ("25:00", "9", "x", "09:5"):
        found = cli.refused("ticket", "take", "--service", SETUP, "--slot", slot, by="a01")
        assert (found["error"], found["field"]) == ("bad-time", "slot")


# -- refusals, usage, trouble


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


# -- making a store


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
            assert len(answer.objects) == 22
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


# -- hostile text


def test_hostile_text_is_shown_harmless_everywhere(cli: Cli) -> None:
    """`Cli` checks each answer; here every place that takes text is given all of it."""
    kit = cli.kit
    kit.open(1)
    for at, text in enumerate(HOSTILE):
        given = f"x{text}" if text.startswith("-") else text
        number = cli.json(
            "ticket", "take", "--service", SETUP, f"--name={text}", f"--company={text}",
            f"--phone={text}", "--priority=elderly", f"--proof=p{text}", by="a01",
        ).object["number"]  # fmt: skip
        assert cli("ticket", "show", number, by="c01").code == 0
        shown = cli.json("ticket", "show", number, by="c01").object
        assert isinstance(shown["person"], dict)
        assert cli("ticket", "reveal", number, by="c01").code == 0
        cli.json("ticket", "reveal", number, by="c01")
        for words in (
            ("ticket", "show", given or "x"),
            ("ticket", "take", f"--service={text}"),
            ("ticket", "take", f"--joint={text}"),
            ("ticket", "take", "--service", SETUP, f"--slot={text or 'x'}"),
            ("window", "pause", f"--reason={text}"),
            ("window", "call", number, f"--reason={text}"),
            ("window", "transfer", f"--kind={text}"),
            ("window", "show", f"--window={text or 'x'}"),
            ("window", "show", f"--as={text}"),
            ("staff", "unlock", given or "x"),
            ("window", given or "x"),
            ("shift", "list", f"--store={text or 'x'}"),
        ):
            by = "" if words[-1].startswith("--as") else "c01"
            for answer in (cli(*words, by=by), cli.json(*words, by=by)):
                assert answer.code in (0, 1, 2, 3)
                assert '"crash"' not in answer.out
        if at % 10 == 0:
            assert cli("ticket", "list", "--all", by="c01").code == 0


def test_hostile_reasons_names_and_notes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = cli.kit
    monkeypatch.setenv("HALLCLIENT_TAKER_PASSWORD", PASSWORD)
    kit.open(1)
    giver, taker = "c01", "c02"
    for at, text in enumerate(HOSTILE):
        kit.take("setup")
        cli.done("window", "next", by=giver)
        cli.done("window", "start", by=giver)
        cli.done("window", "external", f"--reason={text}", by=giver)
        assert cli("shift", "list", by=giver).code == 0
        assert cli("shift", "hand-over", "--to", taker, f"--note={text}", by=giver).code == 0
        giver, taker = taker, giver
        cli.done("staff", "add", f"x{at}", f"--name={text}", "--role", "clerk", by="admin")
    assert cli("staff", "list", by="admin").code == 0
    assert len(cli.json("staff", "list", by="admin").objects) == 22 + len(HOSTILE)


def test_json_can_be_read_back_whatever_it_holds(cli: Cli) -> None:
    kit = cli.kit
    for text in HOSTILE:
        number = kit.take("general", person={"company": text}).number
        line = cli("ticket", "show", number, "--json", by="c01").out
        assert line.count("\n") == 1
        assert json.loads(line)["number"] == number


def test_main_without_arguments_reads_the_line_of_the_process(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hallclient", "--version"])
    assert main() == 0
    assert __version__ in capsys.readouterr().out


def test_a_library_of_words_is_spoken_again_in_chinese_afterwards(cli: Cli) -> None:
    assert cli("window", "list", "--lang", "en", by="c01").out.isascii()
    assert not cli("window", "list", by="c01").out.isascii()
    set_language("zh")
    assert cli_app.encrypted(Path("\ud800")) is False
    assert_harmless("")
