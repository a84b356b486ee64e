"""A random day, closed at a random moment: every number ends, and for what it was."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.check import verify
from hallclient.actions import (
    bookings,
    calling,
    day,
    day_close,
    serving,
    sweep,
    tickets,
    undo,
    windows,
)
from hallclient.actions.hall_files import default_hall
from hallclient.rules.errors import Refused
from tests import invariants
from tests.hallkit import AGENT, PASSWORD, SUPERVISOR, Kit, clerk

HALL = default_hall()
LINES = ("setup", "tax", "estate", "general")
ITEMS = [next(HALL.items_of(line)).code for line in LINES]
SEATS = (1, 2, 7, 13)
PEOPLE: tuple[dict[str, str], ...] = (
    {},
    {},
    {"name": "x", "identity": "420100199001011234", "phone": "13800000001"},
)
ENDED = {
    "blocked": ("abandoned", {"eod"}),
    "waiting": ("abandoned", {"eod"}),
    "called": ("abandoned", {"eod", "no_show"}),
    "serving": ("cancelled", {"ended_by_supervisor"}),
    "held": ("abandoned", {"eod"}),
    "passed": ("abandoned", {"no_show"}),
    "external": ("abandoned", {"eod"}),
}
"""State before closing -> the state and the reasons that are honest."""

Step = Callable[[Kit, int, int], Any]


def _number(kit: Kit, pick: int) -> str:
    rows = kit.store.rows("SELECT number FROM visit ORDER BY rowid")
    return rows[pick % len(rows)]["number"] if rows else "A404"


STEPS: dict[str, Step] = {
    "take": lambda kit, seat, pick: tickets.take(
        kit.store,
        AGENT,
        tickets.Request(ITEMS[: 1 + pick % 3], person=PEOPLE[pick % len(PEOPLE)]),
    ),
    "joint": lambda kit, seat, pick: tickets.take(
        kit.store, AGENT, tickets.Request([], joint="restaurant")
    ),
    "more": lambda kit, seat, pick: tickets.add_service(
        kit.store, AGENT, _number(kit, pick), ITEMS[pick % 4], after_current=pick % 2 == 0
    ),
    "cancel": lambda kit, seat, pick: tickets.cancel(
        kit.store, AGENT, _number(kit, pick), "visitor"
    ),
    "reinstate": lambda kit, seat, pick: tickets.reinstate(kit.store, AGENT, _number(kit, pick)),
    "open": lambda kit, seat, pick: windows.open_window(kit.store, clerk(seat)),
    "pause": lambda kit, seat, pick: windows.pause_window(kit.store, clerk(seat), "rest"),
    "drain": lambda kit, seat, pick: windows.drain_window(kit.store, clerk(seat)),
    "next": lambda kit, seat, pick: calling.call_next(kit.store, clerk(seat)),
    "start": lambda kit, seat, pick: calling.start(kit.store, clerk(seat)),
    "pass": lambda kit, seat, pick: calling.pass_over(kit.store, clerk(seat)),
    "hold": lambda kit, seat, pick: serving.hold(kit.store, clerk(seat), "copy"),
    "out": lambda kit, seat, pick: serving.send_out(kit.store, clerk(seat)),
    "finish": lambda kit, seat, pick: serving.finish(kit.store, clerk(seat)),
    "consult": lambda kit, seat, pick: serving.transfer(
        kit.store, clerk(seat), "consult", ITEMS[pick % 4]
    ),
    "undo": lambda kit, seat, pick: undo.undo(kit.store, clerk(seat)),
    "stop": lambda kit, seat, pick: day.stop_numbers(kit.store, SUPERVISOR, [LINES[pick % 4]]),
    "wait": lambda kit, seat, pick: kit.pass_(minutes=(0.1, 1, 5, 31)[pick % 4]),
    "sweep": lambda kit, seat, pick: sweep.sweep(kit.store),
}
# What makes a day: numbers and windows first of all.
USUAL = ("take", "take", "open", "next", "next", "start", "wait", *STEPS)

days = st.lists(
    st.tuples(st.sampled_from(USUAL), st.sampled_from(SEATS), st.integers(0, 11)), max_size=60
)


@pytest.mark.slow
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=days, carried=st.sets(st.integers(0, 11)), by_clock=st.booleans())
def test_every_number_has_an_honest_end(
    steps: list[tuple[str, int, int]], carried: set[int], by_clock: bool
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="hall-day-"))
    kit = Kit(folder)
    try:
        for seat in SEATS:
            windows.open_window(kit.store, clerk(seat))
        for name, seat, pick in steps:
            try:
                STEPS[name](kit, seat, pick)
            except Refused:
                continue
        before = invariants.check(kit.store)
        if by_clock:
            taken = set()
            _midnight(kit)
        else:
            listed = day_close.closing_list(kit.store)
            can = [row["number"] for row in listed if row["carriable"]]
            taken = {number for place, number in enumerate(can) if place in carried}
            row = day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=taken)
            assert len(row["listed"]["rows"]) == len(listed)
        after = invariants.check(kit.store)
        _judge(before["leg"], after["leg"], taken, by_clock=by_clock)
        assert all(one["leg"] or one["state"] == "closed" for one in after["window"].values())
        assert all(window["state"] == "closed" for window in after["window"].values()) or by_clock
        open_duty = kit.store.rows("SELECT window FROM duty WHERE ended_at IS NULL")
        assert {duty["window"] for duty in open_duty} == {
            key for key, window in after["window"].items() if window["leg"]
        }
        for seat in SEATS:
            with pytest.raises(Refused):
                undo.undo(kit.store, clerk(seat))
        invariants.check_replay(kit.store)
        assert verify(kit.store).ok
        _next_morning(kit, taken)
    finally:
        kit.close()
        shutil.rmtree(folder)


def _midnight(kit: Kit) -> None:
    kit.clock.ms = 1_790_038_800_000 + 15 * 3_600_000
    assert datetime.fromisoformat(kit.store.env.day(kit.clock.ms)).day == 23
    sweep.sweep(kit.store)
    assert sweep.sweep(kit.store) == 0


def _judge(
    before: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
    carried: set[str],
    *,
    by_clock: bool,
) -> None:
    assert set(before) == set(after)
    for key, was in before.items():
        now = after[key]
        if was["state"] in invariants.FINAL:
            assert now == was
        elif by_clock and was["state"] in invariants.TWO:
            assert now["state"] == was["state"], "left to the clerk"
        elif was["number"] in carried and was["state"] != "passed":
            assert (now["state"], now["reason"]) == ("carried_over", "carried_over")
        else:
            state, reasons = ENDED[was["state"]]
            assert now["state"] == state
            assert now["reason"] in reasons


def _next_morning(kit: Kit, carried: set[str]) -> None:
    """Whoever was carried over takes one number the next morning, with what was left to do."""
    kit.clock.ms = 1_790_038_800_000 + 24 * 3_600_000
    sweep.sweep(kit.store)
    for number in sorted(carried):
        left = {leg.item for leg in kit.legs(number) if leg.state == "carried_over"}
        ticket = bookings.check_in(kit.store, AGENT, f"20260922{number}")
        assert {leg.item for leg in ticket.legs} == left
        assert {leg.lane for leg in ticket.legs} == {"booked"}
        with pytest.raises(Refused):
            bookings.check_in(kit.store, AGENT, f"20260922{number}")
    invariants.check(kit.store)
