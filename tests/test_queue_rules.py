"""The leg's state machine, rule by rule."""

from collections.abc import Callable
from typing import Any

import pytest

from hallclient.rules import policy as lanes
from hallclient.rules import queue
from hallclient.rules import visit as visit_rules
from hallclient.rules.catalogue import HoldReason, Outcome, Policy
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.queue import Changes

NOW = 1_790_038_800_000
SECOND, MINUTE = 1000, 60_000
POLICY = Policy("test")
FILL = HoldReason("fill", "", "", 10 * MINUTE)
DONE = Outcome("done", "", "")


def leg(state: str = queue.WAITING, **changes: Any) -> Leg:
    """A leg in this state, with what such a leg carries in the store."""
    at_window = {"window": "W01", "operator": "c01", "attempts": 1, "last_call_at": NOW}
    carried: dict[str, dict[str, Any]] = {
        queue.CALLED: at_window,
        queue.SERVING: at_window,
        queue.HELD: {"operator": "c01", "return_window": "W01", "timer_at": NOW + MINUTE},
        queue.EXTERNAL: {"operator": "c01", "return_window": "W01"},
        queue.PASSED: {"attempts": 3, "last_call_at": NOW, "timer_at": NOW + 30 * MINUTE},
        queue.DONE: {"closed_at": NOW, "operator": "c01"},
    }
    made = Leg(
        id="leg", visit="visit", day="2026-09-22", number="A001", item="SP078", line="setup",
        person=None, after="", state=state, ver=1, lane=lanes.ORDINARY,
        order_at=NOW - 30 * MINUTE, turn=1, ticket_at=NOW - 30 * MINUTE,
        ready_at=NOW - 30 * MINUTE, eligible_at=NOW - 30 * MINUTE, eligible_call=0, window=None,
        operator=None, since=NOW, attempts=0, last_call_at=None, reinstated=0, timer_at=None,
        return_window=None, reserved_for=None, reason=None, doubted_at=None, confirmed_at=None,
        closed_at=None,
    )  # fmt: skip
    return Leg(**{**made.row(), **carried.get(state, {}), **changes})


def moved(before: Leg, changes: Changes) -> Leg:
    return Leg(**{**before.row(), **changes})


def refused(code: str, **params: object) -> "pytest.RaisesExc[Refused]":
    def same(error: Refused) -> bool:
        return error.code == code and params.items() <= error.params.items()

    return pytest.RaisesExc(Refused, check=same)


LATER = NOW + 2 * MINUTE
ACTIONS: dict[str, Callable[[Leg], Changes]] = {
    "unblock": lambda leg: queue.unblock(leg, POLICY, LATER),
    "call": lambda leg: queue.call(leg, "W02", "c02", LATER),
    "recall": lambda leg: queue.recall(leg, POLICY, LATER),
    "start": lambda leg: queue.start(leg, LATER),
    "pass": lambda leg: queue.pass_over(leg, POLICY, LATER),
    "reinstate": lambda leg: queue.reinstate(leg, POLICY, 7, LATER),
    "expire": lambda leg: queue.expire(leg, LATER),
    "hold": lambda leg: queue.hold(leg, FILL, FILL.timer_ms, 0, POLICY, LATER),
    "resume": lambda leg: queue.resume(leg, "W02", "c02", LATER, away=False),
    "return": lambda leg: queue.give_back(leg, POLICY, LATER),
    "send-out": lambda leg: queue.send_out(leg, "printing", LATER),
    "come-back": lambda leg: queue.come_back(leg, POLICY, LATER),
    "release": lambda leg: queue.release(leg, POLICY, LATER),
    "finish": lambda leg: queue.finish(leg, DONE, LATER),
    "transfer": lambda leg: queue.transfer(leg, "next", LATER),
    "cancel": lambda leg: queue.cancel(leg, "cancelled_by_visitor", LATER),
    "walk-out": lambda leg: queue.walk_out(leg, LATER),
    "reopen": lambda leg: queue.reopen(leg, "W02", "c02", POLICY, LATER),
    "take-over": lambda leg: queue.take_over(leg, POLICY, LATER),
    "day-end": lambda leg: queue.end_of_day(leg, POLICY, LATER),
    "break-off": lambda leg: queue.break_off(leg, LATER),
    "carry-over": lambda leg: queue.carry_over(leg, LATER),
}
# Written out from the table of the design, not taken from the code.
REACHED = """
    unblock   blocked>waiting
    call      waiting>called
    recall    called>called
    start     called>serving
    pass      called>passed
    reinstate passed>waiting
    expire    passed>abandoned
    hold      serving>held
    resume    held>serving
    return    held>waiting
    send-out  serving>external
    come-back external>waiting
    release   waiting>waiting
    finish    serving>done
    transfer  called>transferred serving>transferred
    cancel    blocked>cancelled waiting>cancelled held>cancelled passed>cancelled external>cancelled
    walk-out  blocked>abandoned waiting>abandoned
    reopen    done>serving
    take-over called>waiting serving>waiting
    day-end   blocked>abandoned waiting>abandoned called>abandoned held>abandoned passed>abandoned
    day-end   external>abandoned
    break-off serving>cancelled
    carry-over blocked>carried_over waiting>carried_over held>carried_over external>carried_over
"""
TABLE = {
    (action, step.split(">")[0]): step.split(">")[1]
    for action, *steps in (row.split() for row in REACHED.strip().splitlines())
    for step in steps
}
STATES = sorted(queue.OPEN | queue.FINAL)


