"""Promises: papers for later, papers replaced by a promise; who is due, who broke one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from db.check import verify
from hallclient.actions import case_materials, case_moves, case_notes, case_promises
from hallclient.actions.certificates import certificates_of
from hallclient.actions.editions import shipped, shipped_checklists
from hallclient.rules.errors import Refused
from hallclient.rules.review import tolerance
from hallclient.rules.review.facts import CaseFacts, MaterialFact, MaterialState, PromiseFact
from hallclient.rules.review.spec import flow_from
from tests.casekit import AGENT, C1, DAY_MS, SUPERVISOR, Case
from tests.certkit import handed, printed, sealed, stocked
from tests.hallkit import Kit, clerk
from tests.materialkit import COMMITTED, DUE, PASSED, TOLERATED, promise, refused, state, told


def test_only_secondary_papers_that_the_list_names_before_acceptance(kit: Kit) -> None:
    case = Case(kit)
    case.settle()
    assert refused(promise, case, 5) == "promise-not-now"
    case.fail(5)
    assert refused(promise, case, 5, "commitment") == "no-commitment"
    unsure = Case(kit, "invoice")
    assert refused(promise, unsure, 4) == "promise-unsure"
    promise(case, 5)
    assert (state(case, 5), told(case)) == (TOLERATED, [])
    assert [one.kind for one in case.facts.papers] == ["rqcn"]
    assert tolerance.main_passed(case.facts)
    assert refused(promise, case, 5) == "promise-not-now"
    case.fail(5)
    assert refused(promise, case, 5) == "promised-already"
    case.mark(5, "received")
    assert [one.state for one in case.facts.promises] == ["open"]
    case.mark(5, "passed")
    assert [one.state for one in case.facts.promises] == ["kept"]
    case.move("receive")
    case.move("accept")
    case.fail(5)
    assert refused(promise, case, 5) == "promise-closed"


def test_a_promise_broken_or_taken_back_keeps_the_result_back_until_the_paper_is_in(
    kit: Kit,
) -> None:
    case = Case(kit)
    case.settle()
    case.fail(5)
    row = promise(case, 5)
    case.move("receive")
    case.move("accept_tolerant")
    case.move("grant_tolerant")
    kit.clock.ms += 3 * DAY_MS
    case_promises.close(kit.store, C1, row["id"], "broken", reason="联系不上")
    # Nothing is promised any more, and nothing is granted by that.
    assert (case.state, tolerance.gaps(case.facts)) == ("done_tolerant", (5,))
    assert case.facts.open_promises == ()
    assert case.facts.papers[-1].kind != "xkz"
    assert refused(case.mark, 5, "passed") == "decided-already"
    case.move("refuse", reason="逾期未补")
    assert case.state == "done_fail"


def _facts(checklist: str, states: dict[int, MaterialState]) -> CaseFacts:
    """A case in which everything has passed but some."""
    found = shipped_checklists()[checklist]
    return CaseFacts(
        id="c",
        number="n",
        state="received",
        item=found.item,
        flow=flow_from(shipped()["flow"]),
        checklist=found,
        today=date(2026, 9, 22),
        materials=tuple(
            MaterialFact(
                f"c/m/{one.no}", one.no, states.get(one.no, PASSED), "", "", 1, 0, (), 0, None
            )
            for one in found.materials
        ),
    )


def test_gaps_are_what_was_promised_and_is_not_there() -> None:
    facts = _facts("food", {5: DUE})
    broken = PromiseFact("p", "tolerance", 5, date(2026, 9, 24), "broken")
    assert tolerance.gaps(facts) == ()
    for end in ("open", "broken", "withdrawn"):
        assert tolerance.gaps(replace(facts, promises=(broken._replace(state=end),))) == (5,)
    kept = replace(facts, promises=(broken._replace(state="kept"),))
    assert tolerance.gaps(kept) == ()
    assert tolerance.gaps(replace(facts, promises=(broken._replace(kind="commitment"),))) == ()
    there = _facts("food", {5: PASSED})
    assert tolerance.gaps(replace(there, promises=(broken,))) == ()


def test_a_commitment_is_checked_when_the_case_is_long_over(kit: Kit) -> None:
    stocked(kit)
    case = Case(kit, "ind_setup")
    case_materials.mark_rest(kit.store, C1, case.id, "passed")
    case.fail(3)
    due = case_promises.latest(kit.store, C1, case.id, 3, "commitment")
    assert due == date(2026, 10, 27)
    row = case_promises.promise(kit.store, C1, case.id, "commitment", 3, due, signed=True)
    assert (state(case, 3), case.facts.open_promises) == (COMMITTED, ())
    case_moves.at_once(kit.store, C1, case.id)
    (licence,) = certificates_of(kit.store, C1, case.id)
    handed(kit, *printed(kit, sealed(kit, licence)))
    case.move("archive")
    kit.clock.ms += 20 * DAY_MS
    assert [one["id"] for one in case_promises.due_soon(kit.store, C1, due)] == [row["id"]]
    case_promises.close(kit.store, C1, row["id"], "broken", reason="场所证明是假的")
    facts = case.facts
    assert (facts.state, facts.promises[0].state) == ("archived", "broken")
    assert facts.material(3)[1].state is COMMITTED
    (note,) = (one for one in case_notes.notes(kit.store, C1, case.id) if one.kind == "escalation")
    assert (note.to, note.text, note.done_at) == ("supervisor", "场所证明是假的", None)
    assert case.now["escalated"] == 1
    assert verify(kit.store).ok


def test_a_commitment_that_was_true_stays_and_a_paper_takes_its_place(kit: Kit) -> None:
    case = Case(kit, "health")
    first, second = promise(case, 4, "commitment", 60), promise(case, 5, "commitment", 60)
    case_promises.close(kit.store, C1, first["id"], "kept")
    assert state(case, 4) is COMMITTED
    case.mark(5, "received")
    assert [one.state for one in case.facts.promises] == ["kept", "withdrawn"]
    assert refused(case_promises.close, kit.store, C1, second["id"], "broken") == "no-such-promise"
    third = promise(case, 3, "commitment", 60)
    assert refused(case_promises.close, kit.store, C1, third["id"], "forgotten") == (
        "no-such-promise-end"
    )
    assert refused(case_promises.close, kit.store, C1, third["id"], "broken", reason="x" * 501) == (
        "reason-long"
    )
    case_promises.close(kit.store, C1, third["id"], "broken", reason="不实")
    assert (state(case, 3), ("3", "missing") in told(case)) == (DUE, True)


def test_the_ledger_knows_what_is_due_and_overdue_and_who_was_reminded(kit: Kit) -> None:
    case = Case(kit)
    case.settle()
    case.fail(5)
    row = promise(case, 5, days=2)
    assert [one["number"] for one in case_promises.due_soon(kit.store, C1)] == [case.row["number"]]
    assert case_promises.overdue(kit.store, SUPERVISOR) == []
    case_promises.remind(kit.store, clerk(2), row["id"])
    (one,) = case_promises.due_soon(kit.store, C1, date(2026, 9, 24))
    assert one["reminded_at"] == kit.clock.ms
    assert case_promises.due_soon(kit.store, C1, date(2026, 9, 23)) == []
    kit.clock.ms += 3 * DAY_MS
    assert case_promises.due_soon(kit.store, C1) == []
    assert [one["id"] for one in case_promises.overdue(kit.store, C1)] == [row["id"]]
    with pytest.raises(Refused, match="no-such-promise"):
        case_promises.remind(kit.store, C1, "none")


def test_who_is_on_the_dishonest_list_is_noted_with_who_looked(kit: Kit) -> None:
    case = Case(kit, "health")
    assert case_materials.dishonest_noted(case.now["answers"]) is None
    case_materials.note_dishonest(kit.store, C1, case.id, True)
    assert case_materials.dishonest_noted(case.now["answers"]) == (True, "c01")
    assert case.facts.dishonest
    for kind in ("tolerance", "commitment"):
        assert refused(promise, case, 4, kind) == "dishonest"
    case_materials.note_dishonest(kit.store, C1, case.id, False)
    promise(case, 4)
    assert refused(case_materials.note_dishonest, kit.store, AGENT, case.id, True) == "not-allowed"
