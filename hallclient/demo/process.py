"""The simulator as a process beside the desk: works until the desk has gone or the day is over.

Its standard input is a pipe that only the desk holds. When that ends, in whatever way the desk
ended, nobody is there to work for.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from db.errors import StoreError
from db.store import Store
from hallclient.actions import setup, staff
from hallclient.demo import PASSWORD
from hallclient.demo.hall import Simulation
from hallclient.demo.place import Place, State

_LONGEST_S = 30.0
_PATIENCE = 20
"""So many failures of the store in a row are one too many."""


def run(folder: Path) -> int:
    """Work in the demo of this folder; the exit code: 0 done, 3 no demo or its store fails."""
    state = Place(folder).read()
    if state is None:
        return 3
    ended = _watch_input()
    try:
        with Store.open(state.store, make_env=state.clock.make_env) as store:
            return work(store, state, ended)
    except StoreError:
        # The desk says what is wrong with its store; this process has nobody to tell.
        return 3


def work(store: Store, state: State, ended: threading.Event) -> int:
    """Simulate until ``ended`` is set or nothing more can happen today."""
    hall = Simulation(store, state.midnight, state.weekday, state.seed)
    hall.identify_waiting()
    if not ended.is_set():
        setup.set_demo_password(store, staff.make_verifier(PASSWORD))
    failures = 0
    while (at := hall.next_at) is not None:
        # Never longer than this: a machine that slept has its own idea of how long that was.
        pause = min(state.clock.seconds_until(at), _LONGEST_S)
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


def _watch_input() -> threading.Event:
    """An event that is set when standard input ends."""
    ended = threading.Event()

    def watch() -> None:
        # Unbuffered: a thread inside a buffered read would hold up the end of the process.
        try:
            while os.read(0, 1):
                pass
        except OSError:
            pass
        ended.set()

    threading.Thread(target=watch, name="input", daemon=True).start()
    return ended
