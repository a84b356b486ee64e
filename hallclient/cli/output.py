"""What a command prints: text for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

from hallclient.rules.errors import Refused
from hallclient.rules.text import plain

Choice = tuple[str, str]
"""A code that may be given, and its word."""


class Choices(Refused):
    """A refusal that knows what could have been given instead."""

    def __init__(self, code: str, field: str, choices: Sequence[Choice], **params: object) -> None:
        super().__init__(code, field, **params)
        self.choices = list(choices)


def tolerant(as_json: bool) -> None:
    """Let no character that a terminal's encoding lacks end the program.

    JSON is UTF-8 by definition; text is in the terminal's own encoding, if that knows Chinese.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        encoding = "utf-8" if as_json and stream is sys.stdout else _encoding(stream)
        with suppress(ValueError, OSError):
            reconfigure(encoding=encoding, errors="backslashreplace")


def _encoding(stream: TextIO) -> str:
    try:
        "\u7a97\u53e3".encode(stream.encoding)
    except (UnicodeEncodeError, LookupError, TypeError):
        return "utf-8"
    return stream.encoding


def dumps(obj: Mapping[str, Any]) -> str:
    """One line of JSON: Chinese as it is, anything a terminal might act on escaped."""
    text = json.dumps(obj, ensure_ascii=False, separators=(",", ":"), default=str)
    if plain(text) == text:
        return text
    return "".join(c if plain(c) == c else json.dumps(c)[1:-1] for c in text)


class Out:
    """Answers on stdout, everything else on stderr."""

    def __init__(self, as_json: bool) -> None:
        self.json = as_json

    def emit(self, obj: dict[str, object], text: str) -> None:
        """One answer: the object under ``--json``, else the text."""
        print(dumps(obj) if self.json else plain(text, multiline=True))

    def note(self, text: str) -> None:
        """A remark for a person; a program does not get it."""
        if not self.json:
            print(plain(text, multiline=True))

    def aside(self, text: str) -> None:
        """A remark on stderr, whoever reads stdout."""
        print(plain(text, multiline=True), file=sys.stderr)

    def fail(
        self, code: str, message: str, field: str = "", choices: Sequence[Choice] = ()
    ) -> None:
        """A refusal: the message on stderr, under ``--json`` also an object on stdout."""
        self.aside(message)
        for key, word in choices:
            self.aside(f"  {key}  {word}")
        if self.json:
            obj: dict[str, Any] = {"error": code, "message": message, "field": field}
            if choices:
                obj["choices"] = [{"code": key, "name": word} for key, word in choices]
            print(dumps(obj))
