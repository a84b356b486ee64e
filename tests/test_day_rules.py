"""The rules of the business day: what is looked at before it, and how open numbers end with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions.hall_files import default_hall
from hallclient.rules import day, queue
from hallclient.rules.catalogue import PlanKind
from hallclient.rules.day import Check, Facts
from tests.test_queue_rules import LATER, MINUTE, NOW, POLICY, leg, moved

HALL = default_hall()
HOUR = 60 * MINUTE
PLANS = {key: dict(window.plan) for key, window in HALL.windows.items()}
FACTS = Facts(
    now=NOW,
    today=((NOW, NOW + 3 * HOUR), (NOW + 4 * HOUR, NOW + 8 * HOUR)),
    backup_at=NOW - HOUR,
    staffed=tuple(PLANS),
    plans=PLANS,
    absent=(),
    bookings=3,
    carried=1,
    left_over=(),
    unsigned="",
    kiosks=("k01", "k02"),
    kiosks_on=("k01", "k02"),
    disk_free=1 << 40,
)


def found(name: str, **changes: Any) -> Check:
    (check,) = [one for one in day.checks(HALL, FACTS._replace(**changes)) if one.id == name]
    return check


def test_a_hall_in_order_has_nothing_to_tell() -> None:
    checks = day.checks(HALL, FACTS)
    assert {check.level for check in checks} == {day.OK}
    assert len({check.id for check in checks}) == len(checks)


@pytest.mark.parametrize(
    ("name", "changes", "level", "code"),
    [
        ("hours", {"today": ()}, day.NOTICE, "none"),
        ("backup", {"backup_at": None}, day.WARNING, "none"),
        ("backup", {"backup_at": NOW - 7 * day.DAY_MS}, day.WARNING, "stale"),
        ("backup", {"backup_at": NOW - 7 * day.DAY_MS + 1}, day.OK, "ok"),
        ("backup", {"backup_at": NOW + HOUR}, day.OK, "ok"),
        ("windows", {"staffed": ()}, day.NOTICE, "nobody"),
        ("windows", {"staffed": ("W01",)}, day.NOTICE, "uncovered"),
        ("windows", {"staffed": ("W99",)}, day.NOTICE, "uncovered"),
        ("clerks", {"absent": ("c01",)}, day.NOTICE, "some"),
        ("kiosks", {"kiosks_on": ("k02",)}, day.NOTICE, "some"),
        ("kiosks", {"kiosks": (), "kiosks_on": ()}, day.OK, "ok"),
        ("left-over", {"left_over": ("A001",)}, day.WARNING, "some"),
        ("yesterday", {"unsigned": "2026-09-21"}, day.NOTICE, "unsigned"),
        ("disk", {"disk_free": day.LITTLE_DISK - 1}, day.WARNING, "little"),
        ("disk", {"disk_free": day.LITTLE_DISK}, day.OK, "ok"),
    ],
)
def test_what_is_not_in_order_is_told(
    name: str, changes: dict[str, object], level: str, code: str
) -> None:
    check = found(name, **changes)
    assert (check.level, check.code) == (level, code)


def test_who_is_missing_is_named() -> None:
    assert found("kiosks", kiosks_on=("k02",)).params == {"n": 1, "which": ["k01"]}


@given(st.sets(st.sampled_from(sorted(PLANS))))
def test_a_line_is_covered_when_a_staffed_window_serves_it_every_day(staffed: set[str]) -> None:
    bare = set(found("windows", staffed=tuple(sorted(staffed))).params["lines"])
    for line in HALL.lines:
        served = any(
            PLANS[window].get(line) in (PlanKind.MAIN, PlanKind.SPARE) for window in staffed
        )
        assert (line in bare) is not served


# -- how numbers end

REASONS = {
    queue.BLOCKED: (queue.ABANDONED, "eod"),
    queue.WAITING: (queue.ABANDONED, "eod"),
    queue.HELD: (queue.ABANDONED, "eod"),
    queue.EXTERNAL: (queue.ABANDONED, "eod"),
    queue.PASSED: (queue.ABANDONED, "no_show"),
    queue.SERVING: (queue.CANCELLED, "ended_by_supervisor"),
}


@pytest.mark.parametrize("state", sorted(REASONS))
def test_each_state_ends_for_what_it_was(state: str) -> None:
    after = moved(leg(state), day.end_of(leg(state), POLICY, LATER))
    assert (after.state, after.reason) == REASONS[state]
    assert (after.closed_at, after.timer_at, after.window) == (LATER, None, None)


@pytest.mark.parametrize(
    ("attempts", "seconds", "reason"),
    [(1, 0, "eod"), (2, 89, "eod"), (3, 0, "no_show"), (1, 90, "no_show")],
)
def test_who_was_called_is_absent_once_they_could_have_been_passed(
    attempts: int, seconds: int, reason: str
) -> None:
    called = leg(queue.CALLED, attempts=attempts)
    assert day.end_of(called, POLICY, NOW + seconds * 1000)["reason"] == reason


@given(st.sampled_from(sorted(queue.OPEN)), st.integers(0, 10), st.integers(0, 40 * MINUTE))
def test_nothing_is_ever_made_done(state: str, attempts: int, after: int) -> None:
    ended = day.end_of(leg(state, attempts=attempts), POLICY, NOW + after)
    assert ended["state"] in queue.FINAL - {queue.DONE, queue.TRANSFERRED, queue.CARRIED_OVER}


@given(st.sets(st.sampled_from(sorted(queue.OPEN | queue.FINAL))))
def test_a_number_is_carried_when_something_is_left_and_nobody_serves_it(states: set[str]) -> None:
    left = states & queue.TRANSITIONS["carry-over"][0]
    here = states & {"called", "serving"}
    assert day.may_carry(states) is (bool(left) and not here)
