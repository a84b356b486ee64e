"""A hall that has worked with an earlier version issues certificates under the flow it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.check import verify
from db.driver import sqlite
from db.store import Store
from hallclient.actions import certificate_slip, editions, paper_templates
from hallclient.actions.case_rows import case_row
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_kinds import current, shipped
from hallclient.actions.hall import hall_of
from tests.casekit import C1, Case
from tests.certkit import certificate, decided, stocked
from tests.hallkit import ADMINISTRATOR, Clock, Kit, seeded_env
from tests.materialkit import refused

OLD = Path(__file__).parent / "data" / "store-v4.sql"


class OldKit(Kit):
    """The stored example of the version before certificates."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.clock.pass_(minutes=20)
        self.path = folder / "hall.db"
        self.make_env = seeded_env(self.clock)
        db = sqlite.connect(self.path, isolation_level=None)
        db.executescript(OLD.read_text("utf-8"))
        db.close()
        self.store = Store.open(self.path, make_env=self.make_env)
        self.hall = hall_of(self.store)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kit]:
    # The stores of other tests have the same dice, and so the same device and edition.
    monkeypatch.setattr("hallclient.actions.hall._known", {})
    made = OldKit(tmp_path)
    yield made
    assert verify(made.store).ok
    assert audit(made.store) == []
    made.close()


def test_everything_is_issued_that_the_program_brings(kit: Kit) -> None:
    assert current(kit.store) == shipped()
    stocked(kit)
    row = certificate(kit, "handed")
    case = case_row(kit.store, row["case_file"])
    assert case["flow"] == "flow/2026-11.1"
    assert case["state"] == "delivered"


def test_the_new_flow_and_its_slip_come_with_publishing_them(kit: Kit) -> None:
    stocked(kit)
    row = certificate(kit, "ready")
    assert refused(certificate_slip.slip, kit.store, C1, row["case_file"]) == "no-such-paper"
    editions.publish(kit.store, ADMINISTRATOR, paper_templates.shipped_flow())
    paper_templates.publish(kit.store, ADMINISTRATOR, paper_templates.shipped())
    case: Case = decided(kit, "health")
    case.move("grant")
    assert refused(case.move, "issue") == "move-guard"
    assert certificate_slip.slip(kit.store, C1, case.id)["kind"] == "lzd"
