"""The collection slip (领证凭证): what an applicant is given while a certificate is not in hand.

With a pick-up code when something is ready; where no code could be had it is the only paper beside
the decision, and says that the certificate follows.
"""

from __future__ import annotations

from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.certificate_ready import pickup_of
from hallclient.actions.certificate_rows import CERTIFICATE
from hallclient.actions.paper_make import make_in
from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.states import OPEN, READY
from hallclient.rules.errors import Refused

SLIP: Final = "lzd"
"""Kind of document in the flow; cases of an older flow have none."""


def slip(store: Store, who: Actor, case: str) -> Row:
    """Make the collection slip of a case by id or number; the document's row.

    Raises ``no-such-case``, ``nothing-to-collect``, ``no-such-paper`` (its flow has no such slip).
    """
    with acting(store, who, "certificate.print") as tx:
        draft = CaseDraft(tx, case_row(store, case))
        if not any(one["state"] in OPEN for one in draft.rows(CERTIFICATE)):
            raise Refused("nothing-to-collect", field="case", number=draft.row["number"])
        row = slip_in(draft)
        draft.write("paper.made", row["id"], number=row["number"])
        return row


def slip_in(draft: CaseDraft) -> Row:
    """`slip` in a step that is under way; write before, the caller writes."""
    ready = [one for one in draft.rows(CERTIFICATE) if one["state"] == READY]
    codes = dict.fromkeys(filter(None, (pickup_of(draft.tx.store, one) for one in ready)))
    said = ", ".join(pickup.grouped(one) for one in codes)
    return make_in(draft, SLIP, draft.facts(), given={"pickup": said})
