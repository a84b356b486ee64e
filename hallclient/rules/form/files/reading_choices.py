"""Reading the lists of choices of a hall: ``dictionaries.toml``, used by all of its forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from hallclient.rules.form.files.parts import Parts
from hallclient.rules.form.spec import Option
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.toml_file import TomlFile, Tree
from hallclient.rules.toml_lines import Path

_OWN = ("code", "zh", "en")


class Dictionaries(NamedTuple):
    """``options`` by dictionary; ``readers``: where each is written; ``wrong``: those with a
    mistake; ``whole`` and ``named`` as in `Parts`.
    """

    options: Mapping[str, tuple[Option, ...]]
    readers: Mapping[str, Reader]
    wrong: Collection[str]
    whole: bool
    named: bool


def read_dictionaries(tree: Tree | None, notes: Notes) -> Dictionaries:
    """All lists of choices of a hall."""
    if tree is None:
        return Dictionaries({}, {}, (), False, False)
    parts = Parts(TomlFile(tree, notes))
    parts.keys(parts.file.top, ("dictionary",))
    found: dict[str, tuple[Option, ...]] = {}
    for path, reader in parts.tables((), parts.file.top, "dictionary"):
        before = parts.mark()
        key = reader.id()
        parts.keys(reader, ("id", "zh", "en", "option"))
        reader.words()
        options = _options(parts, path, reader)
        if parts.add("dictionary", key, reader, before):
            found[key] = options
    readers = {key: reader for (_, key), reader in parts.readers.items()}
    return Dictionaries(found, readers, parts.wrong, parts.whole, parts.named)


def _options(parts: Parts, path: Path, owner: Reader) -> tuple[Option, ...]:
    readers = parts.tables(path, owner, "option")
    found: dict[str, Option] = {}
    lines: dict[str, int] = {}
    labels: dict[str, int] = {}
    for _, reader in readers:
        code, zh = reader.id("code"), reader.text("zh")
        more = {key: reader.raw(key) for key in reader.values if key not in _OWN}
        for key, value in more.items():
            if not isinstance(value, (str, int, bool)):
                reader.fail(key, "wrong-type", value=value, wanted='"...", 1, true')
        if code in lines:
            reader.fail("code", "duplicate", value=code, first=lines[code])
        elif code:
            lines[code] = reader.line_of("code")
            found[code] = Option(code, zh, reader.text("en", required=False), more)
        if zh and labels.setdefault(zh, reader.line) != reader.line:
            at = reader.line_of("zh")
            owner.notes.warn(owner.file, at, "form-same-label", value=zh, first=labels[zh])
    if not readers and parts.whole and "option" not in owner.values:
        at = owner.line_of("id")
        owner.notes.add(owner.file, at, "form-no-options", value=owner.values.get("id"))
    plain = [option.zh for option in found.values() if not option.en]
    if plain:
        count = {"value": plain[0], "count": len(plain)}
        owner.notes.warn(owner.file, owner.line, "form-no-english-options", **count)
    return tuple(found.values())
