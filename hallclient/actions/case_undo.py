"""A step of a case taken back (撤回) by whoever made it, within the hall's time for that.

Nothing is rewritten: an undo is an event whose changes are those of the undone ones, turned round.
A document that the step made becomes void (作废): its row, its number and what it says stay, so the
number is never given to another one, and whoever verifies its code is told.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from db import projections
from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.case_rows import VOID, case_row, stream
from hallclient.actions.editions import flow_in
from hallclient.rules.errors import Refused

MOVED, UNDONE, _LEASED = "case.moved", "action.undone", "case.leased"
_MADE = frozenset(
    {MOVED, "task.opened", "certificate.approved", "certificate.described", "paper.made"}
)
"""What a step writes."""
_CODED = "certificate.assigned"
_BEFORE = frozenset({_LEASED, "case.answered", "deficiency.opened", "deficiency.closed"})
"""What a step writes before its moves, to know what is true."""
_SINCE = frozenset({_LEASED, "personal.viewed", "paper.printed", "paper.delivered"})
"""What changes nothing that a step has changed, unless it is one of its own documents."""
_NEWEST = (
    "SELECT seq, kind, actor, at, body FROM event WHERE device = ? AND stream = ? "
    "ORDER BY seq DESC LIMIT 200"
)


class _Event(NamedTuple):
    seq: int
    kind: str
    actor: str
    at: int
    body: dict[str, Any]


class _Step(NamedTuple):
    events: list[_Event]
    """The newest first."""
    since: set[str]
    """Numbers of documents that were read, printed or delivered afterwards, and `_LEASED`."""


def undo_move(store: Store, who: Actor, case: str) -> Row:
    """Take back the last step of a case, with the moves that followed by themselves; its row.

    Raises ``no-such-case``, ``no-step-to-undo`` (too late, somebody else's, or something was done
    since), ``step-told`` (a document of it was read, printed or delivered), ``step-coded`` (a code
    was given: void the certificate), ``step-certificate`` (it followed what was done with one),
    ``step-built-on`` (another device has gone on with it).
    """
    with acting(store, who, "case.move") as tx:
        row = case_row(store, case)
        step = _last(tx, row)
        if step is None:
            seconds = tx.hall.policy.undo_ms // 1000
            raise Refused("no-step-to-undo", field="case", number=row["number"], seconds=seconds)
        turned = [one for event in step.events for one in projections.reverse(event.body["set"])]
        changes = _merged(turned)
        told = [str(left["number"]) for _, _, left, _ in filter(_paper, changes) if left]
        for number in told:
            if number in step.since:
                raise Refused("step-told", field="case", number=row["number"], paper=number)
        if not all(_as_left(tx, change) for change in changes):
            raise Refused("step-built-on", field="case", number=row["number"])
        tx.append(
            UNDONE,
            row["id"],
            [_void(tx, change) for change in changes],
            stream=stream(row["id"]),
            undoes=step.events[-1].seq,
            was=MOVED,
            moves=[event.body["move"] for event in step.events if event.kind == MOVED],
            void=told,
        )
        return case_row(store, row["id"])


def _last(tx: Action, row: Row) -> _Step | None:
    """The last step in the case, when it was one's own and soon enough: somebody's move, with those
    made by themselves after it; several in one action (即办) are one step.
    """
    flow = flow_in(tx.store, row["flow"])
    found: list[_Event] = []
    since: set[str] = set()
    moves = 0
    """How many of these end with the earliest move that somebody made."""
    rows = tx.db.execute(_NEWEST, (tx.store.device, stream(row["id"])))
    for seq, kind, actor, at, body in rows:
        event = _Event(seq, kind, actor, at, json.loads(body))
        if kind == _CODED and not found:
            raise Refused("step-coded", field="case", number=row["number"])
        if found and (actor, at) != (found[0].actor, found[0].at):
            break
        if kind in _MADE or (moves and kind in _BEFORE):
            found.append(event)
            known = flow.move.get(event.body.get("move", ""))
            if kind == MOVED and known is not None and not known.automatic:
                moves = len(found)
        elif found and kind.startswith("certificate."):
            # A print confirmed, a certificate handed over: the move only followed.
            raise Refused("step-certificate", field="case", number=row["number"])
        elif found or kind not in _SINCE:
            break
        elif kind == _LEASED:
            since.add(kind)
        else:
            since.add(str(event.body.get("paper") or event.body.get("number")))
    while moves and moves < len(found) and found[moves].kind in _BEFORE:
        moves += 1
    mine = moves and found[0].actor == tx.actor
    late = moves and found[0].at < tx.now - tx.hall.policy.undo_ms
    if not mine or late:
        return None
    # Who has begun to work on it again goes on doing so.
    return _Step([one for one in found[:moves] if one.kind not in since], since)


def _merged(changes: list[Change]) -> list[Change]:
    """Changes of one row in a chain as one: from what is there to what was there first."""
    merged: dict[tuple[str, str], Change] = {}
    for table, key, left, back in changes:
        before = merged.get((table, key))
        if before is None:
            merged[table, key] = (table, key, left, back)
        elif before[3] is None or left is None:
            merged[table, key] = (table, key, before[2], back)
        else:
            first = None if before[2] is None else {**(left or {}), **before[2]}
            last = None if back is None else {**before[3], **back}
            merged[table, key] = (table, key, first, last)
    return list(merged.values())


def _as_left(tx: Action, change: Change) -> bool:
    """Whether the row still is as the step left it."""
    table, key, left, _ = change
    row = tx.row(f"SELECT * FROM {table} WHERE id = ?", key)
    if left is None or row is None:
        return left is None and row is None
    return all(row[name] == value for name, value in left.items())


def _paper(change: Change) -> bool:
    """Whether it takes a document away."""
    table, _, _, back = change
    return table == "paper" and back is None


def _void(tx: Action, change: Change) -> Change:
    """A document stays, and is void; everything else is as it was."""
    table, key, left, _ = change
    if left is None or not _paper(change):
        return change
    now = {"delivered_at": None, "delivered_by": tx.actor, "delivery": VOID, "receipt": None}
    return table, key, {name: left.get(name) for name in now}, now
