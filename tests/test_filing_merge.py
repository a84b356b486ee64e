"""Two hands in one filing: what differs merges, what collides is kept twice, nothing is lost.

The machine at the end holds every mix of steps by two operators against a small model;
`HALLCLIENT_DEEP=2000` tries so many other mixes instead of the same few.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from db.check import verify
from db.store import Store
from hallclient.actions import filing_edit, filing_undo, filing_view
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from tests import invariants
from tests.filekit import AGENT, ONE, TWO, Filing


@pytest.fixture
def filing(tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path)
    yield made
    invariants.check_replay(made.store)
    report = verify(made.store)
    assert report.ok, report.findings
    made.close()


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def test_different_fields_merge_by_themselves(filing: Filing) -> None:
    assert filing.put(AGENT, "name", "a").collisions == ()
    assert filing.put(ONE, "phone", "b").collisions == ()
    assert filing.text("name") + filing.text("phone") == "ab"
    assert "filing.collided" not in filing.kinds()


@pytest.mark.parametrize("field", ["name", "phone"])  # one in the clear, one sealed
def test_two_texts_for_one_cell_are_both_kept(filing: Filing, field: str) -> None:
    filing.put(AGENT, field, "old")
    filing.put(AGENT, field, "first", "old")
    outcome = filing.put(ONE, field, "second", "old")
    (told,) = outcome.collisions
    assert told == (SINGLE, field, "first", "second", "c01")
    assert filing.kinds()[-1] == "filing.collided"
    assert filing.open().collisions == {(SINGLE, field): told}
    # The same again changes nothing.
    assert filing.put(ONE, field, "second", "old") == outcome
    # Its writer may write it again; a third hand is asked to settle first, and gets its text back.
    assert filing.put(ONE, field, "third", "old").collisions[0].other == "third"
    error = refused(lambda: filing.put(TWO, field, "fourth", "old"))
    assert (error.code, error.params["typed"], error.params["by"]) == (
        "cell-disputed", "fourth", "c01",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("take", "text"), [("own", "first"), ("other", "second"), ("both of them", "both of them")]
)
def test_a_disagreement_is_settled(filing: Filing, take: str, text: str) -> None:
    filing.put(AGENT, "phone", "first")
    filing.put(ONE, "phone", "second")
    filing_edit.settle(filing.store, TWO, filing.id, SINGLE, "phone", take)
    assert filing.text("phone") == text
    assert filing.open().collisions == {}
    again = refused(lambda: filing_edit.settle(filing.store, TWO, filing.id, SINGLE, "phone", take))
    assert again.code == "nothing-to-settle"


def test_to_type_what_the_other_typed_settles_too(filing: Filing) -> None:
    filing.put(AGENT, "name", "first")
    filing.put(ONE, "name", "second")
    filing.put(AGENT, "name", "second", "first")
    assert filing.open().collisions == {}
    assert filing.text("name") == "second"


def test_to_empty_a_cell_can_collide_as_well(filing: Filing) -> None:
    filing.put(AGENT, "name", "old")
    filing.put(AGENT, "name", "new", "old")
    assert filing.put(ONE, "name", "", "old").collisions[0].other == ""
    filing_edit.settle(filing.store, ONE, filing.id, SINGLE, "name", "other")
    assert (SINGLE, "name") not in filing.cells()


def test_the_same_text_from_two_hands_is_no_collision(filing: Filing) -> None:
    filing.put(AGENT, "name", "same")
    assert filing.put(ONE, "name", "same").collisions == ()


def test_one_step_may_merge_and_collide(filing: Filing) -> None:
    filing.put(AGENT, "name", "first")
    outcome = filing.edit(ONE, Put(SINGLE, "name", "second"), Put(SINGLE, "remark", "x"))
    assert [one.field for one in outcome.collisions] == ["name"]
    assert filing.text("remark") == "x"
    filing.undo(ONE)
    assert (filing.text("name"), filing.text("remark")) == ("first", "")
    assert filing.open().collisions == {}


def test_what_was_typed_into_a_row_that_is_gone_comes_back(filing: Filing) -> None:
    row = filing.add(AGENT, "persons")
    filing.edit(ONE, Drop(row))
    error = refused(lambda: filing.put(AGENT, "p_name", "typed", row=row))
    assert (error.code, error.field, error.params["typed"], error.params["row"]) == (
        "row-gone", "p_name", "typed", row,
    )  # fmt: skip


# -- the machine

HANDS = (AGENT, ONE)
FIELDS = ("name", "phone", "remark")
COLUMNS = ("p_name", "p_town")
TEXTS = ("", "x", "y", "z")
Cell = tuple[str, str]


NOTHING = ("", None, None)


class Changed(NamedTuple):
    """One step of one hand, as the model has it: cell or row -> (before, after)."""

    what: dict[Any, tuple[Any, Any]]

    def turned(self) -> "Changed":
        return Changed({key: (after, before) for key, (before, after) in self.what.items()})


class Model:
    """Rows and cells as plain dicts; a cell is (text, other, whose other)."""

    def __init__(self) -> None:
        self.now: dict[Any, Any] = {}
        self.done: dict[str, list[Changed]] = {who.operator: [] for who in HANDS}
        self.back: dict[str, list[Changed]] = {who.operator: [] for who in HANDS}

    def cell(self, cell: Cell) -> tuple[str, str | None, str | None]:
        found: tuple[str, str | None, str | None] = self.now.get(cell, NOTHING)
        return found

    def put(self, after: dict[Any, Any]) -> None:
        for key, value in after.items():
            if value in (None, NOTHING):
                self.now.pop(key, None)
            else:
                self.now[key] = value

    def step(self, who: Actor, after: dict[Any, Any]) -> None:
        after = {key: None if value == NOTHING else value for key, value in after.items()}
        what = {key: (self.now.get(key), value) for key, value in after.items()}
        what = {key: pair for key, pair in what.items() if pair[0] != pair[1]}
        if what:
            self.put(after)
            self.done[who.operator].append(Changed(what))
            self.back[who.operator].clear()

    def turn(self, changed: Changed) -> bool:
        """Make a change if all is as its first side says, and no cell would stand in no row."""
        if any(self.now.get(key) != left for key, (left, _) in changed.what.items()):
            return False
        after = {key: back for key, (_, back) in changed.what.items()}
        then = {key: value for key, value in {**self.now, **after}.items() if value is not None}
        if any(not isinstance(key, str) and key[0] and key[0] not in then for key in then):
            return False
        self.put(after)
        return True


class TwoHands(RuleBasedStateMachine):
    """Two operators at two terminals, each with what it last saw."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.filing = Filing(self.folder)
        self.stores: dict[str, Store] = {AGENT.operator: self.filing.store}
        self.stores[ONE.operator] = self.filing.kit.again()
        self.model = Model()
        self.seen = {who.operator: self.filing.open(who) for who in HANDS}
        self.rows: list[str] = []

    def teardown(self) -> None:
        if not hasattr(self, "filing"):
            return
        try:
            invariants.check_replay(self.filing.store)
            report = verify(self.filing.store)
            assert report.ok, report.findings
            for hand in HANDS:
                self.undo_all(hand)
        finally:
            self.stores[ONE.operator].close()
            self.filing.close()
            shutil.rmtree(self.folder)

    def undo_all(self, who: Actor) -> None:
        stack = self.model.done[who.operator]
        while stack and self.model.turn(stack.pop().turned()):
            filing_undo.undo(self.stores[who.operator], who, self.filing.id)
        self.the_store_is_as_the_model()

    # -- what a hand does

    @rule(hand=st.sampled_from(HANDS))
    def look(self, hand: Actor) -> None:
        """The terminal follows: from the news alone it comes to what is there."""
        seen = self.seen[hand.operator]
        told = filing_view.news(self.stores[hand.operator], self.filing.id, seen.seq)
        fresh = self.filing.open(hand)
        if told is None:
            assert seen.seq == fresh.seq
            return
        for step in told.steps:
            seen.state.apply(step.edits)
        for one in told.collisions:
            seen.collisions.pop((one.row, one.field), None)
            if one.other is not None:
                seen.collisions[one.row, one.field] = one
        assert sorted(seen.state.cells()) == sorted(fresh.state.cells())
        assert seen.state.rows("persons") == fresh.state.rows("persons")
        assert set(seen.collisions) >= set(fresh.collisions)
        self.seen[hand.operator] = fresh

    @rule(hand=st.sampled_from(HANDS), field=st.sampled_from(FIELDS), text=st.sampled_from(TEXTS))
    def put(self, hand: Actor, field: str, text: str) -> None:
        self.put_into(hand, (SINGLE, field), text)

    @precondition(lambda self: self.rows)
    @rule(
        hand=st.sampled_from(HANDS),
        nth=st.integers(0, 9),
        field=st.sampled_from(COLUMNS),
        text=st.sampled_from(TEXTS),
    )
    def put_in_row(self, hand: Actor, nth: int, field: str, text: str) -> None:
        self.put_into(hand, (self.rows[nth % len(self.rows)], field), text)

    def put_into(self, hand: Actor, cell: Cell, text: str) -> None:
        row, field = cell
        state = self.seen[hand.operator].state
        was = state.text(row, field) if state.has(row, field) else ""
        there, other, by = self.model.cell(cell)
        act = self.stores[hand.operator], hand, self.filing.id, [Put(row, field, text, was)]
        if row and row not in self.model.now:
            assert refused(lambda: filing_edit.edit(*act)).code == "row-gone"
            return
        collides = text not in (there, other) and there != was
        if collides and by not in (None, hand.operator):
            assert refused(lambda: filing_edit.edit(*act)).code == "cell-disputed"
            return
        outcome = filing_edit.edit(*act)
        after: Any
        if text == there:
            return
        if there == was:
            after = (text, None, None) if text == other else (text, other, by)
        elif text == other:
            after = (there, other, by)
        else:
            after = (there, text, hand.operator)
            assert outcome.collisions
        self.model.step(hand, {cell: None if after == ("", None, None) else after})

    @rule(hand=st.sampled_from(HANDS), text=st.sampled_from(TEXTS))
    def add(self, hand: Actor, text: str) -> None:
        row = self.filing.store.env.new_id()
        edits: list[Edit] = [Add("persons", row, len(self.rows) * STEP), Put(row, "p_name", text)]
        filing_edit.edit(self.stores[hand.operator], hand, self.filing.id, edits)
        after: dict[Any, Any] = {row: True}
        if text:
            after[row, "p_name"] = (text, None, None)
        self.rows.append(row)
        self.model.step(hand, after)

    @precondition(lambda self: self.rows)
    @rule(hand=st.sampled_from(HANDS), nth=st.integers(0, 9))
    def drop(self, hand: Actor, nth: int) -> None:
        row = self.rows[nth % len(self.rows)]
        filing_edit.edit(self.stores[hand.operator], hand, self.filing.id, [Drop(row)])
        gone = {key: None for key in self.model.now if row in (key, key[0])}
        self.model.step(hand, gone)

    @rule(
        hand=st.sampled_from(HANDS),
        nth=st.integers(0, 9),
        take=st.sampled_from(["own", "other", "w"]),
    )
    def settle(self, hand: Actor, nth: int, take: str) -> None:
        cells = [key for key, value in self.model.now.items() if value is not True and value[2]]
        if not cells:
            return
        cell = cells[nth % len(cells)]
        there, other, _ = self.model.cell(cell)
        row, field = cell
        filing_edit.settle(self.stores[hand.operator], hand, self.filing.id, row, field, take)
        text = {"own": there, "other": other}.get(take, take)
        self.model.step(hand, {cell: (text, None, None) if text else None})

    @rule(hand=st.sampled_from(HANDS))
    def undo(self, hand: Actor) -> None:
        self.go(hand, filing_undo.undo, self.model.done, self.model.back, back=True)

    @rule(hand=st.sampled_from(HANDS))
    def redo(self, hand: Actor) -> None:
        self.go(hand, filing_undo.redo, self.model.back, self.model.done, back=False)

    def go(self, hand: Actor, act: Any, of: Any, to: Any, *, back: bool) -> None:
        stack = of[hand.operator]

        def done() -> object:
            return act(self.stores[hand.operator], hand, self.filing.id)

        if not stack:
            assert refused(done).code == ("no-step-back" if back else "no-step-again")
        elif self.model.turn(stack[-1].turned() if back else stack[-1]):
            done()
            to[hand.operator].append(stack.pop())
        else:
            assert refused(done).code == "moved-on"

    # -- what must be true

    @invariant()
    def the_store_is_as_the_model(self) -> None:
        if not hasattr(self, "filing"):
            return
        found = self.filing.open()
        held = {
            key: value for key, value in self.model.now.items() if value is not True and value[0]
        }
        held[SINGLE, "kind"] = ("llc", None, None)
        assert self.filing.cells() == {key: value[0] for key, value in held.items()}
        assert found.state.rows("persons") == [row for row in self.rows if row in self.model.now]
        assert {key: (one.other, one.by) for key, one in found.collisions.items()} == {
            key: value[1:]
            for key, value in self.model.now.items()
            if value is not True and value[2]
        }


DEEP = int(os.environ.get("HALLCLIENT_DEEP", "0"))
TwoHands.TestCase.settings = settings(
    max_examples=DEEP or 20,
    stateful_step_count=40,
    deadline=None,
    derandomize=not DEEP,
    database=None,
    print_blob=bool(DEEP),
    suppress_health_check=list(HealthCheck),
)
TestTwoHands = pytest.mark.slow(pytest.mark.timeout(0 if DEEP else 300)(TwoHands.TestCase))
