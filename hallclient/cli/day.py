"""``hallclient day``: the check before opening, numbers stopped, the closing list and signature."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.store import Row
from hallclient import day_words as said
from hallclient.actions import day, day_cases, day_close
from hallclient.actions.acting import Actor
from hallclient.cli import pick
from hallclient.cli.app import SIGN_IN_FROM, App, ask
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import columns
from hallclient.live_words import line_word
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import clock, iso, word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``day`` and its commands."""
    own = group(commands, "day")
    command(own, "day.check", _check)
    opened = command(own, "day.open", _open)
    option(opened, "--tick", nargs="*", default=[])
    _note(opened)
    command(own, "day.list", _list)
    for name, run in (("stop", _stop), ("start", _start)):
        _lines = command(own, f"day.{name}", run)
        option(_lines, "--line", action="append", help=t("cli.option.day-line"))
    closed = command(own, "day.close", _close)
    option(closed, "--carry", nargs="*", default=[])
    option(closed, "--early", action="store_true")
    _note(closed)
    _note(command(own, "day.reopen", _reopen))
    shown = command(own, "day.show", _show)
    option(shown, "day", nargs="?", default="")
    option(shown, "--csv", type=Path, metavar=t("cli.value.file"))
    option(shown, "--force", action="store_true")
    option(command(own, "day.sign", _sign), "day")


def _note(parser: Any) -> None:
    option(parser, "--note", default="", help=t("cli.option.day-note"))


# -- opening


def _check(_args: Namespace, app: App) -> int:
    app.seen_by("day.open")
    store, hall = app.store(), app.hall()
    today = day_close.record(store, store.env.day(store.env.now()))
    ticked = today["checks"]["ticked"] if today and today["checks"] else ()
    for check in day.opening(store):
        told = check._asdict()
        message = said.check_text(told, hall)
        obj = {"check": check.id, "level": check.level, "code": check.code, **check.params}
        app.out.emit({**obj, "message": message}, f"{said.MARKS[check.level]:>2} {message}")
    for key in hall.opening_checks:
        message = said.own_check(hall, key)
        seen = key in ticked
        mark = said.TICKED if seen else said.OPEN
        obj = {"check": key, "level": "ask", "code": "seen" if seen else "open"}
        app.out.emit({**obj, "message": message}, f"{mark:>2} {message} ({key})")
    if today is not None:
        app.out.note(said.day_state(today))
    return 0


def _open(args: Namespace, app: App) -> int:
    hall = app.hall()
    ticked = [
        pick.coded(hall.opening_checks, text, "tick", "no-such-check", "no-such-check")
        for text in args.tick
        if text != "all"
    ]
    if "all" in args.tick:
        ticked = list(hall.opening_checks)
    row = day.open_day(app.store(), app.actor(), ticked, args.note)
    left = len(hall.opening_checks) - len(ticked)
    app.out.emit(_day_object(row), t("cli.day.opened", day=row["id"], n=len(ticked), left=left))
    return 0


def _reopen(args: Namespace, app: App) -> int:
    row = day.reopen_day(app.store(), app.actor(), args.note)
    app.out.emit(_day_object(row), t("cli.day.reopened", day=row["id"]))
    return 0


# -- numbers stopped


def _stop(args: Namespace, app: App) -> int:
    changed = day.stop_numbers(app.store(), app.actor(), _lines_of(args, app))
    app.out.emit({"stopped": changed}, t("cli.day.stopped", lines=_said(app, changed)))
    return 0


def _start(args: Namespace, app: App) -> int:
    changed = day.start_numbers(app.store(), app.actor(), _lines_of(args, app))
    app.out.emit({"started": changed}, t("cli.day.started", lines=_said(app, changed)))
    return 0


def _said(app: App, lines: list[str]) -> str:
    return " · ".join(line_word(app.hall(), line) for line in lines)


def _lines_of(args: Namespace, app: App) -> list[str] | None:
    if args.line is None:
        return None
    known = app.hall().lines
    return [pick.coded(known, text, "line", "no-such-line", "no-such-line") for text in args.line]


