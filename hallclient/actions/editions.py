"""What a hall publishes for reviewing: checklists, the flow of cases, the calendar.

Each version stays for ever under its key (``checklist/<id>/<version>``); a case keeps those it was
opened under. A store that has none yet gets those that ship with the program when they are first
needed, so that an older store works at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from db.store import Store
from hallclient.actions.acting import SYSTEM, Action, Actor, acting
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.review.spec import (
    Checklist,
    Flow,
    checklist_from,
    digest,
    flow_from,
    to_json,
)

FOLDER = "review"
COMPILED = "compiled.json"

CHECKLIST = "checklist"
FLOW = "flow"
CALENDAR = "calendar"
GUIDE = "guide"

_known: dict[str, Checklist | Flow] = {}
"""By the digest of what was published."""


@cache
def shipped() -> Mapping[str, Any]:
    """What comes with the program, parsed: ``flow``, ``checklists``, ``calendar``, ``guide``."""
    found: dict[str, Any] = json.loads((FIXTURES / FOLDER / COMPILED).read_bytes())
    return found


@cache
def shipped_checklists() -> Mapping[str, Checklist]:
    """The checklists that come with the program, by id."""
    return {one["id"]: checklist_from(one) for one in shipped()["checklists"]}


def publish(store: Store, who: Actor, thing: Checklist | Flow) -> bool:
    """Put a version in force for new cases; False when it is there already.

    Raises ``edition-taken``: the same version says something else.
    """
    kind = CHECKLIST if isinstance(thing, Checklist) else FLOW
    name = thing.id if isinstance(thing, Checklist) else ""
    with acting(store, who, "edition.publish") as tx:
        return publish_in(tx, thing.key, kind, name, thing.version, to_json(thing))


def publish_in(
    tx: Action, key: str, kind: str, name: str, version: str, body: str, actor: str | None = None
) -> bool:
    """`publish`, inside an action that is under way; ``body``: canonical JSON."""
    sha256 = digest(body)
    found = tx.row("SELECT sha256 FROM edition WHERE id = ?", key)
    if found is not None:
        if found["sha256"] != sha256:
            raise Refused("edition-taken", field="version", edition=key)
        return False
    row = {
        "kind": kind,
        "name": name,
        "version": version,
        "sha256": sha256,
        "published_at": tx.now,
        "body": body,
    }
    made = ("edition", key, None, row)
    tx.append("edition.published", key, [made], stream="catalogue", actor=actor, sha256=sha256)
    return True


def newest_key(store: Store, kind: str, name: str = "") -> str:
    """The key of the version published last; empty when none is."""
    row = store.row(
        "SELECT id FROM edition WHERE kind = ? AND name = ? "
        "ORDER BY published_at DESC, rowid DESC LIMIT 1",
        kind,
        name,
    )
    return "" if row is None else str(row["id"])


def body_of(store: Store, key: str) -> tuple[str, str]:
    """Digest and text of a published version. Raises ``no-such-edition``."""
    row = store.row("SELECT sha256, body FROM edition WHERE id = ?", key)
    if row is None:
        raise Refused("no-such-edition", field="version", edition=key)
    return row["sha256"], row["body"]


def checklist_in(store: Store, key: str) -> Checklist:
    """A published checklist. Raises ``no-such-edition``."""
    row = store.row("SELECT sha256 FROM edition WHERE id = ?", key)
    found = _known.get(row["sha256"]) if row is not None else None
    if found is None:
        sha256, body = body_of(store, key)
        found = _known[sha256] = checklist_from(json.loads(body))
    assert isinstance(found, Checklist)  # noqa: S101 - the key says its kind
    return found


def flow_in(store: Store, key: str) -> Flow:
    """A published flow. Raises ``no-such-edition``."""
    row = store.row("SELECT sha256 FROM edition WHERE id = ?", key)
    found = _known.get(row["sha256"]) if row is not None else None
    if found is None:
        sha256, body = body_of(store, key)
        found = _known[sha256] = flow_from(json.loads(body))
    assert isinstance(found, Flow)  # noqa: S101 - the key says its kind
    return found


def newest_checklist(tx: Action, name: str) -> Checklist:
    """The version of a checklist that new cases get. Raises ``no-such-checklist``."""
    key = newest_key(tx.store, CHECKLIST, name)
    if not key:
        found = shipped_checklists().get(name)
        if found is None:
            raise Refused("no-such-checklist", field="item", checklist=name)
        publish_in(tx, found.key, CHECKLIST, name, found.version, to_json(found), SYSTEM)
        key = found.key
    return checklist_in(tx.store, key)


def newest_flow(tx: Action) -> Flow:
    """The flow that new cases get."""
    key = newest_key(tx.store, FLOW)
    if not key:
        found = flow_from(shipped()["flow"])
        publish_in(tx, found.key, FLOW, "", found.version, to_json(found), SYSTEM)
        key = found.key
    return flow_in(tx.store, key)


def checklists(store: Store) -> dict[str, Checklist]:
    """The newest version of every checklist there is, published or shipped, by id."""
    found = dict(shipped_checklists())
    rows = store.rows("SELECT DISTINCT name FROM edition WHERE kind = ? ORDER BY name", CHECKLIST)
    for row in rows:
        found[row["name"]] = checklist_in(store, newest_key(store, CHECKLIST, row["name"]))
    return found
