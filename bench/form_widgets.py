"""Textual's own widgets with the same table: a cell changed, and a table of inputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, Run


def measure(run: Run, path: Path, filing: str, pasted: str) -> Iterator[Figure]:
    yield from ()
