"""The hall's configuration, as published in the store."""

from __future__ import annotations

import json

from db.errors import StoreError
from db.log import Change
from db.store import Store, Tx
from hallclient.rules.catalogue import Hall
from hallclient.rules.catalogue_json import hall_from_json, hall_to_json

HALL = "hall"
_known: dict[tuple[str, str], Hall] = {}


def hall_of(store: Store) -> Hall:
    """The configuration in force. Parsed once for each published edition."""
    found = store.row("SELECT version, published_at FROM hall WHERE id = ?", HALL)
    if found is None:
        raise StoreError("no-hall", path=store.path)
    edition = (store.device, f"{found['version']}@{found['published_at']}")
    hall = _known.get(edition)
    if hall is None:
        row = store.row("SELECT body FROM hall WHERE id = ?", HALL)
        assert row is not None  # noqa: S101 - the row above
        hall = _known[edition] = hall_from_json(json.loads(row["body"]))
    return hall


def know(tx: Tx, hall: Hall) -> None:
    """Spare this process the parsing of what it has just published in a new store."""
    _known[tx.store.device, f"{hall.version}@{tx.now}"] = hall


def publish(tx: Tx, hall: Hall) -> None:
    """Put an edition in force: the configuration, and a row for each of its windows.

    A window that is in the store already keeps its state; one the edition no longer has stays
    for its history but can no longer be opened.
    """
    body = json.dumps(hall_to_json(hall), ensure_ascii=False, separators=(",", ":"))
    before = tx.row("SELECT version, published_at, body FROM hall WHERE id = ?", HALL)
    now = {"version": hall.version, "published_at": tx.now, "body": body}
    changes: list[Change] = [("hall", HALL, before, now)]
    for window in hall.windows.values():
        face = {"number": int(window.number), "zh": window.zh, "en": window.en}
        known = tx.row('SELECT number, zh, en FROM "window" WHERE id = ?', window.id)
        if known is None:
            made = {**face, "state": "closed", "since": tx.now, "emergency": 0, "guarded": 0}
            changes.append(("window", window.id, None, made))
        elif known != face:
            changes.append(("window", window.id, known, face))
    tx.append("hall.published", hall.id, changes, stream="catalogue", edition=hall.version)
