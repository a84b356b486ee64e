"""Text that citizens and programs send passes through every answer without harm."""

import json

import pytest

from hallclient.actions import tickets
from hallclient.actions.setup import DEMO_STAFF
from tests.clikit import Cli, cli, quick
from tests.hallkit import AGENT, PASSWORD
from tests.hostile import PACKED

__all__ = ["cli", "quick"]

SETUP = "SP078"


def test_hostile_text_is_shown_harmless_everywhere(cli: Cli) -> None:
    """`Cli` checks each answer; here every place that takes text is given all of it."""
    kit = cli.kit
    kit.open(1)
    for at, text in enumerate(PACKED):
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
        # Forecasts for a long queue are dear, and nothing here is about them.
        tickets.cancel(kit.store, AGENT, number, "left")


def test_hostile_reasons_names_and_notes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = cli.kit
    monkeypatch.setenv("HALLCLIENT_TAKER_PASSWORD", PASSWORD)
    kit.open(1)
    giver, taker = "c01", "c02"
    for at, text in enumerate(PACKED):
        kit.take("setup")
        cli.done("window", "next", by=giver)
        cli.done("window", "start", by=giver)
        cli.done("window", "external", f"--reason={text}", by=giver)
        assert cli("shift", "list", by=giver).code == 0
        assert cli("shift", "hand-over", "--to", taker, f"--note={text}", by=giver).code == 0
        giver, taker = taker, giver
        cli.done("staff", "add", f"x{at}", f"--name={text}", "--role", "clerk", by="admin")
    assert cli("staff", "list", by="admin").code == 0
    assert len(cli.json("staff", "list", by="admin").objects) == len(DEMO_STAFF) + len(PACKED)


def test_json_can_be_read_back_whatever_it_holds(cli: Cli) -> None:
    kit = cli.kit
    for text in PACKED:
        number = kit.take("general", person={"company": text}).number
        line = cli("ticket", "show", number, "--json", by="c01").out
        assert line.count("\n") == 1
        assert json.loads(line)["number"] == number