def test_every_action_and_state_is_in_the_table() -> None:
    assert set(ACTIONS) == set(queue.TRANSITIONS) == {action for action, _ in TABLE}
    assert {state for _, state in TABLE} | set(TABLE.values()) == set(STATES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_transition(action: str, state: str) -> None:
    before = leg(state)
    untouched = before.row()
    reached = TABLE.get((action, state))
    if reached is None:
        with refused("wrong-state", number="A001", state=state, action=action):
            ACTIONS[action](before)
    else:
        assert moved(before, ACTIONS[action](before)).state == reached
    assert before.row() == untouched, "a rule says what changes, it changes nothing"


@pytest.mark.parametrize(("action", "state"), sorted(TABLE))
def test_a_leg_has_a_window_only_while_it_is_at_one(action: str, state: str) -> None:
    after = moved(leg(state), ACTIONS[action](leg(state)))
    if after.state in queue.AT_WINDOW:
        assert after.window is not None
        assert after.operator is not None
    elif after.state not in (queue.DONE, queue.TRANSFERRED):
        assert after.window is None
    assert (after.closed_at is not None) == (after.state in queue.FINAL)


@pytest.mark.parametrize(("action", "state"), sorted(TABLE))
def test_only_the_pool_or_somebody_sees_a_waiting_leg(action: str, state: str) -> None:
    """One in the lane of returns that no window returns to would never be called."""
    before = leg(state, lane=lanes.RETURN)
    if state == queue.WAITING:
        before.return_window = "W01"
    after = moved(before, ACTIONS[action](before))
    if after.state == queue.WAITING:
        seen = after.return_window or after.reserved_for
        assert after.lane in lanes.POOL_LANES or (after.lane == lanes.RETURN and seen)
        assert after.lane in lanes.POOL_LANES or after.timer_at is not None


# -- joining a line


def booked(minutes: float) -> tuple[str, int]:
    """Lane and place of a booking that checks in so many minutes after its slot."""
    slot = NOW
    lane, order_at = lanes.lane_of(None, slot, POLICY, round(slot + minutes * MINUTE))
    return lane, order_at - slot


def test_without_booking_or_priority_a_number_is_ordinary() -> None:
    assert lanes.lane_of(None, None, POLICY, NOW) == (lanes.ORDINARY, NOW)


def test_a_verified_priority_goes_before_a_booking() -> None:
    assert lanes.lane_of("elderly", NOW + 90 * MINUTE, POLICY, NOW) == (lanes.PRIORITY, NOW)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-15, (lanes.BOOKED, 0)),
        (-1, (lanes.BOOKED, 0)),
        (0, (lanes.BOOKED, 0)),
        (7, (lanes.BOOKED, 7 * MINUTE)),
        (15, (lanes.BOOKED, 15 * MINUTE)),
        (15 + 1 / MINUTE, (lanes.ORDINARY, 15 * MINUTE + 1)),
        (60, (lanes.ORDINARY, 60 * MINUTE)),
    ],
)
def test_a_booking_at_the_door(minutes: float, expected: tuple[str, int]) -> None:
    assert booked(minutes) == expected


@pytest.mark.parametrize(("minutes", "left"), [(-15 - 1 / MINUTE, 1), (-16, 1), (-75, 60)])
def test_a_booking_that_comes_too_early_hears_how_long_to_wait(minutes: float, left: int) -> None:
    with refused("booking-early", minutes=left):
        booked(minutes)


