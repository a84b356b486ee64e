"""The supervisor's live view: what is seen, one key that helps, what-if, a hall that moves."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from db import presence
from hallclient.actions import serving, signals, windows
from hallclient.actions.sweep import sweep
from hallclient.texts import t
from screens.desk import DeskScreen
from screens.live import LiveScreen
from screens.widgets.ask import Ask
from screens.widgets.footer import KeyLine
from screens.widgets.table import VirtualTable
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk
from tests.hostile import PACKED
from tests.source import ROOT

ONE = clerk(1)


def alive(kit: Kit, at: int | None = None) -> None:
    for window in kit.hall.windows:
        presence.beat(kit.path, window, kit.clock.ms if at is None else at)


def later(kit: Kit, minutes: int) -> None:
    """Time goes by, and at no moment of it is a window silent."""
    alive(kit, kit.clock.ms + minutes * 60_000)
    kit.pass_(minutes=minutes)


@pytest.fixture
def hall(kit: Kit) -> Kit:
    """Some windows open and alive, one visitor being served."""
    kit.open(1, 2, 7, 13, 17)
    kit.take("setup")
    kit.serve(ONE)
    alive(kit)
    return kit


def table(seat: Seat, name: str) -> VirtualTable:
    return seat.live.query_one(f"#{name}", VirtualTable)


async def choose(seat: Seat, name: str, key: str) -> None:
    """Put a list's cursor on a row."""
    assert table(seat, name).select_key(key)
    await seat.settle()


async def advised(seat: Seat) -> None:
    """Wait until something is known that helps against the chosen alarm."""

    def known() -> bool:
        alarm = seat.live.alarm_now()
        return alarm is not None and alarm.id in seat.live.advised

    await seat.until(known)
    await seat.settle()


@contextmanager
def bells(seat: Seat) -> Iterator[list[int]]:
    rung: list[int] = []
    seat.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
    yield rung


# -- where it shows


async def test_a_supervisor_without_a_window_lands_here_and_one_key_goes_to_the_numbers(
    hall: Kit,
) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        assert isinstance(seat.app.screen, LiveScreen)
        await seat.press("alt+v")
        assert isinstance(seat.app.screen, DeskScreen)
        await seat.press("alt+v")
        assert isinstance(seat.app.screen, LiveScreen)


async def test_it_is_for_supervisors(hall: Kit) -> None:
    async with seated(hall, AGENT) as seat:
        await seat.press("alt+v")
        assert isinstance(seat.app.screen, DeskScreen)
        assert t("why-not.role") in seat.said


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE, (40, 12), (200, 60)])
async def test_every_size_shows_lines_windows_and_keys(
    hall: Kit, size: tuple[int, int], language: str
) -> None:
    async with seated(hall, SUPERVISOR, size=size, language=language) as seat:
        lines = seat.text.split("\n")
        assert len(lines) == size[1]
        assert "W01" in seat.text
        assert "A001" in seat.text or size[0] < 80
        assert seat.live.query_one(KeyLine).hints
        assert "{" not in seat.text
        assert "live." not in seat.text


async def test_a_small_terminal_shows_every_line_and_every_window(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        assert all(window in seat.text for window in hall.hall.windows)
        assert all(f"{line.prefix} {line.zh[:3]}" in seat.text for line in hall.hall.lines.values())


async def test_the_language_changes_everything_at_once(hall: Kit) -> None:
    signals.call_help(hall.store, ONE, "system")
    async with seated(hall, SUPERVISOR, size=LARGE) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 1)
        await seat.press("ctrl+t")
        assert "Windows" in seat.text
        assert "Help" in seat.text
        assert not any("\u4e00" <= char <= "\u9fff" for char in seat.text)


async def test_hostile_notes_reach_no_terminal(hall: Kit) -> None:
    """A note that some other program has written into the store."""
    signals.call_help(hall.store, ONE, "system", "x")
    async with seated(hall, SUPERVISOR, size=LARGE) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 1)
        for text in PACKED:
            safe = text.encode("utf-8", "replace").decode()
            hall.store.db.execute("UPDATE signal SET note = ?", (safe,))
            await seat.live.see()
            await seat.press("enter", "escape", "enter")
            shown = seat.text
            assert not any(ord(char) < 32 and char != "\n" for char in shown)
            assert "\x9b" not in shown
            assert "\u202e" not in shown


# -- one key


async def test_one_key_answers_a_call_for_help(hall: Kit) -> None:
    signals.call_help(hall.store, ONE, "emergency")
    async with seated(hall, SUPERVISOR) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 1)
        await advised(seat)
        await seat.press("alt+a")
        assert signals.open_signals(hall.store)[0]["answered_by"] == "s01"
        await seat.until(lambda: table(seat, "alarms").row_count == 0)
        assert t("live.state-helped") in seat.text


