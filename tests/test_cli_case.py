"""``hallclient case`` and ``review``: a case worked through by commands alone."""

from __future__ import annotations

import pytest

from hallclient.texts import t
from tests.clikit import Cli, cli, quick

__all__ = ["cli", "quick"]

AGENT, CLERK, OTHER, LEAD = "a01", "c01", "c02", "s01"


def opened(cli: Cli, *words: str, by: str = CLERK) -> str:
    """A case of a company; its number."""
    found = cli.done(
        "case", "open", *words, "--organisation", "--name", "武汉大吉科技有限公司", by=by, at="W01"
    )
    return str(found["case"])


def test_a_case_from_the_agent_to_the_decision(cli: Cli) -> None:
    number = opened(cli, "SP023", by=AGENT)
    assert cli.done("review", "start", number, by=AGENT)["state"] == "prereview"
    failed = cli.done("review", "mark", number, "1", "failed", "--reason", "1.1", by=AGENT)
    assert failed["deficiencies"]
    told = cli.done("review", "notice", number, by=AGENT)
    assert told["state"] == "draft"
    assert str(told["papers"]).startswith("['BZ")
    cli.done("review", "start", number, by=AGENT)
    cli.done("review", "mark", number, "1", "passed", by=AGENT)
    cli.done("review", "pass", number, by=AGENT)
    assert cli.done("review", "finish", number, by=AGENT)["state"] == "prereview_ok"
    assert cli.refused("case", "accept", number, by=AGENT)["error"] == "move-role"
    cli.done("case", "release", number, by=AGENT)
    assert cli.done("case", "receive", number, by=CLERK, at="W01")["state"] == "received"
    accepted = cli.done("case", "accept", number, by=CLERK, at="W01")
    assert accepted["state"] == "handling"
    departments = [
        one["department"] for one in cli.done("case", "show", number, by=CLERK)["departments"]
    ]
    first, *others = departments
    cli.done("case", "urge", number, first, by=CLERK)
    returned = cli.done(
        "case", "opinion", number, first, "returned", "--lack", "1:图纸比例不对", by=OTHER
    )
    assert [one["ref"] for one in returned["deficiencies"]] == ["1"]
    for one in others:
        cli.done("case", "opinion", number, one, "agreed", by=OTHER)
    assert cli.refused("case", "decide", number, "grant", by=CLERK)["error"] == "move-guard"
    assert cli.done("case", "correct", number, by=CLERK, at="W01")["state"] == "mending"
    cli.done("review", "mark", number, "1", "passed", by=CLERK)
    cli.done("case", "opinion", number, first, "agreed", by=OTHER)
    granted = cli.done("case", "decide", number, "grant", by=CLERK, at="W01")
    assert granted["state"] == "done_pass"
    refused = cli.refused("case", "move", number, "issue", by=CLERK)
    assert refused["error"] == "move-guard"
    assert t("guard.certificate-unprinted") in str(refused["message"])


def test_a_promise_and_what_it_keeps_back(cli: Cli) -> None:
    number = opened(cli, "SP082")
    for condition in ("agent",):
        cli.done("review", "answer", number, condition, "no", by=CLERK)
    cli.done("review", "pass", number, by=CLERK)
    cli.done("review", "mark", number, "5", "failed", "--note", "不清楚", by=CLERK)
    refused = cli.refused("review", "promise", number, "5", by=CLERK)
    assert refused["error"] == "promise-unsigned"
    promised = cli.done("review", "promise", number, "5", "--signed", by=CLERK)
    assert promised["due"]
    cli.done("case", "receive", number, by=CLERK)
    assert cli.refused("case", "accept", number, by=CLERK)["error"] == "move-guard"
    assert cli.done("case", "accept", number, "--tolerant", by=CLERK)["state"] == (
        "accepted_tolerant"
    )
    assert cli.done("case", "decide", number, "grant", by=CLERK)["state"] == "done_tolerant"
    ended = cli.done(
        "review",
        "promise-end",
        str(promised["promise"]),
        "broken",
        "--reason",
        "联系不上",
        by=CLERK,
    )
    assert ended["state"] == "broken"


def test_who_works_on_it_and_what_was_noted(cli: Cli) -> None:
    number = opened(cli, "SP082", by=AGENT)
    assert cli.refused("case", "take", number, by=CLERK)["error"] == "case-held"
    assert cli.refused("case", "take-over", number, by=LEAD)["error"] == "takeover-reason"
    cli.done("case", "take-over", number, "--reason", "人不在", by=LEAD)
    assert (
        cli.done("case", "hand-over", number, CLERK, "--note", "接着办", by=LEAD)["holder"] == CLERK
    )
    cli.done("case", "note", number, "明天来", "--kind", "promise", "--due", "2026-09-23", by=AGENT)
    kinds = [one["kind"] for one in cli.json("case", "notes", number, by=CLERK).objects]
    assert kinds == ["promise", "handover", "takeover"]
    files = cli.json("case", "files", by=AGENT).objects
    assert [(one["need"], one["due"]) for one in files] == [("prepare", "2026-09-23")]
    assert "武汉大吉" in cli("case", "files", by=AGENT).out
    assert "明天来" in cli("case", "notes", number, by=CLERK).out


