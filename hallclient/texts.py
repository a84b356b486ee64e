"""What the program says, in Chinese (the base) and English: `t("desk.call")`.

The tables are the JSON files of fixtures/texts/<language>, merged. Values given to a text are
data: they are made safe to show and are never read as a template.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from hallclient.paths import FIXTURES
from hallclient.rules.text import plain

LANGUAGES: Final = ("zh", "en")
BASE: Final = "zh"

_tables: dict[str, dict[str, str]] = {}
_spoken = [BASE]
_for_a_while: ContextVar[str] = ContextVar("language", default="")
"""What is said in another language than the one spoken, for what is written in both."""


class _Values(dict[str, object]):
    """A value that a text names and nobody gave stays visible as its name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def table(language: str) -> Mapping[str, str]:
    """All texts of a language, read on first use."""
    found = _tables.get(language)
    if found is None:
        found = {}
        for part in sorted((FIXTURES / "texts" / language).glob("*.json")):
            found.update(json.loads(part.read_bytes()))
        _tables[language] = found
    return found


def set_language(language: str) -> None:
    """Speak this language from now on."""
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}: one of {', '.join(LANGUAGES)}")
    _spoken[0] = language


def language() -> str:
    """The language spoken now."""
    return _for_a_while.get() or _spoken[0]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what follows in this language, only here: no other thread or task hears it."""
    token = _for_a_while.set(language)
    try:
        yield
    finally:
        _for_a_while.reset(token)


def t(key: str, /, **values: object) -> str:
    """The text of a key in the language spoken now; the key itself when there is none."""
    return text_in(language(), key, **values)


def text_in(language: str, key: str, /, **values: object) -> str:
    """The text of a key in a given language, for what is printed in both."""
    template = table(language).get(key)
    if template is None:
        template = table(BASE).get(key, key)
    if "{" not in template:
        return template
    safe = {
        name: plain(value) if isinstance(value, str) else value for name, value in values.items()
    }
    try:
        return template.format_map(_Values(safe))
    except (ValueError, LookupError, AttributeError, TypeError):
        # A text that does not fit its values must not stop a clerk; tests find it.
        return template


def has(key: str) -> bool:
    """Whether the base language knows this key."""
    return key in table(BASE)
