"""``hallclient certificate print | confirm | unknown | spoil``: copies on blank sheets.

A job is durable before the printer gets it and unknown until somebody says what came out.
"""

from __future__ import annotations

from argparse import Namespace
from itertools import groupby
from pathlib import Path
from typing import Any

from db.errors import StoreError
from db.store import Row
from hallclient.actions import certificate_lists, certificate_print
from hallclient.actions.certificate_print import MOST, Job
from hallclient.actions.certificate_rows import certificate_row, copy_row
from hallclient.actions.paper_printer import DocumentPrinter, document_printer, send, this_machines
from hallclient.actions.printers import configured_offsets
from hallclient.cli import certificate_names, certificate_pick, certificate_shape
from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.cli.shape import columns
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean
from hallclient.texts import t
from hallclient.words import iso, moment


def print_(args: Namespace, app: App) -> int:
    """Begin a job and give each part of it to the printer; ``--confirm``: all of it came out."""
    if bool(args.certificate) == args.all:
        raise Usage("cli.usage.certificate-or-all")
    store, who = app.store(), app.actor()
    printer = _printer(args)
    job = certificate_print.begin(
        store,
        who,
        _copies(args, app),
        layout=args.layout,
        first=certificate_names.by_stock(store, args.first, "first"),
        offsets=_offsets(args, app),
        printer=printer.where,
    )
    try:
        for n, part in enumerate(job.parts, 1):
            send(printer, f"{job.id}-{n}", part.data)
    except (Refused, StoreError):
        # What came out of it is for whoever stands at the printer to say.
        _tell(app, job.id, _rows(app, job))
        app.out.aside(t("cli.certificate.print-failed", job=job.id))
        raise
    if args.confirm:
        certificate_print.confirm(store, who, job.id)
    _tell(app, job.id, _rows(app, job), confirmed=args.confirm)
    return 0


def _printer(args: Namespace) -> DocumentPrinter:
    """Where the job goes. A file is a folder: the parts of a job are files of their own.

    Raises ``document-printer-none``, ``print-folder``.
    """
    printer = document_printer(f"file:{args.save}") if args.save else this_machines(args.printer)
    if printer.kind == "none":
        raise Refused("document-printer-none", field="printer")
    if printer.kind == "file" and not Path(printer.where).is_dir():
        raise Refused("print-folder", field="save", folder=printer.where)
    return printer


def _copies(args: Namespace, app: App) -> list[str]:
    """The copies that wait, of the certificates named or of all: as many as one job takes."""
    store, who = app.store(), app.actor()
    if args.all:
        found = [
            copy["id"]
            for line in certificate_lists.listed(store, who, "print")
            for copy in certificate_print.waiting(store, line.row["id"])
        ]
        if len(found) > MOST:
            app.out.aside(t("cli.certificate.print-rest", n=len(found) - MOST))
        return found[:MOST]
    found = []
    for one in certificate_pick.every(app, args.certificate):
        copies = certificate_print.waiting(store, one)
        if not copies:
            row = certificate_row(store, one)
            number, state = row["code"] or "", row["state"]
            raise Refused("print-not-now", field="certificate", number=number, state=state)
        found += [copy["id"] for copy in copies]
    return found


def _offsets(args: Namespace, app: App) -> dict[str, tuple[int, int]]:
    """By how much this machine's printer is out: the line goes before its settings."""
    said = certificate_names.by_stock(app.store(), args.offset, "offset")
    return configured_offsets() | {
        stock: certificate_names.offset(text) for stock, text in said.items()
    }


def _rows(app: App, job: Job) -> list[Row]:
    """The copies of a job as they are now, in the order of printing."""
    return [copy_row(app.store(), row["id"]) for row in job.copies]


def confirm(args: Namespace, app: App) -> int:
    """Say what came out of a job; its certificates."""
    store, who = app.store(), app.actor()
    job = clean(args.job).strip()
    rows = certificate_print.job_copies(store, job)
    spoiled = {
        _in_job(app, rows, name): why
        for name, why in certificate_names.pairs(args.spoiled, "spoiled").items()
    }
    unprinted = [_in_job(app, rows, name) for name in args.unprinted]
    done = certificate_print.confirm(store, who, job, spoiled=spoiled, unprinted=unprinted)
    return certificate_shape.tell_rows(app, done)


def _in_job(app: App, rows: list[Row], name: str) -> str:
    """A copy of a job by its id, short name or sheet; the use case refuses what is none."""
    wanted = certificate_pick.copy(app, name)
    return wanted if any(row["id"] == wanted for row in rows) else name


def unknown(args: Namespace, app: App) -> int:
    """Jobs whose result nobody has told: what to begin with after a crash."""
    found = certificate_print.unknown(app.store(), app.actor())
    for job, rows in groupby(found, lambda row: row["job"]):
        _tell(app, job, list(rows))
    if not found:
        app.out.note(t("cli.certificate.none-unknown"))
    return 0


def spoil(args: Namespace, app: App) -> int:
    """A printed copy is bad: its sheet is spoiled, and it is printed again."""
    store, who = app.store(), app.actor()
    wanted = certificate_pick.copy(app, args.copy)
    row = certificate_print.spoil(store, who, wanted, args.reason)
    return certificate_shape.tell_rows(app, [row])


def _tell(app: App, job: str, rows: list[Row], *, confirmed: bool = False) -> None:
    """A job: its copies with their sheets, and what is to be done next."""
    store, first = app.store(), rows[0]
    printer = first["printer"]
    obj: dict[str, Any] = {
        "job": job,
        "state": "confirmed" if confirmed else "unknown",
        "printer": printer,
        "printed_at": iso(first["printed_at"]),
        "printed_by": first["printed_by"],
        "window": first["window"],
        "copies": [certificate_shape.copy_object(store, row) for row in rows],
    }
    at = moment(first["printed_at"], store.env.now())
    said = t("cli.certificate.job", job=job, n=len(rows), printer=printer or "-", at=at)
    cells = [certificate_shape.job_cells(store, row) for row in rows]
    after = t("cli.certificate.job-confirmed" if confirmed else "cli.certificate.job-unknown")
    app.out.emit(obj, "\n".join([said, *(f"  {one}" for one in columns(cells)), after]))
