"""Certificates, copies and changes by what stands on them or in a list.

A copy is ``20260922-W01-0001/y/2`` in lists, a certificate ``…/z/1``, a change ``…/q/1``: the
number of the case and what the id ends with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from db.store import Row, Store
from hallclient.actions import certificate_kinds, certificates
from hallclient.actions.case_rows import case_row
from hallclient.actions.certificate_ending import OPEN
from hallclient.actions.certificate_rows import certificate_row, kind_of
from hallclient.certificate_words import state_word
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.rules.certificate import sheets
from hallclient.rules.certificate.spec import CertificateKind
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow

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
        choices = [
            (short(store, row), f"{row['code'] or '-'} {state_word(row['state'])}") for row in found
        ]
        raise Choices("certificate-ambiguous", "certificate", choices, text=text)
    return str(found[0]["id"])


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


def kind_of_id(store: Store, certificate: str) -> CertificateKind:
    """The kind of a certificate by its id."""
    return kind_of(store, certificate_row(store, certificate))[1]
