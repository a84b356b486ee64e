"""``hallclient sheet``: blank sheets of certificates received, given, spoiled, counted."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from db.store import Row, Store
from hallclient.actions import certificate_kinds, sheet_counts, sheets
from hallclient.actions.sheets import MISSING, SAFE, SPOILED, Held
from hallclient.certificate_words import holder_word, sheet_text, sheet_word
from hallclient.cli import certificate_names, pick
from hallclient.cli.app import App
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.sheets import serial_text
from hallclient.rules.text import narrow
from hallclient.texts import language, t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands

THE_SAFE = "safe"
"""The hall's safe where a window could be named."""


def register(commands: Commands) -> None:
    """Add ``sheet`` and its commands."""
    own = group(commands, "sheet")
    received = _range(command(own, "sheet.receive", _receive))
    option(received, "--source", default="", help=t("cli.option.sheet-source"))
    given = _range(command(own, "sheet.give", _give))
    option(given, "--to", required=True, help=t("cli.option.sheet-to"))
    window = t("cli.value.sheet-holder")
    given.add_argument(
        "--from", dest="giver", default=SAFE, metavar=window, help=t("cli.option.sheet-from")
    )
    listed = command(own, "sheet.list", _list)
    option(listed, "--all", action="store_true", help=t("cli.option.sheet-all"))
    spoiled = _stock(command(own, "sheet.spoil", _spoil))
    option(spoiled, "serial")
    option(spoiled, "--reason", default="", help=t("cli.option.sheet-reason"))
    option(spoiled, "--missing", action="store_true", help=t("cli.option.sheet-missing"))
    counted = _stock(command(own, "sheet.count", _count))
    option(counted, "counted", type=int)
    option(counted, "--note", default="", help=t("cli.option.sheet-note"))
    option(command(own, "sheet.counts", _counts), "--day", default="")


def _stock(parser: ArgumentParser) -> ArgumentParser:
    option(parser, "stock")
    return parser


def _range(parser: ArgumentParser) -> ArgumentParser:
    _stock(parser)
    option(parser, "first", help=t("cli.option.sheet-first"))
    option(parser, "last", help=t("cli.option.sheet-last"))
    return parser


def _holder(store: Store, text: str) -> str:
    return SAFE if narrow(text) in ("", THE_SAFE.upper()) else pick.window_id(store, text)


def _receive(args: Namespace, app: App) -> int:
    """Into the safe; with ``--window`` at once for a window."""
    store, who = app.store(), app.actor()
    stock = certificate_names.stock(store, args.stock)
    window = _holder(store, app.options.window)
    row = sheets.receive(store, who, stock, args.first, args.last, args.source, window)
    return _ranges(app, [row])


def _give(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    stock = certificate_names.stock(store, args.stock)
    to, giver = _holder(store, args.to), _holder(store, args.giver)
    return _ranges(app, sheets.give(store, who, stock, args.first, args.last, to, giver))


def _ranges(app: App, rows: list[Row]) -> int:
    """Ranges of sheets, with who holds them now."""
    known = certificate_kinds.current(app.store()).stock
    for row in rows:
        stock = known[row["stock"]]
        first, last = (serial_text(stock, row[name]) for name in ("first", "last"))
        count = row["last"] - row["first"] + 1
        obj: dict[str, object] = {
            "stock": stock.id,
            "first": first,
            "last": last,
            "count": count,
            "window": row["window"] or None,
            "source": row["source"],
        }
        values = {"stock": named(stock, language()), "first": first, "last": last, "n": count}
        app.out.emit(obj, t("cli.sheet.held", holder=holder_word(row["window"]), **values))
    return 0


def _list(args: Namespace, app: App) -> int:
    """The blank sheets of a window; ``--all``: of the safe and of every window that has some."""
    store, who = app.store(), app.actor()
    wanted: list[str | None] = [None]
    if args.all:
        rows = store.rows("SELECT DISTINCT window FROM sheet_range ORDER BY window")
        wanted = list(dict.fromkeys([SAFE, *(row["window"] for row in rows)]))
    found = [one for window in wanted for one in sheets.held(store, who, window) if one.ranges]
    for one, text in zip(found, columns([_held_cells(one) for one in found]), strict=True):
        app.out.emit(_held_object(one), text)
    if not found:
        app.out.note(t("cli.sheet.none"))
    return 0


def _held_cells(one: Held) -> list[str]:
    return [
        holder_word(one.window),
        named(one.stock, language()),
        t("cli.sheet.left", n=one.left),
        one.next or "-",
        one.stock.tray or "-",
        " ".join(_spans(one)),
    ]


def _spans(one: Held) -> list[str]:
    return [
        f"{serial_text(one.stock, span.first)}-{serial_text(one.stock, span.last)}"
        for span in one.ranges
    ]


def _held_object(one: Held) -> dict[str, object]:
    return {
        "stock": one.stock.id,
        "name": named(one.stock, language()),
        "window": one.window or None,
        "left": one.left,
        "next": one.next or None,
        "tray": one.stock.tray or None,
        "ranges": _spans(one),
    }


def _spoil(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    stock = certificate_names.stock(store, args.stock)
    state = MISSING if args.missing else SPOILED
    row = sheets.spoil(store, who, stock, args.serial, state, args.reason)
    sheet = sheet_text(certificate_kinds.current(store), row["id"])
    obj: dict[str, object] = {
        "sheet": sheet,
        "stock": stock,
        "state": row["state"],
        "reason": row["reason"],
    }
    app.out.emit(obj, t("cli.sheet.spoiled", sheet=sheet, state=sheet_word(row["state"])))
    return 0


def _count(args: Namespace, app: App) -> int:
    """The day's end of a stock at this window, counted by hand."""
    store, who = app.store(), app.actor()
    stock = certificate_names.stock(store, args.stock)
    _, row = sheet_counts.count(store, who, stock, args.counted, args.note)
    return _told(app, [row])


def _counts(args: Namespace, app: App) -> int:
    rows = sheet_counts.counts(app.store(), app.actor(), certificate_names.day(args.day))
    if not rows:
        app.out.note(t("cli.sheet.no-counts"))
    return _told(app, rows)


def _told(app: App, rows: list[Row]) -> int:
    for row, text in zip(rows, columns([_count_cells(app, row) for row in rows]), strict=True):
        app.out.emit(_count_object(row), text)
    return 0


def _count_cells(app: App, row: Row) -> list[str]:
    known = certificate_kinds.current(app.store()).stock.get(row["stock"])
    differs = row["counted"] - row["expected"]
    return [
        row["day"],
        row["window"] or "-",
        named(known, language()) if known else row["stock"],
        t(
            "cli.sheet.count",
            got=row["opening"] + row["received"] - row["given"],
            used=row["used"],
            spoiled=row["spoiled"],
            left=row["counted"],
        ),
        t("cli.sheet.differs", n=f"{differs:+d}") if differs else t("cli.sheet.agrees"),
        row["by"],
        row["note"] or "",
    ]


def _count_object(row: Row) -> dict[str, object]:
    names = ("day", "window", "stock", "opening", "received", "given", "used", "spoiled")
    return {
        **{name: row[name] for name in names},
        "expected": row["expected"],
        "counted": row["counted"],
        "difference": row["counted"] - row["expected"],
        "note": row["note"],
        "by": row["by"],
        "at": iso(row["at"]),
    }
