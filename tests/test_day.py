"""The business day: opening, numbers stopped, the signed list, carried numbers, the boundary."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.check import verify
from db.store import Row
from hallclient.actions import (
    booking_arrival,
    bookings,
    calling,
    day,
    day_close,
    day_end,
    serving,
    staff,
    sweep,
    tickets,
    undo,
    views,
    windows,
)
from hallclient.actions.acting import SYSTEM, Actor
from hallclient.actions.hall_files import default_hall
from hallclient.rules.catalogue import Opening
from hallclient.rules.errors import Refused
from tests import bookkit, invariants
from tests.hallkit import AGENT, NINE, PASSWORD, SUPERVISOR, Kit, clerk

TODAY = "2026-09-22"
CLOSING = NINE + 8 * 3_600_000
MIDNIGHT = NINE + 15 * 3_600_000
KIOSK = Actor("k01", "kiosk")
PERSON = {"name": "张三", "identity": "420100199001011234", "phone": "13812345678"}


pytestmark = pytest.mark.usefixtures("quick")


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.RaisesExc(Refused, check=lambda error: error.code == code)


def every_state(kit: Kit) -> dict[str, str]:
    """A number in every state an open number can have; state -> number."""
    kit.open(1, 2, 3)
    numbers = {}
    for _ in range(6):
        kit.take("setup")
    numbers["held"] = kit.serve(clerk(1))
    serving.hold(kit.store, clerk(1), "copy", 120)
    numbers["external"] = kit.serve(clerk(1))
    serving.send_out(kit.store, clerk(1))
    numbers["passed"] = kit.next(clerk(1))
    kit.pass_(90)
    calling.pass_over(kit.store, clerk(1))
    numbers["serving"] = kit.serve(clerk(1))
    numbers["called"] = kit.next(clerk(2))
    numbers["waiting"] = kit.take("estate").number
    first = kit.take("tax")
    tickets.add_service(kit.store, AGENT, first.number, kit.item("estate"), after_current=True)
    numbers["blocked"] = first.number
    return numbers


def ends(kit: Kit, number: str) -> list[tuple[str, str | None]]:
    return [(leg.state, leg.reason) for leg in kit.legs(number)]


# -- opening


def check(kit: Kit, name: str) -> tuple[str, str, dict[str, Any]]:
    (found,) = [one for one in day.opening(kit.store) if one.id == name]
    return found.level, found.code, found.params


def test_the_check_finds_out_by_itself(kit: Kit) -> None:
    assert check(kit, "windows")[:2] == ("notice", "nobody")
    assert check(kit, "backup")[:2] == ("warning", "none")
    kit.open(1)
    level, code, params = check(kit, "windows")
    assert (level, code, params["staffed"]) == ("notice", "uncovered", 1)
    # Lines that a window serves in an emergency only are not covered.
    assert set(params["lines"]) == set(kit.hall.lines) - {"setup", "general", "park"}
    kit.open(7)
    assert check(kit, "windows")[:2] == ("ok", "ok")
    staff.enter(kit.store, clerk(1))
    assert "c01" not in check(kit, "clerks")[2]["which"]
    # Whoever sits at a window is there, signed in at a screen or not.
    assert "c07" not in check(kit, "clerks")[2]["which"]
    assert check(kit, "clerks")[2]["n"] == 16
    assert check(kit, "hours")[2]["closes"] == CLOSING


def test_opening_records_who_saw_what(kit: Kit) -> None:
    row = day.open_day(kit.store, SUPERVISOR, ["paper", "screens"], "一号屏\x1b[31m待修")
    seen = json.loads(row["checks"])
    assert (row["state"], row["opened_by"], row["opened_at"]) == ("open", "s01", NINE)
    assert seen["ticked"] == ["screens", "paper"]
    assert set(seen["ticked"]) | set(seen["open"]) == set(kit.hall.opening_checks)
    assert seen["note"] == "一号屏[31m待修"
    assert {one["id"] for one in seen["facts"]} >= {"edition", "hours", "windows", "backup"}
    with refused("day-opened"):
        day.open_day(kit.store, SUPERVISOR)
    with refused("no-such-check"):
        day.open_day(kit.store, SUPERVISOR, ["nothing"])


def test_a_day_that_nobody_opened_works_and_says_so(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.serve_out(clerk(1))
    assert day.hint(kit.store) == ("not-opened", 0)
    day.open_day(kit.store, SUPERVISOR)
    assert day.hint(kit.store) is None


def test_nothing_is_said_at_night_and_on_a_holiday(kit: Kit) -> None:
    kit.clock.ms = NINE - 3_600_000
    assert day.hint(kit.store) is None
    kit.clock.ms = NINE + 4 * 86_400_000
    assert day.hint(kit.store) is None
    assert check(kit, "hours")[1] == "none"


# -- numbers stopped


def test_stopped_lines_give_no_numbers_but_to_a_supervisor(kit: Kit) -> None:
    assert day.stop_numbers(kit.store, SUPERVISOR, ["setup"]) == ["setup"]
    assert day.stopped(kit.store) == ["setup"]
    for who in (AGENT, KIOSK, clerk(1)):
        with refused("line-stopped"):
            kit.take("setup", by=who)
    assert kit.take("setup", by=SUPERVISOR).number == "A001"
    assert kit.take("tax").number == "B001"
    with refused("already-stopped"):
        day.stop_numbers(kit.store, SUPERVISOR, ["setup"])
    assert len(day.stop_numbers(kit.store, SUPERVISOR)) == len(kit.hall.lines) - 1
    assert len(day.start_numbers(kit.store, SUPERVISOR)) == len(kit.hall.lines)
    assert kit.take("setup").number == "A002"
    with refused("not-stopped"):
        day.start_numbers(kit.store, SUPERVISOR)
    with refused("no-such-line"):
        day.stop_numbers(kit.store, SUPERVISOR, ["nowhere"])


def test_a_stop_ends_with_the_day(kit: Kit) -> None:
    day.stop_numbers(kit.store, SUPERVISOR)
    kit.clock.ms = NINE + 86_400_000
    assert kit.take("setup").number == "A001"


# -- overtime


def test_who_has_a_number_at_closing_time_is_served(kit: Kit) -> None:
    kit.open(1)
    kit.clock.ms = CLOSING - 60_000
    number = kit.take("setup", by=KIOSK, source="kiosk").number
    assert day.hint(kit.store) == ("not-opened", 0)
    kit.clock.ms = CLOSING
    with refused("hall-closed"):
        kit.take("setup", by=KIOSK, source="kiosk")
    assert day.hint(kit.store) == ("overtime", 1)
    kit.pass_(minutes=50)
    assert kit.serve_out(clerk(1)) == number
    assert kit.visit(number)["state"] == "done"
    assert day.hint(kit.store) is None


# -- closing


def test_every_state_has_its_honest_end(kit: Kit) -> None:
    numbers = every_state(kit)
    proposed = {(row["number"], row["state"]): row for row in day_close.closing_list(kit.store)}
    kit.take("general")
    kit.open(7)
    finished = kit.serve_out(clerk(7))
    row = day_close.close_day(kit.store, SUPERVISOR, PASSWORD, note="全部告知")
    assert ends(kit, numbers["waiting"]) == [("abandoned", "eod")]
    assert ends(kit, numbers["blocked"]) == [("abandoned", "eod"), ("abandoned", "eod")]
    assert ends(kit, numbers["held"]) == [("abandoned", "eod")]
    assert ends(kit, numbers["external"]) == [("abandoned", "eod")]
    assert ends(kit, numbers["passed"]) == [("abandoned", "no_show")]
    assert ends(kit, numbers["called"]) == [("abandoned", "eod")]
    assert ends(kit, numbers["serving"]) == [("cancelled", "ended_by_supervisor")]
    assert ends(kit, finished) == [("done", "done")]
    for said in row["listed"]["rows"]:
        before = proposed[said["number"], said["state"]]
        assert (said["end"], said["reason"]) == (before["end"], before["reason"])
    assert row["listed"]["numbers"]["done"] == 1
    assert (row["signed_by"], row["note"], row["closed_at"]) == ("s01", "全部告知", kit.clock.ms)
    assert {one["state"] for one in windows.windows(kit.store)} == {"closed"}
    invariants.check(kit.store)
    invariants.check_replay(kit.store)


def test_called_until_they_could_be_passed_is_a_no_show(kit: Kit) -> None:
    kit.open(1, 2)
    for _ in range(2):
        kit.take("setup")
    early = kit.next(clerk(1))
    kit.pass_(90)
    late = kit.next(clerk(2))
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert ends(kit, early) == [("abandoned", "no_show")]
    assert ends(kit, late) == [("abandoned", "eod")]
    outcomes = {row["number"]: row["outcome"] for row in kit.store.rows("SELECT * FROM attempt")}
    assert outcomes == {early: "absent", late: "day-ended"}


def test_what_nobody_measured_enters_no_average(kit: Kit) -> None:
    every_state(kit)
    before = {row["id"] for row in kit.store.rows("SELECT id FROM period WHERE ended_at IS NULL")}
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    rows = kit.store.rows("SELECT id, kind, estimated, ended_at FROM period")
    assert all(row["ended_at"] is not None for row in rows)
    assert all(row["estimated"] for row in rows if row["id"] in before)
    measured = [row for row in rows if row["kind"] == "service" and not row["estimated"]]
    assert len(measured) == 2  # what was held and sent out


def test_one_event_for_each_number_and_one_for_the_day(kit: Kit) -> None:
    every_state(kit)
    open_visits = {row["visit"] for row in day_close.closing_list(kit.store)}
    before = len(kit.kinds())
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    made = kit.kinds()[before:]
    assert made == ["visit.day-ended"] * len(open_visits) + ["day.closed"]


def test_after_closing_the_day_takes_nothing_more(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    done = kit.serve_out(clerk(1))
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    before = kit.kinds()
    for who in (AGENT, KIOSK, SUPERVISOR):
        with refused("day-closed"):
            kit.take("setup", by=who)
    with refused("day-closed"):
        tickets.add_service(kit.store, AGENT, done, kit.item("tax"))
    with refused("day-closed"):
        undo.undo(kit.store, clerk(1))
    with refused("day-closed"):
        windows.open_window(kit.store, clerk(1))
    with refused("window-closed"):
        serving.reopen(kit.store, clerk(1), done)
    with refused("day-closed"):
        day.stop_numbers(kit.store, SUPERVISOR)
    with refused("day-closed"):
        day.open_day(kit.store, SUPERVISOR)
    assert kit.kinds() == before
    assert day.hint(kit.store) == ("closed", 0)


def test_a_cancelled_number_is_not_taken_back_after_closing(kit: Kit) -> None:
    """The undo of a cancellation touches no window: only the day says no."""
    kit.open(1)
    number = kit.take("setup").number
    tickets.cancel(kit.store, clerk(1), number, "visitor")
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    with refused("day-closed"):
        undo.undo(kit.store, clerk(1))
    assert kit.states(number) == ["cancelled"]


def test_a_reopened_day_goes_on_and_its_list_grows(kit: Kit) -> None:
    with refused("day-not-closed"):
        day.reopen_day(kit.store, SUPERVISOR)
    first = kit.take("setup").number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    day.reopen_day(kit.store, SUPERVISOR, "早了")
    second = kit.take("setup").number
    row = day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert [said["number"] for said in row["listed"]["rows"]] == [first, second]
    assert kit.states(first) == ["abandoned"]
    invariants.check_replay(kit.store)


def test_a_wrong_signature_changes_nothing(kit: Kit) -> None:
    every_state(kit)
    before = invariants.everything(kit.store)
    with refused("sign-in"):
        day_close.close_day(kit.store, SUPERVISOR, "wrong")
    assert invariants.everything(kit.store) == before
    assert day_close.record(kit.store, TODAY) is None
    assert kit.kinds()[-1] == "operator.sign-in-failed"
    with refused("not-allowed"):
        day_close.close_day(kit.store, clerk(1), PASSWORD)
    assert invariants.everything(kit.store) == before


def test_two_supervisors_close_at_once_and_one_of_them_does(kit: Kit) -> None:
    staff.change_role(kit.store, Actor("admin", "administrator"), "c18", "supervisor")
    for _ in range(5):
        kit.take("setup")
    ready = threading.Barrier(2)

    def close(operator: str) -> str:
        with kit.again() as store:
            ready.wait()
            try:
                day_close.close_day(store, Actor(operator, "supervisor"), PASSWORD)
            except Refused as refused:
                return f"{refused.code} {refused.params['operator']}"
        return operator

    with ThreadPoolExecutor(2) as pool:
        said = set(pool.map(close, ("s01", "c18")))
    row = day_close.record(kit.store, TODAY)
    assert row is not None
    assert said == {row["signed_by"], f"day-closed {row['signed_by']}"}
    assert kit.kinds().count("day.closed") == 1
    assert kit.kinds().count("visit.day-ended") == 5


def test_signals_and_alarms_end_with_the_day(kit: Kit) -> None:
    with kit.store.act("s01") as tx:
        tx.append("signal.sent", "x", [("signal", "x", None, {"day": TODAY, "window": "W01"})])
        tx.append("alarm.raised", "y", [("alarm", "y", None, {"day": TODAY, "kind": "wait"})])
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert kit.store.row("SELECT closed_at FROM signal") == {"closed_at": kit.clock.ms}
    assert kit.store.row("SELECT cleared_at FROM alarm") == {"cleared_at": kit.clock.ms}


# -- carried over


def booked(kit: Kit, number: str, day: str = "20260922") -> Row:
    """The booking that a number was carried over with."""
    found = bookings.booking(kit.store, day + number)
    assert found is not None
    return found


def test_a_carried_number_is_a_booking_for_the_next_opening(kit: Kit) -> None:
    number = kit.take("setup", "estate", person=PERSON).number
    row = day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    assert kit.states(number) == ["carried_over", "carried_over"]
    assert kit.visit(number)["state"] == "carried_over"
    assert {said["slot"] for said in row["listed"]["rows"]} == {NINE + 86_400_000}
    booking = booked(kit, number)
    assert (booking["day"], booking["slot"]) == ("2026-09-23", NINE + 86_400_000)
    assert (booking["state"], booking["source"]) == ("booked", "carried")
    person = bookings.person_of(kit.store, booking)
    assert {name: person[name] for name in PERSON} == PERSON
    assert bookings.find(kit.store, PERSON["identity"])[0]["id"] == booking["id"]
    assert PERSON["name"] not in json.dumps(kit.store.rows("SELECT sent, sealed FROM booking"))
    periods = kit.store.rows("SELECT estimated FROM period")
    assert all(period["estimated"] == 0 for period in periods), "the visitor was there"
    invariants.check(kit.store)
    assert verify(kit.store).ok


def test_friday_is_carried_to_monday(kit: Kit) -> None:
    kit.clock.ms = NINE + 3 * 86_400_000
    number = kit.take("setup").number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    assert booked(kit, number, "20260925")["day"] == "2026-09-28"


@pytest.mark.parametrize("late", [-10, 0, 14, 100])
def test_carried_numbers_come_first_and_only_once(kit: Kit, late: int) -> None:
    number = kit.take("setup", "estate").number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    kit.clock.ms = NINE + 86_400_000 + min(late, 0) * 60_000
    kit.open(1)
    for _ in range(3):
        kit.take("setup")
    if late > 0:
        kit.pass_(minutes=late)
        sweep.sweep(kit.store)
    ticket = bookings.check_in(kit.store, AGENT, f"20260922{number}")
    assert [leg.item for leg in ticket.legs] == [kit.item("setup"), kit.item("estate")]
    kit.pass_(minutes=max(0, -late))
    # The starvation guard is for those who waited beyond measure, whoever else is there.
    if late < 40:
        assert kit.next(clerk(1)) == ticket.number
    with refused("already-arrived"):
        bookings.check_in(kit.store, AGENT, f"20260922{number}")
    invariants.check(kit.store)


def test_a_carried_number_is_told_that_it_comes_first(kit: Kit) -> None:
    number = kit.take("setup", "estate").number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    kit.clock.ms = NINE + 86_400_000
    kit.open(1)
    for _ in range(3):
        kit.take("setup")
    kit.pass_(minutes=100)
    ticket = booking_arrival.arrive(kit.store, AGENT, f"20260922{number}")
    assert kit.visit(ticket.number)["ahead"] == 0


def test_who_could_not_come_because_the_hall_closed_has_missed_nothing(kit: Kit) -> None:
    times = {"Y001": "09:00-09:30", "Y002": "10:00-10:30", "Y003": "11:00-11:30"}
    bookkit.booked(kit, *(bookkit.row(key, time) for key, time in times.items()))
    kit.pass_(minutes=70)
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    sweep.sweep(kit.store)
    kit.clock.ms = CLOSING
    sweep.sweep(kit.store)
    rows = bookings.of_day(kit.store)
    assert [(row["id"], row["state"], row["reason"]) for row in rows] == [
        ("Y001", "no_show", None),
        ("Y002", "cancelled", "day-closed"),
        ("Y003", "cancelled", "day-closed"),
    ]
    assert sweep.sweep(kit.store) == 0


def test_a_carried_number_that_does_not_come_is_marked_when_its_day_is_over(kit: Kit) -> None:
    number = kit.take("setup").number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    kit.clock.ms = CLOSING + 86_400_000
    sweep.sweep(kit.store)
    assert booked(kit, number)["state"] == "booked"
    kit.clock.ms = MIDNIGHT + 86_400_000
    sweep.sweep(kit.store)
    assert booked(kit, number)["state"] == "no_show"


def test_only_what_waits_can_be_carried_over(kit: Kit) -> None:
    numbers = every_state(kit)
    can = {row["number"] for row in day_close.closing_list(kit.store) if row["carriable"]}
    assert can >= {numbers[state] for state in ("held", "external", "waiting", "blocked")}
    assert not can & {numbers[state] for state in ("passed", "serving", "called")}
    before = kit.kinds()
    for state in ("passed", "serving", "called"):
        with refused("not-carriable"):
            day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[numbers[state]])
    with refused("no-such-number"):
        day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=["A404"])
    assert kit.kinds() == before


def test_a_number_is_carried_once(kit: Kit) -> None:
    number = kit.take("setup").number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    day.reopen_day(kit.store, SUPERVISOR)
    tickets.add_service(kit.store, AGENT, number, kit.item("tax"))
    (row,) = day_close.closing_list(kit.store)
    assert not row["carriable"]
    with refused("not-carriable"):
        day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert kit.states(number) == ["carried_over", "abandoned"]
    invariants.check(kit.store)


def test_a_hall_that_never_opens_again_carries_nothing(tmp_path: Path) -> None:
    kit = Kit(tmp_path, hall=default_hall()._replace(hours=()))
    try:
        number = kit.take("setup").number
        with refused("never-opens"):
            day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
        day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    finally:
        kit.close()


def test_a_result_to_collect_is_collected_the_next_day_too(kit: Kit) -> None:
    number = kit.take("setup", collect=True).number
    assert number.startswith("E")
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[number])
    kit.clock.ms = NINE + 86_400_000
    assert bookings.check_in(kit.store, AGENT, f"20260922{number}").number == "E001"


# -- the boundary


def test_at_midnight_the_system_ends_what_is_left(kit: Kit) -> None:
    numbers = every_state(kit)
    kit.clock.ms = MIDNIGHT - 1
    sweep.sweep(kit.store)
    assert day_close.record(kit.store, TODAY) is None
    kit.clock.ms = MIDNIGHT
    assert sweep.sweep(kit.store) > 0
    assert ends(kit, numbers["waiting"]) == [("abandoned", "eod")]
    assert ends(kit, numbers["blocked"])[-1] == ("abandoned", "eod")
    assert ends(kit, numbers["passed"]) == [("abandoned", "no_show")]
    assert kit.states(numbers["serving"]) == ["serving"], "left to the clerk"
    assert kit.states(numbers["called"]) == ["called"]
    row = day_close.record(kit.store, TODAY)
    assert row is not None
    assert (row["state"], row["closed_by"], row["signed_by"]) == ("closed", SYSTEM, None)
    invariants.check(kit.store)
    serving.finish(kit.store, clerk(1))
    assert sweep.sweep(kit.store) == 0
    invariants.check_replay(kit.store)


def test_the_day_is_signed_later_and_once(kit: Kit) -> None:
    kit.take("setup")
    kit.clock.ms = MIDNIGHT + 9 * 3_600_000
    with refused("no-such-day"):
        day_close.sign_day(kit.store, SUPERVISOR, PASSWORD, "2026-09-21")
    sweep.sweep(kit.store)
    assert check(kit, "yesterday")[:2] == ("notice", "unsigned")
    with refused("sign-in"):
        day_close.sign_day(kit.store, SUPERVISOR, "wrong", TODAY)
    row = day_close.sign_day(kit.store, SUPERVISOR, PASSWORD, TODAY)
    assert (row["closed_by"], row["signed_by"], row["signed_at"]) == (SYSTEM, "s01", kit.clock.ms)
    assert len(row["listed"]["rows"]) == 1
    with refused("day-signed"):
        day_close.sign_day(kit.store, SUPERVISOR, PASSWORD, TODAY)
    assert check(kit, "yesterday")[:2] == ("ok", "ok")


def test_a_day_in_which_all_went_well_is_closed_too(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.serve_out(clerk(1))
    kit.clock.ms = MIDNIGHT
    sweep.sweep(kit.store)
    row = day_close.record(kit.store, TODAY)
    assert row is not None
    assert row["listed"] == {"rows": [], "numbers": {"done": 1}, "closes_at": None}
    assert sweep.sweep(kit.store) == 0


def test_a_window_left_open_counts_until_its_last_sign_of_life(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.pass_(minutes=5)
    kit.serve_out(clerk(1))
    kit.pass_(minutes=2)
    sweep.sweep(kit.store)
    left = kit.clock.ms
    kit.clock.ms = MIDNIGHT + 8 * 3_600_000
    sweep.sweep(kit.store)
    assert kit.window(clerk(1))["state"] == "closed"
    (duty,) = kit.store.rows("SELECT * FROM duty")
    assert (duty["started_at"], duty["ended_at"]) == (NINE, left)
    kit.open(1)
    kit.take("setup")
    assert kit.next(clerk(1)) == "A001"


def test_a_supervisor_closes_what_yesterday_left_at_a_window(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.serve(clerk(1))
    kit.clock.ms = MIDNIGHT + 9 * 3_600_000
    sweep.sweep(kit.store)
    assert check(kit, "left-over")[2]["which"] == ["A001"]
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert ends(kit, "A001") == [("cancelled", "ended_by_supervisor")]
    assert kit.window(clerk(1))["state"] == "closed"
    invariants.check(kit.store)


def test_what_was_put_back_after_midnight_ends_too(kit: Kit) -> None:
    """Yesterday's list is complete though its last number was freed the morning after."""
    kit.open(1)
    kit.take("setup")
    kit.serve(clerk(1))
    kit.clock.ms = MIDNIGHT
    sweep.sweep(kit.store)
    serving.take_over(kit.store, SUPERVISOR, "W01")
    with refused("nobody-waiting"):
        kit.next(clerk(1))
    sweep.sweep(kit.store)
    row = day_close.record(kit.store, TODAY)
    assert row is not None
    assert [said["number"] for said in row["listed"]["rows"]] == ["A001"]
    assert (row["closed_at"], row["closed_by"]) == (MIDNIGHT, SYSTEM)
    assert sweep.sweep(kit.store) == 0


