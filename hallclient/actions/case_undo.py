"""A step of a case taken back (撤回) by whoever made it, within the hall's time for that.

Nothing is rewritten: an undo is an event whose changes are those of the undone ones, turned round.
A document that the step made is gone with it, for nobody has read, saved or printed it: that would
be a later event of the case, and then the step stays.
"""

from __future__ import annotations

import json
from typing import Any

from db import projections
from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.case_rows import case_row, stream
from hallclient.rules.errors import Refused

MOVED, UNDONE = "case.moved", "action.undone"
_OF_A_STEP = frozenset(
    {MOVED, "case.leased", "case.answered", "deficiency.opened", "deficiency.closed"}
    | {"task.opened", "task.closed"}
)
"""What a step writes; anything else since is work that rests on it."""
_NEWEST = (
    "SELECT seq, kind, actor, at, body FROM event WHERE device = ? AND stream = ? "
    "ORDER BY seq DESC LIMIT 200"
)


def undo_move(store: Store, who: Actor, case: str) -> Row:
    """Take back the last step of a case, with what it made; the case's row.

    Raises ``no-such-case``, ``no-step-to-undo`` (too late, somebody else's, or something was done
    since), ``step-built-on`` (another device has gone on with it).
    """
    with acting(store, who, "case.move") as tx:
        row = case_row(store, case)
        group = _last(tx, row["id"])
        if group is None:
            seconds = tx.hall.policy.undo_ms // 1000
            raise Refused("no-step-to-undo", field="case", number=row["number"], seconds=seconds)
        changes = [change for one in group for change in projections.reverse(one["set"])]
        merged = _merged(changes)
        if not all(_as_left(tx, change) for change in merged):
            raise Refused("step-built-on", field="case", number=row["number"])
        moves = [one["move"] for one in group if "move" in one]
        tx.append(
            UNDONE,
            row["id"],
            merged,
            stream=stream(row["id"]),
            undoes=group[-1]["seq"],
            was=MOVED,
            moves=moves,
        )
        return case_row(store, row["id"])


def _last(tx: Action, case: str) -> list[Row] | None:
    """The events of the last action in the case, the newest first, when it was one's own step."""
    found: list[dict[str, Any]] = []
    for seq, kind, actor, at, body in tx.db.execute(_NEWEST, (tx.store.device, stream(case))):
        if kind not in _OF_A_STEP:
            break
        if found and (actor, at) != (found[0]["actor"], found[0]["at"]):
            break
        found.append({**json.loads(body), "seq": seq, "kind": kind, "actor": actor, "at": at})
    if not found or found[0]["actor"] != tx.actor:
        return None
    late = found[0]["at"] < tx.now - tx.hall.policy.undo_ms
    return found if not late and any(one["kind"] == MOVED for one in found) else None


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
