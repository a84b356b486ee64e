"""Marks, answers, files, promises and moves in any order: the table, the promises, the states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.check import verify
from db.store import Row
from hallclient.actions import (
    case_deficiencies,
    case_files,
    case_materials,
    case_moves,
    case_promises,
    case_tasks,
)
from hallclient.actions.case_tasks import Lack
from hallclient.rules.errors import Refused
from hallclient.rules.review import materials, tolerance
from hallclient.rules.review.facts import CaseFacts, MaterialState
from tests.casekit import AGENT, C1, SUPERVISOR, Case
from tests.hallkit import Kit, clerk
from tests.materialkit import COMMITTED, DUE, FAILED, RECEIVED, TOLERATED

SECONDS = [AGENT, C1, C1, C1, SUPERVISOR]
NUMBERS = st.integers(1, 6)
STATES = st.sampled_from([one.value for one in MaterialState])
STEPS = st.one_of(
    st.tuples(st.just("mark"), st.sampled_from(SECONDS), NUMBERS, STATES, st.integers(0, 3)),
    st.tuples(st.just("mark"), st.just(C1), NUMBERS, st.just("failed"), st.integers(0, 3)),
    st.tuples(st.just("mark"), st.just(C1), NUMBERS, st.just("passed"), st.just(0)),
    st.tuples(st.just("rest"), st.sampled_from(SECONDS), st.sampled_from(["passed", "received"])),
    st.tuples(st.just("answer"), st.integers(0, 3), st.sampled_from([True, False, None])),
    st.tuples(st.just("settle"), st.booleans()),
    st.tuples(
        st.just("promise"), st.integers(0, 3), st.sampled_from(tolerance.KINDS), st.integers(-1, 3)
    ),
    st.tuples(st.just("promise"), st.integers(1, 3), st.sampled_from(tolerance.KINDS), st.just(1)),
    st.tuples(st.just("end"), st.integers(0, 3), st.sampled_from(tolerance.ENDS)),
    st.tuples(st.just("attach"), NUMBERS, st.integers(0, 2)),
    st.tuples(st.just("detach"), st.integers(0, 4)),
    st.tuples(st.just("lack"), st.booleans()),
    st.tuples(st.just("go"), st.integers(0, 2)),
    st.tuples(st.just("go"), st.just(0)),
    st.tuples(st.just("mend"), NUMBERS),
)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    kit = Kit(tmp_path_factory.mktemp("hall"))
    yield kit
    report = verify(kit.store)
    assert report.ok, report.findings
    kit.close()


class Story:
    """One case, worked step by step; whatever is refused changes nothing."""

    def __init__(self, kit: Kit, checklist: str, *, received: bool) -> None:
        self.kit = kit
        self.case = Case(kit, checklist)
        if received:
            self.case.fail(1)
            self.case.move("receive")

    def step(self, step: tuple[Any, ...]) -> None:
        before = self.facts
        rows = self.rows()
        try:
            getattr(self, f"_{step[0]}")(before, *step[1:])
        except Refused:
            assert self.rows() == rows
        self.hold(before, single=step[0] != "settle")

    @property
    def facts(self) -> CaseFacts:
        return self.case.facts

    def rows(self) -> list[Row]:
        store = self.kit.store
        tables = ("case_file", "material", "deficiency", "promise", "attachment", "paper")
        return [
            row
            for table in tables
            for row in store.rows(f"SELECT * FROM {table} WHERE id >= ?", self.case.id)
        ]

    # -- steps

    def _mark(self, before: CaseFacts, who: Any, no: int, wanted: str, place: int) -> None:
        spec = self.case.list.by_no.get(no)
        if spec is None:
            return
        codes = [one.code for one in spec.reasons]
        reasons = [codes[place % len(codes)]] if codes and place else []
        foreseen = materials.why_not(before, no, MaterialState(wanted), who.role)
        held = before.holder not in (None, who.operator)
        note = "" if place else "缺一页"
        said = ""
        try:
            case_materials.mark(
                self.kit.store, who, self.case.id, no, wanted,
                reasons=reasons, note=note, evidence="已核验",
            )  # fmt: skip
        except Refused as refused:
            said = refused.code
        # What `why_not` tells beforehand is what happens; an agent may be kept out by a lease.
        assert said == ("case-held" if held and not before.status.final else foreseen)
        if said:
            raise Refused(said)

    def _rest(self, before: CaseFacts, who: Any, wanted: str) -> None:
        case_materials.mark_rest(self.kit.store, who, self.case.id, wanted)
        for no in materials.rest(before, MaterialState(wanted), who.role):
            assert self.facts.material(no)[1].state.value == wanted

    def _answer(self, _: CaseFacts, place: int, yes: bool | None) -> None:
        conditions = self.case.list.conditions
        if conditions:
            condition = conditions[place % len(conditions)].id
            case_materials.answer(self.kit.store, C1, self.case.id, condition, yes)
            assert self.facts.answers.get(condition) is yes

    def _promise(self, before: CaseFacts, place: int, kind: str, days: int) -> None:
        """Of those that the list allows, or (0) of any."""
        tolerance_ = kind == tolerance.TOLERANCE
        able = [
            one.no
            for one in self.case.list.materials
            if (one.tolerable if tolerance_ else one.commitment)
        ]
        no = able[place % len(able)] if able and place else 1
        due = before.today + timedelta(days)
        case_promises.promise(self.kit.store, C1, self.case.id, kind, no, due, signed=True)
        spec, fact = self.facts.material(no)
        assert days >= 0
        assert (spec.tolerable and not spec.main) if tolerance_ else spec.commitment
        assert fact.state is (TOLERATED if tolerance_ else COMMITTED)

    def _end(self, before: CaseFacts, place: int, state: str) -> None:
        if before.promises:
            one = before.promises[place % len(before.promises)]
            case_promises.close(self.kit.store, C1, one.id, state, reason="说明")

    def _attach(self, before: CaseFacts, no: int, place: int) -> None:
        data = b"%PDF-1.7 " + bytes([place])
        case_files.attach(self.kit.store, C1, self.case.id, no, data, "a.pdf")
        assert self.facts.material(no)[1].files >= 1
        if before.material(no)[1].state in (DUE, FAILED, TOLERATED):
            if before.material(no)[1].files == self.facts.material(no)[1].files:
                return  # the same file once more
            assert self.facts.material(no)[1].state is RECEIVED

    def _detach(self, _: CaseFacts, place: int) -> None:
        files = case_files.files(self.kit.store, C1, self.case.id)
        if files:
            case_files.remove(self.kit.store, C1, files[place % len(files)].id)

    def _lack(self, before: CaseFacts, open_one: bool) -> None:
        if open_one:
            case_deficiencies.add(self.kit.store, C1, self.case.id, text="缺电话")
        for one in before.open_deficiencies:
            if not open_one and one.source == "clerk":
                case_deficiencies.close(self.kit.store, C1, one.id)

    def _settle(self, _: CaseFacts, yes: bool) -> None:
        self.case.settle(yes=yes)

    def _go(self, before: CaseFacts, place: int) -> None:
        """On to somewhere: a move that can be made and does not end the case."""
        store = self.kit.store
        ways = [
            one.move.id
            for one in case_moves.offered(store, C1, before)
            if not one.why_not and not before.flow.state[one.move.target].final
        ]
        if ways:
            move = ways[place % len(ways)]
            given = {"days": "10", "procedure": "专家评审"}
            case_moves.move(store, C1, self.case.id, move, reason="有原因", **given)

    def _mend(self, before: CaseFacts, no: int) -> None:
        for task in before.tasks[:1]:
            lacks = [Lack(no=no, text="章不清")]
            case_tasks.opinion(
                self.kit.store, clerk(2), self.case.id, task.department, "returned",
                deficiencies=lacks,
            )  # fmt: skip

    # -- what must be true then

    def hold(self, before: CaseFacts, *, single: bool) -> None:
        """``single``: the step marks each material at most once."""
        facts = self.facts
        for was, now in zip(before.materials, facts.materials, strict=True):
            ways = materials.NEXT[was.state]
            assert not single or now.state is was.state or now.state in ways
            assert was.round <= now.round <= facts.round
            self._promises(facts, now.no, now.state)
        self._missing(facts)
        found = materials.count(facts)
        assert 0 <= found.settled <= found.needed <= len(facts.materials)
        settled = found == (found.needed, found.needed, 0) and not facts.open_deficiencies
        if settled and not facts.tasks:
            assert materials.first_open(facts) is None

    def _promises(self, facts: CaseFacts, no: int, state: MaterialState) -> None:
        mine = [one for one in facts.promises if one.no == no]
        open_ones = [one.kind for one in mine if one.state == "open"]
        assert len(open_ones) <= 1
        if open_ones == ["tolerance"]:
            assert state in (TOLERATED, RECEIVED, FAILED)
        if open_ones == ["commitment"]:
            assert state is COMMITTED
        if state is TOLERATED:
            assert open_ones == ["tolerance"]
        if state is COMMITTED:
            assert any(one.kind == "commitment" for one in mine)

    def _missing(self, facts: CaseFacts) -> None:
        """The table, held against one that is made anew from nothing but the materials."""
        begun = any(one.state.value not in ("due", "unneeded") for one in facts.materials)
        wanted: list[tuple[str, str]] = []
        for fact in facts.materials:
            when = facts.checklist.by_no[fact.no].when
            needed = facts.answers.get(when) if when else True
            if fact.state is FAILED and needed is not False:
                wanted += [(str(fact.no), code) for code in fact.reasons]
            elif fact.state is DUE and begun and needed:
                wanted.append((str(fact.no), "missing"))
        found = [one for one in facts.open_deficiencies if one.source == "material"]
        assert Counter((one.ref, one.code) for one in found) == Counter(wanted)
        assert all(one.text for one in found)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["health", "health", "co_holder", "proj_plan"]),
    st.booleans(),
    st.lists(STEPS, min_size=5, max_size=25),
)
def test_any_order(hall: Kit, checklist: str, received: bool, steps: list[Any]) -> None:
    story = Story(hall, checklist, received=received)
    for step in steps:
        story.step(step)
