"""Certificates, copies and changes by what stands on them or in a list; NAME=VALUE on the line.

A copy is ``20260922-W01-0001/y/2`` in lists, a certificate ``…/z/1``, a change ``…/q/1``: the
number of the case and what the id ends with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from db.store import Row, Store
from hallclient.actions import certificate_kinds, certificates
from hallclient.actions.case_rows import case_row
from hallclient.actions.certificate_changes import OPEN
from hallclient.actions.certificate_rows import certificate_row, kind_of
from hallclient.actions.printers import OFFSET_MOST, is_offset
from hallclient.certificate_words import state_word
from hallclient.cli import pick
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.rules.catalogue import named
from hallclient.rules.certificate import sheets
from hallclient.rules.certificate.spec import CertificateKind
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow
from hallclient.texts import language

_SHORT: Final = re.compile(r"(.+)/([zyq])/([0-9]+)")
CERTIFICATE, COPY, CHANGE = "z", "y", "q"


def short(store: Store, row: Row) -> str:
    """How lists name a certificate, a copy or a change: its case's number for the case's id."""
    case = case_row(store, row["case_file"])
    return f"{case['number']}{row['id'].removeprefix(case['id'])}"


def certificate(app: App, text: str) -> str:
    """A certificate's id by that, its short name, its code, or its case when that has only one.

    Raises ``no-such-certificate``, ``certificate-ambiguous`` with those of the case.
    """
    found = certificates_of(app, text)
    if len(found) > 1:
        store = app.store()
        choices = [(short(store, row), f"{row['code'] or '-'} {_said(row)}") for row in found]
        raise Choices("certificate-ambiguous", "certificate", choices, text=text)
    return str(found[0]["id"])


def _said(row: Row) -> str:
    return state_word(row["state"])


def every(app: App, texts: Iterable[str]) -> list[str]:
    """The ids of several certificates, all of those that a case has. Raises as `certificate`."""
    found = [row["id"] for text in texts for row in certificates_of(app, text)]
    return list(dict.fromkeys(found))


def certificates_of(app: App, text: str) -> list[Row]:
    """The certificate that a text names, or those of a case that have not ended.

    Raises ``no-such-certificate``.
    """
    from hallclient.cli.case import found

    app.actor()
    store, typed = app.store(), clean(text).strip()
    for wanted in (_whole(store, typed, CERTIFICATE), narrow(text)):
        try:
            return [certificate_row(store, wanted)]
        except Refused:
            continue
    try:
        rows = certificates.standing(store, found(app, text))
    except Refused:
        rows = []
    if not rows:
        raise Refused("no-such-certificate", field="certificate", certificate=typed)
    return rows


def copy(app: App, text: str) -> str:
    """A copy's id by that, its short name, or the sheet it is on; else the text as it is."""
    app.actor()
    store, typed = app.store(), clean(text).strip()
    sheet = sheet_id(store, typed)
    row = store.row("SELECT copy FROM sheet WHERE id = ?", sheet) if sheet else None
    return str(row["copy"]) if row and row["copy"] else _whole(store, typed, COPY)


def is_copy(app: App, text: str) -> bool:
    """Whether a text names a copy."""
    wanted = copy(app, text)
    return app.store().row("SELECT id FROM certificate_copy WHERE id = ?", wanted) is not None


def change(app: App, text: str) -> str:
    """A change's id by that, its short name, or its certificate: the one that waits.

    Raises ``no-change-pending``.
    """
    app.actor()
    store = app.store()
    wanted = _whole(store, clean(text).strip(), CHANGE)
    if store.row("SELECT id FROM certificate_change WHERE id = ?", wanted) is not None:
        return wanted
    try:
        of = certificate(app, text)
    except Refused:
        of = ""
    row = store.row(
        "SELECT id FROM certificate_change WHERE certificate = ? AND state = ?", of, OPEN
    )
    if row is None:
        raise Refused("no-change-pending", field="change", change=wanted)
    return str(row["id"])


def _whole(store: Store, typed: str, letter: str) -> str:
    """The id that a short name stands for; anything else as it is."""
    found = _SHORT.fullmatch(typed)
    if found is None or found[2] != letter:
        return typed
    row = store.row("SELECT id FROM case_file WHERE number = ?", narrow(found[1]))
    return typed if row is None else f"{row['id']}/{letter}/{int(found[3])}"


def sheet_id(store: Store, text: str) -> str:
    """A sheet's id by that (``stock:7``) or its serial with the letters before it; else empty."""
    said = narrow(text)
    for one in certificate_kinds.current(store).stocks:
        begin, _, rest = said.rpartition(":")
        if begin != one.id.upper() and not (one.prefix and said.startswith(one.prefix.upper())):
            continue
        try:
            return f"{one.id}:{sheets.read(one, rest)}"
        except Refused:
            continue
    return ""


# -- closed lists of the newest edition


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


def kind_of_id(store: Store, certificate: str) -> CertificateKind:
    """The kind of a certificate by its id."""
    return kind_of(store, certificate_row(store, certificate))[1]


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


def by_stock(store: Store, texts: Sequence[str], field: str) -> Mapping[str, str]:
    """``STOCK=VALUE`` by the stocks' ids. Raises ``bad-say``, ``no-such-stock``."""
    return {stock(store, name): value for name, value in pairs(texts, field).items()}


def day(text: str) -> str:
    """An ISO day; empty: none was named. Raises ``bad-day``."""
    said = narrow(text)
    try:
        return date.fromisoformat(said).isoformat() if said else ""
    except ValueError:
        raise Refused("bad-day", field="day", day=text) from None
