"""Finding an open filing by its number or by what is in it, whatever number the applicant has now.

What is personal is sealed and not searched: a company's name or credit code is, a person's is not.
"""

from __future__ import annotations

from typing import NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.filing_cells import FILLING

LEAST = 2
"""Characters from which on filings are looked for."""


_SEARCH = f"""
    SELECT id, number, form, said, made_at AS at FROM (
        SELECT *, CASE
            WHEN instr(upper(number), upper(?1)) = 1 THEN ''
            WHEN upper(substr(number, -length(?1))) = upper(?1) THEN ''
            ELSE (SELECT value FROM form_cell WHERE form_cell.id > filing.id || '//'
                AND form_cell.id < filing.id || '//~' AND instr(upper(value), upper(?1)) LIMIT 1)
        END AS said FROM filing WHERE state = '{FILLING}')
    WHERE said IS NOT NULL ORDER BY at DESC, id DESC LIMIT ?2"""


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
    rows = store.rows(_SEARCH, typed, most)
    return [Found(**row) for row in rows]
