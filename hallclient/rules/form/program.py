"""A form compiled: its expressions as closures, and what each change must visit again.

Everything that is computed is a `Unit`, evaluated for one row of a repeat or for the form. Units
stand in an order in which none reads what a later one computes (a cycle is a mistake of the form);
judgements come last, since nothing reads them.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from hallclient.rules.form.expr import BOOL
from hallclient.rules.form.expr import Mistake as Wrong
from hallclient.rules.form.layout import Layout
from hallclient.rules.form.logic import Fn
from hallclient.rules.form.money import UNITS
from hallclient.rules.form.repair_ways import WAYS, fits
from hallclient.rules.form.scope import FormScope, compile_in
from hallclient.rules.form.spec import Field, Form, Rule, Section, Type
from hallclient.rules.form.units import (
    Check,
    Judged,
    Keyed,
    Shown,
    Size,
    Source,
    Sum,
    Unit,
    Value,
    Visit,
    computed,
)


class Mistake(NamedTuple):
    """A mistake in a form: where (``field``, ``section``, ``rule``, ``department``, ``form``;
    its id; the attribute), a code for the text, what about it.
    """

    kind: str
    id: str
    attribute: str
    code: str
    params: dict[str, object]


class Mistakes(Exception):
    """A form that cannot be compiled; all of its mistakes."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


