"""Queues of work: each case where its next step is, and nobody's step in two queues."""

import pytest

from hallclient.actions import case_queues
from hallclient.actions.editions import flow_in
from hallclient.rules.errors import Refused
from hallclient.rules.review.watch import QUEUES
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk
from tests.watchkit import Desk, at


@pytest.fixture
def desk(kit: Kit) -> Desk:
    return Desk(kit)


def numbers(kit: Kit, queue: str, number: int = 1) -> list[str]:
    return [one.case.number for one in case_queues.queue(kit.store, clerk(number), queue)]


def test_each_state_waits_where_its_next_step_is(desk: Desk) -> None:
    kit = desk.kit
    waits = {
        "to-receive": "prereview_ok",
        "to-accept": "received",
        "corrections-in": "corrected",
        "to-issue": "done_pass",
        "to-hand-over": "issued",
    }
    made = {queue: desk.case(state)["number"] for queue, state in waits.items()}
    for state in ("draft", "prereview", "correction", "mending", "special", "delivered"):
        desk.case(state)
    desk.case("received", closed_at=kit.clock.ms)
    for queue, number in made.items():
        assert numbers(kit, queue) == [number]


def test_what_is_joined_is_to_be_decided_and_what_came_back_is_not(desk: Desk) -> None:
    kit = desk.kit
    instant, open_, joined, returned, told, mended = (
        desk.case(state) for state in ("accepted", *["handling"] * 5)
    )
    for row in (open_, joined, returned, told, mended):
        desk.task(row, "market", "2026-09-25", state="agreed", done_at=at("2026-09-21"))
    desk.task(open_, "fire", "2026-09-25")
    desk.task(returned, "fire", "2026-09-25", state="returned", done_at=at("2026-09-21"))
    desk.deficiency(returned, source="department", ref="fire")
    desk.deficiency(told)
    desk.task(mended, "fire", "2026-09-25", state="returned", done_at=at("2026-09-18"))
    desk.deficiency(mended, source="department", ref="fire", closed_at=at("2026-09-21"))
    assert set(numbers(kit, "to-decide")) == {
        instant["number"],
        joined["number"],
        mended["number"],
    }
    assert numbers(kit, "returned") == [returned["number"]]


def test_mine_is_what_i_hold(desk: Desk) -> None:
    kit = desk.kit
    mine, other, lapsed = desk.case(by=clerk(2)), desk.case(by=clerk(3)), desk.case(by=clerk(2))
    desk.put(lapsed["id"], "case_file", lease_until=kit.clock.ms - 1)
    assert numbers(kit, "mine", 2) == [mine["number"], lapsed["number"]]
    assert numbers(kit, "mine", 3) == [other["number"]]
    held = [one.case.holder for one in case_queues.queue(kit.store, clerk(2), "mine")]
    assert held == ["c02", ""]


def test_who_has_waited_longest_is_in_front_and_the_count_is_the_list(desk: Desk) -> None:
    kit = desk.kit
    made = []
    for _ in range(7):
        made.append(desk.case("received")["number"])
        kit.pass_(minutes=1)
    first = kit.clock.ms - 7 * 60_000
    filled = {one.queue.id: one for one in case_queues.queues(kit.store, clerk(1))}
    assert (filled["to-accept"].n, filled["to-accept"].oldest) == (7, first)
    assert (filled["returned"].n, filled["returned"].oldest) == (0, None)
    assert list(filled) == list(QUEUES)
    pages = [
        case_queues.queue(kit.store, clerk(1), "to-accept", most=3, skip=skip) for skip in (0, 3, 6)
    ]
    assert [one.case.number for page in pages for one in page] == made
    for queue in QUEUES:
        assert filled[queue].n == len(case_queues.queue(kit.store, clerk(1), queue))


def test_a_queue_names_states_and_a_move_of_the_flow(desk: Desk) -> None:
    flow = flow_in(desk.kit.store, desk.case()["flow"])
    for queue in QUEUES.values():
        assert set(queue.states) <= set(flow.state)
        assert not any(flow.state[state].final for state in queue.states)
        if queue.move:
            assert set(flow.move[queue.move].sources) & set(queue.states)
    named = [state for queue in QUEUES.values() for state in queue.states]
    # Only what departments review is in two: with what came back, or with what is joined.
    assert {state for state in named if named.count(state) > 1} == {"handling"}


def test_queues_are_for_the_hall(kit: Kit) -> None:
    for who in (clerk(1), AGENT, SUPERVISOR):
        assert len(case_queues.queues(kit.store, who)) == len(QUEUES)
    with pytest.raises(Refused, match="not-allowed"):
        case_queues.queues(kit.store, ADMINISTRATOR)
    with pytest.raises(Refused, match="no-such-queue"):
        case_queues.queue(kit.store, clerk(1), "yours")
