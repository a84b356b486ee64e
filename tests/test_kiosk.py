"""The kiosk: from a touch to a number on paper, in both languages, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from hallclient.actions import day, kiosk, slips, taking, tickets
from hallclient.actions.acting import Actor
from hallclient.actions.kiosk import Wish
from hallclient.actions.printers import printer_of
from hallclient.actions.tickets import Request
from hallclient.rules.card import Card, born_of
from hallclient.rules.errors import Refused
from hallclient.texts import language, t
from screens.kiosk import KioskScreen
from screens.widgets.pad import Pad
from screens.widgets.tiles import Tiles, lay_out
from tests import slippaper
from tests.bookkit import ZHANG, booked, row
from tests.cards import identity, typed
from tests.clikit import Cli, cli, quick
from tests.hallkit import AGENT, SUPERVISOR, Kit
from tests.hostile import PACKED, assert_harmless
from tests.kioskkit import KIOSK, LARGE, SMALL, Stand, standing
from tests.screen import send
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]

OLD = identity("1958-02-03")
YOUNG = identity("1990-01-01")
NOBODY = printer_of("none")


def card(number: str, name: str = "张三") -> Card:
    return Card(number, born_of(number), name)


async def take_first(stand: Stand, line: str = "setup") -> str:
    """Home, line, first item, confirm; the number."""
    await stand.choose("lines")
    await stand.choose(line)
    await stand.choose(stand.kit.item(line))
    await stand.choose("yes")
    assert stand.page == "number"
    return stand.screen.page.big


# -- what a kiosk may, and what it says beforehand


def test_the_number_keeps_what_was_told(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    wish = Wish((kit.item("setup"),))
    told = kiosk.expected(kit.store, wish)
    assert told is not None
    ticket = kiosk.take(kit.store, KIOSK, wish, told)
    visit = kit.visit(ticket.number)
    assert (visit["ahead"], visit["promised_low"], visit["promised_high"]) == tuple(told)
    assert visit["source"] == "kiosk"


def test_sixty_by_the_card_is_verified_and_the_rest_is_claimed(kit: Kit) -> None:
    item = kit.item("setup")
    old = kiosk.take(kit.store, KIOSK, Wish((item,), card=card(OLD), claimed="disabled"))
    assert old.legs[0].lane == "priority"
    visit = kit.visit(old.number)
    assert (visit["priority"], visit["claimed"], visit["verified_by"]) == ("elderly", None, "k01")
    assert visit["proof"]
    young = kiosk.take(kit.store, KIOSK, Wish((item,), card=card(YOUNG), claimed="disabled"))
    assert young.legs[0].lane == "ordinary"
    visit = kit.visit(young.number)
    assert (visit["priority"], visit["claimed"]) == (None, "disabled")


@pytest.mark.parametrize(
    ("priority", "number"), [("disabled", OLD), ("elderly", YOUNG), ("elderly", "")]
)
def test_a_machine_verifies_nothing_that_no_card_proves(
    kit: Kit, priority: str, number: str
) -> None:
    request = Request(
        [kit.item("setup")], priority=priority, proof="x", person={"identity": number}
    )
    with pytest.raises(Refused) as caught:
        tickets.take(kit.store, KIOSK, request)
    assert caught.value.code == "not-allowed"
    assert tickets.take(kit.store, AGENT, request).legs[0].lane == "priority"


def test_only_a_kiosk_and_those_who_stand_by_it_may_run_one(kit: Kit) -> None:
    for who in (KIOSK, AGENT, SUPERVISOR):
        kiosk.start(kit.store, who)
    for who in (Actor("c01", "clerk"), Actor("admin", "administrator")):
        with pytest.raises(Refused) as caught:
            kiosk.start(kit.store, who)
        assert caught.value.code == "not-allowed"


def test_lines_say_why_they_give_nothing(tmp_path: Path) -> None:
    from hallclient.actions.hall_files import default_hall

    hall = default_hall()
    lines = dict(hall.lines)
    lines["tax"] = lines["tax"]._replace(daily_limit=1)
    lines["setup"] = lines["setup"]._replace(slot_limit=1)
    kit = Kit(tmp_path, hall=hall._replace(lines=lines))
    try:
        for line in ("tax", "setup", "street"):
            kiosk.take(kit.store, KIOSK, Wish((kit.item(line),)))
        states = {state.line.id: state for state in kiosk.lines(kit.store)}
        why = {line: state.why.code for line, state in states.items() if state.why is not None}
        assert why == {"tax": "line-full", "setup": "slot-full"}
        # What the tile says and what the use case decides is the same.
        for line, code in why.items():
            with pytest.raises(Refused) as caught:
                kiosk.take(kit.store, KIOSK, Wish((kit.item(line),)))
            assert caught.value.code == code
            said = states[line].why
            assert said is not None
            assert caught.value.params == said.params
        kit.pass_(minutes=30)
        assert kiosk.full(kit.store, kit.hall, kit.hall.lines["setup"]) is None
    finally:
        kit.close()


def test_lines_of_a_part_of_the_hall(kit: Kit) -> None:
    east = {state.line.id for state in kiosk.lines(kit.store, "east")}
    west = {state.line.id for state in kiosk.lines(kit.store, "west")}
    assert "setup" in east - west
    assert "tax" in west - east
    assert east | west == {state.line.id for state in kiosk.lines(kit.store)}


def test_a_joint_matter_is_offered_when_it_has_all_that_was_chosen(kit: Kit) -> None:
    hall = kit.hall
    start = hall.joints["company_start"]
    assert kiosk.joint_for(hall, ["SP078"]) == start
    assert kiosk.joint_for(hall, list(start.after)) is None
    assert kiosk.joint_for(hall, ["SP078", "JD002"]) is None
    assert kiosk.joint_for(hall, []) is None


# -- how tiles lie


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("count", [1, 2, 4, 9, 47])
def test_tiles_fit_and_none_is_lost(size: tuple[int, int], count: int) -> None:
    width, height = size[0] - 3, size[1] - 8
    for columns in (1, 2, 3):
        grid = lay_out(count, width, height, columns)
        assert grid.columns * grid.width <= width
        assert grid.rows * grid.height <= height
        assert grid.height >= 3
        assert grid.holds >= 1


# -- a visitor


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_number_by_touch(kit: Kit, lang: str, size: tuple[int, int]) -> None:
    kit.open(1, 2)
    kit.take("setup")
    async with standing(kit, size=size, language=lang) as stand:
        assert t("kiosk.welcome") in stand.text
        await stand.choose("lines")
        await stand.choose("setup")
        await stand.choose(kit.item("setup"))
        assert stand.page == "confirm"
        assert "1" in stand.screen.page.lead
        before = kit.kinds()
        await stand.choose("yes")
        assert stand.screen.page.big == "A002"
        assert t("kiosk.take-slip") in stand.text
        assert kit.kinds()[len(before) :] == ["visit.opened", "slip.printed"]
        paper = slippaper.read(stand.out.read_bytes())
        assert "A002" in paper.text
        assert (paper.text.isascii()) is (lang == "en")
        assert_harmless(stand.text)


async def test_a_number_by_keyboard_and_by_arrows(kit: Kit) -> None:
    async with standing(kit) as stand:
        await stand.press("1", "2", "1")
        assert stand.page == "confirm"
        await stand.press("escape", "escape", "escape")
        assert stand.page == "home"
        await stand.press("enter", "right", "enter", "enter", "enter")
        assert stand.screen.page.big == "B001"


@pytest.mark.parametrize("how", ["keys", "pad"])
async def test_a_service_is_found_by_its_initials(kit: Kit, how: str) -> None:
    async with standing(kit) as stand:
        await stand.choose("search")
        if how == "keys":
            await stand.type("qysl")
        else:
            for char in "QYSL":
                await touch_pad(stand, char)
        assert stand.screen.page.typed.upper() == "QYSL"
        assert stand.screen.page.tiles[0].key == "SP078"
        await stand.press("backspace")
        assert stand.screen.page.typed.upper() == "QYS"
        await stand.choose("SP078")
        await stand.choose("yes")
        assert kit.leg("A001").item == "SP078"


async def touch_pad(stand: Stand, char: str) -> None:
    pad = stand.screen.query_one("#pad", Pad)
    row = next(at for at, chars in enumerate(pad._rows) if char in chars)
    place = pad._rows[row].index(char)
    width = pad.size.width // len(pad._rows[row])
    await stand.pilot.click("#pad", offset=(place * width + width // 2, row * 2))
    await stand.settle()


async def test_several_services_and_a_joint_matter_on_one_number(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        await stand.choose("lines")
        await stand.choose("setup")
        await stand.choose("SP078")
        await stand.choose("add")
        await stand.choose("tax")
        await stand.choose(kit.item("tax"))
        await stand.choose("yes")
        assert len(kit.legs("A001")) == 2
        stand.seen()
        await stand.press("enter")
        await stand.choose("lines")
        await stand.choose("setup")
        await stand.choose("SP078")
        assert kit.hall.joints["company_start"].zh in stand.text
        await stand.choose("joint")
        await stand.choose("yes")
        assert len(kit.legs("A002")) == len(kit.hall.joints["company_start"].after)


async def test_results_are_collected_for_any_service(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        await stand.choose("lines")
        await stand.choose("collect")
        assert stand.page == "search"
        await stand.type("SP078")
        await stand.choose("SP078")
        await stand.choose("yes")
        assert kit.leg("E001").line == "collect"


async def test_a_claimed_priority_asks_to_be_verified(kit: Kit) -> None:
    async with standing(kit) as stand:
        await stand.choose("lines")
        await stand.choose("tax")
        await stand.choose(kit.item("tax"))
        await stand.choose("priority")
        await stand.choose("disabled")
        assert stand.page == "confirm"
        assert kit.hall.priorities["disabled"].zh in stand.text
        await stand.choose("yes")
        visit = kit.visit("B001")
        assert (visit["claimed"], visit["priority"]) == ("disabled", None)
        assert "请到咨询台核验" in slippaper.read(stand.out.read_bytes()).text


# -- cards


@pytest.mark.parametrize("between", ["\t", "|"])
async def test_a_card_makes_the_elderly_priority(kit: Kit, between: str) -> None:
    async with standing(kit) as stand:
        await stand.scan(typed("张三", OLD, between=between))
        assert stand.page == "card"
        assert "张*" in stand.text
        await stand.choose("lines")
        await stand.choose("tax")
        await stand.choose(kit.item("tax"))
        assert t("kiosk.verified", kind=kit.hall.priorities["elderly"].zh) in stand.text
        await stand.choose("yes")
        visit = kit.visit("B001")
        assert visit["priority"] == "elderly"
        assert "优先：老年人" in slippaper.read(stand.out.read_bytes()).text.replace("\n", "")


async def test_a_card_may_come_at_the_end(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        await stand.choose("lines")
        await stand.choose("tax")
        await stand.choose(kit.item("tax"))
        await stand.scan(YOUNG)
        assert stand.page == "confirm"
        await stand.choose("yes")
        assert kit.visit("B001")["person"] == kit.store.person_token(YOUNG)


async def test_one_open_number_for_a_person_and_a_service(kit: Kit) -> None:
    kit.take("tax", person={"identity": YOUNG})
    async with standing(kit) as stand:
        await stand.scan(typed("李四", YOUNG))
        assert "B001" in stand.text  # it may be printed again at once
        await stand.choose("lines")
        await stand.choose("tax")
        await stand.choose(kit.item("tax"))
        await stand.choose("yes")
        assert stand.page == "problem"
        assert "B001" in stand.text
        assert "visit.opened" not in kit.kinds()[-1:]
        await stand.choose("again")
        assert stand.screen.page.big == "B001"
        assert "补打" in slippaper.read(stand.out.read_bytes()).text
        assert len(kit.store.rows("SELECT id FROM visit")) == 1


async def test_a_hostile_card(kit: Kit) -> None:
    async with standing(kit) as stand:
        for name in PACKED[:60:3]:
            # What ends a field, or ends the scan, is no part of a name.
            await stand.scan(typed(name.translate(dict.fromkeys(map(ord, "\t|\n\r"))), YOUNG))
            assert stand.page == "card"
            assert_harmless(stand.text)
            await stand.press("escape")


# -- bookings


async def test_a_booking_is_checked_in_by_the_end_of_a_phone_number(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00-09:30", **ZHANG))
    async with standing(kit) as stand:
        await stand.choose("bookings")
        await stand.type("5678")
        assert "张**" in stand.text
        assert "张三丰" not in stand.text
        await stand.choose("Y001")
        assert stand.page == "number"
        number = stand.screen.page.big
        assert kit.visit(number)["booking"] == "Y001"
        assert kit.leg(number).lane == "booked"
        assert "网上预约 09:00" in slippaper.read(stand.out.read_bytes()).text


async def test_a_booking_is_offered_to_its_card(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00-09:30", **ZHANG))
    async with standing(kit) as stand:
        await stand.scan(typed("张三丰", ZHANG["identity"]))
        await stand.choose("booking:Y001")
        assert stand.page == "number"
        assert "booking.checked-in" in kit.kinds() or kit.visit(stand.screen.page.big)["booking"]


async def test_a_booking_that_is_too_early_is_refused_in_words(kit: Kit) -> None:
    booked(kit, row("Y001", "11:00-11:30", **ZHANG))
    async with standing(kit) as stand:
        await stand.choose("bookings")
        await stand.type("Y001")
        await stand.choose("Y001")
        assert stand.page == "problem"
        assert "还没到签到时间" in stand.text


# -- a lost slip


async def test_a_lost_slip_is_printed_again_by_the_card(kit: Kit) -> None:
    kit.take("tax", person={"identity": YOUNG})
    async with standing(kit) as stand:
        await stand.choose("lost")
        await stand.scan(OLD)
        assert t("kiosk.no-number") in stand.text
        await stand.scan(typed("李四", YOUNG))
        assert stand.screen.page.big == "B001"
        assert "补打" in slippaper.read(stand.out.read_bytes()).text
        event = kit.store.rows("SELECT body FROM event WHERE kind = 'slip.printed'")[0]
        assert b'"again":true' in bytes(event["body"])


async def test_a_slip_is_printed_again_by_its_code_and_a_forged_one_is_not(kit: Kit) -> None:
    kit.take("tax")
    made = slips.slip_of(kit.store, "B001")
    code = made.parts[-3].content  # type: ignore[union-attr]
    async with standing(kit) as stand:
        await stand.scan(code)
        assert stand.screen.page.big == "B001"
        stand.seen()
        await stand.press("enter")
        await stand.scan(code.replace(".B001.", ".B002."))
        assert stand.page == "problem"
        assert t("kiosk.refused.slip-forged") in stand.text
        await stand.press("escape")
        await stand.scan("20260921B001")
        assert "失效" in stand.text


# -- printers


async def test_a_printer_without_paper_costs_no_number(kit: Kit, tmp_path: Path) -> None:
    gone = printer_of(f"file:{tmp_path / 'none' / 'lp0'}")
    async with standing(kit, printer=gone) as stand:
        number = await take_first(stand)
        assert number in stand.screen.page.big
        assert t("kiosk.print-again") in stand.text
        assert kit.states(number) == ["waiting"]
        assert "slip.printed" not in kit.kinds()
        (tmp_path / "none").mkdir()
        stand.seen()
        await stand.choose("print")
        assert t("kiosk.take-slip") in stand.text
        assert kit.kinds().count("visit.opened") == 1
        assert kit.kinds()[-1] == "slip.printed"


async def test_without_a_printer_the_number_is_to_be_remembered(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        await take_first(stand)
        assert t("kiosk.remember") in stand.text


# -- hours, limits


async def test_a_closed_hall_says_when_it_opens(kit: Kit) -> None:
    kit.pass_(minutes=-3 * 60)
    async with standing(kit) as stand:
        assert "08:30" in stand.text, "so long before the hall opens"
        await stand.choose("lines")
        assert stand.page == "home"
        kit.pass_(minutes=3 * 60)
        await stand.choose("lost")
        await stand.press("escape")
        await stand.choose("lines")
        assert stand.page == "lines"


async def test_a_stopped_line_says_so_on_its_tile(kit: Kit) -> None:
    day.stop_numbers(kit.store, SUPERVISOR, ["tax"])
    async with standing(kit, size=LARGE) as stand:
        await stand.choose("lines")
        assert t("kiosk.refused.line-stopped") in stand.text
        await stand.choose("tax")
        assert stand.page == "lines"
        await stand.choose("setup")
        assert stand.page == "items"


async def test_what_changes_in_the_hall_is_seen(kit: Kit) -> None:
    async with standing(kit, size=LARGE) as stand:
        await stand.choose("lines")
        before = stand.text
        kit.take("tax")
        stand.screen.tick()
        await stand.settle()
        assert stand.text != before


# -- nobody else's number, nobody else's data


async def test_a_double_tap_takes_one_number(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        await stand.choose("lines")
        await stand.choose("tax")
        await stand.choose(kit.item("tax"))
        stand.screen._last_touch = float("-inf")  # the finger was up for a while
        await stand.pilot.click("#tiles", offset=(10, 2))
        await stand.pilot.click("#tiles", offset=(10, 2), times=3)
        await stand.settle()
        assert stand.page == "number"  # and it still stands there to be read
        assert kit.kinds().count("visit.opened") == 1


async def test_a_key_that_is_held_down_takes_one_number(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        for _ in range(40):
            await stand.pilot.press("enter")
        await stand.settle()
        assert kit.kinds().count("visit.opened") == 1
        stand.seen()
        for _ in range(20):
            await stand.pilot.press("enter")
        await stand.settle()
        assert stand.page == "number"
        assert kit.kinds().count("visit.opened") == 1


async def test_a_card_that_came_too_slowly_for_a_scan_takes_no_number(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        # A reader that rests after each character.
        await send(stand.pilot, "1121111111" * 2, gap=0.04, start=monotonic())
        await stand.settle()
        assert kit.kinds().count("visit.opened") == 0


async def test_a_half_done_dialogue_is_forgotten(kit: Kit) -> None:
    async with standing(kit) as stand:
        await stand.scan(typed("张三", YOUNG))
        await stand.press("ctrl+t")
        assert language() == "en"
        stand.screen._last -= 46.0
        stand.screen.tick()
        await stand.settle()
        assert (stand.page, language()) == ("home", "zh")
        assert "张" not in stand.text
        await take_first(stand, "tax")
        assert kit.visit("B001")["person"] is None


async def test_after_a_number_the_next_visitor_begins_anew(kit: Kit) -> None:
    async with standing(kit, printer=NOBODY) as stand:
        await stand.scan(typed("张三", OLD))
        await take_first_from_card(stand)
        stand.seen()
        await stand.press("x")
        assert stand.page == "home"
        await take_first(stand, "tax")
        visit = kit.visit("B002")
        assert (visit["person"], visit["priority"]) == (None, None)


async def take_first_from_card(stand: Stand) -> None:
    await stand.choose("lines")
    await stand.choose("tax")
    await stand.choose(stand.kit.item("tax"))
    await stand.choose("yes")


async def test_the_language_is_the_visitors_own(kit: Kit) -> None:
    async with standing(kit) as stand:
        bar = stand.screen.query_one("#bar", Tiles)
        await stand.touch("#bar", len(bar.tiles) - 1)
        assert t("kiosk.welcome") == "What would you like to do?"
        await take_first(stand)
        assert slippaper.read(stand.out.read_bytes()).text.isascii()
        stand.seen()
        await stand.press("ctrl+t")
        assert kit.hall.items[kit.item("setup")].zh in stand.text
        await stand.press("5")
        assert stand.page == "home"
        stand.screen._last -= 46.0
        stand.screen.tick()
        await stand.settle()
        assert language() == "zh"


async def test_only_staff_leave(kit: Kit) -> None:
    async with standing(kit) as stand:
        await stand.press("ctrl+c", "ctrl+z", "ctrl+d", "escape")
        assert stand.page == "home"
        await stand.press("ctrl+q")
        assert not isinstance(stand.app.screen, KioskScreen)
        for char in "wrong":
            await stand.pilot.press(char)
        await stand.pilot.press("enter")
        await stand.until(lambda: t("refused.sign-in") in stand.text)
        await stand.press("escape")
        assert stand.page == "home"
        await stand.press("ctrl+q")
        for char in "demo-demo":
            await stand.pilot.press(char)
        await stand.pilot.press("enter")
        await stand.until(lambda: stand.app._exit)
        assert stand.app.return_code == 0


# -- at the desk


def test_the_promise_of_a_number_taken_at_the_counter_is_kept(kit: Kit) -> None:
    ticket = taking.take(kit.store, AGENT, Request([kit.item("tax")]))
    assert kit.visit(ticket.number)["ahead"] == 0
    for wrong, code in (
        (Request([]), "no-item"),
        (Request(["zzz"]), "no-such-item"),
        (Request([], joint="zzz"), "no-such-joint"),
    ):
        with pytest.raises(Refused) as caught:
            taking.take(kit.store, AGENT, wrong)
        assert caught.value.code == code


async def test_a_booking_come_too_late_is_told_to_wait_like_anybody(kit: Kit) -> None:
    booked(kit, row("Y001", "09:00-09:30", **ZHANG))
    kit.pass_(minutes=20)
    async with standing(kit, printer=NOBODY) as stand:
        await stand.choose("bookings")
        await stand.type("Y001")
        await stand.choose("Y001")
        number = stand.screen.page.big
        assert kit.leg(number).lane == "ordinary"
        assert t("kiosk.late") in stand.text


# -- how it is started


def test_a_kiosk_is_started_by_those_who_may_on_a_terminal(cli: Cli) -> None:
    assert cli.refused("kiosk", by="c01")["error"] == "not-allowed"
    assert cli.refused("kiosk", "--zone", "north", by="k01")["error"] == "no-such-zone"
    assert cli.refused("kiosk", "--printer", "lp0", by="k01")["error"] == "bad-printer"
    assert cli.refused("kiosk", "--width", "72", by="k01")["error"] == "bad-width"
    assert cli("kiosk", "--zone", "east", by="k01").code == 2
