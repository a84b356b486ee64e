"""The sign above one window (窗口屏): a text of eight Chinese characters, a line at each change.

For the controller of an LED sign, which reads lines from a pipe.
"""

from __future__ import annotations

import sys
import time
from typing import Final

from db.errors import StoreError
from db.opening import identity, translated
from db.store import Store
from hallclient.actions import boardview, windows
from hallclient.actions.boardview import AtWindow, BoardView
from hallclient.actions.hall import hall_of
from hallclient.cli.output import Out
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.errors import Refused
from hallclient.rules.text import cell_width, cut
from hallclient.texts import language, t
from hallclient.words import set_time_zone

CELLS: Final = 16
"""Eight Chinese characters: what a sign shows without moving."""
POLL_S: Final = 0.2


def follow(store: Store, window: str, out: Out) -> int:
    """Write the window's text, and again whenever it changes, until somebody ends it.

    Raises ``no-such-window``; StoreError, ``replaced`` when another file takes the store's place.
    """
    set_time_zone(store.meta["time_zone"])
    file = identity(store.path)
    told: tuple[str, str, str] | None = None
    seen: int | None = None
    while True:
        with translated(store.path):
            now = store.changed()
            if now != seen:
                seen = now
                said = text_of(boardview.look(store), hall_of(store), window)
                if said != told:
                    told = said
                    state, number, text = said
                    obj = {"window": window, "state": state, "number": number, "text": text}
                    out.emit({**obj}, text)
                    sys.stdout.flush()
        time.sleep(POLL_S)
        if identity(store.path) != file:
            raise StoreError("replaced", path=store.path)


def text_of(view: BoardView, hall: Hall, window: str) -> tuple[str, str, str]:
    """(state, number, text) of a window's sign. Raises ``no-such-window``.

    The state is ``calling``, ``serving``, ``paused``, ``closed``, ``waiting`` or ``idle``.
    """
    here = next((one for one in view.windows if one.window == window), None)
    if here is None:
        raise Refused("no-such-window", field="window", window=window)
    state, waiting = _state(view, here)
    name = ""
    if waiting is not None:
        line = hall.lines[waiting.line]
        n = str(waiting.waiting)
        room = CELLS - cell_width(t("board.strip-waiting", name="", n=n))
        name = cut(named(line, language()), room, mark="")
        text = t("board.strip-waiting", name=name, n=n)
    else:
        text = t(f"board.strip-{state}", number=here.number, window=here.face)
    return state, here.number, cut(text, CELLS, mark="")


def _state(view: BoardView, here: AtWindow) -> tuple[str, boardview.LineNow | None]:
    if here.number:
        called = any(call.number == here.number for call in view.calls)
        return ("calling" if called else "serving"), None
    if here.state in (windows.PAUSED, windows.CLOSED):
        return here.state, None
    lines = [row for row in view.lines if row.line in here.lines and row.waiting]
    if lines:
        return "waiting", max(lines, key=lambda row: row.waiting)
    return "idle", None
