"""`hallclient day`: what a supervisor types in the morning and in the evening."""

import csv
from pathlib import Path

import pytest

from hallclient.actions import day_close, sweep
from hallclient.texts import set_language
from tests.clikit import Cli, cli, quick
from tests.hallkit import AGENT, NINE, PASSWORD, SUPERVISOR, clerk
from tests.hostile import HOSTILE

__all__ = ["cli", "quick"]
TODAY = "2026-09-22"


def test_the_morning(cli: Cli) -> None:
    checks = cli.json("day", "check", by="s01").objects
    assert {one["level"] for one in checks} == {"ok", "notice", "warning", "ask"}
    own = [one["check"] for one in checks if one["level"] == "ask"]
    assert own == list(cli.kit.hall.opening_checks)
    opened = cli.done("day", "open", "--tick", "paper", "screens", "--note", "一号屏待修", by="s01")
    assert (opened["state"], opened["opened_by"]) == ("open", "s01")
    after = {one["check"]: one["code"] for one in cli.json("day", "check", by="s01").objects}
    assert (after["paper"], after["seats"]) == ("seen", "open")
    assert cli.refused("day", "open", by="s01")["error"] == "day-opened"
    text = cli("day", "show", by="s01").out
    assert "s01" in text
    assert "一号屏待修" in text


def test_everything_can_be_ticked_at_once_or_by_its_word(cli: Cli) -> None:
    refused = cli.refused("day", "open", "--tick", "nonsense", by="s01")
    assert refused["error"] == "no-such-check"
    assert {one["code"] for one in refused["choices"]} == set(cli.kit.hall.opening_checks)
    cli.done("day", "open", "--tick", "all", by="s01")
    codes = {one["code"] for one in cli.json("day", "check", by="s01").objects}
    assert "open" not in codes


def test_numbers_stop_and_start(cli: Cli) -> None:
    assert cli.done("day", "stop", "--line", "tax", by="s01") == {"stopped": ["tax"]}
    service = cli.kit.item("tax")
    refused = cli.refused("ticket", "take", "--service", service, by="a01")
    assert refused["error"] == "line-stopped"
    assert cli.refused("day", "stop", "--line", "nowhere", by="s01")["error"] == "no-such-line"
    assert cli.done("day", "start", by="s01") == {"started": ["tax"]}
    assert cli.done("ticket", "take", "--service", service, by="a01")["number"] == "B001"


def test_the_evening(cli: Cli) -> None:
    cli.kit.open(1)
    for _ in range(3):
        cli.kit.take("setup")
    cli.kit.serve(clerk(1))
    rows = cli.json("day", "list", by="s01").objects
    assert [(one["number"], one["end"], one["carriable"]) for one in rows] == [
        ("A001", "cancelled", False),
        ("A002", "abandoned", True),
        ("A003", "abandoned", True),
    ]
    closed = cli.json(
        "day", "close", "--early", "--carry", "a3", "--note", "已告知", by="s01"
    ).objects
    assert (closed[0]["kind"], closed[0]["signed_by"], closed[0]["listed"]) == ("day", "s01", 3)
    assert [(one["number"], one["reason"]) for one in closed[1:]] == [
        ("A001", "ended_by_supervisor"),
        ("A002", "eod"),
        ("A003", "carried_over"),
    ]
    assert closed[3]["slot"] == "2026-09-23T09:00:00+08:00"
    assert cli.json("day", "show", TODAY, by="admin").objects == closed
    assert cli.refused("day", "close", by="s01")["error"] == "day-closed"
    assert cli.json("day", "list", by="s01").objects == []
    cli.done("day", "reopen", by="s01")
    assert cli.kit.take("setup").number == "A004"