# -- closing


def _list(_args: Namespace, app: App) -> int:
    app.seen_by("day.close")
    rows = day_close.closing_list(app.store())
    cells = [
        [*said.row_cells(row, app.hall()), t("day.may-carry") if row["carriable"] else ""]
        for row in rows
    ]
    for row, text in zip(rows, columns(cells), strict=True):
        app.out.emit(_row_object(row), text)
    if not rows:
        app.out.note(t("day.nothing-open"))
    left = day_cases.left(app.store())
    if left:
        app.out.note(t("day.cases-left"))
    cells = [list(said.case_cells(row, app.hall())) for row in left]
    for row, text in zip(left, columns(cells), strict=True):
        app.out.emit(_case_object(row), text)
    return 0


def _case_object(row: Row) -> dict[str, object]:
    return {
        "kind": "case",
        "case": row["number"],
        "service": row["item"],
        "why": row["why"],
        "due": row["due"],
    }


def _close(args: Namespace, app: App) -> int:
    who = app.seen_by("day.close")
    before = None if args.early else day_close.early(app.store())
    if before is not None:
        raise Refused("day-early", field="early", n=before[0], closes=clock(before[1]))
    carry = [pick.number(app.store(), text) for text in args.carry]
    row = day_close.close_day(app.store(), who, _signature(who), carry=carry, note=args.note)
    _emit_record(app, row)
    return 0


def _sign(args: Namespace, app: App) -> int:
    who = app.actor()
    row = day_close.sign_day(app.store(), who, _signature(who), args.day)
    app.out.emit(_day_object(row), said.day_state(row))
    return 0


def _signature(who: Actor) -> str:
    """The password once more: signing is not the same as being signed in."""
    given = os.environ.get(SIGN_IN_FROM)
    if given is not None:
        return given
    return ask(t("cli.ask.signature", operator=who.operator), "password-missing")


def _show(args: Namespace, app: App) -> int:
    who = app.seen_by("figures.read")
    store = app.store()
    wanted = args.day or store.env.day(store.env.now())
    row = day_close.record(store, wanted)
    if row is None:
        raise Refused("no-such-day", field="day", day=wanted)
    if args.csv is None:
        _emit_record(app, row)
        return 0
    from hallclient.actions.day_file import export_day

    count = export_day(
        store,
        who,
        wanted,
        args.csv,
        headings=lambda name: word("export.column", name),
        replace=args.force,
    )
    obj: dict[str, object] = {"file": str(args.csv), "day": wanted, "rows": count}
    app.out.emit(obj, t("export.made", file=str(args.csv), rows=count))
    return 0


# -- what is printed


def _emit_record(app: App, row: Row) -> None:
    app.out.emit(_day_object(row), said.record_text(row, app.hall()))
    if app.out.json:
        listed = row["listed"] or {}
        for one in listed.get("rows", ()):
            app.out.emit(_row_object(one), "")
        for one in listed.get("cases", ()):
            app.out.emit(_case_object(one), "")


def _day_object(row: Row) -> dict[str, object]:
    listed = row["listed"] if isinstance(row["listed"], dict) else None
    return {
        "kind": "day",
        "day": row["id"],
        "state": row["state"],
        "opened_by": row["opened_by"],
        "opened_at": iso(row["opened_at"]),
        "closed_by": row["closed_by"],
        "closed_at": iso(row["closed_at"]),
        "signed_by": row["signed_by"],
        "signed_at": iso(row["signed_at"]),
        "note": row["note"],
        "numbers": listed["numbers"] if listed else None,
        "listed": len(listed["rows"]) if listed else None,
    }


def _row_object(row: Row) -> dict[str, object]:
    return {
        "kind": "number",
        "number": row["number"],
        "day": row["day"],
        "service": row["item"],
        "line": row["line"],
        "state": row["state"],
        "window": row["window"],
        "since": iso(row["since"]),
        "wait_s": row["wait_ms"] // 1000,
        "end": row["end"],
        "reason": row["reason"],
        "carriable": row.get("carriable"),
        "slot": iso(row.get("slot")),
    }
