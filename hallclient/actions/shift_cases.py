"""The cases of a shift that is handed over: what its operator has in hand, and giving it on.

An agent's file stays the agent's (一帮到底) from shift to shift, so nothing is given unasked; what
the colleague must know of it is what falls due today.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions import case_lease
from hallclient.actions.acting import Actor
from hallclient.actions.case_notes import PROMISE
from hallclient.rules.errors import Refused

# Rows of a case are found by the beginning of their ids (`case_rows.OF`).
_OPEN = (
    "SELECT c.*, (SELECT min(k.due) FROM clock k WHERE k.id > c.id || '/c/' "
    "AND k.id < c.id || '/c0' AND k.state = 'running') AS due, "
    "(SELECT min(n.due) FROM case_note n WHERE n.id > c.id || '/n/' AND n.id < c.id || '/n0' "
    "AND n.kind = ?2 AND n.done_at IS NULL) AS promised "
    "FROM case_file c WHERE c.id IN ("
    "SELECT id FROM case_file WHERE closed_at IS NULL AND holder = ?1 "
    "UNION SELECT id FROM case_file WHERE closed_at IS NULL AND agent = ?1)"
)


class Open(NamedTuple):
    """A case in somebody's hand. ``due``: the first limit that runs (ISO day; empty: none).

    ``today``: a limit or a promise falls due today or did before.
    """

    row: Row
    held: bool
    """They hold it; else it is a file of theirs in which something is due."""
    due: str
    promised: str
    """The day that was promised to the applicant; empty: none was."""
    today: bool


class Given(NamedTuple):
    """What was handed over, and what was not with the reason why, by case number."""

    given: list[Row]
    refused: dict[str, Refused]


def open_cases(store: Store, operator: str) -> list[Open]:
    """The open cases that an operator holds, and those they follow with something due today.

    What is due first stands in front.
    """
    today = store.env.day(store.env.now())
    found = []
    for row in store.rows(_OPEN, operator, PROMISE):
        due, promised = row.pop("due") or "", row.pop("promised") or ""
        late = any(day and day <= today for day in (due, promised))
        if row["holder"] == operator or late:
            found.append(Open(row, row["holder"] == operator, due, promised, late))
    return sorted(
        found,
        key=lambda one: (
            not one.today,
            min(filter(None, one[2:4]), default="9"),
            one.row["number"],
        ),
    )


def give(store: Store, who: Actor, taker: str, cases: Sequence[str], note: str = "") -> Given:
    """Hand cases (by id or number) to the colleague, one after the other.

    One that is refused (as `case_lease.hand_over`) keeps no other from being given: each is a step
    of its own.
    """
    made = Given([], {})
    for case in dict.fromkeys(cases):
        try:
            made.given.append(case_lease.hand_over(store, who, case, taker, note))
        except Refused as refused:
            known = store.row("SELECT number FROM case_file WHERE id = ?", case)
            made.refused[known["number"] if known else case] = refused
    return made
