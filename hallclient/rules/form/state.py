"""A form being filled: every value, total and judgement, right after each change.

A change visits only what reads it; `tests/test_form_state.py` holds that against a state made
anew from the same cells. Texts are canonical (`values`); nothing here writes them down anywhere.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable
from datetime import date
from heapq import heappop, heappush
from typing import Any

from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.logic import Fn
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Type
from hallclient.rules.form.standing import Standing
from hallclient.rules.form.units import Keyed, Shown, Source, Sum, Unit, Value
from hallclient.rules.form.values import READERS, Wrong

_ONE = (SINGLE,)
_NOWHERE: tuple[dict[str, list[str]], int] = ({}, 0)


class State(Standing):
    """One form as it stands."""

    def __init__(self, program: Program, today: date) -> None:
        super().__init__(program, today)
        self._todo: dict[int, set[str] | None] = {}
        """Ranks of units to visit -> their rows; None: every row there is."""
        self._ranks: list[int] = []
        self._whole = False
        """Whether everything is being visited: then nobody has to be told of a change."""
        self._visit_all()

    def _visit_all(self) -> None:
        for unit in self.program.units:
            self._later(unit.rank)
        self._whole = True
        try:
            self._settle()
        finally:
            self._whole = False

    # -- filling

    def load(
        self, rows: Iterable[tuple[str, str, int]], cells: Iterable[tuple[str, str, str]]
    ) -> None:
        """Everything of a filing at once: (section, row, place) and (row, field, text).

        Cells of rows or fields that are not there (another version's) are passed over.
        """
        for section, row, place in rows:
            if section in self._order and row not in self._home:
                self._add(section, row, place)
        for row, name, text in cells:
            texts, at = self._columns.get(name, _NOWHERE)
            if row in texts:
                texts[row][at] = text
        self._visit_all()

    def apply(self, edits: Iterable[Edit]) -> None:
        """One step. What names a row or field that is not there is passed over."""
        added: dict[str, list[str]] = {}
        fresh: set[str] = set()
        dropped: list[str] = []
        for edit in edits:
            if dropped and not isinstance(edit, Drop):
                self._drop(dropped)
                dropped = []
            match edit:
                case Put(row, name, text):
                    texts, at = self._columns.get(name, _NOWHERE)
                    if row in texts and texts[row][at] != text:
                        texts[row][at] = text
                        if row not in fresh:
                            self._later_rows(self.program.value_of[name].rank, (row,))
                case Add(section, row, place):
                    if section in self._order and row not in self._home:
                        self._add(section, row, place)
                        added.setdefault(section, []).append(row)
                        fresh.add(row)
                case Drop(row):
                    dropped.append(row)
        self._drop(dropped)
        for section, rows in added.items():
            for unit in self.program.of_row.get(section, ()):
                self._later_rows(unit.rank, rows)
            self._named_again(section, rows)
        self._settle()

    def _add(self, section: str, row: str, place: int) -> None:
        width = len(self.program.layout.sections[section].fields)
        self._home[row], self._places[row] = section, place
        insort(self._order[section], (place, row))
        self.v[section][row] = [None] * width
        self._texts[section][row] = [""] * width
        self.on[section][row] = [True] * width

    def _drop(self, rows: Iterable[str]) -> None:
        """Take rows out; those of one repeat together."""
        of: dict[str, list[str]] = {}
        for row in dict.fromkeys(rows):
            if row in self._home:
                of.setdefault(self._home[row], []).append(row)
        for section, gone in of.items():
            self._drop_of(section, gone)

    def _drop_of(self, section: str, rows: list[str]) -> None:
        places = [(self._places[row], row) for row in rows]
        for unit in self.program.of_row.get(section, ()):
            if isinstance(unit, Sum):
                nothing = [(row, None, (place, row)) for place, row in places]
                if self.totals[unit.number].put(nothing):
                    self._after(unit.source, _ONE)
            elif isinstance(unit, Keyed):
                kept = self.indexes[unit.number]
                keys = {key for at in places for key in kept.put(at[1], None, 0, at)}
                self._keys_changed(unit.number, keys)
        for probes in self.probes:
            for row in rows:
                probes.put(row, None)
        for field in self.program.layout.sections[section].fields:
            for row in rows:
                if field.type is Type.PERSON:
                    self._refer(field.id, row, None)
                if self.wrongs:
                    self.wrongs.pop((row, field.id), None)
                self.judging.forget(row, field)
        ordered = self._order[section]
        for at in places:
            row = at[1]
            del self.v[section][row], self._texts[section][row], self.on[section][row]
            del self._home[row], self._places[row]
            del ordered[bisect_left(ordered, at)]
        self._named_again(section, rows, gone=True)

    def _named_again(self, section: str, rows: Collection[str], *, gone: bool = False) -> None:
        """Persons have come or gone: whoever names them names somebody, or nobody, now."""
        if section != self.program.roster:
            return
        for name in self._refs:
            self._later_rows(self.program.check_of[name].rank, self._naming(name, rows))
        for field in self.program.layout.sections[section].fields:
            self._after(("field", field.id), rows, gone=gone)

    def _naming(self, reference: str, people: Iterable[str]) -> set[str]:
        """The rows in which a reference names one of these people."""
        by = self._refs[reference]
        return set().union(*(by[person] for person in people if person in by))

    # -- visiting what a change concerns

    def _later(self, rank: int) -> None:
        """Visit a unit for every row."""
        if rank not in self._todo:
            heappush(self._ranks, rank)
        self._todo[rank] = None

    def _later_rows(self, rank: int, rows: Collection[str]) -> None:
        if not rows:
            return
        if rank not in self._todo:
            heappush(self._ranks, rank)
            self._todo[rank] = set(rows)
        elif (todo := self._todo[rank]) is not None:
            todo.update(rows)

    def _after(self, source: Source, rows: Collection[str], *, gone: bool = False) -> None:
        """A source is another one in these rows."""
        if self._whole or not rows:
            return
        for visit in self.program.after.get(source, ()):
            match visit.rows:
                case "same":
                    if not gone:
                        self._later_rows(visit.rank, rows)
                case "refs":
                    self._later_rows(visit.rank, self._naming(visit.by, rows))
                case "named":
                    if self._naming(visit.by, rows):
                        self._later(visit.rank)
                case _:
                    self._later(visit.rank)

    def _keys_changed(
        self, number: int, keys: Collection[Any], moved: Collection[str] = ()
    ) -> None:
        """Rows have ``moved`` from some of these keys to others."""
        if self._whole or not keys:
            return
        index = self.indexes[number]
        for visit in self.program.after.get(("rows", number), ()):
            if visit.rows == "all":
                self._later(visit.rank)
                continue
            if visit.rows == "key":
                self._later_rows(visit.rank, moved)
            rows = index.rows if visit.rows == "key" else self.probes[visit.by].rows
            for key in keys:
                self._later_rows(visit.rank, rows(key))

    def _settle(self) -> None:
        units, ranks, todo = self.program.units, self._ranks, self._todo
        while ranks:
            rank = heappop(ranks)
            unit, some = units[rank], todo.pop(rank)
            every = self.v[unit.row].keys() if unit.row else _ONE
            self._visit(unit, every if some is None else some)
        self.judging.settle()

    def _visit(self, unit: Unit, rows: Collection[str]) -> None:
        match unit:
            case Value():
                self._values(unit, rows)
            case Shown():
                self._shown(unit)
            case Sum():
                self._sum(unit, rows)
            case Keyed():
                self._keyed(unit, rows)
            case _:
                self.judging.judge(unit, rows)

    def _sum(self, unit: Sum, rows: Collection[str]) -> None:
        total, there, places = (
            self.program.layout.totals[unit.number],
            self.v[unit.row],
            self._places,
        )
        given, asked = self._given, self.section_relevant(unit.row)
        parts = [
            (
                row,
                given(total.kind, total.value, total.condition, row) if asked else None,
                (places[row], row),
            )
            for row in rows
            if row in there
        ]
        if self.totals[unit.number].put(parts):
            self._after(unit.source, _ONE)

    def _keyed(self, unit: Keyed, rows: Collection[str]) -> None:
        index, kept = self.program.layout.indexes[unit.number], self.indexes[unit.number]
        there, places = self.v[unit.row], self._places
        keys: set[Any] = set()
        moved = []
        for row in rows:
            if row in there:
                payload = True if index.payload is None else index.payload(self, row)
                changed = kept.put(row, index.key(self, row), payload, (places[row], row))
                if changed:
                    keys.update(changed)
                    moved.append(row)
        self._keys_changed(unit.number, keys, moved)

    def _given(self, kind: str, value: Fn | None, condition: Fn | None, row: str) -> Any:
        """What a row contributes to a total; None: nothing."""
        holds = True if condition is None else condition(self, row)
        if kind in ("any", "all"):
            return "?" if holds is None else holds
        if holds is not True:
            return None
        return True if value is None else value(self, row)

    def _shown(self, unit: Shown) -> None:
        on, name = unit.relevant(self, SINGLE) is True, unit.section.id
        if self._section_on.get(name, True) is not on:
            self._section_on[name] = on
            self._after(unit.source, _ONE)

    def _values(self, unit: Value, rows: Collection[str]) -> None:
        field, wrongs = unit.field, self.wrongs
        section, at, name = field.section, self.program.layout.place[field.id], field.id
        values, texts, ons = self.v[section], self._texts[section], self.on[section]
        shown = self._section_on.get(section, True)
        computed, relevant, read = unit.computed, unit.relevant, READERS[field.type]
        person = field.type is Type.PERSON
        changed: list[str] = []
        unchanged: list[str] = []
        for row in rows:
            slots = values.get(row)
            if slots is None:
                continue
            on = shown and (relevant is None or relevant(self, row) is True)
            value: Any = None
            text = "" if computed else texts[row][at]
            if on and computed:
                value = computed(self, row)
            elif on and text:
                value = read(field, text)
            was_wrong = wrongs.pop((row, name), None) if wrongs else None
            wrong = value if type(value) is Wrong else None
            if wrong is not None:
                wrongs[row, name], value = wrong, None
            if person:
                # A field that is not asked now names its person all the same.
                self._refer(name, row, value if computed else text or None)
            asked = ons[row]
            if value != slots[at] or on is not asked[at] or wrong != was_wrong:
                slots[at], asked[at] = value, on
                changed.append(row)
            else:
                unchanged.append(row)
        if not self._whole:
            self._after(unit.source, changed)
            if not field.calculation:
                self._later_rows(self.program.check_of[name].rank, unchanged)

    def _refer(self, name: str, row: str, now: Any) -> None:
        before = self._named.pop((row, name), None)
        by = self._refs[name]
        if before is not None:
            by[before].discard(row)
        if now is not None:
            self._named[row, name] = now
            by.setdefault(now, set()).add(row)
