"""Queues of work (工作队列): saved lists of cases that wait for the same, with one main action.

Whose turn a queue is about is in `rules.review.watch.QUEUES`; each is read by the index of open
cases in their state.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.case_watch import MOST, Look
from hallclient.actions.reading import snapshot
from hallclient.rules.errors import Refused
from hallclient.rules.review import watch as rules
from hallclient.rules.review.watch import QUEUES, Placed, Queue

# Rows of a case are found by the beginning of their ids (`case_rows.OF`).
_OPEN_TASK: Final = (
    "SELECT 1 FROM review_task t WHERE t.id > c.id || '/t/' AND t.id < c.id || '/t0' "
    "AND t.done_at IS NULL"
)
_RETURNED: Final = (
    "SELECT 1 FROM review_task t WHERE t.id > c.id || '/t/' AND t.id < c.id || '/t0' "
    "AND t.state = 'returned'"
)
_DEFICIENT: Final = "SELECT 1 FROM deficiency d WHERE d.case_file = c.id AND d.closed_at IS NULL"

_ONLY: Final = {
    "": "1",
    rules.MINE: "c.holder = ?1",
    rules.JOINED: f"NOT EXISTS ({_OPEN_TASK}) AND NOT EXISTS ({_DEFICIENT})",
    rules.RETURNED: f"EXISTS ({_RETURNED}) AND EXISTS ({_DEFICIENT})",
}


class Waiting(NamedTuple):
    """A case in a queue. ``since``: how long it has been in its state (UTC ms)."""

    case: Placed
    since: int
    day: str
    """When its file was opened."""


class Filled(NamedTuple):
    """How a queue stands. ``oldest``: since when its first has waited (UTC ms); None: empty."""

    queue: Queue
    n: int
    oldest: int | None


def queues(store: Store, who: Actor) -> list[Filled]:
    """Every queue with how many wait in it, in the order of a case's way."""
    admit(store, who, "case.read")
    with snapshot(store):
        found = []
        for queue in QUEUES.values():
            row = store.row(
                f"SELECT count(*) AS n, min(c.since) AS oldest FROM {_from(queue)}",
                who.operator,
            )
            assert row is not None  # noqa: S101 - an aggregate has a row
            found.append(Filled(queue, row["n"], row["oldest"]))
    return found


def queue(store: Store, who: Actor, name: str, *, most: int = MOST, skip: int = 0) -> list[Waiting]:
    """The cases of a queue, who has waited longest in front.

    Raises ``not-allowed``, ``no-such-queue``.
    """
    admit(store, who, "case.read")
    known = QUEUES.get(name)
    if known is None:
        raise Refused("no-such-queue", field="queue", queue=name)
    with snapshot(store):
        look = Look(store)
        return [
            Waiting(look.placed(row), row["since"], row["day"])
            for row in store.rows(
                f"SELECT {look.case}, c.since, c.day FROM {_from(known)} "
                "ORDER BY c.since, c.id LIMIT ?2 OFFSET ?3",
                who.operator,
                most,
                skip,
            )
        ]


def _from(queue: Queue) -> str:
    """The cases of a queue. The index is named: another one is in the order wanted, of all cases.

    Every statement names its first value: SQLite takes no more values than are named.
    """
    states = ", ".join(f"'{state}'" for state in queue.states)
    of = f"c.state IN ({states}) AND " if states else ""
    index = "case_file_open" if states else "case_file_holder"
    return (
        f"case_file c INDEXED BY {index} "
        f"WHERE ?1 IS NOT NULL AND c.closed_at IS NULL AND {of}{_ONLY[queue.only]}"
    )
