"""Editing a filing: each step is one event, durable before the next; two hands lose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from db import log
from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.filing_cells import Collision, Draft, filing_row
from hallclient.actions.filing_log import stream
from hallclient.actions.filing_registered import registered
from hallclient.rules.form.edits import Edit


class Outcome(NamedTuple):
    """What became of a step. ``seq``: its place in the filing's stream of events."""

    seq: int
    collisions: tuple[Collision, ...] = ()


def edit(
    store: Store,
    who: Actor,
    filing: str,
    edits: Sequence[Edit],
    *,
    source: str = "",
) -> Outcome:
    """Make one step: all of it, or nothing. Repeating a step that is there changes nothing.

    Where another hand has written something else than the writer saw (`Put.was`), its text stays
    and the writer's is kept beside it. ``source``: how it was entered (``paste``, ``import``,
    ``repair``, ...; empty: typed).

    Raises ``no-such-filing``, ``filing-closed``, ``no-such-field``, ``no-such-section``,
    ``text-long``; ``row-gone`` and ``cell-disputed`` with what was typed; ``registered`` and
    ``registered-row`` for what was taken over as registered (see `filing_registered`).
    """
    with acting(store, who, "form.edit") as tx:
        row = filing_row(store, filing, open_only=True)
        draft = Draft(tx, row, kept=registered(store, row))
        for one in edits:
            draft.do(one)
        changes, collisions = draft.set, tuple(draft.collisions)
        if not changes:
            return Outcome(position(store, row["id"]), collisions)
        facts: dict[str, Any] = {"source": source} if source else {}
        kind = "filing.edited"
        if collisions:
            kind = "filing.collided"
        event = tx.append(kind, row["id"], changes, stream=stream(row["id"]), **facts)
        return Outcome(event.seq, collisions)


def settle(store: Store, who: Actor, filing: str, row: str, field: str, take: str) -> Outcome:
    """End a disagreement in a cell: ``own`` (what stands in it stays), ``other``, or a text.

    Raises ``nothing-to-settle``, and as `edit`.
    """
    with acting(store, who, "form.edit") as tx:
        found = filing_row(store, filing, open_only=True)
        draft = Draft(tx, found)
        draft.settle(row, field, take)
        key = found["id"]
        return Outcome(tx.append("filing.settled", key, draft.set, stream=stream(key)).seq)


def position(store: Store, filing: str) -> int:
    """The place of the newest event in a filing's stream."""
    return log.head(store.db, store.device, stream(filing))[0]
