"""Who wrote what into a filing, and when: from the log, newest first."""

from __future__ import annotations

import json
from itertools import islice
from typing import NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.filing_cells import BESIDE, filing_row
from hallclient.actions.filing_log import STEP, Step, backwards, differs, said, step_of


class Entry(NamedTuple):
    """One change of one cell. ``at``: UTC ms; ``how``: the kind of event without ``filing.``, or
    how it was entered (``paste``, ``import``, ...) when it was not typed.
    """

    at: int
    by: str
    window: str
    was: str
    now: str
    how: str


def history(store: Store, who: Actor, filing: str, row: str, field: str) -> list[Entry]:
    """Everything that was ever written into a cell, also what lost against another hand's.

    A personal text is in clear; once the filing's key is destroyed, it is empty.
    Raises ``no-such-filing``.
    """
    admit(store, who, "form.read")
    filing_id = filing_row(store, filing)["id"]
    key, box = f"{filing_id}/{row}/{field}", store.box(filing_id)
    found = []
    for event in backwards(store, filing_id, STEP, f'"{key}"'.encode()):
        _, kind, at, by, window, body = event
        facts = json.loads(body)
        how = str(facts.get("source") or kind.removeprefix("filing."))
        for _, cell, was, now in facts["set"]:
            if cell == key:
                if differs(was, now, "value", "sealed"):
                    texts = said(was, box), said(now, box)
                    found.append(Entry(at, by, window, *texts, how))
                elif (now or {}).get("other_by") is not None and differs(was, now, *BESIDE):
                    found.append(Entry(at, by, window, "", said(now, box, "other"), how))
    return found


def whole_history(store: Store, who: Actor, filing: str, most: int = 1000) -> list[Step]:
    """The newest ``most`` steps of a filing, the newest first. Raises ``no-such-filing``."""
    admit(store, who, "form.read")
    key = filing_row(store, filing)["id"]
    box = store.box(key)
    return [step_of(event, box) for event in islice(backwards(store, key, STEP), most)]
