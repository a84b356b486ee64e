"""``hallclient booking``: bookings from the booking system, their visitors, and the window."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import booking_arrival, booking_confirm, bookings
from hallclient.booking_words import problem_text, report_text, taken_text
from hallclient.cli import booking_shape, pick, shape
from hallclient.cli.app import App
from hallclient.cli.parser import command, group, option
from hallclient.rules.booking import STATES
from hallclient.rules.booking_marks import DIFFERS, EXTRA, MISSING, SAME, Mark
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow
from hallclient.texts import t
from hallclient.words import clock, store_text

if TYPE_CHECKING:
    from db.errors import StoreError
    from hallclient.actions.booking_confirm import Compared
    from hallclient.actions.booking_import import ImportReport
    from hallclient.actions.booking_watch import Taken
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``booking`` and its commands."""
    own = group(commands, "booking")
    imported = command(own, "booking.import", _import)
    option(imported, "file", type=Path)
    option(imported, "--dry-run", action="store_true")
    watched = command(own, "booking.watch", _watch)
    option(watched, "folder", type=Path)
    option(watched, "--once", action="store_true")
    listed = command(own, "booking.list", _list)
    option(listed, "--day", default="")
    option(listed, "--state", default="")
    option(command(own, "booking.find", _find), "wanted")
    option(command(own, "booking.show", _show), "booking")
    option(command(own, "booking.check-in", _check_in), "booking")
    cancel = command(own, "booking.cancel", _cancel)
    option(cancel, "booking")
    option(cancel, "--reason", default="")
    confirm = command(own, "booking.confirm", _confirm)
    option(confirm, "booking")
    for name in ("--missing", "--differs", "--extra"):
        option(confirm, name, action="append", default=[])
    option(command(own, "booking.forget", _forget), "booking")
    option(command(own, "booking.quota", _quota), "--day", default="")


# -- files


def _import(args: Namespace, app: App) -> int:
    from hallclient.actions.booking_import import import_file

    report = import_file(app.store(), app.actor(), args.file, dry_run=args.dry_run)
    app.out.emit(_report_object(report), report_text(report))
    return 1 if report.problems else 0


def _watch(args: Namespace, app: App) -> int:
    import time

    from hallclient.actions.booking_watch import watch

    def say(taken: Taken) -> str:
        text = taken_text(taken)
        obj: dict[str, object] = {"file": taken.name, "moved_to": str(taken.moved_to)}
        if taken.report is not None:
            obj |= _report_object(taken.report)
        if taken.refused is not None:
            obj |= {"error": taken.refused.code, "message": text}
        app.out.emit(obj, f"{text}\n{t('cli.booking.put-away', folder=taken.moved_to.parent.name)}")
        sys.stdout.flush()  # whoever reads a pipe is to see each file as it comes
        return text

    def trouble(error: StoreError) -> None:
        app.out.aside(store_text(error))

    store, who = app.store(), app.actor()
    if not args.once and args.folder.is_dir():
        app.out.note(t("cli.booking.watching", folder=str(args.folder)))
        sys.stdout.flush()
    try:
        watch(
            store,
            who,
            args.folder,
            say=say,
            trouble=trouble,
            wait=time.sleep,
            once=args.once,
        )
    except KeyboardInterrupt:
        app.out.note(t("cli.booking.stopped"))
    return 0


def _report_object(report: ImportReport) -> dict[str, object]:
    return {
        **report._asdict(),
        "problems": [
            {
                "row": problem.row,
                "booking": problem.booking,
                "problem": problem.code,
                "message": problem_text(problem),
            }
            for problem in report.problems
        ],
    }


# -- looking


def _list(args: Namespace, app: App) -> int:
    app.seen_by("booking.list")
    state = narrow(args.state).lower().replace("-", "_")
    if state and state not in STATES:
        raise Refused("no-such-state", field="state", state=args.state)
    return _rows(app, bookings.of_day(app.store(), _day(args.day), state))


def _find(args: Namespace, app: App) -> int:
    app.seen_by("booking.list")
    return _rows(app, bookings.find(app.store(), args.wanted))


def _rows(app: App, rows: Sequence[Row]) -> int:
    hall, store = app.hall(), app.store()
    cells = [booking_shape.cells(store, hall, row) for row in rows]
    for row, text in zip(rows, shape.columns(cells), strict=True):
        app.out.emit(booking_shape.booking_object(store, hall, row), text)
    if not rows:
        app.out.note(t("cli.booking.none"))
    return 0


