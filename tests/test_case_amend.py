"""What an accepted case says of its applicant is corrected by two persons, with the difference."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.check import verify
from hallclient.actions import case_amend, case_find, case_notes, cases, persons
from hallclient.actions.case_amend import NAMES, Amended, Amendment
from hallclient.actions.case_title import FIELDS, Applicant
from tests.casekit import AGENT, C1, DAJI, SUPERVISOR, WANG, Case
from tests.clikit import Cli, cli, quick
from tests.hallkit import ADMINISTRATOR, Kit, clerk
from tests.materialkit import refused

__all__ = ["cli", "quick"]

C2 = clerk(2)
WHY = "身份证号登记错了一位"
RIGHT = "420100199001011235"


def asked(case: Case, **changes: str) -> Amendment:
    """A correction of the clerk's; of the identity number unless said."""
    return case_amend.propose(case.kit.store, C1, case.id, changes or {"identity": RIGHT}, WHY)


def accepted(kit: Kit, applicant: Applicant = WANG) -> Case:
    return Case(kit, applicant=applicant).accepted()


def test_before_acceptance_it_is_changed_at_once_and_then_by_a_correction(kit: Kit) -> None:
    case = Case(kit, applicant=WANG).settle()
    now = WANG._replace(identity=RIGHT)
    cases.describe(kit.store, C1, case.id, now)
    assert refused(case_amend.propose, kit.store, C1, case.id, {"phone": "1"}, WHY) == (
        "amend-direct"
    )
    case.move("receive")
    cases.describe(kit.store, C1, case.id, WANG)
    case.move("accept")
    assert refused(cases.describe, kit.store, C1, case.id, now) == "amend-needed"
    assert cases.applicant_in(kit.store, case.now) == WANG


def test_it_says_what_it_said_until_another_person_approves(kit: Kit) -> None:
    case = accepted(kit)
    one = asked(case)
    assert (one.number, one.by, one.fields, one.reason) == (
        case.row["number"],
        "c01",
        ("identity",),
        WHY,
    )
    assert cases.applicant_in(kit.store, case.now) == WANG
    assert case_amend.pending(kit.store, SUPERVISOR) == [one]
    done = case_amend.approve(kit.store, SUPERVISOR, one.id)
    assert (done.state, done.done_by) == ("approved", "s01")
    assert case_amend.pending(kit.store, SUPERVISOR) == []
    assert case_amend.amendments(kit.store, C1, case.id) == [done]
    assert cases.applicant_in(kit.store, case.now) == WANG._replace(identity=RIGHT)
    assert [row["id"] for row in case_find.find(kit.store, C1, RIGHT)] == [case.id]
    assert case_find.find(kit.store, C1, WANG.identity) == []
    assert verify(kit.store).ok


def test_a_list_calls_it_by_its_new_name(kit: Kit) -> None:
    case = accepted(kit, DAJI)
    one = asked(case, name="武汉大吉食品有限公司", agent_phone="13800138001")
    case_amend.approve(kit.store, SUPERVISOR, one.id)
    assert case.now["title"] == "武汉大吉食品有限公司"
    assert [row["id"] for row in case_find.find(kit.store, C1, "dajishipin")] == [case.id]


def test_the_difference_is_shown_with_the_documents_that_stay(kit: Kit) -> None:
    case = accepted(kit)
    one = asked(case, identity=RIGHT, phone=" 139 0013 9001 ", address="中山路１号")
    found = case_amend.difference(kit.store, SUPERVISOR, one.id)
    assert found.changes == (
        Amended("identity", WANG.identity, RIGHT),
        Amended("phone", WANG.phone, "13900139001"),
        Amended("address", "", "中山路１号"),
    )
    assert found.papers == tuple(paper.number for paper in case.facts.papers)
    assert kit.kinds()[-1] == "personal.viewed"
    case_amend.approve(kit.store, SUPERVISOR, one.id)
    kit.pass_(1)
    case.move("grant")
    assert case_amend.difference(kit.store, SUPERVISOR, one.id).papers == found.papers


