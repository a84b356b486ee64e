"""Printing documents: through the system's print command, or as PDF files in a folder.

A document is frozen before anything is printed; a printer that fails costs nothing.
"""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from db.files import whole
from db.store import Row, Store
from hallclient.actions.acting import Actor
from hallclient.actions.paper_delivery import printed
from hallclient.actions.paper_pdf import open_for, pdf_of
from hallclient.actions.printers import configured_documents
from hallclient.rules.errors import Refused

DOCUMENTS_FROM: Final = "HALLCLIENT_DOCUMENT_PRINTER"
TIMEOUT_S: Final = 60.0
"""A print command hands over to a spooler; one that takes longer hangs."""
FILE: Final = "{file}"


class DocumentPrinter(NamedTuple):
    """Where documents go. ``kind``: none, file or command; ``where``: as it was named.

    ``command``: program and arguments; `FILE` among them stands for the PDF.
    """

    kind: str = "none"
    where: str = ""
    command: tuple[str, ...] = ()


def document_printer(target: str) -> DocumentPrinter:
    """``file:PATH`` (a folder or a file), ``lp`` or ``lp:NAME`` (CUPS), ``command:PROGRAM …
    {file} …``, ``none``. Raises ``bad-document-printer``.
    """
    kind, _, rest = target.partition(":")
    if target in ("", "none"):
        return DocumentPrinter(where=target)
    if kind == "file" and rest:
        return DocumentPrinter("file", rest)
    if kind == "lp":
        named = ("-d", rest) if rest else ()
        return DocumentPrinter("command", target, ("lp", "-s", *named, "--", FILE))
    if kind == "command":
        try:
            # A backslash is a part of a path where paths have them.
            command = tuple(shlex.split(rest, posix=sys.platform != "win32"))
        except ValueError:
            command = ()
        if FILE in command[1:]:
            return DocumentPrinter("command", target, command)
    raise Refused("bad-document-printer", field="printer", printer=target)


def this_machines(target: str = "") -> DocumentPrinter:
    """The printer of documents: what is named, else `DOCUMENTS_FROM`, else ``documents`` in
    printer.toml. Raises as `document_printer`, ``printer-settings``.
    """
    return document_printer(target or os.environ.get(DOCUMENTS_FROM) or configured_documents())


def print_document(
    store: Store, who: Actor, paper: str, printer: DocumentPrinter, language: str = "zh"
) -> Row:
    """Print all copies of a document and note that; its row.

    Nothing is locked meanwhile. Raises as `paper_pdf.pdf`, ``document-printer-none``,
    ``document-printer-failed``; of a folder as `db.files.whole`.
    """
    if printer.kind == "none":
        raise Refused("document-printer-none")
    found = open_for(store, who, paper, language)
    send(printer, found.row["number"], pdf_of(store, found, language))
    return printed(store, who, paper)


def send(printer: DocumentPrinter, name: str, data: bytes) -> None:
    """Give a PDF to the printer under a name. Raises as `print_document`."""
    if printer.kind == "none":
        raise Refused("document-printer-none")
    if printer.kind == "file":
        save(name, data, Path(printer.where), replace=True)
        return
    with _kept(f"{name}.pdf", data) as path:
        _run(printer, path)


def save(name: str, data: bytes, target: Path, *, replace: bool) -> Path:
    """A PDF as a file, whole or not at all; in a folder it gets this name.

    Raises as `db.files.whole`.
    """
    path = target / f"{name}.pdf" if target.is_dir() else target
    with whole(path, replace=replace) as part:
        part.write_bytes(data)
    return path


@contextmanager
def _kept(name: str, data: bytes) -> Iterator[Path]:
    """A file that only this user can read, for as long as the command runs."""
    with tempfile.TemporaryDirectory(prefix="hallclient-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


def _run(printer: DocumentPrinter, path: Path) -> None:
    import subprocess

    command = [str(path) if part == FILE else part for part in printer.command]
    try:
        done = subprocess.run(  # noqa: S603 - an argument list of the machine's settings, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        why = f"{TIMEOUT_S:g} s"
        raise Refused("document-printer-failed", where=printer.where, why=why) from error
    except OSError as error:
        raise Refused("document-printer-failed", where=printer.where, why=_why(error)) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else str(done.returncode)
        raise Refused("document-printer-failed", where=printer.where, why=why)


def _why(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
