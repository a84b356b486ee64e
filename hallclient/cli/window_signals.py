"""``hallclient window help``, ``request``, ``answer``, ``settle``, ``end-for``: between windows."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import serving, signals
from hallclient.cli import pick, shape
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.cli.parser import command, option
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.signal_words import signal_text
from hallclient.texts import t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(own: Commands) -> None:
    """Add the commands to ``window``."""
    called = command(own, "window.help", _help)
    option(called, "--reason")
    option(called, "--note", default="")
    asked = command(own, "window.request", _request)
    option(asked, "at")
    option(asked, "request", nargs="?", default="")
    option(command(own, "window.answer", _answer), "at", nargs="?", default="")
    option(command(own, "window.settle", _settle), "at", nargs="?", default="")
    ended = command(own, "window.end-for", _end_for)
    option(ended, "at")
    option(ended, "--outcome")


def _help(args: Namespace, app: App) -> int:
    who = app.actor()
    reasons = app.hall().help_reasons
    reason = ""
    if reasons or args.reason:
        reason = pick.coded(reasons, args.reason, "reason", "reason-needed", "no-such-reason")
    return _signal(app, signals.call_help(app.store(), who, reason, args.note), "sent")


def _request(args: Namespace, app: App) -> int:
    who, window = app.actor(), pick.window_id(app.store(), args.at)
    wanted = narrow(args.request).lower()
    if wanted not in signals.REQUESTS:
        known = [(one, t(f"live.request.{one}")) for one in signals.REQUESTS]
        raise Choices("no-such-request", "request", known, request=args.request)
    return _signal(app, signals.request(app.store(), who, window, wanted), "sent")


def _answer(args: Namespace, app: App) -> int:
    row = _of(args, app, answered=False)
    return _signal(app, signals.answer(app.store(), app.actor(), row["id"]), "answered")


def _settle(args: Namespace, app: App) -> int:
    row = _of(args, app, answered=None)
    return _signal(app, signals.close(app.store(), app.actor(), row["id"]), "settled")


def _end_for(args: Namespace, app: App) -> int:
    who, window = app.actor(), pick.window_id(app.store(), args.at)
    known = app.hall().outcomes
    outcome = pick.coded(known, args.outcome, "outcome", "kind-needed", "no-such-outcome")
    row = shape.row_of(serving.end_for(app.store(), who, window, outcome))
    app.out.emit(shape.leg_object(app.hall(), row), shape.leg_line(app.hall(), row))
    return 0


def _of(args: Namespace, app: App, *, answered: bool | None) -> Row:
    """The open signal at the window named; at one's own when none is named."""
    who = app.actor()
    place = pick.window_id(app.store(), args.at) if args.at else who.window
    for row in signals.open_signals(app.store()):
        here = place in (row["window"], row["sender"]) if place else row["sender"] == who.operator
        if here and (answered is None or bool(row["answered_at"]) is answered):
            return row
    raise Refused("no-help-at", field="window", window=place or who.operator)


def _signal(app: App, row: Row, done: str) -> int:
    obj: dict[str, object] = {
        "signal": row["id"],
        "what": row["kind"],
        "window": row["window"] or None,
        "sender": row["sender"],
        "reason": row["reason"],
        "note": row["note"],
        "at": iso(row["at"]),
        "answered_by": row["answered_by"],
        "answered_at": iso(row["answered_at"]),
        "closed_at": iso(row["closed_at"]),
    }
    place = row["window"] or row["sender"]
    said = t(f"cli.window.signal-{done}", window=place, text=signal_text(app.hall(), row))
    app.out.emit(obj, said)
    return 0
