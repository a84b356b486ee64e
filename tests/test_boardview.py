"""What a board reads: calls in force and taken back, lines, zones; cheaply, and no person."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from db.store import Store
from hallclient.actions import boardview, calling, serving, tickets, undo, windows
from hallclient.actions.boardview import AtWindow, BoardView, LineNow, look
from hallclient.rules.errors import Refused
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk
from tests.moments import WANG

ONE, TWO, GENERAL, TAX = clerk(1), clerk(2), clerk(7), clerk(13)


def called(view: BoardView) -> list[tuple[str, str]]:
    return [(call.number, call.window) for call in view.calls]


def past(view: BoardView) -> list[tuple[str, str]]:
    return [(one.number, one.face) for one in view.past]


def line_of(view: BoardView, line: str) -> LineNow:
    return next(row for row in view.lines if row.line == line)


def window_of(view: BoardView, window: str) -> AtWindow:
    return next(row for row in view.windows if row.window == window)


# -- calls in force


def test_what_is_called_stands_there_newest_first(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    kit.next(ONE)
    kit.pass_(5)
    kit.next(TWO)
    view = look(kit.store)
    assert called(view) == [("A002", "2"), ("A001", "1")]
    assert [call.at for call in view.calls] == [kit.clock.ms, kit.clock.ms - 5_000]
    assert view.past == []


def test_a_repeated_call_is_another_announcement_of_the_same_call(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.next(ONE)
    first = look(kit.store).calls[0]
    kit.pass_(21)
    calling.recall(kit.store, ONE)
    (again,) = look(kit.store).calls
    assert again.key != first.key
    assert again.same_visit(first)
    assert (again.attempt, again.at) == (2, kit.clock.ms)


def started(kit: Kit) -> None:
    calling.start(kit.store, ONE)


def undone(kit: Kit) -> None:
    undo.undo(kit.store, ONE)


def transferred(kit: Kit) -> None:
    serving.transfer(kit.store, ONE, "window", "W02")


def taken_over(kit: Kit) -> None:
    serving.take_over(kit.store, SUPERVISOR, "W01")


def passed(kit: Kit) -> None:
    kit.pass_(91)
    calling.pass_over(kit.store, ONE)


ENDS: dict[str, tuple[Callable[[Kit], None], list[tuple[str, str]]]] = {
    "started": (started, [("A001", "1")]),
    "undone": (undone, []),
    "transferred": (transferred, []),
    "taken over": (taken_over, []),
    "passed": (passed, [("A001", "1")]),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_call_that_is_over_is_not_in_the_next_view(kit: Kit, how: str) -> None:
    end, left = ENDS[how]
    kit.open(1, 2)
    kit.take("setup")
    kit.next(ONE)
    assert called(look(kit.store)) == [("A001", "1")]
    end(kit)
    view = look(kit.store)
    assert view.calls == []
    # Only where the visitor was really wanted may the board go on to name it.
    assert past(view) == left
    assert [one.passed for one in view.past] == [how == "passed"] * len(left)


def test_who_came_back_after_a_pass_is_no_longer_shown_as_passed(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.next(ONE)
    passed(kit)
    tickets.reinstate(kit.store, AGENT, "A001")
    assert [one.passed for one in look(kit.store).past] == [False]


def test_a_call_after_an_undo_is_told_from_the_undone_one(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup")
    kit.next(ONE)
    before = look(kit.store).calls[0]
    kit.pass_(3)
    undone(kit)
    kit.pass_(3)
    kit.next(TWO)
    (after,) = look(kit.store).calls
    assert (after.id, after.window) == (before.id, "2")
    assert after.key != before.key
    assert not after.same_visit(before)


def test_an_undone_start_calls_again(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.next(ONE)
    before = look(kit.store).calls
    started(kit)
    undone(kit)
    assert look(kit.store).calls == before


def test_somebody_back_from_hold_is_called(kit: Kit) -> None:
    away = next(reason.id for reason in kit.hall.hold_reasons.values() if reason.away)
    kit.open(1)
    kit.take("setup")
    kit.serve(ONE)
    serving.hold(kit.store, ONE, away)
    assert look(kit.store).calls == []
    kit.pass_(minutes=1)
    serving.resume(kit.store, ONE)
    assert called(look(kit.store)) == [("A001", "1")]


def test_only_lines_of_results_are_collected(kit: Kit) -> None:
    kit.open(1, 17)
    kit.take("setup"), kit.take(kit.item("setup", 1), collect=True)
    kit.next(ONE), kit.next(clerk(17))
    collect = {call.number[0]: call.collect for call in look(kit.store).calls}
    assert collect == {"A": False, "E": True}


def test_every_window_may_call_at_once(kit: Kit) -> None:
    numbers = [*range(1, 11), 13, 14]
    kit.open(*numbers)
    for number in numbers:
        kit.take("setup" if number < 7 else "general" if number < 11 else "tax")
    for number in numbers:
        kit.next(clerk(number))
        kit.pass_(1)
    assert [call.window for call in look(kit.store).calls] == [str(n) for n in reversed(numbers)]


# -- lines and windows


def test_lines_tell_how_many_wait_and_for_how_long(kit: Kit) -> None:
    kit.open(1, 2)
    first = kit.clock.ms
    kit.take("setup"), kit.pass_(minutes=2), kit.take("setup"), kit.take("social")
    waits = dict.fromkeys(kit.hall.lines, (60000, 120000))
    view = look(kit.store, waits=waits)
    setup, social, works = (line_of(view, one) for one in ("setup", "social", "works"))
    assert setup == LineNow("setup", 2, first, 2, 60_000, 120_000, stopped=False)
    # What nobody serves has no wait that could be told.
    assert social == LineNow("social", 1, kit.clock.ms, 0, None, None, stopped=False)
    assert works == LineNow("works", 0, None, 0, None, None, stopped=False)
    assert line_of(look(kit.store), "setup").high is None


def test_what_to_expect_is_told_for_every_line(kit: Kit) -> None:
    kit.open(1, 2, 7)
    for _ in range(6):
        kit.take("setup")
    waits = boardview.expected(kit.store)
    assert set(waits) == set(kit.hall.lines)
    assert all(0 <= low <= high for low, high in waits.values())
    assert waits["setup"][1] > waits["general"][1]


def test_paused_and_closing_windows_shorten_no_wait(kit: Kit) -> None:
    kit.open(1, 2, 3)
    kit.take("setup")
    windows.pause_window(kit.store, ONE, "rest")
    windows.drain_window(kit.store, TWO)
    view = look(kit.store)
    assert line_of(view, "setup").windows == 1
    assert window_of(view, "W01")[:4] == ("W01", "1", "paused", "rest")


def test_numbers_of_yesterday_are_gone(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup"), kit.take("setup")
    kit.serve_out(ONE)
    kit.pass_(minutes=24 * 60)
    view = look(kit.store)
    assert (view.past, line_of(view, "setup").waiting) == ([], 0)


def test_a_closed_hall_says_when_it_opens(kit: Kit) -> None:
    assert (look(kit.store).closed, look(kit.store).opens) == (False, None)
    noon = kit.pass_(minutes=200)
    opens = noon + 70 * 60_000
    assert (look(kit.store).closed, look(kit.store).opens) == (True, opens)
    kit.open(1)
    assert not look(kit.store).closed
    windows.close_window(kit.store, ONE)
    kit.pass_(minutes=400)
    assert (look(kit.store).closed, look(kit.store).opens) == (True, None)


# -- zones


def test_a_zone_sees_its_own_windows_only(kit: Kit) -> None:
    kit.open(1, 13)
    kit.take("setup"), kit.take("tax")
    kit.next(ONE), kit.next(TAX)
    zones = {zone: look(kit.store, zone) for zone in kit.hall.zones}
    assert {zone: called(view) for zone, view in zones.items()} == {
        "east": [("A001", "1")],
        "west": [("B001", "13")],
    }
    shown = [{row.window for row in view.windows} for view in zones.values()]
    assert shown[0] | shown[1] == set(kit.hall.windows)
    assert not shown[0] & shown[1]
    assert "tax" not in {row.line for row in zones["east"].lines}
    assert {row.line for row in look(kit.store).lines} == set(kit.hall.lines)
    calling.start(kit.store, ONE)
    assert past(look(kit.store, "east")) == [("A001", "1")]
    assert past(look(kit.store, "west")) == []


def test_an_unknown_zone_is_refused(kit: Kit) -> None:
    with pytest.raises(Refused) as refused:
        look(kit.store, "north")
    assert (refused.value.code, refused.value.field) == ("no-such-zone", "zone")
    # The transaction it read in is over.
    assert called(look(kit.store)) == []


# -- what must not be


def test_no_person_is_in_it(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup", person=WANG), kit.take("setup", priority="elderly", proof="身份证")
    kit.next(ONE), kit.next(TWO)
    told = json.dumps(vars(look(kit.store)), ensure_ascii=False)
    assert "A001" in told
    for secret in (*WANG.values(), "elderly", "身份证", kit.visit("A001")["person"]):
        assert secret not in told


def test_looking_writes_nothing_and_works_readonly(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.next(ONE)
    before = kit.kinds()
    with Store.open(kit.path, make_env=kit.make_env, readonly=True) as store:
        assert called(look(store)) == [("A001", "1")]
    assert kit.kinds() == before


def test_its_queries_read_no_table_but_the_windows(kit: Kit) -> None:
    queries: dict[str, tuple[object, ...]] = {
        boardview._WINDOWS: (),
        boardview._LAST_OF_LEG: ("x",),
        boardview._WAITING: ("2026-09-22",),
        boardview._LINES: ("2026-09-22",),
    }
    for sql, values in queries.items():
        plan = [row[3] for row in kit.store.db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert [step for step in plan if step.startswith("SCAN") and step != "SCAN w"] == []
    # The last calls come from the end of their table, and no more of them than are shown.
    plan = [row[3] for row in kit.store.db.execute(f"EXPLAIN QUERY PLAN {boardview._RECENT}", (9,))]
    assert plan[0] == "SCAN a"
    assert not any("TEMP B-TREE" in step for step in plan)


def test_the_cost_does_not_grow_with_the_history(kit: Kit) -> None:
    def work() -> int:
        steps = [0]

        def count() -> int:
            steps[0] += 1
            return 0

        kit.store.db.set_progress_handler(count, 100)
        look(kit.store)
        kit.store.db.set_progress_handler(None, 0)
        return steps[0]

    kit.open(7)
    kit.take("general"), kit.take("general")
    kit.serve_out(GENERAL), kit.next(GENERAL)
    before = work()
    made = kit.store.row("SELECT * FROM attempt")
    leg = kit.store.row("SELECT * FROM leg WHERE state = 'done'")
    assert made is not None
    assert leg is not None
    for table, row in (("attempt", made), ("leg", leg)):
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        many = [(f"old{n}", *list(row.values())[1:]) for n in range(3_000)]
        kit.store.db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", many)
    assert work() <= before + 60
