"""Printing from a screen: the store's threads never wait for a printer."""

from __future__ import annotations

import asyncio

from db.store import Row
from hallclient.actions import printing, slips
from hallclient.actions.acting import Actor
from hallclient.actions.printer_link import send
from hallclient.actions.printers import Printer
from hallclient.rules.errors import Refused
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


async def print_paper(session: Session, who: Actor, paper: str) -> Row:
    """Print a document of a case, by its id or number; its row.

    Raises as `paper_printer.print_document`.
    """
    from hallclient.actions import case_papers, paper_pdf, paper_printer

    printer = paper_printer.this_machines()
    if printer.kind == "none":
        raise Refused("document-printer-none")
    found = await session.write(paper_pdf.open_for, who, paper, "zh")
    data = await session.think(paper_pdf.pdf_of, found, "zh")
    await asyncio.to_thread(paper_printer.send, printer, found.row["number"], data)
    return await session.write(case_papers.printed, who, paper)
