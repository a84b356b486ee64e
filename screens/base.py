"""What every screen of the hall has in common."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from textual.app import App
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from hallclient.texts import language, set_language, t

if TYPE_CHECKING:
    from screens.app import HallApp


STYLES = {"good": "$text-success", "warn": "$text-warning", "alert": "bold $text-error", "": ""}
"""How a message looks; what it is, its words say."""


def switch_language(app: App[Any]) -> None:
    """Chinese, English, Chinese: every screen of the program says everything again."""
    set_language("en" if language() == "zh" else "zh")
    for screen in app.screen_stack:
        if isinstance(screen, HallScreen):
            screen.speak()


class HallScreen(Screen[None]):
    """A screen of a `HallApp`: it can say everything again when the language changes."""

    LIVE = False
    """Whether it is the live view of the hall."""
    TYPED_AHEAD_S = 1.0
    """So long keys typed ahead wait for what the key before has started."""

    def __init__(self) -> None:
        super().__init__()
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def hall_app(self) -> HallApp:
        """The program; screens are only ever shown by it."""
        return cast("HallApp", self.app)

    def speak(self) -> None:
        """Every word of the screen in the language spoken now."""
        raise NotImplementedError

    async def settled(self) -> None:
        """Wait, not for long, until the action that the last key started is done or asks."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), self.TYPED_AHEAD_S)

    def do_alone(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this, and nothing else before it is done; a second Enter is no second try."""
        if self._settled.is_set():
            self._settled.clear()
            self.run_worker(self._alone(work), exit_on_error=False)

    async def _alone(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            self._settled.set()

    def say(self, text: str, style: str = "") -> None:
        """Tell the person something, on this screen's line for it."""
        raise NotImplementedError

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An action failed in a way nobody foresaw: say so, and let the person go on."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or not isinstance(error, Exception):
            return
        from hallclient.crash import record

        reference, path = record(error)
        self.say(t("crash.action", reference=reference, path=str(path or "-")), "alert")