async def test_one_key_takes_a_silent_window_s_visitor_over(hall: Kit) -> None:
    hall.pass_(61)
    for window in ("W02", "W07", "W13", "W17"):
        presence.beat(hall.path, window, hall.clock.ms)
    async with seated(hall, SUPERVISOR) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 1)
        assert t("live.state-silent") in seat.text
        await advised(seat)
        await seat.press("alt+a")
        assert hall.leg("A001").state == "waiting"
        assert "A001" in seat.said


async def test_an_alarm_is_marked_as_seen(hall: Kit) -> None:
    signals.call_help(hall.store, ONE, "system")
    async with seated(hall, SUPERVISOR) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 1)
        await seat.press("alt+k")
        assert hall.kinds()[-1] == "alarm.seen"
        row = table(seat, "alarms").selected
        assert row is not None
        assert row.style == "dim"


async def test_a_new_severe_alarm_rings_once(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        with bells(seat) as rung:
            signals.call_help(hall.store, ONE, "system")
            await seat.until(lambda: table(seat, "alarms").row_count == 1)
            for _ in range(3):
                await seat.live.see()
            assert rung == [1]


async def test_what_is_new_and_pressing_is_seen_and_the_selection_stays(hall: Kit) -> None:
    for number in (1, 2, 7, 13):
        signals.call_help(hall.store, clerk(number), "system")
    async with seated(hall, SUPERVISOR) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 4)
        third = table(seat, "alarms")._rows[2]
        assert third is not None
        await choose(seat, "alarms", third.key)
        signals.call_help(hall.store, clerk(17), "emergency")
        await seat.until(lambda: table(seat, "alarms").row_count == 5)
        await seat.pilot.pause()
        assert seat.live._alarm_key() == third.key
        first = table(seat, "alarms")._rows[0]
        assert first is not None
        assert first.cells[1] == "W17"
        assert table(seat, "alarms").scroll_offset.y == 0


async def test_what_was_there_before_rings_no_bell(hall: Kit) -> None:
    signals.call_help(hall.store, ONE, "system")
    async with seated(hall, SUPERVISOR) as seat:
        await seat.until(lambda: table(seat, "alarms").row_count == 1)
        await seat.press("alt+v")
        with bells(seat) as rung:
            await seat.press("alt+v")
            await seat.live.see()
            assert rung == []


# -- keys on windows


async def test_keys_act_on_the_chosen_window(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        await choose(seat, "windows", "W02")
        await seat.press("alt+e")
        assert hall.window(clerk(2))["emergency"] == 1
        await seat.press("alt+u")
        assert seat.asking
        await seat.press("2")
        assert hall.window(clerk(2))["state"] == "closed"


async def test_a_forgotten_service_is_ended_with_an_outcome(hall: Kit) -> None:
    later(hall, 90)
    sweep(hall.store)
    async with seated(hall, SUPERVISOR) as seat:
        await choose(seat, "windows", "W01")
        await seat.press("alt+n")
        assert seat.asking
        await seat.press("1")
        assert hall.states("A001") == ["done"]
        assert hall.kinds().count("leg.ended") == 1


async def test_another_plan_and_back(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        await choose(seat, "windows", "W17")
        await seat.press("alt+m", "enter")
        plan = windows.plan_of(hall.hall, hall.window(clerk(17)))
        assert next(iter(plan)) != "collect"
        assert "W17*" in seat.text
        await seat.press("alt+m", "enter")
        assert hall.window(clerk(17))["plan"] is None
        assert "W17*" not in seat.text


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("f1", "no-window"),
        ("alt+a", "no-alarm"),
        ("alt+k", "no-alarm"),
        ("alt+s", "nobody-calls"),
        ("alt+t", "nobody-there"),
        ("alt+n", "not-serving-there"),
    ],
)
async def test_a_key_that_makes_no_sense_says_why(hall: Kit, key: str, code: str) -> None:
    before = hall.kinds()
    async with seated(hall, SUPERVISOR) as seat:
        await choose(seat, "windows", "W02")
        await seat.press(key)
        assert t(f"why-not.{code}") in seat.said
    assert hall.kinds() == before


