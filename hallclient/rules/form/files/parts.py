"""The parts of one file of a form: where each is written, and which have a mistake."""

from __future__ import annotations

from collections.abc import Iterable

from hallclient.rules.form.files.attributes import check_keys
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.toml_file import TomlFile
from hallclient.rules.toml_lines import Path

_NAMED = ("section", "field")
MEANING = frozenset("id code type choices via of departments names values".split())
"""Keys that say what a part is: with a mistake in one, more mistakes about it mean nothing."""


class Parts:
    """The parts of one file, each by its id; ``wrong``: those of which one cannot say more."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.readers: dict[tuple[str, str], Reader] = {}
        self.wrong: set[str] = set()
        self.whole = True
        """Whether all tables could be read."""
        self.named = True
        """Whether each part has the id that others may know it by."""

    def mark(self) -> int:
        """How many problems are known."""
        return len(self.file.notes.problems)

    def add(self, kind: str, key: str, reader: Reader, before: int) -> bool:
        """Whether this part is the first of its id; ``before``: the `mark` before it was read."""
        # Expressions name sections and fields alike.
        kinds = _NAMED if kind in _NAMED else (kind,)
        first = next((self.readers[one, key] for one in kinds if (one, key) in self.readers), None)
        if first is not None:
            reader.fail("id", "duplicate", value=key, first=first.line_of("id"))
        elif key:
            self.readers[kind, key] = reader
        keys = {
            one.params.get("field") for one in self.file.notes.problems[before:] if not one.warning
        }
        # No form may take a part of a list of choices.
        if keys & MEANING or (keys and kind == "dictionary"):
            self.wrong.add(key)
        self.named &= "id" not in keys
        return first is None and key != ""

    def keys(self, reader: Reader, known: Iterable[str]) -> None:
        """Note every key of a table that is none."""
        self.whole &= check_keys(reader, known)

    def tables(self, path: Path, owner: Reader, name: str) -> list[tuple[Path, Reader]]:
        before = self.mark()
        found = self.file.tables(path, owner, name)
        self.whole &= self.mark() == before
        return found


def errors(notes: Notes) -> int:
    """How many mistakes there are, warnings left out."""
    return sum(not problem.warning for problem in notes.problems)
