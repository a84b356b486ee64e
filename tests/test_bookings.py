"""Bookings in the store: import, arrival, quota, no-shows, confirmation, forgetting."""

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.check import verify
from db.store import Row
from hallclient.actions import (
    booking_arrival,
    booking_confirm,
    booking_import,
    bookings,
    calling,
    day,
    day_close,
    persons,
    serving,
    sweep,
    tickets,
)
from hallclient.actions.acting import Actor
from hallclient.actions.hall_files import default_hall
from hallclient.rules import booking as rules
from hallclient.rules.booking_marks import DIFFERS, EXTRA, MISSING, SAME, Mark
from hallclient.rules.errors import Refused
from tests.bookkit import TODAY, ZHANG, booked, row, take_in, write
from tests.hallkit import ADMINISTRATOR, AGENT, PASSWORD, SUPERVISOR, Kit, clerk, snapshot

KIOSK = Actor("k01", "kiosk")
TABLES = ("booking", "visit", "leg")
LI = {"name": "李四", "identity": "E12345678", "phone": "13900005678"}
PAPERS = "公司章程×2;申请书 3页(原件);住所证明"


def codes(report: booking_import.ImportReport) -> list[str]:
    return [one.code for one in report.problems]


def state(kit: Kit, key: str) -> str:
    found = bookings.booking(kit.store, key)
    assert found is not None
    return str(found["state"])


def event(kit: Kit, kind: str) -> bytes:
    found = kit.store.row("SELECT body FROM event WHERE kind = ? ORDER BY pos DESC LIMIT 1", kind)
    assert found is not None
    body = found["body"]
    assert isinstance(body, bytes)
    return body


def sound(kit: Kit) -> None:
    """The log, the rows and the keys agree."""
    report = verify(kit.store)
    assert report.ok, report.findings


# -- importing


def test_a_booking_is_kept_with_its_person_sealed(kit: Kit) -> None:
    booked(kit, row("Y001", **ZHANG, materials=PAPERS))
    (found,) = bookings.find(kit.store, "y001")
    assert (found["state"], found["day"], found["line"]) == ("booked", TODAY, "setup")
    assert bookings.person_of(kit.store, found) == ZHANG
    assert len(bookings.materials_of(found)) == 3
    for kind in ("booking.imported", "booking.identified"):
        for secret in ZHANG.values():
            assert secret.encode() not in event(kit, kind)
    sound(kit)


def test_the_same_file_twice_changes_nothing(kit: Kit) -> None:
    rows = [row("Y001", **ZHANG, materials=PAPERS), row("Y002", "11:00"), row("Y003", "25:00")]
    first = take_in(kit, *rows)
    before, kinds = snapshot(kit.store, TABLES), kit.kinds()
    again = take_in(kit, *rows)
    assert (first.new, again.new, again.unchanged) == (2, 0, 2)
    assert again.problems == first.problems
    assert (snapshot(kit.store, TABLES), kit.kinds()) == (before, kinds)
    # Nor later, when its times have passed and its visitors have come or not.
    kit.pass_(minutes=60)
    bookings.check_in(kit.store, AGENT, "Y001")
    kit.pass_(minutes=24 * 60)
    sweep.sweep(kit.store)
    before = snapshot(kit.store, TABLES)
    assert take_in(kit, *rows).unchanged == 2
    assert snapshot(kit.store, TABLES) == before


def test_a_dry_run_tells_the_same_and_keeps_nothing(kit: Kit) -> None:
    path = write(kit.path.parent, [row("Y001", **ZHANG), row("Y002", "25:00")])
    kinds = kit.kinds()
    dry = booking_import.import_file(kit.store, ADMINISTRATOR, path, dry_run=True)
    assert kit.kinds() == kinds
    assert bookings.find(kit.store, "Y001") == []
    real = booking_import.import_file(kit.store, ADMINISTRATOR, path)
    assert dry._replace(dry_run=False) == real


