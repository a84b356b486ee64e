"""What is wrong with what a form takes over from others: by itself, and held against them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hallclient.rules.form.files.attributes import Finding, unknown
from hallclient.rules.form.origin import same_kind, stores
from hallclient.rules.form.spec import Field, Form, Origin

Written = tuple[str, str, str]
"""Attribute of the origin, field here, field there."""


def of_itself(form: Form) -> Iterator[Finding]:
    """Fields that are not there, cannot be filled, or are filled twice."""
    fields = form.fields
    for origin in form.origins:
        for attribute, name, _ in _written(origin):
            at = f"{attribute}.{name}"
            if name not in fields:
                yield Finding("origin", origin.form, at, "form-unknown-name", unknown(name, fields))
            elif not stores(fields[name]):
                yield Finding("origin", origin.form, at, "form-origin-unstored", {"value": name})
            elif attribute == "begins" and name in origin.registered:
                said = {"value": name}
                yield Finding("origin", origin.form, at, "form-origin-twice", said)


def of_others(form: Form, others: Mapping[str, Form], known: Collection[str]) -> Iterator[Finding]:
    """What does not fit the forms it is taken from.

    ``others``: forms without a mistake; ``known``: ids of all that there are. A form that is not
    there is a doubt only: the hall may have it from elsewhere.
    """
    for origin in form.origins:
        other = others.get(origin.form)
        if other is not None:
            yield from _against(form, origin, other)
        elif origin.form not in known:
            said = unknown(origin.form, known)
            yield Finding("origin", origin.form, "form", "form-origin-unknown", said, True)


def _against(form: Form, origin: Origin, other: Form) -> Iterator[Finding]:
    ours, theirs = form.fields, other.fields
    homes = _Homes(form, other)
    for attribute, name, named in _written(origin):
        here, there = ours[name], theirs.get(named)
        said: dict[str, object] = {"value": named, "form": other.id, "here": name}
        code = ""
        if there is None:
            code, said = "form-origin-no-field", {**unknown(named, theirs), "form": other.id}
        elif not same_kind(here, there):
            code, said = "form-origin-type", {**said, "wanted": str(here.type)}
        elif there.personal and not here.personal:
            code = "form-origin-personal"
        elif not homes.fit(here, there):
            code = "form-origin-table"
        if code:
            yield Finding("origin", origin.form, f"{attribute}.{name}", code, said)


class _Homes:
    """Which sections of two forms are filled from which."""

    def __init__(self, form: Form, other: Form) -> None:
        self.rosters = form.roster, other.roster
        self.repeats, self.others = (
            {section.id for section in one.sections if section.repeat} for one in (form, other)
        )
        self.tables: dict[str, str] = {}

    def fit(self, here: Field, there: Field) -> bool:
        """Whether a field outside repeats comes from one, a person's from a person's, and the
        columns of a table from one table.
        """
        roster, other = self.rosters
        if here.section == roster:
            return there.section == other
        if here.section not in self.repeats:
            return there.section not in self.others
        if there.section not in self.others:
            return False
        return self.tables.setdefault(here.section, there.section) == there.section


def _written(origin: Origin) -> Iterator[Written]:
    for attribute, fields in (("registered", origin.registered), ("begins", origin.begins)):
        for name, other in fields.items():
            yield attribute, name, other
