"""The face of a copy as it is set: from frozen words, signed, the same bytes each time.

Our own QR code says which copy it is, in short what it says, and carries the hall's signature; the
public one leads to the national publicity system, the barcode is the number itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from db.store import Row, Store
from hallclient.actions.certificate_rows import copies_of, kind_of, values_of
from hallclient.actions.hall import hall_of
from hallclient.actions.signing import Signer, signer_of
from hallclient.rules.certificate import certificate_code
from hallclient.rules.certificate.certificate_code import CertificateCode
from hallclient.rules.certificate.face import Made, face_of
from hallclient.rules.certificate.spec import ADVANCE, FULL, ISSUE, STOCK, CopySpec
from hallclient.rules.certificate.states import LIVE
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.actions.certificate_typeset import Codes

PURPOSE: Final = "certificate signature 1"
_DOMAIN: Final = b"hallclient certificate 1\n"


class Face(NamedTuple):
    """What is set of a copy. ``text``: the face as canonical JSON, ``sha256`` its digest."""

    face: Mapping[str, Any]
    text: str
    sha256: str


def layout_of(copy: CopySpec, layout: str) -> str:
    """The layout wanted, else that of the copy's stock. Raises ``no-stock-layout``."""
    if layout == STOCK and not copy.stock:
        raise Refused("no-stock-layout", field="layout", copy=copy)
    return layout or (STOCK if copy.stock else FULL)


def made_face(
    store: Store, certificate: Row, copy: Row, layout: str, mode: str, offset: tuple[int, int]
) -> Face:
    """The face that a copy gets now. Raises ``document-forgotten``, ``face-field-missing``."""
    kinds, kind = kind_of(store, certificate)
    spec = kind.copy[copy["copy"]]
    made = Made(
        code=certificate["code"],
        values=values_of(store, certificate),
        copy=spec.id,
        no=copy["no"],
        of=_of(store, certificate, copy),
        day=store.env.day(certificate["sealed_at"]) if mode == ISSUE else "",
        mode=mode,
        layout=layout_of(spec, layout),
        offset=offset,
        demo=store.demo,
        seal=_sealed(store, certificate) if mode == ISSUE else None,
    )
    face = face_of(kinds, kind.id, made)
    text = json.dumps(face, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Face(face, text, sha256(text.encode()).hexdigest())


def _sealed(store: Store, certificate: Row) -> dict[str, str]:
    """Who used the seal and when, hall's time to the minute."""
    zone = ZoneInfo(hall_of(store).time_zone)
    at = datetime.fromtimestamp(certificate["sealed_at"] / 1000, zone)
    return {"by": certificate["sealed_by"], "at": at.strftime("%Y-%m-%d %H:%M")}


def _of(store: Store, certificate: Row, copy: Row) -> int:
    """How many copies of this sort there are, this one among them."""
    numbers = {int(copy["no"])} | {
        int(one["no"])
        for one in copies_of(store, certificate["id"])
        if one["copy"] == copy["copy"] and one["state"] in LIVE
    }
    return max(numbers)


def frozen_face(store: Store, copy: Row) -> Face:
    """The face that a copy was printed with. Raises ``document-forgotten``, ``document-damaged``,
    ``copy-not-printed``.
    """
    if copy["sha256"] is None:
        raise Refused("copy-not-printed", field="copy", copy=copy["id"])
    texts = store.unseal(copy["case_file"], copy["sealed"])
    if texts is None:
        raise Refused("document-forgotten", number=copy["id"])
    text = texts["face"]
    digest = sha256(text.encode()).hexdigest()
    if digest != copy["sha256"]:
        raise Refused("document-damaged", number=copy["id"])
    return Face(json.loads(text), text, digest)


def codes_for(store: Store, certificate: Row, copy: Row, face: Face) -> Codes:
    """The texts of the codes on a copy; what is printed in advance is not signed."""
    from hallclient.actions.certificate_typeset import Codes

    _, kind = kind_of(store, certificate)
    link = kind.link.replace("{code}", certificate["code"])
    own = "" if face.face["mode"] == ADVANCE else _signed(store, certificate, copy, face)
    return Codes(certificate["code"], link, own)


def signer(store: Store) -> Signer:
    """The hall's key for certificates."""
    return signer_of(store, PURPOSE, _DOMAIN)


def number_of(copy: Row) -> str:
    """Which copy of its case it is, as its QR code says it: what its id ends with."""
    return str(copy["id"].rpartition("/")[2])


def _signed(store: Store, certificate: Row, copy: Row, face: Face) -> str:
    hall = signer(store)
    code = CertificateCode(
        hall.tag,
        certificate["kind"],
        certificate["code"],
        number_of(copy),
        store.env.day(certificate["sealed_at"]),
        certificate_code.short(face.sha256),
    )
    return certificate_code.signed(code, hall.sign(certificate_code.body(code)))
