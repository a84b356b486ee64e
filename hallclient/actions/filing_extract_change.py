"""What a correction would tell a department, before it is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.filing_cells import filing_row
from hallclient.actions.filing_extracts import Extract, content, sent
from hallclient.actions.filing_view import load, snapshot
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.rules.form.extract import Change
    from hallclient.rules.form.state import State


class Correction(NamedTuple):
    """``before``: the extract that would be corrected; ``state``: the filing as it was compared."""

    before: Extract
    changes: list[Change]
    state: State


def correction(store: Store, who: Actor, filing: str, department: str) -> Correction:
    """What has changed for a department since it was sent the last extract.

    Raises ``no-such-filing``, ``no-such-department``, ``extract-none`` (nothing was sent).
    """
    from hallclient.rules.form.extract import difference, extract

    admit(store, who, "form.read")
    with snapshot(store):
        row = filing_row(store, filing)
        state = load(store, row).state
        known = next((one for one in state.form.departments if one.id == department), None)
        if known is None:
            raise Refused("no-such-department", field="department", department=department)
        before = sent(store, row["id"], department)
        if not before:
            raise Refused("extract-none", field="department", department=known)
        told = json.loads(content(store, before[-1]).payload or "{}")
        return Correction(before[-1], difference(told, extract(state, department)), state)
