"""The program in a real terminal: a pseudo-terminal, its bytes, and the screen they make.

Nothing here waits for a time to pass: `wait` reads what the program writes until something is
true, and fails when it does not become true.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pyte
from wcwidth import wcwidth

from hallclient.rules.scan import GAP_MS

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, "-P", "-m", "hallclient")
PATIENCE_S = 30.0
PERSON_S = 2 * GAP_MS / 1000
"""No person presses a key so soon after the one before: the program takes that for a scanner."""
SCANNER_LATE_S = 0.02
"""A scanner of the tests that is held up longer than this has not sent a burst."""

# The child makes the terminal its own, as a login does, and becomes the program.
_LOGIN = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)

KEYS: dict[str, str] = {
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f12": "\x1b[24~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "shift+tab": "\x1b[Z",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{f"alt+{letter}": f"\x1b{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"},
}


def environment(home: Path, **more: str) -> dict[str, str]:
    """A bare environment with everything of the program below one folder."""
    kept = ("PATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
    temporary = home / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "HALLCLIENT_STATE": str(home / "state"),
        "HALLCLIENT_CONFIG": str(home / "config"),
        **more,
    }


class Relay:
    """A slow line: holds the bytes of both directions for a while and gives them in clumps."""

    def __init__(self, far: int, delay_s: float) -> None:
        self._far = far
        self._delay_s = delay_s
        self.near, self._near = socket.socketpair()
        self._stopped, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        os.close(self._stop)
        self._thread.join()
        for end in (self.near, self._near):
            end.close()
        os.close(self._stopped)

    def _run(self) -> None:
        near = self._near.fileno()
        ways = {self._far: near, near: self._far}
        held: dict[int, deque[tuple[float, bytes]]] = {near: deque(), self._far: deque()}
        with selectors.DefaultSelector() as selector:
            for fd in (self._far, near, self._stopped):
                selector.register(fd, selectors.EVENT_READ)
            while True:
                dues = [queue[0][0] for queue in held.values() if queue]
                wait = max(0.0, min(dues) - time.monotonic()) if dues else None
                for key, _ in selector.select(wait):
                    if key.fd == self._stopped:
                        return
                    data = _read(key.fd)
                    if data:
                        held[ways[key.fd]].append((self._due(), data))
                    else:
                        selector.unregister(key.fd)
                        held[ways[key.fd]].append((self._due(), b""))
                for to, queue in held.items():
                    while queue and queue[0][0] <= time.monotonic():
                        data = queue.popleft()[1]
                        if data:
                            _write(to, data)
                        elif to == near:
                            self._near.shutdown(socket.SHUT_WR)

    def _due(self) -> float:
        # All that is sent within one beat arrives together.
        beat = self._delay_s
        return (int((time.monotonic() + self._delay_s) / beat) + 1) * beat


class Terminal:
    """A program in a terminal of its own; use it as a context, which ends the program."""

    def __init__(
        self,
        env: Mapping[str, str],
        *words: str,
        program: Iterable[str] = PROGRAM,
        size: tuple[int, int] = (80, 24),
        delay_s: float = 0.0,
    ) -> None:
        self._master, slave = os.openpty()
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._last = 0.0
        self.ended = False
        self._winsize(size)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LOGIN, *program, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=dict(env),
            cwd=ROOT,
        )
        os.close(slave)
        self._relay = Relay(self._master, delay_s) if delay_s else None
        self._fd = self._master if self._relay is None else self._relay.near.fileno()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._fd, selectors.EVENT_READ)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self.process.wait()
        self._selector.close()
        if self._relay is not None:
            self._relay.close()
        os.close(self._master)

    # -- looking

    @property
    def lines(self) -> list[str]:
        """The screen, line by line."""
        return ["".join(self._cells(y)).rstrip() for y in range(self.screen.lines)]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def _cells(self, y: int) -> list[str]:
        """The cells of a line; the second one of a wide character is empty."""
        row = self.screen.buffer[y]
        cells = [row[x].data for x in range(self.screen.columns)]
        # What is left of a wide character when its first half has been written over is blank.
        return [
            cell or ("" if x and wcwidth(cells[x - 1][:1] or " ") == 2 else " ")
            for x, cell in enumerate(cells)
        ]

    def pump(self, wait_s: float = 0.0) -> bool:
        """Read what has been written, waiting at most so long for it; whether there was any."""
        if self.ended or not self._selector.select(wait_s):
            return False
        data = _read(self._fd)
        if not data:
            self.ended = True
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def wait(self, true: Callable[[], object], what: str = "") -> None:
        """Read until something is true; an error that shows the screen when it does not come."""
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            # A change in the store is no byte: look again soon whatever the terminal says.
            if not self.pump(0.02):
                left = deadline - time.monotonic()
                assert left > 0, f"waited in vain for {what or true}:\n{self.text}"
                if self.ended:
                    assert true(), f"ended before {what or true}:\n{self.text}"

    def see(self, *texts: str) -> None:
        """Wait until all these texts are on the screen."""
        self.wait(lambda: all(text in self.text for text in texts), " + ".join(texts))

    def gone(self, *texts: str) -> None:
        """Wait until none of these texts is on the screen."""
        self.wait(lambda: not any(text in self.text for text in texts), "no " + " ".join(texts))

    def insist(self, act: Callable[[], object], *texts: str) -> None:
        """Do it until these texts are there, as a person does whose touch was not taken."""
        for _ in range(20):
            act()
            began = time.monotonic()
            while time.monotonic() - began < 1.0:
                if all(text in self.text for text in texts):
                    return
                self.pump(0.02)
        self.see(*texts)

    def end(self) -> int:
        """Wait until the program has ended; its exit code."""
        self.wait(lambda: self.ended, "the end")
        return self.process.wait(PATIENCE_S)

    # -- acting

    def send(self, *parts: str) -> None:
        """Send key names or text, all of it in one write; a person's pause after the last one."""
        while (left := self._last + PERSON_S - time.monotonic()) > 0:
            self.pump(left)
        self._send(*parts)

    def _send(self, *parts: str) -> None:
        _write(self._fd, "".join(KEYS.get(part, part) for part in parts).encode())
        self._last = time.monotonic()

    def scan(self, code: str, end: str = "\r", gap_s: float = 0.003) -> None:
        """Send a code as a scanner does: key by key, a few milliseconds apart.

        A scanner is never held up, but a test may be: then it begins again before the last key,
        after a pause in which the program finds that this was a person. Only for where a person's
        letters and digits do nothing: what such a person types may be an answer elsewhere.
        """
        for _ in range(50):
            if self._burst(code, gap_s):
                self._send(code[-1] + end)
                return
            before = time.monotonic()
            while time.monotonic() - before < 0.5:
                self.pump(0.05)
        raise AssertionError("this machine is too busy to play a scanner")

    def _burst(self, code: str, gap_s: float) -> bool:
        last = time.monotonic()
        for char in code[:-1]:
            self._send(char)
            while (left := last + gap_s - time.monotonic()) > 0:
                self.pump(left)
            now = time.monotonic()
            if now - last > SCANNER_LATE_S:
                return False
            last = now
        return True

    def paste(self, text: str) -> None:
        """A bracketed paste."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def click(self, x: int, y: int) -> None:
        """Press and release the left button on a cell, counted from 0."""
        self.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")

    def click_on(self, text: str) -> None:
        """Click on the first cell of a text, as soon as it is there."""
        self.wait(lambda: self.touch(text), text)

    def touch(self, text: str) -> bool:
        """Click on the first cell of a text if it is on the screen now."""
        for y, line in enumerate(self.lines):
            if text in line:
                cells = self._cells(y)
                x = next(x for x in range(len(cells)) if "".join(cells[x:]).startswith(text))
                self.click(x, y)
                return True
        return False

    def resize(self, columns: int, lines: int) -> None:
        """Pull the window to another size."""
        self.screen.resize(lines, columns)
        self._winsize((columns, lines))

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End the program; nothing when it has ended."""
        with suppress(ProcessLookupError):
            self.process.send_signal(how)

    def _winsize(self, size: tuple[int, int]) -> None:
        # The kernel tells the program (SIGWINCH): the terminal is its own.
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 65_536)
    except OSError:  # the other end has gone
        return b""


def _write(fd: int, data: bytes) -> None:
    with suppress(OSError):
        while data:
            data = data[os.write(fd, data) :]
