"""A form from its files as read, and everything that is wrong with them.

The files: ``dictionaries.toml`` of all forms of a hall; ``form.toml``, ``rules.toml`` and
``departments.toml`` of one. A form with a mistake is no form: nothing of it is used. What one
mistake makes of the rest is not told as another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from hallclient.rules.form.files.attributes import (
    checked,
    expression,
    name,
    names,
    one_of,
    pairs,
    unknown,
)
from hallclient.rules.form.files.inherit import inherit
from hallclient.rules.form.files.parts import Parts
from hallclient.rules.form.files.reading_choices import Dictionaries
from hallclient.rules.form.files.reading_fields import read_field
from hallclient.rules.form.spec import Department, Field, Form, Level, Origin, Rule, Section
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.roles import PERMISSIONS
from hallclient.rules.toml_file import TomlFile, Tree
from hallclient.rules.toml_lines import Path

_FORM = ("id", "version", "zh", "en", "items", "roster", "base", "bulk")
_SECTION = ("id", "zh", "en", "repeat", "low", "high", "relevant", "label", "hint_zh", "hint_en")
_RULE = (
    *("id", "level", "on", "relevant", "constraint", "zh", "en", "fix_zh", "fix_en", "values"),
    *("basis", "certainty", "override", "repair"),
)
_ORIGIN = ("form", "registered", "begins")
_DEPARTMENT = ("id", "zh", "en", "target", "names", "required")


class Sources(NamedTuple):
    """The files of a form as read; ``None`` for one that could not be. ``id``: its folder."""

    id: str
    form: Tree | None
    rules: Tree | None
    departments: Tree | None


class Reading(NamedTuple):
    """A form as far as it could be read, and what is known of its mistakes so far.

    ``readers``: where each part is written, by (kind, id); ``wrong``: ids of the parts with a
    mistake; ``whole``: all tables of all files could be read; ``named``: all parts have their id,
    so that a name nobody knows is a mistake of its own.
    """

    form: Form
    readers: Mapping[tuple[str, str], Reader]
    wrong: set[str]
    whole: bool
    named: bool


def read_parts(sources: Sources, dictionaries: Dictionaries, notes: Notes) -> Reading | None:
    """The parts of a form, each mistake in their shape noted; ``None`` without a form's file."""
    rules: Parts | None = None
    departments: Parts | None = None
    found_rules: list[Rule] = []
    found_departments: list[Department] = []
    if sources.rules is not None:
        rules = Parts(TomlFile(sources.rules, notes))
        found_rules = _rules(rules)
    if sources.departments is not None:
        departments = Parts(TomlFile(sources.departments, notes))
        found_departments = _departments(departments)
    if sources.form is None:
        return None
    parts = Parts(TomlFile(sources.form, notes))
    form = _form(parts, sources.id, found_rules, found_departments)
    all_parts = [part for part in (parts, rules, departments) if part is not None]
    reading = Reading(
        form,
        {key: reader for part in all_parts for key, reader in part.readers.items()},
        {key for part in all_parts for key in part.wrong}
        | {field.id for field in form.fields.values() if field.choices in dictionaries.wrong},
        len(all_parts) == 3 and dictionaries.whole and all(part.whole for part in all_parts),
        dictionaries.named and all(part.named for part in all_parts),
    )
    whole = replace(inherit(form, reading.readers), dictionaries=dictionaries.options)
    return reading._replace(form=whole)


def _form(parts: Parts, folder: str, rules: list[Rule], departments: list[Department]) -> Form:
    top, notes = parts.file.top, parts.file.notes
    parts.keys(top, ("form", "section", "origin"))
    before = parts.mark()
    if not top.has("form"):
        if parts.whole:
            notes.add(parts.file.tree.file, 1, "form-no-form")
        parts.whole = False
        return Form(folder, "", "", "", ())
    reader = parts.file.table("form")
    if parts.mark() != before:
        parts.whole = False
        return Form(folder, "", "", "", ())
    parts.keys(reader, _FORM)
    key = reader.id()
    if key and key != folder:
        reader.fail("id", "form-other-folder", value=key, folder=folder)
    zh, en = reader.words()
    form = Form(
        key,
        reader.text("version"),
        zh,
        en,
        tuple(_sections(parts)),
        tuple(rules),
        tuple(departments),
        items=names(reader, "items"),
        roster=reader.text("roster", required=False),
        base=pairs(reader, "base"),
        bulk=reader.text("bulk", required=False),
        origins=tuple(_origins(parts)),
    )
    parts.readers["form", key] = reader
    return form


