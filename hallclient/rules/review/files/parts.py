"""One file of a hall's review, read table by table; a mistake is told once, not what follows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from hallclient.rules.form.files.attributes import check_keys, names, unknown
from hallclient.rules.form.spec import Form
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.toml_file import TomlFile, Tree
from hallclient.rules.toml_lines import Path


class Known(NamedTuple):
    """What a hall has that its review may name; None: not known, and so not checked."""

    items: Collection[str] | None = None
    """Codes of the catalogue."""
    departments: Collection[str] | None = None
    forms: Mapping[str, Form] | None = None


class Part:
    """A file while it is read.

    ``whole``: every table could be read, so what lacks really lacks.
    """

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self.file = TomlFile(tree, notes)
        self.notes = notes
        self.whole = True
        self._before = self.mistakes()

    def mistakes(self) -> int:
        """How many mistakes are known, warnings left out."""
        return sum(not one.warning for one in self.notes.problems)

    def right(self) -> bool:
        """Whether this file has no mistake so far."""
        return self.mistakes() == self._before

    def keys(self, reader: Reader, known: Iterable[str]) -> None:
        """Note every key of a table that is none."""
        self.whole &= check_keys(reader, known)

    def tables(self, path: Path, owner: Reader, name: str) -> list[tuple[Path, Reader]]:
        """The tables of ``[[name]]`` in the table ``owner``, which stands at ``path``."""
        before = self.mistakes()
        found = self.file.tables(path, owner, name)
        self.whole &= self.mistakes() == before
        return found

    def sound(self, reader: Reader, *keys: str) -> bool:
        """Whether nothing was told of these keys of a table."""
        lines = {(reader.file, reader.line_of(key)) for key in keys}
        return not any((one.file, one.line) in lines for one in self.notes.problems)

    def words(self, reader: Reader, base: str = "", *, required: bool = True) -> tuple[str, str]:
        """A text in both languages: ``zh`` and ``en``, or ``how_zh`` and ``how_en``.

        Applicants read them, so none may lack; when not ``required``, both or neither.
        """
        zh_key, en_key = f"{base}zh", f"{base}en"
        return self.both(reader, zh_key, en_key, required=required)

    def both(
        self, reader: Reader, zh_key: str, en_key: str, *, required: bool = True
    ) -> tuple[str, str]:
        """`words` under keys of these names."""
        zh, en = (reader.text(key, required=required) for key in (zh_key, en_key))
        for key, other in ((zh_key, en_key), (en_key, zh_key)):
            if reader.has(key) and not reader.has(other) and not required:
                reader.fail(key, "form-needs-other", other=other)
        if en and _han(en):
            at = reader.line_of(en_key)
            self.notes.warn(reader.file, at, "review-not-english", field=en_key, value=en)
        return zh, en

    def named(self, reader: Reader, key: str, known: Iterable[str] | None) -> tuple[str, ...]:
        """A list of words, each of which must be known."""
        found = names(reader, key)
        for word in found:
            self.is_known(reader, key, word, known)
        return found

    def is_known(self, reader: Reader, key: str, word: str, known: Iterable[str] | None) -> bool:
        """Whether a word is one of those known; told when it is not."""
        if known is None:
            return True
        words = list(known)
        if word in words:
            return True
        reader.fail(key, "unknown-value", **unknown(word, words))
        return False


class Ids:
    """Ids of one kind of tables in a file; ``whole``: each table has one of its own, so that a word
    which is none of them is wrong.
    """

    def __init__(self) -> None:
        self.lines: dict[object, int] = {}
        self.whole = True

    def add(self, reader: Reader, value: object, key: str = "id") -> bool:
        """Whether it is there and the first of its kind."""
        if value in ("", 0):
            self.whole = False
            return False
        if value in self.lines:
            reader.fail(key, "duplicate", value=value, first=self.lines[value])
            self.whole = False
            return False
        self.lines[value] = reader.line_of(key)
        return True


def _han(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)
