"""What a hall issues, from its ``certificates.toml``: every mistake told with its place.

A kind may be ``like`` one that stands before it: what it does not say is as that one says. Then
``[kind.field]`` and ``[[kind.copy]]`` name only what differs. What follows from the whole is told
by `files_checking`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any, Final

from hallclient.rules.certificate.files_checking import check
from hallclient.rules.certificate.files_known import Known, Places
from hallclient.rules.certificate.spec import (
    FORMS,
    TYPES,
    WAYS,
    Box,
    CertificateKind,
    CopySpec,
    FaceField,
    Kinds,
    Scheme,
    Stock,
)
from hallclient.rules.form.files.attributes import names, one_of, unknown
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.review.files.parts import Ids, Part
from hallclient.rules.toml_file import Tree
from hallclient.rules.toml_lines import Path

ALIGNS: Final = ("left", "center", "right")
LARGEST: Final = 1000
"""Of a sheet, in millimetres."""

Keys = Mapping[str, Callable[[Reader, str], Any]]
"""How each key of a table is read."""


def read_kinds(tree: Tree, notes: Notes, known: Known) -> Kinds | None:
    """An edition; ``None`` and at least one mistake when there is any."""
    return _Reading(Part(tree, notes), known).kinds()


# -- how the keys of a table are read


def _text(reader: Reader, key: str) -> str:
    return reader.text(key)


def _may(reader: Reader, key: str) -> str:
    return reader.text(key, required=False)


def _flag(reader: Reader, key: str) -> bool:
    return reader.flag(key, False)


def _number(low: int, high: int) -> Callable[[Reader, str], int]:
    return lambda reader, key: reader.number(key, low=low, high=high)


def _length(low: float, high: float) -> Callable[[Reader, str], float]:
    def read(reader: Reader, key: str) -> float:
        if not reader.has(key):
            reader.fail(key, "missing")
        return reader.real(key, low, low, high)

    return read


def _among(known: Collection[str]) -> Callable[[Reader, str], str]:
    return lambda reader, key: one_of(reader, key, known)


_SCHEME: Keys = {
    "zh": _text,
    "en": _text,
    "form": _among(FORMS),
    "prefix": _may,
    "region": _may,
    "digits": _number(1, 8),
    "block": _number(1, 1000),
    "low": _number(0, 999),
}
_STOCK: Keys = {
    "zh": _text,
    "en": _text,
    "wide": _length(50, LARGEST),
    "high": _length(50, LARGEST),
    "tray": _may,
    "prefix": _may,
    "digits": _number(1, 12),
}
_KIND: Keys = {
    "zh": _text,
    "en": _text,
    "items": names,
    "scheme": _text,
    "authority_zh": _text,
    "authority_en": _text,
    "way": _among(WAYS),
    "keep": _may,
    "after": names,
    "link": _may,
}
_FIELD: Keys = {
    "zh": _text,
    "en": _text,
    "source": _may,
    "type": _among(TYPES),
    "required": _flag,
    "text": _may,
}
_COPY: Keys = {
    "zh": _text,
    "en": _text,
    "template": _text,
    "stock": _may,
    "wide": _length(50, LARGEST),
    "high": _length(50, LARGEST),
    "count": _number(1, 99),
    "count_source": _may,
    "most": _number(1, 99),
    "numbered": _flag,
}
_BOX: Keys = {
    "left": _length(0, LARGEST),
    "top": _length(0, LARGEST),
    "wide": _length(1, LARGEST),
    "high": _length(1, LARGEST),
    "size": _length(4, 72),
    "align": _among(ALIGNS),
}


class _Reading:
    def __init__(self, part: Part, known: Known) -> None:
        self.part = part
        self.known = known
        self.places = Places()
        self.stocks: Mapping[str, Stock] = {}

    def kinds(self) -> Kinds | None:
        part, top = self.part, self.part.file.top
        part.keys(top, ("version", "scheme", "stock", "kind"))
        version = top.id("version")
        schemes = self._plain("scheme", Scheme, _SCHEME)
        stocks = self._plain("stock", Stock, _STOCK)
        self.stocks = {one.id: one for one in stocks}
        made = Kinds(version, schemes, stocks, self._kinds(), dict(self.known.files or {}))
        if part.right():
            # What follows from the whole means something only when every part is right.
            check(made, self.places, self.known, self.part.notes)
        return made if part.right() else None

    def _plain(self, name: str, thing: Callable[..., Any], keys: Keys) -> tuple[Any, ...]:
        """Things that hold nothing but their keys."""
        found, ids = [], Ids()
        for _, reader in self._tables(name):
            self.part.keys(reader, ("id", *keys))
            key = reader.id()
            made = thing(key, **_said(reader, keys, _needs(thing, keys)))
            if ids.add(reader, key):
                self.places.add(reader, name, key)
                found.append(made)
        return tuple(found)

    def _tables(self, name: str) -> list[tuple[Path, Reader]]:
        top = self.part.file.top
        found = self.part.tables((), top, name)
        if not found and self.part.whole and name != "stock":
            self.part.notes.add(top.file, 1, "certificate-no-table", field=f"[[{name}]]")
        return found

    # -- kinds

    def _kinds(self) -> tuple[CertificateKind, ...]:
        found: dict[str, CertificateKind] = {}
        ids = Ids()
        for path, reader in self._tables("kind"):
            self.part.keys(reader, ("id", "like", *_KIND, "field", "copy"))
            key = reader.id()
            like = reader.text("like", required=False)
            base = found.get(like)
            if like and base is None:
                reader.fail("like", "certificate-like", **unknown(like, found))
                continue  # it would be told to lack everything
            first = ids.add(reader, key)
            if first:
                self.places.add(reader, "kind", key)
            made = self._kind(path, reader, key, base)
            if first:
                found[key] = made
        return tuple(found.values())

    def _kind(
        self, path: Path, reader: Reader, key: str, base: CertificateKind | None
    ) -> CertificateKind:
        needs = () if base else _needs(CertificateKind, _KIND)
        said = _said(reader, _KIND, needs)
        said["fields"] = self._fields(path, reader, key, base)
        said["copies"] = self._copies(path, reader, key, base)
        return replace(base, id=key, **said) if base else CertificateKind(key, **said)

    def _fields(
        self, path: Path, owner: Reader, kind: str, base: CertificateKind | None
    ) -> tuple[FaceField, ...]:
        found = dict(base.field) if base else {}
        for key, reader in self._named((*path, "field"), owner, "field"):
            self.part.keys(reader, _FIELD)
            self.places.add(reader, "kind", kind, "field", key)
            was = found.get(key)
            said = _said(reader, _FIELD, () if was else ("zh", "en"))
            found[key] = replace(was, **said) if was else FaceField(key, **said)
        return tuple(found.values())

    def _copies(
        self, path: Path, owner: Reader, kind: str, base: CertificateKind | None
    ) -> tuple[CopySpec, ...]:
        found = dict(base.copy) if base else {}
        ids = Ids()
        for inner, reader in self.part.tables(path, owner, "copy"):
            self.part.keys(reader, ("id", *_COPY, "box"))
            key = reader.id()
            was = found.get(key)
            said = _said(reader, _COPY, () if was else ("zh", "en", "template"))
            said["boxes"] = self._boxes(inner, reader, kind, key, was)
            stock = self.stocks.get(said.get("stock", ""))
            if stock is not None:
                said = {"wide": stock.wide, "high": stock.high, **said}
            if ids.add(reader, key):
                self.places.add(reader, "kind", kind, "copy", key)
                found[key] = replace(was, **said) if was else CopySpec(key, **said)
        return tuple(found.values())

    def _boxes(
        self, path: Path, owner: Reader, kind: str, copy: str, was: CopySpec | None
    ) -> tuple[Box, ...]:
        found = {box.field: box for box in was.boxes} if was else {}
        for key, reader in self._named((*path, "box"), owner, "box"):
            self.part.keys(reader, _BOX)
            self.places.add(reader, "kind", kind, "copy", copy, "box", key)
            old = found.get(key)
            said = _said(reader, _BOX, () if old else ("left", "top", "wide", "high"))
            found[key] = replace(old, **said) if old else Box(key, **said)
        return tuple(found.values())

    def _named(self, path: Path, owner: Reader, name: str) -> list[tuple[str, Reader]]:
        """The tables in the table ``name`` of ``owner``, by the word that names each."""
        value = owner.raw(name)
        if value is None:
            return []
        if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
            owner.fail(name, "wrong-type", value=value, wanted="name = { ... }")
            return []
        return [(key, self.part.file.reader((*path, key), one)) for key, one in value.items()]


def _needs(thing: Callable[..., Any], keys: Keys) -> tuple[str, ...]:
    """The keys that have no default."""
    from dataclasses import MISSING

    return tuple(
        one.name
        for one in fields_of(thing)  # type: ignore[arg-type]
        if one.name in keys and one.default is MISSING
    )


def _said(reader: Reader, keys: Keys, needs: Collection[str]) -> dict[str, Any]:
    """What a table says, and what it needs and lacks."""
    return {key: read(reader, key) for key, read in keys.items() if reader.has(key) or key in needs}
