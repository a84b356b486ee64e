"""``hallclient shift``: what is open at a seat, and handing it over."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import shift, shift_cases
from hallclient.actions.editions import flow_in
from hallclient.actions.shift_cases import Open
from hallclient.cli import pick
from hallclient.cli.app import TAKER_FROM, App, ask
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import item_name
from hallclient.rules.catalogue import named
from hallclient.texts import language, t
from hallclient.watch_words import case_state
from hallclient.words import clock, iso, refused_text, state_word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``shift`` and its commands."""
    own = group(commands, "shift")
    command(own, "shift.list", _list)
    over = command(own, "shift.hand-over", _hand_over)
    option(over, "--to", required=True)
    option(over, "--note", default="")
    option(over, "--case", action="append", default=[], help=t("cli.option.shift-case"))
    option(over, "--cases", action="store_true", help=t("cli.option.shift-cases"))


def _list(_args: Namespace, app: App) -> int:
    who = app.seen_by("shift.hand-over")
    rows = shift.open_work(app.store(), who.operator, who.window)
    for row in rows:
        app.out.emit(_object(row), _line(app, row))
    cases = shift_cases.open_cases(app.store(), who.operator)
    for case in cases:
        app.out.emit(_case_object(case), _case_line(app, case))
    if not rows and not cases:
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
    open_cases = shift_cases.open_cases(app.store(), who.operator)
    for case in open_cases:
        app.out.note(_case_line(app, case))
    wanted = _wanted(args, app, open_cases)
    password = os.environ.get(TAKER_FROM)
    if password is None:
        password = ask(t("cli.ask.taker", operator=taker), "password-missing-taker")
    record = shift.hand_over(app.store(), who, taker, password, args.note)
    given = shift_cases.give(app.store(), who, taker, wanted, args.note)
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
        "cases": [_case_object(case) for case in open_cases],
        "given": [row["number"] for row in given.given],
        "not_given": {case: why.code for case, why in given.refused.items()},
    }
    said = t("cli.shift.done", operator=taker, n=len(listed))
    if given.given:
        said += "\n" + t("cli.shift.given", operator=taker, n=len(given.given))
    app.out.emit(obj, said)
    for number, why in given.refused.items():
        app.out.aside(t("cli.shift.not-given", case=number, why=refused_text(why)))
    # The shift is handed over whatever became of a case.
    return 1 if given.refused else 0


def _wanted(args: Namespace, app: App, known: list[Open]) -> list[str]:
    """The cases to be given: all that are held, or those named. Raises ``no-such-case``."""
    from hallclient.cli.case import found

    named = [found(app, text) for text in args.case]
    held = [one.row["id"] for one in known if one.held] if args.cases else []
    return [*named, *held]


def _case_object(one: Open) -> dict[str, object]:
    return {
        "case": one.row["number"],
        "id": one.row["id"],
        "title": one.row["title"],
        "state": one.row["state"],
        "held": one.held,
        "due": one.due or None,
        "promised": one.promised or None,
        "due_today": one.today,
    }


def _case_line(app: App, one: Open) -> str:
    row, said = one.row, []
    for key, day in (("due", one.due), ("promised", one.promised)):
        if day:
            said.append(t(f"shift.case-{key}", day=day))
    if one.today:
        said.append(t("shift.case-today"))
    state = case_state(flow_in(app.store(), row["flow"]), row["state"])
    parts = [row["number"], row["title"] or "-", state, *said]
    return t("shift.case", text="  ".join(parts))


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