def test_a_day_with_open_numbers_is_not_closed_by_chance(cli: Cli) -> None:
    cli.kit.take("setup")
    refused = cli.refused("day", "close", by="s01")
    assert (refused["error"], refused["field"]) == ("day-early", "early")
    assert "17:00" in str(refused["message"])
    cli.kit.clock.ms = NINE + 8 * 3_600_000
    assert cli.json("day", "close", by="s01").objects[0]["listed"] == 1


def test_the_signature_is_the_password(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.kit.take("setup")
    monkeypatch.setenv("HALLCLIENT_PASSWORD", "wrong")
    assert cli.refused("day", "close", "--early", by="s01")["error"] == "sign-in"
    assert day_close.record(cli.kit.store, TODAY) is None


def test_a_day_of_the_system_is_signed_the_morning_after(cli: Cli) -> None:
    cli.kit.take("setup")
    cli.kit.clock.ms = NINE + 86_400_000
    # Any command looks at the clock first.
    assert cli.refused("day", "show", by="s01")["error"] == "no-such-day"
    shown = cli.json("day", "show", TODAY, by="s01").objects[0]
    assert (shown["closed_by"], shown["signed_by"]) == ("system", None)
    assert cli.done("day", "sign", TODAY, by="s01")["signed_by"] == "s01"
    assert cli.refused("day", "sign", TODAY, by="s01")["error"] == "day-signed"


@pytest.mark.parametrize("words", ["check", "list", "close", "open", "stop", "reopen"])
def test_a_clerk_does_not_end_the_day(cli: Cli, words: str) -> None:
    before = cli.kit.kinds()
    for who in ("c01", "a01", "admin"):
        assert cli.refused("day", words, by=who)["error"] == "not-allowed"
    assert cli.kit.kinds() == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_record_reads_well_in_both_languages(cli: Cli, language: str) -> None:
    cli.kit.open(1)
    for _ in range(2):
        cli.kit.take("setup")
    cli.kit.serve(clerk(1))
    cli("day", "open", "--tick", "paper", by="s01")
    said = cli("day", "close", "--early", "--carry", "A002", "--lang", language, by="s01").out
    set_language("zh")
    assert "2026-09-22" in said
    assert {"zh": "收班中止", "en": "broken off"}[language] in said
    assert {"zh": "结转 09-23 09:00", "en": "carried to 09-23 09:00"}[language] in said
    assert "day." not in said


@pytest.mark.parametrize("text", HOSTILE)
def test_a_note_is_data(cli: Cli, text: str) -> None:
    if "\x00" in text:
        return
    cli("day", "open", f"--note={text}", by="s01")
    day_close.close_day(cli.kit.store, SUPERVISOR, PASSWORD, note=text)
    assert cli("day", "show", by="s01").code == 0


def test_the_list_as_a_file(cli: Cli, tmp_path: Path) -> None:
    cli.kit.take("setup")
    cli.kit.take("tax")
    day_close.close_day(cli.kit.store, SUPERVISOR, PASSWORD, carry=["B001"])
    target = tmp_path / "list.csv"
    assert cli.done("day", "show", "--csv", str(target), by="s01")["rows"] == 2
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["号码"] for row in rows] == ["A001", "B001"]
    assert [row["原因"] for row in rows] == ["eod", "carried_over"]
    assert rows[1]["预约"] == "2026-09-23 09:00:00"
    assert cli("day", "show", "--csv", str(target), by="s01").code == 3
    assert cli("day", "show", "--csv", str(target), "--force", by="s01").code == 0
    assert cli.kit.kinds().count("store.exported") == 2


def test_nothing_of_the_person_is_on_the_list(cli: Cli) -> None:
    person = {"name": "张三", "identity": "420100199001011234", "phone": "13812345678"}
    cli.kit.take("setup", by=AGENT, person=person)
    sweep.sweep(cli.kit.store)
    row = day_close.close_day(cli.kit.store, SUPERVISOR, PASSWORD, carry=["A001"])
    said = str(row) + cli("day", "show", by="s01").out
    assert not [value for value in person.values() if value in said]
