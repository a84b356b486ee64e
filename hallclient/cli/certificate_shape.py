"""Certificates, copies and changes as they are printed: stable keys for programs, lines for people.

Nothing personal stands in an object but what `whole_object` reads in clear, which is an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from db.store import Row, Store
from hallclient.actions.case_rows import case_row
from hallclient.actions.certificate_changes import Asked
from hallclient.actions.certificate_lists import Line, Look
from hallclient.actions.certificate_rows import certificate_row, copies_of, kind_of, live_copies
from hallclient.certificate_words import (
    change_state_word,
    change_word,
    copy_name,
    copy_word,
    ended_word,
    face_lines,
    lacks_word,
    reason_word,
    sheet_text,
    state_word,
)
from hallclient.cli.app import App
from hallclient.cli.certificate_pick import short
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.texts import language, t
from hallclient.words import iso, moment

STEPS = ("approved", "assigned", "sealed", "ready", "handed", "ended")
"""Steps of a certificate, each with who and when; nobody makes it ready but its copies."""


def line_of(store: Store, row: Row) -> Line:
    """A certificate as lists have it."""
    case = case_row(store, row["case_file"])
    kind = kind_of(store, row)[1]
    return Line(row, kind, case["title"], case["number"], tuple(live_copies(store, row["id"])))


def line_object(line: Line) -> dict[str, object]:
    """A certificate for programs."""
    row = line.row
    return {
        "certificate": row["id"],
        "code": row["code"],
        "kind": line.kind.id,
        "name": named(line.kind, language()),
        "case": line.number,
        "title": line.title,
        "version": row["version"],
        "reason": row["reason"],
        "state": row["state"],
        "since": iso(row["since"]),
        "lacks": row["lacks"],
        "together": row["together"],
        "replaces": row["replaces"],
        "copies": len(line.copies),
        **{f"{step}_at": iso(row[f"{step}_at"]) for step in STEPS},
        **{f"{step}_by": row[f"{step}_by"] for step in STEPS if step != "ready"},
        "ended": row["ended"],
        "delivery": row["delivery"],
    }


def line_cells(store: Store, line: Line) -> list[str]:
    """A certificate as columns of a list."""
    row = line.row
    state = state_word(row["state"])
    if row["lacks"]:
        state = t("cli.certificate.lacks", state=state, why=lacks_word(row["lacks"]))
    return [
        row["code"] or "-",
        state,
        named(line.kind, language()),
        t("cli.certificate.copies", n=len(line.copies)),
        short(store, row),
        line.title or "-",
    ]


def tell(app: App, lines: Sequence[Line]) -> int:
    """Certificates, one a line."""
    store = app.store()
    texts = columns([line_cells(store, line) for line in lines])
    for line, text in zip(lines, texts, strict=True):
        app.out.emit(line_object(line), text)
    if not lines:
        app.out.note(t("cli.certificate.none"))
    return 0


def tell_rows(app: App, rows: Iterable[Row]) -> int:
    """The same of rows, as an action gave them back."""
    return tell(app, [line_of(app.store(), row) for row in rows])


# -- copies


def copy_object(store: Store, row: Row) -> dict[str, object]:
    """A copy for programs."""
    certificate = certificate_row(store, row["certificate"])
    kinds, kind = kind_of(store, certificate)
    return {
        "copy": row["id"],
        "certificate": row["certificate"],
        "code": certificate["code"],
        "name": copy_name(kind, row, copies_of(store, row["certificate"])),
        "sort": row["copy"],
        "no": row["no"],
        "state": row["state"],
        "since": iso(row["since"]),
        "stock": row["stock"],
        "sheet": sheet_text(kinds, row["sheet"]) or None,
        "layout": row["layout"],
        "job": row["job"],
        "window": row["window"],
        "printer": row["printer"],
        "printed_at": iso(row["printed_at"]),
        "printed_by": row["printed_by"],
        "confirmed_at": iso(row["confirmed_at"]),
        "confirmed_by": row["confirmed_by"],
        "reason": row["reason"],
    }


def copy_cells(store: Store, row: Row) -> list[str]:
    """A copy as columns: what it is, where it stands, its sheet, who printed it and when."""
    certificate = certificate_row(store, row["certificate"])
    kinds, kind = kind_of(store, certificate)
    printed = "-"
    if row["printed_at"] is not None:
        printed = f"{moment(row['printed_at'], store.env.now())} {row['printed_by']}"
    return [
        copy_name(kind, row, copies_of(store, row["certificate"])),
        copy_word(row["state"]),
        sheet_text(kinds, row["sheet"]) or "-",
        printed,
        row["window"] or "-",
        short(store, row),
        ended_word(row["reason"]) if row["reason"] else "",
    ]


def job_cells(store: Store, row: Row) -> list[str]:
    """A copy of a print job as columns: its tray's stock, its sheet, what stands on it."""
    certificate = certificate_row(store, row["certificate"])
    kinds, kind = kind_of(store, certificate)
    stock = kinds.stock.get(row["stock"] or "")
    return [
        named(stock, language()) if stock else t("cli.certificate.plain-paper"),
        sheet_text(kinds, row["sheet"]) or "-",
        copy_name(kind, row, copies_of(store, row["certificate"])),
        copy_word(row["state"]),
        certificate["code"],
        case_row(store, row["case_file"])["title"] or "-",
    ]


