"""One writer at a time on a store, in the order of arrival; and who has it open at all.

SQLite's own busy handler polls and starves (one process 17,119 commits, another one); a blocking
lock on a file of our own beside the store does not. The system frees it when a process dies.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import TracebackType

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    _AT_ONCE = 1
    _EXCLUSIVE = 2

    def _take(fd: int) -> None:
        handle = msvcrt.get_osfhandle(fd)
        if not ctypes.windll.kernel32.LockFileEx(
            handle, _EXCLUSIVE, 0, 1, 0, ctypes.byref(_Overlapped())
        ):
            raise ctypes.WinError()

    def _try(fd: int, *, alone: bool) -> bool:
        handle = msvcrt.get_osfhandle(fd)
        how = _AT_ONCE | (_EXCLUSIVE if alone else 0)
        return bool(
            ctypes.windll.kernel32.LockFileEx(handle, how, 0, 1, 0, ctypes.byref(_Overlapped()))
        )

    def _free(fd: int) -> None:
        handle = msvcrt.get_osfhandle(fd)
        ctypes.windll.kernel32.UnlockFileEx(handle, 0, 1, 0, ctypes.byref(_Overlapped()))

else:
    import fcntl

    def _take(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX)

    def _try(fd: int, *, alone: bool) -> bool:
        try:
            fcntl.flock(fd, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _free(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)


class FileLock:
    """Blocks until it is ours. Also fair between threads of one process.

    Two locks make a turnstile: whoever waits for the store holds the gate, so a process that
    has just written cannot pass those who came before it.
    """

    def __init__(self, path: Path) -> None:
        self._thread = threading.Lock()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._gate = os.open(path.with_name(path.name + ".gate"), flags, 0o600)
        self._store = os.open(path.with_name(path.name + ".lock"), flags, 0o600)

    def __enter__(self) -> None:
        self._thread.acquire()
        try:
            _take(self._gate)
            try:
                _take(self._store)
            finally:
                _free(self._gate)
        except BaseException:
            self._thread.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _free(self._store)
        self._thread.release()

    def close(self) -> None:
        for fd in (self._gate, self._store):
            os.close(fd)


class InUse:
    """Says for as long as it lives that a store is open here.

    Who replaces the file takes it ``alone``; then nobody can have opened the old one, and nobody
    opens it in between. Raises BlockingIOError when it cannot be had, OSError as ``os.open``.
    """

    def __init__(self, path: Path, *, alone: bool = False, make: bool = True) -> None:
        flags = (os.O_RDWR | os.O_CREAT if make else os.O_RDONLY) | getattr(os, "O_CLOEXEC", 0)
        self._fd = os.open(path.with_name(path.name + ".use"), flags, 0o600)
        if not _try(self._fd, alone=alone):
            os.close(self._fd)
            raise BlockingIOError(path)

    def close(self) -> None:
        """No longer in use. Safe to call twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
