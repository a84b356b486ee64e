"""From a table to a step of a form: which rows it adds or changes, and what is wrong with them.

Judged by the form's own types and rules, on a copy: nothing is changed here. Persons of a form are
entered once: a row with the identity number of somebody who is there names that person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.entering import default_of, only_named_in, place_after
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import Level, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.table.columns import Matching, Words, fillable
from hallclient.rules.form.table.contents import naming
from hallclient.rules.form.table.intake_cells import Note, Reader
from hallclient.rules.form.table.intake_people import People
from hallclient.rules.form.table.sheet import Line, Sheet

NewId = Callable[[], str]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LEVELS: Final = {
    "line-again": Level.WARN,
    "row-there": Level.WARN,
}
"""Of our own problems that block nothing; all others do."""


class Mode(StrEnum):
    """What becomes of the rows that are there."""

    APPEND = "append"
    """They stay; the table's rows come after them."""
    UPDATE = "update"
    """Those with the same identity number (or name) are changed; others are added."""
    REPLACE = "replace"
    """The table's rows take their place; persons whom nobody names any more go with theirs."""


class Fate(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    """It says nothing that is not there already, or in a line before it."""
    LEFT = "left"
    """It cannot be told which row it means."""
    TOTAL = "total"
    """It adds up the others and is left out."""


class Row(NamedTuple):
    """A line of the table. ``typed``: field -> canonical text; ``row``: the form's row that it
    makes, changes or is; ``problems``: those of the line itself first.

    ``good``: nothing in the line itself has to be mended. What is missing, or does not agree with
    other parts of the form, can be seen to later.
    """

    line: int
    typed: Mapping[str, str]
    fate: Fate
    row: str = ""
    problems: tuple[Problem, ...] = ()
    good: bool = True


class Preview(NamedTuple):
    """What taking the table over would do. ``dropped``: how many rows would go; ``after``: what
    would then be wrong with the form as a whole and is not wrong now.
    """

    section: str
    mode: Mode
    erase: bool
    fields: tuple[str, ...]
    rows: tuple[Row, ...]
    dropped: int
    notes: tuple[Note, ...]
    after: tuple[Problem, ...]
    edits: tuple[Edit, ...]
    """One step: everything, also the rows with problems."""

    def count(self, fate: Fate) -> int:
        """How many lines have this fate."""
        return sum(one.fate is fate for one in self.rows)

    @property
    def bad(self) -> tuple[Row, ...]:
        """Lines with something to mend."""
        return tuple(one for one in self.rows if not one.good)


def preview(
    state: State,
    section: str,
    sheet: Sheet,
    matching: Matching,
    words: Words,
    mode: Mode,
    new_id: NewId,
    *,
    erase: bool = False,
    only: Collection[int] | None = None,
) -> Preview:
    """What would become of a form. ``erase``: empty cells of the table empty the form's where rows
    are changed; ``only``: numbers of the lines that are wanted.
    """
    return _Intake(state, section, sheet, matching, words, mode, new_id, erase).run(only)


def good_edits(
    state: State, sheet: Sheet, matching: Matching, words: Words, shown: Preview, new_id: NewId
) -> tuple[Edit, ...]:
    """The step that takes over only the lines with nothing to mend."""
    if not shown.bad:
        return shown.edits
    only = {one.line for one in shown.rows if one.good}
    how = (matching, words, shown.mode, new_id)
    return preview(state, shown.section, sheet, *how, erase=shown.erase, only=only).edits


class _Intake:
    def __init__(
        self,
        state: State,
        section: str,
        sheet: Sheet,
        matching: Matching,
        words: Words,
        mode: Mode,
        new_id: NewId,
        erase: bool,
    ) -> None:
        self.state, self.mode, self.new_id, self.erase = state, mode, new_id, erase
        self.section: Section = state.program.layout.sections[section]
        every = {one.id: one for one in fillable(self.section, state.form)}
        self.reader = Reader(state.form, every, sheet, matching, words)
        self.fields = self.reader.fields
        self.edits: list[Edit] = []
        self.people = People(state, self.fields.values(), new_id, self.edits)
        self.problems: dict[int, list[Problem]] = {}
        self.line_of: dict[str, int] = {}
        """Row of the form, or of its roster -> line that made or changed it."""
        self.key = self._key()

    def _key(self) -> str:
        """The column that tells rows apart: an identity number, else what names them."""
        ids = [one.id for one in self.fields.values() if one.type in (Type.ID, Type.USCC)]
        name = naming(self.section, self.state.form)
        return ids[0] if ids else name.id if name is not None and name.id in self.fields else ""

    def run(self, only: Collection[int] | None) -> Preview:
        there = self.state.rows(self.section.id)
        place = place_after(self.state, self.section.id)
        dropped = there if self.mode is Mode.REPLACE else []
        self.edits += [Drop(row) for row in dropped]
        same: dict[str, list[str]] = {}
        if self.key and not dropped:
            for row in there:
                same.setdefault(self._text(row, self.key), []).append(row)
        rows: list[Row] = []
        seen: dict[str, Row] = {}
        for line in self.reader.lines():
            if only is not None and line.number not in only:
                continue
            if self.reader.is_total(line):
                rows.append(Row(line.number, {}, Fate.TOTAL))
                continue
            typed = self.reader.texts(line, partial(self._fault, line.number))
            if not any(typed.values()):
                continue
            key = typed.get(self.key, "")
            before = seen.get(key) if key else None
            if before is not None and before.typed == typed:
                rows.append(Row(line.number, typed, Fate.SAME, before.row))
                continue
            if before is not None:
                self._fault(line.number, self.key, "line-again", line=before.line)
            made = self._row(line, typed, same.get(key, []) if key else [], place)
            place += STEP
            rows.append(made)
            if key:
                seen.setdefault(key, made)
        self.edits += self._nobodys(dropped)
        after = self._judge()
        return Preview(
            self.section.id,
            self.mode,
            self.erase,
            tuple(self.fields),
            tuple(map(self._told, rows)),
            len(dropped),
            tuple(self.reader.notes()),
            after,
            tuple(self.edits),
        )

    def _row(self, line: Line, typed: Mapping[str, str], same: list[str], place: int) -> Row:
        if same and self.mode is Mode.APPEND:
            alike = next((row for row in same if not self._differing(row, typed)), "")
            if alike:
                return Row(line.number, typed, Fate.SAME, alike)
            self._fault(line.number, self.key, "row-there")
        elif len(same) > 1:
            self._fault(line.number, self.key, "row-unclear", n=len(same))
            return Row(line.number, typed, Fate.LEFT)
        elif same:
            changed = self._change(line.number, same[0], typed)
            return Row(line.number, typed, Fate.CHANGED if changed else Fate.SAME, same[0])
        row = self.new_id()
        self.line_of[row] = line.number
        self._add(line.number, row, typed, place)
        return Row(line.number, typed, Fate.NEW, row)

    def _differing(self, row: str, typed: Mapping[str, str]) -> list[str]:
        """The fields of a line that say something else than a row that is there."""
        return [
            name
            for name, text in typed.items()
            if (text or self.erase) and text != self._text(row, name)
        ]

    def _text(self, row: str, name: str) -> str:
        """What a row of the form says, itself or through its person."""
        field = self.fields[name]
        if not field.via:
            return self.state.text(row, name)
        person = self.state.person_of(row, field.via)
        return self.state.text(person, field.of) if person else ""

    def _change(self, number: int, row: str, typed: Mapping[str, str]) -> bool:
        """Bring a row up to date, and its persons with it."""
        names = self._differing(row, typed)
        unknown: dict[str, str] = {}
        for name in names:
            field, text = self.fields[name], typed[name]
            if not field.via:
                self.edits.append(Put(row, name, text, self.state.text(row, name)))
            elif person := self.state.person_of(row, field.via):
                self.people.change(person, field.of, text)
                self.line_of.setdefault(person, number)
            else:
                unknown[name] = text
        self._name(number, row, unknown)
        if names:
            self.line_of[row] = number
        return bool(names)

    def _add(self, number: int, row: str, typed: Mapping[str, str], place: int) -> None:
        self.edits.append(Add(self.section.id, row, place))
        for one in self.section.fields:
            if one.typed and not one.via and one.type is not Type.PERSON:
                text = typed.get(one.id) or default_of(self.state, one)
                if text:
                    self.edits.append(Put(row, one.id, text))
        self._name(number, row, typed)

    def _name(self, number: int, row: str, typed: Mapping[str, str]) -> None:
        """Say who a row is about."""
        named = self.people.named(typed, partial(self._fault, number))
        for reference, person in named.items():
            was = self.state.text(row, reference) if self.state.has(row, reference) else ""
            self.edits.append(Put(row, reference, person, was))
            self.line_of.setdefault(person, number)

    def _nobodys(self, dropped: list[str]) -> list[Edit]:
        """Take out who was named by nothing but rows that go."""
        gone = set(dropped)
        references = [one.id for one in self.section.fields if one.type is Type.PERSON]
        people = {self.state.person_of(row, name) for row in dropped for name in references}
        return [
            Drop(person)
            for person in sorted(people - self.people.used - {""})
            if only_named_in(self.state, person, gone)
        ]

    # -- judging

    def _judge(self) -> tuple[Problem, ...]:
        """Note what is wrong with each line, judged on a copy of the form; what is wrong with the
        whole, and was not before.
        """
        scratch = copy_of(self.state)
        before = {_mark(one) for one in scratch.problems() if one.row == SINGLE}
        scratch.apply(self.edits)
        shown = {one.of: one.id for one in self.section.fields if one.via}
        after = []
        told = set()
        for one in scratch.problems():
            line = self.line_of.get(one.row)
            if one.row == SINGLE:
                if _mark(one) not in before:
                    after.append(one)
            elif line is not None:
                # What is wrong with a person may be told where the row shows it, too.
                key = line, one.code, shown.get(one.field, one.field)
                if key not in told:
                    self.problems.setdefault(line, []).append(one)
                told.add(key)
        return tuple(after)

    def _fault(self, number: int, field: str, code: str, **params: object) -> None:
        level = _LEVELS.get(code, Level.BLOCK)
        problem = Problem(code, level, self.section.id, "", field, params)
        self.problems.setdefault(number, []).append(problem)

    def _told(self, row: Row) -> Row:
        """A line with what is wrong with it."""
        order = list(Level)
        own = {id(one): self._of_line(one) for one in self.problems.get(row.line, ())}
        found = sorted(
            self.problems.get(row.line, ()),
            key=lambda one: (not own[id(one)], order.index(one.level)),
        )
        return row._replace(problems=tuple(found), good=not any(own.values()))

    def _of_line(self, problem: Problem) -> bool:
        """Whether a problem has to be mended, and in the line itself: a rule that reads more than
        the line says may be kept once the rest of the form is filled in.
        """
        if not problem.stands or problem.code == "required":
            return False
        rule, layout = problem.rule, self.state.program.layout
        if rule is None:
            return True
        told = {one.of or one.id for one in self.fields.values()}
        told |= {one.via for one in self.fields.values()} | set(self.fields)
        names = set(_NAME.findall(f"{rule.constraint} {rule.relevant}"))
        return all(
            name in told for name in names if name in layout.fields or name in layout.sections
        )


def copy_of(state: State) -> State:
    """The same form, to try something on."""
    made = State(state.program, state.today)
    rows = [
        (one.id, row, state.place_of(row))
        for one in state.form.sections
        if one.repeat
        for row in state.rows(one.id)
    ]
    made.load(rows, state.cells())
    return made


def _mark(problem: Problem) -> tuple[object, ...]:
    """What makes a problem of the whole another one: where it is, and what it says."""
    return problem.code, problem.section, problem.field, str(problem.params)
