"""Six real terminals on one store: how soon each shows a call made at another window.

The floor is the poll of the screens: they look for changes so often, and a change that comes at
any moment is noticed after half of it.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator

from bench import fill
from bench.figure import Figure, Run, median, ms
from bench.seats import Seats
from hallclient.actions import calling, serving, tickets, windows
from hallclient.actions.acting import Actor
from screens.board import POLL_S

WAITING = 120
LATE_S = 1.0
SEATS = {
    "kiosk": ("kiosk",),
    "desk": ("desk", "W01"),
    "desk 2": ("desk", "W02"),
    "desk 3": ("desk", "W03"),
    "board": ("board",),
    "live view": ("live",),
}
CALLER = Actor("c05", "clerk", "W05")


def measure(run: Run) -> Iterator[Figure]:
    path = run.folder / "hall.db"
    dice = random.Random(1)
    late: dict[str, list[float]] = {"board": [], "live view": [], "desk": []}
    with fill.create(path) as store:
        fill.wait(store, WAITING)
        for place in range(1, 6):
            windows.open_window(store, Actor(f"c{place:02d}", "clerk", f"W{place:02d}"))
        with Seats(run.folder, path, SEATS) as seats:
            for name in SEATS:
                seats.until({name: lambda shown: any(map(str.strip, shown[5:]))})
            seats.until(_shown(str(calling.call_next(store, CALLER).leg.number)))
            for _ in range(run.times(100)):
                calling.start(store, CALLER)
                serving.finish(store, CALLER)
                tickets.take(store, fill.AGENT, tickets.Request([fill.codes(store)[0]]))
                # At any moment of their polls and of the clock's second.
                seats.run(1.0 + dice.random())
                number = str(calling.call_next(store, CALLER).leg.number)
                at = time.perf_counter()
                for name, when in seats.until(_shown(number)).items():
                    late[name].append(when - at)
    for name, taken in late.items():
        worst = max(taken)
        yield Figure(
            f"a call is on the {name} after", f"{ms(median(taken))} (at most {ms(worst)})",
            f"{ms(POLL_S / 2)} (at most {ms(POLL_S)})", f"{median(taken) / (POLL_S / 2):.2f} x",
            f"at most {LATE_S:g} s", worst <= LATE_S,
            {"median_s": median(taken), "worst_s": worst, "floor_s": POLL_S / 2},
        )  # fmt: skip


def _shown(number: str) -> dict[str, Callable[[list[str]], bool]]:
    """What tells that a number has been called to window 5."""
    called = re.compile(rf"{number}\s*\u2192\s*5\b")
    return {
        "board": lambda shown: any(called.search(line) for line in shown),
        "live view": lambda shown: any("W05" in line and number in line for line in shown),
        # It was the first of the list, and is gone from it.
        "desk": lambda shown: not any(number in line for line in shown),
    }
