"""Whether the parts of what a hall issues fit each other, and what else the hall has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hallclient.rules.certificate.face import LINK, PICTURES, STOCK_TEMPLATE
from hallclient.rules.certificate.files_known import Known, Places
from hallclient.rules.certificate.files_source import COUNT, Asked, check_source
from hallclient.rules.certificate.schemes import YEAR
from hallclient.rules.certificate.spec import (
    FOOD,
    NEW,
    SERIAL,
    USCC,
    CertificateKind,
    CopySpec,
    Kinds,
    Scheme,
)
from hallclient.rules.problems import Notes
from hallclient.rules.regions import PROVINCES
from hallclient.rules.typst_source import packages, unused
from hallclient.rules.uscc import CATEGORIES, NATIONAL

STYLE: Final = "face.typ"
"""What all templates share."""
TEST_SHEET: Final = "test-sheet.typ"
"""Shows by how much a printer is out; of no kind."""
BOXES: Final = ("code", "copy", "authority", "date", *PICTURES)
"""What can stand in a box beside the fields."""

_FORMS_OF: Final = {"region": (USCC, FOOD), "digits": (SERIAL,)}
"""Keys of a scheme that mean something only for some forms of codes."""
_KIND: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""It stands in the certificate's own QR code, in capitals."""
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_REGION: Final = re.compile(r"[0-9]{6}")
_SERIAL: Final = re.compile(r"[0-9A-Z-]*")
_LETTERS: Final = re.compile(r"[A-Z]{0,12}")
_LINK: Final = re.compile(r"https?://[!-z|~]+")


def check(kinds: Kinds, places: Places, known: Known, notes: Notes) -> None:
    """Tell every mistake of kinds whose tables are right one by one."""
    _schemes(kinds, places)
    for stock in kinds.stocks:
        if not _LETTERS.fullmatch(stock.prefix):
            places.fail("prefix", "certificate-letters", "stock", stock.id, value=stock.prefix)
    for kind in kinds.kinds:
        _kind(kinds, kind, places, known)
        for copy in kind.copies:
            _copy(kinds, kind, copy, places, known)
    _circles(kinds, places)
    _collisions(kinds, places)
    if known.files is not None:
        _files(kinds, known.files, notes)


# -- codes and sheets


def _schemes(kinds: Kinds, places: Places) -> None:
    made: dict[tuple[object, ...], str] = {}
    for one in kinds.schemes:
        _scheme(one, places)
        same = (one.form, one.prefix, one.region, one.digits)
        if one.form != USCC and made.setdefault(same, one.id) != one.id:
            places.fail(
                "prefix", "certificate-same-codes", "scheme", one.id, value=one.id, other=made[same]
            )


def _scheme(one: Scheme, places: Places) -> None:
    part = ("scheme", one.id)
    for key, forms in _FORMS_OF.items():
        if one.form not in forms and places.says(key, *part):
            places.fail(key, "certificate-not-of-form", *part, form=one.form)
    if one.low >= one.block:
        places.fail("low", "certificate-low", *part, value=one.low, block=one.block)
    if one.form == SERIAL:
        if not _SERIAL.fullmatch(one.prefix.replace(YEAR, "", 1)):
            places.fail("prefix", "certificate-serial-prefix", *part, value=one.prefix)
        return
    if one.form == USCC:
        fits = len(one.prefix) == 2 and one.prefix[1] in CATEGORIES.get(one.prefix[0], "")
        code = "certificate-uscc-prefix"
    else:
        fits, code = re.fullmatch("[0-9]", one.prefix) is not None, "certificate-food-prefix"
    if not fits:
        places.fail("prefix", code, *part, value=one.prefix)
    province = one.region[:2] in PROVINCES or one.region == NATIONAL
    if not (_REGION.fullmatch(one.region) and province):
        places.fail("region", "certificate-region", *part, value=one.region)


# -- kinds


def _kind(kinds: Kinds, kind: CertificateKind, places: Places, known: Known) -> None:
    part = ("kind", kind.id)
    if not _KIND.fullmatch(kind.id):
        places.fail("id", "certificate-kind-id", *part, value=kind.id)
    places.known("scheme", kind.scheme, kinds.scheme, *part)
    for key, given in (("items", kind.items), ("field", kind.fields), ("copy", kind.copies)):
        if not given:
            places.fail(key, "missing", *part)
    if known.checklists is not None:
        for item in kind.items:
            places.known("items", item, known.checklists, *part)
    for one in kind.after:
        places.known("after", one, kinds.kind, *part)
    if kind.link and (kind.link.count("{code}") != 1 or not _LINK.fullmatch(_bare(kind.link))):
        places.fail("link", "certificate-link", *part, value=kind.link)
    if kind.keep and kind.way == NEW:
        places.fail("keep", "certificate-keep-new", *part, value=kind.keep)
    check_source(kind.keep, Asked(kind, "keep", part), places, known)
    for field in kind.fields:
        at = (*part, "field", field.id)
        _field_id(field.id, places, *at)
        check_source(field.source, Asked(kind, "source", at, field.type), places, known)
    for copy in kind.copies:
        at = (*part, "copy", copy.id)
        asked = Asked(kind, "count_source", at, COUNT)
        check_source(copy.count_source, asked, places, known)


