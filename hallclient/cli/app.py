"""What every command works with: the store, who acts, how to answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from db.env import system_env
from db.errors import StoreError
from db.opening import is_file
from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.actions.together import ask_hub
from hallclient.cli.options import Options
from hallclient.cli.output import Out
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import set_time_zone

SIGN_IN_FROM = "HALLCLIENT_PASSWORD"
NEW_FROM = "HALLCLIENT_NEW_PASSWORD"
TAKER_FROM = "HALLCLIENT_TAKER_PASSWORD"
STORE_FROM = "HALLCLIENT_STORE_PASSPHRASE"
"""Variables that give a secret where nobody can type one."""

_PLAIN = b"SQLite format 3\0"


class App:
    """One run of the program. Everything is opened, asked and checked when it is first needed."""

    def __init__(self, options: Options, show: Callable[..., int]) -> None:
        self.options = options
        self.show = show
        """`screens.app.run`, imported when called: commands know no screen."""
        self.out = Out(options.json)
        self._store: Store | None = None
        self._actor: Actor | None = None
        self._passphrase: str | None = None

    @property
    def path(self) -> Path:
        """Where the store is, or is to be."""
        return self.options.store

    def store(self) -> Store:
        """The store, open. Raises StoreError."""
        if self._store is None:
            self._store = Store.open(self.path, passphrase=self.passphrase(), make_env=system_env)
            set_time_zone(self._store.meta["time_zone"])
            ask_hub(self._store)
        return self._store

    def hall(self) -> Hall:
        """The hall's configuration: the store's, or without a store the one that ships."""
        if self._store is None and not is_file(self.path):
            from hallclient.actions.hall_files import default_hall

            return default_hall()
        return hall_of(self.store())

    def passphrase(self) -> str | None:
        """What opens an encrypted store; None for one that is not."""
        given = os.environ.get(STORE_FROM)
        if not encrypted(self.path):
            return None
        if not given and self._passphrase is None:
            # Asked once, also when the screens open the store again.
            self._passphrase = ask(t("cli.ask.passphrase"), "passphrase-missing", "passphrase")
        return given or self._passphrase

    def actor(self) -> Actor:
        """Who acts: ``--as`` with the right password, at the window named or the one they sit at.

        Raises ``operator-missing``, ``password-missing``, ``sign-in``, ``sign-in-locked``.
        """
        if self._actor is None:
            from hallclient.actions import staff
            from hallclient.actions.sweep import sweep

            name = narrow(self.options.operator).lower()
            if not name:
                raise Refused("operator-missing", field="operator")
            store = self.store()
            password = os.environ.get(SIGN_IN_FROM)
            if password is None:
                password = ask(t("cli.ask.password", operator=name), "password-missing")
            who = staff.authenticate(store, name, password, self.window(name))
            row = staff.operator(store, name)
            if row is not None and row["failed"]:
                staff.enter(store, who)
            # A hall worked from the command line alone has no desk that looks at the clock.
            sweep(store)
            self._actor = who
        return self._actor

    def seen_by(self, action: str) -> Actor:
        """Who reads, when they may: reading takes no event, but no stranger either."""
        who = self.actor()
        with acting(self.store(), who, action):
            return who

    def window(self, operator: str) -> str:
        """The window named by ``--window``, else the one where the operator sits, else none."""
        from hallclient.cli.pick import window_id

        if self.options.window:
            return window_id(self.store(), self.options.window)
        row = self.store().row(
            "SELECT id FROM window WHERE operator = ? AND state <> 'closed'", operator
        )
        return "" if row is None else str(row["id"])

    def fetch(self, number: str) -> bool:
        """Look for a case of this number at the hub; whether there is a hub that was asked."""
        from hallclient.actions.together import ask_for

        self.actor()  # no stranger makes the hub send a case here
        if not ask_for(self.store(), number):
            return False
        from hallclient.hub.joining import exchange

        exchange(self.store())
        return True

    def close(self) -> None:
        """Give the store back, its hub told first."""
        if self._store is not None:
            if self._store.arbiter is not None:
                from hallclient.hub.joining import exchange

                exchange(self._store)
            self._store.close()
            self._store = None


def encrypted(path: Path) -> bool:
    """Whether a file that is there begins like an encrypted store."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except (OSError, ValueError):
        return False
    return len(start) == 16 and start != _PLAIN


def ask(prompt: str, missing: str, field: str = "password") -> str:
    """A secret from the terminal. Raises `Refused` ``missing`` when there is no terminal."""
    if not sys.stdin.isatty():
        raise Refused(missing, field=field)
    from getpass import getpass

    return getpass(prompt)


def ask_new(prompt: str, variable: str, missing: str, field: str = "password") -> str:
    """A new secret: from a variable, or typed twice. Raises ``not-the-same``."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    first = ask(prompt, missing, field)
    if ask(t("cli.ask.again"), missing, field) != first:
        raise Refused("not-the-same", field=field)
    return first


def need_store(path: Path) -> None:
    """Say how a store is made before anything slow is loaded. Raises StoreError ``missing``."""
    if not is_file(path):
        raise StoreError("missing", path=path)
