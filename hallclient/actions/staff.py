"""Operators: who they are, signing in, passwords, locks.

Passwords are kept as argon2id verifiers (OWASP: 19 MiB, two passes). Five wrong tries lock the
account for a time (GB/T 22239-2019 8.1.4.1); each failure is an event.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from db.log import Change
from db.store import Row, Store, Tx
from hallclient.actions.acting import SYSTEM, Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.rules.errors import Refused
from hallclient.rules.roles import Role
from hallclient.rules.text import clean

if TYPE_CHECKING:
    from argon2 import PasswordHasher

STREAM = "staff"
ACTIVE = "active"
LEFT = "left"
_FACE = "id, name, role, state, must_change, failed, locked_until, window, signed_in_at, firm"


def operators(store: Store, who: Actor, firm: str = "") -> list[Row]:
    """Everyone, or those of a firm, without their verifiers."""
    with acting(store, who, "staff.list") as tx:
        where = "WHERE firm = ?1 OR ?1 = ''"
        return tx.rows(f"SELECT {_FACE} FROM operator {where} ORDER BY id", firm)


def operator(store: Store, key: str) -> Row | None:
    """One operator's public face: id, name, role, state, firm."""
    return store.row(f"SELECT {_FACE} FROM operator WHERE id = ?", key)


