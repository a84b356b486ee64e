"""What a filing says of people stands in clear in no file; once forgotten, nobody can read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.check import verify
from hallclient.actions import (
    filing_edit,
    filing_extracts,
    filing_history,
    filing_override,
    filing_undo,
    filing_view,
    filings,
)
from hallclient.rules.form.edits import SINGLE, Add, Drop, Put
from hallclient.rules.form.entering import enter
from hallclient.rules.form.state import State
from tests import company, invariants
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk
from tests.lookkit import company_base

ONE = clerk(1)
NAMES = ("王伟", "欧阳静", "张秘密", "李理由")
NUMBERS = (company.identity("19900307", 123), company.identity("19880229", 246), "13800138001")
TWICE = NAMES[2]
PHONE, OTHER_PHONE = "13911112222", "13911113333"
SECRETS = (*NAMES, *NUMBERS, PHONE, OTHER_PHONE, "珞喻路")


class Desk:
    """A whole company, and everything that can be done with it."""

    def __init__(self, folder: Path) -> None:
        self.kit = Kit(folder)
        base = company_base()
        self.key = filings.new(self.kit.store, AGENT, "company-setup", base=base)["id"]

    @property
    def state(self) -> State:
        return filing_view.open_filing(self.kit.store, AGENT, self.key).state

    def edit(self, *edits: Add | Put | Drop) -> None:
        filing_edit.edit(self.kit.store, AGENT, self.key, edits)

    def type(self, row: str, field: str, text: str) -> None:
        self.edit(*enter(self.state, row, field, text, self.kit.store.env.new_id))

    def seen(self) -> list[str]:
        """The secrets that stand in clear in the store's files."""
        files = [one for one in self.kit.path.parent.iterdir() if one.is_file()]
        data = b"".join(one.read_bytes() for one in files)
        return [one for one in SECRETS if one.encode() in data]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    invariants.check_replay(made.kit.store)
    report = verify(made.kit.store)
    assert report.ok, report.findings
    made.kit.close()


def everything(desk: Desk) -> None:
    """Two people of one name, a name where somebody is chosen, two hands, steps back, a reason."""
    store, key = desk.kit.store, desk.key
    for row in ("q1", "q2"):
        desk.edit(Add("person", row, 1 << 30), Put(row, "p_name", TWICE))
    desk.type(SINGLE, "fin_person", TWICE)  # which of the two?
    assert desk.state.text(SINGLE, "fin_person") == TWICE
    filing_edit.edit(store, ONE, key, [Put(SINGLE, "fin_person", "", "p3")])  # two hands
    filing_edit.settle(store, ONE, key, SINGLE, "fin_person", TWICE)
    desk.edit(Put("p1", "p_mobile", PHONE, NUMBERS[2]))
    filing_edit.edit(store, ONE, key, [Put("p1", "p_mobile", OTHER_PHONE, "what was never there")])
    filing_edit.settle(store, ONE, key, "p1", "p_mobile", "other")
    desk.type(SINGLE, "fin_person", "p3")
    filing_undo.undo(store, AGENT, key)
    filing_undo.redo(store, AGENT, key)
    desk.edit(Drop("q1"), Drop("q2"))
    filing_undo.undo(store, AGENT, key)
    filing_undo.redo(store, AGENT, key)
    desk.edit(Put("p3", "p_name", "王@", desk.state.text("p3", "p_name")))
    state = desk.state
    problem = next(one for one in state.problems() if one.code == "PERSON_NAME")
    seen = state.judging.fingerprint(problem)
    filing_override.override(store, SUPERVISOR, key, problem.code, "p3", NAMES[3], seen)
    filing_extracts.send(store, ONE, key, "SCJG")
    desk.edit(Put("p2", "p_mobile", PHONE, "13800138002"))
    filing_extracts.send(store, ONE, key, "SCJG")


def test_nothing_that_was_typed_about_people_is_readable_in_the_files(desk: Desk) -> None:
    everything(desk)
    assert desk.seen() == []
    (passed,) = filing_view.open_filing(desk.kit.store, AGENT, desk.key).overrides
    assert passed.reason == NAMES[3]
    history = filing_history.history(desk.kit.store, AGENT, desk.key, SINGLE, "fin_person")
    assert TWICE in {one.now for one in history}


def test_forgotten_nobody_can_read_it_any_more(desk: Desk) -> None:
    everything(desk)
    store, key = desk.kit.store, desk.key
    secret = store.db.execute("SELECT key FROM case_key WHERE case_id = ?", (key,)).fetchone()[0]
    filings.close(store, AGENT, key, "given-up")
    filings.forget(store, ADMINISTRATOR, key)
    found = filing_view.open_filing(store, AGENT, key)
    people = [row for one in ("person", "holder", "officer") for row in found.state.rows(one)]
    texts = {
        found.state.text(row, field.id)
        for row in people
        for field in found.state.program.layout.sections[found.state.section_of(row)].fields
        if field.personal
    }
    assert texts == {""}
    assert [(one.reason, one.seen) for one in found.overrides] == [("", "")]
    assert all(
        filing_extracts.content(store, one) == ("", "") for one in filing_extracts.sent(store, key)
    )
    data = b"".join(one.read_bytes() for one in desk.kit.path.parent.glob("hall.db*"))
    assert secret not in data  # with it, what is sealed could be opened
    assert desk.seen() == []


def test_the_next_applicant_gets_nobody_of_the_last_one(desk: Desk) -> None:
    desk.edit(Add("person", "q1", 1 << 30), Put("q1", "p_name", TWICE))
    desk.edit(Add("person", "q2", 1 << 30), Put("q2", "p_name", TWICE))
    desk.type(SINGLE, "fin_person", TWICE)
    made = filings.new(desk.kit.store, AGENT, "company-setup", copy_last=True)
    state = filing_view.open_filing(desk.kit.store, AGENT, made["id"]).state
    assert state.rows("person") == []
    once = [one.id for one in state.program.references if not state.program.layout.row_of(one)]
    assert {state.text(SINGLE, name) for name in once} == {""}
    assert desk.seen() == []
