"""Steps taken back and made again: each operator's own, any number of them, from the log."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from db.backup import backup
from db.check import verify
from db.restore import look, restore
from hallclient.actions import filing_edit, filing_undo
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from tests import invariants
from tests.filekit import AGENT, ONE, Filing


@pytest.fixture
def filing(tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path)
    yield made
    invariants.check_replay(made.store)
    report = verify(made.store)
    assert report.ok, report.findings
    made.close()


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_any_number_of_steps_goes_back_and_comes_again(filing: Filing) -> None:
    texts = ["", *"abcde"]
    for before, now in pairwise(texts):
        filing.put(AGENT, "phone", now, before)
    for text in reversed(texts[:-1]):
        filing.undo(AGENT)
        assert filing.text("phone") == text
    assert refused(lambda: filing.undo(AGENT)) == "no-step-back"
    for text in texts[1:]:
        filing.redo(AGENT)
        assert filing.text("phone") == text
    assert refused(lambda: filing.redo(AGENT)) == "no-step-again"
    filing.undo(AGENT)
    assert filing.text("phone") == "d"


def test_a_new_step_ends_what_could_be_made_again(filing: Filing) -> None:
    filing.put(AGENT, "name", "a")
    filing.put(AGENT, "remark", "b")
    filing.undo(AGENT)
    filing.put(AGENT, "capital", "1")
    assert refused(lambda: filing.redo(AGENT)) == "no-step-again"
    filing.undo(AGENT)
    filing.undo(AGENT)
    assert filing.cells() == {(SINGLE, "kind"): "llc"}


def test_each_takes_back_only_what_is_theirs(filing: Filing) -> None:
    filing.put(AGENT, "name", "a")
    filing.put(ONE, "remark", "b")
    assert refused(lambda: filing.redo(ONE)) == "no-step-again"
    filing.undo(AGENT)
    assert (filing.text("name"), filing.text("remark")) == ("", "b")
    assert refused(lambda: filing.undo(AGENT)) == "no-step-back"
    filing.undo(ONE)
    filing.redo(AGENT)
    assert (filing.text("name"), filing.text("remark")) == ("a", "")


def test_what_another_hand_has_changed_since_stays(filing: Filing) -> None:
    filing.put(AGENT, "name", "a")
    filing.put(ONE, "name", "b", "a")
    assert refused(lambda: filing.undo(AGENT)) == "moved-on"
    filing.undo(ONE)
    filing.undo(AGENT)
    assert filing.text("name") == ""


def test_a_row_that_others_have_filled_is_not_taken_away(filing: Filing) -> None:
    row = filing.add(AGENT, "persons")
    filing.put(ONE, "p_town", "x", row=row)
    assert refused(lambda: filing.undo(AGENT)) == "moved-on"
    assert filing.text("p_town", row) == "x"


def test_nothing_is_put_into_a_row_that_is_gone(filing: Filing) -> None:
    row = filing.add(AGENT, "persons")
    filing.put(AGENT, "p_town", "x", row=row)
    filing.put(AGENT, "p_town", "", "x", row=row)
    filing.edit(ONE, Drop(row))
    assert refused(lambda: filing.undo(AGENT)) == "moved-on"
    assert filing.rows("persons") == []


def test_what_another_hand_has_typed_over_it_is_not_lost_with_it(filing: Filing) -> None:
    filing.put(AGENT, "name", "a")
    filing.put(ONE, "name", "b")
    assert refused(lambda: filing.undo(AGENT)) == "moved-on"
    filing.undo(ONE)  # withdraws the other text
    assert filing.open().collisions == {}
    filing.redo(ONE)
    assert filing.open().collisions[SINGLE, "name"].other == "b"
    filing_edit.settle(filing.store, ONE, filing.id, SINGLE, "name", "other")
    filing.undo(ONE)
    found = filing.open().collisions[SINGLE, "name"]
    assert (found.text, found.other, found.by) == ("a", "b", "c01")


def test_a_row_comes_back_with_everything_in_it(filing: Filing) -> None:
    first, row = filing.add(AGENT, "persons"), filing.add(AGENT, "persons", nth=2)
    filing.edit(AGENT, Put(row, "p_name", "x"), Put(row, "p_town", "y"))
    before = filing.cells()
    filing.edit(AGENT, Drop(row))
    assert filing.rows("persons") == [first]
    filing.undo(AGENT)
    assert filing.rows("persons") == [first, row]
    assert filing.cells() == before


def test_an_import_is_one_step(filing: Filing) -> None:
    edits: list[Edit] = []
    for number in range(300):
        row = filing.store.env.new_id()
        edits += [Add("persons", row, number * STEP), Put(row, "p_name", f"n{number}")]
    filing.edit(AGENT, *edits, source="import")
    assert len(filing.rows("persons")) == 300
    step = filing_undo.undo(filing.store, AGENT, filing.id)
    assert [type(edit) for edit in step.edits] == [Drop] * 300
    assert filing.rows("persons") == []
    step = filing_undo.redo(filing.store, AGENT, filing.id)
    assert sorted(map(str, step.edits)) == sorted(map(str, edits))
    assert len(filing.rows("persons")) == 300
    assert filing.kinds()[1:] == ["filing.edited", "filing.undone", "filing.redone"]


def test_what_is_told_of_a_step_brings_a_screen_up_to_date(filing: Filing) -> None:
    row = filing.add(AGENT, "persons")
    filing.edit(AGENT, Put(row, "p_name", "x"), Put(SINGLE, "name", "y"))
    state = filing.open().state
    for act in (filing_undo.undo, filing_undo.undo, filing_undo.redo, filing_undo.redo):
        state.apply(act(filing.store, AGENT, filing.id).edits)
        assert {(r, f): t for r, f, t in state.cells()} == filing.cells()
        assert state.rows("persons") == filing.rows("persons")


def test_it_goes_back_after_a_restart_and_in_a_restored_store(filing: Filing) -> None:
    filing.put(AGENT, "phone", "1")
    filing.put(AGENT, "name", "a")
    with filing.kit.again() as other:
        filing_undo.undo(other, AGENT, filing.id)
    copy = filing.kit.path.with_name("backup.db")
    backup(filing.store, copy)
    filing.close()
    restore(
        look(filing.kit.path, copy, make_env=filing.kit.make_env),
        actor="admin",
        make_env=filing.kit.make_env,
    )
    filing.kit.store = filing.store = filing.kit.again()
    assert filing.cells() == {(SINGLE, "kind"): "llc", (SINGLE, "phone"): "1"}
    filing.redo(AGENT)  # the events before are another device's
    filing.undo(AGENT)
    filing.undo(AGENT)
    assert filing.cells() == {(SINGLE, "kind"): "llc"}
    filing.redo(AGENT)
    filing.redo(AGENT)
    assert filing.text("name") == "a"
    assert refused(lambda: filing.redo(AGENT)) == "no-step-again"
