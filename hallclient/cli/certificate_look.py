"""``hallclient certificate list | show | unclaimed | verify``: what is due, what is known."""

from __future__ import annotations

from argparse import Namespace

from db.store import Store
from hallclient.actions import (
    certificate_changes,
    certificate_handover,
    certificate_lists,
    certificate_verify,
)
from hallclient.actions.certificate_kinds import current
from hallclient.actions.certificate_verify import GOOD, Verdict, Verified
from hallclient.certificate_words import verdict_word
from hallclient.cli import certificate_pick, certificate_shape
from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.texts import language, t


def listed(args: Namespace, app: App) -> int:
    """A work queue, the certificates of a case, or those that a text finds."""
    store, who = app.store(), app.actor()
    if args.case and args.search:
        raise Usage("cli.usage.certificate-case-or-search")
    if args.search:
        return certificate_shape.tell(app, certificate_lists.search(store, who, args.search))
    case = ""
    if args.case:
        from hallclient.cli.case import found

        case = found(app, args.case)
    return certificate_shape.tell(app, certificate_lists.listed(store, who, args.view, case=case))


def show(args: Namespace, app: App) -> int:
    """All that is known of a certificate; its face is read in clear, which is written down."""
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    look = certificate_lists.look(store, who, wanted)
    asked = certificate_changes.changes_of(store, who, wanted)
    app.out.emit(
        certificate_shape.whole_object(store, look, asked),
        certificate_shape.whole_text(store, look, asked),
    )
    return 0


def unclaimed(args: Namespace, app: App) -> int:
    """What nobody has fetched for some days, or that is past its legal day."""
    store = app.store()
    found = certificate_handover.unclaimed(store, app.actor(), args.days)
    lines = [certificate_shape.line_of(store, one.certificate) for one in found]
    cells = [
        [
            *certificate_shape.line_cells(store, line),
            t("cli.certificate.waited", n=one.days),
            t("cli.certificate.due", day=one.due.isoformat()) if one.due else "-",
        ]
        for one, line in zip(found, lines, strict=True)
    ]
    for one, line, text in zip(found, lines, columns(cells), strict=True):
        due = one.due.isoformat() if one.due else None
        obj = {**certificate_shape.line_object(line), "days": one.days, "due": due}
        app.out.emit(obj, text)
    if not found:
        app.out.note(t("cli.certificate.none"))
    return 0


def verify(args: Namespace, app: App) -> int:
    """What is known of a code, link, QR code or sheet here. 1 unless it is genuine or known."""
    store = app.store()
    found = certificate_verify.verify(store, app.actor(), args.text)
    verdict, said = str(found.verdict), verdict_word(found.verdict)
    good = found.verdict in GOOD
    obj = _object(store, found)
    if not good:
        app.out.aside(said)
        obj = {"error": verdict, "message": said, "field": "text", **obj}
    lines = [*([said] if good else []), *_lines(store, found)]
    if lines or app.out.json:
        app.out.emit(obj, "\n".join(lines))
    return 0 if good else 1


def _object(store: Store, found: Verified) -> dict[str, object]:
    return {
        "verdict": str(found.verdict),
        "code": found.code or None,
        "well_formed": found.verdict is not Verdict.MALFORMED,
        "scheme": found.scheme or None,
        "copy": certificate_shape.copy_object(store, found.copy) if found.copy else None,
        "certificates": [
            certificate_shape.line_object(certificate_shape.line_of(store, row))
            for row in found.certificates
        ],
        "copies": [certificate_shape.copy_object(store, row) for row in found.copies],
    }


def _lines(store: Store, found: Verified) -> list[str]:
    """What is known of it here, under each other."""
    lines = []
    if found.scheme:
        known = current(store).scheme.get(found.scheme)
        name = named(known, language()) if known else found.scheme
        lines += [f"{found.code}  {name}", t("cli.code.only-form")]
    if found.copy:
        lines.append(t("cli.certificate.part.this-copy"))
        lines += [f"  {'  '.join(certificate_shape.copy_cells(store, found.copy)).rstrip()}"]
    issues = [certificate_shape.line_of(store, row) for row in found.certificates]
    if issues:
        lines.append(t("cli.certificate.part.issues"))
        cells = [certificate_shape.line_cells(store, line) for line in issues]
        lines += [f"  {one}" for one in columns(cells)]
    if found.copies:
        lines.append(t("cli.certificate.part.copies-ever"))
        cells = [certificate_shape.copy_cells(store, row) for row in found.copies]
        lines += [f"  {one}" for one in columns(cells)]
    return lines
