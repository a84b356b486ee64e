"""Printing certificates (打印): one or many at a time, each copy bound to a blank sheet's serial.

What is printed is bound and durable before the printer gets it, and what came out is not known
until somebody says so. Whatever is killed in between, the state says ``printing``: the same copy
with the same code is then printed again, or confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions import sheets
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.certificate_face import Face, codes_for, made_face
from hallclient.actions.certificate_ready import settled_in
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    COPY,
    certificate_row,
    copies_of,
    copy_row,
    draft_of,
    insert,
    kind_of,
    not_stopped,
)
from hallclient.actions.certificate_seal import waiting_copy
from hallclient.rules.certificate.spec import ADVANCE, FULL, ISSUE
from hallclient.rules.certificate.states import (
    ASSIGNED,
    PRINTED,
    PRINTING,
    PROOF,
    READY,
    SEALED,
    SPOILED,
    WAITING,
)
from hallclient.rules.errors import Refused

MOST: Final = 100
"""Copies of one job."""


class Part(NamedTuple):
    """What goes into one tray: the sheets' stock (empty: plain paper), its tray, copies, PDF."""

    stock: str
    tray: str
    copies: tuple[Row, ...]
    data: bytes


class Job(NamedTuple):
    """A job that was begun; its parts are sent to the printer one after another."""

    id: str
    parts: tuple[Part, ...]

    @property
    def copies(self) -> tuple[Row, ...]:
        """Every copy, in the order of printing."""
        return tuple(copy for part in self.parts for copy in part.copies)


class _Set(NamedTuple):
    """A copy with the face that it gets."""

    certificate: Row
    copy: Row
    face: Face
    stock: str
    tray: str


def waiting(store: Store, certificate: str) -> list[Row]:
    """The copies of a certificate that are to be printed."""
    return [one for one in copies_of(store, certificate) if one["state"] == WAITING]


def begin(
    store: Store,
    who: Actor,
    copies: Sequence[str],
    *,
    layout: str = "",
    first: Mapping[str, str] | None = None,
    offsets: Mapping[str, tuple[int, int]] | None = None,
    printer: str = "",
) -> Job:
    """Set copies, bind them to sheets and note that they go to a printer; sorted by tray.

    Everything that can fail without paper fails before anything is bound. ``layout``: else that of
    the copy's stock; ``first``: stock -> the serial on top of its tray; ``offsets``: stock -> what
    this printer is out by, 0.1 mm.
    Raises ``copies-none``, ``copies-many``, ``no-such-copy``, ``print-not-now``,
    ``change-pending``, ``certificate-glyphs``, ``face-field-missing``, ``face-field-wrong``,
    ``document-forgotten``, ``no-stock-layout``, ``no-sheets``, ``sheets-not-held``,
    ``sheet-serial``, ``window-needed`` (sheets are a window's).
    """
    admit(store, who, "certificate.print")
    if not copies:
        raise Refused("copies-none", field="copy")
    if len(copies) > MOST:
        raise Refused("copies-many", field="copy", most=MOST)
    made = sorted(
        (_set(store, copy, layout, offsets or {}) for copy in dict.fromkeys(copies)),
        key=lambda one: (one.tray, one.stock),
    )
    parts = [(key, list(some)) for key, some in groupby(made, lambda one: (one.tray, one.stock))]
    data = [_pdf(store, some) for _, some in parts]
    with acting(store, who, "certificate.print") as tx:
        job = store.env.new_id()
        done = []
        for ((tray, stock), some), pdf in zip(parts, data, strict=True):
            bound = _bind(tx, some, (first or {}).get(stock, ""))
            rows = [
                _printing(tx, one, job, sheet, printer, pdf)
                for one, sheet in zip(some, bound, strict=True)
            ]
            done.append(Part(stock, tray, tuple(rows), pdf))
        return Job(job, tuple(done))


def _set(store: Store, copy: str, layout: str, offsets: Mapping[str, tuple[int, int]]) -> _Set:
    row = copy_row(store, copy)
    certificate = certificate_row(store, row["certificate"])
    _may_print(certificate, row)
    not_stopped(store, certificate)
    kinds, kind = kind_of(store, certificate)
    stock = kind.copy[row["copy"]].stock
    face = made_face(store, certificate, row, layout, ISSUE, offsets.get(stock, (0, 0)))
    if face.face["layout"] == FULL:
        return _Set(certificate, row, face, "", "")
    return _Set(certificate, row, face, stock, kinds.stock[stock].tray)


