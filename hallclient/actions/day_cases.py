"""What of the cases a supervisor sees when the day is closed: nothing of it stops the closing."""

from __future__ import annotations

from typing import Final

from db.store import Row, Store
from hallclient.actions.case_watch import Look, silences_in

NO_OUTCOME, SILENCE, PROMISE = "no-outcome", "silence", "promise"
PRINT, UNCOUNTED = "print-unknown", "sheets-uncounted"
WHYS: Final = (NO_OUTCOME, SILENCE, PROMISE, PRINT, UNCOUNTED)
"""Received today and neither told nor accepted; untold for days; a promise due or overdue; a
certificate of which nobody said what was printed; blank sheets used today and not counted since.
"""
MOST: Final = 300
"""So many are written into the day's record; the lists themselves hold all."""


_UNPRINTED: Final = (
    "SELECT DISTINCT ? AS why, c.number, c.item FROM certificate_copy y "
    "JOIN case_file c ON c.id = y.case_file WHERE y.state = 'printing' ORDER BY c.number"
)
_UNCOUNTED: Final = (
    "SELECT ?1 AS why, s.window AS number, s.stock AS item FROM sheet s WHERE s.day = ?2 "
    "AND NOT EXISTS (SELECT 1 FROM sheet_count n WHERE n.day = ?2 AND n.window = s.window "
    "AND n.stock = s.stock AND n.at >= s.at) GROUP BY s.window, s.stock ORDER BY s.window, s.stock"
)


def left(store: Store) -> list[Row]:
    """Cases that today leaves undone, in the caller's transaction, kind by kind.

    Each row: ``why`` (`WHYS`), ``number``, ``item``, ``due`` (ISO day; None: none is set). Of
    blank sheets the number is their window's, the item the sort of sheet.
    """
    look = Look(store)
    found = [
        {"why": NO_OUTCOME, "number": row["number"], "item": row["item"], "due": row["due"]}
        for row in store.rows(
            "SELECT c.number, c.item, c.received_at, (SELECT max(k.due) FROM clock k "
            "WHERE k.id > c.id || '/c/' AND k.id < c.id || '/c0' AND k.ended_at IS NULL) AS due "
            "FROM case_file c INDEXED BY case_file_open WHERE c.closed_at IS NULL "
            "AND c.state IN ('received', 'corrected') AND c.since > ? ORDER BY c.number",
            look.now - 86_400_000,
        )
        if row["received_at"] is not None
        and store.env.day(row["received_at"]) == look.today.isoformat()
    ]
    found += [
        {
            "why": SILENCE,
            "number": one.case.number,
            "item": one.case.item,
            "due": one.until.isoformat(),
        }
        for one in silences_in(look)
    ]
    found += [
        {"why": PROMISE, "number": row["number"], "item": row["item"], "due": row["due"]}
        for row in store.rows(
            "SELECT c.number, c.item, p.due FROM promise p JOIN case_file c ON c.id = p.case_file "
            "WHERE p.state = 'open' AND p.due <= ? ORDER BY p.due, p.id",
            look.today.isoformat(),
        )
    ]
    return found + [
        {"due": None, **row}
        for row in store.rows(_UNPRINTED, PRINT)
        + store.rows(_UNCOUNTED, UNCOUNTED, look.today.isoformat())
    ]
