"""``hallclient verify``: whether the log is whole, the rows say what it says, the books agree."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from db.check import verify
from db.report import AT_MOST, Finding, Report
from db.store import Store
from hallclient.actions import maintenance
from hallclient.certificate_words import finding_text
from hallclient.cli.app import App, need_store
from hallclient.cli.parser import command, option
from hallclient.cli.progress import progress
from hallclient.cli.store import TROUBLE, signature
from hallclient.texts import t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.actions.certificate_audit import Finding as Entry
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add it."""
    option(command(commands, "verify", _verify), "--rebuild", action="store_true")


class Books(NamedTuple):
    """What the books of certificates say: how much was compared, and what does not add up."""

    codes: int
    sheets: int
    findings: list[Entry]


def _verify(args: Namespace, app: App) -> int:
    need_store(app.path)
    with progress(app) as tell:
        if args.rebuild:
            operator, password = signature(app)
            report = maintenance.rebuild(app.store(), operator, password, tell)
            books = _books(app.store(), report)
        else:
            with Store.open(app.path, passphrase=app.passphrase(), readonly=True) as store:
                report = verify(store, tell)
                books = _books(store, report)
    for finding in report.findings:
        app.out.emit(_finding_object(finding), t("verify.found", what=_finding_text(finding)))
    for entry in _told(books):
        said = finding_text(entry)
        obj: dict[str, object] = {**entry._asdict(), "message": said}
        app.out.emit({"finding": obj.pop("code"), **obj}, t("verify.found", what=said))
    app.out.emit(_report_object(report, books), _report_text(report, books))
    return 0 if report.ok and books is not None and not books.findings else TROUBLE


def _books(store: Store, report: Report) -> Books | None:
    """None: the rows are not what the log says, so there is nothing yet to compare."""
    from hallclient.actions.certificate_audit import audit

    if not report.usable:
        return None
    used = "SELECT (SELECT count(*) FROM code), (SELECT count(*) FROM sheet)"
    codes, sheets = store.db.execute(used).fetchone()
    return Books(codes, sheets, audit(store))


def _told(books: Books | None) -> Iterator[Entry]:
    """What is told one by one: not more of one sort than of what is wrong with a store."""
    told = Counter[str]()
    for entry in books.findings if books is not None else ():
        told[entry.code] += 1
        if told[entry.code] <= AT_MOST:
            yield entry


def _counts(report: Report, books: Books | None) -> Counter[str]:
    """How often each code was found."""
    return report.counts + Counter(entry.code for entry in (books.findings if books else ()))


def _finding_text(finding: Finding) -> str:
    return t(f"verify.finding.{finding.code}", **finding.params)


def _finding_object(finding: Finding) -> dict[str, object]:
    return {"finding": finding.code, **finding.params, "message": _finding_text(finding)}


def _report_object(report: Report, books: Books | None) -> dict[str, object]:
    counts = _counts(report, books)
    return {
        "ok": not counts,
        "events": report.events,
        "streams": report.streams,
        "devices": report.devices,
        "rows": report.rows,
        "sealed": report.sealed,
        "destroyed": report.destroyed,
        "files": report.files,
        "brought_up": report.brought_up,
        "unknown": dict(report.unknown),
        "codes": books.codes if books else None,
        "sheets": books.sheets if books else None,
        "findings": dict(counts),
        "head": report.head,
        "last_at": iso(report.last_at) if report.events else None,
    }


def _report_text(report: Report, books: Books | None) -> str:
    lines = [
        t(
            "verify.looked",
            events=report.events,
            streams=report.streams,
            rows=report.rows,
            sealed=report.sealed,
            destroyed=report.destroyed,
        )
    ]
    if report.files:
        lines.append(t("verify.files", n=report.files))
    if report.unknown:
        kinds = ", ".join(f"{kind} x {n}" for kind, n in sorted(report.unknown.items()))
        lines.append(t("verify.unknown", kinds=kinds))
    told, found = len(report.findings) + len(list(_told(books))), _counts(report, books).total()
    if told < found:
        lines.append(t("verify.more", n=found - told))
    if report.ok:
        lines += [t("verify.clean"), t("verify.head", head=report.head)]
    else:
        lines.append(t(_verdict(report)))
    lines += _books_lines(books)
    return "\n".join(lines)


def _books_lines(books: Books | None) -> list[str]:
    if books is None:
        return [t("verify.books-later")]
    if books.findings:
        return [t("verify.books-wrong", n=len(books.findings))]
    if books.codes or books.sheets:
        return [t("verify.books", codes=books.codes, sheets=books.sheets)]
    return []


def _verdict(report: Report) -> str:
    if report.usable:
        return "verify.files-lost"
    return "verify.mendable" if report.mendable else "verify.damaged"
