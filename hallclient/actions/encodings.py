"""Bytes of a text file as text: UTF-8, or GB18030 with all its rare characters; no guess else."""

from __future__ import annotations

from typing import Final, NamedTuple

UTF_8, UTF_16, GB18030 = "UTF-8", "UTF-16", "GB18030"

# Python keeps the tables of 2000, where two dozen characters had only private places. Source:
# GB 18030-2022, chapter 5 and annex D.
_OF_2022: Final = {
    **{0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14},
    **{0xE792: 0xFE15, 0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19},
    **{0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7},
    **{0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB},
    **{0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC},
    **{0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE},
}


class Decoded(NamedTuple):
    """A text and the encoding that it was in."""

    text: str
    encoding: str


class Undecodable(Exception):
    """Neither encoding fits: ``damaged`` UTF-8, or no known ``encoding``.

    ``line`` from 1, ``byte`` from 0, ``value`` of the byte where it fails.
    """

    def __init__(self, kind: str, data: bytes, byte: int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.byte = byte
        self.line = data.count(b"\n", 0, byte) + 1
        self.value = data[byte] if byte < len(data) else 0


def decode(data: bytes) -> Decoded:
    """The text of a file. A mark at its beginning is believed and taken off.

    Raises `Undecodable`.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return Decoded(data.decode("utf-16"), UTF_16)
        except UnicodeDecodeError as error:
            raise Undecodable("damaged", data, error.start) from error
    try:
        return Decoded(data.decode("utf-8-sig"), UTF_8)
    except UnicodeDecodeError as error:
        if _was_utf_8(data, error.start):
            raise Undecodable("damaged", data, error.start) from error
    try:
        text = data.decode("gb18030").translate(_OF_2022)
    except UnicodeDecodeError as error:
        raise Undecodable("encoding", data, error.start) from error
    return Decoded(text.removeprefix("\ufeff"), GB18030)


def _was_utf_8(data: bytes, start: int) -> bool:
    """Whether a text that fails as UTF-8 at ``start`` was meant as UTF-8: cut off, or pasted
    together. A Chinese character or two may appear by chance in GB18030; many never do.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return True
    before = sum(char > "\u2fff" for char in data[:start].decode("utf-8"))
    if not before:
        return False
    rest = data.decode("utf-8", "replace")
    good = sum("\u2fff" < char != "\ufffd" for char in rest)
    return before >= 4 or good > 3 * rest.count("\ufffd")
