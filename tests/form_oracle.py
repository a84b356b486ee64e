"""A second, simple-minded reading of a form: every value worked out from the rows when asked for.

It shares with the engine only how a text is read. Nothing is kept up to date, so nothing is stale.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.spec import Field, Form, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import Wrong, read

_WORK: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Eq: eq,
    ast.NotEq: ne,
    ast.Lt: lt,
    ast.LtE: le,
    ast.Gt: gt,
    ast.GtE: ge,
}


class Oracle:
    """What the rows and texts of a state come to."""

    def __init__(self, state: State) -> None:
        self.form: Form = state.form
        self.fields = self.form.fields
        self.sections = {one.id: one for one in self.form.sections}
        self.rows = {name: state.rows(name) for name in self.sections}
        self.texts = {(row, name): text for row, name, text in state.cells()}
        self._known: dict[tuple[str, str], Any] = {}
        self._asked: dict[str, bool] = {}

    def home(self, field: Field) -> str:
        """The table it is a column of; empty: none."""
        return field.section if self.sections[field.section].repeat else ""

    def shown(self, section: str) -> bool:
        if section not in self._asked:
            source = self.sections[section].relevant
            self._asked[section] = not source or self.judge(source, SINGLE, "") is True
        return self._asked[section]

    def asked(self, row: str, name: str) -> bool:
        one = self.fields[name]
        if not self.shown(one.section):
            return False
        return not one.relevant or self.judge(one.relevant, row, self.home(one)) is True

    def value(self, row: str, name: str) -> Any:
        one = self.fields[name]
        at = (row if self.home(one) else SINGLE, name)
        if at not in self._known:
            self._known[at] = self._value(at[0], one) if self.asked(*at) else None
        return self._known[at]

    def _value(self, row: str, one: Field) -> Any:
        if one.via:
            return self._of_person(self.value(row, one.via), one.of)
        if one.calculation:
            return self.judge(one.calculation, row, self.home(one))
        found = read(one, self.texts.get((row, one.id), ""))
        return None if isinstance(found, Wrong) else found

    def _of_person(self, person: str | None, name: str) -> Any:
        return self.value(person, name) if person in self.rows[self.form.roster] else None

    def required(self, row: str, name: str) -> bool:
        one = self.fields[name]
        asked = bool(one.required) and self.asked(row, name)
        return asked and self.judge(one.required, row, self.home(one)) is True

    def options(self, row: str, name: str) -> list[str]:
        one = self.fields[name]
        every = [option.code for option in self.form.dictionaries[one.choices]]
        source, home = one.choice_filter, self.home(one)
        return [
            code for code in every if not source or self.judge(source, row, home, code) is not False
        ]

    def broken(self) -> set[tuple[str, str]]:
        """Rules that do not hold: (rule, row)."""
        found = set()
        for rule in self.form.rules:
            field = self.fields.get(rule.on)
            home = self.home(field) if field is not None else ""
            for row in self.rows[home] if home else [SINGLE]:
                asked = self.asked(row, rule.on) if field is not None else self.shown(rule.on)
                if not asked or (
                    rule.relevant and self.judge(rule.relevant, row, home) is not True
                ):
                    continue
                if self.judge(rule.constraint, row, home) is False:
                    found.add((rule.id, row))
        return found

    # -- expressions

    def judge(self, source: str, row: str, home: str, option: str = "") -> Any:
        return _Reading(self, row, home, option).value(ast.parse(source, mode="eval").body)


class _Reading:
    """One expression for one row (``home``: its table) and, in a filter, one option."""

    def __init__(self, oracle: Oracle, row: str, home: str, option: str) -> None:
        self.oracle, self.row, self.home, self.option = oracle, row, home, option

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id="true" | "false" as word):
                return word == "true"
            case ast.Name(id="this"):
                return self.row
            case ast.Name(id=name):
                return self.oracle.value(self.row, name)
            case ast.Attribute(value=ast.Name(id="option"), attr="code"):
                return self.option
            case ast.Attribute(value=ast.Name(id="option"), attr=word):
                return self._attribute("posts", self.option, word)
            case ast.Attribute(value=ast.Name(id=name), attr=word):
                field, value = self.oracle.fields[name], self.oracle.value(self.row, name)
                if field.type is Type.PERSON:
                    return self.oracle._of_person(value, word)
                return self._attribute(field.choices, value, word)
            case ast.BoolOp(op=op, values=values):
                return _kleene([self.value(one) for one in values], isinstance(op, ast.Or))
            case ast.UnaryOp(operand=operand):
                value = self.value(operand)
                return None if value is None else not value
            case ast.BinOp(left=left, op=op, right=right):
                return self._work(op, left, right)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._work(op, left, right)
            case ast.IfExp(test=test, body=body, orelse=other):
                known = self.value(test)
                return None if known is None else self.value(body if known else other)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise NotImplementedError(ast.dump(node))

    def _work(self, op: ast.AST, left: ast.expr, right: ast.expr) -> Any:
        one, two = self.value(left), self.value(right)
        return None if one is None or two is None else _WORK[type(op)](one, two)

    def _attribute(self, dictionary: str, code: str | None, word: str) -> Any:
        known = {one.code: one for one in self.oracle.form.dictionaries[dictionary]}
        return known[code].more.get(word, False) if code in known else None

    def _call(self, name: str, args: list[ast.expr]) -> Any:
        match name:
            case "filled" | "blank":
                return (self.value(args[0]) is None) is (name == "blank")
            case "or_zero":
                return self.value(args[0]) or 0
            case "least":
                values = [self.value(one) for one in args]
                return None if None in values else min(values)
            case "wan":
                value = self.value(args[0])
                return None if value is None else value * 1_000_000
            case "day":
                return date.fromisoformat(ast.literal_eval(args[0]))
            case "count" | "any" | "all":
                assert isinstance(args[0], ast.Name)
                return self._rows(name, args[0].id, args[1:])
            case "repeated":
                return self._repeated([one.id for one in args if isinstance(one, ast.Name)])
            case "matching" | "lookup" | "summed":
                return self._found(name, args)
        return self._total(name, args)

    def _in(self, row: str, table: str, node: ast.expr) -> Any:
        return _Reading(self.oracle, row, table, "").value(node)

    def _rows(self, name: str, table: str, where: list[ast.expr]) -> Any:
        rows = self.oracle.rows[table] if self.oracle.shown(table) else []
        held = [self._in(row, table, where[0]) if where else True for row in rows]
        if name == "count":
            return held.count(True)
        return _kleene(held, name == "any")

    def _total(self, name: str, args: list[ast.expr]) -> Any:
        assert isinstance(args[0], ast.Name)
        table = self.oracle.fields[args[0].id].section
        rows = self.oracle.rows[table] if self.oracle.shown(table) else []
        rows = [row for row in rows if not args[1:] or self._in(row, table, args[1]) is True]
        values = [value for row in rows if (value := self._in(row, table, args[0])) is not None]
        match name:
            case "sum":
                return sum(values)
            case "distinct":
                return len(set(values))
            case "first":
                return values[0] if values else None
        return (min if name == "min" else max)(values) if values else None

    def _repeated(self, names: list[str]) -> bool | None:
        def key(row: str) -> list[Any]:
            return [self.oracle.value(row, name) for name in names]

        own = key(self.row)
        return None if None in own else [*map(key, self.oracle.rows[self.home])].count(own) > 1

    def _found(self, name: str, args: list[ast.expr]) -> Any:
        assert isinstance(args[0], ast.Name)
        key, wanted = args[0].id, self.value(args[1])
        if wanted is None:
            return None
        table = self.oracle.fields[key].section
        rows = [row for row in self.oracle.rows[table] if self.oracle.value(row, key) == wanted]
        if name == "lookup":
            return self._in(rows[0], table, args[2]) if rows else None
        where = args[2 if name == "matching" else 3 :]
        rows = [row for row in rows if not where or self._in(row, table, where[0]) is True]
        if name == "matching":
            return len(rows)
        return sum((self._in(row, table, args[2]) or Fraction(0) for row in rows), 0)


def _kleene(values: list[Any], any_: bool) -> bool | None:
    if any_ in values:
        return any_
    return None if None in values else not any_
