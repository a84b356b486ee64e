"""Reading one table of a form's files: its names, its expressions, what it may not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from keyword import iskeyword
from typing import NamedTuple

from hallclient.rules.problems import Reader, some
from hallclient.rules.text import clean

TABLES = frozenset("form section field origin option rule department dictionary".split())
"""Keys whose values are tables with lines of their own."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PIECE = 24
_RESERVED = frozenset({"true", "false", "this", "option", "code"})


class Finding(NamedTuple):
    """Something wrong with a part of a form, before its line in the file is known.

    ``kind``: ``form``, ``section``, ``field``, ``origin``, ``rule``, ``department`` or
    ``dictionary``; ``attribute``: the key, or ``key.name`` within a table.
    """

    kind: str
    id: str
    attribute: str
    code: str
    params: Mapping[str, object] = {}
    warning: bool = False


def near(word: str, known: Iterable[str]) -> str:
    """The known word that was most likely meant, if any comes close."""
    from difflib import get_close_matches

    found = get_close_matches(word.casefold(), list(known), 1, 0.6)
    return found[0] if found else ""


def unknown(word: str, known: Iterable[str]) -> dict[str, object]:
    """What a message about an unknown word says: what was meant, what there is."""
    words = list(known)
    meant = near(word, words)
    first = [meant] if meant else []
    return {"value": word, "known": some([*first, *words]) or "-"}


def told(params: Mapping[str, object]) -> dict[str, object]:
    """What a message says: lists as text, what was most likely meant first."""
    said = {
        key: some(map(str, value)) if isinstance(value, list) else value
        for key, value in params.items()
    }
    if "name" in said:
        said.setdefault("value", said.pop("name"))
    known = params.get("known")
    if isinstance(known, list):
        words = [str(word) for word in known]
        meant = near(str(said.get("value", "")), words)
        said["known"] = some([*([meant] if meant else []), *words]) or "-"
    return said


def place_in(source: str, column: int, code: str) -> dict[str, object]:
    """Where in an expression: its column, and what stands there or before its end."""
    # The parser has no place for what is missing at the end; else it is the whole.
    end = len(source) + 1 if code == "form-syntax" else 1
    at = column or end
    return {"column": at, "here": source[at - 1 :][:_PIECE] or source[-_PIECE:]}


def check_keys(reader: Reader, known: Iterable[str]) -> bool:
    """Note every key that is none, and read it as the one that was most likely meant.

    False when that is a table of its own: then much more is unknown than this key.
    """
    keys, whole = list(known), True
    for key in [key for key in reader.values if key not in keys]:
        reader.fail(key, "form-unknown-key", **unknown(key, keys))
        meant = near(key, [one for one in keys if one not in reader.values])
        value = reader.values[key]
        many = isinstance(value, list) and any(isinstance(part, dict) for part in value)
        if meant in TABLES or many or (isinstance(value, dict) and not meant):
            whole = False
        elif meant:
            reader.take_as(key, meant)
    return whole


def name(reader: Reader, key: str = "id") -> str:
    """An id that expressions can name; empty and a problem when it is none."""
    value = reader.text(key)
    if value and (not _NAME.fullmatch(value) or iskeyword(value) or value in _RESERVED):
        reader.fail(key, "form-bad-name", value=value)
    return value


def one_of(reader: Reader, key: str, known: Iterable[str], default: str = "") -> str:
    """One of a few words; the default, and a problem, for another one."""
    value = reader.text(key, required=not default)
    words = list(known)
    if value and value not in words:
        reader.fail(key, "form-unknown-value", **unknown(value, words))
        return default
    return value or default


def names(reader: Reader, key: str) -> tuple[str, ...]:
    """A list of words, each once."""
    value = reader.raw(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        reader.fail(key, "wrong-type", value=value, wanted='["...", "..."]')
        return ()
    twice = next((part for part in value if value.count(part) > 1), None)
    if twice is not None:
        reader.fail(key, "form-said-twice", value=twice)
    return tuple(dict.fromkeys(value))


def pairs(reader: Reader, key: str) -> dict[str, str]:
    """A table of texts."""
    value = reader.raw(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        reader.fail(key, "wrong-type", value=value, wanted='{ name = "...", ... }')
        return {}
    return {inner: _flat(part) for inner, part in value.items()}


def number(value: object) -> str:
    """A TOML number as expressions write it; empty for what is no finite one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e15:
        return ""
    whole = f"{value:.12f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return whole if whole != "nan" else ""


def expression(reader: Reader, key: str) -> str:
    """An expression on one line; a number stands for itself, ``true`` for always."""
    value = reader.raw(key)
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if not isinstance(value, str):
        source = number(value)
        if not source:
            reader.fail(key, "wrong-type", value=value, wanted='"..."')
        return source
    return checked(reader, key, _flat(value))


def checked(reader: Reader, key: str, source: str) -> str:
    """The expression when it holds nothing that no expression holds, else empty."""
    if clean(source) != source:
        reader.fail(key, "unsafe-text", value=source)
        return ""
    if "\\" in source:
        reader.fail(key, "form-backslash", value=source)
        return ""
    return source


def literal(reader: Reader, key: str) -> str:
    """A value as it would be typed: a text, a number, true or false, a day."""
    value = reader.raw(key)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, time)):
        return value.isoformat()
    return number(value) or reader.text(key, required=False)


def _flat(source: str) -> str:
    # One blank for each line's end: what stands at a place stays at that place.
    return source.strip().replace("\r\n", "\n").replace("\n", " ")
