"""Reading a TOML file table by table, each mistake noted with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from hallclient.rules.catalogue import Word
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.toml_lines import Path

_T = TypeVar("_T")


class Tree(NamedTuple):
    """A TOML file as read, with the line of each table and key (``("line", 2, "zh")``)."""

    file: str
    data: Mapping[str, object]
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of the nearest table or key that is known."""
        for length in range(len(path), 0, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return 1


class TomlFile:
    """Reads one file, table by table."""

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self.tree = tree
        self.notes = notes
        self.top = self.reader((), tree.data)

    def reader(self, path: Path, values: Mapping[str, object]) -> Reader:
        lines = {key: self.tree.line((*path, key)) for key in values}
        line = self.tree.line(path) if path else 1
        return Reader(self.notes, self.tree.file, line, values, lines)

    def table(self, name: str) -> Reader:
        """One table; an empty one when it lacks or is something else."""
        value = self.top.raw(name)
        if value is not None and not isinstance(value, dict):
            self.top.fail(name, "wrong-type", value=value, wanted=f"[{name}]")
            value = None
        return self.reader((name,), value or {})

    def array(self, name: str, *, required: bool = False) -> list[Reader]:
        """The tables of ``[[name]]``."""
        if required and self.top.raw(name) is None:
            self.top.fail(name, "missing-table")
        return [reader for _, reader in self.tables((), self.top, name)]

    def tables(self, path: Path, owner: Reader, name: str) -> list[tuple[Path, Reader]]:
        """The tables of ``[[name]]`` in the table ``owner``, which stands at ``path``."""
        value = owner.raw(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            whole = ".".join([*(part for part in path if isinstance(part, str)), name])
            owner.fail(name, "wrong-type", value=value, wanted=f"[[{whole}]]")
            return []
        found = [((*path, name, at), part) for at, part in enumerate(value)]
        return [(place, self.reader(place, part)) for place, part in found]

    def keyed(
        self, name: str, make: Callable[[Reader, str], _T], *, required: bool = False
    ) -> dict[str, _T]:
        """The tables of ``[[name]]`` by their id."""
        found: dict[str, _T] = {}
        seen: dict[str, int] = {}
        for reader in self.array(name, required=required):
            key = reader.id()
            thing = make(reader, key)
            reader.done()
            if key in seen:
                reader.fail("id", "duplicate", value=key, first=seen[key])
            elif key:
                seen[key] = reader.line
                found[key] = thing
        return found

    def words(self, name: str, *, required: bool = False) -> dict[str, Word]:
        """Tables that hold a word and nothing else."""
        return self.keyed(name, lambda reader, key: Word(key, *reader.words()), required=required)

    def place(self, name: str, key: str, *rest: str) -> int:
        """The line of the table ``[[name]]`` with this id, or of a key in it."""
        tables = self.tree.data.get(name)
        for at, table in enumerate(tables if isinstance(tables, list) else []):
            if isinstance(table, dict) and table.get("id") == key:
                return self.tree.line((name, at, *rest))
        return 1
