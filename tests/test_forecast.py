"""What is expected of a hall as it stands: against what can be worked out by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules import forecast
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Line, PlanKind, Policy
from hallclient.rules.flow_parts import Guest, Rules, Station
from hallclient.rules.policy import Head
from hallclient.rules.scene import Habits, Scene, Seat, Service, Stream, service_of

NOW = 1_790_038_800_000
MINUTE = 60_000
HOUR = 60 * MINUTE
LINES = {
    "setup": Line("setup", "A", "", "", 20 * MINUTE, 17 * MINUTE, 40 * MINUTE),
    "general": Line("general", "G", "", "", 15 * MINUTE, 10 * MINUTE, 22 * MINUTE),
}
EXACT = {"setup": Service(17 * MINUTE, 0.0), "general": Service(10 * MINUTE, 0.0)}
NO_HABITS = Habits(walk_ms=0, wrap_ms=0, absent=0.0)
MAIN = PlanKind.MAIN


def guest(number: int, waited: float = 1, line: str = "general", **more: Any) -> Guest:
    at = NOW - round(waited * MINUTE)
    return Guest(Head(f"g{number:03d}", line, lanes.ORDINARY, at, at, at, number), **more)


def window(number: int = 1, line: str = "general", **more: Any) -> Seat:
    station = Station(f"W{number:02d}", {line: MAIN}, free_at=NOW)
    return Seat(station, **more)


def scene(
    guests: Sequence[Guest] = (),
    seats: Sequence[Seat] = (window(),),
    *,
    streams: Sequence[Stream] = (),
    services: Mapping[str, Service] = EXACT,
    habits: Habits = NO_HABITS,
    closes: int = NOW + 8 * HOUR,
) -> Scene:
    rules = Rules(LINES, Policy("test"))
    return Scene(NOW, guests, seats, streams, services, rules, {}, closes, habits)


def wait(it: Scene, line: str = "general", lane: str = lanes.ORDINARY) -> list[int]:
    """A newcomer's wait, run by run."""
    return [run[0] for run in forecast.waits(it, [forecast.ghost(line, lane, NOW, NOW)])]


# -- a newcomer


def test_nobody_waits_at_an_idle_window() -> None:
    assert set(wait(scene())) == {0}


