"""What is wrong with a form: missing, not readable, against a rule; and what a person let pass.

A cell has at most one problem of its own (missing, or no value of its type) and any number of
broken rules. Problems of a table as a whole stand at (row "", id of the section).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.money import decimal_text, money_text
from hallclient.rules.form.spec import Field, Level, Rule, Type
from hallclient.rules.form.units import Check, Judged, Size, Unit
from hallclient.rules.form.values import Wrong, text_of

if TYPE_CHECKING:
    from hallclient.rules.form.state import State

Key = tuple[str, str]
"""(row, field), or ("", section) for a table as a whole."""

FILLED, MISSING, WRONG, WRONG_OPTIONAL = 1, 2, 3, 4
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

    def __init__(self, state: State) -> None:
        self._state = state
        self._own: dict[Key, Wrong] = {}
        self._broken: dict[Key, dict[str, Judged]] = {}
        self._required: set[Key] = set()
        self._status: dict[Key, int] = {}
        self._counts: dict[str, list[int]] = {
            name: [0, 0, 0, 0, 0] for name in state.program.layout.fields
        }
        self._warned: dict[Key, int] = {}
        self._warnings: dict[str, int] = dict.fromkeys(state.program.layout.sections, 0)
        self._touched: set[Key] = set()
        self._passed: dict[tuple[str, str], str] = {}

    # -- judging

    def judge(self, unit: Unit, row: str) -> None:
        """Judge one unit for one row."""
        match unit:
            case Check():
                self._check(unit, row)
            case Judged():
                self._rule(unit, row)
            case Size():
                self._size(unit)

    def _check(self, unit: Check, row: str) -> None:
        field, state = unit.field, self._state
        key = (row, field.id)
        own: Wrong | None = None
        required = False
        if state.relevant(row, field.id):
            required = unit.required is not None and unit.required(state, row) is True
            own = self._of_value(unit, field, row, required)
        if own is None and not required and key not in self._status and key not in self._own:
            return  # most cells are nobody's worry, before and after
        if required:
            self._required.add(key)
        else:
            self._required.discard(key)
        if own is not None:
            self._own[key] = own
        else:
            self._own.pop(key, None)
        self._touched.add(key)

    def _of_value(self, unit: Check, field: Field, row: str, required: bool) -> Wrong | None:
        state = self._state
        person = state.person_of(row, field.id) if field.via else ""
        wrong = state.wrong(person, field.of) if person else state.wrong(row, field.id)
        if wrong is not None:
            return wrong
        value = state.value(row, field.id)
        if value is None:
            return Wrong("required") if required else None
        match field.type:
            case Type.CHOICE:
                return self._chosen(unit, field, row, (value,))
            case Type.MULTI:
                return self._chosen(unit, field, row, value)
            case Type.PERSON:
                if state.section_of(value) != state.program.roster:
                    return Wrong("no-such-person")
            case Type.ID if field.kind_from:
                found = self._identity(field, row, value)
                if found is not None:
                    return found
        return self._between(unit, row, value)

    def _chosen(self, unit: Check, field: Field, row: str, codes: Iterable[str]) -> Wrong | None:
        options = self._state.codes(field.choices)
        for code in codes:
            option = options.get(code)
            if option is None:
                return Wrong("not-a-choice", {"value": code})
            if unit.allowed is not None:
                self._state.option = option
                allowed = unit.allowed(self._state, row)
                self._state.option = None
                if allowed is False:
                    return Wrong("choice-not-now", {"zh": option.zh, "en": option.en})
        return None

    def _identity(self, field: Field, row: str, number: str) -> Wrong | None:
        kind_field = self._state.field(field.kind_from)
        code = self._state.value(row, field.kind_from)
        option = self._state.codes(kind_field.choices).get(code) if code else None
        kind = option.more.get("kind", "") if option is not None else ""
        if kind in ("", "other"):
            return None
        if kind == "uscc":
            from hallclient.rules.uscc import read as judge_uscc

            judged: Any = judge_uscc(number)
        else:
            from hallclient.rules.identity import read as judge_identity

            judged = judge_identity(kind, number, today=self._state.today)
        return Wrong("wrong-id", {"judged": judged}) if judged.error else None

    def _between(self, unit: Check, row: str, value: Any) -> Wrong | None:
        if unit.low is not None:
            low = unit.low(self._state, row)
            if low is not None and value < low:
                return Wrong("too-small", {"low": text_of(unit.field, low)})
        if unit.high is not None:
            high = unit.high(self._state, row)
            if high is not None and value > high:
                return Wrong("too-large", {"high": text_of(unit.field, high)})
        return None

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

    def _rule(self, unit: Judged, row: str) -> None:
        state, field = self._state, unit.field
        key = (row, unit.at)
        if field is not None:
            asked = state.relevant(row, field.id)
        else:
            asked = state.section_relevant(unit.section.id)
        broken = (
            asked
            and (unit.relevant is None or unit.relevant(state, row) is True)
            and unit.constraint(state, row) is False
        )
        found = self._broken.get(key)
        if broken:
            self._broken.setdefault(key, {})[unit.rule.id] = unit
        elif found is not None and unit.rule.id in found:
            del found[unit.rule.id]
            if not found:
                del self._broken[key]
        else:
            return
        self._touched.add(key)

    def forget(self, row: str, field: Field) -> None:
        """A row is going: nothing of this cell counts any more."""
        key = (row, field.id)
        self._own.pop(key, None)
        self._broken.pop(key, None)
        self._required.discard(key)
        self._touched.discard(key)
        self._mark(key, field.id, 0)
        self._warn(key, field.section, 0)

    # -- what counts

    def settle(self) -> None:
        """Bring the counters up to date with what was judged."""
        for key in self._touched:
            name = key[1]
            field = self._state.program.layout.fields.get(name)
            broken = self._broken.get(key)
            own = self._own.get(key)
            block, warn = own is not None, 0
            for unit in broken.values() if broken else ():
                if not self._lets(unit, key):
                    block |= unit.rule.level is Level.BLOCK
                    warn += unit.rule.level is Level.WARN
            self._warn(key, field.section if field else name, warn)
            if field is None:
                continue
            if key in self._required:
                missing = own is not None and own.code == "required"
                self._mark(key, name, MISSING if missing else WRONG if block else FILLED)
            else:
                self._mark(key, name, WRONG_OPTIONAL if block else 0)
        self._touched.clear()

    def _mark(self, key: Key, name: str, status: int) -> None:
        before = self._status.get(key, 0)
        if before != status:
            counts = self._counts[name]
            counts[before] -= 1
            counts[status] += 1
            if status:
                self._status[key] = status
            else:
                del self._status[key]

    def _warn(self, key: Key, section: str, n: int) -> None:
        before = self._warned.get(key, 0)
        if before != n:
            self._warnings[section] += n - before
            if n:
                self._warned[key] = n
            else:
                del self._warned[key]

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
        return self._warnings[section]

    # -- letting pass

    def let_pass(self, passed: Mapping[tuple[str, str], str]) -> None:
        """What persons let pass: (rule, row) -> the `fingerprint` they saw. Replaces all."""
        changed = dict(self._passed)
        self._passed = dict(passed)
        changed |= self._passed
        for key, broken in self._broken.items():
            if any((code, key[0]) in changed for code in broken):
                self._touched.add(key)
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
        return self._status.get((row, name)) == MISSING


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
