"""Kinds of certificates are tried before any is issued: every copy, on plain paper and on stock.

Each is set with ordinary words, with as few as may be, and with texts as people who mean harm
would write them. The compiler's messages come with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hallclient.actions.certificate_kinds import SETTINGS, read_folder
from hallclient.actions.certificate_typeset import Codes, set_many
from hallclient.rules.certificate.certificate_code import CertificateCode, signed
from hallclient.rules.certificate.face import Made, face_of
from hallclient.rules.certificate.files_known import Known
from hallclient.rules.certificate.schemes import code_of
from hallclient.rules.certificate.spec import (
    CAPITALS,
    DAY,
    FULL,
    ISSUE,
    LONG,
    STOCK,
    CertificateKind,
    CopySpec,
    FaceField,
    Kinds,
)
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Notes, Problem

if TYPE_CHECKING:
    from hallclient.rules.form.spec import Form
    from hallclient.rules.review.spec import Checklist

ORDINARY, SCANT, HOSTILE = "ordinary", "scant", "hostile"
WORDS: Final = (ORDINARY, SCANT, HOSTILE)
_HOSTILE: Final = '#panic("x") *[b]* $a$ `c` <d> @e \\ // f ' + "x" * 300
_DATE: Final = "2026-11-22"
_AMOUNT: Final = "100000000"
_BODY: Final = "QQ000001"
_AT: Final = 1_795_312_800_000
"""UTC ms, in the samples: of no matter, but always the same."""


class Sample(NamedTuple):
    """A copy as it is tried."""

    kind: CertificateKind
    copy: CopySpec
    face: dict[str, Any]
    codes: Codes


def check(folder: Path, known: Known | None = None) -> tuple[Kinds | None, list[Problem]]:
    """The kinds of a folder and every mistake in it; tried when it can be read."""
    kinds, problems = read_folder(folder, known)
    if kinds is not None and all(one.warning for one in problems):
        problems = [*tried(kinds), *problems]
    return kinds, problems


def check_folder(
    folder: Path, checklists: Mapping[str, Checklist] | None, forms: Mapping[str, Form] | None
) -> list[Problem]:
    """Every mistake that shows with ordinary words in a hall's folder ``certificates``; none
    without one. ``checklists``, ``forms``: what its kinds may name; None: not known.
    """
    if not folder.is_dir():
        return []
    kinds, problems = read_folder(folder, Known(checklists, forms))
    if kinds is not None and all(one.warning for one in problems):
        problems = [*tried(kinds, WORDS[:1]), *problems]
    return [one._replace(file=f"{folder.name}/{one.file}") for one in problems]


def tried(kinds: Kinds, words: Sequence[str] = WORDS) -> list[Problem]:
    """What cannot be set; each mistake of a template once."""
    notes = Notes()
    seen: set[tuple[str, int, object]] = set()
    for word in words:
        for sample, refused in _failing(kinds, list(samples(kinds, word))):
            told: Mapping[str, Any] = refused.params
            place = str(told.get("file", SETTINGS)), int(told.get("line", 0))
            if place[0] not in (*kinds.files, SETTINGS):
                place = sample.copy.template, 0  # what the program writes to set it
            why = told.get("why") or told.get("chars", refused.code)
            if (*place, why) not in seen:
                seen.add((*place, why))
                said = {"kind": sample.kind.zh, "copy": sample.copy.zh, "why": why}
                notes.add(*place, "certificate-fails", **said)
    return notes.sorted()


def _failing(kinds: Kinds, found: Sequence[Sample]) -> Iterator[tuple[Sample, Refused]]:
    """The samples that cannot be set; all together first, since mostly none is such."""
    try:
        set_many(kinds, [(one.face, one.codes) for one in found], _AT)
    except Refused as refused:
        if len(found) == 1:
            yield found[0], refused
            return
        for one in found:
            yield from _failing(kinds, [one])


def samples(kinds: Kinds, word: str) -> Iterator[Sample]:
    """Every copy of every kind in each layout it has, saying what ``word`` tells."""
    for kind in kinds.kinds:
        scheme = kinds.scheme[kind.scheme]
        code = code_of(scheme, body=_BODY, serial=1, day=_DATE)
        values = {field.id: _value(field, word) for field in kind.fields}
        for copy in kind.copies:
            for layout in (FULL, STOCK) if copy.stock else (FULL,):
                made = Made(code, values, copy.id, 1, copy.most, _DATE, ISSUE, layout)
                yield Sample(kind, copy, face_of(kinds, kind.id, made), _codes(kind, code))


def _value(field: FaceField, word: str) -> str:
    if word == SCANT and not field.required:
        return ""
    if field.type == DAY:
        return _DATE
    if field.type == CAPITALS:
        return _AMOUNT
    if word == HOSTILE:
        return _HOSTILE
    text = field.text or field.zh
    return text * 40 if field.type == LONG else text


def _codes(kind: CertificateKind, code: str) -> Codes:
    own = CertificateCode("AAAAAA", kind.id, code, "2-1", _DATE, "A" * 16)
    return Codes(code, kind.link.replace("{code}", code), signed(own, bytes(64)))
