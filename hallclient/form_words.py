"""Words for a form that is being filled in: what a cell says, what is wrong, where, how to mend it.

What a form declares comes in both languages with the form; what the engine itself finds stands in
the texts ``form.problem.<code>``, with how to mend it in ``form.mend.<code>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Final

from hallclient.rules.catalogue import Named, named
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.preview import masked
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Field, Form, Level, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.table.intake_cells import Note
from hallclient.rules.form.values import Wrong, read
from hallclient.rules.judged import Judged
from hallclient.rules.text import cut, mask_name, plain
from hallclient.texts import has, language, t
from hallclient.words import word

_LONGEST: Final = 60
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PEOPLE: Final = frozenset({"name-unclear", "other-name"})
"""Problems whose ``name`` is a person's."""


def label(thing: Named) -> str:
    """A form, section, field or option in the language spoken."""
    return named(thing, language())


def level_word(level: Level) -> str:
    """What a problem does: ``必须改正``."""
    return word("form.level", level.value)


def gravest(problems: Iterable[Problem]) -> list[Problem]:
    """The gravest first, what somebody let pass last; otherwise in the order given."""
    order = list(Level)
    return sorted(problems, key=lambda one: (one.passed, order.index(one.level)))


# -- cells


def cell_text(state: State, row: str, name: str, *, reveal: bool = False) -> str:
    """What a cell says: a choice by its label, an amount with its unit, a person by name.

    Personal data is masked unless ``reveal``.
    """
    field = state.field(name)
    if field.type is Type.PERSON:
        return _person(state, state.text(row, name), reveal=reveal)
    return said(state, field, state.text(row, name), reveal=reveal)


def said(state: State, field: Field, text: str, *, reveal: bool = False) -> str:
    """The same of a canonical text that stands, stood or might stand in a cell of this field."""
    if not text:
        return ""
    if field.type is Type.PERSON:
        return _person(state, text, reveal=reveal)
    if not reveal and field.id in personal(state.program):
        # The first letter of a code tells as much as the code.
        return t("form.hidden") if field.choices else masked(field, text)
    return text_said(state.form, field, text)


def text_said(form: Form, field: Field, text: str) -> str:
    """The same of a field that is not personal, without a filing."""
    match field.type:
        case Type.CHOICE | Type.MULTI:
            options = {option.code: label(option) for option in form.dictionaries[field.choices]}
            chosen = text.split(",") if field.type is Type.MULTI else [text]
            return t("form.between").join(options.get(code, code) for code in chosen)
        case Type.LIST:
            return t("form.between").join(text.split(","))
        case Type.BOOL:
            return word("form.bool", text)
        case Type.MONEY if not isinstance(read(field, text), Wrong):
            return t(f"form.unit.{field.unit or 'wan'}", n=text)
        case Type.RATIO if not isinstance(read(field, text), Wrong):
            return t("form.unit.ratio", n=text)
    # Of money it is a code, and what is no amount counts nothing.
    return f"{text} {field.unit}" if field.unit and field.type is not Type.MONEY else text


def _person(state: State, row: str, *, reveal: bool) -> str:
    """Whoever a reference names; what was typed when that is nobody of the roster."""
    if row and state.section_of(row) == state.program.roster:
        name = state.program.layout.sections[state.program.roster].label
        found = cell_text(state, row, name, reveal=reveal) if name else ""
        return found or t("form.person.unnamed")
    return row if reveal else mask_name(row)


# -- places


def row_name(state: State, row: str, *, reveal: bool = False) -> str:
    """What names a row of a table; empty: nothing does, or no row is meant."""
    section = state.section_of(row) if row else ""
    column = state.program.layout.sections[section].label if section else ""
    return cell_text(state, row, column, reveal=reveal) if column else ""


def row_number(state: State, row: str) -> int | None:
    """The place of a row in its table, from 1; None outside tables."""
    return state.index_of(row) + 1 if row and state.section_of(row) else None


def place_text(state: State, problem: Problem, *, reveal: bool = False) -> str:
    """Where a problem is: ``投资人 第 2 行(欧**):认缴出资额``."""
    section = label(state.program.layout.sections[problem.section])
    number = row_number(state, problem.row)
    parts = [section]
    if number is not None:
        name = row_name(state, problem.row, reveal=reveal)
        parts.append(t("form.row-of" if name else "form.row", n=number, name=name))
    if problem.field:
        parts.append(label(state.field(problem.field)))
    return t("form.place").join(parts)


# -- problems