# -- changes


def change_object(asked: Asked) -> dict[str, object]:
    """A change for programs, without what is personal or free in it."""
    row = asked.row
    return {
        "change": row["id"],
        "kind": row["kind"],
        "reason": row["reason"],
        "state": row["state"],
        "certificate": row["certificate"],
        "code": asked.certificate["code"],
        "fields": sorted(asked.words),
        "copies": dict(asked.copies),
        "by": row["by"],
        "at": iso(row["at"]),
        "done_by": row["done_by"],
        "done_at": iso(row["done_at"]),
        "made": row["made"],
    }


def change_cells(store: Store, asked: Asked) -> list[str]:
    """A change as columns."""
    row = asked.row
    return [
        short(store, row),
        change_word(row["kind"]),
        change_state_word(row["state"]),
        reason_word(row["kind"], row["reason"]),
        asked.certificate["code"] or "-",
        f"{moment(row['at'], store.env.now())} {row['by']}",
        row["done_by"] or "-",
    ]


# -- the whole


def whole_object(store: Store, look: Look, asked: Sequence[Asked]) -> dict[str, object]:
    """A certificate with its face, every copy ever, its changes and other issues."""
    return {
        **line_object(look.line),
        "face": {label: text for label, _, text in look.fields},
        "missing": [one.id for one in look.missing],
        "every": [copy_object(store, row) for row in look.every],
        "changes": [change_object(one) for one in asked],
        "others": [row["id"] for row in look.others],
    }


def whole_text(store: Store, look: Look, asked: Sequence[Asked]) -> str:
    """The same for people."""
    lines = [*columns([line_cells(store, look.line)]), *face_lines(look)]
    if look.missing:
        lacking = t("cli.certificate.and").join(named(one, language()) for one in look.missing)
        lines.append(t("cli.certificate.missing", fields=lacking))
    lines += [f"  {one}" for one in columns(_steps(store, look.line.row))]
    for title, cells in (
        ("copies-ever", [copy_cells(store, row) for row in look.every]),
        ("changes", [change_cells(store, one) for one in asked]),
        ("others", [line_cells(store, line_of(store, row)) for row in look.others]),
    ):
        if cells:
            lines.append(t(f"cli.certificate.part.{title}"))
            lines += [f"  {one}" for one in columns(cells)]
    return "\n".join(lines)


def _steps(store: Store, row: Row) -> list[list[str]]:
    """Who did which step, and when."""
    now = store.env.now()
    return [
        [
            t(f"cli.certificate.step.{step}"),
            moment(row[f"{step}_at"], now),
            (row[f"{step}_by"] if step != "ready" else None) or "",
        ]
        for step in STEPS
        if row[f"{step}_at"] is not None
    ]
