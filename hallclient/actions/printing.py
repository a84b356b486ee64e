"""Printing slips, and noting that it was done.

A printer that fails never costs a number: the number is in the store before anything is printed,
and stays valid when nothing is.
"""

from __future__ import annotations

from db.store import Store
from hallclient.actions import paper, slips
from hallclient.actions.acting import Actor, acting
from hallclient.actions.printer_link import send
from hallclient.actions.printers import Printer
from hallclient.rules.errors import Refused
from hallclient.rules.roles import Role


def print_slip(
    store: Store,
    who: Actor,
    number: str,
    printer: Printer,
    *,
    language: str = "zh",
    again: bool = False,
) -> None:
    """Print the slip of a number of today, and note that it was printed.

    Nothing is locked while the printer works. Raises what `slips.slip_of` and `send` raise; the
    number is as valid as before.
    """
    data = slip_bytes(store, who, number, printer, language=language, again=again)
    send(printer, data)
    slips.printed(store, who, number, again=again)


def slip_bytes(
    store: Store,
    who: Actor,
    number: str,
    printer: Printer,
    *,
    language: str = "zh",
    again: bool = False,
) -> bytes:
    """What `print_slip` sends, for a caller that sends on a thread of its own."""
    with acting(store, who, "ticket.print"):
        if printer.kind == "none":
            raise Refused("printer-none")
        made = slips.slip_of(
            store,
            number,
            language=language,
            width=printer.width,
            again=again,
            machine=who.operator if who.role == Role.KIOSK else "",
        )
    return paper.encode(made, printer.encoding)
