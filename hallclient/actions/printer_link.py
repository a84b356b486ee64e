"""Getting bytes to a slip printer, and what it says is wrong.

What a device can tell is asked before and after: real-time status (DLE EOT n), and behind the
slip a status that is answered in its turn (GS r 1). Nothing here waits for ever.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from hallclient.actions.printers import Printer
from hallclient.rules.errors import Refused

ANSWER_S: Final = 0.5
"""A printer that can tell its state at all does so at once."""

_OFFLINE: Final = b"\x10\x04\x01"
_CAUSE: Final = b"\x10\x04\x02"
_PAPER: Final = b"\x10\x04\x04"
_IN_TURN: Final = b"\x1dr\x01"


def send(printer: Printer, data: bytes) -> None:
    """Give the bytes to the printer; returns when it has taken, and if it can tell, printed them.

    Raises ``printer-none``, ``printer-gone`` (not there, unplugged, refused), ``printer-stalled``
    (takes nothing, says nothing), ``printer-paper-out``, ``printer-cover-open``,
    ``printer-error``, ``printer-no-usb``.
    """
    if printer.kind == "none":
        raise Refused("printer-none")
    if printer.kind == "file":
        return _to_file(printer, data)
    try:
        device = _network(printer) if printer.kind == "tcp" else _usb(printer)
    except (TimeoutError, OSError) as error:
        raise Refused("printer-gone", where=printer.where, why=_why(error)) from error
    try:
        _talk(printer, device, data)
    except TimeoutError as error:
        raise Refused("printer-stalled", where=printer.where) from error
    except OSError as error:
        if _timed_out(error):
            raise Refused("printer-stalled", where=printer.where) from error
        raise Refused("printer-gone", where=printer.where, why=_why(error)) from error
    finally:
        device.close()
    return None


class _Device(NamedTuple):
    """A printer that may answer."""

    write: Callable[[bytes], object]
    read: Callable[[float], bytes]
    """Up to 16 bytes within so many seconds; TimeoutError when nothing comes."""
    close: Callable[[], object]


def _talk(printer: Printer, device: _Device, data: bytes) -> None:
    tells = _check(device, printer)
    try:
        device.write(data)
    except TimeoutError:
        _check(device, printer)  # if it says why, that is the better word
        raise
    if not tells:
        return
    try:
        device.write(_IN_TURN)
        _answer(device, printer.timeout_s)
    except TimeoutError:
        # Not printed yet, or it does not know this question: then it is still well.
        if not _check(device, printer):
            raise


def _check(device: _Device, printer: Printer) -> bool:
    """Whether the printer tells its state; `Refused` when that is a bad one."""
    try:
        device.write(_PAPER)
        sensors = _status(_answer(device, ANSWER_S))
        if sensors is None:
            return False
        if sensors & 0x60:
            raise Refused("printer-paper-out", where=printer.where)
        device.write(_CAUSE)
        cause = _status(_answer(device, ANSWER_S))
        if cause is not None:
            if cause & 0x04:
                raise Refused("printer-cover-open", where=printer.where)
            if cause & 0x20:
                raise Refused("printer-paper-out", where=printer.where)
            if cause & 0x40:
                raise Refused("printer-error", where=printer.where)
        device.write(_OFFLINE)
        state = _status(_answer(device, ANSWER_S))
    except TimeoutError:
        return False
    if state is not None and state & 0x08:
        raise Refused("printer-error", where=printer.where)
    return True


def _answer(device: _Device, seconds: float) -> bytes:
    found = device.read(seconds)
    if not found:
        raise ConnectionResetError
    return found


def _status(answer: bytes) -> int | None:
    """A byte of real-time status; None when its fixed bits say that it is something else."""
    return answer[-1] if answer[-1] & 0x93 == 0x12 else None


def _network(printer: Printer) -> _Device:
    import socket

    from escpos.printer import Network

    # Connected here: the library's own way leaves an open socket behind when it fails.
    connection = socket.create_connection((printer.host, printer.port), printer.timeout_s)
    network = Network(printer.host, port=printer.port, timeout=printer.timeout_s)
    network.device = connection

    def read(seconds: float) -> bytes:
        connection.settimeout(seconds)
        try:
            return bytes(network._read())
        finally:
            connection.settimeout(printer.timeout_s)

    return _Device(network._raw, read, network.close)


def _usb(printer: Printer) -> _Device:
    from escpos.exceptions import DeviceNotFoundError
    from escpos.printer import Usb
    from usb.core import NoBackendError

    usb = Usb(printer.vendor, printer.product, timeout=round(printer.timeout_s * 1000))
    try:
        usb.open()
    except NoBackendError as error:  # libusb is the system's
        raise Refused("printer-no-usb", where=printer.where) from error
    except DeviceNotFoundError as error:
        raise ConnectionError(str(error)) from error

    def read(seconds: float) -> bytes:
        try:
            return bytes(usb.device.read(usb.in_ep, 16, round(seconds * 1000)))
        except OSError as error:
            if _timed_out(error):
                raise TimeoutError from error
            raise

    return _Device(usb._raw, read, usb.close)


def _to_file(printer: Printer, data: bytes) -> None:
    """To a device file, a pipe or a plain file, at its end; without waiting for ever."""
    path = Path(printer.where.removeprefix("file:"))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(path, flags, 0o600)
    except OSError as error:
        raise Refused("printer-gone", where=printer.where, why=_why(error)) from error
    try:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(file, rest) :]
            except BlockingIOError:
                _wait_for_room(file, printer)
    except OSError as error:
        raise Refused("printer-gone", where=printer.where, why=_why(error)) from error
    finally:
        os.close(file)


def _wait_for_room(file: int, printer: Printer) -> None:
    import select

    if not select.select([], [file], [], printer.timeout_s)[1]:
        raise Refused("printer-stalled", where=printer.where)


def _timed_out(error: BaseException) -> bool:
    # USB errors are OSErrors of the library's own; its number is ETIMEDOUT.
    import errno

    return isinstance(error, TimeoutError) or getattr(error, "errno", None) == errno.ETIMEDOUT


def _why(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
