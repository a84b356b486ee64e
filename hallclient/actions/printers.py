"""Which slip printer this machine has: from the line, the environment or a small settings file.

The same file, printer.toml, says where documents are printed and how far that printer is out on
preprinted sheets, stock by stock::

    documents = "lp:office"
    [offset]
    yyzz-zb = [3, -2]   # 0.1 mm right, 0.1 mm down (here: up)
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from hallclient.actions import paper
from hallclient.paths import config_dir
from hallclient.rules.errors import Refused
from hallclient.rules.slip import COLUMNS

PRINTER_FROM: Final = "HALLCLIENT_PRINTER"
SETTINGS: Final = "printer.toml"
PORT: Final = 9100
TIMEOUT_S: Final = 5.0
"""A printer that takes nothing for so long is stalled; `LONGEST_S` is the most that can be set."""
LONGEST_S: Final = 60.0
OFFSET_MOST: Final = 300
"""0.1 mm that a printer may be out by; what is further out lies wrong in its tray."""


class Printer(NamedTuple):
    """A slip printer. ``kind``: none, file, tcp or usb; ``where``: as it was named."""

    kind: str = "none"
    where: str = ""
    host: str = ""
    port: int = PORT
    vendor: int = 0
    product: int = 0
    width: int = 80
    encoding: str = paper.ENCODINGS[0]
    timeout_s: float = TIMEOUT_S


def printer_of(
    target: str, width: int | str = 80, encoding: str = "gb18030", timeout_s: float = TIMEOUT_S
) -> Printer:
    """``file:PATH``, ``tcp://HOST[:PORT]``, ``usb:VENDOR:PRODUCT`` (hexadecimal) or ``none``.

    Raises ``bad-printer``, ``bad-width``, ``bad-encoding``.
    """
    if str(width) not in map(str, COLUMNS):
        raise Refused("bad-width", field="width", width=width)
    if encoding.lower() not in paper.ENCODINGS:
        raise Refused("bad-encoding", field="encoding", encoding=encoding)
    plain = Printer(width=int(width), encoding=encoding.lower(), timeout_s=timeout_s, where=target)
    if target in ("", "none"):
        return plain
    kind, _, rest = target.partition(":")
    if kind == "file" and rest:
        return plain._replace(kind="file")
    if kind == "tcp" and rest.startswith("//"):
        host, port = _host(rest[2:])
        if host and 0 < port < 65536:
            return plain._replace(kind="tcp", host=host, port=port)
    if kind == "usb":
        vendor, _, product = rest.partition(":")
        try:
            return plain._replace(kind="usb", vendor=int(vendor, 16), product=int(product, 16))
        except ValueError:
            pass
    raise Refused("bad-printer", field="printer", printer=target)


def _host(text: str) -> tuple[str, int]:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit("//" + text)
        port = PORT if parts.port is None else parts.port
    except ValueError:
        return "", 0
    return (parts.hostname or "", port) if parts.path in ("", "/") else ("", 0)


def configured(
    target: str | None, width: str | None = None, encoding: str | None = None
) -> Printer:
    """This machine's printer: what the line names, else `PRINTER_FROM`, else printer.toml.

    The file holds ``printer``, ``width``, ``encoding``, ``timeout_s``, and ``documents`` for
    those (`paper_printer`). Raises as `printer_of`, and
    ``printer-settings`` when the file cannot be read.
    """
    path = config_dir() / SETTINGS
    given = _settings(path)
    timeout = given.get("timeout_s", TIMEOUT_S)
    if not isinstance(timeout, (int, float)) or not 0 < timeout <= LONGEST_S:
        raise Refused("printer-settings", file=path, why=f"timeout_s = {timeout}")
    return printer_of(
        target or os.environ.get(PRINTER_FROM) or str(given.get("printer", "none")),
        width or str(given.get("width", 80)),
        encoding or str(given.get("encoding", "gb18030")),
        float(timeout),
    )


def configured_documents() -> str:
    """Where documents are printed, by printer.toml. Raises ``printer-settings``."""
    return str(_settings(config_dir() / SETTINGS).get("documents", "none"))


def configured_offsets() -> dict[str, tuple[int, int]]:
    """Stock -> 0.1 mm right and down that documents are moved by, of printer.toml's ``offset``.

    Raises ``printer-settings``.
    """
    path = config_dir() / SETTINGS
    table = _settings(path).get("offset", {})
    if not isinstance(table, dict):
        raise Refused("printer-settings", file=path, why=f"offset = {table}")
    found = {}
    for stock, offset in table.items():
        if not isinstance(offset, list) or not is_offset(offset):
            raise Refused("printer-settings", file=path, why=f"offset.{stock} = {offset}")
        found[stock] = (offset[0], offset[1])
    return found


def is_offset(parts: Sequence[object]) -> bool:
    """Whether these are two whole numbers of 0.1 mm that a printer may be out by."""
    return len(parts) == 2 and all(type(one) is int and abs(one) <= OFFSET_MOST for one in parts)


def _settings(path: Path) -> dict[str, Any]:
    try:
        source = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("printer-settings", file=path, why=str(error)) from error
    import tomllib

    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Refused("printer-settings", file=path, why=str(error)) from error
