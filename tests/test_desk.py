"""The desk: a clerk's keys and what comes of them."""

import pytest

from hallclient.actions import calling, serving, tickets, windows
from hallclient.actions.acting import Actor
from screens.desk import DeskScreen
from screens.widgets.ask import Ask
from screens.widgets.table import VirtualTable
from tests.deskkit import LARGE, seated
from tests.hallkit import AGENT, PASSWORD, SUPERVISOR, Kit, clerk
from tests.hostile import PACKED
from tests.screen import send

C1 = clerk(1)


@pytest.fixture
def hall(kit: Kit) -> Kit:
    kit.open(1, 2, 7)
    return kit


async def test_a_visitor_from_call_to_finish(hall: Kit) -> None:
    first = hall.take("setup", person={"name": "王小明"}).number
    second = hall.take("setup").number
    async with seated(hall, C1) as seat:
        assert first in seat.text
        assert second in seat.text
        await seat.press("f1")
        assert first in seat.said
        assert "王**" in seat.text
        assert "王小明" not in seat.text
        await seat.press("f3")
        assert hall.leg(first).state == "serving"
        await seat.press("f3")
        assert seat.asking
        await seat.press("1")
        assert hall.leg(first).state == "done"
        assert hall.window(C1)["leg"] is None
        await seat.press("f1")
        assert hall.leg(second).state == "called"


async def test_the_key_that_asked_pressed_again_takes_the_first_answer(hall: Kit) -> None:
    number = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f3", "f3")
        assert hall.leg(number).state == "done"


async def test_call_again_gives_the_visitor_who_is_here(hall: Kit) -> None:
    number = hall.take("setup").number
    hall.take("setup")
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3")
        calls = hall.kinds().count("leg.called")
        await seat.press("f1")
        assert hall.kinds().count("leg.called") == calls
        assert hall.window(C1)["leg"] == hall.leg(number).id


async def test_a_refusal_is_said_and_stays(hall: Kit) -> None:
    hall.take("setup")
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f2")
        assert "20" in seat.said
        assert "refused." not in seat.said
        hall.pass_(5)
        await seat.press("f4")
        assert "15" in seat.said or "85" in seat.said


async def test_a_key_that_does_nothing_says_why(hall: Kit) -> None:
    async with seated(hall, C1) as seat:
        await seat.press("f5")
        assert seat.said
        assert "why-not." not in seat.said
        assert not seat.asking


async def test_hold_with_a_reason_and_back(hall: Kit) -> None:
    number = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f5")
        assert seat.asking
        await seat.press("1")
        assert hall.leg(number).state == "held"
        assert number in seat.text
        await seat.press("f6")
        assert hall.leg(number).state in ("serving", "called")


async def test_escape_gives_a_question_up(hall: Kit) -> None:
    number = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f5", "escape")
        assert not seat.asking
        assert hall.leg(number).state == "serving"
        assert seat.app.focused is seat.desk.query_one("#queue", VirtualTable)


async def test_a_chosen_number_needs_a_reason_when_it_is_not_its_turn(hall: Kit) -> None:
    hall.take("setup")
    second = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("down", "enter")
        assert seat.asking
        assert hall.leg(second).state == "waiting"
        await seat.press("1")
        assert hall.leg(second).state == "called"
        row = hall.store.row("SELECT chosen, band FROM attempt")
        assert row is not None
        assert row["band"] == "chosen"
        assert row["chosen"]


async def test_a_chosen_number_whose_turn_it_is_needs_none(hall: Kit) -> None:
    first = hall.take("setup").number
    hall.take("setup")
    async with seated(hall, C1) as seat:
        await seat.press("f9")
        assert hall.leg(first).state == "called"


async def test_undo_brings_the_visitor_back(hall: Kit) -> None:
    number = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f3", "1")
        assert hall.leg(number).state == "done"
        await seat.press("ctrl+z")
        assert hall.leg(number).state == "serving"
        assert "event." not in seat.said


async def test_transfer_to_another_window(hall: Kit) -> None:
    number = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f7", "1")
        assert seat.asking
        await seat.type("W02")
        assert hall.leg(number).return_window == "W02"
        assert hall.next(clerk(2)) == number


async def test_pause_with_a_reason_and_go_on(hall: Kit) -> None:
    async with seated(hall, C1) as seat:
        await seat.press("f8", "1")
        assert hall.window(C1)["state"] == "paused"
        await seat.press("f1")
        assert "F8" in seat.said
        await seat.press("f8")
        assert hall.window(C1)["state"] == "idle"


