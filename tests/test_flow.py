"""The hall as a flow: what must hold whatever happens, and what queueing theory says exactly."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Line, PlanKind, Policy
from hallclient.rules.flow import Flow
from hallclient.rules.flow_parts import (
    DISCIPLINES,
    DUE_FIRST,
    FIFO,
    NEVER,
    STRICT,
    Fate,
    Guest,
    Station,
    rules_for,
)
from hallclient.rules.policy import Head

MINUTE = 60_000
POLICY = Policy("test")
LINES = {
    key: Line(key, key[0].upper(), "", "", target * MINUTE, 9 * MINUTE, 22 * MINUTE)
    for key, target in (("setup", 20), ("general", 15), ("collect", 10))
}
MAIN, SPARE, EMERGENCY = PlanKind.MAIN, PlanKind.SPARE, PlanKind.EMERGENCY


def guest(
    name: str, at: float, line: str = "general", lane: str = lanes.ORDINARY, **more: object
) -> Guest:
    """Somebody who comes so many minutes after the beginning."""
    ms = round(at * MINUTE)
    order = ms + round(float(str(more.pop("slot_in", 0))) * MINUTE)
    return Guest(Head(name, line, lane, order, ms, ms, 0), **more)  # type: ignore[arg-type]


def play(
    guests: Sequence[Guest],
    stations: Sequence[Station],
    fates: Sequence[Fate] | None = None,
    *,
    policy: str = DUE_FIRST,
    noon: tuple[int, int] | None = None,
) -> Flow:
    fates = fates or [Fate(10 * MINUTE)] * len(guests)
    flow = Flow(guests, fates.__getitem__, stations, rules_for(policy, LINES, POLICY, noon))
    flow.run()
    flow.count_out()
    return flow


def order_of(flow: Flow) -> list[str]:
    """The names in the order of their calls."""
    return [
        flow.guests[place].head.leg for place in sorted(flow.called, key=flow.called.__getitem__)
    ]


ONE = Station("W01", {"general": MAIN})


# -- by example


def test_an_idle_window_calls_at_once_and_a_busy_one_when_it_is_free() -> None:
    flow = play([guest("a", 1), guest("b", 2)], [ONE], [Fate(5 * MINUTE, 1000, 2000)] * 2)
    assert flow.called == {0: MINUTE, 1: 6 * MINUTE + 3000}
    assert flow.served[0].start == MINUTE + 1000
    assert flow.free_at == [11 * MINUTE + 6000]


def test_own_line_before_a_spare_one() -> None:
    both = Station("W01", {"setup": SPARE, "general": MAIN})
    flow = play([guest("s", 0, "setup"), guest("a", 0), guest("b", 5)], [both])
    assert order_of(flow) == ["a", "b", "s"]


def test_an_emergency_line_waits_until_it_is_switched_on() -> None:
    plan = {"general": MAIN, "setup": EMERGENCY}
    assert play([guest("s", 0, "setup")], [Station("W01", plan)]).called == {}
    assert play([guest("s", 0, "setup")], [Station("W01", plan, emergency=True)]).called == {0: 0}


def test_priority_goes_first_unless_the_hall_is_first_come_first_served() -> None:
    guests = [guest("x", 0), guest("a", 1), guest("p", 2, lane=lanes.PRIORITY)]
    assert order_of(play(guests, [ONE])) == ["x", "p", "a"]
    assert order_of(play(guests, [ONE], policy=FIFO)) == ["x", "a", "p"]


def test_strict_classes_know_no_interleave() -> None:
    due = [guest(f"p{n}", 1 + n, lane=lanes.PRIORITY) for n in range(5)]
    guests = [guest("x", 0), guest("a", 0.5), *due]
    assert order_of(play(guests, [ONE], policy=STRICT))[-1] == "a"
    assert order_of(play(guests, [ONE]))[-1] != "a"


def test_who_is_not_there_is_passed_and_comes_back_after_others() -> None:
    guests = [guest(name, 0) for name in "abcdefg"]
    gone = Fate(10 * MINUTE, absent_ms=MINUTE, returns_ms=MINUTE)
    flow = play(guests, [ONE], [gone, *[Fate(10 * MINUTE)] * 6])
    served = sorted(flow.served, key=lambda place: flow.served[place].start)
    assert [guests[place].head.leg for place in served] == ["b", "c", "d", "e", "a", "f", "g"]
    assert flow.called[0] == 0
    never = play(guests[:2], [ONE], [Fate(1, absent_ms=MINUTE), Fate(1)])
    assert never.missed == {0}
    assert never.called[1] == MINUTE


def test_a_window_is_away_in_its_breaks_and_after_its_end() -> None:
    pausing = ONE._replace(breaks=((5 * MINUTE, 30 * MINUTE),), until=45 * MINUTE)
    flow = play([guest("a", 0), guest("b", 1), guest("c", 2), guest("d", 3)], [pausing])
    assert flow.called == {0: 0, 1: 30 * MINUTE, 2: 40 * MINUTE}


def test_at_noon_a_window_goes_when_nobody_waits_for_it_any_more() -> None:
    noon = (10 * MINUTE, 60 * MINUTE)
    flow = play([guest("a", 5), guest("b", 6), guest("c", 30)], [ONE], noon=noon)
    assert flow.called == {0: 5 * MINUTE, 1: 15 * MINUTE, 2: 60 * MINUTE}


def test_what_follows_waits_for_what_comes_before_and_nobody_is_at_two_windows() -> None:
    two = [Station("W01", {"setup": MAIN}), Station("W02", {"general": MAIN})]
    guests = [
        guest("first", 0, "setup", visit="v"),
        guest("beside", 0, "general", visit="v"),
        guest("then", 0, "general", visit="v", after=("first",)),
    ]
    flow = play(guests, two)
    first, beside, then = (flow.served[place] for place in range(3))
    assert first.start == 0
    assert beside.start == first.end
    assert then.start >= beside.end


@pytest.mark.parametrize("lane", [lanes.RETURN, lanes.ORDINARY])
def test_a_return_goes_to_its_window_before_all_others(lane: str) -> None:
    two = [ONE, Station("W02", {"general": MAIN})]
    back = guest("back", 0, lane=lane, window="W02")
    flow = play([guest("a", 0), back, guest("b", 0)], two)
    assert (flow.served[1].window, flow.called[1]) == ("W02", 0)


def test_a_return_to_a_window_that_is_not_there_joins_the_others() -> None:
    assert play([guest("back", 0, lane=lanes.RETURN, window="W09")], [ONE]).called == {0: 0}


def test_who_is_at_a_window_at_the_beginning_leaves_when_it_is_free() -> None:
    busy = ONE._replace(free_at=7 * MINUTE, leg="now", visit="v")
    guests = [guest("other", 0, visit="v"), guest("then", 0, visit="v", after=("now",))]
    flow = play(guests, [busy, Station("W02", {"general": MAIN})])
    assert flow.called[0] == 7 * MINUTE
    assert flow.called[1] == flow.served[0].end


def test_a_ghost_is_called_in_its_turn_and_delays_nobody() -> None:
    guests = [guest(name, n) for n, name in enumerate("abc")]
    ghost = guest("ghost", 1.5, ghost=True)
    plain, haunted = play(guests, [ONE]), play([*guests, ghost], [ONE])
    assert {place: haunted.called[place] for place in range(3)} == plain.called
    assert plain.called[1] < haunted.called[3] == plain.called[2]


# -- in general

whole = st.integers(0, 240).map(lambda minute: minute * MINUTE)
length = st.integers(0, 40 * MINUTE)


@st.composite
def halls(draw: st.DrawFn) -> tuple[list[Guest], list[Fate], list[Station]]:
    """A small hall with everything in it that a flow knows."""
    kinds = st.sampled_from(list(PlanKind))
    plans = st.dictionaries(st.sampled_from(list(LINES)), kinds, min_size=1)
    stations = [
        Station(
            f"W{number:02d}",
            draw(plans),
            emergency=draw(st.booleans()),
            free_at=draw(whole),
            breaks=((begin, begin + draw(length)),) if (begin := draw(whole)) % 2 else (),
            until=draw(st.sampled_from([NEVER, 200 * MINUTE])),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    guests: list[Guest] = []
    for number in range(draw(st.integers(0, 25))):
        visit = draw(st.sampled_from(["", "", "v1", "v2"]))
        before = [one.head.leg for one in guests if visit and one.visit == visit and not one.after]
        at = draw(whole)
        lane = draw(st.sampled_from(lanes.POOL_LANES))
        order = at + (draw(length) if lane == lanes.BOOKED else 0)
        guests.append(
            Guest(
                Head(f"g{number}", draw(st.sampled_from(list(LINES))), lane, order, at, at, number),
                visit=visit,
                after=tuple(draw(st.sets(st.sampled_from(before)))) if before else (),
                patience_ms=draw(st.sampled_from([NEVER, 20 * MINUTE])),
            )
        )
    fates = [
        Fate(
            draw(length),
            draw(st.integers(0, MINUTE)),
            draw(st.integers(0, MINUTE)),
            draw(st.sampled_from([0, 0, 0, 75_000])),
            draw(st.none() | length),
        )
        for _ in guests
    ]
    return guests, fates, stations


def test_who_is_back_after_a_pass_is_not_called_while_at_another_window() -> None:
    stations = [Station(f"W{number:02d}", {"general": MAIN}) for number in (1, 2)]
    guests = [guest("passed", 0, visit="v"), guest("other", 1, visit="v")]
    fates = [Fate(MINUTE, absent_ms=2 * MINUTE, returns_ms=0), Fate(10 * MINUTE, walk_ms=MINUTE)]
    flow = play(guests, stations, fates)
    assert (flow.served[1].start, flow.served[1].end) == (2 * MINUTE, 12 * MINUTE)
    assert flow.served[0].start >= flow.served[1].end


@settings(max_examples=75, deadline=None)
@given(halls(), st.sampled_from(DISCIPLINES), st.sampled_from([None, (60 * MINUTE, 90 * MINUTE)]))
def test_what_must_hold_in_every_hall(
    hall: tuple[list[Guest], list[Fate], list[Station]],
    policy: str,
    noon: tuple[int, int] | None,
) -> None:
    guests, fates, stations = hall
    flow = play(guests, stations, fates, policy=policy, noon=noon)
    plans = {station.id: station.serves() for station in stations}
    by_window: dict[str, list[tuple[int, int]]] = {}
    for place, served in flow.served.items():
        one = guests[place]
        assert one.head.line in plans[served.window], "a window serves its own lines"
        assert one.after or flow.called[place] >= one.head.ready_at, (
            "nobody is called before they come"
        )
        assert served.start >= flow.called[place]
        by_window.setdefault(served.window, []).append((served.start, served.end))
        for before in one.after:
            earlier = next(n for n, other in enumerate(guests) if other.head.leg == before)
            assert flow.served[earlier].end <= flow.called[place]
    for spans in by_window.values():
        assert all(a[1] <= b[0] for a, b in pairwise(sorted(spans))), "one visitor at a window"
    for visit in ("v1", "v2"):
        spans = sorted(
            (served.start, served.end)
            for place, served in flow.served.items()
            if guests[place].visit == visit
        )
        assert all(a[1] <= b[0] for a, b in pairwise(spans)), "one window for a visitor"
    here = {place for place, _ in flow.waiting()}
    away = {place for place in flow.called if place not in flow.served} - flow.missed - here
    ends = Counter([*flow.served, *flow.left, *flow.missed, *here, *away])
    assert set(ends.values()) <= {1}, "everybody ends in one way"
    assert away == set(), "who is passed and comes back is served or waits"
    came = {place for place, one in enumerate(guests) if not one.after}
    assert came <= set(ends), "nobody is lost"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(whole, length), min_size=1, max_size=40))
def test_one_window_and_one_line_is_lindleys_recursion(came: list[tuple[int, int]]) -> None:
    """W(n+1) = max(0, W(n) + S(n) - A(n)): Lindley 1952, exact for first come, first served."""
    came = sorted(came, key=lambda one: one[0])
    guests = [
        Guest(Head(f"g{n:02d}", "general", lanes.ORDINARY, at, at, at, n))
        for n, (at, _) in enumerate(came)
    ]
    flow = play(guests, [ONE], [Fate(service) for _, service in came], policy=FIFO)
    wait = 0
    for place, (at, service) in enumerate(came):
        assert flow.called[place] - at == wait
        if place + 1 < len(came):
            wait = max(0, wait + service - (came[place + 1][0] - at))


@settings(max_examples=25, deadline=None)
@given(halls(), st.lists(whole, max_size=6))
def test_looking_in_between_changes_nothing(
    hall: tuple[list[Guest], list[Fate], list[Station]], stops: list[int]
) -> None:
    guests, fates, stations = hall
    straight = play(guests, stations, fates)
    flow = Flow(guests, fates.__getitem__, stations, rules_for(DUE_FIRST, LINES, POLICY))
    for stop in sorted(stops):
        flow.run(stop)
        list(flow.waiting())
    flow.run()
    assert (flow.called, flow.served) == (straight.called, straight.served)


@pytest.mark.parametrize("policy", DISCIPLINES)
def test_a_hall_without_windows_serves_nobody(policy: str) -> None:
    flow = play([guest("a", 0)], [], policy=policy)
    assert flow.called == {}
    assert [place for place, _ in flow.waiting()] == [0]