async def test_the_desk_says_that_advice_is_for_the_live_view(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        await seat.press("alt+v", "alt+a")
        assert t("why-not.live-only") in seat.said


async def test_a_row_tells_what_its_columns_have_no_room_for(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        await seat.until(lambda: seat.live.seen is not None and seat.live.seen.study is not None)
        await seat.settle()
        table(seat, "lines").focus()
        await seat.press("enter")
        assert hall.hall.lines["setup"].zh in seat.said
        assert t("live.own-windows", n=2) in seat.said


# -- what if


async def test_what_if_shows_both_and_changes_nothing_until_enter(hall: Kit) -> None:
    for _ in range(12):
        hall.take("tax")
    async with seated(hall, SUPERVISOR) as seat:
        await choose(seat, "windows", "W02")
        await seat.press("alt+w")
        await seat.type("B")
        assert seat.asking
        shown = seat.text
        assert t("live.compare", window="W02") in shown
        assert t("live.col-before") in shown
        assert t("live.col-after") in shown
        assert "leg.planned" not in hall.kinds()
        assert hall.window(clerk(2))["plan"] is None
        await seat.press("escape")
        assert hall.window(clerk(2))["plan"] is None
        assert "window.planned" not in hall.kinds()
        assert t("live.compare", window="W02") not in seat.text

        await seat.press("alt+w")
        await seat.type("B")
        await seat.press("enter")
        assert windows.plan_of(hall.hall, hall.window(clerk(2)))["tax"] == "main"
        assert hall.kinds().count("window.planned") == 1


async def test_what_if_asks_a_closed_window_to_open(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        await choose(seat, "windows", "W14")
        await seat.press("alt+w", "enter", "enter")
        assert signals.open_signals(hall.store, "W14")[0]["reason"] == "open"


async def test_a_suggestion_is_chosen_among_several(hall: Kit) -> None:
    for _ in range(16):
        hall.take("tax")
    async with seated(hall, SUPERVISOR, size=LARGE) as seat:
        later(hall, 1)
        await seat.live._think()
        await seat.live.see()
        later(hall, 1)
        await seat.live.see()
        await seat.until(lambda: table(seat, "alarms").row_count > 0)
        await advised(seat)
        alarm = seat.live.alarm_now()
        assert alarm is not None
        known = seat.live.advised[alarm.id]
        assert len(known) > 1
        await seat.press("enter")
        question = seat.live.query_one(Ask).question
        assert question is not None
        assert len(question.options) == len(known)
        await seat.press("2")
        assert hall.kinds()[-1] in ("window.emergency", "window.planned", "signal.sent")


# -- at the desk


async def test_a_clerk_calls_for_help_and_sees_that_it_was_heard(hall: Kit) -> None:
    async with seated(hall, ONE) as seat:
        await seat.press("alt+h", "1")
        row = signals.open_signals(hall.store)[0]
        assert row["window"] == "W01"
        signals.answer(hall.store, SUPERVISOR, row["id"])
        await seat.until(lambda: "s01" in seat.said)
        await seat.press("escape")
        assert "s01" in seat.text
        await seat.press("alt+h", "2")
        assert signals.open_signals(hall.store) == []


async def test_a_request_reaches_the_desk_and_is_answered_by_a_key(hall: Kit) -> None:
    serving.finish(hall.store, ONE)
    async with seated(hall, ONE) as seat:
        signals.request(hall.store, SUPERVISOR, "W01", "next")
        await seat.until(lambda: t("live.request.next") in seat.said)
        await seat.press("alt+s")
        assert signals.open_signals(hall.store)[0]["answered_by"] == "c01"


async def test_a_desk_says_that_it_lives_and_that_it_is_left(hall: Kit) -> None:
    presence.leave(hall.path, "W01")
    async with seated(hall, ONE) as seat:
        await seat.until(lambda: "W01" in presence.beats(hall.path))
        hall.pass_(11)
        await seat.until(lambda: presence.beats(hall.path)["W01"] == hall.clock.ms)
        await seat.press("ctrl+q")
        await seat.pilot.press("2")
        await seat.until(lambda: seat.app.return_code == 0)
    assert "W01" not in presence.beats(hall.path)


# -- a hall that moves

WRITER = """
import sys
from pathlib import Path
from db.env import Env, day_of
from db.store import Store
from hallclient.actions import tickets
from hallclient.actions.acting import Actor
from hallclient.actions.hall import hall_of
from hallclient.actions.tickets import Request
path, now = Path(sys.argv[1]), int(sys.argv[2])
import os
make_env = lambda zone: Env(lambda: now, os.urandom, day_of(zone))
with Store.open(path, make_env=make_env) as store:
    items = [item.code for item in hall_of(store).items.values()]
    for nth in range(3000):
        tickets.take(store, Actor("a01", "agent"), Request([items[nth % len(items)]]))
"""


@pytest.mark.slow
async def test_keys_answer_while_another_process_writes_thousands_of_events(hall: Kit) -> None:
    async with seated(hall, SUPERVISOR) as seat:
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", WRITER, str(hall.path), str(hall.clock.ms),
            cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, stderr=subprocess.PIPE,
        )  # fmt: skip
        moved = 0
        while writer.returncode is None:
            before = table(seat, "windows").cursor
            await seat.pilot.press("tab" if moved == 0 else "down" if before < 9 else "up")
            moved += 1
            await asyncio.sleep(0)
        assert writer.stderr is not None
        assert await writer.stderr.read() == b""
        assert moved > 3
        seen = hall.store.row("SELECT count(*) AS n FROM event WHERE kind = 'visit.opened'")
        assert seen == {"n": 3001}
        await seat.until(lambda: seat.live.seen is not None and seat.live.seen.waiting == 3000)
        assert "3000" in seat.text
