"""Steps of a case taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.store import Store
from hallclient.actions import case_moves, case_papers
from hallclient.actions.case_undo import undo_move
from hallclient.rules.errors import Refused
from tests.casekit import C1, Case
from tests.hallkit import Kit, clerk
from tests.materialkit import promise, refused

C2 = clerk(2)
TABLES = ("case_file", "material", "deficiency", "paper", "promise", "review_task", "clock")


def rows(store: Store, case: str) -> dict[str, list[object]]:
    """Everything of a case but its lease."""
    found: dict[str, list[object]] = {}
    for table in TABLES:
        kept = [dict(row) for row in store.rows(f"SELECT * FROM {table} ORDER BY id")]
        for row in kept:
            for name in ("holder", "holder_window", "lease_until"):
                row.pop(name, None)
        found[table] = list(kept)
    return found


def test_a_step_is_taken_back_with_what_it_made(kit: Kit) -> None:
    case = Case(kit).settle()
    before = rows(kit.store, case.id)
    kit.pass_(1)
    case.move("receive")
    assert case.facts.papers
    assert undo_move(kit.store, C1, case.id)["state"] == "draft"
    assert rows(kit.store, case.id) == before
    assert kit.kinds()[-1] == "action.undone"


def test_automatic_steps_go_with_the_one_that_led_to_them(kit: Kit) -> None:
    case = Case(kit, "co_setup").settle()
    case.move("receive")
    before = rows(kit.store, case.id)
    kit.pass_(1)
    case.move("accept")
    assert case.state == "handling"
    undo_move(kit.store, C1, case.id)
    assert rows(kit.store, case.id) == before


def test_it_is_one_s_own_step_soon_and_with_nothing_since(kit: Kit) -> None:
    case = Case(kit).settle()
    kit.pass_(1)
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"
    case.move("receive")
    assert refused(undo_move, kit.store, C2, case.id) == "no-step-to-undo"
    case_papers.read(kit.store, C1, case.facts.papers[0].id)
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"
    kit.pass_(1)
    case.move("accept")
    kit.pass_(kit.hall.policy.undo_ms / 1000 + 1)
    assert refused(undo_move, kit.store, C1, case.id) == "no-step-to-undo"


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
            return
        move = can[choice % len(can)]
        before = rows(kit.store, case.id)
        kit.pass_(1)
        case.move(move, reason="理由")
        undo_move(kit.store, C1, case.id)
        assert rows(kit.store, case.id) == before
        kit.pass_(1)
        case.move(move, reason="理由")
        if case.facts.status.final:
            return
