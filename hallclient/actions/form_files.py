"""A hall's forms: read from a folder, checked, and compiled into one file that loads at once.

The folder holds ``dictionaries.toml``, the lists of choices of all forms, and for each form a
folder named after it with ``form.toml``, ``rules.toml`` and ``departments.toml``. `shipped` reads
only ``compiled.json``, and imports nothing of what reads and checks the rest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hallclient.actions.compiled_json import headed, line, rows, short
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
    yield ",\n".join(f"{line(key)}: [\n{rows(choices[key])}]" for key in sorted(choices))
    yield '}, "forms": ['
    yield ",\n".join(map(_form_text, forms.values()))
    yield "]}"


def _form_text(form: Form) -> str:
    head = short(form, "sections", "rules", "departments", "origins")
    head["dictionaries"] = sorted(form.dictionaries)
    if form.origins:
        head["origins"] = [short(one) for one in form.origins]
    return headed(
        head,
        sections=map(_section_text, form.sections),
        rules=map(line, map(short, form.rules)),
        departments=map(line, map(short, form.departments)),
    )


def _section_text(section: Section) -> str:
    return headed(short(section, "fields"), fields=map(line, map(short, section.fields)))