def problem_text(state: State, problem: Problem, *, reveal: bool = False) -> str:
    """What is wrong, without its place. Personal data in it is masked unless ``reveal``."""
    rule = problem.rule
    if rule is not None:
        return _filled(_spoken(rule.zh, rule.en), _rule_values(state, problem, reveal=reveal))
    judged = problem.params.get("judged")
    if isinstance(judged, Judged):
        from hallclient.identity_words import error_text, slips_text

        parts = (error_text(judged), slips_text(judged))
        return t("identity.then").join(part for part in parts if part)
    return t(f"form.problem.{problem.code}", **_values(state, problem, reveal=reveal))


def mend_text(state: State, problem: Problem, *, reveal: bool = False) -> str:
    """How it is mended; empty when what is wrong says it."""
    rule = problem.rule
    if rule is not None:
        values = _rule_values(state, problem, reveal=reveal)
        return _filled(_spoken(rule.fix_zh, rule.fix_en), values)
    key = f"form.mend.{problem.code}"
    return t(key, **_values(state, problem, reveal=reveal)) if has(key) else ""


def basis_text(problem: Problem) -> str:
    """The standard or article a rule stands on, and whether that was looked up; empty: none."""
    rule = problem.rule
    if rule is None or not rule.basis:
        return ""
    sure = rule.certainty == "sourced"
    return t("form.basis" if sure else "form.basis-unsure", basis=rule.basis)


def problem_line(state: State, problem: Problem, *, reveal: bool = False) -> str:
    """All of it on one line: level, place, what is wrong, how to mend it, on which basis."""
    parts = [
        problem_text(state, problem, reveal=reveal),
        mend_text(state, problem, reveal=reveal),
        basis_text(problem),
    ]
    return t(
        "form.line-passed" if problem.passed else "form.line",
        level=level_word(problem.level),
        place=place_text(state, problem, reveal=reveal),
        text=t("form.then").join(part.rstrip(_STOPS) for part in parts if part),
    )


_STOPS: Final = ".\u3002"


def _spoken(zh: str, en: str) -> str:
    return (en or zh) if language() == "en" else zh


def _rule_values(state: State, problem: Problem, *, reveal: bool) -> dict[str, str]:
    """What a rule's message names, as it is said: choices by label, personal data masked."""
    rule = problem.rule
    sources = rule.values if rule is not None else {}
    hidden = frozenset() if reveal else personal(state.program)
    fields = state.program.layout.fields
    found = {}
    for name, value in problem.params.items():
        text, source = str(value), sources.get(name, "")
        field = fields.get(source)
        told = next((one for one in _NAME.findall(source) if one in hidden), "")
        if told:
            text = masked(fields[told], text)
        elif field is not None and field.type in (Type.CHOICE, Type.MULTI):
            text = text_said(state.form, field, text.replace(", ", ","))
        elif text in ("yes", "no"):
            text = word("form.bool", text)
        found[name] = cut(plain(text), _LONGEST)
    return found


def _values(state: State, problem: Problem, *, reveal: bool) -> dict[str, object]:
    """What one of our own texts names."""
    found: dict[str, object] = {}
    field = state.program.layout.fields.get(problem.field)
    hidden = field is not None and field.id in personal(state.program) and not reveal
    for name, value in problem.params.items():
        text = str(value)
        if name == "value" and field is not None and hidden:
            text = masked(field, text)
        elif name == "name" and problem.code in _PEOPLE and not reveal:
            text = mask_name(text)
        elif name in ("low", "high") and field is not None and field.type is not Type.PERSON:
            text = text_said(state.form, field, text)
        found[name] = value if isinstance(value, int) else cut(plain(text), _LONGEST)
    if "zh" in found:
        found["choice"] = found["en"] if language() == "en" and found["en"] else found["zh"]
    return found


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A form's own message with its values; a name without one stays as it is."""
    if "{" not in template:
        return template
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return template
    return "".join(
        text + ("" if name is None else values.get(name, "{" + name + "}"))
        for text, name, *_ in parts
    )


def note_text(state: State, note: Note, own: str = "") -> str:
    """What was taken for granted when a table was read. ``own``: texts that go before ours."""
    values = dict(note.params)
    if "field" in values:
        field = state.field(str(values["field"]))
        values["label"] = label(field)
        values["from"] = str(values.get("unit", ""))
        values["unit"] = t(f"form.import.unit.{field.unit or 'wan'}")
    key = f"{own}.{note.code}"
    return t(key if own and has(key) else f"form.import.note.{note.code}", **values)


def reason_text(step_kind: str, reason: str) -> str:
    """Why a step was made: the word for how a filing was closed, else what somebody wrote."""
    return word("closed", reason) if step_kind == "filing.closed" and reason else reason