def _show(args: Namespace, app: App) -> int:
    app.seen_by("booking.list")
    hall, store = app.hall(), app.store()
    row = _booking(app, args.booking)
    compared = booking_confirm.comparison(store, row["id"])
    obj = booking_shape.booking_object(store, hall, row)
    obj["compared"] = [booking_shape.compared_object(one) for one in compared]
    app.out.emit(obj, booking_shape.booking_text(store, hall, row, compared))
    return 0


def _quota(args: Namespace, app: App) -> int:
    app.seen_by("booking.list")
    hall = app.hall()
    found = bookings.quota(app.store(), _day(args.day))
    head = [t(f"cli.booking.quota-{name}") for name in booking_shape.QUOTA]
    texts = shape.columns([head, *(booking_shape.quota_cells(hall, one) for one in found)])
    app.out.note(texts[0])
    for one, text in zip(found, texts[1:], strict=True):
        app.out.emit(booking_shape.quota_object(one), text)
    return 0


def _day(text: str) -> str:
    return narrow(text)


def _booking(app: App, key: str) -> Row:
    row = bookings.booking(app.store(), key)
    if row is None:
        raise Refused("no-such-booking", field="booking", booking=key)
    return row


# -- doing


def _check_in(args: Namespace, app: App) -> int:
    check_in(app, args.booking)
    return 0


def check_in(app: App, key: str) -> str:
    """Check a booking in and say its number; a late visitor is told so."""
    store, hall = app.store(), app.hall()
    ticket = booking_arrival.arrive(store, app.actor(), key)
    row = _booking(app, key)
    late = bookings.was_late(ticket)
    obj = {**shape.ticket_object(store, hall, ticket), "booking": row["id"], "late": late}
    name = shape.item_name(hall, ticket.legs[0].item)
    said = t(
        "cli.booking.late" if late else "cli.booking.arrived",
        number=ticket.number,
        name=name,
        slot=clock(row["slot"]),
    )
    app.out.emit(obj, said)
    return ticket.number


def _cancel(args: Namespace, app: App) -> int:
    row = bookings.cancel(app.store(), app.actor(), args.booking, clean(args.reason).strip())
    obj: dict[str, object] = {"booking": row["id"], "state": row["state"]}
    app.out.emit(obj, t("cli.booking.cancelled", booking=row["id"]))
    return 0


def _forget(args: Namespace, app: App) -> int:
    key = narrow(args.booking)
    bookings.forget(app.store(), app.actor(), key)
    obj: dict[str, object] = {"booking": key, "forgotten": True}
    app.out.emit(obj, t("cli.booking.forgotten", booking=key))
    return 0


def _confirm(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    # A booking's own number first: forgiving input would make Y012 of its Y0012.
    known = bookings.booking(store, args.booking)
    wanted = pick.number(store, args.booking) if known is None else str(known["id"])
    compared = booking_confirm.comparison(store, wanted)
    marks = {one.key: Mark(one.key, SAME) for one in compared if one.mark != EXTRA}
    for name in args.missing:
        key = _row(compared, name)
        marks[key] = Mark(key, MISSING)
    for text in args.differs:
        name, _, note = text.partition("=")
        key = _row(compared, name)
        marks[key] = Mark(key, DIFFERS, note)
    extra = [Mark("", EXTRA, name=name) for name in args.extra]
    found = booking_confirm.confirm(store, who, wanted, [*marks.values(), *extra])
    row = booking_confirm.booking_for(store, wanted)
    key = wanted if row is None else row["id"]
    rows = [booking_shape.compared_object(one) for one in found]
    lines = shape.columns([booking_shape.compared_cells(one) for one in found])
    said = "\n".join([t("cli.booking.confirmed", booking=key), *lines])
    app.out.emit({"booking": key, "compared": rows}, said)
    return 0


def _row(compared: Sequence[Compared], name: str) -> str:
    """The row that is meant: by its whole name, or the only one whose name holds the text."""
    wanted = narrow(name).casefold()
    names = {one.key: booking_shape.names_of(one) for one in compared if one.mark != EXTRA}
    for whole in (True, False):
        found = [
            key
            for key, several in names.items()
            if wanted and any(wanted == one if whole else wanted in one for one in several)
        ]
        if len(found) == 1:
            return found[0]
    raise Refused("no-such-row", field="name", name=name)
