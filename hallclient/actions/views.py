"""What the screens and the command line read. Nothing here changes anything."""

from __future__ import annotations

import json
from collections.abc import Sequence

from db.store import Row, Store, Tx
from hallclient.actions.acting import SYSTEM, Action, Actor
from hallclient.actions.calling import peek
from hallclient.actions.hall import hall_of
from hallclient.rules.policy import Choice
from hallclient.rules.text import narrow

_ORDER = """
    CASE WHEN return_window = :window OR reserved_for = :operator THEN 0
         WHEN lane = 'priority' OR (lane = 'booked' AND order_at <= :due) THEN 1
         ELSE 2 END, order_at, turn, id"""


def waiting_ids(store: Store, window: str, operator: str, lines: Sequence[str] | None) -> list[str]:
    """Ids of the waiting legs that concern a window, in about the order of calling.

    ``lines`` None: the whole hall. The exact order is the policy's, one call at a time.
    """
    hall = hall_of(store)
    now = store.env.now()
    only = "" if lines is None else "AND (line IN (SELECT value FROM json_each(:lines)) OR "
    mine = "" if lines is None else "return_window = :window OR reserved_for = :operator)"
    values = {
        "day": store.env.day(now),
        "window": window,
        "operator": operator,
        "lines": json.dumps(list(lines or ())),
        "due": now + hall.policy.due_ahead_ms,
    }
    cursor = store.db.execute(
        f"SELECT id FROM leg WHERE state = 'waiting' AND day = :day {only}{mine} ORDER BY {_ORDER}",
        values,
    )
    return [row[0] for row in cursor]


def legs_by_id(store: Store, ids: Sequence[str]) -> list[Row]:
    """These legs with what a list shows of their visit, in the order given."""
    rows = store.rows(
        "SELECT leg.*, visit.priority, visit.slot, visit.sealed, visit.state AS visit_state, "
        "(SELECT o.window FROM leg o WHERE o.visit = leg.visit "
        "AND o.state IN ('called', 'serving')) AS busy_at "
        "FROM leg JOIN visit ON visit.id = leg.visit "
        "WHERE leg.id IN (SELECT value FROM json_each(?))",
        json.dumps(list(ids)),
    )
    found = {row["id"]: row for row in rows}
    return [found[key] for key in ids if key in found]


def aside(store: Store, window: str, operator: str) -> list[Row]:
    """Legs held, passed or outside that concern this window or operator, oldest first.

    A passed one belongs to the window that called it last; without a window all are shown.
    """
    return store.rows(
        "SELECT * FROM leg WHERE state IN ('held', 'passed', 'external') AND day = ?3 "
        "AND (?1 = '' OR operator = ?2 OR return_window = ?1 OR state = 'passed' AND ?1 = "
        "(SELECT window FROM attempt WHERE attempt.id > leg.id || '.' "
        "AND attempt.id < leg.id || '/' ORDER BY at DESC LIMIT 1)) "
        "ORDER BY since, id LIMIT 40",
        window,
        operator,
        store.env.day(store.env.now()),
    )


def waiting_count(store: Store, lines: Sequence[str] | None = None) -> tuple[int, int | None]:
    """How many wait today, and since when the first of them does (UTC ms)."""
    only = "" if lines is None else "AND line IN (SELECT value FROM json_each(?2))"
    row = store.db.execute(
        "SELECT count(*), min(ready_at) FROM leg "
        f"WHERE state = 'waiting' AND day = ?1 {only} AND ?2 IS NOT NULL",
        (store.env.day(store.env.now()), json.dumps(list(lines or ()))),
    ).fetchone()
    return int(row[0]), row[1]


def next_for(store: Store, window: Row, who: Actor) -> Choice | None:
    """Whom the window would call now, without calling."""
    return peek(_reading(store, who), window)


def visit(store: Store, key: str) -> Row | None:
    """A visit with its legs and every announcement, by its id."""
    row = store.row("SELECT * FROM visit WHERE id = ?", key)
    if row is None:
        return None
    row["legs"] = store.rows("SELECT * FROM leg WHERE visit = ? ORDER BY rowid", key)
    row["attempts"] = store.rows(
        "SELECT attempt.* FROM leg CROSS JOIN attempt "
        "ON attempt.id > leg.id || '.' AND attempt.id < leg.id || '/' "
        "WHERE leg.visit = ? ORDER BY attempt.at, attempt.rowid",
        key,
    )
    return row


def visit_by_number(store: Store, number: str, day: str | None = None) -> Row | None:
    """Today's (or that day's) visit with this number."""
    day = day or store.env.day(store.env.now())
    found = store.row("SELECT id FROM visit WHERE day = ? AND number = ?", day, number)
    return None if found is None else visit(store, found["id"])


def tickets(store: Store, *, open_only: bool = True, line: str | None = None) -> list[Row]:
    """Today's numbers leg by leg, in the order they were taken."""
    return store.rows(
        "SELECT leg.*, visit.priority, visit.slot, visit.sealed "
        "FROM leg JOIN visit ON visit.id = leg.visit "
        "WHERE leg.day = ?1 AND (?2 IS NULL OR leg.line = ?2) "
        "AND (NOT ?3 OR leg.closed_at IS NULL) ORDER BY leg.ticket_at, leg.rowid",
        store.env.day(store.env.now()),
        line,
        int(open_only),
    )


def person_of(store: Store, row: Row) -> dict[str, str]:
    """Personal fields of a visit row, unmasked: show them masked, or through `persons.reveal`."""
    key = row["visit"] if "visit" in row else row["id"]
    return store.unseal(key, row.get("sealed")) or {}


def _reading(store: Store, who: Actor) -> Action:
    return Action(Tx(store, SYSTEM, who.window), who, hall_of(store))


def number_of_person(store: Store, identity: str) -> str:
    """The open number of today that was taken with this identity number; empty: none."""
    row = store.row(
        "SELECT number FROM visit WHERE person = ? AND day = ? AND state = 'open'",
        store.person_token(narrow(identity)),
        store.env.day(store.env.now()),
    )
    return "" if row is None else str(row["number"])
