"""Printers that work, refuse, stall, are out of paper or not there: the number is never lost."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hallclient.actions import printer_link, printing, slips
from hallclient.actions.acting import Actor
from hallclient.actions.printers import Printer, configured, printer_of
from hallclient.rules.errors import Refused
from hallclient.texts import set_language
from hallclient.words import refused_text
from tests import slippaper
from tests.clikit import Cli, cli, quick
from tests.hallkit import AGENT, Kit

__all__ = ["cli", "quick"]

KIOSK = Actor("k01", "kiosk")
WELL = {b"\x10\x04\x01": b"\x16", b"\x10\x04\x02": b"\x12", b"\x10\x04\x04": b"\x12"}
IN_TURN = b"\x1dr\x01"


class TcpPrinter:
    """A network printer: answers status as told, keeps what it prints."""

    def __init__(
        self,
        answers: dict[bytes, bytes],
        *,
        in_turn: bytes = b"\x00",
        after: dict[bytes, bytes] | None = None,
        takes: bool = True,
    ) -> None:
        self.printed = b""
        self._answers = answers
        self._after = after
        self._in_turn = in_turn
        self._takes = takes
        self._server = socket.create_server(("127.0.0.1", 0))
        if not takes:
            # Small buffers: a printer that reads nothing is noticed while sending.
            self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port = self._server.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            if not self._takes:
                self._stop.wait()
                return
            while data := connection.recv(65536):
                for asked, answer in self._answers.items():
                    if data == asked:
                        connection.sendall(answer)
                        break
                else:
                    self._print(connection, data)

    def _print(self, connection: socket.socket, data: bytes) -> None:
        done = data.endswith(IN_TURN)
        self.printed += data.removesuffix(IN_TURN)
        if self._after is not None:
            self._answers = self._after
        if done and self._in_turn:
            connection.sendall(self._in_turn)

    def close(self) -> None:
        self._stop.set()
        self._server.close()
        self._thread.join()


@contextmanager
def tcp(*given: Any, **how: Any) -> Iterator[TcpPrinter]:
    stub = TcpPrinter(*given, **how)
    try:
        yield stub
    finally:
        stub.close()


def at(port: int, timeout_s: float = 5.0) -> Printer:
    return printer_of(f"tcp://127.0.0.1:{port}", timeout_s=timeout_s)


def refused(action: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        action()
    for language in ("zh", "en"):
        set_language(language)
        said = refused_text(caught.value)
        assert said
        assert "{" not in said
    set_language("zh")
    return caught.value


# -- which printer


@pytest.mark.parametrize(
    ("target", "kind", "host", "port"),
    [
        ("none", "none", "", 9100),
        ("", "none", "", 9100),
        ("file:/dev/usb/lp0", "file", "", 9100),
        ("tcp://10.0.0.7", "tcp", "10.0.0.7", 9100),
        ("tcp://printer:9101", "tcp", "printer", 9101),
        ("tcp://[::1]:9100", "tcp", "::1", 9100),
        ("usb:04b8:0e15", "usb", "", 9100),
    ],
)
def test_a_printer_is_named(target: str, kind: str, host: str, port: int) -> None:
    found = printer_of(target)
    assert (found.kind, found.host, found.port) == (kind, host, port)


@pytest.mark.parametrize(
    "target",
    "x file: tcp: tcp:// tcp://h:0 tcp://h:99999 tcp://h:x tcp://h/x "
    "usb: usb:04b8 usb:xx:yy lp0 file".split(),
)
def test_another_name_is_refused(target: str) -> None:
    assert refused(lambda: printer_of(target)).code == "bad-printer"


def test_width_and_encoding_are_what_they_can_be() -> None:
    assert refused(lambda: printer_of("none", 72)).code == "bad-width"
    assert refused(lambda: printer_of("none", 80, "latin-1")).code == "bad-encoding"
    assert printer_of("none", "58", "GBK")[-3:-1] == (58, "gbk")


def test_the_line_goes_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    monkeypatch.delenv("HALLCLIENT_PRINTER", raising=False)
    assert configured(None).kind == "none"
    (tmp_path / "printer.toml").write_text(
        'printer = "tcp://10.0.0.7"\nwidth = 58\nencoding = "gbk"\ntimeout_s = 2\n', "utf-8"
    )
    found = configured(None)
    assert (found.host, found.width, found.encoding, found.timeout_s) == ("10.0.0.7", 58, "gbk", 2)
    monkeypatch.setenv("HALLCLIENT_PRINTER", "file:/a")
    assert configured(None).where == "file:/a"
    assert configured("file:/b", "80").where == "file:/b"
    assert configured("file:/b", "80").width == 80
    for wrong in ("printer = ", "timeout_s = 0", 'timeout_s = "x"', "timeout_s = 1e9", "\xff"):
        (tmp_path / "printer.toml").write_bytes(wrong.encode("latin-1"))
        assert refused(lambda: configured(None)).code == "printer-settings"


# -- to a file or a device


def test_slips_follow_each_other_in_a_file(kit: Kit, tmp_path: Path) -> None:
    target = printer_of(f"file:{tmp_path / 'out.bin'}")
    for number in (kit.take("setup").number, kit.take("tax").number):
        printing.print_slip(kit.store, AGENT, number, target)
    first, second = (tmp_path / "out.bin").read_bytes().split(b"\x1b@")[1:]
    assert "A001" in slippaper.read(b"\x1b@" + first).text
    assert "B001" in slippaper.read(b"\x1b@" + second).text


def test_printing_is_noted_with_who_and_whether_it_was_again(kit: Kit, tmp_path: Path) -> None:
    target = printer_of(f"file:{tmp_path / 'out.bin'}")
    kit.take("setup")
    printing.print_slip(kit.store, KIOSK, "A001", target)
    printing.print_slip(kit.store, AGENT, "A001", target, again=True)
    rows = kit.store.rows("SELECT actor, stream, body FROM event WHERE kind = 'slip.printed'")
    assert [(row["actor"], row["stream"]) for row in rows] == [("k01", "queue"), ("a01", "queue")]
    assert [b'"again":true' in bytes(row["body"]) for row in rows] == [False, True]
    assert all(b'"A001"' in bytes(row["body"]) for row in rows)


def test_a_machine_names_itself_on_its_slips(kit: Kit, tmp_path: Path) -> None:
    kit.take("setup")
    target = printer_of(f"file:{tmp_path / 'out.bin'}")
    printing.print_slip(kit.store, KIOSK, "A001", target)
    assert "k01" in slippaper.read((tmp_path / "out.bin").read_bytes()).text


def test_a_device_that_is_not_there(kit: Kit, tmp_path: Path) -> None:
    kit.take("setup")
    for path in (tmp_path / "none" / "lp0", tmp_path):
        printer = printer_of(f"file:{path}")
        gone = refused(partial(printing.print_slip, kit.store, AGENT, "A001", printer))
        assert gone.code == "printer-gone"
    assert "slip.printed" not in kit.kinds()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_nobody_empties_is_a_stalled_printer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    target = printer_of(f"file:{pipe}", timeout_s=0.05)
    assert refused(lambda: printer_link.send(target, b"x")).code == "printer-gone"
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert refused(lambda: printer_link.send(target, b"x" * 1_000_000)).code == (
            "printer-stalled"
        )
    finally:
        os.close(reader)


# -- over the network


def test_a_printer_that_is_well_prints_and_says_so(kit: Kit) -> None:
    kit.take("setup")
    with tcp(WELL) as stub:
        printing.print_slip(kit.store, KIOSK, "A001", at(stub.port))
    assert "A001" in slippaper.read(stub.printed).text
    assert kit.kinds()[-1] == "slip.printed"


def test_a_printer_that_says_nothing_gets_the_slip_too(kit: Kit) -> None:
    kit.take("setup")
    with tcp({}) as stub:
        printing.print_slip(kit.store, KIOSK, "A001", at(stub.port))
    assert stub.printed.startswith(b"\x10\x04\x04\x1b@")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({b"\x10\x04\x04": b"\x72"}, "printer-paper-out"),
        ({b"\x10\x04\x02": b"\x16"}, "printer-cover-open"),
        ({b"\x10\x04\x02": b"\x32"}, "printer-paper-out"),
        ({b"\x10\x04\x02": b"\x52"}, "printer-error"),
        ({b"\x10\x04\x01": b"\x1e"}, "printer-error"),
    ],
)
def test_what_a_printer_says_is_told(kit: Kit, answers: dict[bytes, bytes], code: str) -> None:
    kit.take("setup")
    before = kit.kinds()
    with tcp({**WELL, **answers}) as stub:
        found = refused(lambda: printing.print_slip(kit.store, KIOSK, "A001", at(stub.port)))
    assert (found.code, stub.printed) == (code, b"")
    # The number is as valid as before, and printed when the paper is in.
    assert kit.kinds() == before
    assert kit.states("A001") == ["waiting"]
    with tcp(WELL) as stub:
        printing.print_slip(kit.store, KIOSK, "A001", at(stub.port))
    assert "A001" in slippaper.read(stub.printed).text


def test_paper_that_ends_in_the_middle_of_a_slip(kit: Kit) -> None:
    kit.take("setup")
    out = {**WELL, b"\x10\x04\x04": b"\x72"}
    with tcp(WELL, in_turn=b"", after=out) as stub:
        target = at(stub.port, timeout_s=0.2)
        found = refused(lambda: printing.print_slip(kit.store, KIOSK, "A001", target))
    assert found.code == "printer-paper-out"
    assert "slip.printed" not in kit.kinds()


def test_a_printer_that_falls_silent_in_the_middle_is_stalled(kit: Kit) -> None:
    kit.take("setup")
    with tcp(WELL, in_turn=b"", after={}) as stub:
        target = at(stub.port, timeout_s=0.2)
        found = refused(lambda: printing.print_slip(kit.store, KIOSK, "A001", target))
    assert found.code == "printer-stalled"


def test_a_printer_that_knows_no_status_in_turn_is_believed(kit: Kit) -> None:
    kit.take("setup")
    with tcp(WELL, in_turn=b"") as stub:
        printing.print_slip(kit.store, KIOSK, "A001", at(stub.port, timeout_s=0.2))
    assert kit.kinds()[-1] == "slip.printed"


def test_a_printer_that_takes_nothing_is_stalled() -> None:
    with tcp({}, takes=False) as stub:
        found = refused(lambda: printer_link.send(at(stub.port, timeout_s=0.2), b"x" * 20_000_000))
    assert found.code == "printer-stalled"


def test_nobody_at_the_printers_address(kit: Kit) -> None:
    kit.take("setup")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    found = refused(lambda: printing.print_slip(kit.store, KIOSK, "A001", at(port)))
    assert found.code == "printer-gone"
    assert str(port) in str(found.params["where"])


def test_a_printer_that_hangs_up(kit: Kit) -> None:
    kit.take("setup")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        target = at(server.getsockname()[1])
        found = refused(lambda: printing.print_slip(kit.store, KIOSK, "A001", target))
        thread.join()
    assert found.code == "printer-gone"


# -- on the USB


class FakeUsb:
    """What python-escpos gives for a USB printer, with a device that can be unplugged."""

    usable = True
    there = True
    printed: list[bytes] = []
    fails: OSError | None = None
    in_ep = 0x82

    def __init__(self, vendor: int, product: int, timeout: int) -> None:
        self.ids = (vendor, product)
        self.device = self
        self._asked = b""

    def open(self) -> None:
        from escpos.exceptions import DeviceNotFoundError
        from usb.core import NoBackendError

        if not self.usable:
            raise NoBackendError("no libusb")
        if not self.there:
            raise DeviceNotFoundError("no such device")

    def _raw(self, data: bytes) -> None:
        if self.fails is not None:
            raise self.fails
        self._asked = data
        if data not in WELL and data != IN_TURN:
            self.printed.append(data)

    def read(self, endpoint: int, size: int, timeout: int) -> bytes:
        assert (endpoint, size) == (0x82, 16)
        return WELL.get(self._asked, b"\x00")

    def close(self) -> None: ...


def test_usb_printers(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    import escpos.printer

    monkeypatch.setattr(escpos.printer, "Usb", FakeUsb)
    monkeypatch.setattr(FakeUsb, "printed", [])
    kit.take("setup")
    target = printer_of("usb:04b8:0e15")
    printing.print_slip(kit.store, KIOSK, "A001", target)
    assert "A001" in slippaper.read(FakeUsb.printed[0]).text
    for name, value, code in (
        ("fails", OSError(110, "Operation timed out"), "printer-stalled"),
        ("fails", OSError(19, "No such device"), "printer-gone"),
        ("there", False, "printer-gone"),
        ("usable", False, "printer-no-usb"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(FakeUsb, name, value)
            found = refused(lambda: printing.print_slip(kit.store, KIOSK, "A001", target))
            assert found.code == code


# -- who may


def test_no_printer_is_said_and_nothing_is_noted(kit: Kit) -> None:
    kit.take("setup")
    found = refused(lambda: printing.print_slip(kit.store, AGENT, "A001", printer_of("none")))
    assert found.code == "printer-none"
    assert "slip.printed" not in kit.kinds()


def test_an_administrator_prints_no_slips(kit: Kit, tmp_path: Path) -> None:
    kit.take("setup")
    admin = Actor("admin", "administrator")
    target = printer_of(f"file:{tmp_path / 'x'}")
    found = refused(lambda: printing.print_slip(kit.store, admin, "A001", target))
    assert found.code == "not-allowed"
    assert refused(lambda: slips.printed(kit.store, admin, "A001")).code == "not-allowed"
    assert not (tmp_path / "x").exists()


# -- on the command line


def test_a_number_is_taken_printed_and_verified(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out.bin"
    taken = cli.done(
        *("ticket", "take", "--service", "SP078", "--claimed", "disabled"),
        *("--printer", f"file:{out}"),
        by="a01",
    )
    visit = cli.kit.visit(taken["number"])
    assert (visit["claimed"], visit["priority"]) == ("disabled", None)
    assert visit["ahead"] == 0
    assert visit["promised_low"] is not None
    paper = slippaper.read(out.read_bytes())
    code = slippaper.codes(paper.picture())["QRCode"]
    found = cli.done("ticket", "verify", code, by="c01")
    assert (found["genuine"], found["number"], found["today"]) == (True, taken["number"], True)
    assert "A001" in cli("ticket", "verify", code, by="c01").out
    forged = code.replace(".A001.", ".A002.")
    assert cli.refused("ticket", "verify", forged, by="c01")["error"] == "slip-forged"
    again = cli.done("ticket", "print", "A001", "--printer", f"file:{out}", by="a01")
    assert (again["number"], again["printed"]) == ("A001", True)
    assert out.read_bytes().count(b"\x1b@") == 2


def test_a_number_whose_slip_does_not_print_is_answered_all_the_same(cli: Cli) -> None:
    answer = cli.json(
        "ticket", "take", "--service", "SP078", "--print", "--printer", "file:/none/x", by="a01"
    )
    assert answer.code == 1
    number, error = answer.objects
    assert number["number"] == "A001"
    assert error["error"] == "printer-gone"
    assert cli.kit.states("A001") == ["waiting"]


def test_a_wrong_printer_takes_no_number(cli: Cli) -> None:
    found = cli.refused("ticket", "take", "--service", "SP078", "--printer", "lp0", by="a01")
    assert (found["error"], found["field"]) == ("bad-printer", "printer")
    assert "visit.opened" not in cli.kit.kinds()
