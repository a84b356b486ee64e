"""Signs of life of windows: a tiny file for each in a folder beside the store.

Every program at a window says every few seconds that it lives. That must neither wait for the
store's lock nor fill the log, so it is no event: a file holds the moment, and is lost without harm.
What lies in the folder and is not ours (a link, another user's, no number) counts as silence.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import suppress
from pathlib import Path

SUFFIX = "-seats"
_WINDOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_LONGEST = 20
"""Bytes that a moment may take."""
# A link or a pipe of that name is refused instead of followed or waited for.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def folder_of(store: Path) -> Path:
    """Where the signs of a store lie."""
    return store.with_name(store.name + SUFFIX)


def beat(store: Path, window: str, now: int) -> bool:
    """Say that ``window`` lives at ``now`` (UTC ms); whether that could be written.

    Never raises for a disk that is full or a folder that is not ours: a sign that is missing shows
    as silence, and a clerk must not be stopped by it.
    """
    if _WINDOW.fullmatch(window) is None:
        return False
    folder = folder_of(store)
    temp = folder / f".{window}.{os.getpid()}"
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if not _ours(folder):
            return False
        fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o600)
        try:
            os.write(fd, str(now).encode())
        finally:
            os.close(fd)
        temp.replace(folder / window)
    except OSError:
        with suppress(OSError):
            temp.unlink()
        return False
    return True


def leave(store: Path, window: str) -> None:
    """Take the sign away, and the folder with the last one: the seat was left, not silent."""
    if _WINDOW.fullmatch(window) is not None:
        with suppress(OSError):
            (folder_of(store) / window).unlink()
        with suppress(OSError):  # others are still there
            folder_of(store).rmdir()


def beats(store: Path) -> dict[str, int]:
    """The last sign of each window, UTC ms as it was written."""
    folder = folder_of(store)
    found: dict[str, int] = {}
    try:
        if not _ours(folder):
            return found
        names = os.listdir(folder)
    except OSError:
        return found
    for name in names:
        if _WINDOW.fullmatch(name) is not None:
            at = _read(folder / name)
            if at is not None:
                found[name] = at
    return found


def _read(path: Path) -> int | None:
    try:
        fd = os.open(path, os.O_RDONLY | _NO_LINK)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None
            data = os.read(fd, _LONGEST + 1)
        finally:
            os.close(fd)
    except OSError:
        return None
    return int(data) if len(data) <= _LONGEST and data.isdigit() else None


def _ours(folder: Path) -> bool:
    """Whether it is a folder (not a link to one) of this user."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    return sys.platform == "win32" or found.st_uid == os.getuid()
