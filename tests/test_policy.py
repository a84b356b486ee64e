"""Who is next: the rule by example and by property."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.rules import policy
from hallclient.rules.catalogue import Line, PlanKind, Policy
from hallclient.rules.policy import Choice, Head, LineCount, choose, wait_of

NOW = 1_790_038_800_000
MINUTE = 60_000
POLICY = Policy("test")
LINES = {
    "setup": Line("setup", "A", "", "", 20 * MINUTE, 17 * MINUTE, 40 * MINUTE),
    "general": Line("general", "G", "", "", 15 * MINUTE, 9 * MINUTE, 22 * MINUTE),
    "collect": Line("collect", "E", "", "", 10 * MINUTE, 3 * MINUTE, 8 * MINUTE),
}
MAIN, SPARE, EMERGENCY = PlanKind.MAIN, PlanKind.SPARE, PlanKind.EMERGENCY
ONLY_SETUP = {"setup": MAIN}


def head(leg: str, lane: str, waited: float, line: str = "setup", **changes: Any) -> Head:
    """One that has waited so many minutes; a booking's slot was so many minutes ago."""
    at = NOW - round(waited * MINUTE)
    order_at = at - POLICY.joint_credit_ms if lane == policy.JOINT else at
    return Head(leg, line, lane, order_at, at, at)._replace(**changes)


def ordinary(leg: str, waited: float, line: str = "setup") -> Head:
    return head(leg, policy.ORDINARY, waited, line)


def pick(
    *heads: Head, plan: Mapping[str, PlanKind] = ONLY_SETUP, due_run: int = 0, **changes: Any
) -> Choice:
    counts = {line: LineCount(10, due_run) for line in LINES}
    found = choose(heads, plan, LINES, counts, POLICY, NOW, **changes)
    assert found is not None
    return found


def picked(*heads: Head, **changes: Any) -> tuple[str, str]:
    found = pick(*heads, **changes)
    return found.head.leg, found.band


# -- bands


def test_nobody() -> None:
    assert choose([], ONLY_SETUP, LINES, {}, POLICY, NOW) is None


def test_a_return_goes_before_everybody() -> None:
    back = head("back", policy.RETURN, 0)
    assert picked(
        back, head("p", policy.PRIORITY, 30), head("b", policy.BOOKED, 30), ordinary("o", 300)
    ) == ("back", policy.BAND_RETURN)


def test_returns_go_by_the_time_they_were_ready() -> None:
    early = head("z", policy.RETURN, 2, order_at=NOW)
    assert picked(head("a", policy.RETURN, 1), early)[0] == "z"


@pytest.mark.parametrize("lane", [policy.PRIORITY, policy.BOOKED])
def test_due_goes_before_ordinary(lane: str) -> None:
    assert picked(head("due", lane, 0), ordinary("o", 19)) == ("due", policy.BAND_DUE)


def test_due_ones_go_by_their_due_time() -> None:
    assert picked(head("p", policy.PRIORITY, 3), head("b", policy.BOOKED, 4))[0] == "b"
    assert picked(head("p", policy.PRIORITY, 5), head("b", policy.BOOKED, 4))[0] == "p"


@pytest.mark.parametrize(("ahead_ms", "first"), [(120_000, "b"), (120_001, "o")])
def test_a_booking_is_due_two_minutes_before_its_slot(ahead_ms: int, first: str) -> None:
    slot = head("b", policy.BOOKED, 0, order_at=NOW + ahead_ms)
    assert picked(slot, ordinary("o", 1))[0] == first


def test_a_booking_before_its_slot_is_called_when_nobody_else_waits() -> None:
    slot = head("b", policy.BOOKED, 0, order_at=NOW + 10 * MINUTE)
    found = pick(slot)
    assert (found.head.leg, found.band, found.wait_ms) == ("b", policy.BAND_ORDINARY, 0)