async def test_a_number_taken_at_the_desk(hall: Kit) -> None:
    async with seated(hall, C1) as seat:
        await seat.press("f10")
        await seat.type("qysldj")
        await seat.type("王小明")
        await seat.press("enter")
        rows = hall.store.rows("SELECT * FROM visit")
        assert len(rows) == 1
        assert hall.store.unseal(rows[0]["id"], rows[0]["sealed"]) == {"name": "王小明"}
        assert rows[0]["number"] in seat.said


async def test_full_personal_data_is_an_event_and_goes_away(hall: Kit) -> None:
    hall.take("setup", person={"name": "王小明", "identity": "420100199001011234"})
    async with seated(hall, C1) as seat:
        await seat.press("f1")
        assert "420100199001011234" not in seat.text
        await seat.press("ctrl+e")
        assert "王小明" in seat.said
        assert "personal.viewed" in hall.kinds()
        await seat.press("escape")
        assert "王小明" not in seat.text


async def test_another_terminal_is_seen_without_a_key(hall: Kit) -> None:
    async with seated(hall, C1) as seat:
        other = hall.again()
        number = tickets.take(other, AGENT, tickets.Request([hall.item("setup")])).number
        await seat.until(lambda: number in seat.text)
        calling.call_next(other, clerk(2))
        await seat.until(lambda: "B" not in number and seat.desk.chosen() is None)
        other.close()


async def test_a_scanned_slip_shows_the_number_and_presses_nothing(hall: Kit) -> None:
    hall.take("setup")
    second = hall.take("setup")
    async with seated(hall, C1) as seat:
        await send(seat.pilot, second.slip + "\r", gap=0.002, start=1000.0)
        await seat.until(lambda: second.number in seat.said)
        chosen = seat.desk.chosen()
        assert chosen is not None
        assert chosen["number"] == second.number
        assert hall.kinds().count("leg.called") == 0


async def test_a_scan_while_a_question_is_open_does_not_answer_it(hall: Kit) -> None:
    number = hall.take("setup")
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f5")
        await send(seat.pilot, number.slip + "\r", gap=0.002, start=1000.0)
        await seat.until(lambda: number.number in seat.said)
        assert hall.leg(number.number).state == "serving"


async def test_the_language_changes_at_once_and_back(hall: Kit) -> None:
    hall.take("setup")
    async with seated(hall, C1) as seat:
        assert "等候" in seat.text
        await seat.press("ctrl+t")
        assert "Waiting" in seat.text
        assert "等候" not in seat.text
        await seat.press("ctrl+t")
        assert "等候" in seat.text


async def test_locked_the_work_stays_and_nothing_is_seen(hall: Kit) -> None:
    hall.take("setup", person={"name": "王小明"})
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "ctrl+l")
        assert "A001" not in seat.text
        await seat.type("wrong-password")
        assert "A001" not in seat.text
        await seat.type(PASSWORD)
        assert "A001" in seat.text
        assert hall.leg("A001").state == "serving"


async def test_an_idle_desk_locks_itself(hall: Kit) -> None:
    async with seated(hall, C1) as seat:
        seat.app._last_input -= hall.hall.staff.idle_lock_ms / 1000 + 1
        seat.app.call_later(seat.app._idle)
        await seat.until(lambda: type(seat.app.screen).__name__ == "LockScreen")


async def test_signing_in_opens_the_window(kit: Kit) -> None:
    async with seated(kit, None) as seat:
        await seat.type("c03")
        await seat.type(PASSWORD)
        await seat.type("w03")
        await seat.until(lambda: isinstance(seat.app.screen, DeskScreen) and "c03" in seat.text)
        assert kit.window(clerk(3))["state"] == "idle"


async def test_a_wrong_password_says_so_and_lets_try_again(kit: Kit) -> None:
    async with seated(kit, None) as seat:
        await seat.type("c03")
        await seat.type("not it at all")
        await seat.type("w03")
        await seat.until(lambda: "operator.sign-in-failed" in kit.kinds())
        await seat.settle()
        assert seat.app.who is None
        assert "refused." not in seat.said


async def test_a_taken_window_is_refused_by_name(kit: Kit) -> None:
    kit.open(3)
    async with seated(kit, None) as seat:
        await seat.type("c04")
        await seat.type(PASSWORD)
        await seat.type("w03")
        await seat.until(lambda: "c03" in seat.said)
        assert kit.window(clerk(3))["operator"] == "c03"


