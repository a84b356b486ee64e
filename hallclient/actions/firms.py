"""Outsourced firms (外包单位) whose agents work in the hall: a name on the agent, nothing more.

A case keeps the firm that its agent was of when it was opened or handed over.
"""

from __future__ import annotations

from db.store import Store
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean


def firms(store: Store) -> list[str]:
    """Every firm that somebody employed here, now or before, belongs to, by name."""
    rows = store.rows("SELECT DISTINCT firm FROM operator WHERE firm IS NOT NULL ORDER BY firm")
    return [row["firm"] for row in rows]


def firm_of(store: Store, operator: str) -> str | None:
    """The firm of an operator, if they are of one."""
    row = store.row("SELECT firm FROM operator WHERE id = ?", operator)
    return None if row is None else row["firm"]


def check(store: Store, firm: str) -> str:
    """A firm by its name, or by the only one that the words stand in; empty: any.

    Raises ``no-such-firm`` with those there are.
    """
    wanted = clean(firm).strip()
    known = firms(store)
    found = [wanted] if wanted in known else [one for one in known if wanted in one]
    if not wanted:
        return ""
    if len(found) != 1:
        raise Refused("no-such-firm", field="firm", firm=wanted, known=", ".join(known) or "-")
    return found[0]
