"""A hall's forms: read from a folder, checked, and compiled into one file that loads at once.

The folder holds ``dictionaries.toml``, the lists of choices of all forms, and for each form a
folder named after it with ``form.toml``, ``rules.toml`` and ``departments.toml``. `shipped` reads
only ``compiled.json``, and imports nothing of what reads and checks the rest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hallclient.paths import FIXTURES
from hallclient.rules.form.spec import Form, Section, from_data

if TYPE_CHECKING:
    from hallclient.rules.problems import Notes, Problem

FOLDER = "forms"
COMPILED = "compiled.json"
DICTIONARIES = "dictionaries.toml"
FILES = ("form", "rules", "departments")


@cache
def shipped() -> Mapping[str, Form]:
    """The forms that come with the program, by id."""
    data: dict[str, Any] = json.loads((FIXTURES / FOLDER / COMPILED).read_bytes())
    choices = data["dictionaries"]
    found = {}
    for body in data["forms"]:
        named = {key: choices[key] for key in body["dictionaries"]}
        found[body["id"]] = from_data(body | {"dictionaries": named})
    return MappingProxyType(found)


def read_forms(
    folder: Path, items: Collection[str] | None = None
) -> tuple[dict[str, Form], list[Problem]]:
    """The forms of a folder that have no mistake, by id, and every mistake in any of them.

    ``items``: codes of the hall's catalogue, to check those that a form names.
    """
    from hallclient.rules.problems import Notes

    notes = Notes()
    forms = _read(folder, notes, items) if folder.is_dir() else {}
    return forms, notes.sorted()


def _read(folder: Path, notes: Notes, items: Collection[str] | None) -> dict[str, Form]:
    from hallclient.actions.text_files import read_tree
    from hallclient.rules.form.files.checking import joined, read_form
    from hallclient.rules.form.files.lint import unused_choices
    from hallclient.rules.form.files.reading import Sources
    from hallclient.rules.form.files.reading_choices import read_dictionaries

    def path(*parts: str) -> str:
        return "/".join((folder.name, *parts))

    ids = _folders(folder)
    dictionaries = read_dictionaries(read_tree(folder.parent, path(DICTIONARIES), notes), notes)
    checked = {}
    for key in ids:
        trees = [read_tree(folder.parent, path(key, f"{file}.toml"), notes) for file in FILES]
        form = read_form(Sources(key, *trees), dictionaries, notes, items)
        if form is not None:
            checked[key] = form
    found = joined(checked, ids, notes)
    if len(found) == len(ids):
        for name in unused_choices(found.values(), dictionaries.options):
            reader = dictionaries.readers[name]
            notes.warn(reader.file, reader.line_of("id"), "form-choices-unused", value=name)
    return found


def _folders(folder: Path) -> list[str]:
    names = (one.name for one in folder.iterdir() if one.is_dir())
    return sorted(name for name in names if name[0] not in "._" and name != DICTIONARIES)


def write_compiled(folder: Path, forms: Mapping[str, Form]) -> Path:
    """Put the compiled forms beside the files they were made from."""
    target = folder / COMPILED
    target.write_text(compiled_text(forms), encoding="utf-8", newline="\n")
    return target


def compiled_text(forms: Mapping[str, Form]) -> str:
    """The JSON of forms, each part on its own line, so that a change can be read in a comparison.

    A list of choices that several forms use stands there once.
    """
    return "\n".join(_lines(forms)) + "\n"


def _lines(forms: Mapping[str, Form]) -> Iterator[str]:
    choices = {key: value for form in forms.values() for key, value in form.dictionaries.items()}
    yield '{"dictionaries": {'
    yield from _joined(f"{_json(key)}: [\n{_rows(choices[key])}]" for key in sorted(choices))
    yield '}, "forms": ['
    yield from _joined(_form_text(form) for form in forms.values())
    yield "]}"


def _form_text(form: Form) -> str:
    head = _short(form, "sections", "rules", "departments", "origins")
    head["dictionaries"] = sorted(form.dictionaries)
    if form.origins:
        head["origins"] = [_short(one) for one in form.origins]
    parts = [
        _with(head, "sections", map(_section_text, form.sections))[:-1],
        f'"rules": [\n{_rows(map(_short, form.rules))}]',
        f'"departments": [\n{_rows(map(_short, form.departments))}]}}',
    ]
    return ",\n".join(parts)


def _section_text(section: Section) -> str:
    fields = map(_json, map(_short, section.fields))
    return _with(_short(section, "fields"), "fields", fields)


def _with(head: dict[str, Any], key: str, rows: Iterable[str]) -> str:
    """An object whose last part is a list, one row a line."""
    lines = ",\n".join(rows)
    return f'{_json(head)[:-1]},"{key}": [\n{lines}]}}'


def _short(thing: Any, *without: str) -> dict[str, Any]:
    """What of a part is not as it is by default."""
    found = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        usual = one.default_factory() if one.default_factory is not MISSING else one.default
        if one.name not in without and value != usual:
            found[one.name] = value
    return found


def _rows(rows: Iterable[object]) -> str:
    return ",\n".join(map(_json, rows))


def _joined(parts: Iterator[str]) -> Iterator[str]:
    yield ",\n".join(parts)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