class Program:
    """A compiled form. Shared by all its filings; holds no state."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.layout = Layout(form)
        self.units: list[Unit] = []
        self.after: dict[Source, list[Visit]] = {}
        self.of_row: dict[str, list[Unit]] = {}
        """Repeat (or empty) -> its units, in order."""
        self.check_of: dict[str, Check] = {}
        self.value_of: dict[str, Value] = {}
        self.rule_at: dict[str, str] = {}
        """Rule -> the field or section where it is shown."""
        self.usual: dict[str, Fn] = {}
        """Field -> what it usually holds: asked where it may follow, see `following`."""
        self.references: tuple[Field, ...] = ()
        """All fields that name a person."""
        self.sent = {
            department.id: [one for one in form.fields.values() if department.id in one.departments]
            for department in form.departments
        }
        """Department -> the fields it gets."""

    @property
    def roster(self) -> str:
        """The section of persons; empty: none."""
        return self.form.roster


def compile_form(form: Form) -> Program:
    """Compile. Raises `Mistakes` with everything that is wrong."""
    builder = _Builder(form)
    builder.build()
    if builder.mistakes:
        raise Mistakes(builder.mistakes)
    return builder.program


class _Builder:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.program = Program(form)
        self.layout = self.program.layout
        self.mistakes: list[Mistake] = []
        self.made: list[Unit] = []

    def fail(self, kind: str, key: str, attribute: str, code: str, **params: object) -> None:
        self.mistakes.append(Mistake(kind, key, attribute, code, params))

    def build(self) -> None:
        self._names()
        if self.mistakes:
            return  # names that mean two things would only make more mistakes
        for section in self.form.sections:
            self._section(section)
        for rule in self.form.rules:
            self._rule(rule)
        if not self.mistakes:
            self._totals()
            self._order()
        if not self.mistakes:
            self._wire()

    # -- names

    def _names(self) -> None:
        form = self.form
        seen: set[str] = set()
        for section in form.sections:
            for kind, key in [("section", section.id), *(("field", f.id) for f in section.fields)]:
                if key in seen:
                    self.fail(kind, key, "id", "id-taken", value=key)
                seen.add(key)
        sections = self.layout.sections
        if form.roster and (form.roster not in sections or not sections[form.roster].repeat):
            self.fail("form", form.id, "roster", "no-repeat", name=form.roster)
        for pair in form.base.items():
            for key in pair:
                if key not in sections or not sections[key].repeat:
                    self.fail("form", form.id, "base", "no-repeat", name=key)
        if form.bulk and form.bulk not in self.layout.fields:
            self.fail(
                "form", form.id, "bulk", "unknown-name", name=form.bulk, known=[*self.layout.fields]
            )

    # -- sections and fields

    def _source(
        self, kind: str, key: str, attribute: str, source: str, scope: FormScope, wanted: str = BOOL
    ) -> tuple[Fn | None, tuple[Source, ...], str]:
        if not source:
            return None, (), wanted
        try:
            code = compile_in(source, scope, wanted)
        except Wrong as mistake:
            self.fail(kind, key, attribute, mistake.code, column=mistake.column, **mistake.params)
            return None, (), wanted
        return code.fn, code.reads, code.type

    def _section(self, section: Section) -> None:
        once = FormScope(self.layout)
        if section.relevant:
            fn, reads, _ = self._source("section", section.id, "relevant", section.relevant, once)
            if fn is not None:
                source = ("section", section.id)
                self.made.append(Shown(source=source, section=section, relevant=fn, reads=reads))
        for one in section.fields:
            self._field(section, one)
        if section.repeat and (section.low or section.high):
            self._rows(section, once)

    def _rows(self, section: Section, scope: FormScope) -> None:
        count, reads, _ = self._source(
            "section", section.id, "high", f"count({section.id})", scope, "number"
        )
        low, more, _ = self._source("section", section.id, "low", section.low, scope, "number")
        high, most, _ = self._source("section", section.id, "high", section.high, scope, "number")
        if count is not None:
            reads = (*reads, *more, *most, *_shown(section))
            self.made.append(Size(section=section, count=count, low=low, high=high, reads=reads))

    def _field(self, section: Section, one: Field) -> None:
        row = section.id if section.repeat else ""
        scope = FormScope(self.layout, row)
        kind = self.layout.kind(one)
        self._shape(one)
        relevant, first, _ = self._source("field", one.id, "relevant", one.relevant, scope)
        if one.via and not self._through(one):
            return
        fn, second, _ = self._source("field", one.id, "calculation", one.calculation, scope, kind)
        if one.via:
            reference, of = self.layout.fields[one.via], self.layout.fields[one.of]
            fn = self.layout.through(reference, of)
            second = (("field", one.via), ("person", one.via, one.of))
        self.made.append(
            Value(
                row=row,
                source=("field", one.id),
                field=one,
                relevant=relevant,
                computed=fn,
                reads=(*_shown(section), *first, *second),
            )
        )
        self._check(one, scope, kind)
        usual, *_ = self._source("field", one.id, "usual", one.usual, scope, kind)
        if usual is not None:
            self.program.usual[one.id] = usual

    def _check(self, one: Field, scope: FormScope, kind: str) -> None:
        required, first, _ = self._source("field", one.id, "required", one.required, scope)
        low, second, _ = self._source("field", one.id, "low", one.low, scope, kind)
        high, third, _ = self._source("field", one.id, "high", one.high, scope, kind)
        chooser = FormScope(self.layout, scope.row, one.choices)
        allowed, fourth, _ = self._source(
            "field", one.id, "choice_filter", one.choice_filter, chooser
        )
        reads: list[Source] = [("field", one.id), *first, *second, *third, *fourth]
        if one.kind_from:
            other = self.layout.fields.get(one.kind_from)
            if other is None or other.type is not Type.CHOICE or other.section != one.section:
                self.fail("field", one.id, "kind_from", "no-choice", name=one.kind_from)
            reads.append(("field", one.kind_from))
        self.made.append(
            Check(
                row=scope.row,
                field=one,
                required=required,
                low=low,
                high=high,
                allowed=allowed,
                reads=tuple(dict.fromkeys(reads)),
            )
        )

    def _shape(self, one: Field) -> None:
        """Attributes that go with the type, and only with it."""
        chosen = one.type in (Type.CHOICE, Type.MULTI)
        if chosen and one.choices not in self.layout.options:
            self.fail(
                "field",
                one.id,
                "choices",
                "unknown-dictionary",
                name=one.choices,
                known=[*self.layout.options],
            )
        if not chosen and (one.choices or one.choice_filter):
            attribute = "choices" if one.choices else "choice_filter"
            self.fail("field", one.id, attribute, "not-for-type", type=one.type)
        if one.unit and (one.type is not Type.MONEY or one.unit not in UNITS):
            self.fail("field", one.id, "unit", "unknown-unit", name=one.unit, known=[*UNITS])
        if one.type is Type.PERSON and not self.form.roster:
            self.fail("field", one.id, "type", "no-roster")
        if one.kind_from and one.type is not Type.ID:
            self.fail("field", one.id, "kind_from", "not-for-type", type=one.type)
        if one.calculation:
            for attribute in ("via", "default", "required", "usual"):
                if getattr(one, attribute):
                    self.fail("field", one.id, attribute, "is-calculated")
        if one.default and chosen and one.choices in self.layout.options:
            codes = self.layout.options[one.choices]
            for code in one.default.split(","):
                if code not in codes:
                    self.fail("field", one.id, "default", "unknown-name", name=code, known=[*codes])

    def _through(self, one: Field) -> bool:
        """Whether ``via`` and ``of`` name a person's field of the same type."""
        reference, of = self.layout.fields.get(one.via), self.layout.fields.get(one.of)
        if (
            reference is None
            or reference.type is not Type.PERSON
            or (self.layout.row_of(reference) not in ("", self.layout.row_of(one)))
        ):
            self.fail("field", one.id, "via", "no-person", name=one.via)
        elif of is None or of.section != self.form.roster:
            self.fail("field", one.id, "of", "not-of-roster", name=one.of)
        elif (of.type, of.choices) != (one.type, one.choices):
            self.fail("field", one.id, "type", "types-differ", name=one.of, wanted=of.type)
        else:
            return True
        return False

    # -- rules

    def _rule(self, rule: Rule) -> None:
        on, sections = self.layout.fields.get(rule.on), self.layout.sections
        if on is None and rule.on not in sections:
            self.fail(
                "rule", rule.id, "on", "unknown-name", name=rule.on, known=[*self.layout.fields]
            )
            return
        section = sections[on.section if on else rule.on]
        row = self.layout.row_of(on) if on else ""
        scope = FormScope(self.layout, row)
        relevant, first, _ = self._source("rule", rule.id, "relevant", rule.relevant, scope)
        constraint, second, _ = self._source("rule", rule.id, "constraint", rule.constraint, scope)
        values: list[tuple[str, Fn, str]] = []
        for name, source in rule.values.items():
            fn, _, kind = self._source("rule", rule.id, f"values.{name}", source, scope, "any")
            if fn is not None:
                values.append((name, fn, kind))
        for way in rule.repair:
            if way not in WAYS:
                self.fail("rule", rule.id, "repair", "unknown-name", name=way, known=sorted(WAYS))
            elif constraint is not None and not fits(way, rule.constraint):
                self.fail("rule", rule.id, "repair", "repair-unfit", name=way)
        if constraint is None:
            return
        # A rule is silent about a field that is not asked.
        own: tuple[Source, ...] = (("field", on.id),) if on else ()
        self.made.append(
            Judged(
                row=row,
                rule=rule,
                section=section,
                field=on,
                relevant=relevant,
                constraint=constraint,
                values=tuple(values),
                reads=tuple(dict.fromkeys((*own, *_shown(section), *first, *second))),
            )
        )

    # -- order

    def _totals(self) -> None:
        for number, total in enumerate(self.layout.totals):
            source: Source = ("total", number)
            reads = (*total.reads, *_shown(self.layout.sections[total.section]))
            self.made.append(Sum(row=total.section, source=source, number=number, reads=reads))
        for number, index in enumerate(self.layout.indexes):
            source = ("rows", number)
            self.made.append(
                Keyed(row=index.section, source=source, number=number, reads=index.reads)
            )

    def _order(self) -> None:
        by_source = {unit.source: unit for unit in self.made if unit.source}
        graph: TopologicalSorter[Source] = TopologicalSorter()
        for source, unit in by_source.items():
            graph.add(source, *(one for one in map(computed, unit.reads) if one in by_source))
        try:
            order = list(graph.static_order())
        except CycleError as error:
            names = [str(source[1]) for source in error.args[1] if source[0] == "field"]
            first = self.layout.fields[names[0]] if names else None
            attribute = "relevant" if first is None or not first.calculation else "calculation"
            self.fail(
                "field" if first else "form",
                first.id if first else self.form.id,
                attribute,
                "cycle",
                names=names,
            )
            return
        units = [by_source[source] for source in order]
        units += [unit for unit in self.made if not unit.source]
        for rank, unit in enumerate(units):
            unit.rank = rank
        self.program.units = units

    def _wire(self) -> None:
        program = self.program
        for unit in program.units:
            program.of_row.setdefault(unit.row, []).append(unit)
            if isinstance(unit, Check):
                program.check_of[unit.field.id] = unit
            elif isinstance(unit, Value):
                program.value_of[unit.field.id] = unit
            elif isinstance(unit, Judged):
                program.rule_at[unit.rule.id] = unit.at
            for read in unit.reads:
                self._visit(unit, read)
        program.references = tuple(
            one for one in self.layout.fields.values() if one.type is Type.PERSON
        )

    def _visit(self, unit: Unit, read: Source) -> None:
        after = self.program.after
        match read:
            case ("field", name):
                home = self.layout.row_of(self.layout.fields[name])
                visit = Visit(unit.rank, "same" if home and home == unit.row else "all")
                after.setdefault(read, []).append(visit)
            case ("person", reference, of):
                home = self.layout.row_of(self.layout.fields[reference])
                how = "refs" if home == unit.row else "named"
                after.setdefault(("field", of), []).append(Visit(unit.rank, how, reference))
            case ("repeated", number):
                after.setdefault(("rows", number), []).append(Visit(unit.rank, "key"))
            case ("index", number, probe):
                how = "all" if probe is None else "probe"
                after.setdefault(("rows", number), []).append(Visit(unit.rank, how, probe))
            case _:
                after.setdefault(read, []).append(Visit(unit.rank, "all"))


def _shown(section: Section) -> tuple[Source, ...]:
    return (("section", section.id),) if section.relevant else ()
