"""``hallclient window``: a window's day, and everything done at it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from db.store import Row, Store
from hallclient.actions import calling, serving, undo, views, windows
from hallclient.actions.acting import Actor
from hallclient.actions.calling import Called
from hallclient.cli import pick, shape, window_signals
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.cli.parser import command, group, option
from hallclient.rules.catalogue import PlanKind, named
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from hallclient.rules.text import narrow
from hallclient.texts import language, t
from hallclient.words import event_word, why_text, window_word, word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``window`` and its commands."""
    own = group(commands, "window")
    for name, change in _CHANGES.items():
        command(own, f"window.{name}", _changing(change))
    pause = command(own, "window.pause", _pause)
    option(pause, "--reason")
    command(own, "window.next", _next)
    call = command(own, "window.call", _call)
    option(call, "number")
    option(call, "--reason")
    command(own, "window.recall", _recall)
    for name, act in _STEPS.items():
        command(own, f"window.{name}", _stepping(act))
    hold = command(own, "window.hold", _hold)
    option(hold, "--reason")
    option(hold, "--minutes", type=int)
    option(command(own, "window.resume", _resume), "number", nargs="?", default="")
    option(command(own, "window.external", _external), "--reason", default="")
    option(command(own, "window.finish", _finish), "--outcome", default="done")
    transfer = command(own, "window.transfer", _transfer)
    option(transfer, "--kind")
    option(transfer, "--to", default="")
    option(command(own, "window.reopen", _reopen), "number")
    command(own, "window.undo", _undo)
    command(own, "window.list", _list)
    command(own, "window.show", _show)
    command(own, "window.take-over", _take_over)
    command(own, "window.free", _free)
    option(command(own, "window.emergency", _emergency), "switch", choices=("on", "off"))
    plan = command(own, "window.plan", _plan)
    option(plan, "pair", nargs="*", default=[])
    option(plan, "--default", action="store_true")
    window_signals.register(own)


_CHANGES: dict[str, Callable[[Store, Actor], Row]] = {
    "open": windows.open_window,
    "close": windows.close_window,
    "drain": windows.drain_window,
    "unpause": windows.resume_window,
}
_STEPS: dict[str, Callable[[Store, Actor], Leg]] = {
    "start": calling.start,
    "pass": calling.pass_over,
    "still": serving.still_serving,
}


def _changing(change: Callable[[Store, Actor], Row]) -> Callable[[Namespace, App], int]:
    def run(_args: Namespace, app: App) -> int:
        who = app.actor()
        change(app.store(), who)
        return _window(app, who.window)

    return run


def _stepping(act: Callable[[Store, Actor], Leg]) -> Callable[[Namespace, App], int]:
    def run(_args: Namespace, app: App) -> int:
        return _leg(app, act(app.store(), app.actor()))

    return run


def _pause(args: Namespace, app: App) -> int:
    who = app.actor()
    reasons = app.hall().pause_reasons
    reason = pick.coded(reasons, args.reason, "reason", "reason-needed", "no-such-reason")
    windows.pause_window(app.store(), who, reason)
    return _window(app, who.window)


def _next(_args: Namespace, app: App) -> int:
    return _called(app, calling.call_next(app.store(), app.actor()))


def _call(args: Namespace, app: App) -> int:
    who, number = app.actor(), pick.number(app.store(), args.number)
    reasons = app.hall().order_reasons
    reason = ""
    if args.reason is not None:
        reason = pick.coded(reasons, args.reason, "reason", "reason-needed", "no-such-reason")
    try:
        called = calling.call_chosen(app.store(), who, number, reason)
    except Refused as refused:
        if refused.code != "reason-needed":
            raise
        known = pick.choices_of(reasons)
        raise Choices(refused.code, refused.field, known, **refused.params) from refused
    chosen = called.why.get("band") == "chosen" and reason
    return _called(app, called, named(reasons[reason], language()) if chosen else "")


def _recall(_args: Namespace, app: App) -> int:
    return _called(app, calling.recall(app.store(), app.actor()))


def _hold(args: Namespace, app: App) -> int:
    who = app.actor()
    reasons = app.hall().hold_reasons
    reason = pick.coded(reasons, args.reason, "reason", "reason-needed", "no-such-reason")
    return _leg(app, serving.hold(app.store(), who, reason, args.minutes))


def _resume(args: Namespace, app: App) -> int:
    who = app.actor()
    number = pick.number(app.store(), args.number) if args.number else ""
    return _leg(app, serving.resume(app.store(), who, number))


def _external(args: Namespace, app: App) -> int:
    return _leg(app, serving.send_out(app.store(), app.actor(), args.reason))


def _finish(args: Namespace, app: App) -> int:
    who = app.actor()
    known = app.hall().outcomes
    outcome = pick.coded(known, args.outcome, "outcome", "kind-needed", "no-such-outcome")
    return _leg(app, serving.finish(app.store(), who, outcome))


def _transfer(args: Namespace, app: App) -> int:
    who = app.actor()
    kind = narrow(args.kind or "").lower().replace("_", "-")
    if kind not in serving.TRANSFERS:
        known = [(name, word("transfer", name)) for name in serving.TRANSFERS]
        if not kind:
            raise Choices("kind-needed", "kind", known)
        raise Choices("no-such-transfer", "kind", known, kind=args.kind)
    if kind == "window":
        to = pick.window_id(app.store(), args.to)
    elif kind == "clerk":
        to = pick.operator(args.to)
    else:
        to = pick.item(app.hall(), args.to)
    return _leg(app, serving.transfer(app.store(), who, kind, to))


