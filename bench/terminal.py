"""A program on a pseudo-terminal: when it painted what, and how much memory it has."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE = (24, 80)
LARGE = (40, 120)
PATIENCE_S = 30.0
_CODES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Use it as a context: the program is ended with it."""

    def __init__(self, command: Sequence[str], home: Path, size: tuple[int, int] = SIZE) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        env = {
            "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color",
            "LANG": "C.UTF-8", "PYTHONUTF8": "1", "HALLCLIENT_LANG": "zh",
            "HALLCLIENT_STATE": str(home), "XDG_RUNTIME_DIR": str(home),
        }  # fmt: skip
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", *command],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True,
            env={**env, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        # An interrupt by its own key lets the program end what it has started.
        self.process.terminate()
        while self._read(1.0):
            pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def until(self, *marks: str) -> float:
        """Seconds from the start until all of these were painted."""
        wanted = {mark.encode() for mark in marks}
        seen = b""
        end = time.perf_counter() + PATIENCE_S
        while any(mark not in seen for mark in wanted):
            data = self._read(end - time.perf_counter())
            if not data:
                shown = seen[-2000:].decode(errors="replace")
                raise RuntimeError(f"never painted: {marks}; it wrote {shown!r}")
            seen += data
        return time.perf_counter() - self.begun

    def key(self, sent: bytes) -> float:
        """Seconds from a key until the frame that answers it begins to arrive."""
        begin = time.perf_counter()
        os.write(self._master, sent)
        if not self._read(PATIENCE_S):
            raise RuntimeError(f"no frame for {sent!r}")
        return time.perf_counter() - begin

    def key_for(self, sent: bytes, mark: re.Pattern[str]) -> float:
        """Seconds from a key until this is painted, whatever else is painted meanwhile."""
        seen = b""
        begin = time.perf_counter()
        os.write(self._master, sent)
        while not mark.search(_CODES.sub(b"", seen).decode(errors="replace")):
            data = self._read(begin + PATIENCE_S - time.perf_counter())
            if not data:
                raise RuntimeError(f"never painted: {mark.pattern}")
            seen += data
        return time.perf_counter() - begin

    def quiet(self, seconds: float) -> None:
        """Read until nothing was painted for so long."""
        while self._read(seconds):
            pass

    def memory(self) -> int:
        """Resident memory in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def _read(self, patience: float) -> bytes:
        ready, _, _ = select.select([self._master], [], [], max(0.0, patience))
        if not ready:
            return b""
        try:
            return os.read(self._master, 1 << 16)
        except OSError:  # Linux says so when the program has gone
            return b""
