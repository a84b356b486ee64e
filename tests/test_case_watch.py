"""What a supervisor watches: lights, silence, steps, agents, still cases, promises, seals."""

import random
from datetime import date, timedelta

import pytest

from hallclient.actions import (
    case_ledger,
    case_load,
    case_notes,
    case_overview,
    case_queues,
    case_watch,
    cases,
)
from hallclient.actions.acting import Actor
from hallclient.actions.calendars import calendar_of
from hallclient.rules.errors import Refused
from hallclient.rules.lights import Light, left_of, light_of
from hallclient.rules.review.watch import QUEUES, Load, by_firm, tips_first
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk
from tests.watchkit import Desk, at

TODAY = date(2026, 9, 22)


@pytest.fixture
def desk(kit: Kit) -> Desk:
    return Desk(kit)


# -- lights and deadlines


@pytest.mark.parametrize("seed", range(3))
def test_every_open_clock_has_one_light_and_what_is_late_is_in_the_list(
    desk: Desk, seed: int
) -> None:
    dice = random.Random(seed)
    store = desk.kit.store
    row = desk.case("handling")
    for _ in range(60):
        start = TODAY - timedelta(dice.randrange(30))
        due = start + timedelta(dice.randrange(1, 40))
        state = dice.choice(["running"] * 4 + ["paused", "met", "late", "dropped"])
        ended = "2026-09-21" if state in ("met", "late", "dropped") else ""
        pauses = [(start.isoformat(), None)] if state == "paused" else []
        timer = dice.choice(["decide", "deliver"])
        desk.clock(
            row,
            timer,
            start.isoformat(),
            due.isoformat(),
            limit=dice.randrange(1, 21),
            unit=dice.choice("WN"),
            state=state,
            pauses=pauses,
            ended=ended,
        )
    found = case_watch.deadlines(store, SUPERVISOR, most=1000)
    assert found == sorted(found, key=tips_first)
    counted = store.rows(
        "SELECT timer, count(*) AS n FROM clock WHERE ended_at IS NULL GROUP BY timer"
    )
    lights = case_watch.lights(store, SUPERVISOR)
    assert {one["timer"]: one["n"] for one in counted} == {
        timer: sum(lit.values()) for timer, lit in lights.items()
    }
    for light in Light:
        here = [one for one in found if one.light is light]
        assert len(here) == sum(lit.get(light, 0) for lit in lights.values())
        assert here == case_watch.deadlines(store, SUPERVISOR, light=light, most=1000)
    late = store.rows("SELECT id FROM clock WHERE state = 'running' AND due < ?", TODAY.isoformat())
    assert {one["id"] for one in late} == {
        one.clock.id for one in found if one.light is Light.OVERDUE
    }
    calendar = calendar_of(store)
    for one in found:
        assert one.light is light_of(calendar, one.clock, TODAY)
        assert one.left == left_of(calendar, one.clock, TODAY)
    # Page by page it is the same list.
    pages = [case_watch.deadlines(store, SUPERVISOR, most=7, skip=n) for n in range(0, 99, 7)]
    assert [one for page in pages for one in page] == found


def test_deadlines_of_a_department_an_operator_a_timer(desk: Desk) -> None:
    store = desk.kit.store
    food = desk.case("handling", holder="c03", lease_until=desk.kit.clock.ms + 1)
    build = desk.case("handling", item="SP008", agent="a01", holder="c03", lease_until=1)
    for row in (food, build):
        desk.clock(row, "decide", "2026-09-21", "2026-09-24")
    desk.clock(food, "supplement", "2026-09-21", "2026-09-23")

    def numbers(**how: str) -> list[str]:
        return [one.case.number for one in case_watch.deadlines(store, SUPERVISOR, **how)]  # type: ignore[arg-type]

    department = desk.kit.hall.items["SP008"].department
    assert department != desk.kit.hall.items["SP082"].department
    assert numbers() == [food["number"], food["number"], build["number"]]
    assert numbers(department=department) == [build["number"]]
    assert numbers(timer="supplement") == [food["number"]]
    assert numbers(operator="a01") == [build["number"]]
    # A lease that has run out holds nothing.
    assert numbers(operator="c03") == [food["number"]] * 2
    assert [one.case.holder for one in case_watch.deadlines(store, SUPERVISOR)] == [
        "c03",
        "c03",
        "",
    ]


# -- silence