def test_nobody_approves_their_own(kit: Kit) -> None:
    case = accepted(kit)
    one = case_amend.propose(kit.store, SUPERVISOR, case.id, {"identity": RIGHT}, WHY)
    assert refused(case_amend.approve, kit.store, SUPERVISOR, one.id) == "amend-own"
    assert refused(case_amend.reject, kit.store, SUPERVISOR, one.id, "x") == "amend-own"
    assert refused(case_amend.withdraw, kit.store, C1, one.id) == "amend-not-yours"
    assert cases.applicant_in(kit.store, case.now) == WANG
    assert case_amend.withdraw(kit.store, SUPERVISOR, one.id).state == "withdrawn"
    assert refused(case_amend.withdraw, kit.store, SUPERVISOR, one.id) == "amend-answered"


@pytest.mark.parametrize("who", [C2, AGENT])
def test_only_a_supervisor_approves(kit: Kit, who: object) -> None:
    one = asked(accepted(kit))
    assert refused(case_amend.approve, kit.store, who, one.id) == "not-allowed"
    assert refused(case_amend.reject, kit.store, who, one.id, "x") == "not-allowed"


def test_a_rejected_one_leaves_it_and_says_why(kit: Kit) -> None:
    case = accepted(kit)
    one = asked(case)
    assert refused(case_amend.reject, kit.store, SUPERVISOR, one.id, " \n") == "amend-reason"
    done = case_amend.reject(kit.store, SUPERVISOR, one.id, "请附证件复印件")
    assert (done.state, done.answer, done.reason) == ("rejected", "请附证件复印件", WHY)
    assert refused(case_amend.approve, kit.store, SUPERVISOR, one.id) == "amend-answered"
    assert cases.applicant_in(kit.store, case.now) == WANG
    again = asked(case)
    assert [found.id for found in case_amend.amendments(kit.store, C1, case.id)] == [
        again.id,
        one.id,
    ]


def test_what_cannot_be_asked_for(kit: Kit) -> None:
    case = accepted(kit)

    def code(changes: object, reason: str = WHY) -> str:
        return refused(case_amend.propose, kit.store, C1, case.id, changes, reason)

    assert code({"identity": WANG.identity}) == "amend-same"
    assert code(WANG) == "amend-same"
    assert code({"item": "SP001"}) == "amend-field"
    assert code({"kind": "robot"}) == "amend-field"
    assert code({"name": "　"}) == "amend-name"
    assert code({"phone": "1"}, "") == "amend-reason"
    assert code({"phone": "1"}, "长" * 501) == "reason-long"
    assert refused(case_amend.difference, kit.store, C1, "none") == "no-such-amendment"
    note = case_notes.note(kit.store, C1, case.id, "note", "x")
    assert refused(case_amend.approve, kit.store, SUPERVISOR, note["id"]) == "no-such-amendment"
    assert case_amend.pending(kit.store, C1) == []


def test_one_waits_at_a_time_and_whoever_holds_the_case_goes_on(kit: Kit) -> None:
    case = accepted(kit)
    one = case_amend.propose(kit.store, AGENT, case.id, {"phone": "13900139001"}, WHY)
    assert refused(asked, case) == "amend-pending"
    assert case.now["holder"] == "c01"
    case_amend.approve(kit.store, SUPERVISOR, one.id)
    assert case.now["holder"] == "c01"
    asked(case)


def test_a_person_becomes_an_organisation(kit: Kit) -> None:
    case = accepted(kit)
    one = case_amend.propose(kit.store, C1, case.id, DAJI, WHY)
    assert "kind" in one.fields
    case_amend.approve(kit.store, SUPERVISOR, one.id)
    assert cases.applicant_in(kit.store, case.now) == DAJI
    assert case.now["person"] is None
    assert json.loads(case.now["answers"])["organisation"] is True


def test_what_waits_ends_with_the_case_and_is_forgotten_with_the_person(kit: Kit) -> None:
    case = accepted(kit)
    one = asked(case)
    case.move("recall", reason="不办了")
    assert case_amend.pending(kit.store, SUPERVISOR) == []
    (dropped,) = case_amend.amendments(kit.store, C1, case.id)
    assert (dropped.state, dropped.done_by) == ("dropped", "c01")
    assert refused(asked, case) == "case-closed"
    persons.forget_case(kit.store, ADMINISTRATOR, case.id)
    (gone,) = case_amend.amendments(kit.store, C1, case.id)
    assert (gone.id, gone.fields, gone.reason) == (one.id, (), "")
    assert case_amend.difference(kit.store, C1, one.id).changes == ()


