"""A form from its files, whole or not at all, and every mistake and doubt with its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from hallclient.rules.form.files.attributes import Finding, place_in, told
from hallclient.rules.form.files.inherit import expressions, with_choices
from hallclient.rules.form.files.lint import lint
from hallclient.rules.form.files.origin_checks import of_others
from hallclient.rules.form.files.parts import MEANING, errors
from hallclient.rules.form.files.reading import Reading, Sources, read_parts
from hallclient.rules.form.files.reading_choices import Dictionaries
from hallclient.rules.form.files.reading_fields import TYPES_OF
from hallclient.rules.form.program import Mistakes, compile_form
from hallclient.rules.form.spec import Form
from hallclient.rules.problems import Notes

_WORD = re.compile(r"\w[\w-]*")
_OF_NAMES = frozenset(
    f"form-{code}"
    for code in (
        *("unknown-name", "unknown-dictionary", "unknown-department", "no-repeat", "no-roster"),
        *("no-person", "not-of-roster", "no-choice", "no-column", "own-columns", "types-differ"),
        *("needs-aggregate", "only-repeat", "unused", "nobody-fills", "unknown-attribute"),
    )
)
"""Mistakes that a wrong id elsewhere makes."""


class Checked(NamedTuple):
    """A form without a mistake of its own, and where its parts are written."""

    form: Form
    reading: Reading


def read_form(
    sources: Sources,
    dictionaries: Dictionaries,
    notes: Notes,
    items: Collection[str] | None = None,
) -> Checked | None:
    """The form; ``None`` and at least one mistake when there is any.

    ``items``: codes of the catalogue, when it is known; a form names its items by them.
    """
    before = errors(notes)
    reading = read_parts(sources, dictionaries, notes)
    if reading is None:
        return None
    if not reading.whole or not _is_right(reading, notes, items) or errors(notes) != before:
        return None
    form = with_choices(reading.form)
    if form.dictionaries.keys() & set(dictionaries.wrong):
        return None
    return Checked(form, reading)


def joined(checked: Mapping[str, Checked], known: Collection[str], notes: Notes) -> dict[str, Form]:
    """The forms that fit those they are taken over from; ``known``: ids of all that there are."""
    forms = {key: one.form for key, one in checked.items()}
    fitting = {}
    for key, one in checked.items():
        found = list(of_others(one.form, forms, known))
        places = _Places(one.reading, notes)
        for finding in found:
            places.note(finding)
        if all(finding.warning for finding in found):
            fitting[key] = one.form
    return fitting


def _is_right(reading: Reading, notes: Notes, items: Collection[str] | None) -> bool:
    """Whether the whole fits together; if not, some mistake was noted, here or before."""
    form = reading.form
    places = _Places(reading, notes)
    found: list[Finding] = []
    try:
        compile_form(form)
    except Mistakes as error:
        found += [Finding(*one[:3], f"form-{one.code}", one.params) for one in error.mistakes]
    found += lint(form, items)
    for finding in found:
        places.note(finding)
    return all(finding.warning for finding in found)


class _Places:
    """Notes findings where the parts are written, and no consequence of another mistake."""

    def __init__(self, reading: Reading, notes: Notes) -> None:
        self.reading = reading
        self.notes = notes
        self.wrong = set(reading.wrong)
        self.misnamed = False
        """Whether something has a name that is none: it may have meant any field."""
        self.sources = {
            (kind, key, attribute): source
            for kind, key, attribute, source in expressions(reading.form)
        }

    def note(self, finding: Finding) -> None:
        if not self._follows(finding):
            self._note(finding)

    def _follows(self, finding: Finding) -> bool:
        """Whether it may only follow from another mistake that was found already."""
        code = finding.code
        if code in _OF_NAMES and not self.reading.named:
            return True
        if code == "form-not-of-roster" and not self.reading.form.roster:
            return True
        if code == "form-unused" and self.misnamed:
            return True
        file, line = self._place(finding)
        if any((p.file, p.line) == (file, line) and not p.warning for p in self.notes.problems):
            return True
        if finding.kind != "section" and finding.id in self.wrong:
            return True
        said = [str(finding.params.get(key, "")) for key in ("value", "name")]
        if finding.attribute not in ("id", "departments"):
            said.append(self.sources.get(finding[:3], ""))
        return not self.wrong.isdisjoint(_WORD.findall(" ".join(said)))

    def _note(self, finding: Finding) -> None:
        file, line = self._place(finding)
        attribute, code = finding.attribute.partition(".")[0], finding.code
        params = {"field": attribute, **told(finding.params)}
        if code == "form-unknown-name" and attribute in ("default", "repair"):
            code = "form-unknown-value"
        if "column" in params:
            source, column = self.sources.get(finding[:3], ""), int(str(params["column"]))
            params |= place_in(source, column, finding.code)
        if code == "form-not-for-type":
            params |= {
                "value": str(params["type"]),
                "known": ", ".join(sorted(TYPES_OF[attribute])),
            }
        if finding.warning:
            self.notes.warn(file, line, code, **params)
            return
        self.notes.add(file, line, code, **params)
        if attribute in MEANING:
            self.wrong.add(finding.id)
        self.misnamed |= code in _OF_NAMES and code != "form-unused"

    def _place(self, finding: Finding) -> tuple[str, int]:
        attribute, _, inner = finding.attribute.partition(".")
        readers = self.reading.readers
        reader = readers.get((attribute, finding.id)) if inner else None
        if reader is None or not reader.has(inner):
            reader, inner = readers[finding.kind, finding.id], attribute
        return reader.file, reader.line_of(inner)