def test_silence_is_told_from_the_third_day_and_ends_by_law(desk: Desk) -> None:
    kit, days = desk.kit, []
    row = desk.case("received", received_at=kit.clock.ms)
    desk.clock(row, "notice5", "2026-09-22", "2026-09-30")
    for day in ("22", "23", "24", "28", "29", "30"):
        kit.clock.ms = at(f"2026-09-{day}")
        days += [(day, one.day, one.deemed) for one in case_watch.silences(kit.store, SUPERVISOR)]
    between = calendar_of(kit.store).between
    expected = [
        (f"{day.day}", between(TODAY, day), False)
        for day in (date(2026, 9, n) for n in (22, 23, 24, 28, 29, 30))
    ]
    assert days == [one for one in expected if one[1] >= 3]
    assert days
    kit.clock.ms = at("2026-10-09")
    (gone,) = case_watch.silences(kit.store, SUPERVISOR)
    assert (gone.deemed, gone.received, gone.until) == (True, TODAY, date(2026, 9, 30))
    assert gone.case.number == row["number"]


def test_a_clock_that_was_stopped_or_has_no_alarm_is_no_silence(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case("accepted")
    desk.clock(row, "notice5", "2026-09-08", "2026-09-15", state="met", ended="2026-09-10")
    desk.clock(row, "decide", "2026-09-08", "2026-09-15")
    assert case_watch.silences(kit.store, SUPERVISOR) == []


# -- departments


def test_a_late_step_is_told_while_the_whole_is_not_late(desk: Desk) -> None:
    kit = desk.kit
    fine, late = desk.case("handling"), desk.case("handling")
    desk.clock(fine, "decide", "2026-09-15", "2026-09-30")
    desk.clock(late, "decide", "2026-09-08", "2026-09-15")
    for row in (fine, late):
        desk.task(row, "market", "2026-09-18", urged=2, lead=1)
        desk.task(row, "planning", "2026-09-22")
        desk.task(row, "fire", "2026-09-10", state="agreed", done_at=at("2026-09-16"))
    (step,) = case_load.late_steps(kit.store, SUPERVISOR)
    assert (step.case.number, step.department, step.urged, step.lead) == (
        fine["number"],
        "market",
        2,
        True,
    )
    assert step.late == calendar_of(kit.store).between(date(2026, 9, 18), TODAY) > 0
    assert step.total not in (None, Light.OVERDUE)
    found = case_load.departments(kit.store, SUPERVISOR)
    told = [(one.department, one.open, one.overdue, one.due_today, one.urged) for one in found]
    assert told == [("market", 2, 2, 0, 4), ("planning", 2, 0, 2, 0)]


# -- agents


def test_what_agents_and_firms_have_to_carry(desk: Desk) -> None:
    kit = desk.kit
    second = Actor("a02", "agent")
    late = desk.case("prereview", by=AGENT, waiting_on="applicant")
    kept = desk.case("prereview_ok", by=AGENT)
    desk.case("received", by=AGENT)
    desk.case("draft", by=second)
    desk.case("archived", by=second, closed_at=kit.clock.ms)
    desk.case("received")
    for row, due in ((late, "2026-09-21"), (late, "2026-09-20"), (kept, "2026-09-22")):
        case_notes.note(kit.store, AGENT, row["id"], "promise", "回电", due=due)
    done = case_notes.note(kit.store, AGENT, kept["id"], "promise", "回电", due="2026-09-18")
    case_notes.done(kit.store, AGENT, done["id"])
    found = {one.agent: one for one in case_load.agents(kit.store, SUPERVISOR)}
    one = found["a01"]
    assert (one.open, one.pre, one.passed, one.waiting, one.late) == (3, 1, 1, 1, 1)
    assert (found["a02"].open, found["a02"].pre, found["a02"].late) == (1, 1, 0)
    all_open = sum(load.open for load in found.values())
    assert sum(load.open for load in by_firm(found.values()).values()) == all_open == 4


def test_firms_are_their_agents_together() -> None:
    loads = [
        Load("a01", "甲", 3, 1, 1, 1, 1, 20),
        Load("a02", "甲", 2, 0, 1, 0, 1, 10),
        Load("a03", "", 5, 5, 0, 0, 0, None),
    ]
    assert by_firm(loads) == {
        "": Load("", "", 5, 5, 0, 0, 0, None),
        "甲": Load("", "甲", 5, 1, 2, 1, 2, 10),
    }


def test_what_waits_for_a_supervisors_word(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case("handling")
    case_notes.note(kit.store, clerk(1), row["id"], "note", "看过")
    first = case_notes.note(kit.store, clerk(1), row["id"], "escalation", "部门不回")
    kit.pass_(minutes=5)
    second = case_notes.note(kit.store, AGENT, row["id"], "escalation", "还是不回")
    found = case_load.escalations(kit.store, SUPERVISOR)
    told = [(one.id, one.by, one.case.number) for one in found]
    assert told == [
        (first["id"], "c01", row["number"]),
        (second["id"], "a01", row["number"]),
    ]
    case_notes.done(kit.store, SUPERVISOR, first["id"])
    assert [one.id for one in case_load.escalations(kit.store, SUPERVISOR)] == [second["id"]]
    assert case_overview.overview(kit.store, SUPERVISOR).escalated == 1


# -- still cases


def test_looking_at_a_case_does_not_move_it(desk: Desk) -> None:
    kit = desk.kit
    moved, seen = desk.case("received"), desk.case("correction")
    waiting = desk.case("handling", waiting_on="department")
    kit.clock.ms = at("2026-09-30")
    cases.applicant_of(kit.store, SUPERVISOR, seen["id"])
    desk.put(moved["id"], "case_file", notices=1)
    kit.clock.ms = at("2026-10-12")
    found = case_load.still(kit.store, SUPERVISOR, days=5)
    told = [(one.case.number, one.turn) for one in found]
    assert told == [(seen["number"], "applicant"), (waiting["number"], "department")]
    assert found[0].days == calendar_of(kit.store).between(TODAY, date(2026, 10, 12))
    assert {one.case.number for one in case_load.still(kit.store, SUPERVISOR, days=1)} == {
        moved["number"],
        seen["number"],
        waiting["number"],
    }
    assert case_load.still(kit.store, SUPERVISOR, days=60) == []


# -- promises


def test_the_list_to_call_in_the_morning(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case("accepted_tolerant", phone="13800000009")
    far, near, late = (desk.promise(row, day) for day in ("2026-12-01", "2026-09-23", "2026-09-18"))
    check = desk.promise(row, "2026-09-22", kind="commitment")
    desk.promise(row, "2026-09-18", state="kept")
    found = case_ledger.promises(kit.store, SUPERVISOR)
    assert [one.id for one in found] == [late["id"], check["id"], near["id"]]
    assert [one.left for one in found] == [
        -calendar_of(kit.store).between(date(2026, 9, 18), TODAY),
        0,
        1,
    ]
    assert found[0].zh
    assert [one.id for one in case_ledger.promises(kit.store, SUPERVISOR, kind="commitment")] == [
        check["id"]
    ]
    assert far["id"] in {one.id for one in case_ledger.promises(kit.store, SUPERVISOR, ahead=90)}
    before = kit.kinds().count("personal.viewed")
    reached = case_ledger.reach(kit.store, SUPERVISOR, [row["id"], row["id"], "gone"])
    assert reached == {row["id"]: case_ledger.Reached("武汉大吉食品有限公司", "13800000009")}
    assert kit.kinds().count("personal.viewed") == before + 1


def test_who_came_for_an_organisation_is_called(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case(phone="")
    whose = cases.Applicant(
        kind="organisation", name="甲公司", agent_name="李四", agent_phone="13900000000"
    )
    cases.describe(kit.store, clerk(1), row["id"], whose)
    reached = case_ledger.reach(kit.store, SUPERVISOR, [row["id"]])
    assert reached == {row["id"]: case_ledger.Reached("李四", "13900000000")}


# -- papers


def test_second_notices_count_from_receipt(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case("correction", received_at=at("2026-09-10"))
    other = desk.case("correction", received_at=at("2026-09-10"))
    # An advice of the pre-review is no statutory notice.
    desk.paper(row, "gzs", "BZ1", "2026-09-08")
    desk.paper(row, "gzs", "BZ2", "2026-09-14")
    desk.paper(other, "gzs", "BZ3", "2026-09-14")
    assert case_ledger.second_notices(kit.store, SUPERVISOR, "2026-09-01", "2026-09-30") == []
    desk.paper(row, "gzs", "BZ4", "2026-09-21", by="c05")
    (again,) = case_ledger.second_notices(kit.store, SUPERVISOR, "2026-09-21")
    assert (again.number, again.case, again.nth, again.by) == ("BZ4", row["number"], 2, "c05")


def test_each_use_of_the_seal_is_in_the_log(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case("accepted")
    desk.paper(row, "slt", "SL1", "2026-09-21", by="c02")
    desk.paper(row, "sqd", "SJ1", "2026-09-21", stamped=0)
    desk.paper(row, "xkz", "XK1", "2026-09-22")
    found = case_ledger.seals(kit.store, SUPERVISOR, "2026-09-21", "2026-09-22")
    assert [(one.number, one.by, one.case) for one in found] == [
        ("XK1", "c01", row["number"]),
        ("SL1", "c02", row["number"]),
    ]
    assert [one.number for one in case_ledger.seals(kit.store, SUPERVISOR, "2026-09-22")] == ["XK1"]
    with pytest.raises(Refused, match="days-turned"):
        case_ledger.seals(kit.store, SUPERVISOR, "2026-09-22", "2026-09-21")


# -- all of it


def test_the_overview_is_the_lists_counted(desk: Desk) -> None:
    kit = desk.kit
    row = desk.case("received", received_at=at("2026-09-10"))
    desk.clock(row, "notice5", "2026-09-10", "2026-09-17")
    handled = desk.case("handling")
    desk.clock(handled, "decide", "2026-09-15", "2026-09-22", limit=5)
    desk.task(handled, "market", "2026-09-18")
    for due in ("2026-09-18", "2026-09-22", "2026-12-01"):
        desk.promise(handled, due)
    desk.case("archived", closed_at=kit.clock.ms)
    found = case_overview.overview(kit.store, SUPERVISOR)
    assert (found.open, found.silent, found.deemed, found.late_steps) == (2, 1, 1, 1)
    assert (found.promises, found.promises_due, found.promises_late) == (3, 1, 1)
    assert found.total(Light.OVERDUE) == 1
    assert sum(found.total(light) for light in Light) == 2
    assert found.departments == tuple(case_load.departments(kit.store, SUPERVISOR))


def test_watching_is_for_supervisors_and_writes_nothing(desk: Desk) -> None:
    kit = desk.kit
    acts = (
        case_overview.overview,
        case_watch.lights,
        case_watch.deadlines,
        case_watch.silences,
        case_load.departments,
        case_load.late_steps,
        case_load.agents,
        case_load.escalations,
        case_load.still,
        case_ledger.promises,
        lambda store, who: case_ledger.second_notices(store, who, "2026-09-22"),
        lambda store, who: case_ledger.seals(store, who, "2026-09-22"),
    )
    before = kit.kinds()
    for act in acts:
        act(kit.store, SUPERVISOR)
        for who in (clerk(1), AGENT):
            with pytest.raises(Refused, match="not-allowed"):
                act(kit.store, who)
    assert kit.kinds() == before


def test_nothing_is_found_by_reading_every_case(desk: Desk) -> None:
    """Every statement goes by an index: what is closed is not read, however much there is."""
    kit = desk.kit
    row = desk.case("handling")
    desk.clock(row, "decide", "2026-09-15", "2026-09-22")
    statements: list[str] = []
    kit.store.db.set_trace_callback(statements.append)
    case_overview.overview(kit.store, SUPERVISOR)
    case_watch.deadlines(kit.store, SUPERVISOR)
    case_load.agents(kit.store, SUPERVISOR)
    case_load.escalations(kit.store, SUPERVISOR)
    case_load.still(kit.store, SUPERVISOR, days=0)
    case_queues.queues(kit.store, clerk(1))
    for queue in QUEUES:
        case_queues.queue(kit.store, clerk(1), queue)
    case_ledger.promises(kit.store, SUPERVISOR)
    case_ledger.second_notices(kit.store, SUPERVISOR, "2026-09-22")
    case_ledger.seals(kit.store, SUPERVISOR, "2026-09-22")
    kit.store.db.set_trace_callback(None)
    assert len(statements) > 15
    plans = [
        (step["detail"], sql)
        for sql in dict.fromkeys(statements)
        if sql.startswith(("SELECT", "WITH"))
        for step in kit.store.rows(f"EXPLAIN QUERY PLAN {sql}")
    ]
    tables = "case_file clock review_task promise paper event case_note c t p q n"
    known = tables.split()
    # Of an index that holds everything a scan would be one of everything.
    partial = [
        row["name"]
        for row in kit.store.rows("SELECT name FROM sqlite_master WHERE sql LIKE '%INDEX%WHERE%'")
    ]
    whole = [
        (detail, sql)
        for detail, sql in plans
        if detail.startswith("SCAN")
        and detail.split()[1] in known
        and not any(f"INDEX {index}" in detail for index in partial)
    ]
    assert whole == []
