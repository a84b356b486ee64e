"""Templates of documents: read from a hall's folder, published as an edition, found again.

The folder holds ``papers.toml`` (version, the hall's telephones and address) and Typst files, one
for each kind of document and ``house.typ`` for all. A document keeps the edition it was made with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from db.store import Store
from hallclient.actions.acting import SYSTEM, Action, Actor, acting
from hallclient.actions.editions import (
    FLOW,
    body_of,
    flow_in,
    newest_key,
    publish_in,
)
from hallclient.actions.editions import shipped as shipped_editions
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.review.spec import Flow, flow_from
from hallclient.rules.review.templates import House, Templates, from_data, to_json

if TYPE_CHECKING:
    from hallclient.rules.problems import Notes, Problem
    from hallclient.rules.toml_file import Tree

FOLDER = "papers"
SETTINGS = "papers.toml"
PAPERS = "papers"
"""Kind of the edition."""

_known: dict[str, Templates] = {}
"""By the digest of what was published."""


@cache
def shipped() -> Templates:
    """The templates that come with the program."""
    return load_templates(FIXTURES / FOLDER)


def load_templates(folder: Path) -> Templates:
    """A hall's folder of templates, not tried; see `paper_check`.

    Raises ``papers-invalid`` with the first mistake when a file cannot be read.
    """
    templates, problems = read_folder(folder)
    refuse_mistakes(problems)
    return templates


def refuse_mistakes(problems: Sequence[Problem]) -> None:
    """Raise ``papers-invalid`` with the first mistake, if any is one."""
    errors = [one for one in problems if not one.warning]
    if errors:
        raise Refused("papers-invalid", count=len(errors), place=errors[0].place)


def read_folder(folder: Path) -> tuple[Templates, list[Problem]]:
    """The templates of a folder and what could not be read of it."""
    from hallclient.actions.text_files import read_text, read_tree
    from hallclient.rules.problems import Notes

    notes = Notes()
    tree = read_tree(folder, SETTINGS, notes)
    version, house = ("", House()) if tree is None else _settings(tree, notes)
    names = sorted(one.name for one in folder.glob("*.typ"))
    texts = {name: read_text(folder, name, notes) for name in names}
    files = {name: text for name, text in texts.items() if text is not None}
    return Templates(version, house, files), notes.sorted()


def _settings(tree: Tree, notes: Notes) -> tuple[str, House]:
    from hallclient.rules.toml_file import TomlFile

    file = TomlFile(tree, notes)
    version = file.top.id("version")
    reader = file.table("house")
    file.top.done()
    words = [one.name for one in fields(House) if one.name != "supply_days"]
    texts = {name: reader.text(name, required=False) for name in words}
    days = reader.number("supply_days", House.supply_days, low=1, high=250)
    reader.done()
    return version, House(**texts, supply_days=days)


def publish(store: Store, who: Actor, templates: Templates) -> bool:
    """Put templates in force for new documents; False when they are there already.

    They are tried first (`paper_check`). Raises ``papers-invalid``; ``edition-taken``: the same
    version says something else.
    """
    from hallclient.actions.paper_check import check

    refuse_mistakes(check(templates, edition_flow(store)))
    return put_in_force(store, who, templates)


def put_in_force(store: Store, who: Actor, templates: Templates) -> bool:
    """`publish` of templates that were tried."""
    with acting(store, who, "edition.publish") as tx:
        return _publish(tx, templates, None)


def newest(tx: Action) -> Templates:
    """The templates that new documents get; those that ship when the hall has published none."""
    key = newest_key(tx.store, PAPERS)
    if not key:
        _publish(tx, shipped(), SYSTEM)
        return shipped()
    return templates_in(tx.store, key)


def edition_flow(store: Store) -> Flow:
    """The flow that new cases get, whose documents the templates must be able to set."""
    key = newest_key(store, FLOW)
    return flow_in(store, key) if key else shipped_flow()


def shipped_flow() -> Flow:
    """The flow that comes with the program."""
    return flow_from(shipped_editions()["flow"])


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