def _may_print(certificate: Row, copy: Row) -> None:
    if certificate["state"] not in (SEALED, PRINTING) or copy["state"] != WAITING:
        state = (
            copy["state"] if certificate["state"] in (SEALED, PRINTING) else certificate["state"]
        )
        raise Refused("print-not-now", field="copy", number=certificate["code"] or "", state=state)


def _pdf(store: Store, some: Sequence[_Set]) -> bytes:
    from hallclient.actions.certificate_typeset import set_many

    kinds = kind_of(store, some[0].certificate)[0]
    pairs = [(one.face.face, codes_for(store, one.certificate, one.copy, one.face)) for one in some]
    return set_many(kinds, pairs, max(one.certificate["sealed_at"] for one in some))


def _bind(tx: Action, some: Sequence[_Set], first: str) -> list[str | None]:
    """The sheets of copies that go into one tray, of the stock that their edition knows."""
    stock, copies = some[0].stock, [one.copy["id"] for one in some]
    if not stock:
        return [None] * len(copies)
    if not tx.window:
        raise Refused("window-needed", field="window")
    kinds = kind_of(tx.store, some[0].certificate)[0]
    return [f"{stock}:{serial}" for serial in sheets.bind_in(tx, kinds.stock[stock], copies, first)]


def _printing(tx: Action, one: _Set, job: str, sheet: str | None, printer: str, pdf: bytes) -> Row:
    """Note that a copy goes to the printer; it may have been printed elsewhere meanwhile."""
    row, certificate = (
        copy_row(tx.store, one.copy["id"]),
        certificate_row(tx.store, one.certificate["id"]),
    )
    _may_print(certificate, row)
    draft = draft_of(tx, certificate)
    draft.update(
        COPY,
        row,
        state=PRINTING,
        since=tx.now,
        mode=ISSUE,
        layout=one.face.face["layout"],
        stock=one.stock or None,
        sheet=sheet,
        job=job,
        window=tx.window or None,
        printer=printer or None,
        sealed=draft.sealed(face=one.face.text),
        sha256=one.face.sha256,
        pdf_sha256=sha256(pdf).hexdigest(),
        printed_by=tx.actor,
        printed_at=tx.now,
    )
    draft.update(CERTIFICATE, certificate, state=PRINTING, since=tx.now)
    draft.write("certificate.printing", row["id"], job=job, sheet=sheet)
    return row


# -- what came out


def job_copies(store: Store, job: str) -> list[Row]:
    """The copies of a job whose result nobody has told yet."""
    return store.rows(
        "SELECT * FROM certificate_copy WHERE job = ? AND state = ? ORDER BY rowid", job, PRINTING
    )


def unknown(store: Store, who: Actor) -> list[Row]:
    """Every copy whose result is unknown (打印结果待确认), job by job: begin here after a crash."""
    admit(store, who, "certificate.read")
    return store.rows(
        "SELECT * FROM certificate_copy WHERE state = ? ORDER BY printed_at, job, rowid", PRINTING
    )


def confirm(
    store: Store,
    who: Actor,
    job: str,
    *,
    spoiled: Mapping[str, str] | None = None,
    unprinted: Collection[str] = (),
) -> list[Row]:
    """Say what came out of a job: all of it but ``spoiled`` (copy -> why) and ``unprinted`` (its
    sheet is blank still). What did not is waiting again, with the same code. Its certificates.

    Copies are named by id or by the sheet's id. Raises ``no-such-job``, ``copy-not-in-job``,
    ``sheet-reason``.
    """
    with acting(store, who, "certificate.print") as tx:
        rows = job_copies(store, job)
        if not rows:
            raise Refused("no-such-job", field="job", job=job)
        bad = {_named(rows, name): sheets.reason_of(why) for name, why in (spoiled or {}).items()}
        not_out = {_named(rows, name) for name in unprinted}
        touched: dict[str, CaseDraft] = {}
        ends: list[tuple[str, str, str | None]] = []
        for row in rows:
            certificate = certificate_row(store, row["certificate"])
            draft = touched.setdefault(certificate["id"], draft_of(tx, certificate))
            key, sheet = row["id"], row["sheet"]
            if key in bad:
                _spoil(draft, row, bad[key])
                ends += [(sheet, sheets.SPOILED, bad[key])] if sheet else []
            elif key in not_out:
                _wait_again(draft, row)
                ends += [(sheet, "", None)] if sheet else []
            else:
                draft.update(
                    COPY,
                    row,
                    state=PRINTED,
                    since=tx.now,
                    confirmed_by=tx.actor,
                    confirmed_at=tx.now,
                )
                ends += [(sheet, sheets.USED, None)] if sheet else []
        sheets.settle_in(tx, ends)
        for key, draft in touched.items():
            draft.write("certificate.confirmed", key, job=job)
            settled_in(draft, certificate_row(store, key))
        return [certificate_row(store, key) for key in touched]


