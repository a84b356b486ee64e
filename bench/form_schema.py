"""The holders as a JSON Schema, and in Python what a schema cannot say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NUMBER = r"^[1-9][0-9]{16}[0-9X]$"
MOBILE = r"^1[3-9][0-9]{9}$"
DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_HOLDER: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "number", "address", "partner", "subscribed", "way", "due"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "number": {"type": "string", "pattern": NUMBER},
        "address": {"type": "string", "minLength": 1, "maxLength": 120},
        "mobile": {"type": "string", "pattern": MOBILE},
        "card_until": {"type": "string", "pattern": DATE},
        "partner": {"enum": ["general", "limited"]},
        "subscribed": {"type": "integer", "exclusiveMinimum": 0},
        "way": {
            "enum": ["money", "goods", "rights", "land", "debt", "equity", "labour", "other"]
        },
        "due": {"type": "string", "pattern": DATE},
        "beneficial": {"type": "boolean"},
    },
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["capital", "founded", "holders"],
    "properties": {
        "capital": {"type": "integer", "exclusiveMinimum": 0},
        "founded": {"type": "string", "pattern": DATE},
        "holders": {"type": "array", "minItems": 2, "items": _HOLDER},
    },
}


def whole() -> Callable[[Any], int]:
    """Draft 2020-12, compiled once; every error is asked for, as the form tells all of its own."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    validator = Draft202012Validator(SCHEMA)

    def judge(document: Any) -> int:
        return len(_concerning_all(document)) + sum(1 for _ in validator.iter_errors(document))

    return judge


def _concerning_all(document: Any) -> list[str]:
    """The sum, who stands twice, dates in order."""
    holders, founded, wrong = document["holders"], document["founded"], []
    if sum(one["subscribed"] for one in holders) != document["capital"]:
        wrong.append("sum")
    if len({one["number"] for one in holders}) != len(holders):
        wrong.append("twice")
    if any(one["due"] < founded or one["card_until"] < founded for one in holders):
        wrong.append("dates")
    return wrong
