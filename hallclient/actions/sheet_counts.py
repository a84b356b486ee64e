"""The day's end of blank sheets (日终对账): what the log says against what was counted by hand."""

from __future__ import annotations

from typing import Final

from db.log import Change
from db.store import Row, Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.sheets import (
    BOUND,
    MISSING,
    SPOILED,
    STREAM,
    USED,
    blank_of,
    seated,
    span_of,
    stock_in,
)
from hallclient.rules.certificate import sheets as rules
from hallclient.rules.certificate.sheets import Count
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

_LONGEST: Final = 200


def day_of(store: Store, stock: str, window: str, day: str) -> Count:
    """What a window's stock did today (``day``), by the log and by what was counted before: sheets
    that an earlier count did not find are not expected again.
    """
    found = store.rows("SELECT * FROM sheet WHERE stock = ? AND window = ?", stock, window)
    today = [row for row in found if row["day"] == day]
    used = sum(row["state"] in (USED, BOUND) for row in today)
    spoiled = sum(row["state"] in (SPOILED, MISSING) for row in today)
    received, given = _moved(store, stock, window, day)
    now = len(blank_of(store, stock, window)) + _found(store, stock, window, day)
    # What is blank now was there at the opening or came in, and was neither used nor given away.
    return Count(now + used + spoiled + given - received, received, given, used, spoiled)


def _found(store: Store, stock: str, window: str, day: str) -> int:
    """How many sheets more than the log has were counted on earlier days (less: negative)."""
    row = store.row(
        "SELECT coalesce(sum(counted - expected), 0) AS n FROM sheet_count "
        "WHERE stock = ? AND window = ? AND day < ?",
        stock,
        window,
        day,
    )
    return int(row["n"]) if row else 0


def count(store: Store, who: Actor, stock: str, counted: int, note: str = "") -> tuple[Count, Row]:
    """The day's end: the blank sheets counted by hand against the log (领 用 废 余).

    A difference needs a note. One count a day, window and stock; counting again replaces nothing:
    the former stays in the log. Raises ``no-such-stock``, ``count-number``, ``count-note`` with the
    difference, ``sheets-bound`` (a print is not confirmed yet).
    """
    with acting(store, who, "sheet.use") as tx:
        found = stock_in(store, stock)
        seated(tx)
        if not 0 <= counted <= rules.MOST:
            raise Refused("count-number", field="counted", counted=counted)
        open_ = tx.row(
            "SELECT count(*) AS n FROM sheet WHERE stock = ? AND window = ? AND state = ?",
            stock,
            tx.window,
            BOUND,
        )
        if open_ and open_["n"]:
            raise Refused("sheets-bound", stock=found, count=open_["n"])
        told = day_of(store, stock, tx.window, tx.day)
        said = clean(note).strip()[:_LONGEST]
        if counted != told.expected and not said:
            difference = counted - told.expected
            raise Refused("count-note", field="note", difference=difference, **_words(told))
        key = f"{tx.day}:{tx.window}:{stock}"
        row = {
            "day": tx.day,
            "window": tx.window,
            "stock": stock,
            **told._asdict(),
            "expected": told.expected,
            "counted": counted,
            "note": said or None,
            "by": tx.actor,
            "at": tx.now,
        }
        before = tx.row("SELECT * FROM sheet_count WHERE id = ?", key)
        change: Change = ("sheet_count", key, None, row)
        if before is not None:
            changed = {name: value for name, value in row.items() if before[name] != value}
            change = ("sheet_count", key, {name: before[name] for name in changed}, changed)
        tx.append("sheet.counted", key, [change], stream=STREAM)
        return told, {"id": key, **row}


def counts(store: Store, who: Actor, day: str = "") -> list[Row]:
    """The counts of a business day (all), the newest first."""
    admit(store, who, "sheet.read")
    rows = store.rows("SELECT * FROM sheet_count ORDER BY at DESC, id")
    return [row for row in rows if not day or row["day"] == day]


def _words(told: Count) -> dict[str, int]:
    return {**told._asdict(), "expected": told.expected}


def _moved(store: Store, stock: str, window: str, day: str) -> tuple[int, int]:
    """How many sheets a window got and gave on a day."""
    got = gave = 0
    for row in store.rows(
        "SELECT * FROM sheet_range WHERE stock = ? AND window = ?", stock, window
    ):
        size = span_of(row).size
        got += size if row["day"] == day else 0
        gone = row["gone_at"] is not None and store.env.day(row["gone_at"]) == day
        gave += size if gone else 0
    return got, gave
