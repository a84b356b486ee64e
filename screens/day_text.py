"""The lists and lines of the business day's screen. Nothing here decides."""

from __future__ import annotations

from collections.abc import Collection

from textual.content import Content

from hallclient import day_words as said
from hallclient.actions.dayview import DayView
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import cell_width
from hallclient.texts import t
from hallclient.words import clock, minutes
from screens.desk_rows import LONGEST_MS
from screens.desk_text import ALERT, GOOD, MUTED, STRONG, WARN, spread
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row

STYLES = {"ok": "good", "notice": "warn", "warning": "alert"}
OPENING, CLOSING, RECORD = "opening", "closing", "record"


def status(view: DayView | None, mode: str, width: int) -> Content:
    """What list this is, of which day; the time and when the hall closes."""
    if view is None:
        return line((t(f"day.title.{mode}"), STRONG))
    left: list[Part] = [(t(f"day.title.{mode}"), STRONG), f"  {view.today}  {clock(view.now)}"]
    if view.closes_at is not None:
        style = ALERT if view.over else MUTED
        left.append(("  " + t("day.closes", at=clock(view.closes_at)), style))
    if view.closed:
        right = (t("day.is-closed"), WARN)
    elif view.stopped:
        right = (t("day.stopped", n=len(view.stopped)), WARN)
    elif view.opened:
        right = (t("day.is-open"), GOOD)
    else:
        right = (t("day.is-not-opened"), WARN)
    return spread(line(*left), line(right), width)


def columns(mode: str) -> list[Column]:
    """Of each list."""
    if mode == RECORD:
        return [Column(t("day.col-record"), 20, flex=1)]
    if mode == OPENING:
        return [Column("", 2), Column(t("day.col-opening"), 20, flex=1)]
    return [
        Column(t("desk.col-number"), 5),
        Column(t("desk.col-service"), 10, flex=1),
        Column(t("desk.col-state"), 8),
        Column(t("day.col-since"), cell_width(minutes(LONGEST_MS)), align="right", drop=1),
        Column(t("day.col-end"), 16),
    ]


def opening_rows(view: DayView, hall: Hall, ticked: Collection[str]) -> list[Row]:
    """The computed checks, then the hall's own with a box to tick.

    Once the day is open the boxes are those of whoever opened it.
    """
    rows = [
        Row(
            f"check.{check['id']}",
            ("", said.check_text(check, hall)),
            STYLES[check["level"]],
        )
        for check in view.checks
    ]
    seen = ticked
    if view.record is not None and view.record["checks"]:
        seen = view.record["checks"]["ticked"]
    for key in hall.opening_checks:
        mark = said.TICKED if key in seen else said.OPEN
        rows.append(Row(key, (mark, said.own_check(hall, key)), "" if key in seen else "own"))
    return rows


def closing_rows(view: DayView, hall: Hall, carry: Collection[str]) -> list[Row]:
    """Every open service with its end; a number that is carried over says so."""
    rows = []
    for one in view.closing:
        number, name, state, wait, end = said.row_cells(one, hall)
        carried = one["number"] in carry and one["carriable"] and one["state"] != "passed"
        end = t("day.to-carry") if carried else end
        style = "good" if carried else "dim" if not one["carriable"] else ""
        rows.append(Row(one["leg"], (number, name, state, wait, end), style))
    return rows


def record_rows(view: DayView, hall: Hall) -> list[Row]:
    """The signed record, line by line."""
    if view.record is None:
        return []
    lines = said.record_text(view.record, hall).split("\n")
    return [Row(str(place), (text,)) for place, text in enumerate(lines)]


def summary(view: DayView, hall: Hall, mode: str, ticked: int, carry: int) -> Content:
    """The line under the list: what has been seen, or what closing would do."""
    if mode == OPENING:
        if view.opened and view.record is not None:
            return line((said.day_state(view.record), GOOD))
        told = t("day.ticked", n=ticked, all=len(hall.opening_checks))
        return line((told, STRONG if ticked == len(hall.opening_checks) else WARN))
    if mode == CLOSING:
        if not view.closing:
            return line((t("day.nothing-open"), GOOD))
        numbers = len({row["visit"] for row in view.closing})
        return line((t("day.summary", n=numbers, carry=carry), STRONG))
    listed = view.record["listed"] if view.record is not None else None
    return line(
        (t("day.record-numbers", counts=said.counts_text(listed)), STRONG) if listed else ""
    )