def test_a_quiet_hall_reads_no_history(kit: Kit) -> None:
    """Every desk asks this every few seconds: indexes only, and the whole of none of them."""
    today = kit.store.env.day(kit.clock.ms)
    for sql in (day_end._BEFORE, day_end._WORKED):
        plan = kit.store.db.execute(f"EXPLAIN QUERY PLAN {sql}", (today,)).fetchall()
        told = [str(step[-1]) for step in plan]
        assert [step for step in told if step.startswith("SCAN") and "subquery" not in step] == []
        assert any("USING" in step for step in told)


ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Etc/GMT+12")
# The days on which clocks are put forward and back in those zones.
DAYS = ("2026-03-08", "2026-03-29", "2026-09-22", "2026-10-25", "2026-11-01", "2026-12-31")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("of", DAYS)
def test_everything_starts_anew_at_the_halls_midnight(tmp_path: Path, zone: str, of: str) -> None:
    every = tuple(Opening(number, 540, 1020) for number in range(1, 8))
    hall = default_hall()._replace(time_zone=zone, hours=every)
    kit = Kit(tmp_path, hall=hall)
    try:
        after = date.fromisoformat(of) + timedelta(days=1)
        midnight = datetime.combine(after, datetime.min.time(), ZoneInfo(zone))
        kit.clock.ms = round(midnight.timestamp()) * 1000 - 1
        kit.open(1)
        assert [kit.take("setup").number for _ in range(2)] == ["A001", "A002"]
        last = kit.take("setup")
        assert (last.number, last.day) == ("A003", of)
        kit.pass_(0.001)
        fresh = kit.take("setup")
        assert (fresh.number, fresh.day) == ("A001", after.isoformat())
        assert fresh.slip == after.isoformat().replace("-", "") + "A001"
        assert sweep.sweep(kit.store) > 0
        assert [row["number"] for row in views.tickets(kit.store)] == ["A001"]
        kit.open(1)
        assert kit.next(clerk(1)) == "A001"
        assert kit.store.row("SELECT day FROM leg WHERE window = 'W01'") == {
            "day": after.isoformat()
        }
        invariants.check(kit.store)
        invariants.check_replay(kit.store)
    finally:
        kit.close()
