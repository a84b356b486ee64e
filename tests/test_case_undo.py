"""Steps of a case taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.check import verify
from db.store import Row, Store
from hallclient.actions import (
    case_amend,
    case_lease,
    case_ledger,
    case_moves,
    case_notes,
    case_papers,
    paper_pdf,
)
from hallclient.actions.case_figures import review_figures
from hallclient.actions.case_papers import Verdict
from hallclient.actions.case_rows import VOID
from hallclient.actions.case_undo import undo_move
from hallclient.actions.certificates import certificates_of
from hallclient.rules.errors import Refused
from tests.casekit import C1, SUPERVISOR, Case
from tests.certkit import handed, printed, sealed, stocked
from tests.hallkit import Kit, clerk
from tests.materialkit import promise, refused

C2 = clerk(2)
TABLES = (
    *("case_file", "material", "deficiency", "paper", "promise", "review_task", "clock"),
    *("case_note", "attachment"),
)


def rows(store: Store) -> dict[str, list[dict[str, object]]]:
    """Everything of all cases but documents that are void."""
    return {
        table: [
            row
            for row in store.rows(f"SELECT * FROM {table} ORDER BY id")
            if table != "paper" or row["delivery"] != VOID
        ]
        for table in TABLES
    }


def test_a_step_is_taken_back_with_what_it_made(kit: Kit) -> None:
    case = Case(kit).settle()
    before = rows(kit.store)
    kit.pass_(1)
    case.move("receive")
    assert case.facts.papers
    assert undo_move(kit.store, C1, case.id)["state"] == "draft"
    assert rows(kit.store) == before
    assert kit.kinds()[-1] == "action.undone"


def test_a_document_of_it_is_void_and_its_number_never_given_again(kit: Kit) -> None:
    stocked(kit)
    case = Case(kit).settle()
    kit.pass_(1)
    (paper,) = case.move("receive").papers
    code = paper_pdf.sign(kit.store, paper)
    undo_move(kit.store, C1, case.id)
    assert not case.facts.papers
    (row,) = case_papers.papers_of(kit.store, C1, case.id)
    assert (row["delivery"], row["delivered_by"], row["delivered_at"]) == ("void", "c01", None)
    assert case_papers.verify(kit.store, code).verdict is Verdict.VOID
    assert refused(case_papers.genuine, kit.store, code) == "document-void"
    assert refused(case_papers.read, kit.store, C1, row["id"]) == "document-void"
    assert refused(case_papers.printed, kit.store, C1, row["id"]) == "document-void"
    assert refused(case_papers.deliver, kit.store, C1, row["id"], "counter", "x") == "document-void"
    kit.pass_(1)
    (again,) = case.move("receive").papers
    assert again["number"] > paper["number"]
    assert [one.number for one in case.facts.papers] == [again["number"]]
    case.move("accept")
    proof = _delivered(case)
    listed = case_papers.read(kit.store, C1, proof["id"]).body["papers"]
    assert paper["number"] not in {one["number"] for one in listed}


def _delivered(case: Case) -> Row:
    """The proof of delivery of what was granted."""
    case.move("grant")
    (licence,) = certificates_of(case.kit.store, C1, case.id)
    handed(case.kit, *printed(case.kit, sealed(case.kit, licence)))
    (proof,) = [
        one for one in case_papers.papers_of(case.kit.store, C1, case.id) if one["kind"] == "sdhz"
    ]
    return proof


def test_a_void_notice_is_no_notice(kit: Kit) -> None:
    case = Case(kit).settle()
    case.fail(1)
    case.move("receive")
    kit.pass_(1)
    case.move("correct")
    assert case.now["notices"] == 1
    undo_move(kit.store, C1, case.id)
    assert (case.state, case.now["notices"], case.now["round"]) == ("received", 0, 0)
    assert all(one.paper is None for one in case.facts.open_deficiencies)
    kit.pass_(1)
    case.move("correct")
    today = "2026-09-22"
    assert case_ledger.second_notices(kit.store, SUPERVISOR, today) == []
    total = review_figures(kit.store, SUPERVISOR, "deficiencies", today).total
    assert (total["noticed"].value, total["second-notice"].value) == (1, 0)


def test_automatic_steps_go_with_the_one_that_led_to_them(kit: Kit) -> None:
    case = Case(kit, "co_setup").settle()
    case.move("receive")
    before = rows(kit.store)
    kit.pass_(1)
    case.move("accept")
    assert case.state == "handling"
    undo_move(kit.store, C1, case.id)
    assert rows(kit.store) == before


def test_what_is_done_on_the_spot_is_one_step(kit: Kit) -> None:
    case = Case(kit, "seal").settle()
    before = rows(kit.store)
    kit.pass_(1)
    made = case_moves.at_once(kit.store, C1, case.id)
    assert len(made.papers) > 1
    undo_move(kit.store, C1, case.id)
    assert rows(kit.store) == before


def test_a_move_that_made_itself_is_not_taken_back_alone(kit: Kit) -> None:
    case = Case(kit).settle()
    case.fail(1)
    case.move("receive")
    case.move("correct")
    kit.pass_(1)
    case.mark(1, "passed")
    assert case.state == "corrected"
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"


def test_a_case_that_ended_is_open_again(kit: Kit) -> None:
    case = Case(kit).accepted()
    asked = case_amend.propose(kit.store, C1, case.id, {"phone": "13800138001"}, "写错了")
    before = rows(kit.store)
    kit.pass_(1)
    case.move("recall", reason="不办了")
    assert [one.state for one in case_amend.amendments(kit.store, C1, case.id)] == ["dropped"]
    assert refused(case_amend.approve, kit.store, SUPERVISOR, asked.id) == "amend-answered"
    undo_move(kit.store, C1, case.id)
    assert rows(kit.store) == before


def test_it_is_one_s_own_step_and_soon(kit: Kit) -> None:
    case = Case(kit).settle()
    kit.pass_(1)
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"
    assert refused(undo_move, kit.store, C1, "none") == "no-such-case"
    case.move("receive")
    assert refused(undo_move, kit.store, C2, case.id) == "no-step-to-undo"
    kit.pass_(kit.hall.policy.undo_ms / 1000)
    undo_move(kit.store, C1, case.id)
    case.move("receive")
    kit.pass_(kit.hall.policy.undo_ms / 1000 + 0.001)
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"


def test_nothing_was_done_since(kit: Kit) -> None:
    case = Case(kit).settle()
    kit.pass_(1)
    case.move("receive")
    kit.pass_(1)
    case_lease.take(kit.store, C1, case.id)
    undo_move(kit.store, C1, case.id)
    assert case.state == "draft"
    kit.pass_(1)
    case.move("receive")
    kit.pass_(1)
    case_notes.note(kit.store, C1, case.id, "note", "x")
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"


def _read(kit: Kit, paper: str) -> None:
    case_papers.read(kit.store, C1, paper)


def _printed(kit: Kit, paper: str) -> None:
    case_papers.printed(kit.store, C2, paper)


def _handed(kit: Kit, paper: str) -> None:
    case_papers.deliver(kit.store, C1, paper, "counter", "x")


@pytest.mark.parametrize("use", [_read, _printed, _handed])
def test_a_document_of_it_that_somebody_has_keeps_the_step(
    kit: Kit, use: Callable[[Kit, str], None]
) -> None:
    case = Case(kit).settle()
    (older,) = case.move("receive").papers
    kit.pass_(1)
    (paper,) = case.move("accept").papers
    use(kit, older["id"])
    undo_move(kit.store, C1, case.id)
    kit.pass_(1)
    (paper,) = case.move("accept").papers
    use(kit, paper["id"])
    assert refused(undo_move, kit.store, C1, case.id) == "step-told"
    assert case.state == "accepted"


def test_an_undo_is_not_undone(kit: Kit) -> None:
    case = Case(kit).settle()
    kit.pass_(1)
    case.move("receive")
    kit.pass_(1)
    undo_move(kit.store, C1, case.id)
    with pytest.raises(Refused, match="no-step-to-undo"):
        undo_move(kit.store, C1, case.id)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    checklist=st.sampled_from(["food", "co_setup", "seal", "record"]),
    fail=st.booleans(),
    steps=st.lists(st.integers(0, 3), max_size=4),
)
def test_whatever_the_step_undoing_it_leaves_what_was(
    kit: Kit, checklist: str, fail: bool, steps: list[int]
) -> None:
    """Any way through the flow: each step, undone, leaves every row as it was."""
    case = Case(kit, checklist).settle()
    if fail:
        case.fail(1)
    if tolerable := [one.no for one in case.list.materials if one.tolerable]:
        case.mark(tolerable[0], "due")
        promise(case, tolerable[0])
    for choice in steps:
        offers = case_moves.offered(kit.store, C1, case.facts)
        can = [one.move.id for one in offers if not one.why_not]
        if not can:
            break
        move = can[choice % len(can)]
        before = rows(kit.store)
        kit.pass_(1)
        case.move(move, reason="理由")
        undo_move(kit.store, C1, case.id)
        assert rows(kit.store) == before
        kit.pass_(1)
        case.move(move, reason="理由")
        if case.facts.status.final:
            break
    assert verify(kit.store).ok
