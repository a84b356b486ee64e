"""Cases at the end of a shift: what is in hand or due today is listed, and goes when asked."""

from __future__ import annotations

import pytest

from hallclient.actions import case_lease, case_notes, shift_cases
from hallclient.actions.acting import Actor
from hallclient.texts import t
from tests.casekit import C1, WANG, Case
from tests.clikit import Cli, cli, quick
from tests.deskkit import seated
from tests.hallkit import AGENT, PASSWORD, SUPERVISOR, Kit, clerk

__all__ = ["cli", "quick"]

TODAY = "2026-09-22"
A02 = Actor("a02", "agent")


def numbers(kit: Kit, operator: str) -> list[str]:
    return [one.row["number"] for one in shift_cases.open_cases(kit.store, operator)]


def test_what_is_in_hand_is_listed_with_what_is_due_first(kit: Kit) -> None:
    first, second, third = Case(kit), Case(kit).accepted(), Case(kit, by=clerk(2))
    found = shift_cases.open_cases(kit.store, "c01")
    assert [one.row["id"] for one in found] == [second.id, first.id]
    assert [(one.held, one.due, one.today) for one in found] == [
        (True, "2026-09-28", False),
        (True, "", False),
    ]
    # What was promised for today comes before what is due next week.
    case_notes.note(kit.store, C1, first.id, case_notes.PROMISE, "回电", due=TODAY)
    (now, later) = shift_cases.open_cases(kit.store, "c01")
    assert (now.row["id"], now.promised, now.today) == (first.id, TODAY, True)
    assert later.row["id"] == second.id
    case_lease.release(kit.store, C1, second.id)
    assert numbers(kit, "c01") == [first.row["number"]]
    # A lease that ran out leaves the case in their hand until somebody else takes it.
    kit.pass_(minutes=31)
    assert numbers(kit, "c01") == [first.row["number"]]
    case_lease.take(kit.store, clerk(2), first.id)
    assert numbers(kit, "c01") == []
    assert set(numbers(kit, "c02")) == {first.row["number"], third.row["number"]}


def test_an_agents_file_is_listed_when_something_is_due(kit: Kit) -> None:
    case = Case(kit, by=AGENT)
    case_lease.release(kit.store, AGENT, case.id)
    assert numbers(kit, "a01") == []
    case_notes.note(kit.store, AGENT, case.id, case_notes.PROMISE, "送材料", due="2026-09-23")
    assert numbers(kit, "a01") == []
    kit.pass_(minutes=24 * 60)
    (one,) = shift_cases.open_cases(kit.store, "a01")
    assert (one.held, one.promised, one.today) == (False, "2026-09-23", True)


def test_a_case_that_is_refused_keeps_no_other(kit: Kit) -> None:
    mine, others, last = Case(kit), Case(kit, by=clerk(2)), Case(kit)
    wanted = [mine.id, others.id, "nothing", last.row["number"], mine.id]
    made = shift_cases.give(kit.store, C1, "c03", wanted, "柜里有原件")
    assert [row["id"] for row in made.given] == [mine.id, last.id]
    assert {key: why.code for key, why in made.refused.items()} == {
        others.row["number"]: "case-held",
        "nothing": "no-such-case",
    }
    assert [case.now["holder"] for case in (mine, others, last)] == ["c03", "c02", "c03"]
    (note,) = case_notes.notes(kit.store, SUPERVISOR, mine.id)
    assert (note.kind, note.to, note.text) == ("handover", "c03", "柜里有原件")


def test_an_agents_file_goes_to_the_other_agent(kit: Kit) -> None:
    case = Case(kit, by=AGENT)
    shift_cases.give(kit.store, AGENT, "a02", [case.id])
    assert (case.now["agent"], case.now["holder"]) == ("a02", "a02")
    case_lease.take(kit.store, A02, case.id)


# -- at the desk


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("key", "holder"), [("2", "c05"), ("1", "c01")])
async def test_cases_go_with_the_shift_at_the_desk(kit: Kit, key: str, holder: str) -> None:
    case = Case(kit)
    kit.open(1)
    async with seated(kit, C1) as seat:
        await seat.press("ctrl+o")
        await seat.press("2")
        assert t("shift.hand-over-cases", n=1, today=0).strip() in seat.text
        await seat.type("c05")
        await seat.type(PASSWORD)
        await seat.press("enter")
        assert case.row["number"] in seat.text
        await seat.press(key)
        await seat.until(lambda: "shift.handed-over" in kit.kinds())
        await seat.settle()
        assert kit.window(C1)["operator"] == "c05"
        assert case.now["holder"] == holder


# -- the command line


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_tells_of_cases(cli: Cli, lang: str) -> None:
    case = Case(cli.kit, applicant=WANG)
    case_notes.note(cli.kit.store, C1, case.id, case_notes.PROMISE, "回电", due=TODAY)
    said = cli("--lang", lang, "shift", "list", by="c01")
    assert (said.code, said.err) == (0, "")
    assert case.row["number"] in said.out
    assert TODAY in said.out
    assert "王伟" not in said.out
    (one,) = cli.json("shift", "list", by="c01").objects
    assert (one["case"], one["promised"], one["due_today"]) == (case.row["number"], TODAY, True)


def test_cases_go_with_the_shift_when_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLCLIENT_TAKER_PASSWORD", PASSWORD)
    first, second = Case(cli.kit), Case(cli.kit)
    made = cli.done("shift", "hand-over", "--to", "c03", by="c01")
    assert (len(made["cases"]), made["given"]) == (2, [])
    assert first.now["holder"] == "c01"
    made = cli.done("shift", "hand-over", "--to", "c03", "--case", first.row["number"], by="c01")
    assert made["given"] == [first.row["number"]]
    assert (first.now["holder"], second.now["holder"]) == ("c03", "c01")
    said = cli("shift", "hand-over", "--to", "c03", "--cases", by="c01")
    assert said.code == 0
    assert second.now["holder"] == "c03"
    # What is not one's own stays; the shift is handed over all the same.
    other = Case(cli.kit, by=clerk(2)).row["number"]
    answer = cli.json("shift", "hand-over", "--to", "c03", "--case", other, by="c01")
    assert answer.code == 1
    assert answer.object["not_given"] == {other: "case-held"}
    assert other in answer.err
    refused = cli.refused("shift", "hand-over", "--to", "c03", "--case", "B99", by="c01")
    assert refused["error"] == "no-such-case"
