"""``hallclient hall now``, ``advise``, ``what-if``: the supervisor's view for other programs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hallclient.actions.hallview import worst_ms
from hallclient.cli import pick
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.rules.alarms import CODES_LOW, NO_NOTICE, STEP_LATE, Key
from hallclient.rules.catalogue import Hall, PlanKind, named
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.texts import language, t
from hallclient.words import clock, duration, iso, minutes, word

if TYPE_CHECKING:
    from hallclient.actions.advice import Suggestion
    from hallclient.actions.forecasting import Change, Forecast, LineForecast
    from hallclient.actions.hallview import AlarmNow, HallView, LineNow, WindowNow
    from hallclient.cli.parser import Commands

SWITCHES = ("open", "emergency", "no-emergency")


def register(own: Commands) -> None:
    """Add the commands to ``hall``."""
    command(own, "hall.now", _now)
    option(command(own, "hall.advise", _advise), "--do", action="store_true")
    option(command(own, "hall.what-if", _what_if), "change", nargs="+")


def _view(app: App) -> HallView:
    """Look, and write what has changed about the alarms, as a live view does."""
    from hallclient.actions import watch

    return watch.watch(app.store(), app.actor(), watch.Memory())


def _now(_args: Namespace, app: App) -> int:
    hall, view = app.hall(), _view(app)
    face: dict[str, object] = {
        "kind": "hall",
        "at": iso(view.now),
        "waiting": view.waiting,
        "oldest_s": view.oldest_ms // 1000,
        "in_time_percent": view.share.percent,
        "first_waits": view.share.n,
        "cleared": [iso(at) for at in view.cleared] if view.cleared is not None else None,
        "closes": iso(view.closes),
    }
    said = t(
        "cli.hall.now",
        at=clock(view.now),
        n=view.waiting,
        oldest=duration(view.oldest_ms),
        alarms=len(view.alarms),
    )
    app.out.emit(face, said)
    _lines(app, hall, view)
    _windows(app, view)
    _alarms(app, hall, view.alarms)
    return 0


def _lines(app: App, hall: Hall, view: HallView) -> None:
    app.out.note("")
    cells = [
        [
            hall.lines[row.line].prefix,
            named(hall.lines[row.line], language()),
            t("live.waiting", n=row.waiting),
            minutes(row.oldest_ms) if row.waiting else "-",
            minutes(worst_ms(row.expected)) if row.expected is not None else "-",
        ]
        for row in view.lines
    ]
    for row, text in zip(view.lines, columns(cells), strict=True):
        app.out.emit(_line_object(row), "  " + text)


def _line_object(row: LineNow) -> dict[str, object]:
    share = row.share
    made: dict[str, object] = {
        "kind": "line",
        "line": row.line,
        "waiting": row.waiting,
        "oldest_s": row.oldest_ms // 1000,
        "in_time_percent": share.percent if share is not None else None,
        "first_waits": share.n if share is not None else 0,
        "arrived": row.arrivals,
        "stopped": row.stopped,
    }
    return made if row.expected is None else {**made, **_forecast_object(row.expected)}


def _forecast_object(found: LineForecast) -> dict[str, object]:
    return {
        "newcomer_low_s": found.now_low // 1000,
        "newcomer_high_s": found.now_high // 1000,
        "expected_arrivals": round(found.arrivals, 1),
        "usual_arrivals": None if found.usual is None else round(found.usual, 1),
        "longest_s": worst_ms(found) // 1000,
        "waiting_then": found.waiting_then,
        "windows": found.windows,
    }


def _windows(app: App, view: HallView) -> None:
    app.out.note("")
    cells = []
    for window in view.windows:
        row = window.row
        state = word("window", row["state"])
        signs = [t("live.state-silent")] if window.silent else []
        signs += [t("live.state-help")] if window.help is not None else []
        told = [row["id"], state, row["operator"] or "-", row["visitor"] or "-"]
        shown = "-" if row["state"] == "closed" else duration(window.elapsed_ms)
        cells.append([*told, shown, " ".join(signs)])
    for window, text in zip(view.windows, columns(cells), strict=True):
        app.out.emit(_window_object(window), "  " + text)


def _window_object(window: WindowNow) -> dict[str, object]:
    row = window.row
    return {
        "kind": "window",
        "window": row["id"],
        "state": row["state"],
        "operator": row["operator"],
        "number": row["visitor"],
        "number_state": row["visitor_state"],
        "service": row["item"],
        "line": row["line"],
        "elapsed_s": window.elapsed_ms // 1000,
        "usual_s": None if window.usual_ms is None else window.usual_ms // 1000,
        "silent_s": window.silent_ms // 1000,
        "silent": window.silent,
        "emergency": bool(row["emergency"]),
        "plan": {line: str(kind) for line, kind in window.plan.items()},
        "help": None if window.help is None else window.help["reason"],
        "asked": None if window.request is None else window.request["reason"],
    }


def _alarms(app: App, hall: Hall, alarms: Iterable[AlarmNow]) -> None:
    from hallclient.live_words import alarm_text

    app.out.note("")
    for alarm in alarms:
        app.out.emit(_alarm_object(alarm), "  " + alarm_text(hall, alarm))


def _alarm_object(alarm: AlarmNow) -> dict[str, object]:
    reading = alarm.reading
    return {
        "kind": "alarm",
        "id": alarm.id,
        "alarm": alarm.key.kind,
        "line": alarm.key.line or None,
        **_place(alarm.key),
        "value": None if reading is None else reading.value,
        "limit": None if reading is None else reading.limit,
        "severe": alarm.severe,
        "raised_at": iso(alarm.raised_at),
        "seen_by": alarm.seen_by or None,
    }


def _place(key: Key) -> dict[str, object]:
    """Where an alarm is: a window (or who calls), a case, a department."""
    name = {NO_NOTICE: "case", STEP_LATE: "department", CODES_LOW: "scheme"}.get(key.kind, "window")
    return {"window": None, name: key.window or None}


# -- advice


def _advise(args: Namespace, app: App) -> int:
    from hallclient.actions import advice
    from hallclient.live_words import alarm_text, done_text, suggestion_text

    hall, view = app.hall(), _view(app)
    shown = [alarm for alarm in view.alarms if not alarm.minor]
    if not shown:
        app.out.note(t("live.no-alarm"))
    best: Suggestion | None = None
    for alarm in shown:
        app.out.note(alarm_text(hall, alarm))
        found = advice.suggest(app.store(), view, alarm)
        if not found:
            app.out.note("  " + t("live.no-advice"))
        for one in found:
            app.out.emit(_suggestion_object(one, alarm.id), "  " + suggestion_text(hall, one))
            best = best or one
    if args.do:
        if best is None:
            raise Refused("no-advice", field="alarm")
        advice.carry_out(app.store(), app.actor(), best)
        done: dict[str, object] = {"kind": "done", **_suggestion_object(best, "")}
        app.out.emit({**done, "kind": "done"}, done_text(hall, best))
    return 0


def _suggestion_object(one: Suggestion, alarm: str) -> dict[str, object]:
    return {
        "kind": "suggestion",
        "alarm": alarm or None,
        "about": one.alarm.kind,
        "do": one.act,
        "window": one.window or None,
        "line": one.line or None,
        "plan": None if one.plan is None else dict(one.plan),
        "number": one.number or None,
        "before_s": None if one.before_ms is None else one.before_ms // 1000,
        "after_s": None if one.after_ms is None else one.after_ms // 1000,
    }


# -- what if


def _what_if(args: Namespace, app: App) -> int:
    from hallclient.actions import advice

    app.seen_by("hall.watch")
    hall = app.hall()
    changes = [_change(app, hall, text) for text in args.change]
    before, after = advice.what_if(app.store(), changes)
    cells = [
        [
            line.prefix,
            named(line, language()),
            minutes(worst_ms(before.lines[key])),
            "→",
            minutes(worst_ms(after.lines[key])),
        ]
        for key, line in hall.lines.items()
    ]
    for key, text in zip(hall.lines, columns(cells), strict=True):
        obj: dict[str, object] = {
            "kind": "line",
            "line": key,
            "before": _forecast_object(before.lines[key]),
            "after": _forecast_object(after.lines[key]),
        }
        app.out.emit(obj, "  " + text)
    obj = {"kind": "cleared", "before": _cleared(before), "after": _cleared(after)}
    app.out.emit(obj, t("cli.hall.what-if", before=_middle(before), after=_middle(after)))
    return 0


def _cleared(found: Forecast) -> list[str | None] | None:
    return None if found.cleared is None else [iso(at) for at in found.cleared]


def _middle(found: Forecast) -> str:
    from hallclient.live_words import cleared_at

    if found.cleared is None:
        return "-"
    return cleared_at(found.cleared, found.at) or t("live.not-cleared")


def _change(app: App, hall: Hall, text: str) -> Change:
    """``W05=tax:main,general:spare``, ``W07=emergency``, ``W09=open``."""
    from hallclient.actions.forecasting import Change

    name, equals, wanted = text.partition("=")
    window = pick.window_id(app.store(), name)
    word_ = narrow(wanted).lower()
    if not equals or not word_:
        raise Choices("kind-needed", "change", [(one, t(f"cli.what-if.{one}")) for one in SWITCHES])
    if word_ == "open":
        return Change(window, open=True)
    if word_ in ("emergency", "no-emergency"):
        return Change(window, emergency=word_ == "emergency")
    plan: dict[str, str] = {}
    for pair in wanted.split(","):
        line, _, kind = pair.partition(":")
        code = pick.coded(hall.lines, line, "line", "kind-needed", "no-such-line")
        plan[code] = narrow(kind).lower() or PlanKind.MAIN.value
        if plan[code] not in tuple(PlanKind):
            raise Refused("no-such-plan", field="plan", plan=plan[code])
    return Change(window, plan=plan)
