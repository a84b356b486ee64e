"""Bookings of the demo: brought by a file, kept by visitors, left for the person to check in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from db import check
from db.env import Env, day_of
from db.store import Store
from hallclient.actions import booking_confirm, bookings, setup, views
from hallclient.actions.booking_import import ImportReport
from hallclient.actions.hall_files import default_hall
from hallclient.demo import PHONE, booked
from hallclient.demo import bookings as made
from hallclient.demo.clock import midnight_of
from hallclient.demo.day import Profile, hours_of
from hallclient.demo.dice import MINUTE, dice
from hallclient.demo.hall import Simulation
from hallclient.rules.errors import Refused
from tests.hallkit import AGENT, NINE, Clock

HALL = default_hall()
MIDNIGHT, WEEKDAY = midnight_of(NINE, HALL.time_zone)
HOURS = hours_of(HALL, MIDNIGHT, WEEKDAY)
BEGIN = MIDNIGHT + (9 * 60 + 40) * MINUTE


@dataclass
class Living:
    """A hall with the day's bookings, and a clock that the test moves."""

    store: Store
    clock: Clock
    hall: Simulation
    report: ImportReport

    def until(self, at: int) -> None:
        while (due := self.hall.next_at) is not None and due <= at:
            self.clock.ms = max(self.clock.ms, due)
            self.hall.run_due()
        self.clock.ms = at

    def of(self, state: str) -> list[str]:
        rows = self.store.rows("SELECT id FROM booking WHERE state = ? ORDER BY id", state)
        return [row["id"] for row in rows]


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    clock = Clock(BEGIN)

    def make_env(time_zone: str) -> Env:
        return Env(clock, dice("bookings").randbytes, day_of(time_zone))

    with setup.init_demo(tmp_path / "hall.db", HALL, "", make_env=make_env) as store:
        hall = Simulation(store, MIDNIGHT, WEEKDAY, 1, Profile(visits=360))
        report = booked.bring(hall, tmp_path)
        assert not (tmp_path / "bookings.json").exists()
        yield Living(store, clock, hall, report)


def test_the_file_brings_bookings_and_those_who_are_there_have_a_number(living: Living) -> None:
    assert living.report.new > 40
    assert {problem.code for problem in living.report.problems} <= {"slot-full", "closed-then"}
    rows = living.store.rows(
        "SELECT leg.line, booking.id FROM booking JOIN leg ON leg.visit = booking.visit "
        "WHERE booking.state = 'arrived' AND leg.lane = 'booked'"
    )
    assert sorted(row["line"] for row in rows) == ["setup", "setup", "tax"]
    for row in rows:
        kinds = {one.kind for one in booking_confirm.comparison(living.store, row["id"])}
        assert kinds == {"person", "material"}
    assert check.verify(living.store).ok


def test_the_end_of_a_phone_number_finds_what_the_person_may_check_in(living: Living) -> None:
    rows = bookings.find(living.store, PHONE[-4:])
    assert len(rows) > 5
    assert all(row["id"].isdigit() for row in rows)
    ticket = bookings.check_in(living.store, AGENT, rows[0]["id"])
    assert ticket.legs[0].lane == "booked"
    with pytest.raises(Refused) as refused:
        bookings.check_in(living.store, AGENT, rows[-1]["id"])
    assert refused.value.code == "booking-early"


def test_visitors_come_for_their_bookings_and_others_do_not(living: Living) -> None:
    here = living.of("arrived")
    living.until(BEGIN + 100 * MINUTE)
    came = set(living.of("arrived")) - set(here)
    assert len(came) > 8
    theirs = {row["id"] for row in bookings.find(living.store, PHONE[-4:])}
    missed = set(living.of("no_show"))
    assert missed >= {
        row["id"] for row in living.store.rows(
            "SELECT id FROM booking WHERE phone = ? AND slot < ?",
            bookings.phone_token(living.store, PHONE), BEGIN + 80 * MINUTE)
    }  # fmt: skip
    assert len(missed & theirs) > 1
    assert not came & theirs
    # Whoever has no booking in the store comes all the same, with a slot or without.
    without = living.store.row("SELECT count(*) AS n FROM visit WHERE booking IS NULL")
    assert without is not None
    assert without["n"] > len(came)
    assert check.verify(living.store).ok


def test_a_visitor_whom_the_person_checked_in_takes_no_second_number(living: Living) -> None:
    keys = {
        made.number_of(HALL, one.key, one.slot): one
        for one in living.hall.to_come
        if one.slot is not None and one.slot > BEGIN + 20 * MINUTE
    }
    key = next(key for key in keys if bookings.booking(living.store, key) is not None)
    slot = keys[key].slot
    assert slot is not None
    living.until(min(slot - 15 * MINUTE, keys[key].at - 1))
    before = views.visit_by_number(living.store, bookings.check_in(living.store, AGENT, key).number)
    assert before is not None
    living.until(slot + 30 * MINUTE)
    rows = living.store.rows("SELECT id FROM visit WHERE booking = ?", key)
    assert [row["id"] for row in rows] == [before["id"]]
    person = bookings.booking(living.store, key)
    assert person is not None
    same = living.store.rows("SELECT id FROM visit WHERE person = ?", person["person"])
    assert len(same) == 1


def test_the_same_dice_make_the_same_file() -> None:
    def file(seed: int) -> str:
        return json.dumps([
            made.just_come(HALL, BEGIN, seed),
            made.for_the_person(HALL, HOURS, BEGIN, seed),
        ])  # fmt: skip

    assert file(3) == file(3)
    assert file(3) != file(4)


def test_nobody_of_the_file_exists_and_every_material_is_text() -> None:
    for seed in range(20):
        for row in made.for_the_person(HALL, HOURS, BEGIN, seed):
            assert row["identity"].startswith("420100")
            assert row["phone"] == PHONE
    for names in made.materials().values():
        assert all(name.strip() for name in names)
    assert "" in made.materials()


def test_late_in_the_evening_there_is_nothing_to_bring(tmp_path: Path) -> None:
    clock = Clock(MIDNIGHT + 20 * 60 * MINUTE)

    def make_env(time_zone: str) -> Env:
        return Env(clock, dice("late").randbytes, day_of(time_zone))

    with setup.init_demo(tmp_path / "hall.db", HALL, "", make_env=make_env) as store:
        report = booked.bring(Simulation(store, MIDNIGHT, WEEKDAY, 1), tmp_path)
        assert report.new == 0
        assert store.rows("SELECT 1 FROM visit") == []
