"""Who acts, and the gate that every action goes through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from db.store import Store, Tx
from hallclient.actions.hall import hall_of
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.roles import require

SYSTEM = "system"
"""Actor of what the clock does; it has no password and cannot sign in."""


class Actor(NamedTuple):
    """A signed-in operator, and the window they sit at (empty: none)."""

    operator: str
    role: str
    window: str = ""


class Action(Tx):
    """One action under way, with the hall's configuration and who acts."""

    def __init__(self, tx: Tx, who: Actor, hall: Hall) -> None:
        self.store = tx.store
        self.db = tx.db
        self.actor = tx.actor
        self.window = tx.window
        self.now = tx.now
        self.day = tx.day
        self.appended = tx.appended
        self.who = who
        self.hall = hall


@contextmanager
def acting(store: Store, who: Actor, action: str) -> Iterator[Action]:
    """One action of one operator: allowed, or `Refused`; durable, or nothing.

    The role is read from the store at each action, so that a change or a lock works at once;
    what the action then decides by the role goes by that one too.
    Raises ``no-operator``, ``not-active``, ``password-first``, ``not-allowed``; StoreError.
    """
    with store.act(who.operator, who.window) as tx:
        role = admit(store, who, action)
        yield Action(tx, who._replace(role=role), hall_of(store))


def admit(store: Store, who: Actor, action: str) -> str:
    """The operator's role, when it may do this. For what only reads: it takes no lock.

    Raises as `acting`.
    """
    found = store.db.execute(
        "SELECT role, state, must_change FROM operator WHERE id = ?", (who.operator,)
    ).fetchone()
    if found is None:
        raise Refused("no-operator", operator=who.operator)
    role, state, must_change = found
    if state != "active":
        raise Refused("not-active", operator=who.operator)
    if must_change and action != "staff.password":
        raise Refused("password-first", operator=who.operator)
    require(role, action)
    return str(role)
