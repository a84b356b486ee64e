"""``hallclient certificate``: from the decision to the certificate in its holder's hand."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.actions import (
    certificate_handover,
    certificate_seal,
    certificates,
)
from hallclient.actions.case_rows import case_row
from hallclient.actions.certificate_handover import BY, RELATIONS, SELF, UNCLAIMED_DAYS, Collector
from hallclient.actions.certificate_lists import VIEWS
from hallclient.actions.paper_receipt import COUNTER
from hallclient.cli import (
    certificate_change,
    certificate_files,
    certificate_look,
    certificate_names,
    certificate_pick,
    certificate_print,
    certificate_shape,
    certificate_sheet,
)
from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.cli.parser import command, group, option
from hallclient.rules import identity
from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.changes import CHANGES
from hallclient.rules.certificate.spec import LAYOUTS
from hallclient.rules.certificate.states import READY
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``certificate`` and its commands."""
    own = group(commands, "certificate")
    _making(own)
    _printing(own)
    _handing(own)
    _changing(own)
    _looking(own)
    certificate_files.register_files(own)


def _making(own: Commands) -> None:
    approved = command(own, "certificate.approve", _approve)
    option(approved, "case", nargs="+")
    _set(approved)
    assigned = _one(command(own, "certificate.assign", _assign))
    option(assigned, "--code", default="", help=t("cli.option.certificate-code"))
    _set(_one(command(own, "certificate.describe", _describe)))
    _copies(_one(command(own, "certificate.seal", _seal)))


def _printing(own: Commands) -> None:
    printed = command(own, "certificate.print", certificate_print.print_)
    option(printed, "certificate", nargs="*")
    option(printed, "--all", action="store_true", help=t("cli.option.certificate-all"))
    option(printed, "--layout", choices=LAYOUTS, default="")
    option(printed, "--first", action="append", default=[], help=t("cli.option.certificate-first"))
    option(printed, "--offset", action="append", default=[])
    _printer(printed)
    option(printed, "--save", type=Path, help=t("cli.option.certificate-save-folder"))
    option(printed, "--confirm", action="store_true")
    confirmed = command(own, "certificate.confirm", certificate_print.confirm)
    option(confirmed, "job")
    option(confirmed, "--spoiled", action="append", default=[])
    option(confirmed, "--unprinted", action="append", default=[])
    command(own, "certificate.unknown", certificate_print.unknown)
    spoiled = command(own, "certificate.spoil", certificate_print.spoil)
    option(spoiled, "copy")
    option(spoiled, "reason", help=t("cli.option.sheet-reason"))
    proof = _one(command(own, "certificate.proof", certificate_sheet.proof))
    option(proof, "--copy", default="", help=t("cli.option.certificate-copy"))
    _printer(proof)
    _file(proof, required=False)
    preview = command(own, "certificate.preview", certificate_sheet.preview)
    option(preview, "certificate", help=t("cli.option.certificate-or-copy"))
    option(preview, "--copy", default="", help=t("cli.option.certificate-copy"))
    option(preview, "--layout", choices=LAYOUTS, default="full")
    _file(preview)
    test = command(own, "certificate.test-sheet", certificate_sheet.test_sheet)
    option(test, "kind", help=t("cli.option.certificate-kind"))
    option(test, "copy", help=t("cli.option.certificate-copy"))
    option(test, "--offset", default="", help=t("cli.option.certificate-offset"))
    _file(test)


def _handing(own: Commands) -> None:
    over = command(own, "certificate.hand-over", _hand_over)
    option(over, "certificate", nargs="*")
    option(over, "--pickup", default="")
    for name in ("name", "identity", "mandate", "waybill", "address"):
        option(over, f"--{name}", default="", help=t(f"cli.option.collector-{name}"))
    kinds = t("cli.option.collector-kind", kinds=", ".join(_IDENTITIES))
    option(over, "--kind", choices=_IDENTITIES, default=identity.RESIDENT, help=kinds)
    option(over, "--relation", choices=RELATIONS, default=SELF)
    option(over, "--how", choices=BY, default=COUNTER, help=t("cli.option.collector-how"))
    option(over, "--signed", action="store_true", help=t("cli.option.collector-signed"))
    _one(command(own, "certificate.pickup", _pickup))
    option(command(own, "certificate.slip", _slip), "case")
    option(command(own, "certificate.returned", certificate_change.returned), "copy")


def _changing(own: Commands) -> None:
    asked = _one(command(own, "certificate.ask", certificate_change.ask))
    _change(asked, choices=tuple(CHANGES), help=t("cli.option.certificate-change"))
    _why(asked)
    option(asked, "--announcement", default="")
    _set(asked)
    _copies(asked)
    _why(_one(command(own, "certificate.void", certificate_change.void)))
    for name, run in (
        ("confirm-change", certificate_change.confirm),
        ("reject-change", certificate_change.reject),
        ("withdraw-change", certificate_change.withdraw),
    ):
        made = command(own, f"certificate.{name}", run)
        _change(made, help=t("cli.option.change-which"))
        if name == "reject-change":
            option(made, "--answer", default="", help=t("cli.option.certificate-answer"))
    listed = command(own, "certificate.changes", certificate_change.changes)
    option(listed, "certificate", nargs="?", default="", help=t("cli.option.changes-of"))


