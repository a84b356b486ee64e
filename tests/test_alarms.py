"""Alarms: raised after a while, cleared well below, never flapping; one row of each line."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules import alarms
from hallclient.rules.alarms import Key, Reading, Step, step
from hallclient.rules.catalogue import Line, Policy

POLICY = Policy("test")
LINE = Line("tax", "B", "x", "", 900_000, 480_000, 1_200_000, warn_waiting=20)
KEY = Key(alarms.FORECAST, "tax")
SECOND = 1000


class Watcher:
    """Follows readings over time, as a seat does."""

    def __init__(self) -> None:
        self.pending: dict[Key, int] = {}
        self.open: set[Key] = set()
        self.log: list[tuple[int, str, Key]] = []

    def at(self, now: int, *readings: Reading, unknown: frozenset[str] = frozenset()) -> Step:
        done = step(self.pending, self.open, readings, POLICY, now, unknown=unknown)
        self.pending = done.pending
        for reading in done.raised:
            assert reading.key not in self.open
            self.open.add(reading.key)
            self.log.append((now, "raised", reading.key))
        for key in done.cleared:
            self.open.remove(key)
            self.log.append((now, "cleared", key))
        return done


def level(share: float, kind: str = alarms.FORECAST) -> Reading:
    return Reading(kind, round(share * 1_000_000), 1_000_000, "tax")


def follow(levels: Sequence[float], every_s: int = 5) -> Watcher:
    watcher = Watcher()
    for place, share in enumerate(levels):
        watcher.at(place * every_s * SECOND, level(share))
    return watcher


def test_it_is_raised_only_after_a_while_and_cleared_well_below() -> None:
    watcher = Watcher()
    watcher.at(0, level(1.2))
    watcher.at(POLICY.alarm_after_ms - 1, level(1.2))
    assert watcher.open == set()
    watcher.at(POLICY.alarm_after_ms, level(1.2))
    assert watcher.open == {KEY}
    watcher.at(POLICY.alarm_after_ms + 1, level(0.85))
    assert watcher.open == {KEY}
    watcher.at(POLICY.alarm_after_ms + 2, level(0.79))
    assert watcher.open == set()


def test_a_dip_begins_the_wait_anew() -> None:
    watcher = follow([1.1] * 11 + [0.99] + [1.1] * 12)
    assert watcher.open == set()
    watcher.at(24 * 5 * SECOND, level(1.1))
    assert watcher.open == {KEY}


@given(st.lists(st.floats(0.81, 1.19), min_size=1, max_size=300))
def test_noise_around_the_limit_never_flaps(levels: list[float]) -> None:
    watcher = follow(levels)
    assert len(watcher.log) <= 1


@given(st.lists(st.floats(0, 3), max_size=200), st.integers(1, 60))
def test_what_is_raised_was_true_for_long_enough_and_alternates(
    levels: list[float], every_s: int
) -> None:
    watcher = follow(levels, every_s)
    assert [what for _, what, _ in watcher.log] == ["raised", "cleared"] * (
        len(watcher.log) // 2
    ) + ["raised"] * (len(watcher.log) % 2)
    for at, what, _ in watcher.log:
        place = at // (every_s * SECOND)
        if what == "raised":
            back = -(-POLICY.alarm_after_ms // (every_s * SECOND))
            assert all(share >= 1 for share in levels[place - back : place + 1])
        else:
            assert levels[place] < POLICY.alarm_clear_share


@given(st.lists(st.floats(0, 3), max_size=100))
def test_a_cause_that_is_gone_clears_what_it_raised(levels: list[float]) -> None:
    watcher = follow(levels)
    watcher.at(len(levels) * 5 * SECOND)
    assert watcher.open == set()
    assert watcher.pending == {}


def test_what_is_not_known_this_time_stays_as_it_was() -> None:
    watcher = follow([1.5] * 13)
    assert watcher.open == {KEY}
    watcher.at(100 * SECOND, unknown=alarms.OF_FORECAST)
    assert watcher.open == {KEY}


@pytest.mark.parametrize("kind", sorted(alarms.AT_ONCE))
def test_a_fact_of_its_own_length_needs_no_delay(kind: str) -> None:
    watcher = Watcher()
    watcher.at(0, Reading(kind, 61_000, 60_000, window="W01"))
    assert watcher.open == {Key(kind, window="W01")}


def test_a_call_for_help_lasts_until_it_is_answered() -> None:
    watcher = Watcher()
    watcher.at(0, Reading(alarms.HELP, 0, 0, window="W01"))
    watcher.at(1, Reading(alarms.HELP, 1, 0, window="W01"))
    assert len(watcher.log) == 1
    watcher.at(2)
    assert watcher.open == set()


# -- readings


def kinds(waiting: int, oldest_min: float, longest_min: float | None, **how: bool) -> set[str]:
    """What a line would raise."""
    found = alarms.of_line(
        LINE,
        POLICY,
        waiting=waiting,
        oldest_ms=round(oldest_min * 60_000),
        longest_ms=None if longest_min is None else round(longest_min * 60_000),
        covered=how.get("covered", True),
        quiet=how.get("quiet", False),
    )
    return {reading.kind for reading in found if reading.level >= 1}


@given(st.integers(1, 1000))
def test_a_head_count_alone_raises_nothing(waiting: int) -> None:
    assert kinds(waiting, 14, 14) == set()
    assert kinds(waiting, 14, None) == set()


def test_many_who_wait_long_are_crowded() -> None:
    assert kinds(21, 15, 14) == {"waiting"}
    assert kinds(20, 15, 14) == set()
    assert kinds(21, 1, 15) == {"waiting", "forecast"}


def test_the_oldest_wait_is_measured_in_targets_or_at_the_emergency_s_limit() -> None:
    assert kinds(1, 30, 0) == {"oldest-wait"}
    assert kinds(1, 29, 0) == set()
    slow = LINE._replace(target_ms=20 * 60_000)
    found = alarms.of_line(
        slow, POLICY, waiting=1, oldest_ms=0, longest_ms=0, covered=True, quiet=False
    )
    assert found[0].limit == POLICY.emergency_wait_ms


def test_a_line_without_a_window_is_told_unless_the_hall_rests() -> None:
    assert kinds(1, 0, 0, covered=False) == {"uncovered"}
    assert kinds(1, 0, 0, covered=False, quiet=True) == set()
    assert kinds(0, 0, 0, covered=False) == set()


def test_only_the_most_pressing_alarm_of_a_line_is_shown() -> None:
    keys = {
        Key("waiting", "tax"),
        Key("forecast", "tax"),
        Key("oldest-wait", "tax"),
        Key("forecast", "setup"),
        Key("silent", window="W01"),
    }
    assert alarms.worth_showing(keys) == {
        Key("oldest-wait", "tax"),
        Key("forecast", "setup"),
        Key("silent", window="W01"),
    }


def test_an_urgent_call_comes_first_then_the_kinds_then_the_worst() -> None:
    read = [
        Reading("forecast", 3, 1, "a"),
        Reading("oldest-wait", 1, 1, "a"),
        Reading("oldest-wait", 2, 1, "b"),
        Reading("help", 9, 0, window="W01"),
        Reading("help", 1, 0, window="W02", urgent=True),
    ]
    read.sort(key=alarms.pressing)
    assert [one.window or one.line for one in read] == ["W02", "W01", "b", "a", "a"]


def test_the_end_of_the_day_is_told_within_the_last_hour_only() -> None:
    closes = 10_000_000_000
    late = (closes + 10 * 60_000, closes + 30 * 60_000)
    far = closes - POLICY.forecast_ms - 1
    assert alarms.of_closing(late, closes, POLICY, far) is None
    near = alarms.of_closing(late, closes, POLICY, closes - 1)
    assert near is not None
    assert (near.value, near.level >= 1) == (20 * 60_000, True)