def test_a_changed_booking_is_changed_and_what_is_not_said_stays(kit: Kit) -> None:
    booked(kit, row("Y001", **ZHANG, materials=PAPERS))
    report = take_in(kit, row("Y001", "11:00-11:30", phone="13900001111"))
    assert (report.new, report.changed, report.problems) == (0, 1, ())
    (found,) = bookings.find(kit.store, "1111")
    assert found["slot"] == kit.clock.ms + 120 * 60_000
    assert bookings.person_of(kit.store, found) == {**ZHANG, "phone": "13900001111"}
    assert bookings.find(kit.store, "5678") == []
    assert kit.kinds()[-2:] == ["booking.changed", "booking.identified"]
    sound(kit)


def test_a_cancelled_one_is_cancelled_and_gives_its_place_away(kit: Kit) -> None:
    quota = rules.quota_of(kit.hall, "setup")
    booked(kit, *(row(f"Y{n:03d}") for n in range(quota)))
    assert codes(take_in(kit, row("Y900"))) == ["slot-full"]
    report = take_in(kit, row("Y900"), row("Y000", state="已取消"))
    assert (report.new, report.cancelled, report.problems) == (1, 1, ())
    assert state(kit, "Y000") == "cancelled"
    assert take_in(kit, row("Y000", state="已取消")).unchanged == 1
    assert take_in(kit, row("Y999", state="已取消")).unchanged == 1
    assert bookings.find(kit.store, "Y999") == []


def test_who_was_cancelled_here_is_not_brought_back_by_an_old_file(kit: Kit) -> None:
    booked(kit, row("Y001", **ZHANG))
    bookings.cancel(kit.store, AGENT, "Y001", "visitor")
    assert take_in(kit, row("Y001", **ZHANG)).unchanged == 1
    assert codes(take_in(kit, row("Y001", **ZHANG, materials="章程"))) == ["over"]
    assert state(kit, "Y001") == "cancelled"
    # A later time is a booking made anew.
    assert take_in(kit, row("Y001", "11:00", **ZHANG)).changed == 1
    assert state(kit, "Y001") == "booked"
    sound(kit)


