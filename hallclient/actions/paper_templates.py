"""Templates of documents: read from a hall's folder, published as an edition, found again.

The folder holds ``papers.toml`` (version, the hall's telephones and address) and Typst files, one
for each kind of document and ``house.typ`` for all. A document keeps the edition it was made with.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from db.store import Store
from hallclient.actions.acting import SYSTEM, Action, Actor, acting
from hallclient.actions.editions import body_of, newest_key, publish_in
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.review.templates import Templates, from_data, to_json

FOLDER = "papers"
SETTINGS = "papers.toml"
PAPERS = "papers"
"""Kind of the edition."""

_known: dict[str, Templates] = {}
"""By the digest of what was published."""


@cache
def shipped() -> Templates:
    """The templates that come with the program."""
    return read_templates(FIXTURES / FOLDER)


def read_templates(folder: Path) -> Templates:
    """A hall's folder of templates. Raises ``papers-unreadable`` with the file and why."""
    import tomllib

    try:
        settings: dict[str, Any] = tomllib.loads((folder / SETTINGS).read_text("utf-8"))
        files = {one.name: one.read_text("utf-8") for one in sorted(folder.glob("*.typ"))}
        return from_data({**settings, "files": files})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("papers-unreadable", file=folder, why=str(error)) from error


def publish(store: Store, who: Actor, templates: Templates) -> bool:
    """Put templates in force for new documents; False when they are there already.

    Raises ``edition-taken``: the same version says something else.
    """
    with acting(store, who, "edition.publish") as tx:
        return _publish(tx, templates, None)


def newest(tx: Action) -> Templates:
    """The templates that new documents get; those that ship when the hall has published none."""
    key = newest_key(tx.store, PAPERS)
    if not key:
        _publish(tx, shipped(), SYSTEM)
        return shipped()
    return templates_in(tx.store, key)


def templates_in(store: Store, key: str) -> Templates:
    """Published templates. Raises ``no-such-edition``."""
    row = store.row("SELECT sha256 FROM edition WHERE id = ?", key)
    found = _known.get(row["sha256"]) if row is not None else None
    if found is None:
        sha256, body = body_of(store, key)
        found = _known[sha256] = from_data(json.loads(body))
    return found


def _publish(tx: Action, templates: Templates, actor: str | None) -> bool:
    body = to_json(templates)
    return publish_in(tx, templates.key, PAPERS, "", templates.version, body, actor)