def _reopen(args: Namespace, app: App) -> int:
    who, number = app.actor(), pick.number(app.store(), args.number)
    return _leg(app, serving.reopen(app.store(), who, number))


def _undo(_args: Namespace, app: App) -> int:
    kind, number = undo.undo(app.store(), app.actor())
    obj: dict[str, object] = {"undone": kind, "number": number}
    app.out.emit(obj, t("cli.undone", what=event_word(kind), number=number))
    return 0


def _list(_args: Namespace, app: App) -> int:
    app.seen_by("ticket.show")
    rows = _rows(app)
    now = app.store().env.now()
    lines = shape.columns(shape.window_cells(row, now) for row in rows)
    for row, text in zip(rows, lines, strict=True):
        app.out.emit(shape.window_object(row), text)
    return 0


def _show(_args: Namespace, app: App) -> int:
    who = app.seen_by("ticket.show")
    store, hall = app.store(), app.hall()
    row = _row(app, who.window)
    obj = shape.window_object(row)
    lines = ["  ".join(cell for cell in shape.window_cells(row, store.env.now()) if cell)]
    here = row.get("leg_row")
    if here is not None:
        obj["leg"] = shape.leg_object(hall, here)
        lines.append("  " + shape.leg_line(hall, here))
    aside = views.aside(store, row["id"], who.operator)
    obj["aside"] = [shape.leg_object(hall, leg) for leg in aside]
    lines += ["  " + shape.leg_line(hall, leg) for leg in aside]
    # As the store has it: the rows of a list carry their plan in words.
    raw = windows.window_row(store, row["id"])
    choice = views.next_for(store, raw, who) if raw["state"] in windows.MAY_CALL else None
    if choice is not None:
        leg = views.legs_by_id(store, [choice.head.leg])[0]
        why = why_text({"band": choice.band, "lane": choice.head.lane, "wait_ms": choice.wait_ms})
        obj["next"] = {"number": leg["number"], "service": leg["item"], "why": why}
        lines.append("  " + t("cli.window.next", number=leg["number"], why=why))
    count, _ = views.waiting_count(store, list(row["plan"]))
    obj["waiting"] = count
    lines.append("  " + t("cli.window.waiting", n=count))
    app.out.emit(obj, "\n".join(lines))
    return 0


def _take_over(_args: Namespace, app: App) -> int:
    who = app.actor()
    return _leg(app, serving.take_over(app.store(), who, _named(who)))


def _free(_args: Namespace, app: App) -> int:
    who = app.actor()
    windows.free_window(app.store(), who, _named(who))
    return _window(app, who.window)


def _emergency(args: Namespace, app: App) -> int:
    who = app.actor()
    windows.set_emergency(app.store(), who, _named(who), args.switch == "on")
    return _window(app, who.window)


def _plan(args: Namespace, app: App) -> int:
    who, hall = app.actor(), app.hall()
    plan: dict[str, str] = {}
    for pair in args.pair:
        line, _, kind = pair.partition("=")
        code = pick.coded(hall.lines, line, "line", "kind-needed", "no-such-line")
        plan[code] = narrow(kind).lower()
    if not plan and not args.default:
        known = [(kind.value, word("plan", kind.value)) for kind in PlanKind]
        raise Choices("kind-needed", "plan", known)
    windows.set_plan(app.store(), who, _named(who), None if args.default else plan)
    return _window(app, who.window)


def _named(who: Actor) -> str:
    if not who.window:
        raise Refused("no-window", field="window")
    return who.window


def _rows(app: App) -> list[Row]:
    store = app.store()
    rows = windows.windows(store)
    here = {
        leg["window"]: leg
        for leg in store.rows("SELECT * FROM leg WHERE state IN ('called', 'serving')")
    }
    for row in rows:
        row["leg_row"] = here.get(row["id"])
        row["visitor"] = row["leg_row"]["number"] if row["leg_row"] else None
    return rows


def _row(app: App, window: str) -> Row:
    if not window:
        raise Refused("no-window", field="window")
    for row in _rows(app):
        if row["id"] == window:
            return row
    raise Refused("no-such-window", field="window", window=window)


def _window(app: App, window: str) -> int:
    row = _row(app, window)
    said = t("cli.window.now", window=row["id"], state=window_word(row["state"]))
    app.out.emit(shape.window_object(row), said)
    return 0


def _leg(app: App, leg: Leg) -> int:
    row = shape.row_of(leg)
    app.out.emit(shape.leg_object(app.hall(), row), shape.leg_line(app.hall(), row))
    return 0


def _called(app: App, called: Called, reason: str = "") -> int:
    obj = shape.called_object(app.hall(), called, reason)
    key = "cli.called-again" if called.again else "cli.called"
    said = t(
        key,
        number=called.leg.number,
        name=shape.item_name(app.hall(), called.leg.item),
        why=str(obj["why"]),
    )
    app.out.emit(obj, said)
    return 0
