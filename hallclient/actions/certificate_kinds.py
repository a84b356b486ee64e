"""What the hall issues: read from a folder, published as an edition, found again.

The folder ``certificates`` holds ``certificates.toml`` (kinds, copies, stock, codes) and Typst
files. A certificate keeps the edition it was approved under.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from db.store import Store
from hallclient.actions.acting import SYSTEM, Action, Actor, acting
from hallclient.actions.editions import (
    body_of,
    checklists,
    newest_key,
    publish_in,
    shipped_checklists,
)
from hallclient.paths import FIXTURES
from hallclient.rules.certificate.spec import Kinds, from_data, to_json
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.rules.certificate.files_known import Known
    from hallclient.rules.problems import Problem

FOLDER = "certificates"
SETTINGS = "certificates.toml"
CERTIFICATES = "certificates"
"""Kind of the edition."""

_known: dict[str, Kinds] = {}
"""By the digest of what was published."""


@cache
def shipped() -> Kinds:
    """What comes with the program."""
    kinds, problems = read_folder(FIXTURES / FOLDER)
    return required(kinds, problems)


def read_folder(folder: Path, known: Known | None = None) -> tuple[Kinds | None, list[Problem]]:
    """The kinds of a folder and every mistake in it; ``None`` when there is any.

    ``known``: what of the hall they may name; else only the folder itself is looked at.
    """
    from hallclient.actions.text_files import read_text, read_tree
    from hallclient.rules.certificate.files import read_kinds
    from hallclient.rules.certificate.files_known import Known
    from hallclient.rules.problems import Notes

    notes = Notes()
    tree = read_tree(folder, SETTINGS, notes)
    names = sorted(one.name for one in folder.glob("*.typ"))
    files = {name: read_text(folder, name, notes) or "" for name in names}
    if tree is None:
        return None, notes.sorted()
    kinds = read_kinds(tree, notes, (known or Known())._replace(files=files))
    return kinds, notes.sorted()


def required(kinds: Kinds | None, problems: Sequence[Problem]) -> Kinds:
    """What was read, when it is right. Raises ``certificates-invalid`` with the first mistake."""
    errors = [one for one in problems if not one.warning]
    if errors or kinds is None:
        place = errors[0].place if errors else ""
        raise Refused("certificates-invalid", field="folder", count=len(errors), place=place)
    return kinds


def known_shipped() -> Known:
    """What the kinds of a hall may name that has published nothing."""
    from hallclient.actions.form_files import shipped as forms
    from hallclient.rules.certificate.files_known import Known

    return Known(shipped_checklists(), forms())


def known_in(store: Store) -> Known:
    """What the kinds of a hall may name: its checklists and forms."""
    from hallclient.actions.form_offer import offered
    from hallclient.rules.certificate.files_known import Known

    return Known(checklists(store), offered(store))


def publish(store: Store, who: Actor, kinds: Kinds) -> bool:
    """Put kinds that were checked in force for new certificates; False when they are already.

    Raises ``edition-taken``: the same version says something else.
    """
    with acting(store, who, "edition.publish") as tx:
        return _publish(tx, kinds, None)


def newest(tx: Action) -> Kinds:
    """What new certificates are made by; what ships when the hall has published nothing."""
    key = newest_key(tx.store, CERTIFICATES)
    if not key:
        _publish(tx, shipped(), SYSTEM)
        return shipped()
    return kinds_in(tx.store, key)


def current(store: Store) -> Kinds:
    """`newest`, for whoever only looks."""
    key = newest_key(store, CERTIFICATES)
    return kinds_in(store, key) if key else shipped()


def kinds_in(store: Store, key: str) -> Kinds:
    """Published kinds. Raises ``no-such-edition``."""
    row = store.row("SELECT sha256 FROM edition WHERE id = ?", key)
    found = _known.get(row["sha256"]) if row is not None else None
    if found is None:
        sha256, body = body_of(store, key)
        found = _known[sha256] = from_data(json.loads(body))
    return found


def _publish(tx: Action, kinds: Kinds, actor: str | None) -> bool:
    return publish_in(tx, kinds.key, CERTIFICATES, "", kinds.version, to_json(kinds), actor)
