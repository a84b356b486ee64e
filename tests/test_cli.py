"""The command line: a whole shift in JSON and in words, and input as people type it."""

import argparse
from pathlib import Path

import pytest

from hallclient.actions.hall_files import default_hall
from hallclient.cli.parser import build
from hallclient.texts import t
from tests.clikit import Cli, cli, quick
from tests.hallkit import PASSWORD
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
def test_a_whole_shift(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
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
    cli.done("window", "open", by="c12", at="2")
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
    out = tmp_path / "slip.bin"
    printed = cli.done("ticket", "print", "A001", "--printer", f"file:{out}", by="a01")
    assert (printed["number"], out.stat().st_size > 500) == ("A001", True)
    assert cli.refused("ticket", "verify", "HC1.NO.SLIP", by="c01")["error"] == "slip-unreadable"
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
    kinds = [one["kind"] for one in cli.json("hall", "now", by="s01").objects]
    assert (kinds[0], kinds.count("line"), kinds.count("window")) == ("hall", 9, 18)
    cli.json("hall", "advise", by="s01")
    assert cli.json("hall", "what-if", "W02=tax:main", by="s01").objects[-1]["kind"] == "cleared"
    help_ = cli.done("window", "help", "--reason", "dispute", "--note", "x", by="c01")
    assert (help_["window"], help_["reason"], help_["answered_by"]) == ("W01", "dispute", None)
    assert cli.done("window", "answer", "W01", by="s01")["answered_by"] == "s01"
    assert cli.done("window", "settle", by="c01")["closed_at"]
    asked = cli.done("window", "request", "w1", "next", by="s01")
    assert (asked["what"], asked["reason"]) == ("request", "next")
    cli.done("window", "next", by="c01")
    cli.done("window", "start", by="c01")
    ended = cli.done("window", "end-for", "W01", "--outcome", "accepted", by="s01")
    assert (ended["state"], ended["reason"]) == ("done", "accepted")
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
    assert len(cli.json("staff", "list", by="s01").objects) == 24
    new = cli.done("staff", "add", "c19", "--name", "x", "--role", "clerk", by="admin")
    assert new["first_password"] is True
    assert new["password"]
    assert cli.done("staff", "role", "c19", "agent", by="admin")["role"] == "agent"
    assert cli.done("staff", "change", "c19", "--firm", "f", by="admin")["firm"] == "f"
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


def test_a_claim_is_shown_until_it_is_verified(cli: Cli) -> None:
    taken = cli.done("ticket", "take", "--service", SETUP, "--claimed", "pregnant", by="a01")
    number = taken["number"]
    assert cli.done("ticket", "show", number, by="a01")["claimed"] == "pregnant"
    claim = t("cli.visit.claimed", kind=cli.kit.hall.priorities["pregnant"].zh)
    assert claim in cli("ticket", "show", number, by="a01").out
    cli.done("ticket", "priority", number, "--kind", "pregnant", "--proof", "seen", by="a01")
    assert claim not in cli("ticket", "show", number, by="a01").out


def test_an_idle_window_shows_who_is_next(cli: Cli) -> None:
    cli.done("window", "open", by="c01", at="1")
    number = cli.done("ticket", "take", "--service", SETUP, by="a01")["number"]
    assert cli.done("window", "show", by="c01", at="1")["next"]["number"] == number
