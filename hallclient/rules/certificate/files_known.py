"""What the files of certificates are checked against, and where their parts stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hallclient.rules.form.files.attributes import unknown
from hallclient.rules.form.spec import Form
from hallclient.rules.problems import Reader
from hallclient.rules.review.spec import Checklist


class Known(NamedTuple):
    """What a hall has that its kinds may name; None: not known, and so not checked."""

    checklists: Mapping[str, Checklist] | None = None
    forms: Mapping[str, Form] | None = None
    files: Mapping[str, str] | None = None
    """Typst sources of the folder by name."""


class Places:
    """Where each part of the kinds stands, for mistakes that show when all is read.

    A part is named ``scheme, uscc``; ``kind, yyzz``; ``kind, yyzz, field, name``; ``kind, yyzz,
    copy, original``; ``kind, yyzz, copy, original, box, name``.
    """

    def __init__(self) -> None:
        self._readers: dict[tuple[str, ...], Reader] = {}
        self._told: set[tuple[str, ...]] = set()

    def add(self, reader: Reader, *part: str) -> None:
        """A part that is read."""
        self._readers[part] = reader

    def says(self, key: str, *part: str) -> bool:
        """Whether a part says a key itself."""
        return part in self._readers and self._readers[part].has(key)

    def fail(self, key: str, code: str, /, *part: str, **params: object) -> None:
        """Tell a mistake of a part at its key; at ``like`` when all of the part is another kind's.

        What a kind has of another is told there alone.
        """
        if self._new(key, code, part, params):
            reader, key = self._place(key, part)
            reader.fail(key, code, **params)

    def warn(self, key: str, code: str, /, *part: str, **params: object) -> None:
        """Tell what is worth a look, as `fail`."""
        if self._new(key, code, part, params):
            reader, key = self._place(key, part)
            reader.notes.warn(reader.file, reader.line_of(key), code, field=key, **params)

    def known(self, key: str, word: str, known: Iterable[str], /, *part: str) -> bool:
        """Whether a word of a part is one of those known; told when it is not."""
        words = list(known)
        if word not in words:
            self.fail(key, "unknown-value", *part, **unknown(word, words))
        return word in words

    def _place(self, key: str, part: tuple[str, ...]) -> tuple[Reader, str]:
        own = self._readers.get(part)
        return (own, key) if own is not None else (self._readers[part[:2]], "like")

    def _new(
        self, key: str, code: str, part: tuple[str, ...], params: Mapping[str, object]
    ) -> bool:
        """Whether this is no mistake of the kind that the part's kind is like."""
        what = (*part[2:], key, code, str(params))
        like = str(self._readers[part[:2]].values.get("like", ""))
        self._told.add((part[1], *what))
        return (like, *what) not in self._told or self.says(key, *part)
