"""Setting a document: data and a template of Typst become a PDF, or pictures of its pages.

The compiler gets files in memory and a root without anything in it, so that a template reaches
nothing else. What a document says goes in as JSON: whatever people wrote is text, never Typst.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import PurePath
from typing import Any, NoReturn, cast

from hallclient.actions import paper_fonts
from hallclient.rules.errors import Refused
from hallclient.rules.review.paper_code import is_case, is_number
from hallclient.rules.review.templates import Templates
from hallclient.rules.text import plain

MAIN = "main.typ"
DATA = "data.json"
BARS, SQUARE = "bars.svg", "qr.svg"

_PLACE = re.compile(r"┌─ ([^\n:]+):(\d+):\d+")
_RUN = re.compile(r"[^\s\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]{20,}")
"""Letters without a place to break a line: twenty of them are wider than a narrow column."""
_BREAK = "\u200b"
_BAR_HEIGHT = 40


def set_pdf(
    templates: Templates, body: Mapping[str, Any], codes: Mapping[str, str], language: str, at: int
) -> bytes:
    """The PDF of a document. ``codes``: texts of `BARS` and `SQUARE`; ``at``: its date, UTC ms.

    The same input gives the same bytes. Raises ``paper-template`` with file, line and the
    compiler's message, ``no-such-template``.
    """
    found = _compiled(templates, body, codes, language, format="pdf", timestamp=at // 1000)
    return cast("bytes", found)


def set_pictures(
    templates: Templates,
    body: Mapping[str, Any],
    codes: Mapping[str, str],
    language: str,
    dots: float = 150,
) -> list[bytes]:
    """The pages of a document as PNG, with so many dots an inch. Raises as `set_pdf`."""
    found = _compiled(templates, body, codes, language, format="png", ppi=dots)
    return [found] if isinstance(found, bytes) else cast("list[bytes]", found)


def files_of(
    templates: Templates, body: Mapping[str, Any], codes: Mapping[str, str], language: str
) -> dict[str, bytes]:
    """What the compiler gets: templates, data, codes. Raises ``no-such-template``."""
    name = f"{body['kind']}.typ"
    if name not in templates.files:
        raise Refused("no-such-template", file=name, edition=templates.key)
    files = {key: text.encode() for key, text in templates.files.items()}
    # Under its own name, so that the compiler's messages tell the place in the hall's file.
    main = {MAIN: f'#include "{name}"'.encode()}
    data = {**printable(body), "language": language}
    files[DATA] = json.dumps(data, ensure_ascii=False).encode()
    files[BARS] = bars(codes[BARS])
    files[SQUARE] = square(codes[SQUARE])
    return main | files


def _compiled(
    templates: Templates,
    body: Mapping[str, Any],
    codes: Mapping[str, str],
    language: str,
    **options: Any,
) -> object:
    import typst

    files = files_of(templates, body, codes, language)
    text = files[DATA].decode()
    fonts = paper_fonts.shipped()
    if foreign := paper_fonts.lacking(text):
        files[DATA] = _spelt(text, paper_fonts.nowhere(foreign)).encode()
        fonts = paper_fonts.all_fonts()
    compile_: Any = typst.compile  # its types know no files in memory
    try:
        return compile_(files, root=_nothing().name, font_paths=fonts, **options)
    except typst.TypstError as error:
        _refuse(error.message, error.diagnostic)


@cache
def _nothing() -> tempfile.TemporaryDirectory[str]:
    """An empty folder: a template finds only the files it is given."""
    return tempfile.TemporaryDirectory(prefix="hallclient-")


def _refuse(message: str, diagnostic: str) -> NoReturn:
    place = _PLACE.search(diagnostic)
    file, line = (PurePath(place[1]).name, int(place[2])) if place else (MAIN, 0)
    raise Refused("paper-template", file=file, line=line, why=message)


# -- data


def printable(value: Any) -> Any:
    """Data for a template: every text shown as it is, and long words broken where they must."""
    if isinstance(value, str):
        text = plain(value, multiline=True)
        return text if is_number(text) or is_case(text) else _RUN.sub(_breakable, text)
    if isinstance(value, Mapping):
        return {key: printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable(one) for one in value]
    return value


def _breakable(run: re.Match[str]) -> str:
    return _BREAK.join(run[0])


def _spelt(text: str, characters: set[str]) -> str:
    """A JSON text with some characters as their code points."""
    for char in characters:
        text = text.replace(char, f"[U+{ord(char):04X}]")
    return text


# -- codes


@cache
def _code128() -> Any:
    from barcode.codex import Code128

    return Code128


def bars(text: str) -> bytes:
    """Code 128 of an ASCII text as SVG, one unit a module, with its quiet zone."""
    modules = _code128()(text).build()[0]
    path = "".join(
        f"M{run.start() + 10} 0h{len(run[0])}v{_BAR_HEIGHT}h-{len(run[0])}z"
        for run in re.finditer("1+", modules)
    )
    wide = len(modules) + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{_BAR_HEIGHT}" '
        f'viewBox="0 0 {wide} {_BAR_HEIGHT}"><path d="{path}"/></svg>'
    ).encode()


def square(text: str) -> bytes:
    """The QR code (medium error correction) of a text as SVG, with its quiet zone."""
    from io import BytesIO

    import segno

    out = BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(out, kind="svg", border=4, xmldecl=False, nl=False, svgclass=None, lineclass=None)
    return out.getvalue()
