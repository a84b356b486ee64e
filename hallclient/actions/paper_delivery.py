"""A document is delivered and printed: who received it, how and when, and how many copies exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.cases import applicant_in
from hallclient.actions.paper_make import make_in
from hallclient.actions.paper_pdf import paper_row
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

COUNTER, POST, ELECTRONIC = "counter", "post", "electronic"
WAYS = (COUNTER, POST, ELECTRONIC)
"""Ways of delivery (行政许可法 44; 民事诉讼法 on service): by hand, by post, electronically."""
PROOF = "sdhz"
LATE_MS = 60_000
"""Clocks of two terminals may differ by so much."""


class Receipt(NamedTuple):
    """Who has a document and how. ``at``: UTC ms; ``waybill``: of the post; ``signed``: on paper
    or on the pad; ``address``: where to (post) or which account (electronic).
    """

    how: str
    to: str
    at: int
    waybill: str = ""
    address: str = ""
    signed: bool = False


def deliver(
    store: Store,
    who: Actor,
    paper: str,
    how: str,
    to: str = "",
    *,
    waybill: str = "",
    address: str = "",
    signed: bool = False,
    at: int | None = None,
    proof: bool = False,
) -> tuple[Row, Row | None]:
    """Record that a document was delivered; its row, and the proof's when one is made (送达回证).

    ``to``: the receiver, the applicant's representative or the applicant unless given; ``at``:
    when, UTC ms, unless now. It may be delivered after its case has ended.

    Raises ``no-such-document``, ``no-such-delivery``, ``delivered-already``, ``receiver-needed``,
    ``waybill-needed``, ``delivery-time``.
    """
    with acting(store, who, "paper.deliver") as tx:
        row = paper_row(store, paper)
        draft = CaseDraft(tx, case_row(store, row["case_file"]))
        receipt = Receipt(how, to, tx.now if at is None else at, waybill, address, signed)
        made = deliver_in(draft, row, receipt)
        proven = None
        if proof:
            given = {"papers": row["number"], "how": how, "receiver": made.to}
            proven = make_in(draft, PROOF, draft.facts(), given=given)
        draft.write("paper.delivered", row["id"], number=row["number"], how=how, signed=signed)
        return row, proven


def deliver_in(draft: CaseDraft, row: Row, receipt: Receipt) -> Receipt:
    """`deliver` of a document's row in a step that is under way; the caller writes its event."""
    if receipt.how not in WAYS:
        raise Refused("no-such-delivery", field="how", how=receipt.how)
    if row["delivered_at"] is not None:
        raise Refused("delivered-already", number=row["number"], by=row["delivered_by"])
    if not row["at"] - LATE_MS <= receipt.at <= draft.tx.now + LATE_MS:
        raise Refused("delivery-time", field="at", number=row["number"])
    whose = applicant_in(draft.tx.store, draft.row)
    to = clean(receipt.to).strip() or whose.agent_name or whose.name
    if not to:
        raise Refused("receiver-needed", field="to", number=row["number"])
    waybill = clean(receipt.waybill).strip()
    if receipt.how == POST and not waybill:
        raise Refused("waybill-needed", field="waybill", number=row["number"])
    address = clean(receipt.address).strip()
    draft.update(
        "paper",
        row,
        delivered_at=receipt.at,
        delivered_by=draft.tx.actor,
        delivery=receipt.how,
        receipt=draft.sealed(
            to=to, waybill=waybill, address=address, signed="1" if receipt.signed else ""
        ),
    )
    return receipt._replace(to=to, waybill=waybill, address=address)


def receipt_in(store: Store, row: Row) -> Receipt | None:
    """How a document was delivered, for what the program itself makes of it; None: not yet."""
    if row["delivered_at"] is None:
        return None
    told: Mapping[str, str] = store.unseal(row["case_file"], row["receipt"]) or {}
    return Receipt(
        row["delivery"],
        told.get("to", ""),
        row["delivered_at"],
        told.get("waybill", ""),
        told.get("address", ""),
        bool(told.get("signed")),
    )


def printed(store: Store, who: Actor, paper: str) -> Row:
    """Note that a document was printed once, all its copies; again: it is told as a reprint.

    Raises ``no-such-document``.
    """
    with acting(store, who, "paper.read") as tx:
        row = paper_row(store, paper)
        draft = CaseDraft(tx, case_row(store, row["case_file"]))
        before = row["printed"]
        draft.update("paper", row, printed=before + 1)
        draft.write(
            "paper.printed",
            row["id"],
            number=row["number"],
            copies=row["copies"],
            again=before > 0,
        )
        return row
