"""Slow, clumped and stalled lines, and tmux: keys typed ahead keep their order and their place."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

from collections.abc import Iterator
from pathlib import Path

from db import check
from tests.hallkit import PASSWORD
from tests.livekit import Live, words
from tests.terminal import Terminal, environment

pytestmark = pytest.mark.slow

SLOW_S = 0.2


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, HALLCLIENT_STORE=str(tmp_path / "hall.db"))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "hall.db")
    yield live
    live.close()


def test_a_shift_typed_ahead_in_one_go(hall: Live, env: dict[str, str]) -> None:
    """Sign in, take a number, serve it, hold, go on, transfer, undo, finish: sent at once."""
    hall.open(2)
    waiting = hall.take("setup").number
    begun = len(hall.kinds())
    with Terminal(env, delay_s=SLOW_S) as desk:
        desk.see(words("login.operator"))
        desk.send("c01", "enter", PASSWORD, "enter", "w01", "enter")
        desk.send("f1", "f3", "f5", "1", "f6", "f7", "1", "w02", "enter", "ctrl+z")
        desk.send("f10", "qysldk", "backspace", "j", "enter", "王小民", "backspace", "明", "enter")
        desk.send("enter", "/", "wxm", "enter", "escape", "f3", "2", "ctrl+t")
        desk.wait(lambda: hall.leg(waiting).state == "done", "the finish")
        desk.see("Waiting")
    assert (
        hall.kinds()[begun:]
        == (
            "window.opened operator.signed-in leg.called leg.started leg.held leg.resumed "
            "leg.transferred action.undone visit.opened visit.identified leg.finished"
        ).split()
    )
    visit = hall.store.rows("SELECT * FROM visit")[-1]
    assert hall.store.unseal(visit["id"], visit["sealed"]) == {"name": "王小明"}
    assert check.verify(hall.store).ok
