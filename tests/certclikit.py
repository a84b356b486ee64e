"""A hall that issues, brought so far by commands alone."""

from __future__ import annotations

from typing import Any

from tests.clikit import Cli

CLERK, OTHER, LEAD = "c01", "c02", "s01"
BY = {"by": CLERK, "at": "W01"}
LETTER = "鄂码〔2026〕7号"
COLLECTOR = ("--name", "张三", "--identity", "420100199001011233")
FACE = {
    "uscc": "91420100MA4KXXXX0X",
    "legal_rep": "张三",
    "address": "光谷大道1号",
    "place": "光谷大道1号",
    "items": "热食类食品制售",
    "until": "2031-09-21",
}
"""What no source says of a food permit."""


def loaded(cli: Cli) -> None:
    """Four hundred numbers of food permits."""
    cli.done("code", "load", "food", "1", "400", "--source", LETTER, by=LEAD)


def received(cli: Cli) -> None:
    """Fifty blank food permits at the first window."""
    words = ("sheet", "receive", "spjyxkz", "SP00000001", "SP00000050", "--source", LETTER)
    cli.done(*words, by=LEAD, at="W01")


def agreed(cli: Cli, name: str = "武汉大吉科技有限公司") -> str:
    """A case of a food permit that can be granted; its number."""
    words = ("case", "open", "--checklist", "food", "--organisation", "--name", name)
    number = str(cli.done(*words, **BY)["case"])
    cli.done("review", "answer", number, "agent", "no", **BY)
    cli.done("review", "pass", number, **BY)
    cli.done("case", "receive", number, **BY)
    cli.done("case", "accept", number, **BY)
    for one in cli.done("case", "show", number, **BY)["departments"]:
        cli.done("case", "opinion", number, one["department"], "agreed", **BY)
    return number


def granted(cli: Cli) -> str:
    """A case that is decided, its permit with a code; its number."""
    loaded(cli)
    number = agreed(cli)
    assert cli.done("case", "decide", number, "grant", **BY)["state"] == "done_pass"
    return number


def said(fields: dict[str, str]) -> list[str]:
    """Options that say what stands on a face."""
    return [word for name, text in fields.items() for word in ("--set", f"{name}={text}")]


def sealed(cli: Cli, *copies: str) -> dict[str, Any]:
    """A food permit whose copies wait to be printed; as `certificate seal` tells it."""
    number = granted(cli)
    received(cli)
    cli.done("certificate", "describe", number, *said(FACE), **BY)
    wanted = [word for one in copies for word in ("--copies", one)]
    return cli.done("certificate", "seal", number, *wanted, **BY)
