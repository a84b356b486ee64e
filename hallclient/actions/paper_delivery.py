"""A document is delivered and printed: who received it, how and when, and how many copies exist."""

from __future__ import annotations

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.paper_make import PROOF, make_in
from hallclient.actions.paper_pdf import paper_row, valid
from hallclient.actions.paper_receipt import Receipt, deliver_in


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

    Raises ``no-such-document``, ``document-void``, ``no-such-delivery``, ``delivered-already``,
    ``receiver-needed``, ``waybill-needed``, ``delivery-time``.
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


def printed(store: Store, who: Actor, paper: str) -> Row:
    """Note that a document was printed once, all its copies; again: it is told as a reprint.

    Raises ``no-such-document``, ``document-void``.
    """
    with acting(store, who, "paper.read") as tx:
        row = valid(paper_row(store, paper))
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
