"""``hallclient paper``: documents of a case read, printed, delivered, verified."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.actions import case_papers, paper_pdf
from hallclient.actions.case_papers import WAYS
from hallclient.actions.editions import flow_in
from hallclient.cli import paper_files
from hallclient.cli.app import App
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.rules.text import narrow
from hallclient.texts import LANGUAGES, language, t
from hallclient.words import iso, moment

if TYPE_CHECKING:
    from db.store import Row
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``paper`` and its commands."""
    own = group(commands, "paper")
    listed = command(own, "paper.list", _list)
    option(listed, "case", help=t("cli.option.paper-case"))
    shown = command(own, "paper.show", _show)
    _number(shown)
    saved = command(own, "paper.pdf", _pdf)
    _number(saved)
    option(saved, "--save", type=Path, default=Path(), help=t("cli.option.paper-save"))
    option(saved, "--force", action="store_true", help=t("cli.option.paper-force"))
    _language(saved)
    printed = command(own, "paper.print", _print)
    _number(printed)
    option(printed, "--printer", default="", help=t("cli.option.paper-printer"))
    _language(printed)
    delivered = command(own, "paper.deliver", _deliver)
    _number(delivered)
    option(delivered, "--how", choices=WAYS, required=True, help=t("cli.option.paper-how"))
    for name in ("to", "waybill", "address"):
        option(delivered, f"--{name}", default="", help=t(f"cli.option.paper-{name}"))
    option(delivered, "--signed", action="store_true", help=t("cli.option.paper-signed"))
    option(delivered, "--proof", action="store_true", help=t("cli.option.paper-proof"))
    verified = command(own, "paper.verify", _verify)
    option(verified, "text", help=t("cli.option.paper-text"))
    checked = command(own, "paper.check", paper_files.check)
    option(checked, "folder", type=Path, nargs="?", help=t("cli.option.paper-folder"))
    published = command(own, "paper.publish", paper_files.publish)
    option(published, "folder", type=Path, nargs="?", help=t("cli.option.paper-folder"))
    preview = command(own, "paper.preview", paper_files.preview)
    option(preview, "kind", help=t("cli.option.paper-kind"))
    option(preview, "folder", type=Path, nargs="?", help=t("cli.option.paper-folder"))
    option(preview, "--save", type=Path, default=Path(), help=t("cli.option.paper-pictures"))
    _language(preview)


def _number(parser: ArgumentParser) -> None:
    option(parser, "number", help=t("cli.option.paper-number"))


def _language(parser: ArgumentParser) -> None:
    option(parser, "--language", choices=LANGUAGES, default="zh")


def _list(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    rows = case_papers.papers_of(store, who, narrow(args.case))
    cells = [
        (
            row["number"],
            _kind(app, row),
            moment(row["at"], store.env.now()),
            t("cli.paper.prints", n=row["printed"]),
            t(f"paper.way.{row['delivery']}") if row["delivery"] else t("cli.paper.not-delivered"),
        )
        for row in rows
    ]
    for row, line in zip(rows, columns(cells), strict=True):
        app.out.emit(_object(app, row), line)
    if not rows:
        app.out.note(t("cli.paper.none"))
    return 0


def _show(args: Namespace, app: App) -> int:
    found = case_papers.read(app.store(), app.actor(), narrow(args.number))
    body = found.body
    lines = [f"{body['title'][language()]}  {body['number']}"]
    lines += [
        t("cli.paper.line", n=n, what=one["what"][language()], wrong=one["wrong"][language()])
        for n, one in enumerate(body.get("deficiencies", ()), 1)
    ]
    app.out.emit({**_object(app, found.row), "says": body}, "\n".join(lines))
    return 0


def _pdf(args: Namespace, app: App) -> int:
    from hallclient.actions.paper_printer import save

    store = app.store()
    found = paper_pdf.open_for(store, app.actor(), narrow(args.number), args.language)
    data = paper_pdf.pdf_of(store, found, args.language)
    number = found.row["number"]
    path = save(number, data, args.save, replace=args.force)
    obj: dict[str, object] = {"number": number, "file": str(path), "bytes": len(data)}
    app.out.emit(obj, t("cli.paper.saved", number=number, file=path))
    return 0


def _print(args: Namespace, app: App) -> int:
    from hallclient.actions.paper_printer import print_document, this_machines

    printer = this_machines(args.printer)
    row = print_document(app.store(), app.actor(), narrow(args.number), printer, args.language)
    said = t("cli.paper.printed", number=row["number"], copies=row["copies"], n=row["printed"])
    app.out.emit({**_object(app, row), "printer": printer.where}, said)
    return 0


def _deliver(args: Namespace, app: App) -> int:
    row, proof = case_papers.deliver(
        app.store(),
        app.actor(),
        narrow(args.number),
        args.how,
        args.to,
        waybill=args.waybill,
        address=args.address,
        signed=args.signed,
        proof=args.proof,
    )
    said = t("cli.paper.delivered", number=row["number"], way=t(f"paper.way.{args.how}"))
    if proof is not None:
        said += "\n" + t("cli.paper.proof", number=proof["number"])
    obj = {**_object(app, row), "proof": proof["number"] if proof else None}
    app.out.emit(obj, said)
    return 0


def _verify(args: Namespace, app: App) -> int:
    """Refused unless this hall has signed it and it says the same still."""
    app.seen_by("paper.read")
    store = app.store()
    found = case_papers.genuine(store, args.text)
    row = store.row("SELECT number FROM case_file WHERE id = ?", found.case)
    obj: dict[str, object] = {
        "genuine": True,
        "kind": found.kind,
        "number": found.number,
        "day": found.day,
        "case": row["number"] if row else None,
    }
    app.out.emit(obj, t("cli.paper.genuine", number=found.number, day=found.day))
    return 0


def _kind(app: App, row: Row) -> str:
    case = app.store().row("SELECT flow FROM case_file WHERE id = ?", row["case_file"])
    kinds = flow_in(app.store(), case["flow"]).paper if case else {}
    return named(kinds[row["kind"]], language()) if row["kind"] in kinds else str(row["kind"])


def _object(app: App, row: Row) -> dict[str, object]:
    """A document for programs; nothing of what it says."""
    return {
        "number": row["number"],
        "kind": row["kind"],
        "name": _kind(app, row),
        "at": iso(row["at"]),
        "by": row["by"],
        "copies": row["copies"],
        "sha256": row["sha256"],
        "template": row["template"],
        "stamped": bool(row["stamped"]),
        "printed": row["printed"],
        "delivered_at": iso(row["delivered_at"]),
        "delivered_by": row["delivered_by"],
        "delivery": row["delivery"],
    }
