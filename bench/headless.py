"""From a key event to the painted frame inside the program, without a terminal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

from textual import events
from textual.app import App
from textual.screen import Screen

from bench.empty_app import EmptyApp
from bench.figure import Figure, Run, median, ratio, share
from bench.fill import CLERK
from db.store import Store
from screens.app import HallApp
from screens.session import Session

GOAL = 1.3
REST_S = 0.02
PATIENCE_S = 120.0


class Watch:
    """Tells when an app has painted."""

    def __init__(self, app: App[Any]) -> None:
        self.app = app
        self.painted = asyncio.Event()
        display = app._display

        def tell(*args: Any) -> None:
            display(*args)
            self.painted.set()

        # A private method is the one place that every frame passes.
        setattr(app, "_display", tell)  # noqa: B010 - mypy does not let a method be assigned

    async def key(self, name: str) -> float:
        return await self.after(lambda: self.app.post_message(events.Key(name, None)))

    async def after(self, do: Callable[[], object]) -> float:
        """Seconds from doing something to the frame."""
        await asyncio.sleep(REST_S)
        self.painted.clear()
        begin = time.perf_counter()
        do()
        await asyncio.wait_for(self.painted.wait(), 10)
        return time.perf_counter() - begin

    async def shown(self, screen: Screen[Any]) -> float:
        """Seconds until a screen is there with all that is in it, and painted."""
        begin = time.perf_counter()
        await self.app.push_screen(screen)
        self.painted.clear()
        screen.refresh()
        await asyncio.wait_for(self.painted.wait(), PATIENCE_S)
        return time.perf_counter() - begin


def measure(run: Run, store: Store) -> Iterator[Figure]:
    floor = asyncio.run(_keys(EmptyApp(), run.times(400)))
    session = Session(store.path)
    try:
        taken = asyncio.run(_keys(HallApp(session, who=CLERK), run.times(400)))
    finally:
        session.close()
    yield ratio("  the same inside the program", median(taken), median(floor), GOAL,
                p99_s=share(taken, 0.99), floor_p99_s=share(floor, 0.99))  # fmt: skip


async def _keys(app: App[Any], count: int) -> list[float]:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(1.0)
        watch = Watch(app)
        return [await watch.key("up" if place % 10 == 9 else "down") for place in range(count)]
