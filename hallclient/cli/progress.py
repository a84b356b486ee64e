"""How far a long command is, for a person who looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from db.report import Progress
from hallclient.cli.app import App
from hallclient.rules.text import cell_width
from hallclient.texts import t


@contextmanager
def progress(app: App) -> Iterator[Progress | None]:
    """A line on stderr that is taken away at the end; None where nobody would see it."""
    if app.out.json or not sys.stderr.isatty():
        yield None
        return
    width = 0

    def tell(phase: str, done: int, total: int) -> None:
        nonlocal width
        line = t(f"progress.{phase}", percent=100 * done // max(1, total))
        sys.stderr.write("\r" + " " * width + "\r" + line)
        sys.stderr.flush()
        width = cell_width(line)

    try:
        yield tell
    finally:
        sys.stderr.write("\r" + " " * width + "\r")
        sys.stderr.flush()
