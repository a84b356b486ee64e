"""Bookings on the screen: found and checked in at the desk, confirmed at the window."""

import pytest
from textual import events

from hallclient.actions import booking_confirm, bookings, calling, sweep
from hallclient.texts import language, t
from screens.actions import BY_ID
from screens.booking import BookingScreen
from screens.desk import DeskScreen
from screens.widgets.ask import Ask
from tests.bookkit import ZHANG, booked, row
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.screen import key_events, send

C1 = clerk(1)
PAPERS = "公司章程×2;申请书 3页(原件);住所证明"


@pytest.fixture
def hall(kit: Kit) -> Kit:
    kit.open(1)
    return kit


def state(kit: Kit, key: str) -> str:
    found = bookings.booking(kit.store, key)
    assert found is not None
    return str(found["state"])


def marks(kit: Kit, key: str = "Y001") -> dict[str, tuple[str, str]]:
    return {one.key: (one.mark, one.note) for one in booking_confirm.comparison(kit.store, key)}


def at_desk(seat: Seat) -> bool:
    """Whether the desk shows, not the confirmation over it."""
    assert isinstance(seat.app.screen, (DeskScreen, BookingScreen))
    return isinstance(seat.app.screen, DeskScreen)


async def type_in(seat: Seat, text: str) -> None:
    """Type into a field of another screen than the desk, and Enter."""
    for char in text:
        await seat.pilot.press(char)
    await seat.pilot.press("enter")
    await seat.pilot.pause()


def serving(kit: Kit) -> str:
    """A visitor with a booking, at window 1."""
    booked(kit, row("Y001", "09:00", **ZHANG, materials=PAPERS))
    number = bookings.check_in(kit.store, AGENT, "Y001").number
    calling.call_next(kit.store, C1)
    calling.start(kit.store, C1)
    return number


# -- at the desk


@pytest.mark.parametrize("typed", ["y001", "5678", "13812345678", ZHANG["identity"]])
@pytest.mark.parametrize("who", [C1, AGENT])
async def test_a_booking_is_found_and_checked_in_with_two_keys(
    hall: Kit, typed: str, who: object
) -> None:
    booked(hall, row("Y001", "09:00", **ZHANG), row("Y002", "09:30"))
    async with seated(hall, C1 if who is C1 else AGENT) as seat:
        await seat.press("alt+q")
        assert seat.asking
        await seat.type(typed)
        assert state(hall, "Y001") == "arrived"
        assert "A001" in seat.said
        assert ZHANG["name"] not in seat.text
        assert hall.visit("A001")["ahead"] is not None


@pytest.mark.parametrize("action", ["booking", "confirm_booking"])
def test_the_keys_arrive_from_a_terminal(action: str) -> None:
    # Alt+B would not: terminals send the same for a word to the left.
    letter = BY_ID[action].key.removeprefix("alt+")
    (pressed,) = key_events(f"\x1b{letter}")
    assert isinstance(pressed, events.Key)
    assert pressed.key == f"alt+{letter}"


async def test_a_late_visitor_is_told_so_and_an_early_one_when_to_come(hall: Kit) -> None:
    booked(hall, row("Y001", "09:00"), row("Y002", "10:00"))
    hall.pass_(minutes=16)
    sweep.sweep(hall.store)
    async with seated(hall, C1) as seat:
        await seat.press("alt+q")
        await seat.type("y001")
        slot = "09:00"
        text = t("desk.booking-late", number="A001", slot=slot, item="企业设立登记")
        assert seat.said.startswith(text)
        await seat.press("alt+q")
        await seat.type("y002")
        assert seat.said == t("refused.booking-early", opens="09:45")
        assert state(hall, "Y002") == "booked"


async def test_a_card_that_is_read_at_the_desk_offers_the_booking(hall: Kit) -> None:
    booked(hall, row("Y001", "09:00", **ZHANG))
    async with seated(hall, C1) as seat:
        await send(seat.pilot, ZHANG["identity"] + "\r", gap=0.002)
        await seat.settle()
        assert seat.asking
        assert "Y001" in seat.text
        assert ZHANG["identity"] not in seat.text
        await seat.press("enter")
        assert state(hall, "Y001") == "arrived"
        # The card read again leads to the number.
        await send(seat.pilot, ZHANG["identity"] + "\r", gap=0.002, start=100)
        await seat.settle()
        assert not seat.desk.query_one(Ask).is_open
        assert seat.said.startswith("A001")


async def test_what_a_scan_has_found_does_not_wait_for_the_next_key(hall: Kit) -> None:
    booked(hall, row("Y20260922", "09:00"))
    async with seated(hall, C1) as seat:
        await send(seat.pilot, "Y20260922\r", gap=0.002)
        await seat.settle()
        assert seat.asking
        await seat.press("escape", "alt+q")
        assert seat.desk.query_one(Ask).question is not None
        assert "Y20260922" not in seat.text
        await seat.press("escape")
        assert state(hall, "Y20260922") == "booked"


async def test_confirming_has_a_key_only_for_who_came_by_a_booking(hall: Kit) -> None:
    hall.take("setup")
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "alt+o")
        await seat.until(lambda: at_desk(seat))
        assert t("why-not.no-booking") in seat.said


