"""Promise and forecast over a real store: what they read, what they refuse, what they cost."""

from typing import Any

import pytest

from hallclient.actions import calling, demand, forecasting, learned, scene, serving, windows
from hallclient.actions.forecasting import Change, estimate_of, forecast, promise, promises
from hallclient.rules.demand import Came
from hallclient.rules.errors import Refused
from tests.hallkit import Kit, clerk

MINUTE = 60_000
DAY = 24 * 60


def queue(kit: Kit, count: int, line: str = "setup") -> None:
    """So many numbers for a line, one a minute."""
    for _ in range(count):
        kit.take(line)
        kit.pass_(minutes=1)


def ask(kit: Kit, line: str = "setup", **more: Any) -> forecasting.Promise:
    return promise(kit.store, [kit.item(line)], **more)


# -- a newcomer


def at_once(found: forecasting.Promise) -> bool:
    """Nobody is ahead; a clerk may need a moment to notice."""
    return found.ahead == found.low == 0 and found.high < 2 * MINUTE


def test_an_idle_window_is_promised_at_once(kit: Kit) -> None:
    kit.open(1)
    assert at_once(ask(kit))


def test_the_promise_grows_with_those_ahead_and_holds_the_plain_sum(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    kit.serve(clerk(1)), kit.serve(clerk(2))
    queue(kit, 2)
    few = ask(kit)
    queue(kit, 6)
    many = ask(kit)
    assert (few.ahead, many.ahead) == (2, 8)
    assert few.low <= few.high < many.low
    usual = kit.hall.lines["setup"].service_ms
    assert many.low < 8 * usual / 2 + usual / 2 < many.high * 1.2


def test_priority_and_a_booking_are_promised_less(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    kit.serve(clerk(1)), kit.serve(clerk(2))
    queue(kit, 8)
    plain = ask(kit)
    first = ask(kit, priority="elderly")
    booked = ask(kit, slot=kit.clock.ms)
    late = ask(kit, slot=kit.clock.ms + 60 * MINUTE)
    assert first.ahead == booked.ahead == 0
    assert max(first.high, booked.high) < plain.low
    assert late.high > booked.high


def test_of_several_services_the_first_call_is_promised(kit: Kit) -> None:
    kit.open(1, 13)
    queue(kit, 8, "setup")
    both = promise(kit.store, [kit.item("setup"), kit.item("tax")])
    assert at_once(both)
    begins = promise(kit.store, [], joint="company_start")
    assert begins.ahead == ask(kit).ahead


def test_collecting_is_a_line_of_its_own(kit: Kit) -> None:
    kit.open(1, 17)
    queue(kit, 8, "setup")
    assert at_once(ask(kit, collect=True))


@pytest.mark.parametrize(
    ("codes", "more", "code"),
    [
        (["nothing"], {}, "no-such-item"),
        ([], {}, "no-item"),
        ([], {"joint": "nothing"}, "no-such-joint"),
    ],
)
def test_what_cannot_be_promised(
    kit: Kit, codes: list[str], more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        promise(kit.store, codes, **more)
    assert refused.value.code == code


def test_a_draining_window_is_not_counted_and_a_pause_is_waited_out(kit: Kit) -> None:
    kit.open(1, 2)
    queue(kit, 4)
    both = ask(kit)
    windows.pause_window(kit.store, clerk(2), "rest")
    paused = ask(kit)
    windows.resume_window(kit.store, clerk(2))
    kit.serve(clerk(2))
    windows.drain_window(kit.store, clerk(2))
    kit.take("setup")
    draining = ask(kit)
    assert both.high < paused.high < draining.high


def test_before_opening_the_windows_are_expected_to_open(kit: Kit) -> None:
    kit.pass_(minutes=-20)
    opening = 20 * MINUTE
    found = ask(kit)
    assert found.low <= opening <= found.high


def test_a_line_without_a_window_is_not_left_alone_for_ever(kit: Kit) -> None:
    kit.open(17)
    found = ask(kit)
    assert found.low <= kit.policy.spare_after_ms <= found.high


def test_measured_services_change_what_is_promised(kit: Kit) -> None:
    kit.open(1)
    for _ in range(40):
        kit.take("setup")
        kit.serve(clerk(1))
        kit.pass_(minutes=4)
        serving.finish(kit.store, clerk(1))
    kit.take("setup")
    kit.serve(clerk(1))
    for _ in range(6):
        kit.take("setup")
    found = ask(kit)
    usual = kit.hall.lines["setup"].service_ms
    assert found.high < 6 * usual
    assert found.low < 7 * 6.6 * MINUTE < found.high * 1.3


def test_all_lines_at_once_say_the_same_as_each(kit: Kit) -> None:
    kit.open(*range(1, 19))
    for line in ("setup", "general", "tax"):
        for _ in range(8):
            kit.take(line)
    for number in range(1, 17):
        kit.serve(clerk(number))
    every = promises(kit.store)
    assert set(every) == set(kit.hall.lines)
    for line in ("setup", "tax", "general", "works"):
        assert every[line] == ask(kit, line)


def test_every_process_promises_the_same(kit: Kit) -> None:
    kit.open(1, 2)
    queue(kit, 7)
    with kit.again() as other:
        assert promise(other, [kit.item("setup")]) == ask(kit)
        assert forecast(other) == forecast(kit.store)


# -- a number that is in the hall


def test_a_joint_matter_is_called_now_and_over_much_later(kit: Kit) -> None:
    kit.open(1, 13)
    ticket = kit.take(joint="company_start")
    found = estimate_of(kit.store, ticket.visit)
    assert found is not None
    assert found.call_low <= found.call_high < found.end_low < found.end_high
    kit.serve(clerk(1))
    kit.pass_(minutes=5)
    served = estimate_of(kit.store, ticket.visit)
    assert served is not None
    assert served.call_low == 0
    assert served.call_high < 2 * MINUTE


def test_a_number_that_is_over_has_no_estimate(kit: Kit) -> None:
    kit.open(1)
    ticket = kit.take("setup")
    kit.serve_out(clerk(1))
    assert estimate_of(kit.store, ticket.visit) is None


def test_a_hold_comes_back_to_its_window(kit: Kit) -> None:
    kit.open(1)
    ticket = kit.take("setup")
    kit.serve(clerk(1))
    kit.pass_(minutes=2)
    serving.hold(kit.store, clerk(1), "copy", 10)
    found = estimate_of(kit.store, ticket.visit)
    assert found is not None
    assert found.call_low <= 10 * MINUTE <= found.call_high


# -- the hall


def busy(kit: Kit) -> None:
    """Two windows for company registration and more than they can do."""
    kit.open(1, 2, 7, 13)
    queue(kit, 12, "setup")
    queue(kit, 3, "tax")
    for number in (1, 2, 7, 13):
        calling.call_next(kit.store, clerk(number))
        calling.start(kit.store, clerk(number))


def test_a_forecast_of_every_line(kit: Kit) -> None:
    busy(kit)
    found = forecast(kit.store)
    assert found.at == kit.clock.ms
    assert list(found.lines) == list(kit.hall.lines)
    setup = found.lines["setup"]
    assert (setup.line, setup.windows) == ("setup", 2)
    assert setup.waiting == 10
    assert setup.oldest_ms == 13 * MINUTE
    assert setup.longest_ms > setup.oldest_ms
    assert 0 < setup.now_low < setup.now_high
    assert setup.usual is None
    assert found.lines["collect"].waiting == 0
    assert found.cleared is not None
    assert found.cleared[0] >= kit.clock.ms


def test_more_windows_shorten_and_fewer_lengthen_the_waits(kit: Kit) -> None:
    busy(kit)
    before = forecast(kit.store)
    more = forecast(kit.store, [Change("W03", open=True), Change("W04", open=True)])
    fewer = forecast(kit.store, [Change("W02", open=False)])
    longest = [it.lines["setup"].longest_ms for it in (more, before, fewer)]
    assert longest == sorted(longest)
    assert longest[0] < longest[1] < longest[2]
    assert [it.lines["setup"].windows for it in (more, before, fewer)] == [4, 2, 1]


def test_another_plan_and_an_emergency_help_the_line_they_are_for(kit: Kit) -> None:
    busy(kit)
    before = forecast(kit.store).lines["setup"]
    plan = forecast(kit.store, [Change("W07", {"setup": "main"})]).lines["setup"]
    emergency = forecast(kit.store, [Change("W07", emergency=True)]).lines["setup"]
    assert plan.longest_ms < before.longest_ms
    assert emergency.longest_ms < before.longest_ms
    assert (plan.windows, emergency.windows) == (3, 3)


def test_a_what_if_changes_nothing(kit: Kit) -> None:
    busy(kit)
    before, log = forecast(kit.store), kit.kinds()
    forecast(kit.store, [Change("W07", {"setup": "main"}), Change("W01", open=False)])
    assert kit.kinds() == log
    assert forecast(kit.store) == before


def test_a_change_of_a_window_that_is_not_there_is_refused(kit: Kit) -> None:
    with pytest.raises(Refused, match="no-such-window"):
        forecast(kit.store, [Change("W99", open=True)])


def test_the_same_week_days_before_say_what_is_usual(kit: Kit) -> None:
    for weeks in (2, 1):
        kit.pass_(minutes=-7 * DAY * weeks)
        for _ in range(6 * weeks):
            kit.take("tax")
            kit.pass_(minutes=5)
        kit.pass_(minutes=7 * DAY * weeks - 30 * weeks)
    found = forecast(kit.store).lines["tax"]
    assert found.usual == (12 + 6) / 2
    assert found.arrivals > 0
    assert forecast(kit.store).lines["setup"].usual == 0


def test_without_earlier_days_todays_rate_goes_on(kit: Kit) -> None:
    kit.open(13)
    for _ in range(10):
        kit.take("tax")
        kit.pass_(minutes=6)
    assert 8 <= forecast(kit.store).lines["tax"].arrivals <= 12


def test_after_closing_nobody_is_expected(kit: Kit) -> None:
    kit.open(1)
    queue(kit, 3)
    kit.pass_(minutes=8 * 60)
    found = forecast(kit.store)
    assert found.lines["setup"].arrivals == 0
    assert found.cleared is not None
    assert kit.clock.ms <= found.cleared[0] <= found.cleared[1] < kit.clock.ms + 120 * MINUTE


def test_on_a_day_without_opening_hours_there_is_no_end(kit: Kit) -> None:
    kit.pass_(minutes=5 * DAY)
    assert forecast(kit.store).cleared is None


# -- history


def test_who_came_on_a_day(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.pass_(minutes=10)
    kit.take("tax", priority="elderly", proof="card")
    kit.take("general", slot=kit.clock.ms + 5 * MINUTE)
    kit.serve(clerk(1))
    serving.transfer(kit.store, clerk(1), "wrong-service", kit.item("social"))
    kit.take(joint="company_start")
    nine, later = 9 * 60 * MINUTE, (9 * 60 + 10) * MINUTE
    assert demand.came_on(kit.store, "2026-09-22") == [
        Came(nine, "setup"),
        Came(later, "general", "booked", later + 5 * MINUTE),
        Came(later, "setup"),
        Came(later, "tax", "priority"),
    ]
    assert demand.came_on(kit.store, "2026-09-23") == []
    with pytest.raises(Refused, match="no-such-day"):
        demand.came_on(kit.store, "yesterday")


def test_last_week_is_the_calendar_week_before(kit: Kit) -> None:
    kit.take("setup")
    assert demand.last_week(kit.store) == []
    kit.pass_(minutes=6 * DAY)
    assert [len(day) for day in demand.last_week(kit.store)] == [1]
    kit.pass_(minutes=7 * DAY)
    assert demand.last_week(kit.store) == []


# -- cost


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (scene._WAITING, 1),
        (scene._AT_WINDOW, 1),
        (scene._ASIDE, 1),
        (scene._BLOCKED, 1),
        (learned._TIMES, 1),
        (learned._CAME, 1),
        (demand._LEGS, 1),
    ],
)
def test_no_query_reads_a_whole_table(kit: Kit, sql: str, values: int) -> None:
    """The hall's history grows for years; a promise is asked for at every number."""
    plan = kit.store.db.execute(f"EXPLAIN QUERY PLAN {sql}", ("[]",) * values).fetchall()
    scans = [row[3] for row in plan if row[3].startswith("SCAN") and "VIRTUAL" not in row[3]]
    assert [scan for scan in scans if "INDEX" not in scan and scan != "SCAN v"] == []
