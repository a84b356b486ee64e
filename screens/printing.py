"""Printing a slip from a screen: the store's threads never wait for a printer."""

from __future__ import annotations

import asyncio

from hallclient.actions import printing, slips
from hallclient.actions.acting import Actor
from hallclient.actions.printer_link import send
from hallclient.actions.printers import Printer
from hallclient.texts import language
from screens.session import Session


async def print_number(
    session: Session, who: Actor, number: str, printer: Printer, *, again: bool
) -> None:
    """Print the slip of a number in the language spoken. Raises as `printing.print_slip`."""
    data = await session.write(
        printing.slip_bytes, who, number, printer, language=language(), again=again
    )
    await asyncio.to_thread(send, printer, data)
    await session.write(slips.printed, who, number, again=again)
