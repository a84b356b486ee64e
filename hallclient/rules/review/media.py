"""What an attached file is, by its content alone; a name says nothing.

Taken are scans, photographs and documents of fixed layout: what an applicant hands in and nobody
edits. Nothing is run, unpacked or drawn here, so the content is never trusted.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from hallclient.rules.text import clean, cut

LARGEST: Final = 20 << 20
"""Bytes of one file: a scan of some thirty pages in colour."""
MOST: Final = 200
"""Files of one case."""
LONGEST_NAME: Final = 80
"""Terminal cells of a name."""


class Media(NamedTuple):
    """A kind of file: its media type and the usual ending of a name."""

    type: str
    ending: str
    others: tuple[str, ...] = ()
    """Other endings that are right for it."""


PDF = Media("application/pdf", ".pdf")
JPEG = Media("image/jpeg", ".jpg", (".jpeg", ".jpe"))
PNG = Media("image/png", ".png")
TIFF = Media("image/tiff", ".tif", (".tiff",))
OFD = Media("application/ofd", ".ofd")
"""The fixed layout of GB/T 33190-2016: electronic licences and invoices come in it."""

KINDS: Final = {one.type: one for one in (PDF, JPEG, PNG, TIFF, OFD)}

_BEGIN: Final = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names that mean a device on Windows."""
_ZIP, _ZIP_END, _ZIP_ENTRY = b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02"
_COMMENT: Final = 22 + 0xFFFF
"""Bytes that the end of a ZIP may take (APPNOTE 4.3.16)."""
_NAME_AT: Final = 46
"""Where an entry of a ZIP's directory has its name (APPNOTE 4.3.12)."""


def media_of(data: bytes) -> Media | None:
    """What a content is; None: nothing that is taken."""
    for begin, media in _BEGIN:
        if data.startswith(begin):
            return media
    if data.startswith(_ZIP) and _has_entry(data, b"OFD.xml"):
        return OFD
    return None


def _has_entry(data: bytes, name: bytes) -> bool:
    """Whether the directory of a ZIP names this file; nothing is unpacked."""
    end = data.rfind(_ZIP_END, max(0, len(data) - _COMMENT))
    if end < 0 or end + 20 > len(data):
        return False
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    at = data.find(name, start, end)
    while at >= 0:
        entry = at - _NAME_AT
        length = int.from_bytes(data[entry + 28 : entry + 30], "little") if entry >= 0 else 0
        if data[max(0, entry) : entry + 4] == _ZIP_ENTRY and length == len(name):
            return True
        at = data.find(name, at + 1, end)
    return False


def name_of(given: str, media: Media) -> str:
    """A name as it may be kept and a file be called: no folders, the ending that is right."""
    bare = clean(given).replace("\\", "/").rpartition("/")[2]
    bare = "".join("_" if char in '<>:"|?*' else char for char in bare).strip(". ")
    stem, dot, ending = bare.rpartition(".")
    if not (dot and f".{ending.lower()}" in {media.ending, *media.others}):
        stem, ending = bare, media.ending[1:]
    stem = cut(stem.strip(". "), LONGEST_NAME, "") or "file"
    return f"{'_' * bool(_DEVICES.fullmatch(stem))}{stem}.{ending.lower()}"
