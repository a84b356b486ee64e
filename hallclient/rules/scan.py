"""A scanner is a very fast typist: find its bursts among key presses, and say what was scanned.

No clock and no terminal here: keys come in with their time, outcomes go out.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

LEAST: Final = 8
"""Characters that a burst has at least."""
GAP_MS: Final = 35.0
"""A pause this long between two keys is a person."""

ENDS: Final = frozenset({"enter", "ctrl+j", "ctrl+m"})
"""Keys that scanners end with (CR, LF)."""


class KeyPress(NamedTuple):
    """A key as the terminal gave it: its name, its character (may be empty), its time in ms."""

    key: str
    char: str
    at: float


class Scanned(NamedTuple):
    """A burst that was a scan. `ime`: an input method changed it on its way (full-width forms)."""

    code: str
    ime: bool = False


class Released(NamedTuple):
    """Keys that were no scan, in the order in which they were pressed."""

    keys: tuple[KeyPress, ...]


Outcome = Scanned | Released


class ScanDetector:
    """Holds printable keys until it is sure: a scan, or keys to be given back in order.

    Feed every key; whenever `due()` says so and nothing came, call `flush`.
    """

    def __init__(self, least: int = LEAST, gap_ms: float = GAP_MS) -> None:
        self._least = least
        self._gap = gap_ms
        self._held: list[KeyPress] = []
        self._scan_ended = float("-inf")

    def feed(self, key: str, char: str | None, at: float) -> list[Outcome]:
        """Take one key; what is certain now, oldest first (mostly nothing)."""
        outcomes: list[Outcome] = self.flush(at)
        press = KeyPress(key, char or "", at)
        if key in ENDS:
            if len(self._held) >= self._least:
                outcomes.append(self._scan())
                self._scan_ended = at
                return outcomes
            if not self._held and at - self._scan_ended < self._gap:
                return outcomes  # the LF of a CR LF: no Enter of anybody
        elif _of_burst(press.char) or (press.char == "\t" and self._held):
            # A Tab at once after a character is no person's: a card reader ends a field with it.
            self._held.append(press)
            return outcomes
        return [*outcomes, *self._release(press)]

    def flush(self, at: float) -> list[Outcome]:
        """Give back what is held when the pause says that a person typed it."""
        due = self.due()
        return self._release() if due is not None and at >= due else []

    def due(self) -> float | None:
        """The time at which held keys are to be given back when no key comes before."""
        return self._held[-1].at + self._gap if self._held else None

    def release(self) -> list[Outcome]:
        """Give back what is held now (the focus moves, the screen closes)."""
        return self._release()

    @property
    def holding(self) -> int:
        """How many keys are held."""
        return len(self._held)

    def _scan(self) -> Scanned:
        raw = "".join(press.char for press in self._held).replace("\x1d", "")
        self._held.clear()
        code = unicodedata.normalize("NFKC", raw).strip()
        return Scanned(code, ime=code != raw.strip())

    def _release(self, *more: KeyPress) -> list[Outcome]:
        keys = (*self._held, *more)
        self._held.clear()
        return [Released(keys)] if keys else []


def _of_burst(char: str) -> bool:
    return bool(char) and (char.isprintable() or char in "\u3000\x1d")


class ScanKind(StrEnum):
    """What a scan or a typed code is, as far as its form tells."""

    SLIP = "slip"
    TICKET = "ticket"
    CASE = "case"
    """A case's number (办件编号)."""
    PAPER = "paper"
    """A document's number (文书编号), alone as its barcode says it, or signed."""
    CERTIFICATE = "certificate"
    """The hall's own QR code on a certificate (证照); its value is the certificate's code."""
    USCC = "uscc"
    RESIDENT_ID = "resident-id"
    PHONE = "phone"
    UNKNOWN = "unknown"


class Routed(NamedTuple):
    """What the content is, its value, and for a slip or a signed document its day (ISO)."""

    kind: ScanKind
    value: str
    day: str = ""
    signed: str = ""
    """The whole text of a QR code whose signature is still to be checked."""


_SLIP: Final = r"([0-9]{4})([0-9]{2})([0-9]{2})-?([A-Z]{1,2}[0-9]{3,4})"
_TICKET: Final = r"[A-Z]{1,2}[0-9]{3,4}"


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def route(content: str) -> Routed:
    """What a scanned or typed content is. Only its form is judged; codes are checked elsewhere."""
    # Most that is typed is a number of the hall: the rules for other numbers are loaded for one.
    code = unicodedata.normalize("NFKC", content).strip().upper()
    if slip := re.fullmatch(_SLIP, code):
        day = _day(slip[1], slip[2], slip[3])
        if day:
            return Routed(ScanKind.SLIP, slip[4], day)
    if code.startswith("HC") and (signed := _signed_slip(code)):
        return signed
    if re.fullmatch(_TICKET, code):
        return Routed(ScanKind.TICKET, code)
    if code.startswith("HL") and (certificate := _of_certificate(code)):
        return certificate
    return _of_case(code) or _other(code) or Routed(ScanKind.UNKNOWN, content)


def _of_case(code: str) -> Routed | None:
    """A case by its number or by that of one of its documents."""
    from hallclient.rules.review import paper_code

    if paper_code.is_case(code):
        return Routed(ScanKind.CASE, code)
    if paper_code.is_number(code):
        return Routed(ScanKind.PAPER, code)
    found = paper_code.read(code) if code.startswith(paper_code.PREFIX) else None
    if found is None:
        return None
    return Routed(ScanKind.PAPER, found[0].number, found[0].day, code)


def _of_certificate(code: str) -> Routed | None:
    """What is meant to be a certificate's QR code: also one that was read in part is verified."""
    from hallclient.rules.certificate.certificate_code import VERSION, read

    if not code.startswith(f"{VERSION}."):
        return None
    found = read(code)
    if found is None:
        return Routed(ScanKind.CERTIFICATE, code, "", code)
    return Routed(ScanKind.CERTIFICATE, found[0].code, found[0].day, code)


def _other(code: str) -> Routed | None:
    """What is no number of the hall's own: of a person, of a company, of a telephone."""
    from hallclient.rules import id_card, phone, uscc

    if linked := uscc.of_link(code):
        return Routed(ScanKind.USCC, linked)
    # An identity number of digits only has the form of a credit code as well, so it goes first:
    # its date and check character leave little room for chance.
    if identity := id_card.number_in(code):
        return Routed(ScanKind.RESIDENT_ID, identity)
    if uscc.is_shaped(code):
        return Routed(ScanKind.USCC, code)
    return Routed(ScanKind.PHONE, code) if phone.is_shaped(code) else None


def _signed_slip(code: str) -> Routed | None:
    from hallclient.rules.slip_code import read

    found = read(code)
    if found is None:
        return None
    return Routed(ScanKind.SLIP, found[0].number, found[0].day, code)
