"""Watching the hall: what is seen is what is in the store, alarms agree, suggestions help."""

from pathlib import Path

import pytest

from db import presence
from hallclient.actions import (
    advice,
    calling,
    hallview,
    serving,
    signals,
    tickets,
    undo,
    watch,
    windows,
)
from hallclient.actions.acting import Actor
from hallclient.actions.advice import Suggestion
from hallclient.actions.forecasting import Change, forecast
from hallclient.actions.hallview import AlarmNow, HallView
from hallclient.actions.sweep import sweep
from hallclient.actions.watch import Memory
from hallclient.rules.alarms import Key, Reading, Step
from hallclient.rules.errors import Refused
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk

TAX = Key("oldest-wait", "tax")


def alive(kit: Kit) -> None:
    """Every window says that it lives."""
    for window in kit.hall.windows:
        presence.beat(kit.path, window, kit.clock.ms)


def look(kit: Kit, memory: Memory, *, minutes: float = 0) -> HallView:
    """Let time go by at windows that live, and watch."""
    kit.pass_(minutes=minutes)
    alive(kit)
    return watch.watch(kit.store, SUPERVISOR, memory)


def keys(view: HallView) -> set[Key]:
    return {alarm.key for alarm in view.alarms}


def alarm(view: HallView, key: Key) -> AlarmNow:
    return next(one for one in view.alarms if one.key == key)


def suggested(kit: Kit, view: HallView, key: Key) -> list[Suggestion]:
    return advice.suggest(kit.store, view, alarm(view, key))


def day(kit: Kit) -> None:
    """Some hours with calls, passes, leavers, bookings, a transfer and a joint matter."""
    kit.open(1, 7, 13, 17)
    waiting: list[str] = []
    for nth in range(36):
        line = ("setup", "general", "tax", "street")[nth % 4]
        waiting.append(kit.take(line, slot=kit.clock.ms + 600_000 if nth % 9 == 4 else None).number)
        kit.pass_(minutes=nth % 5)
        if nth % 3:
            for number in (1, 7, 13, 17):
                if kit.window(clerk(number))["leg"] is None and nth % 2:
                    try:
                        kit.serve(clerk(number))
                    except Refused:
                        continue
        elif nth % 2:
            for number in (1, 7, 13, 17):
                if kit.window(clerk(number))["leg"] is not None:
                    serving.finish(kit.store, clerk(number))
        if nth % 11 == 5:
            gone = next(one for one in waiting if kit.states(one) == ["waiting"])
            tickets.cancel(kit.store, AGENT, gone, "left")
    kit.take(joint="company_start")


# -- what is seen


def test_shares_and_oldest_waits_are_those_of_a_slow_recomputation(kit: Kit) -> None:
    day(kit)
    alive(kit)
    view = hallview.look(kit.store, SUPERVISOR, watch.study(kit.store, SUPERVISOR))
    limit = kit.policy.service_level_wait_ms
    legs = kit.store.rows("SELECT leg.*, visit.slot FROM leg JOIN visit ON visit.id = leg.visit")
    periods = kit.store.rows("SELECT * FROM period WHERE kind = 'wait'")
    calls = kit.store.rows("SELECT * FROM attempt")
    for line in view.lines:
        within = n = 0
        oldest = 0
        for leg in legs:
            if leg["line"] != line.line:
                continue
            starts = [one["started_at"] for one in periods if one["leg"] == leg["id"]]
            called = [one["at"] for one in calls if one["leg"] == leg["id"]]
            if starts and called:
                wait = max(0, min(called) - max(min(starts), leg["slot"] or 0))
                n, within = n + 1, within + (wait <= limit)
            elif starts and leg["state"] == "abandoned":
                if leg["closed_at"] - max(min(starts), leg["slot"] or 0) > limit:
                    n += 1
            elif leg["state"] == "waiting":
                n += view.now - max(*starts, leg["slot"] or 0) > limit
                since = leg["order_at"] if leg["lane"] == "booked" else leg["ready_at"]
                oldest = max(oldest, view.now - since)
        assert line.share is not None
        assert (line.line, *line.share, line.oldest_ms) == (line.line, within, n, oldest)
        assert line.waiting == sum(
            leg["line"] == line.line and leg["state"] == "waiting" for leg in legs
        )
    assert view.share.n == sum(line.share.n for line in view.lines if line.share is not None) > 10
    assert view.oldest_ms == max(line.oldest_ms for line in view.lines)


