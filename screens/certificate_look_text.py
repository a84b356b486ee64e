"""The lines of a certificate's face. Nothing here decides."""

from __future__ import annotations

from typing import Final

from db.store import Row as Record
from hallclient import certificate_words as words
from hallclient.actions.certificate_lists import Look
from hallclient.actions.certificate_pdf import Sheet
from hallclient.rules.catalogue import named
from hallclient.rules.text import plain
from hallclient.rules.wrap import wrap
from hallclient.texts import language, t
from screens.widgets.rows import Column, Row

_LABEL: Final = {"zh": 14, "en": 22}
"""Cells of the labels of each language."""


def columns() -> list[Column]:
    """The label in the language spoken and in the other, what stands there."""
    first, second = (_LABEL[one] for one in _languages())
    return [Column("", first), Column("", second), Column("", 20, flex=1)]


def _languages() -> tuple[str, str]:
    return ("zh", "en") if language() == "zh" else ("en", "zh")


def text_width(width: int) -> int:
    """Cells of what stands there."""
    return max(20, width - sum(_LABEL.values()) - 5)


def title(certificate: Record, copy: Record | None, sheet: Sheet | None, look: Look | None) -> str:
    """Which certificate, which copy of it."""
    code = plain(certificate["code"] or "")
    if copy is None:
        kind = named(look.line.kind, language()) if look is not None else ""
        return "  ".join(one for one in (t("look.title"), kind, code) if one)
    if sheet is None:
        return f"{t('look.title')}  {code}"
    face = sheet.face.face
    name = face["copy"][language()]
    return "  ".join(one for one in (face["title"][language()], code, name, face["copy_no"]) if one)


def of_copy(sheet: Sheet, width: int) -> list[Row]:
    """What a copy was printed with, word for word."""
    face, copy = sheet.face.face, sheet.copy
    told = _lines("code", t("look.code"), face["code"], width, "own")
    name = " ".join(one for one in (face["copy"][language()], face["copy_no"]) if one)
    told += _lines("copy", t("look.copy"), name, width, "own")
    told += _lines("state", t("look.state"), words.copy_word(copy["state"]), width)
    mode = t(f"look.mode.{face['mode']}")
    layout = t(f"look.layout.{face['layout']}")
    told += _lines("mode", t("look.mode"), f"{mode} · {layout}", width)
    for field in face["fields"]:
        told += _field(field["id"], field["zh"], field["en"], field["value"], width)
    for name, value in (
        ("authority", face["authority"].get(language(), "")),
        ("date", face["date"]),
    ):
        if value:
            told += _lines(name, t(f"look.{name}"), value, width)
    return told


def of_certificate(look: Look, width: int) -> list[Row]:
    """What a certificate says now, and what it lacks."""
    row = look.line.row
    told = _lines("code", t("look.code"), row["code"] or words.lacks_word(row["lacks"]), width)
    told += _lines("state", t("look.state"), words.state_word(row["state"]), width)
    if not look.fields:
        told += _lines("forgotten", "", t("look.forgotten"), width, "warn")
    for n, (zh, en, value) in enumerate(look.fields):
        told += _field(str(n), zh, en, value, width)
    for one in look.missing:
        told += _lines(
            f"missing.{one.id}", t("look.missing"), named(one, language()), width, "warn"
        )
    return told


def _field(key: str, zh: str, en: str, value: str, width: int) -> list[Row]:
    labels = {"zh": zh, "en": en}
    first, second = (labels[one] for one in _languages())
    told = plain(value, multiline=True).replace("\n", " ")
    return _lines(f"field.{key}", first, told, width, second=second)


def _lines(
    key: str, label: str, text: str, width: int, style: str = "", second: str = ""
) -> list[Row]:
    parts = wrap(plain(text), width) or [""]
    return [
        Row(f"{key}.{n}", ("", "", part) if n else (label, second, part), style)
        for n, part in enumerate(parts)
    ]
