"""A certificate as the screen shows it: how it stands, what is lacking, why it cannot go on.

Reads only, and nobody's data: what its face says is read by `certificate_lists.look`, which is an
event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from db.store import Row, Store, Tx
from hallclient.actions import certificate_handover, certificate_lists, certificate_verify, sheets
from hallclient.actions.acting import Action, Actor, admit
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.certificate_lists import Line
from hallclient.actions.certificate_print import waiting
from hallclient.actions.certificate_rows import (
    CHANGE,
    certificate_row,
    copies_of,
    kind_of,
    values_of,
)
from hallclient.actions.certificate_seal import may_seal, usual_copies
from hallclient.actions.certificate_values import missing
from hallclient.actions.hall import hall_of
from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.spec import FaceField, Kinds
from hallclient.rules.certificate.states import APPROVED, ASSIGNED, PRINTING, READY, SEALED
from hallclient.rules.errors import Refused

CHANGES: Final = "changes"
"""Beside the views of `certificate_lists`: the changes that wait for a second person."""


class Counts(NamedTuple):
    """How much is in each view; ``unknown_here``: prints of this window with unknown result."""

    views: Mapping[str, int]
    unknown_here: int


class Entry(NamedTuple):
    """One line of a list: a certificate, or a change of one that waits for a second person."""

    key: str
    line: Line
    lacking: int = 0
    """Fields that must be said before it is sealed."""
    due: date | None = None
    """The legal day of its delivery, once it is ready."""
    change: Row | None = None
    """The change that waits for a second person."""


class Tray(NamedTuple):
    """What a print needs of one stock (None: plain paper): copies and the blank sheets held."""

    stock: str
    copies: tuple[Row, ...]
    left: int
    next: str
    """The lowest serial, as it stands on the sheet."""


class Whole(NamedTuple):
    """Everything about a certificate but the words on its face."""

    line: Line
    kinds: Kinds
    lacking: tuple[FaceField, ...]
    """What must be said before it is sealed."""
    blank: tuple[FaceField, ...]
    """What says nothing, also where it need not."""
    every: tuple[Row, ...]
    """Every copy ever of this issue."""
    others: tuple[Row, ...]
    """Other issues of its code, the newest first."""
    change: Row | None
    """The change that waits for a second person."""
    counts: Mapping[str, int]
    """Copies of each sort that sealing makes unless others are wanted."""
    hindered: Refused | None
    """Why the step that is due cannot be made."""


def counts(store: Store, who: Actor) -> Counts:
    """How much there is to do. Raises as `admit`."""
    admit(store, who, "certificate.read")
    rows = store.rows("SELECT state, count(*) AS n FROM certificate GROUP BY state")
    states = {row["state"]: row["n"] for row in rows}
    views = {
        view: sum(states.get(one, 0) for one in wanted)
        for view, wanted in certificate_lists.VIEWS.items()
    }
    asked = store.row("SELECT count(*) AS n FROM certificate_change WHERE done_at IS NULL")
    views[CHANGES] = asked["n"] if asked else 0
    here = store.row(
        "SELECT count(*) AS n FROM certificate_copy WHERE state = ? AND window IS ?",
        PRINTING,
        who.window or None,
    )
    return Counts(views, here["n"] if here else 0)


def entries(store: Store, who: Actor, view: str) -> list[Entry]:
    """What is in a view of `certificate_lists`, or in `CHANGES`. Raises ``no-such-view``."""
    if view != CHANGES:
        return _entries(store, who, certificate_lists.listed(store, who, view))
    admit(store, who, "certificate.read")
    rows = store.rows("SELECT * FROM certificate_change WHERE done_at IS NULL ORDER BY at, id")
    return [
        Entry(
            row["id"], line_of(store, who, certificate_row(store, row["certificate"])), change=row
        )
        for row in rows
    ]


def of_case(store: Store, who: Actor, case: str) -> list[Entry]:
    """The certificates of a case, by id or number. Raises ``no-such-case``."""
    return _entries(store, who, certificate_lists.listed(store, who, case=case))


def find(store: Store, who: Actor, text: str) -> list[Entry]:
    """Certificates by anything one may have: a pick-up code, a code or a QR code, a sheet's serial,
    the number of a case, a name or its initials.
    """
    return _entries(store, who, _find(store, who, text))


def _find(store: Store, who: Actor, text: str) -> list[Line]:
    if not text.strip():
        return []
    if pickup.read(text):
        try:
            rows = certificate_handover.found(store, who, text)
        except Refused:
            return []
        return [line_of(store, who, row) for row in rows]
    listed = certificate_lists.search(store, who, text)
    if listed:
        return listed
    told = certificate_verify.verify(store, who, text)
    if told.copy is not None:
        return [line_of(store, who, certificate_row(store, told.copy["certificate"]))]
    return [line_of(store, who, row) for row in told.certificates]


def _entries(store: Store, who: Actor, lines: list[Line]) -> list[Entry]:
    ready = certificate_handover.ready(store, who) if _any(lines, READY) else []
    due = {one.certificate["id"]: one.due for one in ready}
    asked = {
        row["certificate"]: row
        for row in store.rows("SELECT * FROM certificate_change WHERE done_at IS NULL")
    }
    return [
        Entry(key, line, _lacking(store, line), due.get(key), asked.get(key))
        for key, line in ((line.row["id"], line) for line in lines)
    ]


def _any(lines: list[Line], state: str) -> bool:
    return any(line.row["state"] == state for line in lines)


def _lacking(store: Store, line: Line) -> int:
    if line.row["state"] not in (APPROVED, ASSIGNED):
        return 0
    try:
        return len(missing(line.kind, values_of(store, line.row)))
    except Refused:
        return 0  # its person was forgotten


def line_of(store: Store, who: Actor, row: Row) -> Line:
    """A certificate's row with its kind, its holder and its copies."""
    found = certificate_lists.listed(store, who, case=row["case_file"])
    return next(one for one in found if one.row["id"] == row["id"])


