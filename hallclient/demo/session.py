"""A demo from the desk's side: begun before the first frame, brought to life after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from db.env import Env
from db.errors import StoreError
from db.store import Store
from hallclient.actions import staff
from hallclient.demo import place as places
from hallclient.demo import process
from hallclient.demo.clock import BUSY, DEFAULT_SPEED
from hallclient.demo.place import Place, Seat, State
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow

CLERK = "clerk"
KIOSK = "kiosk"
BOARD = "board"
SEATS = (CLERK, "agent", "supervisor", KIOSK, BOARD)
"""What a person may take a seat at, or look at: nobody signs in at a board."""
HOME = "W03"
_OTHERS = {"agent": ("a01", "a02"), "supervisor": ("s01",), KIOSK: ("k01", "k02")}
_HALL = (sys.executable, "-P", "-m", "hallclient.demo.process")
_STOP_S = 5.0


class Demo:
    """One seat in a running demo. `end` gives it back, and ends the demo with its last seat.

    Of a new demo, the hall is made by a process of its own while this one loads its screens;
    `state` waits for it.
    """

    def __init__(
        self,
        place: Place,
        seat: Seat,
        store: Path,
        *,
        state: State | None = None,
        hall: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self.place = place
        self.seat = seat
        self.store = store
        self._state = state
        self._hall = hall

    @property
    def state(self) -> State:
        """What every process of the demo knows. Raises what making the hall raised."""
        if self._state is None:
            self._state = self._made()
        return self._state

    def make_env(self, time_zone: str) -> Env:
        """What `Store.open` takes as ``make_env``."""
        return self.state.clock.make_env(time_zone)

    def on_ready(self) -> None:
        """After the first frame: let the rest of the hall come to life."""
        if self._hall is not None and self._hall.stdin is not None:
            with suppress(OSError):
                self._hall.stdin.write(process.GO)
                self._hall.stdin.flush()
            places.tidy()

    def end(self) -> None:
        """Leave. Safe to call twice."""
        hall, self._hall = self._hall, None
        if hall is not None:
            if hall.stdin is not None:
                with suppress(OSError):
                    hall.stdin.close()
            try:
                hall.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                hall.kill()
                hall.wait()
            if hall.stdout is not None:
                hall.stdout.close()
        elif self._state is not None and self.seat.operator:
            with suppress(StoreError, Refused):
                self._sign_out(self._state)
        self.place.leave()

    def _made(self) -> State:
        line = b""
        if self._hall is not None and self._hall.stdout is not None:
            with self._hall.stdout as answers:
                line = answers.readline()
        try:
            answer = json.loads(line)
        except ValueError:
            answer = {"refused": "demo-failed"}
        params = answer.get("params", {})
        if "refused" in answer:
            raise Refused(answer["refused"], **params)
        if "store" in answer:
            raise StoreError(answer["store"], **params)
        state = self.place.read()
        if state is None:
            raise Refused("demo-failed")
        return state

    def _sign_out(self, state: State) -> None:
        """Give the seat back to its simulated clerk, if the desk has not done so."""
        with Store.open(state.store, make_env=state.clock.make_env) as store:
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
    """Begin a new demo: a folder, and a process that fills it with a busy morning.

    ``store``: a file that stays; ``keep``: the folder stays. What stands against it
    (``no-such-window``; StoreError) is raised by `Demo.state`.
    """
    seat = seat_of(role, window)
    place = Place.new(keep=keep)
    try:
        place.enter()
        path = place.store if store is None else store.absolute()
        wish = process.Wish(str(path), seat, speed, dice, at)
        return Demo(place, seat, path, hall=_start(place.folder, wish))
    except BaseException:
        place.leave()
        raise


def _start(folder: Path, wish: process.Wish) -> subprocess.Popen[bytes]:
    # Found without being installed, too: `-P` keeps the current folder out.
    root = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH")
    return subprocess.Popen(  # noqa: S603 - ourselves
        [*_HALL, str(folder), json.dumps(wish)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": root if not before else root + os.pathsep + before},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


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
            if seat.operator:
                staff.enter(store, seat.actor)
    except BaseException:
        place.leave()
        raise
    return Demo(place, seat, state.store, state=state)


def seat_of(role: str, window: str = "") -> Seat:
    """The seat of a role; a clerk's is at a window, `HOME` unless another is named."""
    if role == BOARD:
        return Seat("", BOARD)
    if role != CLERK:
        return Seat(_OTHERS[role][0], role)
    key = narrow(window) or HOME
    if key.isdecimal():
        key = f"W{int(key):02d}"
    return Seat(f"c{key[1:]}", CLERK, key)


def free_seat(store: Store, role: str, window: str = "") -> Seat:
    """A seat where no person sits. Raises ``no-such-window``, ``seat-taken``."""
    if role == BOARD:
        return seat_of(role)
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
