"""How a document reached its receiver: what is recorded of a delivery (送达)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.case_rows import VOID, CaseDraft
from hallclient.actions.cases import applicant_in
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

COUNTER, POST, ELECTRONIC = "counter", "post", "electronic"
WAYS = (COUNTER, POST, ELECTRONIC)
"""Ways of delivery (行政许可法 44; 民事诉讼法 on service): by hand, by post, electronically."""
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


def deliver_in(draft: CaseDraft, row: Row, receipt: Receipt, *, named: bool = True) -> Receipt:
    """Record a delivery in a step that is under way; the caller writes its event.

    ``named``: it needs a receiver by name. Raises as `paper_delivery.deliver`.
    """
    if receipt.how not in WAYS:
        raise Refused("no-such-delivery", field="how", how=receipt.how)
    if row["delivery"] == VOID:
        raise Refused("document-void", field="paper", number=row["number"])
    if row["delivered_at"] is not None:
        raise Refused("delivered-already", number=row["number"], by=row["delivered_by"])
    if not row["at"] - LATE_MS <= receipt.at <= draft.tx.now + LATE_MS:
        raise Refused("delivery-time", field="at", number=row["number"])
    whose = applicant_in(draft.tx.store, draft.row)
    to = clean(receipt.to).strip() or whose.agent_name or whose.name
    if named and not to:
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
