"""The parts of one file of a form: where each is written, and which have a mistake."""

from __future__ import annotations

from hallclient.rules.problems import Notes, Reader
from hallclient.rules.toml_file import TomlFile
from hallclient.rules.toml_lines import Path


class Parts:
    """The parts of one file, each by its id."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.readers: dict[tuple[str, str], Reader] = {}
        self.wrong: set[str] = set()
        self.whole = True

    def add(self, kind: str, key: str, reader: Reader, before: int) -> bool:
        """Whether this part is the first of its id; ``before``: mistakes before it was read."""
        if not key:
            self.whole = False
            return False
        first = self.readers.get((kind, key))
        if first is not None:
            reader.fail("id", "duplicate", value=key, first=first.line_of("id"))
        else:
            self.readers[kind, key] = reader
        if errors(self.file.notes) != before:
            self.wrong.add(key)
        return first is None

    def tables(self, path: Path, owner: Reader, name: str) -> list[tuple[Path, Reader]]:
        before = errors(self.file.notes)
        found = self.file.tables(path, owner, name)
        self.whole &= errors(self.file.notes) == before
        return found


def errors(notes: Notes) -> int:
    """How many mistakes there are, warnings left out."""
    return sum(not problem.warning for problem in notes.problems)
