"""Lists of certificates: what is to be done next, what waits to be fetched, one found again."""

from __future__ import annotations

from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.case_rows import case_row, stream
from hallclient.actions.certificate_face import Face, frozen_face
from hallclient.actions.certificate_kinds import kinds_in
from hallclient.actions.certificate_rows import (
    certificate_row,
    copies_of,
    copy_row,
    kind_of,
    values_of,
)
from hallclient.actions.certificate_values import missing
from hallclient.rules.certificate.face import shown
from hallclient.rules.certificate.spec import CertificateKind, FaceField
from hallclient.rules.certificate.states import (
    APPROVED,
    ASSIGNED,
    HANDED,
    LIVE,
    OPEN,
    PRINTING,
    READY,
    SEALED,
)
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow

VIEWS: Final = {
    "code": (APPROVED,),
    "seal": (ASSIGNED,),
    "print": (SEALED,),
    "unknown": (PRINTING,),
    "collect": (READY,),
    "open": OPEN,
    "handed": (HANDED,),
}
"""Work queues of certificates: by what is due."""
MOST: Final = 500


class Line(NamedTuple):
    """One certificate in a list."""

    row: Row
    kind: CertificateKind
    title: str
    number: str
    """How lists call its case, and the case's number."""
    copies: tuple[Row, ...]
    """Those that count."""


class Look(NamedTuple):
    """A certificate with everything that is known of it."""

    line: Line
    fields: tuple[tuple[str, str, str], ...]
    """Its face: both labels and what it says; empty once its person was forgotten."""
    missing: tuple[FaceField, ...]
    every: tuple[Row, ...]
    """Every copy ever, also spoiled and void ones, of this issue."""
    others: tuple[Row, ...]
    """Other issues of the same code, the newest first."""


def listed(store: Store, who: Actor, view: str = "open", *, case: str = "") -> list[Line]:
    """The certificates of a work queue (`VIEWS`), or of a case by id or number, the longest first.

    Raises ``no-such-view``, ``no-such-case``.
    """
    admit(store, who, "certificate.read")
    if case:
        rows = store.rows(
            f"{_SELECT} WHERE case_file = ? ORDER BY certificate.rowid", case_row(store, case)["id"]
        )
        return _lines(store, rows)
    if view not in VIEWS:
        raise Refused("no-such-view", field="view", view=view)
    states = VIEWS[view]
    marks = ", ".join("?" for _ in states)
    newest = "DESC" if view == "handed" else ""
    rows = store.rows(
        f"{_SELECT} WHERE certificate.state IN ({marks}) "
        f"ORDER BY certificate.since {newest}, certificate.rowid LIMIT {MOST}",
        *states,
    )
    return _lines(store, rows)


_SELECT: Final = (
    "SELECT certificate.*, title, number FROM certificate "
    "JOIN case_file ON case_file.id = case_file"
)


def search(store: Store, who: Actor, text: str) -> list[Line]:
    """Certificates whose code, case or holder's name (also in pinyin) a text is; newest first."""
    from hallclient.rules.search import fold

    admit(store, who, "certificate.read")
    said = narrow(text).upper().replace("%", "").replace("_", "")
    if len(said) < 2:
        return []
    rows = store.rows(
        f"{_SELECT} WHERE code = ?1 OR code LIKE ?1 || '%' OR instr(find, ?2) "
        f"ORDER BY approved_at DESC LIMIT {MOST}",
        said,
        fold(text.strip()),
    )
    return _lines(store, rows)


def _lines(store: Store, rows: list[Row]) -> list[Line]:
    return [_line(store, row) for row in rows]


def _line(store: Store, joined: Row) -> Line:
    row = {name: value for name, value in joined.items() if name not in ("title", "number")}
    copies = tuple(one for one in copies_of(store, row["id"]) if one["state"] in LIVE)
    kind = kinds_in(store, row["edition"]).kind[row["kind"]]
    return Line(row, kind, joined["title"], joined["number"], copies)


def look(store: Store, who: Actor, certificate: str) -> Look:
    """A certificate in full; its face is read in clear, and looking is an event.

    Raises ``no-such-certificate``.
    """
    with acting(store, who, "certificate.read") as tx:
        row = certificate_row(store, certificate)
        case = case_row(store, row["case_file"])
        tx.append(
            "personal.viewed", case["id"], [], stream=stream(case["id"]), certificate=row["id"]
        )
    _, kind = kind_of(store, row)
    try:
        values = values_of(store, row)
    except Refused:
        values = {}
    line = _line(store, {**row, "title": case["title"], "number": case["number"]})
    others = (
        store.rows(
            "SELECT * FROM certificate WHERE code = ? AND id <> ? ORDER BY version DESC",
            row["code"],
            row["id"],
        )
        if row["code"]
        else []
    )
    return Look(
        line,
        tuple(shown(kind, values)),
        missing(kind, values) if values else (),
        tuple(copies_of(store, row["id"])),
        tuple(others),
    )


def face_of_copy(store: Store, who: Actor, copy: str) -> tuple[Row, Row, Face]:
    """A copy, its certificate and the face it was printed with; looking is an event.

    Raises ``no-such-copy``; as `frozen_face`.
    """
    with acting(store, who, "certificate.read") as tx:
        row = copy_row(store, copy)
        certificate = certificate_row(store, row["certificate"])
        face = frozen_face(store, row)
        case = row["case_file"]
        tx.append("personal.viewed", case, [], stream=stream(case), copy=row["id"])
    return row, certificate, face
