"""Materials of a case: what may be marked and why not, what answers, what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.check import verify
from hallclient.actions import (
    case_deficiencies,
    case_lease,
    case_materials,
    cases,
    filing_edit,
    filings,
)
from hallclient.actions.certificates import certificates_of
from hallclient.rules.form.asked import answers, compile_asked
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.review import deficiencies, materials
from hallclient.rules.review.facts import MaterialState
from hallclient.rules.review.materials import Count, Point
from tests import company
from tests.casekit import AGENT, C1, DAJI, Case
from tests.certkit import handed, printed, sealed, stocked
from tests.hallkit import Kit, clerk
from tests.materialkit import DUE, FAILED, PASSED, RECEIVED, refused, row_of, state, told

# -- marks


def test_a_mark_says_how_it_was_handed_in_who_and_when(kit: Kit) -> None:
    case = Case(kit)
    case.mark(1, "received", form="copy", medium="electronic", copies=3)
    row = row_of(case, 1)
    assert [row[key] for key in ("form", "medium", "copies", "by")] == [
        "copy",
        "electronic",
        3,
        "c01",
    ]
    assert (row["at"], row["checked_by"], row["checked_at"]) == (kit.clock.ms, None, None)
    kit.pass_(minutes=40)
    case.mark(1, "passed", clerk(2))
    row = row_of(case, 1)
    assert (row["by"], row["checked_by"], row["checked_at"]) == ("c01", "c02", kit.clock.ms)
    assert row["at"] < row["checked_at"]


@pytest.mark.parametrize(
    ("no", "wanted", "how", "code"),
    [
        (99, "passed", {}, "no-such-material"),
        (1, "flying", {}, "no-such-material-state"),
        (1, "failed", {}, "reason-code-needed"),
        (1, "failed", {"reasons": ["other"]}, "reason-code-needed"),
        (1, "failed", {"reasons": ["2.1"]}, "no-such-reason-code"),
        (1, "failed", {"reasons": ["missing"]}, "no-such-reason-code"),
        (1, "failed", {"note": "x" * 501}, "reason-long"),
        (1, "passed", {"copies": 1000}, "bad-copies"),
        (1, "passed", {"form": "fax"}, "bad-form"),
        (1, "passed", {"medium": "air"}, "bad-medium"),
        (1, "exempt", {"evidence": "x"}, "not-exempt"),
        (2, "exempt", {"evidence": " \t"}, "evidence-needed"),
        (1, "tolerated", {}, "promise-first"),
        (1, "committed", {}, "promise-first"),
        (1, "unneeded", {}, "always-needed"),
        (6, "unneeded", {}, "answer-first"),
        (1, "returned", {}, "mark-not-now"),
        (1, "due", {}, "mark-not-now"),
    ],
)
def test_a_mark_that_cannot_be(
    kit: Kit, no: int, wanted: str, how: dict[str, Any], code: str
) -> None:
    case = Case(kit)
    before = case.facts
    assert refused(case.mark, no, wanted, **how) == code
    assert case.facts.materials == before.materials


def test_words_are_sealed_and_evidence_is_kept(kit: Kit) -> None:
    case = Case(kit)
    case.mark(1, "failed", note="  王伟没有签字\x1b[31m  ")
    case.mark(2, "exempt", evidence="共享平台核验号 42")
    assert state(case, 2) is MaterialState.EXEMPT
    kept = kit.path.read_bytes() + Path(f"{kit.path}-wal").read_bytes()
    assert "王伟没有签字".encode() not in kept
    texts = kit.store.unseal(case.id, row_of(case, 2)["note"])
    assert texts == {"evidence": "共享平台核验号 42"}
    (one,) = (one for one in case.facts.open_deficiencies if one.ref == "1")
    assert (one.code, one.text) == ("other", "王伟没有签字[31m")


def test_an_original_goes_back_and_comes_again(kit: Kit) -> None:
    case = Case(kit).settle(yes=True)
    assert refused(case.mark, 1, "returned") == "nothing-to-return"
    checked = row_of(case, 6)
    case.mark(6, "returned")
    assert state(case, 6) is MaterialState.RETURNED
    assert row_of(case, 6)["checked_at"] == checked["checked_at"]
    assert refused(case.mark, 6, "failed", reasons=["6.1"]) == "mark-not-now"
    kit.pass_(minutes=1)
    case.mark(6, "passed")
    assert row_of(case, 6) == checked


def test_what_has_passed_comes_in_again_only_after_a_notice(kit: Kit) -> None:
    case = Case(kit).settle()
    assert refused(case.mark, 1, "received") == "passed-stays"
    case.move("receive")
    case.fail(3)
    case.move("correct")
    checked = row_of(case, 2)
    case.mark(3, "received")
    case.mark(1, "received")
    assert (state(case, 1), row_of(case, 1)["checked_at"]) == (RECEIVED, None)
    assert (row_of(case, 1)["round"], row_of(case, 3)["round"]) == (1, 1)
    case.mark(1, "passed")
    assert refused(case.mark, 1, "received") == "passed-stays"
    # What was not touched stays checked, by whom and when.
    assert row_of(case, 2) == checked


def test_a_round_is_counted_when_a_paper_comes_not_when_it_is_checked(kit: Kit) -> None:
    case = Case(kit)
    case.mark(1, "received")
    case.mark(2, "received")
    case.fail(3)
    case.move("receive")
    case.move("correct")
    case.mark(1, "passed")
    assert row_of(case, 1)["round"] == 0
    # The same paper once more, and still wrong; one that was missing and is wrong.
    kit.pass_(minutes=5)
    case.fail(3)
    case.fail(4)
    assert [row_of(case, no)["round"] for no in (3, 4)] == [1, 1]
    at = row_of(case, 3)["at"]
    kit.pass_(minutes=5)
    case.fail(3)
    assert row_of(case, 3)["at"] == at


def test_after_the_decision_only_originals_and_promised_papers_move(kit: Kit) -> None:
    stocked(kit)
    case = Case(kit)
    case_materials.answer(kit.store, C1, case.id, "agent", True)
    case.settle(yes=True).move("receive")
    case.move("accept")
    case.move("grant")
    assert refused(case.mark, 1, "failed", reasons=["1.1"]) == "decided-already"
    assert refused(case_materials.answer, kit.store, C1, case.id, "agent", False) == (
        "decided-already"
    )
    case.mark(6, "returned")
    assert state(case, 6) is MaterialState.RETURNED
    assert materials.marks(case.facts, 1)[FAILED] == "decided-already"
    (licence,) = certificates_of(kit.store, C1, case.id)
    handed(kit, *printed(kit, sealed(kit, licence)))
    case.move("archive")
    assert materials.marks(case.facts, 1)[FAILED] == "case-closed"
    assert refused(case.mark, 6, "passed") == "case-closed"


def test_one_key_passes_the_rest_and_nothing_that_failed_or_may_not_be_needed(kit: Kit) -> None:
    case = Case(kit)
    case.fail(1)
    assert materials.rest(case.facts, PASSED) == [2, 3, 4, 5]
    case_materials.mark_rest(kit.store, C1, case.id, "passed")
    assert [one.state for one in case.facts.materials] == [FAILED, *[PASSED] * 4, DUE]
    assert materials.count(case.facts) == Count(4, 6, 1)
    case_materials.answer(kit.store, C1, case.id, "agent", False)
    assert materials.count(case.facts) == Count(4, 5, 0)
    assert refused(case_materials.mark_rest, kit.store, C1, case.id, "x") == (
        "no-such-material-state"
    )


def test_the_file_opens_at_the_first_open_point(kit: Kit) -> None:
    case = Case(kit, "co_holder")
    assert materials.first_open(case.facts) == Point("material", "1")
    case_materials.mark_rest(kit.store, C1, case.id, "passed")
    asked = [one for one in materials.open_points(case.facts) if one.kind == "condition"]
    assert [one.ref for one in asked] == materials.unanswered(case.facts)
    assert materials.first_open(case.facts) == asked[0]
    for one in asked:
        case_materials.answer(kit.store, C1, case.id, one.ref, one.ref == "new_holder")
    no, other = (one.no for one in case.list.materials if one.when == "new_holder")
    points = [Point("material", str(no)), Point("material", str(other))]
    assert materials.open_points(case.facts) == points
    case.fail(no)
    assert materials.open_points(case.facts) == points
    case.mark(no, "passed")
    case.mark(other, "passed")
    lack = case_deficiencies.add(kit.store, C1, case.id, text="缺电话", how="请补写")
    assert materials.open_points(case.facts) == [Point("deficiency", lack["id"])]
    case_deficiencies.close(kit.store, C1, lack["id"])
    assert materials.first_open(case.facts) is None


def test_the_counter_does_not_check_again_what_the_agent_has_checked(kit: Kit) -> None:
    case = Case(kit, by=AGENT)
    case.mark(1, "passed", AGENT)
    case.fail(3, AGENT)
    case_lease.release(kit.store, AGENT, case.id)
    case_materials.mark_rest(kit.store, C1, case.id, "passed")
    assert [row_of(case, no)["checked_by"] for no in (1, 2, 3)] == ["a01", "c01", "a01"]
    assert materials.first_open(case.facts) == Point("material", "3")


# -- conditions


def test_a_paper_that_is_there_stays_whatever_is_answered(kit: Kit) -> None:
    case = Case(kit, "co_holder")
    wanted = {one.when: one.no for one in case.list.materials if one.when}

    def answer(condition: str, yes: bool | None) -> None:
        case_materials.answer(kit.store, C1, case.id, condition, yes)

    first, second = "new_holder", "licence_face"
    case.mark(wanted[first], "passed")
    answer(first, False)
    answer(second, False)
    assert state(case, wanted[first]) is PASSED
    assert state(case, wanted[second]) is MaterialState.UNNEEDED
    assert refused(case.mark, wanted[second], "passed") == "answer-first"
    answer(second, None)
    assert state(case, wanted[second]) is DUE
    assert materials.needed(case.facts, case.list.by_no[wanted[second]]) is None
    assert refused(answer, "nobody-asks", True) == "no-such-condition"


def test_a_form_answers_and_nobody_else(kit: Kit) -> None:
    filing = filings.new(kit.store, C1, "company-setup", item="SP078")
    row = cases.open_case(kit.store, C1, "SP078", filing=filing["number"], applicant=DAJI)
    case = Case.__new__(Case)
    case.kit, case.row, case.id = kit, row, row["id"]
    agent = next(one.no for one in case.list.materials if one.when == "agent")

    def fill(*edits: Put) -> None:
        filing_edit.edit(kit.store, C1, filing["id"], edits)
        case_deficiencies.collect(kit.store, C1, case.id)

    def answer(condition: str, yes: bool) -> None:
        case_materials.answer(kit.store, C1, case.id, condition, yes)

    def known() -> bool | None:
        return case.facts.answers.get("agent")

    assert known() is None
    answer("agent", True)
    assert state(case, agent) is DUE
    fill(Put(SINGLE, "ag_kind", "self"))
    assert (known(), "agent" in materials.unanswered(case.facts)) == (False, False)
    assert state(case, agent) is MaterialState.UNNEEDED
    assert refused(answer, "agent", True) == "condition-by-form"
    # What the form does not say any more is open again.
    fill(Put(SINGLE, "ag_kind", "", "self"))
    assert known() is None
    answer("agent", True)
    case_deficiencies.collect(kit.store, C1, case.id)
    assert known() is True
    assert verify(kit.store).ok


def test_a_case_that_is_opened_with_its_form_asks_nothing_that_stands_there(kit: Kit) -> None:
    filing = filings.new(kit.store, C1, "company-setup", item="SP078")
    filing_edit.edit(kit.store, C1, filing["id"], [Put(SINGLE, "ag_kind", "self")])
    row = cases.open_case(kit.store, C1, "SP078", filing=filing["number"], applicant=DAJI)
    facts = cases.facts(kit.store, C1, row["id"])[1]
    assert facts.answers["agent"] is False
    assert "agent" not in materials.unanswered(facts)


def test_what_a_version_of_a_form_cannot_answer_is_left_to_people() -> None:
    held = company.state()
    asked = {
        "there": "any(scope, scope_stage == 'prior')",
        "gone": "no_such_field == 1",
        "number": "1 + 1",
        "broken": "any(",
    }
    found = answers(compile_asked(held.form, asked), held)
    assert found == {"there": False}
    assert answers(compile_asked(held.form, {}), held) == {}


# -- what is missing


def test_the_list_says_what_is_true_numbered_and_how_to_mend_it(kit: Kit) -> None:
    case = Case(kit)
    assert told(case) == []
    case.fail(3)
    case.mark(4, "received")
    # Nobody knows whether 6 is needed.
    assert told(case) == [("1", "missing"), ("2", "missing"), ("3", "3.1"), ("5", "missing")]
    for one in case.facts.open_deficiencies:
        assert one.text
        assert one.how
        assert one.text_en
        assert one.how_en
    case_deficiencies.add(kit.store, C1, case.id, text="章不清", how="重盖")
    department = case_deficiencies.add(
        kit.store, C1, case.id, source="department", ref="fire", text="缺消防意见"
    )
    assert [one.source for one in deficiencies.ordered(case.facts)][-2:] == ["department", "clerk"]
    assert refused(case_deficiencies.close, kit.store, C1, case.facts.open_deficiencies[0].id) == (
        "deficiency-follows"
    )
    case_deficiencies.close(kit.store, C1, department["id"])
    assert refused(case_deficiencies.close, kit.store, C1, department["id"]) == "no-such-deficiency"
    case_materials.mark_rest(kit.store, C1, case.id, "passed")
    assert told(case) == [("3", "3.1"), ("", "clerk")]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"text": " \n"}, "deficiency-empty"),
        ({"text": "x" * 501}, "reason-long"),
        ({"text": "x", "how": "y" * 501}, "reason-long"),
        ({"text": "x", "source": "material"}, "bad-source"),
    ],
)
def test_what_is_no_deficiency(kit: Kit, how: dict[str, Any], code: str) -> None:
    case = Case(kit)
    assert refused(case_deficiencies.add, kit.store, C1, case.id, **how) == code


def test_other_words_of_a_clerk_are_another_defect_once_the_first_was_told(kit: Kit) -> None:
    case = Case(kit)
    case.mark(1, "failed", note="章不清")
    (first,) = (one for one in case.facts.open_deficiencies if one.ref == "1")
    case.mark(1, "failed", note="章不清，缺页")
    (same,) = (one for one in case.facts.open_deficiencies if one.ref == "1")
    assert (same.id, same.text) == (first.id, "章不清，缺页")
    case.move("receive")
    case.move("correct")
    case.mark(1, "failed", note="章不清，缺页")
    assert deficiencies.untold(case.facts) == ()
    case.mark(1, "failed", note="没有日期")
    (other,) = deficiencies.untold(case.facts)
    assert (other.id != first.id, other.text) == (True, "没有日期")


def test_what_should_have_been_told_is_known(kit: Kit) -> None:
    case = Case(kit).settle()
    case.fail(1)
    case.move("receive")
    assert not deficiencies.needs_reason(case.facts)
    assert deficiencies.untold_then(case.facts) == ()
    case.move("correct")
    assert deficiencies.needs_reason(case.facts)
    assert deficiencies.untold(case.facts) == ()
    case.mark(1, "received")
    # It came in anew and is still wrong: new.
    case.fail(1)
    assert [one.ref for one in deficiencies.untold(case.facts)] == ["1"]
    assert deficiencies.untold_then(case.facts) == ()
    # It was there all the time.
    case.fail(3)
    assert [one.ref for one in deficiencies.untold_then(case.facts)] == ["3"]
    case_deficiencies.add(kit.store, C1, case.id, text="章不清")
    assert [one.ref for one in deficiencies.untold_then(case.facts)] == ["3", ""]
