"""Reading one field of a form: its type, and the attributes that a field of that type has."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from hallclient.rules.form.files.attributes import (
    check_keys,
    expression,
    literal,
    name,
    names,
    one_of,
)
from hallclient.rules.form.money import UNITS
from hallclient.rules.form.spec import CARD, Field, Type
from hallclient.rules.problems import Reader

ATTRIBUTES: Final = tuple(one.name for one in fields(Field) if one.name != "section")
"""All keys of ``[[section.field]]``."""

_NUMBERS = frozenset({Type.INT, Type.DECIMAL, Type.MONEY, Type.RATIO})
_CHOSEN = frozenset({Type.CHOICE, Type.MULTI})
_DAYS = frozenset({Type.DATE, Type.MONTH, Type.DATETIME})
_MEASURED = _NUMBERS | _DAYS
_WRITTEN = frozenset({Type.TEXT, Type.LIST, Type.DIGITS, Type.ADDRESS, Type.REGION})

TYPES_OF: Final[dict[str, frozenset[Type]]] = {
    "choices": _CHOSEN,
    "choice_filter": _CHOSEN,
    "decimals": frozenset({Type.DECIMAL, Type.RATIO, Type.MONEY}),
    "unit": frozenset({Type.MONEY}),
    "low": _MEASURED,
    "high": _MEASURED,
    "max_length": _WRITTEN | {Type.ID, Type.PHONE, Type.MOBILE, Type.EMAIL},
    "kind_from": frozenset({Type.ID}),
}
"""The types whose fields have an attribute; other attributes every field has."""

_STORED = ("default", "usual", "choice_filter", "low", "high")


def read_field(reader: Reader, section: str) -> Field:
    """One field; without a type when it takes that from the person's (see `inherit`)."""
    check_keys(reader, ATTRIBUTES)
    key = name(reader)
    via, of = (reader.text(attribute, required=False) for attribute in ("via", "of"))
    kind = _type(reader, via)
    for attribute, types in TYPES_OF.items():
        if reader.has("type") and reader.has(attribute) and kind and kind not in types:
            known = ", ".join(sorted(types))
            reader.fail(attribute, "form-not-for-type", value=str(kind), known=known)
    zh, en = reader.words()
    made = Field(
        key,
        section,
        zh,
        en,
        kind or Type.TEXT,
        required=expression(reader, "required"),
        relevant=expression(reader, "relevant"),
        calculation=expression(reader, "calculation"),
        default=literal(reader, "default"),
        usual=expression(reader, "usual"),
        choices=reader.text("choices", required=False),
        choice_filter=expression(reader, "choice_filter"),
        kind_from=reader.text("kind_from", required=False),
        via=via,
        of=of,
        max_length=reader.number("max_length", 200, low=1, high=5_000),
        decimals=reader.number("decimals", 6, high=6),
        unit=_unit(reader, kind),
        low=expression(reader, "low"),
        high=expression(reader, "high"),
        card=one_of(reader, "card", CARD) if reader.has("card") else "",
        copy_last=reader.flag("copy_last", True),
        personal=reader.flag("personal", False),
        licence=reader.flag("licence", False),
        clerk=reader.flag("clerk", False),
        departments=names(reader, "departments"),
        hint_zh=reader.text("hint_zh", required=False),
        hint_en=reader.text("hint_en", required=False),
    )
    _check_together(reader, made)
    return made


def _type(reader: Reader, via: str) -> Type | None:
    if via and not reader.has("type"):
        return None
    said = one_of(reader, "type", Type)
    return Type(said) if said else None


def _unit(reader: Reader, kind: Type | None) -> str:
    if kind is Type.MONEY:
        return one_of(reader, "unit", UNITS, "wan")
    return reader.text("unit", required=False)


def _check_together(reader: Reader, field: Field) -> None:
    for one, other in (("via", "of"), ("of", "via"), ("choice_filter", "choices")):
        if getattr(field, one) and not reader.has(other) and not field.via:
            reader.fail(one, "form-needs-other", other=other)
    if field.via and not field.of:
        reader.fail("via", "form-needs-other", other="of")
    if field.via:
        for attribute in _STORED:
            if reader.has(attribute):
                reader.fail(attribute, "form-via-stores-nothing", value=field.via)
    elif field.type in _CHOSEN and not reader.has("choices"):
        reader.fail("type", "form-needs-other", other="choices")
