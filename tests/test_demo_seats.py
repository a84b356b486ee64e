"""The demo's seats in real terminals: each begins a hall, each joins one, and all see the same."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from db.store import Store
from hallclient.actions import bookings, staff
from hallclient.demo import PASSWORD, PHONE, place
from hallclient.demo.session import SEATS
from hallclient.rules.errors import Refused
from hallclient.rules.text import cell_width
from hallclient.texts import set_language, t
from tests.livekit import words
from tests.terminal import Terminal, environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LARGE = (120, 40)


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Demos of these terminals, and of this test, see each other and nobody else's."""
    made = environment(tmp_path)
    monkeypatch.setenv("TMPDIR", made["TMPDIR"])
    monkeypatch.setattr(tempfile, "tempdir", None)
    return made


def sit(env: dict[str, str], seat: str, *more: str, size: tuple[int, int] = LARGE) -> Terminal:
    return Terminal(env, "demo", "--seat", seat, *more, size=size)


def shown(terminal: Terminal, seat: str) -> None:
    """Its hint is on the screen, and nothing is wider than the screen."""
    terminal.see(words(f"demo.hint.{seat}"))
    assert max(cell_width(line) for line in terminal.lines) <= terminal.screen.columns


def opened() -> Store:
    """The store of the demo that runs."""
    found = place.running()
    state = found.read() if found is not None else None
    assert state is not None
    return Store.open(state.store, make_env=state.clock.make_env)


def leave(terminal: Terminal, seat: str) -> None:
    """As its keys say."""
    if seat == "board":
        terminal.send("q")
    elif seat == "kiosk":
        terminal.send("ctrl+q")
        terminal.see(words("kiosk.leave-title"), PASSWORD)
        terminal.send(PASSWORD, "enter")
    else:
        terminal.send("ctrl+q", "2")
    assert terminal.end() == 0


def left_behind(env: dict[str, str]) -> list[Path]:
    """What is still there of demos; a voice may leave something of its own."""
    return list(Path(env["TMPDIR"]).glob("hallclient-*"))


def has_password(store: Store) -> bool:
    """The demo's password is made once the hall lives."""
    try:
        staff.authenticate(store, "k01", PASSWORD)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("seat", "language"), [*((seat, "zh") for seat in SEATS), (SEATS[0], "en")]
)
def test_every_seat_begins_a_demo_and_ends_it(
    env: dict[str, str], seat: str, language: str
) -> None:
    set_language(language)
    with sit({**env, "HALLCLIENT_LANG": language}, seat, size=(80, 24)) as terminal:
        shown(terminal, seat)
        with closing(opened()) as store:
            terminal.wait(lambda: has_password(store), "the hall to live")
            assert store.rows("SELECT 1 FROM booking") != []
        leave(terminal, seat)
    assert left_behind(env) == []


def test_five_terminals_see_one_living_hall(env: dict[str, str]) -> None:
    with ExitStack() as stack:
        desk = stack.enter_context(sit(env, "clerk", "--speed", "1"))
        shown(desk, "clerk")
        seats = {}
        for seat in SEATS[1:]:
            seats[seat] = stack.enter_context(sit(env, seat, "--join"))
            shown(seats[seat], seat)
        store = stack.enter_context(closing(opened()))

        # A visitor checks in at the kiosk; the desk that serves the line has them in its list.
        kiosk = seats["kiosk"]
        kiosk.wait(lambda: has_password(store), "the hall to live")
        kiosk.send("3")
        kiosk.see(words("kiosk.booking-title"), words("kiosk.booking-hint"))
        kiosk.send(PHONE[-4:])
        kiosk.see("09:45")
        kiosk.send("enter")
        kiosk.see(words("kiosk.your-number"), words("kiosk.remember"))
        (row,) = [one for one in bookings.find(store, PHONE[-4:]) if one["number"]]
        desk.see(row["number"])
        seats["agent"].see(row["number"])

        # The desk calls; board and live view show it.
        desk.send("f1")
        desk.see(t("state.called"))
        (called,) = store.rows("SELECT number FROM leg WHERE window = 'W03' AND state = 'called'")
        seats["board"].see(f"{called['number']} → 3")
        seats["supervisor"].wait(
            lambda: re.search(rf"W03.*{called['number']}", seats["supervisor"].text), "W03"
        )
        for seat, terminal in seats.items():
            leave(terminal, seat)
        leave(desk, "clerk")
    assert left_behind(env) == []


def test_a_board_beside_the_demo_may_be_opened_by_its_own_command(env: dict[str, str]) -> None:
    with Terminal(env, "board", "--join") as board:
        board.see(t("refused.no-demo"))
        assert board.end() == 1
    with sit(env, "clerk") as desk:
        shown(desk, "clerk")
        with Terminal(env, "board", "--join", "--mute", size=LARGE) as board:
            board.see(t("desk.demo-mark"), t("board.title-calls"))
            leave(board, "board")
        leave(desk, "clerk")
    assert left_behind(env) == []
