"""What is wrong with a form: missing, not readable, against a rule; and what a person let pass.

A cell has at most one problem of its own (missing, or no value of its type) and any number of
broken rules. Problems of a table as a whole stand at (row "", id of the section).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from hallclient.rules.form.behind import Behind
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.money import decimal_text, money_text
from hallclient.rules.form.spec import Field, Level, Rule, Type
from hallclient.rules.form.tally import Tally
from hallclient.rules.form.units import Check, Judged, Size, Unit
from hallclient.rules.form.value_checks import any_value, of_value
from hallclient.rules.form.values import Wrong

if TYPE_CHECKING:
    from hallclient.rules.form.cells import Cells

Key = tuple[str, str]
"""(row, field), or ("", section) for a table as a whole."""

FILLED, MISSING, WRONG, WRONG_OPTIONAL = 1, 2, 3, 4
_NEEDED = (FILLED, MISSING, WRONG)
_REQUIRED = Wrong("required")
OVERRIDABLE = frozenset({Level.BLOCK, Level.TOLERABLE, Level.WARN})


class Problem(NamedTuple):
    """Something wrong. ``code``: a rule's id, or one of ours (text ``form.problem.<code>``);
    ``field`` empty: the table as a whole; ``params``: texts for the message, or for our own codes
    what `Wrong` carries; ``passed``: a person let it pass.
    """

    code: str
    level: Level
    section: str
    row: str
    field: str
    params: Mapping[str, object]
    rule: Rule | None = None
    passed: bool = False

    @property
    def stands(self) -> bool:
        """Whether it still stands in the way of acceptance."""
        return self.level is Level.BLOCK and not self.passed


class Count(NamedTuple):
    """Required cells that are filled, all required ones, those missing, all that are wrong."""

    filled: int
    needed: int
    missing: int
    wrong: int


class Judging:
    """The problems of one state."""

    def __init__(self, state: Cells) -> None:
        self._state = state
        self._own: dict[Key, Wrong] = {}
        self._broken: dict[Key, dict[str, Judged]] = {}
        self._status: dict[str, dict[str, int]] = {name: {} for name in state.program.layout.fields}
        """Field -> row -> one of the four above."""
        self._counts: dict[str, list[int]] = {
            name: [0, 0, 0, 0, 0] for name in state.program.layout.fields
        }
        self.behind = Behind(state)
        self._warned = Tally(state.program.layout.sections)
        self._tolerated = Tally(state.program.layout.sections)
        self._breaks: Counter[str] = Counter()
        self._touched: set[Key] = set()
        self._passed: dict[tuple[str, str], str] = {}
        self._let: frozenset[Key] = frozenset()
        """Cells in which something was let pass: it lapses when the message says something else."""

    # -- judging

    def judge(self, unit: Unit, rows: Iterable[str]) -> None:
        """Judge one unit for some rows; those that are gone are passed over."""
        match unit:
            case Check():
                self._check(unit, rows)
            case Judged():
                self._rule(unit, rows)
            case Size():
                self._size(unit)

    def _check(self, unit: Check, rows: Iterable[str]) -> None:
        """Most cells are fine: what they have in common is looked up once."""
        state, field, required = self._state, unit.field, unit.required
        name, at = field.id, state.program.layout.place[field.id]
        asked, values, status = state.on[field.section], state.v[field.section], self._status[name]
        plain = any_value(unit)
        fine = state.codes(field.choices) if field.type is Type.CHOICE and not unit.allowed else ()
        for row in rows:
            on = asked.get(row)
            if on is None:
                continue
            own: Wrong | None = None
            needed = False
            if on[at]:
                needed = required is not None and required(state, row) is True
                own = self._unread(field, row) if state.wrongs else None
                value = values[row][at]
                if own is None and value is None:
                    own = _REQUIRED if needed else None
                elif own is None and not plain and value not in fine:
                    own = of_value(state, unit, row, value)
            if own is not None:
                self._own[row, name] = own
            elif self._own:
                self._own.pop((row, name), None)
            if needed:
                now = FILLED if own is None else MISSING if own.code == "required" else WRONG
            else:
                now = WRONG_OPTIONAL if own is not None else 0
            if status.get(row, 0) != now:
                self._mark(row, name, now)
            if field.via:
                self.behind.looked(row, field)
            if self._broken and (row, name) in self._broken:
                self._touched.add((row, name))

    def _unread(self, field: Field, row: str) -> Wrong | None:
        """Why the text, or that of the person behind it, is no value."""
        person = self._state.person_of(row, field.id) if field.via else ""
        return self._state.wrong(*((person, field.of) if person else (row, field.id)))

    def _size(self, unit: Size) -> None:
        state, section = self._state, unit.section
        key = (SINGLE, section.id)
        own: Wrong | None = None
        if state.section_relevant(section.id):
            n = unit.count(state, SINGLE)
            low = unit.low(state, SINGLE) if unit.low else None
            high = unit.high(state, SINGLE) if unit.high else None
            if low is not None and n < low:
                own = Wrong("too-few-rows", {"n": n, "low": int(low)})
            elif high is not None and n > high:
                own = Wrong("too-many-rows", {"n": n, "high": int(high)})
        if own is not None:
            self._own[key] = own
        else:
            self._own.pop(key, None)
        self._touched.add(key)

    def _rule(self, unit: Judged, rows: Iterable[str]) -> None:
        state, field, at, rule = self._state, unit.field, unit.at, unit.rule.id
        relevant, constraint = unit.relevant, unit.constraint
        shown = field is not None or state.section_relevant(unit.section.id)
        asked = state.on[field.section] if field is not None else {}
        place = state.program.layout.place[field.id] if field is not None else 0
        for row in rows:
            if field is not None:
                on = asked.get(row)
                if on is None:
                    continue
                shown = on[place]
            if (
                shown
                and (relevant is None or relevant(state, row) is True)
                and constraint(state, row) is False
            ):
                found = self._broken.setdefault((row, at), {})
                self._breaks[rule] += rule not in found
                found[rule] = unit
            elif self._broken and rule in (found := self._broken.get((row, at), {})):
                del found[rule]
                self._breaks[rule] -= 1
                if not found:
                    del self._broken[row, at]
            else:
                continue
            self._touched.add((row, at))

    def forget(self, row: str, field: Field) -> None:
        """A row is going: nothing of this cell counts any more."""
        key = (row, field.id)
        self._own.pop(key, None)
        self._breaks.subtract(self._broken.pop(key, {}).keys())
        self._touched.discard(key)
        self._mark(row, field.id, 0)
        self.behind.forget(row, field)
        self._warned.put(key, field.section, 0)
        self._tolerated.put(key, field.section, 0)

    # -- what counts

    def settle(self) -> None:
        """Bring the counters up to date with the rules that were judged."""
        self._touched.update(key for key in self._let if key in self._broken)
        for key in self._touched:
            row, name = key
            field = self._state.program.layout.fields.get(name)
            own = self._own.get(key)
            block, warn, tolerable = False, 0, 0
            for unit in self._broken.get(key, {}).values():
                if not self._lets(unit, key):
                    block |= unit.rule.level is Level.BLOCK
                    warn += unit.rule.level is Level.WARN
                    tolerable += unit.rule.level is Level.TOLERABLE
            self._warned.put(key, field.section if field else name, warn)
            self._tolerated.put(key, field.section if field else name, tolerable)
            if field is None:
                continue
            self.behind.judged(row, name, blocks=block)
            block |= own is not None
            if self._status[name].get(row, 0) in _NEEDED:
                missing = own is not None and own.code == "required"
                self._mark(row, name, MISSING if missing else WRONG if block else FILLED)
            else:
                self._mark(row, name, WRONG_OPTIONAL if block else 0)
        self._touched.clear()

    def _mark(self, row: str, name: str, status: int) -> None:
        rows = self._status[name]
        before = rows.get(row, 0)
        if before != status:
            counts = self._counts[name]
            counts[before] -= 1
            counts[status] += 1
            if status:
                rows[row] = status
            else:
                del rows[row]

    def count(self, fields: Iterable[Field]) -> Count:
        """What the cells of some fields come to."""
        filled = missing = wrong = optional = 0
        for field in fields:
            counts = self._counts[field.id]
            filled += counts[FILLED]
            missing += counts[MISSING]
            wrong += counts[WRONG]
            optional += counts[WRONG_OPTIONAL]
        return Count(filled, filled + missing + wrong, missing, wrong + optional)

    def warnings(self, section: str) -> int:
        """How many warnings of a section nobody has confirmed."""
        return self._warned.of(section)

    def tolerable(self, section: str) -> int:
        """How much of a section may follow on a promise (容缺受理)."""
        return self._tolerated.of(section)

    def breaks(self, rule: str) -> bool:
        """Whether a rule is broken anywhere, let pass or not."""
        return self._breaks[rule] > 0

    # -- letting pass

    def let_pass(self, passed: Mapping[tuple[str, str], str]) -> None:
        """What persons let pass: (rule, row) -> the `fingerprint` they saw. Replaces all."""
        self._passed = dict(passed)
        self._touched.update(key for key in self._let if key in self._broken)
        at = self._state.program.rule_at
        self._let = frozenset((row, at[rule]) for rule, row in passed if rule in at)
        self.settle()

    def fingerprint(self, problem: Problem) -> str:
        """What a person sees when letting a problem pass; another one lets nothing pass."""
        text = self._state.text(problem.row, problem.field) if problem.field else ""
        return "\x1f".join([text, *(f"{k}={v}" for k, v in sorted(problem.params.items()))])

    def _lets(self, unit: Judged, key: Key) -> bool:
        seen = self._passed.get((unit.rule.id, key[0]))
        return seen is not None and seen == self.fingerprint(self._problem(unit, key))

    # -- telling

    def _problem(self, unit: Judged, key: Key) -> Problem:
        rule, row = unit.rule, key[0]
        params = {name: say(fn(self._state, row), kind) for name, fn, kind in unit.values}
        field = unit.field.id if unit.field is not None else ""
        return Problem(rule.id, rule.level, unit.section.id, row, field, params, rule)

    def at(self, row: str, name: str) -> list[Problem]:
        """The problems of one cell, or of a table as a whole; the gravest first."""
        key, found = (row, name), []
        field = self._state.program.layout.fields.get(name)
        own = self._own.get(key)
        if own is not None:
            section, at = (field.section, name) if field else (name, "")
            found.append(Problem(own.code, Level.BLOCK, section, row, at, own.params))
        for unit in sorted(self._broken.get(key, {}).values(), key=lambda one: one.rank):
            problem = self._problem(unit, key)
            seen = self._passed.get((problem.code, row))
            if seen is not None and seen == self.fingerprint(problem):
                problem = problem._replace(passed=True)
            found.append(problem)
        order = list(Level)
        return sorted(found, key=lambda one: (one.passed, order.index(one.level)))

    def problems(self) -> list[Problem]:
        """All of them, in the form's order; what is wrong with a person once, in the roster."""
        layout, state = self._state.program.layout, self._state
        sections = {name: at for at, name in enumerate(layout.sections)}

        def place(key: Key) -> tuple[int, int, str, int]:
            row, name = key
            field = layout.fields.get(name)
            if field is None:
                return sections[name], -1, "", -1
            order = state.place_of(row) if row else 0
            return sections[field.section], order, row, layout.place[name]

        keys = sorted(self._own.keys() | self._broken.keys(), key=place)
        return [
            problem
            for row, name in keys
            if (row, name) in self._broken or not self._told_of_person(row, name)
            for problem in self.at(row, name)
        ]

    def _told_of_person(self, row: str, name: str) -> bool:
        """Whether a role's cell only repeats what is wrong with the person in the roster."""
        field = self._state.program.layout.fields.get(name)
        if field is None or not field.via:
            return False
        person = self._own.get((self._state.person_of(row, name), field.of))
        return person is not None and person.code == self._own[row, name].code

    def worst(self, row: str, name: str) -> Level | None:
        """The gravest level of what still stands in a cell; ``None``: nothing."""
        key = (row, name)
        if key in self._own:
            return Level.BLOCK
        broken = self._broken.get(key)
        if not broken:
            return None
        found = [unit.rule.level for unit in broken.values() if not self._lets(unit, key)]
        order = list(Level)
        return min(found, key=order.index) if found else None

    def missing(self, row: str, name: str) -> bool:
        """Whether a cell is required and empty."""
        return self._status.get(name, {}).get(row) == MISSING


def say(value: Any, kind: str) -> str:
    """A value in a message: amounts in ten thousand yuan, dates as ISO writes them."""
    if value is None:
        return "-"
    if kind == "money":
        return money_text(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, Fraction)):
        return decimal_text(value, 6)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (frozenset, tuple)):
        return ", ".join(sorted(value))
    return str(value)