async def test_the_shift_is_handed_over_at_the_desk(hall: Kit) -> None:
    number = hall.take("setup").number
    async with seated(hall, C1) as seat:
        await seat.press("f1", "f3", "f5", "1", "ctrl+o")
        await seat.press("2")
        await seat.type("c05")
        await seat.type(PASSWORD)
        await seat.press("enter")
        assert hall.leg(number).operator == "c05"
        assert hall.window(C1)["operator"] == "c05"
        await seat.press("f6")
        assert hall.leg(number).state in ("serving", "called")


async def test_a_supervisor_frees_a_stuck_number(hall: Kit) -> None:
    number = hall.take("setup").number
    hall.serve(C1)
    async with seated(hall, SUPERVISOR, size=LARGE) as seat:
        await seat.press("alt+v")
        assert number in seat.text
        seat.desk.query_one("#windows", VirtualTable).focus()
        await seat.press("enter", "1")
        assert hall.leg(number).state == "waiting"


async def test_an_agent_has_no_calling_keys(hall: Kit) -> None:
    hall.take("setup")
    async with seated(hall, AGENT) as seat:
        await seat.press("f1")
        assert hall.kinds().count("leg.called") == 0
        assert seat.said


async def test_a_doubted_finish_is_asked_about(hall: Kit) -> None:
    number = hall.take("setup").number
    hall.serve(C1)
    async with seated(hall, C1) as seat:
        hall.pass_(minutes=120)
        await seat.desk._sweep()
        await seat.until(lambda: hall.leg(number).doubted_at is not None)
        await seat.desk.see()
        await seat.press("f3")
        options = seat.desk.query_one(Ask).question
        assert options is not None
        assert options.options[-1].key == "still"
        await seat.press(str(len(options.options)))
        assert hall.leg(number).state == "serving"
        assert hall.leg(number).doubted_at is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12), (200, 60)])
async def test_every_size_shows_the_desk(hall: Kit, size: tuple[int, int]) -> None:
    hall.take("setup")
    async with seated(hall, C1, size=size) as seat:
        await seat.press("f1")
        lines = seat.text.split("\n")
        assert len(lines) == size[1]
        assert "A001" in seat.text


async def test_hostile_names_pass_through_the_desk(hall: Kit) -> None:
    for place, text in enumerate(PACKED):
        hall.take("setup", person={"name": text, "company": text, "phone": text})
        if place % 5 == 0:
            hall.take("setup", priority="elderly", proof=text)
    async with seated(hall, C1, size=LARGE) as seat:
        for _ in range(len(PACKED) // 4):
            await seat.press("f1")
            text = seat.text
            assert not any(ord(char) < 32 and char != "\n" for char in text)
            assert "\x9b" not in text
            assert "\u202e" not in text
            await seat.press("ctrl+e")
            calling.start(hall.store, C1)
            serving.finish(hall.store, C1)
            await seat.until(lambda: seat.desk.view.leg is None)


async def test_windows_cannot_both_have_one_seat(hall: Kit) -> None:
    other = Actor("c09", "clerk", "W01")
    with pytest.raises(Exception, match="window-taken"):
        windows.open_window(hall.store, other)


async def test_keys_typed_ahead_in_one_burst_go_where_they_belong(kit: Kit) -> None:
    """What a slow line does: everything that was typed arrives at once."""
    async with seated(kit, None) as seat:
        await send(seat.pilot, f"c03\r{PASSWORD}\rw03\r")
        await seat.until(lambda: isinstance(seat.app.screen, DeskScreen) and "c03" in seat.text)


async def test_actions_typed_ahead_happen_in_order(hall: Kit) -> None:
    first = hall.take("setup").number
    second = hall.take("setup").number
    async with seated(hall, C1) as seat:
        # F1 F3 F3 Enter F1: call, start, finish with the first outcome, call.
        await send(seat.pilot, "\x1bOP\x1bOR\x1bOR\r\x1bOP")
        await seat.until(lambda: second in seat.said)
        assert hall.leg(first).state == "done"
        assert hall.leg(second).state == "called"


async def test_a_joint_matter_is_one_number_with_an_estimate(hall: Kit) -> None:
    joint = next(iter(hall.hall.joints.values()))
    async with seated(hall, C1) as seat:
        await seat.press("f10")
        await seat.type(joint.zh)
        await seat.press("enter", "enter")
        number = hall.store.rows("SELECT number FROM visit")[0]["number"]
        assert [leg.item for leg in hall.legs(number)] == list(joint.after)
        assert number in seat.said
        assert "{" not in seat.said
