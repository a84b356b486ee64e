"""The lists of the live view: lines, windows, alarms, and two forecasts side by side."""

from __future__ import annotations

from hallclient.actions.forecasting import Forecast
from hallclient.actions.hallview import AlarmNow, HallView, LineNow, WindowNow, worst_ms
from hallclient.live_words import kind_word, measure_short, place
from hallclient.rules.advice import harms, helps
from hallclient.rules.alarms import KINDS
from hallclient.rules.catalogue import Hall, PlanKind, named
from hallclient.rules.text import cell_width
from hallclient.texts import language, t
from hallclient.words import clock, minutes, state_word
from screens.desk_rows import LONGEST_MS
from screens.widgets.rows import Column, Row


def line_columns() -> list[Column]:
    """Line, who waits, how long, the promise kept, the next hour; more where there is room."""
    wait = max(5, cell_width(minutes(LONGEST_MS)))
    return [
        Column(t("live.col-line"), 10, flex=1),
        Column(t("live.col-waiting"), 4, align="right"),
        Column(t("live.col-oldest"), wait, align="right"),
        Column(t("live.col-soon"), wait, align="right"),
        Column(t("live.col-level"), 4, align="right"),
        Column(t("live.col-newcomer"), 8, align="right", drop=2),
        Column(t("live.col-arrived"), 7, align="right", drop=1),
        Column(t("live.col-windows"), 4, align="right", drop=3),
    ]


def line_row(row: LineNow, hall: Hall) -> Row:
    """One line; its mark says how its wait stands against the promise."""
    known = hall.lines[row.line]
    expected = row.expected
    percent = row.share.percent if row.share is not None else None
    style = ""
    if row.waiting and expected is not None and worst_ms(expected) > known.target_ms:
        style = "warn"
    if row.oldest_ms > known.target_ms:
        style = "alert" if row.oldest_ms > hall.policy.guard_factor * known.target_ms else "warn"
    elif not row.waiting:
        style = "dim"
    name = named(known, language())
    cells = (
        f"{known.prefix} {name}" if not row.stopped else f"{known.prefix} ×{name}",
        str(row.waiting),
        minutes(row.oldest_ms) if row.waiting else "-",
        minutes(worst_ms(expected)) if expected is not None else "",
        f"{percent}%" if percent is not None else "-",
        _range(expected.now_low, expected.now_high) if expected is not None else "",
        _against(row) if expected is not None else "",
        str(expected.windows) if expected is not None else "",
    )
    return Row(row.line, cells, style)


def _range(low: int, high: int) -> str:
    return f"{low // 60_000}-{-(-high // 60_000)}"


def _against(row: LineNow) -> str:
    usual = row.expected.usual if row.expected is not None else None
    return f"{row.arrivals}/{'-' if usual is None else round(usual)}"


def window_columns() -> list[Column]:
    """Window, what it does, who sits there, whom it serves and for how long."""
    return [
        Column(t("desk.col-window"), 4),
        Column(t("desk.col-state"), 8, flex=1),
        Column(t("desk.col-operator"), cell_width(t("desk.col-operator")), drop=1),
        Column(t("desk.col-number"), 4),
        Column(t("desk.col-time"), max(5, cell_width(minutes(LONGEST_MS))), align="right"),
        Column(t("live.col-usual"), 5, align="right", drop=3),
        Column(t("live.col-sign"), 5, align="right", drop=4),
        Column(t("live.col-plan"), 8, flex=2, drop=2),
    ]


def window_row(window: WindowNow, hall: Hall) -> Row:
    """One window. What needs a supervisor is said in its state, and by its mark.

    A star says that it serves other lines than usual; which, the widest column tells.
    """
    row = window.row
    closed = row["state"] == "closed"
    late = window.usual_ms is not None and window.elapsed_ms > window.usual_ms
    state, style = _state(window, late)
    other = row["plan"] or row["emergency"]
    cells = (
        f"{row['id']}*" if other else row["id"],
        state,
        row["operator"] or "",
        row["visitor"] or "",
        "" if closed else minutes(window.elapsed_ms),
        minutes(window.usual_ms) if window.usual_ms is not None else "",
        "" if closed else minutes(window.silent_ms),
        _plan(window, hall),
    )
    return Row(row["id"], cells, style)


