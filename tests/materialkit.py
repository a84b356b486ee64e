"""What a case's materials, list and promises say, in few words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from db.store import Row
from hallclient.actions import case_promises
from hallclient.rules.errors import Refused
from hallclient.rules.review import deficiencies
from hallclient.rules.review.facts import MaterialState
from tests.casekit import C1, Case

DUE, RECEIVED = MaterialState.DUE, MaterialState.RECEIVED
PASSED, FAILED = MaterialState.PASSED, MaterialState.FAILED
TOLERATED, COMMITTED = MaterialState.TOLERATED, MaterialState.COMMITTED


def state(case: Case, no: int) -> MaterialState:
    return case.facts.material(no)[1].state


def row_of(case: Case, no: int) -> Row:
    found = case.kit.store.row("SELECT * FROM material WHERE id = ?", f"{case.id}/m/{no}")
    assert found is not None
    return found


def told(case: Case) -> list[tuple[str, str]]:
    return [(one.ref, one.code) for one in deficiencies.ordered(case.facts)]


def promise(case: Case, no: int, kind: str = "tolerance", days: int = 2) -> Row:
    due = date(2026, 9, 22) + timedelta(days)
    return case_promises.promise(case.kit.store, C1, case.id, kind, no, due, signed=True)


def refused(act: Any, *args: Any, **how: Any) -> str:
    with pytest.raises(Refused) as error:
        act(*args, **how)
    return error.value.code
