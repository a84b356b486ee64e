"""Six terminals on one store: a kiosk, three windows, the board and the supervisor's live view.

A visitor takes a number, is called, heard, helped; terminals die and come back; and every one of
them shows what the others have done.
"""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from db.check import verify
from hallclient.rules.text import cell_width
from hallclient.texts import set_language, t
from tests import invariants, slippaper
from tests.cards import identity, typed
from tests.hallkit import PASSWORD
from tests.livekit import Live, words
from tests.terminal import Terminal, environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

WINDOWS = (1, 2, 13)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


class Stage:
    """The hall with its six terminals; each can be killed and started again."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.hall = Live(folder / "hall.db")
        stack.callback(self.hall.close)
        self.paper = folder / "slips.bin"
        self.stack = stack
        self.slip = slippaper.Paper(0)
        self.env = environment(folder, HALLCLIENT_STORE=str(self.hall.path))
        self.signed = {**self.env, "HALLCLIENT_PASSWORD": PASSWORD}
        self.kiosk = self.start_kiosk()
        self.board = self.start_board()
        self.desks = {window: self.start_desk(window) for window in WINDOWS}
        self.lead = self.start_lead()

    def _open(self, env: dict[str, str], *line: str, size: tuple[int, int] = (80, 24)) -> Terminal:
        return self.stack.enter_context(Terminal(env, *line, size=size))

    def start_kiosk(self) -> Terminal:
        kiosk = self._open(self.signed, "--as", "k01", "kiosk", "--printer", f"file:{self.paper}")
        kiosk.see(words("kiosk.welcome"))
        return kiosk

    def start_board(self) -> Terminal:
        board = self._open(self.env, "board", "--mute")
        board.see(t("board.title-lines"))
        return board

    def start_desk(self, window: int) -> Terminal:
        desk = self._open(self.env)
        desk.see(words("login.operator"))
        desk.send(f"c{window:02d}", "enter", PASSWORD, "enter", f"w{window:02d}", "enter")
        desk.see(words("desk.window", number=str(window)), f"c{window:02d}")
        return desk

    def start_lead(self) -> Terminal:
        lead = self._open(self.env, size=(120, 40))
        lead.see(words("login.operator"))
        lead.send("s01", "enter", PASSWORD, "enter", "enter")
        lead.see(t("live.lines"), "W13")
        return lead

    def take(self, line: str, person: str = "") -> str:
        """Press through the kiosk by touch and keys; the number on the slip and on its screen."""
        before = {row["id"] for row in self.hall.store.rows("SELECT id FROM visit")}
        printed = self.paper.stat().st_size if self.paper.exists() else 0
        self.kiosk.see(words("kiosk.welcome"), words("kiosk.search"))
        self.kiosk.insist(
            lambda: self.kiosk.touch(words("kiosk.search")), words("kiosk.search-title")
        )
        self.kiosk.send(self.hall.item(line).lower())
        self.kiosk.see(self.hall.item_name(line))
        self.kiosk.send("enter")
        self.kiosk.see(words("kiosk.confirm-title"))
        if person:
            self.kiosk.send(typed("张三", person, between="\t") + "\r")
            self.kiosk.see(words("kiosk.for"))
        self.kiosk.insist(
            lambda: self.kiosk.touch(words("kiosk.yes")),
            words("kiosk.your-number"),
            words("kiosk.take-slip"),
        )
        rows = self.hall.store.rows("SELECT id, number FROM visit")
        (number,) = [row["number"] for row in rows if row["id"] not in before]
        self.slip = slippaper.read(self.paper.read_bytes()[printed:], 80)
        self.kiosk.insist(lambda: self.kiosk.send("enter"), words("kiosk.welcome"))
        return str(number)

    def call(self, window: int, number: str) -> None:
        """F1 at a window: its desk, the board and the live view show it."""
        self.desks[window].send("f1")
        self.desks[window].see(words("desk.called", number=number))
        self.board.see(f"{number} → {window}")
        self.lead.wait(lambda: self._at(window, number), f"{number} at {window} on the live view")

    def _at(self, window: int, number: str) -> bool:
        return any(f"W{window:02d}" in line and number in line for line in self.lead.lines)


def test_six_terminals_one_hall(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stage = Stage(tmp_path, stack)
        hall = stage.hall
        first = stage.take("setup", identity("1990-05-05"))
        second = stage.take("tax")
        third = stage.take("setup")

        # The slip says what the screens say, and another program reads its codes.
        assert third in stage.slip.text
        assert slippaper.codes(stage.slip.picture())["Code128"].endswith(third)

        # Every desk whose plan has the line shows who waits.
        stage.desks[1].see(first, third)
        stage.desks[2].see(first, third)
        stage.desks[13].see(second)

        stage.call(1, first)
        stage.call(13, second)
        # Taken back within ten seconds: gone from the board, waiting at the other window.
        stage.call(2, third)
        stage.desks[2].send("ctrl+z")
        stage.desks[2].see(words("desk.undone", number=third))
        stage.board.gone(f"{third} → 2")
        stage.call(2, third)

        # The window's clerk asks for help; the supervisor answers with a key; the desk hears it.
        stage.desks[13].send("alt+h")
        stage.desks[13].see(words("live.ask-help"))
        stage.desks[13].send("1")
        stage.desks[13].see(t("live.desk-help", at="", text="").strip(" ："))
        stage.lead.see(t("alarm.help"))
        stage.lead.send("alt+s")
        stage.desks[13].see(words("live.desk-helped", operator="s01"))

        # Killed and started again, they catch up.
        stage.board.kill()
        stage.lead.kill()
        stage.desks[1].kill()
        stage.kiosk.kill()
        for dead in (stage.board, stage.lead, stage.desks[1], stage.kiosk):
            dead.process.wait()
        fourth = hall.take("setup").number
        stage.kiosk = stage.start_kiosk()
        stage.board = stage.start_board()
        stage.lead = stage.start_lead()
        stage.desks[1] = stage.start_desk(1)
        stage.desks[1].see(first, t("state.called"))
        stage.board.see(f"{first} → 1", f"{second} → 13", f"{third} → 2")
        stage.lead.wait(lambda: stage._at(1, first) and stage._at(2, third), "both visitors")

        # Served to the end, each as the clerk says.
        for window, number in ((1, first), (2, third), (13, second)):
            desk = stage.desks[window]
            desk.send("f3")
            desk.see(words("desk.started", number=number))
            stage.board.gone(f"▶{number}")
            desk.send("f3")
            desk.see(words("desk.ask-outcome", number=number))
            desk.send("1")
            desk.see(words("desk.finished", number=number))
        stage.call(1, fourth)
        assert all(hall.leg(number).state == "done" for number in (first, second, third))
        for terminal in (stage.kiosk, stage.board, stage.lead, *stage.desks.values()):
            widths = [cell_width(line) for line in terminal.lines]
            assert max(widths) <= terminal.screen.columns
        invariants.check(hall.store)
        assert verify(hall.store).ok
