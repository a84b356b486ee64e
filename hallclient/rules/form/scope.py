"""What names mean in a form's expressions: cells, persons, dictionaries, totals over rows.

An expression stands either in a row of a repeat (``row`` is that section's id) or outside (empty).
What it reads is told as sources, which `program` turns into what a change must visit again:
``("field", id)``, ``("person", reference field, roster field)``, ``("total", n)``,
``("repeated", index)``, ``("index", index, probe)`` (probe None: it asks for many keys).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from hallclient.rules.form import expr
from hallclient.rules.form.expr import (
    ANY,
    BOOL,
    MONEY,
    NUMBER,
    TEXT,
    UNORDERED,
    Mistake,
    compile_node,
    joined_reads,
)
from hallclient.rules.form.expr import Code as Compiled
from hallclient.rules.form.layout import Index, Layout, Total
from hallclient.rules.form.spec import Field, Type

TOTALS = frozenset("count any all sum min max first distinct".split())
OF_SECTION = frozenset("count any all".split())
LOOKUPS = frozenset("repeated matching lookup summed".split())


class FormScope:
    """Names as seen from a row of ``row`` (empty: from outside repeats)."""

    calls = TOTALS | LOOKUPS

    def __init__(self, layout: Layout, row: str = "", option: str = "") -> None:
        self.layout = layout
        self.row = row
        self.option = option
        """Dictionary whose options a ``choice_filter`` judges as ``option``."""

    def name(self, name: str) -> Compiled:
        if name == "this" and self.row:
            return Compiled(lambda s, r: r, TEXT)
        field = self._field(name)
        return Compiled(self.layout.cell(field), self.layout.kind(field), (("field", name),))

    def _field(self, name: str) -> Field:
        field = self.layout.fields.get(name)
        if field is None:
            known = [*self.layout.fields, *(["this"] if self.row else [])]
            raise Mistake("unknown-name", name=name, known=known)
        row = self.layout.row_of(field)
        if row and row != self.row:
            raise Mistake("needs-aggregate", name=name, section=row)
        return field

    def attribute(self, name: str, attribute: str) -> Compiled:
        if name == "option" and self.option:
            values = self._attributes(self.option, attribute)
            kind = _kind_of(values)
            return Compiled(lambda s, r: values.get(s.option.code), kind)
        field = self._field(name)
        if field.type is Type.PERSON:
            return self._person(field, attribute)
        if field.type is Type.CHOICE:
            values, read = self._attributes(field.choices, attribute), self.layout.cell(field)
            return Compiled(
                lambda s, r: values.get(read(s, r)), _kind_of(values), (("field", name),)
            )
        raise Mistake("no-attributes", name=name, found=field.type)

    def _person(self, field: Field, attribute: str) -> Compiled:
        of = self.layout.fields.get(attribute)
        if of is None or of.section != self.layout.form.roster:
            known = [one.id for one in self.layout.sections[self.layout.form.roster].fields]
            raise Mistake("unknown-name", name=attribute, known=known)
        reads = (("field", field.id), ("person", field.id, of.id))
        return Compiled(self.layout.through(field, of), self.layout.kind(of), reads)

    def _attributes(self, dictionary: str, attribute: str) -> dict[str, Any]:
        options = self.layout.options.get(dictionary, {})
        if attribute == "code":
            return {code: code for code in options}
        found = {
            code: option.more[attribute]
            for code, option in options.items()
            if attribute in option.more
        }
        if not found:
            known = sorted({name for option in options.values() for name in option.more})
            raise Mistake("unknown-attribute", name=attribute, known=[*known, "code"])
        if all(isinstance(value, bool) for value in found.values()):
            # Options that do not mention a yes/no attribute have it not.
            found = {code: found.get(code, False) for code in options}
        return found

    # -- totals and look-ups

    def call(self, node: ast.Call, name: str) -> Compiled | None:
        if name in TOTALS:
            return self._total(node, name)
        if name == "repeated":
            return self._repeated(node)
        if name == "matching":
            return self._matching(node)
        if name == "lookup":
            return self._lookup(node)
        if name == "summed":
            return self._summed(node)
        if name in ("known", "said", "within") and len(node.args) == 2:
            given = node.args[1]
            if isinstance(given, ast.Constant) and given.value not in self.layout.options:
                raise Mistake(
                    "unknown-dictionary", name=str(given.value), known=[*self.layout.options]
                )
        return None

    def _total(self, node: ast.Call, name: str) -> Compiled:
        if not 1 <= len(node.args) <= 2:
            raise Mistake("wrong-count", name=name, wanted=1, found=len(node.args))
        section = self._over(node, name)
        inside = FormScope(self.layout, section)
        value = None if name in OF_SECTION else compile_node(node.args[0], inside)
        condition = compile_node(node.args[1], inside) if len(node.args) == 2 else None
        if condition is not None and condition.type not in (BOOL, ANY):
            raise Mistake("wrong-kind", wanted=BOOL, found=condition.type)
        if name in ("any", "all") and condition is None:
            raise Mistake("wrong-count", name=name, wanted=2, found=1)
        kind = NUMBER if name in ("count", "distinct") else BOOL if value is None else value.type
        if name in ("min", "max") and kind in UNORDERED:
            raise Mistake("no-order", found=kind)
        if name == "sum" and kind not in (NUMBER, MONEY, ANY):
            raise Mistake("not-a-number", found=kind)
        parts = [part for part in (value, condition) if part is not None]
        total = Total(
            name,
            section,
            value.fn if value else None,
            condition.fn if condition else None,
            joined_reads(parts),
            () if value is None or name == "distinct" else value.reads,
        )
        number, kind = self.layout.total(ast.dump(node), kind, total)
        return Compiled(lambda s, r: s.totals[number].value, kind, (("total", number),))

    def _over(self, node: ast.Call, name: str) -> str:
        """The repeat a total goes over: named, or the one whose columns it uses."""
        if name in OF_SECTION:
            given = node.args[0]
            section = given.id if isinstance(given, ast.Name) else ""
            if not self.layout.repeats(section):
                known = [one.id for one in self.layout.form.sections if one.repeat]
                raise Mistake("no-repeat", name=section, known=known)
            return section
        names = [part.id for part in ast.walk(node.args[0]) if isinstance(part, ast.Name)]
        fields = [self.layout.fields[one] for one in names if one in self.layout.fields]
        sections = {row for field in fields if (row := self.layout.row_of(field))}
        if len(sections) != 1:
            for one in names:
                if one not in self.layout.fields:
                    raise Mistake("unknown-name", name=one, known=[*self.layout.fields])
            raise Mistake("no-column", name=name)
        return sections.pop()

    def _column(self, node: ast.AST, name: str) -> Field:
        field = self.layout.fields.get(node.id) if isinstance(node, ast.Name) else None
        if field is None or not self.layout.row_of(field):
            raise Mistake("no-column", getattr(node, "col_offset", 0) + 1, name=name)
        return field

    def _repeated(self, node: ast.Call) -> Compiled:
        columns = [self._column(one, "repeated") for one in node.args]
        if not columns or not self.row or any(one.section != self.row for one in columns):
            raise Mistake("own-columns", name="repeated")
        cells = [self.layout.cell(field) for field in columns]

        def key(s: Any, r: str) -> Any:
            values = tuple([cell(s, r) for cell in cells])
            return None if None in values else values

        names = tuple(field.id for field in columns)
        reads = tuple(("field", name) for name in names)
        number = self.layout.index(("", *names), Index(self.row, key, None, reads))
        return Compiled(lambda s, r: s.indexes[number].repeats(r), BOOL, (("repeated", number),))

    def _matching(self, node: ast.Call) -> Compiled:
        if not 2 <= len(node.args) <= 3:
            raise Mistake("wrong-count", name="matching", wanted=2, found=len(node.args))
        column = self._column(node.args[0], "matching")
        inside = FormScope(self.layout, column.section)
        condition = compile_node(node.args[2], inside) if len(node.args) == 3 else None
        if condition is not None and condition.type not in (BOOL, ANY):
            raise Mistake("wrong-kind", wanted=BOOL, found=condition.type)
        number = self._by(column, condition, node.args[2:], told=False)
        return self._probe(node.args[1], column, number, NUMBER, "matched")

    def _lookup(self, node: ast.Call) -> Compiled:
        if len(node.args) != 3:
            raise Mistake("wrong-count", name="lookup", wanted=3, found=len(node.args))
        column, result = (self._column(node.args[at], "lookup") for at in (0, 2))
        if result.section != column.section:
            raise Mistake("own-columns", name="lookup")
        payload = FormScope(self.layout, column.section).name(result.id)
        number = self._by(column, payload, node.args[2:])
        return self._probe(node.args[1], column, number, payload.type, "found")

    def _summed(self, node: ast.Call) -> Compiled:
        """``summed(key_col, value, amount[, cond])``: what rows with this key come to."""
        if not 3 <= len(node.args) <= 4:
            raise Mistake("wrong-count", name="summed", wanted=3, found=len(node.args))
        column = self._column(node.args[0], "summed")
        inside = FormScope(self.layout, column.section)
        amount = compile_node(node.args[2], inside)
        if amount.type not in (NUMBER, MONEY, ANY):
            raise Mistake("not-a-number", found=amount.type)
        parts = [amount]
        if len(node.args) == 4:
            parts.append(compile_node(node.args[3], inside))
            if parts[1].type not in (BOOL, ANY):
                raise Mistake("wrong-kind", wanted=BOOL, found=parts[1].type)
        fns = [part.fn for part in parts]

        def payload(s: Any, r: str) -> Any:
            return fns[0](s, r) if len(fns) == 1 or fns[1](s, r) is True else None

        given = Compiled(payload, amount.type, joined_reads(parts))
        number = self._by(column, given, node.args[2:])
        return self._probe(node.args[1], column, number, amount.type, "summed")

    def _by(
        self, column: Field, payload: Compiled | None, rest: list[ast.expr], *, told: bool = True
    ) -> int:
        fn, reads = (payload.fn, payload.reads) if payload is not None else (None, ())
        index = Index(
            column.section,
            self.layout.cell(column),
            fn,
            (("field", column.id), *reads),
            reads if told else (),
        )
        return self.layout.index((str(told), column.id, *map(ast.dump, rest)), index)

    def _probe(self, given: ast.AST, column: Field, number: int, kind: str, how: str) -> Compiled:
        value = compile_node(given, self)
        wanted = self.layout.kind(column)
        if value.type not in (wanted, ANY):
            raise Mistake("kinds-differ", one=wanted, two=value.type)
        key = value.fn
        if self.option:
            # Each option asks for a key of its own: any change there may concern the cell.
            def each(s: Any, r: str) -> Any:
                sought = key(s, r)
                return None if sought is None else getattr(s.indexes[number], how)(sought)

            return Compiled(each, kind, (*value.reads, ("index", number, None)))
        probe = self.layout.probe()

        def asked(s: Any, r: str) -> Any:
            sought = key(s, r)
            s.probes[probe].put(r, sought)
            return None if sought is None else getattr(s.indexes[number], how)(sought)

        return Compiled(asked, kind, (*value.reads, ("index", number, probe)))


def _kind_of(values: Mapping[str, Any]) -> str:
    kinds = {
        BOOL if isinstance(value, bool) else NUMBER if isinstance(value, int) else TEXT
        for value in values.values()
    }
    return kinds.pop() if len(kinds) == 1 else ANY


def compile_in(source: str, scope: FormScope, kind: str = ANY) -> Compiled:
    """An expression that must be of a kind. Raises `Mistake`."""
    code = expr.compile_source(source, scope)
    if kind != ANY and code.type not in (kind, ANY):
        raise Mistake("wrong-kind", wanted=kind, found=code.type)
    return code
