"""Where a running demo lives: a folder of its own, found by others, tidied when all have left.

Everybody in a demo holds a lock on a file of their own in its folder. The system lets go of it
however the process ends, so a folder where no such lock is held belongs to nobody any more.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from hallclient.actions.acting import Actor
from hallclient.demo.clock import DemoClock

if sys.platform == "win32":
    import msvcrt

    def _try(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


PREFIX = "hallclient-demo-"
KEPT = "hallclient-kept-"
_STATE = "demo.json"
_SEAT = "seat-"
_FRESH_S = 60
"""A folder this young may belong to somebody who is just coming in."""


class Seat(NamedTuple):
    """Where the person at the keyboard sits; window empty: at none; operator empty: a board."""

    operator: str
    role: str
    window: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(*self)


class State(NamedTuple):
    """What every process of a demo has to know."""

    store: Path
    clock: DemoClock
    midnight: int
    weekday: int
    seed: int


class Place:
    """One demo's folder, and our seat in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fd: int | None = None
        self._seat = folder / f"{_SEAT}{os.urandom(8).hex()}"

    @classmethod
    def new(cls, *, keep: bool = False) -> Place:
        """Make a folder that only this user can read. ``keep``: it is not tidied away."""
        import tempfile

        return cls(Path(tempfile.mkdtemp(prefix=KEPT if keep else PREFIX)))

    @property
    def store(self) -> Path:
        """Where the demo's store lies unless another file was named."""
        return self.folder / "hall.db"

    @property
    def kept(self) -> bool:
        return self.folder.name.startswith(KEPT)

    def enter(self) -> None:
        """Be there until `leave`, or until this process ends in whatever way."""
        self._fd = os.open(self._seat, os.O_RDWR | os.O_CREAT, 0o600)
        _try(self._fd)

    def leave(self) -> None:
        """Give up our seat; the last one out takes the folder along, unless it is to be kept."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        with suppress(OSError):
            self._seat.unlink()
        if not self.occupied():
            if self.kept:
                with suppress(OSError):
                    (self.folder / _STATE).unlink()
            else:
                self._remove()

    def occupied(self) -> bool:
        """Whether anybody is in this demo now."""
        return any(_held(path) for path in self.folder.glob(f"{_SEAT}*"))

    def write(self, state: State) -> None:
        """Tell the other processes. They see all of it or nothing."""
        data = state._asdict() | {"store": str(state.store), "clock": state.clock.to_json()}
        draft = self.folder / f"{_STATE}.new"
        draft.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.folder / _STATE)

    def read(self) -> State | None:
        """What was written; None when there is nothing, or nothing of ours."""
        try:
            data: dict[str, Any] = json.loads((self.folder / _STATE).read_bytes())
            return State(
                Path(data["store"]),
                DemoClock.from_json(data["clock"]),
                int(data["midnight"]),
                int(data["weekday"]),
                int(data["seed"]),
            )
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def _remove(self) -> None:
        import shutil

        shutil.rmtree(self.folder, ignore_errors=True)


def running() -> Place | None:
    """The demo of this user that began last and still runs."""
    alive = [place for place in _places() if place.occupied() and place.read() is not None]
    return max(alive, key=lambda place: place.folder.stat().st_mtime, default=None)


def tidy() -> int:
    """Remove what demos left that were killed; return how many."""
    removed = 0
    for place in _places():
        with suppress(OSError):
            age = time.time() - place.folder.stat().st_mtime
            if age > _FRESH_S and not place.kept and not place.occupied():
                place._remove()
                removed += 1
    return removed


def _places() -> Iterator[Place]:
    """Demo folders of this user. In a shared folder anybody may have made one of that name."""
    import tempfile

    base = Path(tempfile.gettempdir())
    for folder in sorted(base.glob("hallclient-*-*")):
        if folder.name.startswith((PREFIX, KEPT)) and _is_ours(folder):
            yield Place(folder)


def _is_ours(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return found.st_uid == os.getuid() and not found.st_mode & 0o077


def _held(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _try(fd)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False
