"""A bulk of filings in words: its lines, what is wrong with one, the numbers that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from db.store import Row as StoreRow
from hallclient.form_words import gravest, label, problem_text, said
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import Level
from hallclient.rules.form.state import State
from hallclient.rules.form.table.bulk_look import Line, Look
from hallclient.texts import t
from screens.desk_text import spread
from screens.form_text import problem_parts
from screens.widgets.content import Part
from screens.widgets.content import line as line_of
from screens.widgets.rows import Column, Row

_FIELDS: Final = 5
"""So many of the list's columns are shown; all are told for the line under the cursor."""
_LINES: Final = 4


def title(state: State, filing: StoreRow, source: str, width: int) -> Content:
    """Of which filing many are made, and from what."""
    left = t("form.bulk.title", form=label(state.form), number=filing["number"])
    return spread(line_of((left, "bold")), line_of(source), width)


def told(shown: Look | None, made: Sequence[StoreRow], state: State) -> Content:
    """How many there would be, or are."""
    if made:
        first, last = made[0]["number"], made[-1]["number"]
        return line_of((t("form.bulk.numbers", first=first, last=last), "$text-success"))
    if shown is None:
        return line_of(t("form.bulk.how", field=label(state.field(state.form.bulk))))
    parts: list[Part] = [t("form.bulk.count", n=len(shown.lines))]
    if shown.bad:
        parts.append((t("form.bulk.bad", n=len(shown.bad)), "$text-error"))
    standing = sum(one.stands for one in shown.every)
    if standing:
        parts.append((t("form.bulk.every", n=standing), "$text-warning"))
    return line_of(*parts, gap="  ")


def empty(state: State) -> str:
    """What stands where there are no lines yet."""
    return t("form.import.empty")


def columns(state: State, shown: Look | None, made: Sequence[StoreRow]) -> list[Column]:
    """Of the lines, or of the numbers."""
    names = shown.fields[:_FIELDS] if shown is not None else ()
    if made:
        wanted = label(state.field(state.form.bulk))
        return [Column(t("form.bulk.col-number"), 22), Column(wanted, 20, flex=1)]
    return [
        Column(t("form.import.col-line"), 5, align="right"),
        *(
            Column(label(state.field(name)), 14, flex=1, drop=place)
            for place, name in enumerate(names)
        ),
        Column(t("form.import.col-problem"), 24, flex=2),
    ]


class Lines:
    """The lines of a list, told when they come on the screen; afterwards the numbers."""

    def __init__(self, state: State, shown: Look | None, made: Sequence[StoreRow]) -> None:
        self._state = state
        self._shown = shown
        self._made = made

    def count(self) -> int:
        """How many there are."""
        return len(self._shown.lines) if self._shown is not None else 0

    def rows(self, first: int, n: int) -> list[Row]:
        """Up to `n` lines from `first` on."""
        return [self._row(at) for at in range(first, min(self.count(), first + n))]

    def _row(self, at: int) -> Row:
        shown, state = self._shown, self._state
        if shown is None:
            return Row(str(at), ())
        one = shown.lines[at]
        if self._made:
            bulk = state.field(state.form.bulk)
            number = str(self._made[at]["number"])
            return Row(number, (number, said(state, bulk, one.texts.get(bulk.id, ""))), "good")
        names = shown.fields[:_FIELDS]
        cells = [said(state, state.field(name), one.texts.get(name, "")) for name in names]
        style = "alert" if not one.good else "warn" if _told(one) else ""
        return Row(str(at), (str(one.number), *cells, _short(state, one)), style)


def _short(state: State, one: Line) -> str:
    """What is wrong with a line, the gravest first."""
    if one.refused:
        return _refused(state, one)
    if not _told(one):
        return ""
    first, *more = gravest(_told(one))
    text = problem_text(state, first)
    if first.field and first.field not in one.texts:
        text = t("form.bulk.at", label=label(state.field(first.field)), text=text)
    return text + t("form.answers.more", n=len(more)) if more else text


def _told(one: Line) -> list[Problem]:
    """What is told beside a line; hints only where it is told in full."""
    return [problem for problem in one.problems if problem.level is not Level.INFO]


def _refused(state: State, one: Line) -> str:
    if one.blank:
        return t("form.bulk.blank", field=label(state.field(state.form.bulk)))
    return t("form.bulk.twice", n=one.twice)


def about(state: State, shown: Look | None, made: Sequence[StoreRow], at: int) -> Content:
    """A line in full: everything that it says, and what is wrong with it."""
    if shown is None or made or not 0 <= at < len(shown.lines):
        return line_of("")
    one = shown.lines[at]
    parts: list[Part] = []
    for name in shown.fields:
        if text := one.texts.get(name, ""):
            field = state.field(name)
            parts += [(label(field), "bold"), said(state, field, text)]
    lines = [line_of(*parts, gap="  ")]
    if one.refused:
        lines.append(line_of((_refused(state, one), "$text-error")))
    for problem in gravest(one.problems):
        head: list[Part] = [(label(state.field(problem.field)), "bold")] if problem.field else []
        lines.append(line_of(*head, *problem_parts(state, problem), gap="  "))
    return Content("\n").join(lines[:_LINES])
