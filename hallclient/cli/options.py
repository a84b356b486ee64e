"""The global options, which may stand anywhere on the line, and the words that are left.

Read by hand: the desk and the demo start without the cost of a parser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from hallclient.paths import default_store
from hallclient.texts import BASE, LANGUAGES

_VALUED: Final = {
    "--store": "store",
    "--lang": "lang",
    "--as": "operator",
    "--window": "window",
}
_FLAGS: Final = {"--json": "json", "--version": "version"}


class Usage(Exception):
    """The line cannot be understood: exit code 2. ``usage`` shows how it is written."""

    def __init__(self, message: str, usage: str = "", **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.usage = usage
        self.params = params


class Options(NamedTuple):
    """What holds for every command."""

    store: Path
    lang: str = BASE
    operator: str = ""
    window: str = ""
    json: bool = False
    version: bool = False
    store_named: bool = False
    """``--store`` stands on the line: a demo makes its store there, and nowhere by accident."""


def split(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[Options, list[str]]:
    """The global options and the rest of the line. Raises `Usage` with a text's key.

    What follows ``--`` is left alone.
    """
    found: dict[str, str] = {}
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
            break
        name, equals, value = word.partition("=")
        if name in _VALUED:
            given = value if equals else next(words, None)
            if given is None or (not equals and given.startswith("--")):
                raise Usage("cli.usage.value", option=name)
            found[_VALUED[name]] = given
        elif word in _FLAGS:
            found[_FLAGS[word]] = word
        else:
            rest.append(word)
    lang = found.get("lang") or environ.get("HALLCLIENT_LANG") or BASE
    if lang not in LANGUAGES:
        raise Usage("cli.usage.lang", lang=lang)
    store = found.get("store") or environ.get("HALLCLIENT_STORE")
    options = Options(
        store=Path(store).expanduser() if store else default_store(),
        lang=lang,
        operator=found.get("operator", ""),
        window=found.get("window", ""),
        json="json" in found,
        version="version" in found,
        store_named="store" in found,
    )
    return options, rest
