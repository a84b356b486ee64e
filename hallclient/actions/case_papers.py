"""Documents (文书) of a case: made and frozen, read, set as PDF, delivered, printed, verified."""

from hallclient.actions.paper_delivery import deliver, printed
from hallclient.actions.paper_make import make_in
from hallclient.actions.paper_pdf import (
    Document,
    Verdict,
    Verified,
    case_scanned,
    genuine,
    paper_row,
    papers_of,
    pdf,
    pictures,
    read,
    verify,
)
from hallclient.actions.paper_receipt import (
    COUNTER,
    ELECTRONIC,
    POST,
    WAYS,
    Receipt,
    deliver_in,
    receipt_in,
)

__all__ = [
    "COUNTER",
    "ELECTRONIC",
    "POST",
    "WAYS",
    "Document",
    "Receipt",
    "Verdict",
    "Verified",
    "case_scanned",
    "deliver",
    "deliver_in",
    "genuine",
    "make_in",
    "paper_row",
    "papers_of",
    "pdf",
    "pictures",
    "printed",
    "read",
    "receipt_in",
    "verify",
]