def test_continuations_compete_with_ordinary_ones_by_a_credit() -> None:
    assert picked(head("j", policy.JOINT, 1), ordinary("o", 15.9))[0] == "j"
    assert picked(head("j", policy.JOINT, 1), ordinary("o", 16.1))[0] == "o"


# -- interleave


@pytest.mark.parametrize(
    ("due_run", "waited", "band"),
    [
        (1, 25, policy.BAND_DUE),
        (2, 19.9, policy.BAND_DUE),
        (2, 20, policy.BAND_INTERLEAVE),
        (5, 39, policy.BAND_INTERLEAVE),
    ],
)
def test_interleave(due_run: int, waited: float, band: str) -> None:
    assert pick(head("p", policy.PRIORITY, 1), ordinary("o", waited), due_run=due_run).band == band


def test_two_to_one_over_a_long_row() -> None:
    bands = []
    count = LineCount()
    for _ in range(9):
        due, other = head("p", policy.PRIORITY, 1), ordinary("o", 30)
        found = choose([due, other], ONLY_SETUP, LINES, {"setup": count}, POLICY, NOW)
        assert found is not None
        bands.append(found.band)
        count = count.after(found.band)
    assert bands == [policy.BAND_DUE, policy.BAND_DUE, policy.BAND_INTERLEAVE] * 3
    assert count == LineCount(9, 0)


def test_a_return_leaves_the_counts_of_the_line_alone() -> None:
    assert LineCount(4, 2).after(policy.BAND_RETURN) == LineCount(4, 2)


# -- starvation guard


@pytest.mark.parametrize(("waited", "band"), [(40, policy.BAND_DUE), (40.1, policy.BAND_GUARD)])
def test_the_guard_begins_beyond_twice_the_target(waited: float, band: str) -> None:
    assert pick(head("p", policy.PRIORITY, 1), ordinary("o", waited)).band == band


def test_the_guard_skips_one_turn() -> None:
    heads = head("p", policy.PRIORITY, 1), ordinary("o", 90)
    assert picked(*heads) == ("o", policy.BAND_GUARD)
    assert picked(*heads, guarded=True) == ("p", policy.BAND_DUE)


def test_without_anyone_due_there_is_nothing_to_guard_against() -> None:
    assert picked(ordinary("o", 90)) == ("o", policy.BAND_ORDINARY)


def test_the_guard_of_one_line_goes_before_the_due_of_another() -> None:
    plan = {"setup": MAIN, "general": MAIN}
    assert picked(head("p", policy.PRIORITY, 10), ordinary("o", 31, "general"), plan=plan) == (
        "o",
        policy.BAND_GUARD,
    )


# -- the window's plan


PLAN = {"setup": MAIN, "general": SPARE, "collect": EMERGENCY}


def test_a_spare_line_waits_for_the_own_to_be_empty() -> None:
    assert picked(ordinary("own", 0), ordinary("s", 20, "general"), plan=PLAN)[0] == "own"
    found = pick(ordinary("s", 1, "general"), plan=PLAN)
    assert (found.head.leg, found.spare) == ("s", True)


def test_a_spare_line_counts_as_own_when_its_oldest_waits_long() -> None:
    late = ordinary("s", 20 + 1 / MINUTE, "general")
    assert picked(ordinary("own", 5), late, plan=PLAN)[0] == "s"
    assert picked(ordinary("own", 39), late, plan=PLAN)[0] == "own"


def test_a_late_spare_line_offers_its_own_first() -> None:
    """Its oldest makes it late; who of it is called is the line's business."""
    late = ordinary("s", 25, "general")
    due = head("p", policy.PRIORITY, 1, "general")
    found = pick(ordinary("own", 5), late, due, plan=PLAN)
    assert (found.head.leg, found.band, found.spare) == ("p", policy.BAND_DUE, True)


def test_an_emergency_line_only_when_it_is_on() -> None:
    waiting = ordinary("e", 100, "collect")
    assert choose([waiting], PLAN, LINES, {}, POLICY, NOW) is None
    found = pick(waiting, plan=PLAN, emergency=True)
    assert (found.head.leg, found.spare) == ("e", False)
    assert picked(waiting, ordinary("own", 5), plan=PLAN, emergency=True)[0] == "e"