async def test_the_supervisors_numbers_have_the_key_too(hall: Kit) -> None:
    booked(hall, row("Y001", "09:00"))
    bookings.check_in(hall.store, SUPERVISOR, "Y001")
    assert state(hall, "Y001") == "arrived"


# -- at the window


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_confirming_from_the_desk_and_back(
    hall: Kit, spoken: str, size: tuple[int, int]
) -> None:
    number = serving(hall)
    async with seated(hall, C1, size=size, language=spoken) as seat:
        assert language() == spoken
        assert t("desk.not-confirmed", key="Alt+O") in seat.desk._matter.text
        await seat.press("alt+o")
        assert not at_desk(seat)
        assert "公司章程" in seat.text
        assert ZHANG["identity"] not in seat.text
        assert ZHANG["phone"] not in seat.text
        await seat.pilot.press("1", "1", "1", "3", "2")
        await type_in(seat, "two")
        await seat.pilot.press("4")
        await type_in(seat, "lease")
        await seat.pilot.press("f3")
        await seat.settle()
        assert seat.said == t("refused.not-marked", count=1)
        assert not at_desk(seat)
        await seat.pilot.press("5")
        text = seat.text
        for mark in ("same", "differs", "missing", "extra"):
            assert t(f"booking.mark.{mark}") in text
        await seat.pilot.press("f3")
        await seat.settle()
        await seat.until(lambda: at_desk(seat))
        assert seat.said == t("booking.confirmed", number=number)
        await seat.until(lambda: "09:00" in seat.text and "Alt+O" not in seat.text)
        assert marks(hall) == {
            "name": ("same", ""),
            "identity": ("same", ""),
            "phone": ("same", ""),
            "m0": ("missing", ""),
            "m1": ("differs", "two"),
            "m2": ("same", ""),
            "x0": ("extra", ""),
        }


async def test_a_confirmation_that_is_opened_again_shows_and_corrects(hall: Kit) -> None:
    serving(hall)
    async with seated(hall, C1) as seat:
        await seat.press("alt+o")
        await seat.pilot.press("5", "f3")
        await seat.settle()
        await seat.press("alt+o")
        assert seat.said == t("booking.seen-before", at="09:00", by="c01")
        await seat.pilot.press("end", "3", "f3")
        await seat.settle()
        assert marks(hall)["m2"] == ("missing", "")
        assert marks(hall)["m1"] == ("same", "")
    assert hall.kinds().count("booking.confirmed") == 2


async def test_marks_can_be_taken_back_and_enter_goes_on_to_what_is_left(hall: Kit) -> None:
    serving(hall)
    async with seated(hall, C1) as seat:
        await seat.press("alt+o")
        await seat.pilot.press("3", "home", "backspace", "1", "down", "1", "enter")
        await seat.pilot.pause()
        screen = seat.app.screen
        assert isinstance(screen, BookingScreen)
        # name and phone are marked; Enter has gone from the first material on to the second.
        selected = screen._table.selected
        assert selected is not None
        assert selected.key == "m1"
        assert selected.style == ""
        await seat.pilot.press("4")
        await type_in(seat, "x")
        await seat.pilot.press("end", "delete", "5", "f3")
        await seat.settle()
    assert set(marks(hall).values()) == {("same", "")}
    assert "x0" not in marks(hall)


async def test_to_leave_without_saving_is_asked_about(hall: Kit) -> None:
    serving(hall)
    async with seated(hall, C1) as seat:
        await seat.press("alt+o")
        await seat.pilot.press("escape")
        await seat.pilot.pause()
        await seat.until(lambda: at_desk(seat))
        await seat.press("alt+o")
        await seat.pilot.press("1", "escape")
        await seat.pilot.pause()
        screen = seat.app.screen
        assert screen.query_one(Ask).is_open
        await seat.pilot.press("1")  # no
        await seat.pilot.pause()
        assert seat.app.screen is screen
        await seat.pilot.press("escape")
        await seat.pilot.pause()
        await seat.pilot.press("2")
        await seat.pilot.pause()
        await seat.until(lambda: at_desk(seat))
    assert set(marks(hall).values()) == {("", "")}


async def test_the_other_language_while_confirming(hall: Kit) -> None:
    serving(hall)
    async with seated(hall, C1) as seat:
        await seat.press("alt+o")
        await seat.pilot.press("1", "ctrl+t")
        await seat.pilot.pause()
        assert "same" in seat.text
        assert t("booking.key-save") in seat.text
        await seat.pilot.press("ctrl+t")


async def test_hostile_text_is_shown_as_text(hall: Kit) -> None:
    texts = [text for text in HOSTILE if "\0" not in text and text.isprintable()][:40]
    materials = ";".join(text.replace(";", "") for text in texts)
    booked(hall, row("Y001", "09:00", name="[/]", company="\x1b[31m", materials=materials))
    bookings.check_in(hall.store, AGENT, "Y001")
    calling.call_next(hall.store, C1)
    async with seated(hall, C1, size=LARGE) as seat:
        assert_harmless(seat.text)
        await seat.press("alt+o")
        for key in ("5", "end", "home"):
            await seat.pilot.press(key)
            assert_harmless(seat.text)
        await seat.pilot.press("f3")
        await seat.settle()
        assert_harmless(seat.text)