@pytest.mark.parametrize("text", ["whdj", "大吉", "W01-0001"])
def test_a_case_is_found_and_shown(cli: Cli, text: str) -> None:
    number = opened(cli, "SP082")
    (found,) = cli.json("case", "find", text, by=CLERK).objects
    assert found["case"] == number
    (listed,) = cli.json("case", "list", by=CLERK).objects
    assert listed["case"] == number
    shown = cli("case", "show", number, by=CLERK)
    assert "武汉大吉科技有限公司" in shown.out
    assert cli("case", "list", "--closed", by=CLERK).out.strip()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("case", "show", "none"), "no-such-case"),
        (("case", "move", "20260922-W01-0001", "fly"), "no-such-move"),
        (("case", "accept", "20260922-W01-0001", "--say", "x"), "bad-say"),
        (("case", "opinion", "20260922-W01-0001", "nobody", "agreed"), "department-unknown"),
        (("case", "opinion", "20260922-W01-0001", "tax", "agreed"), "no-such-task"),
        (("case", "note", "20260922-W01-0001", "x", "--due", "soon"), "bad-day"),
        (("case", "open", "--checklist", "none"), "no-such-checklist"),
        (("case", "open"), "item-needed"),
        (("case", "files", "--agent", "nobody"), "no-such-agent"),
        (("review", "mark", "20260922-W01-0001", "99", "passed"), "no-such-material"),
        (("review", "mark", "20260922-W01-0001", "1", "flying"), "no-such-material-state"),
        (("review", "answer", "20260922-W01-0001", "none", "yes"), "no-such-condition"),
        (("review", "mended", "none"), "no-such-deficiency"),
        (("review", "promise-end", "none", "kept"), "no-such-promise"),
    ],
)
def test_what_is_wrong_is_said(cli: Cli, words: tuple[str, ...], code: str) -> None:
    opened(cli, "SP082")
    assert cli.refused(*words, by=CLERK)["error"] == code


def test_an_instant_case_and_other_words(cli: Cli) -> None:
    number = opened(cli, "YQ035")
    cli.done("review", "lack", number, "缺身份证", "--how", "请带来", by=CLERK)
    (lack,) = cli.done("case", "show", number, by=CLERK)["deficiencies"]
    cli.done("review", "mended", lack["id"], by=CLERK)
    cli.done("review", "dishonest", number, "no", by=CLERK)
    cli.done("review", "pass", number, by=CLERK)
    assert cli.done("case", "at-once", number, by=CLERK)["state"] == "done_pass"
    other = opened(cli, "SP082")
    ticket = cli.kit.take("SP082").number
    assert cli.done("case", "link", other, ticket, by=CLERK)["case"] == other
    assert cli.done("case", "show", ticket, by=CLERK)["case"] == other
    cli.done("review", "mark", other, "1", "received", by=CLERK)
    cli.done("case", "receive", other, by=CLERK)
    assert cli.refused("case", "refuse", other, by=CLERK)["error"] == "move-reason"
    ended = cli.done(
        "case", "refuse", other, "--reason", "不属本局", "--say", "competent=某局", by=CLERK
    )
    assert ended["state"] == "refused_accept"
    assert cli.refused("case", "resend", other, by=CLERK)["error"] == "case-closed"


def test_who_files_its_form_what_it_waits_for_and_notes(cli: Cli) -> None:
    number = opened(cli, "YQ034", by=AGENT)
    said = cli.done("case", "describe", number, "--phone", "13800138000", by=AGENT)
    assert said["title"] == "武汉大吉科技有限公司"
    assert cli.done("case", "wait", number, "applicant", by=AGENT)["case"] == number
    (mine,) = cli.json("case", "files", by=AGENT).objects
    assert mine["waiting_on"] == "applicant"
    cli.done("case", "wait", number, "nobody", by=AGENT)
    filing = cli.done("form", "new", "--form", "cross-region-tax", by=AGENT)
    filed = str(filing["filing"])
    assert cli.done("case", "file", number, filed, by=AGENT)["case"] == number
    other = opened(cli, "YQ034", by=AGENT)
    assert cli.refused("case", "file", other, filed, by=AGENT)["error"] == "filing-taken"
    cli.done("case", "note", number, "带章来", "--kind", "promise", "--due", "2026-09-23", by=AGENT)
    assert cli.done("case", "done", f"{number}/1", by=AGENT)["done"] is True
    assert cli.refused("case", "done", f"{number}/1", by=AGENT)["error"] == "no-such-note"
