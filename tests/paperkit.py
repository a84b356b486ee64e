"""A case with everything that documents tell of: papers, what is missing, promises, a clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pypdfium2 import PdfDocument

from db.store import Row
from hallclient.actions import paper_pdf
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_papers import make_in
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.case_title import ORGANISATION, Applicant
from hallclient.actions.cases import open_case
from hallclient.rules.review.facts import MaterialState
from hallclient.rules.text import clean
from tests.hallkit import Kit, clerk

FOOD = "SP082"
CLERK = clerk(1)
COMPANY = Applicant(
    kind=ORGANISATION,
    name="光谷小馆餐饮有限公司",
    identity="91420100MA4L0XYZ0T",
    agent_name="李四",
    agent_identity="420106199001011234",
    agent_phone="13900001111",
)


def opened(kit: Kit, applicant: Applicant = COMPANY, who: Actor = CLERK) -> Row:
    """A case for a food permit, received, with materials in several states."""
    row = open_case(kit.store, who, FOOD, applicant=applicant)
    with acting(kit.store, who, "case.edit") as tx:
        draft = CaseDraft(tx, case_row(kit.store, row["id"]))
        draft.case(received_at=tx.now, state="received")
        states = (MaterialState.FAILED, MaterialState.TOLERATED, MaterialState.COMMITTED)
        for one, state in zip(draft.rows("material"), states, strict=False):
            reasons = json.dumps([f"{one['no']}.1"]) if state is MaterialState.FAILED else "[]"
            draft.update("material", one, state=state.value, reasons=reasons)
        for no, kind in ((2, "tolerance"), (3, "commitment")):
            draft.insert(
                "promise",
                draft.next("promise", "o"),
                kind=kind,
                no=no,
                due="2026-09-25",
                state="open",
                by=tx.actor,
                at=tx.now,
            )
        draft.insert(
            "clock",
            draft.next("clock", "c"),
            timer="decide",
            state="running",
            started_at=tx.now,
            start=tx.day,
            count=3,
            unit="W",
            pauses="[]",
            due="2026-09-28",
            provisional=1,
        )
        draft.write("case.moved")
    wanting(kit, row["id"], [("material", "1", "1.1", "", "")])
    return case_row(kit.store, row["id"])


def wanting(kit: Kit, case: str, points: Iterable[tuple[str, str, str, str, str]]) -> None:
    """Open deficiencies: source, reference, code, text, how to mend."""
    with acting(kit.store, CLERK, "case.edit") as tx:
        draft = CaseDraft(tx, case_row(kit.store, case))
        for source, ref, code, text, how in points:
            draft.insert(
                "deficiency",
                draft.next("deficiency", "d"),
                round=1,
                source=source,
                ref=ref,
                code=code,
                sealed=draft.sealed(text=clean(text), how=clean(how)),
                opened_by=tx.actor,
                opened_at=tx.now,
            )
        draft.write("deficiency.opened")


def made(
    kit: Kit,
    case: str,
    kind: str,
    *,
    reason: str = "",
    stamped: bool = False,
    given: Mapping[str, str] | None = None,
    who: Actor = CLERK,
) -> Row:
    """Make a document of a case in a step of its own; its row."""
    with acting(kit.store, who, "case.move") as tx:
        draft = CaseDraft(tx, case_row(kit.store, case))
        row = make_in(draft, kind, draft.facts(), reason=reason, stamped=stamped, given=given)
        draft.write("paper.made", row["id"], number=row["number"])
    return paper_pdf.paper_row(kit.store, row["id"])


def body(kit: Kit, row: Row) -> dict[str, Any]:
    """What a document says."""
    return paper_pdf.body_of(kit.store, row)


def pages_of(data: bytes) -> list[str]:
    """The text of each page of a PDF, `squeezed`."""
    pdf = PdfDocument(data)
    found = [squeezed(page.get_textpage().get_text_range()) for page in pdf]
    pdf.close()
    return found


def text_of(data: bytes) -> str:
    """All text of a PDF, `squeezed`."""
    return "".join(pages_of(data))


def told_of(data: bytes) -> dict[str, str]:
    """What a PDF tells about itself: ``Title``, ``CreationDate`` ..."""
    pdf = PdfDocument(data)
    found: dict[str, str] = pdf.get_metadata_dict(skip_empty=True)
    pdf.close()
    return found


def squeezed(text: str) -> str:
    """A text without blanks and invisible places to break."""
    return "".join(text.split()).replace("\u200b", "").replace("\ufffe", "")


def scanned(data: bytes, page: int = -1) -> dict[str, str]:
    """What a scanner reads at the foot of a page of a PDF: format -> content."""
    import zxingcpp

    pdf = PdfDocument(data)
    sheet = pdf[page % len(pdf)].render(scale=200 / 72, grayscale=True).to_pil()
    pdf.close()
    foot = sheet.crop((0, sheet.height * 4 // 5, sheet.width, sheet.height))
    return {str(one.format.name): one.text for one in zxingcpp.read_barcodes(foot)}