def test_nothing_personal_lies_open_and_it_is_no_note(kit: Kit) -> None:
    case = accepted(kit)
    one = asked(case, identity=RIGHT, name="王维")
    case_amend.reject(kit.store, SUPERVISOR, one.id, "王维另有其人")
    logged = b"".join(row["body"] for row in kit.store.rows("SELECT body FROM event"))
    for secret in (RIGHT, "王维", WHY):
        assert secret not in logged.decode()
        assert secret not in json.dumps(
            kit.store.rows("SELECT * FROM case_note"), ensure_ascii=False
        )
    assert case_notes.notes(kit.store, C1, case.id) == []
    assert refused(case_notes.done, kit.store, C1, one.id) == "no-such-note"


TEXTS = st.sampled_from(["", "王伟", "李雷", "１３８００１３８", " 武昌\u202e区 ", "[b]", "';"])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.dictionaries(st.sampled_from(FIELDS), TEXTS), answer=st.booleans())
def test_only_what_was_asked_for_changes_and_only_when_approved(
    kit: Kit, changes: dict[str, str], answer: bool
) -> None:
    case = accepted(kit)
    before = cases.applicant_in(kit.store, case.now)
    row = case.now
    wanted = before._replace(**changes).cleaned()
    if wanted == before or not wanted.name:
        code = "amend-same" if wanted == before else "amend-name"
        assert refused(case_amend.propose, kit.store, C1, case.id, changes, WHY) == code
        return
    one = case_amend.propose(kit.store, C1, case.id, changes, WHY)
    shown = case_amend.difference(kit.store, SUPERVISOR, one.id).changes
    assert [change.name for change in shown] == [
        name for name in NAMES if getattr(before, name) != getattr(wanted, name)
    ]
    assert case.now == row
    if answer:
        case_amend.approve(kit.store, SUPERVISOR, one.id)
        assert cases.applicant_in(kit.store, case.now) == wanted
    else:
        case_amend.reject(kit.store, SUPERVISOR, one.id, "x")
        assert case.now == row


# -- by commands

CLERK, LEAD = "c01", "s01"


def _accepted(cli: Cli) -> str:
    words = ("--name", "王伟", "--identity", WANG.identity, "--checklist", "record")
    number = str(cli.done("case", "open", *words, by=CLERK, at="W01")["case"])
    cli.done("review", "pass", number, by=CLERK)
    cli.done("case", "receive", number, by=CLERK, at="W01")
    cli.done("case", "accept", number, by=CLERK, at="W01")
    return number


def test_a_correction_by_commands(cli: Cli) -> None:
    number = _accepted(cli)
    assert cli.refused("case", "approve", number, by=LEAD)["error"] == "no-such-amendment"
    assert cli.refused("case", "amend", number, "--phone", "1", by=CLERK)["error"] == (
        "amend-reason"
    )
    made = cli.done("case", "amend", number, "--identity", RIGHT, "--reason", WHY, by=CLERK)
    assert (made["fields"], made["state"]) == (["identity"], "open")
    assert cli.done("case", "amendments", by=LEAD) == made
    assert RIGHT not in json.dumps(made)
    shown = cli.done("case", "difference", number, by=LEAD)
    assert shown["changes"] == [{"name": "identity", "was": WANG.identity, "now": RIGHT}]
    assert cli.done("case", "approve", f"{number}/1", by=LEAD)["state"] == "approved"
    assert cli.refused("case", "approve", f"{number}/1", by=LEAD)["error"] == "amend-answered"
    second = cli.done("case", "amend", number, "--phone", "139", "--reason", "x", by=CLERK)
    told = cli.done("case", "reject", str(second["amendment"]), "--reason", "不对", by=LEAD)
    assert told["answer"] == "不对"
    cli.done("case", "amend", number, "--phone", "139", "--reason", "x", by=CLERK)
    assert cli.done("case", "take-back", number, by=CLERK)["state"] == "withdrawn"
    listed = cli.json("case", "amendments", number, by=CLERK)
    states = [one["state"] for one in listed.objects]
    assert states == ["withdrawn", "rejected", "approved"]


def test_a_step_is_undone_by_a_command(cli: Cli) -> None:
    number = _accepted(cli)
    cli.kit.pass_(1)
    cli.done("case", "decide", number, "grant", by=CLERK, at="W01")
    assert cli.done("case", "undo", number, by=CLERK)["state"] == "accepted"
    assert cli.refused("case", "undo", number, by=LEAD)["error"] == "no-step-to-undo"
