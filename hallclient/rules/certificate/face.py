"""What stands on a certificate (证照面): its fields as shown, and where on preprinted stock.

A face is plain data for the Typst templates. What is printed in advance (预打印) has neither
authority nor date of issue in it, so that no template can print them by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import Any, Final, NamedTuple

from hallclient.rules.certificate.capitals import capitals
from hallclient.rules.certificate.spec import (
    CAPITALS,
    DAY,
    ISSUE,
    LONG,
    STOCK,
    CertificateKind,
    CopySpec,
    FaceField,
    Kinds,
)
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

STOCK_TEMPLATE: Final = "stock.typ"
"""Sets the variable fields of every copy on preprinted stock."""
BARS, LINK, OWN = "bars", "qr", "own"
PICTURES: Final = (BARS, LINK, OWN)
"""Boxes of codes: the number's barcode, the public QR code, the hall's signed one."""

_YEAR, _MONTH, _DATE = "\u5e74", "\u6708", "\u65e5"  # 年 月 日
_FEN: Final = re.compile("[0-9]{1,18}")


class Made(NamedTuple):
    """One copy of a certificate that is to be set."""

    code: str
    values: Mapping[str, str]
    """Of the fields by id: text, an ISO day, 分."""
    copy: str
    """Which copy, the id of its `CopySpec`."""
    no: int
    of: int
    """The how-manieth of how many of its sort."""
    day: str
    """Date of issue, ISO."""
    mode: str
    layout: str
    offset: tuple[int, int] = (0, 0)
    """What a printer is out by: tenths of a millimetre to the right and down."""
    demo: bool = False
    seal: Mapping[str, str] | None = None
    """``by`` and ``at``: who sealed it and when, as shown."""


def face_of(kinds: Kinds, kind: str, made: Made) -> dict[str, Any]:
    """The face of a copy, for its template.

    ``fields``: those that say something, each with id, type, both labels and its value as shown;
    ``boxes``, on stock alone: the same and the other variable words at their places in
    millimetres, the offset added. Raises ``face-field-missing`` for a required field that says
    nothing, ``face-field-wrong`` for a day or an amount that is none; KeyError: no such kind or
    copy, or a box of a field that the kind has not.
    """
    what = kinds.kind[kind]
    copy = what.copy[made.copy]
    issued = made.mode == ISSUE
    stock = made.layout == STOCK
    face: dict[str, Any] = {
        "kind": what.id,
        "title": {"zh": what.zh, "en": what.en},
        "copy": {"id": copy.id, "zh": copy.zh, "en": copy.en},
        "copy_no": copy_number(made.no, made.of) if copy.numbered else "",
        "template": STOCK_TEMPLATE if stock else copy.template,
        "layout": made.layout,
        "mode": made.mode,
        "wide": copy.wide,
        "high": copy.high,
        "code": made.code,
        "authority": {"zh": what.authority_zh, "en": what.authority_en} if issued else {},
        "date": day_words(made.day) if issued else "",
        "seal": dict(made.seal or {}) if issued else {},
        "fields": [one for field in what.fields for one in _field(field, made.values)],
        "demo": made.demo,
    }
    face["boxes"] = _filled(placed(copy, made.offset), what, face) if stock else []
    return face


def shown(kind: CertificateKind, values: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The face as text: both labels and the value of each field that says something.

    Nothing is refused here: what is missing is left out, what is wrong stands as it is.
    """
    found = []
    for field in kind.fields:
        text = _text(field, values)
        with suppress(ValueError):
            text = _words(field, text) if text else ""
        if text:
            found.append((field.zh, field.en, text))
    return found


def day_words(iso: str) -> str:
    """An ISO day as certificates tell it: 2026年11月22日. ValueError: it is none."""
    day = date.fromisoformat(iso)
    return f"{day.year}{_YEAR}{day.month}{_MONTH}{day.day}{_DATE}"


def copy_number(no: int, of: int) -> str:
    """Number of a duplicate (副本编号) as licences have it: ``2-1`` is the first of two."""
    return f"{of}-{no}"


def placed(copy: CopySpec, offset: tuple[int, int]) -> list[dict[str, Any]]:
    """The boxes of a copy where this printer must be told to print them, in millimetres."""
    right, down = offset
    return [
        {
            **asdict(box),
            "left": round(box.left + right / 10, 2),
            "top": round(box.top + down / 10, 2),
        }
        for box in copy.boxes
    ]


def _filled(
    boxes: list[dict[str, Any]], kind: CertificateKind, face: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Boxes with what stands in them; those in which nothing does are left out."""
    said = dict.fromkeys(kind.field, "") | {one["id"]: one["value"] for one in face["fields"]}
    own = OWN if face["mode"] == ISSUE else ""
    said |= {
        "code": face["code"],
        "copy": face["copy_no"],
        "authority": face["authority"].get("zh", ""),
        "date": face["date"],
        **{BARS: BARS, LINK: LINK, OWN: own},
    }
    found = []
    for box in boxes:
        name = box["field"]
        if said[name]:
            long = name in kind.field and kind.field[name].type == LONG
            found.append({**box, "value": said[name], "long": long, "picture": name in PICTURES})
    return found


def _field(field: FaceField, values: Mapping[str, str]) -> list[dict[str, str]]:
    """A field as shown, or nothing when it says nothing and need not."""
    text = _text(field, values)
    if not text:
        if field.required:
            raise Refused("face-field-missing", field=field.id, zh=field.zh, en=field.en)
        return []
    try:
        said = _words(field, text)
    except ValueError:
        raise Refused(
            "face-field-wrong", field=field.id, zh=field.zh, en=field.en, value=text
        ) from None
    one = {"id": field.id, "type": field.type, "zh": field.zh, "en": field.en, "value": said}
    return [one]


def _text(field: FaceField, values: Mapping[str, str]) -> str:
    text = clean(values.get(field.id, ""), multiline=field.type == LONG).strip()
    return text or field.text


def _words(field: FaceField, text: str) -> str:
    """A value as it is printed. ValueError: no day, no amount."""
    if field.type == DAY:
        return day_words(text)
    if field.type == CAPITALS:
        if not _FEN.fullmatch(text):
            raise ValueError(text)
        return capitals(int(text))
    return text
