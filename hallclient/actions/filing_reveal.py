"""Personal data of a filing in clear, for other programs and for print: looked at on the record."""

from __future__ import annotations

from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.filing_cells import filing_row
from hallclient.actions.filing_log import stream
from hallclient.actions.filing_view import Opened, load


def reveal(store: Store, who: Actor, filing: str) -> Opened:
    """A filing as it stands, to be shown unmasked; that it was is an event (GB/T 22239 audit).

    Raises ``no-such-filing``.
    """
    with acting(store, who, "personal.view") as tx:
        row = filing_row(store, filing)
        tx.append("personal.viewed", row["id"], [], stream=stream(row["id"]))
        return load(store, row)
