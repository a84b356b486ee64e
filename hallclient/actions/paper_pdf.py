"""Reading a document of a case: what it says, its PDF, its codes, whether a code is genuine.

The codes carry nothing of the person: the barcode the document's number, the QR code what it is,
in short what it says, and a signature (`paper_code`, `signing`).
"""

from __future__ import annotations

import json
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from db.store import Row, Store
from hallclient.actions import paper_templates
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.case_rows import VOID, case_row, rows_of, stream
from hallclient.actions.signing import signer_of
from hallclient.rules.errors import Refused
from hallclient.rules.review import paper_code
from hallclient.rules.review.paper_code import PaperCode
from hallclient.rules.scan import Routed, ScanKind
from hallclient.rules.text import narrow
from hallclient.texts import LANGUAGES

PURPOSE = "paper signature 1"
_DOMAIN = b"hallclient paper 1\n"


class Document(NamedTuple):
    """A document with what it says."""

    row: Row
    body: dict[str, Any]


class Verdict(StrEnum):
    """What a document's code turned out to be."""

    GENUINE = "genuine"
    UNKNOWN = "unknown"
    """This hall has signed it, and this store has no such document (yet)."""
    DIFFERS = "differs"
    """This hall has signed it, and the document of this number says something else."""
    FORGED = "forged"
    OTHER_HALL = "other-hall"
    VOID = "void"
    """This hall has signed it, and the step that made it was taken back."""


class Verified(NamedTuple):
    """A code that was checked. ``paper`` and ``case``: ids, empty when the store has none."""

    verdict: Verdict
    kind: str
    number: str
    day: str
    paper: str = ""
    case: str = ""


# -- reading


def paper_row(store: Store, paper: str) -> Row:
    """A document by its id or number. Raises ``no-such-document``."""
    row = store.row("SELECT * FROM paper WHERE id = ?1 OR number = ?1", paper)
    if row is None:
        raise Refused("no-such-document", field="paper", paper=paper)
    return row


def valid(row: Row) -> Row:
    """A document that is in force. Raises ``document-void``."""
    if row["delivery"] == VOID:
        raise Refused("document-void", field="paper", number=row["number"])
    return row


def papers_of(store: Store, who: Actor, case: str) -> list[Row]:
    """The documents of a case by its id or number, oldest first, also void ones; nothing of what
    they say.

    Raises ``no-such-case``.
    """
    admit(store, who, "case.read")
    return rows_of(store, "paper", case_row(store, case)["id"])


def body_of(store: Store, row: Row) -> dict[str, Any]:
    """What a document says, for what the program itself makes of it; see `read` for people.

    Raises ``document-forgotten``, ``document-damaged``.
    """
    text = (store.unseal(row["case_file"], row["sealed"]) or {}).get("body")
    if text is None:
        raise Refused("document-forgotten", number=row["number"])
    if sha256(text.encode()).hexdigest() != row["sha256"]:
        raise Refused("document-damaged", number=row["number"])
    body: dict[str, Any] = json.loads(text)
    return body


def read(store: Store, who: Actor, paper: str) -> Document:
    """A document and what it says; looking is an event (GB/T 22239 审计).

    Raises ``no-such-document``, ``document-void``, ``document-forgotten``, ``document-damaged``.
    """
    with acting(store, who, "paper.read") as tx:
        row = valid(paper_row(store, paper))
        body = body_of(store, row)
        case = row["case_file"]
        tx.append("personal.viewed", case, [], stream=stream(case), paper=row["number"])
    return Document(row, body)


def pdf(store: Store, who: Actor, paper: str, language: str = "zh") -> bytes:
    """A document as PDF, the same bytes each time; nothing is locked while it is set.

    Raises as `read` and `typesetting.set_pdf`; ``no-such-language``.
    """
    found = open_for(store, who, paper, language)
    return pdf_of(store, found, language)


