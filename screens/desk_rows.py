"""The two lists of the desk: who waits, and the windows of the hall."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from db.store import Row as StoreRow
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.text import cell_width
from hallclient.texts import language, t
from hallclient.words import minutes, state_word, stopwatch
from screens import desk_text
from screens.widgets.rows import Column, Row

LONGEST_MS = 999 * 60_000
"""The longest wait that its column shows whole."""


def queue_columns() -> list[Column]:
    """Number, service, wait, and what is special."""
    return [
        Column(t("desk.col-number"), 5),
        Column(t("desk.col-service"), 8, flex=1),
        Column(t("desk.col-wait"), cell_width(minutes(LONGEST_MS)), align="right"),
        Column(t("desk.col-badge"), cell_width(t("desk.badge-booked", at="00:00"))),
    ]


def window_columns() -> list[Column]:
    """Window, what it does, who sits there, whom it serves and for how long."""
    return [
        Column(t("desk.col-window"), 4),
        Column(t("desk.col-state"), 8),
        Column(t("desk.col-operator"), 5, drop=1),
        Column(t("desk.col-number"), 5),
        Column(t("desk.col-time"), 7, align="right"),
        Column(t("desk.col-service"), 12, flex=1, drop=2),
    ]


class LegRows:
    """Waiting legs: the ids are known, rows are read a page at a time."""

    def __init__(self, ids: list[str], read: Callable[[list[str]], Sequence[Row]]) -> None:
        self._ids = ids
        self._read = read

    def count(self) -> int:
        """How many wait."""
        return len(self._ids)

    def rows(self, first: int, n: int) -> Sequence[Row]:
        """A page of them."""
        return self._read(self._ids[first : first + n])

    def index_of(self, key: str) -> int | None:
        """The place of a leg."""
        try:
            return self._ids.index(key)
        except ValueError:
            return None


def leg_row(row: StoreRow, hall: Hall, now: int) -> Row:
    """A waiting leg in the list."""
    cells = (
        row["number"],
        desk_text.item_name(hall, row["item"]),
        minutes(now - row["ready_at"]),
        desk_text.badge(row, now),
    )
    return Row(row["id"], cells, desk_text.row_style(row, hall, now))


def window_row(row: StoreRow, hall: Hall, now: int) -> Row:
    """A window in the supervisor's list."""
    line_of = hall.lines.get(row["line"] or "")
    since = row["visitor_since"] or row["since"]
    late = line_of is not None and now - since > line_of.p95_ms
    style = "alert" if late else "dim" if row["state"] in ("closed", "paused") else ""
    state = state_word(row["visitor_state"]) if row["visitor"] else t(f"window.{row['state']}")
    name = named(line_of, language()) if line_of else ""
    if row["emergency"]:
        name = f"{t('desk.emergency-mark')} {name}"
    cells = (
        row["id"],
        state,
        row["operator"] or "",
        row["visitor"] or "",
        "" if row["state"] == "closed" else stopwatch(now - since),
        name,
    )
    return Row(row["id"], cells, style)
