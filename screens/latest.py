"""Following something that changes faster than it can be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual.screen import Screen


class Latest:
    """One reading at a time; whatever asks meanwhile gets one more reading, not many."""

    def __init__(self, screen: Screen[Any], read: Callable[[], Awaitable[None]]) -> None:
        self._screen = screen
        self._read = read
        self._reading = self._again = False

    def ask(self) -> None:
        """Read now, or once more when the reading that runs is done."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._screen.run_worker(self._run(), group="read", exit_on_error=False)

    async def _run(self) -> None:
        try:
            await self._read()
        finally:
            self._reading = False
            if self._again:
                self._again = False
                self.ask()
