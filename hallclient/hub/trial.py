"""A hub to try: a PostgreSQL for a while, one made-up hall in it, and a few windows enrolled."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from db.errors import StoreError
from hallclient.hub import devices, install
from hallclient.hub.enrolment import Enrolment
from hallclient.hub.server import Server


@dataclass(frozen=True, slots=True)
class Trial:
    """What there is as long as it lasts."""

    folder: Path
    server: Server
    enrolments: dict[Path, Enrolment]
    """Each beside the file it was written to."""


@contextmanager
def trial(hall: str, names: Sequence[str], *, time_zone: str) -> Iterator[Trial]:
    """Everything in one folder, which is gone afterwards. Raises StoreError."""
    folder = Path(mkdtemp(prefix="hallclient-hub-"))
    server = Server(folder / "server")
    try:
        # The folder is this user's alone; who runs the server must be able to pass through it.
        folder.chmod(0o711)
        server.make()
        server.start()
        made = {}
        with install.administer(server.params) as db:
            install.init(db)
            install.add_hall(db, hall, demo=True, time_zone=time_zone)
            for name in names:
                path = folder / f"{name}.json"
                made[path] = devices.enroll(db, hall, name, "window", secrets.token_urlsafe(18))
        for path, enrolment in made.items():
            enrolment.write(path)
        yield Trial(folder, server, made)
    finally:
        with suppress(StoreError):
            server.stop()
        rmtree(folder, ignore_errors=True)
