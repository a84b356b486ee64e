"""What a hall issues: kinds of certificates (证照种类), their copies, codes, stock and faces.

All of it is data that a hall edits (``fixtures/certificates``) and publishes as one edition, the
Typst templates included; a certificate keeps the edition it was approved under, so its face of
years ago is set again exactly as it was. Lengths are millimetres, sizes points.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final

USCC, FOOD, SERIAL = "uscc", "food", "serial"
FORMS: Final = (USCC, FOOD, SERIAL)
"""Of codes: unified social credit code (GB 32100, from leased bodies), food permit number
(食品经营许可证编号), a number that the hall counts itself."""
NEW, KEEP = "new", "keep"
WAYS: Final = (NEW, KEEP)
"""Whether granting gives a new code or a certificate keeps the code its holder has."""
FULL, STOCK = "full", "stock"
LAYOUTS: Final = (FULL, STOCK)
"""The whole face on plain paper; only the variable fields on preprinted stock."""
ISSUE, ADVANCE = "issue", "advance"
MODES: Final = (ISSUE, ADVANCE)
"""Issued with signature and seal; printed in advance, with neither (OpenCRVS #6426)."""
TEXT, LONG, DAY, CAPITALS = "text", "long", "day", "capitals"
TYPES: Final = (TEXT, LONG, DAY, CAPITALS)
"""Of a field: one line, many lines that shrink and are never cut, an ISO day, money in 分 that the
face says in capital numerals (壹佰万圆整)."""


@dataclass(frozen=True)
class Scheme:
    """How a code is made (编码规则)."""

    id: str
    zh: str
    en: str
    form: str
    """One of `FORMS`."""
    prefix: str = ""
    """``uscc``: department and category (91); ``food``: the kind of business (a digit);
    ``serial``: what stands before, ``{year}`` in it is the year."""
    region: str = ""
    """Six digits of the registrar; not for ``serial``."""
    digits: int = 4
    """Of a ``serial``."""
    block: int = 20
    """Bodies that a window leases at a time."""
    low: int = 5
    """With so few left a window leases again, and a segment is told to be low by ten times it."""


@dataclass(frozen=True)
class Stock:
    """Blank preprinted sheets (空白证照) of one sort."""

    id: str
    zh: str
    en: str
    wide: float
    high: float
    tray: str = ""
    """Of the printer; batches are sorted by it."""
    prefix: str = ""
    """Letters before the serial that is printed on each sheet."""
    digits: int = 8


@dataclass(frozen=True)
class Box:
    """Where a field stands on a face, from the sheet's upper left corner."""

    field: str
    """A field's id; also ``code``, ``copy``, ``authority``, ``date``, ``bars``, ``qr``, ``own``."""
    left: float
    top: float
    wide: float
    high: float
    size: float = 12
    """Points; text that does not fit shrinks."""
    align: str = "left"


@dataclass(frozen=True)
class CopySpec:
    """One copy of a certificate: the original (正本) or a duplicate (副本)."""

    id: str
    zh: str
    en: str
    template: str
    """File of the full layout, ``licence.typ``."""
    stock: str = ""
    """Preprinted sheets it goes on; empty: plain paper only."""
    wide: float = 297
    high: float = 210
    count: int = 1
    """How many are made when nothing else is said."""
    count_source: str = ""
    """Where the applicant says how many, as of a field; empty, or nothing said: ``count``."""
    most: int = 1
    numbered: bool = False
    """Duplicates are numbered 1-1, 1-2 (副本编号)."""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class FaceField:
    """A field of a face."""

    id: str
    zh: str
    en: str
    source: str = ""
    """``form:FIELD``, ``applicant:FIELD``, ``item:name``, ``kind:ID`` (the code of the certificate
    that this one builds on); empty: the clerk is asked."""
    type: str = TEXT
    required: bool = True
    text: str = ""
    """What stands there when the source says nothing."""


@dataclass(frozen=True)
class CertificateKind:
    """One kind of certificate (证照种类)."""

    id: str
    zh: str
    en: str
    items: tuple[str, ...]
    """Checklists whose grant yields it."""
    scheme: str
    authority_zh: str
    authority_en: str
    way: str = NEW
    keep: str = ""
    """Source of the code for `KEEP`, as of a field; empty: the clerk types it."""
    after: tuple[str, ...] = ()
    """Kinds that must be there before (三证同办: the land-use permit before the building's)."""
    link: str = ""
    """Address in the public QR code, ``{code}`` in it; empty: none is printed."""
    fields: tuple[FaceField, ...] = ()
    copies: tuple[CopySpec, ...] = ()

    @cached_property
    def field(self) -> Mapping[str, FaceField]:
        """The fields by id."""
        return {one.id: one for one in self.fields}

    @cached_property
    def copy(self) -> Mapping[str, CopySpec]:
        """The copies by id."""
        return {one.id: one for one in self.copies}


@dataclass(frozen=True)
class Kinds:
    """An edition: everything a hall issues. ``files``: Typst sources by name."""

    version: str
    schemes: tuple[Scheme, ...] = ()
    stocks: tuple[Stock, ...] = ()
    kinds: tuple[CertificateKind, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Which edition: ``certificates/<version>``."""
        return f"certificates/{self.version}"

    @cached_property
    def scheme(self) -> Mapping[str, Scheme]:
        """The schemes by id."""
        return {one.id: one for one in self.schemes}

    @cached_property
    def stock(self) -> Mapping[str, Stock]:
        """The stocks by id."""
        return {one.id: one for one in self.stocks}

    @cached_property
    def kind(self) -> Mapping[str, CertificateKind]:
        """The kinds by id."""
        return {one.id: one for one in self.kinds}

    def of_item(self, checklist: str) -> tuple[CertificateKind, ...]:
        """What granting a case with this checklist yields."""
        return tuple(one for one in self.kinds if checklist in one.items)


def to_json(kinds: Kinds) -> str:
    """Canonical JSON: the same edition is the same text."""
    return json.dumps(asdict(kinds), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_data(data: Mapping[str, Any]) -> Kinds:
    """An edition from parsed JSON. Raises KeyError, TypeError when it is none."""
    return Kinds(
        data["version"],
        tuple(Scheme(**one) for one in data["schemes"]),
        tuple(Stock(**one) for one in data["stocks"]),
        tuple(_kind(one) for one in data["kinds"]),
        dict(data["files"]),
    )


def _kind(data: Mapping[str, Any]) -> CertificateKind:
    copies = tuple(
        CopySpec(**{**one, "boxes": tuple(Box(**box) for box in one["boxes"])})
        for one in data["copies"]
    )
    return CertificateKind(
        **{
            **data,
            "items": tuple(data["items"]),
            "after": tuple(data["after"]),
            "fields": tuple(FaceField(**one) for one in data["fields"]),
            "copies": copies,
        }
    )
