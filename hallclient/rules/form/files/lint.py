"""What is wrong or doubtful in a form though it compiles: fields nobody uses, texts, departments.

A field that no department gets and no rule reads is a mistake: nothing may be demanded of an
applicant that is not needed (《优化营商环境条例》, 国务院令第722号; from memory, to be checked
before it is quoted).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import chain
from string import Formatter

from hallclient.rules.form import values
from hallclient.rules.form.files.attributes import Finding, unknown
from hallclient.rules.form.files.inherit import expressions
from hallclient.rules.form.files.origin_checks import of_itself
from hallclient.rules.form.spec import Department, Field, Form, Option, Rule, Section, Type
from hallclient.rules.identity import KINDS

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_OF_A_PERSON = frozenset({Type.ID, Type.MOBILE})
_IN_ROSTER = _OF_A_PERSON | {Type.PHONE, Type.EMAIL, Type.ADDRESS}


def lint(form: Form, items: Collection[str] | None = None) -> Iterator[Finding]:
    """All findings, part by part; ``items``: codes of the catalogue, when it is known."""
    for code in form.items:
        if items is not None and code not in items:
            yield Finding("form", form.id, "items", "unknown-item", {"value": code})
    for section in form.sections:
        yield from _section(form, section)
    yield from chain.from_iterable(_field(form, field) for field in form.fields.values())
    yield from of_itself(form)
    yield from chain.from_iterable(_rule(rule) for rule in form.rules)
    yield from chain.from_iterable(_department(form, one) for one in form.departments)
    yield from _unused(form)


# -- sections and fields


def _section(form: Form, section: Section) -> Iterator[Finding]:
    found = partial(Finding, "section", section.id)

    columns = [field.id for field in section.fields]
    if not section.repeat:
        for attribute in ("low", "high", "label"):
            if getattr(section, attribute):
                yield found(attribute, "form-only-repeat", {"value": section.id})
    elif section.label and section.label not in columns:
        yield found("label", "form-unknown-name", unknown(section.label, columns))
    elif not section.label:
        yield found("id", "form-no-label", {"value": section.id}, True)
    if section.hint_zh and not section.hint_en:
        yield found("hint_zh", "no-english", {"value": section.hint_zh}, True)
    yield from _ordered(found, section.low, section.high)


def _field(form: Form, field: Field) -> Iterator[Finding]:
    found = partial(Finding, "field", field.id)

    departments = [one.id for one in form.departments]
    for word in field.departments:
        if word not in departments:
            yield found("departments", "form-unknown-department", unknown(word, departments))
    begins_today = field.type is Type.DATE and field.default == values.TODAY
    if field.default and field.type not in (Type.CHOICE, Type.MULTI) and not begins_today:
        value = values.read(field, values.canonical(field, field.default))
        if isinstance(value, values.Wrong) or field.type is Type.PERSON:
            said = {"value": field.default, "wanted": str(field.type)}
            yield found("default", "form-bad-default", said)
    if field.card and field.section != form.roster:
        yield found("card", "form-only-roster", {"value": form.roster or "-"})
    yield from _kinds(found, form, field.kind_from)
    if field.hint_zh and not field.hint_en:
        yield found("hint_zh", "no-english", {"value": field.hint_zh}, True)
    if not field.personal and not field.via:
        theirs = _IN_ROSTER if field.section == form.roster else _OF_A_PERSON
        if field.type in theirs:
            said = {"value": field.id, "wanted": str(field.type)}
            yield found("type", "form-not-personal", said, True)
    yield from _ordered(found, field.low, field.high)


def _ordered(found: Callable[..., Finding], low: str, high: str) -> Iterator[Finding]:
    if _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high) and float(low) > float(high):
        yield found("low", "form-low-over-high", {"low": low, "high": high})


def _kinds(found: Callable[..., Finding], form: Form, name: str) -> Iterator[Finding]:
    """A number can be judged only by a kind that the program knows."""
    field = form.fields.get(name)
    options = form.dictionaries.get(field.choices, ()) if field else ()
    kinds = [str(option.more["kind"]) for option in options if "kind" in option.more]
    if options and not kinds:
        yield found("kind_from", "form-no-kinds", {"value": name})
    for kind in kinds:
        if kind not in KINDS:
            yield found("kind_from", "form-unknown-kind", unknown(kind, KINDS))


# -- rules and departments


def _rule(rule: Rule) -> Iterator[Finding]:
    found = partial(Finding, "rule", rule.id)

    for attribute in ("zh", "en", "fix_zh", "fix_en"):
        text = getattr(rule, attribute)
        said = _placeholders(text)
        if said is None:
            yield found(attribute, "form-braces", {"value": text})
        for word in said or ():
            if word not in rule.values:
                yield found(attribute, "form-unknown-value-name", unknown(word, rule.values))
    for chinese, english in (("zh", "en"), ("fix_zh", "fix_en")):
        if getattr(rule, chinese) and not getattr(rule, english):
            yield found(chinese, "no-english", {"value": getattr(rule, chinese)}, True)
    if not rule.basis:
        yield found("id", "form-no-basis", {"value": rule.id}, True)


def _placeholders(text: str) -> list[str] | None:
    """The names in braces; ``None`` for braces that do not match or hold more than a name."""
    try:
        parts = [(name, form, how) for _, name, form, how in Formatter().parse(text)]
    except ValueError:
        return None
    named = [part for part in parts if part[0] is not None]
    if any(form or how or not _WORD.fullmatch(name or "") for name, form, how in named):
        return None
    return list(dict.fromkeys(name for name, *_ in named if name))


def _department(form: Form, one: Department) -> Iterator[Finding]:
    found = partial(Finding, "department", one.id)

    fields = form.fields
    sent = [field.id for field in fields.values() if one.id in field.departments]
    if not sent:
        yield found("id", "form-gets-nothing", {"value": one.id}, True)
    for name in one.names:
        if name not in fields:
            yield found(f"names.{name}", "form-unknown-name", unknown(name, fields))
        elif name not in sent:
            yield found(f"names.{name}", "form-not-sent", {"value": name, "department": one.id})
    filled = [one.names.get(name, name) for name in sent]
    for name in one.required:
        if name not in filled:
            yield found("required", "form-nobody-fills", unknown(name, filled))


# -- what nobody uses


def _unused(form: Form) -> Iterator[Finding]:
    """Fields that are asked although no department gets them and nothing reads them."""
    fields = form.fields
    used = {field.id for field in fields.values() if field.departments or field.clerk}
    used |= {rule.on for rule in form.rules} | {section.label for section in form.sections}
    used |= {field.kind_from for field in fields.values()} | {form.bulk}
    for kind, key, _, source in expressions(form):
        # A field that only its own expressions name is not used by anything.
        used |= set(_WORD.findall(source)) - ({key} if kind == "field" else set())
    used |= {field.of for field in fields.values() if field.via and field.id in used}
    for field in fields.values():
        shown = field.via and field.of in used
        if field.typed and field.id not in used and not shown and field.type is not Type.PERSON:
            yield Finding("field", field.id, "id", "form-unused", {"value": field.id})


def unused_choices(
    forms: Collection[Form], dictionaries: Mapping[str, tuple[Option, ...]]
) -> list[str]:
    """The lists of choices that no form uses."""
    used = {key for form in forms for key in form.dictionaries}
    return [key for key in dictionaries if key not in used]
