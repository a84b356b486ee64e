"""Kiosks as real processes on one file, killed kiosks, and a kiosk in a real terminal."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.check import verify
from db.store import Store
from hallclient.texts import set_language
from tests import invariants, slippaper
from tests.cards import identity, typed
from tests.hallkit import PASSWORD
from tests.livekit import Live, words
from tests.source import ROOT

pytestmark = pytest.mark.slow

KIOSKS = 8
NUMBERS = 2000
LINES = ("setup", "tax", "social", "street", "general")


class Kiosk:
    """A process that takes numbers; all it has acknowledged is kept, also when it is killed."""

    def __init__(self, path: Path, place: int, count: int, *lines: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kiosk_process", path, str(place), str(count), *lines],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.said: list[dict[str, Any]] = []
        self.heard = threading.Condition()
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            with self.heard:
                self.said.append(json.loads(text))
                self.heard.notify_all()

    def until(self, count: int) -> None:
        """Wait until it has said so much."""
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.said) >= count, timeout=150)

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> int:
        self.thread.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait()

    @property
    def numbers(self) -> list[str]:
        return [said["number"] for said in self.said if "number" in said]


def gapless(store: Store) -> None:
    """Every line's turns are 1, 2, 3 ... and its counter is the last."""
    turns = defaultdict(list)
    for row in store.rows("SELECT DISTINCT visit, line, turn FROM leg"):
        turns[row["line"]].append(row["turn"])
    for line, found in turns.items():
        assert sorted(found) == list(range(1, len(found) + 1)), line
    issued = {row["line"]: row["issued"] for row in store.rows("SELECT line, issued FROM line")}
    assert issued == {line: len(found) for line, found in turns.items()}


@pytest.mark.timeout(400)
def test_eight_kiosks_give_two_thousand_numbers_none_twice_none_lost(tmp_path: Path) -> None:
    live = Live(tmp_path / "hall.db")
    kiosks = [Kiosk(live.path, place, NUMBERS // KIOSKS, *LINES) for place in range(KIOSKS)]
    for one in kiosks:
        one.until(1)
    for one in kiosks:
        one.begin()
    assert [one.end() for one in kiosks] == [0] * KIOSKS
    given = [number for one in kiosks for number in one.numbers]
    assert len(given) == NUMBERS
    assert len(set(given)) == NUMBERS
    stored = [row["number"] for row in live.store.rows("SELECT number FROM visit")]
    assert sorted(stored) == sorted(given)
    gapless(live.store)
    invariants.check(live.store)
    assert verify(live.store).ok
    live.close()


def test_a_killed_kiosk_has_lost_no_number_it_gave(tmp_path: Path) -> None:
    live = Live(tmp_path / "hall.db")
    kiosks = [Kiosk(live.path, place, 500, "setup", "tax") for place in range(3)]
    for one in kiosks:
        one.until(1)
    for one in kiosks:
        one.begin()
    for place, one in enumerate(kiosks):
        one.until(20 + 10 * place)
        one.process.kill()
    for one in kiosks:
        one.end()
    given = [number for one in kiosks for number in one.numbers]
    stored = {row["number"] for row in live.store.rows("SELECT number FROM visit")}
    assert len(given) >= 80
    assert len(set(given)) == len(given)
    assert set(given) <= stored
    # At most one each was durable and not yet said.
    assert len(stored) <= len(given) + len(kiosks)
    gapless(live.store)
    assert verify(live.store).ok
    live.close()


# -- in a terminal

if sys.platform != "win32":
    from tests.terminal import Terminal, environment


@pytest.fixture
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_a_kiosk_in_a_real_terminal(tmp_path: Path, chinese: None) -> None:
    live = Live(tmp_path / "hall.db")
    env = environment(tmp_path, HALLCLIENT_STORE=str(live.path), HALLCLIENT_PASSWORD=PASSWORD)
    out = tmp_path / "slips.bin"
    line = ("--as", "k01", "kiosk", "--printer", f"file:{out}", "--width", "58")
    with Terminal(env, *line, size=(80, 24)) as stand:
        stand.see(words("kiosk.welcome"), words("kiosk.lost"))
        stand.click_on(words("kiosk.search"))
        stand.see(words("kiosk.search-title"))
        stand.send("qysl")
        stand.see(live.item_name("setup"))
        stand.send("enter")
        stand.see(words("kiosk.confirm-title"))
        # In one write: a burst of ours that was held up would stand in the field.
        stand.send(typed("张三", identity("1950-05-05"), between="\t") + "\r")
        stand.see(words("kiosk.for"), "身份证已核验")
        stand.send("1")
        stand.see(words("kiosk.your-number"), words("kiosk.take-slip"))
        # Nobody's keys end it; only a password does.
        stand.send("ctrl+c", "ctrl+d", "ctrl+z")
        stand.see(words("kiosk.your-number"))
        stand.send("ctrl+q")
        stand.see(words("kiosk.leave-title"))
        stand.send(PASSWORD, "enter")
        assert stand.end() == 0
    paper = slippaper.read(out.read_bytes(), 58)
    assert "A001" in paper.text
    assert slippaper.codes(paper.picture())["Code128"].endswith("A001")
    row = live.store.row("SELECT priority, source FROM visit WHERE number = 'A001'")
    assert row == {"priority": "elderly", "source": "kiosk"}
    assert verify(live.store).ok
    live.close()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_a_kiosk_that_dies_leaves_a_valid_number(tmp_path: Path, chinese: None) -> None:
    live = Live(tmp_path / "hall.db")
    env = environment(tmp_path, HALLCLIENT_STORE=str(live.path), HALLCLIENT_PASSWORD=PASSWORD)
    # A printer that never answers: the kiosk dies while it waits for it.
    with socket.create_server(("127.0.0.1", 0)) as printer:
        port = printer.getsockname()[1]
        line = ("--as", "k01", "kiosk", "--printer", f"tcp://127.0.0.1:{port}")
        with Terminal(env, *line, size=(80, 24)) as stand:
            stand.see(words("kiosk.welcome"))
            stand.send("1")
            stand.see(words("kiosk.which-line"))
            stand.send("1")
            stand.see(live.item_name("setup"))
            stand.send("1")
            stand.see(words("kiosk.confirm-title"))
            stand.send("1")
            connection, _ = printer.accept()
            stand.kill()
        connection.close()
    row = live.store.row("SELECT number, state FROM visit")
    assert row == {"number": "A001", "state": "open"}
    assert verify(live.store).ok
    live.close()
