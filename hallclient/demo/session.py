"""A demo from the desk's side: prepared before the first frame, brought to life after it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from db.errors import StoreError
from db.store import Store
from hallclient.actions import staff
from hallclient.actions.hall_files import default_hall
from hallclient.demo import place as places
from hallclient.demo import seed
from hallclient.demo.clock import BUSY, DEFAULT_SPEED, DemoClock, midnight_of, minutes_of
from hallclient.demo.clock import monotonic_ms as monotonic
from hallclient.demo.dice import MINUTE
from hallclient.demo.place import Place, State
from hallclient.demo.seed import Seat
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow

CLERK = "clerk"
ROLES = (CLERK, "agent", "supervisor")
HOME = "W03"
_OTHERS = {"agent": ("a01", "a02"), "supervisor": ("s01",)}
_SIMULATOR = (sys.executable, "-P", "-m", "hallclient", "simulate-hall")
_STOP_S = 5.0


class Demo:
    """One seat in a running demo. `end` gives it back, and ends the demo with its last seat."""

    def __init__(self, place: Place, state: State, seat: Seat, made: Store | None = None) -> None:
        self.place = place
        self.state = state
        self.seat = seat
        self._first = made is not None
        self._made = made
        self._simulator: subprocess.Popen[bytes] | None = None

    def on_ready(self) -> None:
        """After the first frame: let the rest of the hall come to life."""
        if not self._first:
            return
        self._close_made()
        # Found without being installed, too: `-P` keeps the current folder out.
        root = str(Path(__file__).resolve().parents[2])
        before = os.environ.get("PYTHONPATH")
        path = root if not before else root + os.pathsep + before
        self._simulator = subprocess.Popen(  # noqa: S603 - ourselves
            [*_SIMULATOR, str(self.place.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        places.tidy()

    def end(self) -> None:
        """Leave. Safe to call twice."""
        simulator, self._simulator = self._simulator, None
        if simulator is not None:
            if simulator.stdin is not None:
                simulator.stdin.close()
            try:
                simulator.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                simulator.kill()
                simulator.wait()
        if not self._first:
            with suppress(StoreError, Refused):
                self._sign_out()
        self._close_made()
        self.place.leave()

    def _close_made(self) -> None:
        """The connection that made the store; closing the only one would tidy the file up first."""
        if self._made is not None:
            self._made.close()
            self._made = None

    def _sign_out(self) -> None:
        """Give the seat back to its simulated clerk, if the desk has not done so."""
        with Store.open(self.state.store, make_env=self.state.clock.make_env) as store:
            row = staff.operator(store, self.seat.operator)
            if row is not None and row["signed_in_at"] is not None:
                staff.sign_out(store, self.seat.actor)


def begin(
    role: str = CLERK,
    *,
    window: str = "",
    speed: float = DEFAULT_SPEED,
    dice: int = 1,
    at: str = BUSY,
    store: Path | None = None,
    keep: bool = False,
) -> Demo:
    """Prepare a new demo: a folder, a store with a busy morning in it, a clock that runs.

    ``store``: a file that stays; ``keep``: the folder stays. Raises ``no-such-window``; StoreError.
    """
    hall = default_hall()
    seat = seat_of(role, window)
    if seat.window and seat.window not in hall.windows:
        raise Refused("no-such-window", field="window", window=window)
    midnight, weekday = midnight_of(time.time_ns() // 1_000_000, hall.time_zone)
    start = midnight + minutes_of(at) * MINUTE
    place = Place.new(keep=keep)
    made: Store | None = None
    try:
        place.enter()
        path = place.store if store is None else store.absolute()
        made = seed.make(path, seed.for_a_person(hall, speed), start, seat, dice)
        clock = DemoClock(start, monotonic(), speed)
        state = State(path, clock, midnight, weekday, dice)
        place.write(state)
    except BaseException:
        if made is not None:
            made.close()
        place.leave()
        raise
    return Demo(place, state, seat, made)


def join(role: str = CLERK, *, window: str = "") -> Demo:
    """Take another seat in the demo that runs. Raises ``no-demo``, ``seat-taken``; StoreError."""
    place = places.running()
    state = place.read() if place is not None else None
    if place is None or state is None:
        raise Refused("no-demo")
    place.enter()
    try:
        with Store.open(state.store, make_env=state.clock.make_env) as store:
            seat = free_seat(store, role, window)
            staff.enter(store, seat.actor)
    except BaseException:
        place.leave()
        raise
    return Demo(place, state, seat)


def seat_of(role: str, window: str = "") -> Seat:
    """The seat of a role; a clerk's is at a window, `HOME` unless another is named."""
    if role != CLERK:
        return Seat(_OTHERS[role][0], role)
    key = narrow(window) or HOME
    if key.isdecimal():
        key = f"W{int(key):02d}"
    return Seat(f"c{key[1:]}", CLERK, key)


def free_seat(store: Store, role: str, window: str = "") -> Seat:
    """A seat where no person sits. Raises ``no-such-window``, ``seat-taken``."""
    rows = store.rows("SELECT id FROM operator WHERE signed_in_at IS NOT NULL")
    persons = {row["id"] for row in rows}
    if role != CLERK:
        free = [key for key in _OTHERS[role] if key not in persons]
        if not free:
            raise Refused("seat-taken", operator=" ".join(_OTHERS[role]))
        return Seat(free[0], role)
    windows = store.rows("SELECT id, operator FROM window ORDER BY number")
    if window:
        wanted = seat_of(role, window).window
        windows = [row for row in windows if row["id"] == wanted]
        if not windows:
            raise Refused("no-such-window", field="window", window=window)
    for row in windows:
        # Whoever works there; a window that is closed has its own clerk.
        operator = row["operator"] or f"c{row['id'][1:]}"
        if operator not in persons:
            return Seat(operator, CLERK, row["id"])
    raise Refused("seat-taken", operator=" ".join(sorted(persons)))
