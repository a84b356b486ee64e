"""``hallclient hub try``: a hub for a while, and two stores that share one queue by it."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from db.env import system_env
from hallclient.cli.app import App
from hallclient.rules.roles import Role
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.hub.enrolment import Enrolment
    from hallclient.rules.catalogue import Hall

NAMES: Final = ("window-1", "window-2")
WINDOWS: Final = ("W01", "W02")
"""Of the hall that ships; both call from one line first."""
WAITING: Final = 12
"""Visitors who have taken a number before the first desk opens."""


def run(_args: Namespace, app: App) -> int:
    """Make it, say how it is used, and stay until the program is ended."""
    from hallclient.actions.hall_files import default_hall
    from hallclient.actions.setup import first_password
    from hallclient.hub.trial import trial

    app.out.aside(t("hub.try.starting"))
    hall = default_hall()
    password = first_password(system_env())
    ended = threading.Event()
    for name in ("SIGTERM", "SIGHUP"):  # a closed terminal must not leave a server behind
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    with trial(hall.id, NAMES, time_zone=hall.time_zone) as made:
        try:
            stores = _stores(made.folder, hall, list(made.enrolments.values()), password)
            obj: dict[str, object] = {
                "hall": hall.id,
                "port": made.server.port,
                "stores": [str(path) for path in stores],
                "password": password,
            }
            lines = [t("hub.try", port=made.server.port)]
            lines += [
                f"  hallclient --store {path} --as c{window[1:]} --window {window}"
                for path, window in zip(stores, WINDOWS, strict=True)
            ]
            lines += [t("hub.try.password", password=password), t("hub.try.stop")]
            app.out.emit(obj, "\n".join(lines))
            sys.stdout.flush()
            ended.wait()
        except KeyboardInterrupt:
            app.out.aside(t("hub.try.ended"))
    return 0


def _stores(folder: Path, hall: Hall, enrolments: list[Enrolment], password: str) -> list[Path]:
    """A made-up hall with people in its queue, and a second window that gets it by the hub."""
    from hallclient.actions import setup, staff, tickets
    from hallclient.actions.acting import Actor
    from hallclient.demo.supplies import supply
    from hallclient.hub import joining

    paths = [folder / f"{name}.db" for name in NAMES]
    store = setup.init_demo(paths[0], hall, staff.make_verifier(password))
    supply(store)
    item = next(hall.items_of(next(iter(hall.windows[WINDOWS[0]].plan)))).code
    for _ in range(WAITING):
        tickets.take(store, Actor("s01", Role.SUPERVISOR), tickets.Request([item]))
    joining.join(store, enrolments[0])
    store.close()
    for path, given in zip(paths[1:], enrolments[1:], strict=True):
        other, _ = joining.new_window(path, given)
        other.close()
    return paths