# -- calling, calling again, passing


def test_a_call_is_the_first_announcement() -> None:
    after = moved(leg(), queue.call(leg(), "W02", "c02", NOW))
    assert (after.window, after.operator, after.attempts, after.last_call_at, after.since) == (
        "W02", "c02", 1, NOW, NOW,
    )  # fmt: skip


def test_recalls_keep_a_distance() -> None:
    with refused("recall-too-soon", seconds=1):
        queue.recall(leg(queue.CALLED), POLICY, NOW + 20 * SECOND - 1)
    after = moved(leg(queue.CALLED), queue.recall(leg(queue.CALLED), POLICY, NOW + 20 * SECOND))
    assert (after.attempts, after.last_call_at) == (2, NOW + 20 * SECOND)
    with refused("recall-too-soon", seconds=20):
        queue.recall(after, POLICY, NOW + 20 * SECOND)


def test_recalls_have_a_limit() -> None:
    called = leg(queue.CALLED)
    for _ in range(POLICY.recall_max):
        called = moved(called, queue.recall(called, POLICY, (called.last_call_at or 0) + MINUTE))
    assert called.attempts == 1 + POLICY.recall_max
    with refused("recall-limit", limit=POLICY.recall_max):
        queue.recall(called, POLICY, NOW + 60 * MINUTE)


def test_a_pass_needs_three_announcements_or_ninety_seconds() -> None:
    with refused("pass-too-early", attempts=2, seconds=90):
        queue.pass_over(leg(queue.CALLED), POLICY, NOW)
    with refused("pass-too-early", attempts=1, seconds=1):
        queue.pass_over(leg(queue.CALLED, attempts=2), POLICY, NOW + 90 * SECOND - 1)
    for late, attempts in ((90 * SECOND, 1), (0, 3)):
        called = leg(queue.CALLED, attempts=attempts)
        after = moved(called, queue.pass_over(called, POLICY, NOW + late))
        assert (after.state, after.window) == (queue.PASSED, None)
        assert after.timer_at == NOW + late + POLICY.passed_expires_ms


def test_the_second_pass_is_the_end() -> None:
    called = leg(queue.CALLED, reinstated=1, attempts=3)
    after = moved(called, queue.pass_over(called, POLICY, NOW))
    assert (after.state, after.reason, after.timer_at) == (queue.ABANDONED, queue.NO_SHOW, None)


def test_a_passed_number_comes_back_once_at_its_place() -> None:
    passed = leg(queue.PASSED)
    after = moved(passed, queue.reinstate(passed, POLICY, 7, NOW + MINUTE))
    assert after.eligible_at == NOW + POLICY.recent_call_gap_ms
    assert after.eligible_call == 7 + POLICY.reinstate_after_calls
    assert (after.order_at, after.lane, after.timer_at) == (passed.order_at, passed.lane, None)
    assert after.reinstated == 1
    with refused("reinstate-limit"):
        queue.reinstate(leg(queue.PASSED, reinstated=1), POLICY, 7, NOW)


def test_one_who_returns_late_is_eligible_at_once() -> None:
    later = NOW + 20 * MINUTE
    assert queue.reinstate(leg(queue.PASSED), POLICY, 0, later)["eligible_at"] == later


@pytest.mark.parametrize(
    ("priority", "lane", "order_at"),
    [(False, lanes.JOINT, NOW - 45 * MINUTE), (True, lanes.PRIORITY, NOW - 30 * MINUTE)],
)
def test_a_return_goes_to_the_pool_with_a_credit_or_its_priority(
    priority: bool, lane: str, order_at: int
) -> None:
    passed = leg(queue.PASSED, lane=lanes.RETURN)
    after = moved(passed, queue.reinstate(passed, POLICY, 0, NOW, priority=priority))
    assert (after.lane, after.order_at) == (lane, order_at)
    called = leg(queue.SERVING, lane=lanes.RETURN)
    after = moved(called, queue.take_over(called, POLICY, NOW, priority=priority))
    assert (after.lane, after.order_at) == (lane, order_at)


# -- at a window


def test_starting_ends_the_walk_and_forgets_a_doubt() -> None:
    called = leg(queue.CALLED, since=NOW - MINUTE, doubted_at=NOW - 1)
    assert queue.start(called, NOW) == {"state": queue.SERVING, "since": NOW, "doubted_at": None}


