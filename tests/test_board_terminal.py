"""The board in a real terminal, with other programs at work: calls, voice, kills, a sign's pipe."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from hallclient.actions import calling, windows
from hallclient.texts import set_language, t, text_in
from tests.hallkit import PASSWORD, clerk
from tests.livekit import Live
from tests.terminal import PROGRAM, ROOT, Terminal, environment
from tests.test_voice import Fake

pytestmark = pytest.mark.slow

ONE, TWO = clerk(1), clerk(2)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(
        tmp_path, HALLCLIENT_STORE=str(tmp_path / "hall.db"), HALLCLIENT_PASSWORD=PASSWORD
    )


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "hall.db")
    live.open(1, 2)
    for _ in range(3):
        live.take("setup")
    yield live
    live.close()


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path / "fake")


def cli(env: dict[str, str], *line: str) -> None:
    done = subprocess.run(
        [*PROGRAM, *line], env=env, cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()


def call(number: str, window: int) -> str:
    return t("board.call", number=number, window=str(window))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_another_program_calls_and_takes_back(
    hall: Live, env: dict[str, str], size: tuple[int, int]
) -> None:
    with Terminal(env, "board", "--mute", size=size) as board:
        board.see(t("board.welcome"), t("voice.muted"))
        cli(env, "--as", "c01", "--window", "W01", "window", "next")
        board.see(call("A001", 1))
        cli(env, "--as", "c01", "--window", "W01", "window", "undo")
        board.see(t("board.welcome"))
        board.gone("A001")
        board.send("ctrl+t")
        board.see(text_in("en", "board.keys"))
        board.send("q")
        assert board.end() == 0
    assert "window.opened" in hall.kinds()


def test_it_speaks_and_falls_silent(hall: Live, env: dict[str, str], fake: Fake) -> None:
    fake.when("hold")
    voice = f"'{fake.script}' {{language}}"
    with Terminal(env, "board", "--voice", voice) as board:
        board.see(t("board.welcome"))
        hall.next(ONE)
        board.wait(lambda: len(fake.log) == 1, "the first words")
        assert "A 零 零 一" in fake.log[0]
        # The visitor comes while the words are spoken: they end, and the next call is spoken.
        hall.next(TWO)
        fake.when("hold", on=False)
        calling.start(hall.store, ONE)
        board.wait(lambda: len(fake.log) == 4, "the second call")
        assert ["A 零 零 二" in words for words in fake.log[1:3]] == [True, True]
        assert fake.log[3].startswith("en|")


def test_killed_and_started_again_it_shows_what_is_true(
    hall: Live, env: dict[str, str], fake: Fake
) -> None:
    fake.when("fail")
    with Terminal(env, "board", "--voice", str(fake.script)) as board:
        hall.next(ONE)
        board.see(call("A001", 1))
        board.kill(signal.SIGKILL)
        board.process.wait()
    hall.next(TWO)
    calling.start(hall.store, ONE)
    with Terminal(env, "board", "--mute") as board:
        board.see(call("A002", 2), "A001 → 1")
        board.send("q")
        assert board.end() == 0


def test_ended_while_it_speaks_it_takes_the_engine_along(
    hall: Live, env: dict[str, str], fake: Fake
) -> None:
    fake.when("hold")
    os.mkfifo(fake.folder / "alive")
    alive = os.open(fake.folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with Terminal(env, "board", "--voice", str(fake.script)) as board:
            hall.next(ONE)
            board.wait(lambda: fake.log, "the words")
            board.send("q")
            assert board.end() == 0
        assert select.select([alive], [], [], 20)[0]
        assert os.read(alive, 1) == b""
    finally:
        os.close(alive)


def test_a_small_terminal_and_a_large_one(hall: Live, env: dict[str, str]) -> None:
    hall.next(ONE)
    with Terminal(env, "board", "--mute", size=(30, 8)) as board:
        board.see("A001")
        board.resize(200, 60)
        board.see(call("A001", 1), hall.hall.lines["setup"].en)
        board.resize(80, 24)
        board.see(call("A001", 1))
        board.send("ctrl+c")
        assert board.end() == 0


def test_a_sign_writes_a_line_at_each_change(hall: Live, env: dict[str, str]) -> None:
    line = [*PROGRAM, "board", "--strip", "1", "--json"]
    with subprocess.Popen(line, env=env, cwd=ROOT, stdout=subprocess.PIPE) as sign:
        assert sign.stdout is not None

        def told() -> dict[str, str]:
            assert sign.stdout is not None
            found: dict[str, str] = json.loads(sign.stdout.readline())
            return found

        assert told()["state"] == "waiting"
        hall.next(ONE)
        assert told() == {
            "window": "W01", "state": "calling", "number": "A001", "text": "请A001到1号窗口",
        }  # fmt: skip
        calling.start(hall.store, ONE)
        assert told()["state"] == "serving"
        # What is no change of this sign writes nothing.
        windows.pause_window(hall.store, TWO, "rest")
        sign.send_signal(signal.SIGINT)
        assert sign.wait(30) == 130
        assert sign.stdout.read() == b""


def test_a_sign_ends_when_its_store_is_gone(hall: Live, env: dict[str, str]) -> None:
    line = [*PROGRAM, "board", "--strip", "1"]
    with subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as sign:
        assert sign.stdout is not None
        assert sign.stdout.readline()
        hall.path.rename(hall.path.with_name("away.db"))
        _, errors = sign.communicate(timeout=30)
    assert sign.returncode == 3
    assert t("store.replaced", path="").strip() in errors.decode()
    hall.path.with_name("away.db").rename(hall.path)
