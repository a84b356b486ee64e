"""Handing a shift over: what is open goes to the colleague, and both sign."""

import json

import pytest

from hallclient.actions import calling, serving, shift, signals, staff, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from tests.hallkit import ADMINISTRATOR, AGENT, PASSWORD, SUPERVISOR, Kit, clerk, snapshot

TABLES = ("window", "leg", "handover", "operator")


pytestmark = pytest.mark.usefixtures("quick")


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda error: error.code == code)


def at_work(kit: Kit) -> dict[str, str]:
    """Clerk 1 at window 1 with one of everything; state -> number."""
    kit.open(1)
    for _ in range(5):
        kit.take("setup")
    who = clerk(1)
    numbers = {"held": kit.serve(who)}
    serving.hold(kit.store, who, "copy")
    numbers["external"] = kit.serve(who)
    serving.send_out(kit.store, who)
    numbers["reserved"] = kit.serve(who)
    serving.transfer(kit.store, who, "clerk", "c01")
    kit.open(2)
    numbers["returning"] = kit.serve(clerk(2))
    serving.transfer(kit.store, clerk(2), "window", "W01")
    windows.close_window(kit.store, clerk(2))
    numbers["here"] = kit.next(who)
    if numbers["here"] in (numbers["reserved"], numbers["returning"]):
        calling.start(kit.store, who)
    return numbers


