"""The rest of the hall, as a process beside the desk: makes the store, then works in it.

It begins while the desk loads its screens, says on its standard output when the store is there,
and waits for `GO`. Its standard input is a pipe that only the desk holds: when that ends, in
whatever way the desk ended, nobody is there to work for.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from db.errors import StoreError
from hallclient.demo.place import Place, Seat, State
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from db.store import Store
    from hallclient.demo.hall import Simulation

GO = b"g"
_PATIENCE = 20
"""So many failures of the store in a row are one too many."""


class Wish(NamedTuple):
    """The demo that is wanted: where its store goes, who sits where, how fast, from when on."""

    store: str
    seat: Seat
    speed: float
    dice: int
    at: str


def run(folder: Path, wish: Wish) -> int:
    """Make the hall and work in it; the exit code: 0 done, 1 refused, 3 the store fails."""
    go, ended = _watch_input()
    place = Place(folder)
    try:
        made = make(place, wish)
    except Refused as refused:
        _answer(refused=refused.code, params=refused.params)
        return 1
    except StoreError as error:
        _answer(store=error.code, params=error.params)
        return 3
    state = place.read()
    if state is None:
        made.close()
        return 3
    from db.store import Store

    gc.freeze()
    gc.enable()
    # Closing the only connection would tidy the file up first, while the desk waits.
    with made, Store.open(state.store, make_env=state.clock.make_env) as store:
        _answer()
        go.wait()
        try:
            return work(store, state, ended, folder)
        except StoreError:
            # The desk says what is wrong with its store; this process has nobody to tell.
            return 3


def make(place: Place, wish: Wish) -> Store:
    """The store with a busy morning in it, and the clock of the demo, which runs from now on.

    Raises ``no-such-window``; StoreError.
    """
    from hallclient.actions.hall_files import default_hall
    from hallclient.demo import seed
    from hallclient.demo.clock import DemoClock, midnight_of, minutes_of, monotonic_ms
    from hallclient.demo.dice import MINUTE

    hall = default_hall()
    seat = wish.seat
    if seat.window and seat.window not in hall.windows:
        raise Refused("no-such-window", field="window", window=seat.window)
    midnight, weekday = midnight_of(time.time_ns() // 1_000_000, hall.time_zone)
    start = midnight + minutes_of(wish.at) * MINUTE
    path = Path(wish.store)
    made = seed.make(path, seed.for_a_person(hall, wish.speed), start, seat, wish.dice)
    clock = DemoClock(start, monotonic_ms(), wish.speed)
    place.write(State(path, clock, midnight, weekday, wish.dice))
    return made


def _answer(**answer: object) -> None:
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


def work(store: Store, state: State, ended: threading.Event, folder: Path) -> int:
    """Simulate until ``ended`` is set or nothing more can happen today.

    ``folder``: where the day's bookings are put for a moment.
    """
    from hallclient.actions import setup, staff
    from hallclient.demo import PASSWORD, booked, cases
    from hallclient.demo.hall import Simulation

    hall = Simulation(store, state.midnight, state.weekday, state.seed)
    if not ended.is_set():
        booked.bring(hall, folder)
    hall.identify_waiting()
    if not ended.is_set():
        setup.set_demo_password(store, staff.make_verifier(PASSWORD))
        # What asks for a number's case looks it up; the file may come a moment after the number.
        for _ in cases.bring(hall, state.midnight):
            if ended.is_set():
                break
    try:
        return _simulate(hall, state, ended)
    finally:
        hall.leave()


def _simulate(hall: Simulation, state: State, ended: threading.Event) -> int:
    failures = 0
    while (at := hall.next_at) is not None:
        # Never longer than this: a machine that slept has its own idea of how long that was.
        pause = min(state.clock.seconds_until(at), hall.beat() / state.clock.speed / 1000)
        if ended.wait(max(0.0, pause)):
            break
        try:
            hall.run_due()
            failures = 0
        except StoreError:
            failures += 1
            if failures > _PATIENCE or ended.wait(1.0):
                return 3
    return 0


def _watch_input() -> tuple[threading.Event, threading.Event]:
    """(set when the desk says `GO`, or has ended; set when standard input ends)."""
    go, ended = threading.Event(), threading.Event()

    def watch() -> None:
        # Unbuffered: a thread inside a buffered read would hold up the end of the process.
        try:
            while os.read(0, 1):
                go.set()
        except OSError:
            pass
        ended.set()
        go.set()

    threading.Thread(target=watch, name="input", daemon=True).start()
    return go, ended


def main() -> int:
    """Started by the desk with a folder and a `Wish` as JSON."""
    # The desk waits: nothing that is loaded or made now becomes garbage.
    gc.disable()
    folder, wish = sys.argv[1:]
    store, seat, speed, dice, at = json.loads(wish)
    return run(Path(folder), Wish(store, Seat(*seat), speed, dice, at))


if __name__ == "__main__":
    sys.exit(main())
