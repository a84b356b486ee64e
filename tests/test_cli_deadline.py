"""``hallclient deadline``, with and without a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clikit import Cli, cli, quick

__all__ = ["cli", "quick"]


def test_a_limit_is_counted_day_by_day(cli: Cli) -> None:
    found = cli.done("deadline", "2026-09-30", "3W")
    assert (found["due"], found["provisional"]) == ("2026-10-10", False)
    counted = [one["day"] for one in found["days"] if one["n"]]
    assert counted == ["2026-10-08", "2026-10-09", "2026-10-10"]
    assert found["days"][-1]["kind"] == "makeup"
    said = cli("deadline", "2026-09-30", "3w").out
    assert "国庆" in said
    assert said.strip().endswith("到期日 2026-10-10")


def test_pauses_and_other_units(cli: Cli) -> None:
    found = cli.done("deadline", "2026-09-22", "3W", "--pause", "2026-09-22:2026-09-24")
    assert found["due"] == "2026-09-30"
    assert cli.done("deadline", "2026-09-28", "3N")["due"] == "2026-10-08"
    assert cli.done("deadline", "2026-09-21", "48H")["due"] == "2026-09-23"


def test_what_is_not_published_is_marked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLCLIENT_STORE", str(Path("nowhere") / "none.db"))
    assert cli.done("deadline", "2026-12-30", "5W")["provisional"] is True
    assert "~" in cli("deadline", "2026-12-30", "5W").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("2026-13-01", "3W"), "bad-day"),
        (("2026-09-30", "3X"), "bad-limit"),
        (("2026-09-30", "3W", "--pause", "2026-10-01"), "bad-pause"),
        (("2026-09-30", "3W", "--pause", "2026-10-09:2026-10-08"), "bad-pause"),
        (("2099-09-30", "9000W"), "limit-beyond"),
    ],
)
def test_what_is_no_limit_is_said(cli: Cli, words: tuple[str, ...], code: str) -> None:
    assert cli.refused("deadline", *words)["error"] == code
