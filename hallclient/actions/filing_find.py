"""Finding an open filing by its number or by what is in it, whatever number the applicant has now.

What is personal is sealed and not searched: a company's name or credit code is, a person's is not.
"""

from __future__ import annotations

from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.filing_cells import FILLING

LEAST = 2
"""Characters from which on filings are looked for."""


class Found(NamedTuple):
    """An open filing. ``said``: the text of it that was found; empty: it was its number."""

    id: str
    number: str
    form: str
    said: str
    at: int
    """When it was begun (UTC ms)."""


def search(store: Store, who: Actor, text: str, most: int = 12) -> list[Found]:
    """Open filings whose number ends or begins with the text, or in which it stands outside
    tables; the newest first.
    """
    admit(store, who, "form.read")
    typed = text.strip()
    if len(typed) < LEAST:
        return []
    rows = store.rows(
        f"SELECT * FROM filing WHERE state = '{FILLING}' ORDER BY made_at DESC, id DESC"
    )
    found = []
    for row in rows:
        said = _said(store, row, typed)
        if said is not None:
            found.append(Found(row["id"], row["number"], row["form"], said, row["made_at"]))
            if len(found) == most:
                break
    return found


def _said(store: Store, row: Row, typed: str) -> str | None:
    """Where the text stands in a filing; empty: it is its number; None: nowhere."""
    number = row["number"].casefold()
    if number.startswith(typed.casefold()) or number.endswith(typed.casefold()):
        return ""
    hit = store.row(
        "SELECT value FROM form_cell WHERE id > ?1 AND id < ?1 || '~' "
        "AND instr(upper(value), upper(?2)) LIMIT 1",
        f"{row['id']}//",
        typed,
    )
    return None if hit is None else str(hit["value"])