def test_who_is_at_another_window_is_not_kept_waiting(kit: Kit) -> None:
    kit.open(13)
    kit.take(joint="tax_joint")
    kit.pass_(minutes=5)
    before = hallview.look(kit.store, SUPERVISOR)
    assert before.oldest_ms == 5 * 60_000
    kit.serve(clerk(13))
    kit.pass_(minutes=5)
    after = hallview.look(kit.store, SUPERVISOR)
    assert (after.waiting, after.oldest_ms) == (1, 0)


def test_looking_writes_nothing_and_is_for_supervisors(kit: Kit) -> None:
    before = kit.kinds()
    hallview.look(kit.store, SUPERVISOR, watch.study(kit.store, SUPERVISOR))
    assert kit.kinds() == before
    for who in (clerk(1), AGENT, Actor("nobody", "supervisor")):
        for act in (hallview.look, watch.study):
            with pytest.raises(Refused, match=r"not-allowed|no-operator"):
                act(kit.store, who)


def test_the_last_sign_of_life_is_the_newest_of_all(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")

    def silent() -> int:
        return hallview.look(kit.store, SUPERVISOR).windows[0].silent_ms

    kit.pass_(30)
    assert silent() == 30_000
    presence.beat(kit.path, "W01", kit.clock.ms)
    assert silent() == 0
    kit.pass_(40)
    kit.next(clerk(1))
    assert silent() == 0
    kit.pass_(31)
    calling.recall(kit.store, clerk(1))
    kit.pass_(5)
    assert silent() == 5_000
    # A sign from a clock that goes ahead is none.
    presence.beat(kit.path, "W01", kit.clock.ms + 3_600_000)
    assert silent() == 5_000


# -- alarms


def test_an_alarm_is_raised_after_a_while_kept_and_cleared(kit: Kit) -> None:
    kit.open(1, 7, 13)
    memory = Memory()
    number = kit.take("tax").number
    assert TAX not in keys(look(kit, memory, minutes=30))
    assert TAX in keys(look(kit, memory, minutes=1))
    assert kit.kinds().count("alarm.raised") == len(keys(look(kit, memory, minutes=1)))
    assert kit.serve(clerk(13)) == number
    assert keys(look(kit, memory, minutes=1)) == set()
    rows = kit.store.rows("SELECT * FROM alarm")
    assert all(row["cleared_at"] == kit.clock.ms for row in rows)


def test_several_supervisors_write_each_alarm_once_and_see_the_same(kit: Kit) -> None:
    kit.open(13)
    kit.take("tax")
    kit.take("setup")
    other = kit.again()
    one, two = Memory(), Memory()
    for _ in range(40):
        kit.pass_(minutes=1)
        alive(kit)
        first = watch.watch(kit.store, SUPERVISOR, one)
        second = watch.watch(other, SUPERVISOR, two)
        assert [alarm.id for alarm in first.alarms] == [alarm.id for alarm in second.alarms]
    other.close()
    raised = kit.store.rows("SELECT kind, line, window FROM alarm WHERE cleared_at IS NULL")
    assert len(raised) == len({tuple(row.values()) for row in raised}) > 0
    assert kit.kinds().count("alarm.raised") == len(kit.store.rows("SELECT id FROM alarm"))


def test_two_steps_made_at_once_raise_once(kit: Kit) -> None:
    kit.open(1)
    signals.call_help(kit.store, clerk(1), "system")
    view = hallview.look(kit.store, SUPERVISOR)
    steps = [Memory().step(view, kit.hall) for _ in range(2)]
    assert [watch.note(kit.store, SUPERVISOR, step) for step in steps] == [1, 0]


def test_a_restart_keeps_the_alarms(kit: Kit) -> None:
    kit.open(13)
    kit.take("tax")
    memory = Memory()
    look(kit, memory, minutes=31)
    before = look(kit, memory, minutes=1)
    assert TAX in keys(before)
    after = look(kit, Memory())
    assert [one.id for one in after.alarms] == [one.id for one in before.alarms]


def test_the_first_to_see_an_alarm_stays_on_record(kit: Kit) -> None:
    kit.open(1)
    signals.call_help(kit.store, clerk(1), "system")
    found = alarm(look(kit, Memory()), Key("help", window="W01"))
    watch.see(kit.store, SUPERVISOR, found.id)
    watch.see(kit.store, SUPERVISOR, found.id)
    assert kit.kinds().count("alarm.seen") == 1
    assert alarm(look(kit, Memory()), found.key).seen_by == "s01"
    signals.answer(kit.store, SUPERVISOR, signals.open_signals(kit.store)[0]["id"])
    look(kit, Memory())
    with pytest.raises(Refused, match="no-such-alarm"):
        watch.see(kit.store, SUPERVISOR, found.id)


def test_a_line_that_no_open_window_serves_is_told(kit: Kit) -> None:
    kit.open(17)
    memory = Memory()
    kit.take("setup")
    look(kit, memory, minutes=1)
    view = look(kit, memory, minutes=1)
    assert Key("uncovered", "setup") in keys(view)
    found = suggested(kit, view, Key("uncovered", "setup"))
    assert found
    assert {one.act for one in found} <= {"open", "plan"}
    kit.open(1)
    assert Key("uncovered", "setup") not in keys(look(kit, memory))


def test_in_a_hall_without_open_windows_one_is_to_open(kit: Kit) -> None:
    for line in ("setup", "tax", "general"):
        for _ in range(3):
            kit.take(line)
    memory = Memory()
    look(kit, memory)
    view = look(kit, memory, minutes=1)
    for line in ("setup", "tax", "general"):
        found = suggested(kit, view, Key("uncovered", line))
        assert found
        assert all(kit.hall.windows[one.window].plan[line] == "main" for one in found)
        assert {one.act for one in found} == {"open"}


def test_the_noon_break_is_no_alarm(kit: Kit) -> None:
    kit.pass_(minutes=3 * 60 + 10)
    kit.take("setup")
    memory = Memory()
    look(kit, memory)
    assert Key("uncovered", "setup") not in keys(look(kit, memory, minutes=5))


# -- windows


def test_a_silent_window_is_told_taken_over_and_freed(kit: Kit) -> None:
    kit.open(1, 2)
    number = kit.take("setup").number
    kit.serve(clerk(1))
    kit.pass_(59)
    presence.beat(kit.path, "W02", kit.clock.ms)
    memory = Memory()
    key = Key("silent", window="W01")
    assert key not in keys(watch.watch(kit.store, SUPERVISOR, memory))
    kit.pass_(1)
    view = watch.watch(kit.store, SUPERVISOR, memory)
    assert keys(view) == {key}
    (first,) = suggested(kit, view, key)
    assert (first.act, first.number) == ("take-over", number)
    advice.carry_out(kit.store, SUPERVISOR, first)
    assert kit.leg(number).state == "waiting"
    kit.pass_(60)
    presence.beat(kit.path, "W02", kit.clock.ms)
    view = watch.watch(kit.store, SUPERVISOR, memory)
    (second,) = suggested(kit, view, key)
    assert second.act == "free"
    advice.carry_out(kit.store, SUPERVISOR, second)
    assert kit.window(clerk(1))["state"] == "closed"
    assert keys(watch.watch(kit.store, SUPERVISOR, memory)) == set()


def test_a_forgotten_finish_is_ended_by_one_suggestion(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(clerk(1))
    kit.pass_(minutes=90)
    sweep(kit.store)
    key = Key("forgotten", window="W01")
    view = look(kit, Memory())
    (found,) = suggested(kit, view, key)
    advice.carry_out(kit.store, SUPERVISOR, found)
    assert kit.states(number) == ["done"]
    assert key not in keys(look(kit, Memory()))


def test_a_pause_that_is_too_long_asks_the_window_back_once(kit: Kit) -> None:
    kit.open(1)
    windows.pause_window(kit.store, clerk(1), "rest")
    key = Key("long-pause", window="W01")
    assert key not in keys(look(kit, Memory(), minutes=14))
    view = look(kit, Memory(), minutes=1)
    (found,) = suggested(kit, view, key)
    advice.carry_out(kit.store, SUPERVISOR, found)
    assert signals.open_signals(kit.store, "W01")[0]["reason"] == "resume"
    assert suggested(kit, look(kit, Memory()), key) == []


def test_a_call_for_help_is_answered_by_one_suggestion(kit: Kit) -> None:
    kit.open(1)
    signals.call_help(kit.store, clerk(1), "emergency")
    signals.call_help(kit.store, AGENT, "policy")
    memory = Memory()
    view = look(kit, memory)
    assert view.alarms[0].key == Key("help", window="W01")
    assert alarm(view, Key("help", window="a01")).severe
    for key in keys(view):
        (found,) = suggested(kit, view, key)
        advice.carry_out(kit.store, SUPERVISOR, found)
    assert keys(look(kit, memory)) == set()


# -- what helps


def crowd(kit: Kit) -> Key:
    """Tax is crowded and one window serves it; the setup windows have nothing to do."""
    kit.open(1, 2, 13)
    for _ in range(16):
        kit.take("tax")
    return Key("forecast", "tax")


def test_what_is_suggested_makes_the_forecast_shorter(kit: Kit) -> None:
    key = crowd(kit)
    memory = Memory()
    look(kit, memory)
    view = look(kit, memory, minutes=1)
    found = suggested(kit, view, key)
    assert {one.act for one in found} >= {"emergency", "open"}
    for one in found:
        assert one.before_ms is not None
        assert one.after_ms is not None
        assert one.after_ms < one.before_ms
    best = found[0]
    before = forecast(kit.store).lines["tax"].longest_ms
    advice.carry_out(kit.store, SUPERVISOR, found[0])
    if best.act in ("open", "resume"):
        assert signals.open_signals(kit.store, best.window)
    else:
        assert forecast(kit.store).lines["tax"].longest_ms < before


def test_a_move_that_makes_another_line_late_is_not_suggested(kit: Kit) -> None:
    key = crowd(kit)
    for _ in range(8):
        kit.take("setup")
    memory = Memory()
    look(kit, memory)
    view = look(kit, memory, minutes=1)
    for one in suggested(kit, view, key):
        assert one.act not in ("plan", "emergency") or one.window not in ("W01", "W02")


def test_what_if_changes_nothing(kit: Kit) -> None:
    crowd(kit)
    before = kit.kinds()
    now, then = advice.what_if(kit.store, [Change("W01", plan={"tax": "main"})])
    assert then.lines["tax"].longest_ms < now.lines["tax"].longest_ms
    assert kit.kinds() == before
    for change, code in (
        (Change("W99", open=True), "no-such-window"),
        (Change("W01", plan={"x": "main"}), "no-such-line"),
    ):
        with pytest.raises(Refused, match=code):
            advice.what_if(kit.store, [change])


def test_late_at_night_the_end_of_the_day_is_told(kit: Kit) -> None:
    kit.pass_(minutes=7 * 60 + 30)  # 16:30
    kit.open(1)
    for _ in range(12):
        kit.take("setup")
    memory = Memory()
    key = Key("closing")
    look(kit, memory)
    view = look(kit, memory, minutes=1)
    assert key in keys(view)
    found = suggested(kit, view, key)
    assert found[-1].act == "stop"
    assert any(one.act == "open" for one in found)
    advice.carry_out(kit.store, SUPERVISOR, found[-1])
    assert kit.kinds()[-1] == "hall.stopped"


def test_a_look_stays_cheap_in_a_large_hall(kit: Kit, tmp_path: Path) -> None:
    """A look reads few rows however many numbers there are today: counted, not timed."""
    kit.open(1, 7, 13, 17)
    for _ in range(40):
        kit.take("setup")
    statements: list[str] = []
    kit.store.db.set_trace_callback(statements.append)
    hallview.look(kit.store, SUPERVISOR)
    kit.store.db.set_trace_callback(None)
    assert len(statements) < 20


def test_what_a_seat_notes_by_itself_stands_in_nobodys_way(kit: Kit) -> None:
    number = kit.take("tax").number
    tickets.cancel(kit.store, SUPERVISOR, number, "visitor")
    step = Step([Reading("silent", 90_000, 60_000, window="W01")], [], {})
    assert watch.note(kit.store, SUPERVISOR, step) == 1
    event = kit.store.row("SELECT kind, actor FROM event ORDER BY pos DESC LIMIT 1")
    assert event == {"kind": "alarm.raised", "actor": "system"}
    assert undo.undo(kit.store, SUPERVISOR) == ("visit.cancelled", number)
