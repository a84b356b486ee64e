"""One case through the real steps, and what a supervisor sees of it at each."""

from datetime import date

from hallclient.actions import (
    case_deficiencies,
    case_ledger,
    case_load,
    case_moves,
    case_overview,
    case_promises,
    case_queues,
    case_tasks,
    case_watch,
    watch,
)
from hallclient.actions.case_figures import review_figures
from hallclient.actions.case_tasks import Lack
from hallclient.actions.certificates import certificates_of
from hallclient.actions.watch import Memory
from hallclient.rules.alarms import CASE_LATE, NO_NOTICE, OF_CASES, PROMISE_LATE
from hallclient.rules.lights import Light
from hallclient.rules.review.watch import QUEUES
from tests.casekit import C1, Case
from tests.certkit import handed, printed, sealed, stocked
from tests.hallkit import AGENT, SUPERVISOR, Kit
from tests.watchkit import at


def where(kit: Kit, case: Case) -> set[str]:
    """The queues that a case stands in, beside the holder's own."""
    found = {
        name
        for name in QUEUES
        for one in case_queues.queue(kit.store, C1, name)
        if one.case.id == case.id
    }
    return found - {"mine"}


def alarms(kit: Kit) -> set[str]:
    view = watch.watch(kit.store, SUPERVISOR, Memory())
    return {one.key.kind for one in view.alarms if one.key.kind in OF_CASES}


def test_a_case_is_seen_at_every_step(kit: Kit) -> None:
    store = kit.store
    case = Case(kit, "build", by=AGENT)
    for no in case.list.by_no:
        case.mark(no, "passed", AGENT)
    case.move("begin_prereview", AGENT)
    case.move("pass_prereview", AGENT)
    assert where(kit, case) == {"to-receive"}
    assert [one.passed for one in case_load.agents(store, SUPERVISOR) if one.agent == "a01"] == [1]
    kit.pass_(minutes=40)  # the agent's lease is over

    case.move("receive")
    assert where(kit, case) == {"to-accept"}
    assert (case_watch.silences(store, SUPERVISOR), alarms(kit)) == ([], set())
    kit.clock.ms = at("2026-09-28")
    (silent,) = case_watch.silences(store, SUPERVISOR)
    assert (silent.day, silent.deemed, silent.until) == (3, False, date(2026, 9, 30))
    assert alarms(kit) == {NO_NOTICE}

    case.fail(1)
    case.move("correct")
    assert (case_watch.silences(store, SUPERVISOR), alarms(kit), where(kit, case)) == (
        [],
        set(),
        set(),
    )
    kit.clock.ms = at("2026-09-29")
    case.mark(1, "passed")
    assert where(kit, case) == {"corrections-in"}
    case.fail(2)
    case.move("correct", reason="又发现")
    (again,) = case_ledger.second_notices(store, SUPERVISOR, "2026-09-29", reasons=True)
    assert (again.nth, again.by, again.reason) == (2, "c01", "又发现")
    case.mark(2, "passed")
    # A tolerable paper proves wrong after all: it is promised.
    case.mark(7, "failed", reasons=[case.list.by_no[7].reasons[0].code])
    due = case_promises.latest(store, C1, case.id, 7)
    case_promises.promise(store, C1, case.id, "tolerance", 7, due, signed=True)
    case.move("accept_tolerant")
    assert where(kit, case) == set()
    assert [one.department for one in case_load.departments(store, SUPERVISOR)]
    assert {one.at for one in case_watch.deadlines(store, SUPERVISOR)} >= {"", "construction"}

    case_tasks.opinion(store, C1, case.id, "planning", "agreed")
    lack = Lack(text="间距不足", how="改图")
    case_tasks.opinion(store, C1, case.id, "construction", "returned", deficiencies=[lack])
    assert where(kit, case) == {"returned"}
    case.move("ask_correction", reason="部门退回")
    paused = [one for one in case_watch.deadlines(store, SUPERVISOR) if one.light is Light.PAUSED]
    assert [one.clock.timer for one in paused] == ["decide"]
    (open_,) = case.facts.open_deficiencies
    case_deficiencies.close(store, C1, open_.id)
    assert case.state == "handling"
    kit.clock.ms = at("2026-10-20")
    # The whole is late, so its steps are not told beside it.
    assert alarms(kit) == {CASE_LATE, PROMISE_LATE}
    assert [one.kind for one in case_ledger.promises(store, SUPERVISOR)] == ["tolerance"]
    assert case_overview.overview(store, SUPERVISOR).promises_late == 1
    case_tasks.opinion(store, C1, case.id, "construction", "agreed")
    case.mark(7, "passed")
    assert where(kit, case) == {"to-decide"}
    assert case_load.late_steps(store, SUPERVISOR) == []
    stocked(kit)
    case.move("grant")
    assert where(kit, case) == {"to-issue"}
    (permit,) = certificates_of(store, C1, case.id)
    printed(kit, sealed(kit, permit))
    assert where(kit, case) == {"to-hand-over"}
    handed(kit, permit)
    case.move("archive")
    assert case_watch.deadlines(store, SUPERVISOR) == []
    assert alarms(kit) == set()
    stamped = {row["id"] for row in store.rows("SELECT id FROM paper WHERE stamped = 1")}
    used = case_ledger.seals(store, SUPERVISOR, "2026-09-01", "2026-10-31")
    assert {one.paper for one in used} == stamped
    assert len(used) >= 5

    found = review_figures(store, SUPERVISOR, "deficiencies", "2026-09-22", by=["reason", "place"])
    total = {name: (one.value, one.of) for name, one in found.total.items()}
    assert total["received"][0] == total["opened"][0] == 1
    assert total["first-pass"] == (0, 1)
    assert total["second-notice"] == (1, 1)
    assert total["tolerated"] == (1, 1)
    assert found.total["days-to-notice"].longest == 3
    assert "department:construction" in found.groups["place"]
    assert any(key.startswith("build/1.1") for key in found.groups["reason"])
    clocks = review_figures(store, SUPERVISOR, "deadlines", "2026-09-01", "2026-10-31", ["timer"])
    assert clocks.groups["timer"]["decide"]["late"].value == 1
    assert clocks.groups["timer"]["notice5"]["in-time"].value >= 1
    kept = review_figures(store, SUPERVISOR, "promises", "2026-09-29")
    assert (kept.total["promise-kept"].value, kept.total["promise-kept"].of) == (1, 1)


def test_what_can_be_done_from_a_queue_is_what_the_queue_says(kit: Kit) -> None:
    """The one main action of a queue is among the moves that its case may make."""
    case = Case(kit, "si_reg").settle()
    for state, move in (("to-accept", "receive"), ("to-decide", "accept"), ("to-issue", "grant")):
        case.move(move)
        assert state in where(kit, case)
        offers = case_moves.offered(kit.store, C1, case.facts)
        able = {one.move.id for one in offers if not one.why_not}
        assert QUEUES[state].move in able
    case.move("issue")
    assert where(kit, case) == {"to-hand-over"}
