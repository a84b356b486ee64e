"""``hall now``, ``advise``, ``what-if`` and the signals of ``window``: as objects and in words."""

import pytest

from db import presence
from hallclient.texts import t
from tests.clikit import Cli, cli, quick
from tests.hallkit import clerk
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]


def crowd(cli: Cli) -> None:
    """Tax is crowded; a call for help is open."""
    cli.kit.open(1, 2, 13)
    for _ in range(16):
        cli.kit.take("tax")
    for window in ("W01", "W02", "W13"):
        presence.beat(cli.kit.path, window, cli.kit.clock.ms)
    cli.done("window", "help", "--reason", "system", by="c01")


def test_now_is_the_hall_as_objects(cli: Cli) -> None:
    crowd(cli)
    found = cli.json("hall", "now", by="s01").objects
    face = found[0]
    assert (face["kind"], face["waiting"]) == ("hall", 16)
    lines = {one["line"]: one for one in found if one["kind"] == "line"}
    assert (lines["tax"]["waiting"], lines["tax"]["windows"]) == (16, 1)
    assert lines["tax"]["longest_s"] > 900
    windows = {one["window"]: one for one in found if one["kind"] == "window"}
    assert windows["W01"]["help"] == "system"
    assert windows["W01"]["silent"] is False
    alarms = [one for one in found if one["kind"] == "alarm"]
    assert [(one["alarm"], one["window"], one["severe"]) for one in alarms] == [
        ("help", "W01", True)
    ]


def test_advise_says_what_helps_and_does_the_first(cli: Cli) -> None:
    crowd(cli)
    found = cli.json("hall", "advise", by="s01").objects
    assert [(one["do"], one["window"]) for one in found] == [("answer", "W01")]
    done = cli.json("hall", "advise", "--do", by="s01").objects[-1]
    assert (done["kind"], done["do"]) == ("done", "answer")
    assert cli.json("hall", "advise", by="s01").objects == []
    assert cli.json("hall", "advise", "--do", by="s01").object["error"] == "no-advice"


@pytest.mark.parametrize(
    "change", ["W02=tax:main,general:spare", "w2=emergency", "14=open", "W02=tax"]
)
def test_what_if_compares_and_changes_nothing(cli: Cli, change: str) -> None:
    crowd(cli)
    before = cli.kit.kinds()
    found = cli.json("hall", "what-if", change, by="s01").objects
    tax = next(one for one in found if one.get("line") == "tax")
    assert tax["after"]["longest_s"] < tax["before"]["longest_s"]
    assert cli.kit.kinds() == before
    assert cli.kit.window(clerk(2))["plan"] is None


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("hall", "what-if", "W02"), "kind-needed"),
        (("hall", "what-if", "W02=tax:never"), "no-such-plan"),
        (("hall", "what-if", "W02=nowhere:main"), "no-such-line"),
        (("hall", "what-if", "W77=open"), "no-such-window"),
        (("window", "request", "W02", "dance"), "no-such-request"),
        (("window", "request", "W02", "open"), "no-need"),
        (("window", "answer", "W02"), "no-help-at"),
        (("window", "settle", "W02"), "no-help-at"),
        (("window", "end-for", "W02", "--outcome", "done"), "no-visitor"),
        (("window", "end-for", "W02"), "kind-needed"),
    ],
)
def test_wrong_input_is_told(cli: Cli, words: tuple[str, ...], error: str) -> None:
    cli.kit.open(2)
    assert cli.refused(*words, by="s01")["error"] == error


def test_watching_is_for_supervisors(cli: Cli) -> None:
    for words in (("hall", "now"), ("hall", "advise"), ("hall", "what-if", "W02=open")):
        assert cli.refused(*words, by="a01")["error"] == "not-allowed"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_in_words(cli: Cli, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    crowd(cli)
    for words in (
        ("hall", "now"),
        ("hall", "advise"),
        ("hall", "what-if", "W02=tax:main"),
        ("window", "answer", "W01"),
        ("window", "settle", "W01"),
    ):
        answer = cli(*words, by="s01")
        assert (answer.code, answer.err) == (0, "")
        assert answer.out.strip()
        assert "live." not in answer.out
        assert "cli." not in answer.out
        assert "{" not in answer.out
    assert t("live.no-alarm") in cli("hall", "advise", by="s01").out
