"""``ticket print``, ``ticket verify``, and the options that name a slip printer."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient.cli import pick
from hallclient.cli.app import App
from hallclient.cli.parser import option
from hallclient.texts import language, t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.actions.printers import Printer


def printer_options(parser: argparse.ArgumentParser) -> None:
    """``--printer``, ``--width``, ``--encoding``; without them the machine's own settings."""
    option(parser, "--printer")
    option(parser, "--width")
    option(parser, "--encoding")


def printer(args: Namespace) -> Printer:
    """The printer that the options name, or this machine's. Raises as `printers.configured`."""
    from hallclient.actions.printers import configured

    return configured(args.printer, args.width, args.encoding)


def print_new(app: App, number: str, target: Printer) -> int:
    """Print the slip of a number that was just given."""
    _print(app, number, target, again=False)
    return 0


def print_again(args: Namespace, app: App) -> int:
    """``ticket print``: the slip of a number once more."""
    number = pick.number(app.store(), args.number)
    target = printer(args)
    _print(app, number, target, again=True)
    obj: dict[str, object] = {"number": number, "printed": True, "printer": target.where}
    app.out.emit(obj, t("cli.ticket.printed", number=number))
    return 0


def _print(app: App, number: str, target: Printer, *, again: bool) -> None:
    from hallclient.actions.printing import print_slip

    print_slip(app.store(), app.actor(), number, target, language=language(), again=again)


def verify(args: Namespace, app: App) -> int:
    """``ticket verify``: whether a slip's code was signed by this hall."""
    from hallclient.actions import slips

    app.seen_by("ticket.show")
    found = slips.verify(app.store(), args.text)
    obj: dict[str, object] = {
        "genuine": True,
        "hall": found.hall,
        "day": found.day,
        "number": found.number,
        "taken_at": iso(found.taken_at),
        "today": found.today,
        "visit": found.visit or None,
    }
    key = "cli.ticket.genuine" if found.today else "cli.ticket.genuine-other-day"
    app.out.emit(obj, t(key, number=found.number, day=found.day))
    return 0