def authenticate(store: Store, key: str, password: str, window: str = "") -> Actor:
    """Check the password; the operator as an actor. Writes an event only when it was wrong.

    Raises ``sign-in`` (unknown, gone or wrong: which one is not said), ``sign-in-locked`` with
    the minutes left.
    """
    row = store.row("SELECT * FROM operator WHERE id = ?", key)
    now = store.env.now()
    if row is not None and row["locked_until"] is not None and row["locked_until"] > now:
        raise Refused("sign-in-locked", minutes=-(-(row["locked_until"] - now) // 60_000))
    known = row is not None and row["state"] == ACTIVE and row["verifier"]
    # An unknown name costs the same time as a wrong password.
    right = matches(row["verifier"] if row and known else _nobody(), password)
    if not (known and right and row):
        if row is not None and known:
            _failed(store, row, window)
        raise Refused("sign-in", field="password")
    return Actor(row["id"], row["role"], window)


def sign_in(store: Store, key: str, password: str, window: str = "") -> Actor:
    """`authenticate` and begin a session: an event, and failures forgotten."""
    who = authenticate(store, key, password, window)
    enter(store, who)
    return who


def enter(store: Store, who: Actor) -> None:
    """Record that a session has begun (who, when, at which window)."""
    with store.act(who.operator, who.window) as tx:
        _set(
            tx,
            "operator.signed-in",
            who.operator,
            failed=0,
            locked_until=None,
            window=who.window or None,
            signed_in_at=tx.now,
        )


def sign_out(store: Store, who: Actor) -> None:
    """End the session. The window and what it holds stay as they are."""
    with store.act(who.operator, who.window) as tx:
        _set(tx, "operator.signed-out", who.operator, window=None, signed_in_at=None)


def add(
    store: Store, who: Actor, key: str, name: str, role: str, password: str, *, firm: str = ""
) -> None:
    """A new operator, whose first password must be changed; ``firm``: an outsourced agent's.

    Raises as `add_in`.
    """
    with acting(store, who, "staff.add") as tx:
        add_in(tx, key, name, role, password, minimum=tx.hall.staff.password_min, firm=firm)


def add_in(
    tx: Tx,
    key: str,
    name: str,
    role: str,
    password: str,
    *,
    minimum: int,
    must_change: bool = True,
    verifier: str | None = None,
    firm: str = "",
) -> None:
    """`add`, inside an action that is under way. ``verifier``: made beforehand, for many.

    Raises ``operator-exists``, ``operator-id``, ``no-such-role``, ``password-short``,
    ``firm-of-agents``.
    """
    if not (key.isascii() and key.isalnum() and len(key) <= 32) or key == SYSTEM:
        raise Refused("operator-id", field="operator", operator=key)
    if role not in tuple(Role):
        raise Refused("no-such-role", field="role", role=role)
    if tx.row("SELECT 1 FROM operator WHERE id = ?", key) is not None:
        raise Refused("operator-exists", field="operator", operator=key)
    if verifier is None:
        _long_enough(password, minimum)
        verifier = make_verifier(password)
    made: dict[str, Any] = {
        "name": clean(name),
        "role": role,
        "verifier": verifier,
        "state": ACTIVE,
        "must_change": int(must_change),
        "failed": 0,
    }
    if (named := _firm(role, firm)) is not None:
        made["firm"] = named
    tx.append("operator.added", key, [("operator", key, None, made)], stream=STREAM)


def change_password(store: Store, who: Actor, old: str, new: str) -> None:
    """One's own password. Raises ``sign-in``, ``password-short``, ``password-same``."""
    authenticate(store, who.operator, old, who.window)
    with acting(store, who, "staff.password") as tx:
        _long_enough(new, tx.hall.staff.password_min)
        if new == old:
            raise Refused("password-same", field="password")
        _set(
            tx,
            "operator.password-changed",
            who.operator,
            verifier=make_verifier(new),
            must_change=0,
        )


def reset_password(store: Store, who: Actor, key: str, new: str) -> None:
    """An administrator gives a new first password; it must be changed at the next sign-in."""
    with acting(store, who, "staff.change") as tx:
        _known(tx, key)
        _long_enough(new, tx.hall.staff.password_min)
        _set(
            tx,
            "operator.password-reset",
            key,
            verifier=make_verifier(new),
            must_change=1,
            failed=0,
            locked_until=None,
        )


def set_verifier_in(tx: Tx, key: str, verifier: str) -> None:
    """Give a verifier made beforehand to one who has none; who has chosen a password keeps it."""
    if not _known(tx, key)["verifier"]:
        _set(tx, "operator.password-set", key, verifier=verifier)


def unlock(store: Store, who: Actor, key: str) -> None:
    """Let a locked operator try again."""
    with acting(store, who, "staff.unlock") as tx:
        _known(tx, key)
        _set(tx, "operator.unlocked", key, failed=0, locked_until=None)


def change_role(store: Store, who: Actor, key: str, role: str) -> None:
    """Another role, from the next action on; only an agent stays with a firm.

    Raises ``no-such-role``, ``last-administrator``.
    """
    with acting(store, who, "staff.change") as tx:
        _known(tx, key)
        if role not in tuple(Role):
            raise Refused("no-such-role", field="role", role=role)
        _not_last(tx, key)
        firm = {} if role == Role.AGENT else {"firm": None}
        _set(tx, "operator.role-changed", key, role=role, **firm)


def change_firm(store: Store, who: Actor, key: str, firm: str) -> None:
    """An agent is of a firm from now on; empty: the hall's own. Cases keep what they have.

    Raises ``no-operator``, ``firm-of-agents``.
    """
    with acting(store, who, "staff.change") as tx:
        row = _known(tx, key)
        # What somebody is employed as: the kind of event that a role has too.
        _set(tx, "operator.role-changed", key, firm=_firm(row["role"], firm))


def _firm(role: str, firm: str) -> str | None:
    """The name of an agent's firm as it is kept; None: the hall's own.

    Raises ``firm-of-agents``: nobody else may work here for a firm, for only agents decide nothing.
    """
    name = clean(firm).strip()
    if name and role != Role.AGENT:
        raise Refused("firm-of-agents", field="firm", firm=name)
    return name or None


def leave(store: Store, who: Actor, key: str) -> None:
    """The operator no longer works here; what they did stays under their id.

    Raises ``last-administrator``, ``still-at-window``.
    """
    with acting(store, who, "staff.change") as tx:
        _known(tx, key)
        _not_last(tx, key)
        seat = tx.row("SELECT id FROM window WHERE operator = ? AND state <> 'closed'", key)
        if seat is not None:
            raise Refused("still-at-window", operator=key, window=seat["id"])
        _set(tx, "operator.left", key, state=LEFT)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return make_verifier("nobody has this password")


def make_verifier(password: str) -> str:
    """The argon2id verifier of a password, with a salt of its own."""
    return _hasher().hash(password)


def matches(verifier: str, password: str) -> bool:
    """Whether the password is the one the verifier was made from."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(verifier, password)
    except (VerificationError, InvalidHashError):
        return False


def _failed(store: Store, row: Row, window: str) -> None:
    settings = hall_of(store).staff
    with store.act(row["id"], window) as tx:
        found = tx.row("SELECT failed FROM operator WHERE id = ?", row["id"])
        failed = (found["failed"] if found else 0) + 1
        locked = tx.now + settings.lock_ms if failed >= settings.tries else None
        # A lock starts the count again: after it has ended there are five tries once more.
        _set(
            tx,
            "operator.sign-in-failed",
            row["id"],
            failed=0 if locked else failed,
            locked_until=locked,
        )


def _known(tx: Tx, key: str) -> Row:
    row = tx.row("SELECT * FROM operator WHERE id = ? AND state = 'active'", key)
    if row is None:
        raise Refused("no-operator", field="operator", operator=key)
    return row


def _not_last(tx: Tx, key: str) -> None:
    others = tx.row(
        "SELECT 1 FROM operator WHERE role = 'administrator' AND state = 'active' AND id <> ?", key
    )
    mine = tx.row("SELECT role FROM operator WHERE id = ?", key)
    if others is None and mine is not None and mine["role"] == Role.ADMINISTRATOR:
        raise Refused("last-administrator", operator=key)


def _long_enough(password: str, minimum: int) -> None:
    if len(password) < minimum:
        raise Refused("password-short", field="password", minimum=minimum)


def _set(tx: Tx, kind: str, key: str, **now: Any) -> None:
    row = tx.row("SELECT * FROM operator WHERE id = ?", key)
    if row is None:
        raise Refused("no-operator", field="operator", operator=key)
    changed = {name: value for name, value in now.items() if row[name] != value}
    was = {name: row[name] for name in changed}
    changes: list[Change] = [("operator", key, was, changed)] if changed else []
    tx.append(kind, key, changes, stream=STREAM)
