"""The parts of one file of a form: where each is written, and which have a mistake."""

from __future__ import annotations

from hallclient.rules.problems import Notes, Reader
from hallclient.rules.toml_file import TomlFile
from hallclient.rules.toml_lines import Path

_NAMED = ("section", "field")


class Parts:
    """The parts of one file, each by its id."""

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
        found = [one for one in self.file.notes.problems[before:] if not one.warning]
        if found:
            self.wrong.add(key)
            self.named &= all(one.params.get("field") != "id" for one in found)
        return first is None and key != ""

    def tables(self, path: Path, owner: Reader, name: str) -> list[tuple[Path, Reader]]:
        before = self.mark()
        found = self.file.tables(path, owner, name)
        self.whole &= self.mark() == before
        return found


def errors(notes: Notes) -> int:
    """How many mistakes there are, warnings left out."""
    return sum(not problem.warning for problem in notes.problems)