def test_a_hold_has_a_reason_a_timer_and_a_window_to_come_back_to() -> None:
    serving = leg(queue.SERVING)
    after = moved(serving, queue.hold(serving, FILL, 10 * MINUTE, 2, POLICY, NOW))
    assert (after.reason, after.timer_at) == ("fill", NOW + 10 * MINUTE)
    assert (after.return_window, after.window, after.operator) == ("W01", None, "c01")


def test_a_clerk_holds_three_at_most() -> None:
    with refused("hold-full", limit=3):
        queue.hold(leg(queue.SERVING), FILL, MINUTE, 3, POLICY, NOW)


@pytest.mark.parametrize("timer", [-MINUTE, 0, 120 * MINUTE + 1])
def test_a_hold_has_its_bounds(timer: int) -> None:
    with refused("hold-minutes", longest=120):
        queue.hold(leg(queue.SERVING), FILL, timer, 0, POLICY, NOW)
    assert queue.hold(leg(queue.SERVING), FILL, 120 * MINUTE, 0, POLICY, NOW)


@pytest.mark.parametrize("away", [False, True])
def test_one_who_left_the_window_is_called_first(away: bool) -> None:
    after = moved(leg(queue.HELD), queue.resume(leg(queue.HELD), "W02", "c02", NOW, away=away))
    assert after.state == (queue.CALLED if away else queue.SERVING)
    assert (after.window, after.operator) == ("W02", "c02")
    assert (after.timer_at, after.return_window, after.reason) == (None, None, None)
    if away:
        assert (after.attempts, after.last_call_at) == (1, NOW)


@pytest.mark.parametrize(
    ("state", "rule"), [(queue.HELD, queue.give_back), (queue.EXTERNAL, queue.come_back)]
)
def test_a_return_waits_for_its_window_first(
    state: str, rule: Callable[[Leg, Policy, int], Changes]
) -> None:
    after = moved(leg(state), rule(leg(state), POLICY, NOW))
    assert (after.lane, after.return_window, after.ready_at) == (lanes.RETURN, "W01", NOW)
    assert after.timer_at == NOW + POLICY.reserved_ms
    free = moved(after, queue.release(after, POLICY, NOW + POLICY.reserved_ms))
    assert (free.state, free.lane, free.return_window) == (queue.WAITING, lanes.JOINT, None)
    assert (free.order_at, free.timer_at) == (NOW - POLICY.joint_credit_ms, None)


def test_a_released_transfer_keeps_its_ticket_time() -> None:
    """It was never a return: handing on must not cost its place."""
    handed = leg(lane=lanes.RETURN, ready_at=NOW, return_window="W02", timer_at=NOW + 1)
    after = moved(handed, queue.release(handed, POLICY, NOW))
    assert after.order_at == handed.ticket_at


def test_coming_back_early_drops_what_it_waited_for() -> None:
    outside = leg(queue.EXTERNAL, after="first asked")
    assert queue.come_back(outside, POLICY, NOW, after=("first",))["after"] == "first"


def test_finish_and_transfer_keep_the_window_in_the_record() -> None:
    for changes in (
        queue.finish(leg(queue.SERVING), DONE, NOW),
        queue.transfer(leg(queue.SERVING), "clerk", NOW),
    ):
        after = moved(leg(queue.SERVING), changes)
        assert (after.window, after.closed_at) == ("W01", NOW)
    assert queue.finish(leg(queue.SERVING), DONE, NOW)["reason"] == "done"
    assert queue.transfer(leg(queue.SERVING), "clerk", NOW)["reason"] == "transferred_clerk"


def test_reopening_has_its_time() -> None:
    done = leg(queue.DONE, closed_at=NOW)
    after = moved(done, queue.reopen(done, "W02", "c02", POLICY, NOW + POLICY.reopen_ms))
    assert (after.state, after.window, after.closed_at, after.reason) == (
        queue.SERVING, "W02", None, None,
    )  # fmt: skip
    with refused("reopen-late", minutes=10):
        queue.reopen(done, "W02", "c02", POLICY, NOW + POLICY.reopen_ms + 1)


def test_taking_over_keeps_the_place_in_line() -> None:
    serving = leg(queue.SERVING, doubted_at=NOW)
    after = moved(serving, queue.take_over(serving, POLICY, NOW))
    assert (after.order_at, after.lane) == (serving.order_at, lanes.ORDINARY)
    assert (after.operator, after.doubted_at, after.eligible_at) == (None, None, NOW)


