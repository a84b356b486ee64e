"""What of a filing was taken over as registered: nobody changes it there, on no terminal.

A clerk enters what is to be; what is registered changes only by a filing of its own that is done.
So this is asked in the use case that edits, not on a screen. What was taken over stands in the
event with which the filing began, and that event names the form it came from.
"""

from __future__ import annotations

import json
from typing import Any

from db.store import Row, Store
from hallclient.actions.filing_cells import CELL, CLOSED, ROW
from hallclient.actions.filing_log import devices, stream
from hallclient.actions.forms import form_in
from hallclient.rules.form.origin import NOTHING, Registered
from hallclient.rules.form.origin import registered as registered_of
from hallclient.rules.form.spec import Form

DONE_ONLY = f"state = '{CLOSED}' AND reason = 'done'"
"""Of filings: only those that came into the register."""


def registered(store: Store, row: Row) -> Registered:
    """What nobody may change in a filing; `NOTHING` in one that took nothing over.

    Texts are not read: a cell that holds something is one, sealed or not.
    """
    if row["copied_from"] is None:
        return NOTHING
    made, form = _made(store, row["id"]), form_in(store, row["form"])[0]
    origin = form.origin(str(made.get("origin", "")))
    if origin is None:
        return NOTHING
    parts = [(table, key.split("/"), now) for table, key, _, now in made["set"]]
    rows = [(now["section"], key[1]) for table, key, now in parts if table == ROW]
    cells = [(key[1], key[2]) for table, key, _ in parts if table == CELL]
    return registered_of(form, origin, rows, cells)


def origin_of(store: Store, row: Row) -> str:
    """The form whose filing a filing took over what is registered from; empty: none's."""
    return "" if row["copied_from"] is None else str(_made(store, row["id"]).get("origin", ""))


def followed(store: Store, form: Form, filing: str) -> str:
    """The number of the filing that took this one over and was done, so that this one no longer
    says what is registered for ``form``; empty: none was.
    """
    later = store.rows(
        f"SELECT * FROM filing WHERE copied_from = ? AND {DONE_ONLY} "
        "AND form IN (SELECT value FROM json_each(?)) ORDER BY done_at",
        filing,
        origin_keys(store, form),
    )
    return next((str(one["number"]) for one in later if origin_of(store, one)), "")


def origin_keys(store: Store, form: Form) -> str:
    """All versions of the forms that one begins from, as a JSON list."""
    names = json.dumps([one.form for one in form.origins])
    sql = "SELECT id FROM form WHERE form IN (SELECT value FROM json_each(?))"
    return json.dumps([row["id"] for row in store.rows(sql, names)])


def _made(store: Store, filing: str) -> dict[str, Any]:
    """What the event says with which a filing began; nothing when it is not in this store.

    In a store that was restored it may be another device's.
    """
    sql = "SELECT kind, body FROM event WHERE device = ? AND stream = ? ORDER BY seq LIMIT 1"
    for device in devices(store.db):
        found = store.db.execute(sql, (device, stream(filing))).fetchone()
        if found is not None and found[0] == "filing.made":
            made: dict[str, Any] = json.loads(found[1])
            return made
    return {}
