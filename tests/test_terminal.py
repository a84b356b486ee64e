"""The program in a real terminal: bytes in, bytes out, signals, slow lines, other processes."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from db import check
from hallclient.texts import set_language
from tests.hallkit import PASSWORD
from tests.livekit import Live, noon_fixtures, words
from tests.terminal import PROGRAM, ROOT, Terminal, environment

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, HALLCLIENT_STORE=str(tmp_path / "hall.db"))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "hall.db")
    yield live
    live.close()


def sign_in(desk: Terminal, operator: str = "c01", window: str = "w01") -> None:
    """Sign in by hand, each field after the one before."""
    desk.see(words("login.operator"))
    desk.send(operator, "enter", PASSWORD, "enter", window, "enter")
    desk.see(words("desk.window", number=str(int(window[1:]))), operator)


def cli(env: dict[str, str], *line: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *line], env=env, cwd=ROOT, capture_output=True, check=False, timeout=60
    )


def test_a_whole_shift(tmp_path: Path, env: dict[str, str]) -> None:
    made = cli(
        {**env, "HALLCLIENT_PASSWORD": PASSWORD},
        "init", "--demo", "--fixtures", str(noon_fixtures(tmp_path)),
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()
    hall = Live(tmp_path / "hall.db")
    hall.open(2)
    begun = len(hall.kinds())
    with Terminal(env) as desk:
        sign_in(desk, window="ｗ０１")
        first = _take(desk, hall, "qysldj", "欧阳娜娜同志们")
        card = "４２０１００１９９００１０１１２３３"
        second = _take(desk, hall, "企业设立登记", "张\u3000三", identity=card)
        third = _take_pasted(desk, hall)
        _serve(desk, hall, first, second)
        _window(desk, hall)
        _look_around(desk, hall, third)
        _scan(desk, hall, first, second, third)
        _hand_over(desk, hall, third)
        desk.send("ctrl+q", "2")
        assert desk.end() == 0
    expected = (
        # sign in, three numbers
        "window.opened operator.signed-in visit.opened visit.identified "
        "visit.opened visit.identified visit.opened visit.identified "
        # the first: called, started, put aside
        "leg.called leg.started leg.held "
        # the second: called, started, sent to window 2, taken back, finished
        "leg.called leg.started leg.transferred action.undone leg.finished "
        # the first again
        "leg.resumed leg.finished window.paused window.resumed "
        # a wrong password at the lock; the third, given to a colleague
        "operator.sign-in-failed leg.called shift.handed-over "
        "leg.started leg.finished operator.signed-out"
    )
    assert hall.kinds()[begun:] == expected.split()
    assert check.verify(hall.store).ok
    hall.close()
    verified = cli(env, "verify", "--json")
    assert verified.returncode == 0, verified.stderr.decode()


def _take(desk: Terminal, hall: Live, item: str, name: str, identity: str = "") -> str:
    """Take a number at the desk: what an input method commits comes in one read."""
    code = hall.item("setup")
    before = {row["id"] for row in hall.store.rows("SELECT id FROM visit")}
    desk.send("f10")
    desk.see(words("desk.ask-take"))
    desk.send(item)
    desk.see(code)
    desk.send("enter")
    desk.see(words("desk.ask-name", item=hall.hall.items[code].zh))
    desk.send(name)
    desk.see(name.rsplit(maxsplit=1)[-1])
    desk.send("enter")
    desk.see(words("desk.ask-identity", item=hall.hall.items[code].zh))
    desk.send(identity)
    desk.send("enter")
    return _taken(desk, hall, before, name, identity)


def _taken(desk: Terminal, hall: Live, before: set[str], name: str, identity: str) -> str:
    rows: list[dict[str, str]] = []

    def came() -> bool:
        rows[:] = [r for r in hall.store.rows("SELECT * FROM visit") if r["id"] not in before]
        return bool(rows)

    desk.wait(came, "a new number")
    number = rows[0]["number"]
    desk.see(words("desk.took", number=number, item=""))
    sealed = hall.store.unseal(rows[0]["id"], rows[0]["sealed"]) or {}
    assert sealed.get("name") == name
    assert sealed.get("identity", "") == unicodedata.normalize("NFKC", identity)
    if "\u3000" not in name:
        desk.gone(name)  # only masked from here on
    return number


def _take_pasted(desk: Terminal, hall: Live) -> str:
    before = {row["id"] for row in hall.store.rows("SELECT id FROM visit")}
    desk.send("ctrl+n")
    desk.see(words("desk.ask-take"))
    desk.send("qysldj")
    desk.see(hall.item("setup"))
    desk.send("enter")
    desk.see(words("desk.ask-name", item=""))
    desk.paste("阿卜杜\n热合曼·\r\n买买提\n")
    desk.see("阿卜杜 热合曼· 买买提", words("field.lines-joined", n=3))
    # The window is pulled about in the middle of it.
    for size in ((120, 40), (60, 20), (80, 24)):
        desk.resize(*size)
        desk.wait(lambda: desk.lines[-1].lstrip().startswith("F1"), f"{size}")
        desk.see("阿卜杜")
    desk.send("enter")
    desk.see(words("desk.ask-identity", item=""))
    desk.send("enter")
    return _taken(desk, hall, before, "阿卜杜 热合曼· 买买提", "")


def _serve(desk: Terminal, hall: Live, first: str, second: str) -> None:
    desk.send("f1")
    desk.see(words("desk.called", number=first, item=hall.item_name("setup")))
    desk.send("f2")
    desk.see(words("refused.recall-too-soon", number=first))
    desk.send("f4")
    desk.see(words("refused.pass-too-early", number=first))
    desk.send("f3")
    desk.see(words("desk.started", number=first))
    desk.send("f5")
    desk.see(words("desk.ask-hold"))
    desk.send("1")
    desk.see(words("desk.held", number=first))
    desk.send("f1")
    desk.see(words("desk.called", number=second, item=hall.item_name("setup")))
    desk.send("f3")
    desk.see(words("desk.started", number=second))
    desk.send("f6")
    desk.see(words("why-not.visitor-here"))
    desk.send("f7")
    desk.see(words("desk.ask-transfer"))
    desk.send("1")
    desk.send("w02", "enter")
    desk.see(words("desk.transferred", number=second))
    assert hall.leg(second).return_window == "W02"
    desk.send("ctrl+z")
    desk.see(words("desk.undone", number=second))
    assert hall.leg(second).state == "serving"
    desk.send("f3")
    desk.see(words("desk.ask-outcome", number=second))
    desk.send("1")
    desk.see(words("desk.finished", number=second))
    desk.send("f6")
    desk.see(words("desk.resumed-serving", number=first))
    desk.send("f3")
    desk.see(words("desk.ask-outcome", number=first))
    desk.send("down", "enter")
    desk.see(words("desk.finished", number=first))


def _window(desk: Terminal, hall: Live) -> None:
    desk.send("f8")
    desk.see(words("desk.ask-pause"))
    desk.send("2")
    desk.see(words("desk.paused"))
    desk.send("f1")
    desk.see(words("why-not.paused"))
    desk.send("f8")
    desk.see(words("desk.resumed-window"))


def _look_around(desk: Terminal, hall: Live, third: str) -> None:
    """Search by initials and by characters, change the language, lock."""
    for typed in ("abd", "买买提", "Ａ００３"):
        desk.send("/")
        desk.see(words("desk.search"))
        desk.send(typed)
        desk.see(f"▸{third}")
        desk.send("enter")
        desk.see(f"{third}  {hall.item_name('setup')} {words('state.waiting')}")
        desk.send("escape")
        desk.gone(f"{third}  {hall.item_name('setup')} {words('state.waiting')}")
    desk.send("ctrl+t")
    set_language("en")
    desk.see(words("key.call_chosen"), words("desk.nobody"))
    set_language("zh")
    desk.gone(words("desk.nobody"))
    desk.send("ctrl+t")
    desk.see(words("desk.nobody"))
    desk.send("ctrl+l")
    desk.see(words("lock.title", who="c01 · W01"))
    desk.gone(third)
    desk.send("not the password", "enter")
    desk.see(words("refused.sign-in"))
    desk.send(PASSWORD, "enter")
    desk.see(third)


def _scan(desk: Terminal, hall: Live, first: str, second: str, third: str) -> None:
    """A scanner does what a scan means, whatever is open, and never presses a key."""
    calls = len(hall.kinds())
    shown = {
        number: f"{number}  {hall.item_name('setup')} {words('state.' + hall.leg(number).state)}"
        for number in (first, second, third)
    }
    slips = {number: f"{hall.visit(number)['day'].replace('-', '')}-{number}" for number in shown}
    desk.scan(slips[first])
    desk.see(shown[first])
    desk.scan(slips[third], end="\r\n", gap_s=0.001)
    desk.see(shown[third])
    desk.send("".join(slips[number] + "\r" for number in (third, first, second)))
    desk.see(shown[second])
    wide = "".join(chr(ord(char) + 0xFEE0) for char in slips[first])
    desk.scan(wide, gap_s=0.004)
    desk.see(shown[first], words("field.ime"))
    desk.scan("6901234567892")
    desk.see(words("desk.scan-unknown"))
    # A question of numbers is open, then one of text: both stay as they are.
    desk.send("f8")
    desk.see(words("desk.ask-pause"))
    # In one write: where a digit answers, a burst of ours that was held up would be an answer.
    desk.send(slips[third] + "\r")
    desk.see(shown[third], words("desk.ask-pause"))
    desk.send("escape")
    desk.gone(words("desk.ask-pause"))
    desk.send("/")
    desk.see(words("desk.search"))
    desk.send("买买")
    desk.see("买买")
    desk.send(slips[second] + "\r")
    desk.see(shown[second], "买买")
    desk.send("escape")
    desk.gone(words("desk.search-hint"), "买买")
    assert len(hall.kinds()) == calls


def _hand_over(desk: Terminal, hall: Live, third: str) -> None:
    desk.send("f9")
    desk.see(words("desk.called", number=third, item=hall.item_name("setup")))
    desk.send("ctrl+o")
    desk.see(words("ask.yes"))
    desk.send("2")
    desk.see(words("desk.ask-taker", numbers=third))
    desk.send("c05", "enter")
    desk.see(words("desk.ask-taker-password", operator="c05"))
    desk.send(PASSWORD, "enter")
    desk.see(words("desk.ask-note"))
    assert PASSWORD not in desk.text
    desk.send("材料在左边抽屉", "enter")
    desk.see(words("desk.handed-over", operator="c05", n=1), "· c05 ·")
    assert hall.leg(third).operator == "c05"
    desk.send("f3")
    desk.see(words("desk.started", number=third))
    desk.send("f3", "f3")
    desk.see(words("desk.finished", number=third))


def test_keys_typed_ahead_over_a_slow_line(hall: Live, env: dict[str, str]) -> None:
    """200 ms each way, everything in clumps: nothing goes to the wrong place."""
    first, second = hall.take("setup").number, hall.take("setup").number
    with Terminal(env, delay_s=0.2) as desk:
        desk.see(words("login.operator"))
        desk.send("c01", "enter", PASSWORD, "enter", "w01", "enter")
        desk.see(words("desk.window", number="1", name=""), first)
        desk.send("f1", "f3", "f3", "enter", "f1")
        desk.see(words("state.called"), second)
        assert hall.leg(first).state == "done"
        assert hall.leg(second).state == "called"


def test_after_a_kill_the_window_finds_its_visitor(hall: Live, env: dict[str, str]) -> None:
    number = hall.take("setup").number
    hall.take("setup")
    with Terminal(env) as desk:
        sign_in(desk)
        desk.send("f1")
        desk.see(words("desk.called", number=number, item=hall.item_name("setup"), why=""))
        desk.send("f3")
        desk.see(words("desk.started", number=number))
    assert hall.leg(number).state == "serving"
    with Terminal(env) as desk:
        sign_in(desk)
        desk.see(f"{number} {words('state.serving')}")
        calls = hall.kinds().count("leg.called")
        desk.send("f1")
        desk.see(words("why-not.visitor-here"))
        assert hall.kinds().count("leg.called") == calls
    assert check.verify(hall.store).ok


def test_another_process_holding_the_lock_freezes_no_key(hall: Live, env: dict[str, str]) -> None:
    numbers = [hall.take("setup").number for _ in range(3)]
    with Terminal(env) as desk:
        sign_in(desk)
        desk.see(f"▸ {numbers[0]}")
        with hall.store.act("system"):
            desk.send("f1")
            desk.send("down")
            desk.see(f"▸ {numbers[1]}")
            assert hall.leg(numbers[0]).state == "waiting"
        desk.see(words("state.called"))
        assert hall.leg(numbers[0]).state == "called"


def test_a_mouse_is_not_needed_and_works(hall: Live, env: dict[str, str]) -> None:
    first, second = hall.take("setup").number, hall.take("setup").number
    with Terminal(env) as desk:
        sign_in(desk)
        desk.see(first, second)
        desk.click_on(second)
        desk.see(f"▸ {second}")
        desk.click_on(f"F1 {words('key.call')} F2")
        desk.see(words("state.called"))
        assert hall.leg(first).state == "called"


def test_hostile_names_write_nothing_but_text(hall: Live, env: dict[str, str]) -> None:
    """No control string, no C1, no bidi control, and no sequence that plain names do not need."""
    from tests.hostile import HOSTILE

    for text in HOSTILE:
        hall.take("setup", person={"name": text, "company": text})
    with Terminal(env) as desk:
        sign_in(desk)
        for _ in range(6):
            desk.send("f1")
            desk.see(words("state.called"))
            desk.send("ctrl+e")
            desk.send("f3")
            desk.see(words("state.serving"))
            desk.send("f3", "enter")
            desk.gone(words("state.serving"))
        shown = bytes(desk.raw).decode(errors="replace")
    # OSC 22 is the shape of the mouse pointer, which the toolkit sets.
    assert set(re.findall(r"\x1b\](\d+)", shown)) <= {"22"}
    assert "\x1bP" not in shown
    assert not any("\x80" <= char <= "\x9f" for char in shown)
    assert not any(char in shown for char in "\u061c\u200e\u200f\u202a\u202b\u202d\u202e\u2066")


def test_the_demo_lives_and_ends_with_its_desk(tmp_path: Path) -> None:
    env = environment(tmp_path, TMPDIR=str(tmp_path))
    with Terminal(env, "demo", "--speed", "60") as desk:
        desk.see(words("desk.demo-mark"), "F1")
        before = desk.text
        desk.wait(lambda: desk.text.split("\n")[2:10] != before.split("\n")[2:10], "a ticket")
        folders = list(tmp_path.glob("hallclient-demo*"))
        assert folders
        desk.send("f1")
        desk.see(words("state.called"))
        desk.send("ctrl+q", "2")
        assert desk.end() == 0
    assert not [folder for folder in folders if folder.exists()]