def _bare(link: str) -> str:
    return link.replace("{code}", "")


def _field_id(key: str, places: Places, *part: str) -> None:
    if key in BOXES:
        places.fail("id", "certificate-field-taken", *part, value=key)
    elif not _FIELD.fullmatch(key):
        places.fail("id", "certificate-field-id", *part, value=key)


def _circles(kinds: Kinds, places: Places) -> None:
    """No kind waits for itself; each circle is told once."""
    told: set[str] = set()
    for kind in kinds.kinds:
        before = _before(kind.id, kinds)
        if kind.id in before and kind.id not in told:
            told |= {one for one in before if one in _before(one, kinds)}
            places.fail("after", "certificate-circle", "kind", kind.id, value=kind.id)


def _before(kind: str, kinds: Kinds) -> set[str]:
    """The kinds that must be there before a kind, and before those."""
    found: set[str] = set()
    open_ = [kind]
    while open_:
        here = kinds.kind.get(open_.pop())
        for one in here.after if here else ():
            if one not in found:
                found.add(one)
                open_.append(one)
    return found


def _collisions(kinds: Kinds, places: Places) -> None:
    """Whoever is granted one thing gets one credit code."""
    first: dict[str, str] = {}
    for kind in kinds.kinds:
        scheme = kinds.scheme.get(kind.scheme)
        if kind.way != NEW or scheme is None or scheme.form != USCC:
            continue
        for item in kind.items:
            other = first.setdefault(item, kind.id)
            if other != kind.id:
                places.fail(
                    "items", "certificate-two-codes", "kind", kind.id, value=item, other=other
                )


# -- copies


def _copy(
    kinds: Kinds, kind: CertificateKind, copy: CopySpec, places: Places, known: Known
) -> None:
    part = ("kind", kind.id, "copy", copy.id)
    if known.files is not None and copy.template not in known.files:
        places.fail("template", "certificate-no-template", *part, value=copy.template)
    if copy.count > copy.most:
        places.fail("count", "certificate-count", *part, value=copy.count, most=copy.most)
    _sheet(kinds, copy, places, *part)
    boxed = {box.field for box in copy.boxes}
    if LINK in boxed and not kind.link:
        places.fail("box", "certificate-qr-no-link", *part)
    for field in kind.fields if boxed else ():
        if field.required and field.id not in boxed:
            places.warn("box", "certificate-no-box", *part, value=field.zh)
    for box in copy.boxes:
        at = (*part, "box", box.field)
        places.known("box", box.field, [*kind.field, *BOXES], *at)
        right, bottom = box.left + box.wide, box.top + box.high
        if right > copy.wide or bottom > copy.high:
            size = f"{copy.wide:g}×{copy.high:g}"
            places.fail("box", "certificate-box-outside", *at, value=box.field, size=size)


def _sheet(kinds: Kinds, copy: CopySpec, places: Places, *part: str) -> None:
    if not copy.stock:
        if copy.boxes:
            places.fail("box", "certificate-box-no-stock", *part)
    elif places.known("stock", copy.stock, kinds.stock, *part):
        stock = kinds.stock[copy.stock]
        if (copy.wide, copy.high) != (stock.wide, stock.high):
            size = f"{stock.wide:g}×{stock.high:g}"
            places.fail("stock", "certificate-sheet-size", *part, value=copy.stock, size=size)
        if not copy.boxes:
            places.fail("stock", "certificate-no-boxes", *part, value=copy.stock)


# -- templates


def _files(kinds: Kinds, files: Mapping[str, str], notes: Notes) -> None:
    copies = [one for kind in kinds.kinds for one in kind.copies]
    stock = any(one.stock for one in copies)
    needed = (STYLE, STOCK_TEMPLATE, TEST_SHEET) if stock else (STYLE,)
    for name in needed:
        if name not in files:
            notes.add(name, 0, "missing-file")
    for name, text in files.items():
        for line in packages(text):
            notes.add(name, line, "paper-package")
    for name in unused(
        files, [STYLE, STOCK_TEMPLATE, TEST_SHEET, *(one.template for one in copies)]
    ):
        notes.warn(name, 0, "certificate-unused")