def _sections(parts: Parts) -> list[Section]:
    notes = parts.file.notes
    tables = parts.tables((), parts.file.top, "section")
    if not tables and parts.whole:
        notes.add(parts.file.tree.file, 1, "form-no-sections")
        parts.whole = False
    found = []
    for path, reader in tables:
        before = parts.mark()
        parts.keys(reader, (*_SECTION, "field"))
        key = name(reader)
        zh, en = reader.words()
        made = Section(
            key,
            zh,
            en,
            (),
            repeat=reader.flag("repeat", False),
            low=expression(reader, "low"),
            high=expression(reader, "high"),
            relevant=expression(reader, "relevant"),
            label=reader.text("label", required=False),
            hint_zh=reader.text("hint_zh", required=False),
            hint_en=reader.text("hint_en", required=False),
        )
        # Whether it is repeated decides what its columns mean everywhere.
        parts.named &= isinstance(reader.raw("repeat"), bool | None)
        if not reader.has("field") and parts.whole:
            notes.add(reader.file, reader.line_of("id"), "form-no-fields", value=key)
        first = parts.add("section", key, reader, before)
        fields = _fields(parts, path, reader, key)
        if first:
            found.append(replace(made, fields=tuple(fields)))
    return found


def _fields(parts: Parts, path: Path, owner: Reader, section: str) -> list[Field]:
    found = []
    for _, reader in parts.tables(path, owner, "field"):
        before = parts.mark()
        field = read_field(reader, section)
        if parts.add("field", field.id, reader, before):
            found.append(field)
    return found


def _origins(parts: Parts) -> list[Origin]:
    found = []
    for path, reader in parts.tables((), parts.file.top, "origin"):
        before = parts.mark()
        parts.keys(reader, _ORIGIN)
        key = reader.text("form")
        taken = {table: pairs(reader, table) for table in ("registered", "begins")}
        if not any(reader.has(table) for table in taken):
            reader.fail("registered", "missing")
        inner = {table: parts.file.reader((*path, table), taken[table]) for table in taken}
        for given in inner.values():
            for one in given.values:
                given.text(one)
        if parts.add("origin", key, reader, before):
            parts.readers |= {(table, key): given for table, given in inner.items()}
            found.append(Origin(key, **taken))
    return found


# -- its rules and departments


def _rules(parts: Parts) -> list[Rule]:
    parts.keys(parts.file.top, ("rule",))
    found = []
    for path, reader in parts.tables((), parts.file.top, "rule"):
        before = parts.mark()
        parts.keys(reader, _RULE)
        key = reader.id()
        values = pairs(reader, "values")
        inner = parts.file.reader((*path, "values"), values)
        made = Rule(
            key,
            Level(one_of(reader, "level", Level) or "block"),
            reader.text("on"),
            expression(reader, "constraint"),
            reader.text("zh"),
            reader.text("en", required=False),
            relevant=expression(reader, "relevant"),
            fix_zh=reader.text("fix_zh", required=False),
            fix_en=reader.text("fix_en", required=False),
            values={one: checked(inner, one, source) for one, source in values.items()},
            basis=reader.text("basis", required=False),
            certainty=one_of(reader, "certainty", ("memory", "sourced"), "memory"),
            override=_roles(reader),
            repair=names(reader, "repair"),
        )
        if not reader.has("constraint"):
            reader.fail("constraint", "missing")
        if parts.add("rule", key, reader, before):
            parts.readers["values", key] = inner
            found.append(made)
    return found


def _roles(reader: Reader) -> tuple[str, ...]:
    found, known = names(reader, "override"), sorted(PERMISSIONS["form.override"])
    for word in found:
        if word not in known:
            reader.fail("override", "form-unknown-value", **unknown(word, known))
    return found


def _departments(parts: Parts) -> list[Department]:
    parts.keys(parts.file.top, ("department",))
    found = []
    tables = parts.tables((), parts.file.top, "department")
    if not tables and parts.whole:
        parts.file.notes.add(parts.file.tree.file, 1, "form-no-departments")
        parts.whole = False
    for path, reader in tables:
        before = parts.mark()
        parts.keys(reader, _DEPARTMENT)
        key = reader.id()
        zh, en = reader.words()
        given = pairs(reader, "names")
        inner = parts.file.reader((*path, "names"), given)
        for one in given:
            inner.text(one)
        made = Department(
            key,
            zh,
            en,
            target=reader.text("target", required=False),
            names=given,
            required=names(reader, "required"),
        )
        if parts.add("department", key, reader, before):
            parts.readers["names", key] = inner
            found.append(made)
    return found
