"""Cases from the first paper to the archive: what may be done, what follows, what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from db.check import verify
from hallclient.actions import (
    assist,
    calendars,
    case_deficiencies,
    case_find,
    case_lease,
    case_link,
    case_materials,
    case_moves,
    case_notes,
    case_promises,
    case_tasks,
    cases,
)
from hallclient.actions.case_tasks import Lack
from hallclient.actions.certificates import certificates_of
from hallclient.actions.editions import shipped
from hallclient.rules.errors import Refused
from hallclient.rules.review.facts import SETTLED, MaterialState
from tests.casekit import AGENT, C1, DAJI, DAY_MS, SUPERVISOR, WANG, Case
from tests.certkit import handed, printed, sealed, stocked
from tests.hallkit import ADMINISTRATOR, Kit, clerk

TODAY = date(2026, 9, 22)


def why(error: pytest.ExceptionInfo[Refused]) -> str:
    """The guard that refused, else the code."""
    return str(error.value.params.get("why") or error.value.code)


def clock_of(case: Case, timer: str) -> Any:
    return [one for one in case.facts.clocks if one.timer == timer][-1]


# -- the way through


def test_a_case_of_one_department_goes_from_paper_to_archive(kit: Kit) -> None:
    stocked(kit)
    case = Case(kit).accepted()
    assert case.state == "accepted"
    assert clock_of(case, "notice5").state == "met"
    assert clock_of(case, "decide").due == date(2026, 9, 28)
    case.move("grant")
    assert case.state == "done_pass"
    with pytest.raises(Refused) as error:
        case.move("issue")
    assert why(error) == "certificate-unprinted"
    (licence,) = certificates_of(kit.store, C1, case.id)
    printed(kit, sealed(kit, licence))
    assert case.state == "issued"
    with pytest.raises(Refused) as error:
        case.move("deliver")
    assert why(error) == "certificate-waiting"
    handed(kit, licence)
    assert case.state == "delivered"
    case.move("archive")
    assert case.state == "archived"
    assert case.now["closed_at"] is not None
    assert case.now["holder"] is None
    assert {one.state for one in case.facts.clocks} == {"met"}
    kinds = [one.kind for one in case.facts.papers]
    assert kinds == ["sqd", "slt", "xkz", "sdhz"]
    assert verify(kit.store).ok


def test_an_instant_case_is_done_in_one_step(kit: Kit) -> None:
    case = Case(kit, "vat").settle()
    made = case_moves.at_once(kit.store, C1, case.id)
    assert made.row["state"] == "done_pass"
    assert [one["kind"] for one in made.papers] == ["sqd", "slt", "xkz"]
    promised = Case(kit).settle()
    with pytest.raises(Refused, match="not-instant"):
        case_moves.at_once(kit.store, C1, promised.id)


def test_departments_review_side_by_side_and_join(kit: Kit) -> None:
    case = Case(kit, "land_plan").accepted()
    first, *others = [one.department for one in case.facts.tasks]
    assert (case.state, len(others)) == ("handling", 2)
    lack = Lack(no=1, text="章不清")
    case_tasks.opinion(kit.store, clerk(2), case.id, first, "returned", deficiencies=[lack])
    case.agree(*others, by=clerk(3))
    with pytest.raises(Refused) as error:
        case.move("grant")
    assert why(error) == "opinions-missing"
    case.move("ask_correction")
    assert (case.state, clock_of(case, "decide").state) == ("mending", "paused")
    kit.clock.ms += 2 * DAY_MS
    case.mark(1, "passed")
    assert case.state == "handling"
    assert clock_of(case, "decide").due == date(2026, 9, 30)
    again = {one.department: (one.state, one.round) for one in case.facts.tasks}
    assert again[first] == ("open", 1)
    assert {again[one] for one in others} == {("agreed", 0)}
    case.agree(first)
    case.move("grant")
    assert case.state == "done_pass"
    assert verify(kit.store).ok


def test_one_refusal_stops_it(kit: Kit) -> None:
    case = Case(kit, "land_plan").accepted()
    first = case.facts.tasks[0].department
    case_tasks.opinion(kit.store, clerk(2), case.id, first, "refused", text="不符合规划")
    with pytest.raises(Refused) as error:
        case.move("grant")
    assert why(error) == "opinions-missing"
    case.move("refuse", reason="规划局不同意")
    assert case.state == "done_fail"
    assert {one.state for one in case.facts.tasks} == {"refused", "dropped"}
    assert case_tasks.opinion_text(kit.store, C1, case.id, first) == "不符合规划"


def test_a_returned_task_goes_out_again_when_it_was_mended_at_once(kit: Kit) -> None:
    case = Case(kit, "land_plan").accepted()
    first = case.facts.tasks[0].department
    lack = Lack(text="缺一张图", how="补一张总平面图")
    case_tasks.opinion(kit.store, clerk(2), case.id, first, "returned", deficiencies=[lack])
    with pytest.raises(Refused, match="still-deficient"):
        case_tasks.resend(kit.store, C1, case.id)
    case_deficiencies.close(kit.store, C1, case.facts.open_deficiencies[0].id)
    case_tasks.resend(kit.store, C1, case.id)
    assert case.facts.tasks[0].state == "open"
    with pytest.raises(Refused, match="nothing-returned"):
        case_tasks.resend(kit.store, C1, case.id)


# -- the notice


def test_everything_is_told_at_once_and_a_second_time_needs_a_reason(kit: Kit) -> None:
    case = Case(kit)
    case.fail(1)
    case.move("receive")
    made = case.move("correct")
    (paper,) = made.papers
    assert (paper["kind"], paper["copies"], case.state) == ("gzs", 2, "correction")
    assert {one.paper for one in case.facts.open_deficiencies} == {paper["id"]}
    case.mark(1, "received")
    case.settle()
    assert (case.state, case.facts.round) == ("corrected", 1)
    case.fail(3)
    with pytest.raises(Refused) as error:
        case.move("correct")
    assert why(error) == "second-notice"
    case.move("correct", reason="新发现印章不清")
    assert case.now["notices"] == 2


def test_silence_accepts_only_by_a_supervisor_and_from_the_day_of_receipt(kit: Kit) -> None:
    case = Case(kit).settle()
    case.move("receive")
    case_lease.release(kit.store, C1, case.id)
    with pytest.raises(Refused) as error:
        case.move("accept_deemed", SUPERVISOR, reason="逾期未告知")
    assert why(error) == "notice-running"
    kit.clock.ms += 9 * DAY_MS
    case.move("accept_deemed", SUPERVISOR, reason="逾期未告知")
    assert (case.state, clock_of(case, "decide").start) == ("accepted", TODAY)


def test_what_stands_in_a_form_is_told_with_the_papers(kit: Kit) -> None:
    from hallclient.actions import filings

    filing = filings.new(kit.store, C1, "cross-region-tax", item="YQ034")
    row = cases.open_case(kit.store, C1, "YQ034", filing=filing["number"], applicant=DAJI)
    facts = case_deficiencies.collect(kit.store, C1, row["id"])
    told = [one for one in facts.open_deficiencies if one.source in ("field", "rule")]
    assert told
    assert all(one.text and one.text_en and one.text != one.text_en for one in told)
    with pytest.raises(Refused, match="filing-taken"):
        cases.open_case(kit.store, C1, "YQ034", filing=filing["number"])


def test_a_form_filled_in_for_the_number_is_the_cases_own(kit: Kit) -> None:
    """Entered once: whoever opens the case of a number does not look for its form."""
    from hallclient.actions import filings

    ticket = kit.take("YQ034")
    filing = filings.new(kit.store, C1, "cross-region-tax", number=ticket.number)
    other = kit.take("SP007")
    assert cases.open_case(kit.store, C1, number=other.number, applicant=DAJI)["filing"] is None
    row = cases.open_case(kit.store, C1, number=ticket.number, applicant=DAJI)
    assert row["filing"] == filing["id"]
    # It is one case's, and of two nobody knows which is meant.
    again = cases.open_case(kit.store, C1, number=ticket.number, applicant=DAJI)
    assert again["filing"] is None
    ticket = kit.take("YQ034")
    for _ in range(2):
        filings.new(kit.store, C1, "cross-region-tax", number=ticket.number)
    assert cases.open_case(kit.store, C1, number=ticket.number)["filing"] is None


# -- promises


def tolerant(kit: Kit) -> Case:
    """Everything but one secondary paper."""
    case = Case(kit)
    no = next(one.no for one in case.list.materials if one.tolerable)
    case.settle()
    case.fail(no)
    case_promises.promise(kit.store, C1, case.id, "tolerance", no, date(2026, 9, 24), signed=True)
    case.move("receive")
    return case


def test_a_promised_paper_lets_a_case_in_and_keeps_the_result_back(kit: Kit) -> None:
    stocked(kit)
    case = tolerant(kit)
    with pytest.raises(Refused) as error:
        case.move("accept")
    assert why(error) == "promise-open"
    made = case.move("accept_tolerant")
    assert [one["kind"] for one in made.papers] == ["rqs", "slt"]
    assert clock_of(case, "supplement").due == date(2026, 9, 24)
    case.move("grant_tolerant")
    assert certificates_of(kit.store, C1, case.id) == []
    with pytest.raises(Refused, match="move-not-now"):
        case.move("issue")
    no = case.facts.promises[0].no
    case.mark(no, "passed")
    assert case.state == "done_pass"
    assert case.facts.promises[0].state == "kept"
    (licence,) = certificates_of(kit.store, C1, case.id)
    printed(kit, sealed(kit, licence))
    assert case.state == "issued"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signed": False}, "promise-unsigned"),
        ({"due": date(2026, 12, 1)}, "promise-late"),
        ({"due": date(2026, 9, 21)}, "promise-past"),
        ({"no": 1}, "not-tolerable"),
        ({"kind": "x"}, "no-such-promise-kind"),
        ({"no": 99}, "no-such-material"),
    ],
)
def test_a_promise_that_may_not_be_taken(kit: Kit, change: dict[str, Any], code: str) -> None:
    case = Case(kit)
    no = next(one.no for one in case.list.materials if one.tolerable)
    case.fail(no)
    told = {"kind": "tolerance", "no": no, "due": date(2026, 9, 24), "signed": True, **change}
    with pytest.raises(Refused, match=code):
        case_promises.promise(kit.store, C1, case.id, **told)


def test_the_dishonest_promise_nothing(kit: Kit) -> None:
    case = Case(kit)
    no = next(one.no for one in case.list.materials if one.tolerable)
    case.fail(no)
    case_materials.note_dishonest(kit.store, C1, case.id, True)
    with pytest.raises(Refused, match="dishonest"):
        case_promises.promise(
            kit.store, C1, case.id, "tolerance", no, date(2026, 9, 24), signed=True
        )


def test_a_broken_promise_makes_the_paper_due_again(kit: Kit) -> None:
    case = tolerant(kit)
    (one,) = case.facts.promises
    with pytest.raises(Refused, match="promise-reason-needed"):
        case_promises.close(kit.store, C1, one.id, "broken")
    with pytest.raises(Refused, match="promise-by-paper"):
        case_promises.close(kit.store, C1, one.id, "kept")
    assert case_promises.due_soon(kit.store, C1, date(2026, 9, 24))[0]["number"]
    case_promises.remind(kit.store, C1, one.id)
    case_promises.close(kit.store, C1, one.id, "broken", reason="联系不上")
    assert case.facts.material(one.no)[1].state is MaterialState.DUE
    assert case.facts.open_deficiencies


# -- who may


def test_an_agent_prepares_and_never_decides(kit: Kit) -> None:
    case = Case(kit, by=AGENT)
    assert (case.row["source"], case.row["agent"]) == ("assisted", "a01")
    case.move("begin_prereview", AGENT)
    case.fail(1, AGENT)
    case.move("advise", AGENT)
    assert case.state == "draft"
    case.move("begin_prereview", AGENT)
    case.mark(1, "passed", AGENT)
    case.settle(AGENT)
    case.move("pass_prereview", AGENT)
    passed = [one.checked_at for one in case.facts.materials]
    case_lease.release(kit.store, AGENT, case.id)
    for move in ("receive", "accept", "grant", "refuse"):
        with pytest.raises(Refused, match="move-role"):
            case.move(move, AGENT)
    case_lease.release(kit.store, AGENT, case.id) if case.now["holder"] == "a01" else None
    case.move("receive")
    case.move("accept")
    assert [one.checked_at for one in case.facts.materials] == passed
    case_lease.release(kit.store, C1, case.id)
    with pytest.raises(Refused, match="marked-by-counter"):
        case.mark(1, "failed", AGENT, reasons=["1.1"])
    assert [one.need for one in assist.home(kit.store, AGENT)] == [assist.Need.WAITING]


def test_a_lease_keeps_others_out_until_it_runs_out(kit: Kit) -> None:
    case = Case(kit)
    with pytest.raises(Refused, match="case-held"):
        case.mark(1, "received", clerk(2))
    kit.pass_(minutes=31)
    case.mark(1, "received", clerk(2))
    with pytest.raises(Refused, match="case-held"):
        case.mark(2, "received")
    case_lease.take_over(kit.store, SUPERVISOR, case.id, "人已离岗")
    case_lease.hand_over(kit.store, SUPERVISOR, case.id, "c03", "请继续")
    assert case.now["holder"] == "c03"
    assert [one["id"] for one in case_lease.held(kit.store, "c03")] == [case.id]
    told = case_notes.notes(kit.store, C1, case.id)
    assert [(one.kind, one.text) for one in told] == [
        ("handover", "请继续"),
        ("takeover", "人已离岗"),
    ]


def test_the_prereview_travels_with_the_number(kit: Kit) -> None:
    case = Case(kit, "co_setup", by=AGENT, applicant=WANG)
    number = kit.take("SP078").number
    case_link.link(kit.store, AGENT, case.id, number)
    assert [one["id"] for one in case_link.cases_of(kit.store, C1, number)] == [case.id]
    assert case_find.find(kit.store, C1, number)[0]["id"] == case.id


# -- finding


@pytest.mark.parametrize(
    "typed", ["大吉", "whdj", "djkj", "wuhan", "20260922-W01-0001", "W01-0001", "dj 武汉"]
)
def test_a_company_is_found(kit: Kit, typed: str) -> None:
    case = Case(kit)
    Case(kit, applicant=WANG)
    assert [one["id"] for one in case_find.find(kit.store, C1, typed)] == [case.id]


@pytest.mark.parametrize(("typed", "found"), [("王伟", 1), (WANG.identity, 1), ("王小", 0)])
def test_a_person_is_found_by_the_whole_name_and_not_listed(
    kit: Kit, typed: str, found: int
) -> None:
    case = Case(kit, applicant=WANG)
    assert len(case_find.find(kit.store, C1, typed)) == found
    assert "伟" not in case.row["title"] + case.row["find"]


# -- a new calendar


def test_a_new_calendar_counts_open_clocks_anew_and_leaves_a_trace(kit: Kit) -> None:
    case = Case(kit).accepted()
    body = dict(shipped()["calendar"])
    body |= {"version": "new", "holidays": [*body["holidays"], ["2026-09-23", "停电", "Outage"]]}
    new, moved = calendars.publish(kit.store, ADMINISTRATOR, body)
    assert new
    assert [(one.timer, one.was, one.now) for one in moved] == [
        ("decide", "2026-09-28", "2026-09-29")
    ]
    assert clock_of(case, "decide").due == date(2026, 9, 29)
    assert "clock.recomputed" in kit.kinds()
    with pytest.raises(Refused, match="edition-taken"):
        calendars.publish(kit.store, ADMINISTRATOR, {**body, "known_until": "2027-12-31"})
    with pytest.raises(Refused, match="calendar-bad"):
        calendars.publish(kit.store, ADMINISTRATOR, {"version": "x"})
    assert verify(kit.store).ok


# -- anything in any order


class AnyOrder(RuleBasedStateMachine):
    """Two cases worked by anybody in any order; refusals are fine, broken promises are not."""

    @initialize()
    def begin(self) -> None:
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.kit = Kit(Path(self.folder.name))
        self.cases = [Case(self.kit, "invoice"), Case(self.kit, "proj_plan", by=AGENT)]

    def teardown(self) -> None:
        if hasattr(self, "kit"):
            assert verify(self.kit.store).ok
            self.kit.close()
            self.folder.cleanup()

    def attempt(self, act: Any, *args: Any, **how: Any) -> None:
        try:
            act(self.kit.store, *args, **how)
        except Refused:
            return

    @rule(
        which=st.integers(0, 1),
        who=st.sampled_from([C1, C1, AGENT, SUPERVISOR]),
        no=st.integers(1, 6),
        state=st.sampled_from([one.value for one in MaterialState]),
    )
    def mark(self, which: int, who: Any, no: int, state: str) -> None:
        case = self.cases[which]
        self.attempt(
            case_materials.mark, who, case.id, no, state, reasons=[f"{no}.1"], evidence="已核验"
        )

    @rule(which=st.integers(0, 1), who=st.sampled_from([C1, AGENT]))
    def rest(self, which: int, who: Any) -> None:
        case = self.cases[which]
        for one in case.list.conditions:
            self.attempt(case_materials.answer, who, case.id, one.id, False)
        self.attempt(case_materials.mark_rest, who, case.id, "passed")

    @rule(which=st.integers(0, 1), no=st.integers(1, 6), days=st.integers(0, 3))
    def promise(self, which: int, no: int, days: int) -> None:
        case, day = self.cases[which], self.today + timedelta(days)
        self.attempt(case_promises.promise, C1, case.id, "tolerance", no, day, signed=True)

    @rule(
        which=st.integers(0, 1),
        who=st.sampled_from([C1, C1, C1, AGENT, SUPERVISOR]),
        place=st.integers(0, 40),
        reason=st.sampled_from(["", "有原因"]),
    )
    def move(self, which: int, who: Any, place: int, reason: str) -> None:
        case = self.cases[which]
        moves = [one.id for one in case.facts.flow.moves_from(case.state)]
        if moves:
            move = moves[place % len(moves)]
            said = {"competent": "某局", "days": "10", "procedure": "专家评审"}
            self.attempt(case_moves.move, who, case.id, move, reason=reason, **said)

    @rule(
        which=st.integers(0, 1),
        place=st.integers(0, 2),
        result=st.sampled_from(["agreed", "agreed", "refused", "returned"]),
    )
    def opinion(self, which: int, place: int, result: str) -> None:
        case = self.cases[which]
        tasks = case.facts.tasks
        if tasks:
            department = tasks[place % len(tasks)].department
            lacks = [Lack(text="缺图")] if result == "returned" else []
            self.attempt(
                case_tasks.opinion,
                clerk(2),
                case.id,
                department,
                result,
                text="意见",
                deficiencies=lacks,
            )

    @rule(which=st.integers(0, 1))
    def mend(self, which: int) -> None:
        for one in self.cases[which].facts.open_deficiencies:
            self.attempt(case_deficiencies.close, C1, one.id)

    @rule(hours=st.sampled_from([1, 24, 24 * 7]))
    def wait(self, hours: int) -> None:
        self.kit.pass_(minutes=60 * hours)

    @property
    def today(self) -> date:
        return date.fromisoformat(self.kit.store.env.day(self.kit.clock()))

    @invariant()
    def every_case_goes_on_or_is_over(self) -> None:
        for case in getattr(self, "cases", ()):
            facts, row = case.facts, case.now
            final = facts.status.final
            assert final == (row["closed_at"] is not None)
            ways = [one for one in facts.flow.moves_from(facts.state) if not one.automatic]
            assert final or ways
            live = [one for one in facts.clocks if one.state in ("running", "paused")]
            assert not (final and live)
            assert not (final and facts.open_promises)

    @invariant()
    def no_result_goes_out_while_a_paper_is_promised(self) -> None:
        for case in getattr(self, "cases", ()):
            facts = case.facts
            if facts.state in ("done_pass", "issued", "delivered"):
                assert not facts.open_promises

    @invariant()
    def a_second_notice_has_a_reason(self) -> None:
        for case in getattr(self, "cases", ()):
            reasons = [
                one
                for one in case_notes.notes(self.kit.store, C1, case.id)
                if one.kind == "reason" and one.to in ("correct", "ask_correction")
            ]
            assert len(reasons) >= case.now["notices"] - 1

    @invariant()
    def no_paper_is_promised_that_is_there(self) -> None:
        for case in getattr(self, "cases", ()):
            facts = case.facts
            for one in facts.open_promises:
                state = facts.material(one.no)[1].state
                assert state not in SETTLED


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=20,
    stateful_step_count=35,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
