"""The audit of certificates: silent about everything that can be done, each lie found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from db.store import Store
from hallclient.actions import (
    case_moves,
    certificate_changes,
    certificate_handover,
    certificate_print,
    certificate_seal,
    certificates,
    code_segments,
    codes,
    sheets,
)
from hallclient.actions.acting import Action
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_rows import copies_of
from tests import invariants
from tests.casekit import C1, SUPERVISOR
from tests.certkit import (
    COUNTER,
    HEAD,
    LETTER,
    approved,
    certificate,
    changed,
    decided,
    described,
    segment,
    stocked,
    waiting,
)
from tests.hallkit import Kit


@pytest.fixture
def hall(kit: Kit) -> Kit:
    """Two certificates printed, one of them handed over; a void body; a spoiled sheet."""
    stocked(kit)
    codes.void_next(kit.store, HEAD, "health", "x")
    certificate(kit, "handed")
    (copy,) = copies_of(kit.store, certificate(kit, "ready")["id"])
    certificate_print.spoil(kit.store, C1, copy["id"], "x")
    certificate(kit, "ready")
    assert audit(kit.store) == []
    return kit


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ("UPDATE code_block SET start = start + 1", {"lease-apart", "lease-lost"}),
        ("UPDATE code_block SET used = used + 1", {"bodies-lost"}),
        ("UPDATE code_block SET used = size + 1", {"bodies-lost"}),
        ("UPDATE code_segment SET next = next + 1 WHERE next > 0", {"lease-lost"}),
        ("DELETE FROM code WHERE state = 'void'", {"bodies-lost"}),
        (
            "DELETE FROM code WHERE id = 'WS420100202600002'",
            {"bodies-lost", "code-unknown"},
        ),
        ("UPDATE code SET place = 9 WHERE id = 'WS420100202600002'", {"code-wrong"}),
        ("UPDATE code SET place = 900 WHERE id = 'WS420100202600002'", {"code-wrong"}),
        (
            "UPDATE certificate SET code = NULL WHERE code = 'WS420100202600002'",
            {"code-adrift"},
        ),
        (
            "UPDATE certificate SET code = 'WS420100202600003'",
            {"code-adrift", "code-unknown", "code-twice"},
        ),
        (
            "UPDATE certificate SET code = 'WS420100202600009' WHERE code = 'WS420100202600002'",
            {"code-adrift", "code-unknown"},
        ),
        ("UPDATE sheet SET copy = 'x' WHERE serial = 1", {"sheet-adrift"}),
        ("DELETE FROM sheet WHERE serial = 1", {"sheet-adrift"}),
        ("UPDATE sheet SET state = 'spoiled' WHERE serial = 1", {"sheet-state"}),
        (
            "UPDATE certificate_copy SET sheet = 'wsxkz:1' WHERE sheet IS NOT NULL",
            {"sheet-adrift", "sheet-twice"},
        ),
        ("DELETE FROM sheet_range WHERE stock = 'wsxkz'", {"sheet-unknown"}),
        ("UPDATE sheet_range SET first = 2 WHERE stock = 'wsxkz'", {"sheet-unknown"}),
    ],
)
def test_a_row_that_was_forged_is_found(hall: Kit, lie: str, found: set[str]) -> None:
    hall.store.db.execute(lie)
    assert {one.code for one in audit(hall.store)} == found


# -- whole or not at all


def state_of(store: Store) -> list[Any]:
    """Everything that is in the store."""
    tables = (
        *("case_file", "paper", "certificate", "certificate_copy", "certificate_change"),
        *("code_segment", "code_block", "code", "sheet_range", "sheet", "sheet_count"),
    )
    rows = [store.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]
    return [store.rows("SELECT pos, kind FROM event ORDER BY pos"), *rows]


def _grant(kit: Kit) -> Callable[[], object]:
    case = decided(kit)
    return lambda: case_moves.move(kit.store, C1, case.id, "grant")


def _grant_many(kit: Kit) -> Callable[[], object]:
    cases = [decided(kit, name).id for name in ("proj_plan", "land_plan")]
    return lambda: certificates.approve(kit.store, C1, cases)


def _assign(kit: Kit) -> Callable[[], object]:
    row = approved(kit, "proj_plan")
    approved(kit, "land_plan")
    return lambda: certificates.assign(kit.store, C1, row["id"])


def _seal(kit: Kit) -> Callable[[], object]:
    row = described(kit, certificate(kit, "assigned"))
    return lambda: certificate_seal.seal(kit.store, C1, row["id"])


def _begin(kit: Kit) -> Callable[[], object]:
    copies = waiting(kit, certificate(kit, "sealed", "food"), certificate(kit, "sealed"))
    return lambda: certificate_print.begin(kit.store, C1, copies)


def _confirm(kit: Kit) -> Callable[[], object]:
    first, second = copies_of(kit.store, certificate(kit, "printing", "food")["id"])
    return lambda: certificate_print.confirm(
        kit.store, C1, first["job"], spoiled={second["id"]: "x"}
    )


def _ready(kit: Kit) -> Callable[[], object]:
    (copy,) = copies_of(kit.store, certificate(kit, "printing")["id"])
    return lambda: certificate_print.confirm(kit.store, C1, copy["job"])


def _spoil(kit: Kit) -> Callable[[], object]:
    (copy,) = copies_of(kit.store, certificate(kit, "ready")["id"])
    return lambda: certificate_print.spoil(kit.store, C1, copy["id"], "x")


def _hand_over(kit: Kit) -> Callable[[], object]:
    ids = [certificate(kit, "ready", name)["id"] for name in ("health", "food")]
    return lambda: certificate_handover.hand_over(kit.store, C1, ids, COUNTER)


def _void(kit: Kit) -> Callable[[], object]:
    row = certificate(kit, "ready")
    asked = certificate_changes.ask(kit.store, C1, row["id"], "void", "duplicate")
    return lambda: certificate_changes.confirm(kit.store, SUPERVISOR, asked.row["id"])


def _replace(kit: Kit) -> Callable[[], object]:
    row = certificate(kit, "handed", "food")
    changed(kit, row, "extra", "more-copies", copies={"duplicate": 1})
    asked = certificate_changes.ask(kit.store, C1, row["id"], "damage", "damaged")
    return lambda: certificate_changes.confirm(kit.store, SUPERVISOR, asked.row["id"])


def _give(kit: Kit) -> Callable[[], object]:
    return lambda: sheets.give(kit.store, SUPERVISOR, "wsxkz", "3", "7", "W02", "W01")


def _load(kit: Kit) -> Callable[[], object]:
    return lambda: code_segments.load(kit.store, SUPERVISOR, "health", "900", "999", LETTER)


STEPS = (
    *(_grant, _grant_many, _assign, _seal, _begin, _confirm, _ready, _spoil, _hand_over),
    *(_void, _replace, _give, _load),
)


class PowerCut(Exception):
    """What ends a process in the worst moment."""


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__.strip("_"))
def test_a_step_is_done_whole_or_not_at_all(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, step: Callable[[Kit], Callable[[], object]]
) -> None:
    """Cut off before its first event, before its second, … : nothing of it is there."""
    stocked(kit)
    segment(kit, "health", "401", "410")
    act = step(kit)
    before = state_of(kit.store)
    append = Action.append
    cut = 0
    while True:
        left = cut

        def failing(self: Action, *args: Any, **facts: Any) -> Any:
            nonlocal left
            if not left:
                raise PowerCut
            left -= 1
            return append(self, *args, **facts)

        with monkeypatch.context() as patch:
            patch.setattr(Action, "append", failing)
            try:
                act()
            except PowerCut:
                pass
            else:
                break
        assert state_of(kit.store) == before, f"cut before event {cut + 1}"
        cut += 1
    assert cut > 0
    assert state_of(kit.store) != before
    assert audit(kit.store) == []
    invariants.check_replay(kit.store)