def test_who_has_arrived_is_changed_no_more(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00", **ZHANG))
    bookings.check_in(kit.store, AGENT, "Y001")
    assert codes(take_in(kit, row("Y001", "11:00"))) == ["arrived"]
    assert codes(take_in(kit, row("Y001", "09:00", state="已取消"))) == ["arrived"]


def test_one_booking_a_day_and_person(kit: Kit) -> None:
    booked(kit, row("Y001", **ZHANG))
    report = take_in(kit, row("Y002", "11:00", **ZHANG))
    assert codes(report) == ["same-day"]
    assert report.problems[0].params["booking"] == "Y001"
    assert take_in(kit, {**row("Y002", **ZHANG), "date": "2026-09-23"}).new == 1
    bookings.cancel(kit.store, AGENT, "Y001")
    assert take_in(kit, row("Y003", "11:00", **ZHANG)).new == 1


def test_the_quota_holds_for_each_line_and_slot(kit: Kit) -> None:
    quota = rules.quota_of(kit.hall, "setup")
    report = take_in(kit, *(row(f"Y{n:03d}", f"10:{n:02d}") for n in range(quota + 2)))
    assert (report.new, codes(report)) == (quota, ["slot-full"] * 2)
    assert take_in(kit, row("Y100", "10:30")).new == 1
    assert take_in(kit, {**row("Y101"), "service": kit.item("general")}).new == 1
    # To move within a full slot takes no other's place.
    assert take_in(kit, row("Y000", "10:15")).changed == 1
    (found,) = [one for one in bookings.quota(kit.store) if one.booked and one.line == "general"]
    assert (found.slot, found.booked, found.arrived) == (kit.clock.ms + 3_600_000, 1, 0)


def test_who_often_does_not_come_cannot_book_for_a_while(kit: Kit) -> None:
    limit, days = kit.policy.booking_no_show_limit, kit.policy.booking_no_show_days
    for n in range(limit):
        booked(kit, row(f"Y{n}00", f"{9 + n}:30", **ZHANG, date=kit.store.env.day(kit.clock.ms)))
        kit.pass_(minutes=24 * 60)
        assert sweep.sweep(kit.store) > 0
    today = kit.store.env.day(kit.clock.ms)
    assert codes(take_in(kit, row("Y900", "16:00", **ZHANG, date=today))) == ["missed-often"]
    assert take_in(kit, row("Y901", "16:00", **LI, date=today)).new == 1
    kit.pass_(minutes=(days + 1) * 24 * 60)  # a Monday
    today = kit.store.env.day(kit.clock.ms)
    assert take_in(kit, row("Y902", "16:00", **ZHANG, date=today)).new == 1


def test_one_number_twice_in_a_file(kit: Kit) -> None:
    report = take_in(kit, row("Y001"), row("y001"), row("Y001", "11:00"))
    assert (report.new, report.unchanged, codes(report)) == (1, 1, ["twice"])
    assert report.problems[0].params["first"] == 2


def test_a_file_of_thousands_is_taken_in(tmp_path: Path) -> None:
    kit = Kit(tmp_path, booking_share=1000.0)
    rows = [
        row(f"Y{n:05d}", f"{9 + n % 2}:{n % 60:02d}", name=f"{n}", date=f"2026-09-{22 + n % 3}")
        for n in range(3000)
    ]
    rows[1500]["time"] = "soon"
    report = take_in(kit, *rows)
    assert (report.rows, report.new, codes(report)) == (3000, 2999, ["time"])
    assert take_in(kit, *rows).unchanged == 2999
    sound(kit)
    kit.close()


DRAWN = st.builds(
    lambda number, at, person, state, item: {
        **row(f"Y00{number}", at, **({} if person is None else person), state=state),
        "service": item,
    },
    st.integers(0, 5),
    st.sampled_from(("09:00", "10:00", "10:20", "16:30", "12:30", "soon")),
    st.sampled_from((None, ZHANG, LI)),
    st.sampled_from(("", "", "", "cancelled")),
    st.sampled_from(("SP080", "YQ019")),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(DRAWN, max_size=8), min_size=1, max_size=3), st.sampled_from((0, 1, 20, 60))
)
def test_whatever_files_come_the_rules_hold_and_again_changes_nothing(
    tmp_path: Path, files: list[list[dict[str, Any]]], minutes: int
) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    kit = Kit(folder, booking_share=0.2)
    for rows in files:
        first = take_in(kit, *rows) if rows else None
        before, kinds = snapshot(kit.store, TABLES), len(kit.kinds())
        if first is not None:
            again = take_in(kit, *rows)
            assert (again.new, again.changed, again.cancelled) == (0, 0, 0)
        assert (snapshot(kit.store, TABLES), len(kit.kinds())) == (before, kinds)
        holding = kit.store.rows("SELECT * FROM booking WHERE state <> 'cancelled'")
        slots = Counter((one["line"], one["slot"] // kit.policy.slot_ms) for one in holding)
        assert all(n <= rules.quota_of(kit.hall, line) for (line, _), n in slots.items())
        people = Counter((one["person"], one["day"]) for one in holding if one["person"])
        assert all(n == 1 for n in people.values())
        if holding and minutes:
            kit.pass_(minutes=minutes)
            with suppress(Refused):
                bookings.check_in(kit.store, AGENT, str(holding[0]["id"]))
            sweep.sweep(kit.store)
    sound(kit)
    kit.close()


def test_a_place_that_comes_free_later_in_the_file_is_taken_at_once(kit: Kit) -> None:
    quota = rules.quota_of(kit.hall, "setup")
    booked(kit, *(row(f"Y{n:03d}") for n in range(quota)), row("Y500", "11:00", **ZHANG))
    moved = [row("Y900"), row("Y901", "16:00", **ZHANG)]
    leaving = [row("Y000", "11:30"), row("Y500", "14:00", **LI)]
    report = take_in(kit, *moved, *leaving)
    assert (report.new, report.changed, report.problems) == (2, 2, ())
    assert take_in(kit, *moved, *leaving).unchanged == 4
    # Two that would change places in full slots each keep the one they have.
    booked(kit, *(row(f"Y7{n:02d}", "15:00") for n in range(quota)))
    swapped = [row("Y900", "15:00"), row("Y700", "10:00")]
    assert codes(take_in(kit, *swapped)) == ["slot-full"] * 2


def test_an_import_that_breaks_off_leaves_nothing(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = 0
    seal = booking_import.seal_booking

    def breaks(*how: Any) -> None:
        nonlocal sealed
        sealed += 1
        if sealed == 3:
            raise OSError("gone")
        seal(*how)

    monkeypatch.setattr(booking_import, "seal_booking", breaks)
    before, kinds = snapshot(kit.store, TABLES), kit.kinds()
    with pytest.raises(OSError, match="gone"):
        take_in(kit, *(row(f"Y00{n}", f"1{n % 2}:00", name="x") for n in range(4)))
    assert sealed == 3
    assert (snapshot(kit.store, TABLES), kit.kinds()) == (before, kinds)
    assert kit.store.rows("SELECT * FROM case_key") == []


# -- finding


def test_a_booking_is_found_in_every_way_and_todays_comes_first(kit: Kit) -> None:
    booked(
        kit,
        {**row("Y001", **ZHANG), "date": "2026-09-23"},
        row("Y002", "11:00", **LI),
        row("Y003", "10:00", phone="13899995678"),
    )

    def found(text: str) -> list[str]:
        return [str(one["id"]) for one in bookings.find(kit.store, text)]

    assert found("5678") == ["Y003", "Y002", "Y001"]
    assert found("13812345678") == ["Y001"]
    assert found(" 138 1234 5678 ") == ["Y001"]
    assert found(ZHANG["identity"].lower()) == ["Y001"]
    assert found("e12345678") == ["Y002"]
    assert found("Ｙ００２") == ["Y002"]
    for nobody in ("", "  ", "Y9", "0000", "13812340000", "110105194912310038"):
        assert found(nobody) == []
    bookings.cancel(kit.store, AGENT, "Y003")
    assert found("5678") == ["Y002", "Y003", "Y001"]
    assert [one["id"] for one in bookings.beginning(kit.store, "y0")] == ["Y003", "Y002"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_to_look_for_anything_finds_something_or_nothing(kit: Kit, text: str) -> None:
    assert isinstance(bookings.find(kit.store, text), list)
    assert isinstance(bookings.beginning(kit.store, text), list)
    assert booking_confirm.comparison(kit.store, text) == []


# -- arriving


@pytest.mark.parametrize(
    ("minutes", "lane", "reason"),
    [(45, "booked", None), (60, "booked", None), (75, "booked", None), (76, "ordinary", "late")],
)
def test_arrival_early_in_time_and_late(
    kit: Kit, minutes: int, lane: str, reason: str | None
) -> None:
    booked(kit, row("Y001", **ZHANG))
    kit.pass_(minutes=minutes)
    ticket = bookings.check_in(kit.store, AGENT, "y001", promised=(60_000, 120_000), ahead=3)
    assert ticket.legs[0].lane == lane
    assert bookings.was_late(ticket) == (reason is not None)
    found = bookings.booking(kit.store, "Y001")
    assert found is not None
    assert (found["state"], found["visit"], found["number"], found["reason"]) == (
        "arrived",
        ticket.visit,
        ticket.number,
        reason,
    )
    visit = kit.visit(ticket.number)
    assert (visit["booking"], visit["source"], visit["slot"]) == ("Y001", "booking", found["slot"])
    assert (visit["ahead"], visit["promised_low"], visit["promised_high"]) == (3, 60_000, 120_000)
    assert kit.store.unseal(visit["id"], visit["sealed"]) == ZHANG
    # One event: no moment in which the number is there and the booking still open.
    assert kit.kinds().count("visit.opened") == 1
    assert b'"arrived"' in event(kit, "visit.opened")
    sound(kit)


@pytest.mark.parametrize("who", [KIOSK, AGENT, SUPERVISOR, clerk(1)])
def test_too_early_by_a_minute(kit: Kit, who: Actor) -> None:
    booked(kit, row("Y001"))
    kit.pass_(minutes=44)
    before = kit.kinds()
    with pytest.raises(Refused) as refused:
        bookings.check_in(kit.store, who, "Y001")
    assert (refused.value.code, refused.value.params["minutes"]) == ("booking-early", 1)
    assert kit.kinds() == before
    kit.pass_(minutes=1)
    assert bookings.check_in(kit.store, who, "Y001").number == "A001"


def test_who_may_not_check_in(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00"), {**row("Y002"), "date": "2026-09-23"}, row("Y003", "09:01"))
    number = bookings.check_in(kit.store, AGENT, "Y001").number
    bookings.cancel(kit.store, AGENT, "Y003")
    refusals = {
        "Y001": ("already-arrived", {"number": number}),
        "Y002": ("booking-other-day", {"day": "2026-09-23"}),
        "Y003": ("booking-cancelled", {}),
        "Y999": ("no-such-booking", {"booking": "Y999"}),
    }
    for key, (code, params) in refusals.items():
        with pytest.raises(Refused) as refused:
            bookings.check_in(kit.store, AGENT, key)
        assert (refused.value.code, refused.value.params) == (code, params)


def test_of_many_who_check_the_same_booking_in_one_gets_the_number(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00", **ZHANG))

    def arrive(_: int) -> str:
        with kit.again() as store:
            try:
                return bookings.check_in(store, AGENT, "Y001").number
            except Refused as refused:
                return f"{refused.code} {refused.params['number']}"

    with ThreadPoolExecutor(6) as pool:
        said = sorted(pool.map(arrive, range(6)))
    assert said == ["A001", *["already-arrived A001"] * 5]
    assert len(kit.store.rows("SELECT id FROM visit")) == 1
    sound(kit)


def test_a_person_with_an_open_number_for_the_same_is_told_it(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00", **ZHANG))
    number = kit.take("SP078", person=ZHANG).number
    with pytest.raises(Refused) as refused:
        bookings.check_in(kit.store, AGENT, "Y001")
    assert (refused.value.code, refused.value.params["number"]) == ("already-open", number)
    assert state(kit, "Y001") == "booked"


def test_limits_for_walk_ins_do_not_turn_a_kept_booking_away(tmp_path: Path) -> None:
    hall = default_hall()
    line = hall.lines["setup"]._replace(daily_limit=1, slot_limit=1)
    kit = Kit(tmp_path, hall=hall._replace(lines={**hall.lines, "setup": line}))
    booked(kit, row("Y001", "09:00"), row("Y002", "09:00"))
    kit.take("setup")
    with pytest.raises(Refused) as refused:
        kit.take("setup")
    assert refused.value.code == "line-full"
    assert bookings.check_in(kit.store, KIOSK, "Y001", source="kiosk").number == "A002"
    # Who comes late is a visitor like any other.
    kit.pass_(minutes=16)
    with pytest.raises(Refused) as refused:
        bookings.check_in(kit.store, AGENT, "Y002")
    assert refused.value.code == "line-full"
    kit.close()


def test_what_the_visitor_is_told_is_kept_with_the_number(kit: Kit) -> None:
    kit.open(1)
    booked(kit, row("Y001", "09:00"))
    kit.take("setup")
    number = booking_arrival.arrive(kit.store, AGENT, "Y001").number
    visit = kit.visit(number)
    assert visit["ahead"] is not None
    assert visit["promised_low"] <= visit["promised_high"]


# -- not arriving


def test_who_has_not_come_in_time_is_a_no_show_and_may_still_come(kit: Kit) -> None:
    booked(kit, row("Y001", **ZHANG), row("Y002", "10:01"))
    kit.pass_(minutes=75)
    assert sweep.sweep(kit.store) == 0
    kit.pass_(seconds=1)
    assert sweep.sweep(kit.store) == 1
    assert (state(kit, "Y001"), state(kit, "Y002")) == ("no_show", "booked")
    assert kit.kinds()[-1] == "booking.no-show"
    with pytest.raises(Refused) as refused:
        bookings.cancel(kit.store, AGENT, "Y001")
    assert refused.value.code == "booking-missed"
    ticket = bookings.check_in(kit.store, AGENT, "Y001")
    assert bookings.was_late(ticket)
    assert state(kit, "Y001") == "arrived"
    kit.pass_(minutes=1)
    assert sweep.sweep(kit.store) == 1
    assert state(kit, "Y002") == "no_show"
    kit.pass_(minutes=24 * 60)
    with pytest.raises(Refused) as refused:
        bookings.check_in(kit.store, AGENT, "Y002")
    assert refused.value.code == "booking-other-day"
    sound(kit)


# -- confirming


def arrived(kit: Kit) -> str:
    booked(kit, row("Y001", "09:00", **ZHANG, materials=PAPERS))
    return bookings.check_in(kit.store, AGENT, "Y001").number


def marks(**more: Mark) -> list[Mark]:
    same = {key: Mark(key, SAME) for key in ("name", "identity", "phone", "m0", "m1", "m2")}
    return list((same | more).values())


def seen(kit: Kit, key: str = "Y001") -> dict[str, tuple[str, str]]:
    return {one.key: (one.mark, one.note) for one in booking_confirm.comparison(kit.store, key)}


def test_what_was_sent_beside_what_is_on_the_table(kit: Kit) -> None:
    number = arrived(kit)
    rows = booking_confirm.comparison(kit.store, number)
    assert [(one.key, one.kind, one.mark) for one in rows] == [
        ("name", "person", ""),
        ("identity", "person", ""),
        ("phone", "person", ""),
        ("m0", "material", ""),
        ("m1", "material", ""),
        ("m2", "material", ""),
    ]
    assert rows[0].sent == {"value": "张**"}
    assert rows[4].sent == {"pages": 3, "note": "原件"}
    visit = kit.visit(number)["id"]
    assert booking_confirm.comparison(kit.store, visit) == rows
    assert booking_confirm.comparison(kit.store, "A999") == []


def test_a_confirmation_is_recorded_and_can_be_corrected(kit: Kit) -> None:
    number = arrived(kit)
    secret = "身份证上写的是张三峰"
    found = booking_confirm.confirm(
        kit.store,
        clerk(1),
        number,
        [
            *marks(name=Mark("name", DIFFERS, secret), m2=Mark("m2", MISSING)),
            Mark("", EXTRA, name="租赁合同"),
        ],
    )
    assert {one.key: (one.mark, one.note) for one in found} == seen(kit)
    assert seen(kit)["name"] == (DIFFERS, secret)
    assert seen(kit)["m2"] == (MISSING, "")
    assert seen(kit)["x0"] == (EXTRA, "")
    body = event(kit, "booking.confirmed")
    assert json.loads(body)["same"] == 4
    for value in (*ZHANG.values(), secret):
        assert value.encode() not in body
        assert value.encode() not in event(kit, "booking.identified")
    booking_confirm.confirm(kit.store, clerk(2), "Y001", marks())
    assert set(seen(kit).values()) == {(SAME, "")}
    row_now = bookings.booking(kit.store, "Y001")
    assert row_now is not None
    assert booking_confirm.seen_of(row_now)["by"] == "c02"
    assert bookings.person_of(kit.store, row_now) == ZHANG
    sound(kit)


def test_only_who_has_arrived_is_confirmed_and_only_whole(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00", **ZHANG, materials=PAPERS))
    before = kit.kinds()
    for key, found, code in (
        ("Y001", marks(), "not-arrived"),
        ("Y999", marks(), "no-such-booking"),
    ):
        with pytest.raises(Refused) as refused:
            booking_confirm.confirm(kit.store, clerk(1), key, found)
        assert refused.value.code == code
    assert kit.kinds() == before
    bookings.check_in(kit.store, AGENT, "Y001")
    with pytest.raises(Refused) as refused:
        booking_confirm.confirm(kit.store, clerk(1), "Y001", marks()[:-1])
    assert (refused.value.code, refused.value.params["count"]) == ("not-marked", 1)
    assert seen(kit)["name"] == ("", "")


# -- forgetting


def test_to_forget_a_visitor_forgets_the_booking_too(kit: Kit) -> None:
    kit.open(1)
    number = arrived(kit)
    note = marks(name=Mark("name", DIFFERS, "张三峰"))
    booking_confirm.confirm(kit.store, clerk(1), number, note)
    calling.call_next(kit.store, clerk(1))
    calling.start(kit.store, clerk(1))
    serving.finish(kit.store, clerk(1), "done")
    persons.forget(kit.store, ADMINISTRATOR, number, TODAY)
    visit, one = kit.visit(number), bookings.booking(kit.store, "Y001")
    assert one is not None
    assert kit.store.unseal(visit["id"], visit["sealed"]) is None
    assert bookings.person_of(kit.store, one) == {}
    assert [found.kind for found in booking_confirm.comparison(kit.store, "Y001")] == [
        "material",
        "material",
        "material",
    ]
    keys = kit.store.rows("SELECT key FROM case_key")
    assert [found["key"] for found in keys] == [None, None]
    sound(kit)
    # The old file does not bring the person back.
    take_in(kit, row("Y001", "09:00", **ZHANG, materials=PAPERS))
    found_again: Row | None = bookings.booking(kit.store, "Y001")
    assert found_again is not None
    assert bookings.person_of(kit.store, found_again) == {}


def test_who_was_carried_over_is_forgotten_everywhere(kit: Kit) -> None:
    first = kit.take("setup", person={**ZHANG}).number
    day_close.close_day(kit.store, SUPERVISOR, PASSWORD, carry=[first])
    slip = f"20260922{first}"
    ways: tuple[Callable[[], object], ...] = (
        lambda: persons.forget(kit.store, ADMINISTRATOR, first, TODAY),
        lambda: bookings.forget(kit.store, ADMINISTRATOR, slip),
    )
    for forget in ways:
        with pytest.raises(Refused) as refused:
            forget()
        assert refused.value.code == "booking-open"
    kit.clock.ms += 24 * 3_600_000
    second = bookings.check_in(kit.store, AGENT, slip).number
    with pytest.raises(Refused) as refused:
        persons.forget(kit.store, ADMINISTRATOR, first, TODAY)
    assert refused.value.params["number"] == second
    tickets.cancel(kit.store, AGENT, second, "visitor")
    before = kit.kinds().count("personal.destroyed")
    persons.forget(kit.store, ADMINISTRATOR, first, TODAY)
    assert kit.kinds().count("personal.destroyed") - before == 3
    keys = [found["key"] for found in kit.store.rows("SELECT key FROM case_key")]
    assert keys == [None, None, None]
    sound(kit)


def test_a_late_booking_has_no_place_left_whoever_comes(kit: Kit) -> None:
    booked(kit, row("Y001", "09:30", **ZHANG), row("Y002", "10:30", **LI))
    kit.pass_(minutes=75)
    line = kit.hall.items["SP078"].line
    day.stop_numbers(kit.store, SUPERVISOR, [line])
    with pytest.raises(Refused) as refused:
        bookings.check_in(kit.store, AGENT, "Y001", priority="elderly", proof="card")
    assert refused.value.code == "line-stopped"
    bookings.check_in(kit.store, AGENT, "Y002", priority="elderly", proof="card")


def test_who_never_came_is_forgotten_by_the_booking(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00", **ZHANG), row("Y002", "09:10", **LI))
    with pytest.raises(Refused) as refused:
        bookings.forget(kit.store, ADMINISTRATOR, "Y001")
    assert refused.value.code == "booking-open"
    kit.pass_(minutes=60)
    sweep.sweep(kit.store)
    bookings.forget(kit.store, ADMINISTRATOR, "Y001")
    one = bookings.booking(kit.store, "Y001")
    assert one is not None
    assert bookings.person_of(kit.store, one) == {}
    number = bookings.check_in(kit.store, AGENT, "Y002").number
    with pytest.raises(Refused) as refused:
        bookings.forget(kit.store, ADMINISTRATOR, "Y002")
    assert (refused.value.code, refused.value.params["number"]) == ("already-arrived", number)
    sound(kit)


def test_a_cancelled_number_leaves_the_booking_arrived(kit: Kit) -> None:
    number = arrived(kit)
    tickets.cancel(kit.store, AGENT, number, next(iter(kit.hall.cancel_reasons)))
    with pytest.raises(Refused) as refused:
        bookings.check_in(kit.store, AGENT, "Y001")
    assert refused.value.code == "already-arrived"
