"""Assisted filing (帮办): an agent's own files by what they need now, followed to the end.

An agent explains, fills in, pre-reviews, opens the file, reminds and escalates; an agent never
decides: the flow gives those moves to others (`fixtures/review/flow.toml`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.case_notes import PROMISE
from hallclient.rules.errors import Refused


class Need(StrEnum):
    """What an agent's file needs, the most pressing first."""

    PROMISED = "promised"
    """Something was promised to the applicant for today, or is late."""
    RETURNED = "returned"
    """Given back with something to mend: by the counter, or by a department."""
    PREPARE = "prepare"
    """Being prepared with the applicant."""
    READY = "ready"
    """Pre-reviewed; to be handed in at a window."""
    WAITING = "waiting"
    """Somebody else's turn."""
    TELL = "tell"
    """Decided: the applicant is to be told, or to be helped to collect."""


class File(NamedTuple):
    """One of an agent's files. ``waiting_on``: whose turn; ``due``: the promised day (ISO)."""

    row: Row
    need: Need
    waiting_on: str
    due: str
    note: str


_RETURNED = ("correction", "mending")
_TELL = ("done_pass", "issued", "done_tolerant")


def home(store: Store, who: Actor, agent: str = "") -> list[File]:
    """An agent's open files (``agent`` empty: one's own), what presses most in front.

    Raises ``not-allowed``.
    """
    admit(store, who, "case.read")
    today = store.env.day(store.env.now())
    rows = store.rows(
        "SELECT * FROM case_file WHERE agent = ? AND closed_at IS NULL ORDER BY since, id",
        agent or who.operator,
    )
    found = [_file(store, row, today) for row in rows]
    order = list(Need)
    return sorted(found, key=lambda one: (order.index(one.need), one.due or "9", one.row["since"]))


def _file(store: Store, row: Row, today: str) -> File:
    promised = store.row(
        "SELECT id, due, sealed FROM case_note WHERE case_file = ? AND kind = ? "
        "AND done_at IS NULL ORDER BY due LIMIT 1",
        row["id"],
        PROMISE,
    )
    due = promised["due"] if promised is not None else ""
    text = ""
    if promised is not None and promised["sealed"]:
        text = (store.unseal(row["id"], promised["sealed"]) or {}).get("text", "")
    need, waits = _need(row)
    if due and due <= today:
        need = Need.PROMISED
    return File(row, need, row["waiting_on"] or waits, due, text)


def _need(row: Row) -> tuple[Need, str]:
    state = row["state"]
    if state in _RETURNED:
        return Need.RETURNED, "applicant"
    if state in ("draft", "prereview"):
        waits = row["waiting_on"] or ""
        return (Need.WAITING if waits else Need.PREPARE), waits
    if state == "prereview_ok":
        return Need.READY, ""
    if state in _TELL:
        return Need.TELL, "applicant"
    return Need.WAITING, "department" if state == "handling" else "counter"


def agents(store: Store, who: Actor) -> list[Row]:
    """Agents who are employed, with their firm: ``id``, ``name``, ``firm``."""
    admit(store, who, "case.read")
    return store.rows(
        "SELECT id, name, firm FROM operator WHERE role = 'agent' AND state = 'active' ORDER BY id"
    )


def check_agent(store: Store, who: Actor, name: str) -> str:
    """An agent's id. Raises ``no-such-agent``."""
    if name and name not in {row["id"] for row in agents(store, who)}:
        raise Refused("no-such-agent", field="agent", agent=name)
    return name
