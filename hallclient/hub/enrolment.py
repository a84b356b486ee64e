"""What a window needs to reach the hub: one file, which is as secret as a password.

It is made by the administrator, carried to the window, and used once, by the store that joins.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from hallclient.rules.errors import Refused
from hallclient.sync.messages import Role

FORMAT: Final = 1
KEPT: Final = ("host", "port", "dbname", "sslmode", "channel_binding")
"""What of the administrator's own way to the server holds for the windows too."""
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_FILES: Final = {"ca": "sslrootcert", "certificate": "sslcert", "key": "sslkey"}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One device's way in. ``server`` is what libpq takes; the rest of TLS is PEM."""

    hall: str
    name: str
    role: Role
    demo: bool
    server: Mapping[str, str]
    ca: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return f"Enrolment({self.hall!r}, {self.name!r})"

    def dump(self) -> str:
        """As text, for a file or for a store to keep."""
        said = {"hallclient-hub": FORMAT, **asdict(self)}
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"

    def write(self, path: Path) -> None:
        """Into a new file that nobody else reads. Raises FileExistsError, OSError."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.dump())

    def params(self, folder: Path) -> dict[str, str | int]:
        """What `PgTransport` takes; certificates are laid into ``folder`` for libpq to read."""
        params: dict[str, str | int] = {**self.server}
        for name, option in _FILES.items():
            pem: str = getattr(self, name)
            if pem:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path = folder / f"{name}.pem"
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(pem)
                params[option] = str(path)
        return params


def read(path: Path) -> Enrolment:
    """Raises OSError; `Refused` ``hub-enrolment`` for a file that is none."""
    return parse(path.read_bytes(), path.name)


def parse(text: str | bytes, file: str) -> Enrolment:
    """What `Enrolment.dump` wrote. Raises `Refused` ``hub-enrolment``, which names the file."""
    try:
        found: dict[str, Any] = json.loads(text)
        if found.pop("hallclient-hub") != FORMAT:
            raise ValueError
        made = Enrolment(**found)
        texts = (made.hall, made.name, made.ca, made.certificate, made.key, *made.server.values())
        if (
            not all(isinstance(text, str) for text in texts)
            or made.role not in ("window", "supervisor")
            or not isinstance(made.demo, bool)
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("hub-enrolment", field="file", file=file) from None
    return made


def server_of(params: Mapping[str, Any], address: str = "") -> dict[str, str]:
    """The server as windows reach it, from the administrator's own way and another address.

    Over a network the server proves who it is, unless the administrator's own way said otherwise.
    """
    server = {name: str(params[name]) for name in KEPT if params.get(name) not in (None, "")}
    if address:
        each = [one.partition(":") for one in address.split(",")]
        server["host"] = ",".join(host for host, _, _ in each)
        if any(port for *_, port in each):
            server["port"] = ",".join(port or "5432" for *_, port in each)
    host = server.get("host", "")
    far = any(one and one[0] != "/" and one not in _LOCAL for one in host.split(","))
    if "sslmode" not in server and far:
        server["sslmode"] = "verify-full"
    return server
