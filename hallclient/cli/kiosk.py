"""``hallclient kiosk``: the machine in the hall that hands out numbers."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient.cli import pick, printing
from hallclient.cli.app import App
from hallclient.cli.parser import command, option

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``kiosk``."""
    made = command(commands, "kiosk", run)
    printing.printer_options(made)
    option(made, "--zone")


def run(args: Namespace, app: App) -> int:
    """Sign in as the kiosk and serve visitors until staff leave it."""
    from hallclient.actions import kiosk

    printer = printing.printer(args)
    who, hall = app.actor(), app.hall()
    kiosk.start(app.store(), who)
    zone = ""
    if args.zone is not None:
        zone = pick.coded(hall.zones, args.zone, "zone", "kind-needed", "no-such-zone")
    passphrase = app.passphrase()
    # The screens have stores of their own.
    app.close()
    return app.show(
        app.path, screen="kiosk", who=who, printer=printer, zone=zone, passphrase=passphrase
    )
