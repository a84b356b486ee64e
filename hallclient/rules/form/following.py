"""What fields usually hold (`Field.usual`), put in as soon as the answers it comes from are given.

It is put in where nothing else was typed: the field is empty or at its default, or holds what was
usual before. What was typed, and what was emptied, stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.state import State
from hallclient.rules.form.values import text_of

ROUNDS = 4
"""So far one usual answer may lead to another."""


class _May(NamedTuple):
    """A cell that may follow, and what was usual there before."""

    row: str
    field: str
    usual: str


def take(state: State, edits: Iterable[Edit], *, begun: bool = False) -> tuple[Edit, ...]:
    """Apply a step and what usually follows from it; everything that was done.

    ``begun``: what its new rows hold are only their defaults; else it was given (a table that was
    brought), and only what is empty in them may follow.
    """
    step: Sequence[Edit] = tuple(edits)
    done: list[Edit] = []
    for _ in range(ROUNDS):
        may = _may_follow(state, step, begun)
        state.apply(step)
        done += step
        step = _followed(state, may)
        if not step:
            break
    return tuple(done)


def _may_follow(state: State, step: Sequence[Edit], begun: bool) -> list[_May]:
    """The cells outside repeats, and of the rows that the step touches."""
    written = {(edit.row, edit.field): edit.text for edit in step if isinstance(edit, Put)}
    made = {edit.row: edit.section for edit in step if isinstance(edit, Add)}
    rows = dict.fromkeys(edit.row for edit in step if not isinstance(edit, Drop))
    found = []
    for name in state.program.usual:
        field = state.field(name)
        repeat = state.program.layout.sections[field.section].repeat
        for row in rows if repeat else (SINGLE,):
            text = written.get((row, name))
            if row in made:
                untouched = text is None or (begun and text == field.default)
                if made[row] == field.section and untouched:
                    found.append(_May(row, name, ""))
            elif text is None and state.has(row, name):
                asked, there = state.relevant(row, name), state.text(row, name)
                usual = _usual(state, row, name) if asked else ""
                if there in ("", usual) or (not usual and there == field.default):
                    found.append(_May(row, name, usual))
    return found


def _followed(state: State, may: Iterable[_May]) -> list[Edit]:
    edits: list[Edit] = []
    for row, name, before in may:
        if state.has(row, name) and state.relevant(row, name):
            text, there = _usual(state, row, name), state.text(row, name)
            if text and text not in (before, there):
                edits.append(Put(row, name, text, there))
    return edits


def _usual(state: State, row: str, name: str) -> str:
    return text_of(state.field(name), state.program.usual[name](state, row))
