"""Closing the day names the cases that it leaves undone, and is not stopped by them."""

import pytest

from hallclient.actions import day_cases, day_close
from hallclient.actions.sweep import sweep
from hallclient.day_words import record_text
from hallclient.texts import LANGUAGES, set_language
from tests.clikit import Cli, cli, quick  # noqa: F401
from tests.hallkit import PASSWORD, SUPERVISOR, Kit
from tests.watchkit import Desk, at


def undone(kit: Kit) -> dict[str, list[str]]:
    """One case of each kind, and what is fine; the numbers by why."""
    desk, now = Desk(kit), kit.clock.ms
    fresh = desk.case("received", received_at=now)
    desk.clock(fresh, "notice5", "2026-09-22", "2026-09-30")
    mended = desk.case("corrected", received_at=now)
    silent = desk.case("received", received_at=at("2026-09-16"))
    desk.put(silent["id"], "case_file", since=at("2026-09-16"))
    desk.clock(silent, "notice5", "2026-09-16", "2026-09-22")
    promised = desk.case("accepted_tolerant", received_at=now)
    desk.promise(promised, "2026-09-22")
    desk.promise(promised, "2026-09-23")
    desk.case("accepted", received_at=now)
    desk.case("prereview")
    return {
        "no-outcome": [fresh["number"], mended["number"]],
        "silence": [silent["number"]],
        "promise": [promised["number"]],
    }


def by_why(rows: list[dict[str, object]]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for row in rows:
        found.setdefault(str(row["why"]), []).append(row["number"])
    return found


def test_closing_names_what_is_undone(kit: Kit) -> None:
    expected = undone(kit)
    left = day_cases.left(kit.store)
    assert by_why(left) == expected
    assert [row["due"] for row in left] == ["2026-09-30", None, "2026-09-22", "2026-09-22"]
    record = day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert record["listed"]["cases"] == left
    counts = {"no-outcome": 2, "silence": 1, "promise": 1}
    assert record["listed"]["cases_left"] == dict.fromkeys(day_cases.WHYS, 0) | counts
    # What stands in the record stays, whatever becomes of the cases.
    kit.clock.ms = at("2026-10-20")
    assert day_cases.left(kit.store) != left
    again = day_close.record(kit.store, "2026-09-22")
    assert again is not None
    assert again["listed"]["cases"] == left


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_record_says_them_in_words(kit: Kit, lang: str) -> None:
    expected = undone(kit)
    record = day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    set_language(lang)
    text = record_text(record, kit.hall)
    for numbers in expected.values():
        assert all(number in text for number in numbers)
    assert "day." not in text
    assert "no-outcome" not in text


def test_a_day_without_cases_says_nothing_of_them(kit: Kit) -> None:
    record = day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert record["listed"]["cases"] == []
    assert set(record["listed"]["cases_left"].values()) == {0}
    assert "办件" not in record_text(record, kit.hall)


def test_a_day_that_the_system_closed_names_none(kit: Kit) -> None:
    kit.open(1)
    undone(kit)
    kit.clock.ms = at("2026-09-23", "08:00")
    sweep(kit.store)
    record = day_close.record(kit.store, "2026-09-22")
    assert record is not None
    # What was undone then nobody knows now.
    assert "cases" not in record["listed"]
    assert record_text(record, kit.hall)


def test_only_so_many_are_written_down(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    undone(kit)
    monkeypatch.setattr(day_cases, "MOST", 2)
    record = day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert len(record["listed"]["cases"]) == 2
    assert sum(record["listed"]["cases_left"].values()) == 4


def test_the_command_line_lists_them(cli: Cli) -> None:  # noqa: F811
    expected = undone(cli.kit)
    found = cli.json("day", "list", by="s01").objects
    assert by_why([{**one, "number": one["case"]} for one in found]) == expected
    said = cli("day", "list", by="s01").out
    assert all(number in said for numbers in expected.values() for number in numbers)
    cli.json("day", "close", "--early", by="s01")
    shown = cli.json("day", "show", by="s01").objects
    assert [one for one in shown if one["kind"] == "case"] == found
