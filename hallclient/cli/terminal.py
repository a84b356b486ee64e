"""What only the terminal knows: its size, colours, how wide it draws, who takes the function keys.

Widths are asked of the terminal itself: a text is written and the cursor's place read back.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping

from hallclient.actions.doctor import ERROR, NOTICE, OK, WARNING, Check, answer

SMALL, COMFORTABLE = (80, 24), (120, 40)
PATIENCE_MS = 500
HAN, AMBIGUOUS = "\u4e2d", "\u2026"
"""A character that is two cells everywhere, and one whose width a terminal may choose."""


def terminal(environ: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Every check of the terminal this runs in."""
    yield _size()
    yield _kind(environ)
    yield _encoding()
    yield from _widths()
    yield from _multiplexer(environ)
    yield from _keys(environ)


def _size() -> Check:
    columns, lines = shutil.get_terminal_size((0, 0))
    said: dict[str, object] = {"columns": columns, "lines": lines}
    if not columns or not lines:
        return Check("size", NOTICE, "unknown")
    if columns < SMALL[0] or lines < SMALL[1]:
        return Check("size", ERROR, "small", said)
    roomy = columns >= COMFORTABLE[0] and lines >= COMFORTABLE[1]
    return Check("size", OK, "roomy" if roomy else "ok", said)


def _kind(environ: Mapping[str, str]) -> Check:
    name = environ.get("TERM", "")
    said: dict[str, object] = {"term": name or "-"}
    if sys.platform == "win32":
        modern = "WT_SESSION" in environ
        return Check("term", OK if modern else WARNING, "ok" if modern else "old-console", said)
    if name in ("", "dumb", "unknown"):
        return Check("term", ERROR, "dumb", said)
    if name == "linux":
        return Check("term", WARNING, "console", said)
    rich = "256" in name or "direct" in name or "COLORTERM" in environ or "kitty" in name
    return Check("term", OK if rich else NOTICE, "ok" if rich else "few-colours", said)


def _encoding() -> Check:
    said = {"encoding": sys.stdout.encoding}
    right = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return Check("encoding", OK if right else ERROR, "ok" if right else "other", said)


def _widths() -> Iterator[Check]:
    han = drawn_width(HAN)
    if han is None:
        yield Check("width", NOTICE, "unknown")
        return
    if han != 2:
        yield Check("width", ERROR, "han", {"cells": han})
    wide = drawn_width(AMBIGUOUS)
    if wide == 2:
        yield Check("width", WARNING, "ambiguous")
    elif han == 2:
        yield Check("width", OK, "ok")


def drawn_width(text: str) -> int | None:
    """The cells the terminal gives a text; None when it does not say, or is no terminal."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    import termios
    import tty

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        sys.stdout.write(f"\r{text}\x1b[6n")
        sys.stdout.flush()
        column = _column(fd)
        sys.stdout.write("\r\x1b[K")
        sys.stdout.flush()
    finally:
        termios.tcsetattr(fd, termios.TCSANOW, before)
    return None if column is None else column - 1


def _column(fd: int) -> int | None:
    """The column of the answer ``CSI row ; column R``."""
    import select

    said = b""
    until = time.monotonic() + PATIENCE_MS / 1000
    while not said.endswith(b"R"):
        left = until - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return None
        said += os.read(fd, 1)
    column = said[said.rfind(b"\x1b[") + 2 : -1].partition(b";")[2]
    return int(column) if column.isdigit() else None


def _multiplexer(environ: Mapping[str, str]) -> Iterator[Check]:
    if environ.get("STY"):
        yield Check("multiplexer", NOTICE, "screen")
    if not environ.get("TMUX"):
        return
    said = answer("tmux", "show-options", "-gv", "default-terminal")
    if said.startswith("screen"):
        yield Check("multiplexer", NOTICE, "tmux-term", {"term": said})
    wait = answer("tmux", "show-options", "-sv", "escape-time")
    if wait.isdigit() and int(wait) > 50:
        yield Check("multiplexer", NOTICE, "tmux-escape", {"ms": int(wait)})
    if answer("tmux", "show-options", "-gv", "mouse") == "off":
        yield Check("multiplexer", NOTICE, "tmux-mouse")
    yield Check("multiplexer", OK, "tmux")


def _keys(environ: Mapping[str, str]) -> Iterator[Check]:
    program = environ.get("TERM_PROGRAM", "")
    if "VTE_VERSION" in environ:
        yield Check("keys", NOTICE, "vte")
    elif program == "Apple_Terminal":
        yield Check("keys", NOTICE, "apple")
    elif program in ("vscode", "JetBrains-JediTerm") or "TERMINAL_EMULATOR" in environ:
        yield Check("keys", NOTICE, "editor")
    elif "WT_SESSION" in environ:
        yield Check("keys", NOTICE, "windows-terminal")
    if environ.get("SSH_CONNECTION"):
        yield Check("keys", NOTICE, "ssh")
