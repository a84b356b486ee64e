"""What a field that shows a person's takes from the roster, and what a form needs of the hall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hallclient.rules.form.spec import Field, Form
from hallclient.rules.problems import Reader

_QUOTED = re.compile("'([^']*)'|\"([^\"]*)\"")
_TAKEN = ("type", "choices", "max_length", "decimals", "unit")


def inherit(form: Form, readers: Mapping[tuple[str, str], Reader]) -> Form:
    """The form in which each field with ``via`` holds what the roster's holds.

    What is written with the field stays, so that a difference is seen; what is personal in the
    roster is personal everywhere.
    """
    fields = form.fields

    def taken(field: Field) -> Field:
        of = fields.get(field.of) if field.via else None
        if of is None:
            return field
        given = readers["field", field.id]
        missing = {key: getattr(of, key) for key in _TAKEN if not given.has(key)}
        return replace(field, **missing, personal=field.personal or of.personal)

    sections = tuple(
        replace(section, fields=tuple(taken(field) for field in section.fields))
        for section in form.sections
    )
    return replace(form, sections=sections)


def expressions(form: Form) -> Iterator[tuple[str, str, str, str]]:
    """All expressions of a form: (kind, id, attribute, source)."""
    for section in form.sections:
        for attribute in ("low", "high", "relevant"):
            yield "section", section.id, attribute, getattr(section, attribute)
        for field in section.fields:
            for attribute in (
                *("required", "relevant", "calculation", "usual"),
                *("choice_filter", "low", "high"),
            ):
                yield "field", field.id, attribute, getattr(field, attribute)
    for rule in form.rules:
        for attribute in ("relevant", "constraint"):
            yield "rule", rule.id, attribute, getattr(rule, attribute)
        for name, source in rule.values.items():
            yield "rule", rule.id, f"values.{name}", source


def with_choices(form: Form) -> Form:
    """The form with only those lists of choices that its fields and expressions name."""
    used = {field.choices for field in form.fields.values()}
    for *_, source in expressions(form):
        used.update(one or other for one, other in _QUOTED.findall(source))
    known = form.dictionaries
    return replace(form, dictionaries={key: known[key] for key in sorted(used & known.keys())})