def pictures(
    store: Store, who: Actor, paper: str, language: str = "zh", dots: float = 150
) -> list[bytes]:
    """The pages of a document as PNG. Raises as `pdf`."""
    from hallclient.actions.typesetting import set_pictures

    found = open_for(store, who, paper, language)
    templates = paper_templates.templates_in(store, found.row["template"])
    return set_pictures(templates, found.body, codes_of(store, found.row), language, dots)


def pdf_of(store: Store, found: Document, language: str) -> bytes:
    """The PDF of a document that was read."""
    from hallclient.actions.typesetting import set_pdf

    row = found.row
    templates = paper_templates.templates_in(store, row["template"])
    return set_pdf(templates, found.body, codes_of(store, row), language, row["at"])


def open_for(store: Store, who: Actor, paper: str, language: str) -> Document:
    """A document to be set in a language. Raises as `read`; ``no-such-language``."""
    if language not in LANGUAGES:
        raise Refused("no-such-language", field="language", language=language)
    return read(store, who, paper)


# -- the codes


def codes_of(store: Store, row: Row) -> dict[str, str]:
    """The texts of both codes of a document, by the name of their picture."""
    from hallclient.actions.typesetting import BARS, SQUARE

    return {BARS: row["number"], SQUARE: sign(store, row)}


def sign(store: Store, row: Row) -> str:
    """The text of a document's QR code."""
    signer = signer_of(store, PURPOSE, _DOMAIN)
    digest = paper_code.short(row["sha256"])
    code = PaperCode(signer.tag, row["kind"], row["number"], row["day"], digest)
    return paper_code.signed(code, signer.sign(paper_code.body(code)))


def verify(store: Store, text: str) -> Verified:
    """What a document's QR code is; needs no network. Raises ``document-unreadable``: no code."""
    found = paper_code.read(narrow(text))
    if found is None:
        raise Refused("document-unreadable", field="text")
    code, signature = found
    signer = signer_of(store, PURPOSE, _DOMAIN)
    told = (code.kind, code.number, code.day)
    if code.hall != signer.tag:
        return Verified(Verdict.OTHER_HALL, *told)
    if not signer.genuine(paper_code.body(code), signature):
        return Verified(Verdict.FORGED, *told)
    row = store.row("SELECT * FROM paper WHERE number = ?", code.number)
    if row is None:
        return Verified(Verdict.UNKNOWN, *told)
    same = (row["kind"], row["day"], paper_code.short(row["sha256"]))
    verdict = Verdict.GENUINE if same == (code.kind, code.day, code.digest) else Verdict.DIFFERS
    if verdict is Verdict.GENUINE and row["delivery"] == VOID:
        verdict = Verdict.VOID
    return Verified(verdict, *told, row["id"], row["case_file"])


def genuine(store: Store, text: str) -> Verified:
    """A document's QR code that is all right. Raises as `verify`, ``document-forged``,
    ``document-other-hall``, ``document-differs``, ``document-unknown``, ``document-void``.
    """
    found = verify(store, text)
    number, day = found.number, found.day
    if found.verdict is Verdict.FORGED:
        raise Refused("document-forged", field="text", number=number)
    if found.verdict is Verdict.OTHER_HALL:
        raise Refused("document-other-hall", field="text", number=number)
    if found.verdict is Verdict.DIFFERS:
        raise Refused("document-differs", field="text", number=number, day=day)
    if found.verdict is Verdict.VOID:
        raise Refused("document-void", field="text", number=number)
    if found.verdict is Verdict.UNKNOWN:
        raise Refused("document-unknown", field="text", number=number, day=day)
    return found


def case_scanned(store: Store, routed: Routed) -> str:
    """The id of the case that a scan of its number or of one of its documents leads to.

    Raises ``no-such-case``, ``no-such-document``; of a signed code as `genuine`.
    """
    if routed.signed:
        return genuine(store, routed.signed).case
    if routed.kind is ScanKind.CASE:
        row = store.row("SELECT id FROM case_file WHERE number = ?", routed.value)
        if row is None:
            raise Refused("no-such-case", field="case", case=routed.value)
        return str(row["id"])
    return str(paper_row(store, routed.value)["case_file"])