def lines_of(store: Store, who: Actor, certificates: list[str]) -> dict[str, Line]:
    """Some certificates by their ids. Raises ``no-such-certificate``."""
    return {one: line_of(store, who, certificate_row(store, one)) for one in certificates}


def together(store: Store, who: Actor, certificate: str) -> list[Line]:
    """What is fetched with one certificate: all that is ready under its pick-up code."""
    admit(store, who, "certificate.read")
    row = certificate_row(store, certificate)
    if row["pickup"] is None:
        return [line_of(store, who, row)]
    rows = store.rows(
        "SELECT * FROM certificate WHERE pickup = ? AND state = ? ORDER BY ready_at, id",
        row["pickup"],
        READY,
    )
    return [line_of(store, who, one) for one in rows]


def whole(store: Store, who: Actor, certificate: str) -> Whole:
    """A certificate in full. Raises ``no-such-certificate``."""
    admit(store, who, "certificate.read")
    row = certificate_row(store, certificate)
    kinds, kind = kind_of(store, row)
    try:
        values = values_of(store, row)
    except Refused:
        values = {}  # its person was forgotten
    tx = Action(Tx(store, who.operator, who.window), who, hall_of(store))
    draft = CaseDraft(tx, case_row(store, row["case_file"]))
    asked = [one for one in draft.rows(CHANGE) if one["certificate"] == row["id"]]
    others = store.rows(
        "SELECT * FROM certificate WHERE code = ? AND id <> ? ORDER BY version DESC",
        row["code"],
        row["id"],
    )
    return Whole(
        line=line_of(store, who, row),
        kinds=kinds,
        lacking=missing(kind, values) if values else (),
        blank=tuple(one for one in kind.fields if values and not values.get(one.id)),
        every=tuple(copies_of(store, row["id"])),
        others=tuple(others),
        change=next((one for one in asked if one["done_at"] is None), None),
        counts=usual_copies(draft, kind, row) if row["state"] == ASSIGNED else {},
        hindered=_hindered(draft, row),
    )


def _hindered(draft: CaseDraft, row: Row) -> Refused | None:
    """Why it cannot be sealed or printed here; what only lacks words of its face is no hindrance,
    they are asked for.
    """
    try:
        if row["state"] == ASSIGNED:
            may_seal(draft.facts())
        elif row["state"] == SEALED:
            _enough(draft.tx.store, draft.tx.who, row)
    except Refused as refused:
        return refused
    return None


def _enough(store: Store, who: Actor, row: Row) -> None:
    kinds, _ = kind_of(store, row)
    for tray in trays(store, who, [row["id"]]):
        if tray.stock and not who.window:
            raise Refused("window-needed", field="window")
        if tray.stock and tray.left < len(tray.copies):
            stock = kinds.stock[tray.stock]
            raise Refused("no-sheets", stock=stock, left=tray.left, wanted=len(tray.copies))


def trays(store: Store, who: Actor, certificates: list[str]) -> list[Tray]:
    """What printing some certificates takes, stock by stock in the order of printing."""
    wanted: dict[tuple[str, str], list[Row]] = {}
    for one in dict.fromkeys(certificates):
        kinds, kind = kind_of(store, certificate_row(store, one))
        for copy in waiting(store, one):
            stock = kind.copy[copy["copy"]].stock
            tray = kinds.stock[stock].tray if stock else ""
            wanted.setdefault((tray, stock), []).append(copy)
    return [_tray(store, who, stock, rows) for (_, stock), rows in sorted(wanted.items())]


def _tray(store: Store, who: Actor, stock: str, rows: list[Row]) -> Tray:
    if not stock or not who.window:
        return Tray(stock, tuple(rows), 0, "")  # sheets are a window's
    held = sheets.held_of(store, sheets.stock_in(store, stock), who.window)
    return Tray(stock, tuple(rows), held.left, held.next)


def job_of(store: Store, who: Actor, certificate: str) -> list[Row]:
    """The copies of the oldest print of a certificate whose result nobody has told."""
    from hallclient.actions.certificate_print import job_copies

    admit(store, who, "certificate.read")
    for copy in copies_of(store, certificate):
        if copy["state"] == PRINTING:
            return job_copies(store, copy["job"])
    return []
