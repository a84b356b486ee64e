"""What a line names of the newest edition: stocks, schemes, kinds, sorts of copies; NAME=VALUE."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from db.store import Store
from hallclient.actions import certificate_kinds
from hallclient.actions.printers import OFFSET_MOST, is_offset
from hallclient.cli import pick
from hallclient.cli.output import Choices
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.spec import CertificateKind
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow
from hallclient.texts import language


def stock(store: Store, text: str) -> str:
    """A stock by its id or name. Raises ``no-such-stock``."""
    known = certificate_kinds.current(store).stock
    return pick.coded(known, text, "stock", "no-such-stock", "no-such-stock")


def scheme(store: Store, text: str) -> str:
    """A scheme by its id or name. Raises ``no-such-scheme``."""
    known = certificate_kinds.current(store).scheme
    return pick.coded(known, text, "scheme", "no-such-scheme", "no-such-scheme")


def kind(store: Store, text: str) -> CertificateKind:
    """A kind of certificate by its id or name. Raises ``no-such-certificate-kind``."""
    known = certificate_kinds.current(store).kind
    missing = "no-such-certificate-kind"
    return known[pick.coded(known, text, "kind", missing, "no-such-certificate-kind")]


def copy_of(kind: CertificateKind, text: str) -> str:
    """A sort of copy by its id or name; empty: nothing was said. Raises ``no-such-copy``."""
    return pick.coded(kind.copy, text, "copy", "no-such-copy", "no-such-copy") if text else ""


# -- NAME=VALUE


def pairs(texts: Sequence[str], field: str) -> dict[str, str]:
    """``NAME=VALUE`` of an option that may stand several times. Raises ``bad-say``."""
    found = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name.strip():
            raise Refused("bad-say", field=field, text=text)
        found[clean(name).strip()] = value
    return found


def words(kinds: Sequence[CertificateKind], texts: Sequence[str]) -> dict[str, str]:
    """What fields of a face shall say, each by its id or label. Raises ``bad-say``,
    ``face-no-field`` with those there are.
    """
    known = {one.id: one for kind in kinds for one in kind.fields}
    found = {}
    for name, value in pairs(texts, "set").items():
        fits = [key for key, one in known.items() if name in (key, one.zh, one.en)]
        if not fits:
            choices = [(key, named(one, language())) for key, one in known.items()]
            raise Choices("face-no-field", "set", choices, name=name, kind=kinds[0])
        found[fits[0]] = value
    return found


def counts(kind: CertificateKind, texts: Sequence[str]) -> dict[str, int]:
    """How many copies of each sort. Raises ``bad-say``, ``no-such-copy``, ``copies-number``."""
    found = {}
    for name, value in pairs(texts, "copies").items():
        said = narrow(value)
        if not said.isdecimal() or len(said) > 4:
            raise Refused("copies-number", field="copies", text=value)
        found[copy_of(kind, name)] = int(said)
    return found


def offset(text: str) -> tuple[int, int]:
    """``RIGHT,DOWN`` in 0.1 mm. Raises ``bad-offset``."""
    said = re.fullmatch(r"([+-]?[0-9]{1,4}),([+-]?[0-9]{1,4})", narrow(text))
    found = (int(said[1]), int(said[2])) if said else ()
    if len(found) != 2 or not is_offset(found):
        raise Refused("bad-offset", field="offset", text=text, most=OFFSET_MOST)
    return found


def by_stock(store: Store, texts: Sequence[str], field: str) -> dict[str, str]:
    """``STOCK=VALUE`` by the stocks' ids. Raises ``bad-say``, ``no-such-stock``."""
    return {stock(store, name): value for name, value in pairs(texts, field).items()}


def day(text: str) -> str:
    """An ISO day; empty: none was named. Raises ``bad-day``."""
    said = narrow(text)
    try:
        return date.fromisoformat(said).isoformat() if said else ""
    except ValueError:
        raise Refused("bad-day", field="day", day=text) from None