def test_lines_outside_the_plan_are_not_seen() -> None:
    assert choose([ordinary("o", 500, "general")], ONLY_SETUP, LINES, {}, POLICY, NOW) is None


# -- between lines


def test_the_wait_is_measured_in_targets() -> None:
    plan = {"setup": MAIN, "collect": MAIN}
    assert picked(ordinary("a", 15), ordinary("e", 8, "collect"), plan=plan)[0] == "e"
    assert picked(ordinary("a", 17), ordinary("e", 8, "collect"), plan=plan)[0] == "a"


def test_a_due_one_of_any_line_goes_before_ordinary_ones_of_all() -> None:
    plan = {"setup": MAIN, "general": MAIN}
    due = head("p", policy.PRIORITY, 0, "general")
    assert picked(ordinary("a", 30), due, plan=plan)[0] == "p"


def test_equal_waits_go_by_place_number_and_id() -> None:
    plan = {"setup": MAIN, "general": MAIN}
    first = head("x", policy.ORDINARY, 12, turn=1)
    assert picked(first, head("w", policy.ORDINARY, 9, "general", turn=2), plan=plan)[0] == "x"
    twins = head("b", policy.PRIORITY, 3, turn=4), head("a", policy.BOOKED, 3, turn=4)
    assert picked(*twins)[0] == picked(*reversed(twins))[0] == "a"
    assert picked(twins[0], twins[1]._replace(turn=5))[0] == "b"


def test_who_was_passed_over_is_named() -> None:
    found = pick(head("p", policy.PRIORITY, 1), ordinary("o", 19))
    assert (found.wait_ms, found.passed_over) == (MINUTE, "o")
    assert pick(head("p", policy.PRIORITY, 19), ordinary("o", 1)).passed_over == ""


# -- properties


PLANS = st.dictionaries(st.sampled_from(sorted(LINES)), st.sampled_from(list(PlanKind)))
MINUTES = st.integers(0, 90)


@st.composite
def heads_of(draw: st.DrawFn) -> list[Head]:
    """At most one head for each lane of each line, as the store hands them over."""
    places = [(line, lane) for line in LINES for lane in policy.POOL_LANES]
    chosen = draw(st.lists(st.sampled_from(places), unique=True, max_size=9))
    found = []
    for number, (line, lane) in enumerate(chosen):
        waited = draw(st.integers(-10, 90)) if lane == policy.BOOKED else draw(MINUTES)
        found.append(head(f"leg{number}", lane, waited, line, turn=draw(st.integers(1, 3))))
    return found


COUNTS = st.fixed_dictionaries(
    {line: st.builds(LineCount, st.integers(0, 50), st.integers(0, 4)) for line in LINES}
)
situations = given(heads_of(), PLANS, COUNTS, st.booleans(), st.booleans())
many = settings(max_examples=300, deadline=None, derandomize=True)


def serving(plan: Mapping[str, PlanKind], emergency: bool) -> set[str]:
    return {line for line, kind in plan.items() if kind is not EMERGENCY or emergency}


@many
@situations
def test_somebody_is_picked_exactly_when_somebody_may_be(
    heads: list[Head], plan: dict[str, PlanKind], counts: Any, emergency: bool, guarded: bool
) -> None:
    found = choose(heads, plan, LINES, counts, POLICY, NOW, emergency=emergency, guarded=guarded)
    able = [one for one in heads if one.line in serving(plan, emergency)]
    assert (found is None) == (not able)
    assert found is None or found.head in able


@many
@situations
def test_no_spare_line_while_an_own_one_waits_unless_it_is_late(
    heads: list[Head], plan: dict[str, PlanKind], counts: Any, emergency: bool, guarded: bool
) -> None:
    found = choose(heads, plan, LINES, counts, POLICY, NOW, emergency=emergency, guarded=guarded)
    if found is None or plan[found.head.line] is not SPARE:
        assert found is None or not found.spare
        return
    assert found.spare
    own = serving({line: kind for line, kind in plan.items() if kind is not SPARE}, emergency)
    if any(one.line in own for one in heads):
        line = [one for one in heads if one.line == found.head.line]
        assert max(wait_of(one, NOW) for one in line) > POLICY.spare_after_ms


