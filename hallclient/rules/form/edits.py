"""What changes in a form: values put into cells, rows added, moved, taken out.

A list of these is one step: it becomes durable together and is undone together.
"""

from __future__ import annotations

from typing import NamedTuple

SINGLE = ""
"""Row id of the fields outside repeats."""


class Put(NamedTuple):
    """Write ``text`` (as typed, normalised; empty: nothing) into a cell; ``was``: what the writer
    saw there. Another text there by then is a collision, unless it is the same one.
    """

    row: str
    field: str
    text: str
    was: str = ""


class Add(NamedTuple):
    """Make a row of a repeat; ``place`` orders rows of a section (ties: by id)."""

    section: str
    row: str
    place: int


class Drop(NamedTuple):
    """Take a row out, with all its cells."""

    row: str


Edit = Put | Add | Drop

STEP = 1 << 20
"""Distance of the places of two rows that were added one after the other."""