# -- a finish that was forgotten


@pytest.mark.parametrize(
    ("p95", "limit"),
    [
        (40 * MINUTE, 60 * MINUTE),
        (8 * MINUTE, 30 * MINUTE),  # never below the floor
    ],
)
def test_doubt(p95: int, limit: int) -> None:
    serving = leg(queue.SERVING)
    assert not queue.doubtful(serving, p95, POLICY, NOW + limit)
    assert queue.doubtful(serving, p95, POLICY, NOW + limit + 1)


def test_a_doubt_is_raised_once_and_again_after_an_answer() -> None:
    assert not queue.doubtful(leg(queue.SERVING, doubted_at=NOW), 0, POLICY, NOW + 999 * MINUTE)
    answered = leg(queue.SERVING, confirmed_at=NOW + 40 * MINUTE)
    assert not queue.doubtful(answered, 0, POLICY, NOW + 70 * MINUTE)
    assert queue.doubtful(answered, 0, POLICY, NOW + 70 * MINUTE + 1)


@pytest.mark.parametrize("state", sorted(queue.OPEN - {queue.SERVING}))
def test_only_service_is_doubted(state: str) -> None:
    assert not queue.doubtful(leg(state), 0, POLICY, NOW + 999 * MINUTE)


# -- several services on one number


def test_what_follows_goes_on_with_a_credit() -> None:
    blocked = leg(queue.BLOCKED, after="x")
    after = moved(blocked, queue.unblock(blocked, POLICY, NOW))
    assert (after.lane, after.order_at) == (lanes.JOINT, NOW - POLICY.joint_credit_ms)
    assert (after.ready_at, after.eligible_at) == (NOW, NOW)


def test_what_follows_keeps_a_priority_and_its_ticket_time() -> None:
    blocked = leg(queue.BLOCKED, after="x", lane=lanes.PRIORITY)
    after = moved(blocked, queue.unblock(blocked, POLICY, NOW))
    assert (after.lane, after.order_at) == (lanes.PRIORITY, blocked.order_at)


def test_a_follower_is_blocked_again_only_before_it_has_begun() -> None:
    assert moved(leg(), queue.block_again(leg(), NOW)).state == queue.BLOCKED
    for begun in (leg(attempts=1), leg(queue.CALLED), leg(queue.HELD), leg(queue.DONE)):
        with refused("followers-begun"):
            queue.block_again(begun, NOW)
    asking = leg(reason=queue.CONSULT, return_window="W01", attempts=1, timer_at=NOW)
    after = moved(asking, queue.block_again(asking, NOW))
    assert (after.state, after.return_window, after.timer_at) == (queue.EXTERNAL, "W01", None)


@pytest.mark.parametrize(
    ("states", "ready", "ended"),
    [
        ({"x": queue.DONE, "y": queue.DONE}, True, True),
        ({"x": queue.DONE, "y": queue.SERVING}, False, False),
        ({"x": queue.DONE, "y": queue.CANCELLED}, False, True),
        ({"x": queue.DONE}, False, False),
    ],
)
def test_readiness(states: dict[str, str], ready: bool, ended: bool) -> None:
    follower = leg(queue.BLOCKED, after="x y")
    assert visit_rules.ready_after(follower, states) is ready
    assert visit_rules.all_ended(follower, states) is ended


def test_order_of_services() -> None:
    assert visit_rules.in_order({"c": ["b"], "a": [], "b": ["a"]}) == ["a", "b", "c"]
    assert visit_rules.in_order({"b": [], "a": []}) == ["b", "a"]
    with refused("dependency-cycle"):
        visit_rules.in_order({"a": ["b"], "b": ["a"]})


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((queue.DONE, queue.BLOCKED), "open"),
        ((queue.DONE, queue.ABANDONED, queue.CANCELLED), "done"),
        ((queue.TRANSFERRED, queue.DONE), "done"),
        ((queue.TRANSFERRED, queue.ABANDONED, queue.CANCELLED), "abandoned"),
        ((queue.TRANSFERRED, queue.CANCELLED), "cancelled"),
        ((queue.DONE, queue.CARRIED_OVER, queue.ABANDONED), "carried_over"),
        *(((state,), "open") for state in sorted(queue.OPEN)),
    ],
)
def test_visit_state(states: tuple[str, ...], expected: str) -> None:
    assert visit_rules.visit_state(states) == expected