def _looking(own: Commands) -> None:
    listed = command(own, "certificate.list", certificate_look.listed)
    option(listed, "--view", choices=tuple(VIEWS), default="open")
    option(listed, "--case", default="")
    option(listed, "--search", default="")
    _one(command(own, "certificate.show", certificate_look.show))
    late = command(own, "certificate.unclaimed", certificate_look.unclaimed)
    days = t("cli.option.unclaimed-days")
    option(late, "--days", type=int, default=UNCLAIMED_DAYS, help=days)
    verified = command(own, "certificate.verify", certificate_look.verify)
    option(verified, "text", help=t("cli.option.verify-text"))


_IDENTITIES = tuple(one for one in identity.KINDS if one not in identity.BUSINESS)


def _one(parser: ArgumentParser) -> ArgumentParser:
    option(parser, "certificate")
    return parser


def _set(parser: ArgumentParser) -> None:
    option(parser, "--set", action="append", default=[])


def _copies(parser: ArgumentParser) -> None:
    how = t("cli.option.certificate-copies")
    option(parser, "--copies", action="append", default=[], help=how)


def _change(parser: ArgumentParser, **how: object) -> None:
    option(parser, "change", metavar=t("cli.value.certificate-change"), **how)


def _why(parser: ArgumentParser) -> None:
    option(parser, "--reason", default="", help=t("cli.option.change-reason"))
    option(parser, "--note", default="", help=t("cli.option.change-note"))


def _printer(parser: ArgumentParser) -> None:
    option(parser, "--printer", default="", help=t("cli.option.paper-printer"))


def _file(parser: ArgumentParser, *, required: bool = True) -> None:
    how = t("cli.option.certificate-save")
    option(parser, "--save", type=Path, required=required, help=how)
    option(parser, "--force", action="store_true", help=t("cli.option.save-force"))


# -- from the decision to the seal


def _approve(args: Namespace, app: App) -> int:
    from hallclient.actions.certificate_kinds import current
    from hallclient.cli.case import found

    store, who = app.store(), app.actor()
    cases = [found(app, one) for one in args.case]
    yielded = [
        kind for one in cases for kind in certificates.of_case(current(store), case_row(store, one))
    ]
    words = certificate_names.words(yielded, args.set) if yielded else {}
    return certificate_shape.tell_rows(app, certificates.approve(store, who, cases, **words))


def _assign(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    return certificate_shape.tell_rows(app, [certificates.assign(store, who, wanted, args.code)])


def _describe(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    words = certificate_names.words([certificate_pick.kind_of_id(store, wanted)], args.set)
    row = certificate_seal.describe(store, who, wanted, **words)
    return certificate_shape.tell_rows(app, [row])


def _seal(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    copies = certificate_names.counts(certificate_pick.kind_of_id(store, wanted), args.copies)
    row = certificate_seal.seal(store, who, wanted, copies or None)
    return certificate_shape.tell_rows(app, [row])


# -- handing over


def _hand_over(args: Namespace, app: App) -> int:
    if bool(args.certificate) == bool(args.pickup):
        raise Usage("cli.usage.certificate-or-pickup")
    store, who = app.store(), app.actor()
    to = Collector(
        args.name,
        args.identity,
        args.kind,
        args.relation,
        args.mandate,
        args.how,
        args.waybill,
        args.address,
        args.signed,
    )
    wanted = (
        _waiting(app, args.pickup) if args.pickup else certificate_pick.every(app, args.certificate)
    )
    return certificate_shape.tell_rows(app, certificate_handover.hand_over(store, who, wanted, to))


def _waiting(app: App, code: str) -> list[str]:
    """What a pick-up code fetches now."""
    rows = certificate_handover.found(app.store(), app.actor(), clean(code))
    wanted = [row["id"] for row in rows if row["state"] == READY]
    if not wanted:
        state, number = rows[0]["state"], rows[0]["code"] or ""
        raise Refused("hand-over-not-now", field="certificate", number=number, state=state)
    return wanted


def _slip(args: Namespace, app: App) -> int:
    """The collection slip of a case as a document, to be printed as others are."""
    from hallclient.actions.certificate_slip import slip

    row = slip(app.store(), app.actor(), clean(args.case))
    obj: dict[str, object] = {"number": row["number"], "kind": row["kind"]}
    app.out.emit(obj, t("cli.certificate.slip", number=row["number"]))
    return 0


def _pickup(args: Namespace, app: App) -> int:
    """The code, said in groups; looking is written down."""
    wanted = certificate_pick.certificate(app, args.certificate)
    code = certificate_handover.pickup_code(app.store(), app.actor(), wanted)
    obj: dict[str, object] = {"certificate": wanted, "pickup": code}
    app.out.emit(obj, t("cli.certificate.pickup", code=pickup.grouped(code)))
    return 0