def _state(window: WindowNow, late: bool) -> tuple[str, str]:
    row = window.row
    state = state_word(row["visitor_state"]) if row["visitor"] else t(f"window.{row['state']}")
    if window.help is not None:
        answered = window.help["answered_at"] is not None
        return t("live.state-helped" if answered else "live.state-help"), "warn" if answered else (
            "alert"
        )
    if window.silent:
        return t("live.state-silent"), "alert"
    if row["doubted_at"] is not None:
        return t("live.state-forgotten"), "warn"
    if window.request is not None:
        answered = window.request["answered_at"] is not None
        return t("live.state-heard" if answered else "live.state-asked", state=state), "own"
    if late:
        return state, "warn"
    return state, "dim" if row["state"] in ("closed", "paused") else ""


def _plan(window: WindowNow, hall: Hall) -> str:
    """Letters of the lines it serves as its own; a mark for an emergency or another plan."""
    own = [
        hall.lines[line].prefix
        for line, kind in window.plan.items()
        if line in hall.lines and kind is PlanKind.MAIN
    ]
    marks = [t("desk.emergency-mark")] if window.row["emergency"] else []
    if window.row["plan"]:
        marks.append(t("live.replanned"))
    return " ".join(["".join(own), *marks])


def alarm_columns() -> list[Column]:
    """What, where, how bad, since when."""
    return [
        Column("", max(cell_width(kind_word(kind)) for kind in KINDS)),
        Column("", 9, flex=1),
        Column("", 6, align="right"),
        Column("", 5, align="right"),
        Column("", 5, drop=1),
    ]


def alarm_row(alarm: AlarmNow, hall: Hall) -> Row:
    """One alarm; seen ones are quieter."""
    reading = alarm.reading
    value = t("live.over")
    if reading is not None:
        value = measure_short(reading.kind, reading.value)
    style = "alert" if alarm.severe else "warn"
    cells = (
        kind_word(alarm.key.kind),
        place(hall, alarm.key),
        value,
        clock(alarm.raised_at),
        alarm.seen_by,
    )
    return Row(alarm.id, cells, "dim" if alarm.seen_by or reading is None else style)


def alarm_rows(view: HallView, hall: Hall) -> list[Row]:
    """All that are worth a look, the unseen ones first."""
    shown = [alarm for alarm in view.alarms if not alarm.minor]
    shown.sort(key=lambda alarm: bool(alarm.seen_by))
    return [alarm_row(alarm, hall) for alarm in shown]


# -- before and after


def compare_columns() -> list[Column]:
    """A line, its longest wait as it is and as it would be, and who would wait."""
    wait = max(5, cell_width(minutes(LONGEST_MS)))
    return [
        Column(t("live.col-line"), 8, flex=1),
        Column(t("live.col-before"), wait, align="right"),
        Column(t("live.col-after"), wait, align="right"),
        Column(t("live.col-difference"), 5, align="right"),
        Column(t("live.col-then"), 7, align="right"),
    ]


def compare_rows(hall: Hall, before: Forecast, after: Forecast) -> list[Row]:
    """Every line twice; better and worse have a mark."""
    found: list[Row] = []
    longest = {line: worst_ms(one) for line, one in before.lines.items()}
    then = {line: worst_ms(one) for line, one in after.lines.items()}
    hurt = harms("", longest, then, hall.lines)
    for line, known in hall.lines.items():
        one, two = before.lines.get(line), after.lines.get(line)
        if one is None or two is None:
            continue
        was, will = longest[line], then[line]
        gain = will // 60_000 - was // 60_000
        style = ""
        if helps(was, will):
            style = "good"
        elif line in hurt:
            style = "alert"
        elif helps(will, was):
            style = "warn"
        cells = (
            f"{known.prefix} {named(known, language())}",
            minutes(was),
            minutes(will),
            f"{gain:+d}" if gain else "=",
            f"{one.waiting_then}→{two.waiting_then}",
        )
        found.append(Row(line, cells, style))
    return found