@pytest.mark.parametrize(("ahead", "windows"), [(1, 1), (5, 1), (6, 2), (12, 3)])
def test_services_of_a_known_length_give_the_exact_wait(ahead: int, windows: int) -> None:
    it = scene([guest(n) for n in range(ahead)], [window(n + 1) for n in range(windows)])
    assert set(wait(it)) == {ahead // windows * 10 * MINUTE}


def test_a_service_under_way_is_waited_for_and_what_it_has_lasted_counts() -> None:
    begun = [window(line="general")._replace(line="general", since=NOW - 4 * MINUTE)]
    assert set(wait(scene(seats=begun))) == {6 * MINUTE}
    called = [window()._replace(line="general")]
    habits = NO_HABITS._replace(walk_ms=MINUTE)
    assert set(wait(scene(seats=called, habits=habits))) == {11 * MINUTE}


@given(st.integers(0, 3 * 60), st.integers(0, 60))
def test_the_longer_a_service_has_lasted_the_surer_it_is_not_a_short_one(
    elapsed: int, more: int
) -> None:
    """A lognormal service: the whole length expected never falls with the time it has lasted."""

    def whole(minutes: int) -> float:
        seat = window()._replace(line="general", since=NOW - minutes * MINUTE)
        services = {**EXACT, "general": Service(10 * MINUTE, 0.5)}
        found = wait(scene([guest(n) for n in range(3)], [seat], services=services))
        return minutes * MINUTE + sum(found) / len(found) - 30 * MINUTE

    assert whole(elapsed) >= 0
    assert whole(elapsed + more) + 25 * MINUTE >= whole(elapsed)


def test_waits_are_those_of_the_mean_when_services_vary() -> None:
    """Twenty services of mean 10 min at one window: 200 min, surer than a tenth."""
    services = {**EXACT, "general": Service(10 * MINUTE, 0.5)}
    found = wait(scene([guest(n) for n in range(20)], services=services))
    assert sum(found) / len(found) == pytest.approx(200 * MINUTE, rel=0.15)
    assert len(set(found)) > 1


def test_priority_waits_less_and_others_later_than_it() -> None:
    it = scene([guest(n) for n in range(6)])
    assert set(wait(it, lane=lanes.PRIORITY)) == {0}
    busy = it._replace(seats=[window()._replace(line="general", since=NOW)])
    assert max(wait(busy, lane=lanes.PRIORITY)) < min(wait(busy))


def test_a_line_nobody_serves_is_waited_for_beyond_closing() -> None:
    it = scene(closes=NOW + HOUR)
    assert min(wait(it, line="setup")) > HOUR


@given(st.integers(0, 30), st.integers(0, 10), st.integers(1, 4))
def test_more_people_ahead_never_shorten_the_wait(few: int, more: int, windows: int) -> None:
    services = {**EXACT, "general": Service(10 * MINUTE, 0.4)}
    seats = [window(n + 1) for n in range(windows)]
    short, long = (
        scene([guest(n) for n in range(count)], seats, services=services)
        for count in (few, few + more)
    )
    runs = min(len(wait(short)), len(wait(long)))
    for one, other in zip(wait(short)[:runs], wait(long)[:runs], strict=True):
        assert one <= other


# -- chance


def test_the_same_hall_is_answered_the_same() -> None:
    services = {**EXACT, "general": Service(10 * MINUTE, 0.5)}
    streams = [Stream("general", NOW, NOW + HOUR, 12.0, 0.1, 0.2)]
    it = scene([guest(n) for n in range(9)], services=services, streams=streams)
    assert wait(it) == wait(it)
    assert forecast.look_ahead(it, NOW + HOUR, 20) == forecast.look_ahead(it, NOW + HOUR, 20)


def test_another_plan_meets_the_same_visitors() -> None:
    streams = [Stream("general", NOW, NOW + HOUR, 12.0, 0.1, 0.2)]
    services = {**EXACT, "general": Service(10 * MINUTE, 0.5)}
    one = scene([guest(1)], streams=streams, services=services)
    two = one._replace(seats=[window(1), window(2)])
    for run in range(5):
        first, second = (forecast.play(it, run, NOW + HOUR) for it in (one, two))
        first.run()
        second.run()
        assert first.guests == second.guests
        lengths = [
            {place: served.end - served.start for place, served in flow.served.items()}
            for flow in (first, second)
        ]
        assert lengths[0] == lengths[1]


def test_as_many_come_as_expected() -> None:
    streams = [Stream("general", NOW - HOUR, NOW + HOUR, 60.0, 0.25, 0.0)]
    it = scene(streams=streams)
    assert it.expected("general", NOW + HOUR) == 30
    assert it.expected("general", NOW + HOUR // 2) == 15
    assert it.expected("setup", NOW + HOUR) == 0
    came = [forecast.play(it, run, NOW + HOUR).guests for run in range(200)]
    assert sum(map(len, came)) / 200 == pytest.approx(30, rel=0.05)
    first = [one for guests in came for one in guests if one.head.lane == lanes.PRIORITY]
    assert len(first) / sum(map(len, came)) == pytest.approx(0.25, abs=0.02)
    assert all(NOW < one.head.ready_at < NOW + HOUR for guests in came for one in guests)


def test_numbers_are_given_until_closing_only() -> None:
    it = scene(streams=[Stream("general", NOW, NOW + 2 * HOUR, 60.0)], closes=NOW + HOUR)
    assert it.expected("general", NOW + 2 * HOUR) == 30
    last = [
        one.head.ready_at for run in range(20) for one in forecast.play(it, run, NOW * 2).guests
    ]
    assert max(last) < NOW + HOUR


# -- ranges


@given(st.lists(st.integers(0, 5 * HOUR), min_size=1, max_size=20))
def test_a_range_holds_the_middle_and_begins_at_nothing(waited: list[int]) -> None:
    low, high = forecast.spread(waited)
    assert 0 <= low <= sum(waited) / len(waited) <= high + 1
    assert forecast.spread([0, 0, 0])[1] < 2 * MINUTE


def test_surer_waits_have_a_narrower_range() -> None:
    sure, unsure = forecast.spread([HOUR] * 8), forecast.spread([HOUR // 2, 3 * HOUR // 2] * 4)
    assert sure[1] - sure[0] < unsure[1] - unsure[0]


# -- the next hour, the end of the day


def test_the_next_hour_of_a_line() -> None:
    it = scene([guest(n, waited=5) for n in range(9)])
    ahead, cleared = forecast.look_ahead(it, NOW + HOUR, 20)
    # At 0, 10 ... 60 minutes seven are called; the seventh has waited 65, two still do.
    assert ahead["general"].longest_ms == 65 * MINUTE
    assert ahead["general"].waiting == 2
    assert set(ahead["general"].newcomer) == {90 * MINUTE}
    assert ahead["setup"].waiting == 0
    assert cleared is not None
    assert cleared[0] >= it.closes


def test_when_all_will_have_been_called() -> None:
    late = scene([guest(n) for n in range(7)], closes=NOW)
    cleared = forecast.look_ahead(late, NOW + HOUR, 20)[1]
    assert cleared is not None
    assert cleared[0] < NOW + HOUR < cleared[1]
    stuck = scene([guest(1, line="setup")], closes=NOW)
    assert forecast.look_ahead(stuck, NOW + HOUR, 20)[1] is None


def test_a_visit_is_over_when_its_last_service_is() -> None:
    seats = [window(1, "setup"), window(2, "general")]
    first = guest(1, line="setup", visit="v")
    then = guest(2, line="general", visit="v", after=("g001",))
    found = forecast.estimate(scene([first, then], seats), "v")
    assert found is not None
    assert found.call_low == 0
    assert found.call_high < 2 * MINUTE
    assert found.end_low <= 27 * MINUTE <= found.end_high
    assert forecast.estimate(scene([first], seats), "other") is None


def test_a_visit_at_a_window_has_been_called() -> None:
    seat = window()._replace(line="general", since=NOW - MINUTE)
    seat = seat._replace(station=seat.station._replace(leg="g1", visit="v"))
    found = forecast.estimate(scene(seats=[seat]), "v")
    assert found is not None
    assert found.call_high < 2 * MINUTE
    assert found.end_low <= 9 * MINUTE <= found.end_high


# -- what is known of a line


def test_without_measured_times_the_usual_ones_hold() -> None:
    found = service_of(LINES["setup"], [])
    assert found.mean_ms == 17 * MINUTE
    assert 0.3 < found.sigma < 1.0


def test_measured_times_take_over() -> None:
    found = service_of(LINES["setup"], [5 * MINUTE] * 300)
    assert found.mean_ms == pytest.approx(5 * MINUTE, rel=0.1)
    assert found.sigma < 0.05
    few = service_of(LINES["setup"], [5 * MINUTE] * 10)
    assert few.mean_ms == 11 * MINUTE


def test_who_is_ahead_of_whom() -> None:
    soon, later = NOW + MINUTE, NOW + 20 * MINUTE
    booked = guest(5)._replace(head=Head("b", "general", lanes.BOOKED, soon, NOW, NOW, 5))
    early = guest(6)._replace(head=Head("e", "general", lanes.BOOKED, later, NOW, NOW, 6))
    first = guest(7)._replace(head=guest(7).head._replace(lane=lanes.PRIORITY))
    coming = guest(8, waited=-5)
    it = scene([guest(1), guest(2), booked, early, first, coming, guest(9, line="setup")])
    assert it.ahead("general", lanes.ORDINARY, NOW) == 4
    assert it.ahead("general", lanes.PRIORITY, NOW) == 1
    assert it.ahead("general", lanes.BOOKED, later) == 3
    assert it.ahead("setup", lanes.ORDINARY, NOW) == 1


def test_windows_that_are_away_are_not_counted() -> None:
    seats = [window(1), window(2)._replace(away=True), window(3, "setup")]
    it = scene(seats=seats)
    assert (it.windows_of("general"), it.windows_of("setup")) == (1, 1)
