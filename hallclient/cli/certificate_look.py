"""``hallclient certificate list | show | unclaimed | verify``: what is due, what is known."""

from __future__ import annotations

from argparse import Namespace

from db.store import Row, Store
from hallclient.actions import (
    certificate_changes,
    certificate_handover,
    certificate_known,
    certificate_lists,
)
from hallclient.actions.certificate_known import Known
from hallclient.actions.certificate_verify import GOOD, Verdict
from hallclient.certificate_words import change_word, ended_word, how_word, state_word, verdict_word
from hallclient.cli import certificate_pick, certificate_shape
from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.texts import language, t
from hallclient.words import iso, moment


def listed(args: Namespace, app: App) -> int:
    """A work queue, the certificates of a case, or those that a text finds."""
    if args.case and args.search:
        raise Usage("cli.usage.certificate-case-or-search")
    store, who = app.store(), app.actor()
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
    found = certificate_known.known(store, app.actor(), args.text)
    verdict = found.verified.verdict
    said, good = verdict_word(verdict), verdict in GOOD
    obj = _object(store, found)
    if not good:
        app.out.aside(said)
        obj = {"error": str(verdict), "message": said, "field": "text", **obj}
    lines = [*([said] if good else []), *_lines(store, found)]
    if lines or app.out.json:
        app.out.emit(obj, "\n".join(lines))
    return 0 if good else 1


def _object(store: Store, known: Known) -> dict[str, object]:
    found, code = known.verified, known.code
    void = code is not None and code["void_at"] is not None
    return {
        "verdict": str(found.verdict),
        "code": found.code or None,
        "well_formed": found.verdict is not Verdict.MALFORMED,
        "scheme": found.scheme or None,
        "void_at": iso(code["void_at"]) if code and void else None,
        "void_reason": code["reason"] if code and void else None,
        "copy": certificate_shape.copy_object(store, found.copy) if found.copy else None,
        "certificates": [_issue(store, known, row) for row in found.certificates],
        "copies": [certificate_shape.copy_object(store, row) for row in found.copies],
    }


def _issue(store: Store, known: Known, row: Row) -> dict[str, object]:
    """An issue, with who fetched it, masked."""
    to = known.fetched.get(row["id"])
    fetched = {"name": to.name, "relation": to.relation, "how": to.how} if to else None
    line = certificate_shape.line_of(store, row)
    return {**certificate_shape.line_object(line), "fetched": fetched}


def _lines(store: Store, known: Known) -> list[str]:
    """What is known of it here, under each other."""
    found, code = known.verified, known.code
    lines = []
    if found.scheme:
        scheme = known.newest.scheme.get(found.scheme)
        name = named(scheme, language()) if scheme else found.scheme
        lines += [f"{found.code}  {name}", t("cli.code.only-form")]
    if code is not None and code["void_at"] is not None:
        at = moment(code["void_at"], store.env.now())
        said = t("cli.code.void-since", code=code["id"], at=at, reason=ended_word(code["reason"]))
        lines.append(said)
    issues = [
        certificate_shape.line_cells(store, certificate_shape.line_of(store, row))
        for row in found.certificates
    ]
    copies = [certificate_shape.copy_cells(store, row) for row in found.copies]
    this = [certificate_shape.copy_cells(store, found.copy)] if found.copy else []
    for title, cells in (
        ("this-copy", this),
        ("issues", issues),
        ("fetched", _fetched(store, known)),
        ("ended", _ended(store, known)),
        ("copies-ever", copies),
    ):
        if cells:
            lines.append(t(f"cli.certificate.part.{title}"))
            lines += [f"  {one}" for one in columns(cells)]
    return lines


def _fetched(store: Store, known: Known) -> list[list[str]]:
    """Who fetched which issue, masked."""
    now = store.env.now()
    return [
        [moment(row["handed_at"], now), to.name or "-", how_word(to.how), row["handed_by"]]
        for row in known.verified.certificates
        if (to := known.fetched.get(row["id"])) is not None
    ]


def _ended(store: Store, known: Known) -> list[list[str]]:
    """Which issue ended when, by whom and why."""
    now = store.env.now()
    return [
        [
            moment(row["ended_at"], now),
            row["ended_by"],
            change_word(end) if (end := known.ends.get(row["id"])) else state_word(row["state"]),
            ended_word(row["ended"]),
            certificate_pick.short(store, row),
        ]
        for row in known.verified.certificates
        if row["ended_at"] is not None
    ]
