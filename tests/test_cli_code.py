"""``hallclient code``: segments loaded, leased, looked at, closed."""

from __future__ import annotations

import pytest

from tests.certclikit import BY, LEAD, LETTER, granted, loaded
from tests.clikit import Cli, cli, quick
from tests.hostile import HOSTILE

__all__ = ["cli", "quick"]

LOAD = ("code", "load", "uscc", "QQ000001", "QQ000400", "--source", LETTER, "--counting", "10")


def test_a_segment_is_loaded_and_says_what_there_is_now(cli: Cli) -> None:
    first = cli.done(*LOAD, by=LEAD)
    assert (first["size"], first["before"], first["after"]) == (400, 0, 400)
    more = ("code", "load", "统一社会信用代码（企业）", "QQ000401", "QQ000410", "--source", "二")
    second = cli.done(*more, "--counting", "10", "--only", "3", by="admin")
    assert (second["scheme"], second["before"], second["after"]) == ("uscc", 400, 410)
    newest, oldest = cli.json("code", "segments", by=LEAD).objects
    assert {newest["segment"], oldest["segment"]} == {first["segment"], second["segment"]}
    assert [one["windows"] for one in (newest, oldest)].count(["W03"]) == 1
    said = cli("code", "segments", by=LEAD).out
    assert "QQ000001-QQ000400" in said
    assert "共 400 领 0 用 0 废 0" in said


def test_numbers_of_a_year_and_of_31_characters(cli: Cli) -> None:
    words = ("code", "load", "health", "1", "20", "--source", LETTER)
    assert cli.done(*words, "--year", "2027", by=LEAD)["after"] == 20
    (row,) = cli.json("code", "segments", by=LEAD).objects
    assert row["year"] == 2027
    (pool,) = [one for one in cli.json("code", "pool", **BY).objects if one["scheme"] == "health"]
    assert pool["left"] == 0
    wide = cli.done("code", "load", "uscc", "MA4K0000", "MA4K000Y", "--source", LETTER, by=LEAD)
    assert wide["size"] == 31


def test_a_window_sees_its_pool_and_leases(cli: Cli) -> None:
    cli.done(*LOAD, by=LEAD)
    pools = {one["scheme"]: one for one in cli.json("code", "pool", **BY).objects}
    assert (pools["uscc"]["left"], pools["uscc"]["low"], pools["food"]["low"]) == (400, False, True)
    leased = cli.done("code", "lease", "uscc", **BY)
    assert (leased["window"], leased["left"]) == ("W01", 20)
    pool = next(one for one in cli.json("code", "pool", **BY).objects if one["scheme"] == "uscc")
    assert (pool["leased"], pool["left"]) == (20, 380)
    assert "窗口 20 可领 380" in cli("code", "pool", **BY).out
    assert "申请新码段" in cli("code", "pool", **BY).out
    (segment,) = cli.json("code", "segments", by=LEAD).objects
    assert [one["block"] for one in segment["blocks"]] == [leased["block"]]
    assert leased["block"] in cli("code", "segments", by=LEAD).out


def test_codes_are_listed_and_the_next_one_voided(cli: Cli) -> None:
    number = granted(cli)
    (given,) = cli.json("code", "list", **BY).objects
    assert (given["state"], given["window"], given["by"]) == ("assigned", "W01", "c01")
    assert given["code"] == cli.done("certificate", "list", "--case", number, **BY)["code"]
    words = ("code", "void-next", "food")
    assert cli.refused(*words, by=LEAD, at="W01")["error"] == "code-reason"
    void = cli.done(*words, "--reason", "码中心称已被占用", by=LEAD, at="W01")
    assert (void["state"], void["reason"]) == ("void", "码中心称已被占用")
    both = cli.json("code", "list", "--day", "2026-09-22", **BY).objects
    assert [one["code"] for one in both] == [void["code"], given["code"]]
    assert cli.json("code", "list", "--day", "2026-09-21", **BY).objects == []
    assert "没有号码" in cli("code", "list", "--day", "2026-09-21", **BY).out
    assert "占用" in cli("code", "list", **BY).out