@many
@situations
def test_one_who_is_due_is_overtaken_only_by_a_rule(
    heads: list[Head], plan: dict[str, PlanKind], counts: Any, emergency: bool, guarded: bool
) -> None:
    found = choose(heads, plan, LINES, counts, POLICY, NOW, emergency=emergency, guarded=guarded)
    if found is None:
        return
    line = found.head.line
    due = [
        one
        for one in heads
        if one.line == line
        and one.lane in (policy.PRIORITY, policy.BOOKED)
        and one.order_at <= NOW + POLICY.due_ahead_ms
    ]
    wait = wait_of(found.head, NOW)
    if found.band == policy.BAND_GUARD:
        assert not guarded
        assert wait > POLICY.guard_factor * LINES[line].target_ms
    elif found.band == policy.BAND_INTERLEAVE:
        assert due
        assert counts[line].due_run >= POLICY.priority_in_a_row
        assert wait >= POLICY.interleave_wait_ms
    elif found.band == policy.BAND_ORDINARY:
        assert not due
    else:
        assert found.head == min(due, key=lambda one: (one.order_at, one.turn, one.leg))


@many
@situations
def test_the_order_in_which_heads_are_given_does_not_matter(
    heads: list[Head], plan: dict[str, PlanKind], counts: Any, emergency: bool, guarded: bool
) -> None:
    given_twice = [
        choose(order, plan, LINES, counts, POLICY, NOW, emergency=emergency, guarded=guarded)
        for order in (heads, heads[::-1])
    ]
    one, two = given_twice
    assert (one and (one.head, one.band, one.spare)) == (two and (two.head, two.band, two.spare))


@many
@given(heads_of(), COUNTS, st.booleans(), st.integers(1, 60))
def test_who_is_next_stays_next_when_only_they_have_waited_longer(
    heads: list[Head], counts: Any, guarded: bool, more: int
) -> None:
    plan = dict.fromkeys(LINES, MAIN)
    found = choose(heads, plan, LINES, counts, POLICY, NOW, guarded=guarded)
    if found is None:
        return
    old = found.head
    ms = more * MINUTE
    longer = old._replace(order_at=old.order_at - ms, ready_at=old.ready_at - ms)
    again = [longer if one is old else one for one in heads]
    after = choose(again, plan, LINES, counts, POLICY, NOW, guarded=guarded)
    assert after is not None
    # One exception is the rule itself: a booking that becomes due by it wakes the guard.
    woken = after.band == policy.BAND_GUARD and found.band != policy.BAND_GUARD
    assert after.head.leg == old.leg or woken


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from(policy.POOL_LANES), MINUTES), min_size=1, max_size=25),
    st.integers(0, 3),
)
def test_a_line_is_emptied_and_nobody_is_left(row: list[tuple[str, int]], due_run: int) -> None:
    waiting = [
        head(f"leg{number:02d}", lane, waited, turn=number)
        for number, (lane, waited) in enumerate(row)
    ]
    count, guarded = LineCount(0, due_run), False
    called: Counter[str] = Counter()
    while waiting:
        firsts: dict[str, Head] = {}
        for one in sorted(waiting, key=lambda one: (one.order_at, one.turn, one.leg)):
            firsts.setdefault(one.lane, one)
        found = choose(
            list(firsts.values()), ONLY_SETUP, LINES, {"setup": count}, POLICY, NOW,
            guarded=guarded,
        )  # fmt: skip
        assert found is not None
        called[found.head.leg] += 1
        waiting.remove(found.head)
        count, guarded = count.after(found.band), found.band == policy.BAND_GUARD
    assert set(called.values()) == {1}
    assert len(called) == len(row)
