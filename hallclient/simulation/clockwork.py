"""Time that goes on only when something happens, and a list of what will."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

Do = Callable[[], None]


class Clockwork:
    """UTC milliseconds. What lies on the wire is kept apart: it goes on while a machine waits."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._number = count()
        self._soon: list[tuple[int, int, Do]] = []
        self._wire: list[tuple[int, int, Do]] = []

    def after(self, delay: int, do: Do) -> None:
        """Do something later."""
        heapq.heappush(self._soon, (self.now + delay, next(self._number), do))

    def on_wire(self, delay: int, do: Do) -> None:
        """Something arrives at the hub later."""
        heapq.heappush(self._wire, (self.now + delay, next(self._number), do))

    def run(self, until: int, enough: Callable[[], bool] = lambda: False) -> None:
        """Let everything happen up to a moment, or until it is enough."""
        while not enough():
            first = min((heap[0] for heap in (self._soon, self._wire) if heap), default=None)
            if first is None or first[0] > until:
                break
            heap = self._wire if self._wire and self._wire[0] is first else self._soon
            self._step(heap)
        else:
            return
        self.now = max(self.now, until)

    def flow(self, delay: int) -> None:
        """Only the wire goes on for a while."""
        until = self.now + delay
        while self._wire and self._wire[0][0] <= until:
            self._step(self._wire)
        self.now = max(self.now, until)

    def _step(self, heap: list[tuple[int, int, Do]]) -> None:
        at, _, do = heapq.heappop(heap)
        self.now = max(self.now, at)
        do()