def test_what_is_open_is_what_concerns_the_seat(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.take("setup")
    assert shift.open_work(kit.store, "c01", "W01") == []
    number = kit.serve(clerk(1))
    serving.hold(kit.store, clerk(1), "copy", 7)
    (held,) = shift.open_work(kit.store, "c01", "W01")
    assert (held["number"], held["state"], held["reason"]) == (number, "held", "copy")
    assert held["timer_at"] == kit.clock.ms + 7 * 60_000


def test_everything_open_goes_to_the_colleague(kit: Kit) -> None:
    numbers = at_work(kit)
    listed = {row["number"] for row in shift.open_work(kit.store, "c01", "W01")}
    assert listed == set(numbers.values())
    record = shift.hand_over(kit.store, clerk(1), "c03", PASSWORD, "钥匙在抽屉\x1b里")
    assert {row["number"] for row in record["listed"]} == listed
    assert shift.open_work(kit.store, "c01", "") == []
    assert {row["number"] for row in shift.open_work(kit.store, "c03", "W01")} == listed
    assert kit.window(clerk(1))["operator"] == "c03"
    with refused("not-your-window"):
        calling.recall(kit.store, clerk(1))
    taker = clerk(3, 1)
    if kit.leg(numbers["here"]).state == "called":
        calling.start(kit.store, taker)
    serving.finish(kit.store, taker)
    assert kit.next(taker) in listed


def test_the_record_names_both_and_what_was_listed(kit: Kit) -> None:
    numbers = at_work(kit)
    record = shift.hand_over(kit.store, clerk(1), "c03", PASSWORD, "钥匙\x1b在抽屉")
    row = kit.store.row("SELECT * FROM handover")
    assert row is not None
    assert (row["given_by"], row["taken_by"], row["window"]) == ("c01", "c03", "W01")
    assert (row["note"], row["at"]) == ("钥匙在抽屉", kit.clock.ms)
    assert {one["number"] for one in json.loads(row["listed"])} == set(numbers.values())
    event = kit.store.row("SELECT * FROM event ORDER BY pos DESC LIMIT 1")
    assert event is not None
    assert (event["kind"], event["actor"]) == ("shift.handed-over", "c03")
    assert json.loads(event["body"])["given_by"] == "c01"
    assert record["id"] == row["id"]


def test_without_the_signature_of_the_colleague_nothing_moves(kit: Kit) -> None:
    at_work(kit)
    before = snapshot(kit.store, ("window", "leg", "handover"))
    with refused("sign-in"):
        shift.hand_over(kit.store, clerk(1), "c03", "wrong")
    assert snapshot(kit.store, ("window", "leg", "handover")) == before
    assert kit.kinds()[-1] == "operator.sign-in-failed"


def test_a_colleague_who_is_locked_cannot_sign(kit: Kit) -> None:
    kit.open(1)
    for _ in range(5):
        with refused("sign-in"):
            shift.hand_over(kit.store, clerk(1), "c03", "wrong")
    with refused("sign-in-locked"):
        shift.hand_over(kit.store, clerk(1), "c03", PASSWORD)


@pytest.mark.parametrize(
    ("giver", "taker", "code"),
    [
        (clerk(1), "c01", "same-operator"),
        (clerk(1), "c02", "already-elsewhere"),
        (clerk(1), "admin", "not-allowed"),
        (clerk(1), "a01", "not-allowed"),
        (clerk(1), "nobody", "sign-in"),
        (clerk(3, 1), "c04", "not-your-window"),
        (ADMINISTRATOR, "c04", "not-allowed"),
        (Actor("nobody", "clerk", "W01"), "c04", "no-operator"),
    ],
)
def test_who_cannot_hand_over_to_whom(kit: Kit, giver: Actor, taker: str, code: str) -> None:
    kit.open(1, 2)
    before = snapshot(kit.store, TABLES)
    with refused(code):
        shift.hand_over(kit.store, giver, taker, PASSWORD)
    assert snapshot(kit.store, TABLES) == before


def test_a_giver_with_a_first_password_or_gone_cannot_hand_over(kit: Kit) -> None:
    staff.reset_password(kit.store, ADMINISTRATOR, "c05", "a first one")
    with refused("password-first"):
        shift.hand_over(kit.store, clerk(5), "c06", PASSWORD)
    staff.leave(kit.store, ADMINISTRATOR, "c05")
    with refused("no-operator"):
        shift.hand_over(kit.store, clerk(5), "c06", PASSWORD)


def test_agents_hand_over_without_a_window(kit: Kit) -> None:
    record = shift.hand_over(kit.store, AGENT, "a02", PASSWORD, "x")
    assert (record["window"], record["listed"]) == (None, [])


def test_a_supervisor_may_take_a_clerks_seat(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    shift.hand_over(kit.store, clerk(1), SUPERVISOR.operator, PASSWORD)
    assert kit.next(Actor("s01", "supervisor", "W01")) == "A001"


def test_a_draining_window_goes_on_draining(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    windows.drain_window(kit.store, clerk(1))
    shift.hand_over(kit.store, clerk(1), "c03", PASSWORD)
    with refused("nobody-waiting"):
        kit.next(clerk(3, 1))


def test_a_seat_goes_with_its_visitor_though_nobody_named_it(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(clerk(1))
    shift.hand_over(kit.store, clerk(1)._replace(window=""), "c05", PASSWORD)
    assert kit.window(clerk(1))["operator"] == "c05"
    assert kit.leg(number).operator == "c05"


def test_the_colleague_hears_of_calls_for_help_and_of_the_next_hours_bookings(kit: Kit) -> None:
    kit.open(1)
    hour, item = 3_600_000, kit.item("setup")
    with kit.store.act("a01") as tx:
        for key, slot, line, state in (
            ("soon", 30, "setup", "booked"),
            ("late", -10, "setup", "booked"),
            ("gone", -20, "setup", "booked"),
            ("later", 90, "setup", "booked"),
            ("here", 30, "setup", "arrived"),
            ("spare", 30, "general", "booked"),
            ("other", 30, "estate", "booked"),
        ):
            row = {"slot": kit.clock.ms + slot * 60_000, "line": line, "state": state, "item": item}
            tx.append("booking.imported", key, [("booking", key, None, row)])
    signals.call_help(kit.store, clerk(1), "system")
    found = shift.expected(kit.store, "W01")
    assert [(row["kind"], row["reason"]) for row in found] == [
        ("help", "system"),
        ("booking", item),
        ("booking", item),
    ]
    assert [row["id"] for row in found[1:]] == ["late", "soon"]
    assert found[2]["at"] - kit.clock.ms == hour // 2
    assert shift.expected(kit.store, "W02")[0]["kind"] == "booking"
    assert shift.expected(kit.store, "") == []
    record = shift.hand_over(kit.store, clerk(1), "c03", PASSWORD)
    assert record["expected"] == found
    event = kit.store.row("SELECT body FROM event ORDER BY pos DESC LIMIT 1")
    assert event is not None
    assert json.loads(event["body"])["expected"] == [row["id"] for row in found]


def test_yesterdays_calls_for_help_are_not_handed_over(kit: Kit) -> None:
    kit.open(1)
    signals.call_help(kit.store, clerk(1), "system")
    assert len(shift.expected(kit.store, "W01")) == 1
    kit.pass_(minutes=24 * 60)
    assert shift.expected(kit.store, "W01") == []
