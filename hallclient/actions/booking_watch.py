"""A folder into which the booking system puts its files: each is taken in once and put away.

A file stays where it is until its bookings are durable; then it moves to ``done`` or, when
anything in it was wrong, to ``failed``, with a report beside it. Whoever is killed in between
takes the file in again, which changes nothing. So no file is lost and no booking taken twice.
The folder is looked at, not listened to: that works on every file system.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from db.errors import StoreError
from db.files import sync_folder, whole
from db.lock import InUse
from db.store import Store
from hallclient.actions.acting import Actor
from hallclient.actions.booking_import import ImportReport, import_file
from hallclient.rules.errors import Refused

DONE: Final = "done"
FAILED: Final = "failed"
REPORT: Final = ".report.txt"
LOOK_S: Final = 1.0
QUIET: Final = 3
"""Looks at which a file must have been the same before it counts as written to its end."""
_UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".filepart", ".partial", "~")
_FILE: Final = "booking-file-"


class Taken(NamedTuple):
    """What became of one file: its report, or why it could not be read; where it is."""

    name: str
    report: ImportReport | None
    refused: Refused | None
    moved_to: Path


def watch(
    store: Store,
    who: Actor,
    folder: Path,
    *,
    say: Callable[[Taken], str],
    trouble: Callable[[StoreError], None],
    wait: Callable[[float], None],
    once: bool = False,
) -> int:
    """Take in every file of a folder as it comes, until somebody stops it; how many there were.

    ``say`` tells of each file and gives the text of its report; ``trouble`` tells what is wrong
    with the store, and the file is tried again at the next look. ``once``: what is there and
    written to its end is taken in, then that is all. Raises StoreError ``no-folder``,
    ``cannot-write``, with ``once`` also what is wrong with the store; ``being-watched``.
    """
    inbox = Inbox(folder)
    count = 0
    with _alone(store, folder):
        inbox.tidy()
        looks = QUIET if once else -1
        while looks:
            looks -= 1
            for path in inbox.look():
                try:
                    count += _take(store, who, inbox, path, say)
                except StoreError as error:
                    if once or error.code == "cannot-write":
                        raise
                    trouble(error)
                    break
            if looks:
                wait(LOOK_S)
    return count


def _take(store: Store, who: Actor, inbox: Inbox, path: Path, say: Callable[[Taken], str]) -> bool:
    report: ImportReport | None = None
    refused: Refused | None = None
    before = shape(path)
    try:
        report = import_file(store, who, path)
    except Refused as why:
        if not why.code.startswith(_FILE):
            raise  # not the file's fault
        refused = why
    if before is None or shape(path) != before:
        return False  # somebody goes on writing it: it is taken in again when it is quiet
    good = report is not None and not report.problems
    target = inbox.place(path, DONE if good else FAILED)
    inbox.put_away(path, target, say(Taken(path.name, report, refused, target)))
    return True


class Inbox:
    """The folder. Raises StoreError ``no-folder``, ``cannot-write``."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise StoreError("no-folder", path=folder)
        self.folder = folder
        self._seen: dict[Path, tuple[tuple[int, int], int]] = {}
        for name in (DONE, FAILED):
            with _writing(folder / name):
                (folder / name).mkdir(exist_ok=True)

    def tidy(self) -> None:
        """Take away the halves of reports that somebody who was killed has left."""
        for kind in (DONE, FAILED):
            with _writing(self.folder / kind):
                for half in (self.folder / kind).glob(f".*{REPORT}.*.part"):
                    half.unlink(missing_ok=True)

    def look(self) -> list[Path]:
        """The files that are quiet now, the oldest first; how often each was seen is counted."""
        seen: dict[Path, tuple[tuple[int, int], int]] = {}
        for path in self._files():
            now = shape(path)
            if now is None:
                continue
            before, times = self._seen.get(path, (None, 0))
            seen[path] = (now, times + 1 if now == before else 1)
        self._seen = seen
        quiet = [path for path, (_, times) in seen.items() if times >= QUIET]
        return sorted(quiet, key=lambda path: (seen[path][0][1], path.name))

    def _files(self) -> Iterator[Path]:
        with _writing(self.folder):
            entries = list(os.scandir(self.folder))
        for entry in entries:
            name = entry.name
            hidden = name.startswith((".", "~")) or name.lower().endswith(_UNFINISHED)
            if not hidden and entry.is_file():
                yield Path(entry.path)

    def place(self, path: Path, kind: str) -> Path:
        """A name that is free for the file and for its report."""
        number = 1
        target = self.folder / kind / path.name
        while target.exists():
            number += 1
            target = self.folder / kind / f"{path.stem}.{number}{path.suffix}"
        return target

    def put_away(self, path: Path, target: Path, report: str) -> None:
        """Write the report, then move the file: where a file lies, its report does too."""
        with whole(target.with_name(target.name + REPORT), replace=True) as temp:
            temp.write_text(report + "\n", encoding="utf-8")
        with _writing(target):
            path.rename(target)
            sync_folder(target.parent)
            sync_folder(self.folder)
        self._seen.pop(path, None)


def shape(path: Path) -> tuple[int, int] | None:
    """Size and time of change of a file; None when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


@contextmanager
def _alone(store: Store, folder: Path) -> Iterator[None]:
    """One program for a store and a folder. Raises ``being-watched``.

    The lock lies beside the store: the folder may be where locks do not work.
    """
    mark = sha256(os.fspath(folder.resolve()).encode(errors="surrogateescape")).hexdigest()[:12]
    try:
        lock = InUse(store.path.with_name(f"{store.path.name}.watch-{mark}"), alone=True)
    except BlockingIOError as error:
        raise Refused("being-watched", folder=folder) from error
    try:
        yield
    finally:
        lock.close()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError("cannot-write", path=path, cause=error.strerror) from error
