"""``hallclient shift``: what is open at a seat, and handing it over."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import shift
from hallclient.cli import pick
from hallclient.cli.app import TAKER_FROM, App, ask
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import item_name
from hallclient.rules.catalogue import named
from hallclient.texts import language, t
from hallclient.words import clock, iso, state_word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``shift`` and its commands."""
    own = group(commands, "shift")
    command(own, "shift.list", _list)
    over = command(own, "shift.hand-over", _hand_over)
    option(over, "--to", required=True)
    option(over, "--note", default="")


def _list(_args: Namespace, app: App) -> int:
    who = app.seen_by("shift.hand-over")
    rows = shift.open_work(app.store(), who.operator, who.window)
    for row in rows:
        app.out.emit(_object(row), _line(app, row))
    if not rows:
        app.out.note(t("cli.shift.nothing"))
    for row in shift.expected(app.store(), who.window):
        app.out.emit(_expected_object(row), _expected_line(app, row))
    return 0


def _hand_over(args: Namespace, app: App) -> int:
    who, taker = app.actor(), pick.operator(args.to)
    for row in shift.open_work(app.store(), who.operator, who.window):
        app.out.note(_line(app, row))
    for row in shift.expected(app.store(), who.window):
        app.out.note(_expected_line(app, row))
    password = os.environ.get(TAKER_FROM)
    if password is None:
        password = ask(t("cli.ask.taker", operator=taker), "password-missing-taker")
    record = shift.hand_over(app.store(), who, taker, password, args.note)
    listed = record["listed"]
    obj: dict[str, object] = {
        "handover": record["id"],
        "window": record["window"],
        "given_by": record["given_by"],
        "taken_by": record["taken_by"],
        "at": iso(record["at"]),
        "note": record["note"],
        "listed": [_object(row) for row in listed],
        "expected": [_expected_object(row) for row in record["expected"]],
    }
    app.out.emit(obj, t("cli.shift.done", operator=taker, n=len(listed)))
    return 0


def _expected_object(row: Row) -> dict[str, object]:
    return {
        "expected": row["kind"],
        "id": row["id"],
        "at": iso(row["at"]),
        "reason": row["reason"],
    }


def _expected_line(app: App, row: Row) -> str:
    hall, reason = app.hall(), row["reason"] or ""
    if row["kind"] == "booking":
        reason = item_name(hall, reason)
    elif reason in hall.help_reasons:
        reason = named(hall.help_reasons[reason], language())
    return t(f"cli.shift.{row['kind']}", at=clock(row["at"]), what=reason, id=row["id"])


def _object(row: Row) -> dict[str, object]:
    return {
        "number": row["number"],
        "service": row["item"],
        "state": row["state"],
        "reason": row["reason"],
        "due_at": iso(row["timer_at"]),
        "since": iso(row["since"]),
    }


def _line(app: App, row: Row) -> str:
    due = "" if row["timer_at"] is None else t("cli.shift.due", at=clock(row["timer_at"]))
    return t(
        "cli.shift.open",
        number=row["number"],
        name=item_name(app.hall(), row["item"]),
        state=state_word(row["state"]),
        due=due,
    )
