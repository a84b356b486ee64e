"""Small look-ups that a desk makes before it asks: who is here, held, passed, to be handed to."""

from __future__ import annotations

from db.store import Row, Store


def leg_at(store: Store, window: str) -> Row | None:
    """The leg at a window."""
    return store.row(
        "SELECT leg.* FROM window JOIN leg ON leg.id = window.leg WHERE window.id = ?", window
    )


def held(store: Store, operator: str, window: str) -> list[Row]:
    """Numbers that this operator holds, or that come back to this window; the oldest first."""
    return store.rows(
        "SELECT number, item FROM leg WHERE state = 'held' AND (operator = ? OR return_window = ?) "
        "AND day = ? ORDER BY since, id",
        operator,
        window,
        _today(store),
    )


def may_come_back(store: Store) -> list[Row]:
    """Numbers that were passed over or wait outside."""
    return store.rows(
        "SELECT number, state FROM leg WHERE state IN ('passed', 'external') AND day = ? "
        "ORDER BY since, id",
        _today(store),
    )


def colleagues(store: Store, operator: str) -> list[Row]:
    """Everyone a visitor can be handed to, but this operator."""
    return store.rows(
        "SELECT id, name FROM operator WHERE state = 'active' AND role <> 'administrator' "
        "AND id <> ? ORDER BY id",
        operator,
    )


def last_done(store: Store, operator: str) -> str:
    """The number this operator finished last today; empty: none."""
    row = store.row(
        "SELECT number FROM leg WHERE operator = ? AND state = 'done' AND day = ? "
        "ORDER BY closed_at DESC LIMIT 1",
        operator,
        _today(store),
    )
    return "" if row is None else str(row["number"])


def role_of(store: Store, operator: str) -> str:
    """An operator's role; empty: there is none of that name."""
    row = store.row("SELECT role FROM operator WHERE id = ?", operator)
    return "" if row is None else str(row["role"])


def names_of_staff(store: Store) -> dict[str, str]:
    """Everyone's name, also of those who left: the log names them."""
    return {row["id"]: row["name"] for row in store.rows("SELECT id, name FROM operator")}


def _today(store: Store) -> str:
    return store.env.day(store.env.now())