def _named(rows: Sequence[Row], name: str) -> str:
    for row in rows:
        if name in (row["id"], row["sheet"]):
            return str(row["id"])
    raise Refused("copy-not-in-job", field="copy", copy=name)


def _spoil(draft: CaseDraft, row: Row, why: str) -> None:
    """The sheet is lost; another row takes its place, so that every print ever is there."""
    tx = draft.tx
    draft.update(
        COPY,
        row,
        state=SPOILED,
        since=tx.now,
        reason=why,
        confirmed_by=tx.actor,
        confirmed_at=tx.now,
    )
    waiting_copy(draft, row["certificate"], row["copy"], row["no"], row["id"])


def _wait_again(draft: CaseDraft, row: Row) -> None:
    blank = ("mode", "layout", "stock", "sheet", "job", "window", "printer", "sealed", "sha256")
    more = ("pdf_sha256", "printed_by", "printed_at")
    draft.update(COPY, row, state=WAITING, since=draft.tx.now, **dict.fromkeys((*blank, *more)))


def spoil(store: Store, who: Actor, copy: str, reason: str) -> Row:
    """A printed copy turns out to be bad before it is handed over: its sheet is spoiled, and it is
    printed again. The certificate. Raises ``no-such-copy``, ``print-not-now``, ``sheet-reason``.
    """
    with acting(store, who, "certificate.print") as tx:
        row = copy_row(store, copy)
        certificate = certificate_row(store, row["certificate"])
        if row["state"] != PRINTED or certificate["state"] not in (SEALED, PRINTING, READY):
            number = certificate["code"] or ""
            raise Refused("print-not-now", field="copy", number=number, state=row["state"])
        why = sheets.reason_of(reason)
        draft = draft_of(tx, certificate)
        _spoil(draft, row, why)
        if row["sheet"]:
            sheets.settle_in(tx, [(row["sheet"], sheets.SPOILED, why)])
        draft.write("certificate.confirmed", certificate["id"], spoiled=row["id"])
        settled_in(draft, certificate_row(store, certificate["id"]))
        return certificate_row(store, certificate["id"])


# -- in advance


def proof(store: Store, who: Actor, certificate: str, copy: str = "") -> tuple[Row, bytes]:
    """A copy in advance (预打印), for the applicant to read: on plain paper, without authority,
    date, seal or signature, never handed over as the certificate. Its row and PDF.

    Raises ``no-such-certificate``, ``no-such-copy``, ``proof-not-now``, ``certificate-glyphs``.
    """
    from hallclient.actions.certificate_typeset import set_pdf

    admit(store, who, "certificate.print")
    found = certificate_row(store, certificate)
    if found["state"] not in (ASSIGNED, SEALED):
        raise Refused("proof-not-now", field="certificate", state=found["state"])
    kinds, kind = kind_of(store, found)
    name = copy or kind.copies[0].id
    if name not in kind.copy:
        raise Refused("no-such-copy", field="copy", copy=name)
    face = made_face(store, found, {"copy": name, "no": 1}, FULL, ADVANCE, (0, 0))
    data = set_pdf(kinds, face.face, codes_for(store, found, {}, face), found["assigned_at"])
    with acting(store, who, "certificate.print") as tx:
        draft = draft_of(tx, found)
        row = insert(
            draft,
            COPY,
            "y",
            certificate=found["id"],
            copy=name,
            no=0,
            state=PROOF,
            since=tx.now,
            mode=ADVANCE,
            layout=FULL,
            window=tx.window or None,
            sealed=draft.sealed(face=face.text),
            sha256=face.sha256,
            pdf_sha256=sha256(data).hexdigest(),
            printed_by=tx.actor,
            printed_at=tx.now,
        )
        draft.write("certificate.printing", row["id"], proof=True)
        return copy_row(store, row["id"]), data


__all__ = [
    "MOST",
    "Job",
    "Part",
    "begin",
    "confirm",
    "job_copies",
    "proof",
    "spoil",
    "unknown",
    "waiting",
]
