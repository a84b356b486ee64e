"""The signed list of a business day as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from db.files import whole
from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.day_close import record
from hallclient.rules.errors import Refused
from hallclient.rules.spreadsheet import harmless

COLUMNS: Final = (
    "day",
    "number",
    "item",
    "item_name",
    "line",
    "state",
    "window",
    "since",
    "wait_s",
    "end",
    "reason",
    "slot",
)
_TIMES: Final = frozenset({"since", "slot"})


def export_day(
    store: Store,
    who: Actor,
    day: str,
    target: Path,
    *,
    headings: Callable[[str], str] = str,
    replace: bool = False,
) -> int:
    """Write the list of a day as CSV, formulas made harmless; how many rows it has.

    Raises ``no-such-day``, ``not-allowed``, ``file-exists`` and the rest of `db.files.whole`.
    """
    with whole(target, replace=replace) as temp:
        with acting(store, who, "store.export") as tx:
            found = record(tx.store, day)
            if found is None:
                raise Refused("no-such-day", field="day", day=day)
            tx.append(
                "store.exported", store.meta["hall"], [], stream="store", what="day", first=day
            )
            rows: list[Row] = found["listed"]["rows"] if found["listed"] else []
            names = {code: item.zh for code, item in tx.hall.items.items()}
        _write(temp, rows, names, ZoneInfo(store.meta["time_zone"]), headings)
    return len(rows)


def _write(
    temp: Path,
    rows: list[Row],
    names: dict[str, str],
    zone: ZoneInfo,
    headings: Callable[[str], str],
) -> None:
    import csv

    # The byte order mark tells a spreadsheet that this is UTF-8; lines end as RFC 4180 says.
    with temp.open("w", encoding="utf-8-sig", newline="", errors="replace") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([harmless(headings(name)) for name in COLUMNS])
        for row in rows:
            told = {
                **row,
                "item_name": names.get(row["item"], ""),
                "wait_s": row["wait_ms"] // 1000,
            }
            writer.writerow([_cell(name, told.get(name), zone) for name in COLUMNS])


def _cell(name: str, value: object, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        if name in _TIMES:
            return datetime.fromtimestamp(value / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
        return str(value)
    return harmless(str(value))
