"""Alarms of cases: told once a day, anew each morning, over when the cause is gone; in words."""

from datetime import date

import pytest

from hallclient.actions import day_close, hallview, watch
from hallclient.actions.hallview import AlarmNow, HallView
from hallclient.actions.watch import Memory
from hallclient.live_words import alarm_text, kind_word
from hallclient.rules import alarms
from hallclient.rules.alarms import Key
from hallclient.rules.lights import Light
from hallclient.rules.review import watch as rules
from hallclient.rules.review.watch import Placed, Silence
from hallclient.texts import LANGUAGES, set_language
from screens.live_rows import alarm_row
from tests.hallkit import PASSWORD, SUPERVISOR, Kit
from tests.watchkit import Desk, at


@pytest.fixture
def desk(kit: Kit) -> Desk:
    return Desk(kit)


def look(kit: Kit, memory: Memory) -> HallView:
    return watch.watch(kit.store, SUPERVISOR, memory)


def of_cases(view: HallView) -> dict[Key, AlarmNow]:
    return {one.key: one for one in view.alarms if one.key.kind in alarms.OF_CASES}


def trouble(desk: Desk) -> tuple[str, dict[Key, int]]:
    """One case in silence, one late, one due today, a promise and two steps that are late."""
    silent = desk.case("received", received_at=at("2026-09-15"))
    desk.clock(silent, "notice5", "2026-09-16", "2026-09-23")
    late, due, fine = (desk.case("handling") for _ in range(3))
    desk.clock(late, "decide", "2026-09-08", "2026-09-15")
    desk.clock(due, "decide", "2026-09-15", "2026-09-22")
    desk.clock(fine, "decide", "2026-09-15", "2026-10-30", limit=20)
    desk.task(fine, "market", "2026-09-18")
    desk.task(fine, "planning", "2026-09-18")
    desk.promise(fine, "2026-09-21")
    day = 5 - 1
    return silent["number"], {
        Key(alarms.NO_NOTICE, window=silent["number"]): day,
        Key(alarms.CASE_LATE): 1,
        Key(alarms.CASE_DUE): 1,
        Key(alarms.PROMISE_LATE): 1,
        Key(alarms.STEP_LATE, window="market"): 1,
        Key(alarms.STEP_LATE, window="planning"): 1,
    }


def test_what_is_late_or_untold_is_an_alarm_until_it_is_not(desk: Desk) -> None:
    kit, memory = desk.kit, Memory()
    _, expected = trouble(desk)
    found = of_cases(look(kit, memory))
    values = {key: one.reading.value for key, one in found.items() if one.reading is not None}
    assert values == expected
    assert kit.kinds().count("alarm.raised") == len(expected)
    # Looked at again, by this seat and by another, nothing is told twice.
    look(kit, memory)
    look(kit, Memory())
    assert kit.kinds().count("alarm.raised") == len(expected)
    for table, column in (("clock", "ended_at"), ("review_task", "done_at")):
        for row in kit.store.rows(f"SELECT * FROM {table}"):
            end(desk, table, row["id"], **{column: kit.clock.ms})
    end(desk, "promise", kit.store.rows("SELECT id FROM promise")[0]["id"], state="kept")
    assert of_cases(look(kit, memory)) == {}
    assert kit.kinds().count("alarm.cleared") == len(expected)


def end(desk: Desk, table: str, key: str, **now: object) -> None:
    row = desk.kit.store.row(f"SELECT * FROM {table} WHERE id = ?", key)
    assert row is not None
    from hallclient.actions.acting import acting
    from hallclient.actions.case_rows import CaseDraft, case_row

    with acting(desk.kit.store, SUPERVISOR, "case.edit") as tx:
        draft = CaseDraft(tx, case_row(desk.kit.store, row["case_file"]))
        draft.update(table, row, **now)
        draft.write("case.moved")


def test_the_next_morning_it_is_told_anew(desk: Desk) -> None:
    kit, memory = desk.kit, Memory()
    number, expected = trouble(desk)
    for one in of_cases(look(kit, memory)).values():
        watch.see(kit.store, SUPERVISOR, one.id)
    first = of_cases(look(kit, memory))
    assert all(one.seen_by for one in first.values())
    kit.clock.ms = at("2026-09-23", "08:30")
    second = of_cases(look(kit, memory))
    assert second.keys() >= {key for key in expected if key.kind != alarms.CASE_DUE}
    assert not any(one.seen_by for one in second.values())
    assert not {one.id for one in first.values()} & {one.id for one in second.values()}
    silent = second[Key(alarms.NO_NOTICE, window=number)].reading
    assert silent is not None
    assert silent.value == 5
    assert (
        kit.store.rows("SELECT id FROM alarm WHERE cleared_at IS NULL AND day < '2026-09-23'") == []
    )
    # Later the same day nothing is told again.
    kit.pass_(minutes=120)
    assert of_cases(look(kit, memory)).keys() == second.keys()
    assert {one.id for one in of_cases(look(kit, memory)).values()} == {
        one.id for one in second.values()
    }


def test_a_look_without_a_study_leaves_them_alone(desk: Desk) -> None:
    kit, memory = desk.kit, Memory()
    trouble(desk)
    before = of_cases(look(kit, memory)).keys()
    quick = hallview.look(kit.store, SUPERVISOR)
    assert watch.note(kit.store, SUPERVISOR, memory.step(quick, kit.hall)) == 0
    kit.clock.ms = at("2026-09-23")
    quick = hallview.look(kit.store, SUPERVISOR)
    assert memory.step(quick, kit.hall).cleared == []
    assert of_cases(quick).keys() == before


def test_closing_the_day_ends_them_like_all_alarms(desk: Desk) -> None:
    kit = desk.kit
    trouble(desk)
    look(kit, Memory())
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD)
    assert of_cases(hallview.look(kit.store, SUPERVISOR)) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_kind_is_said_in_words_and_fits_its_row(desk: Desk, lang: str) -> None:
    set_language(lang)
    kit = desk.kit
    number, _ = trouble(desk)
    view = look(kit, Memory())
    seen = set()
    for key, one in of_cases(view).items():
        text = alarm_text(kit.hall, one)
        assert "{" not in text
        assert key.kind not in text
        assert kind_word(key.kind) != key.kind
        row = alarm_row(one, kit.hall)
        value = row.cells[2]
        assert str(one.reading.value if one.reading else "") in value
        assert len(value) <= 6
        assert one.severe is (key.kind in (alarms.NO_NOTICE, alarms.CASE_LATE))
        seen.add(key.kind)
        if key.kind == alarms.NO_NOTICE:
            assert number in text
    assert seen == alarms.OF_CASES


def test_only_so_many_cases_have_an_alarm_of_their_own() -> None:
    def silence(n: int) -> Silence:
        case = Placed(str(n), f"N{n:03d}", "", "", "", "received", "", "", "")
        return Silence(case, date(2026, 9, 1), 4, date(2026, 9, 1 + n % 28), False, False)

    many = [silence(n) for n in range(rules.MOST_TOLD + 30)]
    found = rules.readings(many, {Light.OVERDUE: 3, Light.GREEN: 9}, 0, {})
    told = [one.window for one in found if one.kind == alarms.NO_NOTICE]
    assert len(told) == rules.MOST_TOLD
    urgent = sorted(many, key=lambda one: one.until)[: len(told)]
    assert max(one.until for one in urgent) == max(
        one.until for one in many if one.case.number in told
    )
    rest = [(one.kind, one.value) for one in found if one.kind != alarms.NO_NOTICE]
    assert rest == [(alarms.CASE_LATE, 3)]
