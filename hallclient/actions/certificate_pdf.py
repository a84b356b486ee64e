"""A certificate as PDF or picture: of a printed copy the very face it was printed with.

What is not printed yet is previewed in advance: without authority, date, seal and signature.
"""

from __future__ import annotations

from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.certificate_face import Face, codes_for, made_face
from hallclient.actions.certificate_lists import face_of_copy
from hallclient.actions.certificate_rows import certificate_row, kind_of
from hallclient.rules.certificate.spec import ADVANCE, FULL
from hallclient.rules.errors import Refused


class Sheet(NamedTuple):
    """What is to be set. ``name``: of its file, without ending."""

    certificate: Row
    copy: Row
    face: Face
    name: str


def of_copy(store: Store, who: Actor, copy: str) -> Sheet:
    """A printed copy, to be set again. Raises as `face_of_copy`."""
    row, certificate, face = face_of_copy(store, who, copy)
    return Sheet(certificate, row, face, f"{certificate['code']}-{row['copy']}-{row['no']}")


def preview(
    store: Store, who: Actor, certificate: str, copy: str = "", layout: str = FULL
) -> Sheet:
    """What a certificate will look like. Raises ``no-such-certificate``, ``no-such-copy``,
    ``proof-not-now`` (it has no code yet), ``face-field-missing``.
    """
    admit(store, who, "certificate.read")
    row = certificate_row(store, certificate)
    if row["code"] is None:
        raise Refused("proof-not-now", field="certificate", state=row["state"])
    _, kind = kind_of(store, row)
    name = copy or kind.copies[0].id
    if name not in kind.copy:
        raise Refused("no-such-copy", field="copy", copy=name)
    made = {"id": "", "copy": name, "no": 1}
    face = made_face(store, row, made, layout, ADVANCE, (0, 0))
    return Sheet(row, made, face, f"{row['code']}-{name}-preview")


def pdf(store: Store, sheet: Sheet) -> bytes:
    """The PDF of a sheet. Raises as `certificate_typeset.set_pdf`."""
    from hallclient.actions.certificate_typeset import set_pdf

    kinds, _ = kind_of(store, sheet.certificate)
    codes = codes_for(store, sheet.certificate, sheet.copy, sheet.face)
    at = sheet.certificate["sealed_at"] or sheet.certificate["assigned_at"]
    return set_pdf(kinds, sheet.face.face, codes, at)


def picture(store: Store, sheet: Sheet, dots: float = 150) -> bytes:
    """The sheet as PNG. Raises as `pdf`."""
    from hallclient.actions.certificate_typeset import set_pictures

    kinds, _ = kind_of(store, sheet.certificate)
    codes = codes_for(store, sheet.certificate, sheet.copy, sheet.face)
    return set_pictures(kinds, sheet.face.face, codes, dots)[0]
