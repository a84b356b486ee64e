"""``hallclient certificate proof | preview | test-sheet``: a face as a file, or in advance."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from hallclient.actions import certificate_kinds, certificate_pdf, certificate_print
from hallclient.actions.paper_printer import save, send, this_machines
from hallclient.actions.printers import configured_offsets
from hallclient.cli import certificate_names, certificate_pick
from hallclient.cli.app import App
from hallclient.rules.errors import Refused
from hallclient.texts import t

PICTURE = ".png"


def proof(args: Namespace, app: App) -> int:
    """A copy in advance, for the applicant to read: to the printer or into a file."""
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    copy = certificate_names.copy_of(certificate_pick.kind_of_id(store, wanted), args.copy)
    printer = None if args.save else this_machines(args.printer)
    if printer is not None and printer.kind == "none":
        raise Refused("document-printer-none", field="printer")
    row, data = certificate_print.proof(store, who, wanted, copy)
    name = row["id"].replace("/", "-")
    if printer is None:
        return _saved(app, args, name, data, copy=row["id"])
    send(printer, name, data)
    obj: dict[str, object] = {"copy": row["id"], "printer": printer.where, "bytes": len(data)}
    app.out.emit(obj, t("cli.certificate.proof-printed", printer=printer.where))
    return 0


def preview(args: Namespace, app: App) -> int:
    """A printed copy as it was printed, or a certificate in advance; PDF, or a picture."""
    store, who = app.store(), app.actor()
    if certificate_pick.is_copy(app, args.certificate):
        copy = certificate_pick.copy(app, args.certificate)
        sheet = certificate_pdf.of_copy(store, who, copy)
    else:
        wanted = certificate_pick.certificate(app, args.certificate)
        copy = certificate_names.copy_of(certificate_pick.kind_of_id(store, wanted), args.copy)
        sheet = certificate_pdf.preview(store, who, wanted, copy, args.layout)
    picture = args.save.suffix.lower() == PICTURE
    data = certificate_pdf.picture(store, sheet) if picture else certificate_pdf.pdf(store, sheet)
    return _saved(app, args, sheet.name, data)


def test_sheet(args: Namespace, app: App) -> int:
    """The boxes of a copy as frames, to be held against a preprinted sheet."""
    from hallclient.actions.certificate_typeset import test_sheet as typeset

    app.seen_by("certificate.read")
    store = app.store()
    kind = certificate_names.kind(store, args.kind)
    copy = kind.copy[certificate_names.copy_of(kind, args.copy)]
    offset = configured_offsets().get(copy.stock, (0, 0))
    if args.offset:
        offset = certificate_names.offset(args.offset)
    data = typeset(certificate_kinds.current(store), copy, offset, store.env.now())
    return _saved(app, args, f"{kind.id}-{copy.id}-test", data, offset=list(offset))


def _saved(app: App, args: Namespace, name: str, data: bytes, **more: object) -> int:
    path: Path = save(name, data, args.save, replace=args.force)
    obj: dict[str, object] = {"file": str(path), "bytes": len(data), **more}
    app.out.emit(obj, t("cli.certificate.saved", file=path))
    return 0
