"""Making a store: the hall's configuration and its first operators, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from db.env import Env, system_env
from db.store import Store, Tx
from hallclient.actions import staff
from hallclient.actions.acting import SYSTEM
from hallclient.actions.hall import know, publish
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.roles import Role

ADMINISTRATOR = "admin"
# Letters and digits that nobody confuses when reading them off a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

DEMO_STAFF: tuple[tuple[str, Role], ...] = (
    *((f"c{number:02d}", Role.CLERK) for number in range(1, 19)),
    *((f"a{number:02d}", Role.AGENT) for number in range(1, 3)),
    ("s01", Role.SUPERVISOR),
    ("k01", Role.KIOSK),
    ("k02", Role.KIOSK),
    (ADMINISTRATOR, Role.ADMINISTRATOR),
)


def first_password(env: Env) -> str:
    """Twelve characters in three groups, about 59 bits."""
    # 31 letters: bytes from 248 up would favour the first ones.
    letters: list[str] = []
    while len(letters) < 12:
        letters += [_LETTERS[byte % 31] for byte in env.entropy(16) if byte < 248]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def init(
    path: Path,
    hall: Hall,
    password: str,
    *,
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
) -> Store:
    """A real hall's store: one administrator, whose password must be changed first.

    Raises StoreError as `Store.create` does, ``password-short``.
    """

    def fill(tx: Tx) -> None:
        publish(tx, hall)
        staff.add_in(
            tx,
            ADMINISTRATOR,
            ADMINISTRATOR,
            Role.ADMINISTRATOR,
            password,
            minimum=hall.staff.password_min,
        )

    return Store.create(
        path,
        hall=hall.id,
        time_zone=hall.time_zone,
        passphrase=passphrase,
        make_env=make_env,
        fill=fill,
    )


def init_demo(
    path: Path,
    hall: Hall,
    verifier: str,
    *,
    make_env: Callable[[str], Env] = system_env,
    passphrase: str | None = None,
    more: Callable[[Tx], None] | None = None,
) -> Store:
    """A hall for trying and for tests, marked as such: `DEMO_STAFF`, all with one password.

    ``verifier`` is that password's (empty: nobody can sign in with one); ``more`` may write
    further events in the same transaction.
    """

    def fill(tx: Tx) -> None:
        publish(tx, hall)
        for key, role in DEMO_STAFF:
            staff.add_in(tx, key, key, role, "", minimum=0, must_change=False, verifier=verifier)
        know(tx, hall)
        if more is not None:
            more(tx)

    return Store.create(
        path,
        hall=hall.id,
        time_zone=hall.time_zone,
        demo=True,
        passphrase=passphrase,
        make_env=make_env,
        fill=fill,
    )


def set_demo_password(store: Store, verifier: str) -> None:
    """Let `DEMO_STAFF` sign in; a demo is on the screen before a password could be hashed.

    Raises ``not-a-demo``: in a real hall nobody shares a password.
    """
    if not store.demo:
        raise Refused("not-a-demo", path=store.path)
    with store.act(SYSTEM) as tx:
        for key, _ in DEMO_STAFF:
            staff.set_verifier_in(tx, key, verifier)
