"""What bookings may do: rows, arrival, quota, marks. Pure rules, without a store."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions.booking_files import words
from hallclient.actions.hall_files import default_hall
from hallclient.rules import booking as rules
from hallclient.rules import policy as lanes
from hallclient.rules.booking import Facts
from hallclient.rules.booking_marks import DIFFERS, EXTRA, MARKS, MISSING, SAME, Mark, checked
from hallclient.rules.booking_row import Draft, parse_row, services_of
from hallclient.rules.catalogue import PlanKind
from hallclient.rules.errors import Refused
from tests.bookkit import ZHANG, row
from tests.hallkit import NINE

HALL = default_hall()
SERVICES = services_of(HALL)
MINUTE = 60_000
HOUR = 60 * MINUTE
TEN = NINE + HOUR


def parsed(**cells: object) -> Draft:
    found = parse_row(7, {**row("Y001"), **cells}, HALL, SERVICES, words())
    assert isinstance(found, Draft), found
    return found


def wrong(**cells: object) -> list[str]:
    found = parse_row(7, {**row("Y001"), **cells}, HALL, SERVICES, words())
    assert isinstance(found, list), found
    assert {one.row for one in found} == {7}
    return [one.code for one in found]


# -- rows


def test_a_row_becomes_a_booking() -> None:
    found = parsed(**ZHANG, materials="公司章程×2;申请书 3页(原件)；住所证明")
    assert (found.id, found.day, found.slot, found.until) == (
        "Y001",
        "2026-09-22",
        TEN,
        TEN + 30 * MINUTE,
    )
    assert (found.item, found.line, found.state) == ("SP078", "setup", rules.BOOKED)
    assert found.person == ZHANG
    assert json.loads(found.sent) == [
        {"name": "公司章程", "copies": 2},
        {"name": "申请书", "pages": 3, "note": "原件"},
        {"name": "住所证明"},
    ]


@pytest.mark.parametrize(
    "day",
    ["2026-09-22", "2026/9/22", "2026.09.22", "20260922", "2026年9月22日", "２０２６－０９－２２"],
)
def test_dates_are_read_as_they_are_written(day: str) -> None:
    assert parsed(date=day).slot == TEN


@pytest.mark.parametrize(
    ("time", "end"),
    [
        ("10:00", TEN + 30 * MINUTE),
        ("10:00-11:00", TEN + HOUR),
        ("10：00～11：00", TEN + HOUR),
        ("10:00 至 11:00", TEN + HOUR),
        ("10点00分-11点00分", TEN + HOUR),
        ("10:00:00-11:00:00", TEN + HOUR),
        ("10:00 to 11:00", TEN + HOUR),
    ],
)
def test_times_are_read_as_they_are_written(time: str, end: int) -> None:
    found = parsed(time=time)
    assert (found.slot, found.until) == (TEN, end)


def test_begin_and_end_may_stand_apart_and_hold_the_date() -> None:
    cells = {"date": "", "time": "", "begin": "2026-09-22 10:00:00", "end": "2026-09-22T10:40"}
    found = parsed(**cells)
    assert (found.slot, found.until) == (TEN, TEN + 40 * MINUTE)
    assert parsed(date="2026-09-22 00:00:00").slot == TEN
    assert wrong(**{**cells, "end": "2026-09-23 10:40"}) == ["days"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"number": ""}, "empty"),
        ({"number": "Y 1"}, "number"),
        ({"number": "=1+1"}, "number"),
        ({"number": "2.02609E+12"}, "rounded"),
        ({"number": ["Y001"]}, "not-text"),
        ({"number": True}, "not-text"),
        ({"date": ""}, "empty"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "0026-09-22"}, "date"),
        ({"date": "22/09/2026"}, "date"),
        ({"time": ""}, "empty"),
        ({"time": "25:00"}, "time"),
        ({"time": "10"}, "time"),
        ({"time": "上午"}, "time"),
        ({"time": "2026-09-22T10:00+08:00"}, "time"),
        ({"time": "10:30-10:00"}, "span"),
        ({"service": "SP9999"}, "service"),
        ({"identity": "110105194912310021"}, "identity"),
        ({"identity": "110105491231002"}, "identity"),
        ({"identity": "张三"}, "identity"),
        ({"identity": "1.10105E+17"}, "rounded"),
        ({"phone": "138"}, "phone"),
        ({"state": "maybe"}, "state"),
        ({"name": "长" * 201}, "too-long"),
        ({"materials": 5}, "materials"),
        ({"materials": [{"pages": 2}]}, "materials"),
        ({"materials": [{"name": "章程", "copies": "many"}]}, "material-count"),
        ({"materials": [str(n) for n in range(51)]}, "materials-many"),
    ],
)
def test_one_mistake_is_one_problem(cells: dict[str, object], code: str) -> None:
    assert wrong(**cells) == [code]


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    assert wrong(date="tomorrow", service="?", identity="1") == ["date", "service", "identity"]


def test_long_numbers_kept_as_text_by_a_formula_are_read() -> None:
    found = parsed(number='="20260922001"', identity=f'="{ZHANG["identity"]}"')
    assert found.id == "20260922001"
    assert found.person["identity"] == ZHANG["identity"]
    assert parsed(identity="'" + ZHANG["identity"]).person["identity"] == ZHANG["identity"]


def test_other_papers_than_the_resident_card_are_taken() -> None:
    assert parsed(identity="e1234 5678").person["identity"] == "E12345678"
    assert parsed(phone="+86 138-1234-5678").person["phone"] == "13812345678"
    assert parsed(phone="027-87654321").person["phone"] == "02787654321"


def test_a_service_goes_by_its_code_or_whole_name_and_is_never_guessed() -> None:
    item = HALL.items["SP080"]
    for name in ("sp080", item.zh, item.en.upper()):
        assert parsed(service=name).item == "SP080"
    assert wrong(service=item.zh[:2]) == ["service"]


def test_materials_of_a_list_keep_what_they_say() -> None:
    given = ["章程", {"名称": "申请书", "份数": 2, "备注": "原件", "other": 1}]
    assert json.loads(parsed(materials=given).sent) == [
        {"name": "章程"},
        {"name": "申请书", "copies": 2, "note": "原件"},
    ]
    # What joins two names of one paper does not part it.
    assert json.loads(parsed(materials="法定代表人、股东身份证明").sent) == [
        {"name": "法定代表人、股东身份证明"}
    ]


@given(
    st.dictionaries(
        st.sampled_from(("number", "date", "time", "begin", "end", "service", "identity", "phone")),
        st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.none(), st.booleans()),
    ),
    st.one_of(st.text(max_size=60), st.lists(st.text(max_size=20)), st.none()),
)
def test_no_cells_whatever_raise_anything(cells: dict[str, object], materials: object) -> None:
    found = parse_row(1, {**row("Y001"), **cells, "materials": materials}, HALL, SERVICES, words())
    if isinstance(found, Draft):
        assert found.slot < found.until
        assert found.item in HALL.items
        assert all(found.person.values())
    else:
        assert found


# -- arrival


@given(st.integers(-3 * HOUR, 3 * HOUR))
def test_late_is_when_the_lane_is_no_longer_the_bookings(offset: int) -> None:
    now = TEN + offset
    late = rules.is_late(TEN, HALL.policy, now)
    if now < TEN - HALL.policy.booked_early_ms:
        assert not late
        with pytest.raises(Refused) as refused:
            lanes.lane_of(None, TEN, HALL.policy, now)
        assert refused.value.code == "booking-early"
        return
    lane, order_at = lanes.lane_of(None, TEN, HALL.policy, now)
    assert late == (lane == lanes.ORDINARY)
    assert order_at == (now if late else max(now, TEN))


@pytest.mark.parametrize(
    ("state", "day", "code"),
    [
        (rules.ARRIVED, "2026-09-22", "already-arrived"),
        (rules.CANCELLED, "2026-09-22", "booking-cancelled"),
        (rules.BOOKED, "2026-09-23", "booking-other-day"),
        (rules.BOOKED, "2026-09-21", "booking-other-day"),
        (rules.NO_SHOW, "2026-09-21", "booking-other-day"),
    ],
)
def test_who_may_not_check_in(state: str, day: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.may_arrive(state, day, "2026-09-22", number="A001")
    assert refused.value.code == code


@pytest.mark.parametrize("state", [rules.BOOKED, rules.NO_SHOW])
def test_who_comes_on_the_day_may_check_in(state: str) -> None:
    rules.may_arrive(state, "2026-09-22", "2026-09-22", number=None)


# -- quota


def test_the_quota_is_a_share_of_what_the_lines_own_windows_can_do() -> None:
    own = sum(window.plan.get("setup") is PlanKind.MAIN for window in HALL.windows.values())
    able = own * HALL.policy.slot_ms / HALL.lines["setup"].service_ms
    assert rules.capacity(HALL, "setup") == able
    assert rules.quota_of(HALL, "setup") == int(able * HALL.policy.booking_share)


@given(st.floats(0, 1), st.integers(5 * MINUTE, 2 * HOUR))
def test_every_line_with_a_window_takes_one_and_never_more_than_its_share(
    share: float, slot_ms: int
) -> None:
    hall = HALL._replace(policy=HALL.policy._replace(booking_share=share, slot_ms=slot_ms))
    for line in hall.lines:
        quota, able = rules.quota_of(hall, line), rules.capacity(hall, line)
        if not able:
            assert quota == 0
        else:
            assert quota >= 1
            assert quota == 1 or quota <= able * share + 1e-6


def new(slot: int = TEN, now: int = NINE, line: str = "setup", **facts: object) -> str:
    until = slot + 30 * MINUTE
    found = rules.check_new(HALL, line, slot, until, now, Facts(**facts))  # type: ignore[arg-type]
    return "" if found is None else found[0]


def test_why_a_booking_cannot_be_taken() -> None:
    policy = HALL.policy
    quota = rules.quota_of(HALL, "setup")
    assert new() == ""
    assert new(now=TEN + policy.booked_late_ms) == ""
    assert new(now=TEN + policy.booked_late_ms + 1) == "past"
    assert new(slot=NINE - 30 * MINUTE, now=NINE - HOUR) == "closed-then"
    assert new(slot=NINE + 2 * HOUR + 45 * MINUTE) == "closed-then"  # into the noon break
    assert new(slot=NINE + 4 * 24 * HOUR) == "closed-then"  # a Saturday
    assert new(other="Y009") == "same-day"
    assert new(missed=policy.booking_no_show_limit - 1) == ""
    assert new(missed=policy.booking_no_show_limit) == "missed-often"
    assert new(in_slot=quota - 1) == ""
    assert new(in_slot=quota) == "slot-full"


def test_a_line_without_windows_cannot_be_booked_and_no_limit_is_no_limit() -> None:
    bare = HALL._replace(windows={})
    found = rules.check_new(bare, "setup", TEN, TEN + HOUR, NINE, Facts())
    assert found is not None
    assert found[0] == "no-window"
    free = HALL._replace(policy=HALL.policy._replace(booking_no_show_limit=0))
    assert rules.check_new(free, "setup", TEN, TEN + HOUR, NINE, Facts(missed=99)) is None


def test_the_slots_of_a_day_lie_in_its_opening_hours() -> None:
    slots = rules.slots_of(HALL, "2026-09-22")
    assert slots[0] == NINE
    assert len(slots) == 13
    assert rules.slots_of(HALL, "2026-09-26") == []
    for wrong_day in ("", "20260922", "2026-13-01", "heute"):
        with pytest.raises(Refused) as refused:
            rules.slots_of(HALL, wrong_day)
        assert refused.value.code == "bad-day"


# -- marks

SENT = {"name": "name", "m0": "章程", "m1": "申请书"}


def test_marks_come_back_in_the_order_of_what_was_sent() -> None:
    found = checked(
        [
            Mark("", EXTRA, name=" 租赁合同 "),
            Mark("m1", DIFFERS, " 缺签字 "),
            Mark("m0", MISSING),
            Mark("name", SAME),
        ],
        SENT,
    )
    assert [(one.key, one.name, one.mark, one.note) for one in found] == [
        ("name", "name", SAME, ""),
        ("m0", "章程", MISSING, ""),
        ("m1", "申请书", DIFFERS, "缺签字"),
        ("x0", "租赁合同", EXTRA, ""),
    ]


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([Mark("name", "fine")], "no-such-mark"),
        ([Mark("m9", SAME)], "no-such-row"),
        ([Mark("m0", SAME), Mark("m0", MISSING)], "marked-twice"),
        ([Mark("name", SAME)], "not-marked"),
        ([Mark("m0", DIFFERS, " ")], "note-needed"),
        ([Mark("", EXTRA)], "name-needed"),
        ([Mark("m0", DIFFERS, "长" * 201)], "note-long"),
    ],
)
def test_marks_that_say_too_little_are_refused(marks: list[Mark], code: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(marks, SENT)
    assert refused.value.code == code


@given(st.lists(st.tuples(st.sampled_from([*SENT, "zz"]), st.sampled_from(MARKS)), max_size=6))
def test_what_is_accepted_covers_all_that_was_sent_once(pairs: list[tuple[str, str]]) -> None:
    marks = [Mark(key, mark, note="n", name="x") for key, mark in pairs]
    try:
        found = checked(marks, SENT)
    except Refused:
        return
    assert [one.key for one in found if one.mark != EXTRA] == list(SENT)
