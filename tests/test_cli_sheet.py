"""``hallclient sheet``: blank sheets from the parcel to the day's count."""

from __future__ import annotations

import pytest

from tests.certclikit import BY, LEAD, LETTER, received, sealed
from tests.clikit import Cli, cli, quick
from tests.hostile import HOSTILE

__all__ = ["cli", "quick"]

RECEIVE = ("sheet", "receive", "spjyxkz", "SP00000001", "SP00000050", "--source", LETTER)


def test_a_parcel_goes_to_the_safe_and_from_there_to_windows(cli: Cli) -> None:
    got = cli.done(*RECEIVE, by=LEAD)
    assert (got["first"], got["count"], got["window"]) == ("SP00000001", 50, None)
    give = ("sheet", "give", "食品经营许可证", "11", "30", "--to")
    given = cli.done(*give, "1", by=LEAD)
    assert (given["window"], given["count"]) == ("W01", 20)
    (own,) = cli.json("sheet", "list", **BY).objects
    assert (own["left"], own["next"], own["ranges"]) == (
        20,
        "SP00000011",
        ["SP00000011-SP00000030"],
    )
    every = cli.json("sheet", "list", "--all", by=LEAD).objects
    assert [(one["window"], one["left"]) for one in every] == [(None, 30), ("W01", 20)]
    (safe,) = cli.json("sheet", "list", by=LEAD).objects
    assert safe["window"] is None
    assert "库房" in cli("sheet", "list", by=LEAD).out
    back = cli.done(
        "sheet", "give", "spjyxkz", "21", "30", "--to", "safe", "--from", "W01", by=LEAD
    )
    assert (back["window"], back["count"]) == (None, 10)
    assert cli.done("sheet", "list", by=LEAD, at="W01")["left"] == 10
    assert cli.refused(*give, "W02", by=LEAD)["error"] == "sheets-not-held"


def test_a_parcel_for_a_window_at_once(cli: Cli) -> None:
    assert cli.done(*RECEIVE, by=LEAD, at="W01")["window"] == "W01"
    assert "W01：食品经营许可证 SP00000051 至 SP00000060，10 张" in (
        cli("sheet", "receive", "spjyxkz", "51", "60", "--source", "x", by=LEAD, at="1").out
    )
    assert cli.refused(*RECEIVE, by=LEAD)["error"] == "sheets-known"


def test_the_day_is_counted(cli: Cli, tmp_path: object) -> None:
    sealed(cli)
    cli.done("certificate", "print", "--all", "--save", str(tmp_path), "--confirm", **BY)
    spoiled = cli.done("sheet", "spoil", "spjyxkz", "SP00000010", "--reason", "卷角", **BY)
    assert (spoiled["sheet"], spoiled["state"]) == ("SP00000010", "spoiled")
    missing = ("sheet", "spoil", "spjyxkz", "11", "--missing", "--reason", "找不到")
    assert "SP00000011" in cli(*missing, **BY).out
    assert cli.refused(*missing, **BY)["error"] == "sheets-used"
    wrong = cli.refused("sheet", "count", "spjyxkz", "45", **BY)
    assert (wrong["error"], wrong["field"]) == ("count-note", "note")
    noted = cli.done("sheet", "count", "spjyxkz", "45", "--note", "少一张", **BY)
    assert (noted["expected"], noted["difference"]) == (46, -1)
    assert "领 50 用 2 废 2 余 45  ✗ 差 -1" in cli("sheet", "counts", **BY).out
    right = cli.done("sheet", "count", "spjyxkz", "46", **BY)
    assert (right["used"], right["spoiled"], right["difference"]) == (2, 2, 0)
    assert "领 50 用 2 废 2 余 46  ✓" in cli("sheet", "counts", "--day", "2026-09-22", **BY).out
    assert "没有清点记录" in cli("sheet", "counts", "--day", "2026-09-21", **BY).out


def test_what_is_not_confirmed_is_not_counted(cli: Cli, tmp_path: object) -> None:
    sealed(cli)
    cli.done("certificate", "print", "--all", "--save", str(tmp_path), **BY)
    assert cli.refused("sheet", "count", "spjyxkz", "48", **BY)["error"] == "sheets-bound"


def test_an_empty_hall_says_so(cli: Cli) -> None:
    assert "没有空白证照" in cli("sheet", "list", **BY).out
    assert cli.json("sheet", "counts", **BY).objects == []


@pytest.mark.parametrize(
    ("words", "by", "code"),
    [
        (("receive", "zzzz", "1", "2", "--source", "x"), LEAD, "no-such-stock"),
        (("receive", "spjyxkz", "zz", "2", "--source", "x"), LEAD, "sheet-serial"),
        (("receive", "spjyxkz", "5", "2", "--source", "x"), LEAD, "sheet-order"),
        (("receive", "spjyxkz", "1", "2"), LEAD, "sheet-source"),
        (("receive", "spjyxkz", "1", "2", "--source", "x"), "c01", "not-allowed"),
        (("give", "spjyxkz", "1", "2", "--to", "W99"), LEAD, "no-such-window"),
        (("give", "spjyxkz", "90", "99", "--to", "W01"), LEAD, "sheets-not-held"),
        (("spoil", "spjyxkz", "1"), "c01", "sheet-reason"),
        (("spoil", "spjyxkz", "99", "--reason", "x"), "c01", "sheets-not-held"),
        (("count", "spjyxkz", "1000000"), "c01", "count-number"),
        (("counts", "--day", "soon"), "c01", "bad-day"),
    ],
)
def test_what_is_wrong_is_said(cli: Cli, words: tuple[str, ...], by: str, code: str) -> None:
    received(cli)
    assert cli.refused("sheet", *words, by=by, at="W01")["error"] == code


@pytest.mark.parametrize(
    "words",
    [
        ("receive", "spjyxkz", "1"),
        ("give", "spjyxkz", "1", "2"),
        ("count", "spjyxkz", "many"),
        ("count", "spjyxkz"),
        ("spoil", "spjyxkz"),
        ("nonsense",),
    ],
)
def test_usage_is_exit_2(cli: Cli, words: tuple[str, ...]) -> None:
    answer = cli.json("sheet", *words, by=LEAD)
    assert (answer.code, answer.object["error"]) == (2, "usage")


def test_hostile_text_does_no_harm(cli: Cli) -> None:
    received(cli)
    for at, text in enumerate(HOSTILE):
        for words in (
            ("receive", f"x{text}", "1", "2", f"--source={text}"),
            ("receive", "spjyxkz", str(at + 100), str(at + 100), f"--source={text}"),
            ("give", "spjyxkz", f"x{text}", "2", f"--to={text}", f"--from={text}"),
            ("spoil", "spjyxkz", "1", f"--reason={text}"),
            ("count", "spjyxkz", "7", f"--note={text}"),
            ("counts", f"--day={text}"),
        ):
            answer = cli.json("sheet", *words, by=LEAD, at="W01")
            assert answer.code in (0, 1)
            assert "crash" not in answer.out
    assert cli("sheet", "counts", **BY).code == 0
    assert cli("sheet", "list", "--all", **BY).code == 0
