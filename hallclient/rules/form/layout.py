"""Where everything of a form is, and the totals and indexes that its expressions ask for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from hallclient.rules.form.expr import BOOL, DATE, MONEY, MULTI, NUMBER, TEXT, TIME
from hallclient.rules.form.logic import Fn
from hallclient.rules.form.spec import Field, Form, Option, Section, Type

KINDS: dict[Type, str] = {
    Type.INT: NUMBER,
    Type.DECIMAL: NUMBER,
    Type.RATIO: NUMBER,
    Type.MONEY: MONEY,
    Type.BOOL: BOOL,
    Type.DATE: DATE,
    Type.MONTH: DATE,
    Type.DATETIME: TIME,
    Type.MULTI: MULTI,
    Type.LIST: MULTI,
}
"""Type of a field -> kind of its value in expressions; the rest is text."""


class Total(NamedTuple):
    """An aggregate over the rows of a repeat, kept up to date row by row. ``told``: what of
    ``reads`` can be seen in the result (a count tells nobody's name).
    """

    kind: str
    section: str
    value: Fn | None
    condition: Fn | None
    reads: tuple[Any, ...]
    told: tuple[Any, ...]


class Index(NamedTuple):
    """Rows of a repeat by a key; ``payload``: condition of `matching`, result of `lookup`, part in
    `summed`; ``told``: as in `Total`.
    """

    section: str
    key: Fn
    payload: Fn | None
    reads: tuple[Any, ...]
    told: tuple[Any, ...] = ()


class Layout:
    """Where everything of a form is, and the totals and indexes its expressions ask for."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.fields: dict[str, Field] = {}
        self.place: dict[str, int] = {}
        self.sections: dict[str, Section] = {section.id: section for section in form.sections}
        for section in form.sections:
            for at, field in enumerate(section.fields):
                self.fields[field.id] = field
                self.place[field.id] = at
        self.options: Mapping[str, Mapping[str, Option]] = {
            name: {option.code: option for option in options}
            for name, options in form.dictionaries.items()
        }
        self.totals: list[Total] = []
        self.indexes: list[Index] = []
        self.probes = 0
        self._known_totals: dict[str, tuple[int, str]] = {}
        self._known_indexes: dict[tuple[str, ...], int] = {}

    def repeats(self, section: str) -> bool:
        return section in self.sections and self.sections[section].repeat

    def row_of(self, field: Field) -> str:
        """The repeat a field is a column of; empty outside repeats."""
        return field.section if self.sections[field.section].repeat else ""

    def kind(self, field: Field) -> str:
        return KINDS.get(field.type, TEXT)

    def cell(self, field: Field) -> Fn:
        """How to read a field: of this row, or the only one."""
        section, at = field.section, self.place[field.id]
        if self.sections[section].repeat:
            return lambda s, r: s.v[section][r][at]
        return lambda s, r: s.v[section][""][at]

    def through(self, reference: Field, of: Field) -> Fn:
        """How to read a roster field of the person that a reference names."""
        person, roster, at = self.cell(reference), of.section, self.place[of.id]

        def found(s: Any, r: str) -> Any:
            row = s.v[roster].get(person(s, r))
            return None if row is None else row[at]

        return found

    def total(self, key: str, kind: str, total: Total) -> tuple[int, str]:
        """The number of a total; the same source is kept once."""
        found = self._known_totals.get(key)
        if found is None:
            found = self._known_totals[key] = len(self.totals), kind
            self.totals.append(total)
        return found

    def sum_of(self, name: str) -> int | None:
        """The number of the total over a whole column; None: no expression asks for it."""
        call = ast.Call(ast.Name("sum", ast.Load()), [ast.Name(name, ast.Load())], [])
        return self._known_totals.get(ast.dump(call), (None, ""))[0]

    def index(self, key: tuple[str, ...], index: Index) -> int:
        found = self._known_indexes.get(key)
        if found is None:
            found = self._known_indexes[key] = len(self.indexes)
            self.indexes.append(index)
        return found

    def probe(self) -> int:
        self.probes += 1
        return self.probes - 1