def test_a_segment_and_a_block_are_closed_once(cli: Cli) -> None:
    loaded(cli)
    block = cli.done("code", "lease", "food", **BY)["block"]
    closed = cli.done("code", "close", block, "--reason", "窗口撤销", by=LEAD)
    assert (closed["block"], closed["rest"]) == (block, 20)
    (segment,) = cli.json("code", "segments", by=LEAD).objects
    words = ("code", "close", segment["segment"], "--reason", "停用")
    assert cli.done(*words, by=LEAD)["rest"] == 380
    assert cli.refused(*words, by=LEAD)["error"] == "segment-closed"
    assert cli.refused("code", "close", block, "--reason", "x", by=LEAD)["error"] == (
        "segment-closed"
    )
    assert "已停用" in cli("code", "segments", by=LEAD).out
    assert cli.refused("code", "lease", "food", **BY)["error"] == "no-codes"


def test_an_empty_hall_says_so(cli: Cli) -> None:
    assert "没有码段" in cli("code", "segments", by=LEAD).out
    assert cli.refused("code", "lease", "food", **BY)["error"] == "no-codes"


@pytest.mark.parametrize(
    ("words", "by", "code"),
    [
        (("load", "zzzz", "1", "2", "--source", "x"), LEAD, "no-such-scheme"),
        (("load", "food", "0", "2", "--source", "x"), LEAD, "segment-number"),
        (("load", "food", "5", "2", "--source", "x"), LEAD, "segment-order"),
        (("load", "food", "1", "2"), LEAD, "segment-source"),
        (("load", "food", "1", "2", "--source", "x", "--only", "W99"), LEAD, "no-such-window"),
        (("load", "uscc", "QQ00000I", "QQ000010", "--source", "x"), LEAD, "segment-body"),
        (("load", "food", "1", "2", "--source", "x"), "c01", "not-allowed"),
        (("lease", "zzzz"), "c01", "no-such-scheme"),
        (("void-next", "food", "--reason", "x"), "c01", "not-allowed"),
        (("close", "zzzz", "--reason", "x"), LEAD, "no-such-segment"),
        (("list", "--day", "soon"), "c01", "bad-day"),
    ],
)
def test_what_is_wrong_is_said(cli: Cli, words: tuple[str, ...], by: str, code: str) -> None:
    assert cli.refused("code", *words, by=by, at="W01")["error"] == code


def test_what_overlaps_is_refused_in_words(cli: Cli) -> None:
    cli.done(*LOAD, by=LEAD)
    assert cli.refused(*LOAD, by=LEAD)["error"] == "segment-overlaps"
    assert "QQ000001" in cli(*LOAD, by=LEAD).err


@pytest.mark.parametrize(
    "words",
    [
        ("load", "food", "1"),
        ("load", "food", "1", "2", "--counting", "16"),
        ("load", "food", "1", "2", "--year", "soon"),
        ("lease",),
        ("close",),
        ("segments", "more"),
    ],
)
def test_usage_is_exit_2(cli: Cli, words: tuple[str, ...]) -> None:
    answer = cli.json("code", *words, by=LEAD)
    assert (answer.code, answer.object["error"]) == (2, "usage")


def test_hostile_text_does_no_harm(cli: Cli) -> None:
    loaded(cli)
    for text in HOSTILE:
        for words in (
            ("load", f"x{text}", "1", "2", f"--source={text}"),
            ("load", "food", f"x{text}", "2", f"--source={text}"),
            ("void-next", "food", f"--reason={text}"),
            ("close", f"x{text}", f"--reason={text}"),
            ("list", f"--day={text}"),
        ):
            answer = cli.json("code", *words, by=LEAD, at="W01")
            assert answer.code in (0, 1)
            assert "crash" not in answer.out
    assert cli("code", "list", **BY).code == 0
