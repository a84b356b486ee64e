"""Random forms in every word of the rule language, and random typing in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Department, Field, Form, Rule
from tests.formkit import POSTS, field, rule, section

ROWS = [f"r{n}" for n in range(6)]
TABLES = ("person", "a", "b")
SECTIONS = ("", *TABLES)
KINDS = ("int", "money", "text", "choice", "bool", "date", "multi")
COMPUTED = ("int", "money", "text", "bool", "date", "choice", "person")
TEXTS = {
    "int": ["", "1", "2", "5", "x"],
    "money": ["", "1", "2.5", "x"],
    "text": ["", "a", "b", "x" * 21],
    "choice": ["", "chair", "manager", "supervisor", "nonsense"],
    "bool": ["", "yes", "no", "perhaps"],
    "date": ["", "2020-02-29", "2026-09-22", "2026-02-30"],
    "multi": ["", "chair", "chair,manager", "nonsense"],
    "person": ["", *ROWS, "nobody"],
}
_WRITTEN = {
    "int": ("0", "1", "3"),
    "money": ("wan(0)", "wan(2)"),
    "text": ("'a'", "'b'"),
    "choice": ("'chair'", "'manager'"),
    "bool": ("true", "false"),
    "date": ("day('2020-02-29')",),
    "person": ("'r1'",),
}
_KEYS = ("person", "choice", "text", "int")
_AMOUNTS = ("int", "money")

Made = Callable[[], str]
T = TypeVar("T")


class Dice:
    """One form. Expressions read only fields that are there already, so few go in circles."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.columns: dict[str, list[tuple[str, str]]] = {one: [] for one in SECTIONS}
        """Section ("" outside repeats) -> (field, kind)."""

    # -- expressions

    def source(self, kind: str, home: str, depth: int) -> str:
        """An expression of a kind, as seen from a section."""
        names = self._names(kind, home)
        written = (*_WRITTEN[kind], *(["this"] if kind == "person" and home else []))
        if depth <= 0 or self.random.random() < 0.15:
            return self._of(names if names and self.random.random() < 0.8 else written)
        ways = self._made(kind, home, depth - 1)
        if names:
            ways.append(lambda: self._of(names))
        return self._of(ways)()

    def _made(self, kind: str, home: str, depth: int) -> list[Made]:
        def part(kind: str, home: str = home) -> str:
            return self.source(kind, home, depth)

        found: list[Made] = [lambda: f"({part(kind)} if {part('bool')} else {part(kind)})"]
        people, told = self._names("person", home), self._columns(kind, "person")
        if people and told:
            found += [lambda: f"{self._of(people)}.{self._of(told)}"] * 2
        table = self._of(TABLES)
        column, key = self._columns(kind, table), self._key(table)
        if column:
            found += [lambda: self._total(kind, table, depth)] * 2
        if column and key:
            name, of = key
            found += [lambda: f"lookup({name}, {part(of)}, {self._of(column)})"] * 2
        if kind in _AMOUNTS:
            found += [
                lambda: f"({part(kind)} + {part(kind)})",
                lambda: f"or_zero({part(kind)})",
                lambda: f"least({part(kind)}, {part(kind)})",
            ]
            if key:
                name, of = key
                found.append(
                    lambda: f"summed({name}, {part(of)}, {self._part(kind, table, depth)})"
                )
        if kind == "int":
            found += [lambda: f"count({table}{self._where(table, depth)})"] * 2
            if key:
                name, of = key
                found += [lambda: f"matching({name}, {part(of)}{self._where(table, depth)})"] * 2
            if self.columns[table]:
                one = self._of(self.columns[table])[0]
                found.append(lambda: f"distinct({one}{self._where(table, depth)})")
        if kind == "bool":
            found += self._conditions(home, table, depth)
        return found

    def _conditions(self, home: str, table: str, depth: int) -> list[Made]:
        def part(kind: str, home: str = home) -> str:
            return self.source(kind, home, depth)

        of = self._of(("int", "money", "date", "text", "choice", "person"))
        signs = ("<", "<=", "==", "!=") if of in ("int", "money", "date") else ("==", "!=")
        found: list[Made] = [
            *[lambda: f"({part(of)} {self._of(signs)} {part(of)})"] * 3,
            lambda: f"({part('bool')} {self._of(('and', 'or'))} {part('bool')})",
            lambda: f"(not {part('bool')})",
            lambda: f"{self._of(('filled', 'blank'))}({part(of)})",
            *[lambda: f"{self._of(('any', 'all'))}({table}, {part('bool', table)})"] * 2,
        ]
        if home and self.columns[home]:
            own = [name for name, _ in self.columns[home]]
            some = self.random.sample(own, min(len(own), self.random.randint(1, 2)))
            found += [lambda: f"repeated({', '.join(some)})"] * 2
        chosen = self._names("choice", home)
        if chosen:
            found.append(lambda: f"{self._of(chosen)}.{self._of(('director', 'executive'))}")
        return found

    def _total(self, kind: str, table: str, depth: int) -> str:
        ordered = kind in (*_AMOUNTS, "date")
        names = (
            "first",
            *(("min", "max") if ordered else ()),
            *(("sum",) if kind in _AMOUNTS else ()),
        )
        column = self._of(self._columns(kind, table))
        return f"{self._of(names)}({column}{self._where(table, depth)})"

    def _where(self, table: str, depth: int) -> str:
        return f", {self.source('bool', table, depth)}" if self.random.random() < 0.6 else ""

    def _part(self, kind: str, table: str, depth: int) -> str:
        return self.source(kind, table, depth) + self._where(table, depth)

    def _key(self, table: str) -> tuple[str, str] | None:
        keys = [one for one in self.columns[table] if one[1] in _KEYS]
        return self._of(keys) if keys else None

    def _names(self, kind: str, home: str) -> list[str]:
        return self._columns(kind, "") + (self._columns(kind, home) if home else [])

    def _columns(self, kind: str, home: str) -> list[str]:
        return [name for name, of in self.columns[home] if of == kind]

    def _of(self, some: Iterable[T]) -> T:
        return self.random.choice(list(some))

    # -- the form

    def form(self) -> Form:
        """It may have mistakes (circles)."""
        fields: dict[str, list[dict[str, Any]]] = {one: [] for one in SECTIONS}
        for home in SECTIONS:
            self._plain(home, fields)
        typed = [(home, one) for home in SECTIONS for one in fields[home]]
        for number in range(self.random.randint(1, 5)):
            self._computed(number, fields)
        for home, one in typed:
            self._asked(home, one)
        sections = [
            section(
                home or "one",
                *[self._field(home or "one", one) for one in fields[home]],
                repeat=bool(home),
                relevant=self._sometimes("bool", 0.3) if home else "",
                low=self._sometimes("int", 0.3) if home else "",
                high=self._sometimes("int", 0.3) if home else "",
            )
            for home in SECTIONS
        ]
        rules = [self._rule(number) for number in range(self.random.randint(1, 6))]
        return Form(
            "dice",
            "1",
            "dice",
            "dice",
            tuple(sections),
            tuple(rules),
            (Department("A", "A", "A"),),
            {"posts": POSTS},
            roster="person",
        )

    def _plain(self, home: str, fields: dict[str, list[dict[str, Any]]]) -> None:
        stem = home[:1] or "s"
        kinds = [kind for kind in KINDS if self.random.random() < 0.75] or ["text"]
        for kind in kinds:
            self._add(home, fields, id=f"{stem}_{kind}", kind=kind)
        if home == "person":
            return
        self._add(home, fields, id=f"{stem}_person", kind="person")
        for one in fields["person"]:
            if self.random.random() < 0.4:
                name = f"{stem}_via_{one['id']}"
                self._add(
                    home, fields, id=name, kind=one["kind"], via=f"{stem}_person", of=one["id"]
                )

    def _computed(self, number: int, fields: dict[str, list[dict[str, Any]]]) -> None:
        home, kind = self._of(SECTIONS), self._of(COMPUTED)
        source = self.source(kind, home, 3)
        self._add(home, fields, id=f"calc{number}", kind=kind, calculation=source)
        if kind == "person" and fields["person"]:
            of = self._of(fields["person"])
            more = {"via": f"calc{number}", "of": of["id"]}
            self._add(home, fields, id=f"calc{number}_via", kind=of["kind"], **more)

    def _add(self, home: str, fields: dict[str, list[dict[str, Any]]], **one: Any) -> None:
        fields[home].append(one)
        self.columns[home].append((one["id"], one["kind"]))

    def _asked(self, home: str, one: dict[str, Any]) -> None:
        dice, kind = self.random.random(), one["kind"]
        if dice < 0.12:
            one["relevant"] = self.source("bool", home, 3)
        elif dice < 0.3:
            one["required"] = self._of(["true", self.source("bool", home, 3)])
        elif dice < 0.4 and kind in _AMOUNTS:
            one[self._of(("low", "high"))] = self.source(kind, home, 2)
        elif dice < 0.6 and kind in ("choice", "multi"):
            keys = [name for table in TABLES for name in self._columns("choice", table)]
            one["choice_filter"] = (
                f"matching({self._of(keys)}, option.code) == {self.random.randint(0, 1)}"
                if keys and self.random.random() < 0.6
                else f"option.director or {self.source('bool', home, 2)}"
            )
        if self.random.random() < 0.5:
            one["departments"] = ("A",)

    def _field(self, home: str, one: dict[str, Any]) -> Field:
        more = {"choices": "posts"} if one["kind"] in ("choice", "multi") else {}
        return field(
            home,
            one["id"],
            one["kind"],
            **{k: v for k, v in one.items() if k not in ("id", "kind")},
            **more,
        )

    def _sometimes(self, kind: str, chance: float) -> str:
        return self.source(kind, "", 3) if self.random.random() < chance else ""

    def _rule(self, number: int) -> Rule:
        home, on = self._of([(one, name) for one in SECTIONS for name, _ in self.columns[one]])
        if self.random.random() < 0.2:
            home, on = "", self._of(("a", "b"))
        names = [f"v{at}" for at in range(self.random.randint(0, 2))]
        return rule(
            f"R{number}",
            on,
            self.source("bool", home, 3),
            self._of(("block", "tolerable", "warn", "info")),
            relevant=self.source("bool", home, 2) if self.random.random() < 0.3 else "",
            values={name: self.source(self._of(COMPUTED), home, 2) for name in names},
        )

    # -- typing

    def begin(self, program: Program) -> list[Edit]:
        """Some rows in each table, with something in most cells."""
        layout = program.layout
        rows = dict(zip(ROWS, [*TABLES, *TABLES], strict=True))
        edits: list[Edit] = [Add(table, row, 0) for row, table in rows.items()]
        for one in layout.fields.values():
            if one.typed and not one.via:
                home = layout.row_of(one)
                own = [row for row, table in rows.items() if table == home] if home else [SINGLE]
                edits += [Put(row, one.id, self._of(TEXTS[str(one.type)][1:-1])) for row in own]
        return edits

    def step(self, program: Program) -> list[Edit]:
        """A few edits, also of rows that are not there."""
        layout = program.layout
        typed = [one for one in layout.fields.values() if one.typed and not one.via]
        edits: list[Edit] = []
        for _ in range(self.random.randint(1, 4)):
            dice, row = self.random.random(), self._of(ROWS)
            if dice < 0.2:
                edits.append(Add(self._of(TABLES), row, self.random.randint(-1, 1) * STEP))
            elif dice < 0.27:
                edits.append(Drop(row))
            else:
                one = self._of(typed)
                home = row if layout.row_of(one) else SINGLE
                edits.append(Put(home, one.id, self._of(TEXTS[str(one.type)])))
        return edits
